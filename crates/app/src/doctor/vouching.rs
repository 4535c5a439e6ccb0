//! Who vouches for a patient's name.

use keyward_protocol::certificate::NameAttestation;
use keyward_protocol::ids::PersonaId;

use crate::exchange::{ShareLetter, ShownAs};
use crate::identity::Enrolment;
use crate::ports::clock::UnixSeconds;

/// The clinic that vouches for the name in a letter: the attestation must be signed by the pinned
/// authority for this persona, hold now, and state exactly the name and birth date of the letter.
/// Anything else is what the patient says of herself, which is no alarm.
pub(super) fn vouched_by(
    letter: &ShareLetter,
    persona: PersonaId,
    enrolment: &Enrolment,
    now: UnixSeconds,
) -> Option<String> {
    let ShownAs::Name { name, birth_date } = &letter.patient else { return None };
    let authority = enrolment.authority_key().ok()?;
    let bytes = letter.attestation.as_deref()?;
    let attested =
        NameAttestation::verify(bytes, &authority, enrolment.service_id, persona, now).ok()?;
    attested.states(name, birth_date.as_deref()).then(|| attested.clinic_name.clone())
}
