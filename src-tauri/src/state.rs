//! The composition root: profiles, open windows, embedded services.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::ports::clock::{Clock, SystemClock};
use keyward_app::ports::randomness::Randomness;
use keyward_app::session::{self, Session, Surroundings};
use keyward_app::views::common::{ProfileSummary, Role, SalvageView};
use keyward_vault::{
    Keyring, NewProfile, OsKeyring, Profile, ProfileId, ProfileRole, ProfileStore, StoreError,
    Unlocked,
};
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use tauri::{AppHandle, Manager as _};
use zeroize::Zeroizing;

use crate::clinic;
use crate::clipboard::Clipboard;
use crate::commands::left::Left;
use crate::events::{Ear, Event};
use crate::failure;
use crate::opened::{Open, OpenProfile, token};
use crate::restoring::Restoring;
use crate::salvages::{Salvage, Salvages};
use crate::services::{self, OfDesk, Services};
use crate::unfinished::Unfinished;
use crate::windows;

/// Everything the commands share. One per process.
pub struct Desktop {
    app: AppHandle,
    data_dir: PathBuf,
    profiles: Arc<Profiles>,
    services: Arc<Services>,
    clipboard: Arc<Clipboard>,
    keyring: Arc<OsKeyring>,
    restoring: Restoring,
    left: Mutex<Option<Left>>,
    open: Mutex<Open>,
    /// Held while a profile is being opened: whoever asks for the same one meanwhile finds it open.
    opening: Mutex<()>,
    salvages: Salvages,
}

/// The profile store with the keyring it uses.
pub(crate) struct Profiles {
    pub(crate) store: ProfileStore,
    pub(crate) keyring: Arc<dyn Keyring>,
    /// Where new profiles are noted while a demo is being prepared.
    noting: Mutex<Option<Unfinished>>,
}

impl Profiles {
    pub(crate) fn new(store: ProfileStore, keyring: Arc<dyn Keyring>) -> Self {
        Self { store, keyring, noting: Mutex::default() }
    }

    /// From now on new profiles are noted there, or nowhere.
    #[cfg(feature = "demo")]
    pub(crate) fn note_in(&self, unfinished: Option<Unfinished>) {
        *self.noting.lock().unwrap_or_else(PoisonError::into_inner) = unfinished;
    }

    /// Creates a profile; it is not opened yet.
    ///
    /// # Errors
    /// A field error for the name, or the keyring or disk refuses; then there is no such profile.
    pub(crate) fn create(
        &self,
        new: NewProfile,
        passphrase: Option<&str>,
    ) -> Result<Unlocked, AppError> {
        let passphrase = passphrase.filter(|text| !text.is_empty());
        if let Some(note) = &*self.noting.lock().unwrap_or_else(PoisonError::into_inner) {
            note.add(&new.id).map_err(|error| failure::internal(&format!("note: {error}")))?;
        }
        self.store
            .create(new, &*self.keyring, passphrase, &mut system_rng())
            .map_err(failure::of_store)
    }

    /// Unlocks a profile by keyring and passphrase.
    ///
    /// # Errors
    /// As the store reports.
    pub(crate) fn unlock(
        &self,
        id: &ProfileId,
        passphrase: Option<&str>,
    ) -> Result<Unlocked, AppError> {
        let passphrase = passphrase.filter(|text| !text.is_empty());
        self.store.unlock(id, &*self.keyring, passphrase).map_err(failure::of_store)
    }
}

/// Randomness of the operating system.
pub(crate) fn system_rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

impl Desktop {
    /// Composes the parts over an already locked data folder.
    #[must_use]
    pub fn new(app: AppHandle, data_dir: PathBuf, store: ProfileStore, keyring: OsKeyring) -> Self {
        let keyring = Arc::new(keyring);
        let profiles = Arc::new(Profiles::new(store, Arc::clone(&keyring) as _));
        let services =
            Arc::new(Services::new(data_dir.join(services::FOLDER), Arc::clone(&profiles)));
        let ear = Ear::new(app.clone(), windows::WELCOME.to_owned());
        let restoring = Restoring::new(&data_dir, Arc::new(ear));
        Self {
            clipboard: Arc::new(Clipboard::of_system(app.clone())),
            app,
            data_dir,
            profiles,
            services,
            keyring,
            restoring,
            left: Mutex::default(),
            open: Mutex::default(),
            opening: Mutex::default(),
            salvages: Salvages::default(),
        }
    }

