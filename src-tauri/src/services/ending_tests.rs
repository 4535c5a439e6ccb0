//! A desk leaves its clinic: with real services, register and keyring entries.

use std::sync::Arc;

use keyward_app::desk;
use keyward_app::error::ErrorCode;
use keyward_app::leaving::{self, Unasked};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::recovery::status;
use keyward_app::session::Session;
use keyward_app::views::common::{ClinicSetup, Role};
use keyward_app::views::desk::{ClinicianDraft, IdentityDocument, PersonDraft};
use keyward_app::views::recovery::{Forgotten, LeavingReceipt};
use keyward_vault::{NewProfile, ProfileId, ProfileRole};

use super::drill::{Computer, back_up, bring_back, kit_of, operator, patiently};
use super::{Services, ending};
use crate::clinic;
use crate::state::system_rng;

fn anna() -> PersonDraft {
    PersonDraft {
        given_name: "Test-Anna".to_owned(),
        family_name: "Muster-Sample".to_owned(),
        birth_date: "1961-03-14".to_owned(),
        clinic_number: Some("A-17".to_owned()),
        phone: Some("555 0100".to_owned()),
    }
}

fn okafor() -> ClinicianDraft {
    ClinicianDraft {
        name: "Dr Test-Okafor".to_owned(),
        role: "Cardiologist".to_owned(),
        organisation: "Example Clinic".to_owned(),
        registration_number: Some("R 1".to_owned()),
    }
}

/// Registers and invites a person; gives her id and the invitation.
fn invite(computer: &Computer, desk: &Session) -> (String, String) {
    let register = computer.register(desk, operator(desk));
    let id = desk::people::register(desk, &register, &anna()).unwrap().row.id;
    let passport = IdentityDocument::Passport;
    desk::people::check_identity(desk, &register, &id, passport, None).unwrap();
    let invitation = desk::people::invite(desk, &register, &id).unwrap();
    (id, invitation.text)
}

fn person(computer: &Computer, role: ProfileRole) -> Session {
    let id = ProfileId::random(&mut system_rng());
    let new = NewProfile { id, role, display_name: "Test".to_owned() };
    computer.session(computer.profiles.create(new, None).unwrap())
}

fn leave(desk: &Session) -> Result<LeavingReceipt, ErrorCode> {
    leaving::forget_everywhere(desk, Unasked::Stay, &Unwatched).map_err(|error| error.code)
}

fn clinic_lies_here(computer: &Computer) -> bool {
    computer.folder.path().join("services").exists()
        || computer.services.own_profile().unwrap().is_some()
}

fn setup() -> ClinicSetup {
    ClinicSetup {
        clinic_name: "Next Clinic".into(),
        operator_name: "Next Desk".into(),
        passphrase: None,
    }
}

