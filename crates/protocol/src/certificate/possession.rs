//! Proof of possession of a Diffie–Hellman key: a Schnorr proof, made non-interactive.
//!
//! Why not a MAC under Diffie–Hellman with the authority's key: that would make the holder raise
//! a point of the authority's choice to a key that must be used for nothing else. The proof here
//! is zero-knowledge: it could be simulated without the key, so it tells nothing about it. The
//! challenge lists key, commitment and the whole request.

use elliptic_curve::sec1::ToSec1Point;
use p256::ProjectivePoint;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;

use crate::codec::{DecodeError, Reader, Writer};
use crate::curve::{CurveError, Point, Scalar, hash_to_scalar};
use crate::domain::Label;
use crate::hash;
use crate::hedge;
use crate::keys::{DecryptionKey, EncapsulationKey};

use super::CertificateError;

/// Challenge and response.
pub(super) struct Possession {
    challenge: Scalar,
    response: Scalar,
}

impl Possession {
    pub(super) fn prove<R: CryptoRng + ?Sized>(
        rng: &mut R,
        key: &DecryptionKey,
        context: &[u8],
    ) -> Result<Self, CurveError> {
        let context = hash::sha256(context);
        let public = key.encapsulation_key().to_bytes();
        loop {
            let secret = key.expose_secret();
            let statement: &[&[u8]] = &[&public, &context];
            let nonce = hedge::scalar(rng, Label::HedgePossession, &secret, statement);
            let commitment = nonce.times_base()?;
            let challenge = fiat_shamir(&public, &commitment, &context);
            let sum = *nonce.0 + *challenge.times(key.scalar()).0;
            // A zero response has probability 2⁻²⁵⁶ and is not encodable: draw again.
            if let Some(response) = Option::from(p256::NonZeroScalar::new(sum)) {
                return Ok(Self { challenge, response: Scalar(response) });
            }
        }
    }

    pub(super) fn verify(
        &self,
        key: &EncapsulationKey,
        context: &[u8],
    ) -> Result<(), CertificateError> {
        let context = hash::sha256(context);
        let point = key.point().affine().map_err(|_| CertificateError::NoPossession)?;
        let commitment = ProjectivePoint::GENERATOR * *self.response.0
            - ProjectivePoint::from(point) * *self.challenge.0;
        let encoded = commitment.to_affine().to_sec1_point(true);
        let commitment =
            Point::from_bytes(encoded.as_bytes()).map_err(|_| CertificateError::NoPossession)?;
        let expected = fiat_shamir(&key.to_bytes(), &commitment, &context);
        if bool::from(expected.expose_secret().ct_eq(self.challenge.expose_secret().as_slice())) {
            Ok(())
        } else {
            Err(CertificateError::NoPossession)
        }
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.array(self.challenge.expose_secret().as_slice());
        writer.array(self.response.expose_secret().as_slice());
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            challenge: Scalar::from_bytes(&reader.array()?)?,
            response: Scalar::from_bytes(&reader.array()?)?,
        })
    }
}

fn fiat_shamir(key: &[u8; 33], commitment: &Point, context: &[u8; 32]) -> Scalar {
    hash_to_scalar(Label::Possession, &[key, commitment.as_bytes(), context])
}
