//! JSON bodies of the relay. Ids are lower-case hex, byte blobs base64url.

use crate::http::{UnixSeconds, base64url, base64url_list, base64url_option};
use keyward_protocol::grant::{GrantEntry, ReEncryptionKey};
use keyward_protocol::ids::{
    CertificateHash, CompartmentId, DeviceId, EpochId, GrantId, PersonaId, ServiceId,
};
use serde::{Deserialize, Serialize};

/// Whom this server can be reached by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Only programs on the same computer.
    ThisComputer,
    /// Other computers too.
    Network,
}

/// `GET /v1/status`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Status {
    /// The service requests are to be signed for.
    pub service_id: ServiceId,
    /// Version of the server's interface.
    pub version: u32,
    /// Whom it can be reached by.
    pub scope: Scope,
    /// The key access receipts are signed with, compressed SEC1.
    #[serde(with = "base64url")]
    pub receipt_key: Vec<u8>,
    /// The server's time.
    pub time: UnixSeconds,
}

/// `PUT /v1/persona`, `PUT /v1/clinician`; signed by the key inside the certificate.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutCertificate {
    /// The certificate as the authority issued it.
    #[serde(with = "base64url")]
    pub certificate: Vec<u8>,
}

/// A signed statement on its way to the relay: `POST /v1/epochs` takes a `Signed<EpochStatement>`,
/// `POST /v1/grants/{id}/revoke` a `Signed<RevokeStatement>`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostStatement {
    /// The signed statement's bytes.
    #[serde(with = "base64url")]
    pub statement: Vec<u8>,
}

/// Nothing more to say than "done".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// When, by the relay's time.
    pub at: UnixSeconds,
}

/// Answer of `POST /v1/records`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uploaded {
    /// Records that are new.
    pub stored: u32,
    /// Records that were there already, byte for byte.
    pub already: u32,
    /// When, by the relay's time.
    pub at: UnixSeconds,
}

/// The re-encryption key of one compartment-epoch of a grant. Secret.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantKey {
    /// The compartment.
    pub compartment: CompartmentId,
    /// The key epoch.
    pub epoch: EpochId,
    /// `rk` (protocol.md §5), 32 bytes.
    #[serde(with = "base64url")]
    pub key: Vec<u8>,
}

impl GrantKey {
    /// One for each entry of a grant, from the keys that were made with it, in the same order.
    #[must_use]
    pub fn of_entries(entries: &[GrantEntry], keys: &[ReEncryptionKey]) -> Vec<Self> {
        let one = |(entry, key): (&GrantEntry, &ReEncryptionKey)| Self {
            compartment: entry.compartment,
            epoch: entry.epoch,
            key: key.to_bytes().to_vec(),
        };
        entries.iter().zip(keys).map(one).collect()
    }
}

impl Drop for GrantKey {
    fn drop(&mut self) {
        // Best effort without a dependency: overwritten in place, then freed.
        self.key.iter_mut().for_each(|byte| *byte = 0);
        std::hint::black_box(&self.key);
    }
}

/// `POST /v1/grants`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostGrant {
    /// `SignedGrant` bytes.
    #[serde(with = "base64url")]
    pub signed_grant: Vec<u8>,
    /// Keys for the entries the relay has none for yet; others may be repeated.
    pub keys: Vec<GrantKey>,
    /// The sealed `GrantMessage` for the doctor's mailbox.
    #[serde(with = "base64url")]
    pub message: Vec<u8>,
}

/// Answer of `POST /v1/grants/{id}/revoke`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// Since when the grant is over.
    pub at: UnixSeconds,
    /// Whether the keys' bytes have also left the write-ahead log already. If not, the relay does
    /// so on its own as soon as no reader is in the way; the grant is over in either case.
    pub erased: bool,
}

/// Where a grant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrantState {
    /// It opens records now.
    Live,
    /// Its time has not begun.
    NotYet,
    /// The patient stopped it.
    Revoked,
    /// Its time is over.
    Expired,
}

