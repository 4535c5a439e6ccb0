//! SPEC §§9–12 and the payload section against the floor.

use std::cell::RefCell;
use std::hint::black_box;

use keyward_protocol::capsule::{self, Cek, DelegatingKey, FreshCek, PoolEntry};
use keyward_protocol::chain::{HeaderCore, RecordHeader, SignedHeader};
use keyward_protocol::grant::{GrantBuilder, OpeningKey, ReEncryptionKey, VerifiedGrant};
use keyward_protocol::ids::{CompartmentId, DeviceId, EpochId, GrantId, RecordId};
use keyward_protocol::payload::{self, ContentType};
use keyward_protocol::reencrypt;
use keyward_protocol::statement::Verified;

use crate::floor;
use crate::measure::{Candidate, paired};
use crate::people::{NOW, People, people};
use crate::report::{Gate, Report};

const MIB64: usize = 64 << 20;

/// Adds every `protocol.*` figure.
pub(crate) fn run(report: &mut Report) {
    let scene = Scene::new();
    let stored = floor::stored();
    let floor = floor::measure(&stored);
    report.add("floor.fixed_us", floor.fixed, Gate::None, floor.note_fixed.clone());
    report.add("floor.ecdh_us", floor.ecdh, Gate::None, floor.note_ecdh.clone());
    against_curve(report, &scene, &stored);
    sealing_online(report, &scene);
    payloads(report, &scene);
}

/// A sealed, signed, granted record.
struct Scene {
    people: RefCell<People>,
    delegating: DelegatingKey,
    core: HeaderCore,
    header: Verified<RecordHeader>,
    rekey: ReEncryptionKey,
    opening: OpeningKey,
    transformed: reencrypt::Transformed,
}

impl Scene {
    fn new() -> Self {
        let mut people = people();
        let (compartment, epoch) =
            (CompartmentId::random(&mut people.rng), EpochId::random(&mut people.rng));
        let persona = people.persona.id();
        let delegating = DelegatingKey::derive(&people.master, persona, compartment, epoch);
        let record_id = RecordId::random(&mut people.rng);
        let (sealed, cek) = seal_payload(&mut people, &delegating, &record_id, &[7; 1024]);
        let core = HeaderCore {
            persona,
            compartment,
            epoch,
            record_id,
            device: DeviceId::random(&mut people.rng),
            position: 0,
            previous: [0; 32],
            ciphertext_hash: sealed.hash,
            ciphertext_len: sealed.bytes.len() as u64,
        };
        let entry = PoolEntry::prepare(&mut people.rng, &delegating).expect("an entry");
        let capsule = capsule::seal(entry, &core, &cek).expect("a capsule");
        let header = RecordHeader { core: core.clone(), capsule };
        let signed = SignedHeader::sign(&people.persona_key, header).expect("a header");
        let header = signed.verify(&people.persona.verification).expect("a valid header");
        let (grant, mut keys) =
            builder(&people, &delegating).sign(&people.persona_key).expect("a grant");
        let rekey = keys.remove(0);
        let grant = VerifiedGrant::verify(grant, &people.persona, &people.doctor, NOW)
            .expect("a live grant");
        let opening = grant.opening_keys(&people.grant_key).expect("keys").remove(0);
        let transformed =
            reencrypt::reencrypt(&rekey, header.capsule.r.unchecked()).expect("re-encryption");
        let people = RefCell::new(people);
        Self { people, delegating, core, header, rekey, opening, transformed }
    }
}

fn seal_payload(
    people: &mut People,
    key: &DelegatingKey,
    record_id: &RecordId,
    plain: &[u8],
) -> (payload::SealedPayload, Cek) {
    let fresh = FreshCek::generate(&mut people.rng, key, record_id, &[0; 32]);
    payload::seal(fresh, record_id, ContentType::FhirJson, plain).expect("a payload")
}

fn builder<'a>(people: &People, key: &'a DelegatingKey) -> GrantBuilder<'a> {
    GrantBuilder::new(&people.master, &people.persona, &people.doctor, GrantId::from_bytes([5; 16]))
        .expect("a grant")
        .valid(NOW - 1, NOW + 1_000_000)
        .entry(key)
}

