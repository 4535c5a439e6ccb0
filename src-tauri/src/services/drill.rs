//! The drill: a clinic comes back on an empty computer, from its desk's kit and backup.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use keyward_app::desk::{self, HttpDesk, keys};
use keyward_app::error::{AppError, ErrorCode};
use keyward_app::identity::Enrolment;
use keyward_app::ports::clock::SystemClock;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::randomness::Randomness;
use keyward_app::recovery::file::{FileSource, FileTarget};
use keyward_app::recovery::{kit, restore, write};
use keyward_app::session::{Profile, Session, Surroundings};
use keyward_app::views::common::{ClinicSetup, Role};
use keyward_app::views::desk::{ClinicianDraft, PersonDraft};
use keyward_app::views::recovery::{KitWord, RestoreReport};
use keyward_protocol::keys::SigningKey;
use keyward_protocol::kit::{KitKeys, KitText};
use keyward_vault::{MemoryKeyring, NewProfile, ProfileId, ProfileRole, ProfileStore, Unlocked};

use super::{OfDesk, Services};
use crate::clinic;
use crate::state::{Profiles, system_rng};

/// A computer with the app on it.
pub(super) struct Computer {
    pub(super) folder: tempfile::TempDir,
    pub(super) profiles: Arc<Profiles>,
    pub(super) services: Arc<Services>,
}

impl Computer {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = ProfileStore::open(folder.path()).unwrap();
        let profiles = Arc::new(Profiles::new(store, Arc::new(MemoryKeyring::new())));
        let services =
            Arc::new(Services::new(folder.path().join("services"), Arc::clone(&profiles)));
        Self { folder, profiles, services }
    }

    /// Sets up a clinic and opens its desk.
    pub(super) fn with_clinic() -> (Self, Session) {
        let computer = Self::new();
        let setup = ClinicSetup {
            clinic_name: "Example Clinic".into(),
            operator_name: "Test Desk".into(),
            passphrase: None,
        };
        let made = clinic::set_up(&computer.profiles, &computer.services, &setup).unwrap();
        let unlocked = computer.profiles.unlock(&made.id.parse().unwrap(), None).unwrap();
        let session = computer.session(unlocked);
        (computer, session)
    }

    /// A new profile of a desk, without a clinic.
    pub(super) fn empty_desk(&self) -> Session {
        let new = NewProfile {
            id: ProfileId::random(&mut system_rng()),
            role: ProfileRole::Desk,
            display_name: "Test Desk".to_owned(),
        };
        self.session(self.profiles.create(new, None).unwrap())
    }

    pub(super) fn session(&self, unlocked: Unlocked) -> Session {
        let Unlocked { vault, master, profile } = unlocked;
        let role = crate::state::role(profile.role);
        let whose = Profile { id: profile.id.to_string(), role, name: profile.display_name };
        let surroundings = Surroundings {
            network: self.services.network(),
            clock: Arc::new(SystemClock),
            randomness: Randomness::new(system_rng()),
        };
        Session::new(whose, vault, master, surroundings)
            .with_clinic(Arc::new(OfDesk(Arc::clone(&self.services))))
    }

    /// The register, asked with the key of this operator.
    pub(super) fn register(&self, session: &Session, operator: SigningKey) -> HttpDesk {
        let at = session.enrolment().unwrap().authority();
        let client = self.services.network().authority_client(&at).unwrap();
        HttpDesk::new(client, Arc::new(operator))
    }
}

pub(super) fn operator(session: &Session) -> SigningKey {
    session.with_master(keys::operator).unwrap()
}

/// Confirms a kit; gives its text.
pub(super) fn kit_of(session: &Session) -> String {
    kit::make(session).unwrap();
    let view = kit::show(session).unwrap();
    let asked = kit::status(session).unwrap().unwrap().asked;
    let word = |place: &u32| KitWord {
        place: *place,
        word: view.words[usize::try_from(*place).unwrap() - 1].clone(),
    };
    let typed: Vec<KitWord> = asked.iter().map(word).collect();
    assert!(kit::confirm(session, &typed).unwrap().confirmed);
    view.text
}

pub(super) fn back_up(session: &Session, path: &Path) -> u64 {
    let written = write::write(session, &mut FileTarget::new(path), &Unwatched, &Cancel::new());
    written.unwrap().changes
}

/// Makes a kit and a backup; gives the kit's text and the file.
fn saved(computer: &Computer, desk: &Session) -> (String, PathBuf) {
    let text = kit_of(desk);
    let file = computer.folder.path().join("desk.kwb");
    back_up(desk, &file);
    (text, file)
}

pub(super) fn bring_back(
    session: &Session,
    text: &str,
    path: &Path,
) -> Result<RestoreReport, ErrorCode> {
    let secret = KitText::parse(text).unwrap().secret;
    let mut source = FileSource::open(path).unwrap();
    let versions = source.versions(&KitKeys::of(&secret).unwrap()).unwrap();
    let newest = versions.last().unwrap();
    restore::restore(session, &secret, newest, &mut source, &Unwatched, &Cancel::new())
        .map_err(|error| error.code)
}

/// A restored register takes no request signed in the second in which it was restored: asked again a moment later.
pub(super) fn patiently<T>(mut ask: impl FnMut() -> Result<T, AppError>) -> Result<T, ErrorCode> {
    for _ in 0..40 {
        match ask() {
            Err(error) if error.code == ErrorCode::AuthorityLimited => {
                std::thread::sleep(Duration::from_millis(250));
            }
            outcome => return outcome.map_err(|error| error.code),
        }
    }
    Err(ErrorCode::AuthorityLimited)
}

