//! SPEC §24. Certification with conditional tracing: an anonymous presentation, and an encryption
//! of the holder's register element that only the trustees together can open.
//!
//! The escrow is ElGamal under the tracing key `Y`: `E1 = e·G`, `E2 = m1·G + e·Y`. Two proofs speak
//! about it. The presentation's own proof, in a session of its own, says that the escrowed `m1` is
//! the credential's; only the issuer can check it. [`EscrowProof`] says, to anybody, that whoever
//! asked for the certificate knew `e` and `m1`; without it an escrow taken from another persona
//! and re-randomised, or blinded, would open somebody else.

use std::sync::Arc;

use p256::{ProjectivePoint, Scalar};
use rand_core::CryptoRng;
use zeroize::Zeroize;

use crate::arc::{
    ArcError, Binding, Credential, Extended, Extension, IssuerKey, Limit, Presentation, Tag,
    times_g,
};
use crate::codec::{DecodeError, Reader};
use crate::curve::{Few, Point};
use crate::domain::Label;
use crate::hash;
use crate::hedge;
use crate::keys::{EncapsulationKey, VerifyingKey};
use crate::sigma::{Proof, Relation, Witness};

/// Scalars in an escrow proof beside the challenge.
const RESPONSES: usize = 2;

/// What a certification is bound to: every proof of it holds for exactly this.
#[derive(Clone, Copy)]
pub struct Certification<'a> {
    /// The service that certifies.
    pub service_id: &'a [u8; 16],
    /// The credential epoch.
    pub epoch: u64,
    /// Contexts and limit of the credential in this epoch.
    pub binding: Binding<'a>,
    /// The trustees' key.
    pub tracing_key: &'a Point,
    /// The persona's verification key.
    pub verification: &'a VerifyingKey,
    /// The persona's encapsulation key.
    pub encapsulation: &'a EncapsulationKey,
}

impl Certification<'_> {
    /// A digest of everything that is bound, under `label`.
    fn digest(&self, label: Label) -> [u8; 32] {
        let contexts = [self.binding.request_context, self.binding.presentation_context];
        let contexts = contexts.map(hash::sha256);
        hash::labelled(
            label,
            &[
                &[crate::codec::VERSION],
                self.service_id,
                &self.epoch.to_be_bytes(),
                &contexts[0],
                &contexts[1],
                &self.binding.limit.get().to_be_bytes(),
                self.tracing_key.as_bytes(),
                &self.verification.to_bytes(),
                &self.encapsulation.to_bytes(),
            ],
        )
    }

    fn tracing_key(&self) -> Result<ProjectivePoint, ArcError> {
        element(self.tracing_key)
    }
}

fn element(point: &Point) -> Result<ProjectivePoint, ArcError> {
    point.affine().map(ProjectivePoint::from).map_err(|_| DecodeError::NotAPoint.into())
}

/// The holder's register element under the tracing key. 66 bytes, `E1 ‖ E2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escrow {
    e1: Point,
    e2: Point,
}

impl Escrow {
    /// Encoded size in bytes.
    pub const LEN: usize = 66;

    /// The encoding.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[..33].copy_from_slice(self.e1.as_bytes());
        out[33..].copy_from_slice(self.e2.as_bytes());
        out
    }

    /// Decodes an escrow.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let mut point = || Point::from_bytes(&reader.array::<33>()?);
        let escrow = Self { e1: point()?, e2: point()? };
        reader.finish()?;
        Ok(escrow)
    }

    /// `E1`, on which trustees answer with `y·E1`.
    #[must_use]
    pub const fn e1(&self) -> &Point {
        &self.e1
    }

    /// `E2 − y·E1`, the register element, from the trustees' joint answer.
    ///
    /// # Errors
    /// [`DecodeError::NotAPoint`] if the result is the identity.
    pub fn open(&self, joint: &Point) -> Result<Point, DecodeError> {
        let not = |_| DecodeError::NotAPoint;
        let opened = element(&self.e2).map_err(not)? - element(joint).map_err(not)?;
        encode(&opened)
    }

    /// `E1 = e·G ∧ E2 = m1·G + e·Y`, added to a statement that has `m1`.
    fn constrain(
        &self,
        relation: &mut Relation,
        vars: &Extended,
        tracing_key: &ProjectivePoint,
        [e1, e2]: [ProjectivePoint; 2],
    ) {
        let e = relation.scalar();
        let y = relation.element(*tracing_key);
        let (e1, e2) = (relation.element(e1), relation.element(e2));
        relation.equation(e1, &[(e, vars.g)]);
        relation.equation(e2, &[(vars.m1, vars.g), (e, y)]);
    }

    fn elements(&self) -> Result<[ProjectivePoint; 2], ArcError> {
        Ok([element(&self.e1)?, element(&self.e2)?])
    }
}

fn encode(point: &ProjectivePoint) -> Result<Point, DecodeError> {
    use elliptic_curve::sec1::ToSec1Point as _;
    Point::from_bytes(point.to_affine().to_sec1_point(true).as_bytes())
}

/// The escrow's equations at the end of a presentation's statement.
struct Joint {
    session: [u8; 32],
    escrow: Escrow,
    elements: [ProjectivePoint; 2],
    tracing_key: ProjectivePoint,
}

impl Joint {
    fn new(certification: &Certification<'_>, escrow: &Escrow) -> Result<Self, ArcError> {
        Ok(Self {
            session: certification.digest(Label::CertificationSession),
            escrow: *escrow,
            elements: escrow.elements()?,
            tracing_key: certification.tracing_key()?,
        })
    }
}

