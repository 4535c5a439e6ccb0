//! The main tasks of each role as a screen reader is told of them, over the accessibility bus: every control has a role, a
//! name and its state, what changes by itself is spoken, and what is pressed is pressed through the bus.

use std::time::{Duration, Instant};

use keyward_stories::accessibility::{Reader, Spoken};
use keyward_stories::path::{Clinician, Person, Teller};
use keyward_stories::{App, Camera, Computer, Failure, wait_for};
use keyward_testkit::Persona;

const PATIENCE: Duration = Duration::from_secs(20);

/// Roles of things a person does something with.
const CONTROLS: &[&str] = &[
    "button",
    "link",
    "entry",
    "password",
    "check box",
    "radio button",
    "combo box",
    "slider",
    "toggle button",
];

/// Everything told now; nothing that can be pressed or filled in is without a name.
fn told(reader: &Reader, place: &str) -> Vec<Spoken> {
    let told = reader.everything();
    if std::env::var_os("KEYWARD_TREE").is_some() {
        for it in &told {
            println!(
                "{place}: {} “{}” {:?} live={}",
                it.role,
                it.name,
                it.attributes,
                it.is_live()
            );
        }
    }
    let nameless: Vec<_> =
        told.iter().filter(|it| CONTROLS.contains(&it.role) && it.name.trim().is_empty()).collect();
    assert!(nameless.is_empty(), "without a name in {place}: {nameless:?}");
    told
}

/// Presses something as a screen reader does.
fn act(reader: &Reader, role: &str, name: &str) -> Result<(), Failure> {
    let it = reader.hear(role, name)?;
    assert!(it.focusable(), "{role} “{name}” is not reached by the keyboard");
    reader.act(&it)
}

fn has(told: &[Spoken], role: &str, name: &str) -> bool {
    told.iter().any(|it| it.role == role && it.name.contains(name))
}

/// What a screen reader speaks by itself when it comes, once it is there.
fn hear_live(reader: &Reader, words: &str) -> Result<Spoken, Failure> {
    wait_for(&format!("“{words}” to be spoken"), Instant::now() + PATIENCE, || {
        let told = reader.everything().into_iter();
        Ok(told
            .filter(Spoken::is_live)
            .find(|it| it.name.contains(words) || it.text.contains(words)))
    })
}

#[test]
fn a_screen_reader_is_told_what_the_main_tasks_need() -> Result<(), Failure> {
    let computer = Computer::with_screen_reader()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let reader = Reader::on(&computer)?;
    let mut camera = Camera::closed();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let known = Persona::HeartWoman.person();
    let person =
        Person { given: known.given.join(" "), family: known.family, born: known.birth_date };
    let doctor = Clinician { name: "Dr Test Adler-Sample".into(), role: "Cardiologist".into() };

    // The desk: a clinic, a doctor and a person; a mistake is spoken and stands by its field.
    reader.hear("heading", "Your records, in your hands")?;
    told(&reader, "the first page");
    act(&reader, "link", "I work at a front desk")?;
    reader.hear("entry", "Name of the clinic")?;
    act(&reader, "button", "Set up the clinic")?;
    hear_live(&reader, "Fill in the name of the clinic")?;
    assert!(reader.hear("entry", "Name of the clinic")?.invalid());
    let welcome = app.window("welcome")?;
    welcome.fill("Name of the clinic", "Example Clinic")?;
    welcome.fill("Your name", "Test Desk")?;
    act(&reader, "button", "Set up the clinic")?;
    reader.hear("heading", "Who is waiting for what")?;
    let desk = told(&reader, "today");
    assert!(has(&desk, "landmark", "Places"), "the rail is no landmark");
    let code = teller.enrol_clinician(&doctor)?;
    told(&reader, "an invitation");
    teller.make_profile("I am a doctor", "Doctor", "doctor-")?;
    teller.join("doctor-", &code)?;
    let code = teller.register(&person)?;

    // The patient: joins, adds records, hears what was added.
    teller.make_profile("I am a patient", "Patient", "patient-")?;
    teller.join("patient-", &code)?;
    reader.hear("heading", "Your records at a glance")?;
    let file = computer.home().join("record.json");
    std::fs::write(&file, Persona::HeartWoman.bundle(1))?;
    teller.import(&file)?;
    reader.hear("heading", "What was added")?;
    told(&reader, "what was added");

    // She shares: what is chosen is told as chosen.
    let patient = app.window("patient-")?;
    teller.share_all(&doctor, "Heart", true)?;
    patient.press("link", "Records")?;
    patient.press("link", "Results")?;
    reader.hear("heading", "Test results and body measurements")?;
    let results = told(&reader, "results");
    assert!(has(&results, "table", "Results of"), "the results are no table with a name");
    let box_ = reader.hear("check box", "Only what the laboratory flagged")?;
    assert!(!box_.checked());
    reader.act(&box_)?;
    wait_for("the box to be told as ticked", Instant::now() + PATIENCE, || {
        let it = reader.hear("check box", "Only what the laboratory flagged")?;
        Ok(it.checked().then_some(()))
    })?;

    // What changes by itself is spoken: that it was copied, and how much was found.
    // (A page may write to the clipboard only after a real press.)
    patient.press("button", "Copy as text")?;
    hear_live(&reader, "Copied")?;
    patient.press("link", "Search")?;
    patient.fill("What are you looking for?", "Pulmonary embolism")?;
    hear_live(&reader, "found")?;
    told(&reader, "what was found");
    patient.press("link", "Pulmonary embolism")?;
    reader.hear("heading", "Pulmonary embolism")?;
    told(&reader, "a record");
    patient.press("link", "Documents")?;
    reader.hear("heading", "Letters and documents")?;
    told(&reader, "documents");
    patient.press("link", "Settings")?;
    reader.hear("heading", "Settings")?;
    told(&reader, "settings");

    // The doctor opens the chart, and hears why it is gone.
    teller.read_chart(&person.name())?;
    told(&reader, "a chart");
    teller.stop_sharing(&doctor)?;
    told(&reader, "a share that was stopped");
    teller.see_explanation(&person.name())?;
    told(&reader, "the explanation");
    app.end()
}
