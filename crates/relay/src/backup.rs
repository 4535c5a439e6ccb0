//! Backups of a relay's folder while it serves, and restoring one.
//!
//! A backup is one snapshot of the database and every pack it names; packs are never changed once
//! they are written. A pack that is gone when its turn comes was forgotten meanwhile, and the
//! snapshot is taken anew: what was forgotten does not live on in a backup that came after it.
//!
//! A restored relay is older than what its clients know. So that this revives nothing:
//! - what ended after the backup is ended again, from the journal of ends; where that is lost,
//!   every grant is ended and patients share again;
//! - no request signed before the restore is taken, because its nonce may be forgotten;
//! - sequences jump, so that no number means two things.
//!
//! Records uploaded after the backup are gone from the relay, not from their owners: heads that
//! readers have seen are newer than the relay's, so they refuse the older state until the owner's
//! next upload has brought it up to date.

use crate::sqlite::copies;
use crate::store::PackName;
use keyward_relay_api::backup::{
    self, BackupError, BackupFile, Kind, Manifest, Restored, Safekeeping,
};
use keyward_relay_api::ends::Ends;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

pub(crate) const DATABASE: &str = "relay.db";
/// How often a snapshot is taken anew because something in it was forgotten meanwhile.
const ATTEMPTS: usize = 5;

fn database(error: impl std::fmt::Display) -> BackupError {
    BackupError::Database(error.to_string())
}

/// Takes a backup into an empty folder. The relay may be serving.
pub fn back_up(it: &Safekeeping<'_>, to: &Path) -> Result<Manifest, BackupError> {
    let source = it.dir.join(DATABASE);
    if !source.is_file() {
        return Err(BackupError::NoBackup { path: source });
    }
    backup::check_finished(it.dir)?;
    backup::empty_folder(to)?;
    for _ in 0..ATTEMPTS {
        // Before the snapshot: what ends in between is in both, which is harmless.
        let ends = match it.journal {
            Some(path) => Ends::read(path, it.service_id)?,
            None => Ends::empty(it.service_id),
        };
        copies::snapshot(&source, &to.join(DATABASE)).map_err(database)?;
        let service = copies::meta_of(&to.join(DATABASE), "service-id").map_err(database)?;
        if service.is_some_and(|service| service != it.service_id.as_bytes()) {
            return Err(BackupError::Other("of another service"));
        }
        let Some(mut files) = copy_packs(it.dir, &source, to)? else {
            backup::clear(to)?;
            continue;
        };
        files.push(backup::entry(to, DATABASE)?);
        let manifest = Manifest::new(Kind::Relay, it.service_id, it.now, ends.mark(), files);
        manifest.write(to, it.storage_key)?;
        return Ok(manifest);
    }
    Err(BackupError::Database("packs vanish faster than they can be copied".to_owned()))
}

/// `None` if a pack was forgotten meanwhile.
fn copy_packs(
    dir: &Path,
    source: &Path,
    to: &Path,
) -> Result<Option<Vec<BackupFile>>, BackupError> {
    let mut files = Vec::new();
    for name in copies::packs_of(&to.join(DATABASE)).map_err(database)? {
        let path = pack_path(&name);
        let named = path.to_string_lossy().into_owned();
        if let Some(file) = backup::copy(&dir.join(&path), &to.join(&path), named.clone())? {
            files.push(file);
            continue;
        }
        let now: HashSet<PackName> =
            copies::packs_of(source).map_err(database)?.into_iter().collect();
        if now.contains(&name) {
            return Err(BackupError::Damaged { path: named });
        }
        return Ok(None);
    }
    Ok(Some(files))
}

fn pack_path(name: &PackName) -> PathBuf {
    let hex = hex::encode(name);
    ["packs", &hex[..2], &hex[2..]].iter().collect()
}

/// Restores a backup into an empty folder.
pub fn restore(it: &Safekeeping<'_>, from: &Path) -> Result<Restored, BackupError> {
    let manifest = Manifest::read(from, it.storage_key, Kind::Relay)?;
    if manifest.service_id != it.service_id {
        return Err(BackupError::Other("of another service"));
    }
    let ends = match it.journal {
        Some(path) => Some(Ends::read(path, it.service_id)?.after_all(&manifest.ends)?),
        None => None,
    };
    manifest.unpack(from, it.dir)?;
    let ended = copies::restored(&it.dir.join(DATABASE), ends.as_deref(), it.now);
    let ended = ended.map_err(database)?;
    backup::finish(it.dir)?;
    Ok(Restored { taken_at: manifest.taken_at, ended })
}
