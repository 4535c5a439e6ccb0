//! An unlocked profile: its vault, its master secret, its connections. Locking erases all of it,
//! also under work that is still running.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use keyward_protocol::keys::MasterSecret;

use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::ports::clinic::ClinicHere;
use crate::ports::clock::{Clock, UnixSeconds};
use crate::ports::documents::{Inspector, NoInspector};
use crate::ports::progress::Cancel;
use crate::ports::randomness::Randomness;
use crate::ports::relay::Network;
use crate::ports::vault::{Collection, Packed, Transaction, Vault};
use crate::store;
use crate::views::common::{Role, SettingsView};

/// Who a session belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Id of the profile.
    pub id: String,
    /// Its role.
    pub role: Role,
    /// Its name.
    pub name: String,
}

/// What a session runs on.
pub struct Surroundings {
    /// Connections.
    pub network: Arc<dyn Network>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub randomness: Randomness,
}

/// One unlocked profile. Shared by its window's commands; dropped or locked, nothing of it remains.
pub struct Session {
    profile: Profile,
    vault: Arc<dyn Vault>,
    surroundings: Surroundings,
    master: RwLock<Option<MasterSecret>>,
    closed: Cancel,
    caches: Mutex<Caches>,
    /// One exchange with relay and clinic at a time, so that two never seal the same place.
    exchange: Mutex<()>,
    version: AtomicU64,
    inspector: Arc<dyn Inspector>,
    clinic: Option<Arc<dyn ClinicHere>>,
    /// Letters that were beyond their reader since the profile was opened.
    hopeless_letters: AtomicU64,
}

/// Decrypted data kept for speed; cleared on lock and whenever the data changes.
#[derive(Default)]
struct Caches {
    entries: std::collections::HashMap<&'static str, (u64, Box<dyn std::any::Any + Send>)>,
}

impl Session {
    /// Starts a session on an unlocked profile.
    pub fn new(
        profile: Profile,
        vault: Arc<dyn Vault>,
        master: MasterSecret,
        surroundings: Surroundings,
    ) -> Self {
        Self {
            profile,
            vault,
            surroundings,
            master: RwLock::new(Some(master)),
            closed: Cancel::new(),
            caches: Mutex::default(),
            exchange: Mutex::new(()),
            version: AtomicU64::new(0),
            inspector: Arc::new(NoInspector),
            clinic: None,
            hopeless_letters: AtomicU64::new(0),
        }
    }

    /// With something that looks into documents.
    #[must_use]
    pub fn with_inspector(self, inspector: Arc<dyn Inspector>) -> Self {
        let mut session = self;
        session.inspector = inspector;
        session
    }

    /// A desk's session, with the clinic of this computer.
    #[must_use]
    pub fn with_clinic(self, clinic: Arc<dyn ClinicHere>) -> Self {
        let mut session = self;
        session.clinic = Some(clinic);
        session
    }

    /// The clinic of this computer, for a desk.
    pub(crate) fn clinic(&self) -> Option<&dyn ClinicHere> {
        self.clinic.as_deref()
    }

    /// What looks into documents.
    pub fn inspector(&self) -> Arc<dyn Inspector> {
        Arc::clone(&self.inspector)
    }

    /// How many letters were beyond their reader.
    pub(crate) fn hopeless_letters(&self) -> &AtomicU64 {
        &self.hopeless_letters
    }

    /// Whose session it is.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Now.
    pub fn now(&self) -> UnixSeconds {
        self.surroundings.clock.now()
    }

