//! `records.health_1gib`: a generated Apple Health export of one gibibyte is imported in memory that does not grow with
//! it, measured as the peak of a process of its own.

use std::fs::File;
use std::process::Command;
use std::time::Instant;

use keyward_testkit::HealthExport;

use crate::report::{Gate, Report};
use crate::support::{World, import};

/// The hidden option that makes this program the one that is measured.
pub(crate) const CHILD: &str = "--import-health-mib";
const SMALL: u64 = 128;
const LARGE: u64 = 1024;

/// Adds `records.health_1gib.*`.
pub(crate) fn run(report: &mut Report) {
    let (small, _) = measured(SMALL);
    let (large, seconds) = measured(LARGE);
    let note = format!(
        "{large:.0} MiB for {LARGE} MiB in {seconds:.0} s, {small:.0} MiB for {SMALL} MiB; vault and index included"
    );
    report.add("records.health_1gib.peak_mb", large, Gate::AtMost(256.0), note);
    let note = format!("the peak for {LARGE} MiB against the peak for {SMALL} MiB");
    report.add("records.health_1gib.over_128mib", large / small, Gate::AtMost(1.15), note);
}

/// Peak in MiB and time in seconds of an import in a process of its own.
fn measured(mebibytes: u64) -> (f64, f64) {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args([CHILD, &mebibytes.to_string()])
        .output()
        .expect("this program starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let told = String::from_utf8_lossy(&output.stderr);
    let mut numbers = text.split_whitespace().map(|word| word.parse::<f64>());
    match (numbers.next(), numbers.next()) {
        (Some(Ok(peak)), Some(Ok(seconds))) => (peak / 1024.0, seconds),
        _ => panic!("the import told no figures: {text}{told}"),
    }
}

/// Imports so many mebibytes into a fresh vault and prints the peak in KiB and the seconds it took.
#[expect(clippy::print_stdout, reason = "the figures are the program's output")]
pub(crate) fn child(mebibytes: &str) {
    let bytes = mebibytes.parse::<u64>().expect("a number") << 20;
    let world = World::new();
    let person = keyward_testkit::person(5);
    let patient = world.patient(&person.given.join(" "), &person.family, "1961-03-14");
    let path = world.folder.path().join("export.xml");
    let mut file = File::create(&path).expect("a file");
    std::io::copy(&mut HealthExport::new(5, bytes), &mut file).expect("an export");
    drop(file);
    let start = Instant::now();
    let done = import(&patient, &path);
    let took = start.elapsed().as_secs_f64();
    assert!(done.report.resources > 1000 && done.report.refused.is_empty(), "{:?}", done.report);
    println!("{} {took}", peak());
}

/// The most this process ever held, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.split_whitespace().next().and_then(|word| word.parse().ok()).expect("a number")
}
