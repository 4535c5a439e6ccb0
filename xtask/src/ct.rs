//! The constant-time check: a program of its own, in release mode. Not part of `cargo xtask test`: it
//! measures, and a busy machine measures badly.

use crate::Outcome;
use crate::process::{cargo, run as run_command};

/// Builds and runs the check; `scale` multiplies the numbers of samples.
pub(crate) fn run(scale: f64) -> Outcome {
    let mut check = cargo();
    check.args(["run", "--quiet", "--release", "--locked", "--package", "keyward-protocol"]);
    check.args(["--example", "ct", "--"]).arg(scale.to_string());
    run_command("the constant-time check", &mut check)
}
