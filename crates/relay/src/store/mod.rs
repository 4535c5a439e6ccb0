//! What the relay keeps, as a trait: SQLite stands behind it today, PostgreSQL later, both under
//! the contract suite in `tests/store_contract`.
//!
//! Rules every implementation keeps:
//! - An answer `Ok` to a changing call means that the change is on stable storage.
//! - A changing call happens wholly or not at all; a refused one changes nothing but the replay
//!   memory, which keeps the nonce of every request that reached the store.
//! - Calls with a [`Stamp`] check the replay memory first: a nonce seen before is refused, except
//!   when an idempotency key shows that it is the same request again, which gets the same answer.
//! - One idempotency key with another request is refused. Refusals are not remembered: a retry
//!   may find the obstacle gone.

mod recovery;
mod rows;

pub use recovery::{
    BackupBounds, Ended, NewBackup, NewBackupKey, NewBackupPack, NewReplacement, StoredBackupPack,
};
pub use rows::{
    AccessEntry, AccessPlan, AccessQuery, Append, Appended, Audience, Bounds, Census, Idempotency,
    LoggedAccess, NewClinician, NewEpoch, NewGrant, NewHead, NewPersona, NewRecord, OwnPlan,
    OwnQuery, PackName, Principal, Removal, Retention, SealReceipt, SealedKey, Stamp, StoredGrant,
    StoredRecord,
};

use async_trait::async_trait;
use keyward_protocol::ids::{CertificateHash, CompartmentId, GrantId, PersonaId};
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::problem::{Problem, ProblemCode};
use keyward_relay_api::recovery::{Backup, BackupPackId, Backups, CompartmentState};
use keyward_relay_api::types::{Access, Done, Message, Revoked};

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A rule of the relay forbids it; nothing was changed.
    #[error("refused: {0}")]
    Refused(Box<Problem>),
    /// The disk is full or failing, or the write was lost; nothing was changed.
    #[error("the storage failed: {0}")]
    Storage(String),
    /// What is stored cannot be right.
    #[error("the stored data is damaged: {0}")]
    Damaged(&'static str),
    /// The files belong to a newer version of the relay; they were left as they are.
    #[error("the store was written by a newer version ({found})")]
    TooNew {
        /// Its version.
        found: i64,
    },
    /// The store is stopping.
    #[error("the store is stopping")]
    Stopped,
}

impl From<ProblemCode> for StoreError {
    fn from(code: ProblemCode) -> Self {
        StoreError::Refused(Box::new(code.into()))
    }
}

impl From<Problem> for StoreError {
    fn from(problem: Problem) -> Self {
        StoreError::Refused(Box::new(problem))
    }
}

