//! `app.start`, `app.pss`, `app.scroll_100k`, `app.chart_cycles`: the shipped program in real windows, on a display, a
//! bus and a keyring of its own, against a program that opens an empty window.

mod charts;
mod scroll;
mod start;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use keyward_stories::app::binary;
use keyward_stories::webdriver::Session;
use keyward_stories::{App, Camera, Computer, Failure, wait_for};
use serde_json::Value;

use crate::report::Report;

/// How long anything here may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Adds every figure that needs windows.
pub(crate) fn run(report: &mut Report) {
    for part in [start::run, scroll::run, charts::run] {
        part(report).expect("the app in its windows");
    }
}

/// The program with an empty window; cargo puts examples into a folder of their own.
fn empty() -> Result<PathBuf, Failure> {
    binary("examples/empty_window")
}

/// Asks the page until it answers with something.
fn ask(session: &Session, what: &str, script: &str) -> Result<Value, Failure> {
    wait_for(what, Instant::now() + PATIENCE, || {
        let answer = session.execute(script, &[]);
        Ok(answer.ok().filter(|value| !value.is_null() && *value != Value::Bool(false)))
    })
}

/// A teller who looks at nothing: looking would be measured too.
fn unseen() -> Camera {
    Camera::closed()
}

/// An app on a computer of its own.
fn fresh() -> Result<(Computer, App), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    Ok((computer, app))
}