/// The next clinic has nothing of the one before.
fn check_next(computer: &Computer, before: &Session) {
    let made = clinic::set_up(&computer.profiles, &computer.services, &setup()).unwrap();
    let unlocked = computer.profiles.unlock(&made.id.parse().unwrap(), None).unwrap();
    let next = computer.session(unlocked);
    let register = computer.register(&next, operator(&next));
    assert!(desk::people::list(&next, &register, "").unwrap().is_empty());
    let keys = [before, &next].map(|desk| desk.enrolment().unwrap().authority_key);
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn a_clinic_that_others_use_does_not_end_and_nothing_of_it_changes() {
    let (computer, desk) = Computer::with_clinic();
    let (id, invitation) = invite(&computer, &desk);
    let patient = person(&computer, ProfileRole::Patient);
    keyward_app::enrol::accept(&patient, &invitation).unwrap();
    let view = leaving::view(&desk).unwrap().clinic.unwrap();
    assert_eq!((view.people, view.patients, view.doctors, view.backup), (1, 1, 0, None));
    assert_eq!(leave(&desk).unwrap_err(), ErrorCode::ClinicInUse);
    assert!(!leaving::view(&desk).unwrap().begun, "a refusal begins nothing");
    // Served as before.
    let register = computer.register(&desk, operator(&desk));
    assert_eq!(desk::people::list(&desk, &register, "").unwrap().len(), 1);

    // Invited once more she is still a patient with shares of her own.
    desk::people::invite(&desk, &register, &id).unwrap();
    let view = leaving::view(&desk).unwrap().clinic.unwrap();
    assert_eq!((view.patients, view.invitations), (1, 1));
    assert_eq!(leave(&desk).unwrap_err(), ErrorCode::ClinicInUse);

    // A doctor counts as well.
    let invited = desk::clinicians::enrol(&desk, &register, &okafor()).unwrap();
    desk::people::withdraw(&desk, &register, &id, "moved away").unwrap();
    assert_eq!(leaving::view(&desk).unwrap().clinic.unwrap().doctors, 0, "she never came");
    let doctor = person(&computer, ProfileRole::Doctor);
    keyward_app::enrol::accept(&doctor, &invited.text).unwrap();
    assert_eq!(leave(&desk).unwrap_err(), ErrorCode::ClinicInUse);
    let doctors = desk::clinicians::list(&desk, &register).unwrap();
    desk::clinicians::remove(&desk, &register, &doctors[0].id, "retired").unwrap();
    assert_eq!(leave(&desk).unwrap().clinic, Forgotten::Deleted);
    assert!(!clinic_lies_here(&computer));
}

#[test]
fn with_its_desk_a_clinic_that_nobody_uses_is_gone_and_the_next_one_begins_anew() {
    let (computer, desk) = Computer::with_clinic();
    invite(&computer, &desk);
    let own = computer.services.own_profile().unwrap().unwrap();
    let view = leaving::view(&desk).unwrap().clinic.unwrap();
    assert_eq!((view.people, view.patients, view.invitations), (1, 0, 1));
    let told = leave(&desk).unwrap();
    assert_eq!((&told.relay, &told.clinic), (&Forgotten::Deleted, &Forgotten::Deleted));
    assert_eq!((told.role, told.clinic_name.as_deref()), (Role::Desk, Some("Example Clinic")));
    assert!(!clinic_lies_here(&computer));
    assert!(computer.profiles.keyring.read(own.as_str()).unwrap().is_none(), "its key stayed");
    // Killed before the profile went, it is told the same; what is shown meanwhile does not fail.
    let view = leaving::view(&desk).unwrap();
    assert!(view.begun && view.clinic.is_none());
    assert_eq!(leave(&desk).unwrap().clinic, Forgotten::Deleted);
    check_next(&computer, &desk);
    // The desk of before has no say in it.
    assert_eq!(leave(&desk).unwrap().clinic, Forgotten::Deleted);
    assert!(clinic_lies_here(&computer));
    computer.services.stop();
}

#[test]
fn an_end_that_was_cut_off_is_finished_by_whoever_comes_next() {
    for next in ["the same desk", "another clinic", "a backup"] {
        let (computer, desk) = Computer::with_clinic();
        let text = kit_of(&desk);
        let file = computer.folder.path().join("desk.kwb");
        back_up(&desk, &file);
        computer.services.stop();
        let own = computer.services.own_profile().unwrap().unwrap();
        let unlocked = computer.profiles.unlock(&own, None).unwrap();
        ending::note_end(&unlocked, operator(&desk).verifying_key()).unwrap();
        drop(unlocked);
        assert!(clinic_lies_here(&computer), "{next}");
        match next {
            "the same desk" => {
                assert!(computer.services.end(operator(&desk).verifying_key()).unwrap());
                assert!(!clinic_lies_here(&computer));
            }
            "another clinic" => check_next(&computer, &desk),
            _ => {
                let again = computer.empty_desk();
                bring_back(&again, &text, &file).unwrap();
                let register = computer.register(&again, operator(&again));
                patiently(|| desk::people::list(&again, &register, "")).unwrap();
            }
        }
        computer.services.stop();
    }
}

#[test]
fn a_clinic_that_was_handed_over_outlives_the_desk_it_had() {
    let (computer, first) = Computer::with_clinic();
    let (_, invitation) = invite(&computer, &first);
    let patient = person(&computer, ProfileRole::Patient);
    keyward_app::enrol::accept(&patient, &invitation).unwrap();
    let text = kit_of(&first);
    let file = computer.folder.path().join("desk.kwb");
    back_up(&first, &file);
    let second = computer.empty_desk();
    bring_back(&second, &text, &file).unwrap();
    let view = leaving::view(&first).unwrap();
    assert!(view.clinic.is_none(), "it is hers no more");
    let told = leave(&first).unwrap();
    assert_eq!((told.relay, told.clinic), (Forgotten::Nothing, Forgotten::Nothing));
    let register = computer.register(&second, operator(&second));
    assert_eq!(patiently(|| desk::people::list(&second, &register, "")).unwrap().len(), 1);
    assert_eq!(leave(&second).unwrap_err(), ErrorCode::ClinicInUse);
    computer.services.stop();
}

#[test]
fn the_backup_that_was_made_before_brings_the_clinic_back_and_none_is_made_after() {
    let (computer, desk) = Computer::with_clinic();
    let text = kit_of(&desk);
    let file = computer.folder.path().join("desk.kwb");
    status::choose_file(&desk, Some(&file)).unwrap();
    assert_eq!(leaving::view(&desk).unwrap().clinic.unwrap().backup, None, "chosen, not written");
    status::back_up(&desk, &Unwatched, &Cancel::new()).unwrap();
    assert!(leaving::view(&desk).unwrap().clinic.unwrap().backup.is_some());
    leave(&desk).unwrap();
    // What would be written now holds no clinic.
    assert!(!status::can_back_up(&desk).unwrap());
    let refused = status::back_up(&desk, &Unwatched, &Cancel::new());
    assert_eq!(refused.unwrap_err().code, ErrorCode::LeavingBegun);
    let again = computer.empty_desk();
    bring_back(&again, &text, &file).unwrap();
    let before = desk.enrolment().unwrap().authority_key;
    assert_eq!(again.enrolment().unwrap().authority_key, before, "the same clinic");
    computer.services.stop();
}

#[test]
fn nobody_but_its_desk_ends_a_clinic_or_reads_its_register() {
    let (computer, _desk) = Computer::with_clinic();
    let other = computer.empty_desk();
    let key = operator(&other).verifying_key().clone();
    for running in [true, false] {
        if !running {
            computer.services.stop();
        }
        assert!(computer.services.register_of(&key).unwrap().is_none());
        assert!(!computer.services.end(&key).unwrap());
        assert!(leaving::view(&other).unwrap().clinic.is_none());
        assert_eq!(leave(&other).unwrap().clinic, Forgotten::Nothing);
        assert!(clinic_lies_here(&computer));
    }
    let patient = person(&computer, ProfileRole::Patient);
    let patient = patient.with_clinic(Arc::new(super::OfDesk(Arc::clone(&computer.services))));
    assert!(leaving::view(&patient).unwrap().clinic.is_none());
    assert!(Services::owns(&computer.services.own_profile().unwrap().unwrap()));
    computer.services.stop();
}
