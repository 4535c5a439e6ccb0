//! Bringing a profile back: what the welcome window has read so far, and the work itself. Until the
//! work is done the new profile is noted on the disk and shown to nobody; stopped, failed or cut off
//! by a crash, it is thrown away.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::jobs::{Job, JobBoard, JobWatcher};
use keyward_app::ports::relay::ServiceAddress;
use keyward_app::recovery::at_relay::{self, RelaySource};
use keyward_app::recovery::file::FileSource;
use keyward_app::recovery::restore::{self, Source};
use keyward_app::views::common::{JobKind, Role};
use keyward_app::views::recovery::{
    BackupChoice, BackupVersion, KitReading, RestoreOffer, RestoreReport, RestoreSource,
};
use keyward_protocol::backup::VerifiedManifest;
use keyward_protocol::kit::{KitKeys, KitText};
use keyward_vault::{NewProfile, ProfileId, ProfileRole, StoreError, Unlocked};
use zeroize::Zeroizing;

use crate::failure;
use crate::opened::token;
use crate::state::{Desktop, Profiles, system_rng};
use crate::unfinished::Unfinished;

/// Kits and files that are remembered; the oldest is forgotten.
const REMEMBERED: usize = 8;

/// What the welcome window is about to bring back.
pub(crate) struct Restoring {
    jobs: JobBoard,
    note: Unfinished,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    kits: Vec<(String, Arc<KitText>)>,
    files: Vec<(String, PathBuf)>,
    /// Profiles that are not whole.
    half: BTreeSet<ProfileId>,
    reports: Vec<(String, RestoreReport)>,
}

/// What the person wants back.
pub(crate) struct Wanted {
    pub(crate) kit: String,
    pub(crate) source: RestoreSource,
    pub(crate) sequence: u64,
    pub(crate) name: String,
    pub(crate) passphrase: Option<Zeroizing<String>>,
}

impl Restoring {
    /// Over a data folder that this process has: what is noted there is left from a crash.
    pub(crate) fn new(data_dir: &Path, watcher: Arc<dyn JobWatcher>) -> Self {
        let note = Unfinished::of_restore(data_dir);
        let half = note.profiles().ok().flatten().unwrap_or_default();
        let half = half.iter().filter_map(|id| id.parse().ok()).collect();
        let known = Known { half, ..Known::default() };
        Self { jobs: JobBoard::new(watcher), note, known: Mutex::new(known) }
    }

    pub(crate) fn jobs(&self) -> &JobBoard {
        &self.jobs
    }

    /// Whether a profile is not whole, and so is offered to nobody.
    pub(crate) fn is_half(&self, id: &ProfileId) -> bool {
        self.known().half.contains(id)
    }

    /// Throws away what a crash left half brought back.
    pub(crate) fn sweep(&self, profiles: &Profiles) {
        let left: Vec<ProfileId> = self.known().half.iter().cloned().collect();
        for id in left {
            self.throw_away(profiles, &id);
        }
    }

    pub(crate) fn read_kit(&self, text: &str) -> Result<KitReading, AppError> {
        let kit = KitText::parse(text)?;
        let (services, token) = (kit.services.clone(), token());
        keep(&mut self.known().kits, token.clone(), Arc::new(kit));
        Ok(KitReading {
            token,
            has_relay: services.is_some(),
            clinic_name: services.map(|services| services.clinic_name),
        })
    }

    pub(crate) fn remember(&self, path: PathBuf) -> BackupChoice {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let choice = BackupChoice { token: token(), name: name.unwrap_or_default() };
        keep(&mut self.known().files, choice.token.clone(), path);
        choice
    }

