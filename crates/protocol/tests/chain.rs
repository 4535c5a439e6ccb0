//! Chains and heads: omission, swap, foreign records, rollback; and the stated limit.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Authority, Compartment, NOW, Persona, Record, rng};
use keyward_protocol::chain::{ChainError, ChainVerifier, HeadError, RecordHeader, SeenHead};
use keyward_protocol::ids::{DeviceId, EpochId};
use keyward_protocol::statement::{Signed, StatementError};

fn read(
    verifier: &mut ChainVerifier,
    records: &[Record],
    patient: &Persona,
) -> Result<(), ChainError> {
    records.iter().try_for_each(|record| verifier.accept(&record.verified(patient)))
}

#[test]
fn a_complete_chain_of_two_devices_and_two_epochs_is_accepted_in_any_interleaving() {
    let mut rng = rng(20);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let mut heart = Compartment::new(&mut rng, &patient);
    let tablet = DeviceId::random(&mut rng);
    let first = heart.epoch();
    for text in ["a", "b"] {
        heart.add(&mut rng, &patient, text);
        heart.add_from(&mut rng, &patient, tablet, text);
    }
    let second = heart.open_epoch(&mut rng);
    heart.add(&mut rng, &patient, "c");
    let head = heart.verified_head(&patient);
    let mut verifier = ChainVerifier::new(&head, None).unwrap();
    read(&mut verifier, &heart.records, &patient).unwrap();
    let seen = verifier.finish(&[first, second]).unwrap();
    assert_eq!(SeenHead::from_bytes(&seen.to_bytes()), Ok(seen));

    // A reader of the second epoch alone needs nothing of the first.
    let mut verifier = ChainVerifier::new(&head, None).unwrap();
    assert_eq!(verifier.missing(&[second]).len(), 1);
    read(&mut verifier, &heart.records[4..], &patient).unwrap();
    verifier.finish(&[second]).unwrap();

    // The other device first.
    let mut sorted = heart.records.clone();
    sorted.sort_by_key(|record| record.header.unverified().device == tablet);
    let mut verifier = ChainVerifier::new(&head, None).unwrap();
    read(&mut verifier, &sorted, &patient).unwrap();
    verifier.finish(&[first, second]).unwrap();
}

#[test]
fn omission_repetition_and_reordering_are_noticed() {
    let mut rng = rng(21);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let mut heart = Compartment::new(&mut rng, &patient);
    for text in ["a", "b", "c", "d"] {
        heart.add(&mut rng, &patient, text);
    }
    let (head, epoch) = (heart.verified_head(&patient), [heart.epoch()]);
    let verdict = |order: &[usize]| {
        let mut verifier = ChainVerifier::new(&head, None).unwrap();
        let records: Vec<_> = order.iter().map(|i| heart.records[*i].clone()).collect();
        read(&mut verifier, &records, &patient).and_then(|()| verifier.finish(&epoch).map(drop))
    };
    assert_eq!(verdict(&[0, 1, 2, 3]), Ok(()));
    assert_eq!(verdict(&[1, 2, 3]), Err(ChainError::Gap));
    assert_eq!(verdict(&[0, 2, 3]), Err(ChainError::Gap));
    assert_eq!(verdict(&[0, 1, 2]), Err(ChainError::Incomplete));
    assert_eq!(verdict(&[0, 1, 1, 2, 3]), Err(ChainError::Gap));
    assert_eq!(verdict(&[0, 2, 1, 3]), Err(ChainError::Gap));
    assert_eq!(verdict(&[0, 1, 2, 3, 3]), Err(ChainError::Gap));
    assert_eq!(verdict(&[]), Err(ChainError::Incomplete));
}

#[test]
fn validly_signed_records_of_another_chain_are_refused() {
    let mut rng = rng(22);
    let authority = Authority::new(&mut rng);
    let (patient, other) = (Persona::new(&mut rng, &authority), Persona::new(&mut rng, &authority));
    let mut heart = Compartment::new(&mut rng, &patient);
    let mut skin = Compartment::new(&mut rng, &patient);
    let mut foreign = Compartment::new(&mut rng, &other);
    // A fork: the same persona signs two different second records.
    heart.add(&mut rng, &patient, "first");
    let mut fork =
        Compartment { id: heart.id, head: heart.head.clone(), records: heart.records.clone() };
    heart.add(&mut rng, &patient, "second");
    heart.add(&mut rng, &patient, "third");
    fork.add(&mut rng, &patient, "another second");
    fork.add(&mut rng, &patient, "another third");
    skin.add(&mut rng, &patient, "rash");
    foreign.add(&mut rng, &other, "hers");
    let head = heart.verified_head(&patient);
    let verdict = |records: &[(&Record, &Persona)]| {
        let mut verifier = ChainVerifier::new(&head, None).unwrap();
        records.iter().try_for_each(|(record, persona)| verifier.accept(&record.verified(persona)))
    };
    let (h, f) = (&heart.records, &fork.records);
    assert_eq!(verdict(&[(&skin.records[0], &patient)]), Err(ChainError::Foreign));
    assert_eq!(verdict(&[(&foreign.records[0], &other)]), Err(ChainError::Foreign));
    let swapped = [(&h[0], &patient), (&f[1], &patient), (&h[2], &patient)];
    assert_eq!(verdict(&swapped), Err(ChainError::Swapped));
    let ending = [(&h[0], &patient), (&h[1], &patient), (&f[2], &patient)];
    assert_eq!(verdict(&ending), Err(ChainError::Swapped));
    let forked = [(&h[0], &patient), (&f[1], &patient), (&f[2], &patient)];
    assert_eq!(verdict(&forked), Err(ChainError::Swapped), "the head names another last record");
    // A record another persona signs under the patient's name.
    let stolen: RecordHeader = h[0].header.unverified().clone();
    assert_eq!(Signed::sign(&other.signing, stolen).err(), Some(StatementError::WrongSigner));
    let wrong_key = h[0].header.clone().verify(other.signing.verifying_key());
    assert_eq!(wrong_key.err(), Some(StatementError::WrongSigner));
}

