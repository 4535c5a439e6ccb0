//! A clinic with its relay and authority on loopback, and people with real vaults: everything the
//! product has but its windows and the operating system's keyring.
#![allow(unreachable_pub, dead_code, reason = "each story uses a part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code")]

mod fragile;
pub mod kits;
pub mod tamper;
pub mod two;
pub mod wire;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use keyward_app::desk::{self, HttpDesk};
use keyward_app::patient::import::{self, Watch};
use keyward_app::patient::{sharing, spaces};
use keyward_app::ports::clock::Clock;
use keyward_app::ports::http::HttpNetwork;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::randomness::Randomness;
use keyward_app::ports::relay::{Network, ServiceAddress};
use keyward_app::ports::vault::Vault;
use keyward_app::session::{Profile, Session, Surroundings};
use keyward_app::views::common::Role;
use keyward_app::views::desk::{ClinicianDraft, IdentityDocument, PersonDraft};
use keyward_app::views::patient::{
    DoctorCard, ImportDecision, ImportView, Purpose, ShareDraft, SpaceDraft,
};
use keyward_authority::{Authority, AuthorityConfig, Operator};
use keyward_protocol::keys::MasterSecret;
use keyward_records::Category;
use keyward_relay::{Relay, RelayConfig, Scope, UnixClock};
use keyward_testkit::{FakeClock, seeded};
use keyward_vault::{MemoryKeyring, NewProfile, ProfileId, ProfileRole, ProfileStore};
use zeroize::Zeroizing;

pub use self::fragile::{Device, Fuse};
use self::fragile::{FragileNetwork, FragileVault};

/// 1 November 2026, noon.
pub const START: u64 = 1_793_534_400;
pub const DAY: u64 = 86_400;

/// The tests' clock as both traits want it.
#[derive(Clone)]
pub struct Time(pub FakeClock);

impl Clock for Time {
    fn now(&self) -> u64 {
        self.0.now()
    }
}

impl UnixClock for Time {
    fn now(&self) -> u64 {
        self.0.now()
    }
}

pub struct World {
    pub clock: FakeClock,
    pub folder: tempfile::TempDir,
    pub relay: Relay,
    pub authority: Authority,
    pub network: Arc<HttpNetwork>,
    pub desk: Session,
    profiles: ProfileStore,
    keyring: MemoryKeyring,
    operator: Arc<keyward_protocol::keys::SigningKey>,
    address: ServiceAddress,
    seeds: AtomicU64,
    runtime: tokio::runtime::Runtime,
}

async fn listen() -> (tokio::net::TcpListener, String) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

impl World {
    pub fn new() -> Self {
        Self::with(FakeClock::at(START), 1, "Sample Clinic")
    }

    /// Another clinic at the same time, which the first knows nothing of.
    pub fn beside(&self) -> Self {
        Self::with(self.clock.clone(), 11, "Other Test Clinic")
    }

    fn with(clock: FakeClock, seed: u64, clinic: &str) -> Self {
        let time = Time(clock.clone());
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let services = MasterSecret::generate(&mut seeded(seed));
        let operator_secret = MasterSecret::generate(&mut seeded(seed + 1));
        let operator = Arc::new(desk::keys::operator(&operator_secret).unwrap());
        let authority = Authority::open(AuthorityConfig {
            dir: folder.path().join("authority"),
            credentials_file: folder.path().join("credentials.db"),
            clinic_name: clinic.to_owned(),
            signing_key: desk::keys::authority_signing(&services).unwrap(),
            operators: vec![Operator {
                name: "Test Desk".to_owned(),
                key: operator.verifying_key().clone(),
            }],
            relay_url: "this-computer:relay".to_owned(),
            authority_url: "this-computer:authority".to_owned(),
            scope: keyward_relay_api::authority::status::Scope::ThisComputer,
            clock: Arc::new(time.clone()),
            storage_key: Zeroizing::new(*desk::keys::authority_storage(&services).expose_secret()),
            patient_invitation_days: AuthorityConfig::PATIENT_DAYS,
            clinician_invitation_days: AuthorityConfig::CLINICIAN_DAYS,
        })
        .unwrap();
        let service_id = authority.service_id();
        let config = RelayConfig::new(
            folder.path().join("relay"),
            desk::keys::relay_storage(&services),
            service_id,
            vec![authority.verifying_key().clone()],
            Scope::ThisComputer,
            Arc::new(time.clone()),
        );
        let (relay, relay_url, authority_url) = runtime.block_on(async {
            let relay = Relay::open(config).await.unwrap();
            let (relay_listener, relay_url) = listen().await;
            let (authority_listener, authority_url) = listen().await;
            let (serving, issuing) = (relay.clone(), authority.clone());
            tokio::spawn(
                async move { serving.serve(relay_listener, std::future::pending()).await },
            );
            tokio::spawn(async move {
                issuing.serve(authority_listener, std::future::pending()).await;
            });
            (relay, relay_url, authority_url)
        });
        let resolver = move |url: &str| match url {
            "this-computer:relay" => Ok(relay_url.clone()),
            "this-computer:authority" => Ok(authority_url.clone()),
            _ => Err("unknown address".to_owned()),
        };
        let network = Arc::new(HttpNetwork::new(Arc::new(resolver), Arc::new(time)));
        let profiles = ProfileStore::open(&folder.path().join("profiles")).unwrap();
        let keyring = MemoryKeyring::default();
        let address = ServiceAddress { url: "this-computer:authority".to_owned(), service_id };
        let seeds = AtomicU64::new(seed * 100);
        let desk = session(
            &profiles,
            &keyring,
            (ProfileRole::Desk, Role::Desk),
            "Test Desk",
            Arc::clone(&network) as Arc<dyn Network>,
            &clock,
            seed + 2,
        );
        Self {
            clock,
            folder,
            relay,
            authority,
            network,
            desk,
            profiles,
            keyring,
            operator,
            address,
            seeds,
            runtime,
        }
    }