    pub(crate) fn report(&self, job: &str) -> Result<RestoreReport, AppError> {
        let known = self.known();
        let found = known.reports.iter().find(|(of, _)| of == job);
        found.map(|(_, report)| report.clone()).ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// Stops what runs and forgets kits, files and reports.
    pub(crate) fn forget(&self) {
        self.jobs.clear();
        let mut known = self.known();
        known.kits.clear();
        known.files.clear();
        known.reports.clear();
    }

    fn kit(&self, token: &str) -> Result<Arc<KitText>, AppError> {
        found(&self.known().kits, token)
    }

    fn file(&self, source: &RestoreSource) -> Result<PathBuf, AppError> {
        match source {
            RestoreSource::File { token } => found(&self.known().files, token),
            RestoreSource::Relay { .. } => Err(ErrorCode::Internal.into()),
        }
    }

    /// Notes a profile before it is made.
    fn begin(&self, id: &ProfileId) -> io::Result<()> {
        let mut known = self.known();
        known.half.insert(id.clone());
        self.note.set(&known.half).inspect_err(|_| {
            known.half.remove(id);
        })
    }

    /// The profile is whole, or gone.
    fn settle(&self, id: &ProfileId) {
        let mut known = self.known();
        known.half.remove(id);
        if let Err(error) = self.note.set(&known.half) {
            // Whole or not, the next start throws it away: it stays hidden until then.
            tracing::warn!(%error, "the note of an unfinished restore cannot be removed");
            known.half.insert(id.clone());
        }
    }

    /// Removes a profile that is not whole; what does not work is tried again at the next start.
    fn throw_away(&self, profiles: &Profiles, id: &ProfileId) {
        match profiles.store.discard(id, &*profiles.keyring) {
            Ok(()) | Err(StoreError::NoSuchProfile) => self.settle(id),
            // The profile is gone; a secret that opens nothing is of no use to anybody.
            Err(StoreError::Keyring(error)) => {
                tracing::warn!(%error, "the keyring did not forget an unfinished profile");
                self.settle(id);
            }
            Err(error) => tracing::warn!(%error, "an unfinished profile cannot be removed"),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keep<T>(list: &mut Vec<(String, T)>, token: String, value: T) {
    if list.len() >= REMEMBERED {
        list.remove(0);
    }
    list.push((token, value));
}

fn found<T: Clone>(list: &[(String, T)], token: &str) -> Result<T, AppError> {
    let found = list.iter().find(|(known, _)| known == token);
    found.map(|(_, value)| value.clone()).ok_or_else(|| ErrorCode::SelectionGone.into())
}

/// A backup with its versions, opened by the kit.
struct Opened {
    kit: Arc<KitText>,
    source: Box<dyn Source + Send>,
    versions: Vec<VerifiedManifest>,
    cut: bool,
}

fn open(desktop: &Desktop, kit: &str, source: &RestoreSource) -> Result<Opened, AppError> {
    let restoring = desktop.restoring();
    let kit = restoring.kit(kit)?;
    let keys = KitKeys::of(&kit.secret).map_err(|_| ErrorCode::Internal)?;
    if let RestoreSource::Relay { address } = source {
        let at = relay_of(&kit, address.as_deref())?;
        let mut relay = RelaySource::open(&*desktop.services().network(), &at, &keys)?;
        let versions = relay.versions(&keys)?;
        let cut = relay.cut;
        return Ok(Opened { kit, source: Box::new(relay), versions, cut });
    }
    let mut file = FileSource::open(&restoring.file(source)?)?;
    let versions = file.versions(&keys)?;
    let cut = file.cut;
    Ok(Opened { kit, source: Box::new(file), versions, cut })
}

/// Where to ask: what was typed, or what the kit says.
fn relay_of(kit: &KitText, typed: Option<&str>) -> Result<ServiceAddress, AppError> {
    match (typed.map(str::trim).filter(|typed| !typed.is_empty()), &kit.services) {
        (Some(typed), _) => at_relay::address(typed),
        (None, Some(services)) => {
            Ok(ServiceAddress { url: services.relay_url.clone(), service_id: services.service_id })
        }
        (None, None) => Err(ErrorCode::KitWithoutRelay.into()),
    }
}

fn kind(role: Role) -> ProfileRole {
    match role {
        Role::Patient => ProfileRole::Patient,
        Role::Doctor => ProfileRole::Doctor,
        Role::Desk => ProfileRole::Desk,
    }
}

/// What a backup holds.
pub(crate) fn look(
    desktop: &Desktop,
    kit: &str,
    source: &RestoreSource,
) -> Result<RestoreOffer, AppError> {
    let Opened { versions, cut, .. } = open(desktop, kit, source)?;
    let newest = versions.last().ok_or(ErrorCode::BackupDamaged)?;
    let about = restore::about(newest)?;
    let already_here = desktop
        .list()?
        .iter()
        .any(|profile| profile.role == about.role && profile.name == about.profile_name);
    let version = |version: &VerifiedManifest| {
        let manifest = version.manifest();
        BackupVersion {
            sequence: manifest.sequence,
            at: manifest.made_at,
            records: manifest.records,
            bytes: manifest.packs.iter().map(|pack| pack.len).sum(),
        }
    };
    Ok(RestoreOffer {
        role: about.role,
        profile_name: about.profile_name,
        clinic_name: about.clinic_name,
        versions: versions.iter().rev().map(version).collect(),
        cut,
        already_here,
    })
}

/// Makes the new profile and starts bringing the version back into it; gives the job.
pub(crate) fn start(desktop: &Arc<Desktop>, wanted: &Wanted) -> Result<String, AppError> {
    let restoring = desktop.restoring();
    let Opened { kit, mut source, versions, .. } = open(desktop, &wanted.kit, &wanted.source)?;
    let version = versions
        .into_iter()
        .find(|version| version.manifest().sequence == wanted.sequence)
        .ok_or(ErrorCode::NotFound)?;
    let role = kind(restore::about(&version)?.role);
    let job = restoring.jobs.start(JobKind::Restore)?;
    let unlocked =
        make(desktop, wanted, role).inspect_err(|error| job.finish(Err(error.clone())))?;
    let (id, desktop) = (job.id(), Arc::clone(desktop));
    tauri::async_runtime::spawn_blocking(move || {
        let outcome = bring_back(&desktop, unlocked, &kit, &version, &mut *source, &job);
        job.finish(outcome.map(|report| {
            let profile = report.profile_id.clone();
            keep(&mut desktop.restoring().known().reports, job.id(), report);
            Some(profile)
        }));
    });
    Ok(id)
}

fn make(desktop: &Desktop, wanted: &Wanted, role: ProfileRole) -> Result<Unlocked, AppError> {
    let (restoring, profiles) = (desktop.restoring(), desktop.profiles());
    let id = ProfileId::random(&mut system_rng());
    restoring.begin(&id).map_err(|error| failure::of_store(StoreError::Io(error)))?;
    let new = NewProfile { id: id.clone(), role, display_name: wanted.name.clone() };
    let passphrase = wanted.passphrase.as_ref().map(|text| text.as_str());
    profiles.create(new, passphrase).inspect_err(|_| restoring.throw_away(profiles, &id))
}

fn bring_back(
    desktop: &Desktop,
    unlocked: Unlocked,
    kit: &KitText,
    version: &VerifiedManifest,
    source: &mut dyn Source,
    job: &Job,
) -> Result<RestoreReport, AppError> {
    let (restoring, profiles) = (desktop.restoring(), desktop.profiles());
    let Unlocked { vault, master, profile } = unlocked;
    let session = desktop.session(&profile, Arc::clone(&vault) as _, master);
    let outcome = restore::restore(&session, &kit.secret, version, source, job, job.token());
    session.lock();
    drop(session);
    vault.close();
    drop(vault);
    match outcome {
        Ok(report) => {
            restoring.settle(&profile.id);
            if restoring.is_half(&profile.id) {
                return Err(ErrorCode::VaultIo.into());
            }
            Ok(report)
        }
        Err(error) => {
            restoring.throw_away(profiles, &profile.id);
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use keyward_app::views::common::JobView;
    use keyward_vault::{Keyring as _, MemoryKeyring, ProfileStore};

    use super::*;

    struct Nobody;

    impl JobWatcher for Nobody {
        fn changed(&self, _: &JobView) {}
    }

    fn add(profiles: &Profiles, id: &ProfileId) {
        let new = NewProfile {
            id: id.clone(),
            role: ProfileRole::Patient,
            display_name: "Test Anna".to_owned(),
        };
        profiles.create(new, None).unwrap().vault.close();
    }

    #[test]
    fn what_a_crash_left_half_is_hidden_and_thrown_away_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let keyring = Arc::new(MemoryKeyring::new());
        let store = ProfileStore::open(folder.path()).unwrap();
        let profiles = Profiles::new(store, Arc::clone(&keyring) as _);
        let [own, half, whole] = [(); 3].map(|()| ProfileId::random(&mut system_rng()));
        add(&profiles, &own);
        let before = Restoring::new(folder.path(), Arc::new(Nobody));
        for id in [&half, &whole] {
            before.begin(id).unwrap();
            add(&profiles, id);
        }
        before.settle(&whole);
        assert!(before.is_half(&half));

        // The app ends here, and starts again.
        let after = Restoring::new(folder.path(), Arc::new(Nobody));
        assert!(after.is_half(&half));
        after.sweep(&profiles);
        let left = profiles.store.list_profiles().unwrap().profiles;
        assert!(left.iter().any(|profile| profile.id == own));
        assert!(left.iter().any(|profile| profile.id == whole));
        assert!(left.iter().all(|profile| profile.id != half));
        assert!(keyring.read(half.as_str()).unwrap().is_none());
        assert!(keyring.read(own.as_str()).unwrap().is_some());
        let again = Restoring::new(folder.path(), Arc::new(Nobody));
        assert!([&own, &half, &whole].into_iter().all(|id| !again.is_half(id)));
    }

    #[test]
    fn a_kit_and_a_file_are_known_until_they_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let restoring = Restoring::new(folder.path(), Arc::new(Nobody));
        let words = "abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                     abandon abandon about";
        let kit = restoring.read_kit(words).unwrap();
        assert!(!kit.has_relay && restoring.kit(&kit.token).is_ok());
        let swapped = words.replace("abandon about", "about abandon");
        assert_eq!(restoring.read_kit(&swapped).unwrap_err().code, ErrorCode::KitTypo);
        let file = restoring.remember(folder.path().join("anna.kwb"));
        assert_eq!(file.name, "anna.kwb");
        restoring.forget();
        assert_eq!(restoring.kit(&kit.token).err().unwrap().code, ErrorCode::SelectionGone);
        let source = RestoreSource::File { token: file.token };
        assert_eq!(restoring.file(&source).unwrap_err().code, ErrorCode::SelectionGone);
    }
}
