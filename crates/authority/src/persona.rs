//! Certifying personas, and naming those that want to be known by name.
//!
//! [`PersonaCertifier`] is the narrow place where that happens. The one certifier there is now,
//! [`IdentifiedCertifier`], works over the identified channel: the request is signed by a person's enrolment
//! key, so the authority could note which persona is whose. It does not (the store keeps keyed tags and a
//! count per person, see the schema), but nothing but its honesty stops it. Certificates from an anonymous
//! credential are made in [`crate::credential`]; when the app asks for no others, this certifier goes and its
//! certificates are refused.

use keyward_protocol::{
    certificate::{NameAttestation, PersonaRequest, VerifiedPersonaRequest},
    keys::VerifyingKey,
};
use keyward_relay_api::authority::{
    people::PersonState,
    persona::{EPOCH_SECONDS, PERSONAS_PER_EPOCH, challenge, naming_challenge},
};

use crate::{
    Inner,
    credential::{Credentials, persona_tags},
    issuer::Issuer,
    register::RegisterError,
    store::{Tx, people::PersonRecord},
};

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

    /// Whether exactly these keys are certified and the certificate still holds: its validity.
    fn certified(
        &self,
        tx: &Tx<'_>,
        request: &VerifiedPersonaRequest,
    ) -> Result<Option<Validity>, RegisterError>;
}

/// First second of validity, and first second after it.
pub(crate) struct Validity {
    pub(crate) from: u64,
    pub(crate) until: u64,
}

impl Validity {
    /// From the start of the epoch to the end of the next.
    fn of_epoch(epoch: u64) -> Self {
        Self { from: epoch * EPOCH_SECONDS, until: (epoch + 2) * EPOCH_SECONDS }
    }
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
        let person = enrolled(tx, enrolment)?;
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
        let validity = Validity::of_epoch(epoch);
        request
            .certificate(validity.from, validity.until)
            .issue(issuer.key())
            .map_err(|_| RegisterError::Issuing)
    }

    fn certified(
        &self,
        tx: &Tx<'_>,
        request: &VerifiedPersonaRequest,
    ) -> Result<Option<Validity>, RegisterError> {
        let now = tx.clock / EPOCH_SECONDS;
        for epoch in [Some(now), now.checked_sub(1)].into_iter().flatten() {
            let (tag, content_tag) = tags(tx, epoch, request);
            if tx.persona_content(&tag)? == Some(content_tag) {
                return Ok(Some(Validity::of_epoch(epoch)));
            }
        }
        Ok(None)
    }
}

/// The person whose device holds the enrolment key, while it is enrolled.
pub(crate) fn enrolled(
    tx: &Tx<'_>,
    enrolment: &VerifyingKey,
) -> Result<PersonRecord, RegisterError> {
    tx.person_by_key(&enrolment.key_id())?
        .filter(|person| person.state == PersonState::Enrolled)
        .ok_or(RegisterError::NotFound)
}

/// Says the name of the person on whose device a persona is, if that persona asks for it.
///
/// The store does not know which persona is whose. What ties them is the request: the persona's key signed
/// a challenge made for this device's enrolment key, and for being named. Nothing of it is stored.
pub(crate) fn attest_name(
    tx: &Tx<'_>,
    authority: &Inner,
    enrolment: &VerifyingKey,
    request: &[u8],
) -> Result<Vec<u8>, RegisterError> {
    let (issuer, certifier) = (&authority.issuer, &authority.certifier);
    let person = enrolled(tx, enrolment)?;
    let expected = naming_challenge(issuer.service(), enrolment);
    let request = PersonaRequest::verify(request, issuer.service(), &expected)
        .map_err(|_| RegisterError::BadRequest)?;
    let validity = match certifier.certified(tx, &request)? {
        Some(validity) => validity,
        None => certified_anonymously(tx, &authority.credentials, &request)?
            .ok_or(RegisterError::NotFound)?,
    };
    issuer.name(NameAttestation {
        service_id: issuer.service(),
        persona: request.persona(),
        name: person.person.full_name(),
        birth_date: person.person.birth_date,
        clinic_name: authority.letterhead.clinic_name.clone(),
        valid_from: validity.from,
        valid_until: validity.until,
    })
}

/// Whether exactly these keys have an anonymous certificate that still holds: its validity.
fn certified_anonymously(
    tx: &Tx<'_>,
    credentials: &Credentials,
    request: &VerifiedPersonaRequest,
) -> Result<Option<Validity>, RegisterError> {
    let now = tx.clock / EPOCH_SECONDS;
    for epoch in [Some(now), now.checked_sub(1)].into_iter().flatten() {
        let (tag, content_tag) = tags(tx, epoch, request);
        if credentials.certified(&tag)? == Some(content_tag) {
            return Ok(Some(Validity::of_epoch(epoch)));
        }
    }
    Ok(None)
}

/// Tag of the persona key in this epoch, and of everything certified with it.
fn tags(tx: &Tx<'_>, epoch: u64, request: &VerifiedPersonaRequest) -> ([u8; 32], [u8; 32]) {
    let keys = request.certificate(0, 0);
    let tag = |purpose: &str, parts: &[&[u8]]| tx.tag(purpose, parts);
    persona_tags(tag, epoch, &keys.verification, &keys.encapsulation, &keys.recovery_hash)
}
