//! SPEC §23.2. Keys of an issuer.

use elliptic_curve::PrimeField;
use p256::{ProjectivePoint, Scalar};
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

use super::ArcError;
use super::suite::{element_bytes, random_scalar, read_element, times_g, times_h};
use crate::codec::{DecodeError, Reader};
use crate::curve::hash_to_scalar;
use crate::domain::Label;
use crate::hash;
use crate::ids::ServiceId;
use crate::keys::SigningKey;

/// The issuer's secret key. Overwritten when dropped.
pub struct IssuerKey {
    pub(super) x0: Scalar,
    pub(super) x1: Scalar,
    pub(super) x2: Scalar,
    pub(super) blinding: Scalar,
}

/// What everybody knows of an issuer: `X0 = x0·G + blinding·H`, `X1 = x1·H`, `X2 = x2·H`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerPublicKey {
    pub(super) x0: ProjectivePoint,
    pub(super) x1: ProjectivePoint,
    pub(super) x2: ProjectivePoint,
}

impl IssuerKey {
    /// Encoded size in bytes.
    pub const LEN: usize = 128;

    /// A fresh key.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut draw = || random_scalar(rng);
        Self { x0: draw(), x1: draw(), x2: draw(), blinding: draw() }
    }

    /// The key of a credential epoch, derived from the authority's key: every process of an
    /// authority, also one whose store was lost or restored, has the same key for an epoch and so
    /// never publishes a second object of it (SPEC §28).
    #[must_use]
    pub fn derive(authority: &SigningKey, service: ServiceId, epoch: u64) -> Self {
        let secret = authority.expose_secret();
        let context: [&[u8]; 2] = [service.as_bytes(), &epoch.to_be_bytes()];
        let seed = hash::derive(secret.as_slice(), Label::IssuerKey, &context);
        let scalar = |part: u8| *hash_to_scalar(Label::IssuerKey, &[seed.as_slice(), &[part]]).0;
        Self { x0: scalar(0), x1: scalar(1), x2: scalar(2), blinding: scalar(3) }
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> IssuerPublicKey {
        IssuerPublicKey {
            x0: times_g(&self.x0) + times_h(&self.blinding),
            x1: self.public_x1(),
            x2: times_h(&self.x2),
        }
    }

    /// `X1`, the part of the public key that a presentation is checked with.
    pub(super) fn public_x1(&self) -> ProjectivePoint {
        times_h(&self.x1)
    }

    /// `x0 ‖ x1 ‖ x2 ‖ blinding`. Secret.
    #[must_use]
    pub fn expose_secret(&self) -> Zeroizing<[u8; Self::LEN]> {
        let mut out = Zeroizing::new([0; Self::LEN]);
        let scalars = [&self.x0, &self.x1, &self.x2, &self.blinding];
        for (place, scalar) in out.chunks_exact_mut(32).zip(scalars) {
            place.copy_from_slice(&scalar.to_repr());
        }
        out
    }

    /// Reads what [`IssuerKey::expose_secret`] gave.
    ///
    /// # Errors
    /// [`DecodeError::NotAScalar`].
    pub fn from_secret(bytes: &[u8; Self::LEN]) -> Result<Self, DecodeError> {
        let read = |at: usize| -> Result<Scalar, DecodeError> {
            let part: [u8; 32] =
                bytes[at..at + 32].try_into().map_err(|_| DecodeError::Truncated)?;
            Ok(*crate::curve::Scalar::from_bytes(&part)?.0)
        };
        Ok(Self { x0: read(0)?, x1: read(32)?, x2: read(64)?, blinding: read(96)? })
    }
}

impl Drop for IssuerKey {
    fn drop(&mut self) {
        [&mut self.x0, &mut self.x1, &mut self.x2, &mut self.blinding]
            .into_iter()
            .for_each(Zeroize::zeroize);
    }
}

impl IssuerPublicKey {
    /// Encoded size in bytes.
    pub const LEN: usize = 99;

    /// `X0 ‖ X1 ‖ X2`.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        for (place, element) in out.chunks_exact_mut(33).zip([&self.x0, &self.x1, &self.x2]) {
            place.copy_from_slice(&element_bytes(element));
        }
        out
    }

    /// Decodes a public key.
    ///
    /// # Errors
    /// [`ArcError::Decode`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ArcError> {
        let mut reader = Reader::new(bytes);
        let mut element = || read_element(&mut reader);
        let key = Self { x0: element()?, x1: element()?, x2: element()? };
        reader.finish()?;
        Ok(key)
    }
}
