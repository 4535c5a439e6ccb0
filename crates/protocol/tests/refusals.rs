//! Every decoder and every signature against bytes and statements that are wrong: flipped,
//! trimmed, extended, of another type, and validly signed by or for another.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Authority, Compartment, Doctor, NOW, Persona, UNTIL, rng};
use keyward_protocol::capsule::PoolEntry;
use keyward_protocol::certificate::{
    AnonymousCertificate, AttestationError, CertificateError, ClinicianCertificate, ClinicianKeys,
    ClinicianRequest, NameAttestation, PersonaKeys, PersonaRequest,
};
use keyward_protocol::chain::{Head, RecordHeader, SeenHead};
use keyward_protocol::codec::DecodeError;
use keyward_protocol::cpace::{CpaceError, Initiator, Responder};
use keyward_protocol::domain::Label;
use keyward_protocol::grant::{GrantInbox, GrantMessage, GrantStatement};
use keyward_protocol::ids::{
    CertificateHash, CompartmentId, EpochId, GrantId, RecordId, ServiceId,
};
use keyward_protocol::invitation::{Code, Purpose};
use keyward_protocol::keys::{DecryptionKey, SigningKey, VerifyingKey};
use keyward_protocol::message::{MessageError, MessageKind, open_message, seal_message};
use keyward_protocol::request::{
    ReceivedHeaders, RequestError, RequestParts, WINDOW_SECONDS, body_digest, key_id_of,
    sign_request, verify_request,
};
use keyward_protocol::statement::{
    AccessReceipt, Act, BackupKeyStatement, EnrolmentReplacement, EpochStatement, ForgetStatement,
    Kept, PersonaReplacement, Receipt, RemovedClinicians, RevokeStatement, Signed, Statement,
    StatementError, recovery_hash,
};

/// Every flipped bit, every cut and every appended byte is refused.
fn fragile(name: &str, bytes: &[u8], accepts: impl Fn(&[u8]) -> bool) {
    assert!(accepts(bytes), "{name}: the original");
    for at in 0..bytes.len() {
        let mut flipped = bytes.to_vec();
        flipped[at] ^= 1 << (at % 8);
        assert!(!accepts(&flipped), "{name}: bit flipped in byte {at}");
        assert!(!accepts(&bytes[..at]), "{name}: cut to {at}");
    }
    for extra in [0, 1, 255] {
        let longer = [bytes, &[extra]].concat();
        assert!(!accepts(&longer), "{name}: byte appended");
    }
}

fn statement_is_fragile<T: Statement + Clone>(key: &SigningKey, statement: &T) {
    let signed = Signed::sign(key, statement.clone()).unwrap();
    fragile(T::LABEL.as_str(), &signed.to_bytes(), |bytes| {
        Signed::<T>::from_bytes(bytes)
            .is_ok_and(|signed| signed.verify(key.verifying_key()).is_ok())
    });
}

#[test]
fn signed_statements_are_fragile() {
    let mut rng = rng(60);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let doctor = Doctor::new(&mut rng, &authority, "Dr Sample");
    let mut heart = Compartment::new(&mut rng, &patient);
    heart.add(&mut rng, &patient, "one");
    let header = heart.add(&mut rng, &patient, "two");
    let persona = patient.certificate.id();
    let (grant_id, compartment) = (GrantId::random(&mut rng), heart.id);
    let place = [(compartment, heart.epoch()), (compartment, EpochId::random(&mut rng))];
    let grant = patient.grant(&doctor.certificate, grant_id, 0, &place).0.unverified().clone();
    let key = &patient.signing;
    statement_is_fragile(key, &header);
    statement_is_fragile(key, &heart.head);
    statement_is_fragile(key, &grant);
    let (epoch, closes) = (EpochId::random(&mut rng), Some(heart.epoch()));
    statement_is_fragile(
        key,
        &EpochStatement { persona, compartment, epoch, closes, opened_at: NOW },
    );
    statement_is_fragile(key, &RevokeStatement { persona, grant_id, revoked_at: NOW });
    let receipt = AccessReceipt {
        service_id: authority.service,
        sequence: 7,
        grant_id,
        persona,
        compartment,
        doctor: doctor.certificate.hash(),
        records: 1,
        records_hash: AccessReceipt::hash_records(&[header.record_id]),
        time: NOW,
    };
    statement_is_fragile(&authority.key, &receipt);
    let mut removed =
        vec![CertificateHash::from_bytes([1; 32]), CertificateHash::from_bytes([2; 32])];
    let list = |removed| RemovedClinicians {
        service_id: authority.service,
        sequence: 1,
        issued_at: NOW,
        removed,
    };
    statement_is_fragile(&authority.key, &list(removed.clone()));
    removed.reverse();
    let unsorted = Signed::sign(&authority.key, list(removed)).err();
    assert_eq!(unsorted, Some(StatementError::NotEncodable));
}

