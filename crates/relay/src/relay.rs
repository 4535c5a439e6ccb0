//! Opening a relay, its time, and serving.

use crate::api;
use crate::blobs::Blobs;
use crate::config::{Limits, RelayConfig};
use crate::error::RelayError;
use crate::rates::Buckets;
use crate::sealed::{ColumnKey, Place};
use crate::sqlite::SqliteStore;
use crate::store::{Removal, Store, StoreError};
use axum::Router;
use keyward_protocol::ids::{CertificateHash, ServiceId};
use keyward_protocol::keys::{SigningKey, VerifyingKey};
use keyward_relay_api::http::server::{BodyBudget, serve};
use keyward_relay_api::http::{UnixClock, UnixSeconds};
use keyward_relay_api::types::Scope;
use std::fs::{File, TryLockError};
use std::future::Future;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

/// How often ended grants, old nonces and old answers are cleared away.
const TIDY_EVERY: Duration = Duration::from_secs(30);

const META_RECEIPT_KEY: &str = "receipt-key";
const META_SERVICE: &str = "service-id";

/// A relay. Cloning gives another handle to the same one.
#[derive(Clone)]
pub struct Relay(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) blobs: Blobs,
    pub(crate) columns: ColumnKey,
    pub(crate) receipts: SigningKey,
    pub(crate) service: ServiceId,
    pub(crate) authorities: Vec<VerifyingKey>,
    pub(crate) scope: Scope,
    pub(crate) limits: Limits,
    pub(crate) by_key: Buckets<[u8; 32]>,
    pub(crate) by_address: Buckets<Option<IpAddr>>,
    pub(crate) budget: BodyBudget,
    clock: Arc<dyn UnixClock>,
    highest: AtomicU64,
    /// Held while the relay lives: two relays on one folder would sweep each other's packs.
    _lock: File,
}

