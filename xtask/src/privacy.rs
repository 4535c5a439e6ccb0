//! The privacy experiment: a package of its own, in release mode.

use std::path::PathBuf;

use crate::process::{cargo, root, run as run_command};
use crate::{Outcome, setup};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Also write the figures to this file.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Patients with the app as it is, on real services. With less than 2000 the page is left as it is.
    #[arg(long, default_value_t = PATIENTS)]
    patients: usize,
    /// Others of whom the adversary learns.
    #[arg(long, default_value_t = 200)]
    learn: usize,
    /// Patients in each population of a control, twice.
    #[arg(long, default_value_t = 32)]
    control: usize,
    /// Patients whose plan alone is looked at, twice for each rhythm.
    #[arg(long, default_value_t = 10_000)]
    plan: usize,
}

const PATIENTS: usize = 2_000;

/// Runs it and writes `docs/privacy.md`.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    setup::for_build()?;
    let mut experiment = cargo();
    experiment.args([
        "run",
        "--quiet",
        "--release",
        "--locked",
        "--package",
        "keyward-privacy",
        "--",
    ]);
    for (name, value) in [
        ("--patients", arguments.patients),
        ("--learn", arguments.learn),
        ("--control", arguments.control),
        ("--plan", arguments.plan),
    ] {
        experiment.arg(name).arg(value.to_string());
    }
    if arguments.patients >= PATIENTS {
        experiment.arg("--page").arg(root().join("docs/privacy.md"));
    }
    if let Some(path) = &arguments.json {
        let path = std::path::absolute(path).map_err(|error| error.to_string())?;
        experiment.arg("--json").arg(path);
    }
    run_command("the privacy experiment", &mut experiment)
}