#[test]
fn a_clinicians_word_for_her_backup_key_is_fragile() {
    let mut rng = rng(64);
    let authority = Authority::new(&mut rng);
    let doctor = Doctor::new(&mut rng, &authority, "Dr Sample");
    let second = Doctor::new(&mut rng, &authority, "Dr Sample");
    let backup = SigningKey::generate(&mut rng).unwrap();
    let statement = BackupKeyStatement {
        service_id: authority.service,
        clinician: doctor.certificate.hash(),
        key: backup.verifying_key().clone(),
        stated_at: NOW,
    };
    let verify = |bytes: &[u8], by: &Doctor| {
        let signed = Signed::from_bytes(bytes).map_err(StatementError::from)?;
        let (hash, key) = (by.certificate.hash(), by.signing.verifying_key());
        BackupKeyStatement::verify(signed, authority.service, hash, key)
    };
    let bytes = Signed::sign(&doctor.signing, statement.clone()).unwrap().to_bytes();
    fragile("backup key", &bytes, |bytes| verify(bytes, &doctor).is_ok());
    assert_eq!(verify(&bytes, &second).err(), Some(StatementError::WrongSubject));
    // The key to be vouched for does not vouch for itself, whatever certificate it names.
    let own = Signed::sign(&backup, statement).unwrap().to_bytes();
    let by_itself = Signed::from_bytes(&own).unwrap();
    let key = backup.verifying_key();
    assert_eq!(
        BackupKeyStatement::verify(by_itself, authority.service, doctor.certificate.hash(), key)
            .err(),
        Some(StatementError::WrongSubject)
    );
}

#[test]
fn replacements_and_requests_to_be_forgotten_are_fragile() {
    let mut rng = rng(63);
    let authority = Authority::new(&mut rng);
    let (old, new) = (Persona::new(&mut rng, &authority), Persona::new(&mut rng, &authority));
    let recovery = SigningKey::generate(&mut rng).unwrap();
    let hash = recovery_hash(recovery.verifying_key());
    let service_id = authority.service;
    let persona = PersonaReplacement {
        service_id,
        persona: old.certificate.id(),
        recovery: recovery.verifying_key().clone(),
        successor: new.certificate.id(),
        replaced_at: NOW,
    };
    let bytes = persona.clone().sign(&recovery).unwrap().to_bytes();
    fragile("persona replacement", &bytes, |bytes| {
        Signed::from_bytes(bytes)
            .is_ok_and(|signed| PersonaReplacement::verify(signed, service_id, &hash).is_ok())
    });
    let enrolment = EnrolmentReplacement {
        service_id,
        enrolment: [3; 32],
        recovery: recovery.verifying_key().clone(),
        successor: new.signing.verifying_key().clone(),
        successor_recovery: [4; 32],
        replaced_at: NOW,
    };
    let bytes = enrolment.clone().sign(&recovery).unwrap().to_bytes();
    fragile("enrolment replacement", &bytes, |bytes| {
        Signed::from_bytes(bytes)
            .is_ok_and(|signed| EnrolmentReplacement::verify(signed, service_id, &hash).is_ok())
    });
    // Nobody signs what names another's recovery key.
    assert_eq!(persona.sign(&old.signing).err(), Some(StatementError::WrongSigner));
    assert_eq!(enrolment.sign(&new.signing).err(), Some(StatementError::WrongSigner));
    let subject = old.certificate.id().to_bytes();
    let forget = ForgetStatement { service_id, subject, asked_at: NOW };
    statement_is_fragile(&old.signing, &forget);
    statement_is_fragile(
        &authority.key,
        &Receipt {
            service_id,
            act: Act::PersonaForgotten,
            subject,
            request: [5; 32],
            done_at: NOW,
            erased_by: NOW,
            kept: Kept::NOTHING,
        },
    );
}

