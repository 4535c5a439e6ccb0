//! The clinic's services on this computer: authority and relay, in-process on two loopback ports.
//!
//! They start at the first need and run while the app runs, whoever's window is open. Their keys
//! derive from a master secret of their own, kept in the operating system's keyring like a
//! profile's; the "profile" it belongs to is listed nowhere and holds only the clinic's name and
//! who may work at its desk; for one that came from a backup also the secret it came with. Stored addresses say `this-computer:`, so that another port at the
//! next start breaks nothing.

mod backup;
#[cfg(test)]
mod drill;
mod ending;
#[cfg(test)]
mod ending_tests;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use keyward_app::desk::keys;
use keyward_app::error::{AppError, ErrorCode};
use keyward_app::ports::clock::SystemClock;
use keyward_app::ports::http::{HttpNetwork, Resolve};
use keyward_app::ports::relay::ServiceAddress;
use keyward_app::ports::vault::{Collection, Vault};
use keyward_authority::{Authority, AuthorityConfig, Operator};
use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::{MasterSecret, VerifyingKey};
use keyward_relay::{Relay, RelayConfig, SystemTime};
use keyward_vault::{NewProfile, Profile, ProfileId, ProfileRole, SqlVault, Unlocked};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::failure;
use crate::state::{Profiles, system_rng};

pub(crate) use self::backup::OfDesk;

/// Address of the relay of this computer, as stored.
pub const RELAY: &str = "this-computer:relay";
/// Address of the authority of this computer, as stored.
pub const AUTHORITY: &str = "this-computer:authority";

/// The services' folder in the data folder.
pub(crate) const FOLDER: &str = "services";
/// The register's folder in it.
const AUTHORITY_FOLDER: &str = "authority";
/// The relay's.
const RELAY_FOLDER: &str = "relay";
/// How ids of the services' own profile begin.
const OWN_PROFILE: &str = "services-";
/// Where the clinic is described in the services' own store.
const CLINIC: &str = "clinic";
/// Where stands in the services' own store for whom a clinic is being set up.
const SETTING_UP: &str = "setting-up";
/// Where the secret of a clinic stands that came from a backup.
const SECRET: &str = "secret";
/// How often the relay is told whom the authority removed.
const REMOVED_EVERY: Duration = Duration::from_secs(2);
/// How long ending may take until requests under way are dropped.
const END: Duration = Duration::from_secs(5);

/// Authority and relay of this computer, running or not.
pub struct Services {
    dir: PathBuf,
    profiles: Arc<Profiles>,
    running: Mutex<Option<Running>>,
}

struct Running {
    relay: String,
    authority: String,
    service_id: ServiceId,
    authority_key: VerifyingKey,
    clinic: Clinic,
    /// What the clinic's keys derive from.
    secret: Zeroizing<[u8; 32]>,
    /// The register, read by who takes it along.
    register: Authority,
    stop: watch::Sender<bool>,
    tasks: Vec<tauri::async_runtime::JoinHandle<()>>,
    // Holds the services' profile for this process.
    _vault: Arc<SqlVault>,
}

/// Resolves the addresses of this computer.
struct Here(Arc<Services>);

impl Resolve for Here {
    fn resolve(&self, at: &ServiceAddress) -> Result<String, String> {
        self.0.resolve(at)
    }
}

/// What a new clinic is known by.
pub(crate) struct SetUp {
    pub(crate) service_id: ServiceId,
    pub(crate) authority_key: VerifyingKey,
}

/// The clinic as its services remember it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Clinic {
    name: String,
    operators: Vec<ClinicOperator>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct ClinicOperator {
    name: String,
    /// Compressed verifying key.
    key: Vec<u8>,
}

/// For whom a clinic is being set up.
#[derive(Debug, Serialize, Deserialize)]
struct SettingUp {
    /// Id of the desk's profile, which may not be there yet.
    desk: String,
    clinic_name: String,
}

impl Clinic {
    fn new(name: &str, operator_name: &str, operator: &VerifyingKey) -> Self {
        let key = operator.to_bytes().to_vec();
        let operators = vec![ClinicOperator { name: operator_name.to_owned(), key }];
        Self { name: name.to_owned(), operators }
    }

    fn is_of(&self, operator: &VerifyingKey) -> bool {
        self.operators.iter().any(|known| known.key == operator.to_bytes())
    }
}

impl Running {
    fn set_up(&self) -> SetUp {
        SetUp { service_id: self.service_id, authority_key: self.authority_key.clone() }
    }
}

impl Services {
    pub(crate) fn new(dir: PathBuf, profiles: Arc<Profiles>) -> Self {
        Self { dir, profiles, running: Mutex::default() }
    }

