//! Names over the identified channel: for whom, and only on her persona's word. (Certificates: credentials.rs.)

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use keyward_protocol::{
    arc::CredentialResponse,
    certificate::{AnonymousRequest, NameAttestation, PersonaRequest},
    credential_epoch::VerifiedEpoch,
    ids::ServiceId,
    invitation::Purpose,
    issuance::IssuanceRequest,
    keys::SigningKey,
};
use keyward_relay_api::{
    authority::people::Reason,
    authority::persona::{EPOCH_SECONDS, naming_challenge},
    http::UnixClock as _,
    problem::ProblemCode,
};
use support::{Clinic, Device, NOW, Persona, enrol, problem, rng};

impl Persona {
    fn naming(&self, service: ServiceId, enrolment: &SigningKey) -> Vec<u8> {
        let challenge = naming_challenge(service, enrolment.verifying_key());
        PersonaRequest::create(&mut rng(), &self.keys(), service, &challenge).unwrap()
    }

    /// Certified with a credential of this device.
    fn certify(&self, clinic: &Clinic, device: &SigningKey) {
        let (client, authority) = (clinic.client(), &clinic.authority);
        let object = client.credential_epoch().unwrap();
        let key = authority.verifying_key();
        let epoch = VerifiedEpoch::verify(&object, key, authority.service_id()).unwrap();
        let (pending, request) = IssuanceRequest::new(&mut rng(), &epoch, device).unwrap();
        let answer = client.issue_credential(device, request.to_bytes()).unwrap();
        let response = CredentialResponse::from_bytes(&answer.response).unwrap();
        let public = &epoch.object().issuer;
        let credential = pending.finish(public, request.credential_request(), &response).unwrap();
        let keys = self.keys();
        let shown = AnonymousRequest::create(&mut rng(), &keys, &epoch, &credential, 0).unwrap();
        client.certify_anonymously(shown).unwrap();
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
fn a_certified_persona_that_asks_is_named_as_registered() {
    let clinic = Clinic::new();
    let service = clinic.authority.service_id();
    let authority = clinic.authority.verifying_key().clone();
    let (_, device) = enrolled(&clinic);
    let persona = Persona::new();
    persona.certify(&clinic, &device);
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
    certified.certify(&clinic, &device);
    // Another person with this person's request, made for the device of its own.
    assert_eq!(refused(&other, certified.naming(service, &device)), ProblemCode::Malformed);
    // A persona that nobody had certified.
    assert_eq!(refused(&other, Persona::new().naming(service, &other)), ProblemCode::NotFound);
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
