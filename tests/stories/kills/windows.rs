//! The app killed while a person looks at its window: what the window had said is true afterwards.

use std::path::Path;
use std::time::{Duration, Instant};

use keyward_stories::screen::Name;
use keyward_stories::words::Words;
use keyward_stories::{App, Computer, Failure, Screen, dialog};
use rand::RngExt as _;

use super::clinic::records::results;
use super::clinic::windows::{self, said, said_within};
use super::clinic::{Clinic, copies};

const DOCTOR: &str = "Dr Test-Okafor";
const RECORDS: usize = 150;
const LONG: Duration = Duration::from_secs(90);

/// Starts the app again after its death; the only profile opens by itself.
fn again(computer: &Computer, data: &Path) -> Result<App, Failure> {
    let app = App::start(computer, data, &[])?;
    app.window("patient-")?.find("heading", "Your records at a glance")?;
    Ok(app)
}

/// Kills the app after a random time, or as soon as the window shows this heading; tells whether it did.
fn kill_before(app: App, heading: &str) -> Result<bool, Failure> {
    let life = Duration::from_millis(rand::rng().random_range(0..1_500));
    let deadline = Instant::now() + life;
    let mut shown = false;
    let patient = app.window("patient-")?;
    while !shown && Instant::now() < deadline {
        shown = patient.has("heading", heading)?;
    }
    app.kill()?;
    Ok(shown)
}

fn pick(computer: &Computer, patient: &Screen<'_>, file: &Path) -> Result<(), Failure> {
    patient.press("link", "Add records")?;
    patient.find("heading", "Add records")?;
    patient.press("button", "Choose files")?;
    dialog::choose_path(computer, "Choose records to import", file)
}

/// From the list of shares to the last page before sharing.
fn prepare_share(patient: &Screen<'_>) -> Result<(), Failure> {
    patient.press("link", "Sharing")?;
    patient.press("link", "Share records")?;
    patient.fill("Name of the space", "Heart")?;
    patient.choose("radio", Name::Has("My name"))?;
    patient.press("button", "Make a space")?;
    patient.find("heading", "With whom do you want to share?")?;
    patient.choose("radio", Name::Has(DOCTOR))?;
    patient.press("button", "Continue")?;
    patient.find("heading", Name::Has("What may"))?;
    patient.choose_all("checkbox")?;
    patient.press("button", "Continue")?;
    patient.choose("radio", Name::Has("To find out what is wrong"))?;
    patient.press("button", "Continue")?;
    patient.choose("radio", Name::Has("Two weeks"))?;
    patient.press("button", "Continue")?;
    patient.see_within("will see", LONG)?;
    patient.find("button", Name::Has("with Dr")).map(drop)
}

#[test]
fn the_app_killed_in_its_window_keeps_what_it_showed() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let data = computer.home().join("keyward");
    let (clinic, words) = (Clinic::open(), Words::english()?);
    let doctor = clinic.doctor(DOCTOR);
    let file = clinic.file("a.json", &results("A", RECORDS));
    let all = format!("You have {RECORDS} records");

    // Joined, and killed while the records are read: all of the file is there, or nothing of it.
    let app = App::start(&computer, &data, &[])?;
    let label = windows::make_profile(&app, "I am a patient", "Patient", "patient-")?;
    windows::join(&app, &label, &clinic.invite("Test-Anna", "Muster-Sample", "1961-03-14"))?;
    pick(&computer, &app.window("patient-")?, &file)?;
    let shown = kill_before(app, "What was added")?;
    let app = again(&computer, &data)?;
    let patient = app.window("patient-")?;
    patient.see(super::clinic::NAME)?;
    let nothing = words.pieces("home.noRecords").remove(0);
    windows::until("all records or none", LONG, || {
        let text = patient.page_text()?;
        Ok(text.contains(&all) || (!shown && text.contains(&nothing)))
    })?;
    pick(&computer, &patient, &file)?;
    patient.find("heading", "What was added")?;

    // Killed as soon as the window says that the records are being locked for the doctor: the share is
    // decided, and is carried out without being asked again.
    prepare_share(&patient)?;
    patient.press("button", Name::Has("with Dr"))?;
    windows::until("the share to be taken up", LONG, || {
        Ok(windows::says(&patient, &words, "sharing.now")?
            || windows::says(&patient, &words, "shareState.live")?)
    })?;
    app.kill()?;
    let app = again(&computer, &data)?;
    let patient = app.window("patient-")?;
    patient.see(&all)?;
    patient.press("link", "Sharing")?;
    patient.press("link", DOCTOR)?;
    said_within(&patient, &words, "shareState.live", LONG)?;
    keyward_app::doctor::sync(&doctor).unwrap();
    assert_eq!(copies(&doctor), RECORDS);

    // Killed after it said that sharing was stopped, with the relay away: the decision stands, and is
    // carried out as soon as the relay is back.
    clinic.stop_relay();
    patient.press("button", "Stop sharing")?;
    patient.press("button", "Stop sharing now")?;
    said(&patient, &words, "stop.waiting")?;
    app.kill()?;
    let app = again(&computer, &data)?;
    let patient = app.window("patient-")?;
    patient.press("link", "Sharing")?;
    said(&patient, &words, "shareState.revoked")?;
    patient.press("link", DOCTOR)?;
    said(&patient, &words, "stop.waiting")?;
    patient.press("link", "Home")?;
    said(&patient, &words, "error.relay-unreachable.what")?;
    clinic.start_relay();
    // She need not wait until it is tried by itself.
    patient.press("button", "Try again")?;
    patient.press("link", "Sharing")?;
    patient.press("link", DOCTOR)?;
    said(&patient, &words, "shareState.revoked")?;
    windows::until("the relay's confirmation", LONG, || {
        Ok(!windows::says(&patient, &words, "stop.waiting")?)
    })?;
    keyward_app::doctor::sync(&doctor).unwrap();
    assert_eq!(copies(&doctor), 0);
    println!("deaths: 3");
    app.end()
}
