//! The whole path: seal, grant, re-encrypt, open; and validly signed wrong things at every step.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Authority, Compartment, Doctor, NOW, Persona, UNTIL, rng};
use keyward_protocol::capsule::{CapsuleError, DelegatingKey, OfflinePool, PoolEntry, open_own};
use keyward_protocol::certificate::CertificateError;
use keyward_protocol::grant::{
    GrantBuilder, GrantError, GrantInbox, GrantMessage, GrantMessageError, InboxOutcome,
    VerifiedGrant,
};
use keyward_protocol::ids::{CompartmentId, EpochId, GrantId};
use keyward_protocol::payload;
use keyward_protocol::reencrypt::{PreparedKey, Transformed, open, reencrypt};
use keyward_protocol::statement::{Signed, StatementError};

#[test]
fn a_granted_record_opens_and_nothing_else_does() {
    let mut rng = rng(1);
    let authority = Authority::new(&mut rng);
    let (patient, doctor) =
        (Persona::new(&mut rng, &authority), Doctor::new(&mut rng, &authority, "Dr Sample"));
    let mut heart = Compartment::new(&mut rng, &patient);
    let mut other = Compartment::new(&mut rng, &patient);
    heart.add(&mut rng, &patient, "blood pressure 120/80");
    other.add(&mut rng, &patient, "something private");
    let (grant, keys) = patient.grant(
        &doctor.certificate,
        GrantId::random(&mut rng),
        0,
        &[(heart.id, heart.epoch())],
    );
    let grant =
        VerifiedGrant::verify(grant, &patient.certificate, &doctor.certificate, NOW).unwrap();
    let opening = grant.opening_keys(&doctor.grant).unwrap();
    let record = heart.records[0].verified(&patient);
    let q = reencrypt(&keys[0], record.capsule.r.unchecked()).unwrap();
    let cek = open(&opening[0], q, &record).unwrap();
    record.check_payload(&heart.records[0].payload).unwrap();
    let opened = payload::open(&cek, &record.record_id, &heart.records[0].payload).unwrap();
    assert_eq!(&opened.bytes[..], b"blood pressure 120/80");
    let own = open_own(&patient.delegating(heart.id, heart.epoch()), &record).unwrap();
    assert!(own.same_as(&cek));

    let private = other.records[0].verified(&patient);
    let q = reencrypt(&keys[0], private.capsule.r.unchecked()).unwrap();
    assert_eq!(open(&opening[0], q, &private).err(), Some(CapsuleError::WrongContext));
    // An answer that is an x-coordinate, but not of this record's R.
    assert!(open(&opening[0], Transformed::from_bytes([0; 32]), &record).is_err());
}

#[test]
fn another_s_grant_key_certificate_or_time_is_refused() {
    let mut rng = rng(2);
    let authority = Authority::new(&mut rng);
    let (patient, stranger) =
        (Persona::new(&mut rng, &authority), Persona::new(&mut rng, &authority));
    let one = Doctor::new(&mut rng, &authority, "Dr Same Name");
    let two = Doctor::new(&mut rng, &authority, "Dr Same Name");
    let place = [(CompartmentId::random(&mut rng), EpochId::random(&mut rng))];
    let (grant, _) = patient.grant(&one.certificate, GrantId::random(&mut rng), 0, &place);
    let verify = |grant: &Signed<_>, persona, doctor, now| {
        VerifiedGrant::verify(grant.clone(), persona, doctor, now).err()
    };
    let (p, d) = (&patient.certificate, &one.certificate);
    assert_eq!(verify(&grant, p, d, NOW), None);
    assert_eq!(verify(&grant, p, &two.certificate, NOW), Some(GrantError::WrongDoctor));
    assert_eq!(verify(&grant, &stranger.certificate, d, NOW), Some(GrantError::WrongPersona));
    assert_eq!(verify(&grant, p, d, UNTIL), Some(GrantError::NotLive));
    assert_eq!(verify(&grant, p, d, NOW - 2), Some(GrantError::NotLive));
    let good = VerifiedGrant::verify(grant.clone(), p, d, NOW).unwrap();
    assert_eq!(good.opening_keys(&two.grant).err(), Some(GrantError::WrongDoctor));

    // A stranger who signs the patient's statement, or her own under the patient's name.
    let forged = Signed::sign(&stranger.signing, grant.unverified().clone());
    assert_eq!(forged.err(), Some(StatementError::WrongSigner));
    let (theirs, _) = stranger.grant(d, grant.unverified().grant_id, 0, &place);
    assert_eq!(verify(&theirs, p, d, NOW), Some(GrantError::WrongPersona));
    let mut spliced = grant.to_bytes();
    let len = spliced.len();
    spliced[len - 64..].copy_from_slice(&theirs.to_bytes()[len - 64..]);
    let spliced = Signed::from_bytes(&spliced).unwrap();
    assert!(matches!(verify(&spliced, p, d, NOW), Some(GrantError::Statement(_))));
}

