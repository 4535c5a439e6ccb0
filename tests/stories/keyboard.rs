//! Each main task of each role by keyboard alone: no click, no scrolling by hand, and the focus is always
//! to be seen.

use keyward_stories::path::{Clinician, Person, Teller};
use keyward_stories::{App, Camera, Computer, Failure};
use keyward_testkit::Persona;

#[test]
fn desk_doctor_and_patient_do_their_work_without_a_mouse() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?.by_keyboard();
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let known = Persona::HeartWoman.person();
    let person =
        Person { given: known.given.join(" "), family: known.family, born: known.birth_date };
    let file = computer.home().join("record.json");
    std::fs::write(&file, Persona::HeartWoman.bundle(1))?;
    let doctor = Clinician { name: "Dr Test Adler-Sample".into(), role: "Cardiologist".into() };

    // The desk sets up the clinic, enrols a doctor, registers a person and invites her.
    teller.set_up_clinic("Example Clinic")?;
    let code = teller.enrol_clinician(&doctor)?;
    teller.make_profile("I am a doctor", "Doctor", "doctor-")?;
    teller.join("doctor-", &code)?;
    let code = teller.register(&person)?;
    // The patient joins, adds her records, looks at them, shares them.
    teller.make_profile("I am a patient", "Patient", "patient-")?;
    teller.join("patient-", &code)?;
    teller.import(&file)?;
    teller.browse()?;
    teller.share_all(&doctor, "Heart", true)?;
    // The doctor opens the chart; the patient takes it back.
    teller.read_chart(&person.name())?;
    teller.stop_sharing(&doctor)?;
    teller.see_explanation(&person.name())?;
    app.end()?;
    camera.finish()
}

#[test]
fn records_are_read_compared_found_and_kept_safe_without_a_mouse() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?.by_keyboard();
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let file = computer.home().join("record.json");
    std::fs::write(&file, Persona::HeartWoman.bundle(1))?;
    teller.make_profile("I am a patient", "Test Patient", "patient-")?;
    teller.import(&file)?;

    // Every page of the reading room, what each is for, and back.
    let patient = app.window("patient-")?;
    patient.press("link", "Records")?;
    patient.press("link", "Timeline")?;
    patient.find("heading", "Everything over time")?;
    patient.press("checkbox", "Only what the laboratory flagged")?;
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
    patient.fill("What are you looking for?", "Pulmonary embolism")?;
    patient.press("link", "Pulmonary embolism")?;
    patient.find("heading", "Pulmonary embolism")?;

    // Settings that keep the records safe.
    patient.press("link", "Settings")?;
    patient.fill("Lock after this many minutes without activity", "20")?;
    patient.press("button", "Save minutes")?;
    patient.press("button", "Undo")?;
    patient.press("link", "Take or delete everything")?;
    patient.find("heading", "Take or delete everything")?;
    app.end()?;
    camera.finish()
}