impl Extension for Joint {
    fn session(&self) -> Vec<u8> {
        self.session.to_vec()
    }

    fn extend(&self, relation: &mut Relation, vars: &Extended) {
        self.escrow.constrain(relation, vars, &self.tracing_key, self.elements);
    }
}

/// `π`: whoever made this escrow for these persona keys knew what is in it. Anybody can check it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscrowProof(Proof);

impl EscrowProof {
    /// Encoded size in bytes.
    pub const LEN: usize = 32 * (1 + RESPONSES);

    /// The encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    /// Decodes a proof.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        Proof::from_bytes(bytes, RESPONSES).map(Self)
    }

    /// Checks the proof for this escrow and these persona keys.
    ///
    /// # Errors
    /// [`ArcError::Proof`].
    pub fn verify(
        &self,
        certification: &Certification<'_>,
        escrow: &Escrow,
    ) -> Result<(), ArcError> {
        let relation = Self::relation(certification, escrow)?;
        Ok(self.0.verify(&certification.digest(Label::EscrowSession), &relation)?)
    }

    fn relation(certification: &Certification<'_>, escrow: &Escrow) -> Result<Relation, ArcError> {
        let mut relation = Relation::new();
        let m1 = relation.scalar();
        let g = relation.element(ProjectivePoint::GENERATOR);
        let vars = Extended { m1, g };
        let tracing_key = certification.tracing_key()?;
        escrow.constrain(&mut relation, &vars, &tracing_key, escrow.elements()?);
        Ok(relation)
    }
}

/// What a persona sends to be certified: presentation, escrow, public proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificationRequest {
    presentation: Presentation,
    escrow: Escrow,
    proof: EscrowProof,
}

/// A certification whose proofs hold. The tag still must be new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedCertification {
    /// The presentation's tag, unique per credential, context and nonce.
    pub tag: Tag,
    /// The escrow, for the certificate.
    pub escrow: Escrow,
    /// The public proof, for the certificate.
    pub proof: EscrowProof,
}

impl CertificationRequest {
    /// Presents the credential for a persona. As with [`Credential::present`], that `nonce` is used
    /// must be stored durably before this leaves.
    ///
    /// # Errors
    /// [`ArcError::Exhausted`] if `nonce` is not below the limit.
    pub fn new<R: CryptoRng + ?Sized>(
        rng: &mut R,
        credential: &Credential,
        certification: &Certification<'_>,
        nonce: u16,
    ) -> Result<Self, ArcError> {
        let y = certification.tracing_key()?;
        let digest = certification.digest(Label::HedgeEscrow);
        let secret = credential.hedge_secret();
        let blinding =
            hedge::scalar(rng, Label::HedgeEscrow, &secret, &[&digest, &nonce.to_be_bytes()]);
        let (mut e, m1) = (*blinding.0, credential.secret());
        let of_y = Arc::new(Few::few(&y));
        let escrow =
            Escrow { e1: encode(&times_g(&e))?, e2: encode(&(times_g(m1) + of_y.times(&e)))? };
        let knowing = |scalars| {
            let mut witness = Witness::new(scalars);
            witness.made(y, &of_y, Scalar::ONE);
            witness
        };
        let (joint, more) = (Joint::new(certification, &escrow)?, knowing(vec![e]));
        let presentation =
            credential.present_extended(rng, &certification.binding, nonce, &joint, more)?;
        let relation = EscrowProof::relation(certification, &escrow)?;
        let witness = knowing(vec![*m1, e]);
        e.zeroize();
        let session = certification.digest(Label::EscrowSession);
        let proof = EscrowProof(Proof::prove_true(rng, &session, &relation, &witness)?);
        Ok(Self { presentation, escrow, proof })
    }

    /// Checks everything but the novelty of the tag.
    ///
    /// # Errors
    /// [`ArcError::Proof`].
    pub fn verify(
        &self,
        key: &IssuerKey,
        certification: &Certification<'_>,
    ) -> Result<VerifiedCertification, ArcError> {
        let joint = Joint::new(certification, &self.escrow)?;
        // Both are always checked, so that a refusal takes the same time.
        let presentation = self.presentation.verify_extended(key, &certification.binding, &joint);
        let public = self.proof.verify(certification, &self.escrow);
        presentation.and(public)?;
        Ok(VerifiedCertification {
            tag: self.presentation.tag(),
            escrow: self.escrow,
            proof: self.proof.clone(),
        })
    }

    /// Bytes of a request under this limit.
    #[must_use]
    pub const fn len(limit: Limit) -> usize {
        Escrow::LEN + EscrowProof::LEN + Presentation::len(limit) + 32
    }

    /// `E1 ‖ E2 ‖ π ‖ presentation`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let parts =
            [&self.escrow.to_bytes()[..], &self.proof.to_bytes(), &self.presentation.to_bytes()];
        parts.concat()
    }

    /// Decodes a request under this limit.
    ///
    /// # Errors
    /// [`ArcError::Decode`].
    pub fn from_bytes(bytes: &[u8], limit: Limit) -> Result<Self, ArcError> {
        let mut reader = Reader::new(bytes);
        let escrow = Escrow::from_bytes(reader.take(Escrow::LEN)?)?;
        let proof = EscrowProof::from_bytes(reader.take(EscrowProof::LEN)?)?;
        let presentation = Presentation::from_bytes_extended(reader.rest(), limit, 1)?;
        Ok(Self { presentation, escrow, proof })
    }
}

#[cfg(test)]
mod tests;
