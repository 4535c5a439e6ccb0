//! A clinic and the three who meet there.

use keyward_stories::keyboard::keys::{DOWN, HOME, LEFT};
use keyward_stories::path::{Clinician, Person, Teller};
use keyward_stories::screen::Name;
use keyward_stories::{App, Camera, Computer, Failure, Screen};
use keyward_testkit::Persona;

fn somebody(given: &str) -> Person {
    Person { given: given.into(), family: "Waiting-Sample".into(), born: "1961-03-14".into() }
}

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
    // The doctor opens the chart and reads all of it; the patient lets her read on, then takes it back.
    teller.read_chart(&person.name())?;
    read_all_parts(&app.window("doctor-")?, &person.name())?;
    look_after_the_share(&app.window("patient-")?, &doctor)?;
    teller.stop_sharing(&doctor)?;
    teller.see_explanation(&person.name())?;
    let doctor_window = app.window("doctor-")?;
    doctor_window.press("link", "Back to your patients")?;
    doctor_window.press("link", "Ended shares")?;
    doctor_window.find("link", person.name().as_str())?;
    app.end()?;
    camera.finish()
}

/// Every part of a shared chart, and what is on each.
fn read_all_parts(doctor: &Screen<'_>, person: &str) -> Result<(), Failure> {
    doctor.press("link", "Timeline")?;
    doctor.find("heading", "Everything over time")?;
    doctor.slide("Year", &[HOME])?;
    doctor.press("link", "Results")?;
    doctor.find("heading", "Test results and body measurements")?;
    doctor.press("link", Name::Has("Potassium"))?;
    doctor.find("heading", Name::Has("over time"))?;
    doctor.slide(Name::Has("Values of"), &[LEFT])?;
    doctor.press("link", "Open this record")?;
    doctor.press("link", "Back to the chart")?;
    doctor.press("link", "Medicines")?;
    doctor.find("heading", "Medicines as a plan")?;
    doctor.press("link", "Documents")?;
    doctor.find("heading", "Letters and documents")?;
    doctor.press("link", "Search")?;
    doctor.fill("What are you looking for?", "Pulmonary embolism")?;
    doctor.press("link", "Pulmonary embolism")?;
    doctor.find("heading", "Pulmonary embolism")?;
    // Other places of the window, and back into the chart by her name.
    doctor.command("about", "About you")?;
    doctor.see("Cardiologist")?;
    let (given, _) = person.split_once(' ').unwrap_or((person, ""));
    doctor.command(given, person)?;
    doctor.find("heading", Name::Has(person))?;
    doctor.command("embolism", Name::Has("Search this chart for"))?;
    doctor.find("link", "Pulmonary embolism").map(drop)
}

/// The patient looks at what she shares, prints the receipt's page and lets it run longer.
fn look_after_the_share(patient: &Screen<'_>, doctor: &Clinician) -> Result<(), Failure> {
    patient.press("link", "Sharing")?;
    patient.press("link", doctor.name.as_str())?;
    patient.press("link", "Receipt to print")?;
    patient.find("heading", "Receipt of your consent")?;
    patient.press("link", "Back to the share")?;
    patient.press("button", "Extend")?;
    patient.choose("radio", Name::Has("Three months"))?;
    patient.press("button", "Extend")?;
    patient.see("The share is extended")?;
    patient.press("link", "Spaces")?;
    patient.press("button", "Rename Heart")?;
    patient.fill("Name of the space", "Heart and lungs")?;
    patient.press("button", "Save the name")?;
    patient.see("The space is called “Heart and lungs” now")?;
    patient.undo()?;
    patient.find("heading", "Heart").map(drop)
}

#[test]
fn the_desk_works_its_queue_and_looks_after_everybody_without_a_mouse() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?.by_keyboard();
    let mut camera = Camera::closed();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let (first, second) = (somebody("Test-Anna"), somebody("Test-Carla"));
    let doctor = Clinician { name: "Dr Test Adler-Sample".into(), role: "Cardiologist".into() };
    teller.set_up_clinic("Example Clinic")?;
    teller.enrol_clinician(&doctor)?;
    let code = teller.register(&first)?;
    teller.register(&second)?;
    teller.make_profile("I am a patient", "Patient", "patient-")?;
    teller.join("patient-", &code)?;
    let desk = app.window("desk-")?;

    // The queue by its own keys.
    desk.press("link", "Today")?;
    desk.press("link", second.name().as_str())?;
    desk.find("heading", second.name().as_str())?;
    // What was typed wrongly is corrected.
    desk.press("link", "Correct")?;
    desk.fill("Given names", "Test-Clara")?;
    desk.press("button", "Save the correction")?;
    let second = somebody("Test-Clara");
    desk.find("heading", second.name().as_str())?;
    desk.press("button", "Withdraw the invitation")?;
    desk.see("The last invitation can no longer be used.")?;

    // Among several people by arrow keys; her device is lost.
    desk.press("link", "People")?;
    desk.walk_to("link", second.name().as_str())?;
    desk.session()?.press_keys(&[DOWN, HOME])?;
    desk.walk_down("link", second.name().as_str())?;
    desk.fill("Find a person", "anna")?;
    desk.see("1 person")?;
    desk.press("link", first.name().as_str())?;
    desk.press("button", "Issue a new invitation")?;
    desk.see("The device this person uses now stops working")?;
    desk.press("button", "Stop the old device and invite")?;
    desk.see("The earlier device has stopped working")?;
    desk.press("button", "Copy the code")?;
    desk.press("link", "Back to the person")?;

    // Somebody leaves the clinic, and so does the doctor.
    desk.command("people", "People")?;
    desk.fill("Find a person", "clara")?;
    desk.press("link", second.name().as_str())?;
    take_out(&desk, "Withdraw this person", "in the register twice")?;
    desk.see("Withdrawn from the register")?;
    desk.press("link", "Clinicians")?;
    desk.press("link", doctor.name.as_str())?;
    take_out(&desk, "Remove", "left the clinic")?;
    desk.see("Removed")?;
    app.end()?;
    camera.finish()
}

/// Takes somebody out with a reason; without one it is asked for.
fn take_out(desk: &Screen<'_>, verb: &str, reason: &str) -> Result<(), Failure> {
    desk.press("button", verb)?;
    desk.fill("Reason", reason)?;
    let confirm = if verb == "Remove" { "Remove from the clinic" } else { verb };
    desk.press("button", confirm)
}
