//! SPEC §29. Issuing over the identified channel, and the register.
//!
//! A device asks for its credential and gives `M = m1·G` for the register, with a proof that it is
//! the `m1` of the request. The entry is signed by the device's enrolment key: to frame somebody an
//! authority would have to forge that signature or the record of who came in person.

use p256::ProjectivePoint;
use rand_core::CryptoRng;

use crate::arc::{
    ArcError, CredentialRequest, CredentialResponse, IssuerKey, PendingCredential, generator_h,
};
use crate::codec::{DecodeError, Reader, Writer};
use crate::credential_epoch::VerifiedEpoch;
use crate::curve::Point;
use crate::domain::Label;
use crate::hash;
use crate::hedge::HedgedRng;
use crate::ids::{PersonaId, ServiceId};
use crate::keys::{SigningKey, VerifyingKey};
use crate::sigma::{Proof, Relation, Witness};
use crate::statement::{Signed, Statement, StatementError};

/// Scalars in the proof beside the challenge.
const RESPONSES: usize = 2;

/// Why a request for a credential is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssuanceError {
    /// The bytes are no such request.
    #[error("not a request for a credential: {0}")]
    Decode(#[from] DecodeError),
    /// The entry is not signed by the enrolment key, or cannot be signed.
    #[error("the register's entry is not the device's: {0}")]
    Entry(#[from] StatementError),
    /// The entry is for another service or epoch.
    #[error("for another credential epoch")]
    WrongEpoch,
    /// A proof does not hold.
    #[error(transparent)]
    Proof(#[from] ArcError),
}

impl IssuanceError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Decode(error) => error.code(),
            Self::Entry(error) => error.code(),
            Self::WrongEpoch => "issuance-wrong-epoch",
            Self::Proof(error) => error.code(),
        }
    }
}

/// What the register keeps of a device and epoch, signed by its enrolment key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterEntry {
    /// The authority's service.
    pub service_id: ServiceId,
    /// The credential epoch.
    pub epoch: u64,
    /// `M = m1·G`. What the trustees together would open an escrow to.
    pub element: Point,
}

/// What a device sends: `entry ‖ proof ‖ credential request`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuanceRequest {
    entry: Signed<RegisterEntry>,
    proof: Proof,
    request: CredentialRequest,
}

/// A request whose entry and proof were checked against device and epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedIssuance {
    entry: Signed<RegisterEntry>,
    request: CredentialRequest,
}

impl IssuanceRequest {
    /// Encoded size in bytes.
    pub const LEN: usize = ENTRY + 32 * (1 + RESPONSES) + CredentialRequest::LEN;

    /// A request, and what finishes the credential. `m1` is drawn here: fresh for each epoch.
    ///
    /// # Errors
    /// [`IssuanceError`], with negligible probability.
    pub fn new<R: CryptoRng + ?Sized>(
        rng: &mut R,
        epoch: &VerifiedEpoch,
        enrolment: &SigningKey,
    ) -> Result<(PendingCredential, Self), IssuanceError> {
        let secret = enrolment.expose_secret();
        let rng = &mut HedgedRng::new(rng, Label::HedgeCredential, &secret, &[epoch.hash()]);
        let (pending, request) = CredentialRequest::new(rng, epoch.request_context())?;
        let element = pending.register_element()?;
        let entry = Signed::sign(
            enrolment,
            RegisterEntry {
                service_id: epoch.object().service_id,
                epoch: epoch.object().epoch,
                element,
            },
        )?;
        let relation = relation(&request, &element)?;
        let witness = Witness::new(pending.opening().into_iter().copied().collect());
        let session = session(epoch, enrolment.verifying_key(), &request);
        let proof =
            Proof::prove_true(rng, &session, &relation, &witness).map_err(ArcError::from)?;
        Ok((pending, Self { entry, proof, request }))
    }

