#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a benchmark that cannot run has nothing to report"
)]
#![allow(unreachable_pub, missing_docs)]
//! Benchmarks: every figure is a ratio against a floor measured in the same run.
//!
//! `cargo xtask bench [--json FILE]` builds this in release and runs it. A ratio compares a whole operation of
//! ours with the bare primitives it cannot do without, taken from the fastest backend present on the same stored
//! forms; absolute times are printed for orientation only, because machines differ and drift.

mod app;
#[path = "../../crates/authority/tests/support/mod.rs"]
mod clinic;
mod credential;
mod floor;
mod health;
mod measure;
mod people;
mod plain;
mod protocol;
mod reading;
mod relay;
mod report;
#[path = "../../crates/app/tests/support/mod.rs"]
mod support;
mod unlock;
mod windows;

use std::process::ExitCode;

/// Adds the figures of one part.
type Part = fn(&mut report::Report);

#[expect(clippy::print_stderr, reason = "a command-line program speaks to its user")]
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let mut json = None;
    let mut only: Option<String> = None;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => json = arguments.next(),
            // One part alone, while working on it.
            "--only" => only = arguments.next(),
            health::CHILD => {
                health::child(&arguments.next().unwrap_or_default());
                return ExitCode::SUCCESS;
            }
            other => {
                eprintln!("unknown option {other}: use --json FILE or --only PART");
                return ExitCode::from(2);
            }
        }
    }
    let mut report = report::Report::default();
    let parts: [(&str, Part); 9] = [
        ("protocol", protocol::run),
        ("credential", credential::run),
        ("app", app::run),
        ("import", reading::imports),
        ("reading", reading::run),
        ("health", health::run),
        ("relay", relay::run),
        ("unlock", unlock::run),
        ("windows", windows::run),
    ];
    for (name, run) in parts {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        // A part that breaks takes no other part's figures with it.
        let run = std::panic::AssertUnwindSafe(|| run(&mut report));
        if std::panic::catch_unwind(run).is_err() {
            report.broken(name);
        }
        report.print();
    }
    match json.map(|path| report.write(&path)) {
        Some(Err(error)) => {
            eprintln!("the report could not be written: {error}");
            ExitCode::FAILURE
        }
        _ => report.verdict(),
    }
}
