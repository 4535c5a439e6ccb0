//! The file: unreadable without its key, whole after a crash, one truth for two processes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;
use std::sync::Barrier;

use keyward_authority::StoreError;
use keyward_protocol::invitation::Purpose;
use keyward_relay_api::authority::{
    enrol::{EnrolAnswer, EnrolRefusal},
    people::{CorrectPerson, Person, PersonState, Reason},
};
use support::{Clinic, Device, FAMILY, NAME, Served, enrol};

/// Everything in the folder, as one who copied the disk sees it.
fn raw(dir: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        all.extend(fs::read(entry.unwrap().path()).unwrap());
    }
    all
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

#[test]
fn personal_data_and_codes_are_not_readable_in_the_files() {
    let clinic = Clinic::new();
    let (person, invitation) = clinic.invited();
    let mut corrected = support::draft();
    corrected.given_name = "Plantedcorrection".into();
    let body = CorrectPerson { seen_revision: Some(1), person: corrected };
    clinic.client().correct_person(clinic.operator(), &person.id, &body).unwrap();
    let (_, clinician) = clinic.enrol_clinician("Dr Plantedname");
    let (gone, _) = clinic.invited();
    let reason = Reason { reason: "plantedreason".into() };
    clinic.client().withdraw_person(clinic.operator(), &gone.id, &reason).unwrap();
    let codes = [&invitation.code, &clinician.code].map(|code| {
        let text = code.expose_text();
        (text.replace('-', ""), text.to_string())
    });
    let look = |what: &str| {
        let files = raw(clinic.dir.path());
        assert!(files.len() > 10_000, "{what}");
        let planted = [
            NAME,
            FAMILY,
            "Front desk",
            "4711",
            "MRN-PLANTED",
            "planted",
            "1980-02",
            "passport",
            "Plantedname",
        ];
        for needle in planted {
            assert!(!contains(&files, needle), "{needle} {what}");
        }
        for (code, (plain, dashed)) in [&invitation.code, &clinician.code].into_iter().zip(&codes) {
            assert!(!contains(&files, plain) && !contains(&files, dashed), "a code {what}");
            let secret = code.secret().to_bytes();
            let found = files.windows(8).any(|window| window == secret.as_slice());
            assert!(!found, "a secret {what}");
        }
    };
    look("with the write-ahead log");
    assert!(fs::metadata(clinic.dir.path().join("authority.db-wal")).unwrap().len() > 0);
    let Clinic { served, authority, dir, .. } = clinic;
    drop((served, authority));
    let files = raw(dir.path());
    assert!(!contains(&files, NAME) && !contains(&files, FAMILY), "after stopping");
}

#[test]
fn another_key_or_a_newer_file_is_refused_and_nothing_is_changed() {
    let clinic = Clinic::new();
    clinic.register();
    let Clinic { served, authority, keys, dir } = clinic;
    drop((served, authority));
    let before = raw(dir.path());
    let other = support::Keys { storage: [1; 32], ..support::Keys::new() };
    assert!(matches!(other.open(dir.path()), Err(StoreError::WrongKey)));
    let db = rusqlite::Connection::open(dir.path().join("authority.db")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let newer = raw(dir.path());
    let refused = keys.open(dir.path());
    assert!(matches!(refused, Err(StoreError::NewerSchema { found: 99 })));
    assert!(raw(dir.path()) == newer);
    let db = rusqlite::Connection::open(dir.path().join("authority.db")).unwrap();
    db.pragma_update(None, "user_version", 3).unwrap();
    drop(db);
    keys.open(dir.path()).unwrap();
    drop(before);
}

#[test]
fn a_register_of_the_first_version_is_brought_up_to_date() {
    let clinic = Clinic::new();
    let person = clinic.register();
    let Clinic { served, authority, keys, dir } = clinic;
    drop((served, authority));
    let db = rusqlite::Connection::open(dir.path().join("authority.db")).unwrap();
    db.execute_batch("DROP TABLE recovery; DROP TABLE replaced; DROP TABLE done;").unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    drop(db);
    let reopened = support::Served::start(keys.open(dir.path()).unwrap(), keys.clock.clone());
    let found = reopened.client.person(&keys.operator, &person.id).unwrap();
    assert_eq!(fingerprint(&found), fingerprint(&person));
    let db = rusqlite::Connection::open(dir.path().join("authority.db")).unwrap();
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 3);
}

#[test]
fn a_clinic_whose_invitations_could_not_be_issued_does_not_open() {
    let dir = tempfile::tempdir().unwrap();
    for (name, relay) in [("x".repeat(101), "this-computer:relay"), ("Clinic".into(), "ftp://x")] {
        let refused = support::Keys::new().open_as(dir.path(), &name, relay);
        assert!(matches!(refused, Err(StoreError::Letterhead)));
    }
    assert!(raw(dir.path()).is_empty(), "nothing was created");
}

#[test]
fn another_sqlite_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let db = rusqlite::Connection::open(dir.path().join("authority.db")).unwrap();
    db.execute_batch("CREATE TABLE somebody_elses (x)").unwrap();
    drop(db);
    let before = raw(dir.path());
    let refused = support::Keys::new().open(dir.path());
    assert!(matches!(refused, Err(StoreError::NotARegister)));
    assert!(raw(dir.path()) == before);
}

