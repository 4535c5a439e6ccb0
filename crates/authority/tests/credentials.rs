//! The anonymous credential at a served clinic: who gets one, what it certifies, and that nobody learns why not.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;
use std::sync::Barrier;

use keyward_authority::Authority;
use keyward_protocol::{
    arc::{Credential, CredentialResponse, PendingCredential},
    certificate::{AnonymousCertificate, AnonymousRequest, NameAttestation, PersonaRequest},
    credential_epoch::VerifiedEpoch,
    ids::ServiceId,
    invitation::Purpose,
    issuance::IssuanceRequest,
    keys::{SigningKey, VerifyingKey},
    statement::{Act, Receipt, Signed},
};
use keyward_relay_api::{
    authority::{
        client::AuthorityClient,
        credential::{
            CREDENTIAL_LIMIT, CertifyAnonymously, ISSUES_PER_EPOCH, epoch_at, is_regular,
        },
        people::Reason,
        persona::{EPOCH_SECONDS, naming_challenge},
    },
    backup::Safekeeping,
    http::{Call, ClientError, HttpClient, SystemTime, UnixClock as _},
    problem::ProblemCode,
};
use reqwest::Method;
use support::{Clinic, Device, NOW, Persona, Served, enrol, problem, rng};

impl Persona {
    fn request(&self, epoch: &VerifiedEpoch, credential: &Credential, nonce: u16) -> Vec<u8> {
        AnonymousRequest::create(&mut rng(), &self.keys(), epoch, credential, nonce).unwrap()
    }
}

fn enrolled(clinic: &Clinic) -> (String, SigningKey) {
    let (person, invitation) = clinic.invited();
    let device = Device::patient();
    enrol(&clinic.served, &invitation.code, Purpose::Patient, &device).answer();
    (person.id, device.into_signing())
}

fn published(
    client: &AuthorityClient,
    authority: &VerifyingKey,
    service: ServiceId,
) -> VerifiedEpoch {
    let object = client.credential_epoch().unwrap();
    let epoch = VerifiedEpoch::verify(&object, authority, service).unwrap();
    assert!(is_regular(epoch.object()));
    epoch
}

fn epoch_of(clinic: &Clinic) -> VerifiedEpoch {
    let authority = &clinic.authority;
    published(clinic.client(), authority.verifying_key(), authority.service_id())
}

fn ask(epoch: &VerifiedEpoch, device: &SigningKey) -> (PendingCredential, IssuanceRequest) {
    IssuanceRequest::new(&mut rng(), epoch, device).unwrap()
}

fn finish(
    epoch: &VerifiedEpoch,
    (pending, request): (PendingCredential, IssuanceRequest),
    response: &[u8],
) -> Credential {
    let response = CredentialResponse::from_bytes(response).unwrap();
    pending.finish(&epoch.object().issuer, request.credential_request(), &response).unwrap()
}

fn issued(clinic: &Clinic, device: &SigningKey) -> Credential {
    let epoch = epoch_of(clinic);
    let asked = ask(&epoch, device);
    let answer = clinic.client().issue_credential(device, asked.1.to_bytes()).unwrap();
    finish(&epoch, asked, &answer.response)
}

fn certify(clinic: &Clinic, request: Vec<u8>) -> Result<Vec<u8>, ClientError> {
    let fresh = AuthorityClient::new(
        &clinic.served.url,
        clinic.authority.service_id(),
        clinic.keys.clock.clone(),
    );
    fresh.unwrap().certify_anonymously(request)
}

