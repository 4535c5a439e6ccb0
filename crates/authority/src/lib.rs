//! The clinic authority: register, invitations, certificates.
//!
//! One [`Authority`] is one register in one folder, one certifying key and one HTTP service. It runs inside
//! the desktop app on loopback or as `keyward-server authority`; it is the same code.
//!
//! - `register`: the rules, as a state machine over people and clinicians.
//! - `invite`: codes, CPace, what a right code leads to.
//! - `persona`: naming personas that want to be known by name.
//! - `credential`: the anonymous credential, in a file of its own that is in no backup.
//! - `ends`, `backup`: what must stay ended when a backup is restored, and backups.
//! - `store`: SQLite, personal columns sealed under the storage key.
//! - `http`: who may call what; everything not listed is refused.
//!
//! Every change is one transaction that also records who did it and when. Time never runs backwards: the
//! store remembers the highest time it saw, so a clock set back revives no invitation.

pub mod backup;
mod credential;
mod ends;
mod health;
mod http;
mod invite;
mod issuer;
mod persona;
mod register;
mod store;

use std::{
    future::Future,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use axum::Router;
use keyward_protocol::{
    ids::{CertificateHash, ServiceId},
    keys::{SigningKey, VerifyingKey},
};
use keyward_relay_api::{
    authority::{
        clinicians::Clinician,
        enrol::EnrolledService,
        people::Person,
        status::{AuthorityStatus, Scope},
    },
    backup::check_finished,
    http::{
        UnixClock,
        server::{BodyBudget, VolatileNonces},
    },
};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

pub use health::Health;
pub use http::{AuthorityLimits, Door, Route, routes};
pub use issuer::CLINICIAN_DAYS;
pub use keyward_relay_api::authority::status::service_id_of;
pub use store::StoreError;

use invite::{Letterhead, exchange::Exchanges};
use issuer::Issuer;
use register::{RegisterError, clinicians, people};
use store::Store;

/// Seconds of a day.
const DAY: u64 = 86_400;
/// Memory all request bodies together may take.
const BODY_BUDGET: usize = 16 * 1024 * 1024;

/// Somebody who may work at the desk.
#[derive(Clone)]
pub struct Operator {
    /// How the history names her.
    pub name: String,
    /// The key her requests are signed with.
    pub key: VerifyingKey,
}

/// What an authority is opened with.
pub struct AuthorityConfig {
    /// Folder of the register; created, and made readable by its owner only.
    pub dir: PathBuf,
    /// File of what was issued and certified anonymously. It must never go back, so it is in no backup and best on
    /// another disk than `dir`.
    pub credentials_file: PathBuf,
    /// The clinic's name as patients read it.
    pub clinic_name: String,
    /// The certifying key. Another key is another service.
    pub signing_key: SigningKey,
    /// Who may work at the desk; nobody else can.
    pub operators: Vec<Operator>,
    /// Where the relay is, as it stands in invitations.
    pub relay_url: String,
    /// Where this authority is, as it stands in invitations.
    pub authority_url: String,
    /// Who can reach both.
    pub scope: Scope,
    /// The clock.
    pub clock: Arc<dyn UnixClock>,
    /// 32 random bytes; without them the register cannot be read.
    pub storage_key: Zeroizing<[u8; 32]>,
    /// Days a patient's invitation can be used (default 14).
    pub patient_invitation_days: u16,
    /// Days a clinician's invitation can be used (default 3).
    pub clinician_invitation_days: u16,
}

impl AuthorityConfig {
    /// Days a patient's invitation can be used unless configured otherwise.
    pub const PATIENT_DAYS: u16 = 14;
    /// Days a clinician's invitation can be used unless configured otherwise.
    pub const CLINICIAN_DAYS: u16 = 3;
    /// Name of the file of credentials unless configured otherwise.
    pub const CREDENTIALS: &str = "credentials.db";
}

/// An open authority. Cloning shares it.
#[derive(Clone)]
pub struct Authority {
    inner: Arc<Inner>,
}

/// Everything the handlers share.
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) issuer: Issuer,
    pub(crate) letterhead: Letterhead,
    pub(crate) operators: Vec<(Operator, [u8; 32])>,
    pub(crate) exchanges: Exchanges,
    pub(crate) credentials: credential::Credentials,
    pub(crate) bodies: BodyBudget,
    pub(crate) rates: http::Rates,
    /// Places to work in.
    pub(crate) places: Semaphore,
    /// Nonces of reads answered while the disk fails.
    pub(crate) volatile: VolatileNonces,
    /// The journal of ends, if one is kept.
    pub(crate) ends: OnceLock<ends::Noted>,
    /// No request signed before is taken: its nonce may have been forgotten by a restore.
    pub(crate) restored: u64,
}

impl Inner {
    /// Now, never earlier than any time the store has seen.
    pub(crate) fn now(&self) -> Result<u64, StoreError> {
        self.store.read(|tx| Ok(tx.now))
    }

