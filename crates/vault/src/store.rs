//! The data folder: which profiles there are, creating one, unlocking one.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use keyward_app::ports::progress::{Cancel, Progress};
use keyward_app::ports::vault::VaultError;
use keyward_protocol::keys::MasterSecret;
use keyward_protocol::passphrase::Cost;
use keyward_protocol::vaultkeys;
use rand_core::CryptoRng;

use crate::db::{self, SqlVault, VaultKey};
use crate::error::StoreError;
use crate::files::{self, FileLock};
use crate::keyring::Keyring;
use crate::keyslot::KeySlot;
use crate::profile::{self, NewProfile, Profile, ProfileFile, ProfileId, SlotForm};
use crate::salvage::{self, Salvaged};

const INSTANCE_LOCK: &str = "instance.lock";
const PROFILES: &str = "profiles";
const PROFILE_FILE: &str = "profile.json";
const VAULT_FILE: &str = "vault.db";
const VAULT_LOCK: &str = "vault.lock";
const VAULT_SALT: &str = "vault.salt";
const VAULT_DAMAGED: &str = "vault.damaged";

/// Prefix of a profile that is being created. No profile id begins with a dot.
const CREATING: &str = ".creating-";

/// The folder with all profiles of one user on one computer, held by one instance of the app.
///
/// ```text
/// <folder>/instance.lock
/// <folder>/profiles/<id>/profile.json   id, role, display name, form of the key slot, key check
/// <folder>/profiles/<id>/vault.db       SQLCipher (with -wal and -shm while open)
/// <folder>/profiles/<id>/vault.lock     held while the profile is unlocked
/// <folder>/profiles/<id>/vault.salt     the file's salt once more: without it no page opens
/// <folder>/profiles/<id>/vault.damaged  there while the store is known to be damaged
/// <folder>/profiles/<id>/damaged-<n>/   damaged stores, as they were before they were salvaged
/// ```
pub struct ProfileStore {
    profiles: PathBuf,
    cost: Cost,
    /// One change of a `profile.json` at a time: a rename and a change of the passphrase may come from
    /// two windows at once.
    describing: Mutex<()>,
    _instance: FileLock,
}

/// The profiles of a data folder.
#[derive(Debug, Default)]
pub struct Listing {
    /// Profiles that can be unlocked, ordered by id.
    pub profiles: Vec<Profile>,
    /// Folders whose description cannot be read, and why. They are left as they are.
    pub unreadable: Vec<(String, StoreError)>,
}

/// An unlocked profile. Dropping (or [`SqlVault::close`]) locks it.
pub struct Unlocked {
    /// The open store.
    pub vault: Arc<SqlVault>,
    /// Everything else of the profile derives from this. Wiped when dropped.
    pub master: MasterSecret,
    /// The profile, with `passphrase_set` as it really is.
    pub profile: Profile,
}

