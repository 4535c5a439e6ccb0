//! What an exchange with the relay can come to grief of.

use crate::error::AppError;
use crate::ports::relay::{ProblemCode, RelayError};
use crate::store;

/// A failure of the relay is kept apart until it is decided what it means.
pub(crate) enum Failure {
    /// The relay's.
    Relay(RelayError),
    /// Any other.
    App(AppError),
}

impl From<RelayError> for Failure {
    fn from(error: RelayError) -> Self {
        Self::Relay(error)
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Self {
        Self::App(error.into())
    }
}

impl From<crate::ports::vault::VaultError> for Failure {
    fn from(error: crate::ports::vault::VaultError) -> Self {
        Self::App(error.into())
    }
}

impl From<Failure> for AppError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Relay(error) => error.into(),
            Failure::App(error) => error,
        }
    }
}

/// The relay does not know this persona (any more): its certificate must be presented again.
pub(crate) fn is_stranger(error: &RelayError) -> bool {
    error.refusal().is_some_and(|refusal| {
        matches!(
            refusal.code,
            ProblemCode::BadSignature
                | ProblemCode::BadCertificate
                | ProblemCode::CertificateExpired
        )
    })
}
