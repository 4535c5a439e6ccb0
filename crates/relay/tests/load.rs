//! The load generator goes every way it has: what `cargo xtask load`, `soak` and `bench` run seldom
//! must not break unseen. Run with next to no load; how fast a relay is says only a measurement.
//!
//! The program is an example and is built with the tests: `cargo test -p keyward-relay load`.
#![allow(clippy::unwrap_used, reason = "tests")]
// It looks into /proc.
#![cfg(target_os = "linux")]

use serde_json::Value;
use std::process::Command;

/// The generator beside the running test, and what it printed.
fn rehearse() -> Value {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("examples/load");
    let output = Command::new(&program)
        .arg("rehearsal")
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the generator failed:\n{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_part_of_the_generator_brings_its_figures() {
    let report = rehearse();
    let number = |part: &str, name: &str| {
        let figure = report[part][name].as_f64();
        figure.unwrap_or_else(|| panic!("no {name} in {:#}", report[part]))
    };
    // Those that `cargo xtask bench` reads, and the chart.
    for name in ["uploads_per_s", "p99_ms", "reencrypt_per_s", "reencrypt_p99_ms", "chart_1000_ms"]
    {
        assert!(number("steps", &format!("relay.{name}")) > 0.0, "{name}");
    }
    for name in ["p99_ratio", "recovery_s"] {
        number("overload", &format!("relay.overload.{name}"));
    }
    assert!(number("overload", "accepted") > 0.0);
    for name in ["refused_without_retry_after", "neither"] {
        assert!(number("overload", name) == 0.0, "{name} in {:#}", report["overload"]);
    }
    assert!(number("overload", "memory_most_bytes") >= number("overload", "memory_before_bytes"));
    assert!(number("soak", "requests") == number("soak", "answered_well"));
    for name in ["memory_ratio", "files_ratio"] {
        assert!(number("soak", &format!("relay.soak.{name}")) > 0.0, "{name}");
    }
    for part in ["overload", "soak"] {
        assert!(report[part]["failed"].is_array(), "no verdicts in {:#}", report[part]);
    }
}