/// Everything that costs multiplications, in turn with the bare multiplications themselves.
fn against_curve(report: &mut Report, scene: &Scene, stored: &floor::Stored) {
    let mut candidates = [
        Candidate::new("fixed", || floor::fixed_fastest(stored)),
        Candidate::new("ecdh", || floor::ecdh_fastest(stored)),
        Candidate::new("seal offline", || {
            let rng = &mut scene.people.borrow_mut().rng;
            black_box(PoolEntry::prepare(rng, &scene.delegating).expect("an entry"));
        }),
        Candidate::new("grant", || {
            let people = scene.people.borrow();
            black_box(builder(&people, &scene.delegating).keys().expect("keys"));
        }),
        Candidate::new("re-encrypt", || {
            let r = scene.header.capsule.r.unchecked();
            black_box(reencrypt::reencrypt(&scene.rekey, r).expect("re-encryption"));
        }),
        Candidate::new("open", || {
            let cek = reencrypt::open(&scene.opening, scene.transformed, &scene.header);
            black_box(cek.expect("opening"));
        }),
    ];
    let t = paired(&mut candidates, 41, 100);
    let (fixed, ecdh) = (t[0], t[1]);
    let note = |us: f64, floor: f64| format!("{us:.1} µs against {floor:.1} µs");
    report.add(
        "protocol.seal_offline.over_fixed",
        t[2] / fixed,
        Gate::AtMost(2.3),
        note(t[2], fixed),
    );
    let floor = ecdh + fixed;
    report.add("protocol.grant.over_floor", t[3] / floor, Gate::AtMost(1.5), note(t[3], floor));
    report.add("protocol.reencrypt.over_ecdh", t[4] / ecdh, Gate::AtMost(1.25), note(t[4], ecdh));
    report.add("protocol.open.over_ecdh", t[5] / ecdh, Gate::AtMost(1.25), note(t[5], ecdh));
}

/// KDF, XOR and AEAD of 1 KiB with a prepared entry; the header's signature beside it.
fn sealing_online(report: &mut Report, scene: &Scene) {
    let plain = [7_u8; 1024];
    let encoded = {
        let rng = &mut scene.people.borrow_mut().rng;
        PoolEntry::prepare(rng, &scene.delegating).expect("an entry").to_bytes()
    };
    let entries = RefCell::new(Vec::new());
    const CALLS: u32 = 200;
    let mut online = Vec::new();
    for _ in 0..40 {
        entries
            .borrow_mut()
            .extend((0..2 * CALLS).map(|_| PoolEntry::from_bytes(&encoded).expect("an entry")));
        let times = paired(
            &mut [Candidate::new("seal online", || {
                let mut people = scene.people.borrow_mut();
                let (sealed, cek) =
                    seal_payload(&mut people, &scene.delegating, &scene.core.record_id, &plain);
                let entry = entries.borrow_mut().pop().expect("an entry");
                black_box(capsule::seal(entry, &scene.core, &cek).expect("a capsule"));
                black_box(sealed);
            })],
            1,
            CALLS,
        );
        online.push(times[0]);
    }
    let signature = paired(
        &mut [Candidate::new("signature", || {
            let key = &scene.people.borrow().persona_key;
            let header = RecordHeader::clone(&scene.header);
            black_box(SignedHeader::sign(key, header).expect("a signature"));
        })],
        21,
        50,
    )[0];
    let note = format!("KDF, XOR, AEAD of 1 KiB; the header's signature is {signature:.1} µs more");
    report.add("protocol.seal_online_us", crate::measure::median(online), Gate::AtMost(10.0), note);
}

/// 64 MiB in memory, in 64 KiB buffers, against the bare AEAD over the same bytes.
fn payloads(report: &mut Report, scene: &Scene) {
    let plain = vec![0xa5_u8; MIB64];
    let mut scratch = vec![0_u8; payload::CHUNK];
    let mut out = vec![0_u8; payload::SEALED_CHUNK];
    let record = scene.core.record_id;
    let t = paired(
        &mut [
            Candidate::new("aead", || floor::aead(&plain, &mut scratch)),
            Candidate::new("payload", || {
                let rng = &mut scene.people.borrow_mut().rng;
                let fresh = FreshCek::generate(rng, &scene.delegating, &record, &[0; 32]);
                stream(fresh, &record, &plain, &mut out);
            }),
        ],
        7,
        1,
    );
    let gib = |us: f64| MIB64 as f64 / us / 1e3;
    let note = format!("{:.1} GB/s against {:.1} GB/s", gib(t[1]), gib(t[0]));
    report.add("protocol.payload.over_aead", t[0] / t[1], Gate::AtLeast(0.8), note);
}

fn stream(fresh: FreshCek, record: &RecordId, plain: &[u8], out: &mut [u8]) {
    let len = plain.len() as u64;
    let mut sealer =
        payload::PayloadSealer::new(fresh, record, ContentType::Document, len, out).expect("start");
    for chunk in plain.chunks(payload::CHUNK) {
        sealer.chunk(chunk, out).expect("a chunk");
    }
    while sealer.padding(out).expect("padding") > 0 {}
    black_box(sealer.finish().expect("the end"));
}
