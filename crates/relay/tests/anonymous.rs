//! Certificates from an anonymous credential at the relay: no others, only against the object it pinned, and
//! nobody is given another one.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use keyward_protocol::arc::{IssuerKey, Limit};
use keyward_protocol::credential_epoch::CredentialEpoch;
use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::SigningKey;
use keyward_protocol::statement::{ForgetStatement, PersonaReplacement, Signed};
use keyward_relay_api::authority::credential::{CREDENTIAL_LIMIT, epoch_at};
use keyward_relay_api::authority::persona::EPOCH_SECONDS;
use keyward_relay_api::http::ClientError;
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::recovery::PostForget;
use std::collections::BTreeSet;
use std::sync::Arc;
use support::{Clinic, Patient, START, Served, TestClock, config};

fn code<T>(outcome: Result<T, ClientError>) -> Option<ProblemCode> {
    outcome.err().map(|error| error.problem().unwrap_or_else(|| panic!("{error}")))
}

/// A clinic and its empty relay, with the folder of its files.
fn started() -> (Clinic, Arc<TestClock>, tempfile::TempDir, Served) {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let served = Served::start(config(&clinic, &clock, dir.path()));
    (clinic, clock, dir, served)
}

#[test]
fn a_persona_from_a_credential_is_taken_once_the_epoch_is_pinned() {
    let (clinic, clock, _dir, served) = started();
    let client = served.stranger(&clinic, &clock);
    let object = clinic.epoch_object(START);
    let epoch = clinic.verified_epoch(&object);
    let persona = clinic.patient();
    let present = |who: &Patient| client.put_persona(&who.signing, who.certificate.raw());
    assert_eq!(code(present(&persona)), Some(ProblemCode::BadCertificate), "not pinned yet");
    assert!(client.pin_credential_epoch(object.clone()).unwrap() == object);
    present(&persona).unwrap();
    assert!(client.grants(&persona.signing, None).unwrap().grants.is_empty(), "she may ask");
    // Presented by somebody else; changed at any place.
    let thief = SigningKey::generate(&mut rand::rng()).unwrap();
    let stolen = client.put_persona(&thief, persona.certificate.raw());
    assert_eq!(code(stolen), Some(ProblemCode::BadSignature));
    for at in (0..persona.certificate.raw().len()).step_by(11) {
        let mut changed = persona.certificate.raw().to_vec();
        changed[at] ^= 1;
        let refused = client.put_persona(&persona.signing, &changed);
        assert_eq!(code(refused), Some(ProblemCode::BadCertificate), "byte {at}");
    }
    // An escrow of another persona's, although the authority signed it.
    let other = clinic.patient();
    let mut planted = (*persona.certificate).clone();
    planted.verification = other.signing.verifying_key().clone();
    let planted = planted.issue(&clinic.authority).unwrap();
    let refused = client.put_persona(&other.signing, &planted);
    assert_eq!(code(refused), Some(ProblemCode::BadCertificate));
    // Over with its epoch's object.
    clock.set(epoch.object().valid_until - 1);
    present(&other).unwrap();
    clock.set(epoch.object().valid_until);
    assert_eq!(code(present(&other)), Some(ProblemCode::CertificateExpired));
}

/// What authorities of earlier versions signed over the identified channel (SPEC §7).
#[test]
fn a_certificate_of_the_type_of_earlier_versions_is_refused() {
    let vectors = include_str!("../../protocol/vectors/certificate.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    let named = |case: &&serde_json::Value| case["name"] == "persona-of-the-identified-type";
    let old = cases.iter().find(named).unwrap()["input"]["bytes"].as_str().unwrap();
    let old = hex::decode(old).unwrap();
    let (clinic, clock, _dir, served) = started();
    let client = served.client(&clinic, &clock);
    let holder = SigningKey::generate(&mut rand::rng()).unwrap();
    let refused = client.put_persona(&holder, &old).unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemCode::BadCertificate));
}