    fn seed(&self) -> u64 {
        self.seeds.fetch_add(1, Ordering::SeqCst)
    }

    pub fn desk(&self) -> HttpDesk {
        let client = self.network.authority_client(&self.address).unwrap();
        HttpDesk::new(client, Arc::clone(&self.operator))
    }

    /// Tells the relay who was removed, as the shell does every few seconds.
    pub fn spread_removals(&self) {
        let removed = self.authority.removed_certificates().unwrap();
        self.runtime.block_on(self.relay.set_removed(removed)).unwrap();
    }

    /// How many personas the relay knows.
    pub fn known_personas(&self) -> u64 {
        self.runtime.block_on(self.relay.census()).unwrap().personas
    }

    /// A profile of a role on a given network, not enrolled.
    pub fn person(&self, role: Role, name: &str, network: Arc<dyn Network>) -> Session {
        let kind = match role {
            Role::Patient => ProfileRole::Patient,
            Role::Doctor => ProfileRole::Doctor,
            Role::Desk => ProfileRole::Desk,
        };
        session(
            &self.profiles,
            &self.keyring,
            (kind, role),
            name,
            network,
            &self.clock,
            self.seed(),
        )
    }

    /// A patient whose device breaks when its fuse does.
    pub fn fragile_patient(&self, fuse: &Fuse, given: &str, family: &str, born: &str) -> Device {
        let invitation = self.invite(given, family, born);
        let device = self.unenrolled(fuse);
        keyward_app::enrol::accept(&device.start(), &invitation).unwrap();
        device
    }

    /// As [`World::fragile_patient`], before any invitation.
    pub fn unenrolled(&self, fuse: &Fuse) -> Device {
        self.unenrolled_over(fuse, self.network.clone())
    }

    /// The same on a given network.
    pub fn unenrolled_over(&self, fuse: &Fuse, network: Arc<dyn Network>) -> Device {
        let mut rng = seeded(self.seed());
        let new = NewProfile {
            id: ProfileId::random(&mut rng),
            role: ProfileRole::Patient,
            display_name: "Test".to_owned(),
        };
        let unlocked = self.profiles.create(new, &self.keyring, None, &mut rng).unwrap();
        Device {
            vault: Arc::new(FragileVault { inner: unlocked.vault, fuse: fuse.clone() }),
            network: Arc::new(FragileNetwork { inner: network, fuse: fuse.clone() }),
            secret: *unlocked.master.expose_secret(),
            clock: self.clock.clone(),
            seeds: AtomicU64::new(self.seed() * 1_000_000),
        }
    }

    /// Registers, checks and invites a patient, whose app accepts.
    pub fn patient(&self, given: &str, family: &str, birth_date: &str) -> Session {
        self.patient_over(given, family, birth_date, self.network.clone())
    }

