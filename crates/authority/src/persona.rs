//! Certifying personas.
//!
//! [`PersonaCertifier`] is the narrow place where that happens. The one certifier there is now,
//! [`IdentifiedCertifier`], works over the identified channel: the request is signed by a person's enrolment
//! key, so the authority could note which persona is whose. It does not (the store keeps keyed tags and a
//! count per person, see the schema), but nothing but its honesty stops it. The anonymous credential
//! (protocol design §3) replaces this certifier, and certificates of this type are then refused.

use keyward_protocol::{
    certificate::{PersonaRequest, VerifiedPersonaRequest},
    keys::VerifyingKey,
};
use keyward_relay_api::authority::{
    people::PersonState,
    persona::{EPOCH_SECONDS, PERSONAS_PER_EPOCH, challenge},
};

use crate::{issuer::Issuer, register::RegisterError, store::Tx};

/// Turns a persona request into a certificate, inside the transaction that counts it.
pub(crate) trait PersonaCertifier: Send + Sync {
    /// `enrolment` is the key that signed the request on the identified channel.
    fn certify(
        &self,
        tx: &Tx<'_>,
        issuer: &Issuer,
        enrolment: &VerifyingKey,
        request: &[u8],
    ) -> Result<Vec<u8>, RegisterError>;
}

/// Certifies over the identified channel, at most [`PERSONAS_PER_EPOCH`] personas per person and epoch.
pub(crate) struct IdentifiedCertifier;

impl PersonaCertifier for IdentifiedCertifier {
    fn certify(
        &self,
        tx: &Tx<'_>,
        issuer: &Issuer,
        enrolment: &VerifyingKey,
        request: &[u8],
    ) -> Result<Vec<u8>, RegisterError> {
        // Looked up again in this transaction: the key may have been stopped since the signature was checked.
        let person = tx
            .person_by_key(&enrolment.key_id())?
            .filter(|person| person.state == PersonState::Enrolled)
            .ok_or(RegisterError::NotFound)?;
        let expected = challenge(issuer.service(), enrolment);
        let request = PersonaRequest::verify(request, issuer.service(), &expected)
            .map_err(|_| RegisterError::BadRequest)?;
        let epoch = tx.clock / EPOCH_SECONDS;
        let (tag, content_tag) = tags(tx, epoch, &request);
        match tx.persona_content(&tag)? {
            Some(known) if known != content_tag => return Err(RegisterError::PersonaConflict),
            Some(_) => {}
            None => {
                if tx.persona_count(&person.id, epoch)? >= PERSONAS_PER_EPOCH {
                    return Err(RegisterError::Full);
                }
                tx.add_persona(&person.id, epoch, &tag, &content_tag, epoch.saturating_sub(1))?;
            }
        }
        request
            .certificate(epoch * EPOCH_SECONDS, (epoch + 2) * EPOCH_SECONDS)
            .issue(issuer.key())
            .map_err(|_| RegisterError::Issuing)
    }
}

/// Tag of the persona key in this epoch, and of everything certified with it.
fn tags(tx: &Tx<'_>, epoch: u64, request: &VerifiedPersonaRequest) -> ([u8; 32], [u8; 32]) {
    let keys = request.certificate(0, 0);
    let verification = keys.verification.to_bytes();
    let encapsulation = keys.encapsulation.to_bytes();
    let epoch = epoch.to_be_bytes();
    (
        tx.tag("persona", &[&epoch, &verification]),
        tx.tag("persona content", &[&epoch, &verification, &encapsulation, &keys.recovery_hash]),
    )
}