    /// Whether an id is that of the services' own profile.
    pub(crate) fn owns(id: &ProfileId) -> bool {
        id.as_str().starts_with(OWN_PROFILE)
    }

    /// The network of this computer's sessions: every address, and the services here.
    pub(crate) fn network(self: &Arc<Self>) -> Arc<HttpNetwork> {
        let resolver = Here(Arc::clone(self));
        Arc::new(HttpNetwork::new(Arc::new(resolver), Arc::new(SystemClock)))
    }

    /// Turns a stored address into one that can be connected to now, starting what it names.
    ///
    /// # Errors
    /// A word for logs if it is not here: nothing of that name, or another clinic than the one asked for.
    pub(crate) fn resolve(&self, at: &ServiceAddress) -> Result<String, String> {
        let pick: fn(&Running) -> &String = match at.url.as_str() {
            RELAY => |running| &running.relay,
            AUTHORITY => |running| &running.authority,
            other if other.starts_with("this-computer:") => return Err("unknown service".into()),
            other => return Ok(other.to_owned()),
        };
        let mut running = self.running();
        if running.is_none() {
            *running = Some(self.start().map_err(|error| format!("{:?}", error.code))?);
        }
        let running = running.as_ref().ok_or("not running")?;
        // Whoever asks for a clinic of another computer finds none here.
        if at.is_known() && at.service_id != running.service_id {
            return Err("another clinic".into());
        }
        Ok(pick(running).clone())
    }

    /// Notes for whom a clinic is about to be set up, before anything of it is there: after a crash
    /// [`Services::resume`] goes on from it.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] if there is a clinic here already, or a desk that waits for its own.
    pub(crate) fn begin(&self, desk: &ProfileId, clinic_name: &str) -> Result<(), AppError> {
        let running = self.running();
        if running.is_some() {
            return Err(ErrorCode::Conflict.into());
        }
        self.finish_ending()?;
        let unlocked = match self.own_profile()? {
            Some(id) => self.unlock(&id)?,
            None => self.create_own_profile()?,
        };
        let waiting = setting_up(&*unlocked.vault)?.is_some_and(|one| self.has_profile(&one.desk));
        if waiting || clinic(&*unlocked.vault)?.is_some() {
            return Err(ErrorCode::Conflict.into());
        }
        let note = SettingUp { desk: desk.to_string(), clinic_name: clinic_name.to_owned() };
        let body = serde_json::to_vec(&note).map_err(|_| failure::internal("clinic"))?;
        let mut tx = unlocked.vault.begin()?;
        tx.put(Collection::Settings, SETTING_UP, &body)?;
        tx.commit()?;
        drop(running);
        Ok(())
    }

    /// The clinic that was being set up for this desk when the app ended, set up now: its name and
    /// what it is known by. `None` if none was.
    pub(crate) fn resume(
        &self,
        desk: &Profile,
        operator: &VerifyingKey,
    ) -> Result<Option<(String, SetUp)>, AppError> {
        let mut running = self.running();
        let Some(own) = self.own_profile()? else { return Ok(None) };
        if let Some(running) = &*running {
            let own = running.clinic.is_of(operator);
            return Ok(own.then(|| (running.clinic.name.clone(), running.set_up())));
        }
        let unlocked = self.unlock(&own)?;
        let clinic = match clinic(&*unlocked.vault)? {
            Some(clinic) if clinic.is_of(operator) => clinic,
            Some(_) => return Ok(None),
            None => match setting_up(&*unlocked.vault)? {
                Some(note) if note.desk == desk.id.as_str() => {
                    Clinic::new(&note.clinic_name, &desk.display_name, operator)
                }
                _ => return Ok(None),
            },
        };
        let started = self.keep_and_start(unlocked, &clinic)?;
        let set_up = started.set_up();
        *running = Some(started);
        Ok(Some((clinic.name, set_up)))
    }

    /// Sets up the clinic: name and first operator. Its services start with it.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] if there is a clinic here already.
    pub(crate) fn set_up(
        &self,
        clinic_name: &str,
        operator_name: &str,
        operator: &VerifyingKey,
    ) -> Result<SetUp, AppError> {
        let mut running = self.running();
        let unlocked = match self.own_profile()? {
            Some(id) if running.is_none() => self.unlock(&id)?,
            Some(_) => return Err(ErrorCode::Conflict.into()),
            None => self.create_own_profile()?,
        };
        if clinic(&*unlocked.vault)?.is_some() {
            return Err(ErrorCode::Conflict.into());
        }
        let clinic = Clinic::new(clinic_name, operator_name, operator);
        let started = self.keep_and_start(unlocked, &clinic)?;
        let set_up = started.set_up();
        *running = Some(started);
        Ok(set_up)
    }