#[test]
fn one_statement_is_not_another_and_one_persona_not_another() {
    let mut rng = rng(61);
    let authority = Authority::new(&mut rng);
    let (patient, other) = (Persona::new(&mut rng, &authority), Persona::new(&mut rng, &authority));
    let persona = patient.certificate.id();
    let revoke = RevokeStatement { persona, grant_id: GrantId::random(&mut rng), revoked_at: NOW };
    let signed = Signed::sign(&patient.signing, revoke.clone()).unwrap();
    // The signature of a revocation under another statement's label or another key.
    let elsewhere = patient.signing.sign(Label::Epoch, &revoke.statement_bytes()).unwrap();
    let mut moved = signed.to_bytes();
    let at = moved.len() - 64;
    moved[at..].copy_from_slice(&elsewhere.to_bytes());
    let moved = Signed::<RevokeStatement>::from_bytes(&moved).unwrap();
    assert!(matches!(
        moved.verify(patient.signing.verifying_key()),
        Err(StatementError::Signature(_))
    ));
    let wrong = signed.verify(other.signing.verifying_key()).err();
    assert_eq!(wrong, Some(StatementError::WrongSigner));
    assert_eq!(Signed::sign(&other.signing, revoke).err(), Some(StatementError::WrongSigner));
}

#[test]
fn a_name_is_attested_for_one_persona_service_authority_and_time() {
    let mut rng = rng(67);
    let authority = Authority::new(&mut rng);
    let (patient, other) = (Persona::new(&mut rng, &authority), Persona::new(&mut rng, &authority));
    let persona = patient.certificate.id();
    let attestation = NameAttestation {
        service_id: authority.service,
        persona,
        name: "Test-Anna Sample".into(),
        birth_date: "1961-03-14".into(),
        clinic_name: "Sample clinic".into(),
        valid_from: NOW,
        valid_until: UNTIL,
    };
    statement_is_fragile(&authority.key, &attestation);
    let bytes = Signed::sign(&authority.key, attestation.clone()).unwrap().to_bytes();
    let key = authority.key.verifying_key();
    let check = |key: &VerifyingKey, service, persona, now| {
        NameAttestation::verify(&bytes, key, service, persona, now).err()
    };
    let (service, elsewhere) = (authority.service, ServiceId::from_bytes([1; 16]));
    assert_eq!(check(key, service, persona, NOW), None);
    assert_eq!(check(key, service, persona, UNTIL - 1), None);
    assert_eq!(check(key, service, persona, UNTIL), Some(AttestationError::Expired));
    assert_eq!(check(key, service, persona, NOW - 1), Some(AttestationError::NotYetValid));
    assert_eq!(check(key, elsewhere, persona, NOW), Some(AttestationError::OtherService));
    let theirs = other.certificate.id();
    assert_eq!(check(key, service, theirs, NOW), Some(AttestationError::OtherPersona));
    for stranger in [other.signing.verifying_key(), patient.signing.verifying_key()] {
        let refused = check(stranger, service, persona, NOW);
        assert!(matches!(refused, Some(AttestationError::Statement(StatementError::Signature(_)))));
    }
    // It vouches for what stands in it and for nothing that merely looks like it.
    let verified = NameAttestation::verify(&bytes, key, service, persona, NOW).ok().unwrap();
    assert!(verified.states("Test-Anna Sample", Some("1961-03-14")));
    for (name, birth_date) in [
        ("Test-Anna  Sample", Some("1961-03-14")),
        ("test-anna sample", Some("1961-03-14")),
        ("Test-Anna Sample", Some("1961-03")),
        ("Test-Anna Sample", None),
        ("", Some("1961-03-14")),
    ] {
        assert!(!verified.states(name, birth_date), "{name} {birth_date:?}");
    }
    // Limits hold when signing, so what no reader would accept is not made.
    let longest = "n".repeat(NameAttestation::MAX_NAME);
    let named = |name: String| {
        Signed::sign(&authority.key, NameAttestation { name, ..attestation.clone() }).err()
    };
    assert_eq!(named(longest.clone()), None);
    assert_eq!(named(longest + "n"), Some(StatementError::NotEncodable));
    assert_eq!(named("A\u{202e}B".into()), Some(StatementError::NotEncodable));
}

