//! Rows of losing and leaving: replacements, where compartments stand, backups.

use super::PackName;
use keyward_protocol::ids::{CertificateHash, PersonaId};
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::recovery::BackupPackId;
use serde::{Deserialize, Serialize};

/// A persona to be replaced. The statement was verified against her certificate.
#[derive(Clone, Debug)]
pub struct NewReplacement {
    /// Who is replaced.
    pub persona: PersonaId,
    /// The certificate it was verified against: if another is stored by now, nothing is done.
    pub certificate: Vec<u8>,
    /// Who continues.
    pub successor: PersonaId,
    /// The statement's own time.
    pub time: UnixSeconds,
    /// The signed statement.
    pub signed: Vec<u8>,
}

/// Since when something is so, and whether its bytes have left the write-ahead log already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Since when.
    pub at: UnixSeconds,
    /// Whether no file holds the bytes any more.
    pub erased: bool,
}

/// Bounds on backups.
#[derive(Clone, Copy, Debug)]
pub struct BackupBounds {
    /// Bytes of packs per persona.
    pub bytes: u64,
    /// Bytes of packs of all personas together.
    pub total_bytes: u64,
    /// Packs per persona.
    pub packs: u32,
    /// The newest versions kept.
    pub newest: u32,
    /// Days of which the first version is kept beyond those.
    pub days: u32,
    /// Months of which the first version is kept beyond those.
    pub months: u32,
    /// How long a pack may wait for a version that needs it.
    pub orphan_seconds: u64,
}

impl Default for BackupBounds {
    fn default() -> Self {
        BackupBounds {
            bytes: 8 << 30,
            total_bytes: 1 << 40,
            packs: 16_384,
            newest: 10,
            days: 14,
            months: 24,
            orphan_seconds: 2 * 86_400,
        }
    }
}

/// A backup pack to be noted. Its object is on stable storage already.
#[derive(Clone, Debug)]
pub struct NewBackupPack {
    /// Whose.
    pub persona: PersonaId,
    /// SHA-256 of its bytes.
    pub hash: BackupPackId,
    /// The object it was written as.
    pub name: PackName,
    /// Its length.
    pub length: u64,
    /// Bounds.
    pub bounds: BackupBounds,
}

/// A clinician's backup key to be known. Her certificate and her statement were verified.
#[derive(Clone, Debug)]
pub struct NewBackupKey {
    /// SHA-256 of the key.
    pub id: PersonaId,
    /// The key, compressed.
    pub verification: [u8; 33],
    /// The certificate that vouches for it.
    pub clinician: CertificateHash,
    /// That certificate's time.
    pub valid: std::ops::Range<UnixSeconds>,
    /// The signed statement.
    pub statement: Vec<u8>,
}

/// What is stored of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredBackupPack {
    /// The object it lies in; another call's if it was there already.
    pub name: PackName,
    /// Its length.
    pub length: u64,
    /// When it was stored.
    pub at: UnixSeconds,
}

/// A version to be stored.
#[derive(Clone, Debug)]
pub struct NewBackup {
    /// Whose.
    pub persona: PersonaId,
    /// Its number.
    pub sequence: u64,
    /// Packs it needs, strictly ascending.
    pub packs: Vec<BackupPackId>,
    /// The sealed manifest.
    pub manifest: Vec<u8>,
    /// Bounds.
    pub bounds: BackupBounds,
}
