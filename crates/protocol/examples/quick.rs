//! A quick look at the figures of SPEC §19 on this machine: `cargo run --release --example quick`.
//! The benchmarks proper are `cargo xtask bench`; compare ratios, not microseconds.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a measuring program"
)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::time::Instant;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use keyward_protocol::capsule::{Cek, DelegatingKey, FreshCek, PoolEntry, open_own, seal};
use keyward_protocol::certificate::{VerifiedClinician, VerifiedPersona};
use keyward_protocol::chain::{HeaderCore, RecordHeader};
use keyward_protocol::curve::{AwsLc, Backend, RustCrypto, Scalar, UncheckedPoint};
use keyward_protocol::grant::{GrantBuilder, VerifiedGrant};
use keyward_protocol::ids::{CompartmentId, DeviceId, EpochId, GrantId, RecordId};
use keyward_protocol::keys::{DecryptionKey, MasterSecret, SigningKey};
use keyward_protocol::payload::{self, CHUNK, ContentType, PayloadSealer, SEALED_CHUNK};
use keyward_protocol::reencrypt;
use keyward_protocol::statement::Signed;
use rand::{SeedableRng, rngs::StdRng};

/// Keeps the compiler from leaving the work out.
fn keep<T>(value: T) {
    black_box(value);
}

/// Best of several rounds, in microseconds per call.
fn time(rounds: u32, calls: u32, mut work: impl FnMut()) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..rounds {
        let start = Instant::now();
        for _ in 0..calls {
            work();
        }
        best = best.min(start.elapsed().as_secs_f64() * 1e6 / f64::from(calls));
    }
    best
}

fn main() {
    let mut rng = StdRng::seed_from_u64(1);
    let a = Scalar::random(&mut rng);
    let point = *Scalar::random(&mut rng).times_base().unwrap().unchecked();
    backends::<AwsLc>("aws-lc-rs", &a, &point);
    backends::<RustCrypto>("p256", &a, &point);
    let fixed = time(10, 200, || {
        black_box(AwsLc::times_base(&a).unwrap());
    });
    let floor = time(10, 200, || {
        keep(AwsLc::import(&a).unwrap().agree(&point).unwrap());
    });
    records(&mut rng, fixed, floor);
    payloads(&mut rng);
}

fn backends<B: Backend>(name: &str, a: &Scalar, point: &UncheckedPoint) {
    let imported = B::import(a).unwrap();
    let fixed = time(10, 200, || {
        black_box(B::times_base(a).unwrap());
    });
    let ecdh = time(10, 200, || keep(imported.agree(point).unwrap()));
    let both = time(10, 200, || keep(B::import(a).unwrap().agree(point).unwrap()));
    println!(
        "{name}: fixed {fixed:.1}  decompress+ECDH {ecdh:.1}  import+decompress+ECDH {both:.1} µs"
    );
}

fn people() -> (MasterSecret, SigningKey, VerifiedPersona, DecryptionKey, VerifiedClinician) {
    let mut rng = common::rng(1);
    let authority = common::Authority::new(&mut rng);
    let common::Persona { master, signing, certificate, .. } =
        common::Persona::new(&mut rng, &authority);
    let doctor = common::Doctor::new(&mut rng, &authority, "Sample");
    (master, signing, certificate, doctor.grant, doctor.certificate)
}

fn records(rng: &mut StdRng, fixed: f64, floor: f64) {
    let (master, signing, persona, grant_key, doctor) = people();
    let (compartment, epoch) = (CompartmentId::random(rng), EpochId::random(rng));
    let key = DelegatingKey::derive(&master, persona.id(), compartment, epoch);
    let mut seal_rng = StdRng::seed_from_u64(2);
    let offline = time(10, 200, || {
        keep(PoolEntry::prepare(&mut seal_rng, &key).unwrap());
    });
    println!("seal_offline {offline:.1} µs = {:.2} × fixed", offline / fixed);

    let text = [7; 1024];
    let calls = 500_u32;
    let mut online = f64::MAX;
    for _ in 0..10 {
        let mut entries: Vec<_> =
            (0..calls).map(|_| PoolEntry::prepare(rng, &key).unwrap()).collect();
        let start = Instant::now();
        while let Some(entry) = entries.pop() {
            keep(one(rng, &key, entry, &text));
        }
        online = online.min(start.elapsed().as_secs_f64() * 1e6 / f64::from(calls));
    }
    let entry = PoolEntry::prepare(rng, &key).unwrap();
    let (header, payload, _) = one(rng, &key, entry, &text);
    let sign = time(5, 100, || {
        keep(Signed::sign(&signing, header.clone()).unwrap());
    });
    println!("seal_online {online:.2} µs (1 KiB, without signature); signature {sign:.1} µs");

    let grant = time(10, 100, || {
        let builder = GrantBuilder::new(&master, &persona, &doctor, GrantId::from_bytes([1; 16]));
        keep(builder.unwrap().valid(0, 9).entry(&key).keys().unwrap());
    });
    println!("grant {grant:.1} µs = {:.2} × (ECDH + fixed)", grant / (floor + fixed));

    let builder = GrantBuilder::new(&master, &persona, &doctor, GrantId::from_bytes([1; 16]));
    let (signed, rks) = builder.unwrap().valid(0, 9).entry(&key).sign(&signing).unwrap();
    let verified = VerifiedGrant::verify(signed, &persona, &doctor, 1).unwrap();
    let opening = verified.opening_keys(&grant_key).unwrap();
    let header = Signed::sign(&signing, header).unwrap();
    let bytes = header.to_bytes();
    let header = header.verify(signing.verifying_key()).unwrap();
    let stored = header.capsule.r.to_bytes();
    let stored_rk = rks[0].to_bytes();
    let reencrypt = time(10, 200, || {
        let rk = keyward_protocol::grant::ReEncryptionKey::from_bytes(&stored_rk).unwrap();
        let r = UncheckedPoint::from_bytes(stored).unwrap();
        black_box(reencrypt::reencrypt(&rk, &r).unwrap());
    });
    let q = reencrypt::reencrypt(&rks[0], header.capsule.r.unchecked()).unwrap();
    let open = time(10, 200, || {
        keep(reencrypt::open(&opening[0], q, &header).unwrap());
    });
    println!(
        "reencrypt {reencrypt:.1} µs = {:.2} × floor; open {open:.1} µs = {:.2} × floor ({floor:.1})",
        reencrypt / floor,
        open / floor
    );
    let decode = time(10, 200, || {
        keep(Signed::<RecordHeader>::from_bytes(&bytes).unwrap());
    });
    let verify = time(10, 200, || {
        let signed = Signed::<RecordHeader>::from_bytes(&bytes).unwrap();
        keep(signed.verify(signing.verifying_key()).unwrap());
    });
    println!("header decode {decode:.1} µs, decode + verify {verify:.1} µs");
    let own = time(10, 200, || keep(open_own(&key, &header).unwrap()));
    let cek = open_own(&key, &header).unwrap();
    let plain = time(10, 500, || {
        keep(payload::open(&cek, &header.record_id, &payload).unwrap());
    });
    println!("open_own {own:.1} µs, payload open (1 KiB) {plain:.2} µs");
}