#[test]
fn certificates_are_fragile_and_of_one_kind_authority_and_time() {
    let mut rng = rng(62);
    let authority = Authority::new(&mut rng);
    let other = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let doctor = Doctor::new(&mut rng, &authority, "Dr Sample");
    let keys = authority.keys();
    let (persona, clinician) = (patient.certificate.raw(), doctor.certificate.raw());
    fragile("persona certificate", persona, |bytes| {
        AnonymousCertificate::verify(bytes, &authority.epoch).is_ok()
    });
    fragile("clinician certificate", clinician, |bytes| {
        ClinicianCertificate::verify(bytes, &keys, NOW).is_ok()
    });
    let unknown = CertificateError::UnknownAuthority;
    let epoch = &authority.epoch;
    assert_eq!(AnonymousCertificate::verify(persona, &other.epoch).err(), Some(unknown));
    assert_eq!(AnonymousCertificate::verify(clinician, epoch).err(), Some(unknown));
    assert_eq!(ClinicianCertificate::verify(persona, &keys, NOW).err(), Some(unknown));
    let verified = AnonymousCertificate::verify(persona, epoch).unwrap();
    let at = |now| verified.check_current(now).err();
    assert_eq!(at(NOW - 2), Some(CertificateError::NotYetValid));
    assert_eq!(at(UNTIL - 1), None);
    assert_eq!(at(UNTIL), Some(CertificateError::Expired));
}

#[test]
fn certificates_that_no_reader_would_accept_are_not_issued() {
    let mut rng = rng(63);
    let authority = Authority::new(&mut rng);
    let good = (*Doctor::new(&mut rng, &authority, "Dr Sample").certificate).clone();
    let refused = |edit: &dyn Fn(&mut ClinicianCertificate)| {
        let mut certificate = good.clone();
        edit(&mut certificate);
        assert!(certificate.issue(&authority.key).is_err());
    };
    refused(&|c| c.name = "  ".into());
    refused(&|c| c.name = "Dr\nSample".into());
    refused(&|c| c.name = "Dr \u{202e}elpmaS".into());
    refused(&|c| c.role = "x".repeat(ClinicianCertificate::MAX_TEXT + 1));
    refused(&|c| c.registration_number = Some(String::new()));
    refused(&|c| c.mailbox = c.grant_key);
    refused(&|c| c.valid_until = c.valid_from);
}

#[test]
fn certificate_requests_prove_possession_for_one_service_and_challenge() {
    let mut rng = rng(64);
    let (service, challenge) = (ServiceId::random(&mut rng), [9; 32]);
    let signing = SigningKey::generate(&mut rng).unwrap();
    let (one, two) =
        (DecryptionKey::generate(&mut rng).unwrap(), DecryptionKey::generate(&mut rng).unwrap());
    let keys = PersonaKeys { signing: &signing, decryption: &one, recovery_hash: [0; 32] };
    let request = PersonaRequest::create(&mut rng, &keys, service, &challenge).unwrap();
    fragile("persona request", &request, |bytes| {
        PersonaRequest::verify(bytes, service, &challenge).is_ok()
    });
    let wrong = CertificateError::WrongChallenge;
    assert_eq!(PersonaRequest::verify(&request, service, &[8; 32]).err(), Some(wrong));
    let elsewhere = ServiceId::random(&mut rng);
    assert_eq!(PersonaRequest::verify(&request, elsewhere, &challenge).err(), Some(wrong));

    let keys = ClinicianKeys { signing: &signing, grant: &one, mailbox: &two };
    let request = ClinicianRequest::create(&mut rng, &keys, service, &challenge).unwrap();
    fragile("clinician request", &request, |bytes| {
        ClinicianRequest::verify(bytes, service, &challenge).is_ok()
    });
    let same = ClinicianKeys { signing: &signing, grant: &one, mailbox: &one };
    let same = ClinicianRequest::create(&mut rng, &same, service, &challenge).unwrap();
    assert!(ClinicianRequest::verify(&same, service, &challenge).is_err(), "one key, two roles");

    // Somebody who signs for a key she does not have: another's public key with her own proof.
    let mut stolen = request.clone();
    let at = 1 + 16 + 32 + 33;
    let victim = DecryptionKey::generate(&mut rng).unwrap();
    stolen[at..at + 33].copy_from_slice(&victim.encapsulation_key().to_bytes());
    let end = stolen.len() - 64;
    let signature = signing.sign(Label::ClinicianRequest, &stolen[..end]).unwrap();
    stolen[end..].copy_from_slice(&signature.to_bytes());
    let refused = ClinicianRequest::verify(&stolen, service, &challenge).err();
    assert_eq!(refused, Some(CertificateError::NoPossession));
}

