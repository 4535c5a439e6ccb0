//! Every decoder on arbitrary bytes and on valid encodings with a few bytes changed: the stable
//! toolchain's short form of the fuzz targets. More cases: `PROPTEST_CASES=100000`.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Authority, Compartment, Doctor, NOW, Persona, rng};
use keyward_protocol::capsule::PoolEntry;
use keyward_protocol::certificate::NameAttestation;
use keyward_protocol::chain::ChainVerifier;
use keyward_protocol::fuzzing::{DECODERS, decode};
use keyward_protocol::grant::GrantMessage;
use keyward_protocol::ids::{CertificateHash, EpochId, GrantId};
use keyward_protocol::invitation::{Code, Invitation, Purpose};
use keyward_protocol::message::{MessageKind, seal_message};
use keyward_protocol::statement::{
    AccessReceipt, EpochStatement, RemovedClinicians, RevokeStatement, Signed,
};
use proptest::prelude::*;
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
    let opened_grant =
        GrantMessage::open(&doctor.mailbox, own, &authority.keys(), NOW, &sealed).unwrap();
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
    ]
});

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
