//! The clinic of this computer in its desk's backup: its secret, and its register as of one moment. What the
//! relay holds is not in it: it is as large as all patients' records, which are theirs, and they have them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use keyward_app::desk::keys;
use keyward_app::error::{AppError, ErrorCode};
use keyward_app::ports::clinic::{ClinicHere, MADE, Pieces, Register};
use keyward_app::ports::clock::{Clock as _, SystemClock};
use keyward_app::ports::vault::{Collection, Vault};
use keyward_app::session;
use keyward_authority::backup;
use keyward_protocol::keys::{MasterSecret, VerifyingKey};
use keyward_relay_api::backup::{BackupError, Safekeeping};
use keyward_vault::ProfileRole;
use zeroize::Zeroizing;

use super::{
    AUTHORITY_FOLDER, CLINIC, Clinic, RELAY_FOLDER, SECRET, SETTING_UP, Services, clinic,
    secret_of, service_id, setting_up,
};
use crate::failure;

/// The largest piece.
const PIECE: usize = 1 << 16;
/// The piece with the clinic's name.
const NAME: &str = "name";
/// What names of the register's own pieces begin with.
const REGISTER: &str = "register/";
/// Where the register lies while it is taken apart or put together.
const WORK: &str = "clinic-backup";

/// The clinic, for a desk's session.
pub(crate) struct OfDesk(pub(crate) Arc<Services>);

impl ClinicHere for OfDesk {
    fn pieces(&self, operator: &VerifyingKey) -> Result<Pieces, AppError> {
        self.0.pieces(operator)
    }

    fn take(
        &self,
        desk: &session::Profile,
        operator: &VerifyingKey,
        pieces: Pieces,
    ) -> Result<u64, AppError> {
        self.0.take(desk, operator, &pieces)
    }

    fn register(&self, operator: &VerifyingKey) -> Result<Option<Register>, AppError> {
        self.0.register_of(operator)
    }

    fn end(&self, operator: &VerifyingKey) -> Result<bool, AppError> {
        self.0.end(operator)
    }
}

/// A folder that is gone when it is dropped.
struct Work(PathBuf);

impl Work {
    fn new(path: PathBuf) -> Result<Self, AppError> {
        remove(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // What stays is sealed under the clinic's key; the next one removes it.
        let _ = remove(&self.0);
    }
}

fn remove(path: &Path) -> Result<(), AppError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(disk(&error)),
        _ => Ok(()),
    }
}

fn disk(error: &io::Error) -> AppError {
    tracing::warn!(%error, "the clinic's backup");
    ErrorCode::VaultIo.into()
}

fn refused(error: &BackupError) -> AppError {
    tracing::warn!(%error, "the clinic's backup");
    match error {
        BackupError::Damaged { .. } | BackupError::Other(_) => ErrorCode::BackupDamaged.into(),
        _ => ErrorCode::VaultIo.into(),
    }
}

impl Services {
    /// Whether a clinic of this computer is some desk's, other than this one's. One without a desk is nobody's:
    /// no one can do anything in it.
    fn is_taken(&self, vault: &dyn Vault, but: &str) -> Result<bool, AppError> {
        if clinic(vault)?.is_none() && setting_up(vault)?.is_none() {
            return Ok(false);
        }
        let listing = self.profiles.store.list_profiles().map_err(failure::of_store)?;
        let desks = listing.profiles.iter().filter(|it| it.role == ProfileRole::Desk);
        Ok(desks.filter(|it| !Self::owns(&it.id)).any(|it| it.id.as_str() != but))
    }

    fn pieces(&self, operator: &VerifyingKey) -> Result<Pieces, AppError> {
        let mut running = self.running();
        if running.is_none() {
            match self.start() {
                Ok(started) => *running = Some(started),
                Err(error) if error.code == ErrorCode::NotFound => return Ok(Pieces::new()),
                Err(error) => return Err(error),
            }
        }
        let running = running.as_ref().ok_or(ErrorCode::Internal)?;
        if !running.clinic.is_of(operator) {
            return Ok(Pieces::new());
        }
        let keys = MasterSecret::from_bytes(*running.secret);
        let work = Work::new(self.dir.join(WORK))?;
        let manifest = self.kept(&keys, |it| backup::back_up(it, &work.0))?;
        let mut pieces = Pieces::new();
        pieces.insert(SECRET.to_owned(), Zeroizing::new(running.secret.to_vec()));
        pieces.insert(NAME.to_owned(), Zeroizing::new(running.clinic.name.clone().into_bytes()));
        for entry in fs::read_dir(&work.0).map_err(|error| disk(&error))? {
            let path = entry.map_err(|error| disk(&error))?.path();
            let name = path.file_name().map(|it| it.to_string_lossy().into_owned());
            let name = name.unwrap_or_default();
            let content = fs::read(&path).map_err(|error| disk(&error))?;
            let of = manifest.files.iter().any(|file| file.path == name);
            let prefix = if of { REGISTER } else { MADE };
            for (number, piece) in content.chunks(PIECE).enumerate() {
                let id = format!("{prefix}{name}/{number:06}");
                pieces.insert(id, Zeroizing::new(piece.to_vec()));
            }
        }
        Ok(pieces)
    }

