//! Files that survive a crash: private permissions, whole replacement, flushed folders, locks.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;

/// Creates a folder only its owner may enter; parents too. An existing one is left as it is.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

/// Creates an empty file only its owner may read; fails if something is there already.
pub(crate) fn create_private_file(path: &Path) -> io::Result<()> {
    private_options().write(true).create_new(true).open(path)?.sync_all()
}

/// Replaces a file's whole content: after a crash at any moment the old or the new content is
/// there. When this returns, the new one is durable.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(".new");
    let draft = folder.join(name);
    let mut file = private_options().write(true).create(true).truncate(true).open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&draft, path)?;
    sync_dir(folder)
}

/// Makes names created, renamed or removed in a folder durable.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    // Windows has no such call; there NTFS journals its metadata.
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Reads a file of at most `limit` bytes; a longer one is an error of kind `FileTooLarge`.
pub(crate) fn read_limited(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut content)?;
    if content.len() as u64 > limit {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(content)
}

/// An exclusive lock between instances, held until dropped. The operating system releases it when
/// the process ends, however it ends.
pub(crate) struct FileLock {
    file: File,
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Not by closing alone: a program that is being started at this moment holds a copy of the file
        // for an instant, and the lock with it. If this fails, closing does it.
        let _ = self.file.unlock();
    }
}

impl FileLock {
    /// Takes the lock without waiting; `None` if somebody else holds it.
    pub(crate) fn acquire(path: &Path) -> io::Result<Option<Self>> {
        let file = private_options().write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FileLock;

    /// A program that is being started has a copy of every open file until its own image is loaded.
    #[test]
    #[cfg(unix)]
    fn a_lock_that_was_given_back_is_free_though_a_copy_of_its_file_is_open() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let lock = FileLock::acquire(&path).unwrap().expect("free");
        assert!(FileLock::acquire(&path).unwrap().is_none(), "held");
        let copy = lock.file.try_clone().unwrap();
        drop(lock);
        assert!(FileLock::acquire(&path).unwrap().is_some(), "given back");
        drop(copy);
    }
}
