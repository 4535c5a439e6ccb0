//! A computer is lost: kit on paper, backup in a file, and everything back on an empty computer.
#![allow(clippy::unwrap_used, reason = "tests")]

mod clinic;

use std::path::Path;
use std::time::{Duration, Instant};

use keyward_protocol::kit::KitSecret;
use keyward_stories::path::{Person, Teller};
use keyward_stories::screen::Name;
use keyward_stories::words::Words;
use keyward_stories::{App, Camera, Computer, Failure, Screen, dialog, wait_for};
use keyward_testkit::Persona;
use serde_json::{Value, json};

use self::clinic::{Clinic, import, share, windows};

const PROFILE: &str = "Test Patient";
/// The words of the kit as the page shows them.
const KIT: &str = "return [...document.querySelectorAll('.kit-word')].map((w) => w.textContent)";
/// Everything the page holds: markup, what stands in fields, and the window's title.
const WHOLE_PAGE: &str = "return document.documentElement.outerHTML + document.title + \
    [...document.querySelectorAll('input, textarea')].map((f) => f.value).join(' ');";

fn said(screen: &Screen<'_>, words: &Words, key: &str) -> Result<(), Failure> {
    words.pieces(key).iter().try_for_each(|piece| screen.see(piece))
}

fn titles(patient: &Screen<'_>) -> Result<Vec<String>, Failure> {
    let asked = json!({ "scope": { "kind": "own" }, "query": {
        "categories": [], "text": null, "from": null, "before": null, "analyte": null,
        "flaggedOnly": false, "sourceOnly": false, "offset": 0, "limit": 500 } });
    let page = patient.invoke("room_items", &asked)?.unwrap_or_default();
    let items = page["items"].as_array().cloned().unwrap_or_default();
    let mut titles: Vec<String> =
        items.iter().filter_map(|item| item["title"].as_str()).map(str::to_owned).collect();
    titles.sort();
    Ok(titles)
}

fn settings(patient: &Screen<'_>) -> Result<Value, Failure> {
    Ok(patient.invoke("settings_read", &json!({}))?.unwrap_or_default())
}

/// Reads the kit off the page and types again what is asked; gives the words.
fn make_kit(patient: &Screen<'_>, words: &Words) -> Result<Vec<String>, Failure> {
    patient.press("link", "Settings")?;
    patient.press("link", "Recovery kit and backup")?;
    patient.press("link", "See the kit and write it down")?;
    patient.find("heading", "Write down these twelve words")?;
    // The heading is there before the words are.
    let kit = wait_for("twelve words", Instant::now() + Duration::from_secs(20), || {
        let read = patient.session()?.execute(KIT, &[])?;
        let kit: Vec<String> = serde_json::from_value(read).unwrap();
        Ok((kit.len() == 12).then_some(kit))
    })?;
    patient.press("link", "I have written them down")?;
    patient.find("heading", "Type some of the words again")?;
    let page = patient.session()?.execute(WHOLE_PAGE, &[])?;
    let shown = page.as_str().unwrap().split(|c: char| !c.is_ascii_alphabetic());
    let shown: std::collections::BTreeSet<_> = shown.collect();
    let left = kit.iter().filter(|word| shown.contains(word.as_str())).count();
    assert!(left < 6, "the words are still in the page that asks for them");
    let status = patient.invoke("recovery_status", &json!({}))?.unwrap_or_default();
    let asked: Vec<usize> = serde_json::from_value(status["kit"]["asked"].clone()).unwrap();
    for (number, place) in asked.iter().enumerate() {
        let label = format!("Word number {place}");
        // One mistake first: it is named, and the kit does not count yet.
        let word = if number == 0 { "zoo" } else { &kit[place - 1] };
        patient.fill(label.as_str(), word)?;
    }
    patient.press("button", "Confirm the kit")?;
    said(patient, words, "kitConfirm.wrong")?;
    // The page leads to what is wrong while one types already: what is typed into another field is lost.
    let (label, word) = (format!("Word number {}", asked[0]), &kit[asked[0] - 1]);
    wait_for("the right word in its field", Instant::now() + Duration::from_secs(20), || {
        patient.fill(label.as_str(), word)?;
        let field = patient.find("textbox", label.as_str())?;
        let typed =
            patient.session()?.execute("return arguments[0].value", &[field.as_argument()])?;
        Ok((typed.as_str() == Some(word.as_str())).then_some(()))
    })?;
    patient.press("button", "Confirm the kit")?;
    said(patient, words, "recovery.kitGood")?;
    Ok(kit)
}