    fn keep_and_start(&self, unlocked: Unlocked, clinic: &Clinic) -> Result<Running, AppError> {
        let body = serde_json::to_vec(clinic).map_err(|_| failure::internal("clinic"))?;
        let mut tx = unlocked.vault.begin()?;
        tx.put(Collection::Settings, CLINIC, &body)?;
        tx.delete(Collection::Settings, SETTING_UP)?;
        tx.commit()?;
        self.start_with(unlocked, clinic)
    }

    fn start(&self) -> Result<Running, AppError> {
        let id = self.own_profile()?.ok_or(ErrorCode::NotFound)?;
        let unlocked = self.unlock(&id)?;
        let clinic = clinic(&*unlocked.vault)?.ok_or(ErrorCode::NotFound)?;
        self.start_with(unlocked, &clinic)
    }

    fn start_with(&self, unlocked: Unlocked, clinic: &Clinic) -> Result<Running, AppError> {
        let secret = secret_of(&unlocked)?;
        let Unlocked { vault, master, .. } = unlocked;
        drop(master);
        let keys = MasterSecret::from_bytes(*secret);
        let authority = self.open_authority(&keys, clinic)?;
        let relay = self.open_relay(&keys, &authority)?;
        drop(keys);
        let (authority_listener, authority_url) = listen()?;
        let (relay_listener, relay_url) = listen()?;
        let (stop, stopped) = watch::channel(false);
        let service_id = authority.service_id();
        let authority_key = authority.verifying_key().clone();
        let register = authority.clone();
        let tasks = vec![
            tauri::async_runtime::spawn(keep_removed(
                authority.clone(),
                relay.clone(),
                stopped.clone(),
            )),
            tauri::async_runtime::spawn(serve_authority(
                authority,
                authority_listener,
                stopped.clone(),
            )),
            tauri::async_runtime::spawn(serve_relay(relay, relay_listener, stopped)),
        ];
        tracing::info!("authority and relay run on this computer");
        Ok(Running {
            relay: relay_url,
            authority: authority_url,
            service_id,
            authority_key,
            clinic: clinic.clone(),
            secret,
            register,
            stop,
            tasks,
            _vault: vault,
        })
    }

    fn open_authority(
        &self,
        master: &MasterSecret,
        clinic: &Clinic,
    ) -> Result<Authority, AppError> {
        let operators = clinic.operators.iter().map(|operator| {
            let key = VerifyingKey::from_bytes(&operator.key)
                .map_err(|_| AppError::new(ErrorCode::VaultCorrupt))?;
            Ok(Operator { name: operator.name.clone(), key })
        });
        let config = AuthorityConfig {
            dir: self.dir.join(AUTHORITY_FOLDER),
            credentials_file: self.dir.join(AUTHORITY_FOLDER).join(AuthorityConfig::CREDENTIALS),
            clinic_name: clinic.name.clone(),
            signing_key: keys::authority_signing(master)?,
            operators: operators.collect::<Result<_, AppError>>()?,
            relay_url: RELAY.to_owned(),
            authority_url: AUTHORITY.to_owned(),
            scope: keyward_relay_api::authority::status::Scope::ThisComputer,
            clock: Arc::new(SystemTime),
            storage_key: Zeroizing::new(*keys::authority_storage(master).expose_secret()),
            patient_invitation_days: AuthorityConfig::PATIENT_DAYS,
            clinician_invitation_days: AuthorityConfig::CLINICIAN_DAYS,
        };
        Authority::open(config).map_err(|error| {
            tracing::error!(%error, "the authority cannot be opened");
            ErrorCode::VaultIo.into()
        })
    }

    fn open_relay(&self, master: &MasterSecret, authority: &Authority) -> Result<Relay, AppError> {
        let config = RelayConfig::new(
            self.dir.join(RELAY_FOLDER),
            keys::relay_storage(master),
            authority.service_id(),
            vec![authority.verifying_key().clone()],
            keyward_relay::Scope::ThisComputer,
            Arc::new(SystemTime),
        );
        tauri::async_runtime::block_on(Relay::open(config)).map_err(|error| {
            tracing::error!(%error, "the relay cannot be opened");
            ErrorCode::VaultIo.into()
        })
    }

    /// Ends the services: requests under way are answered, logs are emptied.
    pub(crate) fn stop(&self) {
        let Some(running) = self.running().take() else { return };
        stop(running);
    }