/// Somebody who can write the file swaps two people's sealed entries.
#[test]
fn a_value_moved_to_another_row_does_not_open() {
    let clinic = Clinic::new();
    let (one, two) = (clinic.register(), clinic.register());
    let db = rusqlite::Connection::open(clinic.dir.path().join("authority.db")).unwrap();
    db.execute_batch(&format!(
        "UPDATE people SET sealed_person =
           (SELECT sealed_person FROM people WHERE id = x'{}') WHERE id = x'{}'",
        one.id, two.id
    ))
    .unwrap();
    clinic.person(&one.id);
    let client = clinic.client();
    let error = client.person(clinic.operator(), &two.id).err().unwrap();
    assert_eq!(support::problem(&error), keyward_relay_api::problem::ProblemCode::Internal);
}

#[test]
fn the_schema_is_the_pinned_one() {
    let clinic = Clinic::new();
    let db = rusqlite::Connection::open(clinic.dir.path().join("authority.db")).unwrap();
    let mut names = db
        .prepare("SELECT type || ' ' || name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1")
        .unwrap();
    let names: Vec<String> =
        names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(
        names,
        [
            "index history_of",
            "index invitations_of",
            "index nonces_by_expiry",
            "index one_open_invitation",
            "index replaced_of",
            "table clinicians",
            "table done",
            "table history",
            "table invitations",
            "table meta",
            "table nonces",
            "table people",
            "table recovery",
            "table removed",
            "table replaced",
        ]
    );
    let mode: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

fn fingerprint(person: &Person) -> String {
    serde_json::to_string(person).unwrap()
}

/// Cuts the write-ahead log anywhere a loss of power can cut it and opens what is left.
#[test]
fn whatever_the_power_takes_the_register_is_in_the_old_or_the_new_state() {
    let clinic = Clinic::new();
    let (person, invitation) = clinic.invited();
    let device = Device::patient();
    let wal = clinic.dir.path().join("authority.db-wal");
    let length = || fs::metadata(&wal).unwrap().len();
    let client = clinic.client();
    let operator = clinic.operator();
    let mut corrected = support::draft();
    corrected.phone = None;
    let correct = CorrectPerson { seen_revision: None, person: corrected };
    let reason = Reason { reason: "moved".into() };
    type Step<'a> = Box<dyn Fn() + 'a>;
    let steps: Vec<(&str, bool, Step<'_>)> = vec![
        (
            "enrol",
            true,
            Box::new(|| {
                enrol(&clinic.served, &invitation.code, Purpose::Patient, &device).answer();
            }),
        ),
        (
            "correct",
            false,
            Box::new(|| {
                client.correct_person(operator, &person.id, &correct).unwrap();
            }),
        ),
        (
            "invite again",
            false,
            Box::new(|| {
                client.invite_person(operator, &person.id).unwrap();
            }),
        ),
        (
            "withdraw",
            false,
            Box::new(|| {
                client.withdraw_person(operator, &person.id, &reason).unwrap();
            }),
        ),
    ];
    let mut cuts = 0;
    for (name, counted, step) in steps {
        let before = clinic.person(&person.id);
        let start = length();
        step();
        let end = length();
        let after = clinic.person(&person.id);
        assert!(end > start && fingerprint(&before) != fingerprint(&after), "{name}");
        let mut seen = [false, false];
        for cut in (start..=end).step_by(2060) {
            let copy = tempfile::tempdir().unwrap();
            for file in ["authority.db", "authority.db-wal"] {
                fs::copy(clinic.dir.path().join(file), copy.path().join(file)).unwrap();
            }
            let file =
                fs::OpenOptions::new().write(true).open(copy.path().join("authority.db-wal"));
            file.unwrap().set_len(cut).unwrap();
            let reopened = clinic.keys.open(copy.path()).unwrap();
            let served = Served::start(reopened, clinic.keys.clock.clone());
            let mut found = served.client.person(operator, &person.id).unwrap();
            if counted && found.state == PersonState::Invited {
                // Between the two requests of an enrolment an attempt is on the books.
                assert!(found.invitations[0].attempts <= 1);
                found.invitations[0].attempts = 0;
            }
            let old = fingerprint(&found) == fingerprint(&before);
            let new = fingerprint(&found) == fingerprint(&after);
            assert!(old || new, "{name} cut at {cut} of {start}..{end}");
            seen[usize::from(new)] = true;
            cuts += 1;
        }
        assert_eq!(seen, [true, true], "{name}: both states occur");
    }
    assert!(cuts > 20, "{cuts}");
}

#[test]
fn two_processes_on_one_register_enrol_one_device() {
    let clinic = Clinic::new();
    let second = clinic.keys.open(clinic.dir.path()).unwrap();
    let second = Served::start(second, clinic.keys.clock.clone());
    for purpose in [Purpose::Patient, Purpose::Clinician, Purpose::Patient, Purpose::Clinician] {
        let invitation = match purpose {
            Purpose::Patient => clinic.invited().1,
            Purpose::Clinician => clinic.enrol_clinician("Dr Sample").1,
        };
        let barrier = Barrier::new(2);
        let run = |served: &Served| {
            let device = match purpose {
                Purpose::Patient => Device::patient(),
                Purpose::Clinician => Device::clinician(),
            };
            barrier.wait();
            enrol(served, &invitation.code, purpose, &device).answer()
        };
        let (one, two) = std::thread::scope(|scope| {
            let other = scope.spawn(|| run(&second));
            (run(&clinic.served), other.join().unwrap())
        });
        let used = |answer: &EnrolAnswer| {
            matches!(answer, EnrolAnswer::Refused { reason: EnrolRefusal::Used })
        };
        assert!(used(&one) ^ used(&two), "exactly one device is enrolled");
    }
    let directory = clinic.client().directory().unwrap();
    assert_eq!(directory.clinicians.len(), 2);
}
