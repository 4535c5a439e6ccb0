//! A profile that is open in a window: locked or unlocked, with its jobs and its picked files.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::jobs::JobBoard;
use keyward_app::ports::clock::UnixSeconds;
use keyward_app::session::{AutoLock, Session};
use keyward_app::views::common::{Role, Theme};
use keyward_app::views::patient::ImportSelection;
use keyward_vault::{ProfileId, SqlVault};
use zeroize::Zeroizing;

use crate::clipboard::Clipboard;
use crate::documents::OpenDocuments;
use crate::events::{Ear, Event};

/// Selections kept at most; the oldest is forgotten.
const SELECTIONS: usize = 8;

/// One profile in one window.
pub struct OpenProfile {
    id: ProfileId,
    role: Role,
    ear: Ear,
    clipboard: Arc<Clipboard>,
    state: Mutex<State>,
    jobs: JobBoard,
    selections: Mutex<Vec<(String, Vec<PathBuf>)>>,
    exchanging: AtomicBool,
    reading_letters: AtomicBool,
    documents: OpenDocuments,
}

struct State {
    name: String,
    passphrase_set: bool,
    /// As last set; the page keeps its colours while locked.
    theme: Theme,
    auto_lock_minutes: u32,
    auto_lock: AutoLock,
    unlocked: Option<Unlocked>,
}

struct Unlocked {
    session: Arc<Session>,
    vault: Arc<SqlVault>,
}

/// What is known without unlocking.
#[derive(Debug, Clone)]
pub(crate) struct Outside {
    pub(crate) name: String,
    pub(crate) passphrase_set: bool,
    pub(crate) theme: Theme,
    pub(crate) auto_lock_minutes: u32,
}

impl OpenProfile {
    /// A profile that was just unlocked.
    pub(crate) fn new(
        id: ProfileId,
        passphrase_set: bool,
        session: Session,
        vault: Arc<SqlVault>,
        ear: Ear,
        clipboard: Arc<Clipboard>,
    ) -> Self {
        let settings = session.settings().unwrap_or_default();
        let state = State {
            name: session.profile().name.clone(),
            passphrase_set,
            theme: settings.theme,
            auto_lock_minutes: settings.auto_lock_minutes,
            auto_lock: AutoLock::new(session.now(), settings.auto_lock_minutes),
            unlocked: None,
        };
        let role = session.profile().role;
        let jobs = JobBoard::new(Arc::new(ear.clone()));
        let opened = Self {
            id,
            role,
            ear,
            clipboard,
            state: Mutex::new(state),
            jobs,
            selections: Mutex::default(),
            exchanging: AtomicBool::new(false),
            reading_letters: AtomicBool::new(false),
            documents: OpenDocuments::default(),
        };
        opened.state().unlocked = Some(Unlocked { session: Arc::new(session), vault });
        opened
    }

    /// Id of the profile.
    pub fn id(&self) -> &ProfileId {
        &self.id
    }

    /// Role of the profile.
    pub fn role(&self) -> Role {
        self.role
    }

    pub(crate) fn jobs(&self) -> &JobBoard {
        &self.jobs
    }

    pub(crate) fn documents(&self) -> &OpenDocuments {
        &self.documents
    }

    pub(crate) fn ear(&self) -> &Ear {
        &self.ear
    }

    /// The session, as long as it is unlocked.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`].
    pub fn session(&self) -> Result<Arc<Session>, AppError> {
        let state = self.state();
        let unlocked = state.unlocked.as_ref().ok_or(ErrorCode::Locked)?;
        Ok(Arc::clone(&unlocked.session))
    }

    pub(crate) fn outside(&self) -> Outside {
        let state = self.state();
        Outside {
            name: state.name.clone(),
            passphrase_set: state.passphrase_set,
            theme: state.theme,
            auto_lock_minutes: state.auto_lock_minutes,
        }
    }