impl ProfileStore {
    /// Takes the data folder, creating it if needed, and removes what a crash left of profiles
    /// that were never finished.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another instance has it, [`StoreError::Io`].
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_with_cost(folder, Cost::RECOMMENDED)
    }

    /// As [`ProfileStore::open`], with another cost of stretching new passphrases.
    ///
    /// # Errors
    /// As [`ProfileStore::open`].
    pub fn open_with_cost(folder: &Path, cost: Cost) -> Result<Self, StoreError> {
        let profiles = folder.join(PROFILES);
        files::create_private_dir(&profiles).map_err(StoreError::Io)?;
        let instance = FileLock::acquire(&folder.join(INSTANCE_LOCK))
            .map_err(StoreError::Io)?
            .ok_or(StoreError::InUse)?;
        let store = Self { profiles, cost, describing: Mutex::default(), _instance: instance };
        store.sweep().map_err(StoreError::Io)?;
        Ok(store)
    }

    /// The profiles, without unlocking any.
    ///
    /// # Errors
    /// [`StoreError::Io`] if the folder cannot be read.
    pub fn list_profiles(&self) -> Result<Listing, StoreError> {
        let mut listing = Listing::default();
        for entry in fs::read_dir(&self.profiles).map_err(StoreError::Io)? {
            let entry = entry.map_err(StoreError::Io)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(id) = name.parse::<ProfileId>() else { continue };
            match self.read(&id) {
                Ok(file) => listing.profiles.push(self.summary(&file)),
                Err(error) => listing.unreadable.push((name, error)),
            }
        }
        listing.profiles.sort_by(|a, b| a.id.cmp(&b.id));
        listing.unreadable.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(listing)
    }

    /// Creates a profile with a fresh master secret and unlocks it. After a crash at any moment
    /// the profile exists whole or not at all.
    ///
    /// # Errors
    /// [`StoreError`]; then there is no such profile.
    pub fn create<R: CryptoRng + ?Sized>(
        &self,
        new: NewProfile,
        keyring: &dyn Keyring,
        passphrase: Option<&str>,
        rng: &mut R,
    ) -> Result<Unlocked, StoreError> {
        let display_name = profile::display_name(&new.display_name)?;
        let id = new.id.clone();
        let folder = self.folder(&id);
        if folder.exists() {
            return Err(StoreError::AlreadyExists);
        }
        let master = MasterSecret::generate(rng);
        let slot = KeySlot::seal(rng, &master, &id, passphrase, self.cost)?;
        let file = ProfileFile::new(
            NewProfile { display_name, ..new },
            slot.form(),
            key_check(&master, &id),
        );
        let draft = self.profiles.join(format!("{CREATING}{id}"));
        let made = self
            .draft(&draft, &file, &master)
            .and_then(|()| keep_secret(keyring, &id, &slot))
            .and_then(|()| self.publish(&draft, &folder))
            .and_then(|()| self.open_vault(&file, master));
        made.inspect_err(|_| self.take_back(&id, &draft, keyring))
    }

    /// Unlocks a profile. May wait for a prompt of the operating system: not for a window's thread.
    ///
    /// # Errors
    /// [`StoreError`]; the files are then exactly as before.
    pub fn unlock(
        &self,
        id: &ProfileId,
        keyring: &dyn Keyring,
        passphrase: Option<&str>,
    ) -> Result<Unlocked, StoreError> {
        let mut file = self.read(id)?;
        let slot = read_slot(keyring, id)?;
        let master = open_slot(&slot, &file, passphrase)?;
        let unlocked = self.open_vault(&file, master)?;
        self.correct_form(&mut file, slot.form())?;
        Ok(Unlocked { profile: self.summary(&file), ..unlocked })
    }

    /// Writes what can be read of a damaged store into a new one, which takes its place. The damaged
    /// files are kept as they were, in [`Salvaged::kept_in`]. After a crash at any moment the old or the
    /// new store is there. Whole work; not for a window's thread.
    ///
    /// # Errors
    /// As [`ProfileStore::unlock`]; [`StoreError::Cancelled`]; [`VaultError::Corrupt`] if nothing can be
    /// read. The damaged store is then as before.
    pub fn salvage(
        &self,
        id: &ProfileId,
        keyring: &dyn Keyring,
        passphrase: Option<&str>,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Salvaged, StoreError> {
        let file = self.read(id)?;
        let master = open_slot(&read_slot(keyring, id)?, &file, passphrase)?;
        let folder = self.folder(id);
        let database = folder.join(VAULT_FILE);
        let _lock = FileLock::acquire(&folder.join(VAULT_LOCK))
            .map_err(StoreError::Io)?
            .ok_or(VaultError::InUse)?;
        salvage::finish(&folder, &database).map_err(StoreError::Io)?;
        let draft = salvage::start(&folder).map_err(StoreError::Io)?;
        let key = vault_key(&master, id);
        let salt = noted_salt(&folder);
        let outcome = salvage::salvage(&database, &draft, &key, salt, progress, cancel);
        let mut report = outcome.inspect_err(|_| {
            // Best effort: the next attempt removes it too.
            let _ = salvage::start(&folder);
        })?;
        salvage::saved(&folder).map_err(StoreError::Io)?;
        report.kept_in =
            salvage::finish(&folder, &database).map_err(StoreError::Io)?.unwrap_or_default();
        forget(&folder.join(VAULT_DAMAGED)).map_err(StoreError::Io)?;
        Ok(report)
    }

    /// Removes the damaged files that salvages have kept, for good.
    ///
    /// # Errors
    /// [`StoreError::NoSuchProfile`]; [`StoreError::Io`]: some may still be there.
    pub fn forget_damaged(&self, id: &ProfileId) -> Result<(), StoreError> {
        self.read(id)?;
        salvage::forget_evidence(&self.folder(id)).map_err(StoreError::Io)
    }

    /// Sets, changes or removes (`next` is `None`) the passphrase. The profile may be unlocked
    /// meanwhile. One write of the keyring is the whole change, so the earlier or the next
    /// passphrase counts, at every moment; after a time-out it may be either.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`] or [`StoreError::PassphraseRequired`] for `current`, else
    /// [`StoreError`]; the earlier passphrase then still counts, except after a keyring time-out.
    pub fn set_passphrase<R: CryptoRng + ?Sized>(
        &self,
        id: &ProfileId,
        keyring: &dyn Keyring,
        current: Option<&str>,
        next: Option<&str>,
        rng: &mut R,
    ) -> Result<(), StoreError> {
        let mut file = self.read(id)?;
        let earlier = read_slot(keyring, id)?;
        let master = open_slot(&earlier, &file, current)?;
        let slot = KeySlot::seal(rng, &master, id, next, self.cost)?;
        if next.is_some() {
            // Proof that it opens, before the form that surely does is gone.
            open_slot(&slot, &file, next)?;
        }
        keep_secret(keyring, id, &slot)?;
        self.correct_form(&mut file, slot.form())
    }

    /// Checks a passphrase (or its absence) against the keyring without opening the store.
    ///
    /// # Errors
    /// As [`ProfileStore::unlock`].
    pub fn check_passphrase(
        &self,
        id: &ProfileId,
        keyring: &dyn Keyring,
        passphrase: Option<&str>,
    ) -> Result<(), StoreError> {
        let file = self.read(id)?;
        open_slot(&read_slot(keyring, id)?, &file, passphrase).map(drop)
    }

    /// Gives a profile another display name.
    ///
    /// # Errors
    /// [`StoreError::InvalidName`], [`StoreError::NoSuchProfile`], [`StoreError::Io`].
    pub fn rename(&self, id: &ProfileId, display_name: &str) -> Result<Profile, StoreError> {
        let display_name = profile::display_name(display_name)?;
        let _alone = self.describing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = self.read(id)?;
        file.display_name = display_name;
        file.write(&self.folder(id).join(PROFILE_FILE))?;
        Ok(file.summary())
    }

    /// Removes a profile with everything in it, and its secret: for one that this process made and
    /// could not finish. After a crash at any moment it exists whole or not at all.
    ///
    /// # Errors
    /// [`StoreError::NoSuchProfile`]; [`VaultError::InUse`] while it is unlocked; [`StoreError::Io`].
    /// An error of the keyring comes after the profile is gone.
    pub fn discard(&self, id: &ProfileId, keyring: &dyn Keyring) -> Result<(), StoreError> {
        let folder = self.folder(id);
        if !folder.exists() {
            return Err(StoreError::NoSuchProfile);
        }
        let lock = FileLock::acquire(&folder.join(VAULT_LOCK))
            .map_err(StoreError::Io)?
            .ok_or(VaultError::InUse)?;
        // Renamed it is a draft, which the next opening of the folder sweeps if this is not finished.
        let draft = self.profiles.join(format!("{CREATING}{id}"));
        // Windows renames no folder with an open file in it; nobody else has the data folder.
        drop(lock);
        self.publish(&folder, &draft)?;
        fs::remove_dir_all(&draft).map_err(StoreError::Io)?;
        Ok(keyring.delete(id.as_str())?)
    }

    fn read(&self, id: &ProfileId) -> Result<ProfileFile, StoreError> {
        let file = ProfileFile::read(&self.folder(id).join(PROFILE_FILE))?;
        if file.id == *id { Ok(file) } else { Err(StoreError::ProfileDamaged) }
    }

    fn summary(&self, file: &ProfileFile) -> Profile {
        let folder = self.folder(&file.id);
        let damaged = folder.join(VAULT_DAMAGED).exists();
        Profile { damaged, kept: salvage::has_evidence(&folder), ..file.summary() }
    }

    /// Where the files of a profile are.
    pub fn folder(&self, id: &ProfileId) -> PathBuf {
        self.profiles.join(id.as_str())
    }

    /// Everything a profile consists of, complete and flushed, in a folder that nobody looks at.
    fn draft(
        &self,
        draft: &Path,
        file: &ProfileFile,
        master: &MasterSecret,
    ) -> Result<(), StoreError> {
        let io = StoreError::Io;
        match fs::remove_dir_all(draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
            _ => files::create_private_dir(draft).map_err(io)?,
        }
        let database = draft.join(VAULT_FILE);
        files::create_private_file(&database).map_err(io)?;
        db::create(&database, &vault_key(master, &file.id))?;
        fs::File::open(&database).and_then(|database| database.sync_all()).map_err(io)?;
        file.write(&draft.join(PROFILE_FILE))
    }

    /// The one step by which a profile comes to exist.
    fn publish(&self, draft: &Path, folder: &Path) -> Result<(), StoreError> {
        fs::rename(draft, folder)
            .and_then(|()| files::sync_dir(&self.profiles))
            .map_err(StoreError::Io)
    }

    /// Removes what a refused creation made, the secret last: what cannot be removed for certain keeps its
    /// secret, so that no profile is left that nothing opens. A draft is swept when the data folder is
    /// opened again, and a secret that opens nothing is of no use to anybody.
    fn take_back(&self, id: &ProfileId, draft: &Path, keyring: &dyn Keyring) {
        let folder = self.folder(id);
        // Published, but perhaps its name did not reach the disk, or it did not open.
        if folder.exists() && self.publish(&folder, draft).is_err() {
            return;
        }
        if fs::remove_dir_all(draft).is_ok() || !draft.exists() {
            let _ = keyring.delete(id.as_str());
        }
    }

    fn open_vault(&self, file: &ProfileFile, master: MasterSecret) -> Result<Unlocked, StoreError> {
        let folder = self.folder(&file.id);
        let database = folder.join(VAULT_FILE);
        let lock = FileLock::acquire(&folder.join(VAULT_LOCK))
            .map_err(StoreError::Io)?
            .ok_or(VaultError::InUse)?;
        salvage::finish(&folder, &database).map_err(StoreError::Io)?;
        if !database.exists() {
            // Never an empty new store in place of a lost one.
            return Err(VaultError::Corrupt("the file is missing".to_owned()).into());
        }
        let mark = folder.join(VAULT_DAMAGED);
        let vault =
            SqlVault::open(&database, &vault_key(&master, &file.id), lock, Some(mark.clone()))
                .inspect_err(|error| {
                    if matches!(error, VaultError::Corrupt(_)) {
                        db::mark(&mark);
                    }
                })?;
        note_salt(&folder, &database);
        Ok(Unlocked { vault: Arc::new(vault), master, profile: self.summary(file) })
    }

    /// Brings the hint in `profile.json` in line with the keyring (a crash may have come between).
    fn correct_form(&self, file: &mut ProfileFile, form: SlotForm) -> Result<(), StoreError> {
        let _alone = self.describing.lock().unwrap_or_else(PoisonError::into_inner);
        // Read again: it may have been given another name meanwhile.
        *file = self.read(&file.id)?;
        if file.key_slot == form {
            return Ok(());
        }
        file.key_slot = form;
        file.write(&self.folder(&file.id).join(PROFILE_FILE))
    }

    /// Removes drafts of profiles; nobody was ever told that they exist.
    fn sweep(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.profiles)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(CREATING) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }
}

