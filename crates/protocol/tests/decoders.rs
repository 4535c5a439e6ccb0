//! Every decoder on arbitrary bytes and on valid encodings with a few bytes changed: the stable
//! toolchain's short form of the fuzz targets. More cases: `PROPTEST_CASES=100000`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use common::{Authority, Compartment, Doctor, NOW, Persona, rng};
use keyward_protocol::arc::{Binding, CredentialRequest, CredentialResponse, IssuerKey, Limit};
use keyward_protocol::backup::{Change, Manifest, PackBuilder};
use keyward_protocol::capsule::PoolEntry;
use keyward_protocol::certificate::{NameAttestation, PersonaKeys, PersonaRequest};
use keyward_protocol::chain::ChainVerifier;
use keyward_protocol::curve::Scalar;
use keyward_protocol::escrow::{Certification, CertificationRequest, Escrow};
use keyward_protocol::fuzzing::{DECODERS, TARGETS, decode, target};
use keyward_protocol::grant::GrantMessage;
use keyward_protocol::ids::{CertificateHash, EpochId, GrantId, ServiceId};
use keyward_protocol::invitation::{Code, Invitation, Purpose};
use keyward_protocol::keys::{DecryptionKey, MasterSecret, SigningKey};
use keyward_protocol::kit::{KitKeys, KitSecret, KitServices, KitText};
use keyward_protocol::message::{MessageKind, seal_message};
use keyward_protocol::passphrase::{self, Cost};
use keyward_protocol::request::{RequestParts, body_digest, sign_request};
use keyward_protocol::statement::{
    AccessReceipt, EpochStatement, ForgetStatement, PersonaReplacement, RemovedClinicians,
    RevokeStatement, Signed,
};
use proptest::prelude::*;
use rand::CryptoRng;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// A valid input for every decoder, in their order.
static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let rng = &mut rng(80);
    let authority = Authority::new(rng);
    let patient = Persona::new(rng, &authority);
    let doctor = Doctor::new(rng, &authority, "Dr Sample");
    let mut heart = Compartment::new(rng, &patient);
    heart.add(rng, &patient, "one");
    let (persona, compartment, epoch) = (patient.certificate.id(), heart.id, heart.epoch());
    let grant_id = GrantId::random(rng);
    let grant = patient.grant(&doctor.certificate, grant_id, 0, &[(compartment, epoch)]).0;
    let message = GrantMessage {
        grant: grant.clone(),
        epoch_object: authority.object.clone(),
        persona_certificate: patient.certificate.raw().to_vec(),
        share: b"share".to_vec(),
    };
    let closes = Some(EpochId::random(rng));
    let opened = EpochStatement { persona, compartment, epoch, closes, opened_at: NOW };
    let receipt = AccessReceipt {
        service_id: authority.service,
        sequence: 0,
        grant_id,
        persona,
        compartment,
        doctor: doctor.certificate.hash(),
        records: 0,
        records_hash: [0; 32],
        time: NOW,
    };
    let removed = RemovedClinicians {
        service_id: authority.service,
        sequence: 0,
        issued_at: NOW,
        removed: vec![CertificateHash::from_bytes([1; 32])],
    };
    let mut verifier = ChainVerifier::new(&heart.verified_head(&patient), None).unwrap();
    verifier.accept(&heart.records[0].verified(&patient)).unwrap();
    let invitation = Invitation {
        purpose: Purpose::Patient,
        code: Code::generate(rng),
        authority_url: "https://clinic.example".into(),
        relay_url: "https://relay.example".into(),
        authority_fingerprint: [0; 32],
        clinic_name: "Sample clinic".into(),
        expires: NOW,
        this_computer_only: false,
    };
    let code = Code::generate(rng);
    let (_, share) = keyward_protocol::cpace::Initiator::start(
        rng,
        &code.secret(),
        code.handle(),
        Purpose::Patient,
    );
    let (responder, ..) = keyward_protocol::cpace::Responder::respond(
        rng,
        &code.secret(),
        code.handle(),
        Purpose::Patient,
        &share,
    )
    .unwrap();
    let key = &patient.signing;
    let revoke = RevokeStatement { persona, grant_id, revoked_at: NOW };
    let delegating = patient.delegating(compartment, epoch);
    let mut inbox = keyward_protocol::grant::GrantInbox::new();
    let sealed = message.seal(rng, key, &doctor.certificate).unwrap();
    let own = &doctor.certificate;
    let (pinned, service) = (authority.key.verifying_key(), authority.service);
    let opened_grant =
        GrantMessage::open(&doctor.mailbox, own, pinned, service, NOW, &sealed).unwrap();
    inbox.accept(&opened_grant);
    let to = doctor.certificate.mailbox;
    let attestation = NameAttestation {
        service_id: authority.service,
        persona,
        name: "Test-Anna Sample".into(),
        birth_date: "1961-03".into(),
        clinic_name: "Sample clinic".into(),
        valid_from: NOW,
        valid_until: NOW + 1,
    };
    let credential = credential(rng);
    let recovery = SigningKey::generate(rng).unwrap();
    let replacement = PersonaReplacement {
        service_id: authority.service,
        persona,
        recovery: recovery.verifying_key().clone(),
        successor: Persona::new(rng, &authority).certificate.id(),
        replaced_at: NOW,
    };
    let forget = ForgetStatement {
        service_id: authority.service,
        subject: persona.to_bytes(),
        asked_at: NOW,
    };
    vec![
        heart.records[0].header.to_bytes(),
        heart.signed_head(&patient).to_bytes(),
        grant.to_bytes(),
        Signed::sign(key, opened).unwrap().to_bytes(),
        Signed::sign(key, revoke).unwrap().to_bytes(),
        Signed::sign(&authority.key, receipt).unwrap().to_bytes(),
        Signed::sign(&authority.key, removed).unwrap().to_bytes(),
        verifier.finish(&[epoch]).unwrap().to_bytes(),
        inbox.to_bytes(),
        message.to_bytes(),
        PoolEntry::prepare(rng, &delegating).unwrap().to_bytes().to_vec(),
        responder.to_bytes().to_vec(),
        delegating.public().unwrap().to_bytes().to_vec(),
        patient.certificate.raw().to_vec(),
        seal_message(rng, key, &to, MessageKind::Grant, b"", b"body").unwrap(),
        Signed::sign(&authority.key, attestation).unwrap().to_bytes(),
        invitation.to_text().unwrap().as_bytes().to_vec(),
        credential.request,
        credential.presentation,
        credential.certification,
        replacement.sign(&recovery).unwrap().to_bytes(),
        Signed::sign(key, forget).unwrap().to_bytes(),
        contents(patient.certificate.raw(), patient.certificate.raw().len() - 75),
        persona_request(rng),
        wrap(rng),
        keyward_protocol::fuzzing::sealed_payload(),
        signed_request(rng),
        credential.escrow,
        credential.stored,
        credential.issuer,
        kit(),
        backup(rng),
        keyward_protocol::fuzzing::published_epoch(),
        keyward_protocol::fuzzing::issuance_request(rng),
    ]
});

