//! A relay that alters what passes through it, seen in real windows: every time a sentence says so,
//! and nothing of the altered record is shown.

mod clinic;

use std::sync::{Arc, Mutex};

use clinic::records::{marker, results};
use clinic::windows::{self, open_chart, said, says};
use clinic::{Clinic, DAY, import, share, sync};
use keyward_protocol::certificate::ClinicianCertificate;
use keyward_protocol::keys::DecryptionKey;
use keyward_protocol::keys::SigningKey;
use keyward_relay_api::authority::directory::Directory;
use keyward_relay_api::batch::AccessAnswer;
use keyward_stories::screen::Name;
use keyward_stories::words::Words;
use keyward_stories::{App, Computer, Failure, Screen};
use keyward_testkit::seeded;

const DOCTOR: &str = "Dr Test-Okafor";
const PATIENT: &str = "Test-Anna Muster-Sample";

fn story() -> Result<(Computer, App, Clinic, Words), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    Ok((computer, app, Clinic::open(), Words::english()?))
}

/// Alters answers of `POST /v1/access` that have records.
fn on_records(clinic: &Clinic, mut trick: impl FnMut(&mut AccessAnswer) + Send + 'static) {
    clinic.relay_door.trick(move |path, body| {
        if path != "/v1/access" {
            return body;
        }
        let mut answer = AccessAnswer::from_bytes(&body).unwrap();
        if !answer.records.is_empty() {
            trick(&mut answer);
        }
        bytes_of(&answer)
    });
}

fn bytes_of(answer: &AccessAnswer) -> Vec<u8> {
    let records = answer.records.iter();
    let parts = records.map(|r| (r.header.as_slice(), &r.transformed, r.payload.as_slice()));
    AccessAnswer::encode(&answer.head, &answer.receipt, answer.more, parts).unwrap()
}

/// How many of the first `count` markers of a set can be read on the screen.
fn shown(screen: &Screen<'_>, set: &str, count: usize) -> Result<usize, Failure> {
    let text = screen.page_text()?;
    Ok((0..count).filter(|&n| text.contains(&marker(set, n))).count())
}

/// Waits until that many of the markers can be read.
fn shows(screen: &Screen<'_>, set: &str, all: usize, expected: usize) -> Result<(), Failure> {
    windows::until(&format!("{expected} of set {set} on the screen"), windows::EXCHANGE, || {
        Ok(shown(screen, set, all)? == expected)
    })
}

#[test]
fn a_swapped_doctor_key_is_refused_with_an_alarm() -> Result<(), Failure> {
    let (_computer, app, clinic, words) = story()?;
    drop(clinic.doctor(DOCTOR));
    let label = windows::make_profile(&app, "I am a patient", "Patient", "patient-")?;
    windows::join(&app, &label, &clinic.invite("Test-Anna", "Muster-Sample", "1961-03-14"))?;
    // The same doctor, in the same words, but with keys of the one in the middle.
    let genuine = {
        let directory = keyward_app::patient::sharing::doctors(&clinic.patient(
            "Test-Berta",
            "Other-Sample",
            "1950-01-02",
        ));
        directory.unwrap().doctors.remove(0)
    };
    let forged = forged_certificate(&clinic, &genuine.name, &genuine.role, &genuine.organisation);
    clinic.authority_door.trick(move |path, body| {
        if path != "/v1/clinicians" {
            return body;
        }
        let mut directory: Directory = serde_json::from_slice(&body).unwrap();
        directory.clinicians[0].certificate.clone_from(&forged);
        serde_json::to_vec(&directory).unwrap()
    });
    let patient = app.window(&label)?;
    patient.press("link", "Sharing")?;
    patient.press("link", "Share records")?;
    patient.fill("Name of the space", "Heart")?;
    patient.choose("radio", Name::Has("My name"))?;
    patient.press("button", "Make a space")?;
    patient.find("heading", "With whom do you want to share?")?;
    said(&patient, &words, "doctor.untrusted")?;
    assert!(!patient.has("radio", Name::Has(DOCTOR))?, "the forged doctor can be chosen");
    assert!(!patient.page_text()?.contains(DOCTOR), "the forged doctor is shown");

    // Honest again. The window keeps an answer for a moment: she may have to come back once more.
    clinic.authority_door.honest();
    windows::until("the genuine doctor", windows::EXCHANGE, || {
        patient.press("link", "Sharing")?;
        patient.press("link", "Share records")?;
        patient.choose("radio", Name::Has("Heart"))?;
        patient.press("button", "Continue")?;
        patient.find("heading", "With whom do you want to share?")?;
        Ok(patient.page_text()?.contains(DOCTOR))
    })?;
    assert!(!says(&patient, &words, "doctor.untrusted")?);
    app.end()
}

/// What somebody without the clinic's key can make of a doctor: all words right, keys of his own.
fn forged_certificate(clinic: &Clinic, name: &str, role: &str, organisation: &str) -> Vec<u8> {
    let mut rng = seeded(77);
    let now = clinic.clock.now();
    let keys = SigningKey::generate(&mut rng).unwrap();
    let certificate = ClinicianCertificate {
        service_id: clinic.service_id(),
        verification: keys.verifying_key().clone(),
        grant_key: *DecryptionKey::generate(&mut rng).unwrap().encapsulation_key(),
        mailbox: *DecryptionKey::generate(&mut rng).unwrap().encapsulation_key(),
        name: name.to_owned(),
        role: role.to_owned(),
        organisation: organisation.to_owned(),
        registration_number: None,
        valid_from: now - DAY,
        valid_until: now + 300 * DAY,
    };
    certificate.issue(&SigningKey::generate(&mut rng).unwrap()).unwrap()
}

