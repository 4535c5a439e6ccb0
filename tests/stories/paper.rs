//! What is printed through the system's own dialog, and read back from a photograph chosen through the
//! system's own dialog: an invitation, and a recovery kit. And what a sheet says of older data.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use keyward_stories::browser::Browser;
use keyward_stories::computer::tool;
use keyward_stories::pages::{Pages, gallery};
use keyward_stories::path::{Person, Teller};
use keyward_stories::screen::Name;
use keyward_stories::words::Words;
use keyward_stories::{App, Camera, Computer, Failure, dialog, wait_for};
use keyward_testkit::Persona;
use serde_json::json;

/// Dots per inch of the pretended photograph: what a telephone of 8 megapixels makes of such a sheet.
const DPI: &str = "300";

fn person() -> Person {
    let known = Persona::HeartWoman.person();
    Person { given: known.given.join(" "), family: known.family, born: known.birth_date }
}

/// Everything written on the pages of a PDF.
fn text_of(computer: &Computer, pdf: &Path) -> Result<String, Failure> {
    let output =
        computer.command(tool("pdftotext", "poppler-utils")?).arg(pdf).arg("-").output()?;
    assert!(output.status.success(), "{output:?}");
    // As one line: where a line ends is the paper's business.
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A picture of every page, in order.
fn photographed(computer: &Computer, pdf: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = computer.home().join("photographs");
    std::fs::create_dir(&folder)?;
    let output = computer
        .command(tool("pdftoppm", "poppler-utils")?)
        .args(["-png", "-r", DPI])
        .arg(pdf)
        .arg(folder.join("page"))
        .output()?;
    assert!(output.status.success(), "{output:?}");
    let mut pages = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    pages.sort();
    Ok(pages)
}

/// What the QR codes of a picture say.
fn codes_in(picture: &Path) -> Vec<String> {
    let grey = image::open(picture).unwrap().to_luma8();
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        grey.as_raw()[y * width + x]
    });
    prepared
        .detect_grids()
        .iter()
        .filter_map(|grid| grid.decode().ok())
        .map(|(_, text)| text)
        .collect()
}

#[test]
fn a_printed_invitation_lets_her_join_by_its_picture() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.set_up_clinic("Example Clinic")?;
    let code = teller.register(&person())?;

    app.window("desk-")?.press("button", "Print the sheet")?;
    let pdf = dialog::print_to_file(&computer)?;
    let text = text_of(&computer, &pdf)?;
    for expected in [&format!("Invitation for {}", person().name()), "Example Clinic"] {
        assert!(text.contains(expected), "{expected} is not on the sheet:\n{text}");
    }
    let groups: Vec<_> = code.split(['-', ' ']).collect();
    assert!(groups.iter().all(|group| text.contains(group)), "{code} is not on the sheet:\n{text}");
    for only_on_screen in ["Print the sheet", "Lock now", "Copy the code"] {
        assert!(!text.contains(only_on_screen), "{only_on_screen} was printed:\n{text}");
    }
    let pages = photographed(&computer, &pdf)?;
    assert_eq!(pages.len(), 1, "the sheet is one page");
    let codes = codes_in(&pages[0]);
    assert!(codes.len() == 1 && codes[0].starts_with("KEYWARD1:"), "{codes:?}");

    teller.make_profile("I am a patient", "Patient", "patient-")?;
    let patient = app.window("patient-")?;
    patient.press("link", "Join a clinic")?;
    patient.press("button", "Choose a picture of the code")?;
    dialog::choose_path(&computer, "Choose a picture of the invitation", &pages[0])?;
    patient.find("heading", Name::Has("invites you"))?;
    patient.press("button", "Accept the invitation")?;
    patient.find("heading", "Your records at a glance")?;
    patient.see("Example Clinic")?;
    app.end()?;
    camera.finish()
}

/// Title of the dialog in which the picture of a kit is chosen.
const KIT_DIALOG: &str = "Choose a picture of the kit";
/// The words of the kit as the page shows them.
const KIT: &str = "return [...document.querySelectorAll('.kit-word')].map((w) => w.textContent)";

