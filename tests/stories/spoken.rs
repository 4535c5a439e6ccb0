//! The main tasks of each role as a screen reader is told of them, over the accessibility bus: every control has a role, a
//! name and its state, what changes by itself is spoken, and what is pressed is pressed through the bus.

use std::time::{Duration, Instant};

use keyward_stories::accessibility::{Reader, Spoken};
use keyward_stories::path::{Clinician, Person, Teller};
use keyward_stories::{App, Camera, Computer, Failure, Screen, wait_for};
use keyward_testkit::Persona;
use serde_json::{Value, json};

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

/// Every piece of text a person can see that is not marked as decoration, without its spaces.
const WRITTEN: &str = "const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); \
    const written = []; \
    while (walker.nextNode()) { \
        const around = walker.currentNode.parentElement; \
        if (!around.checkVisibility() || around.closest('[aria-hidden=true]')) continue; \
        written.push(walker.currentNode.textContent); \
    } \
    return written;";

/// Everything told now; nothing that can be pressed or filled in is without a name, and nothing that is written on
/// `screen` is left out.
fn told(reader: &Reader, screen: &Screen<'_>, place: &str) -> Result<Vec<Spoken>, Failure> {
    let mut last = Vec::new();
    // The page may change between looking and listening.
    let whole = wait_for("all of the page to be told", Instant::now() + PATIENCE, || {
        let told = reader.everything();
        last = untold(screen, &told)?;
        Ok(last.is_empty().then_some(told))
    });
    let told = whole.map_err(|_| Failure::Story(format!("untold in {place}: {last:?}")))?;
    if std::env::var_os("KEYWARD_TREE").is_some() {
        told.iter().for_each(|it| println!("{place}: {it:?}"));
    }
    let nameless: Vec<_> =
        told.iter().filter(|it| CONTROLS.contains(&it.role) && it.name.trim().is_empty()).collect();
    assert!(nameless.is_empty(), "without a name in {place}: {nameless:?}");
    Ok(told)
}

