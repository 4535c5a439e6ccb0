//! SPEC §23. The anonymous credential: ARC, draft-ietf-privacypass-arc-crypto-01, suite
//! ARCV1-P256, exactly.
//!
//! An issuer certifies a secret `m1` it does not see. The holder shows the credential up to a limit
//! of times per context; showings cannot be linked to each other or to the issuing, and each
//! carries a tag that repeats only if a nonce is used twice.
//!
//! The pieces in order: [`IssuerKey`] and [`IssuerPublicKey`], [`CredentialRequest`],
//! [`CredentialResponse`], [`Credential`], [`Presentation`]. Counting presentations, durably and
//! before one leaves, is the caller's duty ([`Credential::present`]).

mod credential;
mod issue;
mod issuer;
#[cfg(test)]
mod known_answers;
mod presentation;
mod range;
mod request;
mod suite;

pub use credential::{Credential, PendingCredential};
pub use issue::CredentialResponse;
pub use issuer::{IssuerKey, IssuerPublicKey};
pub use presentation::{Binding, Presentation, Tag};
pub use range::Limit;
pub use request::CredentialRequest;

pub(crate) use presentation::{Extended, Extension};
pub(crate) use suite::{generator_h, random_scalar, times_g, times_h};

use crate::codec::DecodeError;
use crate::sigma::SigmaError;

/// Why a step of the credential failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArcError {
    /// The bytes are not an encoding of the expected object.
    #[error("malformed credential message: {0}")]
    Decode(#[from] DecodeError),
    /// A proof does not hold, or its statement cannot be.
    #[error("a proof of the credential does not hold: {0}")]
    Proof(#[from] SigmaError),
    /// The limit is below 2 or above 1024.
    #[error("the limit is not between 2 and 1024")]
    Limit,
    /// The nonce is not below the limit: no presentation is left.
    #[error("no presentation is left under this limit")]
    Exhausted,
}

impl ArcError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Decode(error) => error.code(),
            Self::Proof(error) => error.code(),
            Self::Limit => "credential-limit",
            Self::Exhausted => "credential-exhausted",
        }
    }
}
