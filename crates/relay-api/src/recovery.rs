//! Bodies of what people need when a computer is lost or they leave: replacing a persona, where a
//! persona stands, backups, being forgotten. Statements and receipts are those of SPEC §25.

use crate::http::{UnixSeconds, base64url, base64url_option};
use keyward_protocol::ids::{CompartmentId, EpochId, PersonaId};
use serde::{Deserialize, Serialize};

/// Answer of `POST /v1/replace`, which takes a `Signed<PersonaReplacement>` and is signed by the
/// successor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// Since when the old persona is refused.
    pub at: UnixSeconds,
    /// `Signed<Receipt>` bytes.
    #[serde(with = "base64url")]
    pub receipt: Vec<u8>,
}

/// `POST /v1/forget`; signed by the key inside the certificate, also when its time is over, and
/// once more by everybody who did not get the answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostForget {
    /// The persona's certificate.
    #[serde(with = "base64url")]
    pub certificate: Vec<u8>,
    /// `Signed<ForgetStatement>` bytes.
    #[serde(with = "base64url")]
    pub statement: Vec<u8>,
}

/// Answer of `POST /v1/forget`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgotten {
    /// Since when there is nothing any more.
    pub at: UnixSeconds,
    /// `Signed<Receipt>` bytes.
    #[serde(with = "base64url")]
    pub receipt: Vec<u8>,
}

/// `PUT /v1/backup-key`; signed by the key that the statement names. A clinician vouches for the key her
/// backups lie under; the same key may come again under a newer certificate of hers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutBackupKey {
    /// Her clinician certificate.
    #[serde(with = "base64url")]
    pub certificate: Vec<u8>,
    /// `Signed<BackupKeyStatement>` bytes.
    #[serde(with = "base64url")]
    pub statement: Vec<u8>,
}

/// `POST /v1/backup-key/forget`; signed by that key, and once more by everybody who did not get the answer,
/// which is a [`Forgotten`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgetBackupKey {
    /// The key, 33 bytes.
    #[serde(with = "base64url")]
    pub key: Vec<u8>,
    /// `Signed<ForgetStatement>` bytes.
    #[serde(with = "base64url")]
    pub statement: Vec<u8>,
}

/// Where one compartment of a persona stands at the relay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompartmentState {
    /// Which.
    pub compartment: CompartmentId,
    /// The key epoch that is open.
    pub open: EpochId,
    /// Key epochs there have been, the open one included.
    pub epochs: u32,
    /// Since when it is open, by the relay's time.
    pub opened: UnixSeconds,
    /// The newest `SignedHead`, if there is one.
    #[serde(with = "base64url_option")]
    pub head: Option<Vec<u8>>,
}

/// Answer of `GET /v1/compartments?after=<compartment>`, ordered by id: by this a persona notices
/// that her computer was set back to an older state.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Compartments {
    /// The compartments.
    pub compartments: Vec<CompartmentState>,
    /// Whether there are more after the last.
    pub more: bool,
}

/// The SHA-256 of a backup pack: what it is called by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct BackupPackId(pub [u8; 32]);

impl std::fmt::Display for BackupPackId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&PersonaId::from_bytes(self.0), f)
    }
}

impl std::str::FromStr for BackupPackId {
    type Err = keyward_protocol::ids::ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The same form as every id of 32 bytes.
        text.parse::<PersonaId>().map(|id| Self(id.to_bytes()))
    }
}

impl Serialize for BackupPackId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BackupPackId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PersonaId::deserialize(deserializer).map(|id| Self(id.to_bytes()))
    }
}

/// Answer of `POST /v1/backups/packs`, whose body is the sealed pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPackStored {
    /// What it is called by.
    pub pack: BackupPackId,
    /// When it was stored first.
    pub at: UnixSeconds,
}

/// `POST /v1/backups`: one version. The relay reads only which packs it needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostBackup {
    /// Its number; larger than every one before.
    pub sequence: u64,
    /// Packs it needs, strictly ascending. All must be stored.
    pub packs: Vec<BackupPackId>,
    /// The sealed manifest.
    #[serde(with = "base64url")]
    pub manifest: Vec<u8>,
}

/// One version in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupVersion {
    /// Its number.
    pub sequence: u64,
    /// When the relay stored it.
    pub at: UnixSeconds,
    /// How many packs it needs.
    pub packs: u32,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// Answer of `GET /v1/backups`: every version kept, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Backups {
    /// The versions.
    pub versions: Vec<BackupVersion>,
    /// Bytes all packs of this persona take.
    pub used: u64,
    /// Bytes they may take.
    pub quota: u64,
    /// The persona's certificate as the relay has it, for her who has nothing left but her kit; one epoch
    /// certifies her once.
    #[serde(default, with = "base64url")]
    pub certificate: Vec<u8>,
}

/// Answer of `GET /v1/backups/{sequence}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// Its number.
    pub sequence: u64,
    /// When the relay stored it.
    pub at: UnixSeconds,
    /// The sealed manifest.
    #[serde(with = "base64url")]
    pub manifest: Vec<u8>,
    /// Packs it needs, ascending.
    pub packs: Vec<BackupPackId>,
}