    /// The clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.surroundings.clock)
    }

    /// Opens channels.
    pub fn network(&self) -> &dyn Network {
        &*self.surroundings.network
    }

    /// Randomness.
    pub fn randomness(&self) -> &Randomness {
        &self.surroundings.randomness
    }

    /// Told when the session is locked: long work looks at it beside its own token.
    pub fn closed(&self) -> &Cancel {
        &self.closed
    }

    /// Starts a transaction for changes.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`] after [`Session::lock`], else what the vault reports.
    pub fn begin(&self) -> Result<Box<dyn Transaction + '_>, AppError> {
        self.open()?;
        Ok(self.vault.begin()?)
    }

    /// What the store makes of a body, ahead and without a transaction.
    pub fn pack(&self, body: &[u8]) -> Option<Packed> {
        self.vault.pack(body)
    }

    /// Gives back the memory that large changes took; for the end of a job.
    pub fn rest(&self) {
        self.vault.rest();
    }

    /// Starts a transaction for looking only.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`] after [`Session::lock`], else what the vault reports.
    pub fn read(&self) -> Result<Box<dyn Transaction + '_>, AppError> {
        self.open()?;
        Ok(self.vault.read()?)
    }

    fn open(&self) -> Result<(), AppError> {
        if self.closed.is_cancelled() { Err(ErrorCode::Locked.into()) } else { Ok(()) }
    }

    /// Runs `derive` with the master secret. Keep what it returns short-lived.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`] after [`Session::lock`], else what `derive` returns.
    pub fn with_master<T>(
        &self,
        derive: impl FnOnce(&MasterSecret) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let guard = self.master.read().unwrap_or_else(PoisonError::into_inner);
        derive(guard.as_ref().ok_or(ErrorCode::Locked)?)
    }

    /// What enrolment left behind.
    ///
    /// # Errors
    /// [`ErrorCode::NotEnrolled`] before an invitation was accepted, else as [`Session::read`].
    pub fn enrolment(&self) -> Result<Enrolment, AppError> {
        Enrolment::require(&*self.read()?)
    }

    /// Waits for the turn to exchange with relay and clinic.
    pub fn exchange_turn(&self) -> MutexGuard<'_, ()> {
        self.exchange.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells that stored data changed: caches made before are not used any more.
    pub fn changed(&self) {
        self.version.fetch_add(1, Ordering::SeqCst);
    }

    /// A value computed from stored data, from the cache if nothing changed since.
    ///
    /// # Errors
    /// What `compute` returns.
    pub fn cached<T: Clone + Send + 'static>(
        &self,
        name: &'static str,
        compute: impl FnOnce() -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let version = self.version.load(Ordering::SeqCst);
        if let Some((made, value)) = self.caches().entries.get(name)
            && *made == version
            && let Some(value) = value.downcast_ref::<T>()
        {
            return Ok(value.clone());
        }
        let value = compute()?;
        // Locked meanwhile: nothing decrypted may be left behind.
        let mut caches = self.caches();
        if !self.closed.is_cancelled() {
            caches.entries.insert(name, (version, Box::new(value.clone())));
        }
        Ok(value)
    }

    fn caches(&self) -> MutexGuard<'_, Caches> {
        self.caches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Erases keys and caches and ends the session for everybody who still holds it. The shell
    /// closes the vault itself beside it.
    pub fn lock(&self) {
        self.closed.cancel();
        // MasterSecret erases itself when dropped.
        drop(self.master.write().unwrap_or_else(PoisonError::into_inner).take());
        self.caches().entries.clear();
    }

    /// The settings.
    ///
    /// # Errors
    /// As [`Session::read`].
    pub fn settings(&self) -> Result<SettingsView, AppError> {
        Ok(store::load(&*self.read()?, Collection::Settings, SETTINGS)?.unwrap_or_default())
    }

    /// Stores the settings.
    ///
    /// # Errors
    /// A field error for minutes outside 1 to 120, else as [`Session::begin`].
    pub fn write_settings(&self, settings: &SettingsView) -> Result<(), AppError> {
        if !(1..=120).contains(&settings.auto_lock_minutes) {
            return Err(AppError::field("autoLockMinutes", "out-of-range"));
        }
        let mut tx = self.begin()?;
        store::save(&mut *tx, Collection::Settings, SETTINGS, settings)?;
        Ok(tx.commit()?)
    }
}

/// The id of the settings in [`Collection::Settings`].
const SETTINGS: &str = "settings";

impl Drop for Session {
    fn drop(&mut self) {
        self.lock();
    }
}

/// When a profile locks itself: pure bookkeeping, fed by the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AutoLock {
    last_activity: UnixSeconds,
    minutes: u32,
}

impl AutoLock {
    /// Starts with activity now.
    pub fn new(now: UnixSeconds, minutes: u32) -> Self {
        Self { last_activity: now, minutes }
    }

    /// Somebody did something.
    pub fn activity(&mut self, now: UnixSeconds) {
        self.last_activity = now;
    }

    /// The setting changed.
    pub fn set_minutes(&mut self, minutes: u32) {
        self.minutes = minutes;
    }

    /// Whether it is time to lock. A clock set back counts as activity at the new time at most
    /// once: the lock comes later, never never.
    pub fn is_due(&mut self, now: UnixSeconds) -> bool {
        if now < self.last_activity {
            self.last_activity = now;
        }
        now - self.last_activity >= u64::from(self.minutes) * 60
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_lock_counts_from_the_last_activity_and_survives_a_clock_set_back() {
        let mut lock = AutoLock::new(1_000, 1);
        assert!(!lock.is_due(1_059));
        lock.activity(1_050);
        assert!(!lock.is_due(1_100));
        assert!(lock.is_due(1_110));
        assert!(!lock.is_due(10));
        assert!(lock.is_due(70));
    }
}
