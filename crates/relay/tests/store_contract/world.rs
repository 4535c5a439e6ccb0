//! Rows for the laws. The store trusts what was verified before it, so nothing is signed here.

use keyward_protocol::ids::{
    CertificateHash, CompartmentId, DeviceId, EpochId, GrantId, PersonaId, RecordId,
};
use keyward_protocol::keys::SigningKey;
use keyward_relay::store::{
    AccessEntry, Append, Bounds, Idempotency, NewClinician, NewEpoch, NewGrant, NewPersona,
    NewRecord, SealReceipt, SealedKey, Stamp, Store, StoreError,
};
use keyward_relay_api::problem::ProblemCode;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) const NOW: u64 = 1_000_000;

/// A stamp with a fresh nonce.
pub(crate) fn stamp() -> Stamp {
    stamp_at(NOW)
}

pub(crate) fn stamp_at(now: u64) -> Stamp {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    Stamp { key_id: [1; 32], nonce, nonce_expires: now + 301, now, idempotency: None }
}

pub(crate) fn idempotent(name: &str, request: u8) -> Stamp {
    let idempotency =
        Some(Idempotency { name: name.to_owned(), request: [request; 32], expires: NOW + 1_000 });
    Stamp { idempotency, ..stamp() }
}

/// The refusal's code; any other outcome fails the test.
pub(crate) fn refused<T: std::fmt::Debug>(outcome: Result<T, StoreError>) -> ProblemCode {
    match outcome {
        Err(StoreError::Refused(problem)) => problem.code,
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) async fn persona(store: &dyn Store) -> PersonaId {
    let key = SigningKey::generate(&mut rand::rng()).unwrap();
    let id = PersonaId::of(key.verifying_key());
    let persona = NewPersona {
        id,
        verification: key.verifying_key().to_bytes(),
        certificate: vec![1],
        valid: 0..NOW * 2,
    };
    store.put_persona(stamp(), persona).await.unwrap();
    id
}

pub(crate) fn clinician(hash: u8) -> NewClinician {
    let key = SigningKey::generate(&mut rand::rng()).unwrap();
    NewClinician {
        hash: CertificateHash::from_bytes([hash; 32]),
        key_id: key.verifying_key().key_id(),
        verification: key.verifying_key().to_bytes(),
        certificate: vec![1],
        valid: 0..NOW * 2,
    }
}

pub(crate) fn epoch(persona: PersonaId) -> NewEpoch {
    let rng = &mut rand::rng();
    NewEpoch {
        persona,
        compartment: CompartmentId::random(rng),
        epoch: EpochId::random(rng),
        closes: None,
        bounds: Bounds::default(),
    }
}

/// The place in a chain after `before`; hashes are simply the position.
pub(crate) fn record(at: &NewEpoch, device: DeviceId, position: u64) -> NewRecord {
    let hash = |position: u64| {
        let mut hash = [7; 32];
        hash[..8].copy_from_slice(&position.to_be_bytes());
        hash
    };
    NewRecord {
        compartment: at.compartment,
        epoch: at.epoch,
        device,
        position,
        previous: position.checked_sub(1).map_or([0; 32], hash),
        record_id: RecordId::random(&mut rand::rng()),
        hash: hash(position),
        header: vec![9; 40],
        start: 0,
        length: 10,
    }
}

pub(crate) fn append(persona: PersonaId, records: Vec<NewRecord>) -> Append {
    let pack = Some(rand::random());
    Append { persona, pack, records, heads: vec![], bounds: Bounds::default() }
}

pub(crate) fn grant(at: &NewEpoch, id: GrantId, revision: u32, doctor: u8) -> NewGrant {
    let sealed = vec![0xaa; 61];
    NewGrant {
        id,
        persona: at.persona,
        doctor: CertificateHash::from_bytes([doctor; 32]),
        revision,
        not_before: NOW - 10,
        expiry: NOW + 1_000,
        signed: revision.to_be_bytes().to_vec(),
        message: revision.to_be_bytes().to_vec(),
        entries: vec![(at.compartment, at.epoch)],
        keys: vec![SealedKey { compartment: at.compartment, epoch: at.epoch, sealed }],
        bounds: Bounds::default(),
    }
}

pub(crate) fn entry(grant: &NewGrant) -> AccessEntry {
    AccessEntry {
        grant: grant.id,
        persona: grant.persona,
        compartment: grant.entries[0].0,
        doctor: grant.doctor,
        records: 3,
    }
}

pub(crate) fn seal() -> SealReceipt {
    Box::new(|sequence, _, _| Ok(sequence.to_be_bytes().to_vec()))
}
