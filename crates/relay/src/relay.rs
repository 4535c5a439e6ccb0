//! Opening a relay, its time, and serving.

use crate::api;
use crate::backup::DATABASE;
use crate::blobs::Blobs;
use crate::config::{Limits, RelayConfig};
use crate::error::RelayError;
use crate::routes::{CLASSES, Class, Endpoint, Route};
use crate::sealed::{ColumnKey, Place};
use crate::sqlite::SqliteStore;
use crate::sqlite::copies::META_RESTORED;
use crate::store::{Removal, Store, StoreError};
use crate::upkeep::Room;
use axum::Router;
use keyward_protocol::ids::{CertificateHash, ServiceId};
use keyward_protocol::keys::{SigningKey, VerifyingKey};
use keyward_relay_api::backup::check_finished;
use keyward_relay_api::ends::{End, EndsJournal};
use keyward_relay_api::http::server::{
    Authenticated, BodyBudget, Buckets, Network, SteadyClock, VolatileNonces, serve,
};
use keyward_relay_api::http::{REQUEST_WINDOW_SECONDS, UnixClock, UnixSeconds};
use keyward_relay_api::problem::{Problem, ProblemCode};
use keyward_relay_api::types::Scope;
use std::fs::{File, TryLockError};
use std::future::Future;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, SemaphorePermit};

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
    pub(crate) budget: BodyBudget,
    /// Nonces of reads answered while the storage fails.
    pub(crate) volatile: VolatileNonces,
    pub(crate) room: Room,
    /// Places to work in, by class.
    pub(crate) places: [Semaphore; CLASSES],
    pub(crate) dir: PathBuf,
    ends: Option<Arc<EndsJournal>>,
    /// No request signed before is taken: its nonce may have been forgotten by a restore.
    restored: UnixSeconds,
    by_key: Buckets<([u8; 32], Endpoint)>,
    by_address: Buckets<(Option<Network>, Endpoint)>,
    clock: Arc<dyn UnixClock>,
    steady: Arc<dyn SteadyClock>,
    highest: AtomicU64,
    /// Held while the relay lives: two relays on one folder would sweep each other's packs.
    _lock: File,
}

