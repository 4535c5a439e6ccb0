//! SPEC §14. Invitations: a typed code, and the same code with addresses as text or QR.

mod code;
mod text;

pub use code::{Code, CodeError, CodeSecret, Handle};
pub(crate) use text::is_service_address;
pub use text::{Entry, Invitation, InvitationError, fingerprint};

use crate::codec::DecodeError;

/// What an invitation is for. It enters the key exchange, so one for a patient cannot be used
/// to enrol a clinician.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A patient's enrolment.
    Patient,
    /// A clinician's enrolment.
    Clinician,
}

impl Purpose {
    pub(crate) const fn to_byte(self) -> u8 {
        match self {
            Self::Patient => 1,
            Self::Clinician => 2,
        }
    }

    pub(crate) const fn from_byte(byte: u8) -> Result<Self, DecodeError> {
        match byte {
            1 => Ok(Self::Patient),
            2 => Ok(Self::Clinician),
            _ => Err(DecodeError::UnknownType),
        }
    }
}
