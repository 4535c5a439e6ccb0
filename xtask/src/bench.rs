//! Measurements: a package of their own, in release mode.

use std::path::PathBuf;

use crate::process::{cargo, run as run_command};
use crate::tests_of::FEATURES;
use crate::{Outcome, setup, test};

/// The part that measures the app in its windows.
const WINDOWS: &str = "windows";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Also write the figures to this file.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Only this part: `protocol`, `credential`, `app`, `reading`, `health`, `relay` or `windows`.
    #[arg(long, value_name = "PART")]
    only: Option<String>,
}

/// Builds and runs the benchmarks.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    if arguments.only.as_deref().is_none_or(|only| only == WINDOWS) {
        setup::for_windows()?;
        test::build_interface()?;
        build_app()?;
    } else {
        setup::for_build()?;
    }
    let mut bench = cargo();
    bench.args(["run", "--quiet", "--release", "--locked", "--package", "keyward-bench", "--"]);
    if let Some(path) = &arguments.json {
        let path = std::path::absolute(path).map_err(|error| error.to_string())?;
        bench.arg("--json").arg(path);
    }
    if let Some(part) = &arguments.only {
        bench.args(["--only", part]);
    }
    run_command("the benchmarks", &mut bench)
}

/// The app as it is shipped, and the empty window it is measured against.
fn build_app() -> Outcome {
    let mut build = cargo();
    build.args(["build", "--release", "--locked", "--package", "keyward", "--features", FEATURES]);
    run_command("cargo build --release", build.args(["--bins", "--example", "empty_window"]))
}