#[test]
fn a_device_gets_one_credential_and_certifies_personas_up_to_the_limit() {
    let clinic = Clinic::new();
    let (_, device) = enrolled(&clinic);
    let epoch = epoch_of(&clinic);
    let asked = ask(&epoch, &device);
    let bytes = asked.1.to_bytes();
    let answer = clinic.client().issue_credential(&device, bytes.clone()).unwrap();
    let (key, service) = (clinic.authority.verifying_key(), clinic.authority.service_id());
    let receipt = Signed::from_bytes(&answer.receipt).unwrap();
    let receipt =
        Receipt::verify(receipt, key, service, Act::CredentialIssued, &bytes).ok().unwrap();
    assert_eq!((receipt.subject, receipt.done_at), (device.verifying_key().key_id(), NOW));
    // The answer was lost: the same request again, a day later, stands in the register since then.
    clinic.keys.clock.set(NOW + 86_400);
    let again = clinic.client().issue_credential(&device, bytes.clone()).unwrap();
    assert!(again.receipt == answer.receipt);
    let credential = finish(&epoch, asked, &again.response);

    let mut sizes = std::collections::BTreeSet::new();
    for nonce in 0..CREDENTIAL_LIMIT {
        let persona = Persona::new();
        let certificate = certify(&clinic, persona.request(&epoch, &credential, nonce)).unwrap();
        let certificate = AnonymousCertificate::verify(&certificate, &epoch).unwrap();
        assert_eq!(certificate.id(), persona.id());
        certificate.check_current(NOW).unwrap();
        sizes.insert(certificate.raw().len());
    }
    assert_eq!(sizes.len(), 1, "all of one size");
    let persona = Persona::new();
    let keys = persona.keys();
    let beyond = AnonymousRequest::create(&mut rng(), &keys, &epoch, &credential, CREDENTIAL_LIMIT);
    assert_eq!(beyond.unwrap_err().code(), "credential-exhausted");
}

#[test]
fn one_object_for_everybody_and_another_in_the_next_epoch() {
    let clinic = Clinic::new();
    let (key, service) = (clinic.authority.verifying_key(), clinic.authority.service_id());
    let first = clinic.client().credential_epoch().unwrap();
    // Another process on the same files, and one that has lost all of them.
    let beside = clinic.keys.open(clinic.dir.path()).unwrap();
    let empty = tempfile::tempdir().unwrap();
    let anew = clinic.keys.open(empty.path()).unwrap();
    for other in [beside, anew] {
        let served = Served::start(other, clinic.keys.clock.clone());
        assert!(served.client.credential_epoch().unwrap() == first);
    }
    clinic.keys.clock.set(NOW + EPOCH_SECONDS);
    let next = published(clinic.client(), key, service);
    let first = VerifiedEpoch::verify(&first, key, service).unwrap();
    assert_eq!(next.object().epoch, first.object().epoch + 1);
    assert_ne!(next.object().issuer, first.object().issuer);
    assert_eq!(first.object().epoch, epoch_at(NOW));
}

#[test]
fn only_an_enrolled_device_gets_one_and_only_so_many_a_person() {
    let clinic = Clinic::new();
    let (person, device) = enrolled(&clinic);
    let (_, other) = enrolled(&clinic);
    let epoch = epoch_of(&clinic);
    let issue = |key: &SigningKey, bytes: Vec<u8>| {
        clinic.client().issue_credential(key, bytes).map_err(|error| problem(&error))
    };
    let request = |key: &SigningKey| ask(&epoch, key).1.to_bytes();
    // Another's request; a byte more or less; a changed byte; somebody who is not enrolled.
    assert_eq!(issue(&other, request(&device)).err(), Some(ProblemCode::Malformed));
    let bytes = request(&device);
    for wrong in [bytes[1..].to_vec(), [&bytes[..], &[0]].concat(), vec![]] {
        assert_eq!(issue(&device, wrong).err(), Some(ProblemCode::Malformed));
    }
    for at in (0..bytes.len()).step_by(37) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let refused = issue(&device, changed).err().unwrap();
        assert!(matches!(refused, ProblemCode::Malformed | ProblemCode::WrongState), "byte {at}");
    }
    let stranger = support::key();
    assert_eq!(issue(&stranger, request(&stranger)).err(), Some(ProblemCode::BadSignature));
    // None of these used anything up.
    for _ in 0..ISSUES_PER_EPOCH {
        issue(&device, request(&device)).unwrap();
    }
    assert_eq!(issue(&device, request(&device)).err(), Some(ProblemCode::QuotaReached));
    issue(&other, request(&other)).unwrap();
    // Another device of the same person does not begin anew.
    let invitation = clinic.invite(&person);
    let second = Device::patient();
    enrol(&clinic.served, &invitation.code, Purpose::Patient, &second).answer();
    let second = second.into_signing();
    assert_eq!(issue(&second, request(&second)).err(), Some(ProblemCode::QuotaReached));
    assert_eq!(issue(&device, request(&device)).err(), Some(ProblemCode::BadSignature));
    // The object of an epoch that is over.
    clinic.keys.clock.set(NOW + EPOCH_SECONDS);
    assert_eq!(issue(&second, request(&second)).err(), Some(ProblemCode::WrongState));
    let fresh = ask(&epoch_of(&clinic), &second).1.to_bytes();
    issue(&second, fresh).unwrap();
    // Who is withdrawn gets nothing.
    let reason = Reason { reason: "moved away".into() };
    clinic.client().withdraw_person(clinic.operator(), &person, &reason).unwrap();
    let late = ask(&epoch_of(&clinic), &second).1.to_bytes();
    assert_eq!(issue(&second, late).err(), Some(ProblemCode::BadSignature));
}

