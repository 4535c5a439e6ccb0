//! A clinic that misbehaves with the anonymous credential, seen in real windows: what it does is noticed or
//! harmless, and a sentence says so.

mod clinic;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::IntoResponse as _;
use clinic::app_clock::AppClock;
use clinic::records::results;
use clinic::windows::{self, said, says};
use clinic::{Clinic, DAY, import, services_secret, share, share_kind};
use keyward_app::desk::keys::authority_signing;
use keyward_protocol::arc::IssuerKey;
use keyward_protocol::credential_epoch::{CredentialEpoch, VerifiedEpoch};
use keyward_protocol::statement::Signed;
use keyward_records::Category;
use keyward_relay_api::authority::credential::{CREDENTIAL_LIMIT, EpochObject};
use keyward_relay_api::problem::{Problem, ProblemCode};
use keyward_stories::screen::Name;
use keyward_stories::words::Words;
use keyward_stories::{App, Computer, Failure, Screen};
use keyward_testkit::{Persona, seeded};
use serde_json::{Value, json};
use tower::ServiceExt as _;

const DOCTOR: &str = "Dr Test-Okafor";
const EPOCH: &str = "/v1/credentials/epoch";
const ISSUE: &str = "/v1/credentials/issue";
const CERTIFY: &str = "/v1/credentials/certify";
const PIN: &str = "/v1/credential-epochs";

fn story() -> Result<(Computer, App, Clinic, Words), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    Ok((computer, app, Clinic::open(), Words::english()?))
}

/// The published object with another issuer's key, signed by the clinic: for somebody who is to be marked.
fn marked(clinic: &Clinic, object: &[u8]) -> Vec<u8> {
    let key = authority_signing(&services_secret()).unwrap();
    let known = VerifiedEpoch::verify(object, key.verifying_key(), clinic.service_id()).unwrap();
    let issuer = IssuerKey::generate(&mut seeded(9)).public();
    Signed::sign(&key, CredentialEpoch { issuer, ..known.object().clone() }).unwrap().to_bytes()
}

/// Answers with another object than the true one.
fn answer_with(object: Vec<u8>) -> Vec<u8> {
    serde_json::to_vec(&EpochObject { object }).unwrap()
}

/// Where a patient makes a space, under a made-up name.
fn make_space(patient: &Screen<'_>, name: &str) -> Result<(), Failure> {
    patient.press("link", "Sharing")?;
    patient.press("link", "Share records")?;
    if patient.has("button", "Make another space")? {
        patient.press("button", "Make another space")?;
    }
    patient.fill("Name of the space", name)?;
    patient.choose("radio", Name::Has("A made-up name"))?;
    patient.press("button", "Make a space")
}

#[test]
fn two_issuer_keys_are_told_to_patient_and_doctor_until_put_away() -> Result<(), Failure> {
    let (_computer, app, clinic, words) = story()?;
    let doctor = windows::doctor(&app, &clinic, DOCTOR)?;
    let berta = clinic.patient("Test-Berta", "Other-Sample", "1950-01-02");
    import(&berta, &clinic.file("a.json", &results("A", 2)));
    // Honest first: the relay has pinned what everybody has.
    let until = clinic.clock.now() + 90 * DAY;
    let truth = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&truth);
    clinic.authority_door.trick(move |path, body| {
        if path == EPOCH {
            heard.lock().unwrap().clone_from(&body);
        }
        body
    });
    let first = clinic.doctor("Dr Test-Second");
    share(&berta, "Heart", "Dr Test-Second", until);
    drop(first);
    let truth: EpochObject = serde_json::from_slice(&truth.lock().unwrap()).unwrap();
    let special = marked(&clinic, &truth.object);

    // Clinic and relay tell this doctor another object than the one in the letter that comes.
    let told = answer_with(special.clone());
    clinic.relay_door.trick(move |path, body| if path == PIN { told.clone() } else { body });
    share(&berta, "Heart", DOCTOR, until);
    let doctor = app.window(&doctor)?;
    doctor.press("button", "Look again now")?;
    said(&doctor, &words, "error.letter-epoch-differs.what")?;
    said(&doctor, &words, "error.letter-epoch-differs.mend")?;
    assert!(!doctor.page_text()?.contains("Test-Berta"), "nothing of the letter is shown");
    doctor.press("button", "I have read this, put it away")?;
    windows::until("the warning to go", windows::EXCHANGE, || {
        Ok(!says(&doctor, &words, "error.letter-epoch-differs.what")?)
    })?;
    said(&doctor, &words, "doctorHome.none")?;
    clinic.relay_door.honest();

    // The clinic alone tells a patient another one: nothing is asked for, and she is told.
    let told = answer_with(special);
    clinic.authority_door.trick(move |path, body| if path == EPOCH { told.clone() } else { body });
    let label = windows::make_profile(&app, "I am a patient", "Patient", "patient-")?;
    windows::join(&app, &label, &clinic.invite("Test-Anna", "Muster-Sample", "1961-03-14"))?;
    let patient = app.window(&label)?;
    make_space(&patient, "Heart")?;
    said(&patient, &words, "error.credential-epoch-differs.what")?;
    patient.press("link", "Home")?;
    said(&patient, &words, "error.credential-epoch-differs.mend")?;
    patient.press("button", "I have read this, put it away")?;
    windows::until("the warning to go", windows::EXCHANGE, || {
        Ok(!says(&patient, &words, "error.credential-epoch-differs.what")?)
    })?;
    app.end()
}

