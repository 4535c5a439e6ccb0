//! What goes into the store and comes out of it.

use keyward_protocol::chain::Head;
use keyward_protocol::ids::{
    CertificateHash, CompartmentId, DeviceId, EpochId, GrantId, PersonaId, RecordId,
};
use keyward_protocol::keys::VerifyingKey;
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::types::{After, GrantSummary};
use serde::{Deserialize, Serialize};

/// Name of a pack object, random.
pub type PackName = [u8; 16];

/// What the replay memory needs of a request.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// Who signed.
    pub key_id: [u8; 32],
    /// Unique per key.
    pub nonce: [u8; 16],
    /// Until when the nonce must be remembered.
    pub nonce_expires: UnixSeconds,
    /// The relay's time.
    pub now: UnixSeconds,
    /// Under which key a retry is the same request.
    pub idempotency: Option<Idempotency>,
}

/// An idempotency key and what it stands for.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// The key.
    pub name: String,
    /// Digest over method, path and body.
    pub request: [u8; 32],
    /// Until when the answer is remembered.
    pub expires: UnixSeconds,
}

/// Who may sign with a key.
#[derive(Clone, Debug)]
pub enum Principal {
    /// A persona.
    Persona {
        /// Who.
        id: PersonaId,
        /// Her key.
        key: VerifyingKey,
        /// Her certificate's time.
        valid: std::ops::Range<UnixSeconds>,
        /// Whether her recovery key has replaced her.
        replaced: bool,
    },
    /// A clinician.
    Clinician {
        /// His key's id; also his mailbox.
        key_id: [u8; 32],
        /// His key.
        key: VerifyingKey,
        /// All certificates of this key with their times.
        certificates: Vec<(CertificateHash, std::ops::Range<UnixSeconds>)>,
        /// Whether any of them was taken back.
        removed: bool,
    },
    /// The key a clinician's backups lie under.
    BackupKey {
        /// SHA-256 of the key.
        id: PersonaId,
        /// The key.
        key: VerifyingKey,
        /// How long something may be stored under it: the time of her certificate, cut short if that was
        /// taken back.
        valid: std::ops::Range<UnixSeconds>,
    },
}

/// A persona to be known. Her certificate was verified.
#[derive(Clone, Debug)]
pub struct NewPersona {
    /// SHA-256 of the key.
    pub id: PersonaId,
    /// The verification key, compressed.
    pub verification: [u8; 33],
    /// The certificate's bytes.
    pub certificate: Vec<u8>,
    /// The certificate's time.
    pub valid: std::ops::Range<UnixSeconds>,
}

/// A clinician to be known. His certificate was verified.
#[derive(Clone, Debug)]
pub struct NewClinician {
    /// SHA-256 of the certificate.
    pub hash: CertificateHash,
    /// SHA-256 of the key.
    pub key_id: [u8; 32],
    /// The verification key, compressed.
    pub verification: [u8; 33],
    /// The certificate's bytes.
    pub certificate: Vec<u8>,
    /// The certificate's time.
    pub valid: std::ops::Range<UnixSeconds>,
}

/// Certificates the authority took back.
#[derive(Clone, Debug)]
pub struct Removal {
    /// Their hashes.
    pub hashes: Vec<CertificateHash>,
    /// The relay's time.
    pub now: UnixSeconds,
}

/// How long what is over is kept, in seconds. `None`: for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Entries of the access history.
    pub access_history: Option<u64>,
    /// Grants after their own time is over.
    pub ended_grants: Option<u64>,
    /// Letters nobody fetched.
    pub messages: Option<u64>,
    /// A clinician's backup after the certificate behind it is over or was taken back.
    pub clinician_backups: Option<u64>,
}

impl Default for Retention {
    fn default() -> Self {
        Retention {
            access_history: None,
            ended_grants: None,
            messages: None,
            // A year's leave and a month to come back.
            clinician_backups: Some(400 * 86_400),
        }
    }
}

