//! Refusals as RFC 9457 problem documents with a closed set of codes.
//!
//! A code is a promise to the user interface, which has one sentence for each. The `detail` is for
//! an operator reading a log; it never holds a secret, an id of somebody else or health data.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What every problem type URI starts with; the code follows.
pub const TYPE_PREFIX: &str = "urn:keyward:problem:";

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = ($code:literal, $status:literal, $title:literal),)+) => {
        /// Why a server refused. Closed: an unknown code is a bad answer, not a new kind of refusal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ProblemCode { $($(#[$doc])* $name,)+ }

        impl ProblemCode {
            /// Every code, for tables and exhaustive tests.
            pub const ALL: &'static [ProblemCode] = &[$(ProblemCode::$name,)+];

            /// The stable code, as it ends the type URI.
            pub fn as_str(self) -> &'static str {
                match self { $(ProblemCode::$name => $code,)+ }
            }

            /// The HTTP status it is answered with.
            pub fn status(self) -> u16 {
                match self { $(ProblemCode::$name => $status,)+ }
            }

            /// A short English title, the same for every occurrence.
            pub fn title(self) -> &'static str {
                match self { $(ProblemCode::$name => $title,)+ }
            }
        }
    };
}

codes! {
    // --- any server: the form of the request ---
    /// The body or a parameter cannot be read as what the endpoint takes.
    Malformed = ("malformed", 400, "The request cannot be read"),
    /// Not there, or not yours: the same answer, so that ids cannot be probed.
    NotFound = ("not-found", 404, "There is no such thing here"),
    /// The path exists, but not for this method.
    MethodNotAllowed = ("method-not-allowed", 405, "This method is not offered here"),
    /// The body did not arrive in time.
    Timeout = ("timeout", 408, "The request took too long"),
    /// Larger than the endpoint takes.
    TooLarge = ("too-large", 413, "The request is too large"),
    /// Another media type than the endpoint takes.
    UnsupportedMediaType = ("unsupported-media-type", 415, "This kind of body is not taken here"),
    /// Too many requests from this key or address; `retry_after` says how long to wait.
    RateLimited = ("rate-limited", 429, "Too many requests"),
    /// A fault of the server; nothing was changed.
    Internal = ("internal", 500, "The service failed"),
    /// The server is overloaded or stopping; nothing was changed.
    Busy = ("busy", 503, "The service is busy"),
    /// The server's storage is full or failing; nothing was changed.
    StorageFailed = ("storage-failed", 507, "The service cannot store anything now"),
    // --- any server: who is asking ---
    /// No request signature where one is needed.
    Unsigned = ("unsigned", 401, "The request is not signed"),
    /// The signature does not cover this request or does not verify, or the key is not known.
    BadSignature = ("bad-signature", 401, "The signature does not verify"),
    /// Signed too far in the past or the future: one of the two clocks is wrong.
    ClockSkew = ("clock-skew", 401, "The request was signed at another time"),
    /// This very request was answered before.
    Replayed = ("replayed", 409, "This request was already used"),
    /// One idempotency key, two different requests.
    IdempotencyMismatch = ("idempotency-mismatch", 409, "The idempotency key belongs to another request"),
    /// The key is known but may not use this endpoint.
    NotAllowed = ("not-allowed", 403, "This key may not do this"),
    /// The certificate does not verify against an authority this service knows.
    BadCertificate = ("bad-certificate", 403, "The certificate is not accepted"),
    /// The certificate is not valid at this time.
    CertificateExpired = ("certificate-expired", 403, "The certificate has expired"),
    /// The clinician was removed by the authority.
    ClinicianRemoved = ("clinician-removed", 403, "This clinician was removed"),
    // --- relay ---
    /// A record or head is not signed by its persona, or its parts do not belong together.
    BadRecord = ("bad-record", 422, "A record does not verify"),
    /// A record does not continue the chain the relay has.
    ChainBroken = ("chain-broken", 409, "A record does not continue its chain"),
    /// Another record is stored under this id.
    RecordConflict = ("record-conflict", 409, "Another record has this id"),
    /// A head does not describe what is stored, or is older than the stored one.
    HeadConflict = ("head-conflict", 409, "The head does not fit what is stored"),
    /// The key epoch is closed: nothing more can be added to it.
    EpochClosed = ("epoch-closed", 409, "The key epoch is closed"),
    /// The key epoch was opened before.
    EpochConflict = ("epoch-conflict", 409, "The key epoch is already used"),
    /// A grant does not verify, or its keys are not those it names.
    BadGrant = ("bad-grant", 422, "The grant does not verify"),
    /// A newer revision of the grant is stored.
    StaleRevision = ("stale-revision", 409, "A newer revision of the grant is stored"),
    /// The grant was revoked by the patient.
    GrantRevoked = ("grant-revoked", 410, "The share was stopped"),
    /// The grant ended because its persona was replaced by another.
    GrantReplaced = ("grant-replaced", 410, "The patient continues under another key"),
    /// The grant's time is over.
    GrantExpired = ("grant-expired", 410, "The share has ended"),
    /// The grant's time has not begun.
    GrantNotYet = ("grant-not-yet", 409, "The share has not begun"),
    /// A bound on what one persona or mailbox may hold is reached.
    QuotaReached = ("quota-reached", 409, "There is no more room for this"),
    /// Too many messages of this persona wait for this doctor: she has to read some first.
    TooManyWaiting = ("too-many-waiting", 409, "Too many messages wait for this doctor"),
    /// The key was replaced by its recovery key: it is good for nothing any more.
    PersonaReplaced = ("persona-replaced", 403, "This key was replaced"),
    /// The persona was forgotten on her own request and does not come back.
    PersonaForgotten = ("persona-forgotten", 410, "This persona was forgotten"),
    /// A replacement does not verify, or is not by the certified recovery key.
    BadReplacement = ("bad-replacement", 422, "The replacement does not verify"),
    /// A later replacement of the same key holds; `since` is its own time.
    StaleReplacement = ("stale-replacement", 409, "A later replacement holds"),
    /// A backup version with this or a higher number is stored.
    BackupConflict = ("backup-conflict", 409, "A newer version of the backup is stored"),
    /// A version names a pack that is not stored.
    BackupIncomplete = ("backup-incomplete", 409, "A part of the backup is missing"),
    // --- authority (its author appends here) ---
    /// The code is wrong, unknown, burnt or was already answered: deliberately one answer for all.
    CodeRefused = ("code-refused", 403, "The code is not accepted"),
    /// A field cannot be taken; `detail` is `field:fault`.
    FieldRefused = ("field-refused", 422, "A field cannot be taken"),
    /// Not possible in the state the person or clinician is in.
    WrongState = ("wrong-state", 409, "This is not possible in the present state"),
    /// Somebody else changed the entry meanwhile, or the id names something else.
    RegisterConflict = ("register-conflict", 409, "The entry was changed meanwhile"),
    /// A request for an anonymous certificate is not accepted: deliberately one answer for all.
    CredentialRefused = ("credential-refused", 403, "The request is not accepted"),
}

