//! SPEC §27. Backups: sealed packs of rows, and a signed manifest for every version.
//!
//! A device that holds a [`crate::kit::KitPublic`] writes packs and manifests; only
//! [`crate::kit::KitKeys`] open a manifest again, and only a manifest holds the keys of its packs.
//! A [`VerifiedManifest`] exists only after its signature was checked against the kit.

mod frame;
mod manifest;
mod pack;

pub use frame::{FRAME_HEADER, FrameHeader, FrameKind, MAGIC};
pub use manifest::{Manifest, SealedManifest, VerifiedManifest, check_versions};
pub use pack::{Change, Changes, OpenedPack, PackBuilder, PackEntry, SealedPack, row_digest};

use crate::codec::DecodeError;
use crate::keys::{KeyError, SignatureError};
use crate::payload::PayloadError;

/// Why a backup was not written or is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// Not a backup, or damaged.
    #[error("not a backup: {0}")]
    Decode(#[from] DecodeError),
    /// The manifest does not open with this kit: of another kit, or altered.
    #[error("the manifest does not open with this kit")]
    OtherKit,
    /// The manifest opens, but the kit's device did not sign it.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// A pack is not the one the manifest names.
    #[error("the pack is not the one the manifest names")]
    OtherPack,
    /// A pack does not open.
    #[error("a pack does not open: {0}")]
    Pack(#[from] PayloadError),
    /// Versions do not follow each other: one was taken out, put in, or moved.
    #[error("the versions do not follow each other")]
    Order,
    /// An older version is shown as the newest.
    #[error("a newer version was seen before")]
    Rollback,
    /// A key was refused or could not sign.
    #[error("key operation failed: {0}")]
    Key(#[from] KeyError),
    /// Sealing failed.
    #[error("the backup could not be sealed")]
    Seal,
}

impl BackupError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Decode(error) => error.code(),
            Self::OtherKit => "backup-other-kit",
            Self::Signature(error) => error.code(),
            Self::OtherPack => "backup-other-pack",
            Self::Pack(error) => error.code(),
            Self::Order => "backup-order",
            Self::Rollback => "backup-rollback",
            Self::Key(error) => error.code(),
            Self::Seal => "backup-seal",
        }
    }
}
