//! Laws that hold for any history: of chains, heads and the doctor's inbox.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Authority, Compartment, Doctor, NOW, Persona, TestRng, rng};
use keyward_protocol::chain::{ChainVerifier, SeenHead};
use keyward_protocol::grant::{GrantInbox, GrantMessage, OpenedGrant};
use keyward_protocol::ids::{CompartmentId, DeviceId, EpochId, GrantId};
use proptest::prelude::*;
use std::sync::LazyLock;

/// A history: which of three devices writes next, or (3) that a new key epoch opens.
fn history(steps: &[u8], rng: &mut TestRng, patient: &Persona) -> (Compartment, Vec<EpochId>) {
    let mut compartment = Compartment::new(rng, patient);
    let devices = [1, 2, 3].map(|n| DeviceId::from_bytes([n; 16]));
    let mut epochs = vec![compartment.epoch()];
    for step in steps {
        match devices.get(usize::from(*step)) {
            Some(device) => drop(compartment.add_from(rng, patient, *device, "text")),
            None => epochs.push(compartment.open_epoch(rng)),
        }
    }
    (compartment, epochs)
}

static PATIENT: LazyLock<Persona> = LazyLock::new(|| {
    let mut rng = rng(90);
    let authority = Authority::new(&mut rng);
    Persona::new(&mut rng, &authority)
});

/// Three grants in three revisions, opened.
static OPENED: LazyLock<Vec<OpenedGrant>> = LazyLock::new(|| {
    let mut rng = rng(91);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    let doctor = Doctor::new(&mut rng, &authority, "Dr Sample");
    let place = [(CompartmentId::random(&mut rng), EpochId::random(&mut rng))];
    let mut opened = Vec::new();
    for _ in 0..3 {
        let id = GrantId::random(&mut rng);
        for revision in 0..3 {
            let message = GrantMessage {
                grant: patient.grant(&doctor.certificate, id, revision, &place).0,
                epoch_object: authority.object.clone(),
                persona_certificate: patient.certificate.raw().to_vec(),
                share: Vec::new(),
            };
            let sealed = message.seal(&mut rng, &patient.signing, &doctor.certificate).unwrap();
            let own = &doctor.certificate;
            let (key, service) = (authority.key.verifying_key(), authority.service);
            let open = GrantMessage::open(&doctor.mailbox, own, key, service, NOW, &sealed);
            opened.push(open.unwrap());
        }
    }
    opened
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_history_verifies_and_no_record_can_be_left_out(
        steps in prop::collection::vec(0_u8..4, 1..14), left_out in any::<prop::sample::Index>(),
    ) {
        let patient = &*PATIENT;
        let (compartment, epochs) = history(&steps, &mut rng(92), patient);
        let head = compartment.verified_head(patient);
        let read = |skip: Option<usize>| {
            let mut verifier = ChainVerifier::new(&head, None).unwrap();
            for (at, record) in compartment.records.iter().enumerate() {
                if Some(at) != skip {
                    verifier.accept(&record.verified(patient))?;
                }
            }
            verifier.finish(&epochs)
        };
        let seen = read(None);
        prop_assert!(seen.is_ok());
        let seen = seen.unwrap();
        prop_assert_eq!(SeenHead::from_bytes(&seen.to_bytes()), Ok(seen));
        if !compartment.records.is_empty() {
            prop_assert!(read(Some(left_out.index(compartment.records.len()))).is_err());
        }
    }

    #[test]
    fn a_head_extends_every_earlier_one_and_no_later_one(
        steps in prop::collection::vec(0_u8..4, 1..12), split in any::<prop::sample::Index>(),
    ) {
        let patient = &*PATIENT;
        let split = split.index(steps.len() + 1);
        let (earlier, _) = history(&steps[..split], &mut rng(93), patient);
        let (later, _) = history(&steps, &mut rng(93), patient);
        prop_assert_eq!(later.head.extends(&earlier.head), Ok(()));
        let wrote = later.head.count() > earlier.head.count();
        prop_assert_eq!(earlier.head.extends(&later.head).is_err(), wrote);
    }

    #[test]
    fn reading_in_two_sittings_is_reading_in_one(
        steps in prop::collection::vec(0_u8..4, 1..12), split in any::<prop::sample::Index>(),
    ) {
        let patient = &*PATIENT;
        let split = split.index(steps.len() + 1);
        let (earlier, first) = history(&steps[..split], &mut rng(94), patient);
        let (later, all) = history(&steps, &mut rng(94), patient);
        let (old, new) = (earlier.verified_head(patient), later.verified_head(patient));
        let read = |verifier: &mut ChainVerifier, from: usize, to: usize| {
            later.records[from..to].iter().try_for_each(|r| verifier.accept(&r.verified(patient)))
        };
        let mut sitting = ChainVerifier::new(&old, None).unwrap();
        read(&mut sitting, 0, earlier.records.len()).unwrap();
        let seen = sitting.finish(&first).unwrap();
        let mut sitting = ChainVerifier::new(&new, Some(&seen)).unwrap();
        read(&mut sitting, earlier.records.len(), later.records.len()).unwrap();
        let twice = sitting.finish(&all).unwrap();
        let mut sitting = ChainVerifier::new(&new, None).unwrap();
        read(&mut sitting, 0, later.records.len()).unwrap();
        prop_assert_eq!(twice, sitting.finish(&all).unwrap());
        if later.head.count() > earlier.head.count() {
            let sitting = ChainVerifier::new(&new, None).unwrap().finish(&all).unwrap_err();
            prop_assert_eq!(sitting.code(), "chain-incomplete");
        }
    }

    #[test]
    fn the_inbox_depends_on_what_arrived_not_on_order_or_repetition(
        deliveries in prop::collection::vec(0_usize..9, 0..30), shuffle in any::<u64>(),
    ) {
        let deliver = |order: &[usize]| {
            let mut inbox = GrantInbox::new();
            for at in order {
                inbox.accept(&OPENED[*at]);
            }
            inbox
        };
        let mut other = deliveries.clone();
        other.extend_from_slice(&deliveries);
        other.sort_by_key(|at| (*at as u64).wrapping_mul(shuffle | 1));
        prop_assert_eq!(deliver(&deliveries), deliver(&other));
    }
}