#[test]
fn a_reader_who_saw_a_newer_head_notices_a_rollback_and_a_fork() {
    let mut rng = rng(23);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let mut heart = Compartment::new(&mut rng, &patient);
    heart.add(&mut rng, &patient, "first");
    let old_head = heart.verified_head(&patient);
    let mut fork =
        Compartment { id: heart.id, head: heart.head.clone(), records: heart.records.clone() };
    heart.add(&mut rng, &patient, "second");
    heart.head.advance_time(NOW + 60);
    let epoch = [heart.epoch()];
    let new_head = heart.verified_head(&patient);
    let mut verifier = ChainVerifier::new(&new_head, None).unwrap();
    read(&mut verifier, &heart.records, &patient).unwrap();
    let seen = verifier.finish(&epoch).unwrap();

    let rolled_back = ChainVerifier::new(&old_head, Some(&seen)).err();
    assert_eq!(rolled_back, Some(ChainError::RolledBack));
    // Same length, later date, other content: a fork.
    fork.add(&mut rng, &patient, "another second");
    fork.head.advance_time(NOW + 120);
    let forked = ChainVerifier::new(&fork.verified_head(&patient), Some(&seen)).err();
    assert_eq!(forked, Some(ChainError::RolledBack));
    // A longer fork passes the head check but not the chain.
    fork.add(&mut rng, &patient, "another third");
    let mut verifier = ChainVerifier::new(&fork.verified_head(&patient), Some(&seen)).unwrap();
    let continued = read(&mut verifier, &fork.records[2..], &patient);
    assert_eq!(continued, Err(ChainError::Swapped));
    // The same state again, and a true continuation, are fine.
    assert!(ChainVerifier::new(&new_head, Some(&seen)).unwrap().finish(&epoch).is_ok());
    heart.add(&mut rng, &patient, "third");
    let head = heart.verified_head(&patient);
    let mut verifier = ChainVerifier::new(&head, Some(&seen)).unwrap();
    assert_eq!(verifier.missing(&epoch).len(), 1);
    read(&mut verifier, &heart.records[2..], &patient).unwrap();
    verifier.finish(&epoch).unwrap();
}

/// The limit, stated: to a first-time reader an older state, validly signed, looks true.
#[test]
fn a_first_time_reader_cannot_tell_an_older_state_but_for_its_date() {
    let mut rng = rng(24);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let mut heart = Compartment::new(&mut rng, &patient);
    heart.add(&mut rng, &patient, "first");
    let old_head = heart.verified_head(&patient);
    heart.add(&mut rng, &patient, "second");
    let mut verifier = ChainVerifier::new(&old_head, None).unwrap();
    read(&mut verifier, &heart.records[..1], &patient).unwrap();
    assert_eq!(verifier.finish(&[heart.epoch()]).unwrap().as_of(), NOW);
}

#[test]
fn a_head_takes_only_what_is_next() {
    let mut rng = rng(25);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let mut heart = Compartment::new(&mut rng, &patient);
    let before = heart.head.clone();
    let first = heart.add(&mut rng, &patient, "first");
    let second = heart.add(&mut rng, &patient, "second");
    let mut head = before.clone();
    assert_eq!(head.append(&second), Err(HeadError::NotNext));
    head.append(&first).unwrap();
    assert_eq!(head.append(&first), Err(HeadError::NotNext));
    let closed = head.epoch;
    head.open_epoch(EpochId::random(&mut rng)).unwrap();
    assert_eq!(head.append(&second), Err(HeadError::EpochNotOpen));
    assert_eq!(head.open_epoch(closed), Err(HeadError::EpochReused));
    head.advance_time(NOW - 10);
    assert_eq!(head.as_of, NOW);
    assert_eq!(head.extends(&before), Ok(()));
    assert_eq!(before.extends(&head), Err(HeadError::NotAnExtension));
    let other = Compartment::new(&mut rng, &patient);
    assert_eq!(head.extends(&other.head), Err(HeadError::Foreign));
}

#[test]
fn a_payload_belongs_to_its_header() {
    let mut rng = rng(26);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let mut heart = Compartment::new(&mut rng, &patient);
    heart.add(&mut rng, &patient, "first");
    heart.add(&mut rng, &patient, "secon");
    let [one, two] = &heart.records[..] else { panic!("two records") };
    let header = one.verified(&patient);
    assert_eq!(header.check_payload(&one.payload), Ok(()));
    assert_eq!(header.check_payload(&two.payload), Err(ChainError::WrongPayload));
    assert_eq!(header.check_payload(&one.payload[1..]), Err(ChainError::WrongPayload));
}
