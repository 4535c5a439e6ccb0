//! Profiles over real stores; the time of day is the test's.

use std::sync::atomic::{AtomicU64, Ordering};

use keyward_app::ports::clock::Clock;
use keyward_app::ports::randomness::Randomness;
use keyward_app::session::{self, Surroundings};
use keyward_app::views::common::SettingsView;
use keyward_vault::{MemoryKeyring, NewProfile, ProfileRole, ProfileStore};

use super::*;
use crate::clipboard::tests::Table;
use crate::services::Services;
use crate::state::{Profiles, role, system_rng};

const ROLES: [ProfileRole; 3] = [ProfileRole::Patient, ProfileRole::Doctor, ProfileRole::Desk];
/// What a new profile waits without activity.
const QUARTER: UnixSeconds = 15 * 60;

struct Watch(AtomicU64);

impl Clock for Watch {
    fn now(&self) -> UnixSeconds {
        self.0.load(Ordering::SeqCst)
    }
}

/// A computer with new profiles, and its clock.
struct Computer {
    profiles: Arc<Profiles>,
    services: Arc<Services>,
    watch: Arc<Watch>,
    table: Table,
    clipboard: Arc<Clipboard>,
    _folder: tempfile::TempDir,
}

impl Computer {
    fn at(now: UnixSeconds) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = ProfileStore::open(folder.path()).unwrap();
        let profiles = Arc::new(Profiles::new(store, Arc::new(MemoryKeyring::new())));
        let services =
            Arc::new(Services::new(folder.path().join("services"), Arc::clone(&profiles)));
        let table = Table::default();
        let clipboard = Arc::new(Clipboard::new(Box::new(table.clone())));
        let watch = Arc::new(Watch(AtomicU64::new(now)));
        Self { profiles, services, watch, table, clipboard, _folder: folder }
    }

    fn session(&self, unlocked: keyward_vault::Unlocked) -> (Session, Arc<SqlVault>) {
        let keyward_vault::Unlocked { vault, master, profile } = unlocked;
        let whose = session::Profile {
            id: profile.id.to_string(),
            role: role(profile.role),
            name: profile.display_name,
        };
        let surroundings = Surroundings {
            network: self.services.network(),
            clock: Arc::clone(&self.watch) as _,
            randomness: Randomness::new(system_rng()),
        };
        (Session::new(whose, Arc::clone(&vault) as _, master, surroundings), vault)
    }

    /// A new profile, open.
    fn open(&self, role: ProfileRole) -> OpenProfile {
        let id = ProfileId::random(&mut system_rng());
        let new = NewProfile { id: id.clone(), role, display_name: "Test Anna".to_owned() };
        let (session, vault) = self.session(self.profiles.create(new, None).unwrap());
        OpenProfile::new(id, false, session, vault, Ear::deaf(), Arc::clone(&self.clipboard))
    }
}

fn is_locked(opened: &OpenProfile) -> bool {
    opened.session().is_err_and(|error| error.code == ErrorCode::Locked)
}

#[test]
fn a_new_profile_of_every_role_locks_after_a_quarter_of_an_hour_without_activity() {
    let computer = Computer::at(1_000);
    for role in ROLES {
        let opened = computer.open(role);
        assert_eq!(opened.session().unwrap().settings().unwrap().auto_lock_minutes, 15);
        assert_eq!(opened.outside().auto_lock_minutes, 15);
        opened.lock_if_due(1_000 + QUARTER - 1);
        assert!(!is_locked(&opened), "{role:?}: not a second before");
        opened.lock_if_due(1_000 + QUARTER);
        assert!(is_locked(&opened), "{role:?}: nor a second later");
    }
}

#[test]
fn activity_begins_the_time_anew_and_so_does_unlocking() {
    let computer = Computer::at(1_000);
    let opened = computer.open(ProfileRole::Patient);
    opened.activity(1_000 + QUARTER - 1);
    opened.lock_if_due(1_000 + QUARTER);
    assert!(!is_locked(&opened), "somebody was there a second ago");
    opened.lock_if_due(1_000 + 2 * QUARTER - 2);
    assert!(!is_locked(&opened));
    opened.lock_if_due(1_000 + 2 * QUARTER - 1);
    assert!(is_locked(&opened));

    computer.watch.0.store(50_000, Ordering::SeqCst);
    let (session, vault) = computer.session(computer.profiles.unlock(opened.id(), None).unwrap());
    opened.unlock(session, vault);
    opened.lock_if_due(50_000 + QUARTER - 1);
    assert!(!is_locked(&opened));
    opened.lock_if_due(50_000 + QUARTER);
    assert!(is_locked(&opened));
}

#[test]
fn the_minutes_of_the_settings_hold_at_once_and_after_the_next_start() {
    let computer = Computer::at(1_000);
    let opened = computer.open(ProfileRole::Doctor);
    let id = opened.id().clone();
    let settings = SettingsView { auto_lock_minutes: 1, ..SettingsView::default() };
    opened.session().unwrap().write_settings(&settings).unwrap();
    opened.settings_changed(1, Theme::System);
    opened.lock_if_due(1_059);
    assert!(!is_locked(&opened));
    opened.lock_if_due(1_060);
    assert!(is_locked(&opened));
    drop(opened);

    let (session, vault) = computer.session(computer.profiles.unlock(&id, None).unwrap());
    let clipboard = Arc::clone(&computer.clipboard);
    let again = OpenProfile::new(id, false, session, vault, Ear::deaf(), clipboard);
    assert_eq!(again.outside().auto_lock_minutes, 1);
    again.lock_if_due(1_060);
    assert!(is_locked(&again));
}

#[test]
fn what_was_copied_goes_with_the_lock_and_nothing_is_copied_after_it() {
    let computer = Computer::at(1_000);
    let (anna, other) = (computer.open(ProfileRole::Patient), computer.open(ProfileRole::Doctor));
    anna.copy_text("Potassium 5.9".to_owned()).unwrap();
    other.lock();
    assert_eq!(computer.table.lies_there(), "Potassium 5.9");
    anna.lock_if_due(1_000 + QUARTER);
    assert_eq!(computer.table.lies_there(), "");
    for refused in [anna.copy_text("x".to_owned()), anna.copy_secret("x".to_owned())] {
        assert_eq!(refused.unwrap_err().code, ErrorCode::Locked);
    }
    assert_eq!(computer.table.lies_there(), "");
}

#[test]
fn a_copy_that_comes_while_the_profile_locks_does_not_stay() {
    let computer = Computer::at(1_000);
    let opened = computer.open(ProfileRole::Patient);
    let late = opened.copy(|_| {
        opened.lock();
        let text = Zeroizing::new("Potassium 5.9".to_owned());
        opened.clipboard.put_text(opened.id.as_str(), text)
    });
    assert_eq!(late.unwrap_err().code, ErrorCode::Locked);
    assert_eq!(computer.table.lies_there(), "");
}
