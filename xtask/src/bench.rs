//! Measurements: a package of their own, in release mode.

use std::path::Path;

use crate::process::{cargo, run as run_command};
use crate::{Outcome, setup};

/// Builds and runs the benchmarks.
pub(crate) fn run(json: Option<&Path>) -> Outcome {
    setup::for_build()?;
    let mut bench = cargo();
    bench.args(["run", "--quiet", "--release", "--locked", "--package", "keyward-bench", "--"]);
    if let Some(path) = json {
        let path = std::path::absolute(path).map_err(|error| error.to_string())?;
        bench.arg("--json").arg(path);
    }
    run_command("the benchmarks", &mut bench)
}
