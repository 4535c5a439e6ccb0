//! Walks the demo story through the visible controls and writes a picture of every screen.
//!
//! `walk --screenshots DIR [--import PATH] [--report FILE]`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use keyward_stories::path::{Clinician, Person, Teller};
use keyward_stories::{App, Camera, Computer, Failure};
use keyward_testkit::Persona;

struct Arguments {
    screenshots: PathBuf,
    import: Option<PathBuf>,
    report: Option<PathBuf>,
}

fn arguments() -> Result<Arguments, String> {
    let (mut screenshots, mut import, mut report) = (None, None, None);
    let mut all = std::env::args_os().skip(1);
    while let Some(flag) = all.next() {
        let place = match flag.to_str() {
            Some("--screenshots") => &mut screenshots,
            Some("--import") => &mut import,
            Some("--report") => &mut report,
            _ => return Err(format!("unknown argument {}", flag.display())),
        };
        let value = all.next().ok_or_else(|| format!("{} needs a path", flag.display()))?;
        *place = Some(PathBuf::from(value));
    }
    let screenshots = screenshots.ok_or("--screenshots DIR is needed")?;
    Ok(Arguments { screenshots, import, report })
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("walk: {problem}");
            return ExitCode::from(2);
        }
    };
    match walk(&arguments) {
        Ok(screens) => {
            println!("{screens} screens in {}", arguments.screenshots.display());
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("walk: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn walk(arguments: &Arguments) -> Result<u32, Failure> {
    let computer = Computer::start()?;
    let outcome = walk_on(&computer, arguments);
    if outcome.is_err() {
        // What the app said, beside the pictures of how far it came.
        let log = computer.home().join("app.log");
        drop(std::fs::copy(log, arguments.screenshots.join("app.log")));
    }
    outcome
}

fn walk_on(computer: &Computer, arguments: &Arguments) -> Result<u32, Failure> {
    let app = App::start(computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::into_folder(arguments.screenshots.clone())?;
    let mut teller = Teller { computer, app: &app, camera: &mut camera };
    let known = Persona::HeartWoman.person();
    let person =
        Person { given: known.given.join(" "), family: known.family, born: known.birth_date };
    let doctor = Clinician { name: "Dr Test Adler-Sample".into(), role: "Cardiologist".into() };

    teller.set_up_clinic("Example Clinic")?;
    let code = teller.enrol_clinician(&doctor)?;
    teller.make_profile("I am a doctor", "Doctor", "doctor-")?;
    teller.join("doctor-", &code)?;
    let code = teller.register(&person)?;
    teller.make_profile("I am a patient", "Patient", "patient-")?;
    teller.join("patient-", &code)?;
    let record = match &arguments.import {
        Some(path) => path.canonicalize()?,
        None => generated(computer)?,
    };
    let report = teller.import(&record)?;
    if let Some(file) = &arguments.report {
        write_report(file, &report)?;
    }
    teller.browse()?;
    teller.share_all(&doctor, "Heart", true)?;
    teller.read_chart(&person.name())?;
    teller.stop_sharing(&doctor)?;
    teller.see_explanation(&person.name())?;
    app.end()?;
    let screens = camera.taken();
    camera.finish()?;
    Ok(screens)
}

/// The sample record, as a file to be picked.
fn generated(computer: &Computer) -> Result<PathBuf, Failure> {
    let file = computer.home().join("sample-record.json");
    std::fs::write(&file, Persona::HeartWoman.bundle(1))?;
    Ok(file)
}

/// The report's own keys are those of the file.
fn write_report(file: &Path, report: &serde_json::Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(report).unwrap_or_default();
    Ok(std::fs::write(file, text + "\n")?)
}
