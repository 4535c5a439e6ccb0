//! What keeps records safe: the passphrase and the lock, the kit on paper, the backup in a file, and all of it back
//! on an empty computer; then everything taken along, and deleted.

use std::path::Path;
use std::time::{Duration, Instant};

use keyward_stories::keyboard::keys::{CONTROL, SHIFT};
use keyward_stories::path::Teller;
use keyward_stories::screen::Name;
use keyward_stories::{App, Camera, Computer, Failure, Screen, dialog, wait_for};
use keyward_testkit::Persona;
use serde_json::json;

const PROFILE: &str = "Test Patient";
const PASSPHRASE: &str = "four unrelated words here";
const KIT: &str = "return [...document.querySelectorAll('.kit-word')].map((w) => w.textContent)";

#[test]
fn records_are_kept_safe_and_brought_back_without_a_mouse() -> Result<(), Failure> {
    let outside = tempfile::tempdir()?;
    let file = outside.path().join("anna.kwb");
    let kit = make_kit_and_backup(&file)?;
    bring_back_and_leave(&file, &kit)
}

fn make_kit_and_backup(file: &Path) -> Result<Vec<String>, Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?.by_keyboard();
    let mut camera = Camera::closed();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let record = computer.home().join("record.json");
    std::fs::write(&record, Persona::HeartWoman.bundle(1))?;
    teller.make_profile("I am a patient", PROFILE, "patient-")?;
    teller.import(&record)?;
    let patient = app.window("patient-")?;
    set_passphrase_and_lock(&patient)?;
    let kit = write_down(&patient)?;
    patient.press("button", "Choose a place")?;
    dialog::choose_path(&computer, "Save a copy", file)?;
    patient.see("The backup is made")?;
    app.end()?;
    Ok(kit)
}

/// A passphrase, the keys that lock, and in again: by a wrong one first.
fn set_passphrase_and_lock(patient: &Screen<'_>) -> Result<(), Failure> {
    patient.press("link", "Settings")?;
    patient.fill("Passphrase", PASSPHRASE)?;
    patient.fill("Passphrase once more", PASSPHRASE)?;
    patient.press("button", "Save the passphrase")?;
    patient.see("The passphrase is set")?;
    patient.session()?.press_held(&[CONTROL, SHIFT], "l")?;
    patient.fill("Passphrase", "four unrelated words there")?;
    patient.press("button", "Unlock")?;
    patient.see("That is not the passphrase")?;
    patient.fill("Passphrase", PASSPHRASE)?;
    patient.press("button", "Unlock")?;
    patient.find("heading", "Settings").map(drop)
}

/// Reads the kit off the page and types again what is asked; gives the words.
fn write_down(patient: &Screen<'_>) -> Result<Vec<String>, Failure> {
    patient.command("recovery", "Recovery kit")?;
    patient.press("link", "See the kit and write it down")?;
    let kit = wait_for("twelve words", Instant::now() + Duration::from_secs(20), || {
        let kit: Vec<String> =
            serde_json::from_value(patient.session()?.execute(KIT, &[])?).unwrap();
        Ok((kit.len() == 12).then_some(kit))
    })?;
    patient.press("link", "I have written them down")?;
    patient.find("heading", "Type some of the words again")?;
    let status = patient.invoke("recovery_status", &json!({}))?.unwrap_or_default();
    let asked: Vec<usize> = serde_json::from_value(status["kit"]["asked"].clone()).unwrap();
    for place in asked {
        patient.fill(format!("Word number {place}").as_str(), &kit[place - 1])?;
    }
    patient.press("button", "Confirm the kit")?;
    patient.see("Your kit is confirmed")?;
    Ok(kit)
}

fn bring_back_and_leave(file: &Path, kit: &[String]) -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?.by_keyboard();
    let welcome = app.window("welcome")?;
    welcome.press("link", "I have a recovery kit")?;
    welcome.fill("The twelve words, or the text of the picture", &kit.join(" "))?;
    welcome.press("button", "Use this kit")?;
    welcome.see("The kit is right")?;
    welcome.press("button", "Choose the file")?;
    dialog::choose_path(&computer, "Choose a backup", file)?;
    welcome.see("Chosen: ")?;
    welcome.press("button", "Open the backup")?;
    welcome.see("Which version?")?;
    // With a passphrase again: the profile is then opened where profiles are chosen.
    welcome.choose("checkbox", Name::Has("Also ask for a passphrase"))?;
    welcome.fill("Passphrase", PASSPHRASE)?;
    welcome.fill("Passphrase once more", PASSPHRASE)?;
    welcome.press("button", "Bring it back")?;
    welcome.see("This is what came back")?;
    welcome.press("button", "Open the profile")?;
    let open = format!("Open {PROFILE}");
    welcome.press("button", open.as_str())?;
    welcome.fill("Passphrase", PASSPHRASE)?;
    welcome.press("button", open.as_str())?;

    let patient = app.window("patient-")?;
    patient.find("heading", "Your records at a glance")?;
    patient.command("delete", "Take or delete everything")?;
    patient.press("button", "Export everything")?;
    let everything = computer.home().join("everything.zip");
    dialog::choose_path(&computer, "Save a copy", &everything)?;
    patient.see("Everything was saved")?;
    assert!(std::fs::read(&everything)?.starts_with(b"PK"), "an archive");
    leave(&computer, &app, &patient)?;
    app.end()
}

/// Deletes everything: the name typed, one more question, a place for the receipt.
fn leave(computer: &Computer, app: &App, patient: &Screen<'_>) -> Result<(), Failure> {
    patient
        .fill(format!("Type the name of the profile to confirm: {PROFILE}").as_str(), PROFILE)?;
    patient.press("button", "Delete everything")?;
    patient.see("There is no undo.")?;
    patient.press("button", "Delete everything now")?;
    dialog::choose_path(computer, "Save a copy", &computer.home().join("receipt.html"))?;
    // The driver may be asking the window that goes just then.
    let until = Instant::now() + Duration::from_secs(60);
    wait_for("the receipt in the first window", until, || {
        let Ok(welcome) = app.window("welcome") else { return Ok(None) };
        let seen = welcome.page_text().is_ok_and(|text| text.contains("This is your receipt"));
        Ok(seen.then_some(()))
    })?;
    let welcome = app.window("welcome")?;
    welcome.press("button", "Go to the start")?;
    welcome.find("link", "I have a recovery kit")?;
    assert!(!welcome.page_text()?.contains(PROFILE), "it is offered still");
    Ok(())
}
