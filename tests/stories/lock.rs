//! Who is not let in, and what stays when somebody is not: the lock, a passphrase, a second instance,
//! a computer without a keyring and one whose keyring was reset.
//!
//! That an older app refuses a newer store and leaves it as it is, is the vault's own test: only it can
//! write another `user_version` into an encrypted file.

#[allow(unreachable_pub, reason = "shared with the stories of a clinic")]
#[path = "clinic/app_clock.rs"]
mod app_clock;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use app_clock::AppClock;
use keyward_stories::path::{Person, Teller};
use keyward_stories::screen::Name;
use keyward_stories::words::Words;
use keyward_stories::{App, Camera, Computer, Failure, Screen};
use keyward_testkit::Persona;
use serde_json::json;

const PROFILE: &str = "Test Patient";
const PASSPHRASE: &str = "four unrelated words here";
/// A title in the sample records.
const RECORD: &str = "Pulmonary embolism";
/// Everything the page holds: markup, what stands in fields, and the window's title.
const WHOLE_PAGE: &str = "return document.documentElement.outerHTML + document.title + \
    [...document.querySelectorAll('input, textarea, select')].map((f) => f.value).join(' ');";

fn whole_page(screen: &Screen<'_>) -> Result<String, Failure> {
    let page = screen.session()?.execute(WHOLE_PAGE, &[])?;
    Ok(page.as_str().unwrap_or_default().to_owned())
}

fn said(screen: &Screen<'_>, words: &Words, key: &str) -> Result<(), Failure> {
    words.pieces(key).iter().try_for_each(|piece| screen.see(piece))
}

fn value_of(screen: &Screen<'_>, label: &str) -> Result<String, Failure> {
    let field = screen.find("textbox", label)?;
    let value = screen.session()?.execute("return arguments[0].value", &[field.as_argument()])?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}

/// Locks by the control in the rail and waits for what takes the page's place.
fn lock(screen: &Screen<'_>) -> Result<(), Failure> {
    screen.press("button", "Lock now")?;
    screen.find("button", "Unlock").map(drop)
}

/// A patient with records on this computer, at her list of records.
fn patient_with_records(teller: &mut Teller<'_>) -> Result<(), Failure> {
    let file = teller.computer.home().join("record.json");
    std::fs::write(&file, Persona::HeartWoman.bundle(1))?;
    teller.make_profile("I am a patient", PROFILE, "patient-")?;
    let report = teller.import(&file)?;
    assert_eq!(report["refused"], json!([]));
    let patient = teller.app.window("patient-")?;
    patient.press("link", "Records")?;
    patient.press("link", "Search")?;
    patient.fill("What are you looking for?", RECORD)?;
    patient.find("link", RECORD).map(drop)
}

/// The title of every record.
fn record_texts(patient: &Screen<'_>) -> Result<Vec<String>, Failure> {
    let asked = json!({ "scope": { "kind": "own" }, "query": {
        "categories": [], "text": null, "from": null, "before": null, "analyte": null,
        "flaggedOnly": false, "sourceOnly": false, "offset": 0, "limit": 500 } });
    let page = patient.invoke("room_items", &asked)?.unwrap_or_default();
    let items = page["items"].as_array().into_iter().flatten();
    let titles = items.filter_map(|item| item["title"].as_str()).filter(|title| !title.is_empty());
    Ok(titles.map(str::to_owned).collect())
}

