//! A lost device is replaced by the recovery kit, a person leaves; what the clinic keeps is said.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;

use keyward_authority::backup::{back_up, restore};
use keyward_protocol::{
    ids::ServiceId,
    invitation::Purpose,
    keys::SigningKey,
    statement::{Act, EnrolmentReplacement, ForgetStatement, Kept, Receipt, Signed, recovery_hash},
};
use keyward_relay_api::{
    authority::clinicians::ClinicianState,
    authority::people::{Event, PersonState},
    backup::Safekeeping,
    ends::{End, Ends},
    http::{ClientError, SystemTime, UnixClock as _},
    problem::ProblemCode,
};
use support::{Clinic, Device, NOW, enrol, problem};

/// An enrolled person's id, device key and recovery key.
fn enrolled(clinic: &Clinic) -> (String, SigningKey, SigningKey) {
    let (person, invitation) = clinic.invited();
    let device = Device::patient();
    enrol(&clinic.served, &invitation.code, Purpose::Patient, &device).answer();
    let recovery = support::key();
    let key = device.into_signing();
    clinic.client().set_recovery(&key, recovery_hash(recovery.verifying_key())).unwrap();
    (person.id, key, recovery)
}

fn replacement(
    clinic: &Clinic,
    old: &SigningKey,
    recovery: &SigningKey,
    new: &SigningKey,
    at: u64,
) -> EnrolmentReplacement {
    EnrolmentReplacement {
        service_id: clinic.authority.service_id(),
        enrolment: old.verifying_key().key_id(),
        recovery: recovery.verifying_key().clone(),
        successor: new.verifying_key().clone(),
        successor_recovery: [7; 32],
        replaced_at: at,
    }
}

/// Whether a device's key still does what devices do.
fn works(clinic: &Clinic, key: &SigningKey) -> bool {
    match clinic.client().set_recovery(key, [8; 32]) {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(problem(&error), ProblemCode::BadSignature);
            false
        }
    }
}

#[test]
fn a_lost_device_is_replaced_at_once_and_a_retry_gets_the_receipt_again() {
    let clinic = Clinic::new();
    let (id, old, recovery) = enrolled(&clinic);
    let new = support::key();
    let bytes =
        replacement(&clinic, &old, &recovery, &new, NOW).sign(&recovery).unwrap().to_bytes();
    let first = clinic.client().replace_enrolment(&new, bytes.clone()).unwrap();
    let again = clinic.client().replace_enrolment(&new, bytes.clone()).unwrap();
    for receipt in [&first, &again] {
        let signed = Signed::from_bytes(&receipt.receipt).unwrap();
        let receipt = Receipt::verify(
            signed,
            clinic.authority.verifying_key(),
            clinic.authority.service_id(),
            Act::EnrolmentReplaced,
            &bytes,
        )
        .unwrap();
        assert_eq!(receipt.subject, old.verifying_key().key_id());
        assert_eq!(receipt.done_at, first.at);
    }
    assert!(!works(&clinic, &old), "the old key is refused at once");
    assert!(works(&clinic, &new));
    let person = clinic.person(&id);
    assert_eq!(person.state, PersonState::Enrolled);
    let replaced = person.history.iter().filter(|entry| entry.event == Event::DeviceReplaced);
    assert_eq!(replaced.count(), 1, "said twice, done once");
    // Also after a restart.
    let reopened = clinic.keys.open(clinic.dir.path()).unwrap();
    let reopened = support::Served::start(reopened, clinic.keys.clock.clone());
    let refused = reopened.client.set_recovery(&old, [8; 32]).unwrap_err();
    assert_eq!(problem(&refused), ProblemCode::BadSignature);
}