/// A sealed manifest of the kit that the decoder holds.
fn backup(rng: &mut impl CryptoRng) -> Vec<u8> {
    let kit = KitKeys::of(&KitSecret::from_bytes([1; 16])).unwrap().public().unwrap();
    let mut pack = PackBuilder::new();
    pack.push(&Change::Put { table: "records", id: "1", body: b"body" }).unwrap();
    let packs = vec![pack.seal(rng, &kit).unwrap().entry];
    let (previous, about) = ([0; 32], b"about".to_vec());
    let manifest =
        Manifest { sequence: 1, previous, made_at: NOW, schema: 1, records: 1, about, packs };
    manifest.seal(rng, &kit).unwrap().bytes
}

/// A kit as a picture says it.
fn kit() -> Vec<u8> {
    let services = KitServices {
        service_id: ServiceId::from_bytes([1; 16]),
        authority_fingerprint: [2; 32],
        relay_url: "https://relay.example".into(),
        authority_url: "this-computer:authority".into(),
        clinic_name: "Sample clinic".into(),
    };
    let kit = KitText { secret: KitSecret::from_bytes([3; 16]), services: Some(services) };
    kit.to_text().unwrap().as_bytes().to_vec()
}

/// The `len` bytes of content inside a certificate; the signature and its length follow.
fn contents(certificate: &[u8], len: usize) -> Vec<u8> {
    let end = certificate.len() - 66;
    certificate[end - len..end].to_vec()
}

/// A persona's request for the service and challenge that [`decode`] uses.
fn persona_request(rng: &mut impl CryptoRng) -> Vec<u8> {
    let signing = SigningKey::generate(rng).unwrap();
    let decryption = DecryptionKey::generate(rng).unwrap();
    let keys = PersonaKeys { signing: &signing, decryption: &decryption, recovery_hash: [5; 32] };
    PersonaRequest::create(rng, &keys, ServiceId::from_bytes([1; 16]), &[2; 32]).unwrap()
}

fn wrap(rng: &mut impl CryptoRng) -> Vec<u8> {
    let master = MasterSecret::generate(rng);
    passphrase::wrap(rng, &master, "correct horse", b"profile", Cost::LEAST).unwrap()
}

