//! What a person takes out of the reading room, in a real window: printed pages, plain text, a place found by its word,
//! and a step taken back.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::time::{Duration, Instant};

use keyward_stories::computer::tool;
use keyward_stories::path::Teller;
use keyward_stories::screen::Name;
use keyward_stories::{App, Camera, Computer, Failure, Screen, dialog, wait_for};
use keyward_testkit::Persona;
use serde_json::{Value, json};

const CONTROL: &str = "\u{e009}";
const ENTER: &str = "\u{e007}";

/// Everything written on the pages of a PDF as one line, and how many pages it has. The file is gone afterwards.
fn printed(computer: &Computer) -> Result<(String, usize), Failure> {
    let pdf = dialog::print_to_file(computer)?;
    let text = |arguments: &[&str], program: &str| -> Result<String, Failure> {
        let mut command = computer.command(tool(program, "poppler-utils")?);
        let output = command.arg(&pdf).args(arguments).output()?;
        assert!(output.status.success(), "{output:?}");
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let words = text(&["-"], "pdftotext")?.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = text(&[], "pdfinfo")?;
    let pages = told.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap();
    std::fs::remove_file(&pdf)?;
    Ok((words, pages.trim().parse().unwrap()))
}

fn holds(text: &str, expected: &[&str]) {
    for expected in expected {
        assert!(text.contains(expected), "“{expected}” is missing:\n{text}");
    }
}

/// What is only for the screen.
const NOT_ON_PAPER: &[&str] = &["Lock now", "Find a place", "Print or save as PDF", "Copy as text"];

fn holds_none(text: &str) {
    for only_on_screen in NOT_ON_PAPER {
        assert!(!text.contains(only_on_screen), "“{only_on_screen}” is on paper:\n{text}");
    }
}

/// What is on the clipboard, by pasting it where one types.
fn pasted(patient: &Screen<'_>) -> Result<String, Failure> {
    let script = "const area = document.createElement('textarea'); area.id = 'pasted'; \
        document.body.append(area); area.focus();";
    let session = patient.session()?;
    session.execute(script, &[])?;
    let value = "return document.getElementById('pasted').value";
    let text = wait_for("the pasted text", Instant::now() + Duration::from_secs(10), || {
        session.press_chord(CONTROL, "v")?;
        let text = session.execute(value, &[])?.as_str().unwrap_or_default().to_owned();
        Ok((!text.is_empty()).then_some(text))
    })?;
    session.execute("document.getElementById('pasted').remove()", &[])?;
    Ok(text)
}

fn total(patient: &Screen<'_>) -> Result<u64, Failure> {
    let home = patient.invoke("imports_list", &json!({}))?.unwrap_or(Value::Null);
    Ok(home.as_array().into_iter().flatten().filter_map(|each| each["recordsLeft"].as_u64()).sum())
}

fn with_records<'a>(
    computer: &'a Computer,
    app: &'a App,
    camera: &'a mut Camera,
    file: &Path,
) -> Result<Screen<'a>, Failure> {
    let mut teller = Teller { computer, app, camera };
    teller.make_profile("I am a patient", "Test Patient", "patient-")?;
    teller.import(file)?;
    app.window("patient-")
}

#[test]
fn she_prints_copies_finds_and_takes_back() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let file = computer.home().join("record.json");
    std::fs::write(&file, Persona::HeartWoman.bundle(1))?;
    let patient = with_records(&computer, &app, &mut camera, &file)?;
    let all = total(&patient)?;
    assert!(all > 100, "{all} records");

    // The summary on one page of paper.
    patient.press("link", "Records")?;
    patient.press("link", "One page to print")?;
    patient.find("heading", "Summary on one page")?;
    patient.press("button", "Print or save as PDF")?;
    let (text, pages) = printed(&computer)?;
    assert_eq!(pages, 1, "{text}");
    holds(&text, &["Health summary", "Allergies", "Conditions", "Medicines taken now"]);
    holds_none(&text);
    patient.press("button", "Copy as text")?;
    patient.find("button", "Copied")?;
    holds(&pasted(&patient)?, &["Allergies", "Conditions", "- "]);

    // The table of results: whole, with its heading on paper.
    patient.press("link", "Results")?;
    patient.find("heading", "Test results and body measurements")?;
    patient.press("button", "Print or save as PDF")?;
    let (text, pages) = printed(&computer)?;
    holds(&text, &["Test", "Newest value", "Laboratory", "Date"]);
    assert!(pages >= 1);
    holds_none(&text);
    patient.press("button", "Copy as text")?;
    patient.find("button", "Copied")?;
    assert!(pasted(&patient)?.lines().count() > 10);

    // One record.
    patient.press("link", "Search")?;
    patient.fill("What are you looking for?", "Pulmonary embolism")?;
    patient.press("link", "Pulmonary embolism")?;
    patient.find("heading", "Pulmonary embolism")?;
    patient.press("button", "Print or save as PDF")?;
    let (text, _) = printed(&computer)?;
    holds(&text, &["Pulmonary embolism", "Conditions"]);
    holds_none(&text);
    patient.press("button", "Copy as text")?;
    patient.find("button", "Copied")?;
    holds(&pasted(&patient)?, &["Pulmonary embolism"]);

    // A place by its word.
    patient.session()?.press_chord(CONTROL, "k")?;
    patient.find("dialog", Name::Has(""))?;
    for letter in ["s", "p", "a", "c", "e", "s"] {
        patient.session()?.press_keys(&[letter])?;
    }
    patient.session()?.press_keys(&[ENTER])?;
    patient.find("heading", "Your sharing spaces")?;

    // A step taken back where it was taken.
    patient.press("link", "Settings")?;
    let minutes = "Lock after this many minutes without activity";
    patient.fill(minutes, "20")?;
    patient.press("button", "Save minutes")?;
    patient.see("Keyward locks after 20 minutes now")?;
    patient.press("button", "Undo")?;
    wait_for("the old minutes", Instant::now() + Duration::from_secs(10), || {
        let field = patient.find("textbox", minutes)?;
        let value = patient.session()?.execute("return arguments[0].value", &[field.as_argument()]);
        Ok(value.is_ok_and(|value| value == "15").then_some(()))
    })?;

    // What was added is taken away again, and is asked about before.
    patient.press("link", "Add records")?;
    patient.press("link", Name::Has("record.json"))?;
    patient.press("button", "Undo this")?;
    patient.press("button", "Remove these records")?;
    wait_for("the records to be gone", Instant::now() + Duration::from_secs(20), || {
        Ok((total(&patient)? == 0).then_some(()))
    })?;
    app.end()?;
    camera.finish()
}