impl Relay {
    /// Opens or creates the relay in its folder. Clears away what a crash left behind.
    pub async fn open(config: RelayConfig) -> Result<Relay, RelayError> {
        let lock = take(&config.dir)?;
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&config.dir.join(DATABASE))?);
        let blobs = Blobs::local(&config.dir)?;
        Relay::assemble(config, store, blobs, lock).await
    }

    /// The same with another place for payloads, whose writes must be durable when they return.
    pub async fn open_with_blobs(config: RelayConfig, blobs: Blobs) -> Result<Relay, RelayError> {
        let lock = take(&config.dir)?;
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&config.dir.join(DATABASE))?);
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
        let restored = restored_at(store.as_ref()).await?;
        let ends = match &config.journal {
            Some(path) => Some(Arc::new(EndsJournal::open(path, config.service_id)?)),
            None => None,
        };
        let relay = Relay(Arc::new(Inner {
            store,
            blobs,
            columns,
            receipts,
            service: config.service_id,
            authorities: config.authority_keys,
            scope: config.scope,
            volatile: VolatileNonces::default(),
            room: Room::default(),
            places: std::array::from_fn(|_| Semaphore::new(config.limits.at_once)),
            dir: config.dir,
            ends,
            restored,
            by_key: Buckets::default(),
            by_address: Buckets::default(),
            budget: BodyBudget::new(config.limits.body_memory),
            limits: config.limits,
            clock: config.clock,
            steady: config.steady,
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
        let ends = new.iter().copied().map(End::Clinician).collect();
        self.0.store.remove_clinicians(Removal { hashes: new, now: self.0.now() }).await?;
        self.0.note(ends).await.map_err(|_| StoreError::Storage("the journal of ends".into()))?;
        Ok(())
    }

    /// The endpoints, to be served or wrapped.
    pub fn router(&self) -> Router {
        api::router(self)
    }

    /// Serves until `stop` resolves, lets requests under way end, and closes the store.
    pub async fn serve(&self, listener: TcpListener, stop: impl Future<Output = ()> + Send) {
        tokio::select! {
            () = serve(listener, self.router(), self.0.limits.listen.clone(), stop) => {}
            () = self.clone().keep_up() => {}
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
    /// Deletes objects no row names any more. What fails is tried again at the next tidying.
    pub(crate) async fn delete_doomed(&self) -> Result<(), StoreError> {
        let doomed = self.store.doomed().await?;
        if doomed.is_empty() {
            return Ok(());
        }
        let (mut gone, mut failure) = (Vec::new(), None);
        for name in doomed {
            match self.blobs.delete(&name).await {
                Ok(()) => gone.push(name),
                Err(error) => failure = Some(error),
            }
        }
        self.store.gone(gone).await?;
        failure.map_or(Ok(()), Err)
    }

    /// The clock as it is: for "was this signed just now". A clock that once ran ahead must not
    /// refuse everybody until the true time catches up with it.
    pub(crate) fn clock(&self) -> UnixSeconds {
        self.clock.now()
    }

    /// Before anything of a request is read. A key that has used up its rate is refused first, so
    /// that its flood is not charged to the address it shares with others. The claimed key is not
    /// proven: it can only be refused here, nobody is charged in its name.
    pub(crate) fn admit_head(
        &self,
        route: &Route,
        peer: Option<IpAddr>,
        claimed: Option<[u8; 32]>,
    ) -> Result<(), Problem> {
        let now = self.steady.elapsed();
        if let Some(key_id) = claimed {
            let rate = self.limits.per_key.of(route.class);
            self.by_key.check(&(key_id, route.endpoint), rate, now)?;
        }
        let rate = self.limits.per_address.of(route.class);
        self.by_address.take((peer.map(Network::of), route.endpoint), rate, now)
    }

    /// A place to work in, or the word that there is none now. Classes do not take each other's:
    /// a flood of uploads keeps nobody from reading.
    pub(crate) fn place(&self, class: Class) -> Result<SemaphorePermit<'_>, Problem> {
        let busy = || Problem::new(ProblemCode::Busy).retry_after(1);
        let places = self.places.get(class as usize).ok_or_else(busy)?;
        places.try_acquire().map_err(|_| busy())
    }

    /// Charges a key that has shown its signature.
    pub(crate) fn charge_key(&self, key_id: [u8; 32], route: &Route) -> Result<(), Problem> {
        let rate = self.limits.per_key.of(route.class);
        self.by_key.take((key_id, route.endpoint), rate, self.steady.elapsed())
    }

    /// Refuses a request signed before the store was restored. Whoever signs it again is answered.
    pub(crate) fn signed_since_restore(&self, it: &Authenticated) -> Result<(), Problem> {
        if it.created > self.restored {
            return Ok(());
        }
        let wait = (self.restored - it.created).saturating_add(1).min(REQUEST_WINDOW_SECONDS);
        Err(Problem::new(ProblemCode::Busy).detail("restored").retry_after(wait))
    }

    /// Notes ends where a restore will find them. Asked for before an end is acknowledged.
    pub(crate) async fn note(&self, ends: Vec<End>) -> Result<(), Problem> {
        let Some(journal) = self.ends.clone() else { return Ok(()) };
        let noted = tokio::task::spawn_blocking(move || journal.note(&ends)).await;
        match noted {
            Ok(Ok(())) => Ok(()),
            _ => {
                tracing::error!("an end could not be noted in the journal");
                Err(Problem::new(ProblemCode::StorageFailed).retry_after(5))
            }
        }
    }

    pub(crate) fn now(&self) -> UnixSeconds {
        let now = self.clock.now();
        self.highest.fetch_max(now, Ordering::AcqRel).max(now)
    }
}

async fn restored_at(store: &dyn Store) -> Result<UnixSeconds, RelayError> {
    let stored = store.meta(META_RESTORED).await?;
    let seconds = stored.map(|bytes| bytes.try_into().map(u64::from_be_bytes)).transpose();
    Ok(seconds.map_err(|_| StoreError::Damaged("the time of the restore"))?.unwrap_or(0))
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

/// Makes the folder, for this relay alone.
fn take(dir: &Path) -> Result<File, RelayError> {
    std::fs::create_dir_all(dir).map_err(RelayError::Folder)?;
    restrict(dir)?;
    check_finished(dir).map_err(|_| RelayError::Unfinished)?;
    lock(dir)
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
