//! A disk without any room left under the running app: what is not saved is said not to be, what was stored before is
//! there, and once there is room again all goes on in the same window.
//!
//! Every write below the data folder is refused with `ENOSPC` by a library between the app and its C library
//! (`keyward_testkit::disk`): a file system of its own could be mounted by root only. A really full one is under the
//! vault in `crates/vault/tests/disk.rs`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use keyward_stories::path::Teller;
use keyward_stories::words::Words;
use keyward_stories::{App, Camera, Computer, Failure, Screen, dialog};
use keyward_testkit::disk::{Fault, FaultyDisk, Files};
use serde_json::{Value, json};

const FIRST: &str = "Sample marker before";
const SECOND: &str = "Sample marker of the full disk";

/// The app over a disk that can be full.
fn on_disk(computer: &Computer, disk: &FaultyDisk) -> Result<PathBuf, Failure> {
    let mut attached = Command::new("keyward");
    disk.attach(&mut attached);
    let mut script = String::from("#!/bin/sh\n");
    for (name, value) in attached.get_envs() {
        let value = value.unwrap_or_default().to_string_lossy();
        script += &format!("export {}='{value}'\n", name.to_string_lossy());
    }
    script += &format!("exec '{}' \"$@\"\n", keyward_stories::app::binary("keyward")?.display());
    let program = computer.home().join("keyward-on-a-full-disk");
    std::fs::write(&program, script)?;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700))?;
    Ok(program)
}

fn record(computer: &Computer, name: &str, marker: &str, value: u32) -> Result<PathBuf, Failure> {
    let path = computer.home().join(name);
    let record = json!({
        "resourceType": "Observation", "id": name, "status": "final",
        "category": [{ "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "laboratory"
        }] }],
        "code": { "text": marker }, "effectiveDateTime": "2026-10-01",
        "valueQuantity": { "value": value, "unit": "mg/dL" }
    });
    std::fs::write(&path, record.to_string())?;
    Ok(path)
}

fn add(computer: &Computer, patient: &Screen<'_>, file: &Path) -> Result<(), Failure> {
    patient.press("link", "Add records")?;
    patient.find("heading", "Add records")?;
    patient.press("button", "Choose files")?;
    dialog::choose_path(computer, "Choose records to import", file)
}

fn asked(patient: &Screen<'_>, command: &str, arguments: &Value) -> Result<Value, Failure> {
    let answer = patient.invoke(command, arguments)?;
    answer.map_err(|error| Failure::Story(format!("{command}: {error}")))
}

fn imports(patient: &Screen<'_>) -> Result<usize, Failure> {
    Ok(asked(patient, "imports_list", &json!({}))?.as_array().map_or(0, Vec::len))
}

/// What a search through her records finds of this.
fn holds(patient: &Screen<'_>, marker: &str) -> Result<bool, Failure> {
    let everything = json!({ "scope": { "kind": "own" }, "query": {
        "categories": [], "text": null, "from": null, "before": null, "analyte": null,
        "flaggedOnly": false, "sourceOnly": false, "offset": 0, "limit": 50
    } });
    let page = patient.invoke("room_items", &everything)?;
    Ok(page.is_ok_and(|page| page.to_string().contains(marker)))
}

#[test]
fn a_full_disk_is_said_nothing_is_lost_and_it_goes_on_when_there_is_room() -> Result<(), Failure> {
    let (computer, words) = (Computer::start()?, Words::english()?);
    let data = computer.home().join("keyward");
    std::fs::create_dir(&data)?;
    let disk = FaultyDisk::new(&data, computer.home())?;
    let app = App::start_program(&computer, &on_disk(&computer, &disk)?, &data, &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.make_profile("I am a patient", "Test Patient", "patient-")?;
    let patient = app.window("patient-")?;
    add(&computer, &patient, &record(&computer, "first.json", FIRST, 1)?)?;
    patient.find("heading", "What was added")?;

    disk.fail(Fault::Full, Files::All, 0)?;
    let second = record(&computer, "second.json", SECOND, 2)?;
    add(&computer, &patient, &second)?;
    for key in ["error.vault-full.what", "error.vault-full.mend"] {
        words.pieces(key).iter().try_for_each(|piece| patient.see(piece))?;
    }
    let mut settings = asked(&patient, "settings_read", &json!({}))?;
    let before = settings["autoLockMinutes"].clone();
    settings["autoLockMinutes"] = json!(7);
    let refused = patient.invoke("settings_write", &json!({ "settings": settings }))?;
    assert_eq!(refused, Err(json!("vault-full")));
    // What she had is there and can be looked at.
    assert_eq!(asked(&patient, "settings_read", &json!({}))?["autoLockMinutes"], before);
    assert_eq!(imports(&patient)?, 1);
    assert!(holds(&patient, FIRST)? && !holds(&patient, SECOND)?);
    patient.press("link", "Records")?;
    patient.press("link", "Results")?;
    patient.see(FIRST)?;

    assert!(disk.heal()? > 0, "nothing was refused");
    // The page of adding stands as she left it.
    patient.press("link", "Add records")?;
    patient.press("button", "Choose again")?;
    add(&computer, &patient, &second)?;
    patient.find("heading", "What was added")?;
    assert!(asked(&patient, "settings_write", &json!({ "settings": settings })).is_ok());

    // As it is on the disk, not only in the window.
    app.kill()?;
    let app = App::start(&computer, &data, &[])?;
    let patient = app.window("patient-")?;
    patient.find("button", "Lock now")?;
    assert_eq!(imports(&patient)?, 2);
    assert!(holds(&patient, FIRST)? && holds(&patient, SECOND)?);
    assert_eq!(asked(&patient, "settings_read", &json!({}))?["autoLockMinutes"], 7);
    app.end()
}
