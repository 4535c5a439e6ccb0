//! SPEC §7.1. A name attestation: the authority says which registered person a persona is.
//!
//! It is apart from the persona certificate, because only a persona that wants to be known by name
//! asks for one: the others' certificates are all alike and say nothing.

use core::ops::Deref;

use crate::codec::{DecodeError, Reader, Writer};
use crate::domain::{Label, UnixSeconds};
use crate::ids::{PersonaId, ServiceId};
use crate::invitation::Invitation;
use crate::keys::VerifyingKey;
use crate::statement::{Signed, Statement, StatementError, Verified};

/// An authority's statement about the name behind a persona.
#[derive(Clone, PartialEq, Eq)]
pub struct NameAttestation {
    /// The authority's service.
    pub service_id: ServiceId,
    /// The persona.
    pub persona: PersonaId,
    /// The full name as registered.
    pub name: String,
    /// The birth date as registered: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub birth_date: String,
    /// The clinic whose register it is.
    pub clinic_name: String,
    /// First second of validity.
    pub valid_from: UnixSeconds,
    /// First second after validity.
    pub valid_until: UnixSeconds,
}

/// An attestation whose signature, service, persona and time were checked.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedAttestation(Verified<NameAttestation>);

/// Why an attestation is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttestationError {
    /// It is none, or the pinned authority did not sign it.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// It is of another service.
    #[error("the attestation is of another service")]
    OtherService,
    /// It is about another persona.
    #[error("the attestation is about another persona")]
    OtherPersona,
    /// Its validity has not begun.
    #[error("not valid yet")]
    NotYetValid,
    /// Its validity has ended.
    #[error("no longer valid")]
    Expired,
}

impl AttestationError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Statement(error) => error.code(),
            Self::OtherService => "attestation-other-service",
            Self::OtherPersona => "attestation-other-persona",
            Self::NotYetValid => "attestation-not-yet-valid",
            Self::Expired => "attestation-expired",
        }
    }
}

impl NameAttestation {
    /// Longest name, in bytes of UTF-8.
    pub const MAX_NAME: usize = 1024;
    /// Longest clinic name, in bytes of UTF-8: what fits into an invitation.
    pub const MAX_CLINIC: usize = Invitation::MAX_NAME;
    const MAX_DATE: usize = 10;

    /// Reads and checks an attestation: form, signature by the pinned authority, that it is of this
    /// service and about this persona, and that it is valid at `now`.
    ///
    /// # Errors
    /// [`AttestationError`].
    pub fn verify(
        bytes: &[u8],
        authority: &VerifyingKey,
        service_id: ServiceId,
        persona: PersonaId,
        now: UnixSeconds,
    ) -> Result<VerifiedAttestation, AttestationError> {
        let signed = Signed::<Self>::from_bytes(bytes).map_err(StatementError::from)?;
        let verified = signed.verify(authority)?;
        if verified.service_id != service_id {
            return Err(AttestationError::OtherService);
        }
        if verified.persona != persona {
            return Err(AttestationError::OtherPersona);
        }
        match (now < verified.valid_from, now >= verified.valid_until) {
            (true, _) => Err(AttestationError::NotYetValid),
            (_, true) => Err(AttestationError::Expired),
            _ => Ok(VerifiedAttestation(verified)),
        }
    }

    fn check(&self) -> Result<(), DecodeError> {
        let named = !self.name.trim().is_empty() && !self.clinic_name.trim().is_empty();
        if named && is_date(&self.birth_date) && self.valid_from < self.valid_until {
            Ok(())
        } else {
            Err(DecodeError::NotCanonical)
        }
    }
}

impl VerifiedAttestation {
    /// Whether it vouches for exactly this name and birth date.
    #[must_use]
    pub fn states(&self, name: &str, birth_date: Option<&str>) -> bool {
        self.name == name && birth_date == Some(self.birth_date.as_str())
    }
}

impl Deref for VerifiedAttestation {
    type Target = NameAttestation;

    fn deref(&self) -> &NameAttestation {
        &self.0
    }
}

impl Statement for NameAttestation {
    const LABEL: Label = Label::NameAttestation;

    fn encode(&self, writer: &mut Writer) {
        writer.u8(crate::codec::VERSION);
        writer.array(self.service_id.as_bytes());
        writer.array(self.persona.as_bytes());
        writer.text(&self.name);
        writer.text(&self.birth_date);
        writer.text(&self.clinic_name);
        writer.u64(self.valid_from);
        writer.u64(self.valid_until);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        let attestation = Self {
            service_id: ServiceId::from_bytes(reader.array()?),
            persona: PersonaId::from_bytes(reader.array()?),
            name: reader.text(Self::MAX_NAME)?,
            birth_date: reader.text(Self::MAX_DATE)?,
            clinic_name: reader.text(Self::MAX_CLINIC)?,
            valid_from: reader.u64()?,
            valid_until: reader.u64()?,
        };
        attestation.check()?;
        Ok(attestation)
    }

    fn signer(&self) -> Option<PersonaId> {
        None
    }
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD` with a month of 1–12 and a day of 1–31.
fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut part = |width: usize, range: core::ops::RangeInclusive<u16>| {
        let Some(part) = parts.next() else { return (true, true) };
        let digits = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
        (digits && part.parse().is_ok_and(|number| range.contains(&number)), false)
    };
    let (year, missing) = part(4, 1..=9999);
    year && !missing && part(2, 1..=12).0 && part(2, 1..=31).0 && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn dates_are_as_far_as_known_and_in_one_form() {
        for good in ["1980", "1980-02", "1980-02-31", "2000-12-01"] {
            assert!(is_date(good), "{good}");
        }
        for bad in
            ["", "80", "0000", "1980-", "1980-2", "1980-13", "1980-00-01", "1980-01-32", "+980"]
        {
            assert!(!is_date(bad), "{bad}");
        }
        assert!(!is_date("1980-01-01-01") && !is_date("-") && !is_date("١٩٨٠"));
    }
}