/// Notes the file's salt a second time. Best effort: it only matters once the file is damaged.
fn note_salt(folder: &Path, database: &Path) {
    let mut salt = [0; 16];
    let read = fs::File::open(database).and_then(|mut file| file.read_exact(&mut salt));
    if read.is_ok() && noted_salt(folder) != Some(salt) {
        let _ = files::replace(&folder.join(VAULT_SALT), &salt);
    }
}

fn noted_salt(folder: &Path) -> Option<[u8; 16]> {
    files::read_limited(&folder.join(VAULT_SALT), 16).ok()?.try_into().ok()
}

fn forget(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn vault_key(master: &MasterSecret, id: &ProfileId) -> VaultKey {
    VaultKey::new(vaultkeys::vault_key(master, id.as_str().as_bytes()).expose_secret())
}

/// A value that only the right master secret gives and that says nothing about it: derived like the
/// vault key, for a context no profile id can equal (ids have no colon).
fn key_check(master: &MasterSecret, id: &ProfileId) -> String {
    let context = format!("check:{id}");
    let check = vaultkeys::vault_key(master, context.as_bytes());
    check.expose_secret().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn read_slot(keyring: &dyn Keyring, id: &ProfileId) -> Result<KeySlot, StoreError> {
    let text = keyring.read(id.as_str())?.ok_or(StoreError::SecretMissing)?;
    KeySlot::from_text(&text)
}

fn open_slot(
    slot: &KeySlot,
    file: &ProfileFile,
    passphrase: Option<&str>,
) -> Result<MasterSecret, StoreError> {
    let master = slot.open(&file.id, passphrase)?;
    if key_check(&master, &file.id) == file.key_check {
        Ok(master)
    } else {
        Err(StoreError::WrongKey)
    }
}

/// Writes a slot and reads it back: "saved" is said only about what is really there.
fn keep_secret(keyring: &dyn Keyring, id: &ProfileId, slot: &KeySlot) -> Result<(), StoreError> {
    let text = slot.to_text();
    keyring.write(id.as_str(), &text)?;
    match keyring.read(id.as_str())? {
        Some(kept) if *kept == *text => Ok(()),
        _ => Err(StoreError::SecretNotKept),
    }
}
