//! SPEC §6. Signed statements: one envelope for everything a persona, relay or authority says.
//!
//! `bytes(statement) ‖ signature`, signed under the statement's own label. A [`Signed`] value
//! is only decoded; a [`Verified`] one was checked against the right key.

mod backup_key;
mod leaving;
mod replacement;

pub use backup_key::BackupKeyStatement;
pub use leaving::{Act, ForgetStatement, Kept, Receipt};
pub use replacement::{EnrolmentReplacement, PersonaReplacement, recovery_hash};

use core::ops::Deref;

use crate::codec::{DecodeError, Reader, Writer};
use crate::domain::{Label, UnixSeconds};
use crate::hash;
use crate::ids::{
    CertificateHash, CompartmentId, EpochId, GrantId, PersonaId, RecordId, ServiceId,
};
use crate::keys::{KeyError, Signature, SignatureError, SigningKey, VerifyingKey};

/// Why a statement was not made or not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// The bytes are not such a statement.
    #[error("not a statement: {0}")]
    Decode(#[from] DecodeError),
    /// The signature does not verify.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The statement is about a persona, and the key is another's.
    #[error("the statement names another persona than the key's")]
    WrongSigner,
    /// The statement is for another service.
    #[error("the statement is for another service")]
    WrongService,
    /// The statement answers something else.
    #[error("the statement answers something else")]
    WrongSubject,
    /// The statement breaks a limit of its type, so no reader would accept it.
    #[error("the statement breaks a limit of its type")]
    NotEncodable,
    /// The key could not sign.
    #[error("could not sign: {0}")]
    Key(#[from] KeyError),
}

impl StatementError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Decode(error) => error.code(),
            Self::Signature(error) => error.code(),
            Self::WrongSigner => "statement-wrong-signer",
            Self::WrongService => "statement-wrong-service",
            Self::WrongSubject => "statement-wrong-subject",
            Self::NotEncodable => "statement-not-encodable",
            Self::Key(error) => error.code(),
        }
    }
}

/// Something that is signed.
pub trait Statement: Sized {
    /// The purpose of the signature.
    const LABEL: Label;

    /// Writes the statement, beginning with the version byte.
    fn encode(&self, writer: &mut Writer);

    /// Reads exactly what [`Self::encode`] writes and checks every limit.
    ///
    /// # Errors
    /// [`DecodeError`].
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// The persona who must have signed, if the statement is a persona's.
    fn signer(&self) -> Option<PersonaId>;

    /// The encoding without a signature.
    fn statement_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(256);
        self.encode(&mut writer);
        writer.into_vec()
    }
}

/// A statement with a signature that has not been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed<T> {
    statement: T,
    signature: Signature,
}

impl<T: Statement> Signed<T> {
    /// Signs a statement.
    ///
    /// # Errors
    /// [`StatementError::WrongSigner`] if the statement names another persona,
    /// [`StatementError::NotEncodable`] if it breaks a limit of its type.
    pub fn sign(key: &SigningKey, statement: T) -> Result<Self, StatementError> {
        check_signer(&statement, key.verifying_key())?;
        let bytes = statement.statement_bytes();
        let mut reader = Reader::new(&bytes);
        T::decode(&mut reader)
            .and_then(|_| reader.finish())
            .map_err(|_| StatementError::NotEncodable)?;
        let signature = key.sign(T::LABEL, &bytes)?;
        Ok(Self { statement, signature })
    }

    /// The statement, which anybody may have written.
    #[must_use]
    pub const fn unverified(&self) -> &T {
        &self.statement
    }

    /// Checks the signature, and that the key is the persona's whom the statement names.
    ///
    /// # Errors
    /// [`StatementError::Signature`] or [`StatementError::WrongSigner`].
    pub fn verify(self, key: &VerifyingKey) -> Result<Verified<T>, StatementError> {
        check_signer(&self.statement, key)?;
        key.verify(T::LABEL, &self.statement.statement_bytes(), &self.signature)?;
        Ok(Verified(self))
    }

    /// The encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(384);
        self.encode_into(&mut writer);
        writer.into_vec()
    }

    /// Decodes; every byte must be used.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let signed = Self::decode_from(&mut reader)?;
        reader.finish()?;
        Ok(signed)
    }

    /// Writes the encoding into a larger one.
    pub fn encode_into(&self, writer: &mut Writer) {
        self.statement.encode(writer);
        writer.array(&self.signature.to_bytes());
    }

    /// Reads from a larger encoding.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode_from(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let statement = T::decode(reader)?;
        let signature = Signature::from_bytes(reader.array()?);
        Ok(Self { statement, signature })
    }
}

fn check_signer<T: Statement>(statement: &T, key: &VerifyingKey) -> Result<(), StatementError> {
    match statement.signer() {
        Some(persona) if persona != PersonaId::of(key) => Err(StatementError::WrongSigner),
        _ => Ok(()),
    }
}

/// A statement whose signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<T>(Signed<T>);

impl<T> Verified<T> {
    /// The statement, by value.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0.statement
    }

    /// The statement with its signature, for storing or passing on.
    #[must_use]
    pub const fn signed(&self) -> &Signed<T> {
        &self.0
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.statement
    }
}

/// A persona opens a key epoch of a compartment and closes the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochStatement {
    /// Whose compartment.
    pub persona: PersonaId,
    /// Which compartment.
    pub compartment: CompartmentId,
    /// The epoch that opens.
    pub epoch: EpochId,
    /// The epoch that closes; none for a new compartment.
    pub closes: Option<EpochId>,
    /// When, by the persona's clock.
    pub opened_at: UnixSeconds,
}

impl Statement for EpochStatement {
    const LABEL: Label = Label::Epoch;