#[test]
fn malformed_grants_are_not_made() {
    let mut rng = rng(3);
    let authority = Authority::new(&mut rng);
    let (patient, other) = (Persona::new(&mut rng, &authority), Persona::new(&mut rng, &authority));
    let doctor = Doctor::new(&mut rng, &authority, "Dr Sample");
    let (compartment, epoch) = (CompartmentId::random(&mut rng), EpochId::random(&mut rng));
    let key = patient.delegating(compartment, epoch);
    let foreign = other.delegating(compartment, epoch);
    let begin = || {
        let id = GrantId::from_bytes([1; 16]);
        GrantBuilder::new(&patient.master, &patient.certificate, &doctor.certificate, id).unwrap()
    };
    let error = |builder: GrantBuilder<'_>| builder.sign(&patient.signing).err();
    assert_eq!(error(begin().valid(1, 2)), Some(GrantError::Malformed));
    assert_eq!(error(begin().entry(&key)), Some(GrantError::Malformed));
    assert_eq!(error(begin().valid(2, 2).entry(&key)), Some(GrantError::Malformed));
    assert_eq!(error(begin().valid(1, 2).entry(&key).entry(&key)), Some(GrantError::Malformed));
    assert_eq!(error(begin().valid(1, 2).entry(&foreign)), Some(GrantError::WrongKey));
    let wrong = begin().valid(1, 2).entry(&key).sign(&other.signing).err();
    assert_eq!(wrong, Some(GrantError::WrongPersona));
}

#[test]
fn a_revision_keeps_the_keys_of_earlier_entries() {
    let mut rng = rng(4);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let doctor = Doctor::new(&mut rng, &authority, "Dr Sample");
    let (c, e1, e2) =
        (CompartmentId::random(&mut rng), EpochId::random(&mut rng), EpochId::random(&mut rng));
    let id = GrantId::random(&mut rng);
    let (first, first_keys) = patient.grant(&doctor.certificate, id, 0, &[(c, e1)]);
    let (second, second_keys) = patient.grant(&doctor.certificate, id, 1, &[(c, e1), (c, e2)]);
    assert_eq!(first.unverified().xa, second.unverified().xa);
    let at = second.unverified().entries.iter().position(|entry| entry.epoch == e1).unwrap();
    assert_eq!(first_keys[0].to_bytes(), second_keys[at].to_bytes());
    assert_ne!(second_keys[0].to_bytes(), second_keys[1].to_bytes());
    let (fresh, fresh_keys) =
        patient.grant(&doctor.certificate, GrantId::random(&mut rng), 0, &[(c, e1)]);
    assert_ne!(fresh.unverified().xa, first.unverified().xa);
    assert_ne!(fresh_keys[0].to_bytes(), first_keys[0].to_bytes());
}

