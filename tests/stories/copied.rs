//! What was copied in Keyward leaves the clipboard with the lock, and nothing else does. What lies on the clipboard is
//! seen where a person sees it: by pasting it in another program.

use std::time::{Duration, Instant};

use keyward_stories::path::Teller;
use keyward_stories::{App, Camera, Computer, Failure, Screen, wait_for};
use serde_json::json;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _};

const CONTROL: &str = "\u{e009}";
const PATIENCE: Duration = Duration::from_secs(20);
/// Where one types in the other program.
const ELSEWHERE: &str = "Name for this profile";
const RECORD: &str = "Sample condition of the heart";
/// What its sender wrote to it; stands in a frame.
const SENT: &str = "Sample words of the sender";

/// A patient at a record of hers, and another program beside her.
struct Story {
    app: App,
    other: App,
    computer: Computer,
}

impl Story {
    fn begin() -> Result<Self, Failure> {
        let computer = Computer::start()?;
        let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
        let other = App::start(&computer, &computer.home().join("other"), &[])?;
        let story = Self { app, other, computer };
        let file = story.computer.home().join("record.json");
        std::fs::write(&file, record().to_string())?;
        let mut camera = Camera::without_film();
        let mut teller = Teller { computer: &story.computer, app: &story.app, camera: &mut camera };
        teller.make_profile("I am a patient", "Test Patient", "patient-")?;
        teller.import(&file)?;
        story.elsewhere()?.press("link", "I am a patient")?;
        story.find_record()?;
        Ok(story)
    }

    fn patient(&self) -> Result<Screen<'_>, Failure> {
        self.app.window("patient-")
    }

    fn elsewhere(&self) -> Result<Screen<'_>, Failure> {
        self.other.window("welcome")
    }

    fn find_record(&self) -> Result<(), Failure> {
        let patient = self.patient()?;
        patient.press("link", "Records")?;
        patient.press("link", "Search")?;
        patient.fill("What are you looking for?", RECORD)?;
        patient.press("link", RECORD)?;
        patient.find("heading", RECORD).map(drop)
    }

    /// What the other program gets when one pastes there.
    fn pasted(&self) -> Result<String, Failure> {
        let (screen, session) = (self.elsewhere()?, self.other.session());
        let field = screen.find("textbox", ELSEWHERE)?;
        session.send_keys(&field, "\u{e009}a\u{e000}\u{e003}")?;
        session.send_keys(&field, "\u{e009}v\u{e000}")?;
        let value = session.execute("return arguments[0].value", &[field.as_argument()])?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    fn until_pasted(&self, what: &str, fits: impl Fn(&str) -> bool) -> Result<(), Failure> {
        wait_for(what, Instant::now() + PATIENCE, || {
            let pasted = self.pasted()?;
            Ok(fits(&pasted).then_some(()))
        })
    }

    fn lock(&self) -> Result<(), Failure> {
        let patient = self.patient()?;
        patient.press("button", "Lock now")?;
        patient.find("button", "Unlock").map(drop)
    }

    fn unlock(&self) -> Result<(), Failure> {
        self.patient()?.press("button", "Unlock")
    }

    fn end(self) -> Result<(), Failure> {
        self.other.end()?;
        self.app.end()
    }
}

fn record() -> serde_json::Value {
    json!({ "resourceType": "Bundle", "type": "collection", "entry": [
        { "resource": { "resourceType": "Patient", "id": "p",
            "name": [{ "family": "Muster-Sample", "given": ["Test-Anna"] }], "birthDate": "1961-03-14" } },
        { "resource": { "resourceType": "Condition", "id": "c", "subject": { "reference": "Patient/p" },
            "text": { "status": "additional",
                "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>{SENT}</p></div>") },
            "code": { "text": RECORD }, "onsetDateTime": "2026-01-01" } },
    ] })
}

#[test]
fn a_record_copied_as_text_goes_with_the_lock_and_what_came_from_elsewhere_stays()
-> Result<(), Failure> {
    let story = Story::begin()?;
    story.patient()?.press("button", "Copy as text")?;
    story.patient()?.find("button", "Copied")?;
    story.until_pasted("the record, pasted elsewhere", |text| text.contains(RECORD))?;
    story.lock()?;
    story.until_pasted("an empty clipboard", str::is_empty)?;

    story.unlock()?;
    story.patient()?.press("button", "Copy as text")?;
    story.patient()?.find("button", "Copied")?;
    let elsewhere = story.elsewhere()?;
    elsewhere.fill(ELSEWHERE, "a shopping list")?;
    let field = elsewhere.find("textbox", ELSEWHERE)?;
    elsewhere.session()?.send_keys(&field, "\u{e009}a\u{e000}")?;
    elsewhere.session()?.send_keys(&field, "\u{e009}c\u{e000}")?;
    story.until_pasted("what was copied elsewhere", |text| text == "a shopping list")?;
    story.lock()?;
    // Whoever is let in again comes after all that the lock did.
    story.unlock()?;
    story.patient()?.find("heading", RECORD)?;
    assert_eq!(story.pasted()?, "a shopping list");
    story.end()
}

/// Marks what stands in the page's largest heading.
const MARK: &str = "getSelection().selectAllChildren(document.querySelector('h1'))";

#[test]
fn what_she_marks_and_copies_herself_goes_too() -> Result<(), Failure> {
    let story = Story::begin()?;
    let patient = story.patient()?;
    patient.session()?.execute(MARK, &[])?;
    until_marked(&story.computer, true)?;
    patient.session()?.press_chord(CONTROL, "c")?;
    story.lock()?;
    until_marked(&story.computer, false)?;
    story.until_pasted("an empty clipboard", str::is_empty)?;
    story.unlock()?;

    patient.find("heading", RECORD)?;
    patient.session()?.execute(MARK, &[])?;
    patient.session()?.press_chord(CONTROL, "c")?;
    story.until_pasted("the marked heading", |text| text == RECORD)?;
    story.lock()?;
    story.until_pasted("an empty clipboard", str::is_empty)?;
    story.unlock()?;

    // Out of a field, which is empty then.
    patient.press("link", "Search")?;
    let label = "What are you looking for?";
    patient.fill(label, "potassium")?;
    let field = patient.find("textbox", label)?;
    patient.session()?.send_keys(&field, "\u{e009}a\u{e000}")?;
    patient.session()?.send_keys(&field, "\u{e009}x\u{e000}")?;
    story.until_pasted("what was cut", |text| text == "potassium")?;
    let left = patient.session()?.execute("return arguments[0].value", &[field.as_argument()])?;
    assert_eq!(left, json!(""));
    story.lock()?;
    story.until_pasted("an empty clipboard", str::is_empty)?;
    story.unlock()?;
    story.end()
}

/// Whether any program has marked text, which the middle button pastes.
fn is_marked(computer: &Computer) -> Result<bool, Failure> {
    let x11 = |error: &dyn std::error::Error| Failure::Story(format!("the X server: {error}"));
    let (server, _) = x11rb::connect(Some(computer.display())).map_err(|error| x11(&error))?;
    let asked =
        server.get_selection_owner(AtomEnum::PRIMARY.into()).map_err(|error| x11(&error))?;
    Ok(asked.reply().map_err(|error| x11(&error))?.owner != x11rb::NONE)
}

fn until_marked(computer: &Computer, expected: bool) -> Result<(), Failure> {
    wait_for("text to be marked, or none", Instant::now() + PATIENCE, || {
        Ok((is_marked(computer)? == expected).then_some(()))
    })
}