/// The clinic's authority, which certifies nobody: one refusal, as for whatever is wrong.
fn refusing(honest: Router) -> Router {
    Router::new().fallback(move |request: Request<Body>| {
        let honest = honest.clone();
        async move {
            if request.uri().path() == CERTIFY {
                return Problem::new(ProblemCode::CredentialRefused).into_response();
            }
            let Ok(answer) = honest.oneshot(request).await;
            answer
        }
    })
}

#[test]
fn a_replayed_answer_a_refusal_and_the_limit_each_have_a_sentence() -> Result<(), Failure> {
    let (_computer, app, clinic, words) = story()?;
    // Somebody's answers, to be given to another person.
    let heard = Arc::new(Mutex::new(Vec::<(String, Vec<u8>)>::new()));
    let hearing = Arc::clone(&heard);
    clinic.authority_door.trick(move |path, body| {
        if [ISSUE, CERTIFY].contains(&path) {
            hearing.lock().unwrap().push((path.to_owned(), body.clone()));
        }
        body
    });
    let berta = clinic.patient("Test-Berta", "Other-Sample", "1950-01-02");
    drop(clinic.doctor(DOCTOR));
    import(&berta, &clinic.file("a.json", &results("A", 1)));
    share(&berta, "Heart", DOCTOR, clinic.clock.now() + 90 * DAY);
    let replayed = heard.lock().unwrap().clone();
    assert!(replayed.len() >= 2, "{}", replayed.len());

    let label = windows::make_profile(&app, "I am a patient", "Patient", "patient-")?;
    windows::join(&app, &label, &clinic.invite("Test-Anna", "Muster-Sample", "1961-03-14"))?;
    let patient = app.window(&label)?;
    for (which, name) in [(ISSUE, "Heart"), (CERTIFY, "Heart again")] {
        let old = replayed.iter().find(|(path, _)| path == which).unwrap().1.clone();
        clinic
            .authority_door
            .trick(move |path, body| if path == which { old.clone() } else { body });
        make_space(&patient, name)?;
        said(&patient, &words, "error.credential-misbehaves.what")?;
        clinic.authority_door.honest();
    }

    // It certifies her no more. Each try uses up two numbers of the 32, and one was before.
    clinic.authority_door.put(Some(refusing(clinic.authority_router())));
    make_space(&patient, "Knee")?;
    said(&patient, &words, "error.credential-refused.what")?;
    let draft = json!({ "draft": { "name": "More", "icon": "heart", "showsName": false } });
    for _ in 0..CREDENTIAL_LIMIT / 2 {
        let code = patient.invoke("space_create", &draft)?.expect_err("nobody is certified");
        let code = code.as_str().unwrap_or_default().to_owned();
        assert!(code == "credential-refused" || code == "credential-exhausted", "{code}");
    }
    make_space(&patient, "Skin")?;
    said(&patient, &words, "error.credential-exhausted.what")?;
    // From when on, as a date.
    said(&patient, &words, "error.credential-exhausted.mend")?;
    app.end()
}