    fn encode(&self, writer: &mut Writer) {
        writer.u8(crate::codec::VERSION);
        writer.array(self.persona.as_bytes());
        writer.array(self.compartment.as_bytes());
        writer.array(self.epoch.as_bytes());
        writer.u8(u8::from(self.closes.is_some()));
        if let Some(closes) = self.closes {
            writer.array(closes.as_bytes());
        }
        writer.u64(self.opened_at);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        let statement = Self {
            persona: PersonaId::from_bytes(reader.array()?),
            compartment: CompartmentId::from_bytes(reader.array()?),
            epoch: EpochId::from_bytes(reader.array()?),
            closes: if reader.flag()? { Some(EpochId::from_bytes(reader.array()?)) } else { None },
            opened_at: reader.u64()?,
        };
        if statement.closes == Some(statement.epoch) {
            return Err(DecodeError::NotCanonical);
        }
        Ok(statement)
    }

    fn signer(&self) -> Option<PersonaId> {
        Some(self.persona)
    }
}

/// A persona takes a grant back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokeStatement {
    /// Whose grant.
    pub persona: PersonaId,
    /// Which grant.
    pub grant_id: GrantId,
    /// When, by the persona's clock.
    pub revoked_at: UnixSeconds,
}

impl Statement for RevokeStatement {
    const LABEL: Label = Label::Revoke;

    fn encode(&self, writer: &mut Writer) {
        writer.u8(crate::codec::VERSION);
        writer.array(self.persona.as_bytes());
        writer.array(self.grant_id.as_bytes());
        writer.u64(self.revoked_at);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        Ok(Self {
            persona: PersonaId::from_bytes(reader.array()?),
            grant_id: GrantId::from_bytes(reader.array()?),
            revoked_at: reader.u64()?,
        })
    }

    fn signer(&self) -> Option<PersonaId> {
        Some(self.persona)
    }
}

/// A relay's promise that an access stands in the log. The caller pins the relay's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessReceipt {
    /// The relay's service.
    pub service_id: ServiceId,
    /// Position in the log of this persona at this relay, without gaps from 0.
    pub sequence: u64,
    /// The grant used.
    pub grant_id: GrantId,
    /// Whose records.
    pub persona: PersonaId,
    /// Which compartment.
    pub compartment: CompartmentId,
    /// Who opened them.
    pub doctor: CertificateHash,
    /// How many records.
    pub records: u32,
    /// [`AccessReceipt::hash_records`] of their identifiers, in the order served.
    pub records_hash: [u8; 32],
    /// When, by the relay's clock.
    pub time: UnixSeconds,
}

impl AccessReceipt {
    /// The hash of a list of record identifiers.
    #[must_use]
    pub fn hash_records(records: &[RecordId]) -> [u8; 32] {
        let count = (records.len() as u64).to_be_bytes();
        let mut parts: Vec<&[u8]> = vec![&count];
        parts.extend(records.iter().map(|id| id.as_bytes().as_slice()));
        hash::labelled(Label::RecordList, &parts)
    }
}

impl Statement for AccessReceipt {
    const LABEL: Label = Label::AccessReceipt;

    fn encode(&self, writer: &mut Writer) {
        writer.u8(crate::codec::VERSION);
        writer.array(self.service_id.as_bytes());
        writer.u64(self.sequence);
        writer.array(self.grant_id.as_bytes());
        writer.array(self.persona.as_bytes());
        writer.array(self.compartment.as_bytes());
        writer.array(self.doctor.as_bytes());
        writer.u32(self.records);
        writer.array(&self.records_hash);
        writer.u64(self.time);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        Ok(Self {
            service_id: ServiceId::from_bytes(reader.array()?),
            sequence: reader.u64()?,
            grant_id: GrantId::from_bytes(reader.array()?),
            persona: PersonaId::from_bytes(reader.array()?),
            compartment: CompartmentId::from_bytes(reader.array()?),
            doctor: CertificateHash::from_bytes(reader.array()?),
            records: reader.u32()?,
            records_hash: reader.array()?,
            time: reader.u64()?,
        })
    }

    fn signer(&self) -> Option<PersonaId> {
        None
    }
}

/// An authority's list of clinicians it no longer vouches for. The caller pins its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedClinicians {
    /// The authority's service.
    pub service_id: ServiceId,
    /// Grows with every change; a reader refuses a smaller one than it has seen.
    pub sequence: u64,
    /// When it was made, by the authority's clock.
    pub issued_at: UnixSeconds,
    /// Certificate hashes, strictly ascending.
    pub removed: Vec<CertificateHash>,
}

impl RemovedClinicians {
    /// Most entries in a list.
    pub const MAX: usize = 10_000;
}

impl Statement for RemovedClinicians {
    const LABEL: Label = Label::RemovedClinicians;

    fn encode(&self, writer: &mut Writer) {
        writer.u8(crate::codec::VERSION);
        writer.array(self.service_id.as_bytes());
        writer.u64(self.sequence);
        writer.u64(self.issued_at);
        writer.count16(self.removed.len());
        for hash in &self.removed {
            writer.array(hash.as_bytes());
        }
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        let service_id = ServiceId::from_bytes(reader.array()?);
        let (sequence, issued_at) = (reader.u64()?, reader.u64()?);
        let count = reader.count16(Self::MAX)?;
        let mut removed = Vec::new();
        for _ in 0..count {
            removed.push(CertificateHash::from_bytes(reader.array()?));
        }
        if !removed.is_sorted_by(|a, b| a < b) {
            return Err(DecodeError::NotCanonical);
        }
        Ok(Self { service_id, sequence, issued_at, removed })
    }

    fn signer(&self) -> Option<PersonaId> {
        None
    }
}
