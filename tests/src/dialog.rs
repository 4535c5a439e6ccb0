//! The system's own dialogs, driven as a person drives them: by keyboard, through X.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::computer::{Computer, tool};
use crate::{Failure, wait_for};

const PATIENCE: Duration = Duration::from_secs(15);

/// Chooses `path` in the open GTK file dialog whose title contains `title`.
pub fn choose_path(computer: &Computer, title: &str, path: &Path) -> Result<(), Failure> {
    let window = wait_for(&format!("the dialog “{title}”"), Instant::now() + PATIENCE, || {
        let found = xdotool(computer, &["search", "--onlyvisible", "--name", title])?;
        Ok(found.lines().next().map(str::to_owned))
    })?;
    // There is no window manager: focus is given by hand.
    xdotool(computer, &["windowfocus", "--sync", &window])?;
    // Typing a slash opens the location field of a GTK file dialog.
    let text = path.display().to_string();
    xdotool(computer, &["type", "--delay", "8", &text])?;
    xdotool(computer, &["key", "--delay", "60", "Return"])?;
    let gone = Instant::now() + PATIENCE;
    wait_for("the file dialog to close", gone, || {
        let found = xdotool(computer, &["search", "--onlyvisible", "--name", title])?;
        if found.lines().any(|line| line == window) {
            // A completion popup takes the first Return.
            xdotool(computer, &["key", "--delay", "60", "Return"])?;
            return Ok(None);
        }
        Ok(Some(()))
    })
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