#[test]
fn sealed_messages_are_fragile_and_for_one_kind_recipient_and_sender() {
    let mut rng = rng(65);
    let (sender, other) =
        (SigningKey::generate(&mut rng).unwrap(), SigningKey::generate(&mut rng).unwrap());
    let (mailbox, another) =
        (DecryptionKey::generate(&mut rng).unwrap(), DecryptionKey::generate(&mut rng).unwrap());
    let to = mailbox.encapsulation_key();
    let kind = MessageKind::Grant;
    let sealed = seal_message(&mut rng, &sender, to, kind, b"aad", b"body").unwrap();
    fragile("sealed message", &sealed, |bytes| {
        open_message(&mailbox, kind, b"aad", bytes)
            .is_ok_and(|message| message.verify(sender.verifying_key()).is_ok())
    });
    let open = |key, kind, aad: &[u8]| open_message(key, kind, aad, &sealed).err();
    let closed = Some(MessageError::NotAuthentic);
    assert_eq!(open(&another, kind, b"aad"), closed);
    assert_eq!(open(&mailbox, MessageKind::Notice, b"aad"), closed);
    assert_eq!(open(&mailbox, kind, b"other"), closed);
    let opened = open_message(&mailbox, kind, b"aad", &sealed).unwrap();
    assert_eq!(opened.unverified_body(), b"body");
    assert!(matches!(opened.verify(other.verifying_key()), Err(MessageError::Signature(_))));
    let huge = vec![0; keyward_protocol::message::MAX_BODY + 1];
    assert!(seal_message(&mut rng, &sender, to, kind, b"", &huge).is_err());
}

#[test]
fn requests_are_signed_in_every_part() {
    let mut rng = rng(66);
    let key = SigningKey::generate(&mut rng).unwrap();
    let other = SigningKey::generate(&mut rng).unwrap();
    let parts = RequestParts {
        method: "POST",
        path_and_query: "/v1/records?after=7",
        body_digest: body_digest(b"body"),
        service_id: ServiceId::random(&mut rng),
        idempotency_key: Some("retry-0001"),
    };
    let headers = sign_request(&key, &parts, NOW, &mut rng).unwrap();
    let received = headers.received();
    let public = key.verifying_key();
    let verify = |parts: &RequestParts<'_>, received: &ReceivedHeaders<'_>, now| {
        verify_request(parts, received, public, now)
    };
    let good = verify(&parts, &received, NOW).unwrap();
    assert_eq!(good.key_id, key_id_of(&received).unwrap());
    let refused = |parts: RequestParts<'_>| verify(&parts, &received, NOW).unwrap_err();
    assert_eq!(refused(RequestParts { method: "PUT", ..parts }), RequestError::Signature);
    assert_eq!(
        refused(RequestParts { path_and_query: "/v1/records?after=8", ..parts }),
        RequestError::Signature
    );
    assert_eq!(
        refused(RequestParts { path_and_query: "/v1/records", ..parts }),
        RequestError::Signature
    );
    assert_eq!(
        refused(RequestParts { body_digest: body_digest(b"other"), ..parts }),
        RequestError::WrongDigest
    );
    let elsewhere = ServiceId::from_bytes([0; 16]);
    assert_eq!(
        refused(RequestParts { service_id: elsewhere, ..parts }),
        RequestError::WrongService
    );
    let other_key = Some("retry-0002");
    assert_eq!(
        refused(RequestParts { idempotency_key: other_key, ..parts }),
        RequestError::Signature
    );
    assert_eq!(refused(RequestParts { idempotency_key: None, ..parts }), RequestError::Malformed);
    assert_eq!(
        refused(RequestParts { path_and_query: "/v1/rec\nords", ..parts }),
        RequestError::Unsuitable
    );
    for (now, ok) in [
        (NOW + WINDOW_SECONDS, true),
        (NOW - WINDOW_SECONDS, true),
        (NOW + WINDOW_SECONDS + 1, false),
        (NOW - WINDOW_SECONDS - 1, false),
    ] {
        assert_eq!(verify(&parts, &received, now).is_ok(), ok);
    }
    let wrong = verify_request(&parts, &received, other.verifying_key(), NOW).err();
    assert_eq!(wrong, Some(RequestError::WrongKey));
    for (name, value) in headers.iter().filter(|(name, _)| *name != "idempotency-key") {
        for at in 0..value.len() {
            let mut changed = value.as_bytes().to_vec();
            changed[at] ^= 1;
            let Ok(changed) = String::from_utf8(changed) else { continue };
            let mut received = received;
            match name {
                "content-digest" => received.content_digest = &changed,
                "keyward-service" => received.keyward_service = &changed,
                "signature-input" => received.signature_input = &changed,
                _ => received.signature = &changed,
            }
            assert!(verify(&parts, &received, NOW).is_err(), "{name} byte {at}");
        }
    }
    let again = sign_request(&key, &parts, NOW, &mut rng).unwrap();
    let again = verify(&parts, &again.received(), NOW).unwrap();
    assert_ne!(again.nonce, good.nonce, "a retry has a nonce of its own");
}

