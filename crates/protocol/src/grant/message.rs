//! How the doctor's half of a grant reaches her: a sealed message to her mailbox.

use rand_core::CryptoRng;

use crate::certificate::{
    AnonymousCertificate, CertificateError, VerifiedClinician, VerifiedPersona,
};
use crate::codec::{DecodeError, Reader, Writer};
use crate::credential_epoch::VerifiedEpoch;
use crate::domain::UnixSeconds;
use crate::ids::ServiceId;
use crate::keys::{DecryptionKey, SigningKey, VerifyingKey};
use crate::message::{MessageError, MessageKind, open_message, seal_message};
use crate::statement::StatementError;

use super::{GrantError, GrantStatement, SignedGrant, VerifiedGrant};

/// Why a grant message was not made or not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrantMessageError {
    /// The sealed message does not open, or is not signed by the persona.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The content is not a grant message.
    #[error("not a grant message: {0}")]
    Decode(#[from] DecodeError),
    /// The object of the certificate's epoch is none of the authority's.
    #[error(transparent)]
    Epoch(#[from] StatementError),
    /// The persona's certificate is not valid.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The grant is not valid.
    #[error(transparent)]
    Grant(#[from] GrantError),
}

impl GrantMessageError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Message(error) => error.code(),
            Self::Decode(error) => error.code(),
            Self::Epoch(error) => error.code(),
            Self::Certificate(error) => error.code(),
            Self::Grant(error) => error.code(),
        }
    }
}

/// The doctor's half of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantMessage {
    /// The signed grant.
    pub grant: SignedGrant,
    /// The object of the persona's credential epoch, as its authority published it.
    pub epoch_object: Vec<u8>,
    /// The persona's certificate of that epoch.
    pub persona_certificate: Vec<u8>,
    /// The application's own words: names of compartments, purpose, consent. Signed with the
    /// message, opaque here.
    pub share: Vec<u8>,
}

/// A grant message that was opened and checked in every part.
#[derive(Clone, Debug)]
pub struct OpenedGrant {
    /// The epoch the persona is certified in. **Whoever reads the grant compares it with the object
    /// she pinned** (SPEC §28): another of one epoch is an authority's that marks people.
    pub epoch: VerifiedEpoch,
    /// That object's bytes.
    pub epoch_object: Vec<u8>,
    /// Who grants.
    pub persona: VerifiedPersona,
    /// What.
    pub grant: VerifiedGrant,
    /// The application's words.
    pub share: Vec<u8>,
}

impl GrantMessage {
    /// Largest object of an epoch.
    pub const MAX_EPOCH: usize = 1024;
    /// Largest certificate.
    pub const MAX_CERTIFICATE: usize = 4096;
    /// Largest share description.
    pub const MAX_SHARE: usize = 256 * 1024;

    /// The encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::versioned(1024 + self.share.len());
        writer.bytes16(&self.epoch_object);
        writer.bytes16(&self.persona_certificate);
        writer.bytes32(&self.share);
        self.grant.encode_into(&mut writer);
        writer.into_vec()
    }

    /// Decodes; every byte must be used.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::versioned(bytes)?;
        let epoch_object = reader.bytes16(Self::MAX_EPOCH)?.to_vec();
        let persona_certificate = reader.bytes16(Self::MAX_CERTIFICATE)?.to_vec();
        let share = reader.bytes32(Self::MAX_SHARE)?.to_vec();
        let grant = SignedGrant::decode_from(&mut reader)?;
        reader.finish()?;
        Ok(Self { grant, epoch_object, persona_certificate, share })
    }

    /// Seals the message to the doctor's mailbox, signed by the persona.
    ///
    /// # Errors
    /// [`GrantMessageError`].
    pub fn seal<R: CryptoRng + ?Sized>(
        &self,
        rng: &mut R,
        persona: &SigningKey,
        doctor: &VerifiedClinician,
    ) -> Result<Vec<u8>, GrantMessageError> {
        let bytes = self.to_bytes();
        Self::from_bytes(&bytes)?;
        let aad = doctor.hash();
        let kind = MessageKind::Grant;
        Ok(seal_message(rng, persona, &doctor.mailbox, kind, aad.as_bytes(), &bytes)?)
    }

    /// Opens and checks everything: seal, the epoch's object, certificate, the persona's signature over message and
    /// grant, and that the grant is for this doctor. An ended grant is accepted here, so that it
    /// can be shown as ended.
    ///
    /// The certificate may be over: a grant lives longer than the certificate under which it
    /// began, and a doctor may read of it late. At `now` the certificate must have begun, the grant
    /// must begin before the certificate ends and end after it begins.
    ///
    /// # Errors
    /// [`GrantMessageError`].
    pub fn open(
        mailbox: &DecryptionKey,
        own: &VerifiedClinician,
        authority: &VerifyingKey,
        service: ServiceId,
        now: UnixSeconds,
        sealed: &[u8],
    ) -> Result<OpenedGrant, GrantMessageError> {
        let aad = own.hash();
        let message = open_message(mailbox, MessageKind::Grant, aad.as_bytes(), sealed)?;
        let content = Self::from_bytes(message.unverified_body())?;
        let epoch = VerifiedEpoch::verify(&content.epoch_object, authority, service)?;
        let persona = AnonymousCertificate::verify(&content.persona_certificate, &epoch)?;
        message.verify(&persona.verification)?;
        let grant = VerifiedGrant::verify_any_time(content.grant.clone(), &persona, own)?;
        let GrantStatement { not_before, expiry, .. } = *grant.statement();
        persona.check_begun_under(not_before..expiry, now)?;
        let GrantMessage { epoch_object, share, .. } = content;
        Ok(OpenedGrant { epoch, epoch_object, persona, grant, share })
    }
}
