//! The laws.

use crate::world::{
    NOW, append, clinician, entry, epoch, grant, idempotent, persona, record, refused, seal, stamp,
    stamp_at,
};
use keyward_protocol::ids::{DeviceId, EpochId, GrantId, PersonaId};
use keyward_relay::store::{
    Audience, Bounds, NewEpoch, OwnPlan, OwnQuery, Stamp, Store, StoreError,
};
use keyward_relay_api::problem::ProblemCode;
use std::sync::Arc;

type Fresh = Arc<dyn Store>;

fn device() -> DeviceId {
    DeviceId::random(&mut rand::rng())
}

async fn own(store: &dyn Store, at: &NewEpoch) -> OwnPlan {
    let (persona, compartment) = (at.persona, at.compartment);
    let query = OwnQuery { persona, compartment, after: vec![], limit: 1_000, budget: None };
    store.own_records(query).await.unwrap()
}

async fn granted(store: &dyn Store) -> (NewEpoch, keyward_relay::store::NewGrant) {
    let at = epoch(persona(store).await);
    store.open_epoch(stamp(), at.clone()).await.unwrap();
    let id = GrantId::random(&mut rand::rng());
    store.put_grant(stamp(), grant(&at, id, 0, 5)).await.unwrap();
    let same = grant(&at, id, 0, 5);
    (at, same)
}

pub(crate) async fn a_nonce_is_good_for_one_request(store: Fresh) {
    let used = stamp();
    store.stamp(used.clone()).await.unwrap();
    assert_eq!(refused(store.stamp(used.clone()).await), ProblemCode::Replayed);
    let at = epoch(persona(&*store).await);
    assert_eq!(refused(store.open_epoch(used.clone(), at).await), ProblemCode::Replayed);
    // Nonces are remembered per key.
    store.stamp(Stamp { key_id: [2; 32], ..used }).await.unwrap();
}

pub(crate) async fn a_refused_request_uses_up_its_nonce_and_changes_nothing(store: Fresh) {
    let at = epoch(persona(&*store).await);
    let wrong = NewEpoch { closes: Some(EpochId::from_bytes([1; 16])), ..at.clone() };
    let once = stamp();
    let outcome = store.open_epoch(once.clone(), wrong).await;
    assert_eq!(refused(outcome), ProblemCode::EpochConflict);
    assert_eq!(refused(store.open_epoch(once, at.clone()).await), ProblemCode::Replayed);
    store.open_epoch(stamp(), at).await.unwrap();
}

pub(crate) async fn a_retry_gets_the_first_answer_and_another_request_none(store: Fresh) {
    let at = epoch(persona(&*store).await);
    store.open_epoch(stamp(), at.clone()).await.unwrap();
    let device = device();
    let records = || vec![record(&at, device, 0)];
    let name = "the-idempotency-key";
    let exact = idempotent(name, 1);
    let first = store.append(exact.clone(), append(at.persona, records())).await.unwrap();
    assert_eq!((first.stored, first.already), (1, 0));
    // Byte for byte the same, and signed anew: the same answer, although it would differ now.
    for retry in [exact, idempotent(name, 1)] {
        let again = store.append(retry, append(at.persona, records())).await.unwrap();
        assert_eq!(again, first);
    }
    let other = store.append(idempotent(name, 2), append(at.persona, records())).await;
    assert_eq!(refused(other), ProblemCode::IdempotencyMismatch);
    // A refusal is not remembered: the obstacle may be gone.
    let late = || append(at.persona, vec![record(&at, device, 2)]);
    let outcome = store.append(idempotent("another-key", 3), late()).await;
    assert_eq!(refused(outcome), ProblemCode::ChainBroken);
    store.append(stamp(), append(at.persona, vec![record(&at, device, 1)])).await.unwrap();
    store.append(idempotent("another-key", 3), late()).await.unwrap();
}

pub(crate) async fn nonces_are_forgotten_when_their_time_is_over(store: Fresh) {
    let used = stamp();
    store.stamp(used.clone()).await.unwrap();
    store.tidy(NOW, used.nonce_expires).await.unwrap();
    assert_eq!(refused(store.stamp(used.clone()).await), ProblemCode::Replayed);
    store.tidy(NOW, used.nonce_expires + 1).await.unwrap();
    store.stamp(used).await.unwrap();
}

pub(crate) async fn time_never_goes_back(store: Fresh) {
    assert_eq!(store.highest_time().await.unwrap(), 0);
    for (now, highest) in [(NOW, NOW), (NOW + 500, NOW + 500), (3, NOW + 500), (256, NOW + 500)] {
        store.stamp(stamp_at(now)).await.unwrap();
        assert_eq!(store.highest_time().await.unwrap(), highest);
    }
}

