//! SPEC §7. Certificates: `COSE_Sign1` with ES256 over the protocol's own byte format.
//!
//! An envelope has one form: protected header `{alg: ES256}`, empty unprotected header, the
//! payload, the signature. The payload begins with version and type; a type this version does
//! not know is refused. The kind's label is the external AAD.

mod anonymous;
mod attestation;
mod clinician;
mod envelope;
mod possession;
mod request;

pub use anonymous::{
    AnonymousCertificate, AnonymousRequest, ReadAnonymousRequest, VerifiedAnonymousRequest,
    VerifiedPersona,
};
pub use attestation::{AttestationError, NameAttestation, VerifiedAttestation};
pub use clinician::{ClinicianCertificate, ClinicianDetails, VerifiedClinician};
pub use request::{
    ClinicianKeys, ClinicianRequest, PersonaKeys, PersonaRequest, VerifiedClinicianRequest,
    VerifiedPersonaRequest,
};

use crate::arc::ArcError;
use crate::codec::DecodeError;
use crate::keys::KeyError;

/// Largest encoded certificate.
pub const MAX_CERTIFICATE: usize = 4096;

/// Why a certificate or a request for one is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Not a `COSE_Sign1` in the one form used here.
    #[error("not a certificate envelope in canonical form")]
    Envelope,
    /// The content is not a certificate of this kind.
    #[error("not a certificate of this kind: {0}")]
    Decode(#[from] DecodeError),
    /// No pinned authority signed it.
    #[error("not signed by a known authority")]
    UnknownAuthority,
    /// The request's signature or a proof of possession does not verify.
    #[error("the request does not prove possession of its keys")]
    NoPossession,
    /// It is of another credential epoch or service.
    #[error("of another credential epoch")]
    WrongEpoch,
    /// The presentation, the escrow or one of their proofs does not hold.
    #[error("the escrow or the presentation does not hold: {0}")]
    Escrow(#[from] ArcError),
    /// The request is for another service or answers another challenge.
    #[error("the request answers another challenge")]
    WrongChallenge,
    /// Its validity has not begun.
    #[error("not valid yet")]
    NotYetValid,
    /// Its validity has ended.
    #[error("no longer valid")]
    Expired,
    /// A key was refused or could not sign.
    #[error("key operation failed: {0}")]
    Key(#[from] KeyError),
}

impl CertificateError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Envelope => "certificate-envelope",
            Self::Decode(error) => error.code(),
            Self::UnknownAuthority => "certificate-unknown-authority",
            Self::NoPossession => "certificate-no-possession",
            Self::WrongEpoch => "certificate-wrong-epoch",
            Self::Escrow(error) => error.code(),
            Self::WrongChallenge => "certificate-wrong-challenge",
            Self::NotYetValid => "certificate-not-yet-valid",
            Self::Expired => "certificate-expired",
            Self::Key(error) => error.code(),
        }
    }
}

/// Type byte of a certificate payload.
mod kind {
    // 1 was the persona certificate over the identified channel: refused, and never given again.
    pub(super) const PERSONA_ANONYMOUS: u8 = 2;
    pub(super) const CLINICIAN: u8 = 16;
}

/// Signs any payload as a certificate, for vectors that must fail.
#[cfg(test)]
pub(crate) fn seal_any(
    label: crate::domain::Label,
    key: &crate::keys::SigningKey,
    payload: &[u8],
) -> Vec<u8> {
    envelope::seal(label, key, payload.to_vec()).unwrap()
}

fn check_validity(from: u64, until: u64, now: u64) -> Result<(), CertificateError> {
    match (now < from, now >= until) {
        (true, _) => Err(CertificateError::NotYetValid),
        (_, true) => Err(CertificateError::Expired),
        _ => Ok(()),
    }
}
