//! What an unfinished demo made: noted before each step, so that the next start can remove exactly
//! that, and never anything of anybody's own.

#[cfg(feature = "demo")]
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use keyward_vault::ProfileId;

/// Name of the note in the data folder; there only while a demo is being prepared.
const NOTE: &str = "unfinished-demo";
/// The note of a demo that is being prepared: the ids of its profiles, one per line.
pub(crate) struct Unfinished {
    note: PathBuf,
}

impl Unfinished {
    pub(crate) fn of(data_dir: &Path) -> Self {
        Self { note: data_dir.join(NOTE) }
    }

    /// The profiles an unfinished demo made or was about to make; `None` if there is none.
    #[cfg(feature = "demo")]
    pub(crate) fn profiles(&self) -> io::Result<Option<BTreeSet<String>>> {
        match fs::read_to_string(&self.note) {
            Ok(text) => Ok(Some(text.lines().map(str::to_owned).collect())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Notes that a demo is begun.
    #[cfg(feature = "demo")]
    pub(crate) fn begin(&self) -> io::Result<()> {
        fs::File::create_new(&self.note)?.sync_all()
    }

    /// Notes a profile that is about to be made.
    pub(crate) fn add(&self, id: &ProfileId) -> io::Result<()> {
        let mut note = fs::File::options().append(true).open(&self.note)?;
        note.write_all(format!("{id}\n").as_bytes())?;
        note.sync_all()
    }

    /// The folder is nobody's unfinished demo (any more): it is finished, or somebody uses what is in
    /// it without `--demo`, and it becomes hers.
    pub(crate) fn forget(&self) -> io::Result<()> {
        match fs::remove_file(&self.note) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