    /// Checks everything but whether the register has an entry of this device already.
    ///
    /// # Errors
    /// [`IssuanceError`].
    pub fn verify(
        self,
        epoch: &VerifiedEpoch,
        enrolment: &VerifyingKey,
    ) -> Result<VerifiedIssuance, IssuanceError> {
        let entry = self.entry.clone().verify(enrolment)?;
        let object = epoch.object();
        if entry.service_id != object.service_id || entry.epoch != object.epoch {
            return Err(IssuanceError::WrongEpoch);
        }
        let relation = relation(&self.request, &entry.element)?;
        self.proof
            .verify(&session(epoch, enrolment, &self.request), &relation)
            .map_err(ArcError::from)?;
        Ok(VerifiedIssuance { entry: self.entry, request: self.request })
    }

    /// The credential request, with which its answer is checked.
    #[must_use]
    pub const fn credential_request(&self) -> &CredentialRequest {
        &self.request
    }

    /// The encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.entry.to_bytes(), self.proof.to_bytes(), self.request.to_bytes()].concat()
    }

    /// Decodes a request; nothing is checked yet.
    ///
    /// # Errors
    /// [`IssuanceError::Decode`], [`IssuanceError::Proof`] for a malformed inner request.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, IssuanceError> {
        let mut reader = Reader::new(bytes);
        Ok(Self {
            entry: Signed::decode_from(&mut reader)?,
            proof: Proof::from_bytes(reader.take(32 * (1 + RESPONSES))?, RESPONSES)?,
            request: CredentialRequest::from_bytes(reader.rest())?,
        })
    }
}

impl VerifiedIssuance {
    /// The entry for the register.
    #[must_use]
    pub const fn entry(&self) -> &Signed<RegisterEntry> {
        &self.entry
    }

    /// Issues. The register must have taken the entry durably before.
    ///
    /// # Errors
    /// [`ArcError::Proof`] if the request's own proof does not hold.
    pub fn issue<R: CryptoRng + ?Sized>(
        &self,
        rng: &mut R,
        key: &IssuerKey,
    ) -> Result<CredentialResponse, ArcError> {
        CredentialResponse::issue(rng, key, &self.request)
    }
}

/// Bytes of a signed entry.
const ENTRY: usize = 1 + 16 + 8 + Point::LEN + 64;

/// `m1Enc = m1·G + r1·H ∧ M = m1·G`.
fn relation(request: &CredentialRequest, element: &Point) -> Result<Relation, ArcError> {
    let element = element.affine().map_err(|_| DecodeError::NotAPoint)?;
    let mut relation = Relation::new();
    let [m1, r1] = relation.scalars();
    let g = relation.element(ProjectivePoint::GENERATOR);
    let h = relation.element(generator_h());
    let m1_enc = relation.element(request.m1_commitment());
    let element = relation.element(ProjectivePoint::from(element));
    relation.equation(m1_enc, &[(m1, g), (r1, h)]);
    relation.equation(element, &[(m1, g)]);
    Ok(relation)
}

/// Binds the proof to epoch, device and the whole request.
fn session(
    epoch: &VerifiedEpoch,
    enrolment: &VerifyingKey,
    request: &CredentialRequest,
) -> [u8; 32] {
    hash::labelled(
        Label::RegisterSession,
        &[
            &[crate::codec::VERSION],
            epoch.hash(),
            &enrolment.to_bytes(),
            &hash::sha256(&request.to_bytes()),
        ],
    )
}

impl Statement for RegisterEntry {
    const LABEL: Label = Label::RegisterEntry;

    fn encode(&self, writer: &mut Writer) {
        writer.u8(crate::codec::VERSION);
        writer.array(self.service_id.as_bytes());
        writer.u64(self.epoch);
        writer.array(self.element.as_bytes());
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        Ok(Self {
            service_id: ServiceId::from_bytes(reader.array()?),
            epoch: reader.u64()?,
            element: Point::from_bytes(&reader.array::<{ Point::LEN }>()?)?,
        })
    }

    fn signer(&self) -> Option<PersonaId> {
        None
    }
}

#[cfg(test)]
mod tests;
