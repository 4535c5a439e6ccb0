//! Adding records other than by the dialog: dropped on the window by another program; a table; stopped in
//! the middle.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use keyward_stories::path::Teller;
use keyward_stories::screen::Name;
use keyward_stories::{App, Camera, Computer, Failure, Screen, dialog, drag, wait_for};
use keyward_testkit::Persona;
use serde_json::{Value, json};
use zip::write::{SimpleFileOptions, ZipWriter};

/// Files of the long import.
const FILES: u64 = 40;
/// Resources in each of them: so many that adding them takes a quick computer ten seconds, far longer than it takes
/// to see the time left and to stop.
const RESOURCES: usize = 600;
/// Adding them all takes its time in a debug build.
const LONG: Duration = Duration::from_secs(300);

/// A patient with a window.
fn patient<'a>(teller: &mut Teller<'a>) -> Result<Screen<'a>, Failure> {
    teller.make_profile("I am a patient", "Test Patient", "patient-")?;
    let patient = teller.app.window("patient-")?;
    patient.press("link", "Add records")?;
    patient.find("heading", "Add records")?;
    Ok(patient)
}

/// Every import, the latest first.
fn imports(patient: &Screen<'_>) -> Result<Value, Failure> {
    let answer = patient.invoke("imports_list", &json!({}))?;
    answer.map_err(|error| Failure::Story(format!("no list of imports: {error}")))
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is not a number"))
}

#[test]
fn files_dropped_on_the_window_are_added() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let patient = patient(&mut teller)?;
    // A name that a URI cannot hold as it is, and a folder beside it.
    let file = computer.home().join("Übersicht & more 100 %.json");
    std::fs::write(&file, Persona::HeartWoman.bundle(1))?;
    let folder = computer.home().join("from the portal");
    std::fs::create_dir(&folder)?;
    std::fs::write(folder.join("again.json"), Persona::HeartWoman.bundle(1))?;

    drag::drop_files(&computer, "Keyward", &[&file, &folder])?;
    patient.find("heading", "What was added")?;
    let report = &imports(&patient)?[0]["report"];
    assert_eq!((&report["files"], &report["refused"]), (&json!(2), &json!([])), "{report}");
    assert!(number(&report["resources"]) > 100, "{report}");
    assert_eq!(report["resources"], report["duplicates"], "the same record twice: {report}");
    patient.see("from the portal")?;
    app.end()?;
    camera.finish()
}

/// A folder of many files, each with records of its own.
fn big_folder(computer: &Computer) -> Result<PathBuf, Failure> {
    let folder = computer.home().join("a life of records");
    std::fs::create_dir(&folder)?;
    for n in 0..FILES {
        std::fs::write(folder.join(format!("{n:03}.json")), steps(n).to_string())?;
    }
    Ok(folder)
}

/// Counts of steps, no two of them alike: the same statement in two files would be recognised.
fn steps(file: u64) -> Value {
    let first = file * RESOURCES as u64;
    let entries: Vec<_> = (first..first + RESOURCES as u64)
        .map(|n| {
            json!({ "resource": {
                "resourceType": "Observation",
                "id": format!("steps-{n}"),
                "status": "final",
                "code": { "coding": [{ "system": "http://loinc.org", "code": "55423-8" }] },
                "effectiveDateTime": format!("20{:02}-{:02}-{:02}", n / 1344, n / 112 % 12 + 1, n / 4 % 28 + 1),
                "valueQuantity": { "value": 1000 + n, "unit": "steps" },
            }})
        })
        .collect();
    json!({ "resourceType": "Bundle", "type": "collection", "entry": entries })
}

fn choose(computer: &Computer, patient: &Screen<'_>, folder: &Path) -> Result<(), Failure> {
    patient.press("button", "Choose a folder")?;
    dialog::choose_path(computer, "Choose records to import", folder)
}

/// The same files in an archive.
fn big_archive(computer: &Computer) -> Result<PathBuf, Failure> {
    let path = computer.home().join("a life of records.zip");
    let mut archive = ZipWriter::new(std::fs::File::create(&path)?);
    for n in 0..FILES {
        let file = archive.start_file(format!("{n:03}.json"), SimpleFileOptions::default());
        file.map_err(std::io::Error::other)?;
        archive.write_all(steps(n).to_string().as_bytes())?;
    }
    archive.finish().map_err(std::io::Error::other)?;
    Ok(path)
}