/// Status, headers and body of an answer, as somebody on the line sees them.
fn answer(
    clinic: &Clinic,
    content_type: &str,
    body: Vec<u8>,
) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("{}/v1/credentials/certify", clinic.served.url);
        let request = reqwest::Client::new().post(url).header("content-type", content_type);
        let response = request.body(body).send().await.unwrap();
        let status = response.status().as_u16();
        let mut headers: Vec<(String, String)> = response
            .headers()
            .iter()
            // Whether the line is used again is not about the request, but about what was not read of it.
            .filter(|(name, _)| *name != "date" && *name != "connection")
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.sort();
        (status, headers, response.bytes().await.unwrap().to_vec())
    })
}

#[test]
fn whatever_is_wrong_with_a_certification_is_refused_alike() {
    let clinic = Clinic::new();
    let (_, device) = enrolled(&clinic);
    let (epoch, credential) = (epoch_of(&clinic), issued(&clinic, &device));
    let json = |request: Vec<u8>| serde_json::to_vec(&CertifyAnonymously { request }).unwrap();
    let persona = Persona::new();
    let good = persona.request(&epoch, &credential, 0);
    certify(&clinic, good.clone()).unwrap();

    let elsewhere = Clinic::new();
    let (_, other_device) = enrolled(&elsewhere);
    let (other_epoch, foreign) = (epoch_of(&elsewhere), issued(&elsewhere, &other_device));
    let changed = |at: usize| {
        let mut bytes = persona.request(&epoch, &credential, 1);
        let at = at.min(bytes.len() - 1);
        bytes[at] ^= 1;
        json(bytes)
    };
    let escrow = 1 + 16 + 8 + 33 + 33 + 32;
    let with = |at: usize, part: &[u8]| {
        let mut bytes = persona.request(&epoch, &credential, 1);
        bytes[at..at + part.len()].copy_from_slice(part);
        json(bytes)
    };
    // y above the field's modulus is no coordinate; 0x04 and 0x00 are no compressed points.
    let mut beyond_the_field = [0xff; 33];
    beyond_the_field[0] = 2;
    let wrong: Vec<(&str, Vec<u8>)> = vec![
        (
            "a tag that was used, for another persona",
            json(Persona::new().request(&epoch, &credential, 0)),
        ),
        (
            "a persona that is certified, by another tag",
            json(persona.request(&epoch, &credential, 1)),
        ),
        ("another clinic's credential", json(Persona::new().request(&other_epoch, &foreign, 0))),
        (
            "this clinic's epoch, another's credential",
            json(Persona::new().request(&epoch, &foreign, 0)),
        ),
        ("an identity element", with(escrow, &[0; 33])),
        ("a point that is not compressed", with(escrow, &[4])),
        ("a coordinate beyond the field", with(escrow, &beyond_the_field)),
        ("a scalar beyond the order", with(escrow + 66, &[0xff; 32])),
        ("the epoch before", with(17, &(epoch.object().epoch - 1).to_be_bytes())),
        ("the epoch after", with(17, &(epoch.object().epoch + 1).to_be_bytes())),
        ("the last epoch of all", with(17, &u64::MAX.to_be_bytes())),
        ("another version", changed(0)),
        ("another service", changed(1)),
        ("another persona key", changed(40)),
        ("another recovery key", changed(95)),
        ("another tag", changed(escrow + 66 + 96 + 100)),
        ("another proof", changed(escrow + 600)),
        ("another signature", changed(usize::MAX)),
        ("a byte less", json(good[..good.len() - 1].to_vec())),
        ("two requests in one", json([&good[..], &good[..]].concat())),
        ("nothing", json(vec![])),
        ("no JSON", b"{".to_vec()),
        ("no body", vec![]),
        ("far too much", vec![b'['; 20 * 1024]),
        ("a little too much", json(vec![0; 16 * 1024])),
    ];
    let first = answer(&clinic, "application/json", wrong[0].1.clone());
    assert_eq!(first.0, 403);
    let document: serde_json::Value = serde_json::from_slice(&first.2).unwrap();
    assert_eq!(document["type"], "urn:keyward:problem:credential-refused");
    assert_eq!(document.as_object().unwrap().len(), 3, "type, title, status: {document}");
    for (what, body) in &wrong {
        assert_eq!(answer(&clinic, "application/json", body.clone()), first, "{what}");
    }
    assert_eq!(answer(&clinic, "text/plain", json(good.clone())), first, "another type");
    // None of it used anything up, and what was certified is certified again.
    certify(&clinic, Persona::new().request(&epoch, &credential, 1)).unwrap();
    certify(&clinic, good).unwrap();
}

