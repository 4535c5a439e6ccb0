//! What backups of relay and authority have in common: an empty folder to write into, files with
//! their hashes, and a manifest that only who knows the storage key can have written.
//!
//! The manifest is written last, so a backup that was interrupted is none. It is authenticated
//! under the storage key: where a backup is kept, nobody can swap a file or pass off another
//! service's, and a restore with the wrong key says so before it begins. The storage key itself
//! is not in the backup and must be kept elsewhere.

use crate::ends::{EndsError, Mark};
use crate::http::UnixSeconds;
use hmac::{Hmac, KeyInit as _, Mac as _};
use keyward_protocol::ids::ServiceId;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Component, Path, PathBuf};

const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const MAC: &str = "manifest.mac";
const PURPOSE: &[u8] = b"keyward backup manifest, v1";
/// While this file lies in a folder, a restore into it has not come to its end.
const UNFINISHED: &str = "restore-unfinished";

/// What backup and restore need to know.
pub struct Safekeeping<'a> {
    /// The service's folder.
    pub dir: &'a Path,
    /// Its id.
    pub service_id: ServiceId,
    /// Its storage key, which authenticates the backup.
    pub storage_key: &'a [u8; 32],
    /// The journal of ends; at a restore, `None` if it is lost.
    pub journal: Option<&'a Path>,
    /// The time.
    pub now: UnixSeconds,
}

/// What a restore did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// When the backup was taken.
    pub taken_at: UnixSeconds,
    /// What had ended since and was ended by it.
    pub ended: u64,
}

/// Which service a backup is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A relay.
    Relay,
    /// An authority.
    Authority,
}

/// One file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupFile {
    /// Relative to the folder, `/` between its parts.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// What a backup consists of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this format.
    format: u32,
    /// Of what.
    pub kind: Kind,
    /// Of which service.
    pub service_id: ServiceId,
    /// When its state was that of the store, unix seconds.
    pub taken_at: UnixSeconds,
    /// How far the journal of ends went just before.
    pub ends: Mark,
    /// The files.
    pub files: Vec<BackupFile>,
}

/// Why a backup or a restore did not come about.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Where a new folder belongs there is something already.
    #[error("{path} is not empty: give a new folder")]
    NotEmpty {
        /// Where.
        path: PathBuf,
    },
    /// There is no whole backup.
    #[error("{path} is not a whole backup")]
    NoBackup {
        /// Where.
        path: PathBuf,
    },
    /// It was not written with this storage key, or was changed.
    #[error("the backup was made with another storage key, or was changed since")]
    NotOurs,
    /// It is of the other kind of service, of another service, or of a newer version.
    #[error("the backup is {0}")]
    Other(&'static str),
    /// A file is not what the manifest says.
    #[error("{path} in the backup is damaged")]
    Damaged {
        /// Which.
        path: String,
    },
    /// The database cannot be copied or read.
    #[error("the database: {0}")]
    Database(String),
    /// The journal of ends.
    #[error(transparent)]
    Ends(#[from] EndsError),
    /// A restore into this folder was begun and not ended.
    #[error(
        "{path}: a restore into this folder did not come to its end; empty it and restore again"
    )]
    Unfinished {
        /// Where.
        path: PathBuf,
    },
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError + '_ {
    |source| BackupError::Io { path: path.to_owned(), source }
}

/// Makes a folder for its owner only, or takes an empty one.
pub fn empty_folder(path: &Path) -> Result<(), BackupError> {
    std::fs::create_dir_all(path).map_err(io(path))?;
    if std::fs::read_dir(path).map_err(io(path))?.next().is_some() {
        return Err(BackupError::NotEmpty { path: path.to_owned() });
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(io(path))?;
    }
    Ok(())
}

/// Empties a folder whose content is of no use.
pub fn clear(path: &Path) -> Result<(), BackupError> {
    std::fs::remove_dir_all(path).map_err(io(path))?;
    empty_folder(path)
}

/// Copies a file, synced, and gives its entry. `None` if there is no such file.
pub fn copy(from: &Path, to: &Path, name: String) -> Result<Option<BackupFile>, BackupError> {
    let mut source = match File::open(from) {
        Ok(source) => source,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(from)(error)),
    };
    let folder = to.parent().unwrap_or(to);
    std::fs::create_dir_all(folder).map_err(io(folder))?;
    let mut target = File::create_new(to).map_err(io(to))?;
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0_u64, vec![0; 1 << 16]);
    loop {
        let read = source.read(&mut buffer).map_err(io(from))?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        target.write_all(&buffer[..read]).map_err(io(to))?;
        bytes += read as u64;
    }
    target.sync_all().map_err(io(to))?;
    sync_folder(folder)?;
    Ok(Some(BackupFile { path: name, bytes, sha256: hex::encode(hash.finalize()) }))
}

/// The entry of a file that lies in a backup already, which is synced.
pub fn entry(folder: &Path, name: &str) -> Result<BackupFile, BackupError> {
    let path = folder.join(name);
    let mut file = File::open(&path).map_err(io(&path))?;
    file.sync_all().map_err(io(&path))?;
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0_u64, vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut buffer).map_err(io(&path))?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
    Ok(BackupFile { path: name.to_owned(), bytes, sha256: hex::encode(hash.finalize()) })
}

fn sync_folder(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(io(path))
}

impl Manifest {
    /// The manifest of a backup taken now.
    pub fn new(
        kind: Kind,
        service_id: ServiceId,
        taken_at: UnixSeconds,
        ends: Mark,
        files: Vec<BackupFile>,
    ) -> Manifest {
        Manifest { format: FORMAT, kind, service_id, taken_at, ends, files }
    }

