//! SPEC §12. Re-encryption by the relay and opening by the doctor, on x-coordinates.
//!
//! Relay: `Q = x(rk·R)`. Doctor: `x(d·Q) = x(a·R)`, because `rk·d = a`; the sign of the
//! decompressed point does not matter to an x-coordinate. The capsule's tag decides.

use crate::capsule::{self, CapsuleError, Cek};
use crate::chain::RecordHeader;
use crate::curve::{Backend, CurveError, DefaultBackend, UncheckedPoint};
use crate::grant::{OpeningKey, ReEncryptionKey};
use crate::statement::Verified;

/// A re-encrypted `R`: the x-coordinate of `rk·R`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transformed([u8; 32]);

impl Transformed {
    /// Encoded size in bytes.
    pub const LEN: usize = 32;

    /// The bytes as received; whether they are an x-coordinate shows when opening.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }
}

/// A re-encryption key imported once for many records.
pub struct PreparedKey(DefaultBackend);

impl PreparedKey {
    /// Imports a key.
    ///
    /// # Errors
    /// [`CurveError`] if the backend refuses it.
    pub fn import(key: &ReEncryptionKey) -> Result<Self, CurveError> {
        DefaultBackend::import(&key.0).map(Self)
    }

    /// Re-encrypts a stored `R`. Only for capsules of stored, persona-signed headers under a
    /// live grant: that check is the caller's, before this.
    ///
    /// # Errors
    /// [`CurveError::InvalidPoint`].
    pub fn reencrypt(&self, r: &UncheckedPoint) -> Result<Transformed, CurveError> {
        self.0.agree(r).map(|x| Transformed(*x.expose_secret()))
    }
}

/// An opening key imported once for many records.
pub struct PreparedOpening<'a> {
    key: &'a OpeningKey,
    secret: DefaultBackend,
}

impl<'a> PreparedOpening<'a> {
    /// Imports a key.
    ///
    /// # Errors
    /// [`CurveError`] if the backend refuses it.
    pub fn import(key: &'a OpeningKey) -> Result<Self, CurveError> {
        Ok(Self { key, secret: DefaultBackend::import(&key.d)? })
    }

    /// Opens a record's content key from what the relay re-encrypted.
    ///
    /// # Errors
    /// [`CapsuleError::WrongContext`] for a record the key is not for;
    /// [`CapsuleError::WrongTag`] if anything was altered or the relay answered for another.
    pub fn open(
        &self,
        transformed: Transformed,
        header: &Verified<RecordHeader>,
    ) -> Result<Cek, CapsuleError> {
        if self.key.place != header.place() {
            return Err(CapsuleError::WrongContext);
        }
        let shared = self.secret.agree(&UncheckedPoint::with_x(&transformed.0))?;
        capsule::open_shared(&shared, header)
    }
}

/// Re-encrypts one capsule's `R`.
///
/// # Errors
/// [`CurveError`].
pub fn reencrypt(key: &ReEncryptionKey, r: &UncheckedPoint) -> Result<Transformed, CurveError> {
    PreparedKey::import(key)?.reencrypt(r)
}

/// Opens one record's content key.
///
/// # Errors
/// [`CapsuleError`].
pub fn open(
    key: &OpeningKey,
    transformed: Transformed,
    header: &Verified<RecordHeader>,
) -> Result<Cek, CapsuleError> {
    PreparedOpening::import(key)?.open(transformed, header)
}
