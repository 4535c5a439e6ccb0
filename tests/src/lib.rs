//! Stories told in real windows.
//!
//! A [`Computer`] is a private display, session bus and Secret Service; an [`App`] is the built
//! program on it; a [`Screen`] is one of its windows, used only as a person could: by role and
//! accessible name, through visible controls.

pub mod accessibility;
pub mod app;
pub mod axe;
pub mod browser;
pub mod camera;
pub mod computer;
pub mod dialog;
pub mod drag;
pub mod keyboard;
pub mod memory;
pub mod pages;
pub mod path;
pub mod screen;
pub mod screens;
#[cfg(target_os = "linux")]
pub mod traces;
pub mod webdriver;
pub mod words;

use std::time::{Duration, Instant};

pub use app::App;
pub use camera::Camera;
pub use computer::Computer;
pub use screen::Screen;

/// Why a story could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A program the stories need is not installed.
    #[error("{program} is not installed (package {package}); `cargo xtask setup` installs it")]
    Missing {
        /// The program.
        program: String,
        /// The Debian package that has it.
        package: String,
    },
    /// The app itself is not built.
    #[error("{0} is not built; run `cargo xtask test`, or build it with --features embed-ui")]
    NotBuilt(String),
    /// A helper ended before it was ready.
    #[error("{0} did not start")]
    Start(String),
    /// WebDriver refused a command.
    #[error("WebDriver: {code}: {message}")]
    Driver {
        /// The W3C error code.
        code: String,
        /// What it says about it.
        message: String,
    },
    /// Something expected never came.
    #[error("waited {seconds} s for {what}{seen}")]
    Waited {
        /// What was awaited.
        what: String,
        /// For how long.
        seconds: u64,
        /// What was on the screen instead.
        seen: String,
    },
    /// The screen has accessibility findings.
    #[error("accessibility of {screen}: {findings}")]
    Accessibility {
        /// The screen.
        screen: String,
        /// Rule, impact and targets of each finding.
        findings: String,
    },
    /// A condition of the story does not hold.
    #[error("{0}")]
    Story(String),
    /// The operating system refused something.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Polls `condition` until it gives something or the deadline passes.
pub fn wait_for<T>(
    what: &str,
    deadline: Instant,
    mut condition: impl FnMut() -> Result<Option<T>, Failure>,
) -> Result<T, Failure> {
    let start = Instant::now();
    loop {
        if let Some(found) = condition()? {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            let seconds = start.elapsed().as_secs();
            return Err(Failure::Waited { what: what.into(), seconds, seen: String::new() });
        }
        std::thread::sleep(Duration::from_millis(40));
    }
}
