//! SPEC §22.3. Making and checking proofs: challenge and responses, 32 bytes each.

use elliptic_curve::PrimeField;
use p256::{ProjectivePoint, Scalar};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::relation::encode_all;
use super::transcript::Transcript;
use super::{Relation, SigmaError, Witness};
use crate::codec::DecodeError;
use crate::domain::Label;
use crate::hedge::HedgedRng;

/// A non-interactive proof: `challenge ‖ responses`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    challenge: Scalar,
    responses: Vec<Scalar>,
}

impl Proof {
    /// Proves the statement in this session. The nonces are hedged by witness, session and
    /// statement, so a cloned machine does not use one nonce for two statements.
    ///
    /// # Errors
    /// [`SigmaError::Witness`] if the witness does not satisfy the statement; a statement that
    /// cannot be encoded.
    pub fn prove<R: CryptoRng + ?Sized>(
        rng: &mut R,
        session: &[u8],
        relation: &Relation,
        witness: &Witness,
    ) -> Result<Self, SigmaError> {
        check(relation, witness)?;
        Self::prove_true(rng, session, relation, witness)
    }

    /// As [`Proof::prove`], for a statement whose elements were just computed from this witness:
    /// checking them again would double the work.
    pub(crate) fn prove_true<R: CryptoRng + ?Sized>(
        rng: &mut R,
        session: &[u8],
        relation: &Relation,
        witness: &Witness,
    ) -> Result<Self, SigmaError> {
        let label = relation.label()?;
        let parts: [&[u8]; 3] = [&(session.len() as u64).to_be_bytes(), session, &label];
        let mut hedged = HedgedRng::new(rng, Label::HedgeProof, &witness.digest(), &parts);
        let mut draw = || crate::arc::random_scalar(&mut hedged);
        let nonces =
            Zeroizing::new((0..relation.witness_len()).map(|_| draw()).collect::<Vec<_>>());
        let images = || relation.map_knowing(&nonces, witness);
        Self::respond(session, &label, relation, witness, &nonces, images)
    }

    /// As [`Proof::prove`], with given nonces.
    #[cfg(test)]
    pub(crate) fn prove_with(
        session: &[u8],
        relation: &Relation,
        witness: &Witness,
        nonces: Vec<Scalar>,
    ) -> Result<Self, SigmaError> {
        check(relation, witness)?;
        let nonces = Zeroizing::new(nonces);
        let images = || relation.map_knowing(&nonces, witness);
        Self::respond(session, &relation.label()?, relation, witness, &nonces, images)
    }

    /// A proof with given nonces, also of a statement that is false (then nobody accepts it).
    #[cfg(test)]
    pub(crate) fn prove_unchecked(
        session: &[u8],
        relation: &Relation,
        witness: &Witness,
        nonces: &[Scalar],
    ) -> Result<Self, SigmaError> {
        let images = || relation.map_secret(nonces);
        Self::respond(session, &relation.label()?, relation, witness, nonces, images)
    }

    /// A proof with the commitments that `images` makes of the nonces.
    fn respond(
        session: &[u8],
        label: &[u8],
        relation: &Relation,
        witness: &Witness,
        nonces: &[Scalar],
        images: impl FnOnce() -> Vec<ProjectivePoint>,
    ) -> Result<Self, SigmaError> {
        if [witness.scalars().len(), nonces.len()] != [relation.witness_len(); 2] {
            return Err(SigmaError::Witness);
        }
        let challenge = challenge(session, label, &encode_all(&images())?);
        let secrets = nonces.iter().zip(witness.scalars());
        let responses = secrets.map(|(nonce, secret)| nonce + &(challenge * secret)).collect();
        Ok(Self { challenge, responses })
    }

    /// Checks the proof of this statement in this session.
    ///
    /// # Errors
    /// [`SigmaError::Invalid`]; a statement that cannot be encoded.
    pub fn verify(&self, session: &[u8], relation: &Relation) -> Result<(), SigmaError> {
        if self.responses.len() != relation.witness_len() {
            return Err(SigmaError::Invalid);
        }
        let label = relation.label()?;
        let commitments = relation.simulate(&self.challenge, &self.responses);
        let commitments = commitments.map_err(|_| SigmaError::Invalid)?;
        let expected = challenge(session, &label, &commitments);
        if expected == self.challenge { Ok(()) } else { Err(SigmaError::Invalid) }
    }

    /// A proof of nothing, to stand in a message until its proof is made.
    pub(crate) const fn empty() -> Self {
        Self { challenge: Scalar::ZERO, responses: Vec::new() }
    }

    /// The encoding: challenge, then responses, 32 bytes each.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let scalars = core::iter::once(&self.challenge).chain(&self.responses);
        scalars.flat_map(|scalar| <[u8; 32]>::from(scalar.to_repr())).collect()
    }

    /// Decodes a proof with `responses` responses.
    ///
    /// # Errors
    /// [`DecodeError`] for another length or a scalar that is not below the group order.
    pub fn from_bytes(bytes: &[u8], responses: usize) -> Result<Self, DecodeError> {
        let expected = responses.checked_add(1).and_then(|n| n.checked_mul(32));
        match expected.map(|expected| bytes.len().cmp(&expected)) {
            Some(core::cmp::Ordering::Equal) => {}
            Some(core::cmp::Ordering::Greater) => return Err(DecodeError::TrailingBytes),
            _ => return Err(DecodeError::Truncated),
        }
        let mut scalars = bytes.chunks_exact(32).map(scalar);
        let challenge = scalars.next().ok_or(DecodeError::Truncated)??;
        Ok(Self { challenge, responses: scalars.collect::<Result<_, _>>()? })
    }
}

/// A proof of a false statement would be refused anyway; made here it could say something about the
/// witness.
fn check(relation: &Relation, witness: &Witness) -> Result<(), SigmaError> {
    let holds = witness.scalars().len() == relation.witness_len()
        && relation.map_secret(witness.scalars()).iter().eq(relation.images());
    if holds { Ok(()) } else { Err(SigmaError::Witness) }
}

fn challenge(session: &[u8], label: &[u8], commitments: &[[u8; 33]]) -> Scalar {
    let mut transcript = Transcript::new(session, label);
    commitments.iter().for_each(|commitment| transcript.absorb(commitment));
    transcript.challenge()
}

/// A scalar that may be zero, 32 bytes, below the group order.
fn scalar(bytes: &[u8]) -> Result<Scalar, DecodeError> {
    let repr: [u8; 32] = bytes.try_into().map_err(|_| DecodeError::Truncated)?;
    Option::from(Scalar::from_repr(repr.into())).ok_or(DecodeError::NotAScalar)
}

#[cfg(test)]
mod tests;
