//! SPEC §23.7. Presenting: a re-randomised credential, a tag, and one proof over all of it.

use std::sync::Arc;

use p256::{ProjectivePoint, Scalar};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::range::{self, Digits};
use super::suite::{
    element_bytes, elements_bytes, generator_h, hash_to_group, hash_to_scalar, random_scalar,
    read_element, session, times_g, times_h,
};
use super::{ArcError, Credential, IssuerKey, Limit};
use crate::codec::Reader;
use crate::curve::{Few, Point, two_products};
use crate::domain::Label;
use crate::hash;
use crate::hedge::HedgedRng;
use crate::sigma::{ElementVar, Proof, Relation, ScalarVar, SigmaError, Witness};

/// Scalars of the statement besides those of the range proof.
const RESPONSES: usize = 5;
const SESSION: &str = "CredentialPresentation";

/// The tag of a presentation, 33 bytes: equal for two presentations of one credential in one
/// context with one nonce, and for nothing else.
pub type Tag = [u8; Point::LEN];

/// What a presentation is for: it holds for these contexts and this limit only.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// The context under which the credential was requested.
    pub request_context: &'a [u8],
    /// The context of the presentation; tags of different contexts cannot be compared.
    pub presentation_context: &'a [u8],
    /// How many presentations this context allows.
    pub limit: Limit,
}

/// A presentation: `U ‖ UPrimeCommit ‖ m1Commit ‖ tag ‖ nonceCommit ‖ D… ‖ proof`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presentation {
    u: ProjectivePoint,
    u_prime_commit: ProjectivePoint,
    m1_commit: ProjectivePoint,
    tag: ProjectivePoint,
    nonce_commit: ProjectivePoint,
    digits: Vec<ProjectivePoint>,
    proof: Proof,
}

/// Everything random in a presentation, besides the range proof's blindings.
pub(super) struct Draws {
    pub(super) a: Scalar,
    pub(super) r: Scalar,
    pub(super) z: Scalar,
    pub(super) nonce_blinding: Scalar,
}

impl Drop for Draws {
    fn drop(&mut self) {
        [&mut self.a, &mut self.r, &mut self.z, &mut self.nonce_blinding]
            .into_iter()
            .for_each(zeroize::Zeroize::zeroize);
    }
}

/// The variables of the statement that an extension may speak about.
pub(crate) struct Extended {
    /// The credential's secret.
    pub(crate) m1: ScalarVar,
    /// The base point.
    pub(crate) g: ElementVar,
}

/// More equations about the same credential in the same proof, under a session of their own.
pub(crate) trait Extension {
    /// What the session binds beyond ARC's own; empty: ARC itself.
    fn session(&self) -> Vec<u8>;
    /// Adds scalars, elements and equations at the end of the statement.
    fn extend(&self, relation: &mut Relation, vars: &Extended);
}

/// ARC as it is.
pub(super) struct Plain;

impl Extension for Plain {
    fn session(&self) -> Vec<u8> {
        Vec::new()
    }
    fn extend(&self, _: &mut Relation, _: &Extended) {}
}

impl Credential {
    /// Makes the presentation of number `nonce`, counted from 0.
    ///
    /// **The caller must have stored durably that `nonce` is used before this presentation leaves**:
    /// two presentations with one nonce have one tag, which links them.
    ///
    /// # Errors
    /// [`ArcError::Exhausted`] if `nonce` is not below the limit.
    pub fn present<R: CryptoRng + ?Sized>(
        &self,
        rng: &mut R,
        binding: &Binding<'_>,
        nonce: u16,
    ) -> Result<Presentation, ArcError> {
        self.present_extended(rng, binding, nonce, &Plain, Witness::new(Vec::new()))
    }