#[test]
fn the_same_request_again_gives_the_same_certificate() {
    let clinic = Clinic::new();
    let (_, device) = enrolled(&clinic);
    let (epoch, credential) = (epoch_of(&clinic), issued(&clinic, &device));
    let request = Persona::new().request(&epoch, &credential, 0);
    let first = certify(&clinic, request.clone()).unwrap();
    assert!(certify(&clinic, request.clone()).unwrap() == first);
    // It was on its way when the epoch changed; after the next one it is refused.
    clinic.keys.clock.set(NOW / EPOCH_SECONDS * EPOCH_SECONDS + EPOCH_SECONDS);
    assert!(certify(&clinic, request.clone()).unwrap() == first);
    certify(&clinic, Persona::new().request(&epoch, &credential, 1)).unwrap();
    clinic.keys.clock.set(NOW / EPOCH_SECONDS * EPOCH_SECONDS + 2 * EPOCH_SECONDS);
    let late = certify(&clinic, request).unwrap_err();
    assert_eq!(problem(&late), ProblemCode::CredentialRefused);
}

#[test]
fn two_processes_on_one_file_take_a_tag_once() {
    let clinic = Clinic::new();
    let (_, device) = enrolled(&clinic);
    let (epoch, credential) = (epoch_of(&clinic), issued(&clinic, &device));
    let beside = clinic.keys.open(clinic.dir.path()).unwrap();
    let beside = Served::start(beside, clinic.keys.clock.clone());
    for nonce in 0..4 {
        let barrier = Barrier::new(2);
        let taken = std::thread::scope(|scope| {
            let tries = [&clinic.served, &beside].map(|served| {
                let request = Persona::new().request(&epoch, &credential, nonce);
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    served.client.certify_anonymously(request).is_ok()
                })
            });
            tries.into_iter().filter_map(|it| it.join().ok()).filter(|taken| *taken).count()
        });
        assert_eq!(taken, 1, "nonce {nonce}");
    }
}

#[test]
fn a_restart_forgets_nothing() {
    let clinic = Clinic::new();
    let (_, device) = enrolled(&clinic);
    let (epoch, credential) = (epoch_of(&clinic), issued(&clinic, &device));
    certify(&clinic, Persona::new().request(&epoch, &credential, 0)).unwrap();
    let Clinic { served, authority, keys, dir } = clinic;
    drop((served, authority));
    let authority = keys.open(dir.path()).unwrap();
    let served = Served::start(authority.clone(), keys.clock.clone());
    let again = served.client.certify_anonymously(Persona::new().request(&epoch, &credential, 0));
    assert_eq!(problem(&again.unwrap_err()), ProblemCode::CredentialRefused);
    served.client.certify_anonymously(Persona::new().request(&epoch, &credential, 1)).unwrap();
}

