//! What a device's enrolment needs when it is lost or its owner leaves (SPEC §25).
//!
//! `POST /v1/enrolment/recovery`, signed by the enrolment key; `POST /v1/enrolment/replace`, signed by
//! the new one; `POST /v1/enrolment/leave`, signed by the enrolment key in its body, also once more
//! by who did not get the answer.

use serde::{Deserialize, Serialize};

use crate::http::{UnixSeconds, base64url};

/// Body of `POST /v1/enrolment/recovery`: which recovery key may replace this enrolment key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRecovery {
    /// SHA-256 of the recovery key, 32 bytes.
    #[serde(with = "base64url")]
    pub recovery_hash: Vec<u8>,
}

/// Answer: it is noted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RecoverySet {
    /// When, by the authority's time.
    pub at: UnixSeconds,
}

/// Body of `POST /v1/enrolment/replace`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplaceEnrolment {
    /// `Signed<EnrolmentReplacement>` bytes.
    #[serde(with = "base64url")]
    pub statement: Vec<u8>,
}

/// Body of `POST /v1/enrolment/leave`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaveClinic {
    /// The enrolment key, 33 bytes.
    #[serde(with = "base64url")]
    pub enrolment_key: Vec<u8>,
    /// `Signed<ForgetStatement>` bytes.
    #[serde(with = "base64url")]
    pub statement: Vec<u8>,
}

/// Answer of both: the authority's receipt. What it keeps stands in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EnrolmentReceipt {
    /// Since when it holds.
    pub at: UnixSeconds,
    /// `Signed<Receipt>` bytes.
    #[serde(with = "base64url")]
    pub receipt: Vec<u8>,
}