#[test]
fn an_archive_stopped_in_the_middle_keeps_what_it_had_and_goes_on() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let patient = patient(&mut teller)?;
    let archive = big_archive(&computer)?;

    patient.press("button", "Choose files")?;
    dialog::choose_path(&computer, "Choose records to import", &archive)?;
    patient.see(&format!("3 of {FILES}"))?;
    // Two seconds are the least that gives a pace.
    wait_for("the time that is left", Instant::now() + LONG, || {
        let told = patient.page_text()?.to_lowercase();
        let lines = told.lines();
        Ok(lines.map(str::trim).any(|line| line.ends_with(" left")).then_some(()))
    })?;
    teller.camera.look(&patient, "patient-import-under-way")?;
    patient.press("button", "Cancel")?;
    patient.see("You stopped adding records")?;
    patient.see("What had been added before stays.")?;
    teller.camera.look(&patient, "patient-import-stopped")?;
    patient.press("link", "See the report")?;
    patient.find("heading", "What was added")?;
    patient.see("Stopped before the end")?;
    teller.camera.look(&patient, "patient-import-stopped-report")?;
    let stopped = imports(&patient)?[0].clone();
    assert_eq!(stopped["finished"], false);
    let kept = number(&stopped["recordsLeft"]);
    assert!(kept > 0 && kept < FILES * RESOURCES as u64, "{stopped}");

    patient.press("link", "Add records")?;
    patient.press("button", "Choose again")?;
    patient.press("button", "Go on with a life of records.zip")?;
    patient.see_within("What was added", LONG)?;
    let all = imports(&patient)?;
    let whole = &all[0];
    assert_eq!((all.as_array().map(Vec::len), &whole["finished"]), (Some(1), &json!(true)));
    assert_eq!(whole["report"]["files"], FILES, "{whole}");
    assert_eq!(whole["report"]["refused"], json!([]), "{whole}");
    assert_eq!(number(&whole["report"]["duplicates"]), 0, "nothing is read twice: {whole}");
    assert_eq!(number(&whole["recordsLeft"]), FILES * RESOURCES as u64, "{whole}");
    let home = patient.invoke("patient_home", &json!({}))?.unwrap_or_default();
    println!("{kept} records before the stop, in all: {home}");
    app.end()?;
    camera.finish()
}

/// A table as an upper-arm monitor's app exports it; no date of it tells the day from the month.
const TABLE: &str = "Taken on,Sys (mmHg),Dia (mmHg),Body temp,Remark\n\
    03/04/2024,128,82,36.6,after breakfast\n\
    04/04/2024,141,88,36.9,\n\
    05/04/2024,119,77,36.4,rested\n";

#[test]
fn a_table_asks_what_its_columns_hold_and_the_report_is_saved_for_other_programs()
-> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let patient = patient(&mut teller)?;
    let file = computer.home().join("readings.csv");
    std::fs::write(&file, TABLE)?;

    patient.press("button", "Choose files")?;
    dialog::choose_path(&computer, "Choose records to import", &file)?;
    patient.find("heading", "What do the columns of readings.csv hold?")?;
    teller.camera.look(&patient, "patient-import-columns")?;
    // Nothing is guessed that the table does not say.
    patient.press("button", "Add these records")?;
    patient.see("Say how the dates are written.")?;
    patient.choose("radio", Name::Has("Day first"))?;
    patient.press("button", "Add these records")?;
    patient.find("heading", "What was added")?;

    let place = computer.home().join("report.json");
    patient.press("button", "Save as a file")?;
    dialog::choose_path(&computer, "Save a copy", &place)?;
    patient.see("The report is saved")?;
    let saved: Value = serde_json::from_slice(&std::fs::read(&place)?).unwrap();
    let shown = &imports(&patient)?[0]["report"];
    let saved = &saved["import"]["report"];
    for figure in ["files", "resources", "kept_as_source", "duplicates", "by_compartment"] {
        assert_eq!(saved[figure], shown[figure], "{figure} in {saved}");
    }
    assert!(number(&saved["resources"]) >= 6, "{saved}");
    // The third of April, not the fourth of March.
    patient.press("link", "Look at your records")?;
    patient.see("5 April 2024")?;
    app.end()?;
    camera.finish()
}

#[test]
fn an_import_that_a_power_cut_ended_goes_on_where_it_was() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let data = computer.home().join("keyward");
    let app = App::start(&computer, &data, &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let folder = big_folder(&computer)?;
    let window = patient(&mut teller)?;
    choose(&computer, &window, &folder)?;
    window.see(&format!("3 of {FILES}"))?;
    app.kill()?;

    let app = App::start(&computer, &data, &[])?;
    let patient = app.window("patient-")?;
    patient.press("link", "Add records")?;
    patient.see("Stopped before the end")?;
    camera.look(&patient, "patient-import-interrupted")?;
    let before = imports(&patient)?;
    let kept = number(&before[0]["recordsLeft"]);
    assert!(kept > 0 && kept < FILES * RESOURCES as u64, "{before}");
    patient.press("button", "Go on with a life of records")?;
    patient.see_within("What was added", LONG)?;
    let after = &imports(&patient)?[0];
    assert_eq!(after["finished"], true, "{after}");
    assert_eq!(after["report"]["refused"], json!([]), "{after}");
    assert_eq!(number(&after["recordsLeft"]), FILES * RESOURCES as u64, "{after}");
    app.end()?;
    camera.finish()
}
