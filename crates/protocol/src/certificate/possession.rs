//! Proof of possession of a Diffie–Hellman key: knowledge of its logarithm, by the engine of SPEC §22.
//!
//! Why not a MAC under Diffie–Hellman with the authority's key: that would make the holder raise
//! a point of the authority's choice to a key that must be used for nothing else. The proof here
//! is zero-knowledge: it could be simulated without the key, so it tells nothing about it. Its
//! session is the role of the key and the whole request.

use p256::ProjectivePoint;
use rand_core::CryptoRng;

use crate::codec::{DecodeError, Reader, Writer};
use crate::domain::Label;
use crate::hash;
use crate::keys::{DecryptionKey, EncapsulationKey};
use crate::sigma::{Proof, Relation, SigmaError, Witness};

use super::CertificateError;

/// Responses of the proof: one secret.
const RESPONSES: usize = 1;

/// Challenge and response.
pub(super) struct Possession(Proof);

impl Possession {
    /// Encoded size in bytes.
    const LEN: usize = 32 * (1 + RESPONSES);

    pub(super) fn prove<R: CryptoRng + ?Sized>(
        rng: &mut R,
        key: &DecryptionKey,
        context: &[u8],
    ) -> Result<Self, SigmaError> {
        let relation = relation(key.encapsulation_key())?;
        let witness = Witness::new(vec![*key.scalar().0]);
        Proof::prove_true(rng, &session(context), &relation, &witness).map(Self)
    }

    pub(super) fn verify(
        &self,
        key: &EncapsulationKey,
        context: &[u8],
    ) -> Result<(), CertificateError> {
        let holds = relation(key).and_then(|relation| self.0.verify(&session(context), &relation));
        holds.map_err(|_| CertificateError::NoPossession)
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.array(&self.0.to_bytes());
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(Proof::from_bytes(reader.take(Self::LEN)?, RESPONSES)?))
    }
}

/// `B = b·G`.
fn relation(key: &EncapsulationKey) -> Result<Relation, SigmaError> {
    let point = key.point().affine().map_err(|_| DecodeError::NotAPoint)?;
    let mut relation = Relation::new();
    let secret = relation.scalar();
    let base = relation.element(ProjectivePoint::GENERATOR);
    let image = relation.element(ProjectivePoint::from(point));
    relation.equation(image, &[(secret, base)]);
    Ok(relation)
}

fn session(context: &[u8]) -> [u8; 32] {
    hash::labelled(Label::Possession, &[context])
}
