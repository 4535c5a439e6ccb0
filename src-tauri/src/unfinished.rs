//! What an unfinished demo or restore made: noted before each step, so that the next start can remove
//! exactly that, and never anything of anybody's own.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use keyward_vault::ProfileId;

/// Name of the note in the data folder; there only while a demo is being prepared.
const DEMO: &str = "unfinished-demo";
/// Name of the note of profiles that are being brought back.
const RESTORE: &str = "unfinished-restore";
/// A note: the ids of profiles, one per line.
pub(crate) struct Unfinished {
    note: PathBuf,
}

impl Unfinished {
    pub(crate) fn of(data_dir: &Path) -> Self {
        Self { note: data_dir.join(DEMO) }
    }

    pub(crate) fn of_restore(data_dir: &Path) -> Self {
        Self { note: data_dir.join(RESTORE) }
    }

    /// The profiles that were made or about to be made; `None` if nothing is noted.
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

    /// Notes exactly these, durably, in place of what was noted before.
    pub(crate) fn set(&self, ids: &BTreeSet<ProfileId>) -> io::Result<()> {
        if ids.is_empty() {
            return self.forget();
        }
        let draft = self.note.with_extension("new");
        let mut file = fs::File::create(&draft)?;
        for id in ids {
            file.write_all(format!("{id}\n").as_bytes())?;
        }
        file.sync_all()?;
        fs::rename(&draft, &self.note)?;
        #[cfg(unix)]
        if let Some(folder) = self.note.parent() {
            fs::File::open(folder)?.sync_all()?;
        }
        Ok(())
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