fn back_up(computer: &Computer, patient: &Screen<'_>, to: &Path) -> Result<(), Failure> {
    patient.press("button", "Choose a place")?;
    dialog::choose_path(computer, "Save a copy", to)?;
    patient.see("The backup is made")
}

/// What lies in the data folder of profiles that somebody could be offered.
fn profiles(welcome: &Screen<'_>) -> Result<Value, Failure> {
    Ok(welcome.invoke("profiles_list", &json!({}))?.unwrap_or_default())
}

/// The words in an order in which they do not fit: one in sixteen orders does.
fn out_of_order(kit: &[String]) -> Vec<String> {
    let mut words = kit.to_vec();
    loop {
        words.rotate_left(1);
        if KitSecret::from_words(&words.join(" ")).is_err() {
            return words;
        }
    }
}

fn type_kit(welcome: &Screen<'_>, kit: &[String]) -> Result<(), Failure> {
    welcome.fill("The twelve words, or the text of the picture", &kit.join(" "))?;
    welcome.press("button", "Use this kit")
}

fn open_backup(computer: &Computer, welcome: &Screen<'_>, file: &Path) -> Result<(), Failure> {
    welcome.press("button", "Choose the file")?;
    dialog::choose_path(computer, "Choose a backup", file)?;
    welcome.see("Chosen: ")?;
    welcome.press("button", "Open the backup")
}