/// One grant in `GET /v1/grants`: the persona sees her own, a doctor those addressed to him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantSummary {
    /// The grant.
    pub grant_id: GrantId,
    /// Its newest revision.
    pub revision: u32,
    /// Who gave it.
    pub persona: PersonaId,
    /// Whom it is for.
    pub doctor: CertificateHash,
    /// Where it stands.
    pub state: GrantState,
    /// From when.
    pub not_before: UnixSeconds,
    /// Until when.
    pub expiry: UnixSeconds,
    /// When it was stopped, if it was.
    pub revoked_at: Option<UnixSeconds>,
    /// Whether it was stopped because its persona was replaced: what was shared goes on under
    /// another grant, if the patient wants it to.
    #[serde(default)]
    pub replaced: bool,
    /// How often it was used.
    pub accesses: u64,
    /// Records handed out in all, repetitions included.
    pub records: u64,
    /// When it was used last.
    pub last_access: Option<UnixSeconds>,
}

/// Answer of `GET /v1/grants?after=<grant id>`, ordered by id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grants {
    /// The grants.
    pub grants: Vec<GrantSummary>,
    /// Whether there are more after the last.
    pub more: bool,
}

/// Answer of `GET /v1/grants/{id}`: for a doctor who lost the message, and for the persona.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GrantDetail {
    /// The summary, as in the list.
    pub summary: GrantSummary,
    /// `SignedGrant` bytes of the newest revision.
    #[serde(with = "base64url")]
    pub signed_grant: Vec<u8>,
    /// The sealed message again; gone once the grant is over.
    #[serde(with = "base64url_option")]
    pub message: Option<Vec<u8>>,
    /// The replacements that lead from the grant's persona to the one who continues her, in order:
    /// `Signed<PersonaReplacement>` bytes each.
    #[serde(default, with = "base64url_list")]
    pub replacements: Vec<Vec<u8>>,
}

/// One message in a mailbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Position in this mailbox, from 1, growing, without meaning beyond it.
    pub sequence: u64,
    /// When the relay took it.
    pub received: UnixSeconds,
    /// The sealed bytes.
    #[serde(with = "base64url")]
    pub body: Vec<u8>,
}

/// Answer of `GET /v1/messages?after=N`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Messages {
    /// The oldest unacknowledged ones.
    pub messages: Vec<Message>,
    /// Whether there are more after the last.
    pub more: bool,
}

/// `POST /v1/messages/ack`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AckMessages {
    /// Everything up to and including this sequence may be deleted.
    pub through: u64,
}

/// What a reader has of one device's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// The device.
    pub device: DeviceId,
    /// The last position the reader has (0-based).
    pub position: u64,
}

/// `POST /v1/access`, signed by a doctor; the answer is binary ([`crate::batch::AccessAnswer`]).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostAccess {
    /// Under which grant.
    pub grant_id: GrantId,
    /// Which compartment.
    pub compartment: CompartmentId,
    /// Where to go on; a device that is not named is read from its beginning.
    pub after: Vec<After>,
    /// At most so many records.
    pub limit: u32,
}

/// `POST /v1/own-records`, signed by a persona; the answer is binary
/// ([`crate::batch::OwnAnswer`]).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostOwnRecords {
    /// Which compartment.
    pub compartment: CompartmentId,
    /// Where to go on.
    pub after: Vec<After>,
    /// At most so many records.
    pub limit: u32,
    /// Whether payloads are wanted, or headers only.
    pub payloads: bool,
}

/// One entry of the access history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Position in this persona's history, from 1, without gaps.
    pub seq: u64,
    /// Under which grant.
    pub grant_id: GrantId,
    /// In which compartment.
    pub compartment: CompartmentId,
    /// By whom.
    pub doctor: CertificateHash,
    /// How many records left the relay.
    pub records: u32,
    /// When.
    pub time: UnixSeconds,
    /// The relay-signed receipt the doctor got with the answer (`Signed<AccessReceipt>` bytes).
    #[serde(with = "base64url")]
    pub receipt: Vec<u8>,
}

/// Answer of `GET /v1/accesses?after=N`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Accesses {
    /// The entries, oldest first.
    pub accesses: Vec<Access>,
    /// Whether there are more after the last.
    pub more: bool,
}