pub(crate) async fn one_epoch_is_open_and_none_opens_twice(store: Fresh) {
    let first = epoch(persona(&*store).await);
    store.open_epoch(stamp(), first.clone()).await.unwrap();
    store.open_epoch(stamp(), first.clone()).await.unwrap();
    let second = NewEpoch { epoch: EpochId::from_bytes([2; 16]), ..first.clone() };
    let outcome = store.open_epoch(stamp(), second.clone()).await;
    assert_eq!(refused(outcome), ProblemCode::EpochConflict, "without closing the first");
    let second = NewEpoch { closes: Some(first.epoch), ..second };
    store.open_epoch(stamp(), second.clone()).await.unwrap();
    let back = NewEpoch { closes: Some(second.epoch), ..first.clone() };
    assert_eq!(refused(store.open_epoch(stamp(), back).await), ProblemCode::EpochConflict);
    let late = append(first.persona, vec![record(&first, device(), 0)]);
    assert_eq!(refused(store.append(stamp(), late).await), ProblemCode::EpochClosed);
}

pub(crate) async fn many_writers_at_once_are_all_answered_once(store: Fresh) {
    let at = Arc::new(epoch(persona(&*store).await));
    store.open_epoch(stamp(), (*at).clone()).await.unwrap();
    let writers: Vec<_> = (0..40)
        .map(|writer| {
            let (store, at) = (Arc::clone(&store), Arc::clone(&at));
            tokio::spawn(async move {
                let device = device();
                for position in 0..10 {
                    let good = append(at.persona, vec![record(&at, device, position)]);
                    store.append(stamp(), good).await.unwrap();
                    // A refused one in the same group must not take the good ones with it.
                    let bad = append(at.persona, vec![record(&at, device, position + 5 + writer)]);
                    assert_eq!(refused(store.append(stamp(), bad).await), ProblemCode::ChainBroken);
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(own(&*store, &at).await.records.len(), 400);
}

pub(crate) async fn a_batch_is_stored_whole_or_not_at_all(store: Fresh) {
    let at = epoch(persona(&*store).await);
    store.open_epoch(stamp(), at.clone()).await.unwrap();
    let device = device();
    let broken = vec![record(&at, device, 0), record(&at, device, 1), record(&at, device, 3)];
    let outcome = store.append(stamp(), append(at.persona, broken)).await;
    assert_eq!(refused(outcome), ProblemCode::ChainBroken);
    assert!(own(&*store, &at).await.records.is_empty());
    assert!(store.packs().await.unwrap().is_empty());
    let mut twice = vec![record(&at, device, 0), record(&at, device, 1)];
    twice[1].record_id = twice[0].record_id;
    let outcome = store.append(stamp(), append(at.persona, twice)).await;
    assert_eq!(refused(outcome), ProblemCode::RecordConflict);
    assert!(own(&*store, &at).await.records.is_empty());
    // Another record in a place that is taken.
    store.append(stamp(), append(at.persona, vec![record(&at, device, 0)])).await.unwrap();
    let mut other = record(&at, device, 0);
    other.hash = [3; 32];
    let outcome = store.append(stamp(), append(at.persona, vec![other])).await;
    assert_eq!(refused(outcome), ProblemCode::RecordConflict);
}

pub(crate) async fn mailboxes_count_for_themselves_and_keep_until_acknowledged(store: Fresh) {
    let at = epoch(persona(&*store).await);
    store.open_epoch(stamp(), at.clone()).await.unwrap();
    let (first, second) = (clinician(5), clinician(6));
    store.put_clinician(stamp(), first.clone()).await.unwrap();
    store.put_clinician(stamp(), second.clone()).await.unwrap();
    for doctor in [5, 5, 6, 5] {
        let id = GrantId::random(&mut rand::rng());
        store.put_grant(stamp(), grant(&at, id, 0, doctor)).await.unwrap();
    }
    let sequences = |owner: [u8; 32]| {
        let store = Arc::clone(&store);
        async move {
            let messages = store.messages(owner, 0, 100).await.unwrap();
            messages.iter().map(|message| message.sequence).collect::<Vec<_>>()
        }
    };
    assert_eq!(sequences(first.key_id).await, [1, 2, 3]);
    assert_eq!(sequences(second.key_id).await, [1]);
    let hers = Stamp { key_id: first.key_id, ..stamp() };
    store.acknowledge(hers, 2).await.unwrap();
    assert_eq!(sequences(first.key_id).await, [3]);
    assert_eq!(sequences(second.key_id).await, [1], "another's mailbox is untouched");
    // Numbers are not used again after everything was acknowledged.
    let hers = Stamp { key_id: first.key_id, ..stamp() };
    store.acknowledge(hers, 3).await.unwrap();
    let id = GrantId::random(&mut rand::rng());
    store.put_grant(stamp(), grant(&at, id, 0, 5)).await.unwrap();
    assert_eq!(sequences(first.key_id).await, [4]);
}

pub(crate) async fn messages_wait_for_a_clinician_who_has_not_come_yet(store: Fresh) {
    let (_, granted) = granted(&*store).await;
    let late = clinician(5);
    assert!(store.messages(late.key_id, 0, 10).await.unwrap().is_empty());
    store.put_clinician(stamp(), late.clone()).await.unwrap();
    let messages = store.messages(late.key_id, 0, 10).await.unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].body, granted.message);
}

pub(crate) async fn a_grant_ends_once_and_for_all(store: Fresh) {
    let (at, first) = granted(&*store).await;
    let stranger = PersonaId::from_bytes([8; 32]);
    let outcome = store.revoke(stamp(), stranger, first.id, Bounds::default()).await;
    assert_eq!(refused(outcome), ProblemCode::NotFound);
    let revoked = store.revoke(stamp(), at.persona, first.id, Bounds::default()).await.unwrap();
    let again =
        store.revoke(stamp_at(NOW + 50), at.persona, first.id, Bounds::default()).await.unwrap();
    assert_eq!(again.at, revoked.at);
    for revision in [0, 1, 9] {
        let outcome = store.put_grant(stamp(), grant(&at, first.id, revision, 5)).await;
        assert_eq!(refused(outcome), ProblemCode::GrantRevoked);
    }
    let found = store.grant(Audience::Persona(at.persona), first.id).await.unwrap().unwrap();
    assert_eq!((found.message, found.summary.revoked_at), (None, Some(revoked.at)));
    assert!(store.grant(Audience::Persona(stranger), first.id).await.unwrap().is_none());
}

pub(crate) async fn an_access_is_logged_only_under_a_live_grant(store: Fresh) {
    let (at, live) = granted(&*store).await;
    let log = |stamp, entry| store.log_access(stamp, entry, seal());
    log(stamp(), entry(&live)).await.unwrap();
    let mut foreign = entry(&live);
    foreign.doctor = keyward_protocol::ids::CertificateHash::from_bytes([6; 32]);
    assert_eq!(refused(log(stamp(), foreign).await), ProblemCode::NotFound);
    let mut elsewhere = entry(&live);
    elsewhere.compartment = keyward_protocol::ids::CompartmentId::from_bytes([6; 16]);
    assert_eq!(refused(log(stamp(), elsewhere).await), ProblemCode::NotFound);
    let early = log(stamp_at(live.not_before - 1), entry(&live)).await;
    assert_eq!(refused(early), ProblemCode::GrantNotYet);
    let late = log(stamp_at(live.expiry), entry(&live)).await;
    assert_eq!(refused(late), ProblemCode::GrantExpired);
    store.revoke(stamp(), at.persona, live.id, Bounds::default()).await.unwrap();
    assert_eq!(refused(log(stamp(), entry(&live)).await), ProblemCode::GrantRevoked);
    assert_eq!(store.accesses(at.persona, 0, 100).await.unwrap().len(), 1);
}

pub(crate) async fn the_history_has_no_gaps(store: Fresh) {
    let (at, live) = granted(&*store).await;
    for i in 0..5 {
        let logged = store.log_access(stamp(), entry(&live), seal()).await.unwrap();
        assert_eq!(logged.sequence, i + 1);
        // A receipt that cannot be signed leaves neither an entry nor a number behind.
        let broken = Box::new(|_: u64, _: &_, _| Err(StoreError::Damaged("test")));
        assert!(store.log_access(stamp(), entry(&live), broken).await.is_err());
    }
    let history = store.accesses(at.persona, 1, 3).await.unwrap();
    assert_eq!(history.iter().map(|it| it.seq).collect::<Vec<_>>(), [2, 3, 4]);
    let found = store.grant(Audience::Persona(at.persona), live.id).await.unwrap().unwrap();
    assert_eq!((found.summary.accesses, found.summary.records), (5, 15));
}

pub(crate) async fn quotas_hold(store: Fresh) {
    let at = epoch(persona(&*store).await);
    store.open_epoch(stamp(), at.clone()).await.unwrap();
    let tight = Bounds {
        stored_bytes: 25,
        compartments: 1,
        epochs: 1,
        devices: 1,
        grants: 1,
        messages: 1,
        messages_of_persona: 1,
    };
    let device = device();
    let mut batch = append(at.persona, (0..3).map(|i| record(&at, device, i)).collect());
    batch.bounds = tight;
    assert_eq!(refused(store.append(stamp(), batch).await), ProblemCode::QuotaReached);
    assert!(own(&*store, &at).await.records.is_empty());
    store.append(stamp(), append(at.persona, vec![record(&at, device, 0)])).await.unwrap();
    let mut other = append(at.persona, vec![record(&at, self::device(), 0)]);
    other.bounds = tight;
    assert_eq!(refused(store.append(stamp(), other).await), ProblemCode::QuotaReached);
    let more = NewEpoch { bounds: tight, ..epoch(at.persona) };
    assert_eq!(refused(store.open_epoch(stamp(), more).await), ProblemCode::QuotaReached);
    for (i, good) in [(0, true), (1, false)] {
        let id = GrantId::from_bytes([i; 16]);
        let post = keyward_relay::store::NewGrant { bounds: tight, ..grant(&at, id, 0, 5) };
        assert_eq!(store.put_grant(stamp(), post).await.is_ok(), good);
    }
}

pub(crate) async fn the_last_revision_of_a_grant_waits_and_no_other(store: Fresh) {
    // Before the doctor has come, and after it: what waits moves with its grant.
    let (at, first) = granted(&*store).await;
    let doctor = clinician(5);
    store.put_grant(stamp(), grant(&at, first.id, 1, 5)).await.unwrap();
    store.put_clinician(stamp(), doctor.clone()).await.unwrap();
    let other = grant(&at, GrantId::random(&mut rand::rng()), 99, 5);
    let other_message = other.message.clone();
    store.put_grant(stamp(), other).await.unwrap();
    let mut seen = 0;
    for revision in 2..40 {
        let next = grant(&at, first.id, revision, 5);
        let message = next.message.clone();
        store.put_grant(stamp(), next).await.unwrap();
        let waiting = store.messages(doctor.key_id, 0, 100).await.unwrap();
        let bodies: Vec<_> = waiting.iter().map(|message| message.body.clone()).collect();
        assert_eq!(bodies, [other_message.clone(), message]);
        // A reader who is in the middle of her mailbox does not pass it by.
        assert!(waiting[1].sequence > seen);
        seen = waiting[1].sequence;
    }
    // What she has acknowledged is gone, and the next revision comes as any other.
    let hers = Stamp { key_id: doctor.key_id, ..stamp() };
    store.acknowledge(hers, seen).await.unwrap();
    store.put_grant(stamp(), grant(&at, first.id, 40, 5)).await.unwrap();
    assert_eq!(store.messages(doctor.key_id, 0, 100).await.unwrap().len(), 1);
}

pub(crate) async fn one_persona_does_not_fill_a_mailbox_for_the_others(store: Fresh) {
    let bounds = Bounds { messages: 6, messages_of_persona: 4, ..Bounds::default() };
    let (loud, quiet) = (epoch(persona(&*store).await), epoch(persona(&*store).await));
    for at in [&loud, &quiet] {
        store.open_epoch(stamp(), at.clone()).await.unwrap();
    }
    let put = |at: &NewEpoch, id, revision, doctor| keyward_relay::store::NewGrant {
        bounds,
        ..grant(at, id, revision, doctor)
    };
    let new = |at, doctor| put(at, GrantId::random(&mut rand::rng()), 0, doctor);
    let ids: [GrantId; 5] = std::array::from_fn(|_| GrantId::random(&mut rand::rng()));
    for id in &ids[..4] {
        store.put_grant(stamp(), put(&loud, *id, 0, 5)).await.unwrap();
    }
    let outcome = store.put_grant(stamp(), put(&loud, ids[4], 0, 5)).await;
    assert_eq!(refused(outcome), ProblemCode::TooManyWaiting);
    let audience = Audience::Persona(loud.persona);
    assert!(store.grant(audience, ids[4]).await.unwrap().is_none(), "nothing changed");
    // A revision takes the place of the one before; another doctor's mailbox is another.
    store.put_grant(stamp(), put(&loud, ids[0], 1, 5)).await.unwrap();
    store.put_grant(stamp(), new(&loud, 6)).await.unwrap();
    // Another patient gets through, until the mailbox as a whole is full.
    store.put_grant(stamp(), new(&quiet, 5)).await.unwrap();
    store.put_grant(stamp(), new(&quiet, 5)).await.unwrap();
    let outcome = store.put_grant(stamp(), new(&quiet, 5)).await;
    assert_eq!(refused(outcome), ProblemCode::QuotaReached);
    // Read, and there is room again.
    let doctor = clinician(5);
    store.put_clinician(stamp(), doctor.clone()).await.unwrap();
    let waiting = store.messages(doctor.key_id, 0, 10).await.unwrap();
    let hers = Stamp { key_id: doctor.key_id, ..stamp() };
    store.acknowledge(hers, waiting.last().unwrap().sequence).await.unwrap();
    store.put_grant(stamp(), put(&loud, ids[4], 0, 5)).await.unwrap();
}

pub(crate) async fn a_closed_store_says_so(store: Fresh) {
    store.stamp(stamp()).await.unwrap();
    store.close().await;
    assert!(matches!(store.stamp(stamp()).await, Err(StoreError::Stopped)));
    assert!(matches!(store.highest_time().await, Err(StoreError::Stopped)));
}
