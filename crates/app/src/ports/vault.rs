//! The encrypted local store of one profile, as the use cases see it.
//!
//! A store holds named collections of opaque bodies (the use cases serialise them) and one typed
//! table of medical records with the few columns that are searched. Everything inside is
//! ciphertext on disk; that is the implementation's concern.

use keyward_protocol::ids::RecordId;

use super::index::ReadingIndex;

/// The store of one unlocked profile.
pub trait Vault: Send + Sync {
    /// Starts a transaction. Transactions are serialised; a transaction sees everything committed
    /// before it began.
    ///
    /// # Errors
    /// [`VaultError::Locked`] after the profile was locked, else what the store reports.
    fn begin(&self) -> Result<Box<dyn Transaction + '_>, VaultError>;

    /// A read-only transaction on a snapshot; never waits for a running writer. Writes in it fail
    /// with [`VaultError::Io`].
    ///
    /// # Errors
    /// [`VaultError::Locked`] after the profile was locked, else what the store reports.
    fn read(&self) -> Result<Box<dyn Transaction + '_>, VaultError> {
        self.begin()
    }

    /// The form in which the body of a record is stored, made ahead and without the store: it takes time that a thread
    /// beside the writer may have. `None`: as it is.
    fn pack(&self, _body: &[u8]) -> Option<Packed> {
        None
    }

    /// Gives back the memory that large changes took. Called when they are over and nobody waits for it.
    fn rest(&self) {}
}

/// One serialisable transaction; dropped without [`Transaction::commit`] means rolled back.
pub trait Transaction: ReadingIndex {
    /// The body stored under `id`, if any.
    ///
    /// # Errors
    /// What the store reports.
    fn get(&self, collection: Collection, id: &str) -> Result<Option<Vec<u8>>, VaultError>;

    /// Stores `body` under `id`, replacing what was there.
    ///
    /// # Errors
    /// What the store reports.
    fn put(&mut self, collection: Collection, id: &str, body: &[u8]) -> Result<(), VaultError>;

    /// Deletes `id`; `false` if it was not there.
    ///
    /// # Errors
    /// What the store reports.
    fn delete(&mut self, collection: Collection, id: &str) -> Result<bool, VaultError>;

    /// Everything in a collection, ordered by id.
    ///
    /// # Errors
    /// What the store reports.
    fn list(&self, collection: Collection) -> Result<Vec<(String, Vec<u8>)>, VaultError>;

    /// Everything whose id starts with `prefix` (compared byte by byte), ordered by id.
    ///
    /// # Errors
    /// What the store reports.
    fn list_prefix(
        &self,
        collection: Collection,
        prefix: &str,
    ) -> Result<Vec<(String, Vec<u8>)>, VaultError>;

    /// As [`Transaction::list_prefix`], but only ids after `after`, and at most `limit` of them.
    ///
    /// # Errors
    /// What the store reports.
    fn list_page(
        &self,
        collection: Collection,
        prefix: &str,
        after: &str,
        limit: u64,
    ) -> Result<Vec<(String, Vec<u8>)>, VaultError>;

    /// Stores a record unless one with the same fingerprint is there already.
    ///
    /// # Errors
    /// What the store reports.
    fn insert_record(&mut self, row: &RecordRow) -> Result<Inserted, VaultError>;

    /// As [`Transaction::insert_record`] for each, in order, with what [`Vault::pack`] made of its body, if it did.
    ///
    /// # Errors
    /// What the store reports.
    fn insert_packed(
        &mut self,
        rows: &[RecordRow],
        packed: &[Option<Packed>],
    ) -> Result<Vec<Inserted>, VaultError>;

    /// Hands to the disk what it can of what was changed so far, while there is nothing else to do. It changes nothing
    /// about what is committed.
    ///
    /// # Errors
    /// What the store reports.
    fn hand_over(&mut self) -> Result<(), VaultError> {
        Ok(())
    }

    /// One record.
    ///
    /// # Errors
    /// What the store reports.
    fn record(&self, id: &RecordId) -> Result<Option<RecordRow>, VaultError>;

    /// The records `filter` lets through, by id.
    ///
    /// # Errors
    /// What the store reports.
    fn records(&self, filter: &RecordFilter) -> Result<Vec<RecordRow>, VaultError>;

    /// How many records each category has; categories without a record are left out.
    ///
    /// # Errors
    /// What the store reports.
    fn count_records(&self) -> Result<Vec<(String, u64)>, VaultError>;

    /// How many records each category has of one source (import file), without reading them.
    ///
    /// # Errors
    /// What the store reports.
    fn count_records_of(&self, source: &str) -> Result<Vec<(String, u64)>, VaultError>;

    /// Deletes a record with its line in the scope `own`; `false` if it was not there.
    ///
    /// # Errors
    /// What the store reports.
    fn delete_record(&mut self, id: &RecordId) -> Result<bool, VaultError>;

