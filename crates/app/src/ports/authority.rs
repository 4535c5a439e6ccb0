//! The clinic authority, as patient and doctor see it. (What the desk does with it stands in
//! `desk/`.)

pub use keyward_relay_api::authority::directory::{Directory, VerifiedDirectory};
pub use keyward_relay_api::authority::enrol::{
    EnrolFinish, EnrolFinished, EnrolStart, EnrolStarted,
};
pub use keyward_relay_api::authority::status::AuthorityStatus;

/// The authority on one channel.
pub trait Authority: Send + Sync {
    /// What the authority says of itself (public).
    ///
    /// # Errors
    /// [`AuthorityError`].
    fn status(&self) -> Result<AuthorityStatus, AuthorityError>;

    /// Starts an enrolment by a code's handle.
    ///
    /// # Errors
    /// [`AuthorityError`]; unknown, burnt and used handles answer like a wrong code.
    fn enrol_start(&self, start: &EnrolStart) -> Result<EnrolStarted, AuthorityError>;

    /// Finishes an enrolment; gives the sealed answer.
    ///
    /// # Errors
    /// [`AuthorityError`].
    fn enrol_finish(&self, finish: &EnrolFinish) -> Result<EnrolFinished, AuthorityError>;

    /// Asks to be named: `PersonaRequest` bytes over the naming challenge in, signed
    /// `NameAttestation` out (signed by the enrolment key: the identified channel). Safe to repeat.
    ///
    /// # Errors
    /// [`AuthorityError`].
    fn attest_name(&self, request: &[u8]) -> Result<Vec<u8>, AuthorityError>;

    /// The directory of clinicians (public).
    ///
    /// # Errors
    /// [`AuthorityError`].
    fn clinicians(&self) -> Result<Directory, AuthorityError>;
}

/// Why the authority did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthorityError {
    /// No answer, or none in time. Whether it acted is unknown: repeat.
    #[error("the clinic is out of reach: {0}")]
    Unreachable(String),
    /// Too many requests.
    #[error("the clinic asks to wait {seconds} s")]
    Limited {
        /// How long to wait.
        seconds: u64,
    },
    /// The request's time is outside the authority's window.
    #[error("this computer's clock differs from the clinic's")]
    ClockDiffers,
    /// Refused for a reason that repeating does not change; a problem code of relay-api.
    #[error("the clinic refused: {0}")]
    Refused(String),
    /// The answer is not what it must be.
    #[error("the clinic's answer is wrong: {0}")]
    Misbehaves(String),
}

impl AuthorityError {
    /// Whether the same request may succeed later without anything else being done.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Limited { .. } | Self::ClockDiffers)
    }
}