/// A clinic whose register is restored into an empty folder, with its file of credentials elsewhere.
struct Restored {
    keys: support::Keys,
    dir: tempfile::TempDir,
    credentials: std::path::PathBuf,
}

impl Restored {
    fn open(&self, dir: &Path) -> Authority {
        let mut config = self.keys.config(dir, "Sample Clinic", "this-computer:relay");
        config.credentials_file.clone_from(&self.credentials);
        Authority::open(config).unwrap()
    }

    fn serve(&self, authority: Authority) -> Served {
        Served::start(authority, self.keys.clock.clone())
    }
}

#[test]
fn a_restored_register_knows_every_tag_and_one_whose_file_is_lost_takes_none() {
    let dir = tempfile::tempdir().unwrap();
    let it =
        Restored { keys: support::Keys::new(), credentials: dir.path().join("elsewhere.db"), dir };
    // A restore goes by the computer's clock; not in the last moments of an epoch.
    let base = SystemTime.now();
    let base =
        if (base + 1_000) / EPOCH_SECONDS > base / EPOCH_SECONDS { base + 1_000 } else { base };
    it.keys.clock.set(base);
    let (old, new) = (it.dir.path().join("old"), it.dir.path().join("new"));
    let authority = it.open(&old);
    let (key, service) = (authority.verifying_key().clone(), authority.service_id());
    let clinic = Clinic {
        served: it.serve(authority.clone()),
        authority,
        keys: it.keys,
        dir: tempfile::tempdir().unwrap(),
    };
    let (_, device) = enrolled(&clinic);
    let keeping = |dir| Safekeeping {
        dir,
        service_id: service,
        storage_key: &clinic.keys.storage,
        journal: None,
        now: base,
    };
    let backup = it.dir.path().join("backup");
    keyward_authority::backup::back_up(&keeping(old.as_path()), &backup).unwrap();
    // All of this happens after the backup was taken.
    let (epoch, credential) = (epoch_of(&clinic), issued(&clinic, &device));
    certify(&clinic, Persona::new().request(&epoch, &credential, 0)).unwrap();
    keyward_authority::backup::restore(&keeping(new.as_path()), &backup).unwrap();
    let Clinic { served, authority, keys, .. } = clinic;
    drop((served, authority));

    keys.clock.set(base + 600);
    let it = Restored { keys, ..it };
    let served = it.serve(it.open(&new));
    assert!(published(&served.client, &key, service) == epoch, "the same object");
    let again = served.client.certify_anonymously(Persona::new().request(&epoch, &credential, 0));
    assert_eq!(problem(&again.unwrap_err()), ProblemCode::CredentialRefused);
    served.client.certify_anonymously(Persona::new().request(&epoch, &credential, 1)).unwrap();
    drop(served);

    // The file is lost as well: nobody can tell what was used, so nothing is taken in this epoch.
    std::fs::remove_file(&it.credentials).unwrap();
    let served = it.serve(it.open(&new));
    assert!(published(&served.client, &key, service) == epoch, "the same object");
    let certify = |nonce| {
        let request = Persona::new().request(&epoch, &credential, nonce);
        served.client.certify_anonymously(request).map_err(|error| problem(&error)).err()
    };
    assert_eq!(certify(2), Some(ProblemCode::CredentialRefused));
    let asked = ask(&epoch, &device).1.to_bytes();
    let closed = served.client.issue_credential(&device, asked).err().unwrap();
    assert_eq!(problem(&closed), ProblemCode::WrongState);
    drop(served);
    // The next epoch begins anew.
    it.keys.clock.set(base + EPOCH_SECONDS);
    let served = it.serve(it.open(&new));
    let next = published(&served.client, &key, service);
    let asked = ask(&next, &device);
    let answer = served.client.issue_credential(&device, asked.1.to_bytes()).unwrap();
    let credential = finish(&next, asked, &answer.response);
    served.client.certify_anonymously(Persona::new().request(&next, &credential, 0)).unwrap();
}