    /// Writes it, which makes the backup whole.
    pub fn write(&self, folder: &Path, storage_key: &[u8; 32]) -> Result<(), BackupError> {
        let text = serde_json::to_vec_pretty(self).map_err(|_| BackupError::NotOurs)?;
        let tag = hex::encode(mac(storage_key, &text).finalize().into_bytes());
        for (name, bytes) in [(MAC, tag.as_bytes()), (MANIFEST, text.as_slice())] {
            let path = folder.join(name);
            let written = File::create_new(&path)
                .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
            written.map_err(io(&path))?;
        }
        sync_folder(folder)
    }

    /// Reads and authenticates the manifest of a backup of `kind`.
    pub fn read(
        folder: &Path,
        storage_key: &[u8; 32],
        kind: Kind,
    ) -> Result<Manifest, BackupError> {
        let read = |name| {
            std::fs::read(folder.join(name))
                .map_err(|_| BackupError::NoBackup { path: folder.to_owned() })
        };
        let (text, tag) = (read(MANIFEST)?, read(MAC)?);
        let tag = hex::decode(tag.trim_ascii()).map_err(|_| BackupError::NotOurs)?;
        mac(storage_key, &text).verify_slice(&tag).map_err(|_| BackupError::NotOurs)?;
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|_| BackupError::Other("of a newer version of the program"))?;
        match manifest {
            Manifest { format, .. } if format != FORMAT => {
                Err(BackupError::Other("of a newer version of the program"))
            }
            Manifest { kind: found, .. } if found != kind => {
                Err(BackupError::Other("of the other kind of service"))
            }
            manifest => Ok(manifest),
        }
    }

    /// Copies every file into an empty folder and compares it with its hash. The folder counts as
    /// unfinished until [`finish`].
    pub fn unpack(&self, backup: &Path, into: &Path) -> Result<(), BackupError> {
        empty_folder(into)?;
        let mark = into.join(UNFINISHED);
        File::create_new(&mark).and_then(|file| file.sync_all()).map_err(io(&mark))?;
        for file in &self.files {
            let damaged = || BackupError::Damaged { path: file.path.clone() };
            let name = Path::new(&file.path);
            if !name.components().all(|part| matches!(part, Component::Normal(_))) {
                return Err(damaged());
            }
            let copied = copy(&backup.join(name), &into.join(name), file.path.clone())?;
            if copied.as_ref() != Some(file) {
                return Err(damaged());
            }
        }
        Ok(())
    }
}

/// Ends a restore: from now on the folder may be used.
pub fn finish(folder: &Path) -> Result<(), BackupError> {
    let mark = folder.join(UNFINISHED);
    std::fs::remove_file(&mark).map_err(io(&mark))?;
    sync_folder(folder)
}

/// Refuses a folder in which a restore did not come to its end.
pub fn check_finished(folder: &Path) -> Result<(), BackupError> {
    match folder.join(UNFINISHED).exists() {
        true => Err(BackupError::Unfinished { path: folder.to_owned() }),
        false => Ok(()),
    }
}

fn mac(storage_key: &[u8; 32], text: &[u8]) -> Hmac<Sha256> {
    // Keys of any length are taken; these have 32 bytes.
    let keyed = |key: &[u8]| {
        Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()))
    };
    let key = keyed(storage_key).chain_update(PURPOSE).finalize().into_bytes();
    keyed(&key).chain_update(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_whole_and_ours_or_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("from"), dir.path().join("to"));
        empty_folder(&from).unwrap();
        std::fs::create_dir(from.join("a")).unwrap();
        std::fs::write(from.join("a/b"), b"content").unwrap();
        let file = entry(&from, "a/b").unwrap();
        let ends = Mark { lines: 0, chain: String::new() };
        let service = ServiceId::from_bytes([1; 16]);
        let manifest = Manifest::new(Kind::Relay, service, 7, ends, vec![file]);
        let read = |key: u8, kind| Manifest::read(&from, &[key; 32], kind);
        assert!(matches!(read(1, Kind::Relay), Err(BackupError::NoBackup { .. })));
        manifest.write(&from, &[1; 32]).unwrap();
        assert_eq!(read(1, Kind::Relay).unwrap(), manifest);
        assert!(matches!(read(2, Kind::Relay), Err(BackupError::NotOurs)));
        assert!(matches!(read(1, Kind::Authority), Err(BackupError::Other(_))));

        manifest.unpack(&from, &to).unwrap();
        assert!(matches!(check_finished(&to), Err(BackupError::Unfinished { .. })));
        finish(&to).unwrap();
        check_finished(&to).unwrap();
        assert_eq!(std::fs::read(to.join("a/b")).unwrap(), b"content");
        assert!(matches!(manifest.unpack(&from, &to), Err(BackupError::NotEmpty { .. })));

        std::fs::write(from.join("a/b"), b"Content").unwrap();
        let again = dir.path().join("again");
        assert!(matches!(manifest.unpack(&from, &again), Err(BackupError::Damaged { .. })));
        let mut outside = manifest.clone();
        outside.files[0].path = "../from/a/b".to_owned();
        let third = dir.path().join("third");
        assert!(matches!(outside.unpack(&from, &third), Err(BackupError::Damaged { .. })));
        let changed = std::fs::read_to_string(from.join(MANIFEST)).unwrap().replace("7", "8");
        std::fs::write(from.join(MANIFEST), changed).unwrap();
        assert!(matches!(read(1, Kind::Relay), Err(BackupError::NotOurs)));
    }
}
