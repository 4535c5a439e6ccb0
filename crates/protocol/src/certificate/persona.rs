//! Persona certificates.

use core::ops::{Deref, Range};

use crate::codec::{DecodeError, Reader, Writer};
use crate::domain::{Label, UnixSeconds};
use crate::ids::{CertificateHash, PersonaId, ServiceId};
use crate::keys::{EncapsulationKey, SigningKey, VerifyingKey};

use super::{CertificateError, check_validity, envelope, kind};

/// What an authority certifies of a persona. Type 1, "identified": issued over the identified
/// channel, without escrow. It names nobody, but whoever issued it could remember.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonaCertificate {
    /// The service it is good for.
    pub service_id: ServiceId,
    /// The persona's verification key.
    pub verification: VerifyingKey,
    /// The persona's encapsulation key.
    pub encapsulation: EncapsulationKey,
    /// SHA-256 of the recovery key's compressed point.
    pub recovery_hash: [u8; 32],
    /// First second of validity, quantised by the issuer.
    pub valid_from: UnixSeconds,
    /// First second after validity.
    pub valid_until: UnixSeconds,
}

/// A persona certificate whose signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedPersona {
    certificate: PersonaCertificate,
    raw: Vec<u8>,
    id: PersonaId,
}

impl PersonaCertificate {
    /// Signs the certificate.
    ///
    /// # Errors
    /// [`CertificateError::Decode`] if the validity is empty.
    pub fn issue(&self, authority: &SigningKey) -> Result<Vec<u8>, CertificateError> {
        let payload = self.payload();
        Self::parse(&payload)?;
        envelope::seal(Label::PersonaCertificate, authority, payload)
    }

    /// Checks form, signature by one of the pinned authorities, and validity at `now`.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn verify(
        bytes: &[u8],
        authorities: &[VerifyingKey],
        now: UnixSeconds,
    ) -> Result<VerifiedPersona, CertificateError> {
        let verified = Self::verify_signature_only(bytes, authorities)?;
        verified.check_current(now)?;
        Ok(verified)
    }

    /// [`Self::verify`] without regard to time, for showing what is past.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn verify_signature_only(
        bytes: &[u8],
        authorities: &[VerifyingKey],
    ) -> Result<VerifiedPersona, CertificateError> {
        let payload = envelope::open(Label::PersonaCertificate, authorities, bytes)?;
        let certificate = Self::parse(&payload)?;
        let id = PersonaId::of(&certificate.verification);
        Ok(VerifiedPersona { certificate, raw: bytes.to_vec(), id })
    }

    pub(crate) fn payload(&self) -> Vec<u8> {
        let mut writer = Writer::versioned(160);
        writer.u8(kind::PERSONA_IDENTIFIED);
        writer.array(self.service_id.as_bytes());
        writer.array(&self.verification.to_bytes());
        writer.array(&self.encapsulation.to_bytes());
        writer.array(&self.recovery_hash);
        writer.u64(self.valid_from);
        writer.u64(self.valid_until);
        writer.into_vec()
    }

    pub(crate) fn parse(payload: &[u8]) -> Result<Self, CertificateError> {
        let mut reader = Reader::versioned(payload)?;
        if reader.u8()? != kind::PERSONA_IDENTIFIED {
            return Err(DecodeError::UnknownType.into());
        }
        let certificate = Self {
            service_id: ServiceId::from_bytes(reader.array()?),
            verification: VerifyingKey::from_bytes(&reader.array::<33>()?)?,
            encapsulation: EncapsulationKey::from_bytes(&reader.array::<33>()?)?,
            recovery_hash: reader.array()?,
            valid_from: reader.u64()?,
            valid_until: reader.u64()?,
        };
        reader.finish()?;
        let distinct = certificate.verification.point() != certificate.encapsulation.point();
        if distinct && certificate.valid_from < certificate.valid_until {
            Ok(certificate)
        } else {
            Err(DecodeError::NotCanonical.into())
        }
    }
}

impl VerifiedPersona {
    /// The certificate as received.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The hash of the certificate's bytes.
    #[must_use]
    pub fn hash(&self) -> CertificateHash {
        CertificateHash::of(&self.raw)
    }

    /// The persona.
    #[must_use]
    pub const fn id(&self) -> PersonaId {
        self.id
    }

    /// Whether the certificate is valid at a time.
    #[must_use]
    pub fn is_current(&self, now: UnixSeconds) -> bool {
        self.check_current(now).is_ok()
    }

    /// Whether what is valid in `span` may have begun under this certificate, which has begun at
    /// `now` itself, though it may be over (SPEC §11.3).
    pub(crate) fn check_begun_under(
        &self,
        span: Range<UnixSeconds>,
        now: UnixSeconds,
    ) -> Result<(), CertificateError> {
        let begins = self.certificate.valid_from;
        if now < begins || span.end <= begins {
            Err(CertificateError::NotYetValid)
        } else if span.start >= self.certificate.valid_until {
            Err(CertificateError::Expired)
        } else {
            Ok(())
        }
    }

    fn check_current(&self, now: UnixSeconds) -> Result<(), CertificateError> {
        check_validity(self.certificate.valid_from, self.certificate.valid_until, now)
    }
}

impl Deref for VerifiedPersona {
    type Target = PersonaCertificate;

    fn deref(&self) -> &PersonaCertificate {
        &self.certificate
    }
}