impl Relay {
    /// Opens or creates the relay in its folder. Clears away what a crash left behind.
    pub async fn open(config: RelayConfig) -> Result<Relay, RelayError> {
        std::fs::create_dir_all(&config.dir).map_err(RelayError::Folder)?;
        restrict(&config.dir)?;
        let lock = lock(&config.dir)?;
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&config.dir.join("relay.db"))?);
        let blobs = Blobs::local(&config.dir)?;
        Relay::assemble(config, store, blobs, lock).await
    }

    /// The same with another place for payloads, whose writes must be durable when they return.
    pub async fn open_with_blobs(config: RelayConfig, blobs: Blobs) -> Result<Relay, RelayError> {
        std::fs::create_dir_all(&config.dir).map_err(RelayError::Folder)?;
        restrict(&config.dir)?;
        let lock = lock(&config.dir)?;
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&config.dir.join("relay.db"))?);
        Relay::assemble(config, store, blobs, lock).await
    }

    async fn assemble(
        config: RelayConfig,
        store: Arc<dyn Store>,
        blobs: Blobs,
        lock: File,
    ) -> Result<Relay, RelayError> {
        let service = store.meta_once(META_SERVICE, config.service_id.as_bytes().to_vec()).await?;
        if service != config.service_id.as_bytes() {
            return Err(RelayError::OtherService);
        }
        let columns = ColumnKey::new(config.storage_key.expose_secret())?;
        let receipts = receipt_key(store.as_ref(), &columns).await?;
        let swept = blobs.sweep(&store.packs().await?).await?;
        if swept > 0 {
            tracing::info!(swept, "payloads of interrupted uploads were removed");
        }
        let highest = store.highest_time().await?;
        let relay = Relay(Arc::new(Inner {
            store,
            blobs,
            columns,
            receipts,
            service: config.service_id,
            authorities: config.authority_keys,
            scope: config.scope,
            by_key: Buckets::new(config.limits.per_key),
            by_address: Buckets::new(config.limits.per_address),
            budget: BodyBudget::new(config.limits.body_memory),
            limits: config.limits,
            clock: config.clock,
            highest: AtomicU64::new(highest),
            _lock: lock,
        }));
        relay.tidy().await?;
        Ok(relay)
    }

    /// The key access receipts verify with.
    pub fn receipt_key(&self) -> &VerifyingKey {
        self.0.receipts.verifying_key()
    }

    /// The relay's time: never before the highest time it has ever seen.
    pub fn now(&self) -> UnixSeconds {
        self.0.now()
    }

    /// Certificates the authority took back. They stay refused, also when a later list is shorter.
    pub async fn set_removed(&self, removed: Vec<CertificateHash>) -> Result<(), RelayError> {
        let mut new = Vec::new();
        for hash in removed {
            // Called often with the same list: nothing is written unless something is new.
            if !self.0.store.is_removed(hash).await? {
                new.push(hash);
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        Ok(self.0.store.remove_clinicians(Removal { hashes: new, now: self.0.now() }).await?)
    }

    /// Deletes the keys of grants whose time is over and forgets old nonces and answers. Runs on
    /// its own while serving. Gives the number of keys deleted.
    pub async fn tidy(&self) -> Result<u64, RelayError> {
        Ok(self.0.store.tidy(self.0.now(), self.0.clock()).await?)
    }

    /// The endpoints, to be served or wrapped.
    pub fn router(&self) -> Router {
        api::router(self)
    }

    /// Serves until `stop` resolves, lets requests under way end, and closes the store.
    pub async fn serve(&self, listener: TcpListener, stop: impl Future<Output = ()> + Send) {
        let tidying = self.clone();
        let tidy = async move {
            loop {
                tokio::time::sleep(TIDY_EVERY).await;
                if let Err(error) = tidying.tidy().await {
                    tracing::warn!(code = error.code(), "clearing away failed");
                }
            }
        };
        tokio::select! {
            () = serve(listener, self.router(), self.0.limits.listen, stop) => {}
            () = tidy => {}
        }
        self.close().await;
    }

    /// Ends all work. What was acknowledged stays; later requests are refused as busy.
    pub async fn close(&self) {
        let store = Arc::clone(&self.0.store);
        store.close().await;
    }
}

impl Inner {
    /// The clock as it is: for "was this signed just now". A clock that once ran ahead must not
    /// refuse everybody until the true time catches up with it.
    pub(crate) fn clock(&self) -> UnixSeconds {
        self.clock.now()
    }

    pub(crate) fn now(&self) -> UnixSeconds {
        let now = self.clock.now();
        self.highest.fetch_max(now, Ordering::AcqRel).max(now)
    }
}

async fn receipt_key(store: &dyn Store, columns: &ColumnKey) -> Result<SigningKey, RelayError> {
    let place = Place { table: "meta", column: "value", row: &[META_RECEIPT_KEY.as_bytes()] };
    let sealed = match store.meta(META_RECEIPT_KEY).await? {
        Some(sealed) => sealed,
        None => {
            let fresh = SigningKey::generate(&mut rand::rng()).map_err(|_| RelayError::Key)?;
            let sealed = columns.seal(&place, fresh.expose_secret().as_slice())?;
            store.meta_once(META_RECEIPT_KEY, sealed).await?
        }
    };
    let secret = columns.open(&place, &sealed)?;
    let secret = secret.as_slice().try_into().map_err(|_| RelayError::WrongStorageKey)?;
    SigningKey::from_bytes(secret).map_err(|_| RelayError::WrongStorageKey)
}

fn lock(dir: &Path) -> Result<File, RelayError> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(dir.join("relay.lock"))
        .map_err(RelayError::Folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(RelayError::InUse),
        Err(TryLockError::Error(error)) => Err(RelayError::Folder(error)),
    }
}

/// Only the relay's own user reads its folder.
#[cfg(unix)]
fn restrict(dir: &Path) -> Result<(), RelayError> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700))
        .map_err(RelayError::Folder)
}

#[cfg(not(unix))]
fn restrict(_dir: &Path) -> Result<(), RelayError> {
    Ok(())
}

impl From<StoreError> for keyward_relay_api::problem::Problem {
    fn from(error: StoreError) -> Self {
        use keyward_relay_api::problem::{Problem, ProblemCode};
        match error {
            StoreError::Refused(problem) => *problem,
            StoreError::Storage(reason) => {
                tracing::error!(reason, "the storage failed");
                Problem::new(ProblemCode::StorageFailed).retry_after(5)
            }
            StoreError::Damaged(what) => {
                tracing::error!(what, "the stored data is damaged");
                ProblemCode::Internal.into()
            }
            StoreError::TooNew { .. } => ProblemCode::Internal.into(),
            StoreError::Stopped => Problem::new(ProblemCode::Busy).retry_after(1),
        }
    }
}