#[test]
fn validly_signed_wrong_replacements_change_nothing() {
    let clinic = Clinic::new();
    let (_, old, recovery) = enrolled(&clinic);
    let (_, other, others) = enrolled(&clinic);
    let new = support::key();
    let post = |by: &SigningKey, statement: EnrolmentReplacement, key: &SigningKey| {
        let bytes = statement.sign(key).unwrap().to_bytes();
        clinic.client().replace_enrolment(by, bytes).map_err(|error| problem(&error)).err()
    };
    // Somebody else's recovery key, another service, a time ahead, a request by who is not named.
    let theirs = replacement(&clinic, &old, &others, &new, NOW);
    assert_eq!(post(&new, theirs, &others), Some(ProblemCode::BadReplacement));
    let elsewhere = EnrolmentReplacement {
        service_id: ServiceId::from_bytes([9; 16]),
        ..replacement(&clinic, &old, &recovery, &new, NOW)
    };
    assert_eq!(post(&new, elsewhere, &recovery), Some(ProblemCode::BadReplacement));
    let ahead = replacement(&clinic, &old, &recovery, &new, NOW + 86_400);
    assert_eq!(post(&new, ahead, &recovery), Some(ProblemCode::BadReplacement));
    let stolen = replacement(&clinic, &old, &recovery, &new, NOW);
    assert_eq!(post(&support::key(), stolen, &recovery), Some(ProblemCode::BadSignature));
    // Another's device as the new one, and a key nobody registered.
    let taken = replacement(&clinic, &old, &recovery, &other, NOW);
    assert_eq!(post(&other, taken, &recovery), Some(ProblemCode::RegisterConflict));
    let unknown = replacement(&clinic, &support::key(), &recovery, &new, NOW);
    assert_eq!(post(&new, unknown, &recovery), Some(ProblemCode::NotFound));
    assert!(works(&clinic, &old) && works(&clinic, &other) && !works(&clinic, &new));
}

#[test]
fn who_restores_twice_goes_on_and_an_older_statement_changes_nothing() {
    let clinic = Clinic::new();
    let (id, old, recovery) = enrolled(&clinic);
    let (first, second) = (support::key(), support::key());
    let post = |new: &SigningKey, at: u64| {
        let statement = replacement(&clinic, &old, &recovery, new, at).sign(&recovery).unwrap();
        clinic.client().replace_enrolment(new, statement.to_bytes())
    };
    post(&first, NOW - 10).unwrap();
    for at in [NOW - 20, NOW - 10] {
        let ClientError::Problem(stale) = post(&second, at).err().unwrap() else { panic!() };
        assert_eq!((stale.code, stale.since), (ProblemCode::StaleReplacement, Some(NOW - 10)));
    }
    post(&second, NOW).unwrap();
    assert!(!works(&clinic, &first) && works(&clinic, &second));
    // What the desk does ends every line before it.
    let invitation = clinic.invite(&id);
    let fresh = Device::patient();
    enrol(&clinic.served, &invitation.code, Purpose::Patient, &fresh).answer();
    let late = post(&support::key(), NOW + 1).err().unwrap();
    assert_eq!(problem(&late), ProblemCode::NotFound);
    assert!(works(&clinic, fresh.signing()));
}

#[test]
fn who_leaves_gets_a_receipt_that_says_what_is_kept() {
    let clinic = Clinic::new();
    let (id, key, recovery) = enrolled(&clinic);
    let statement = ForgetStatement {
        service_id: clinic.authority.service_id(),
        subject: key.verifying_key().key_id(),
        asked_at: NOW,
    };
    let (_, other, _) = enrolled(&clinic);
    let bytes = Signed::sign(&key, statement.clone()).unwrap().to_bytes();
    // Nobody else's statement, and none for another service.
    let foreign = clinic.client().leave(&other, bytes.clone()).err().unwrap();
    assert_eq!(problem(&foreign), ProblemCode::Malformed);
    let elsewhere = ForgetStatement { service_id: ServiceId::from_bytes([9; 16]), ..statement };
    let elsewhere = Signed::sign(&key, elsewhere).unwrap().to_bytes();
    let refused = clinic.client().leave(&key, elsewhere).err().unwrap();
    assert_eq!(problem(&refused), ProblemCode::Malformed);
    assert!(works(&clinic, &key));
    clinic.client().set_recovery(&key, recovery_hash(recovery.verifying_key())).unwrap();

    let first = clinic.client().leave(&key, bytes.clone()).unwrap();
    let again = clinic.client().leave(&key, bytes.clone()).unwrap();
    assert_eq!(first.at, again.at);
    let receipt = Receipt::verify(
        Signed::from_bytes(&again.receipt).unwrap(),
        clinic.authority.verifying_key(),
        clinic.authority.service_id(),
        Act::EnrolmentEnded,
        &bytes,
    )
    .unwrap();
    assert!(receipt.kept.contains(Kept::REGISTER_ENTRY.and(Kept::IDENTITY_CHECKS)));
    let person = clinic.person(&id);
    assert_eq!((person.state, person.person.phone), (PersonState::Withdrawn, None));
    assert!(person.history.iter().any(|entry| entry.event == Event::Left));
    assert!(!works(&clinic, &key));
    // The kit does not bring back who left.
    let new = support::key();
    let back = replacement(&clinic, &key, &recovery, &new, NOW).sign(&recovery).unwrap();
    let back = clinic.client().replace_enrolment(&new, back.to_bytes()).err().unwrap();
    assert_eq!(problem(&back), ProblemCode::NotFound);
}