/// How much is in a store. Numbers only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Personas known.
    pub personas: u64,
    /// Certificates of clinicians known.
    pub clinicians: u64,
    /// Grants that are neither stopped nor expired.
    pub live_grants: u64,
    /// Letters waiting.
    pub messages: u64,
    /// Pack objects.
    pub packs: u64,
    /// Bytes of payloads and backups of all personas.
    pub stored_bytes: u64,
}

/// Bounds on what one persona or mailbox may hold.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Payload bytes per persona.
    pub stored_bytes: u64,
    /// Compartments per persona.
    pub compartments: u32,
    /// Key epochs per compartment.
    pub epochs: u32,
    /// Devices per compartment.
    pub devices: u32,
    /// Grants per persona, ended ones included.
    pub grants: u32,
    /// Messages waiting in one mailbox.
    pub messages: u32,
    /// Of these, messages of one persona: she alone must not shut out everybody else's patients.
    pub messages_of_persona: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            stored_bytes: 16 << 30,
            compartments: 1_000,
            epochs: 4_000,
            devices: 64,
            grants: 10_000,
            messages: 20_000,
            messages_of_persona: 200,
        }
    }
}

/// A key epoch to be opened. The statement was verified.
#[derive(Clone, Debug)]
pub struct NewEpoch {
    /// Whose.
    pub persona: PersonaId,
    /// In which compartment; the first epoch creates it.
    pub compartment: CompartmentId,
    /// The new epoch.
    pub epoch: EpochId,
    /// The one it closes.
    pub closes: Option<EpochId>,
    /// Bounds on epochs and compartments.
    pub bounds: Bounds,
}

/// An upload. Signatures and payload hashes were checked; chains and heads are checked here.
#[derive(Debug)]
pub struct Append {
    /// Whose.
    pub persona: PersonaId,
    /// Where the payloads lie, if there are any.
    pub pack: Option<PackName>,
    /// The records, in chain order per device.
    pub records: Vec<NewRecord>,
    /// The heads after these records.
    pub heads: Vec<NewHead>,
    /// Bounds on bytes and devices.
    pub bounds: Bounds,
}

/// One record of an upload.
#[derive(Debug)]
pub struct NewRecord {
    /// In which compartment.
    pub compartment: CompartmentId,
    /// Under which key epoch.
    pub epoch: EpochId,
    /// By which device.
    pub device: DeviceId,
    /// At which place of the device's chain.
    pub position: u64,
    /// Hash of the header before it.
    pub previous: [u8; 32],
    /// Which record.
    pub record_id: RecordId,
    /// Hash of this header.
    pub hash: [u8; 32],
    /// The signed header.
    pub header: Vec<u8>,
    /// Where the payload begins in the pack.
    pub start: u64,
    /// Its length.
    pub length: u64,
}

/// One head of an upload.
#[derive(Debug)]
pub struct NewHead {
    /// The head; its signature was verified.
    pub head: Head,
    /// The signed head.
    pub signed: Vec<u8>,
}

/// What an upload did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appended {
    /// New records.
    pub stored: u32,
    /// Records that were there, byte for byte.
    pub already: u32,
    /// When.
    pub at: UnixSeconds,
    /// The pack the new records lie in; another call's if this is the remembered answer to a retry.
    pub pack: Option<PackName>,
}

/// Which of a persona's own records.
#[derive(Clone, Debug)]
pub struct OwnQuery {
    /// Whose.
    pub persona: PersonaId,
    /// Of which compartment.
    pub compartment: CompartmentId,
    /// Where to go on.
    pub after: Vec<After>,
    /// At most so many records.
    pub limit: usize,
    /// Payload bytes after which no further record is taken; `None` if payloads are not wanted.
    pub budget: Option<u64>,
}

/// A persona's own records, before their payloads are read.
#[derive(Debug)]
pub struct OwnPlan {
    /// The newest signed head.
    pub head: Option<Vec<u8>>,
    /// The records.
    pub records: Vec<StoredRecord>,
    /// Whether there are more.
    pub more: bool,
}

