//! Steps on secrets that have no public entry of their own, for the constant-time check
//! (`cargo xtask ct`). Nothing else may use this.

use p256::ProjectivePoint;

use crate::aead::Aes256Gcm;
use crate::arc::{Binding, IssuerKey, Presentation};
use crate::capsule;
use crate::chain::RecordHeader;
use crate::curve::{CurveError, Point, Scalar, SharedX};

/// A multiple of any point as CPace and the credential compute it.
///
/// # Errors
/// [`CurveError::InvalidPoint`].
pub fn multiply(point: &Point, secret: &Scalar) -> Result<ProjectivePoint, CurveError> {
    Ok(ProjectivePoint::from(point.affine()?) * *secret.0)
}

/// The last step of opening a record: HKDF, XOR and the tag.
#[must_use]
pub fn unwrap(shared: &SharedX, header: &RecordHeader) -> bool {
    capsule::open_shared(shared, header).is_ok()
}

/// The comparison of a capsule's tag.
#[must_use]
pub fn tags_match(expected: &[u8; 32], tag: &[u8; 32]) -> bool {
    capsule::tags_match(expected, tag)
}

/// The verifier's one step on its secret key.
#[must_use]
pub fn secret_point(
    presentation: &Presentation,
    key: &IssuerKey,
    binding: &Binding<'_>,
) -> ProjectivePoint {
    presentation.secret_point(key, binding)
}

/// Whether a short message opens: the tag decides about a passphrase.
#[must_use]
pub fn opens(key: &[u8; 32], sealed: &[u8]) -> bool {
    let mut plain = vec![0; sealed.len().saturating_sub(crate::aead::TAG)];
    Aes256Gcm::new(key).is_ok_and(|cipher| cipher.open([0; 12], b"", sealed, &mut plain).is_ok())
}

/// A message that [`opens`] under this key.
#[must_use]
pub fn sealed(key: &[u8; 32], plain: &[u8; 32]) -> Vec<u8> {
    let mut sealed = vec![0; plain.len() + crate::aead::TAG];
    let done = Aes256Gcm::new(key).and_then(|c| c.seal([0; 12], b"", plain, &mut sealed));
    debug_assert!(done.is_ok());
    sealed
}