fn one(
    rng: &mut StdRng,
    key: &DelegatingKey,
    entry: PoolEntry,
    text: &[u8],
) -> (RecordHeader, Vec<u8>, Cek) {
    let record_id = RecordId::random(rng);
    let fresh = FreshCek::generate(rng, key, &record_id, text);
    let (sealed, cek) = payload::seal(fresh, &record_id, ContentType::FhirJson, text).unwrap();
    let place = key.place();
    let core = HeaderCore {
        persona: place.persona,
        compartment: place.compartment,
        epoch: place.epoch,
        record_id,
        device: DeviceId::from_bytes([1; 16]),
        position: 0,
        previous: [0; 32],
        ciphertext_hash: sealed.hash,
        ciphertext_len: sealed.bytes.len() as u64,
    };
    let capsule = seal(entry, &core, &cek).unwrap();
    (RecordHeader { core, capsule }, sealed.bytes, cek)
}

fn payloads(rng: &mut StdRng) {
    const TOTAL: usize = 64 << 20;
    let plain = vec![1_u8; TOTAL];
    let mut out = vec![0_u8; SEALED_CHUNK];
    let key = DelegatingKey::derive(
        &MasterSecret::generate(rng),
        keyward_protocol::ids::PersonaId::from_bytes([0; 32]),
        CompartmentId::random(rng),
        EpochId::random(rng),
    );
    let id = RecordId::random(rng);
    let sealing = time(10, 1, || {
        let fresh = FreshCek::generate(rng, &key, &id, b"");
        let kind = ContentType::Document;
        let mut sealer = PayloadSealer::new(fresh, &id, kind, TOTAL as u64, &mut out).unwrap();
        for chunk in plain.chunks(CHUNK) {
            black_box(sealer.chunk(chunk, &mut out).unwrap());
        }
        while sealer.padding(&mut out).unwrap() > 0 {}
        keep(sealer.finish().unwrap());
    });
    let raw = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[1; 32]).unwrap());
    let floor = time(10, 1, || {
        for (index, chunk) in (0_u32..).zip(plain.chunks(CHUNK)) {
            let mut nonce = [0; 12];
            nonce[..4].copy_from_slice(&index.to_be_bytes());
            let nonce = Nonce::assume_unique_for_key(nonce);
            let (body, tag) = out.split_at_mut(CHUNK);
            let aad = Aad::from([0; 17]);
            raw.seal_out_of_place_scatter(nonce, aad, chunk, body, &[], tag).unwrap();
        }
    });
    let in_place = time(10, 1, || {
        for (index, chunk) in (0_u32..).zip(plain.chunks(CHUNK)) {
            let mut nonce = [0; 12];
            nonce[..4].copy_from_slice(&index.to_be_bytes());
            let nonce = Nonce::assume_unique_for_key(nonce);
            let body = &mut out[..CHUNK];
            body.copy_from_slice(chunk);
            let _ =
                black_box(raw.seal_in_place_separate_tag(nonce, Aad::from([0; 17]), body).unwrap());
        }
    });
    let gib = |micros: f64| TOTAL as f64 / micros * 1e6 / f64::from(1 << 30);
    println!(
        "payload {:.2} GiB/s, raw out of place {:.2}, raw in place after a copy {:.2}; ratio {:.2}",
        gib(sealing),
        gib(floor),
        gib(in_place),
        floor / sealing
    );
}
