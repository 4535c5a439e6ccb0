//! The sheets of the gallery: every component in every state, compared with the pictures kept of them.

use std::path::{Path, PathBuf};

use image::RgbImage;
use serde_json::{Value, json};

use super::{SET_THEME, Seen, WINDOW, kept, look};
use crate::axe::{self, Rules};
use crate::browser::Browser;
use crate::pages::Pages;
use crate::webdriver::Session;
use crate::{Computer, Failure};

/// Taller sheets are cut off here.
const TALLEST: u64 = 6000;

const SHEETS: &str =
    "return [...document.querySelectorAll('main > section[aria-label]')].map((s) => s.ariaLabel)";
const HEIGHT: &str = "return document.documentElement.scrollHeight";
/// Some of the states shown are waiting, for ever; what is asked for is answered.
const STATE: &str = "gallery";
/// What axe says of a page as a whole: specimens stand here without the headings of their pages above them, and the same
/// one several times.
const OF_A_PAGE: [&str; 2] = ["heading-order", "landmark-unique"];
/// The specimens: name, top, bottom, left, right.
const SPECIMENS: &str = "return [...document.querySelectorAll('.specimen')].map((each) => { \
    const { top, bottom, left, right } = each.getBoundingClientRect(); \
    return [each.querySelector(':scope > figcaption').innerText, top, bottom, left, right]; })";
const READY: &str = "const done = arguments[arguments.length - 1]; const look = () => \
    document.querySelector('main.gallery h1') ? done(true) : requestAnimationFrame(look); look();";

/// What is done with the sheets.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Keep what is seen instead of comparing it.
    pub accept: bool,
    /// Where pictures in full size go; none are written without.
    pub pictures: Option<PathBuf>,
}

/// Looks at every sheet of the gallery of the built pages in `folder`, light and dark.
///
/// # Errors
/// The browser or the pages do not work; findings are no error.
pub fn compare(computer: &Computer, folder: &Path, how: &Comparison) -> Result<Seen, Failure> {
    let pages = Pages::serve(folder)?;
    let browser = Browser::start(computer)?;
    let session = browser.session();
    if let Some(pictures) = &how.pictures {
        std::fs::create_dir_all(pictures)?;
    }
    session.go(&format!("{}/?gallery&still", pages.url()))?;
    session.execute_async(READY, &[])?;
    let sheets = session.execute(SHEETS, &[])?;
    let sheets: Vec<&str> =
        sheets.as_array().into_iter().flatten().filter_map(|s| s.as_str()).collect();
    let mut seen = Seen::default();
    for sheet in &sheets {
        browser.resize(WINDOW.0, WINDOW.1)?;
        session.go(&format!("{}/?gallery={sheet}&theme=light&still", pages.url()))?;
        session.execute_async(READY, &[])?;
        for (theme, rules) in [("light", Rules::All), ("dark", Rules::Colours)] {
            session.execute(SET_THEME, &[json!(theme)])?;
            let name = format!("{theme}-{sheet}");
            let mut findings = look(session, None, STATE, false)?;
            let found = axe::findings(session, &name, rules, false)?;
            let of_a_page = |each: &String| OF_A_PAGE.iter().any(|rule| each.contains(rule));
            findings.extend(found.into_iter().filter(|each| !of_a_page(each)));
            if theme == "light" {
                fit(&browser, session)?;
            }
            let picture = session.screenshot()?;
            if let Some(folder) = &how.pictures {
                std::fs::write(folder.join(format!("{name}.png")), &picture)?;
            }
            let specimens = session.execute(SPECIMENS, &[])?;
            findings.extend(against_kept(&name, &picture, &specimens, how.accept)?);
            let findings = findings.into_iter();
            seen.findings.extend(findings.map(|found| format!("gallery {name}: {found}")));
            seen.screens += 1;
        }
    }
    browser.end()?;
    if seen.screens == 0 {
        return Err(Failure::Story("the gallery has no sheets".into()));
    }
    Ok(seen)
}

/// Makes the window as tall as the sheet.
fn fit(browser: &Browser, session: &Session) -> Result<(), Failure> {
    let height = session.execute(HEIGHT, &[])?.as_u64().unwrap_or_default().min(TALLEST);
    browser.resize(WINDOW.0, u32::try_from(height).unwrap_or(WINDOW.1).max(WINDOW.1))?;
    look(session, None, STATE, false).map(drop)
}

/// How a picture differs from the kept one, if it does. What has not changed is not kept anew.
fn against_kept(
    name: &str,
    picture: &[u8],
    specimens: &Value,
    accept: bool,
) -> Result<Option<String>, Failure> {
    let seen = kept::small(picture)?;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("gallery").join(format!("{name}.png"));
    let known = std::fs::read(&file).ok().map(|known| kept::decoded(&known)).transpose()?;
    let found = match &known {
        Some(known) => change(known, &seen, specimens),
        None => Some("no picture is kept of it (`cargo xtask screens --gallery --accept`)".into()),
    };
    if !accept || found.is_none() {
        return Ok(found);
    }
    std::fs::create_dir_all(file.parent().unwrap_or(&file))?;
    std::fs::write(&file, kept::file(&seen)?)?;
    println!("kept {name}");
    Ok(None)
}

/// What has changed, in words.
fn change(known: &RgbImage, seen: &RgbImage, specimens: &Value) -> Option<String> {
    let mut words = Vec::new();
    if known.dimensions() != seen.dimensions() {
        let size =
            |picture: &RgbImage| (picture.width() * kept::SCALE, picture.height() * kept::SCALE);
        words.push(format!("its size was {:?} and is {:?}", size(known), size(seen)));
    }
    if let Some(kept::Change { x, y, blocks }) = kept::difference(known, seen) {
        let place = specimen_at(specimens, x, y).unwrap_or_else(|| "no specimen".into());
        words.push(format!("it looks different in {blocks} places, most at {x}, {y} ({place})"));
    }
    (!words.is_empty()).then(|| words.join("; "))
}

/// The name of the specimen that has this place.
fn specimen_at(specimens: &Value, x: u32, y: u32) -> Option<String> {
    let (x, y) = (f64::from(x), f64::from(y));
    // The place is the corner of a block, which may lie just outside.
    let air = 32.0;
    let specimens = specimens.as_array()?.iter();
    let mut around = specimens.filter(|each| {
        let side = |at: usize| each[at].as_f64().unwrap_or_default();
        (side(1) - air..=side(2)).contains(&y) && (side(3) - air..=side(4)).contains(&x)
    });
    around.next().and_then(|each| each[0].as_str()).map(str::to_owned)
}
