//! The system's own dialogs, driven as a person drives them: by keyboard, through X.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::computer::{Computer, tool};
use crate::{Failure, wait_for};

/// How long a dialog may take to open.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long a dialog may take to close once it was answered.
const CLOSING: Duration = Duration::from_secs(3);
/// How often the path is typed again.
const ATTEMPTS: usize = 5;

/// Chooses `path` in the open GTK file dialog whose title contains `title`.
pub fn choose_path(computer: &Computer, title: &str, path: &Path) -> Result<(), Failure> {
    let window = wait_for(&format!("the dialog “{title}”"), Instant::now() + PATIENCE, || {
        let found = xdotool(computer, &["search", "--onlyvisible", "--name", title])?;
        Ok(found.lines().next().map(str::to_owned))
    })?;
    // There is no window manager: focus is given by hand.
    xdotool(computer, &["windowfocus", "--sync", &window])?;
    // A slash opens the location field of a GTK file dialog; what follows too fast is lost.
    xdotool(computer, &["key", "slash"])?;
    let text = path.display().to_string();
    for _ in 0..ATTEMPTS {
        xdotool(computer, &["key", "--delay", "40", "ctrl+a"])?;
        xdotool(computer, &["type", "--delay", "8", &text])?;
        xdotool(computer, &["key", "--delay", "40", "Return"])?;
        let gone = wait_for("the file dialog to close", Instant::now() + CLOSING, || {
            Ok((!is_open(computer, title, &window)?).then_some(()))
        });
        if gone.is_ok() {
            return Ok(());
        }
    }
    Err(Failure::Story(format!("the dialog “{title}” did not take {text}")))
}

fn is_open(computer: &Computer, title: &str, window: &str) -> Result<bool, Failure> {
    let found = xdotool(computer, &["search", "--onlyvisible", "--name", title])?;
    Ok(found.lines().any(|line| line == window))
}

fn xdotool(computer: &Computer, arguments: &[&str]) -> Result<String, Failure> {
    let output = computer
        .command(tool("xdotool", "xdotool")?)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Answers the message dialog of the process `pid` with Return until `is_answered`.
pub fn answer(
    computer: &Computer,
    pid: u32,
    mut is_answered: impl FnMut() -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let pid = pid.to_string();
    wait_for("the message to be answered", Instant::now() + PATIENCE, || {
        for window in xdotool(computer, &["search", "--onlyvisible", "--pid", &pid])?.lines() {
            xdotool(computer, &["windowfocus", window])?;
            xdotool(computer, &["key", "Return"])?;
        }
        Ok(is_answered()?.then_some(()))
    })
}
