//! Persona certificates and names over the identified channel: what they say, how many, for whom.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use keyward_protocol::{
    certificate::{NameAttestation, PersonaCertificate, PersonaKeys, PersonaRequest},
    ids::{PersonaId, ServiceId},
    invitation::Purpose,
    keys::{DecryptionKey, SigningKey},
};
use keyward_relay_api::{
    authority::people::Reason,
    authority::persona::{EPOCH_SECONDS, PERSONAS_PER_EPOCH, challenge, naming_challenge},
    http::UnixClock as _,
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

    fn id(&self) -> PersonaId {
        PersonaId::of(self.signing.verifying_key())
    }

    fn request(&self, service: ServiceId, enrolment: &SigningKey) -> Vec<u8> {
        self.answer(service, challenge(service, enrolment.verifying_key()))
    }

    fn naming(&self, service: ServiceId, enrolment: &SigningKey) -> Vec<u8> {
        self.answer(service, naming_challenge(service, enrolment.verifying_key()))
    }

    fn answer(&self, service: ServiceId, challenge: [u8; 32]) -> Vec<u8> {
        let keys = PersonaKeys {
            signing: &self.signing,
            decryption: &self.decryption,
            recovery_hash: [3; 32],
        };
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

#[test]
fn a_certified_persona_that_asks_is_named_as_registered() {
    let clinic = Clinic::new();
    let service = clinic.authority.service_id();
    let authority = clinic.authority.verifying_key().clone();
    let (_, device) = enrolled(&clinic);
    let persona = Persona::new();
    clinic.client().certify_persona(&device, persona.request(service, &device)).unwrap();
    let attest = || {
        let bytes = clinic.client().attest_name(&device, persona.naming(service, &device)).unwrap();
        let now = clinic.keys.clock.now();
        let named = NameAttestation::verify(&bytes, &authority, service, persona.id(), now);
        (bytes, named.ok().unwrap())
    };
    let (bytes, named) = attest();
    let full_name = format!("{} {}", support::NAME, support::FAMILY);
    assert!(named.states(&full_name, Some(&support::draft().birth_date)));
    assert_eq!(named.clinic_name, clinic.client().status().unwrap().clinic_name);
    // As long as the certificate, and nothing tells when it was asked for.
    let epoch = NOW / EPOCH_SECONDS * EPOCH_SECONDS;
    assert_eq!((named.valid_from, named.valid_until), (epoch, epoch + 2 * EPOCH_SECONDS));
    clinic.keys.clock.set(NOW + 86_400);
    assert!(attest().0 == bytes);
    // In the next epoch the certificate still holds; after it nothing is said any more.
    clinic.keys.clock.set(epoch + 2 * EPOCH_SECONDS - 1);
    assert!(attest().0 == bytes);
    clinic.keys.clock.set(epoch + 2 * EPOCH_SECONDS);
    let late = clinic.client().attest_name(&device, persona.naming(service, &device));
    assert_eq!(problem(&late.unwrap_err()), ProblemCode::NotFound);
}

#[test]
fn nobody_is_named_for_another_s_persona_or_without_asking() {
    let clinic = Clinic::new();
    let service = clinic.authority.service_id();
    let (person, device) = enrolled(&clinic);
    let (_, other) = enrolled(&clinic);
    let refused = |key: &SigningKey, request: Vec<u8>| {
        problem(&clinic.client().attest_name(key, request).unwrap_err())
    };
    let certified = Persona::new();
    clinic.client().certify_persona(&device, certified.request(service, &device)).unwrap();
    // Another person with this person's request, made for the device of its own.
    assert_eq!(refused(&other, certified.naming(service, &device)), ProblemCode::Malformed);
    // A persona that nobody had certified.
    assert_eq!(refused(&other, Persona::new().naming(service, &other)), ProblemCode::NotFound);
    // The request every persona makes for its certificate does not ask for a name.
    assert_eq!(refused(&device, certified.request(service, &device)), ProblemCode::Malformed);
    // Another service; other keys beside the persona's; no request at all; an operator.
    let elsewhere = ServiceId::from_bytes([1; 16]);
    assert_eq!(refused(&device, certified.naming(elsewhere, &device)), ProblemCode::Malformed);
    assert_eq!(refused(&device, certified.id().as_bytes().to_vec()), ProblemCode::Malformed);
    let operator = clinic.operator();
    assert_eq!(refused(operator, certified.naming(service, operator)), ProblemCode::BadSignature);
    let certified = {
        let other_keys = Persona { signing: certified.signing, ..Persona::new() };
        assert_eq!(refused(&device, other_keys.naming(service, &device)), ProblemCode::NotFound);
        other_keys
    };
    // A signature of the persona's that does not hold.
    let mut forged = certified.naming(service, &device);
    let last = forged.len() - 1;
    forged[last] ^= 1;
    assert_eq!(refused(&device, forged), ProblemCode::Malformed);
    // A person who left the register is not named any more.
    let reason = Reason { reason: "moved away".into() };
    clinic.client().withdraw_person(operator, &person, &reason).unwrap();
    assert_eq!(refused(&device, certified.naming(service, &device)), ProblemCode::BadSignature);
}
