//! What is done with every screen a story passes: look for accessibility findings, and keep a
//! picture where one is wanted.

use std::path::PathBuf;

use crate::{Failure, Screen, axe};

/// Looks at screens.
#[derive(Debug, Default)]
pub struct Camera {
    folder: Option<PathBuf>,
    closed: bool,
    taken: u32,
    findings: Vec<String>,
}

impl Camera {
    /// Checks every screen and keeps no pictures.
    #[must_use]
    pub fn without_film() -> Self {
        Self::default()
    }

    /// Looks at nothing: for measurements, which a look would disturb.
    #[must_use]
    pub fn closed() -> Self {
        Self { closed: true, ..Self::default() }
    }

    /// Checks every screen and writes a numbered PNG into `folder`.
    pub fn into_folder(folder: PathBuf) -> Result<Self, Failure> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder: Some(folder), ..Self::default() })
    }

    /// Looks at a screen; `name` is a word or two with dashes.
    pub fn look(&mut self, screen: &Screen<'_>, name: &str) -> Result<(), Failure> {
        if self.closed {
            return Ok(());
        }
        self.taken += 1;
        if let Some(folder) = &self.folder {
            let file = folder.join(format!("{:02}-{name}.png", self.taken));
            std::fs::write(file, screen.picture()?)?;
        }
        match axe::check(screen, name) {
            Err(Failure::Accessibility { screen, findings }) => {
                self.findings.push(format!("{screen}: {findings}"));
                Ok(())
            }
            other => other,
        }
    }

    /// Fails with every accessibility finding of the screens looked at, if there is any.
    pub fn finish(self) -> Result<(), Failure> {
        if self.findings.is_empty() {
            return Ok(());
        }
        let findings = self.findings.join("\n");
        Err(Failure::Accessibility { screen: "the screens of this story".into(), findings })
    }

    /// How many screens were looked at.
    #[must_use]
    pub fn taken(&self) -> u32 {
        self.taken
    }
}