#[test]
fn a_clinician_who_leaves_is_removed_by_her_own_key_only() {
    let clinic = Clinic::new();
    let journal = clinic.dir.path().join("ends");
    clinic.authority.keep_journal(&journal).unwrap();
    let (id, invitation) = clinic.enrol_clinician("Dr Test One");
    let device = Device::clinician();
    enrol(&clinic.served, &invitation.code, Purpose::Clinician, &device).answer();
    let key = device.into_signing();
    let service_id = clinic.authority.service_id();
    let statement = |key: &SigningKey| {
        let subject = key.verifying_key().key_id();
        let statement = ForgetStatement { service_id, subject, asked_at: NOW };
        Signed::sign(key, statement).unwrap().to_bytes()
    };
    let listed = || {
        let all = clinic.client().clinicians(clinic.operator()).unwrap().clinicians;
        all.into_iter().find(|one| one.id == id).unwrap()
    };
    let stranger = support::key();
    let refused = clinic.client().leave(&stranger, statement(&stranger)).err().unwrap();
    assert_eq!(problem(&refused), ProblemCode::NotFound);
    let hash = listed().certificate.unwrap();

    let bytes = statement(&key);
    let first = clinic.client().leave(&key, bytes.clone()).unwrap();
    let again = clinic.client().leave(&key, bytes.clone()).unwrap();
    assert_eq!(first.at, again.at);
    for told in [first, again] {
        let receipt = Receipt::verify(
            Signed::from_bytes(&told.receipt).unwrap(),
            clinic.authority.verifying_key(),
            service_id,
            Act::EnrolmentEnded,
            &bytes,
        );
        assert_eq!(receipt.unwrap().kept, Kept::REGISTER_ENTRY.and(Kept::HISTORY));
    }
    let gone = listed();
    assert_eq!((gone.state, gone.certificate), (ClinicianState::Removed, None));
    assert!(gone.history.iter().any(|entry| entry.event == Event::Left));
    assert!(clinic.authority.removed_certificates().unwrap().contains(&hash));
    assert!(Ends::read(&journal, service_id).unwrap().all().contains(&End::Clinician(hash)));
}

#[test]
fn an_enrolment_without_a_kit_can_only_be_renewed_at_the_desk() {
    let clinic = Clinic::new();
    let (_, invitation) = clinic.invited();
    let device = Device::patient();
    enrol(&clinic.served, &invitation.code, Purpose::Patient, &device).answer();
    let (recovery, new) = (support::key(), support::key());
    let statement = replacement(&clinic, device.signing(), &recovery, &new, NOW);
    let bytes = statement.sign(&recovery).unwrap().to_bytes();
    let refused = clinic.client().replace_enrolment(&new, bytes).err().unwrap();
    assert_eq!(problem(&refused), ProblemCode::NotFound);
}

