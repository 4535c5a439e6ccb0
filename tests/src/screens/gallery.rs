//! The sheets of the gallery: every component in every state, compared with the pictures kept of them.

use std::path::{Path, PathBuf};

use image::GrayImage;
use image::imageops::FilterType;
use serde_json::json;

use super::{Seen, WINDOW, look};
use crate::axe::{self, Rules};
use crate::browser::Browser;
use crate::pages::Pages;
use crate::webdriver::Session;
use crate::{Computer, Failure};

/// Pictures are kept at a quarter of their size and without colour: small, and blind to how an
/// engine smooths the edges of letters. Colours are the tokens' own test.
const SCALE: u32 = 4;
/// A pixel this much lighter or darker is different.
const DIFFERENT: u8 = 24;
/// So many pixels in a thousand may be different.
const TOLERATED: usize = 5;
/// Taller sheets are cut off here.
const TALLEST: u64 = 6000;

const SHEETS: &str =
    "return [...document.querySelectorAll('main > section[aria-label]')].map((s) => s.ariaLabel)";
const HEIGHT: &str = "return document.documentElement.scrollHeight";
/// One of the states shown is waiting, for ever.
const WAITS_FOR_NOTHING: &str = "loading";
const HOLD_STILL: &str =
    "for (const each of document.getAnimations()) { each.pause(); each.currentTime = 0; }";
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
    for theme in ["light", "dark"] {
        for sheet in &sheets {
            browser.resize(WINDOW.0, WINDOW.1)?;
            session.go(&format!("{}/?gallery={sheet}&theme={theme}&still", pages.url()))?;
            session.execute_async(READY, &[])?;
            let name = format!("{theme}-{sheet}");
            let mut findings = look(session, None, WAITS_FOR_NOTHING, false)?;
            let rules = if theme == "light" { Rules::All } else { Rules::Colours };
            let found = axe::findings(session, &name, rules, false)?;
            // Specimens stand here without the headings of their pages above them.
            findings.extend(found.into_iter().filter(|each| !each.contains("heading-order")));
            let picture = whole(&browser, session)?;
            if let Some(folder) = &how.pictures {
                std::fs::write(folder.join(format!("{name}.png")), &picture)?;
            }
            findings.extend(against_kept(&name, &picture, how.accept)?);
            seen.findings
                .extend(findings.into_iter().map(|found| format!("gallery {name}: {found}")));
            seen.screens += 1;
        }
    }
    browser.end()?;
    if seen.screens == 0 {
        return Err(Failure::Story("the gallery has no sheets".into()));
    }
    Ok(seen)
}

/// A picture of the whole sheet, however tall.
fn whole(browser: &Browser, session: &Session) -> Result<Vec<u8>, Failure> {
    let height = session.execute(HEIGHT, &[])?.as_u64().unwrap_or_default().min(TALLEST);
    browser.resize(WINDOW.0, u32::try_from(height).unwrap_or(WINDOW.1).max(WINDOW.1))?;
    look(session, None, WAITS_FOR_NOTHING, false)?;
    session.execute(HOLD_STILL, &[])?;
    session.screenshot()
}

/// How a picture differs from the kept one, if it does.
fn against_kept(name: &str, picture: &[u8], accept: bool) -> Result<Option<String>, Failure> {
    let seen = small(picture)?;
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("gallery").join(format!("{name}.png"));
    if accept {
        std::fs::create_dir_all(kept.parent().unwrap_or(&kept))?;
        seen.save(&kept).map_err(|error| Failure::Story(error.to_string()))?;
        return Ok(None);
    }
    let Ok(known) = std::fs::read(&kept) else {
        return Ok(Some(
            "no picture is kept of it (`cargo xtask screens --gallery --accept`)".into(),
        ));
    };
    Ok(difference(&decoded(&known)?, &seen))
}

fn difference(known: &GrayImage, seen: &GrayImage) -> Option<String> {
    if known.dimensions() != seen.dimensions() {
        let (before, now) = (known.dimensions(), seen.dimensions());
        return Some(format!("its size was {before:?} and is {now:?} (a quarter of the pixels)"));
    }
    let pairs = known.as_raw().iter().zip(seen.as_raw());
    let different = pairs.filter(|(a, b)| a.abs_diff(**b) > DIFFERENT).count();
    let all = known.as_raw().len().max(1);
    (different * 1000 > TOLERATED * all)
        .then(|| format!("{} in a thousand of its pixels look different", different * 1000 / all))
}

fn small(picture: &[u8]) -> Result<GrayImage, Failure> {
    let whole = decoded(picture)?;
    let (width, height) = whole.dimensions();
    Ok(image::imageops::resize(&whole, width / SCALE, height / SCALE, FilterType::Triangle))
}

fn decoded(picture: &[u8]) -> Result<GrayImage, Failure> {
    let decoded = image::load_from_memory(picture);
    Ok(decoded.map_err(|error| Failure::Story(json!(error.to_string()).to_string()))?.into_luma8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_control_is_noticed_and_a_softer_edge_is_not() {
        let plain = GrayImage::from_pixel(200, 100, image::Luma([250]));
        let mut softer = plain.clone();
        for x in 0..200 {
            softer.put_pixel(x, 50, image::Luma([235]));
        }
        assert_eq!(difference(&plain, &softer), None);
        let mut changed = plain.clone();
        for x in 20..40 {
            for y in 20..26 {
                changed.put_pixel(x, y, image::Luma([120]));
            }
        }
        assert!(difference(&plain, &changed).is_some());
        assert!(difference(&plain, &GrayImage::new(200, 104)).is_some());
    }
}