/// A kit that was printed and confirmed, and a backup at `file`; gives the photograph of the kit's picture.
/// Then the computer is gone.
fn print_a_kit(outside: &Path, file: &Path) -> Result<PathBuf, Failure> {
    let (computer, words) = (Computer::start()?, Words::english()?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let record = computer.home().join("record.json");
    std::fs::write(&record, Persona::HeartWoman.bundle(1))?;
    teller.make_profile("I am a patient", "Test Patient", "patient-")?;
    teller.import(&record)?;
    let patient = app.window("patient-")?;
    patient.press("link", "Settings")?;
    patient.press("link", "Recovery kit and backup")?;
    patient.press("link", "See the kit and write it down")?;
    patient.find("heading", "Write down these twelve words")?;
    // The heading is there before the words are.
    let kit = wait_for("twelve words", Instant::now() + Duration::from_secs(20), || {
        let read = patient.session()?.execute(KIT, &[])?;
        let kit: Vec<String> = serde_json::from_value(read).unwrap();
        Ok((kit.len() == 12).then_some(kit))
    })?;

    patient.press("button", "Print the sheet")?;
    let pdf = dialog::print_to_file(&computer)?;
    let text = text_of(&computer, &pdf)?;
    for word in kit
        .iter()
        .map(String::as_str)
        .chain(words.pieces("kit.what1.patient").iter().map(|it| &**it))
    {
        assert!(text.contains(word), "{word} is not on the sheet:\n{text}");
    }
    for only_on_screen in ["Print the sheet", "Lock now", "I have written them down"] {
        assert!(!text.contains(only_on_screen), "{only_on_screen} was printed:\n{text}");
    }
    let pages = photographed(&computer, &pdf)?;
    let page = pages.iter().find(|page| !codes_in(page).is_empty()).expect("a page with a code");
    let codes = codes_in(page);
    assert!(codes.len() == 1 && codes[0].starts_with("KEYWARD-KIT1:"), "another code is on it");
    let photograph = outside.join("kit.png");
    std::fs::copy(page, &photograph)?;

    patient.press("link", "I have written them down")?;
    patient.find("heading", "Type some of the words again")?;
    let status = patient.invoke("recovery_status", &json!({}))?.unwrap_or_default();
    let asked: Vec<usize> = serde_json::from_value(status["kit"]["asked"].clone()).unwrap();
    for place in asked {
        patient.fill(format!("Word number {place}").as_str(), &kit[place - 1])?;
    }
    patient.press("button", "Confirm the kit")?;
    patient.press("button", "Choose a place")?;
    dialog::choose_path(&computer, "Save a copy", file)?;
    patient.see("The backup is made")?;
    app.end()?;
    Ok(photograph)
}

#[test]
fn a_printed_kit_brings_a_profile_back_by_its_picture() -> Result<(), Failure> {
    let outside = tempfile::tempdir()?;
    let file = outside.path().join("anna.kwb");
    let photograph = print_a_kit(outside.path(), &file)?;

    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let welcome = app.window("welcome")?;
    welcome.press("link", "I have a recovery kit")?;
    welcome.press("button", "Choose a photo of the picture")?;
    dialog::choose_path(&computer, KIT_DIALOG, &photograph)?;
    welcome.see("The kit is right")?;
    welcome.press("button", "Choose the file")?;
    dialog::choose_path(&computer, "Choose a backup", &file)?;
    welcome.see("Chosen: ")?;
    welcome.press("button", "Open the backup")?;
    welcome.press("button", "Bring it back")?;
    welcome.see("This is what came back")?;
    welcome.press("button", "Open the profile")?;
    app.window("patient-")?.find("heading", "Your records at a glance")?;
    app.end()
}

/// The text on the screen.
const SHOWN: &str = "return document.body.innerText";

/// Prints a page with invented data once `shown` stands on it; gives what is on the paper.
fn printed(window: &str, state: &str, address: &str, shown: &[String]) -> Result<String, Failure> {
    let computer = Computer::start()?;
    let pages = Pages::serve(&gallery())?;
    let browser = Browser::start(&computer)?;
    let session = browser.session();
    let query = format!("window={window}&state={state}&theme=light&still");
    session.go(&format!("{}/?{query}#{address}", pages.url()))?;
    wait_for(&format!("{shown:?}"), Instant::now() + Duration::from_secs(20), || {
        let now = session.execute(SHOWN, &[])?;
        let now = now.as_str().unwrap_or_default();
        Ok(shown.iter().all(|piece| now.contains(piece)).then_some(()))
    })?;
    dialog::open_print(&computer, "– Keyward")?;
    let pdf = dialog::print_to_file(&computer)?;
    if let Some(kept) = std::env::var_os("KEYWARD_PAPER") {
        std::fs::create_dir_all(&kept)?;
        std::fs::copy(&pdf, Path::new(&kept).join(format!("{window}-{state}.pdf")))?;
    }
    let text = text_of(&computer, &pdf)?;
    browser.end()?;
    Ok(text)
}

#[test]
fn a_sheet_with_older_data_says_so_and_of_when() -> Result<(), Failure> {
    let words = Words::english()?;
    let says = |paper: &str, keys: &[&str]| {
        for piece in keys.iter().flat_map(|key| words.pieces(key)) {
            assert!(paper.contains(&piece), "“{piece}” is not on the sheet:\n{paper}");
        }
    };
    let own = printed("patient", "partial", "/records/sheet", &words.pieces("waiting.stale"))?;
    says(&own, &["paper.stale", "summary.preparing"]);
    assert!(has_moment(&own, &words.pieces("paper.stale")[0]), "{own}");
    assert!(!own.contains("Try again"), "{own}");

    let shared =
        printed("doctor", "partial", "/patients/r1/sheet", &words.pieces("alarm.several"))?;
    says(&shared, &["alarm.several", "alarm.whatToDoAll", "chart.offline", "chart.offlineHint"]);
    assert!(has_moment(&shared, &words.pieces("room.asOf")[0]), "{shared}");

    let history = printed("patient", "offline", "/history", &words.pieces("offline.was"))?;
    says(&history, &["paper.offline"]);
    assert!(has_moment(&history, &words.pieces("paper.offline")[0]), "{history}");
    assert!(!history.contains("Try again"), "{history}");
    Ok(())
}

/// Whether a day and a time of day follow these words.
fn has_moment(paper: &str, words: &str) -> bool {
    let Some((_, after)) = paper.split_once(words) else { return false };
    let moment: String = after.chars().take(40).collect();
    moment.contains(" 20") && moment.contains(" at ") && moment.contains(':')
}
