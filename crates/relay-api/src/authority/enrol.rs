//! Enrolment: CPace with the invitation's code, then one sealed request and one sealed answer.
//!
//! `POST /v1/enrol/start` and `POST /v1/enrol/finish`, unsigned. The bodies of the sealed halves are the
//! JSON of [`EnrolRequest`] and [`EnrolAnswer`].

use keyward_protocol::{domain::Label, ids::ServiceId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::people::PersonDraft;
use crate::http::{base64url, base64url_option};

/// What the proof of an enrolment key is signed as.
pub const PROOF_LABEL: Label = Label::EnrolmentRequest;

/// Body of `POST /v1/enrol/start`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolStart {
    /// The public part of the code.
    pub handle: u16,
    /// The initiator's CPace share.
    #[serde(with = "base64url")]
    pub share: Vec<u8>,
}

/// Answer. It looks the same for a code that never existed: only the confirmation, which such a code
/// cannot make, tells.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolStarted {
    /// Names this run, 32 hex digits.
    pub session: String,
    /// The responder's CPace share.
    #[serde(with = "base64url")]
    pub share: Vec<u8>,
    /// The responder's key confirmation.
    #[serde(with = "base64url")]
    pub confirm: Vec<u8>,
}

/// Body of `POST /v1/enrol/finish`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolFinish {
    /// From [`EnrolStarted`].
    pub session: String,
    /// The initiator's key confirmation.
    #[serde(with = "base64url")]
    pub confirm: Vec<u8>,
    /// Sealed [`EnrolRequest`].
    #[serde(with = "base64url")]
    pub sealed: Vec<u8>,
}

/// Answer: sealed [`EnrolAnswer`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolFinished {
    /// Sealed to the session.
    #[serde(with = "base64url")]
    pub sealed: Vec<u8>,
}

/// What a device asks for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum EnrolRequest {
    /// A patient's device.
    Patient {
        /// Its enrolment key, 33 bytes.
        #[serde(with = "base64url")]
        enrolment_key: Vec<u8>,
        /// Its signature over [`challenge`] as [`PROOF_LABEL`], 64 bytes.
        #[serde(with = "base64url")]
        proof: Vec<u8>,
        /// SHA-256 of the recovery key that may replace the enrolment key, 32 bytes. Without one (the
        /// form before there were recovery kits) only the desk can.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "base64url_option")]
        recovery_hash: Option<Vec<u8>>,
    },
    /// A clinician's device.
    Clinician {
        /// `ClinicianRequest` bytes over [`challenge`].
        #[serde(with = "base64url")]
        request: Vec<u8>,
    },
}

/// What it gets. Everybody who can open this knew the code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum EnrolAnswer {
    /// The device is bound to the person.
    Patient {
        /// The authority and its relay.
        service: EnrolledService,
        /// The person as registered.
        person: PersonDraft,
    },
    /// The clinician is certified.
    Clinician {
        /// The authority and its relay.
        service: EnrolledService,
        /// The certificate.
        #[serde(with = "base64url")]
        certificate: Vec<u8>,
    },
    /// The code is right, but it cannot be used.
    Refused {
        /// Why.
        reason: EnrolRefusal,
    },
}

/// What a device pins at enrolment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EnrolledService {
    /// The service.
    pub service_id: ServiceId,
    /// The clinic's name.
    pub clinic_name: String,
    /// The authority's verification key, 33 bytes.
    #[serde(with = "base64url")]
    pub authority_key: Vec<u8>,
    /// Where the relay is.
    pub relay_url: String,
}

/// Why a right code cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnrolRefusal {
    /// Its time is over.
    Expired,
    /// Another device used it.
    Used,
    /// The desk took it back, or issued another.
    Withdrawn,
    /// It is for the other kind of profile.
    WrongPurpose,
    /// The request in it does not verify.
    BadRequest,
    /// This device's key belongs to somebody else in the register.
    KeyTaken,
}

/// What proofs in an [`EnrolRequest`] are made over: fresh on both sides, because both shares are.
#[must_use]
pub fn challenge(session: &str, initiator_share: &[u8], responder_share: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"keyward/v1/enrolment-challenge\0");
    for part in [session.as_bytes(), initiator_share, responder_share] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
