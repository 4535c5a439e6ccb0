//! The real relay and the real clinic on loopback, each with an observer around it.

use std::sync::Arc;

use keyward_authority::{Authority, AuthorityConfig, AuthorityLimits, Operator};
use keyward_protocol::{
    ids::ServiceId,
    keys::{MasterSecret, SecretBytes32, SigningKey},
};
use keyward_relay::{Limits, Relay, RelayConfig};
use keyward_relay_api::{
    authority::{client::AuthorityClient, status::Scope},
    client::RelayClient,
    http::{
        UnixClock,
        server::{ListenLimits, Rate, serve},
    },
};
use keyward_testkit::{FakeClock, seeded};
use zeroize::Zeroizing;

use crate::observer::{Notebook, Service};
use crate::people::START;

/// The simulated time.
#[derive(Clone)]
pub struct Time(pub FakeClock);

impl UnixClock for Time {
    fn now(&self) -> u64 {
        self.0.now()
    }
}

/// Relay and clinic.
pub struct Services {
    /// The time all go by.
    pub clock: FakeClock,
    /// Where both keep what they have.
    pub folder: tempfile::TempDir,
    /// What they saw.
    pub notebook: Notebook,
    /// The clinic's certifying key: it is the adversary's.
    pub authority_key: SigningKey,
    /// The desk.
    pub operator: SigningKey,
    /// Which service.
    pub service: ServiceId,
    /// Clients, where one may serve everybody.
    common: Option<(AuthorityClient, RelayClient)>,
    urls: [String; 2],
    _runtime: tokio::runtime::Runtime,
}

impl Services {
    /// Opens and serves both. `apart`: see [`Notebook::around`].
    ///
    /// # Errors
    /// What stands in the way, in words.
    pub fn start(seed: u64, apart: bool) -> Result<Self, String> {
        let clock = FakeClock::at(START - 3_600);
        let folder = folder().map_err(|error| error.to_string())?;
        let notebook = Notebook::default();
        let rng = &mut seeded(seed);
        let key = || format!("no key from seed {seed}");
        let authority_key = SigningKey::generate(rng).map_err(|_| key())?;
        let operator = SigningKey::generate(rng).map_err(|_| key())?;
        let storage = MasterSecret::generate(rng);
        let listen =
            ListenLimits { connections: 4_096, per_network: 4_096, ..ListenLimits::default() };
        let limits = AuthorityLimits {
            per_key: Rate::NONE,
            per_address: Rate::NONE,
            listen: listen.clone(),
            ..AuthorityLimits::default()
        };
        let copy = SigningKey::from_bytes(&authority_key.expose_secret()).map_err(|_| key())?;
        let authority = Authority::open_with(
            AuthorityConfig {
                dir: folder.path().join("authority"),
                credentials_file: folder.path().join("credentials.db"),
                clinic_name: "Sample Clinic".into(),
                signing_key: copy,
                operators: vec![Operator {
                    name: "Desk".into(),
                    key: operator.verifying_key().clone(),
                }],
                relay_url: "this-computer:relay".into(),
                authority_url: "this-computer:authority".into(),
                scope: Scope::ThisComputer,
                clock: Arc::new(Time(clock.clone())),
                storage_key: Zeroizing::new(*storage.expose_secret()),
                patient_invitation_days: AuthorityConfig::PATIENT_DAYS,
                clinician_invitation_days: AuthorityConfig::CLINICIAN_DAYS,
            },
            limits,
        )
        .map_err(|error| error.to_string())?;
        let service = authority.service_id();
        let mut config = RelayConfig::new(
            folder.path().join("relay"),
            SecretBytes32::new(*storage.expose_secret()),
            service,
            vec![authority_key.verifying_key().clone()],
            keyward_relay::Scope::ThisComputer,
            Arc::new(Time(clock.clone())),
        );
        config.limits = Limits::without_rates();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let relay = runtime.block_on(Relay::open(config)).map_err(|error| error.to_string())?;
        let routers = [
            notebook.around(authority.router(), Service::Authority, &clock, apart),
            notebook.around(relay.router(), Service::Relay, &clock, apart),
        ];
        let mut urls = Vec::new();
        for router in routers {
            let listener = runtime
                .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
                .map_err(|error| error.to_string())?;
            let address = listener.local_addr().map_err(|error| error.to_string())?;
            urls.push(format!("http://{address}"));
            runtime.spawn(serve(listener, router, listen.clone(), std::future::pending()));
        }
        let urls = urls.try_into().map_err(|_| "two addresses".to_owned())?;
        let mut it = Self {
            clock,
            folder,
            notebook,
            authority_key,
            operator,
            service,
            common: None,
            urls,
            _runtime: runtime,
        };
        if apart {
            it.common = Some((it.authority()?, it.relay()?));
        }
        Ok(it)
    }

    /// A client of the clinic with connections of its own.
    ///
    /// # Errors
    /// As the client's.
    pub fn authority(&self) -> Result<AuthorityClient, String> {
        if let Some((it, _)) = &self.common {
            return Ok(it.clone());
        }
        let clock = Arc::new(Time(self.clock.clone()));
        AuthorityClient::new(&self.urls[0], self.service, clock).map_err(|error| error.to_string())
    }

    /// A client of the relay with connections of its own.
    ///
    /// # Errors
    /// As the client's.
    pub fn relay(&self) -> Result<RelayClient, String> {
        if let Some((_, it)) = &self.common {
            return Ok(it.clone());
        }
        let clock = Arc::new(Time(self.clock.clone()));
        RelayClient::new(&self.urls[1], self.service, clock).map_err(|error| error.to_string())
    }
}

/// In memory where there is such a place: everything is synchronised to the disk otherwise.
fn folder() -> std::io::Result<tempfile::TempDir> {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }
}
