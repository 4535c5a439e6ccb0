//! Putting the new store in the damaged one's place, so that after a crash at any moment the one or
//! the other is there, and the damaged files never go.

use std::io;
use std::path::{Path, PathBuf};

use crate::db;
use crate::files;

/// Folders with damaged files: `damaged-1`, `damaged-2`, …
const EVIDENCE: &str = "damaged-";

/// The new store while it is being written; of no use if that was cut short.
const DRAFT: &str = "vault.salvaging";
/// The new store, whole, waiting to take its place.
const WHOLE: &str = "vault.salvaged";

/// Where the new store is to be written; what an earlier attempt left there is removed.
pub(crate) fn start(folder: &Path) -> io::Result<PathBuf> {
    let draft = folder.join(DRAFT);
    remove(&draft)?;
    Ok(draft)
}

/// Removes a database and its companions.
fn remove(database: &Path) -> io::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        match std::fs::remove_file(db::sidecar(database, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// The new store is whole and flushed: from here on it counts.
pub(crate) fn saved(folder: &Path) -> io::Result<()> {
    std::fs::rename(folder.join(DRAFT), folder.join(WHOLE))?;
    files::sync_dir(folder)
}

/// Does what is left to do of a change of stores; nothing if none is under way. Gives the name of the
/// folder with the damaged files.
pub(crate) fn finish(folder: &Path, database: &Path) -> io::Result<Option<String>> {
    let whole = folder.join(WHOLE);
    if !whole.exists() {
        return Ok(None);
    }
    let name = evidence(folder, database)?;
    let kept = folder.join(&name);
    files::create_private_dir(&kept)?;
    // The damaged file first: while its name is free, the new one cannot be mistaken for it. The
    // log must be gone before the new store appears, which would take it for its own.
    for suffix in ["", "-wal"] {
        let from = db::sidecar(database, suffix);
        if let Some(file) = from.file_name()
            && from.exists()
        {
            std::fs::rename(&from, kept.join(file))?;
        }
    }
    match std::fs::remove_file(db::sidecar(database, "-shm")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    files::sync_dir(&kept)?;
    files::sync_dir(folder)?;
    std::fs::rename(&whole, database)?;
    files::sync_dir(folder)?;
    Ok(Some(name))
}

/// Whether damaged files are kept.
pub(crate) fn has_evidence(folder: &Path) -> bool {
    kept_folders(folder).is_ok_and(|folders| !folders.is_empty())
}

/// Removes the damaged files that are kept. Not while a change of stores is under way: they are part of it.
pub(crate) fn forget_evidence(folder: &Path) -> io::Result<()> {
    if folder.join(WHOLE).exists() {
        return Err(io::ErrorKind::ResourceBusy.into());
    }
    for kept in kept_folders(folder)? {
        std::fs::remove_dir_all(kept)?;
    }
    files::sync_dir(folder)
}

fn kept_folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let number = |name: &str| name.strip_prefix(EVIDENCE).is_some_and(|n| n.parse::<u32>().is_ok());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() && number(&entry.file_name().to_string_lossy()) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// The first folder that has no damaged file yet; if the file was moved already, the one it is in.
fn evidence(folder: &Path, database: &Path) -> io::Result<String> {
    let file = database.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let name = |n: u32| format!("{EVIDENCE}{n}");
    let free = (1..).find(|n| !folder.join(name(*n)).join(file).exists()).unwrap_or(1);
    Ok(name(if database.exists() || free == 1 { free } else { free - 1 }))
}
