//! SPEC §26. The recovery kit: 16 random bytes on paper, from which a lost computer's profile
//! comes back.
//!
//! [`KitSecret`] is what stands on the paper, as twelve words or as [`KitText`] in a picture.
//! [`KitKeys`] follow from it and exist only while somebody restores. [`KitPublic`] is what a
//! device keeps after the kit was confirmed: enough to write backups and to certify recovery keys,
//! not enough to open the one or to sign with the other.

mod keys;
mod recovery;
mod text;
mod words;

pub use keys::{BackupPersona, KitKeys, KitPublic, StreamId};
pub use recovery::{RecoveryBlind, recovery_hash};
pub use text::{KitServices, KitText};

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::codec::DecodeError;
use crate::keys::KeyError;

/// Why something is not a kit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KitError {
    /// Longer than any kit.
    #[error("longer than any kit")]
    TooLong,
    /// Not twelve words and not a kit's text.
    #[error("neither twelve words nor the text of a kit")]
    NotAKit,
    /// A word is not in the list.
    #[error("word {0} is not in the list")]
    UnknownWord(u8),
    /// The words are in the list, but do not belong together.
    #[error("the checksum of the words is wrong")]
    Checksum,
    /// The text is of a newer version.
    #[error("the kit is of a newer version")]
    Newer,
    /// The text is damaged.
    #[error("the text of the kit is damaged: {0}")]
    Decode(#[from] DecodeError),
    /// An address is not acceptable.
    #[error("an address in the kit is not acceptable")]
    Address,
    /// A key could not be derived.
    #[error("a key of the kit could not be derived: {0}")]
    Key(#[from] KeyError),
}

impl KitError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => "kit-too-long",
            Self::NotAKit => "kit-not-a-kit",
            Self::UnknownWord(_) => "kit-unknown-word",
            Self::Checksum => "kit-checksum",
            Self::Newer => "kit-newer",
            Self::Decode(error) => error.code(),
            Self::Address => "kit-address",
            Self::Key(error) => error.code(),
        }
    }
}

/// What stands on the paper: 16 random bytes. Overwritten when dropped.
pub struct KitSecret(Zeroizing<[u8; 16]>);

impl KitSecret {
    /// Size in bytes.
    pub const LEN: usize = 16;
    /// How many words it is.
    pub const WORDS: usize = 12;

    /// A fresh secret.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        rng.fill_bytes(bytes.as_mut_slice());
        Self(bytes)
    }

    /// The secret with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes. Secret.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}