fn anna() -> PersonDraft {
    PersonDraft {
        given_name: "Test-Anna".to_owned(),
        family_name: "Muster-Sample".to_owned(),
        birth_date: "1961-03-14".to_owned(),
        clinic_number: None,
        phone: None,
    }
}

#[test]
fn a_clinic_comes_back_on_an_empty_computer_with_its_keys_and_its_register() {
    let (lost, desk) = Computer::with_clinic();
    let register = lost.register(&desk, operator(&desk));
    let person = anna();
    desk::people::register(&desk, &register, &person).unwrap();
    let doctor = ClinicianDraft {
        name: "Dr Test-Okafor".to_owned(),
        role: "Cardiologist".to_owned(),
        organisation: "Example Clinic".to_owned(),
        registration_number: None,
    };
    desk::clinicians::enrol(&desk, &register, &doctor).unwrap();
    let (text, file) = saved(&lost, &desk);
    // What is registered later goes into the next version.
    let later = PersonDraft { given_name: "Test-Bruno".to_owned(), ..person };
    desk::people::register(&desk, &register, &later).unwrap();
    assert!(write::is_behind(&desk, FileTarget::NAME).unwrap());
    assert!(back_up(&desk, &file) > 0);
    let before = desk.enrolment().unwrap();
    let old_operator = operator(&desk);
    lost.services.stop();

    let found = Computer::new();
    let restored = found.empty_desk();
    let report = bring_back(&restored, &text, &file).unwrap();
    assert_eq!((report.role, report.people), (Role::Desk, 3));
    let after = restored.enrolment().unwrap();
    assert_eq!(after.service_id, before.service_id);
    assert_eq!(after.authority_key, before.authority_key, "the clinic signs as before");
    let register = found.register(&restored, operator(&restored));
    let people = patiently(|| desk::people::list(&restored, &register, "")).unwrap();
    assert_eq!(people.len(), 2);
    let clinicians = desk::clinicians::list(&restored, &register).unwrap();
    assert_eq!(clinicians[0].details.name, "Dr Test-Okafor");
    // An invitation was open: it may have been used meanwhile, so it is over.
    desk::clinicians::reinvite(&restored, &register, &clinicians[0].id).unwrap();
    // The lost desk's key opens nothing here.
    let stranger = found.register(&restored, old_operator);
    let refused = desk::people::list(&restored, &stranger, "").unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotAllowed);

    // One that was restored has a backup again.
    let again = found.folder.path().join("desk.kwb");
    back_up(&restored, &again);
    found.services.stop();
    let third = Computer::new();
    assert_eq!(bring_back(&third.empty_desk(), &text, &again).unwrap().people, 3);
    third.services.stop();
}

#[test]
fn a_desk_without_this_clinic_takes_nothing_of_it_along() {
    let (computer, _desk) = Computer::with_clinic();
    let other = computer.empty_desk();
    let text = kit_of(&other);
    let file = computer.folder.path().join("other.kwb");
    back_up(&other, &file);
    computer.services.stop();
    let empty = Computer::new();
    let restored = empty.empty_desk();
    assert_eq!(bring_back(&restored, &text, &file).unwrap().people, 0);
    assert!(Enrolment::load(&*restored.read().unwrap()).unwrap().is_none());
    assert!(empty.services.own_profile().unwrap().is_none());
}

#[test]
fn a_computer_has_one_clinic_and_another_one_is_not_put_in_its_place() {
    let (lost, desk) = Computer::with_clinic();
    let (text, file) = saved(&lost, &desk);
    lost.services.stop();
    let (other, known) = Computer::with_clinic();
    for running in [true, false] {
        if !running {
            other.services.stop();
        }
        let refused = bring_back(&other.empty_desk(), &text, &file).unwrap_err();
        assert_eq!(refused, ErrorCode::ClinicHere);
    }
    let register = other.register(&known, operator(&known));
    assert!(desk::people::list(&known, &register, "").unwrap().is_empty());
    other.services.stop();
}

#[test]
fn a_desk_that_cannot_be_opened_any_more_is_made_again_beside_its_clinic() {
    let (computer, locked) = Computer::with_clinic();
    let (text, file) = saved(&computer, &locked);
    let person = anna();
    let register = computer.register(&locked, operator(&locked));
    desk::people::register(&locked, &register, &person).unwrap();
    // The clinic serves others meanwhile.
    let again = computer.empty_desk();
    assert_eq!(bring_back(&again, &text, &file).unwrap().people, 1, "nothing newer is lost");
    let register = computer.register(&again, operator(&again));
    assert_eq!(desk::people::list(&again, &register, "").unwrap().len(), 1);
    let stranger = computer.register(&again, operator(&locked));
    let refused = desk::people::list(&again, &stranger, "").unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotAllowed, "one desk, with one key");
    computer.services.stop();
}

#[test]
fn a_try_that_did_not_come_to_its_end_is_made_again() {
    let (lost, desk) = Computer::with_clinic();
    let (text, file) = saved(&lost, &desk);
    lost.services.stop();
    let found = Computer::new();
    let half = found.empty_desk();
    bring_back(&half, &text, &file).unwrap();
    // The app ended before the desk was whole, and its profile was thrown away.
    let id: ProfileId = half.profile().id.parse().unwrap();
    half.lock();
    drop(half);
    found.profiles.store.discard(&id, &*found.profiles.keyring).unwrap();
    let whole = found.empty_desk();
    bring_back(&whole, &text, &file).unwrap();
    let register = found.register(&whole, operator(&whole));
    let people = patiently(|| desk::people::list(&whole, &register, "")).unwrap();
    assert!(people.is_empty());
    found.services.stop();
}