/// What is written on the screen and in no name, text or description.
fn untold(screen: &Screen<'_>, told: &[Spoken]) -> Result<Vec<String>, Failure> {
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let all: String = told
        .iter()
        .flat_map(|it| [&it.name, &it.text, &it.description])
        .map(|it| bare(it))
        .collect();
    let written = screen.session()?.execute(WRITTEN, &[])?;
    let written = written.as_array().into_iter().flatten().filter_map(Value::as_str);
    Ok(written.map(bare).filter(|piece| !all.contains(piece)).collect())
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

/// Goes through pages by their address and title; everything written on each of them is told.
fn told_on_each(
    reader: &Reader,
    screen: &Screen<'_>,
    pages: &[(&str, &str)],
) -> Result<(), Failure> {
    for (address, title) in pages {
        screen.session()?.execute("location.hash = arguments[0]", &[json!(address)])?;
        wait_for(&format!("the page “{title}”"), Instant::now() + PATIENCE, || {
            let shown = screen.session()?.execute("return document.title", &[])?;
            Ok(shown.as_str().is_some_and(|shown| shown.starts_with(title)).then_some(()))
        })?;
        told(reader, screen, title)?;
    }
    Ok(())
}

const OF_THE_DESK: &[(&str, &str)] = &[
    ("/people", "People"),
    ("/people/register", "Register"),
    ("/clinicians", "Clinicians"),
    ("/clinicians/enrol", "Enrol a clinician"),
    ("/clinic", "This clinic"),
];

const OF_THE_PATIENT: &[(&str, &str)] = &[
    ("/", "Home"),
    ("/records", "Records"),
    ("/records/timeline", "Timeline"),
    ("/records/comparison", "Comparison"),
    ("/records/medicines", "Medicines"),
    ("/add", "Add records"),
    ("/sharing", "Sharing"),
    ("/sharing/new", "New share"),
    ("/spaces", "Spaces"),
    ("/settings/recovery", "If this computer is lost"),
    ("/settings/leaving", "Take or delete everything"),
];

const OF_THE_DOCTOR: &[(&str, &str)] =
    &[("/new", "New for you"), ("/ended", "Ended shares"), ("/me", "About you"), ("/", "Patients")];

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
    told(&reader, &app.window("welcome")?, "the first page")?;
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
    let desk = told(&reader, &app.window("desk-")?, "today")?;
    assert!(has(&desk, "landmark", "Places"), "the rail is no landmark");
    let code = teller.enrol_clinician(&doctor)?;
    told(&reader, &app.window("desk-")?, "an invitation")?;
    teller.make_profile("I am a doctor", "Doctor", "doctor-")?;
    teller.join("doctor-", &code)?;
    let code = teller.register(&person)?;

    told_on_each(&reader, &app.window("desk-")?, OF_THE_DESK)?;

    // The patient: joins, adds records, hears what was added.
    teller.make_profile("I am a patient", "Patient", "patient-")?;
    teller.join("patient-", &code)?;
    reader.hear("heading", "Your records at a glance")?;
    let file = computer.home().join("record.json");
    std::fs::write(&file, Persona::HeartWoman.bundle(1))?;
    teller.import(&file)?;
    reader.hear("heading", "What was added")?;
    told(&reader, &app.window("patient-")?, "what was added")?;

    // She shares: what is chosen is told as chosen.
    let patient = app.window("patient-")?;
    teller.share_all(&doctor, "Heart", true)?;
    patient.press("link", "Records")?;
    patient.press("link", "Results")?;
    reader.hear("heading", "Test results and body measurements")?;
    let results = told(&reader, &app.window("patient-")?, "results")?;
    assert!(has(&results, "table", "Results of"), "the results are no table with a name");
    let box_ = reader.hear("check box", "Only what the laboratory flagged")?;
    assert!(!box_.checked());
    reader.act(&box_)?;
    wait_for("the box to be told as ticked", Instant::now() + PATIENCE, || {
        let it = reader.hear("check box", "Only what the laboratory flagged")?;
        Ok(it.checked().then_some(()))
    })?;

    // What changes by itself is spoken: that it was copied, and how much was found.
    patient.press("button", "Copy as text")?;
    hear_live(&reader, "Copied")?;
    patient.press("link", "Search")?;
    patient.fill("What are you looking for?", "Pulmonary embolism")?;
    hear_live(&reader, "found")?;
    told(&reader, &app.window("patient-")?, "what was found")?;
    patient.press("link", "Pulmonary embolism")?;
    reader.hear("heading", "Pulmonary embolism")?;
    told(&reader, &app.window("patient-")?, "a record")?;
    patient.press("link", "Documents")?;
    reader.hear("heading", "Letters and documents")?;
    told(&reader, &app.window("patient-")?, "documents")?;
    patient.press("link", "Settings")?;
    reader.hear("heading", "Settings")?;
    told(&reader, &app.window("patient-")?, "settings")?;
    patient.fill("Lock after this many minutes without activity", "20")?;
    patient.press("button", "Save minutes")?;
    patient.see("Keyward locks after 20 minutes now")?;
    hear_live(&reader, "Keyward locks after 20 minutes now")?;

    told_on_each(&reader, &patient, OF_THE_PATIENT)?;
    told_on_each(&reader, &app.window("doctor-")?, OF_THE_DOCTOR)?;

    // The doctor opens the chart, and hears why it is gone.
    teller.read_chart(&person.name())?;
    told(&reader, &app.window("doctor-")?, "a chart")?;
    teller.stop_sharing(&doctor)?;
    told(&reader, &app.window("patient-")?, "a share that was stopped")?;
    teller.see_explanation(&person.name())?;
    told(&reader, &app.window("doctor-")?, "the explanation")?;
    app.end()
}