#[test]
fn the_doctor_s_half_arrives_lost_repeated_and_out_of_order() {
    let mut rng = rng(5);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let doctor = Doctor::new(&mut rng, &authority, "Dr Sample");
    let place = [(CompartmentId::random(&mut rng), EpochId::random(&mut rng))];
    let id = GrantId::random(&mut rng);
    let message = |revision| GrantMessage {
        grant: patient.grant(&doctor.certificate, id, revision, &place).0,
        epoch_object: authority.object.clone(),
        persona_certificate: patient.certificate.raw().to_vec(),
        share: b"names and consent".to_vec(),
    };
    let mut seal =
        |revision| message(revision).seal(&mut rng, &patient.signing, &doctor.certificate).unwrap();
    let sealed: Vec<_> = (0..3).map(&mut seal).collect();
    let open = |bytes: &[u8]| {
        let (key, service) = (authority.key.verifying_key(), authority.service);
        let own = &doctor.certificate;
        GrantMessage::open(&doctor.mailbox, own, key, service, NOW, bytes).unwrap()
    };
    let mut inbox = GrantInbox::new();
    assert_eq!(inbox.missing(&[(id, 2)]), [id]);
    let outcomes: Vec<_> =
        [1, 1, 0, 2, 1].into_iter().map(|at: usize| inbox.accept(&open(&sealed[at]))).collect();
    use InboxOutcome::{New, Newer, Older, Repeated};
    assert_eq!(outcomes, [New, Repeated, Older, Newer, Older]);
    assert!(inbox.missing(&[(id, 2)]).is_empty());
    assert_eq!(inbox.missing(&[(id, 3)]), [id]);
    assert_eq!(GrantInbox::from_bytes(&inbox.to_bytes()), Ok(inbox));
    // Full, as somebody may make it who shares without end: what was kept can still be read.
    let mut full = vec![1];
    full.extend_from_slice(&u16::try_from(GrantInbox::MAX).unwrap().to_be_bytes());
    for at in 0..GrantInbox::MAX as u128 {
        full.extend_from_slice(&at.to_be_bytes());
        full.extend_from_slice(&[0; 36]);
    }
    let mut full = GrantInbox::from_bytes(&full).unwrap();
    assert_eq!(full.accept(&open(&sealed[0])), InboxOutcome::Full);
    assert_eq!(GrantInbox::from_bytes(&full.to_bytes()), Ok(full));
}

#[test]
fn a_grant_message_is_for_its_doctor_and_from_its_persona() {
    let mut rng = rng(6);
    let authority = Authority::new(&mut rng);
    let impostor = Authority::new(&mut rng);
    let (patient, other) = (Persona::new(&mut rng, &authority), Persona::new(&mut rng, &authority));
    let (one, two) =
        (Doctor::new(&mut rng, &authority, "One"), Doctor::new(&mut rng, &authority, "Two"));
    let place = [(CompartmentId::random(&mut rng), EpochId::random(&mut rng))];
    let id = GrantId::random(&mut rng);
    let message = GrantMessage {
        grant: patient.grant(&one.certificate, id, 0, &place).0,
        epoch_object: authority.object.clone(),
        persona_certificate: patient.certificate.raw().to_vec(),
        share: Vec::new(),
    };
    let open = |doctor: &Doctor, of: &Authority, now, bytes: &[u8]| {
        let (key, own) = (of.key.verifying_key(), &doctor.certificate);
        GrantMessage::open(&doctor.mailbox, own, key, of.service, now, bytes).err()
    };
    let keys = &authority;
    let good = message.seal(&mut rng, &patient.signing, &one.certificate).unwrap();
    assert_eq!(open(&one, keys, NOW, &good), None);
    assert!(matches!(open(&two, keys, NOW, &good), Some(GrantMessageError::Message(_))));
    let unknown = open(&one, &impostor, NOW, &good);
    assert!(matches!(unknown, Some(GrantMessageError::Epoch(_))));
    // Another authority's object beside the certificate, and none at all.
    for object in [impostor.object.clone(), Vec::new()] {
        let strange = GrantMessage { epoch_object: object, ..message.clone() };
        let strange = strange.seal(&mut rng, &patient.signing, &one.certificate).unwrap();
        let refused = open(&one, keys, NOW, &strange);
        assert!(matches!(refused, Some(GrantMessageError::Epoch(_))));
    }
    // The patient's grant for One, sealed to Two: opens, but is not Two's.
    let misdirected = message.seal(&mut rng, &patient.signing, &two.certificate).unwrap();
    let wrong = GrantMessageError::Grant(GrantError::WrongDoctor);
    assert_eq!(open(&two, keys, NOW, &misdirected), Some(wrong));
    // Another persona passes the patient's grant on as her own message.
    let stolen = message.seal(&mut rng, &other.signing, &one.certificate).unwrap();
    assert!(matches!(open(&one, keys, NOW, &stolen), Some(GrantMessageError::Message(_))));
    // Another persona's certificate beside the patient's grant.
    let swapped =
        GrantMessage { persona_certificate: other.certificate.raw().to_vec(), ..message.clone() };
    let swapped = swapped.seal(&mut rng, &other.signing, &one.certificate).unwrap();
    let wrong = GrantMessageError::Grant(GrantError::WrongPersona);
    assert_eq!(open(&one, keys, NOW, &swapped), Some(wrong));
    // Before the certificate begins it says nothing yet.
    let early = Some(GrantMessageError::Certificate(CertificateError::NotYetValid));
    assert_eq!(open(&one, keys, NOW - 2, &good), early);
}