    /// What a device pins at enrolment.
    pub(crate) fn enrolled_service(&self) -> EnrolledService {
        EnrolledService {
            service_id: self.issuer.service(),
            clinic_name: self.letterhead.clinic_name.clone(),
            authority_key: self.issuer.verifying_key().to_bytes().to_vec(),
            relay_url: self.letterhead.relay_url.clone(),
        }
    }

    /// Who this is.
    pub(crate) fn status(&self) -> Result<AuthorityStatus, StoreError> {
        let key = self.issuer.verifying_key();
        let fingerprint = keyward_protocol::invitation::fingerprint(key);
        Ok(AuthorityStatus {
            service_id: self.issuer.service(),
            clinic_name: self.letterhead.clinic_name.clone(),
            authority_key: key.to_bytes().to_vec(),
            fingerprint: fingerprint.iter().map(|byte| format!("{byte:02x}")).collect(),
            scope: self.letterhead.scope,
            relay_url: self.letterhead.relay_url.clone(),
            time: self.now()?,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }
}

impl Authority {
    /// Opens or creates the register.
    ///
    /// # Errors
    /// [`StoreError::Letterhead`] if no invitation could be issued; [`StoreError`] otherwise; a file of a newer program, another key or another kind is left untouched.
    pub fn open(config: AuthorityConfig) -> Result<Self, StoreError> {
        Self::open_with(config, AuthorityLimits::default())
    }

    /// The same with other rates.
    ///
    /// # Errors
    /// As [`Authority::open`].
    pub fn open_with(config: AuthorityConfig, limits: AuthorityLimits) -> Result<Self, StoreError> {
        let letterhead = Letterhead {
            clinic_name: config.clinic_name,
            authority_url: config.authority_url,
            relay_url: config.relay_url,
            scope: config.scope,
            patient_seconds: u64::from(config.patient_invitation_days) * DAY,
            clinician_seconds: u64::from(config.clinician_invitation_days) * DAY,
        };
        let issuer = Issuer::new(config.signing_key);
        letterhead.check(&issuer)?;
        check_finished(&config.dir)?;
        let store = Store::open(&config.dir, &config.storage_key, config.clock)?;
        let restored = store.read(|tx| tx.counter(store::RESTORED))?;
        let credentials =
            credential::Credentials::open(&config.credentials_file, &config.storage_key, &store)?;
        let operators = config
            .operators
            .into_iter()
            .map(|operator| {
                let id = operator.key.key_id();
                (operator, id)
            })
            .collect();
        let rates = http::Rates::new(limits);
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                issuer,
                letterhead,
                operators,
                exchanges: Exchanges::new(),
                credentials,
                bodies: BodyBudget::new(BODY_BUDGET),
                places: Semaphore::new(rates.at_once()),
                rates,
                volatile: VolatileNonces::default(),
                ends: OnceLock::new(),
                restored,
            }),
        })
    }

    /// The service id, derived from the certifying key.
    #[must_use]
    pub fn service_id(&self) -> ServiceId {
        self.inner.issuer.service()
    }

    /// The key every certificate of this authority verifies with.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        self.inner.issuer.verifying_key()
    }

    /// Certificates that must no longer be trusted, for the relay beside this authority.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn removed_certificates(&self) -> Result<Vec<CertificateHash>, StoreError> {
        let removed: Vec<[u8; 32]> = self.inner.store.read(|tx| tx.removed())?;
        Ok(removed.into_iter().map(CertificateHash::from_bytes).collect())
    }

    /// Everything the register holds as of one moment, people first: for the desk that takes it along when the
    /// clinic of its computer ends.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn whole_register(&self) -> Result<(Vec<Person>, Vec<Clinician>), StoreError> {
        let inner = &self.inner;
        let read = inner.store.read(|tx| {
            let people = tx.people(None)?.into_iter().map(|record| people::view(tx, record));
            let people = people.collect::<Result<_, RegisterError>>()?;
            Ok::<_, RegisterError>((people, clinicians::all(tx, &inner.issuer)?))
        });
        read.map_err(|error| match error {
            RegisterError::Store(error) => error,
            _ => StoreError::Damaged,
        })
    }

    /// All routes. Everything else is refused.
    pub fn router(&self) -> Router {
        http::router(Arc::clone(&self.inner))
    }

    /// Serves until `stop` resolves, lets the requests under way end, and empties the write-ahead log.
    pub async fn serve(&self, listener: tokio::net::TcpListener, stop: impl Future<Output = ()>) {
        keyward_relay_api::http::server::serve(
            listener,
            self.router(),
            self.inner.rates.listen(),
            stop,
        )
        .await;
        let inner = Arc::clone(&self.inner);
        let done = tokio::task::spawn_blocking(move || inner.store.checkpoint()).await;
        if !matches!(done, Ok(Ok(()))) {
            tracing::warn!("the register's write-ahead log could not be emptied at the end");
        }
    }
}