    /// As [`Credential::present`], with more equations about `m1` in the same proof. `more` has
    /// the scalars the extension adds.
    ///
    /// # Errors
    /// As [`Credential::present`].
    pub(crate) fn present_extended<R: CryptoRng + ?Sized>(
        &self,
        rng: &mut R,
        binding: &Binding<'_>,
        nonce: u16,
        extension: &impl Extension,
        more: Witness,
    ) -> Result<Presentation, ArcError> {
        if nonce >= binding.limit.get() {
            return Err(ArcError::Exhausted);
        }
        let contexts = [binding.request_context, binding.presentation_context].map(hash::sha256);
        let session = extension.session();
        let statement: [&[u8]; 5] = [
            &contexts[0],
            &contexts[1],
            &binding.limit.get().to_be_bytes(),
            &nonce.to_be_bytes(),
            &session,
        ];
        let secret = self.hedge_secret();
        let rng = &mut HedgedRng::new(rng, Label::HedgeCredential, &secret, &statement);
        let mut draw = || random_scalar(rng);
        let draws = Draws { a: draw(), r: draw(), z: draw(), nonce_blinding: draw() };
        let digits = Digits::commit(rng, nonce, &draws.nonce_blinding, binding.limit);
        self.present_with(binding, nonce, &draws, digits, extension, |relation, witness| {
            witness.append(more);
            Proof::prove_true(rng, &full_session(extension), relation, witness)
        })
    }

    pub(super) fn present_with(
        &self,
        binding: &Binding<'_>,
        nonce: u16,
        draws: &Draws,
        digits: Digits,
        extension: &impl Extension,
        prove: impl FnOnce(&Relation, &mut Witness) -> Result<Proof, SigmaError>,
    ) -> Result<Presentation, ArcError> {
        let Draws { a, r, z, nonce_blinding } = draws;
        let nonce = Scalar::from(u64::from(nonce));
        let generator_t = hash_to_group(binding.presentation_context, "Tag");
        // Points of which more than one product is needed.
        let [of_u, of_x1, of_t] =
            [&self.u, &self.x1, &generator_t].map(|point| Arc::new(Few::few(point)));
        let inverse = Zeroizing::new(
            Option::<Scalar>::from((self.m1 + nonce).invert()).ok_or(SigmaError::Witness)?,
        );
        let blinding = times_g(r);
        let mut presentation = Presentation {
            u: of_u.times(a),
            u_prime_commit: self.u_prime * a + blinding,
            m1_commit: of_u.times(&(*a * self.m1)) + times_h(z),
            tag: of_t.times(&inverse),
            nonce_commit: times_g(&nonce) + times_h(nonce_blinding),
            digits: digits.commitments,
            proof: Proof::empty(),
        };
        let v = of_x1.times(z) - blinding;
        let relation = presentation.relation(&self.x1, &v, &generator_t, extension);
        let mut witness = Witness::new(vec![self.m1, *z, -r, nonce, *nonce_blinding]);
        witness.extend(&digits.witness);
        witness.made(presentation.u, &of_u, *a);
        witness.made(presentation.tag, &of_t, *inverse);
        witness.made(self.x1, &of_x1, Scalar::ONE);
        presentation.proof = prove(&relation, &mut witness)?;
        Ok(presentation)
    }
}

fn full_session(extension: &impl Extension) -> Vec<u8> {
    [session(SESSION), extension.session()].concat()
}

impl Presentation {
    /// Bytes of a presentation under this limit.
    #[must_use]
    pub const fn len(limit: Limit) -> usize {
        let k = limit.bits();
        33 * (5 + k) + 32 * (1 + RESPONSES + 3 * k)
    }

    /// The tag.
    #[must_use]
    pub fn tag(&self) -> Tag {
        element_bytes(&self.tag)
    }

    /// Checks the presentation with the issuer's secret key. Whether its tag was seen before is
    /// the caller's to find out, in the same transaction that stores it.
    ///
    /// # Errors
    /// [`ArcError::Proof`].
    pub fn verify(&self, key: &IssuerKey, binding: &Binding<'_>) -> Result<(), ArcError> {
        self.verify_extended(key, binding, &Plain)
    }

