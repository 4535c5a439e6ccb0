//! A desk's backup and the clinic beside it, with an invented clinic: what goes into a version, what comes back,
//! and who gets nothing. The drill with real services is in the shell (`src-tauri/src/services/drill.rs`).
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::sync::{Arc, Mutex};

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::ports::clinic::{ClinicHere, MADE, Pieces, Register};
use keyward_app::ports::relay::Network;
use keyward_app::recovery::file::FileTarget;
use keyward_app::recovery::{status, write};
use keyward_app::session::{Profile, Session};
use keyward_app::views::common::Role;
use keyward_protocol::keys::VerifyingKey;
use support::World;
use support::kits::{back_up, kit_of, restore_into};
use zeroize::Zeroizing;

/// A clinic of which only the pieces are there.
#[derive(Default)]
struct Invented {
    pieces: Mutex<Pieces>,
    taken: Mutex<Option<(String, Vec<u8>, Pieces)>>,
    full: bool,
}

impl Invented {
    fn put(&self, id: &str, body: &[u8]) {
        self.pieces.lock().unwrap().insert(id.to_owned(), Zeroizing::new(body.to_vec()));
    }
}

impl ClinicHere for Invented {
    fn pieces(&self, _: &VerifyingKey) -> Result<Pieces, AppError> {
        Ok(self.pieces.lock().unwrap().clone())
    }

    fn take(
        &self,
        desk: &Profile,
        operator: &VerifyingKey,
        given: Pieces,
    ) -> Result<u64, AppError> {
        if self.full {
            return Err(ErrorCode::ClinicHere.into());
        }
        let taken = (desk.id.clone(), operator.to_bytes().to_vec(), given);
        *self.taken.lock().unwrap() = Some(taken);
        Ok(3)
    }

    fn register(&self, _: &VerifyingKey) -> Result<Option<Register>, AppError> {
        Ok(None)
    }

    fn end(&self, _: &VerifyingKey) -> Result<bool, AppError> {
        Ok(false)
    }
}

fn desk(world: &World, role: Role, clinic: &Arc<Invented>) -> Session {
    let network = Arc::clone(&world.network) as Arc<dyn Network>;
    world.person(role, "Test Desk", network).with_clinic(Arc::clone(clinic) as _)
}

fn clinic() -> Arc<Invented> {
    let clinic = Arc::new(Invented::default());
    clinic.put("secret", &[7; 32]);
    clinic.put("register/authority.db/000000", b"first");
    clinic.put("made/manifest.json/000000", b"at one");
    clinic
}

#[test]
fn a_clinic_is_in_its_desk_s_backup_as_it_is_now_and_comes_back_to_the_new_desk() {
    let world = World::new();
    let before = clinic();
    let lost = desk(&world, Role::Desk, &before);
    let text = kit_of(&lost);
    let file = world.folder.path().join("desk.kwb");
    assert!(back_up(&lost, &file).changes > 0);
    // When it was taken is no news; what is in it is.
    before.put("made/manifest.json/000000", b"at two");
    assert!(!write::is_behind(&lost, FileTarget::NAME).unwrap());
    assert_eq!(back_up(&lost, &file).changes, 0);
    before.put("register/authority.db/000000", b"second");
    before.put("register/authority.db/000001", b"more");
    assert!(write::is_behind(&lost, FileTarget::NAME).unwrap());
    assert_eq!(back_up(&lost, &file).changes, 3, "two pieces, and when they were taken");
    before.pieces.lock().unwrap().remove("register/authority.db/000001");
    assert_eq!(back_up(&lost, &file).changes, 1);

    let after = Arc::new(Invented::default());
    let found = desk(&world, Role::Desk, &after);
    restore_into(&found, &text, &file).unwrap();
    let (whose, operator, given) = after.taken.lock().unwrap().take().unwrap();
    assert_eq!(whose, found.profile().id);
    let own = found.with_master(keyward_app::desk::keys::operator).unwrap();
    assert_eq!(operator, own.verifying_key().to_bytes(), "her new key, not the lost one");
    assert_eq!(given, *before.pieces.lock().unwrap());
    assert!(given.keys().any(|id| id.starts_with(MADE)));
    let report = keyward_app::recovery::report::report(&found).unwrap().unwrap();
    assert_eq!((report.role, report.people), (Role::Desk, 3));
}

#[test]
fn where_another_clinic_is_nothing_is_brought_back() {
    let world = World::new();
    let lost = desk(&world, Role::Desk, &clinic());
    let text = kit_of(&lost);
    let file = world.folder.path().join("desk.kwb");
    back_up(&lost, &file);
    let full = Arc::new(Invented { full: true, ..Invented::default() });
    let found = desk(&world, Role::Desk, &full);
    assert_eq!(restore_into(&found, &text, &file).unwrap_err().code, ErrorCode::ClinicHere);
    assert!(keyward_app::recovery::restore::is_unfinished(&found).unwrap(), "to be thrown away");
}

#[test]
fn only_a_desk_takes_the_clinic_along() {
    let world = World::new();
    let patient = desk(&world, Role::Patient, &clinic());
    let text = kit_of(&patient);
    let file = world.folder.path().join("patient.kwb");
    back_up(&patient, &file);
    let after = Arc::new(Invented::default());
    restore_into(&desk(&world, Role::Patient, &after), &text, &file).unwrap();
    assert!(after.taken.lock().unwrap().is_none());
}

#[test]
fn a_desk_is_reminded_until_kit_and_backup_are_made() {
    let world = World::new();
    let desk = desk(&world, Role::Desk, &clinic());
    assert!(status::status(&desk).unwrap().remind);
    kit_of(&desk);
    let file = world.folder.path().join("desk.kwb");
    status::choose_file(&desk, Some(&file)).unwrap();
    let (progress, cancel) =
        (keyward_app::ports::progress::Unwatched, keyward_app::ports::progress::Cancel::new());
    status::back_up(&desk, &progress, &cancel).unwrap();
    assert!(!status::status(&desk).unwrap().remind);
}