impl ProblemCode {
    /// The code named by a type URI, `None` if it is not one of ours.
    pub fn from_type(uri: &str) -> Option<ProblemCode> {
        let code = uri.strip_prefix(TYPE_PREFIX)?;
        Self::ALL.iter().copied().find(|known| known.as_str() == code)
    }

    /// Whether the same request may succeed later without any change.
    pub fn is_temporary(self) -> bool {
        matches!(self, Self::RateLimited | Self::Busy | Self::StorageFailed | Self::Timeout)
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ProblemCode {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{TYPE_PREFIX}{}", self.as_str()))
    }
}

impl<'de> Deserialize<'de> for ProblemCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let uri = String::deserialize(from)?;
        ProblemCode::from_type(&uri).ok_or_else(|| serde::de::Error::custom("unknown problem type"))
    }
}

/// A refusal as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}")]
pub struct Problem {
    /// Which refusal.
    #[serde(rename = "type")]
    pub code: ProblemCode,
    /// The code's title.
    pub title: String,
    /// The HTTP status again, as RFC 9457 has it.
    pub status: u16,
    /// Something more for an operator; never shown to people as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// When a temporary refusal may be over, in seconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Since when a grant is over (unix seconds), for `grant-revoked` and `grant-expired`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
}

impl Problem {
    /// The plain refusal of a code.
    pub fn new(code: ProblemCode) -> Self {
        Problem {
            code,
            title: code.title().to_owned(),
            status: code.status(),
            detail: None,
            retry_after: None,
            since: None,
        }
    }

    /// With something more for an operator. Never pass secrets or somebody else's ids.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With the time after which it may be tried again, seconds.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// With the time since which it holds, unix seconds.
    pub fn since(mut self, at: u64) -> Self {
        self.since = Some(at);
        self
    }
}

impl From<ProblemCode> for Problem {
    fn from(code: ProblemCode) -> Self {
        Problem::new(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_distinct_and_survive_the_wire() {
        let mut seen = HashSet::new();
        for code in ProblemCode::ALL {
            assert!(seen.insert(code.as_str()), "{code} twice");
            assert!((400..600).contains(&code.status()), "{code}");
            let text = serde_json::to_string(&Problem::new(*code)).unwrap();
            let back: Problem = serde_json::from_str(&text).unwrap();
            assert_eq!(back.code, *code);
        }
    }

    #[test]
    fn an_unknown_code_is_refused() {
        let text = r#"{"type":"urn:keyward:problem:surprise","title":"x","status":400}"#;
        assert!(serde_json::from_str::<Problem>(text).is_err());
        assert!(ProblemCode::from_type("about:blank").is_none());
    }
}