    /// As [`Presentation::verify`], with an extension.
    ///
    /// # Errors
    /// As [`Presentation::verify`].
    pub(crate) fn verify_extended(
        &self,
        key: &IssuerKey,
        binding: &Binding<'_>,
        extension: &impl Extension,
    ) -> Result<(), ArcError> {
        let x1 = key.public_x1();
        let v = self.secret_point(key, binding);
        let generator_t = hash_to_group(binding.presentation_context, "Tag");
        let sum_holds = range::sum_holds(&self.digits, &self.nonce_commit, binding.limit);
        if !sum_holds {
            return Err(SigmaError::Invalid.into());
        }
        let relation = self.relation(&x1, &v, &generator_t, extension);
        Ok(self.proof.verify(&full_session(extension), &relation)?)
    }

    /// `V = (x0 + x2·m2)·U + x1·m1Commit − UPrimeCommit`: the one thing here that depends on the secret
    /// key, in constant time. All else is public.
    pub(crate) fn secret_point(&self, key: &IssuerKey, binding: &Binding<'_>) -> ProjectivePoint {
        let m2 = hash_to_scalar(binding.request_context, "requestContext");
        let terms = [(self.u, key.x0 + key.x2 * m2), (self.m1_commit, key.x1)];
        two_products(terms) - self.u_prime_commit
    }

    fn relation(
        &self,
        x1: &ProjectivePoint,
        v: &ProjectivePoint,
        generator_t: &ProjectivePoint,
        extension: &impl Extension,
    ) -> Relation {
        let mut relation = Relation::new();
        let [m1, z, r_neg, nonce, nonce_blinding] = relation.scalars();
        let g = relation.element(ProjectivePoint::GENERATOR);
        let h = relation.element(generator_h());
        let u = relation.element(self.u);
        // Bound by the statement although no equation names it: V was computed from it.
        relation.element(self.u_prime_commit);
        let m1_commit = relation.element(self.m1_commit);
        let v = relation.element(*v);
        let x1 = relation.element(*x1);
        let tag = relation.element(self.tag);
        let generator_t = relation.element(*generator_t);
        let nonce_commit = relation.element(self.nonce_commit);
        relation.equation(m1_commit, &[(m1, u), (z, h)]);
        relation.equation(v, &[(z, x1), (r_neg, g)]);
        relation.equation(nonce_commit, &[(nonce, g), (nonce_blinding, h)]);
        relation.equation(generator_t, &[(m1, tag), (nonce, tag)]);
        let commitment = (&self.nonce_commit, nonce_commit);
        range::constrain(&mut relation, &self.digits, g, h, commitment);
        extension.extend(&mut relation, &Extended { m1, g });
        relation
    }

    /// The encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let elements = [self.u, self.u_prime_commit, self.m1_commit, self.tag, self.nonce_commit];
        let elements = [elements.as_slice(), &self.digits].concat();
        [elements_bytes(&elements), self.proof.to_bytes()].concat()
    }

    /// Decodes a presentation under this limit.
    ///
    /// # Errors
    /// [`ArcError::Decode`].
    pub fn from_bytes(bytes: &[u8], limit: Limit) -> Result<Self, ArcError> {
        Self::from_bytes_extended(bytes, limit, 0)
    }

    /// As [`Presentation::from_bytes`], for a proof with `more` scalars of an extension.
    ///
    /// # Errors
    /// [`ArcError::Decode`].
    pub(crate) fn from_bytes_extended(
        bytes: &[u8],
        limit: Limit,
        more: usize,
    ) -> Result<Self, ArcError> {
        let mut reader = Reader::new(bytes);
        let mut element = || read_element(&mut reader);
        let [u, u_prime_commit, m1_commit, tag, nonce_commit] =
            [element()?, element()?, element()?, element()?, element()?];
        let digits = (0..limit.bits()).map(|_| element()).collect::<Result<Vec<_>, _>>()?;
        let responses = RESPONSES + 3 * limit.bits() + more;
        let proof = Proof::from_bytes(reader.rest(), responses)?;
        Ok(Self { u, u_prime_commit, m1_commit, tag, nonce_commit, digits, proof })
    }
}

#[cfg(test)]
mod tests;
