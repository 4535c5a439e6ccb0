//! The front desk's use cases: the queue, people, clinicians.
//!
//! The register is the authority's; nothing of it is kept in the desk's vault. What was typed is checked
//! here by the authority's own rules before it is sent, so that a form can answer at once.

pub mod clinicians;
mod home;
mod invitation;
pub mod keys;
pub mod people;
mod port;

pub use home::home;
pub use port::{DeskAuthority, HttpDesk};

use keyward_relay_api::authority::fields::FieldError;

use crate::error::{AppError, ErrorCode};
use crate::ports::authority::AuthorityError;
use crate::session::Session;

/// A refused field in the words of the form.
fn field_error(error: FieldError) -> AppError {
    let field = match error.field {
        "clinic_name" => "clinicName",
        "given_name" => "givenName",
        "family_name" => "familyName",
        "birth_date" => "birthDate",
        "record_number" => "clinicNumber",
        "registration_number" => "registrationNumber",
        same => same,
    };
    AppError::field(field, error.fault.code())
}

/// A clinic's name that fits into its invitations.
///
/// # Errors
/// [`ErrorCode::Field`].
pub fn clinic_name(typed: &str) -> Result<String, AppError> {
    keyward_relay_api::authority::fields::clinic_name(typed).map_err(field_error)
}

/// What the authority's refusals mean at the desk; `state` is what to say of a step that is not possible
/// in the present state.
fn refusal(error: AuthorityError, state: ErrorCode) -> AppError {
    match &error {
        AuthorityError::Refused(problem) => match problem.as_str() {
            "not-found" => ErrorCode::NotFound.into(),
            "wrong-state" => state.into(),
            "register-conflict" => ErrorCode::Conflict.into(),
            "bad-signature" | "not-allowed" => ErrorCode::NotAllowed.into(),
            _ => error.into(),
        },
        _ => error.into(),
    }
}

/// A fresh id for something in the register: chosen here, so that a repeated request is the same request.
fn fresh_id(session: &Session) -> String {
    let mut id = [0u8; 16];
    session.randomness().with(|rng| rng.fill_bytes(&mut id));
    hex::encode(id)
}

/// Hex digits in groups of four.
fn groups(bytes: &[u8]) -> Vec<String> {
    bytes.chunks(2).map(hex::encode).collect()
}