/// A stored record.
#[derive(Clone, Debug)]
pub struct StoredRecord {
    /// Under which key epoch.
    pub epoch: EpochId,
    /// Which record.
    pub record_id: RecordId,
    /// The signed header.
    pub header: Vec<u8>,
    /// Where the payload lies.
    pub pack: PackName,
    /// Where it begins.
    pub start: u64,
    /// Its length.
    pub length: u64,
}

/// A re-encryption key as it is stored: sealed, bound to its row.
#[derive(Clone, Debug)]
pub struct SealedKey {
    /// Of which compartment.
    pub compartment: CompartmentId,
    /// Of which epoch.
    pub epoch: EpochId,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// A grant to be stored. Its signature was verified.
#[derive(Debug)]
pub struct NewGrant {
    /// Which.
    pub id: GrantId,
    /// By whom.
    pub persona: PersonaId,
    /// For whom.
    pub doctor: CertificateHash,
    /// Which revision.
    pub revision: u32,
    /// From when.
    pub not_before: UnixSeconds,
    /// Until when.
    pub expiry: UnixSeconds,
    /// The signed grant.
    pub signed: Vec<u8>,
    /// The sealed message.
    pub message: Vec<u8>,
    /// What it opens.
    pub entries: Vec<(CompartmentId, EpochId)>,
    /// Keys, at least for the entries that have none yet.
    pub keys: Vec<SealedKey>,
    /// Bounds on grants and messages.
    pub bounds: Bounds,
}

/// Whose view of the grants.
#[derive(Clone, Debug)]
pub enum Audience {
    /// The persona who gave them.
    Persona(PersonaId),
    /// The clinician with these certificates.
    Clinician(Vec<CertificateHash>),
}

/// A stored grant. `summary.state` is as of the time the asker puts in.
#[derive(Clone, Debug)]
pub struct StoredGrant {
    /// What the list shows; the state is filled in by the server.
    pub summary: GrantSummary,
    /// The signed grant.
    pub signed: Vec<u8>,
    /// The sealed message while the grant lives.
    pub message: Option<Vec<u8>>,
}

/// What a clinician asks for.
#[derive(Clone, Debug)]
pub struct AccessQuery {
    /// Under which grant.
    pub grant: GrantId,
    /// His certificates.
    pub doctor: Vec<CertificateHash>,
    /// Which compartment.
    pub compartment: CompartmentId,
    /// Where to go on.
    pub after: Vec<After>,
    /// At most so many records.
    pub limit: usize,
    /// Payload bytes after which no further record is taken.
    pub budget: u64,
    /// The relay's time.
    pub now: UnixSeconds,
}

/// What an access would give.
#[derive(Debug)]
pub struct AccessPlan {
    /// Whose records.
    pub persona: PersonaId,
    /// To whom.
    pub doctor: CertificateHash,
    /// The newest signed head.
    pub head: Vec<u8>,
    /// The sealed keys of the granted epochs of the compartment.
    pub keys: Vec<SealedKey>,
    /// The records.
    pub records: Vec<StoredRecord>,
    /// Whether there are more.
    pub more: bool,
}

/// An access to be logged.
#[derive(Clone, Debug)]
pub struct AccessEntry {
    /// Under which grant.
    pub grant: GrantId,
    /// Whose records.
    pub persona: PersonaId,
    /// Which compartment.
    pub compartment: CompartmentId,
    /// To whom.
    pub doctor: CertificateHash,
    /// How many.
    pub records: u32,
}

/// Signs the receipt once its sequence is known, inside the transaction that keeps it.
pub type SealReceipt =
    Box<dyn FnOnce(u64, &AccessEntry, UnixSeconds) -> Result<Vec<u8>, super::StoreError> + Send>;

/// A logged access.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoggedAccess {
    /// Its place in the persona's history.
    pub sequence: u64,
    /// The relay-signed receipt.
    pub receipt: Vec<u8>,
}
