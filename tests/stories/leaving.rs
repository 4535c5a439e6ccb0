//! Taking everything along, and deleting everything, through the system's own dialog and into files that others
//! can read.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::Stdio;
use std::time::{Duration, Instant};

use keyward_stories::computer::tool;
use keyward_stories::path::{Person, Teller};
use keyward_stories::words::Words;
use keyward_stories::{App, Camera, Computer, Failure, dialog, wait_for};
use keyward_testkit::Persona;

#[test]
fn she_takes_everything_along_in_one_file() -> Result<(), Failure> {
    let (computer, words) = (Computer::start()?, Words::english()?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let file = computer.home().join("record.json");
    std::fs::write(&file, Persona::HeartWoman.bundle(1))?;
    teller.make_profile("I am a patient", "Test Patient", "patient-")?;
    teller.import(&file)?;

    let patient = app.window("patient-")?;
    patient.press("link", "Settings")?;
    patient.press("link", "Take or delete everything")?;
    patient.press("button", "Export everything")?;
    let place = computer.home().join("everything.zip");
    dialog::choose_path(&computer, "Save a copy", &place)?;
    words.pieces("leaving.exported").iter().try_for_each(|piece| patient.see(piece))?;
    patient.see("everything.zip")?;
    patient.see("Last exported")?;

    // Another program reads it.
    let listing = computer
        .command(tool("python3", "python3")?)
        .args(["-m", "zipfile", "-l"])
        .arg(&place)
        .stdin(Stdio::null())
        .output()?;
    assert!(listing.status.success(), "{listing:?}");
    let listing = String::from_utf8_lossy(&listing.stdout);
    for expected in ["index.html", "fhir/Observation.ndjson", "settings.json", "README.txt"] {
        assert!(listing.contains(expected), "{expected} is missing:\n{listing}");
    }
    app.end()
}

#[test]
fn she_deletes_everything_and_keeps_what_her_clinic_signed() -> Result<(), Failure> {
    let (computer, words) = (Computer::start()?, Words::english()?);
    let data = computer.home().join("keyward");
    let app = App::start(&computer, &data, &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.set_up_clinic("Example Clinic")?;
    let person = Person {
        given: "Test-Anna Maria".into(),
        family: "Muster-Sample".into(),
        born: "1961-03-14".into(),
    };
    let code = teller.register(&person)?;
    teller.make_profile("I am a patient", "Test Patient", "patient-")?;
    teller.join("patient-", &code)?;
    let profiles = || std::fs::read_dir(data.join("profiles")).unwrap().count();
    let before = profiles();

    // Her desk cannot go before her.
    let desk = app.window("desk-")?;
    desk.press("link", "Settings")?;
    desk.press("link", "Take or delete everything")?;
    desk.see("Others still use Example Clinic")?;
    assert!(!desk.has("button", "Delete everything")?);

    let patient = app.window("patient-")?;
    patient.press("link", "Settings")?;
    patient.press("link", "Take or delete everything")?;
    patient.fill("Type the name of the profile to confirm: Test Patient", "Test Patient")?;
    patient.press("button", "Delete everything")?;
    words.pieces("leaving.askWhy.patient").iter().try_for_each(|piece| patient.see(piece))?;
    patient.press("button", "Delete everything now")?;
    let place = computer.home().join("receipt.html");
    dialog::choose_path(&computer, "Save a copy", &place)?;

    // The first window comes in its place and shows the receipt; the driver may be asking the window that goes
    // just then. The profile is gone.
    let until = Instant::now() + Duration::from_secs(60);
    wait_for("the receipt in the first window", until, || {
        let Ok(welcome) = app.window("welcome") else { return Ok(None) };
        let seen = welcome.page_text().is_ok_and(|text| text.contains("This is your receipt"));
        Ok(seen.then_some(()))
    })?;
    assert!(profiles() < before, "{} profiles of {before}", profiles());
    let welcome = app.window("welcome")?;
    welcome.find("heading", "The profile “Test Patient” is deleted")?;
    words.pieces("left.hereDone.patient").iter().try_for_each(|piece| welcome.see(piece))?;
    words.pieces("left.keeps.register-entry").iter().try_for_each(|piece| welcome.see(piece))?;
    welcome.press("button", "Save the receipt")?;
    let again = computer.home().join("receipt-again.html");
    dialog::choose_path(&computer, "Save a copy", &again)?;
    wait_for("the file", Instant::now() + Duration::from_secs(20), || {
        Ok(again.exists().then_some(()))
    })?;
    welcome.press("button", "Go to the start")?;
    welcome.see("Test Desk")?;
    assert!(!welcome.page_text()?.contains("Test Patient"), "it is offered still");
    let receipt = std::fs::read_to_string(&place)?;
    for expected in
        ["The profile “Test Patient” is deleted", "Signed by the clinic", "<html lang=\"en"]
    {
        assert!(receipt.contains(expected), "{expected} is missing:\n{receipt}");
    }
    assert_eq!(receipt, std::fs::read_to_string(&again)?);
    the_desk_leaves(&computer, &app, &words, &data)?;
    app.end()
}

/// Nobody uses the clinic any more: it ends with its desk.
fn the_desk_leaves(
    computer: &Computer,
    app: &App,
    words: &Words,
    data: &std::path::Path,
) -> Result<(), Failure> {
    let desk = app.window("desk-")?;
    desk.press("link", "Settings")?;
    desk.press("link", "Take or delete everything")?;
    desk.see("There is no backup of Example Clinic")?;
    words.pieces("leaving.backupNoneHint").iter().try_for_each(|piece| desk.see(piece))?;
    desk.fill("Type the name of the profile to confirm: Test Desk", "Test Desk")?;
    desk.press("button", "Delete everything")?;
    desk.see("Example Clinic ends with it.")?;
    desk.press("button", "Delete everything now")?;
    let place = computer.home().join("receipt-of-the-desk.html");
    dialog::choose_path(computer, "Save a copy", &place)?;
    wait_for("the desk's receipt", Instant::now() + Duration::from_secs(60), || {
        let Ok(welcome) = app.window("welcome") else { return Ok(None) };
        let seen = welcome.page_text().is_ok_and(|text| text.contains("“Test Desk” is deleted"));
        Ok(seen.then_some(()))
    })?;
    let welcome = app.window("welcome")?;
    words.pieces("left.deleted").iter().try_for_each(|piece| welcome.see(piece))?;
    assert!(std::fs::read_to_string(&place)?.contains("Nobody is left to sign that"));
    assert!(!data.join("services").exists(), "the clinic lies there still");
    assert_eq!(std::fs::read_dir(data.join("profiles"))?.count(), 0, "nor its services' profile");
    Ok(())
}
