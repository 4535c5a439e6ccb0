//! SPEC §23.3. Asking for a credential: commitments to `m1` and `m2`, and the proof that they are.

use p256::{ProjectivePoint, Scalar};
use rand_core::CryptoRng;

use super::ArcError;
use super::credential::PendingCredential;
use super::suite::{
    elements_bytes, generator_h, hash_to_scalar, random_scalar, read_element, session, times_g,
    times_h,
};
use crate::codec::Reader;
use crate::sigma::{Proof, Relation, SigmaError, Witness};

/// Scalars in the proof beside the challenge.
const RESPONSES: usize = 4;

/// A request: `m1Enc ‖ m2Enc ‖ proof`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRequest {
    pub(super) m1_enc: ProjectivePoint,
    pub(super) m2_enc: ProjectivePoint,
    proof: Proof,
}

/// Everything random in a request.
pub(super) struct Draws {
    pub(super) m1: Scalar,
    pub(super) r1: Scalar,
    pub(super) r2: Scalar,
}

impl CredentialRequest {
    /// Encoded size in bytes.
    pub const LEN: usize = 2 * 33 + 32 * (1 + RESPONSES);

    /// A request under `context`, and the secrets to finish it with.
    ///
    /// # Errors
    /// [`ArcError::Proof`], with negligible probability.
    pub fn new<R: CryptoRng + ?Sized>(
        rng: &mut R,
        context: &[u8],
    ) -> Result<(PendingCredential, Self), ArcError> {
        let mut draw = || random_scalar(rng);
        let draws = Draws { m1: draw(), r1: draw(), r2: draw() };
        Self::with(context, draws, |relation, witness| {
            Proof::prove_true(rng, &session("CredentialRequest"), relation, witness)
        })
    }

    pub(super) fn with(
        context: &[u8],
        Draws { m1, r1, r2 }: Draws,
        prove: impl FnOnce(&Relation, &Witness) -> Result<Proof, SigmaError>,
    ) -> Result<(PendingCredential, Self), ArcError> {
        let m2 = hash_to_scalar(context, "requestContext");
        let m1_enc = times_g(&m1) + times_h(&r1);
        let m2_enc = times_g(&m2) + times_h(&r2);
        let proof = prove(&relation(m1_enc, m2_enc), &Witness::new(vec![m1, m2, r1, r2]))?;
        Ok((PendingCredential { m1, r1, r2 }, Self { m1_enc, m2_enc, proof }))
    }

    /// `m1Enc = m1·G + r1·H`, of which more can be proved.
    pub(crate) const fn m1_commitment(&self) -> ProjectivePoint {
        self.m1_enc
    }

    /// Checks the proof.
    ///
    /// # Errors
    /// [`ArcError::Proof`].
    pub(super) fn verify(&self) -> Result<(), ArcError> {
        let relation = relation(self.m1_enc, self.m2_enc);
        Ok(self.proof.verify(&session("CredentialRequest"), &relation)?)
    }

    /// The encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [elements_bytes(&[self.m1_enc, self.m2_enc]), self.proof.to_bytes()].concat()
    }

    /// Decodes a request; its proof is checked when it is answered.
    ///
    /// # Errors
    /// [`ArcError::Decode`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ArcError> {
        let mut reader = Reader::new(bytes);
        let (m1_enc, m2_enc) = (read_element(&mut reader)?, read_element(&mut reader)?);
        let proof = Proof::from_bytes(reader.rest(), RESPONSES)?;
        Ok(Self { m1_enc, m2_enc, proof })
    }
}

fn relation(m1_enc: ProjectivePoint, m2_enc: ProjectivePoint) -> Relation {
    let mut relation = Relation::new();
    let [m1, m2, r1, r2] = relation.scalars();
    let g = relation.element(ProjectivePoint::GENERATOR);
    let h = relation.element(generator_h());
    let m1_enc = relation.element(m1_enc);
    let m2_enc = relation.element(m2_enc);
    relation.equation(m1_enc, &[(m1, g), (r1, h)]);
    relation.equation(m2_enc, &[(m2, g), (r2, h)]);
    relation
}
