//! SPEC §23.4. Issuing: an algebraic MAC on commitments, and the proof that it was made with the
//! published key.

use p256::{ProjectivePoint, Scalar};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::suite::{
    elements_bytes, generator_h, random_scalar, read_element, session, times_g, times_h,
};
use super::{ArcError, CredentialRequest, IssuerKey, IssuerPublicKey};
use crate::codec::Reader;
use crate::curve::two_products;
use crate::domain::Label;
use crate::hash;
use crate::hedge::HedgedRng;
use crate::sigma::{Proof, Relation, SigmaError, Witness};

/// Scalars in the proof beside the challenge.
const RESPONSES: usize = 7;

/// A response: `U ‖ encUPrime ‖ X0Aux ‖ X1Aux ‖ X2Aux ‖ HAux ‖ proof`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialResponse {
    pub(super) u: ProjectivePoint,
    pub(super) enc_u_prime: ProjectivePoint,
    pub(super) x0_aux: ProjectivePoint,
    pub(super) x1_aux: ProjectivePoint,
    pub(super) x2_aux: ProjectivePoint,
    h_aux: ProjectivePoint,
    proof: Proof,
}

impl CredentialResponse {
    /// Encoded size in bytes.
    pub const LEN: usize = 6 * 33 + 32 * (1 + RESPONSES);

    /// Answers a request.
    ///
    /// # Errors
    /// [`ArcError::Proof`] if the request's proof does not hold.
    pub fn issue<R: CryptoRng + ?Sized>(
        rng: &mut R,
        key: &IssuerKey,
        request: &CredentialRequest,
    ) -> Result<Self, ArcError> {
        let statement = request.to_bytes();
        let secret = Zeroizing::new(hash::sha256(key.expose_secret().as_slice()));
        let rng = &mut HedgedRng::new(rng, Label::HedgeCredential, &secret, &[&statement]);
        let b = random_scalar(rng);
        Self::with(key, request, b, |relation, witness| {
            Proof::prove_true(rng, &session("CredentialResponse"), relation, witness)
        })
    }

    pub(super) fn with(
        key: &IssuerKey,
        request: &CredentialRequest,
        b: Scalar,
        prove: impl FnOnce(&Relation, &Witness) -> Result<Proof, SigmaError>,
    ) -> Result<Self, ArcError> {
        request.verify()?;
        let public = key.public();
        let t = Zeroizing::new([key.x0, key.x1, key.x2].map(|x| b * x));
        let x0_aux = times_h(&(b * key.blinding));
        // b·(X0 + x1·m1Enc + x2·m2Enc)
        let blinded = two_products([(request.m1_enc, t[1]), (request.m2_enc, t[2])]);
        let mut response = Self {
            u: times_g(&b),
            enc_u_prime: times_g(&t[0]) + x0_aux + blinded,
            x0_aux,
            x1_aux: times_h(&t[1]),
            x2_aux: times_h(&t[2]),
            h_aux: times_h(&b),
            proof: Proof::empty(),
        };
        let secrets = vec![key.x0, key.x1, key.x2, key.blinding, b, t[1], t[2]];
        response.proof = prove(&response.relation(&public, request), &Witness::new(secrets))?;
        Ok(response)
    }

    /// Checks that the response was made with the key behind `public`.
    ///
    /// # Errors
    /// [`ArcError::Proof`].
    pub(super) fn verify(
        &self,
        public: &IssuerPublicKey,
        request: &CredentialRequest,
    ) -> Result<(), ArcError> {
        let relation = self.relation(public, request);
        Ok(self.proof.verify(&session("CredentialResponse"), &relation)?)
    }

    fn relation(&self, public: &IssuerPublicKey, request: &CredentialRequest) -> Relation {
        let mut relation = Relation::new();
        let [x0, x1, x2, blinding, b, t1, t2] = relation.scalars();
        let g = relation.element(ProjectivePoint::GENERATOR);
        let h = relation.element(generator_h());
        let m1_enc = relation.element(request.m1_enc);
        let m2_enc = relation.element(request.m2_enc);
        let u = relation.element(self.u);
        let enc_u_prime = relation.element(self.enc_u_prime);
        let big_x0 = relation.element(public.x0);
        let big_x1 = relation.element(public.x1);
        let big_x2 = relation.element(public.x2);
        let x0_aux = relation.element(self.x0_aux);
        let x1_aux = relation.element(self.x1_aux);
        let x2_aux = relation.element(self.x2_aux);
        let h_aux = relation.element(self.h_aux);
        // The published key.
        relation.equation(big_x0, &[(x0, g), (blinding, h)]);
        relation.equation(big_x1, &[(x1, h)]);
        relation.equation(big_x2, &[(x2, h)]);
        // The auxiliary points, all by one b; t1 = b·x1, t2 = b·x2.
        relation.equation(h_aux, &[(b, h)]);
        relation.equation(x0_aux, &[(blinding, h_aux)]);
        relation.equation(x1_aux, &[(t1, h)]);
        relation.equation(x1_aux, &[(b, big_x1)]);
        relation.equation(x2_aux, &[(b, big_x2)]);
        relation.equation(x2_aux, &[(t2, h)]);
        // The MAC.
        relation.equation(u, &[(b, g)]);
        relation.equation(enc_u_prime, &[(b, big_x0), (t1, m1_enc), (t2, m2_enc)]);
        relation
    }

    /// The encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let elements =
            [self.u, self.enc_u_prime, self.x0_aux, self.x1_aux, self.x2_aux, self.h_aux];
        [elements_bytes(&elements), self.proof.to_bytes()].concat()
    }

    /// Decodes a response; its proof is checked when the credential is finished.
    ///
    /// # Errors
    /// [`ArcError::Decode`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ArcError> {
        let mut reader = Reader::new(bytes);
        let mut element = || read_element(&mut reader);
        let [u, enc_u_prime, x0_aux, x1_aux, x2_aux, h_aux] =
            [element()?, element()?, element()?, element()?, element()?, element()?];
        let proof = Proof::from_bytes(reader.rest(), RESPONSES)?;
        Ok(Self { u, enc_u_prime, x0_aux, x1_aux, x2_aux, h_aux, proof })
    }
}
