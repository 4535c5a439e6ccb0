//! Every screen in every state with invented data, in the engine the app's windows use.

use std::path::{Path, PathBuf};

use crate::process::{cargo, command, npm, run as run_command, target};
use crate::{Outcome, setup};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write a picture of every screen into this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Only routes whose id begins so (`patient-home`, `desk`, ...).
    #[arg(long)]
    route: Option<String>,
    /// Only this state (`full`, `empty`, `loading`, `partial`, `offline`, `error`, `locked`), or `walk`: what only pressing shows.
    #[arg(long)]
    state: Option<String>,
    /// Only `light` or only `dark`.
    #[arg(long)]
    theme: Option<String>,
    /// Only `100`, `200` (text at 200 %), `narrow` (320 pixels), `wide` (3 440), `forced` (colours, and less motion),
    /// `longer`, `longer-narrow`, `rtl` (made-up languages), `es` or `zh`; several with commas between them.
    #[arg(long)]
    size: Option<String>,
    /// In this language.
    #[arg(long)]
    language: Option<String>,
    /// Compare the sheets of the gallery with the pictures kept in tests/gallery instead.
    #[arg(long)]
    gallery: bool,
    /// Measure what moves while the pages load instead, in the sizes `narrow`, `100` and `wide`.
    #[arg(long, conflicts_with = "gallery")]
    jumps: bool,
    /// Look at every state in every size and language. It takes half an hour and is no part of CI, which looks at every
    /// state in two of them and at the full one in the others.
    #[arg(long, conflicts_with_all = ["gallery", "jumps"])]
    rounds: bool,
    /// Keep how the sheets look now.
    #[arg(long, requires = "gallery")]
    accept: bool,
}

/// Builds the interface with its invented backend and looks at it.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    setup::for_windows()?;
    build_gallery()?;
    let mut build = cargo();
    build.args([
        "build",
        "--quiet",
        "--locked",
        "--package",
        "keyward-stories",
        "--bin",
        "screens",
    ]);
    run_command("cargo build", &mut build)?;
    let mut screens = command(target().join("debug/screens"));
    screens.arg("--pages").arg(gallery());
    if let Some(out) = &arguments.out {
        screens.arg("--out").arg(std::path::absolute(out).map_err(|error| error.to_string())?);
    }
    for (flag, value) in [
        ("--route", &arguments.route),
        ("--state", &arguments.state),
        ("--theme", &arguments.theme),
        ("--size", &arguments.size),
        ("--language", &arguments.language),
    ] {
        if let Some(value) = value {
            screens.args([flag, value]);
        }
    }
    for (flag, wanted) in [
        ("--gallery", arguments.gallery),
        ("--accept", arguments.accept),
        ("--jumps", arguments.jumps),
        ("--rounds", arguments.rounds),
    ] {
        if wanted {
            screens.arg(flag);
        }
    }
    run_command("the run over all screens", &mut screens)
}

/// Where the interface with invented data is built: never where the app is built from.
pub(crate) fn gallery() -> PathBuf {
    target().join("gallery")
}

/// Builds it, with the list of all screens beside it.
pub(crate) fn build_gallery() -> Outcome {
    let gallery = std::path::absolute(gallery()).map_err(|error| error.to_string())?;
    let text = |path: &Path| path.display().to_string();
    run_command(
        "npm run gallery",
        &mut npm(&["run", "--silent", "gallery", "--", &text(&gallery)]),
    )?;
    let list = gallery.join("visits.json");
    run_command("npm run visits", &mut npm(&["run", "--silent", "visits", "--", &text(&list)]))
}