#[test]
fn swapped_truncated_and_replayed_records_are_explained_and_not_shown() -> Result<(), Failure> {
    let (_computer, app, clinic, words) = story()?;
    let label = windows::doctor(&app, &clinic, DOCTOR)?;
    let doctor = app.window(&label)?;
    let patient = clinic.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    import(&patient, &clinic.file("a.json", &results("A", 4)));

    // Two records exchanged: their payloads stand under each other's signed header.
    on_records(&clinic, |answer| {
        let (first, second) = answer.records.split_at_mut(1);
        std::mem::swap(&mut first[0].payload, &mut second[0].payload);
    });
    share(&patient, "Heart", DOCTOR, clinic.clock.now() + 90 * DAY);
    open_chart(&doctor, PATIENT)?;
    said(&doctor, &words, "alarm.quarantined.title")?;
    said(&doctor, &words, "alarm.whatToDo")?;
    shows(&doctor, "A", 4, 2)?;

    // Honest again: what was put aside comes by itself, and the alarm goes.
    let answers = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&answers);
    clinic.relay_door.trick(move |path, body| {
        if path == "/v1/access" {
            heard.lock().unwrap().push(body.clone());
        }
        body
    });
    shows(&doctor, "A", 4, 4)?;
    windows::until("the alarm to go", windows::EXCHANGE, || {
        Ok(!says(&doctor, &words, "alarm.whatToDo")?)
    })?;

    // The last record of a batch left out.
    on_records(&clinic, |answer| drop(answer.records.pop()));
    import(&patient, &clinic.file("b.json", &results("B", 3)));
    sync(&patient);
    said(&doctor, &words, "alarm.gap.title")?;
    said(&doctor, &words, "alarm.whatToDo")?;
    assert_eq!(shown(&doctor, "B", 3)?, 0);

    // The answer cut off in the middle: nothing of it is used, what was verified before stays.
    clinic.relay_door.trick(|path, mut body| {
        if path == "/v1/access" {
            body.truncate(body.len() / 2);
        }
        body
    });
    open_chart(&doctor, PATIENT)?;
    said(&doctor, &words, "chart.offline")?;
    assert_eq!((shown(&doctor, "A", 4)?, shown(&doctor, "B", 3)?), (4, 0));
    clinic.relay_door.honest();
    open_chart(&doctor, PATIENT)?;
    shows(&doctor, "B", 3, 3)?;

    // An answer of earlier, every signature in it genuine.
    let old = answers.lock().unwrap().first().cloned().unwrap();
    clinic
        .relay_door
        .trick(move |path, body| if path == "/v1/access" { old.clone() } else { body });
    open_chart(&doctor, PATIENT)?;
    said(&doctor, &words, "alarm.rolledBack.title")?;
    said(&doctor, &words, "alarm.whatToDo")?;
    // What was verified before stays readable.
    assert_eq!((shown(&doctor, "A", 4)?, shown(&doctor, "B", 3)?), (4, 3));
    app.end()
}

#[test]
fn a_store_put_back_is_noticed_by_whoever_saw_the_newer_one_and_by_nobody_else()
-> Result<(), Failure> {
    const SECOND: &str = "Dr Test-Second";
    let (_computer, app, clinic, words) = story()?;
    let first = windows::doctor(&app, &clinic, DOCTOR)?;
    let second = windows::doctor(&app, &clinic, SECOND)?;
    let (first, second) = (app.window(&first)?, app.window(&second)?);
    // The second doctor goes home: locked, her window fetches nothing.
    second.press("button", "Lock now")?;
    second.find("button", "Unlock")?;
    let patient = clinic.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    import(&patient, &clinic.file("a.json", &results("A", 3)));
    let until = clinic.clock.now() + 90 * DAY;
    share(&patient, "Heart", DOCTOR, until);
    share(&patient, "Heart", SECOND, until);
    clinic.copy_relay("relay-of-yesterday");

    import(&patient, &clinic.file("b.json", &results("B", 2)));
    sync(&patient);
    open_chart(&first, PATIENT)?;
    shows(&first, "B", 2, 2)?;
    clinic.put_relay_back("relay-of-yesterday");
    open_chart(&first, PATIENT)?;
    said(&first, &words, "alarm.rolledBack.title")?;
    said(&first, &words, "alarm.whatToDo")?;
    assert_eq!((shown(&first, "A", 3)?, shown(&first, "B", 2)?), (3, 2));

    // The limit, stated in SECURITY.md: everything in the older state is genuine, so a reader who never
    // saw a newer one takes it for the newest. Only a witness outside the relay could tell her.
    second.press("button", "Unlock")?;
    open_chart(&second, PATIENT)?;
    shows(&second, "A", 3, 3)?;
    assert_eq!(shown(&second, "B", 2)?, 0);
    assert!(!says(&second, &words, "alarm.whatToDo")?);
    app.end()
}