    /// Makes everything durable. Only after `Ok` may anybody be told that it is saved.
    ///
    /// # Errors
    /// What the store reports; then nothing of the transaction was applied.
    fn commit(self: Box<Self>) -> Result<(), VaultError>;
}

/// The collections of a profile's store. Closed, because the stored names are part of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Collection {
    /// Settings of the profile.
    Settings,
    /// Who the profile is: enrolment, certificates, pinned authority.
    Identity,
    /// Bytes kept as they came because they were not understood, and what each import brought.
    Sources,
    /// Sharing spaces.
    Spaces,
    /// Compartments of the personas.
    Compartments,
    /// Key epochs of the compartments.
    Epochs,
    /// Precomputed sealing entries, each deleted before it is used.
    PoolEntries,
    /// Which record was sealed as what in which compartment.
    Sealed,
    /// Shares: a grant and its consent, as the patient knows them.
    Shares,
    /// Steps decided but not yet carried out at the relay.
    Outbox,
    /// Doctors seen in the directory, with the key they had.
    Contacts,
    /// Grants a doctor received.
    Grants,
    /// A doctor's cached copies.
    Charts,
    /// The newest heads a reader has seen.
    SeenHeads,
    /// Entries of the access history.
    Accesses,
    /// Unsent forms, kept over a lock.
    Drafts,
    /// Long work that outlives a restart.
    Jobs,
    /// Messages fetched but not yet acted on.
    Messages,
}

impl Collection {
    /// Every collection, in the order of the declaration.
    pub const ALL: [Self; 18] = [
        Self::Settings,
        Self::Identity,
        Self::Sources,
        Self::Spaces,
        Self::Compartments,
        Self::Epochs,
        Self::PoolEntries,
        Self::Sealed,
        Self::Shares,
        Self::Outbox,
        Self::Contacts,
        Self::Grants,
        Self::Charts,
        Self::SeenHeads,
        Self::Accesses,
        Self::Drafts,
        Self::Jobs,
        Self::Messages,
    ];

    /// The stable name of the collection, as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Identity => "identity",
            Self::Sources => "sources",
            Self::Spaces => "spaces",
            Self::Compartments => "compartments",
            Self::Epochs => "epochs",
            Self::PoolEntries => "pool_entries",
            Self::Sealed => "sealed",
            Self::Shares => "shares",
            Self::Outbox => "outbox",
            Self::Contacts => "contacts",
            Self::Grants => "grants",
            Self::Charts => "charts",
            Self::SeenHeads => "seen_heads",
            Self::Accesses => "accesses",
            Self::Drafts => "drafts",
            Self::Jobs => "jobs",
            Self::Messages => "messages",
        }
    }
}

/// One medical record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// The record's id in this profile (never the id it had at its source).
    pub id: RecordId,
    /// `keyward_records::Category::as_str`.
    pub category: String,
    /// FHIR resource type, for example `Observation`.
    pub resource_type: String,
    /// FHIR date or date-time as far as it is known (`2018`, `2018-08`, `2018-08-06`, ...), chosen
    /// so that text order is time order.
    pub date: Option<String>,
    /// What the record is called in lists.
    pub title: String,
    /// SHA-256 over the record's canonical content; equal fingerprints are one record.
    pub fingerprint: [u8; 32],
    /// Where it came from: the id of the import.
    pub source: String,
    /// The original JSON, byte for byte.
    pub body: Vec<u8>,
}

/// What [`Vault::pack`] made of a body; only the store that made it knows what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed(Vec<u8>);

impl Packed {
    /// For a store.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// For the store that made it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What [`Transaction::insert_record`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// The record was not there and now is.
    New,
    /// A record with this fingerprint was there already; nothing changed.
    Duplicate(RecordId),
}

/// Which records to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordFilter {
    /// Only this category.
    pub category: Option<String>,
    /// Only records of this source (import id).
    pub source: Option<String>,
    /// Only records whose id comes after this one: how pages follow each other.
    pub after: Option<RecordId>,
    /// At most so many; `None` for all.
    pub limit: Option<u64>,
}

/// Why the store could not do it. Never contains stored content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The profile was locked; its keys are gone from memory.
    #[error("the profile is locked")]
    Locked,
    /// No space left on the disk.
    #[error("no space left on the disk")]
    Full,
    /// The store is read-only or the disk reported an error.
    #[error("the disk could not be read or written: {0}")]
    Io(String),
    /// The file is damaged or not what it should be.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// The file was written by a newer version of the app.
    #[error("the store was written by a newer version")]
    Newer,
    /// Another instance holds the store.
    #[error("the store is in use by another instance")]
    InUse,
    /// Waited too long for another transaction.
    #[error("the store is busy")]
    Busy,
}

impl VaultError {
    /// Stable code for the interface.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Locked => "vault-locked",
            Self::Full => "vault-full",
            Self::Io(_) => "vault-io",
            Self::Corrupt(_) => "vault-corrupt",
            Self::Newer => "vault-newer",
            Self::InUse => "vault-in-use",
            Self::Busy => "vault-busy",
        }
    }
}
