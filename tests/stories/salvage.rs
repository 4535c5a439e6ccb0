//! A profile whose file is damaged: the window says so in words, saves what can be saved, says what
//! came back, and opens.

mod clinic;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clinic::records::results;
use clinic::{Clinic, windows};
use keyward_stories::words::Words;
use keyward_stories::{App, Camera, Computer, Failure, path::Teller, wait_for};

const RECORDS: usize = 60;
const LONG: Duration = Duration::from_secs(60);
const PAGE: usize = 4096;

/// The file of the only profile.
fn vault(data: &Path) -> PathBuf {
    let profiles = std::fs::read_dir(data.join("profiles")).unwrap();
    let mut vaults = profiles.map(|entry| entry.unwrap().path().join("vault.db"));
    vaults.find(|vault| vault.exists()).unwrap()
}

#[test]
fn a_damaged_file_is_told_saved_and_opened() -> Result<(), Failure> {
    let (computer, words) = (Computer::start()?, Words::english()?);
    let data = computer.home().join("keyward");
    let clinic = Clinic::open();
    let app = App::start(&computer, &data, &[])?;
    let label = windows::make_profile(&app, "I am a patient", "Patient", "patient-")?;
    windows::join(&app, &label, &clinic.invite("Test-Anna", "Muster-Sample", "1961-03-14"))?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.import(&clinic.file("a.json", &results("A", RECORDS)))?;
    // Locked, everything stands in the file: the log would have a whole copy of the first page.
    let patient = app.window(&label)?;
    patient.press("button", "Lock now")?;
    patient.find("button", "Unlock")?;
    app.end()?;
    assert!(!vault(&data).with_file_name("vault.db-wal").exists());

    // The first page, below which SQLite looks for everything: no record stands on it.
    let file = vault(&data);
    let mut bytes = std::fs::read(&file)?;
    assert!(bytes.len() > 20 * PAGE);
    bytes[2_000] ^= 1;
    std::fs::write(&file, &bytes)?;

    let app = App::start(&computer, &data, &[])?;
    let welcome = app.window("welcome")?;
    welcome.press("button", "Open Patient")?;
    windows::said(&welcome, &words, "welcome.damaged")?;
    windows::said(&welcome, &words, "welcome.damaged.lead")?;
    welcome.press("button", "Save what can be saved")?;
    welcome.see_within(&format!("{RECORDS} medical records came back."), LONG)?;
    welcome.see("1 part of")?;
    welcome.see("damaged-1")?;
    let kept = file.with_file_name("damaged-1").join("vault.db");
    assert!(std::fs::read(&kept)? == bytes, "the damaged file is kept as it was");
    welcome.press("button", "Remove the damaged file")?;
    windows::said(&welcome, &words, "welcome.kept.lead")?;
    welcome.press("button", "Remove it")?;
    wait_for("the damaged file to be gone", Instant::now() + LONG, || {
        Ok((!kept.exists()).then_some(()))
    })?;
    welcome.press("button", "Open Patient")?;
    let patient = app.window("patient-")?;
    patient.see_within(&format!("You have {RECORDS} records"), LONG)?;
    patient.see(clinic::NAME)?;
    app.end()
}
