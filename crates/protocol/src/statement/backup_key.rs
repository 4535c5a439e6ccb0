//! SPEC §27.5. A clinician says under which key her backups lie at the relay.

use super::{Signed, Statement, StatementError, Verified};
use crate::codec::{DecodeError, Reader, Writer};
use crate::domain::{Label, UnixSeconds};
use crate::ids::{CertificateHash, PersonaId, ServiceId};
use crate::keys::VerifyingKey;

/// A clinician vouches for a key that her kit derives: what is stored under it is her backup. The key shows
/// that it is held by signing the request that carries this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupKeyStatement {
    /// The relay's service.
    pub service_id: ServiceId,
    /// Her certificate.
    pub clinician: CertificateHash,
    /// The key that backups are stored and fetched with.
    pub key: VerifyingKey,
    /// When, by her clock.
    pub stated_at: UnixSeconds,
}

impl BackupKeyStatement {
    /// Checks the statement: for this service, by the clinician whose certificate it names.
    ///
    /// # Errors
    /// [`StatementError::WrongService`]; [`StatementError::WrongSubject`] if the key vouches for itself or
    /// another certificate is named; [`StatementError::Signature`].
    pub fn verify(
        signed: Signed<Self>,
        service: ServiceId,
        clinician: CertificateHash,
        key: &VerifyingKey,
    ) -> Result<Verified<Self>, StatementError> {
        let statement = signed.unverified();
        if statement.service_id != service {
            return Err(StatementError::WrongService);
        }
        if statement.clinician != clinician || statement.key == *key {
            return Err(StatementError::WrongSubject);
        }
        signed.verify(key)
    }

    /// What the relay calls the key's holder by, as it calls a persona.
    #[must_use]
    pub fn holder(&self) -> PersonaId {
        PersonaId::of(&self.key)
    }
}

impl Statement for BackupKeyStatement {
    const LABEL: Label = Label::BackupKey;

    fn encode(&self, writer: &mut Writer) {
        writer.u8(crate::codec::VERSION);
        writer.array(self.service_id.as_bytes());
        writer.array(self.clinician.as_bytes());
        writer.array(&self.key.to_bytes());
        writer.u64(self.stated_at);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        Ok(Self {
            service_id: ServiceId::from_bytes(reader.array()?),
            clinician: CertificateHash::from_bytes(reader.array()?),
            key: VerifyingKey::from_bytes(&reader.array::<33>()?)
                .map_err(|_| DecodeError::NotAPoint)?,
            stated_at: reader.u64()?,
        })
    }

    fn signer(&self) -> Option<PersonaId> {
        None
    }
}