    pub(crate) fn set_passphrase_set(&self, set: bool) {
        self.state().passphrase_set = set;
    }

    pub(crate) fn set_name(&self, name: &str) {
        name.clone_into(&mut self.state().name);
    }

    /// Takes over changed settings.
    pub(crate) fn settings_changed(&self, minutes: u32, theme: Theme) {
        let mut state = self.state();
        state.auto_lock.set_minutes(minutes);
        state.theme = theme;
        state.auto_lock_minutes = minutes;
    }

    /// Somebody is there.
    pub(crate) fn activity(&self, now: UnixSeconds) {
        self.state().auto_lock.activity(now);
    }

    /// Unlocks again.
    pub(crate) fn unlock(&self, session: Session, vault: Arc<SqlVault>) {
        let mut state = self.state();
        state.auto_lock.activity(session.now());
        state.unlocked = Some(Unlocked { session: Arc::new(session), vault });
    }

    /// Locks if nobody was active for long enough.
    pub(crate) fn lock_if_due(&self, now: UnixSeconds) {
        let due = {
            let mut state = self.state();
            state.unlocked.is_some() && state.auto_lock.is_due(now)
        };
        if due {
            self.lock();
        }
    }

    /// Ends the session: work stops, keys and decrypted data leave memory, the page is told.
    pub fn lock(&self) {
        let Some(unlocked) = self.state().unlocked.take() else { return };
        unlocked.session.lock();
        self.jobs.clear();
        self.selections().clear();
        self.documents.clear();
        self.clipboard.forget(self.id.as_str());
        unlocked.vault.close();
        self.ear.tell(&Event::Locked);
    }

    /// Puts a secret on the clipboard, for a minute or until the profile locks.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`], else what the clipboard reports.
    pub(crate) fn copy_secret(&self, text: String) -> Result<(), AppError> {
        let text = Zeroizing::new(text);
        let now = self.session()?.now();
        self.clipboard.put(self.id.as_str(), text, now)
    }

    /// Runs `exchange` unless the one before still runs.
    pub(crate) fn exchange_alone(&self, exchange: impl FnOnce()) {
        if !self.exchanging.swap(true, Ordering::SeqCst) {
            exchange();
            self.exchanging.store(false, Ordering::SeqCst);
        }
    }

    /// Runs `read` unless letters are being read already.
    pub(crate) fn read_letters_alone(&self, read: impl FnOnce()) {
        if !self.reading_letters.swap(true, Ordering::SeqCst) {
            read();
            self.reading_letters.store(false, Ordering::SeqCst);
        }
    }

    /// Remembers picked files under a token that only this profile can use, once.
    pub(crate) fn remember(&self, token: String, paths: Vec<PathBuf>) -> ImportSelection {
        let names = paths
            .iter()
            .filter_map(|path| path.file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        let mut selections = self.selections();
        if selections.len() >= SELECTIONS {
            selections.remove(0);
        }
        selections.push((token.clone(), paths));
        ImportSelection { token, names }
    }

    /// The files behind a token; the token is used up.
    ///
    /// # Errors
    /// [`ErrorCode::SelectionGone`].
    pub(crate) fn take_selection(&self, token: &str) -> Result<Vec<PathBuf>, AppError> {
        let mut selections = self.selections();
        let place = selections
            .iter()
            .position(|(known, _)| known == token)
            .ok_or(ErrorCode::SelectionGone)?;
        Ok(selections.remove(place).1)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn selections(&self) -> MutexGuard<'_, Vec<(String, Vec<PathBuf>)>> {
        self.selections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenProfile {
    fn drop(&mut self) {
        self.lock();
    }
}

/// The open profiles by window label.
pub(crate) type Open = HashMap<String, Arc<OpenProfile>>;

/// A token nobody can guess.
pub(crate) fn token() -> String {
    ProfileId::random(&mut crate::state::system_rng()).to_string()
}
