//! Persona certificates over the identified channel: what they say, how many, for whom.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use keyward_protocol::{
    certificate::{PersonaCertificate, PersonaKeys, PersonaRequest},
    ids::ServiceId,
    invitation::Purpose,
    keys::{DecryptionKey, SigningKey},
};
use keyward_relay_api::{
    authority::persona::{EPOCH_SECONDS, PERSONAS_PER_EPOCH, challenge},
    problem::ProblemCode,
};
use support::{Clinic, Device, NOW, enrol, problem, rng};

struct Persona {
    signing: SigningKey,
    decryption: DecryptionKey,
}

impl Persona {
    fn new() -> Self {
        Self { signing: support::key(), decryption: DecryptionKey::generate(&mut rng()).unwrap() }
    }

    fn request(&self, service: ServiceId, enrolment: &SigningKey) -> Vec<u8> {
        let keys = PersonaKeys {
            signing: &self.signing,
            decryption: &self.decryption,
            recovery_hash: [3; 32],
        };
        let challenge = challenge(service, enrolment.verifying_key());
        PersonaRequest::create(&mut rng(), &keys, service, &challenge).unwrap()
    }
}

fn enrolled(clinic: &Clinic) -> (String, SigningKey) {
    let (person, invitation) = clinic.invited();
    let device = Device::patient();
    enrol(&clinic.served, &invitation.code, Purpose::Patient, &device).answer();
    match device {
        Device::Patient(key) => (person.id, key),
        Device::Clinician { .. } => unreachable!(),
    }
}

#[test]
fn a_certificate_tells_the_epoch_and_nothing_finer() {
    let clinic = Clinic::new();
    let service = clinic.authority.service_id();
    let (_, device) = enrolled(&clinic);
    let certify = |persona: &Persona| {
        let bytes =
            clinic.client().certify_persona(&device, persona.request(service, &device)).unwrap();
        let authority = clinic.authority.verifying_key().clone();
        PersonaCertificate::verify(&bytes, &[authority], NOW).unwrap()
    };
    let persona = Persona::new();
    let first = certify(&persona);
    let epoch = NOW / EPOCH_SECONDS * EPOCH_SECONDS;
    assert_eq!((first.valid_from, first.valid_until), (epoch, epoch + 2 * EPOCH_SECONDS));
    // A day later: the same content, so nothing tells when it was asked for.
    clinic.keys.clock.set(NOW + 86_400);
    let again = certify(&persona);
    assert_eq!((again.valid_from, again.valid_until), (first.valid_from, first.valid_until));
    assert_eq!(again.raw().len(), first.raw().len());
    // Two people's certificates of one epoch have the same form.
    let other = certify(&Persona::new());
    assert_eq!(other.raw().len(), first.raw().len());
}

#[test]
fn only_the_device_the_request_was_made_for() {
    let clinic = Clinic::new();
    let service = clinic.authority.service_id();
    let (person, device) = enrolled(&clinic);
    let (_, other) = enrolled(&clinic);
    let refused = |key: &SigningKey, request: Vec<u8>| {
        problem(&clinic.client().certify_persona(key, request).unwrap_err())
    };
    let persona = Persona::new();
    // Validly signed, for another device; for another service; by an operator.
    assert_eq!(refused(&other, persona.request(service, &device)), ProblemCode::Malformed);
    let elsewhere = ServiceId::from_bytes([1; 16]);
    assert_eq!(refused(&device, persona.request(elsewhere, &device)), ProblemCode::Malformed);
    let operator = clinic.operator();
    assert_eq!(refused(operator, persona.request(service, operator)), ProblemCode::BadSignature);
    // One certificate per persona key and epoch: not with another encapsulation key.
    clinic.client().certify_persona(&device, persona.request(service, &device)).unwrap();
    let swapped = Persona { decryption: Persona::new().decryption, signing: persona.signing };
    assert_eq!(refused(&device, swapped.request(service, &device)), ProblemCode::PersonaConflict);
    // Invited again: the device no longer works.
    clinic.invite(&person);
    let fresh = Persona::new();
    assert_eq!(refused(&device, fresh.request(service, &device)), ProblemCode::BadSignature);
}

#[test]
fn personas_are_limited_per_person_and_epoch() {
    let clinic = Clinic::new();
    let service = clinic.authority.service_id();
    let (_, device) = enrolled(&clinic);
    let certify = |persona: &Persona| {
        clinic.client().certify_persona(&device, persona.request(service, &device))
    };
    let first = Persona::new();
    certify(&first).unwrap();
    for _ in 1..PERSONAS_PER_EPOCH {
        certify(&Persona::new()).unwrap();
    }
    assert_eq!(problem(&certify(&Persona::new()).unwrap_err()), ProblemCode::QuotaReached);
    // What is certified may be certified again, other people are not concerned, and time heals.
    certify(&first).unwrap();
    let (_, other) = enrolled(&clinic);
    clinic.client().certify_persona(&other, Persona::new().request(service, &other)).unwrap();
    clinic.keys.clock.set(NOW + EPOCH_SECONDS);
    certify(&Persona::new()).unwrap();
}
