//! Writing a file the person asked for: whole under its name, or not at all.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use keyward_app::error::{AppError, ErrorCode};

use crate::opened::token;

/// Writes beside the place and moves it there once all of it is on the disk; what stood there before
/// stays until then, and stays if writing fails. Beside it nothing of somebody else is touched: the file
/// written to is new, under a name nobody can guess, so in a folder of several people no link waits there.
///
/// # Errors
/// What `write` reports, and [`ErrorCode::FileNotWritten`].
pub(crate) fn whole<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let failed = |_| AppError::new(ErrorCode::FileNotWritten);
    // Not the whole name in front: it may already be as long as a name can be.
    let beside = path.with_file_name(format!(".{}.part", token()));
    let file = File::create_new(&beside).map_err(failed)?;
    let outcome = (|| {
        let mut out = BufWriter::new(file);
        let done = write(&mut out)?;
        let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        fs::rename(&beside, path).map_err(failed)?;
        Ok(done)
    })();
    if outcome.is_err() {
        let _ = fs::remove_file(&beside);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_save_leaves_what_was_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.xml");
        assert!(whole(&path, |out| out.write_all(b"one").map_err(|_| unreachable!())).is_ok());
        let broken = whole(&path, |out| {
            out.write_all(b"tw").unwrap();
            Err::<(), _>(ErrorCode::VaultCorrupt.into())
        });
        assert_eq!(broken.unwrap_err().code, ErrorCode::VaultCorrupt);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        let nowhere = whole(&dir.path().join("gone/a"), |_| Ok(()));
        assert_eq!(nowhere.unwrap_err().code, ErrorCode::FileNotWritten);
    }
    #[test]
    fn a_file_beside_it_that_looks_like_a_draft_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("a.xml"), dir.path().join("a.xml.part"));
        fs::write(&other, b"somebody's own").unwrap();
        whole(&path, |out| out.write_all(b"one").map_err(|_| unreachable!())).unwrap();
        whole(&path, |_| Err::<(), _>(ErrorCode::VaultCorrupt.into())).unwrap_err();
        assert_eq!(fs::read(&other).unwrap(), b"somebody's own");
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }
}