/// Anna's words, with her backup at `file`, her records and her settings.
fn lose_a_computer(file: &Path) -> Result<(Vec<String>, Vec<String>, Value), Failure> {
    let (computer, words) = (Computer::start()?, Words::english()?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let record = computer.home().join("record.json");
    std::fs::write(&record, Persona::HeartWoman.bundle(1))?;
    teller.make_profile("I am a patient", PROFILE, "patient-")?;
    teller.import(&record)?;
    let patient = app.window("patient-")?;
    patient.press("link", "Settings")?;
    patient.fill("Lock after this many minutes without activity", "42")?;
    patient.press("button", "Save minutes")?;
    patient.see("Keyward locks after")?;
    patient.press("link", "Home")?;
    said(&patient, &words, "reminder.kit.patient")?;
    let kit = make_kit(&patient, &words)?;
    back_up(&computer, &patient, file)?;
    let (titles, settings) = (titles(&patient)?, settings(&patient)?);
    assert!(titles.len() > 100 && settings["autoLockMinutes"] == 42, "{settings}");
    let log = std::fs::read_to_string(computer.home().join("app.log"))?;
    assert!(!log.contains(&kit[..3].join(" ")), "the kit is in the log");
    app.end()?;
    Ok((kit, titles, settings))
}

#[test]
fn what_was_on_a_lost_computer_is_back_on_an_empty_one() -> Result<(), Failure> {
    let outside = tempfile::tempdir()?;
    let file = outside.path().join("anna.kwb");
    let (kit, records, settings_before) = lose_a_computer(&file)?;

    let (computer, words) = (Computer::start()?, Words::english()?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let welcome = app.window("welcome")?;
    welcome.press("link", "I have a recovery kit")?;

    // Words in another order are no kit, and that is said.
    type_kit(&welcome, &out_of_order(&kit))?;
    said(&welcome, &words, "error.kit-typo.what")?;
    // Another kit, as good as hers, does not open her backup.
    let other: Vec<String> = "abandon abandon abandon abandon abandon abandon abandon abandon \
                              abandon abandon abandon about"
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    type_kit(&welcome, &other)?;
    said(&welcome, &words, "restore.kitOk")?;
    open_backup(&computer, &welcome, &file)?;
    said(&welcome, &words, "error.backup-of-another.what")?;
    assert_eq!(profiles(&welcome)?, json!([]), "a refusal leaves something");
    let left = std::fs::read_dir(computer.home().join("keyward/profiles"))?.count();
    assert_eq!(left, 0, "a refusal leaves something on the disk");

    welcome.press("button", "Your kit")?;
    type_kit(&welcome, &kit)?;
    said(&welcome, &words, "restore.kitOk")?;
    open_backup(&computer, &welcome, &file)?;
    welcome.see(PROFILE)?;
    said(&welcome, &words, "restore.follow2.patient")?;
    welcome.press("button", "Bring it back")?;
    welcome.see("This is what came back")?;
    said(&welcome, &words, "restored.kit")?;
    welcome.press("button", "Open the profile")?;

    let patient = app.window("patient-")?;
    patient.find("heading", "Your records at a glance")?;
    assert_eq!(titles(&patient)?, records);
    assert_eq!(settings(&patient)?, settings_before);
    let log = std::fs::read_to_string(computer.home().join("app.log"))?;
    assert!(!log.contains(&kit[..3].join(" ")), "the kit is in the log");
    app.end()
}

fn anna() -> Person {
    Person {
        given: "Test-Anna Maria".into(),
        family: "Muster-Sample".into(),
        born: "1961-03-14".into(),
    }
}

/// Her words, with her backup at `file`, of a profile whose clinic is lost with the computer.
fn lose_a_clinic(file: &Path) -> Result<Vec<String>, Failure> {
    let (computer, words) = (Computer::start()?, Words::english()?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.set_up_clinic("Example Clinic by the Sea")?;
    let code = teller.register(&anna())?;
    teller.make_profile("I am a patient", PROFILE, "patient-")?;
    teller.join("patient-", &code)?;
    let patient = app.window("patient-")?;
    let kit = make_kit(&patient, &words)?;
    back_up(&computer, &patient, file)?;
    app.end()?;
    Ok(kit)
}

#[test]
fn a_clinic_lost_with_the_computer_is_left_for_another_one() -> Result<(), Failure> {
    let outside = tempfile::tempdir()?;
    let file = outside.path().join("anna.kwb");
    let kit = lose_a_clinic(&file)?;

    let (computer, words) = (Computer::start()?, Words::english()?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    // Another clinic runs on this computer: it is not hers, and hears nothing of what waits.
    teller.set_up_clinic("Example Clinic on the Hill")?;
    let code = teller.register(&anna())?;
    let welcome = app.window("welcome")?;
    welcome.press("link", "I have a recovery kit")?;
    type_kit(&welcome, &kit)?;
    open_backup(&computer, &welcome, &file)?;
    welcome.press("button", "Bring it back")?;
    said(&welcome, &words, "restored.keysWaiting")?;
    welcome.press("button", "Open the profile")?;

    let patient = app.window("patient-")?;
    patient.press("link", "Settings")?;
    patient.press("link", "Recovery kit and backup")?;
    patient.press("link", "What came back")?;
    said(&patient, &words, "restored.goneWhy")?;
    patient.press("link", "My clinic is gone: join another")?;
    patient.fill("Invitation or code", &code)?;
    patient.press("button", "Look at the invitation")?;
    patient.see("You leave Example Clinic by the Sea by this")?;
    patient.press("button", "Leave and join")?;
    said(&patient, &words, "join.leaveRecords")?;
    patient.press("button", "Yes, leave and join")?;
    patient.find("heading", "Your records at a glance")?;
    patient.press("link", "Settings")?;
    patient.press("link", "Recovery kit and backup")?;
    patient.press("link", "What came back")?;
    said(&patient, &words, "restored.left")?;
    patient.see("Example Clinic by the Sea")?;
    app.end()
}

fn relay_status(patient: &Screen<'_>) -> Result<Value, Failure> {
    let status = patient.invoke("recovery_status", &json!({}))?.unwrap_or_default();
    Ok(status["relay"].clone())
}

/// Her words, her records and her settings; her backup is at the clinic's relay, and her computer is gone.
fn lose_a_computer_with_a_clinic(
    clinic: &Clinic,
) -> Result<(Vec<String>, Vec<String>, Value), Failure> {
    let (computer, words) = (Computer::start()?, Words::english()?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let record = computer.home().join("record.json");
    std::fs::write(&record, Persona::HeartWoman.bundle(1))?;
    teller.make_profile("I am a patient", PROFILE, "patient-")?;
    let invitation = clinic.invite("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    windows::join(&app, "patient-", &invitation)?;
    teller.import(&record)?;
    let patient = app.window("patient-")?;
    let kit = make_kit(&patient, &words)?;
    patient.press("button", "Keep a backup at the relay")?;
    said(&patient, &words, "backup.relayDone")?;
    patient.see(clinic.relay_door.url())?;
    let first = relay_status(&patient)?;

    // The relay cannot be reached: that is said, and what it has stays.
    patient.press("link", "Settings")?;
    patient.fill("Lock after this many minutes without activity", "42")?;
    patient.press("button", "Save minutes")?;
    patient.see("Keyward locks after")?;
    patient.press("link", "Recovery kit and backup")?;
    clinic.stop_relay();
    patient.press("button", "Send what is new")?;
    said(&patient, &words, "error.relay-unreachable.what")?;
    clinic.start_relay();
    patient.press("button", "Send what is new")?;
    said(&patient, &words, "backup.relayDone")?;
    patient.press("button", "2 versions there")?;
    let second = relay_status(&patient)?;
    let grown = second["bytes"].as_u64().unwrap() - first["bytes"].as_u64().unwrap();
    assert!(grown > 0 && grown * 10 < first["bytes"].as_u64().unwrap(), "{first} {second}");
    let (titles, settings) = (titles(&patient)?, settings(&patient)?);
    assert!(titles.len() > 100 && settings["autoLockMinutes"] == 42, "{settings}");
    app.end()?;
    Ok((kit, titles, settings))
}

/// Looks for a backup at the relay, whose address is typed because the words alone do not say it.
fn look_at_the_relay(welcome: &Screen<'_>, kit: &[String], address: &str) -> Result<(), Failure> {
    type_kit(welcome, kit)?;
    welcome.choose("radio", Name::Has("At the clinic’s relay"))?;
    welcome.fill("Address of the relay", address)?;
    welcome.press("button", "Open the backup")
}

#[test]
fn what_the_relay_keeps_is_back_with_the_words_and_its_address() -> Result<(), Failure> {
    let clinic = Clinic::open();
    let (kit, records, settings_before) = lose_a_computer_with_a_clinic(&clinic)?;
    let address = clinic.relay_door.url();

    let (computer, words) = (Computer::start()?, Words::english()?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let welcome = app.window("welcome")?;
    welcome.press("link", "I have a recovery kit")?;
    let other: Vec<String> =
        KitSecret::from_bytes([7; 16]).words().unwrap().into_iter().map(str::to_owned).collect();
    look_at_the_relay(&welcome, &other, address)?;
    said(&welcome, &words, "error.backup-none.what")?;
    welcome.press("button", "Your kit")?;
    look_at_the_relay(&welcome, &kit, "http://127.0.0.1:9")?;
    said(&welcome, &words, "error.relay-unreachable.what")?;
    welcome.fill("Address of the relay", address)?;
    welcome.press("button", "Open the backup")?;
    welcome.see(PROFILE)?;
    welcome.press("button", "Bring it back")?;
    welcome.see("This is what came back")?;
    said(&welcome, &words, "restored.kitRelay")?;
    welcome.press("button", "Open the profile")?;

    let patient = app.window("patient-")?;
    patient.find("heading", "Your records at a glance")?;
    assert_eq!(titles(&patient)?, records);
    assert_eq!(settings(&patient)?, settings_before);
    // It goes on from there, until it is switched off: then it is gone, and the relay signs that.
    patient.press("link", "Settings")?;
    patient.press("link", "Recovery kit and backup")?;
    patient.press("button", "Send what is new")?;
    said(&patient, &words, "backup.relayDone")?;
    patient.find("button", "3 versions there")?;
    assert!(relay_status(&patient)?["stranger"].is_null());
    patient.press("button", "Stop, and delete it there")?;
    patient.press("button", "Delete it there")?;
    said(&patient, &words, "backup.relayDeleted")?;

    let welcome = app.window("welcome")?;
    welcome.press("link", "Back")?;
    welcome.press("link", "I have a recovery kit")?;
    look_at_the_relay(&welcome, &kit, address)?;
    said(&welcome, &words, "error.backup-none.what")?;
    app.end()
}

const DOCTOR: &str = "Dr Test-Okafor";

/// A doctor's words; her backup is at the clinic's relay, and her computer is gone.
fn lose_a_doctors_computer(clinic: &Clinic) -> Result<Vec<String>, Failure> {
    let (computer, words) = (Computer::start()?, Words::english()?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let doctor = app.window(&windows::doctor(&app, clinic, DOCTOR)?)?;
    let anna = clinic.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    import(&anna, &clinic.file("anna.json", &Persona::HeartWoman.bundle(1)));
    share(&anna, "Heart", DOCTOR, clinic.clock.now() + 30 * 86_400);
    doctor.press("button", "Look again now")?;
    doctor.see("Muster-Sample")?;
    let kit = make_kit(&doctor, &words)?;
    said(&doctor, &words, "backup.relayLead.doctor")?;
    doctor.press("button", "Keep a backup at the relay")?;
    said(&doctor, &words, "backup.relayDone")?;
    said(&doctor, &words, "backup.relayHint.doctor")?;
    app.end()?;
    Ok(kit)
}

#[test]
fn a_doctors_list_is_back_from_the_relay_and_the_backup_goes_on_under_her_new_keys()
-> Result<(), Failure> {
    let clinic = Clinic::open();
    let kit = lose_a_doctors_computer(&clinic)?;
    // The desk is quicker than she is.
    let invitation = clinic.invite_doctor_again(DOCTOR);

    let (computer, words) = (Computer::start()?, Words::english()?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let welcome = app.window("welcome")?;
    welcome.press("link", "I have a recovery kit")?;
    look_at_the_relay(&welcome, &kit, clinic.relay_door.url())?;
    welcome.see(DOCTOR)?;
    welcome.press("button", "Bring it back")?;
    said(&welcome, &words, "restored.keysDesk")?;
    welcome.press("button", "Open the profile")?;

    let doctor = app.window("doctor-")?;
    doctor.press("link", "Settings")?;
    doctor.press("link", "Recovery kit and backup")?;
    said(&doctor, &words, "backup.relayWaits")?;
    assert!(!doctor.has("button", "Send what is new")?, "nothing can be sent yet");
    doctor.press("link", "Patients")?;
    doctor.press("link", "Join with a new invitation")?;
    doctor.fill("Invitation or code", &invitation)?;
    doctor.press("button", "Look at the invitation")?;
    doctor.press("button", "Accept the invitation")?;
    doctor.find("heading", "Who shares with you")?;
    doctor.press("link", "Settings")?;
    doctor.press("link", "Recovery kit and backup")?;
    doctor.press("button", "Send what is new")?;
    said(&doctor, &words, "backup.relayDone")?;
    doctor.find("button", "2 versions there")?;
    assert!(relay_status(&doctor)?["stranger"].is_null());
    app.end()
}
