//! The whole path, true end to end: front desk, patient, relay, doctor, and back.

use keyward_stories::path::{Clinician, Person, Teller};
use keyward_stories::{App, Camera, Computer, Failure};
use keyward_testkit::Persona;

/// A record of a synthetic person, as the desk knows her and as a file.
fn patient(computer: &Computer) -> Result<(Person, std::path::PathBuf), Failure> {
    let known = Persona::HeartWoman.person();
    let person =
        Person { given: known.given.join(" "), family: known.family, born: known.birth_date };
    let file = computer.home().join("record.json");
    std::fs::write(&file, Persona::HeartWoman.bundle(1))?;
    Ok((person, file))
}

#[test]
fn a_record_is_shared_read_and_taken_back() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let (person, file) = patient(&computer)?;
    let doctor = Clinician { name: "Dr Test Adler-Sample".into(), role: "Cardiologist".into() };

    teller.set_up_clinic("Example Clinic")?;
    let code = teller.enrol_clinician(&doctor)?;
    teller.make_profile("I am a doctor", "Doctor", "doctor-")?;
    teller.join("doctor-", &code)?;
    let code = teller.register(&person)?;
    teller.make_profile("I am a patient", "Patient", "patient-")?;
    teller.join("patient-", &code)?;

    let report = teller.import(&file)?;
    assert_eq!(report["files"], 1);
    assert_eq!(report["refused"], serde_json::json!([]));
    teller.browse()?;
    teller.share_all(&doctor, "Heart", true)?;
    teller.read_chart(&person.name())?;
    teller.stop_sharing(&doctor)?;
    teller.see_explanation(&person.name())?;
    teller.put_away("Heart")?;
    app.end()?;
    camera.finish()
}
