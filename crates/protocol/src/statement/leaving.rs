//! SPEC §25.2 and §25.3. Asking to be forgotten, and the receipts for acts that cannot be undone.

use super::{Signed, Statement, StatementError, Verified};
use crate::codec::{DecodeError, Reader, Writer};
use crate::domain::{Label, UnixSeconds};
use crate::hash;
use crate::ids::{PersonaId, ServiceId};
use crate::keys::VerifyingKey;

/// Whoever holds a key asks a service to forget everything that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgetStatement {
    /// The service that is to forget.
    pub service_id: ServiceId,
    /// SHA-256 of the key: a persona's id at the relay, an enrolment key's at the authority.
    pub subject: [u8; 32],
    /// When, by the asker's clock.
    pub asked_at: UnixSeconds,
}

impl ForgetStatement {
    /// Checks the request: for this service, by the key it names.
    ///
    /// # Errors
    /// [`StatementError::WrongService`], [`StatementError::WrongSigner`],
    /// [`StatementError::Signature`].
    pub fn verify(
        signed: Signed<Self>,
        service: ServiceId,
        key: &VerifyingKey,
    ) -> Result<Verified<Self>, StatementError> {
        if signed.unverified().service_id != service {
            return Err(StatementError::WrongService);
        }
        signed.verify(key)
    }
}

impl Statement for ForgetStatement {
    const LABEL: Label = Label::Forget;

    fn encode(&self, writer: &mut Writer) {
        writer.u8(crate::codec::VERSION);
        writer.array(self.service_id.as_bytes());
        writer.array(&self.subject);
        writer.u64(self.asked_at);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        Ok(Self {
            service_id: ServiceId::from_bytes(reader.array()?),
            subject: reader.array()?,
            asked_at: reader.u64()?,
        })
    }

    fn signer(&self) -> Option<PersonaId> {
        Some(PersonaId::from_bytes(self.subject))
    }
}

/// What a service did for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Act {
    /// The relay refuses the old persona from now on.
    PersonaReplaced = 1,
    /// The authority refuses the old enrolment key from now on.
    EnrolmentReplaced = 2,
    /// The relay has forgotten the persona.
    PersonaForgotten = 3,
    /// The authority has let the person go.
    EnrolmentEnded = 4,
    /// The authority has taken the entry of a device into the register of a credential epoch. (5 is
    /// nobody's: a vector that must fail has it.)
    CredentialIssued = 6,
}

/// What an authority must keep of somebody who left. The names are the law's business; here are
/// the kinds of entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept(u8);

impl Kept {
    /// Nothing.
    pub const NOTHING: Self = Self(0);
    /// That somebody of this name was registered, and when.
    pub const REGISTER_ENTRY: Self = Self(1);
    /// When and by which kind of document the identity was checked.
    pub const IDENTITY_CHECKS: Self = Self(2);
    /// What was done with the entry, when and by whom.
    pub const HISTORY: Self = Self(4);

    const ALL: u8 = 7;

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether this kind is kept.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }
}

/// A service's signed receipt for such an act. The caller pins the service's key: the relay's
/// receipt key or the authority's verification key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Whose receipt.
    pub service_id: ServiceId,
    /// What was done.
    pub act: Act,
    /// To whom: the hash of the key that was replaced or forgotten.
    pub subject: [u8; 32],
    /// [`Receipt::hash_request`] of the statement that asked for it.
    pub request: [u8; 32],
    /// When it took effect, by the service's clock.
    pub done_at: UnixSeconds,
    /// By when the bytes have left the service's files as well; `done_at` if they have already.
    pub erased_by: UnixSeconds,
    /// What the service keeps nevertheless.
    pub kept: Kept,
}

impl Receipt {
    /// The hash of the signed statement a receipt answers.
    #[must_use]
    pub fn hash_request(signed: &[u8]) -> [u8; 32] {
        hash::labelled(Label::ReceiptRequest, &[signed])
    }

    /// Checks a receipt: by this key, for this service, for this act and the statement sent.
    ///
    /// # Errors
    /// [`StatementError::WrongService`], [`StatementError::WrongSubject`] if it answers something
    /// else, [`StatementError::Signature`].
    pub fn verify(
        signed: Signed<Self>,
        key: &VerifyingKey,
        service: ServiceId,
        act: Act,
        request: &[u8],
    ) -> Result<Verified<Self>, StatementError> {
        let receipt = signed.unverified();
        if receipt.service_id != service {
            return Err(StatementError::WrongService);
        }
        if receipt.act != act || receipt.request != Self::hash_request(request) {
            return Err(StatementError::WrongSubject);
        }
        signed.verify(key)
    }
}

impl Statement for Receipt {
    const LABEL: Label = Label::Receipt;

    fn encode(&self, writer: &mut Writer) {
        writer.u8(crate::codec::VERSION);
        writer.array(self.service_id.as_bytes());
        writer.u8(self.act as u8);
        writer.array(&self.subject);
        writer.array(&self.request);
        writer.u64(self.done_at);
        writer.u64(self.erased_by);
        writer.u8(self.kept.0);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        let service_id = ServiceId::from_bytes(reader.array()?);
        let act = match reader.u8()? {
            1 => Act::PersonaReplaced,
            2 => Act::EnrolmentReplaced,
            3 => Act::PersonaForgotten,
            4 => Act::EnrolmentEnded,
            6 => Act::CredentialIssued,
            _ => return Err(DecodeError::UnknownType),
        };
        let receipt = Self {
            service_id,
            act,
            subject: reader.array()?,
            request: reader.array()?,
            done_at: reader.u64()?,
            erased_by: reader.u64()?,
            kept: Kept(reader.u8()?),
        };
        if receipt.kept.0 & !Kept::ALL != 0 || receipt.erased_by < receipt.done_at {
            return Err(DecodeError::NotCanonical);
        }
        Ok(receipt)
    }

    fn signer(&self) -> Option<PersonaId> {
        None
    }
}
