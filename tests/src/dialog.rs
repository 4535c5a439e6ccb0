//! The system's own dialogs, driven as a person drives them: by keyboard, through X.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::computer::{Computer, tool};
use crate::{Failure, wait_for};

/// How long a dialog may take to open.
const PATIENCE: Duration = Duration::from_secs(40);
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

/// The frontmost visible window whose title contains `title`, once it is there.
pub fn window_titled(computer: &Computer, title: &str) -> Result<u32, Failure> {
    wait_for(&format!("the window titled “{title}”"), Instant::now() + PATIENCE, || {
        let found = xdotool(computer, &["search", "--onlyvisible", "--name", title])?;
        // In stacking order, lowest first.
        Ok(found.lines().last().and_then(|id| id.parse().ok()))
    })
}

/// Opens the print dialog of the engine's own browser by its key: a page that is driven cannot open it.
pub fn open_print(computer: &Computer, title: &str) -> Result<(), Failure> {
    let window = window_titled(computer, title)?.to_string();
    xdotool(computer, &["windowfocus", "--sync", &window])?;
    xdotool(computer, &["key", "ctrl+p"]).map(drop)
}

/// Prints to a file through the open GTK print dialog, as it proposes where there is no printer; gives
/// the PDF.
pub fn print_to_file(computer: &Computer) -> Result<PathBuf, Failure> {
    let window = window_titled(computer, "^Print$")?.to_string();
    xdotool(computer, &["windowfocus", "--sync", &window])?;
    let written = computer.home().join("output.pdf");
    for _ in 0..ATTEMPTS {
        // To the list of printers, and the only one in it.
        xdotool(computer, &["key", "--delay", "80", "Tab", "Down", "Home", "alt+p"])?;
        let done = wait_for("the printed file", Instant::now() + CLOSING, || {
            // A PDF is whole once its last line is there.
            let bytes = std::fs::read(&written).unwrap_or_default();
            Ok(bytes.trim_ascii_end().ends_with(b"%%EOF").then_some(()))
        });
        if done.is_ok() {
            return Ok(written);
        }
    }
    Err(Failure::Story("the print dialog wrote no file".into()))
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
