//! The relay, as the use cases see it: one value of [`Relay`] is one identity on one connection.

use std::sync::Arc;

use keyward_protocol::ids::{GrantId, ServiceId};
use keyward_protocol::keys::SigningKey;
pub use keyward_relay_api::batch::{
    AccessAnswer, AccessRecord, OwnAnswer, UploadBatch, UploadRecord,
};
pub use keyward_relay_api::problem::ProblemCode;
pub use keyward_relay_api::types::{
    Access, Accesses, After, GrantDetail, GrantKey, GrantState, GrantSummary, Message, Messages,
    PostAccess, PostGrant, PostOwnRecords, Revoked, Scope, Status, Uploaded,
};

use super::clock::UnixSeconds;

/// Where a service is and which service it must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServiceAddress {
    /// `http(s)://host:port` or a `this-computer:` address that the shell resolves.
    pub url: String,
    /// The service id that signed requests carry.
    pub service_id: ServiceId,
}

/// The id of no service: for what is asked of a clinic before it is known which one it is.
const NONE: ServiceId = ServiceId::from_bytes([0; 16]);

impl ServiceAddress {
    /// Where a clinic may be that nothing is known of yet. Nothing is signed there.
    #[must_use]
    pub fn unknown(url: &str) -> Self {
        Self { url: url.to_owned(), service_id: NONE }
    }

    /// Whether it says which service must be there.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.service_id != NONE
    }
}

/// Opens channels. Every call yields a fresh connection of its own, so that two personas (or a
/// persona and the identified enrolment) never share one.
pub trait Network: Send + Sync {
    /// A channel to the relay on which `signer` signs every request.
    ///
    /// # Errors
    /// [`RelayError::Unreachable`] if the address means nothing on this computer.
    fn relay(
        &self,
        at: &ServiceAddress,
        signer: Arc<SigningKey>,
    ) -> Result<Box<dyn Relay>, RelayError>;

    /// A channel to the clinic authority. `signer` is the enrolment key; `None` for what is public
    /// or happens before enrolment.
    ///
    /// # Errors
    /// [`super::authority::AuthorityError::Unreachable`] if the address means nothing on this
    /// computer.
    fn authority(
        &self,
        at: &ServiceAddress,
        signer: Option<Arc<SigningKey>>,
    ) -> Result<Box<dyn super::authority::Authority>, super::authority::AuthorityError>;

    /// The same as [`Network::relay`] for what a lost computer, backups and leaving need.
    ///
    /// # Errors
    /// As [`Network::relay`].
    fn relay_recovery(
        &self,
        at: &ServiceAddress,
        signer: Arc<SigningKey>,
    ) -> Result<Box<dyn super::recovery::RelayRecovery>, RelayError>;

    /// The channels of the anonymous credential: every call a connection of its own.
    fn credentials(&self) -> &dyn super::credential::CredentialChannels;

    /// The same as [`Network::authority`] for what a lost computer and leaving need.
    ///
    /// # Errors
    /// As [`Network::authority`].
    fn authority_recovery(
        &self,
        at: &ServiceAddress,
        signer: Arc<SigningKey>,
    ) -> Result<Box<dyn super::recovery::AuthorityRecovery>, super::authority::AuthorityError>;
}

/// The relay on one identity's channel. Every call is safe to repeat: the same bytes again change
/// nothing and are answered as the first time.
pub trait Relay: Send + Sync {
    /// What the relay says of itself (public).
    ///
    /// # Errors
    /// [`RelayError`].
    fn status(&self) -> Result<Status, RelayError>;

    /// Presents the persona's certificate.
    ///
    /// # Errors
    /// [`RelayError`].
    fn present_persona(&self, certificate: &[u8]) -> Result<(), RelayError>;

    /// Presents the clinician's certificate.
    ///
    /// # Errors
    /// [`RelayError`].
    fn present_clinician(&self, certificate: &[u8]) -> Result<(), RelayError>;

    /// Opens a key epoch of a compartment and closes the earlier one; the first one creates the
    /// compartment. `statement` is a `Signed<EpochStatement>`.
    ///
    /// # Errors
    /// [`RelayError`].
    fn open_epoch(&self, statement: &[u8]) -> Result<(), RelayError>;

    /// Stores records and heads, all or nothing.
    ///
    /// # Errors
    /// [`RelayError`].
    fn upload(&self, batch: &UploadBatch) -> Result<Uploaded, RelayError>;

    /// Stores a grant or its next revision, all or nothing.
    ///
    /// # Errors
    /// [`RelayError`].
    fn grant(&self, grant: &PostGrant) -> Result<(), RelayError>;

    /// Takes a grant back: the relay deletes its keys before it answers. `statement` is a
    /// `Signed<RevokeStatement>`.
    ///
    /// # Errors
    /// [`RelayError`].
    fn revoke(&self, grant_id: &GrantId, statement: &[u8]) -> Result<Revoked, RelayError>;

    /// All grants of this persona, or all addressed to this doctor.
    ///
    /// # Errors
    /// [`RelayError`].
    fn grants(&self) -> Result<Vec<GrantSummary>, RelayError>;

    /// One grant again, with its message as long as it is live.
    ///
    /// # Errors
    /// [`RelayError`].
    fn grant_detail(&self, grant_id: &GrantId) -> Result<GrantDetail, RelayError>;

    /// The doctor's messages after a position, oldest first; they stay until acknowledged.
    ///
    /// # Errors
    /// [`RelayError`].
    fn messages(&self, after: u64) -> Result<Messages, RelayError>;

    /// Acknowledges all messages up to and including a position.
    ///
    /// # Errors
    /// [`RelayError`].
    fn acknowledge(&self, through: u64) -> Result<(), RelayError>;

    /// Fetches records under a grant.
    ///
    /// # Errors
    /// [`RelayError`].
    fn access(&self, request: &PostAccess) -> Result<AccessAnswer, RelayError>;

    /// The persona's own records of a compartment.
    ///
    /// # Errors
    /// [`RelayError`].
    fn own_records(&self, request: &PostOwnRecords) -> Result<OwnAnswer, RelayError>;

    /// The persona's access log after a position, oldest first.
    ///
    /// # Errors
    /// [`RelayError`].
    fn accesses(&self, after: u64) -> Result<Accesses, RelayError>;
}

/// A refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Which.
    pub code: ProblemCode,
    /// Since when it holds (revoked, expired).
    pub since: Option<UnixSeconds>,
}

/// Why the relay did not do it. Never contains record content or keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RelayError {
    /// No answer, or none in time. Whether the relay acted is unknown: repeat.
    #[error("the relay is out of reach: {0}")]
    Unreachable(String),
    /// Not there, or not for this identity (the relay does not tell which).
    #[error("not at the relay")]
    NotFound,
    /// Too many requests.
    #[error("the relay asks to wait {seconds} s")]
    Limited {
        /// How long to wait.
        seconds: u64,
    },
    /// The request's time is outside the relay's window.
    #[error("this computer's clock differs from the relay's")]
    ClockDiffers,
    /// Refused for a reason that repeating does not change.
    #[error("the relay refused: {}", .0.code)]
    Refused(Refusal),
    /// The answer is not what it must be.
    #[error("the relay's answer is wrong: {0}")]
    Misbehaves(String),
}

impl RelayError {
    /// The refusal, if it was one.
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused(refusal) => Some(*refusal),
            _ => None,
        }
    }

    /// Whether the same request may succeed later without anything else being done.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Limited { .. } | Self::ClockDiffers)
    }
}
