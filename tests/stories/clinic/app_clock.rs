//! Another clock for the app and its web view, moved while they run (libfaketime).

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use keyward_stories::computer::tool;
use keyward_stories::{Computer, Failure};

/// The app's clock: the computer's, moved.
pub struct AppClock {
    program: PathBuf,
    moved: PathBuf,
}

impl AppClock {
    /// A clock on `computer`, not moved yet.
    pub fn on(computer: &Computer) -> Result<Self, Failure> {
        // The package that has the program has the library.
        tool("faketime", "faketime")?;
        let clock = Self {
            program: computer.home().join("keyward-on-another-clock"),
            moved: computer.home().join("moved"),
        };
        clock.set_offset(0)?;
        // The loader knows what $LIB is on this machine. The monotonic clock stays real: waits and
        // animations last as long as ever, as when a person sets the date of a computer.
        let script = format!(
            "#!/bin/sh\n\
             export FAKETIME_TIMESTAMP_FILE='{}' FAKETIME_NO_CACHE=1 DONT_FAKE_MONOTONIC=1\n\
             export FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1\n\
             export LD_PRELOAD='/usr/$LIB/faketime/libfaketimeMT.so.1'\n\
             exec '{}' \"$@\"\n",
            clock.moved.display(),
            keyward_stories::app::binary("keyward")?.display()
        );
        std::fs::write(&clock.program, script)?;
        std::fs::set_permissions(&clock.program, std::fs::Permissions::from_mode(0o700))?;
        Ok(clock)
    }

    /// What to start instead of the app.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Moves the clock by so many seconds from the computer's time, at once.
    pub fn set_offset(&self, seconds: i64) -> Result<(), Failure> {
        // Replaced in one step: the app reads it at any moment.
        let fresh = self.moved.with_extension("new");
        std::fs::write(&fresh, format!("{seconds:+}\n"))?;
        Ok(std::fs::rename(fresh, &self.moved)?)
    }
}
