//! The invitation on paper: printed through the system's own dialog, its picture photographed and
//! chosen through the system's own dialog.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use keyward_stories::computer::tool;
use keyward_stories::path::{Person, Teller};
use keyward_stories::screen::Name;
use keyward_stories::{App, Camera, Computer, Failure, dialog};
use keyward_testkit::Persona;

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
