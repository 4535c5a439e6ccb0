//! `POST /v1/personas/attest-name`, signed by the enrolment key of the person's device. Personas are certified
//! without it (`super::credential`).

use keyward_protocol::{ids::ServiceId, keys::VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::http::base64url;

/// Days of a persona epoch. A certificate is valid from the start of the epoch it was issued in to the end
/// of the next, so it tells the epoch and nothing finer.
pub const EPOCH_DAYS: u64 = 90;
/// Seconds of a persona epoch.
pub const EPOCH_SECONDS: u64 = EPOCH_DAYS * 86_400;

/// Answer to `POST /v1/credentials/certify`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertifiedPersona {
    /// The certificate, COSE_Sign1 bytes.
    #[serde(with = "base64url")]
    pub certificate: Vec<u8>,
}

/// Body of `POST /v1/personas/attest-name`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttestName {
    /// `PersonaRequest` bytes over [`naming_challenge`], with the keys that are certified.
    #[serde(with = "base64url")]
    pub persona_request: Vec<u8>,
}

/// Answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttestedName {
    /// `Signed<NameAttestation>` bytes.
    #[serde(with = "base64url")]
    pub attestation: Vec<u8>,
}

/// The challenge a request to be named answers: it binds the request to one enrolment key, so that nobody else
/// can submit it, and it is the same every time, so that a request kept over a crash can be sent again.
#[must_use]
pub fn naming_challenge(service: ServiceId, enrolment_key: &VerifyingKey) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"keyward/v1/persona-naming-challenge\0");
    hash.update(service.as_bytes());
    hash.update(enrolment_key.to_bytes());
    hash.finalize().into()
}