    pub fn patient_over(
        &self,
        given: &str,
        family: &str,
        birth_date: &str,
        network: Arc<dyn Network>,
    ) -> Session {
        let invitation = self.invite(given, family, birth_date);
        let session = self.person(Role::Patient, given, network);
        keyward_app::enrol::accept(&session, &invitation).unwrap();
        session
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

    /// Enrols a doctor.
    pub fn doctor(&self, name: &str) -> Session {
        self.doctor_over(name, self.network.clone())
    }

    pub fn doctor_over(&self, name: &str, network: Arc<dyn Network>) -> Session {
        let draft = ClinicianDraft {
            name: name.to_owned(),
            role: "Cardiologist".to_owned(),
            organisation: "Sample Clinic".to_owned(),
            registration_number: None,
        };
        let invitation = desk::clinicians::enrol(&self.desk, &self.desk(), &draft).unwrap();
        let session = self.person(Role::Doctor, name, network);
        keyward_app::enrol::accept(&session, &invitation.text).unwrap();
        session
    }

    /// A copy of all profiles as they lie on the disk now, as a backup program or an image of the machine
    /// makes it.
    pub fn copy_of_profiles(&self) -> PathBuf {
        let copy = self.folder.path().join(format!("copy-{}", self.seed()));
        copy_folder(&self.folder.path().join("profiles"), &copy);
        copy
    }

    /// The patient of this name in such a copy, opened.
    pub fn open_copy(&self, copy: &Path, name: &str) -> Session {
        let profiles = ProfileStore::open(copy).unwrap();
        let listed = profiles.list_profiles().unwrap().profiles;
        let known = listed.iter().find(|profile| profile.display_name == name).unwrap();
        let unlocked = profiles.unlock(&known.id, &self.keyring, None).unwrap();
        let profile = Profile {
            id: known.id.as_str().to_owned(),
            role: Role::Patient,
            name: name.to_owned(),
        };
        let surroundings = Surroundings {
            network: self.network.clone(),
            clock: Arc::new(Time(self.clock.clone())),
            randomness: Randomness::new(seeded(self.seed())),
        };
        Session::new(profile, unlocked.vault, unlocked.master, surroundings)
    }

    /// Writes a file to import.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn session(
    profiles: &ProfileStore,
    keyring: &MemoryKeyring,
    (kind, role): (ProfileRole, Role),
    name: &str,
    network: Arc<dyn Network>,
    clock: &FakeClock,
    seed: u64,
) -> Session {
    let mut rng = seeded(seed);
    let new =
        NewProfile { id: ProfileId::random(&mut rng), role: kind, display_name: name.to_owned() };
    let unlocked = profiles.create(new, keyring, None, &mut rng).unwrap();
    let profile =
        Profile { id: unlocked.profile.id.as_str().to_owned(), role, name: name.to_owned() };
    let surroundings = Surroundings {
        network,
        clock: Arc::new(Time(clock.clone())),
        randomness: Randomness::new(rng),
    };
    let vault: Arc<dyn Vault> = unlocked.vault;
    Session::new(profile, vault, unlocked.master, surroundings)
}

/// Imports, answering every question with "skip".
pub fn import(session: &Session, path: &Path) -> ImportView {
    let cancel = Cancel::new();
    let watch = Watch {
        progress: &Unwatched,
        cancel: &cancel,
        decide: &|_| ImportDecision::Skip,
        started: &|_| {},
    };
    import::run(session, &[path.to_owned()], &watch).unwrap()
}

/// A sharing space.
pub fn space(session: &Session, name: &str, shows_name: bool) -> String {
    let draft = SpaceDraft { name: name.to_owned(), icon: "heart".to_owned(), shows_name };
    spaces::create(session, &draft).unwrap().id
}

/// The doctor of a name in the directory.
pub fn find(session: &Session, name: &str) -> DoctorCard {
    let directory = sharing::doctors(session).unwrap();
    assert!(directory.problem.is_none(), "{:?}", directory.problem);
    directory.doctors.into_iter().find(|doctor| doctor.name == name).unwrap()
}

/// A draft for three months.
pub fn draft(space: &str, doctor: &DoctorCard, categories: &[Category]) -> ShareDraft {
    ShareDraft {
        space_id: space.to_owned(),
        doctor: doctor.certificate.clone(),
        categories: categories.to_vec(),
        purpose: Purpose::Treatment,
        until: START + 90 * DAY,
        accept_changed_key: false,
    }
}

/// Decides a share and carries it out.
pub fn share(session: &Session, draft: &ShareDraft) -> String {
    let view = sharing::create(session, draft).unwrap();
    sync(session);
    view.id
}

pub fn sync(session: &Session) {
    sharing::sync(session, &Unwatched, &Cancel::new()).unwrap();
}