/// The relay's memory. See the module for the rules.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The highest time ever seen, 0 in a new store.
    async fn highest_time(&self) -> Result<UnixSeconds, StoreError>;

    /// A small value by name, for the relay's own settings.
    async fn meta(&self, name: &'static str) -> Result<Option<Vec<u8>>, StoreError>;
    /// Sets such a value if there is none, and gives the one that is there now.
    async fn meta_once(&self, name: &'static str, value: Vec<u8>) -> Result<Vec<u8>, StoreError>;

    /// The pinned object of a credential epoch.
    async fn pinned_epoch(&self, epoch: u64) -> Result<Option<Vec<u8>>, StoreError>;
    /// Pins the object of a credential epoch unless one is, and gives the one that is now.
    async fn pin_epoch(&self, epoch: u64, object: Vec<u8>) -> Result<Vec<u8>, StoreError>;

    /// Who signs with this key, `None` if nobody known.
    async fn principal(&self, key_id: [u8; 32]) -> Result<Option<Principal>, StoreError>;
    /// Remembers the nonce of a request that changes nothing else.
    async fn stamp(&self, stamp: Stamp) -> Result<(), StoreError>;

    /// Makes a persona known, or renews her certificate.
    async fn put_persona(&self, stamp: Stamp, persona: NewPersona) -> Result<Done, StoreError>;
    /// Makes a clinician's certificate known.
    async fn put_clinician(&self, stamp: Stamp, it: NewClinician) -> Result<Done, StoreError>;
    /// Marks certificates as taken back, for ever.
    async fn remove_clinicians(&self, removal: Removal) -> Result<(), StoreError>;

    /// Opens a key epoch and closes the one before.
    async fn open_epoch(&self, stamp: Stamp, epoch: NewEpoch) -> Result<Done, StoreError>;
    /// Adds records and heads. The pack they name must be on stable storage already.
    async fn append(&self, stamp: Stamp, append: Append) -> Result<Appended, StoreError>;
    /// A persona's own records.
    async fn own_records(&self, query: OwnQuery) -> Result<OwnPlan, StoreError>;
    /// Names of all packs some record or backup lies in.
    async fn packs(&self) -> Result<Vec<PackName>, StoreError>;

    /// Stores a grant or a higher revision, its keys and its message.
    async fn put_grant(&self, stamp: Stamp, grant: NewGrant) -> Result<Done, StoreError>;
    /// Ends a grant and deletes its keys and message. One that is not here is not found, and is
    /// refused if it comes later.
    async fn revoke(
        &self,
        stamp: Stamp,
        persona: PersonaId,
        grant: GrantId,
        bounds: Bounds,
    ) -> Result<Revoked, StoreError>;
    /// One page of grants of a persona or for a clinician, by id.
    async fn grants(
        &self,
        audience: Audience,
        after: Option<GrantId>,
        limit: usize,
    ) -> Result<Vec<StoredGrant>, StoreError>;
    /// One grant, only for those it concerns.
    async fn grant(
        &self,
        audience: Audience,
        grant: GrantId,
    ) -> Result<Option<StoredGrant>, StoreError>;

    /// The oldest messages of a mailbox after a sequence.
    async fn messages(
        &self,
        owner: [u8; 32],
        after: u64,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError>;
    /// Deletes acknowledged messages.
    async fn acknowledge(&self, stamp: Stamp, through: u64) -> Result<Done, StoreError>;

    /// What an access would give: the grant is checked, nothing is logged yet.
    async fn plan_access(&self, query: AccessQuery) -> Result<AccessPlan, StoreError>;
    /// Logs an access if the grant is still live *now*, and gives the sealed receipt.
    async fn log_access(
        &self,
        stamp: Stamp,
        entry: AccessEntry,
        seal: SealReceipt,
    ) -> Result<LoggedAccess, StoreError>;
    /// One page of a persona's access history.
    async fn accesses(
        &self,
        persona: PersonaId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Access>, StoreError>;

    /// The newest certificate of a persona.
    async fn persona_certificate(&self, persona: PersonaId) -> Result<Option<Vec<u8>>, StoreError>;
    /// Ends a persona and whoever continued her until now; another continues her.
    async fn replace(&self, stamp: Stamp, new: NewReplacement) -> Result<Ended, StoreError>;
    /// Whether `caller` is who continues a persona.
    async fn continues(&self, caller: PersonaId, persona: PersonaId) -> Result<bool, StoreError>;
    /// Everybody a persona continues.
    async fn continued(&self, successor: PersonaId) -> Result<Vec<PersonaId>, StoreError>;
    /// The signed replacements from a persona on, in order.
    async fn replacements(&self, persona: PersonaId) -> Result<Vec<Vec<u8>>, StoreError>;
    /// One page of where a persona's compartments stand, by id.
    async fn compartments(
        &self,
        persona: PersonaId,
        after: Option<CompartmentId>,
        limit: usize,
    ) -> Result<Vec<CompartmentState>, StoreError>;
    /// Erases a persona and whom she continues. Needs no stamp: what is said twice is done once.
    async fn forget(&self, persona: PersonaId, now: UnixSeconds) -> Result<Ended, StoreError>;
    /// The hashes that stay of a persona and of whom she continues once she is forgotten; none if
    /// she is already.
    async fn tombstones(&self, persona: PersonaId) -> Result<Vec<[u8; 32]>, StoreError>;
    /// Objects no row names any more, to be deleted.
    async fn doomed(&self) -> Result<Vec<PackName>, StoreError>;
    /// Says that objects are deleted.
    async fn gone(&self, names: Vec<PackName>) -> Result<(), StoreError>;

    /// Makes a clinician's backup key known, or puts a newer certificate behind it.
    async fn put_backup_key(&self, stamp: Stamp, new: NewBackupKey) -> Result<Done, StoreError>;
    /// Whether there is such a key, not forgotten.
    async fn knows_backup_key(&self, id: PersonaId) -> Result<bool, StoreError>;
    /// Erases a clinician's backup key with all that lies under it. One that never was is not found. Needs no
    /// stamp: what is said twice is done once.
    async fn forget_backup_key(&self, id: PersonaId, now: UnixSeconds)
    -> Result<Ended, StoreError>;
    /// Notes a backup pack whose object is on stable storage; gives the one that counts.
    async fn put_backup_pack(
        &self,
        stamp: Stamp,
        new: NewBackupPack,
    ) -> Result<StoredBackupPack, StoreError>;
    /// A backup pack of a persona.
    async fn backup_pack(
        &self,
        persona: PersonaId,
        pack: BackupPackId,
    ) -> Result<Option<StoredBackupPack>, StoreError>;
    /// Stores a version of a backup and lets old ones go.
    async fn put_backup(&self, stamp: Stamp, new: NewBackup) -> Result<Done, StoreError>;
    /// Every version kept.
    async fn backups(&self, persona: PersonaId, quota: u64) -> Result<Backups, StoreError>;
    /// One version.
    async fn backup(&self, persona: PersonaId, sequence: u64)
    -> Result<Option<Backup>, StoreError>;
    /// Dooms packs no version needs that waited longer than this.
    async fn collect_backups(
        &self,
        now: UnixSeconds,
        orphan_seconds: u64,
    ) -> Result<(), StoreError>;

    /// Deletes keys and messages of grants that have ended, and forgets nonces and answers whose
    /// time is over. Gives the number of keys deleted. `now` never goes back; `clock` is the clock as
    /// it is, by which signatures and therefore nonces are judged.
    async fn tidy(&self, now: UnixSeconds, clock: UnixSeconds) -> Result<u64, StoreError>;
    /// Writes for the sake of writing.
    async fn probe(&self, now: UnixSeconds) -> Result<(), StoreError>;
    /// How much is in the store.
    async fn census(&self, now: UnixSeconds) -> Result<Census, StoreError>;
    /// Deletes some of what has been kept long enough. Gives the number of rows; 0 means done.
    async fn retain(&self, retention: Retention, now: UnixSeconds) -> Result<u64, StoreError>;
    /// Whether this certificate was taken back.
    async fn is_removed(&self, hash: CertificateHash) -> Result<bool, StoreError>;
    /// Ends all work; later calls fail with [`StoreError::Stopped`].
    async fn close(&self);
}
