//! SPEC §28. The object of a credential epoch: everything a holder and a verifier must agree on.
//!
//! One for each service and epoch, signed by the authority, published and pinned. Whoever finds two
//! different ones for one epoch holds a proof that the authority treats people differently. Both
//! contexts follow from service, epoch and limit, so that nobody can be marked by a context of her
//! own.

use crate::arc::{Binding, IssuerPublicKey, Limit};
use crate::codec::{DecodeError, Reader, Writer};
use crate::curve::{Point, hash_to_point};
use crate::domain::{Label, UnixSeconds};
use crate::escrow::Certification;
use crate::hash;
use crate::ids::ServiceId;
use crate::keys::{EncapsulationKey, VerifyingKey};
use crate::statement::{Signed, Statement, StatementError};

/// Who can open escrows of an epoch, and so whose key `Y` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tracing {
    /// Nobody: `Y` is hashed from service and epoch, so nobody knows its logarithm. In force until
    /// there are trustees.
    Nobody,
}

/// What an authority publishes of a credential epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialEpoch {
    /// The service.
    pub service_id: ServiceId,
    /// The number of the epoch.
    pub epoch: u64,
    /// The issuer's key of this epoch; of another epoch it is another.
    pub issuer: IssuerPublicKey,
    /// Whose the tracing key is.
    pub tracing: Tracing,
    /// How often a credential can be presented.
    pub limit: Limit,
    /// First second in which certificates of this epoch are valid.
    pub valid_from: UnixSeconds,
    /// First second after.
    pub valid_until: UnixSeconds,
}

/// A [`CredentialEpoch`] whose signature was checked, with what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedEpoch {
    object: CredentialEpoch,
    authority: VerifyingKey,
    request_context: [u8; 32],
    presentation_context: [u8; 32],
    tracing_key: Point,
    hash: [u8; 32],
}

impl VerifiedEpoch {
    /// Checks a published object against the pinned authority and its service.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn verify(
        bytes: &[u8],
        authority: &VerifyingKey,
        service: ServiceId,
    ) -> Result<Self, StatementError> {
        let object = Signed::<CredentialEpoch>::from_bytes(bytes)?.verify(authority)?.into_inner();
        if object.service_id != service {
            return Err(StatementError::WrongService);
        }
        let context = |label| {
            let limit = object.limit.get().to_be_bytes();
            hash::labelled(label, &[service.as_bytes(), &object.epoch.to_be_bytes(), &limit])
        };
        Ok(Self {
            request_context: context(Label::RequestContext),
            presentation_context: context(Label::PresentationContext),
            tracing_key: object.tracing.key(service, object.epoch),
            hash: hash::sha256(&object.statement_bytes()),
            authority: authority.clone(),
            object,
        })
    }

    /// What the object says.
    #[must_use]
    pub const fn object(&self) -> &CredentialEpoch {
        &self.object
    }

    /// The authority that signed it, and that certifies in this epoch.
    #[must_use]
    pub const fn authority(&self) -> &VerifyingKey {
        &self.authority
    }

    /// SHA-256 of the object without its signature: two that differ are two objects.
    #[must_use]
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// `Y`.
    #[must_use]
    pub const fn tracing_key(&self) -> &Point {
        &self.tracing_key
    }

    /// The context under which credentials of this epoch are requested.
    #[must_use]
    pub const fn request_context(&self) -> &[u8; 32] {
        &self.request_context
    }

    /// Contexts and limit.
    #[must_use]
    pub const fn binding(&self) -> Binding<'_> {
        Binding {
            request_context: &self.request_context,
            presentation_context: &self.presentation_context,
            limit: self.object.limit,
        }
    }

    /// What a certification of these persona keys is bound to.
    #[must_use]
    pub const fn certification<'a>(
        &'a self,
        verification: &'a VerifyingKey,
        encapsulation: &'a EncapsulationKey,
    ) -> Certification<'a> {
        Certification {
            service_id: self.object.service_id.as_bytes(),
            epoch: self.object.epoch,
            binding: self.binding(),
            tracing_key: &self.tracing_key,
            verification,
            encapsulation,
        }
    }
}

impl Tracing {
    const NOBODY: u8 = 0;

    fn key(self, service: ServiceId, epoch: u64) -> Point {
        match self {
            Self::Nobody => {
                hash_to_point(Label::NobodyTraces, &[service.as_bytes(), &epoch.to_be_bytes()])
            }
        }
    }
}

impl Statement for CredentialEpoch {
    const LABEL: Label = Label::CredentialEpoch;

    fn encode(&self, writer: &mut Writer) {
        writer.u8(crate::codec::VERSION);
        writer.array(self.service_id.as_bytes());
        writer.u64(self.epoch);
        writer.array(&self.issuer.to_bytes());
        match self.tracing {
            Tracing::Nobody => writer.u8(Tracing::NOBODY),
        }
        writer.u16(self.limit.get());
        writer.u64(self.valid_from);
        writer.u64(self.valid_until);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        let object = Self {
            service_id: ServiceId::from_bytes(reader.array()?),
            epoch: reader.u64()?,
            issuer: IssuerPublicKey::from_bytes(reader.take(IssuerPublicKey::LEN)?)
                .map_err(|_| DecodeError::NotAPoint)?,
            tracing: match reader.u8()? {
                Tracing::NOBODY => Tracing::Nobody,
                _ => return Err(DecodeError::UnknownType),
            },
            limit: Limit::new(reader.u16()?).map_err(|_| DecodeError::NotCanonical)?,
            valid_from: reader.u64()?,
            valid_until: reader.u64()?,
        };
        if object.valid_from < object.valid_until {
            Ok(object)
        } else {
            Err(DecodeError::NotCanonical)
        }
    }

    fn signer(&self) -> Option<crate::ids::PersonaId> {
        None
    }
}

#[cfg(test)]
pub(crate) mod tests;
