//! An Apple Health export is read in memory that does not grow with it, measured as the peak of a
//! process of its own.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is test code: the child reports, figures are shown"
)]

use std::io::Read as _;
use std::process::Command;

use keyward_records::{Format, Limits, detect, format};
use keyward_testkit::HealthExport;

/// How many MiB the child is to read.
const CHILD: &str = "KEYWARD_HEALTH_MIB";

/// The peak of this process's memory, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Does nothing unless it is the child.
#[test]
fn child() {
    let Ok(mebibytes) = std::env::var(CHILD) else { return };
    let bytes = mebibytes.parse::<u64>().unwrap() << 20;
    let mut head = Vec::new();
    HealthExport::new(5, bytes).take(format::HEAD as u64).read_to_end(&mut head).unwrap();
    assert_eq!(detect("export.xml", &head), Format::AppleHealth);
    let export = HealthExport::new(5, bytes);
    let mut batches =
        keyward_records::open(Format::AppleHealth, Box::new(export), &Limits::default()).unwrap();
    assert!(batches.patients()[0].birth_date.is_some(), "known before the first record");
    let (mut resources, mut kept, mut read) = (0, 0, 0);
    while let Some(batch) = batches.next_batch().unwrap() {
        resources += batch.resources.len();
        kept += batch.kept_as_source.len();
        read = batch.bytes_read;
        assert!(batch.resources.len() <= 1000);
    }
    assert!(read >= bytes);
    println!("\nresult {} {resources} {kept}", peak());
}

/// Peak in KiB and resources.
fn run(mebibytes: u64) -> (u64, u64) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(CHILD, mebibytes.to_string())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| line.starts_with("result ")).unwrap_or_else(|| {
        panic!("{text}\n{}", String::from_utf8_lossy(&output.stderr));
    });
    let mut numbers = line.split(' ').skip(1).map(|number| number.parse().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

/// 64 MiB, or as many as `KEYWARD_HEALTH_LARGE_MIB` says: 1024 in a release build is the real figure.
#[test]
fn an_export_of_any_size_stays_below_a_fixed_bound() {
    let size = std::env::var("KEYWARD_HEALTH_LARGE_MIB").map_or(64, |text| text.parse().unwrap());
    let (small, few) = run(2);
    let (large, many) = run(size);
    eprintln!("2 MiB: {small} KiB for {few} resources; {size} MiB: {large} KiB for {many}");
    assert!(many > 1000);
    assert!(large < 96 << 10, "{large} KiB");
}
