//! SPEC §23.5. A credential, and what its holder keeps until it is issued.

use elliptic_curve::PrimeField;
use p256::{ProjectivePoint, Scalar};
use zeroize::{Zeroize, Zeroizing};

use super::suite::{element_bytes, read_element};
use super::{ArcError, CredentialRequest, CredentialResponse, IssuerPublicKey};
use crate::codec::Reader;
use crate::curve::{Point, two_products};

/// The holder's secrets between request and response. Overwritten when dropped.
pub struct PendingCredential {
    pub(super) m1: Scalar,
    pub(super) r1: Scalar,
    pub(super) r2: Scalar,
}

/// A credential. Overwritten when dropped.
pub struct Credential {
    pub(super) m1: Scalar,
    pub(super) u: ProjectivePoint,
    pub(super) u_prime: ProjectivePoint,
    pub(super) x1: ProjectivePoint,
}

impl PendingCredential {
    /// Encoded size in bytes.
    pub const LEN: usize = 96;

    /// Finishes the credential after checking the issuer's proof.
    ///
    /// # Errors
    /// [`ArcError::Proof`]: the response was not made with this key for this request.
    pub fn finish(
        self,
        public: &IssuerPublicKey,
        request: &CredentialRequest,
        response: &CredentialResponse,
    ) -> Result<Credential, ArcError> {
        response.verify(public, request)?;
        let blinded = [(response.x1_aux, self.r1), (response.x2_aux, self.r2)];
        let u_prime = response.enc_u_prime - response.x0_aux - two_products(blinded);
        Ok(Credential { m1: self.m1, u: response.u, u_prime, x1: public.x1 })
    }

    /// `m1` and `r1`, which open the request's first commitment. Secret.
    pub(crate) const fn opening(&self) -> [&Scalar; 2] {
        [&self.m1, &self.r1]
    }

    /// `M = m1·G`, for the enrolment register.
    ///
    /// # Errors
    /// [`ArcError::Decode`], with negligible probability.
    pub fn register_element(&self) -> Result<Point, ArcError> {
        register_element(&self.m1)
    }

    /// `m1 ‖ r1 ‖ r2`. Secret.
    #[must_use]
    pub fn expose_secret(&self) -> Zeroizing<[u8; Self::LEN]> {
        let mut out = Zeroizing::new([0; Self::LEN]);
        for (place, scalar) in out.chunks_exact_mut(32).zip([&self.m1, &self.r1, &self.r2]) {
            place.copy_from_slice(&scalar.to_repr());
        }
        out
    }

    /// Reads what [`PendingCredential::expose_secret`] gave.
    ///
    /// # Errors
    /// [`ArcError::Decode`].
    pub fn from_secret(bytes: &[u8; Self::LEN]) -> Result<Self, ArcError> {
        let mut reader = Reader::new(bytes);
        let mut scalar = || -> Result<Scalar, ArcError> {
            Ok(*crate::curve::Scalar::from_bytes(&reader.array()?)?.0)
        };
        Ok(Self { m1: scalar()?, r1: scalar()?, r2: scalar()? })
    }
}

impl Credential {
    /// Encoded size in bytes.
    pub const LEN: usize = 32 + 3 * 33;

    /// `M = m1·G`, for the enrolment register.
    ///
    /// # Errors
    /// [`ArcError::Decode`], with negligible probability.
    pub fn register_element(&self) -> Result<Point, ArcError> {
        register_element(&self.m1)
    }

    /// `m1`. Secret.
    pub(crate) const fn secret(&self) -> &Scalar {
        &self.m1
    }

    /// What hedges nonces that concern this credential.
    pub(crate) fn hedge_secret(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.m1.to_repr().into())
    }

    /// `m1 ‖ U ‖ U' ‖ X1`. Secret.
    #[must_use]
    pub fn expose_secret(&self) -> Zeroizing<[u8; Self::LEN]> {
        let mut out = Zeroizing::new([0; Self::LEN]);
        out[..32].copy_from_slice(&self.m1.to_repr());
        let elements = [&self.u, &self.u_prime, &self.x1];
        for (place, element) in out[32..].chunks_exact_mut(33).zip(elements) {
            place.copy_from_slice(&element_bytes(element));
        }
        out
    }

    /// Reads what [`Credential::expose_secret`] gave.
    ///
    /// # Errors
    /// [`ArcError::Decode`].
    pub fn from_secret(bytes: &[u8; Self::LEN]) -> Result<Self, ArcError> {
        let mut reader = Reader::new(bytes);
        let m1 = *crate::curve::Scalar::from_bytes(&reader.array()?)?.0;
        let mut element = || read_element(&mut reader);
        Ok(Self { m1, u: element()?, u_prime: element()?, x1: element()? })
    }
}

fn register_element(m1: &Scalar) -> Result<Point, ArcError> {
    Ok(Point::from_bytes(&element_bytes(&super::suite::times_g(m1)))?)
}

impl Drop for PendingCredential {
    fn drop(&mut self) {
        [&mut self.m1, &mut self.r1, &mut self.r2].into_iter().for_each(Zeroize::zeroize);
    }
}

impl Drop for Credential {
    fn drop(&mut self) {
        self.m1.zeroize();
        // With U and U' a thief could present the credential.
        self.u = ProjectivePoint::IDENTITY;
        self.u_prime = ProjectivePoint::IDENTITY;
    }
}