    /// Runs a backup or restore of the register under the clinic's keys. Ends that came after a backup are known
    /// only to the journal of the computer that is lost.
    fn kept<T>(
        &self,
        keys: &MasterSecret,
        work: impl FnOnce(&Safekeeping<'_>) -> Result<T, BackupError>,
    ) -> Result<T, AppError> {
        let storage_key = Zeroizing::new(*keys::authority_storage(keys).expose_secret());
        work(&Safekeeping {
            dir: &self.dir.join(AUTHORITY_FOLDER),
            service_id: service_id(keys)?,
            storage_key: &storage_key,
            journal: None,
            now: SystemClock.now(),
        })
        .map_err(|error| refused(&error))
    }

    /// Makes the clinic again, or, if it is here, gives it this desk: then register and relay are newer than any
    /// backup, and stay.
    fn take(
        &self,
        desk: &session::Profile,
        operator: &VerifyingKey,
        pieces: &Pieces,
    ) -> Result<u64, AppError> {
        let damaged = || AppError::new(ErrorCode::BackupDamaged);
        let secret = pieces.get(SECRET).ok_or_else(damaged)?;
        let bytes = secret.as_slice().try_into().map_err(|_| damaged())?;
        let keys = MasterSecret::from_bytes(bytes);
        let name = pieces.get(NAME).map(|name| String::from_utf8(name.to_vec()));
        let name = name.and_then(Result::ok).ok_or_else(damaged)?;
        if self.running().as_ref().is_some_and(|running| *running.secret == *keys.expose_secret()) {
            // Those who are served meet a closed door for a moment.
            self.stop();
        }
        let running = self.running();
        if running.is_some() {
            return Err(ErrorCode::ClinicHere.into());
        }
        self.finish_ending()?;
        let unlocked = match self.own_profile()? {
            Some(own) => self.unlock(&own)?,
            None => self.create_own_profile()?,
        };
        let vault = &*unlocked.vault;
        let same = clinic(vault)?.is_some() && *secret_of(&unlocked)? == *keys.expose_secret();
        if !same {
            if self.is_taken(vault, &desk.id)? {
                return Err(ErrorCode::ClinicHere.into());
            }
            self.put_in_place(&keys, pieces)?;
        }
        let described = serde_json::to_vec(&Clinic::new(&name, &desk.name, operator));
        let described = described.map_err(|_| failure::internal("clinic"))?;
        let mut tx = vault.begin()?;
        tx.put(Collection::Settings, SECRET, secret)?;
        tx.put(Collection::Settings, CLINIC, &described)?;
        tx.delete(Collection::Settings, SETTING_UP)?;
        tx.commit()?;
        unlocked.vault.close();
        drop(running);
        self.kept(&keys, |it| backup::entries(it.dir, it.storage_key))
    }

    /// The register, and a relay that holds nothing yet, in the place of what nobody has.
    fn put_in_place(&self, keys: &MasterSecret, pieces: &Pieces) -> Result<(), AppError> {
        remove(&self.dir.join(AUTHORITY_FOLDER))?;
        remove(&self.dir.join(RELAY_FOLDER))?;
        let work = Work::new(self.dir.join(WORK))?;
        put_together(&work.0, pieces)?;
        self.kept(keys, |it| backup::restore(it, &work.0)).map(drop)
    }
}

/// Writes the files that pieces are of. Names come from a backup: none leads out of the folder.
fn put_together(folder: &Path, pieces: &Pieces) -> Result<(), AppError> {
    let mut files: BTreeMap<&str, Vec<&[u8]>> = BTreeMap::new();
    for (id, piece) in pieces {
        let of_file = id.strip_prefix(REGISTER).or_else(|| id.strip_prefix(MADE));
        let Some((name, number)) = of_file.and_then(|rest| rest.split_once('/')) else { continue };
        let pieces = files.entry(name).or_default();
        // In the order of their names, and none is missing.
        if number != format!("{:06}", pieces.len()) || !is_plain(name) {
            return Err(ErrorCode::BackupDamaged.into());
        }
        pieces.push(piece);
    }
    fs::create_dir_all(folder).map_err(|error| disk(&error))?;
    for (name, pieces) in files {
        fs::write(folder.join(name), pieces.concat()).map_err(|error| disk(&error))?;
    }
    Ok(())
}

fn is_plain(name: &str) -> bool {
    !name.starts_with('.')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(of: &[(&str, &[u8])]) -> Pieces {
        of.iter().map(|(id, body)| ((*id).to_owned(), Zeroizing::new(body.to_vec()))).collect()
    }

    #[test]
    fn files_are_put_together_whole_and_inside_the_folder_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("work");
        let whole = pieces(&[
            ("register/authority.db/000000", b"ab"),
            ("register/authority.db/000001", b"c"),
            ("made/manifest.json/000000", b"{}"),
            ("name", b"Example"),
        ]);
        put_together(&inside, &whole).unwrap();
        assert_eq!(fs::read(inside.join("authority.db")).unwrap(), b"abc");
        assert_eq!(fs::read(inside.join("manifest.json")).unwrap(), b"{}");
        assert_eq!(fs::read_dir(&inside).unwrap().count(), 2);
        for broken in [
            "register/authority.db/000001",
            "register/../000000",
            "register/..",
            "made/.hidden/000000",
            "register/a\\b/000000",
            "register/authority.db/0",
        ] {
            let refused = put_together(&inside, &pieces(&[(broken, b"x")]));
            let skipped = broken == "register/..";
            assert_eq!(refused.is_ok(), skipped, "{broken}");
        }
        assert!(!folder.path().join("000000").exists());
    }
}
