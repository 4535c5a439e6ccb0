//! Documents are read, searched, enlarged and compared, and a medical picture is seen in another light.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use keyward_stories::keyboard::keys::{CONTROL, END, ENTER, HOME, PAGE_DOWN, RIGHT};
use keyward_stories::path::Teller;
use keyward_stories::screen::Name;
use keyward_stories::{App, Camera, Computer, Failure, Screen, dialog, wait_for};

use super::files;

const LETTER: &[&[&str]] = &[
    &["Example Clinic on the Hill", "", "your haemoglobin was 13.5 g/dl."],
    &["Second page: come back in spring.", "Kind regards"],
    &["Third page: what we agreed on."],
];
const OTHER: &[&[&str]] = &[&["Example Clinic by the Sea", "Ward report"]];

fn folder(computer: &Computer) -> Result<PathBuf, Failure> {
    let folder = computer.home().join("letters");
    std::fs::create_dir(&folder)?;
    std::fs::write(folder.join("Letter of the heart clinic.pdf"), files::letter(LETTER, "", ""))?;
    std::fs::write(folder.join("Ward report.pdf"), files::letter(OTHER, "", ""))?;
    std::fs::write(folder.join("IM000001"), files::tomogram())?;
    Ok(folder)
}

/// Widths of the pictures of pages that are drawn inside `place`.
fn drawn(patient: &Screen<'_>, place: &str) -> Result<Vec<u64>, Failure> {
    let script = format!(
        "return [...document.querySelectorAll('{place} .doc-sheet img')].map((i) => i.clientWidth)"
    );
    wait_for("the pages to be drawn", Instant::now() + Duration::from_secs(30), || {
        let widths = patient.session()?.execute(&script, &[])?;
        let widths: Vec<u64> = serde_json::from_value(widths).unwrap_or_default();
        Ok((!widths.is_empty() && widths.iter().all(|&width| width > 0)).then_some(widths))
    })
}

/// The page the reader says it is at.
fn wait_page(patient: &Screen<'_>, page: &str) -> Result<(), Failure> {
    wait_for(&format!("page {page}"), Instant::now() + Duration::from_secs(20), || {
        let at = "return document.querySelector('.doc-number input').value";
        Ok((patient.session()?.execute(at, &[])? == page).then_some(()))
    })
}

#[test]
fn documents_are_read_searched_and_compared_without_a_mouse() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?.by_keyboard();
    let mut camera = Camera::closed();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let folder = folder(&computer)?;
    teller.make_profile("I am a patient", "Test Patient", "patient-")?;
    teller.import(&folder)?;
    let patient = app.window("patient-")?;
    patient.command("documents", "Documents")?;
    patient.press("link", Name::Has("Letter of the heart clinic"))?;
    patient.press("link", "Read it")?;
    patient.find("heading", "Letter of the heart clinic")?;
    turn_pages(&patient)?;
    find_words(&patient)?;
    put_beside(&patient)?;
    // A copy for somebody else, through the system's dialog.
    let copy = computer.home().join("copy.pdf");
    patient.press("button", "Save a copy")?;
    dialog::choose_path(&computer, "Save a copy", &copy)?;
    patient.see("A copy was saved.")?;
    assert!(std::fs::read(&copy)?.starts_with(b"%PDF"), "the copy is the letter");

    patient.press("link", "Documents")?;
    patient.press("link", Name::Has("tomogram"))?;
    patient.press("link", "Read it")?;
    change_the_light(&patient)?;
    app.end()?;
    camera.finish()
}