#[test]
fn an_anonymously_certified_persona_that_asks_is_named() {
    let clinic = Clinic::new();
    let (authority, service) = (clinic.authority.verifying_key(), clinic.authority.service_id());
    let (_, device) = enrolled(&clinic);
    let (epoch, credential) = (epoch_of(&clinic), issued(&clinic, &device));
    let persona = Persona::new();
    let naming = |persona: &Persona| {
        let challenge = naming_challenge(service, device.verifying_key());
        let request = PersonaRequest::create(&mut rng(), &persona.keys(), service, &challenge);
        clinic.client().attest_name(&device, request.unwrap())
    };
    let id = persona.id();
    assert_eq!(problem(&naming(&persona).unwrap_err()), ProblemCode::NotFound);
    certify(&clinic, persona.request(&epoch, &credential, 0)).unwrap();
    let bytes = naming(&persona).unwrap();
    let named = NameAttestation::verify(&bytes, authority, service, id, NOW).ok().unwrap();
    let full_name = format!("{} {}", support::NAME, support::FAMILY);
    assert!(named.states(&full_name, Some(&support::draft().birth_date)));
    // Not with other keys beside the persona's.
    let swapped = Persona { signing: persona.signing, ..Persona::new() };
    assert_eq!(problem(&naming(&swapped).unwrap_err()), ProblemCode::NotFound);
}

#[test]
fn nothing_of_who_asked_is_readable_in_the_files() {
    let clinic = Clinic::new();
    let (person, device) = enrolled(&clinic);
    let (epoch, credential) = (epoch_of(&clinic), issued(&clinic, &device));
    let persona = Persona::new();
    let request = persona.request(&epoch, &credential, 0);
    certify(&clinic, request.clone()).unwrap();
    let file = std::fs::read(clinic.dir.path().join("credentials.db")).unwrap();
    let holds = |part: &[u8]| file.windows(part.len()).any(|window| window == part);
    assert!(!holds(&persona.signing.verifying_key().to_bytes()), "a persona's key");
    assert!(!holds(persona.id().as_bytes()), "a persona's id");
    assert!(!holds(credential.register_element().unwrap().as_bytes()), "an element");
    assert!(!holds(&device.verifying_key().to_bytes()), "a device's key");
    let presentation = 123 + 66 + 96;
    assert!(!holds(&request[presentation + 99..presentation + 132]), "a tag");
    // The register of credentials knows whose an entry is; who leaves takes it along.
    let id: Vec<u8> =
        (0..16).map(|n| u8::from_str_radix(&person[2 * n..2 * n + 2], 16).unwrap()).collect();
    assert!(holds(&id));
    let wish = keyward_protocol::statement::ForgetStatement {
        service_id: clinic.authority.service_id(),
        subject: device.verifying_key().key_id(),
        asked_at: NOW,
    };
    let wish = Signed::sign(&device, wish).unwrap().to_bytes();
    clinic.client().leave(&device, wish).unwrap();
    let file = std::fs::read(clinic.dir.path().join("credentials.db")).unwrap();
    assert!(!file.windows(16).any(|window| window == id), "after leaving");
}

#[test]
fn the_anonymous_route_takes_no_signature_into_account() {
    let clinic = Clinic::new();
    let (_, device) = enrolled(&clinic);
    let (epoch, credential) = (epoch_of(&clinic), issued(&clinic, &device));
    let service = clinic.authority.service_id();
    let http = HttpClient::new(&clinic.served.url, service, clinic.keys.clock.clone()).unwrap();
    let body = CertifyAnonymously { request: Persona::new().request(&epoch, &credential, 0) };
    let call = Call::json(Method::POST, "/v1/credentials/certify", &body, 1 << 16).unwrap();
    // Whoever signs by mistake is answered all the same, and nothing of it is stored.
    http.json::<serde_json::Value>(&support::key(), call).unwrap();
}