    /// The data folder.
    pub(crate) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Ends the app.
    pub(crate) fn quit(&self, code: i32) {
        self.app.exit(code);
    }

    /// Where the web view keeps what it keeps.
    #[must_use]
    pub fn webview_dir(&self) -> PathBuf {
        webview_dir(&self.data_dir)
    }

    /// Nobody waits for the keyring any more: whoever did gets [`ErrorCode::Cancelled`].
    pub(crate) fn stop_waiting_for_keyring(&self) {
        self.keyring.cancel();
    }

    pub(crate) fn services(&self) -> &Arc<Services> {
        &self.services
    }

    pub(crate) fn restoring(&self) -> &Restoring {
        &self.restoring
    }

    /// The receipt of a profile that was deleted.
    pub(crate) fn left(&self) -> Option<Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_left(&self, left: Option<Left>) {
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = left;
    }

    pub(crate) fn profiles(&self) -> &Arc<Profiles> {
        &self.profiles
    }

    /// The profile behind a window.
    #[must_use]
    pub fn opened(&self, label: &str) -> Option<Arc<OpenProfile>> {
        self.open().get(label).cloned()
    }

    /// The profiles of this computer, without unlocking any.
    ///
    /// # Errors
    /// The data folder cannot be read.
    pub fn list(&self) -> Result<Vec<ProfileSummary>, AppError> {
        let listing = self.profiles.store.list_profiles().map_err(failure::of_store)?;
        for (folder, error) in &listing.unreadable {
            tracing::warn!(folder, code = error.code(), "a profile cannot be read");
        }
        let profiles = listing.profiles.iter().filter(|profile| self.is_offered(&profile.id));
        Ok(profiles.map(|profile| self.summary(profile)).collect())
    }

    /// Neither the services' own nor one that is only half brought back.
    fn is_offered(&self, id: &ProfileId) -> bool {
        !Services::owns(id) && !self.restoring.is_half(id)
    }

    fn summary(&self, profile: &Profile) -> ProfileSummary {
        ProfileSummary {
            id: profile.id.to_string(),
            role: role(profile.role),
            name: profile.display_name.clone(),
            passphrase_set: profile.passphrase_set,
            open: self.opened(&label(profile)).is_some(),
            damaged: profile.damaged,
            kept: profile.kept,
        }
    }

    /// Creates a profile; it is not opened yet.
    ///
    /// # Errors
    /// A field error for the name, or the keyring or disk refuses; then there is no such profile.
    pub(crate) fn create(
        &self,
        role: ProfileRole,
        name: &str,
        passphrase: Option<&str>,
    ) -> Result<Unlocked, AppError> {
        let id = ProfileId::random(&mut system_rng());
        self.profiles.create(NewProfile { id, role, display_name: name.to_owned() }, passphrase)
    }

    /// Unlocks a profile by keyring and passphrase.
    ///
    /// # Errors
    /// As the store reports.
    pub(crate) fn unlock(
        &self,
        id: &ProfileId,
        passphrase: Option<&str>,
    ) -> Result<Unlocked, AppError> {
        self.profiles.unlock(id, passphrase)
    }

    /// Opens the window of a profile, unlocking it first. Already open: brings it to the front.
    ///
    /// # Errors
    /// As [`Desktop::unlock`].
    pub fn open_profile(&self, id: &str, passphrase: Option<&str>) -> Result<(), AppError> {
        let id: ProfileId = id.parse().map_err(failure::of_store)?;
        if !self.is_offered(&id) {
            return Err(ErrorCode::NotFound.into());
        }
        let _opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        let already = self.open().iter().find(|(_, open)| open.id() == &id).map(|(l, _)| l.clone());
        if let Some(label) = already {
            return self.show(&label, id.as_str());
        }
        let unlocked = self.unlock(&id, passphrase)?;
        clinic::resume(&self.services, &unlocked)?;
        self.open_unlocked(unlocked)
    }

    /// Opens the window of a profile that is unlocked already.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] if no window can be made.
    pub(crate) fn open_unlocked(&self, unlocked: Unlocked) -> Result<(), AppError> {
        let label = label(&unlocked.profile);
        let Unlocked { vault, master, profile } = unlocked;
        let session = self.session(&profile, Arc::clone(&vault) as _, master);
        let ear = Ear::new(self.app.clone(), label.clone());
        let passphrase_set = profile.passphrase_set;
        let opened = OpenProfile::new(
            profile.id.clone(),
            passphrase_set,
            session,
            vault,
            ear,
            Arc::clone(&self.clipboard),
        );
        self.open().insert(label.clone(), Arc::new(opened));
        let shown = self.show(&label, &profile.display_name);
        if shown.is_err() {
            self.closed(&label);
        }
        shown
    }