#[test]
fn a_restored_register_knows_who_was_replaced_and_who_left_since() {
    let clinic = Clinic::new();
    let journal = clinic.dir.path().join("ends");
    clinic.authority.keep_journal(&journal).unwrap();
    let (lost_id, lost, recovery) = enrolled(&clinic);
    let (gone_id, gone, _) = enrolled(&clinic);
    let (_, stays, _) = enrolled(&clinic);
    let safekeeping = |dir, journal| Safekeeping {
        dir,
        service_id: clinic.authority.service_id(),
        storage_key: &clinic.keys.storage,
        journal,
        now: NOW,
    };
    let backup = tempfile::tempdir().unwrap();
    back_up(&safekeeping(clinic.dir.path(), Some(&journal)), backup.path()).unwrap();

    // Replaced twice: neither the old key nor the one between comes back.
    let (first, second) = (support::key(), support::key());
    for (new, at) in [(&first, NOW - 1), (&second, NOW)] {
        let statement = replacement(&clinic, &lost, &recovery, new, at).sign(&recovery).unwrap();
        clinic.client().replace_enrolment(new, statement.to_bytes()).unwrap();
    }
    let wish = ForgetStatement {
        service_id: clinic.authority.service_id(),
        subject: gone.verifying_key().key_id(),
        asked_at: NOW,
    };
    clinic.client().leave(&gone, Signed::sign(&gone, wish).unwrap().to_bytes()).unwrap();
    let noted = Ends::read(&journal, clinic.authority.service_id()).unwrap().all();
    for key in [&lost, &first] {
        assert!(noted.contains(&End::Enrolment(key.verifying_key().key_id())));
    }

    let folder = tempfile::tempdir().unwrap();
    let restored = restore(&safekeeping(folder.path(), Some(&journal)), backup.path()).unwrap();
    assert_eq!(restored.ended, 2);
    let clock = clinic.keys.clock.clone();
    // The restore used the machine's own clock, and nothing signed before it is taken.
    clock.set(SystemTime.now() + 10);
    let served = support::Served::start(clinic.keys.open(folder.path()).unwrap(), clock);
    let operator = clinic.operator();
    for key in [&lost, &first, &gone] {
        let refused = served.client.set_recovery(key, [8; 32]).unwrap_err();
        assert_eq!(problem(&refused), ProblemCode::BadSignature);
    }
    served.client.set_recovery(&stays, [8; 32]).unwrap();
    let lost = served.client.person(operator, &lost_id).unwrap();
    assert_eq!(lost.state, PersonState::IdentityChecked, "the desk enrols her anew");
    let gone = served.client.person(operator, &gone_id).unwrap();
    assert_eq!((gone.state, gone.person.phone), (PersonState::Withdrawn, None));
}

/// Whether these bytes are in any file of a folder.
fn contains(dir: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(dir).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}

/// What is stored of a person, sealed as it lies in the register.
fn sealed(dir: &Path, id: &str) -> Vec<u8> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let register = rusqlite::Connection::open_with_flags(dir.join("authority.db"), flags).unwrap();
    let select = "SELECT sealed_person FROM people WHERE lower(hex(id)) = ?1";
    register.query_row(select, [id], |row| row.get(0)).unwrap()
}

#[test]
fn what_is_forgotten_when_somebody_leaves_is_nowhere_in_the_files() {
    let clinic = Clinic::new();
    let (id, key, _) = enrolled(&clinic);
    let old = sealed(clinic.dir.path(), &id);
    assert!(contains(clinic.dir.path(), &old), "the search finds it");
    let phone = clinic.person(&id).person.phone.unwrap();
    assert!(!contains(clinic.dir.path(), phone.as_bytes()), "never in clear");
    let wish = ForgetStatement {
        service_id: clinic.authority.service_id(),
        subject: key.verifying_key().key_id(),
        asked_at: NOW,
    };
    let bytes = Signed::sign(&key, wish).unwrap().to_bytes();
    let left = clinic.client().leave(&key, bytes).unwrap();
    let receipt = Signed::<Receipt>::from_bytes(&left.receipt).unwrap();
    assert_eq!(receipt.unverified().erased_by, left.at, "the receipt says that it is gone");
    let backup = tempfile::tempdir().unwrap();
    let safekeeping = Safekeeping {
        dir: clinic.dir.path(),
        service_id: clinic.authority.service_id(),
        storage_key: &clinic.keys.storage,
        journal: None,
        now: NOW,
    };
    back_up(&safekeeping, backup.path()).unwrap();
    // Also not in part: the half that a page boundary could have cut off.
    let (first, second) = old.split_at(old.len() / 2);
    for part in [&old[..], first, second] {
        assert!(!contains(clinic.dir.path(), part), "in the register or its log");
        assert!(!contains(backup.path(), part), "in a backup");
    }
    assert!(contains(clinic.dir.path(), &sealed(clinic.dir.path(), &id)), "what is kept is there");
}