/// A request by the key and for the service that [`decode`] uses.
fn signed_request(rng: &mut impl CryptoRng) -> Vec<u8> {
    let parts = RequestParts {
        method: "POST",
        path_and_query: "/v1/records?after=1",
        body_digest: body_digest(b""),
        service_id: ServiceId::from_bytes([1; 16]),
        idempotency_key: Some("again-0001"),
    };
    let key = SigningKey::from_bytes(&[1; 32]).unwrap();
    let headers = sign_request(&key, &parts, 1_000_000, rng).unwrap();
    let lines = [
        parts.method,
        parts.path_and_query,
        &headers.keyward_service,
        &headers.content_digest,
        &headers.signature_input,
        &headers.signature,
        "again-0001",
    ];
    lines.join("\n").into_bytes()
}

struct CredentialSeeds {
    request: Vec<u8>,
    presentation: Vec<u8>,
    certification: Vec<u8>,
    escrow: Vec<u8>,
    stored: Vec<u8>,
    issuer: Vec<u8>,
}

/// A credential request; behind their limit a presentation and a certification.
fn credential(rng: &mut impl CryptoRng) -> CredentialSeeds {
    let limit = Limit::new(5).unwrap();
    let binding =
        Binding { request_context: b"request", presentation_context: b"presentation", limit };
    let key = IssuerKey::generate(rng);
    let (pending, request) = CredentialRequest::new(rng, binding.request_context).unwrap();
    let response = CredentialResponse::issue(rng, &key, &request).unwrap();
    let credential = pending.finish(&key.public(), &request, &response).unwrap();
    let tracing_key = Scalar::random(rng).times_base().unwrap();
    let signing = SigningKey::generate(rng).unwrap();
    let decryption = DecryptionKey::generate(rng).unwrap();
    let certification = Certification {
        service_id: &[1; 16],
        epoch: 1,
        binding,
        tracing_key: &tracing_key,
        verification: signing.verifying_key(),
        encapsulation: decryption.encapsulation_key(),
    };
    let presented = credential.present(rng, &binding, 3).unwrap().to_bytes();
    let certified = CertificationRequest::new(rng, &credential, &certification, 4).unwrap();
    let behind = |bytes: Vec<u8>| [&limit.get().to_be_bytes()[..], &bytes].concat();
    let certified = certified.to_bytes();
    CredentialSeeds {
        request: request.to_bytes(),
        presentation: behind(presented),
        escrow: certified[..Escrow::LEN].to_vec(),
        stored: credential.expose_secret().to_vec(),
        issuer: key.public().to_bytes().to_vec(),
        certification: behind(certified),
    }
}

/// Where a seed stands for the coverage-guided targets: behind the byte that chooses its decoder.
fn corpus_file(decoder: &str) -> (PathBuf, &'static str, u8) {
    let (name, place) = TARGETS
        .iter()
        .find_map(|(name, decoders)| {
            decoders.iter().position(|known| *known == decoder).map(|place| (*name, place))
        })
        .expect("every decoder belongs to a fuzz target");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    (folder.join(decoder.replace(' ', "-")), name, u8::try_from(place).unwrap())
}

#[test]
fn every_decoder_belongs_to_a_fuzz_target_and_has_a_seed_in_its_corpus() {
    // After a change of a format: `KEYWARD_WRITE_CORPUS=1 cargo test -p keyward-protocol --test decoders`.
    let write = std::env::var_os("KEYWARD_WRITE_CORPUS").is_some();
    for (decoder, seed) in DECODERS.iter().zip(&*SEEDS) {
        let (file, name, choice) = corpus_file(decoder);
        if write {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, [&[choice], &seed[..]].concat()).unwrap();
        }
        let kept = std::fs::read(&file).unwrap_or_else(|_| panic!("no seed for {decoder}"));
        target(name, &kept);
    }
}

#[test]
fn every_decoder_has_a_seed_it_accepts() {
    assert_eq!(SEEDS.len(), DECODERS.len());
    for (decoder, seed) in SEEDS.iter().enumerate() {
        decode(decoder, seed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(2000)))]

    #[test]
    fn arbitrary_bytes_never_panic(
        decoder in 0..DECODERS.len(), bytes in prop::collection::vec(any::<u8>(), 0..512),
    ) {
        decode(decoder, &bytes);
        let versioned = [&[1], &bytes[..]].concat();
        decode(decoder, &versioned);
    }

    #[test]
    fn valid_encodings_with_changes_never_panic_or_change_meaning(
        decoder in 0..DECODERS.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        keep in any::<bool>(),
        tail in prop::collection::vec(any::<u8>(), 0..4),
    ) {
        let mut bytes = SEEDS[decoder].clone();
        for (at, value) in &edits {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        if !keep {
            bytes.truncate(cut.index(bytes.len()));
        }
        bytes.extend_from_slice(&tail);
        decode(decoder, &bytes);
        decode(decoder + 1, &bytes);
    }
}