    /// A session over an unlocked profile.
    pub(crate) fn session(
        &self,
        profile: &Profile,
        vault: Arc<dyn keyward_app::ports::vault::Vault>,
        master: keyward_protocol::keys::MasterSecret,
    ) -> Session {
        let whose = session::Profile {
            id: profile.id.to_string(),
            role: role(profile.role),
            name: profile.display_name.clone(),
        };
        let surroundings = Surroundings {
            network: self.services.network(),
            clock: Arc::new(SystemClock),
            randomness: Randomness::new(system_rng()),
        };
        let desk = whose.role == Role::Desk;
        let session = Session::new(whose, vault, master, surroundings)
            .with_inspector(Arc::new(crate::documents::WorkerInspector));
        match desk {
            true => session.with_clinic(Arc::new(OfDesk(Arc::clone(&self.services)))),
            false => session,
        }
    }

    /// Unlocks a profile whose window is open.
    pub(crate) fn unlock_again(&self, opened: &OpenProfile, unlocked: Unlocked) {
        let Unlocked { vault, master, profile } = unlocked;
        let session = self.session(&profile, Arc::clone(&vault) as _, master);
        opened.unlock(session, vault);
    }

    /// Begins to save what can be saved of a profile's damaged file, on a thread of its own.
    ///
    /// # Errors
    /// [`ErrorCode::VaultInUse`] while the profile is open or a salvage is running.
    pub(crate) fn salvage(
        &self,
        id: &str,
        passphrase: Option<String>,
    ) -> Result<SalvageView, AppError> {
        let id: ProfileId = id.parse().map_err(failure::of_store)?;
        if Services::owns(&id) {
            return Err(ErrorCode::NotFound.into());
        }
        let salvage = self.salvages.begin(&id)?;
        let begun = salvage.view();
        let profiles = Arc::clone(&self.profiles);
        let passphrase = Zeroizing::new(passphrase.unwrap_or_default());
        tauri::async_runtime::spawn_blocking(move || {
            let given = Some(passphrase.as_str()).filter(|text| !text.is_empty());
            let keyring = &*profiles.keyring;
            let outcome = profiles.store.salvage(&id, keyring, given, &*salvage, salvage.cancel());
            salvage.end(outcome.map_err(failure::of_store), &profiles.store.folder(&id));
        });
        Ok(begun)
    }

    /// Removes the damaged files that salvages of a profile have kept.
    ///
    /// # Errors
    /// As [`ProfileStore::forget_damaged`].
    pub(crate) fn forget_damaged(&self, id: &str) -> Result<(), AppError> {
        let id: ProfileId = id.parse().map_err(failure::of_store)?;
        if Services::owns(&id) {
            return Err(ErrorCode::NotFound.into());
        }
        self.profiles.store.forget_damaged(&id).map_err(failure::of_store)
    }

    /// The newest salvage of a profile.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there was none.
    pub(crate) fn salvage_of(&self, id: &str) -> Result<Arc<Salvage>, AppError> {
        self.salvages.of(&id.parse().map_err(failure::of_store)?)
    }

    /// Gives a profile another name.
    ///
    /// # Errors
    /// A field error for the name, or there is no such profile.
    pub(crate) fn rename(&self, id: &str, name: &str) -> Result<ProfileSummary, AppError> {
        let id: ProfileId = id.parse().map_err(failure::of_store)?;
        if !self.is_offered(&id) {
            return Err(ErrorCode::NotFound.into());
        }
        let profile = self.profiles.store.rename(&id, name).map_err(failure::of_store)?;
        if let Some(opened) = self.opened(&label(&profile)) {
            opened.set_name(&profile.display_name);
        }
        Ok(self.summary(&profile))
    }

