//! Clinician certificates.

use core::ops::Deref;

use crate::codec::{DecodeError, Reader, Writer};
use crate::domain::{Label, UnixSeconds};
use crate::ids::{CertificateHash, ServiceId};
use crate::keys::{EncapsulationKey, SigningKey, VerifyingKey};

use super::{CertificateError, check_validity, envelope, kind};

/// What an authority certifies of a clinician.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClinicianCertificate {
    /// The service that certifies.
    pub service_id: ServiceId,
    /// The clinician's verification key.
    pub verification: VerifyingKey,
    /// The grant key `B`, used for opening grants and nothing else.
    pub grant_key: EncapsulationKey,
    /// The mailbox key, for sealed messages.
    pub mailbox: EncapsulationKey,
    /// The name as certified.
    pub name: String,
    /// The role, for example "Cardiologist".
    pub role: String,
    /// The organisation.
    pub organisation: String,
    /// A professional registration number, by which two of one name are told apart.
    pub registration_number: Option<String>,
    /// First second of validity.
    pub valid_from: UnixSeconds,
    /// First second after validity.
    pub valid_until: UnixSeconds,
}

/// What the authority adds to a clinician's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClinicianDetails {
    /// The name.
    pub name: String,
    /// The role.
    pub role: String,
    /// The organisation.
    pub organisation: String,
    /// A professional registration number.
    pub registration_number: Option<String>,
}

/// A clinician certificate whose signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedClinician {
    certificate: ClinicianCertificate,
    raw: Vec<u8>,
    hash: CertificateHash,
}

impl ClinicianCertificate {
    /// Longest name, role, organisation or registration number, in bytes of UTF-8.
    pub const MAX_TEXT: usize = 200;

    /// Signs the certificate.
    ///
    /// # Errors
    /// [`CertificateError::Decode`] if a text is empty, too long or not printable, a key stands
    /// twice, or the validity is empty.
    pub fn issue(&self, authority: &SigningKey) -> Result<Vec<u8>, CertificateError> {
        let payload = self.payload();
        Self::parse(&payload)?;
        envelope::seal(Label::ClinicianCertificate, authority, payload)
    }

    /// Checks form, signature by one of the pinned authorities, and validity at `now`.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn verify(
        bytes: &[u8],
        authorities: &[VerifyingKey],
        now: UnixSeconds,
    ) -> Result<VerifiedClinician, CertificateError> {
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
    ) -> Result<VerifiedClinician, CertificateError> {
        let payload = envelope::open(Label::ClinicianCertificate, authorities, bytes)?;
        let certificate = Self::parse(&payload)?;
        let hash = CertificateHash::of(bytes);
        Ok(VerifiedClinician { certificate, raw: bytes.to_vec(), hash })
    }

    pub(crate) fn payload(&self) -> Vec<u8> {
        let mut writer = Writer::versioned(256);
        writer.u8(kind::CLINICIAN);
        writer.array(self.service_id.as_bytes());
        writer.array(&self.verification.to_bytes());
        writer.array(&self.grant_key.to_bytes());
        writer.array(&self.mailbox.to_bytes());
        writer.text(&self.name);
        writer.text(&self.role);
        writer.text(&self.organisation);
        writer.u8(u8::from(self.registration_number.is_some()));
        if let Some(number) = &self.registration_number {
            writer.text(number);
        }
        writer.u64(self.valid_from);
        writer.u64(self.valid_until);
        writer.into_vec()
    }

    pub(crate) fn parse(payload: &[u8]) -> Result<Self, CertificateError> {
        let mut reader = Reader::versioned(payload)?;
        if reader.u8()? != kind::CLINICIAN {
            return Err(DecodeError::UnknownType.into());
        }
        let certificate = Self {
            service_id: ServiceId::from_bytes(reader.array()?),
            verification: VerifyingKey::from_bytes(&reader.array::<33>()?)?,
            grant_key: EncapsulationKey::from_bytes(&reader.array::<33>()?)?,
            mailbox: EncapsulationKey::from_bytes(&reader.array::<33>()?)?,
            name: reader.text(Self::MAX_TEXT)?,
            role: reader.text(Self::MAX_TEXT)?,
            organisation: reader.text(Self::MAX_TEXT)?,
            registration_number: match reader.flag()? {
                true => Some(reader.text(Self::MAX_TEXT)?),
                false => None,
            },
            valid_from: reader.u64()?,
            valid_until: reader.u64()?,
        };
        reader.finish()?;
        certificate.check()?;
        Ok(certificate)
    }

    fn check(&self) -> Result<(), DecodeError> {
        let keys = [self.verification.point(), self.grant_key.point(), self.mailbox.point()];
        let distinct = keys[0] != keys[1] && keys[0] != keys[2] && keys[1] != keys[2];
        let named = !self.name.trim().is_empty()
            && self.registration_number.as_ref().is_none_or(|number| !number.trim().is_empty());
        if distinct && named && self.valid_from < self.valid_until {
            Ok(())
        } else {
            Err(DecodeError::NotCanonical)
        }
    }
}

impl VerifiedClinician {
    /// The certificate as received.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The hash of the certificate's bytes.
    #[must_use]
    pub const fn hash(&self) -> CertificateHash {
        self.hash
    }

    /// Whether the certificate is valid at a time.
    #[must_use]
    pub fn is_current(&self, now: UnixSeconds) -> bool {
        self.check_current(now).is_ok()
    }

    fn check_current(&self, now: UnixSeconds) -> Result<(), CertificateError> {
        check_validity(self.certificate.valid_from, self.certificate.valid_until, now)
    }
}

impl Deref for VerifiedClinician {
    type Target = ClinicianCertificate;

    fn deref(&self) -> &ClinicianCertificate {
        &self.certificate
    }
}
