//! A clinic with the real authority and the real relay in the test's own process, each behind a
//! door that can tamper; people of it without windows run the real use cases over real vaults. Those
//! with windows join it by an invitation that names these addresses.
#![allow(unreachable_pub, dead_code, unused_imports, reason = "each story uses a part of it")]
#![allow(clippy::unwrap_used, reason = "tests")]

pub mod app_clock;
mod door;
mod people;
pub mod records;
pub mod windows;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use keyward_app::desk::{self, HttpDesk};
use keyward_app::ports::clock::Clock;
use keyward_app::ports::http::HttpNetwork;
use keyward_app::ports::relay::ServiceAddress;
use keyward_app::session::Session;
use keyward_app::views::common::Role;
use keyward_app::views::desk::{ClinicianDraft, IdentityDocument, PersonDraft};
use keyward_authority::{Authority, AuthorityConfig, Operator};
use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::{MasterSecret, SigningKey, VerifyingKey};
use keyward_relay::{Relay, RelayConfig, Scope, UnixClock};
use keyward_testkit::seeded;
use keyward_vault::MemoryKeyring;
use zeroize::Zeroizing;

pub use self::door::Door;
pub use self::people::{
    FileKeyring, copies, import, profile, profile_folder, reopen, session, share, share_kind, sync,
};

pub const DAY: u64 = 86_400;
/// The clinic's name, as every sentence shows it.
pub const NAME: &str = "Sample Clinic";

/// The clinic's clock: the computer's, moved by some seconds.
#[derive(Clone, Default)]
pub struct MovedClock(Arc<AtomicI64>);