/// Five months later the certificate of a space is of the next epoch, its persona and its share are the same.
#[test]
fn a_space_is_confirmed_again_and_goes_on() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let clock = AppClock::on(&computer)?;
    let data = computer.home().join("keyward");
    let app = App::start_program(&computer, clock.program(), &data, &[])?;
    let (clinic, words) = (Clinic::open(), Words::english()?);
    drop(clinic.doctor(DOCTOR));
    let label = windows::make_profile(&app, "I am a patient", "Patient", "patient-")?;
    windows::join(&app, &label, &clinic.invite("Test-Anna", "Muster-Sample", "1961-03-14"))?;
    let patient = app.window(&label)?;
    let ask = |command: &str, given: Value| {
        let answer = patient.invoke(command, &given)?;
        answer.map_err(|code| Failure::Story(format!("{command}: {code}")))
    };
    let draft = json!({ "draft": { "name": "Heart", "icon": "heart", "showsName": false } });
    let space = ask("space_create", draft)?;
    let doctor = ask("doctors", json!({}))?["doctors"][0]["certificate"].clone();
    let now = clinic.clock.now();
    let draft = json!({ "draft": {
        "spaceId": space["id"], "doctor": doctor, "categories": ["results"], "purpose": "treatment",
        "until": now + 200 * DAY, "acceptChangedKey": false,
    } });
    ask("share_create", draft)?;
    let share = || -> Result<String, Failure> {
        Ok(ask("shares", json!({}))?[0]["state"].as_str().unwrap_or_default().to_owned())
    };
    let until = || -> Result<u64, Failure> {
        Ok(ask("spaces", json!({}))?[0]["anonymity"]["until"].as_u64().unwrap_or_default())
    };
    windows::until("the share", windows::EXCHANGE, || Ok(share()? == "live"))?;
    let first = until()?;

    // In the last third of the next epoch.
    let later = first - 29 * DAY - now;
    clinic.clock.set_offset(i64::try_from(later).unwrap_or_default());
    clock.set_offset(i64::try_from(later).unwrap_or_default())?;
    windows::until("the automatic lock", windows::EXCHANGE, || patient.has("button", "Unlock"))?;
    patient.press("button", "Unlock")?;
    windows::until("another certificate", windows::EXCHANGE, || Ok(until()? > first))?;
    assert_eq!(share()?, "live");
    patient.press("link", "Spaces")?;
    patient.press("button", words.text("spaces.private"))?;
    said(&patient, &words, "spaces.private.until")?;
    app.end()
}

/// Every text in what a doctor's window is given: her list, and each record of the share.
fn given(doctor: &Screen<'_>, share: &str) -> Result<BTreeSet<String>, Failure> {
    fn texts(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::String(text) => drop(into.insert(text.clone())),
            Value::Array(all) => all.iter().for_each(|it| texts(it, into)),
            Value::Object(all) => all.values().for_each(|it| texts(it, into)),
            _ => {}
        }
    }
    let ask = |command: &str, given: Value| {
        let answer = doctor.invoke(command, &given)?;
        answer.map_err(|code| Failure::Story(format!("{command}: {code}")))
    };
    let scope = json!({ "kind": "share", "id": share });
    let page = ask("room_items", json!({ "scope": scope, "query": windows::everything() }))?;
    let mut all = BTreeSet::new();
    texts(&ask("doctor_home", json!({}))?, &mut all);
    texts(&page, &mut all);
    let items = page["items"].as_array().cloned().unwrap_or_default();
    assert!(!items.is_empty(), "the share is read");
    for item in items {
        texts(&ask("room_record", json!({ "scope": scope, "recordId": item["id"] }))?, &mut all);
    }
    Ok(all)
}

/// Names a thing, and says nothing else.
fn is_id(text: &str) -> bool {
    let bare = text.trim_start_matches("urn:uuid:");
    bare.len() >= 12 && bare.chars().all(|c| c.is_ascii_hexdigit() || c == '-') && !is_date(text)
}

fn is_date(text: &str) -> bool {
    text.len() < 11 && text.starts_with(['1', '2'])
}

/// Two doctors put side by side all that their windows are given of one patient's two spaces.
#[test]
fn two_doctors_compare_all_they_have_of_one_patients_two_spaces() -> Result<(), Failure> {
    let (_computer, app, clinic, _words) = story()?;
    let doctors = [DOCTOR, "Dr Test-Lindqvist"];
    let anna = clinic.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    import(&anna, &clinic.file("anna.json", &Persona::HeartWoman.bundle(1)));
    let until = clinic.clock.now() + 90 * DAY;
    let spaces = [("Heart", Category::Results), ("Knee", Category::Conditions)];
    let mut seen = Vec::new();
    for (name, (space, category)) in doctors.into_iter().zip(spaces) {
        let label = windows::doctor(&app, &clinic, name)?;
        let share = share_kind(&anna, space, false, name, category, until);
        let doctor = app.window(&label)?;
        let mut patient = String::new();
        windows::until("the share", windows::EXCHANGE, || {
            let home = doctor.invoke("doctor_home", &json!({}))?.unwrap_or_default();
            patient = home["shares"][0]["patient"]["text"].as_str().unwrap_or_default().to_owned();
            Ok(!patient.is_empty())
        })?;
        windows::open_chart(&doctor, &patient)?;
        let asked = json!({ "scope": { "kind": "share", "id": share },
            "query": windows::everything() });
        windows::until("the records", windows::EXCHANGE, || {
            let page = doctor.invoke("room_items", &asked)?.unwrap_or_default();
            Ok(page["items"].as_array().is_some_and(|items| !items.is_empty()))
        })?;
        seen.push(given(&doctor, &share)?);
    }
    assert!(seen.iter().all(|texts| texts.iter().any(|text| is_id(text))), "there are ids");
    let both: Vec<&String> = seen[0].intersection(&seen[1]).collect();
    for text in both {
        assert!(!is_id(text), "both have {text}");
        assert!(!text.contains("Muster") && !text.contains("Test-Anna"), "both have {text}");
    }
    app.end()
}