#[test]
fn the_first_object_stays_and_a_special_one_opens_nothing() {
    let (clinic, clock, dir, served) = started();
    let client = served.stranger(&clinic, &clock);
    let object = clinic.epoch_object(START);
    let epoch = clinic.verified_epoch(&object);
    client.pin_credential_epoch(object.clone()).unwrap();
    // The authority makes another issuer key for one person, to know her again.
    let marking = IssuerKey::generate(&mut rand::rng());
    let special = CredentialEpoch { issuer: marking.public(), ..epoch.object().clone() };
    let special = clinic.signed_epoch(special);
    assert!(client.pin_credential_epoch(special.clone()).unwrap() == object, "she sees it");
    // Another clinic's word, something changed, something else: nothing is pinned.
    let later = epoch.object().epoch + 1;
    let with = |change: fn(&mut CredentialEpoch)| {
        let mut other = epoch.object().clone();
        other.epoch = later;
        (other.valid_from, other.valid_until) =
            (other.valid_from + EPOCH_SECONDS, other.valid_until + EPOCH_SECONDS);
        change(&mut other);
        clinic.signed_epoch(other)
    };
    let elsewhere = Clinic { service: clinic.service, ..Clinic::new() };
    let mut changed = with(|_| ());
    changed[60] ^= 1;
    let refused = [
        elsewhere.epoch_object(START + EPOCH_SECONDS),
        changed,
        with(|it| it.service_id = ServiceId::from_bytes([9; 16])),
        with(|it| it.limit = Limit::new(CREDENTIAL_LIMIT + 1).unwrap()),
        with(|it| it.valid_until += 1),
        with(|it| it.valid_from += 1),
        clinic.epoch_object(START + 2 * EPOCH_SECONDS),
        clinic.epoch_object(START - 2 * EPOCH_SECONDS),
        vec![],
    ];
    for (place, object) in refused.into_iter().enumerate() {
        let refused = client.pin_credential_epoch(object);
        assert_eq!(code(refused), Some(ProblemCode::BadCertificate), "{place}");
    }
    let next = clinic.epoch_object(START + EPOCH_SECONDS);
    assert!(client.pin_credential_epoch(next.clone()).unwrap() == next);
    assert_eq!(epoch_at(START) + 1, later);
    // Also after a restart, and when the epoch is long over.
    drop(served);
    clock.set(START + 10 * EPOCH_SECONDS);
    let served = Served::start(config(&clinic, &clock, dir.path()));
    let client = served.stranger(&clinic, &clock);
    assert!(client.pin_credential_epoch(special).unwrap() == object);
    let seen: BTreeSet<_> = [next, object].into_iter().collect();
    assert_eq!(seen.len(), 2);
}

#[test]
fn she_is_replaced_and_forgotten_like_any_other() {
    let (clinic, clock, _dir, served) = started();
    let client = served.stranger(&clinic, &clock);
    let object = clinic.epoch_object(START);
    client.pin_credential_epoch(object).unwrap();
    let (lost, next) = (clinic.patient(), clinic.patient());
    for who in [&lost, &next] {
        client.put_persona(&who.signing, who.certificate.raw()).unwrap();
    }
    let replacement = |by: &SigningKey| {
        let statement = PersonaReplacement {
            service_id: clinic.service,
            persona: lost.id(),
            recovery: by.verifying_key().clone(),
            successor: next.id(),
            replaced_at: START,
        };
        statement.sign(by).unwrap().to_bytes()
    };
    let posing = client.replace(&next.signing, &replacement(&next.recovery), "replace-0001");
    assert_eq!(code(posing), Some(ProblemCode::BadReplacement));
    client.replace(&next.signing, &replacement(&lost.recovery), "replace-0002").unwrap();
    assert_eq!(code(client.grants(&lost.signing, None)), Some(ProblemCode::PersonaReplaced));
    let wish = ForgetStatement {
        service_id: clinic.service,
        subject: next.id().to_bytes(),
        asked_at: START,
    };
    let statement = Signed::sign(&next.signing, wish).unwrap().to_bytes();
    let asked = PostForget { certificate: next.certificate.raw().to_vec(), statement };
    client.forget(&next.signing, &asked).unwrap();
    let gone = client.put_persona(&next.signing, next.certificate.raw());
    assert_eq!(code(gone), Some(ProblemCode::PersonaForgotten));
}