/// From page to page, by number, by scrolling, and larger.
fn turn_pages(patient: &Screen<'_>) -> Result<(), Failure> {
    let fitting = drawn(patient, "")?[0];
    patient.press("button", "Next")?;
    wait_page(patient, "2")?;
    patient.press("button", "Previous")?;
    wait_page(patient, "1")?;
    patient.fill(Name::Has("Page"), "3")?;
    patient.session()?.press_keys(&[ENTER])?;
    wait_page(patient, "3")?;
    patient.walk_to("group", Name::Has("Pages of"))?;
    patient.session()?.press_keys(&[HOME])?;
    wait_page(patient, "1")?;
    patient.session()?.press_keys(&[PAGE_DOWN, PAGE_DOWN, END])?;
    wait_page(patient, "3")?;
    patient.press("button", "Smaller")?;
    patient.press("button", "Smaller")?;
    wait_for("a smaller page", Instant::now() + Duration::from_secs(20), || {
        Ok((drawn(patient, "")?[0] < fitting).then_some(()))
    })?;
    patient.press("button", "Fit the width")?;
    patient.press("button", "Turn")?;
    wait_for("a page on its side", Instant::now() + Duration::from_secs(20), || {
        let turned = "return document.querySelector('.doc-sheet').style.transform";
        let turned = patient.session()?.execute(turned, &[])?;
        Ok(turned.as_str().is_some_and(|how| how.contains("rotate(90deg)")).then_some(()))
    })
}

/// Control and F lead to the field; from a place found to its page; and the words as text.
fn find_words(patient: &Screen<'_>) -> Result<(), Failure> {
    patient.session()?.press_chord(CONTROL, "f")?;
    let there = "return document.activeElement.closest('.doc-find') !== null";
    assert_eq!(patient.session()?.execute(there, &[])?, true, "Control and F lead to the field");
    patient.fill("Find in this document", "come back")?;
    patient.see("Found in 1 place")?;
    wait_page(patient, "2")?;
    patient.press("button", Name::Has("in spring"))?;
    patient.choose("radio", "Text")?;
    patient.see("what we agreed on.")?;
    patient.choose("radio", "Pages")?;
    drawn(patient, "").map(drop)
}

/// Another document beside it, found by its words, and taken away again.
fn put_beside(patient: &Screen<'_>) -> Result<(), Failure> {
    patient.pick("Put a document beside it", Name::Has("Ward report"))?;
    drawn(patient, ".doc-beside")?;
    patient.press("button", "Take it away")?;
    patient.find("button", "Put a document beside it").map(drop)
}

/// Mean grey of the picture that is shown, once it fits.
fn grey(patient: &Screen<'_>, what: &str, fits: impl Fn(f64) -> bool) -> Result<f64, Failure> {
    let script = "const shown = document.querySelector('.doc-sheet img');
        if (!shown?.complete || !shown.naturalWidth) return null;
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [shown.naturalWidth, shown.naturalHeight];
        const context = canvas.getContext('2d');
        context.drawImage(shown, 0, 0);
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        let sum = 0;
        for (let at = 0; at < data.length; at += 4) sum += data[at];
        return sum / (data.length / 4)";
    wait_for(what, Instant::now() + Duration::from_secs(20), || {
        let mean = patient.session()?.execute(script, &[])?;
        Ok(mean.as_f64().filter(|mean| fits(*mean)))
    })
}

/// Level and window of a medical picture: as others set them, and by hand. What is seen follows.
fn change_the_light(patient: &Screen<'_>) -> Result<(), Failure> {
    drawn(patient, "")?;
    patient.see("Brightness and contrast")?;
    let suggested = grey(patient, "a picture", |_| true)?;
    patient.select("Set for", "Lung")?;
    let lung = grey(patient, "the picture in another light", |mean| mean != suggested)?;
    // With a higher level fewer values are bright.
    patient.slide("Brightness (level)", &[RIGHT, RIGHT])?;
    grey(patient, "a darker picture", |mean| mean < lung)?;
    let all = patient.slide("Contrast (window)", &[END])?;
    assert!(all.trim_matches(|c: char| !c.is_ascii_digit()).len() >= 4, "{all}");
    patient.select("Set for", "As suggested")?;
    grey(patient, "the picture as it was", |mean| mean == suggested).map(drop)
}
