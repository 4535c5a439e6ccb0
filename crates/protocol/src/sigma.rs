//! SPEC §22. Proofs of linear relations: Sigma protocols for P-256 made non-interactive by
//! Fiat–Shamir over SHAKE128, byte for byte as the vectors of ARC-01 have them.
//!
//! One engine serves the anonymous credential ([`crate::arc`]), its tracing extension, equality of
//! logarithms and possession of keys. A [`Relation`] lists elements and equations; a [`Proof`]
//! binds all of them, their order and the session.
//!
//! Proving is constant-time in the witness; verifying handles public values only.

mod proof;
mod public;
mod relation;
mod secret;
mod transcript;

pub use proof::Proof;
pub use relation::{ElementVar, Relation, ScalarVar};
pub use secret::Witness;

use crate::codec::DecodeError;

/// Why a proof was not made or not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SigmaError {
    /// An element is the identity, which has no encoding and proves nothing.
    #[error("an element of the statement is the identity")]
    Identity,
    /// An element stands twice in the statement, so that two statements would look alike.
    #[error("an element stands twice in the statement")]
    Repeated,
    /// The witness has another number of scalars, or does not satisfy the statement.
    #[error("the witness does not fit the statement")]
    Witness,
    /// The proof is of another length or holds a scalar that is not below the group order.
    #[error("malformed proof: {0}")]
    Decode(#[from] DecodeError),
    /// The proof does not hold for this statement in this session.
    #[error("the proof does not hold")]
    Invalid,
}

impl SigmaError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Identity => "proof-identity",
            Self::Repeated => "proof-repeated-element",
            Self::Witness => "proof-witness",
            Self::Decode(error) => error.code(),
            Self::Invalid => "proof-invalid",
        }
    }
}