    /// Removes a profile whose passphrase is forgotten: everything of it on this computer, and its key. Nobody else
    /// is told, because nobody can sign for it any more. `name`: the profile's, as it was typed.
    ///
    /// # Errors
    /// [`ErrorCode::NotAllowed`] for another name, for a profile that needs no passphrase (its owner leaves by
    /// herself, and the services are asked), or while it is unlocked; what the disk reports.
    pub(crate) fn remove(&self, id: &str, name: &str) -> Result<(), AppError> {
        let id: ProfileId = id.parse().map_err(failure::of_store)?;
        if !self.is_offered(&id) {
            return Err(ErrorCode::NotFound.into());
        }
        let _opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        let listing = self.profiles.store.list_profiles().map_err(failure::of_store)?;
        let profile = listing.profiles.into_iter().find(|profile| profile.id == id);
        let profile = profile.ok_or(ErrorCode::NotFound)?;
        if profile.display_name != name || !profile.passphrase_set {
            return Err(ErrorCode::NotAllowed.into());
        }
        let label = label(&profile);
        if let Some(opened) = self.opened(&label) {
            if opened.session().is_ok() {
                return Err(ErrorCode::NotAllowed.into());
            }
            return self.erase(&opened, &label);
        }
        match self.profiles.store.discard(&id, &*self.profiles.keyring) {
            Err(StoreError::Keyring(error)) => {
                tracing::warn!(%error, "a key stays in the keyring");
                Ok(())
            }
            outcome => outcome.map_err(failure::of_store),
        }
    }

    fn show(&self, label: &str, _name: &str) -> Result<(), AppError> {
        // The title says which app it is; the page adds the place, never a person.
        windows::open(&self.app, label, "Keyward", self.webview_dir())
            .map(drop)
            .map_err(|error| failure::internal(&format!("no window: {error}")))
    }

    /// Opens the window in which a profile is chosen or made, or brings it to the front.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] if no window can be made.
    pub(crate) fn show_profiles(&self) -> Result<(), AppError> {
        self.show(windows::WELCOME, "")
    }

    /// A window is gone: its profile is locked and forgotten.
    pub fn closed(&self, label: &str) {
        if label == windows::WELCOME {
            self.restoring.forget();
        }
        let gone = self.open().remove(label);
        if let Some(opened) = gone {
            opened.lock();
        }
    }

    /// Deletes an open profile with everything in it and its key in the keyring, and closes its window. The
    /// first window comes in its place.
    ///
    /// # Errors
    /// What the disk reports; then the profile is still there, and locked.
    pub(crate) fn erase(&self, opened: &OpenProfile, label: &str) -> Result<(), AppError> {
        self.closed(label);
        match self.profiles.store.discard(opened.id(), &*self.profiles.keyring) {
            Ok(()) => {}
            // The profile is gone, and a secret that opens nothing is of no use to anybody.
            Err(StoreError::Keyring(error)) => tracing::warn!(%error, "a key stays in the keyring"),
            Err(error) => return Err(failure::of_store(error)),
        }
        // Before this window goes, because the app ends with its last one.
        self.show_profiles()?;
        if let Some(window) = self.app.get_webview_window(label)
            && let Err(error) = window.destroy()
        {
            tracing::warn!(%error, "the window of a deleted profile stays");
        }
        Ok(())
    }

    /// Files were dropped on a window; a patient's page is told which names.
    pub(crate) fn dropped(&self, label: &str, paths: Vec<PathBuf>) {
        let Some(opened) = self.opened(label) else { return };
        if opened.role() != Role::Patient || opened.session().is_err() || paths.is_empty() {
            return;
        }
        let selection = opened.remember(token(), paths);
        opened.ear().tell(&Event::Dropped(&selection));
    }

    /// The profiles that are open.
    pub(crate) fn all_open(&self) -> Vec<Arc<OpenProfile>> {
        self.open().values().cloned().collect()
    }

    /// Locks every profile where nobody was active for long enough.
    pub fn lock_idle(&self) {
        let now = SystemClock.now();
        self.clipboard.sweep(now);
        for opened in self.all_open() {
            opened.lock_if_due(now);
        }
    }

    /// Locks everything (the app ends).
    pub fn lock_all(&self) {
        let all = std::mem::take(&mut *self.open());
        for opened in all.values() {
            opened.lock();
        }
        self.restoring.forget();
        self.clipboard.forget_all();
        self.services.stop();
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the web view keeps what it keeps (nothing of anybody's records: the page stores none).
pub(crate) fn webview_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("webview")
}

/// Label of a profile's window; capabilities go by its first word.
pub(crate) fn label(profile: &Profile) -> String {
    format!("{}-{}", profile.role.as_str(), profile.id)
}

pub(crate) const fn role(role: ProfileRole) -> Role {
    match role {
        ProfileRole::Patient => Role::Patient,
        ProfileRole::Doctor => Role::Doctor,
        ProfileRole::Desk => Role::Desk,
    }
}
