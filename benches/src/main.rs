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
mod floor;
mod measure;
mod people;
mod plain;
mod protocol;
mod relay;
mod report;
#[path = "../../crates/app/tests/support/mod.rs"]
mod world;

use std::process::ExitCode;

#[expect(clippy::print_stderr, reason = "a command-line program speaks to its user")]
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let mut json = None;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => json = arguments.next(),
            other => {
                eprintln!("unknown option {other}: use --json FILE");
                return ExitCode::from(2);
            }
        }
    }
    let mut report = report::Report::default();
    protocol::run(&mut report);
    app::run(&mut report);
    relay::run(&mut report);
    report.print();
    match json.map(|path| report.write(&path)) {
        Some(Err(error)) => {
            eprintln!("the report could not be written: {error}");
            ExitCode::FAILURE
        }
        _ => report.verdict(),
    }
}
