//! The relay under an open-loop load: `crates/relay/examples/load`, server and generator on one core each.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::report::{Gate, Report};

/// Builds and runs the generator and adds `relay.*`.
pub(crate) fn run(report: &mut Report) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--locked", "--package", "keyward-relay"])
        .args(["--example", "load"])
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "the load generator failed");
    let figures: Value = serde_json::from_slice(&output.stdout).expect("the generator's JSON");
    for (name, note) in [
        ("relay.uploads_per_s", "durable single-record uploads, sustained"),
        ("relay.reencrypt_per_s", "records re-encrypted, logged and answered, sustained"),
        ("relay.p99_ms", "uploads at the sustained rate, from the scheduled moment"),
    ] {
        let value = figures.get(name).and_then(Value::as_f64).expect("a figure");
        report.add(name, value, Gate::None, note);
    }
}