#[test]
fn a_locked_window_holds_nothing_and_unlocks_where_she_was() -> Result<(), Failure> {
    let (computer, words) = (Computer::start()?, Words::english()?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    patient_with_records(&mut teller)?;
    let patient = app.window("patient-")?;
    let secret = record_texts(&patient)?;
    assert!(secret.len() > 100 && secret.iter().any(|text| text == RECORD), "{secret:?}");
    patient.press("link", RECORD)?;
    patient.find("heading", RECORD)?;
    lock(&patient)?;
    said(&patient, &words, "lock.lead")?;
    let page = whole_page(&patient)?;
    for told in secret.iter().map(String::as_str).chain(["Test-Anna", "Muster-Sample", "Okafor"]) {
        assert!(!page.contains(told), "{told} is still in the page");
    }
    assert_eq!(
        patient.invoke("room_summary", &json!({ "scope": { "kind": "own" } }))?.unwrap_err(),
        "locked"
    );
    patient.press("button", "Unlock")?;
    patient.find("heading", RECORD)?;

    // What somebody is typing is taken off the page, and is there again.
    teller.set_up_clinic("Example Clinic")?;
    let desk = app.window("desk-")?;
    desk.press("link", "Register")?;
    desk.fill("Given names", "Test-Carla")?;
    desk.fill("Family name", "Halfway-Sample")?;
    lock(&desk)?;
    assert!(!whole_page(&desk)?.contains("Halfway-Sample"));
    desk.press("button", "Unlock")?;
    assert_eq!(value_of(&desk, "Given names")?, "Test-Carla");
    assert_eq!(value_of(&desk, "Family name")?, "Halfway-Sample");
    app.end()
}

/// What Ctrl+V puts into an emptied text field.
fn pasted(screen: &Screen<'_>, label: &str) -> Result<String, Failure> {
    let field = screen.find("textbox", label)?;
    screen.session()?.send_keys(&field, "\u{e009}a\u{e000}\u{e003}")?;
    screen.session()?.send_keys(&field, "\u{e009}v\u{e000}")?;
    value_of(screen, label)
}

#[test]
fn keys_lock_the_window_and_an_invitation_does_not_stay_on_the_clipboard() -> Result<(), Failure> {
    let (computer, words) = (Computer::start()?, Words::english()?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.set_up_clinic("Example Clinic")?;
    let person = Person {
        given: "Test-Carla".into(),
        family: "Muster-Sample".into(),
        born: "1961-03-14".into(),
    };
    let code = teller.register(&person)?;
    let desk = app.window("desk-")?;
    desk.press("button", "Copy the code")?;
    said(&desk, &words, "clipboard.said")?;
    desk.press("link", "Register")?;
    assert_eq!(pasted(&desk, "Given names")?, code, "it is there to be pasted");

    let field = desk.find("textbox", "Given names")?;
    desk.session()?.send_keys(&field, "\u{e009}\u{e008}l\u{e000}")?;
    desk.find("button", "Unlock")?;
    said(&desk, &words, "lock.protects.without")?;
    desk.press("button", "Unlock")?;
    desk.find("heading", "Register a person")?;
    assert_eq!(pasted(&desk, "Given names")?, "", "the lock emptied the clipboard");
    app.end()
}

const MINUTE: i64 = 60;

#[test]
fn a_quarter_of_an_hour_without_a_hand_on_it_locks_the_window_of_every_role() -> Result<(), Failure>
{
    let computer = Computer::start()?;
    let clock = AppClock::on(&computer)?;
    let data = computer.home().join("keyward");
    let app = App::start_program(&computer, clock.program(), &data, &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.make_profile("I am a patient", PROFILE, "patient-")?;
    teller.make_profile("I am a doctor", "Dr Test-Okafor", "doctor-")?;
    teller.set_up_clinic("Example Clinic")?;
    let [patient, doctor, desk] =
        [app.window("patient-")?, app.window("doctor-")?, app.window("desk-")?];
    for window in [&patient, &doctor, &desk] {
        window.press("link", "Settings")?;
        window.find("heading", "Settings")?;
        assert_eq!(value_of(window, "Lock after this many minutes without activity")?, "15");
    }

    clock.set_offset(14 * MINUTE)?;
    // Somebody is still there in one of them. (What is asked after the key was heard is answered after it.)
    patient.session()?.press_keys(&["\u{e008}"])?;
    patient.invoke("settings_read", &json!({}))?.unwrap();
    for window in [&doctor, &desk] {
        assert!(window.has("button", "Lock now")?, "it is not time yet");
    }
    clock.set_offset(16 * MINUTE)?;
    for window in [&doctor, &desk] {
        window.find("button", "Unlock")?;
        assert_eq!(window.invoke("settings_read", &json!({}))?.unwrap_err(), "locked");
    }
    assert!(patient.has("button", "Lock now")?, "the key began the time anew");
    clock.set_offset(30 * MINUTE)?;
    patient.find("button", "Unlock")?;
    assert_eq!(patient.invoke("settings_read", &json!({}))?.unwrap_err(), "locked");
    app.end()
}

/// The part of a desktop that says when it is locked.
const SAVER: &str = "org.freedesktop.ScreenSaver";

#[test]
fn the_desktops_lock_locks_every_window() -> Result<(), Failure> {
    let (computer, words) = (Computer::start()?, Words::english()?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    patient_with_records(&mut teller)?;
    teller.set_up_clinic("Example Clinic")?;
    let (patient, desk) = (app.window("patient-")?, app.window("desk-")?);
    let secret = record_texts(&patient)?;
    desk.press("link", "Register")?;
    desk.fill("Family name", "Halfway-Sample")?;

    let desktop = zbus::blocking::connection::Builder::address(computer.session_bus())
        .and_then(|builder| builder.name(SAVER))
        .and_then(|builder| builder.build())
        .map_err(|error| Failure::Start(error.to_string()))?;
    let says = |locked: bool| {
        desktop
            .emit_signal(None::<&str>, "/ScreenSaver", SAVER, "ActiveChanged", &locked)
            .map_err(|error| Failure::Start(error.to_string()))
    };
    // The desktop is unlocked: nothing happens to anybody, however long one looks.
    says(false)?;
    desk.find("button", "Lock now")?;
    says(true)?;
    for window in [&patient, &desk] {
        window.find("button", "Unlock")?;
        said(window, &words, "lock.lead")?;
    }
    let page = whole_page(&patient)?;
    for told in &secret {
        assert!(!page.contains(told.as_str()), "{told} is still in the page");
    }
    assert!(!whole_page(&desk)?.contains("Halfway-Sample"));
    assert_eq!(patient.invoke("settings_read", &json!({}))?.unwrap_err(), "locked");
    // What was being typed is there again.
    desk.press("button", "Unlock")?;
    assert_eq!(value_of(&desk, "Family name")?, "Halfway-Sample");
    app.end()
}

#[test]
fn a_passphrase_lets_in_only_who_knows_it() -> Result<(), Failure> {
    let (computer, words) = (Computer::start()?, Words::english()?);
    let data = computer.home().join("keyward");
    let app = App::start(&computer, &data, &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.make_profile("I am a patient", PROFILE, "patient-")?;
    let patient = app.window("patient-")?;
    patient.press("link", "Settings")?;
    patient.fill("Passphrase", PASSPHRASE)?;
    patient.fill("Passphrase once more", PASSPHRASE)?;
    patient.press("button", "Save the passphrase")?;
    said(&patient, &words, "settings.passphraseSaved")?;

    lock(&patient)?;
    patient.fill("Passphrase", "four unrelated words there")?;
    patient.press("button", "Unlock")?;
    said(&patient, &words, "error.passphrase-wrong.what")?;
    said(&patient, &words, "error.passphrase-wrong.mend")?;
    assert_eq!(
        patient.invoke("room_summary", &json!({ "scope": { "kind": "own" } }))?.unwrap_err(),
        "locked"
    );
    assert_eq!(value_of(&patient, "Passphrase")?, "", "a wrong one does not stay in the page");
    patient.fill("Passphrase", PASSPHRASE)?;
    patient.press("button", "Unlock")?;
    patient.find("heading", "Settings")?;
    app.end()?;

    // Also after the app was started again.
    let app = App::start(&computer, &data, &[])?;
    let welcome = app.window("welcome")?;
    let open = format!("Open {PROFILE}");
    welcome.press("button", open.as_str())?;
    welcome.fill("Passphrase", "wrong")?;
    welcome.press("button", open.as_str())?;
    said(&welcome, &words, "error.passphrase-wrong.what")?;
    welcome.fill("Passphrase", PASSPHRASE)?;
    welcome.press("button", open.as_str())?;
    app.window("patient-")?.find("button", "Lock now")?;
    app.end()
}

#[test]
fn a_second_instance_is_told_so_and_the_first_goes_on() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let data = computer.home().join("keyward");
    let app = App::start(&computer, &data, &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.make_profile("I am a patient", PROFILE, "patient-")?;

    let mut second = computer
        .command(keyward_stories::app::binary("keyward")?)
        .arg("--data-dir")
        .arg(&data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    // Somebody reads the sentence in its dialog and answers it.
    let pid = second.id();
    keyward_stories::dialog::answer(&computer, pid, || Ok(second.try_wait()?.is_some()))?;
    let output = second.wait_with_output()?;
    assert_eq!(output.status.code(), Some(3));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("Keyward is already open on this computer."), "{told}");

    let patient = app.window("patient-")?;
    patient.press("link", "Settings")?;
    patient.find("heading", "Settings")?;
    app.end()
}

/// Every file below `folder` that belongs to profiles, with its content.
fn profile_files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.join("profiles")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.display().to_string(), std::fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

#[test]
fn without_a_keyring_nothing_is_written_and_a_sentence_says_what_to_do() -> Result<(), Failure> {
    let (mut computer, words) = (Computer::start()?, Words::english()?);
    computer.set_bus(false);
    let data = computer.home().join("keyward");
    let app = App::start(&computer, &data, &[])?;
    let welcome = app.window("welcome")?;
    welcome.press("link", "I am a patient")?;
    welcome.fill("Name for this profile", PROFILE)?;
    welcome.press("button", "Make my profile")?;
    said(&welcome, &words, "error.keyring-absent.what")?;
    said(&welcome, &words, "error.keyring-absent.mend")?;
    assert_eq!(value_of(&welcome, "Name for this profile")?, PROFILE, "what she typed is kept");
    assert_eq!(welcome.invoke("profiles_list", &json!({}))?.unwrap(), json!([]));
    assert!(profile_files(&data)?.is_empty(), "no profile without its key");
    app.end()
}

#[test]
fn a_keyring_that_is_away_or_lost_the_key_leaves_the_data_as_it_is() -> Result<(), Failure> {
    let (mut computer, words) = (Computer::start()?, Words::english()?);
    let data = computer.home().join("keyward");
    let app = App::start(&computer, &data, &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.make_profile("I am a patient", PROFILE, "patient-")?;
    lock(&app.window("patient-")?)?;
    app.end()?;
    settled(&data)?;
    let before = profile_files(&data)?;

    // No keyring at all for once, then another service, which keeps other secrets.
    computer.set_bus(false);
    refused(&computer, &data, &words, "error.keyring-absent")?;
    assert!(profile_files(&data)? == before, "every byte as it was");
    computer.set_bus(true);
    computer.another_keyring()?;
    refused(&computer, &data, &words, "error.keyring-missing")?;
    assert!(profile_files(&data)? == before, "every byte as it was");
    the_way_without_the_key(&computer, &data, &words)?;
    assert!(profile_files(&data)? == before, "every byte as it was");

    // The service of before: nothing has to be brought back.
    computer.restart_keyring()?;
    let app = App::start(&computer, &data, &[])?;
    app.window("patient-")?.find("button", "Lock now")?;
    app.end()
}

/// What remains to somebody whose key is in another keyring: said where the profile does not open, and one press away.
fn the_way_without_the_key(computer: &Computer, data: &Path, words: &Words) -> Result<(), Failure> {
    let app = App::start(computer, data, &[])?;
    let welcome = app.window("welcome")?;
    welcome.press("button", Name::Has(PROFILE))?;
    said(&welcome, words, "keyring.keyless")?;
    said(&welcome, words, "keyring.kitWay")?;
    welcome.press("link", words.text("restore.welcome"))?;
    welcome.find("heading", words.text("restore.heading"))?;
    app.end()?;
    settled(data)
}

/// The profile does not open, and the sentence says why and what to do.
fn refused(computer: &Computer, data: &Path, words: &Words, key: &str) -> Result<(), Failure> {
    let app = App::start(computer, data, &[])?;
    let welcome = app.window("welcome")?;
    welcome.press("button", Name::Has(PROFILE))?;
    said(&welcome, words, &format!("{key}.what"))?;
    said(&welcome, words, &format!("{key}.mend"))?;
    app.end()?;
    settled(data)
}

/// Waits until the app that had the folder is gone.
fn settled(data: &Path) -> Result<(), Failure> {
    let until = Instant::now() + Duration::from_secs(20);
    while let Err(error) = keyward_vault::ProfileStore::open(data) {
        if Instant::now() > until {
            return Err(Failure::Story(format!("the app does not end: {error}")));
        }
        std::thread::yield_now();
    }
    Ok(())
}
