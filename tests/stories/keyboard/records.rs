//! A patient's own records: added, read, compared, found, put elsewhere, taken away again; and the window set to
//! her liking.

use std::path::Path;
use std::time::{Duration, Instant};

use keyward_stories::keyboard::keys::{HOME, LEFT};
use keyward_stories::path::Teller;
use keyward_stories::screen::Name;
use keyward_stories::{App, Camera, Computer, Failure, Screen, dialog, wait_for};
use keyward_testkit::Persona;

/// No date of it tells the day from the month.
const TABLE: &str = "Taken on,Sys (mmHg),Dia (mmHg),Body temp\n\
    03/04/2024,128,82,36.6\n\
    04/04/2024,141,88,36.9\n";
const FOUND: &str = "Pulmonary embolism";

#[test]
fn records_are_read_compared_found_and_put_elsewhere_without_a_mouse() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?.by_keyboard();
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let file = computer.home().join("record.json");
    std::fs::write(&file, Persona::HeartWoman.bundle(1))?;
    teller.make_profile("I am a patient", "Test Patient", "patient-")?;
    teller.import(&file)?;
    let patient = app.window("patient-")?;
    read_all_parts(&patient)?;
    put_elsewhere(&patient)?;
    go_by_words(&patient)?;
    set_the_window(&patient)?;
    add_a_table(&computer, &patient, &computer.home().join("readings.csv"))?;
    app.end()?;
    camera.finish()
}

/// Every page of the reading room, what each is for, and back.
fn read_all_parts(patient: &Screen<'_>) -> Result<(), Failure> {
    patient.press("link", "Records")?;
    patient.press("link", "Timeline")?;
    patient.find("heading", "Everything over time")?;
    patient.slide("Year", &[HOME])?;
    patient.pick(Name::Has("Kind"), Name::Has("Test results"))?;
    patient.choose("checkbox", "Only what the laboratory flagged")?;
    patient.press("link", "Results")?;
    patient.press("link", Name::Has("Potassium"))?;
    patient.find("heading", Name::Has("over time"))?;
    patient.slide(Name::Has("Values of"), &[LEFT])?;
    patient.press("link", "Open this record")?;
    patient.press("link", "Results")?;
    patient.press("link", "Compare two days")?;
    patient.find("heading", "Two days side by side")?;
    patient.press("button", "Copy as text")?;
    patient.find("button", "Copied")?;
    patient.press("link", "Medicines")?;
    patient.find("heading", "Medicines as a plan")?;
    patient.press("link", "Documents")?;
    patient.find("heading", "Letters and documents")?;
    patient.press("link", "Search")?;
    patient.fill("What are you looking for?", FOUND)?;
    patient.press("link", FOUND)?;
    patient.find("heading", FOUND).map(drop)
}

/// A record that is more private than Keyward took it for, and a step back.
fn put_elsewhere(patient: &Screen<'_>) -> Result<(), Failure> {
    patient.see("Kept with: Conditions")?;
    patient.press("button", "Keep this with another kind")?;
    patient.see("Where do you want to keep this record?")?;
    patient.choose("radio", Name::Has("Mental health"))?;
    patient.press("button", "Move it")?;
    patient.see("Kept with: Mental health")?;
    patient.undo()?;
    patient.see("Kept with: Conditions")
}

/// The command palette: a place, a record, and what changes at once with its way back.
fn go_by_words(patient: &Screen<'_>) -> Result<(), Failure> {
    patient.command("spaces", "Spaces")?;
    patient.find("heading", "Your sharing spaces")?;
    patient.command("embolism", Name::Has("Search my records for"))?;
    patient.press("link", FOUND)?;
    patient.find("heading", FOUND)?;
    let theme = "return document.documentElement.dataset.theme ?? ''";
    let before = patient.session()?.execute(theme, &[])?;
    patient.command("dark", "Use dark colours")?;
    patient.see("Dark colours are used now")?;
    assert_ne!(patient.session()?.execute(theme, &[])?, before);
    patient.undo()?;
    wait_for("the colours from before", Instant::now() + Duration::from_secs(20), || {
        Ok((patient.session()?.execute(theme, &[])? == before).then_some(()))
    })
}

/// Settings: minutes and a step back, size of the text, language and back.
fn set_the_window(patient: &Screen<'_>) -> Result<(), Failure> {
    patient.press("link", "Settings")?;
    patient.fill("Lock after this many minutes without activity", "20")?;
    patient.press("button", "Save minutes")?;
    patient.undo()?;
    patient.choose("radio", "A bit larger")?;
    patient.choose("radio", "Normal")?;
    patient.choose("radio", "简体中文")?;
    patient.find("heading", "设置")?;
    patient.choose("radio", "English")?;
    patient.find("heading", "Settings").map(drop)
}

/// A table that has to be asked about, its report kept as a file, and all of it taken away again.
fn add_a_table(computer: &Computer, patient: &Screen<'_>, file: &Path) -> Result<(), Failure> {
    std::fs::write(file, TABLE)?;
    patient.press("link", "Add records")?;
    patient.press("button", "Choose files")?;
    dialog::choose_path(computer, "Choose records to import", file)?;
    patient.find("heading", "What do the columns of readings.csv hold?")?;
    patient.select("What Body temp holds", "Leave out")?;
    patient.choose("radio", Name::Has("Day first"))?;
    patient.press("button", "Add these records")?;
    patient.find("heading", "What was added")?;
    let report = computer.home().join("report.json");
    patient.press("button", "Save as a file")?;
    dialog::choose_path(computer, "Save a copy", &report)?;
    patient.see("The report is saved")?;
    patient.press("button", "Undo this")?;
    patient.press("button", "Remove these records")?;
    patient.find("heading", "Add records")?;
    wait_for("the table to be gone", Instant::now() + Duration::from_secs(20), || {
        Ok((!patient.page_text()?.contains("readings.csv")).then_some(()))
    })
}