    fn own_profile(&self) -> Result<Option<ProfileId>, AppError> {
        let listing = self.profiles.store.list_profiles().map_err(failure::of_store)?;
        Ok(listing.profiles.into_iter().map(|profile| profile.id).find(Self::owns))
    }
    fn unlock(&self, id: &ProfileId) -> Result<Unlocked, AppError> {
        self.profiles.unlock(id, None)
    }

    fn has_profile(&self, id: &str) -> bool {
        let listing = self.profiles.store.list_profiles().unwrap_or_default();
        listing.profiles.iter().any(|profile| profile.id.as_str() == id)
    }

    fn create_own_profile(&self) -> Result<Unlocked, AppError> {
        let id = format!("{OWN_PROFILE}{}", &ProfileId::random(&mut system_rng()).as_str()[..24]);
        let new = NewProfile {
            id: id.parse().map_err(failure::of_store)?,
            role: ProfileRole::Desk,
            display_name: "Services of this computer".to_owned(),
        };
        self.profiles.create(new, None)
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends services: requests under way are answered, logs are emptied.
fn stop(running: Running) {
    // No receiver means the services ended by themselves.
    let _ = running.stop.send(true);
    tauri::async_runtime::block_on(async {
        let all = async {
            for task in running.tasks {
                drop(task.await);
            }
        };
        if tokio::time::timeout(END, all).await.is_err() {
            tracing::warn!("the services did not end in time");
        }
    });
}

/// What the clinic's keys derive from: the services' own master secret, unless the clinic came from a backup.
fn secret_of(unlocked: &Unlocked) -> Result<Zeroizing<[u8; 32]>, AppError> {
    let stored = unlocked.vault.read()?.get(Collection::Settings, SECRET)?.map(Zeroizing::new);
    match stored {
        None => Ok(Zeroizing::new(*unlocked.master.expose_secret())),
        Some(stored) => {
            let secret = stored.as_slice().try_into().map_err(|_| ErrorCode::VaultCorrupt)?;
            Ok(Zeroizing::new(secret))
        }
    }
}

fn clinic(vault: &dyn Vault) -> Result<Option<Clinic>, AppError> {
    described(vault, CLINIC)
}

fn setting_up(vault: &dyn Vault) -> Result<Option<SettingUp>, AppError> {
    described(vault, SETTING_UP)
}

fn described<T: serde::de::DeserializeOwned>(
    vault: &dyn Vault,
    what: &str,
) -> Result<Option<T>, AppError> {
    let body = vault.read()?.get(Collection::Settings, what)?;
    body.map(|body| serde_json::from_slice(&body))
        .transpose()
        .map_err(|_| ErrorCode::VaultCorrupt.into())
}

/// The service of a clinic with these keys.
fn service_id(keys: &MasterSecret) -> Result<ServiceId, AppError> {
    let signing = keys::authority_signing(keys)?;
    Ok(keyward_authority::service_id_of(signing.verifying_key()))
}

/// A loopback port of the system's choice, and the address to reach it.
fn listen() -> Result<(std::net::TcpListener, String), AppError> {
    let bound = || {
        let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok::<_, std::io::Error>((listener, format!("http://{address}")))
    };
    bound().map_err(|error| failure::internal(&format!("no loopback port: {error}")))
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // An error means the sender is gone, which is an end too.
    drop(stop.wait_for(|stop| *stop).await);
}

async fn serve_authority(
    authority: Authority,
    listener: std::net::TcpListener,
    stop: watch::Receiver<bool>,
) {
    match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => authority.serve(listener, stopped(stop)).await,
        Err(error) => tracing::error!(%error, "the authority cannot listen"),
    }
}

async fn serve_relay(relay: Relay, listener: std::net::TcpListener, stop: watch::Receiver<bool>) {
    match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => relay.serve(listener, stopped(stop)).await,
        Err(error) => tracing::error!(%error, "the relay cannot listen"),
    }
}

/// Keeps the relay told whom the authority has removed.
async fn keep_removed(authority: Authority, relay: Relay, stop: watch::Receiver<bool>) {
    let mut stop = std::pin::pin!(stopped(stop));
    loop {
        if let Err(error) = tell_removed(&authority, &relay).await {
            tracing::warn!(error, "the relay was not told of removed clinicians");
        }
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(REMOVED_EVERY) => {}
        }
    }
}

async fn tell_removed(authority: &Authority, relay: &Relay) -> Result<(), String> {
    let authority = authority.clone();
    let removed =
        tauri::async_runtime::spawn_blocking(move || authority.removed_certificates()).await;
    let removed = removed.map_err(|e| e.to_string())?.map_err(|e| e.to_string())?;
    relay.set_removed(removed).await.map_err(|e| e.to_string())
}
