//! Starting the app, with or without the demo.

use std::path::{Path, PathBuf};

use crate::process::{cargo, command, run as run_command, target};
use crate::tests_of::FEATURES;
use crate::{Outcome, setup, test};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Open patient, doctor and desk with generated sample data, enrolled and ready.
    #[arg(long)]
    demo: bool,
    /// Without a display of yours: walk the demo story in windows nobody sees.
    #[arg(long, requires = "demo", requires = "screenshots")]
    headless: bool,
    /// Where the headless walk writes a picture of every screen.
    #[arg(long, requires = "headless", value_name = "DIR")]
    screenshots: Option<PathBuf>,
    /// Import this file or folder instead of the generated record, and share all of it.
    #[arg(long, requires = "headless", value_name = "PATH")]
    import: Option<PathBuf>,
    /// Where the headless walk writes the import's report (JSON).
    #[arg(long, requires = "headless", value_name = "FILE")]
    report: Option<PathBuf>,
    /// Keep the app's data here.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Builds and starts.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    if arguments.headless {
        return walk(arguments);
    }
    setup::for_build()?;
    test::build_interface()?;
    let features =
        if arguments.demo { format!("{FEATURES},keyward/demo") } else { FEATURES.into() };
    let mut app = cargo();
    app.args(["run", "--locked", "--package", "keyward", "--features", &features, "--"]);
    if arguments.demo {
        app.arg("--demo");
    }
    if let Some(dir) = &arguments.data_dir {
        app.arg("--data-dir").arg(absolute(dir)?);
    }
    run_command("Keyward", &mut app)
}

/// The walker starts its own display, session bus and Secret Service.
fn walk(arguments: &Arguments) -> Outcome {
    setup::for_windows()?;
    test::build_interface()?;
    test::build_programs()?;
    let mut walk = command(target().join("debug/walk"));
    for (flag, path) in [
        ("--screenshots", &arguments.screenshots),
        ("--import", &arguments.import),
        ("--report", &arguments.report),
    ] {
        if let Some(path) = path {
            walk.arg(flag).arg(absolute(path)?);
        }
    }
    run_command("the walk", &mut walk)
}

fn absolute(path: &Path) -> Outcome<PathBuf> {
    std::path::absolute(path).map_err(|error| error.to_string())
}