#[test]
fn a_letter_first_read_after_the_persona_certificate_opens_if_the_grant_began_under_it() {
    let mut rng = rng(11);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let doctor = Doctor::new(&mut rng, &authority, "Dr Sample");
    let key = patient.delegating(CompartmentId::random(&mut rng), EpochId::random(&mut rng));
    let mut open = |from: u64, until: u64, now: u64| {
        let id = GrantId::random(&mut rng);
        let (grant, _) =
            GrantBuilder::new(&patient.master, &patient.certificate, &doctor.certificate, id)
                .unwrap()
                .valid(from, until)
                .entry(&key)
                .sign(&patient.signing)
                .unwrap();
        let persona_certificate = patient.certificate.raw().to_vec();
        let epoch_object = authority.object.clone();
        let message = GrantMessage { grant, epoch_object, persona_certificate, share: Vec::new() };
        let sealed = message.seal(&mut rng, &patient.signing, &doctor.certificate).unwrap();
        let (key, service) = (authority.key.verifying_key(), authority.service);
        GrantMessage::open(&doctor.mailbox, &doctor.certificate, key, service, now, &sealed).err()
    };
    let (begin, year) = (patient.certificate.valid().start, 365 * 86_400);
    assert_eq!(open(NOW, NOW + year, UNTIL - 1), None);
    assert_eq!(open(NOW, NOW + year, UNTIL), None, "the grant is live, whoever reads it first");
    assert_eq!(open(UNTIL - 1, NOW + year, NOW + 2 * year), None, "to be shown as ended");
    // A revision under a renewed certificate keeps the beginning it had before.
    assert_eq!(open(begin - year, NOW + year, NOW), None);
    // Of what lies outside the certificate the authority said nothing.
    let after = Some(GrantMessageError::Certificate(CertificateError::Expired));
    assert_eq!(open(UNTIL, NOW + year, UNTIL), after);
    assert_eq!(open(UNTIL, NOW + year, NOW), after);
    let before = Some(GrantMessageError::Certificate(CertificateError::NotYetValid));
    assert_eq!(open(begin - year, begin, NOW), before);
    assert_eq!(open(begin - year, begin + 1, NOW), None);
}

