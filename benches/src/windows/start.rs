//! From the start of the process to a page that answers a key: ours with the profile unlocked by the keyring and its
//! records on the screen, the floor with nothing in it.

use std::path::Path;
use std::time::UNIX_EPOCH;

use keyward_stories::path::Teller;
use keyward_stories::{App, Computer, Failure, memory};
use keyward_testkit::Persona;
use serde_json::Value;

use super::{ask, empty, fresh, unseen};
use crate::measure::median;
use crate::report::{Gate, Report};

const ROUNDS: usize = 9;
const TAB: &str = "\u{e004}";
/// Memory has settled when it has changed by less than this, in MiB, between two looks.
const SETTLED: f64 = 0.5;

/// The home page with her records in it, and an ear for the first key.
const HOME: &str = "if (!document.querySelector('h1') || document.querySelector('.skeleton') || \
      !document.body.innerText.includes('See all records')) return false; \
    addEventListener('focusin', () => requestAnimationFrame(() => \
      (document.documentElement.dataset.answered = Date.now())), { once: true }); return true;";
const LISTEN: &str = "if (!document.documentElement.dataset.ready) return false; \
    addEventListener('focusin', () => requestAnimationFrame(() => \
      (document.documentElement.dataset.answered = Date.now())), { once: true }); return true;";
const ANSWERED: &str = "return document.documentElement.dataset.answered ?? false";
const READY: &str = "return document.documentElement.dataset.ready ?? false";

/// Adds `app.start.over_empty` and `app.pss_over_empty_mb`.
pub(super) fn run(report: &mut Report) -> Result<(), Failure> {
    let (computer, app) = fresh()?;
    let data = computer.home().join("keyward");
    prepare(&computer, &app)?;
    app.end()?;
    let (mut ours, mut floors, mut handshakes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut held, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (ready, answered, memory) = start_empty(&computer)?;
        let (took, holds) = start_ours(&computer, &data)?;
        // The first round also pays for cold files.
        if round > 0 {
            floors.push(answered);
            handshakes.push(answered - ready);
            ours.push(took);
            held.push(holds);
            bare.push(memory);
        }
    }
    let least = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
    let (took, floor) = (least(&ours), least(&floors));
    let note = format!(
        "{took:.0} ms against {floor:.0} ms (medians {:.0}, {:.0}); of the floor {:.0} ms pass between a page that is \
         there and the answered key",
        median(ours),
        median(floors),
        median(handshakes)
    );
    report.add("app.start.over_empty", took / floor, Gate::AtMost(1.6), note);
    let (held, bare) = (median(held), median(bare));
    let note = format!("{held:.0} MiB against {bare:.0} MiB, all processes (PSS)");
    report.add("app.pss_over_empty_mb", held - bare, Gate::AtMost(80.0), note);
    Ok(())
}

/// One patient with records on this computer, and nobody else.
fn prepare(computer: &Computer, app: &App) -> Result<(), Failure> {
    let file = computer.home().join("record.json");
    std::fs::write(&file, Persona::HeartWoman.bundle(1))?;
    let mut camera = unseen();
    let mut teller = Teller { computer, app, camera: &mut camera };
    teller.make_profile("I am a patient", "Patient", "patient-")?;
    teller.import(&file).map(drop)
}

/// Milliseconds until its page was drawn and until it answered a key, and what it holds then.
fn start_empty(computer: &Computer) -> Result<(f64, f64, f64), Failure> {
    let app = App::start_program(computer, &empty()?, &computer.home().join("empty"), &[])?;
    let session = app.session();
    ask(session, "the empty page", LISTEN)?;
    session.press_keys(&[TAB])?;
    let answered = since(&app, &ask(session, "the answer to a key", ANSWERED)?);
    let ready = since(&app, &ask(session, "the empty page", READY)?);
    let holds = settled(&app)?;
    app.end()?;
    Ok((ready, answered, holds))
}

/// Milliseconds until the profile's page answered a key, and what the app holds then.
fn start_ours(computer: &Computer, data: &Path) -> Result<(f64, f64), Failure> {
    let app = App::start(computer, data, &[])?;
    let session = app.session();
    ask(session, "the first page", HOME)?;
    session.press_keys(&[TAB])?;
    let answered = since(&app, &ask(session, "the answer to a key", ANSWERED)?);
    let holds = settled(&app)?;
    app.end()?;
    Ok((answered, holds))
}

/// Milliseconds from the start of the process to a moment of the page's clock.
fn since(app: &App, moment: &Value) -> f64 {
    let moment = moment.as_str().and_then(|text| text.parse::<f64>().ok()).expect("a moment");
    let start = app.started().duration_since(UNIX_EPOCH).expect("a clock that is set");
    moment - start.as_secs_f64() * 1e3
}

/// What it holds once that no longer changes.
fn settled(app: &App) -> Result<f64, Failure> {
    let mut before = f64::INFINITY;
    let until = std::time::Instant::now() + super::PATIENCE;
    loop {
        let now = memory::of(app)?;
        if (now - before).abs() < SETTLED || std::time::Instant::now() > until {
            return Ok(now);
        }
        before = now;
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
}