impl MovedClock {
    /// Moves it by so many seconds from the computer's time.
    pub fn set_offset(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    pub fn now(&self) -> u64 {
        let real = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        real.as_secs().checked_add_signed(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl Clock for MovedClock {
    fn now(&self) -> u64 {
        self.now()
    }
}

impl UnixClock for MovedClock {
    fn now(&self) -> u64 {
        self.now()
    }
}

/// The clinic and its people without windows.
pub struct Clinic {
    pub clock: MovedClock,
    pub relay_door: Door,
    pub authority_door: Door,
    pub network: Arc<HttpNetwork>,
    folder: tempfile::TempDir,
    authority: Authority,
    relay: Mutex<Option<Relay>>,
    services: MasterSecret,
    operator: Arc<SigningKey>,
    desk: Session,
    keyring: MemoryKeyring,
    seeds: AtomicU64,
    runtime: tokio::runtime::Runtime,
}

impl Clinic {
    pub fn open() -> Self {
        let clinic = Self::with_relay_at(None);
        clinic.start_relay();
        clinic
    }

    /// As [`Clinic::open`]; with an address, the relay is somebody else's business and is reached there.
    pub fn with_relay_at(url: Option<&str>) -> Self {
        let clock = MovedClock::default();
        let folder = tempfile::Builder::new().prefix("keyward-clinic-").tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let (relay_door, authority_door) =
            runtime.block_on(async { (Door::open().await, Door::open().await) });
        let services = services_secret();
        let operator_secret = MasterSecret::generate(&mut seeded(2));
        let operator = Arc::new(desk::keys::operator(&operator_secret).unwrap());
        let authority = open_authority(
            folder.path(),
            &services,
            operator.verifying_key(),
            (url.unwrap_or(relay_door.url()), authority_door.url()),
            &clock,
        );
        authority_door.put(Some(authority.router()));
        let resolver = |url: &str| Ok(url.to_owned());
        let network = Arc::new(HttpNetwork::new(Arc::new(resolver), Arc::new(clock.clone())));
        let keyring = MemoryKeyring::default();
        let desk = profile(folder.path(), &keyring, Role::Desk, "Test Desk", &network, &clock, 3);
        Self {
            clock,
            relay_door,
            authority_door,
            network,
            folder,
            authority,
            relay: Mutex::default(),
            services,
            operator,
            desk,
            keyring,
            seeds: AtomicU64::new(100),
            runtime,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn relay_folder(&self) -> PathBuf {
        self.folder.path().join("relay")
    }

    /// The relay opens its store and answers (again).
    pub fn start_relay(&self) {
        let config = relay_config(&self.relay_folder(), &self.services, &self.clock);
        let relay = self.runtime.block_on(Relay::open(config)).unwrap();
        self.relay_door.put(Some(relay.router()));
        *self.relay.lock().unwrap() = Some(relay);
    }

    /// Nobody answers any more under the relay's address.
    pub fn stop_relay(&self) {
        self.relay_door.put(None);
        if let Some(relay) = self.relay.lock().unwrap().take() {
            self.runtime.block_on(relay.close());
        }
    }

    /// Copies the relay's whole store to `name`.
    pub fn copy_relay(&self, name: &str) {
        self.stop_relay();
        copy_folder(&self.relay_folder(), &self.folder.path().join(name));
        self.start_relay();
    }

    /// Puts an earlier copy in the place of the relay's store.
    pub fn put_relay_back(&self, name: &str) {
        self.stop_relay();
        std::fs::remove_dir_all(self.relay_folder()).unwrap();
        copy_folder(&self.folder.path().join(name), &self.relay_folder());
        self.start_relay();
    }

    /// The authority itself, to be put behind its door with something before it.
    pub fn authority_router(&self) -> axum::Router {
        self.authority.router()
    }

    pub fn service_id(&self) -> ServiceId {
        self.authority.service_id()
    }

    fn desk(&self) -> HttpDesk {
        let url = self.authority_door.url().to_owned();
        let address = ServiceAddress { url, service_id: self.service_id() };
        let client = self.network.authority_client(&address).unwrap();
        HttpDesk::new(client, Arc::clone(&self.operator))
    }

    /// Registers, checks and invites a patient; gives the invitation's text.
    pub fn invite(&self, given: &str, family: &str, birth_date: &str) -> String {
        let draft = PersonDraft {
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            birth_date: birth_date.to_owned(),
            clinic_number: None,
            phone: None,
        };
        let desk = self.desk();
        let person = desk::people::register(&self.desk, &desk, &draft).unwrap();
        let id = &person.row.id;
        desk::people::check_identity(&self.desk, &desk, id, IdentityDocument::Passport, None)
            .unwrap();
        desk::people::invite(&self.desk, &desk, id).unwrap().text
    }

    /// Enrols a doctor; gives the invitation's text.
    pub fn invite_doctor(&self, name: &str) -> String {
        let draft = ClinicianDraft {
            name: name.to_owned(),
            role: "Cardiologist".to_owned(),
            organisation: NAME.to_owned(),
            registration_number: None,
        };
        desk::clinicians::enrol(&self.desk, &self.desk(), &draft).unwrap().text
    }

    /// Removes a doctor, and tells the relay as the shell does every few seconds.
    pub fn remove_doctor(&self, name: &str) {
        desk::clinicians::remove(&self.desk, &self.desk(), &self.clinician(name), "left").unwrap();
        self.spread_removals();
    }

    /// Invites a doctor for another computer, which stops the one she had; gives the invitation's text.
    pub fn invite_doctor_again(&self, name: &str) -> String {
        let id = self.clinician(name);
        let invitation = desk::clinicians::reinvite(&self.desk, &self.desk(), &id).unwrap();
        self.spread_removals();
        invitation.text
    }

    fn clinician(&self, name: &str) -> String {
        let rows = desk::clinicians::list(&self.desk, &self.desk()).unwrap();
        rows.into_iter().find(|row| row.details.name == name).unwrap().id
    }

    fn spread_removals(&self) {
        let removed = self.authority.removed_certificates().unwrap();
        let relay = self.relay.lock().unwrap().clone().unwrap();
        self.runtime.block_on(relay.set_removed(removed)).unwrap();
    }

    /// A patient without a window, enrolled.
    pub fn patient(&self, given: &str, family: &str, birth_date: &str) -> Session {
        let invitation = self.invite(given, family, birth_date);
        let session = self.person(Role::Patient, given);
        keyward_app::enrol::accept(&session, &invitation).unwrap();
        session
    }

    /// A doctor without a window, enrolled.
    pub fn doctor(&self, name: &str) -> Session {
        let invitation = self.invite_doctor(name);
        let session = self.person(Role::Doctor, name);
        keyward_app::enrol::accept(&session, &invitation).unwrap();
        session
    }

    /// A profile whose keyring is a file, so that other processes can open it again.
    pub fn lasting_patient(&self, folder: &Path) -> Session {
        let keyring = FileKeyring::in_folder(folder);
        profile(folder, &keyring, Role::Patient, "Test", &self.network, &self.clock, 7)
    }

    fn person(&self, role: Role, name: &str) -> Session {
        let seed = self.seeds.fetch_add(1, Ordering::SeqCst);
        profile(self.folder(), &self.keyring, role, name, &self.network, &self.clock, seed)
    }

    /// Writes a file to import.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// What the clinic's services keep in their keyring.
pub fn services_secret() -> MasterSecret {
    MasterSecret::generate(&mut seeded(1))
}

/// The relay of `services` in `folder`.
pub fn relay_config(folder: &Path, services: &MasterSecret, clock: &MovedClock) -> RelayConfig {
    let authority = desk::keys::authority_signing(services).unwrap().verifying_key().clone();
    RelayConfig::new(
        folder.to_owned(),
        desk::keys::relay_storage(services),
        keyward_relay_api::authority::status::service_id_of(&authority),
        vec![authority],
        Scope::Network,
        Arc::new(clock.clone()),
    )
}

/// Opens the authority of `services` in `folder`.
pub fn open_authority(
    folder: &Path,
    services: &MasterSecret,
    operator: &VerifyingKey,
    (relay_url, authority_url): (&str, &str),
    clock: &MovedClock,
) -> Authority {
    Authority::open(AuthorityConfig {
        dir: folder.join("authority"),
        credentials_file: folder.join("authority").join("credentials.db"),
        clinic_name: NAME.to_owned(),
        signing_key: desk::keys::authority_signing(services).unwrap(),
        operators: vec![Operator { name: "Test Desk".to_owned(), key: operator.clone() }],
        relay_url: relay_url.to_owned(),
        authority_url: authority_url.to_owned(),
        scope: keyward_relay_api::authority::status::Scope::Network,
        clock: Arc::new(clock.clone()),
        storage_key: Zeroizing::new(*desk::keys::authority_storage(services).expose_secret()),
        patient_invitation_days: AuthorityConfig::PATIENT_DAYS,
        clinician_invitation_days: AuthorityConfig::CLINICIAN_DAYS,
    })
    .unwrap()
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