#[test]
fn enrolment_needs_the_same_code_handle_and_purpose_on_both_sides() {
    let mut rng = rng(67);
    let code = Code::generate(&mut rng);
    let wrong = Code::generate_with_handle(&mut rng, code.handle());
    let run = |rng: &mut common::TestRng, code_b: &Code, purpose_b, corrupt: Option<usize>| {
        let (initiator, mut share) =
            Initiator::start(rng, &code.secret(), code.handle(), Purpose::Patient);
        if let Some(at) = corrupt {
            share[at] ^= 1;
        }
        let handle = code_b.handle();
        let (responder, answer, confirm) =
            Responder::respond(rng, &code_b.secret(), handle, purpose_b, &share)?;
        let responder = Responder::from_bytes(&responder.to_bytes()).unwrap();
        let (client, confirm) = initiator.finish(&answer, &confirm)?;
        let service = responder.finish(&confirm)?;
        let (sealed, opener) = client.seal_request(b"request")?;
        assert!(run_wrong_direction(&sealed));
        let (body, sealer) = service.open_request(&sealed)?;
        assert_eq!(&body[..], b"request");
        assert_eq!(&opener.open(&sealer.seal(b"answer")?)?[..], b"answer");
        Ok::<_, CpaceError>(())
    };
    assert_eq!(run(&mut rng, &code, Purpose::Patient, None), Ok(()));
    assert_eq!(run(&mut rng, &wrong, Purpose::Patient, None), Err(CpaceError::WrongCode));
    assert_eq!(run(&mut rng, &code, Purpose::Clinician, None), Err(CpaceError::WrongCode));
    // Version, session id and point altered on the way.
    for at in [0, 1, 16, 17, 18, 81] {
        assert!(run(&mut rng, &code, Purpose::Patient, Some(at)).is_err(), "byte {at}");
    }
}

/// A request's bytes are at least a tag longer than its body and do not show it.
fn run_wrong_direction(sealed: &[u8]) -> bool {
    sealed.len() == 7 + 16 && !sealed.windows(7).any(|window| window == b"request")
}

#[test]
fn a_responder_who_does_not_know_the_code_is_noticed_before_the_client_confirms() {
    let mut rng = rng(68);
    let code = Code::generate(&mut rng);
    let (initiator, share) =
        Initiator::start(&mut rng, &code.secret(), code.handle(), Purpose::Patient);
    let guess = Code::generate(&mut rng);
    let (_, answer, confirm) =
        Responder::respond(&mut rng, &guess.secret(), code.handle(), Purpose::Patient, &share)
            .unwrap();
    // The client stops here: nothing that helps guessing leaves it.
    assert_eq!(initiator.finish(&answer, &confirm).err(), Some(CpaceError::WrongCode));
}

#[test]
fn unknown_versions_types_and_over_long_counts_are_refused() {
    let mut rng = rng(69);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let heart = Compartment::new(&mut rng, &patient);
    let mut bytes = heart.signed_head(&patient).to_bytes();
    bytes[0] = 2;
    assert_eq!(Signed::<Head>::from_bytes(&bytes).err(), Some(DecodeError::UnknownVersion));
    bytes[0] = 1;
    // The device count stands after version, persona, compartment, epoch and date.
    let at = 1 + 32 + 16 + 16 + 8;
    bytes[at..at + 2].copy_from_slice(&[255, 255]);
    assert_eq!(Signed::<Head>::from_bytes(&bytes).err(), Some(DecodeError::TooLong));
    assert!(SeenHead::from_bytes(&[]).is_err() && GrantInbox::from_bytes(&[1]).is_err());
    assert!(GrantMessage::from_bytes(&[1, 0, 0, 255, 255, 255, 255]).is_err());
    assert!(PoolEntry::from_bytes(&[0; PoolEntry::LEN]).is_err());
    assert!(Signed::<RecordHeader>::from_bytes(&[1; RecordHeader::LEN + 64]).is_err());
    assert!(Signed::<GrantStatement>::from_bytes(&[0; 400]).is_err());
    let _ = (RecordId::LEN, CompartmentId::LEN);
}
