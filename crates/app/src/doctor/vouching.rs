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

#[cfg(test)]
mod tests {
    use keyward_protocol::ids::ServiceId;
    use keyward_protocol::keys::SigningKey;
    use keyward_protocol::statement::Signed;
    use keyward_testkit::seeded;

    use super::*;
    use crate::views::common::Role;
    use crate::views::patient::Purpose;

    const NOW: UnixSeconds = 1_793_534_400;

    fn attested() -> NameAttestation {
        NameAttestation {
            service_id: ServiceId::from_bytes([2; 16]),
            persona: PersonaId::from_bytes([3; 32]),
            name: "Test-Anna Sample".into(),
            birth_date: "1961-03".into(),
            clinic_name: "Sample Clinic".into(),
            valid_from: NOW,
            valid_until: NOW + 10,
        }
    }

    fn letter(key: &SigningKey, attestation: NameAttestation) -> ShareLetter {
        ShareLetter {
            patient: ShownAs::Name {
                name: "Test-Anna Sample".into(),
                birth_date: Some("1961-03".into()),
            },
            attestation: Some(Signed::sign(key, attestation).unwrap().to_bytes()),
            purpose: Purpose::Treatment,
            compartments: Vec::new(),
            made: NOW,
            consent: "{}".into(),
        }
    }

    #[test]
    fn the_clinic_is_named_only_if_everything_fits() {
        let key = SigningKey::generate(&mut seeded(1)).unwrap();
        let stranger = SigningKey::generate(&mut seeded(2)).unwrap();
        let enrolment = Enrolment {
            role: Role::Doctor,
            clinic_name: "Sample Clinic".into(),
            authority_url: String::new(),
            relay_url: String::new(),
            service_id: attested().service_id,
            authority_key: key.verifying_key().to_bytes().to_vec(),
            this_computer_only: true,
            person: None,
            clinician_certificate: None,
            salt: Vec::new(),
            enrolled_at: NOW,
        };
        let at =
            |letter: &ShareLetter, now| vouched_by(letter, attested().persona, &enrolment, now);
        let good = letter(&key, attested());
        assert_eq!(at(&good, NOW).as_deref(), Some("Sample Clinic"));
        assert_eq!(at(&good, NOW + 9).as_deref(), Some("Sample Clinic"));
        for time in [NOW - 1, NOW + 10] {
            assert_eq!(at(&good, time), None);
        }
        let states = |name: &str, birth_date: Option<&str>| ShownAs::Name {
            name: name.into(),
            birth_date: birth_date.map(str::to_owned),
        };
        let service_id = ServiceId::from_bytes([9; 16]);
        let wrong = [
            ShareLetter { attestation: None, ..good.clone() },
            ShareLetter { attestation: Some(b"{}".to_vec()), ..good.clone() },
            ShareLetter { patient: states("Test-Berta Sample", Some("1961-03")), ..good.clone() },
            ShareLetter { patient: states("Test-Anna Sample", Some("1961-03-14")), ..good.clone() },
            ShareLetter { patient: states("Test-Anna Sample", None), ..good.clone() },
            ShareLetter { patient: ShownAs::Pseudonym { text: "Test-Anna Sample".into() }, ..good },
            letter(&stranger, attested()),
            letter(&key, NameAttestation { service_id, ..attested() }),
            letter(&key, NameAttestation { persona: PersonaId::from_bytes([4; 32]), ..attested() }),
        ];
        for (n, letter) in wrong.iter().enumerate() {
            assert_eq!(at(letter, NOW), None, "{n}");
        }
    }
}