#[test]
fn capsules_do_not_move_between_records_headers_or_epochs() {
    let mut rng = rng(7);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let mut heart = Compartment::new(&mut rng, &patient);
    let first = heart.add(&mut rng, &patient, "first");
    let second = heart.add(&mut rng, &patient, "second");
    let key = patient.delegating(heart.id, heart.epoch());
    assert!(open_own(&key, &first).is_ok());
    let mut moved = first.clone();
    moved.capsule = second.capsule.clone();
    assert_eq!(open_own(&key, &moved).err(), Some(CapsuleError::WrongTag));
    let change = |edit: fn(&mut keyward_protocol::chain::RecordHeader)| {
        let mut changed = second.clone();
        edit(&mut changed);
        open_own(&key, &changed).err()
    };
    let wrong = Some(CapsuleError::WrongTag);
    assert_eq!(change(|h| h.core.position = 9), wrong);
    assert_eq!(change(|h| h.core.previous[0] ^= 1), wrong);
    assert_eq!(change(|h| h.core.ciphertext_hash[0] ^= 1), wrong);
    assert_eq!(change(|h| h.core.ciphertext_len += 1), wrong);
    assert_eq!(change(|h| h.capsule.wrapped_cek[0] ^= 1), wrong);
    assert_eq!(change(|h| h.capsule.tag[31] ^= 1), wrong);
    assert_eq!(
        change(|h| h.core.epoch = EpochId::from_bytes([0; 16])),
        Some(CapsuleError::WrongContext)
    );
    let other = patient.delegating(heart.id, EpochId::random(&mut rng));
    let entry = PoolEntry::prepare(&mut rng, &other).unwrap();
    let cek = open_own(&key, &first).unwrap();
    let misplaced = keyward_protocol::capsule::seal(entry, &first.core, &cek);
    assert_eq!(misplaced.err(), Some(CapsuleError::WrongContext));
}

#[test]
fn pool_entries_survive_storage_and_are_used_once() {
    let mut rng = rng(8);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let key = patient.delegating(CompartmentId::random(&mut rng), EpochId::random(&mut rng));
    let mut pool = OfflinePool::new();
    pool.fill(&mut rng, &key, 3).unwrap();
    assert_eq!(pool.len(key.place()), 3);
    let entry = pool.take(key.place()).unwrap();
    assert_eq!(pool.len(key.place()), 2);
    let stored = PoolEntry::from_bytes(&entry.to_bytes()).unwrap();
    assert_eq!(stored.to_bytes(), entry.to_bytes());
    pool.discard(key.place());
    assert!(pool.take(key.place()).is_none());
    let mut longer = entry.to_bytes().to_vec();
    longer.push(0);
    assert!(PoolEntry::from_bytes(&longer).is_err());
}

#[test]
fn a_cloned_machine_repeats_nothing_for_different_content() {
    let mut setup = rng(9);
    let authority = Authority::new(&mut setup);
    let patient = Persona::new(&mut setup, &authority);
    let compartment = Compartment::new(&mut setup, &patient);
    // Both clones draw the same randomness and even hold the same pool entry.
    let seal = |text: &str| {
        let mut clone =
            Compartment { id: compartment.id, head: compartment.head.clone(), records: Vec::new() };
        let mut rng = rng(99);
        clone.add(&mut rng, &patient, text);
        clone
    };
    let (one, two) = (seal("one"), seal("two"));
    let (a, b) = (one.records[0].header.unverified(), two.records[0].header.unverified());
    assert_eq!(a.record_id, b.record_id, "the randomness did repeat");
    assert_eq!(a.capsule.r, b.capsule.r, "the pool entry did repeat");
    let key = patient.delegating(compartment.id, compartment.epoch());
    let (cek_a, cek_b) = (open_own(&key, a).unwrap(), open_own(&key, b).unwrap());
    assert!(!cek_a.same_as(&cek_b), "content keys differ");
    // k_wrap differs too: applying one capsule's wrap to the other header opens nothing.
    let mut crossed = a.clone();
    crossed.capsule = b.capsule.clone();
    assert_eq!(open_own(&key, &crossed).err(), Some(CapsuleError::WrongTag));
}

#[test]
fn prepared_and_single_use_keys_agree() {
    let mut rng = rng(10);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let doctor = Doctor::new(&mut rng, &authority, "Dr Sample");
    let key = DelegatingKey::derive(
        &patient.master,
        patient.certificate.id(),
        CompartmentId::random(&mut rng),
        EpochId::random(&mut rng),
    );
    let place = (key.place().compartment, key.place().epoch);
    let (_, keys) = patient.grant(&doctor.certificate, GrantId::random(&mut rng), 0, &[place]);
    let point = key.public().unwrap();
    let prepared = PreparedKey::import(&keys[0]).unwrap();
    assert_eq!(
        prepared.reencrypt(point.unchecked()).unwrap(),
        reencrypt(&keys[0], point.unchecked()).unwrap()
    );
}
