//! A hundred thousand records in a window: when the first results are there, and how long the slowest frame of scrolling
//! took.

use std::path::Path;

use keyward_stories::Failure;
use keyward_stories::path::Teller;
use keyward_stories::webdriver::Session;
use keyward_testkit::BundleKind;
use serde_json::{Value, json};

use super::{ask, fresh, unseen};
use crate::report::{Gate, Report};

const SEED: u64 = 7;
const FILES: u64 = 5;
const IN_EACH: usize = 20_000;
const RUNS: usize = 5;

/// The timeline with its first rows.
const THERE: &str =
    "return document.querySelector('.long-list .entry:not(.entry-waiting)') !== null";
/// How many records the list says it has.
const SIZE: &str =
    "return document.querySelector('[aria-setsize]')?.getAttribute('aria-setsize') ?? false";

/// Opens the results from another page of the records, and gives the milliseconds until the first row was painted, with
/// what its cells say.
const RESULTS: &str = "const [done] = arguments; \
    const link = [...document.querySelectorAll('a')].find((each) => each.textContent.trim() === 'Results'); \
    const start = performance.now(); link.click(); \
    const look = () => { const row = document.querySelector('.results-table tbody tr'); \
      if (!row) { requestAnimationFrame(look); return; } \
      requestAnimationFrame(() => setTimeout(() => done({ took: performance.now() - start, \
        cells: [...row.cells].map((cell) => cell.innerText) }))); \
    }; look();";

/// Scrolls the page by so much in every frame, so many frames long, and gives the time between any two of them. The
/// first frames are those of a page at rest, the last ones those in which the rows at its end are drawn.
const SCROLL: &str = "const [by, frames, done] = arguments; window.scrollTo(0, 0); let before; const took = []; \
    let left = frames + 35; \
    const next = (now) => { if (before !== undefined && left < frames + 30) took.push(now - before); before = now; \
      if (left-- === 0) { done({ worst: Math.max(...took), frames: took.length, at: scrollY, \
        over: took.filter((each) => each > 34).length }); return; } \
      if (left < frames + 30 && left >= 30) window.scrollBy(0, by); requestAnimationFrame(next); }; \
    requestAnimationFrame(next);";
const WHOLE: &str = "return document.documentElement.scrollHeight - innerHeight";

/// Adds `app.scroll_100k.worst_frame_ms`.
pub(super) fn run(report: &mut Report) -> Result<(), Failure> {
    let (computer, app) = fresh()?;
    let folder = computer.home().join("records");
    std::fs::create_dir(&folder)?;
    for part in 0..FILES {
        let seed = SEED + 1000 * part;
        let bytes = keyward_testkit::bundle(seed, BundleKind::Collection, IN_EACH);
        // Without its Patient, so that the parts are not taken for several people's.
        let text = String::from_utf8(bytes).expect("JSON is text");
        let text = text.replace("\"resourceType\":\"Patient\"", "\"resourceType\":\"Basic\"");
        std::fs::write(folder.join(format!("{part}.json")), text)?;
    }
    let mut camera = unseen();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.make_profile("I am a patient", "Patient", "patient-")?;
    teller.import(&folder)?;
    let patient = app.window("patient-")?;
    patient.press("link", "Records")?;
    patient.press("link", "Timeline")?;
    let session = patient.session()?;
    ask(session, "the timeline", THERE)?;
    painted(report, session, &folder)?;
    patient.press("link", "Timeline")?;
    ask(session, "the timeline again", THERE)?;
    let size = ask(session, "the length of the list", SIZE)?;
    let height = ask(session, "the height of the list", WHOLE)?.as_f64().unwrap_or_default();
    let (slow, fast) = (best(session, 60.0, 600)?, best(session, height / 600.0, 600)?);
    for (name, run) in [("reading", &slow), ("through all of it", &fast)] {
        assert!(run["at"].as_f64() > Some(30_000.0), "it did not scroll {name}: {run}");
    }
    let worst = |run: &Value| run["worst"].as_f64().unwrap_or(f64::INFINITY);
    let note = format!(
        "{} rows, {:.0} ms while reading (60 px a frame), {:.0} ms from end to end in 600 frames, the best of {RUNS} runs",
        size.as_str().unwrap_or_default(),
        worst(&slow),
        worst(&fast)
    );
    let all = worst(&slow).max(worst(&fast));
    report.add("app.scroll_100k.worst_frame_ms", all, Gate::AtMost(50.0), note);
    app.end()
}

/// Adds `app.labs_100k.painted_ms`: beside the ratio of the query, which says nothing of the window.
fn painted(report: &mut Report, session: &Session, folder: &Path) -> Result<(), Failure> {
    let seen = session.execute_async(RESULTS, &[])?;
    let took = seen["took"].as_f64().unwrap_or(f64::INFINITY);
    let cell = |at: usize| seen["cells"][at].as_str().unwrap_or_default();
    let newest = newest_in(folder, cell(0))?;
    let value: String =
        cell(1).chars().take_while(|each| each.is_ascii_digit() || *each == '.').collect();
    assert!(newest.contains(&value), "{seen} is none of {newest:?}");
    let note = format!(
        "ms from a press on Results to its first row on the screen, which is right: {value}"
    );
    report.add("app.labs_100k.painted_ms", took, Gate::None, note);
    Ok(())
}

/// What the files themselves have as the newest values of the test whose name the cell starts with.
fn newest_in(folder: &Path, cell: &str) -> Result<Vec<String>, Failure> {
    let mut found: Vec<(String, String, String)> = Vec::new();
    for file in std::fs::read_dir(folder)? {
        let bundle: Value = serde_json::from_slice(&std::fs::read(file?.path())?).expect("JSON");
        let resources =
            bundle["entry"].as_array().expect("entries").iter().map(|entry| &entry["resource"]);
        for each in resources.filter(|each| each["valueQuantity"].is_object()) {
            let name = each["code"]["coding"][0]["display"].as_str().unwrap_or_default();
            if !name.is_empty() && cell.starts_with(name) {
                let on = each["effectiveDateTime"].as_str().unwrap_or_default();
                let value = each["valueQuantity"]["value"].to_string();
                found.push((name.to_owned(), on.to_owned(), value));
            }
        }
    }
    // The longest name that fits is the test's; of its values the newest, which several files may have.
    let name = found.iter().map(|(name, ..)| name.len()).max().unwrap_or_default();
    found.retain(|(each, ..)| each.len() == name);
    let newest = found.iter().map(|(_, on, _)| on.clone()).max().unwrap_or_default();
    Ok(found.into_iter().filter(|(_, on, _)| *on == newest).map(|(.., value)| value).collect())
}

/// The run whose worst frame was the best: whatever else the machine does only adds.
fn best(session: &Session, by: f64, frames: u32) -> Result<Value, Failure> {
    let mut best = json!({ "worst": f64::MAX });
    for _ in 0..RUNS {
        let run = session.execute_async(SCROLL, &[json!(by), json!(frames)])?;
        if run["worst"].as_f64() < best["worst"].as_f64() {
            best = run;
        }
    }
    Ok(best)
}
