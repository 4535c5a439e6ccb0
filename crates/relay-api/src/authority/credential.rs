//! The anonymous credential (SPEC §§28–30): `GET /v1/credentials/epoch` (public), `POST
//! /v1/credentials/issue` (signed by the enrolment key of a person's device), `POST
//! /v1/credentials/certify` (unsigned, on a connection that carries nothing else). The relay pins the
//! object of an epoch under `POST /v1/credential-epochs`.

use std::ops::Range;

use keyward_protocol::credential_epoch::CredentialEpoch;
use serde::{Deserialize, Serialize};

use super::persona::EPOCH_SECONDS;
use crate::http::{UnixSeconds, base64url};

/// How often a credential can be presented: so many personas one credential has certified. The same
/// for everybody and every authority, so that it singles out nobody.
pub const CREDENTIAL_LIMIT: u16 = 32;
/// Credentials one person may have issued per epoch: a second is for a device that took the place of
/// the first, or was set back to before it had one.
pub const ISSUES_PER_EPOCH: u32 = 4;

/// The object of an epoch as its authority signed it: from the authority, to the relay, and as the
/// relay pinned it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochObject {
    /// `Signed<CredentialEpoch>` bytes.
    #[serde(with = "base64url")]
    pub object: Vec<u8>,
}

/// Body of `POST /v1/credentials/issue`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueCredential {
    /// `IssuanceRequest` bytes.
    #[serde(with = "base64url")]
    pub request: Vec<u8>,
}

/// Answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedCredential {
    /// `CredentialResponse` bytes.
    #[serde(with = "base64url")]
    pub response: Vec<u8>,
    /// `Signed<Receipt>` bytes over the request: that its entry stands in the register.
    #[serde(with = "base64url")]
    pub receipt: Vec<u8>,
}

/// Body of `POST /v1/credentials/certify`; the answer is a certificate, or one refusal for whatever
/// is wrong.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertifyAnonymously {
    /// `AnonymousRequest` bytes.
    #[serde(with = "base64url")]
    pub request: Vec<u8>,
}

/// The number of the epoch a time lies in.
#[must_use]
pub const fn epoch_at(time: UnixSeconds) -> u64 {
    time / EPOCH_SECONDS
}

/// When certificates of an epoch are valid: from its start to the end of the next, so that there is
/// time to renew. `None` for a number no time has.
#[must_use]
pub fn validity(epoch: u64) -> Option<Range<UnixSeconds>> {
    let from = epoch.checked_mul(EPOCH_SECONDS)?;
    Some(from..epoch.checked_add(2)?.checked_mul(EPOCH_SECONDS)?)
}

/// Whether an object says what every authority has to say of its epoch: limit and validity are no
/// choice of the authority's.
#[must_use]
pub fn is_regular(object: &CredentialEpoch) -> bool {
    object.limit.get() == CREDENTIAL_LIMIT
        && validity(object.epoch) == Some(object.valid_from..object.valid_until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_valid_until_the_end_of_the_next() {
        let now = 1_785_000_000;
        let span = validity(epoch_at(now)).unwrap();
        assert!(span.contains(&now) && span.end - span.start == 2 * EPOCH_SECONDS);
        assert!(validity(epoch_at(span.start)).unwrap() == span);
        assert_eq!(validity(u64::MAX), None);
        assert_eq!(validity(u64::MAX / EPOCH_SECONDS), None);
    }
}
