//! Taking everything along, through the system's own dialog, into a file that others can read.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::Stdio;

use keyward_stories::computer::tool;
use keyward_stories::path::Teller;
use keyward_stories::words::Words;
use keyward_stories::{App, Camera, Computer, Failure, dialog};
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
    patient.press("link", "Take everything with you")?;
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
