//! SPEC §25.1. Replacement statements: a recovery key says which key continues a lost one.
//!
//! The recovery key stands in the statement; whoever checks it compares its hash with the one that
//! was certified (persona) or registered (enrolment) before anything was lost.

use super::{Signed, Statement, StatementError, Verified};
use crate::codec::{DecodeError, Reader, Writer};
use crate::domain::{Label, UnixSeconds};
use crate::ids::{PersonaId, ServiceId};
use crate::keys::{SigningKey, VerifyingKey};

/// SHA-256 of a recovery key's compressed point: what certificate and register keep of it.
#[must_use]
pub fn recovery_hash(key: &VerifyingKey) -> [u8; 32] {
    key.key_id()
}

/// A persona is lost; another continues her.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonaReplacement {
    /// The relay's service.
    pub service_id: ServiceId,
    /// Who is replaced.
    pub persona: PersonaId,
    /// The recovery key, whose hash stands in her certificate.
    pub recovery: VerifyingKey,
    /// Who continues. Her own certificate is checked where it is shown.
    pub successor: PersonaId,
    /// When, by the signer's clock. Of two replacements of one persona the later one holds.
    pub replaced_at: UnixSeconds,
}

/// An enrolment key is lost; another continues it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentReplacement {
    /// The authority's service.
    pub service_id: ServiceId,
    /// SHA-256 of the enrolment key that is replaced.
    pub enrolment: [u8; 32],
    /// The recovery key, whose hash the register keeps since the enrolment.
    pub recovery: VerifyingKey,
    /// The enrolment key from now on.
    pub successor: VerifyingKey,
    /// Hash of the recovery key that may replace the new enrolment key.
    pub successor_recovery: [u8; 32],
    /// When, by the signer's clock.
    pub replaced_at: UnixSeconds,
}

impl PersonaReplacement {
    /// Checks a replacement: for this service, by the recovery key with this hash.
    ///
    /// # Errors
    /// [`StatementError::WrongService`], [`StatementError::WrongSigner`] for another recovery key,
    /// [`StatementError::Signature`].
    pub fn verify(
        signed: Signed<Self>,
        service: ServiceId,
        certified: &[u8; 32],
    ) -> Result<Verified<Self>, StatementError> {
        let statement = signed.unverified();
        let key = check(statement.service_id, service, &statement.recovery, certified)?;
        signed.verify(&key)
    }

    /// Signs with the recovery key the statement names.
    ///
    /// # Errors
    /// [`StatementError::WrongSigner`] for another key, [`StatementError::NotEncodable`].
    pub fn sign(self, key: &SigningKey) -> Result<Signed<Self>, StatementError> {
        by(&self.recovery, key)?;
        Signed::sign(key, self)
    }
}

impl EnrolmentReplacement {
    /// Checks a replacement: for this service, by the recovery key with this hash.
    ///
    /// # Errors
    /// As [`PersonaReplacement::verify`].
    pub fn verify(
        signed: Signed<Self>,
        service: ServiceId,
        registered: &[u8; 32],
    ) -> Result<Verified<Self>, StatementError> {
        let statement = signed.unverified();
        let key = check(statement.service_id, service, &statement.recovery, registered)?;
        signed.verify(&key)
    }

    /// Signs with the recovery key the statement names.
    ///
    /// # Errors
    /// As [`PersonaReplacement::sign`].
    pub fn sign(self, key: &SigningKey) -> Result<Signed<Self>, StatementError> {
        by(&self.recovery, key)?;
        Signed::sign(key, self)
    }
}

fn by(named: &VerifyingKey, key: &SigningKey) -> Result<(), StatementError> {
    if named == key.verifying_key() { Ok(()) } else { Err(StatementError::WrongSigner) }
}

fn check(
    named: ServiceId,
    service: ServiceId,
    recovery: &VerifyingKey,
    expected: &[u8; 32],
) -> Result<VerifyingKey, StatementError> {
    if named != service {
        return Err(StatementError::WrongService);
    }
    if recovery_hash(recovery) != *expected {
        return Err(StatementError::WrongSigner);
    }
    Ok(recovery.clone())
}

impl Statement for PersonaReplacement {
    const LABEL: Label = Label::PersonaReplacement;

    fn encode(&self, writer: &mut Writer) {
        writer.u8(crate::codec::VERSION);
        writer.array(self.service_id.as_bytes());
        writer.array(self.persona.as_bytes());
        writer.array(&self.recovery.to_bytes());
        writer.array(self.successor.as_bytes());
        writer.u64(self.replaced_at);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        let statement = Self {
            service_id: ServiceId::from_bytes(reader.array()?),
            persona: PersonaId::from_bytes(reader.array()?),
            recovery: key(reader)?,
            successor: PersonaId::from_bytes(reader.array()?),
            replaced_at: reader.u64()?,
        };
        // A persona does not continue herself, and a recovery key is no persona.
        let recovery = PersonaId::of(&statement.recovery);
        if statement.persona == statement.successor
            || recovery == statement.successor
            || recovery == statement.persona
        {
            return Err(DecodeError::NotCanonical);
        }
        Ok(statement)
    }

    fn signer(&self) -> Option<PersonaId> {
        Some(PersonaId::of(&self.recovery))
    }
}

impl Statement for EnrolmentReplacement {
    const LABEL: Label = Label::EnrolmentReplacement;

    fn encode(&self, writer: &mut Writer) {
        writer.u8(crate::codec::VERSION);
        writer.array(self.service_id.as_bytes());
        writer.array(&self.enrolment);
        writer.array(&self.recovery.to_bytes());
        writer.array(&self.successor.to_bytes());
        writer.array(&self.successor_recovery);
        writer.u64(self.replaced_at);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        let statement = Self {
            service_id: ServiceId::from_bytes(reader.array()?),
            enrolment: reader.array()?,
            recovery: key(reader)?,
            successor: key(reader)?,
            successor_recovery: reader.array()?,
            replaced_at: reader.u64()?,
        };
        let (recovery, successor) = (statement.recovery.key_id(), statement.successor.key_id());
        if successor == statement.enrolment
            || recovery == successor
            || recovery == statement.enrolment
            || statement.successor_recovery == successor
        {
            return Err(DecodeError::NotCanonical);
        }
        Ok(statement)
    }

    fn signer(&self) -> Option<PersonaId> {
        Some(PersonaId::of(&self.recovery))
    }
}

fn key(reader: &mut Reader<'_>) -> Result<VerifyingKey, DecodeError> {
    VerifyingKey::from_bytes(&reader.array::<33>()?).map_err(|_| DecodeError::NotAPoint)
}
