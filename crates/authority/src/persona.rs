//! Naming personas that want to be known by name. They are certified without anybody's name, from an anonymous
//! credential ([`crate::credential`]).

use keyward_protocol::{
    certificate::{NameAttestation, PersonaRequest, VerifiedPersonaRequest},
    keys::VerifyingKey,
};
use keyward_relay_api::authority::{
    credential::{epoch_at, validity},
    people::PersonState,
    persona::naming_challenge,
};

use crate::{
    Inner,
    credential::Credentials,
    register::RegisterError,
    store::{Tx, people::PersonRecord},
};

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
    let issuer = &authority.issuer;
    let person = enrolled(tx, enrolment)?;
    let expected = naming_challenge(issuer.service(), enrolment);
    let request = PersonaRequest::verify(request, issuer.service(), &expected)
        .map_err(|_| RegisterError::BadRequest)?;
    let epoch = certified(&authority.credentials, tx.clock, &request)?;
    let valid = epoch.and_then(validity).ok_or(RegisterError::NotFound)?;
    issuer.name(NameAttestation {
        service_id: issuer.service(),
        persona: request.persona(),
        name: person.person.full_name(),
        birth_date: person.person.birth_date,
        clinic_name: authority.letterhead.clinic_name.clone(),
        valid_from: valid.start,
        valid_until: valid.end,
    })
}

/// The epoch in which exactly these keys were certified, if their certificate still holds.
fn certified(
    credentials: &Credentials,
    now: u64,
    request: &VerifiedPersonaRequest,
) -> Result<Option<u64>, RegisterError> {
    let now = epoch_at(now);
    for epoch in [Some(now), now.checked_sub(1)].into_iter().flatten() {
        if credentials.certified(epoch, request)? {
            return Ok(Some(epoch));
        }
    }
    Ok(None)
}
