//! What a program and everything it started hold in memory.

use crate::{App, Failure};

const MIB: f64 = 1024.0;

/// Mebibytes of the app and all its descendants, pages that several share counted in parts (PSS).
///
/// # Errors
/// The app is gone.
pub fn of(app: &App) -> Result<f64, Failure> {
    let mut open = vec![app.pid()?];
    let mut kibibytes = 0;
    while let Some(pid) = open.pop() {
        kibibytes += process(pid).unwrap_or_default();
        open.extend(children(pid));
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    Ok(kibibytes as f64 / MIB)
}

/// PSS in KiB; where the system keeps that to itself, what is resident, which is never less.
fn process(pid: u32) -> Option<u64> {
    let field = |file: &str, name: &str| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/{file}")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    field("smaps_rollup", "Pss:").or_else(|| field("status", "VmRSS:"))
}

/// A child belongs to the thread that started it.
fn children(pid: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task"));
    let of_thread = |thread: std::fs::DirEntry| {
        std::fs::read_to_string(thread.path().join("children")).unwrap_or_default()
    };
    let all: String = threads.into_iter().flatten().flatten().map(of_thread).collect();
    all.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}
