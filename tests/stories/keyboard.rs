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
