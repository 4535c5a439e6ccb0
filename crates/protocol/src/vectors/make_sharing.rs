//! The writing side: capsules, chains, grants and re-encryption.

use hex::encode;
use serde_json::{Value, json};

use crate::capsule::{PoolEntry, open_own};
use crate::chain::ChainVerifier;
use crate::domain::Label;
use crate::grant::{ReEncryptionKey, SignedGrant};
use crate::ids::{DeviceId, EpochId, GrantId};
use crate::keys::SigningKey;
use crate::reencrypt::reencrypt;
use crate::statement::{Signed, Statement};

use super::Section;
use super::common::{Authority, Compartment, Doctor, NOW, Persona, TestRng, UNTIL, rng};

pub(super) fn sections() -> Vec<Section> {
    vec![capsules(), chains(), grants(), reencryption()]
}

/// Two patients, two doctors of one name, two compartments with records.
pub(super) struct World {
    pub(super) rng: TestRng,
    pub(super) authority: Authority,
    pub(super) patient: Persona,
    pub(super) other: Persona,
    pub(super) doctor: Doctor,
    pub(super) second: Doctor,
    pub(super) heart: Compartment,
    pub(super) skin: Compartment,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = rng(seed);
        let authority = Authority::new(&mut rng);
        let patient = Persona::new(&mut rng, &authority);
        let other = Persona::new(&mut rng, &authority);
        let doctor = Doctor::new(&mut rng, &authority, "Dr Sample");
        let second = Doctor::new(&mut rng, &authority, "Dr Sample");
        let mut heart = Compartment::new(&mut rng, &patient);
        let mut skin = Compartment::new(&mut rng, &patient);
        for text in ["one", "two", "three"] {
            heart.add(&mut rng, &patient, text);
        }
        skin.add(&mut rng, &patient, "rash");
        Self { rng, authority, patient, other, doctor, second, heart, skin }
    }

    pub(super) fn grant(&mut self) -> (SignedGrant, Vec<ReEncryptionKey>) {
        let place = (self.heart.id, self.heart.epoch());
        let id = GrantId::random(&mut self.rng);
        self.patient.grant(&self.doctor.certificate, id, 0, &[place])
    }
}

pub(super) fn public(key: &SigningKey) -> String {
    encode(key.verifying_key().to_bytes())
}

/// A validly signed statement whose bytes were changed before signing.
pub(super) fn resigned(key: &SigningKey, label: Label, bytes: &[u8]) -> String {
    let signature = key.sign(label, bytes).unwrap();
    encode([bytes, &signature.to_bytes()].concat())
}

pub(super) fn with<const N: usize>(bytes: &[u8], at: usize, value: [u8; N]) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[at..at + N].copy_from_slice(&value);
    changed
}

fn capsules() -> Section {
    let mut section = Section::new("capsule");
    let mut world = World::new(112);
    let header = |i: usize| world.heart.records[i].header.unverified().clone();
    let master = encode(world.patient.master.expose_secret());
    let key = world.patient.delegating(world.heart.id, world.heart.epoch());
    let cek = open_own(&key, &header(0)).unwrap();
    let good = json!({ "master": master, "header": encode(header(0).statement_bytes()) });
    section.case("open", "capsule-open", good.clone(), &format!("ok:{}", encode(*cek.0)));
    let entry = PoolEntry::prepare(&mut world.rng, &key).unwrap();
    let seal = json!({ "entry": encode(&*entry.to_bytes()), "cek": encode(*cek.0), "header": good["header"] });
    section.answer("seal", "capsule-seal", seal.clone());
    let foreign = world.patient.delegating(world.skin.id, world.skin.epoch());
    let foreign = PoolEntry::prepare(&mut world.rng, &foreign).unwrap();
    let mut misplaced = seal;
    misplaced["entry"] = json!(encode(&*foreign.to_bytes()));
    section.case(
        "seal-with-another-compartment-s-entry",
        "capsule-seal",
        misplaced,
        "capsule-wrong-context",
    );
    let mut fail = |name: &str, edit: &dyn Fn(&mut crate::chain::RecordHeader)| {
        let mut changed = header(1);
        edit(&mut changed);
        let input = json!({ "master": master, "header": encode(changed.statement_bytes()) });
        section.case(name, "capsule-open", input, "capsule-wrong-tag");
    };
    let other = header(2).capsule;
    fail("capsule-of-another-record", &|h| h.capsule = other.clone());
    fail("another-position", &|h| h.core.position += 1);
    fail("another-previous-header", &|h| h.core.previous[0] ^= 1);
    fail("another-ciphertext", &|h| h.core.ciphertext_hash[0] ^= 1);
    fail("another-device", &|h| h.core.device = DeviceId::from_bytes([0; 16]));
    fail("another-epoch-in-the-header", &|h| h.core.epoch = EpochId::from_bytes([0; 16]));
    fail("wrapped-key-changed", &|h| h.capsule.wrapped_cek[0] ^= 1);
    let mut wrong = good.clone();
    wrong["epoch"] = json!("00".repeat(16));
    section.case("key-of-another-epoch", "capsule-open", wrong, "capsule-wrong-context");
    let mut wrong = good;
    wrong["master"] = json!("00".repeat(32));
    section.case("another-s-master-secret", "capsule-open", wrong, "capsule-wrong-tag");
    section
}

fn chains() -> Section {
    let mut section = Section::new("chain");
    let mut world = World::new(113);
    let key = public(&world.patient.signing);
    let first = world.heart.epoch();
    let older = encode(world.heart.signed_head(&world.patient).to_bytes());
    let second = world.heart.open_epoch(&mut world.rng);
    let mut fork = Compartment {
        id: world.heart.id,
        head: world.heart.head.clone(),
        records: world.heart.records.clone(),
    };
    world.heart.add(&mut world.rng, &world.patient, "four");
    fork.add(&mut world.rng, &world.patient, "another four");
    world.heart.head.advance_time(NOW + 60);
    let head = world.heart.verified_head(&world.patient);
    let mut verifier = ChainVerifier::new(&head, None).unwrap();
    for record in &world.heart.records {
        verifier.accept(&record.verified(&world.patient)).unwrap();
    }
    let seen = encode(verifier.finish(&[first, second]).unwrap().to_bytes());
    let head = encode(head.signed().to_bytes());
    let headers: Vec<String> =
        world.heart.records.iter().map(|record| encode(record.header.to_bytes())).collect();
    let forked = encode(fork.records[3].header.to_bytes());
    let foreign = encode(world.skin.records[0].header.to_bytes());
    let (first, second) = (encode(first.as_bytes()), encode(second.as_bytes()));
    let input = |head: &str, headers: &[&String], granted: &[&String], seen: Value| json!({ "key": key, "head": head, "headers": headers, "granted": granted, "seen": seen });
    let [a, b, c, d] = &headers[..] else { panic!("four records") };
    let all = [&first, &second];
    section.case(
        "complete",
        "chain",
        input(&head, &[a, b, c, d], &all, Value::Null),
        &format!("ok:{seen}"),
    );
    section.answer("one-epoch-of-two", "chain", input(&head, &[d], &[&second], Value::Null));
    section.answer("nothing-new", "chain", input(&head, &[], &all, json!(seen)));
    let mut fail = |name: &str, headers: &[&String], expect: &str| {
        section.case(name, "chain", input(&head, headers, &all, Value::Null), expect);
    };
    fail("first-record-left-out", &[b, c, d], "chain-gap");
    fail("record-left-out", &[a, c, d], "chain-gap");
    fail("end-of-an-epoch-left-out", &[a, b, d], "chain-incomplete");
    fail("last-record-left-out", &[a, b, c], "chain-incomplete");
    fail("record-repeated", &[a, b, b, c, d], "chain-gap");
    fail("records-out-of-order", &[b, a, c, d], "chain-gap");
    fail("record-of-another-compartment", &[a, b, c, &foreign], "chain-foreign");
    fail("record-of-a-fork", &[a, b, c, &forked], "chain-swapped");
    let rolled_back = input(&older, &[a, b, c], &[&first], json!(seen));
    section.case("older-head-than-seen", "chain", rolled_back, "chain-rolled-back");
    section.answer(
        "older-head-to-a-first-time-reader",
        "chain",
        input(&older, &[a, b, c], &[&first], Value::Null),
    );
    let fork_head = encode(fork.signed_head(&world.patient).to_bytes());
    let input = input(&fork_head, &[&forked], &all, json!(seen));
    section.case("head-of-a-fork", "chain", input, "chain-rolled-back");
    section
}

fn grants() -> Section {
    let mut section = Section::new("grant");
    let mut world = World::new(114);
    let (grant, _) = world.grant();
    let good = json!({
        "authority": public(&world.authority.key), "now": NOW,
        "service": encode(world.authority.service.as_bytes()), "epoch": encode(&world.authority.object),
        "persona_certificate": encode(world.patient.certificate.raw()),
        "doctor_certificate": encode(world.doctor.certificate.raw()),
        "grant_key": encode(*world.doctor.grant.expose_secret()),
        "grant": encode(grant.to_bytes()),
    });
    section.answer("opening-keys", "grant-open", good.clone());
    let mut fail = |name: &str, field: &str, value: Value, expect: &str| {
        let mut input = good.clone();
        input[field] = value;
        section.case(name, "grant-open", input, expect);
    };
    let second = encode(world.second.certificate.raw());
    fail(
        "another-doctor-of-the-same-name",
        "doctor_certificate",
        json!(second),
        "grant-wrong-doctor",
    );
    let theirs = encode(*world.second.grant.expose_secret());
    fail("another-doctor-s-key", "grant_key", json!(theirs), "grant-wrong-doctor");
    let mailbox = encode(*world.doctor.mailbox.expose_secret());
    fail("her-mailbox-key", "grant_key", json!(mailbox), "grant-wrong-doctor");
    let other = encode(world.other.certificate.raw());
    fail(
        "another-persona-s-certificate",
        "persona_certificate",
        json!(other),
        "grant-wrong-persona",
    );
    let place = (world.heart.id, world.heart.epoch());
    let id = grant.unverified().grant_id;
    let (foreign, _) = world.other.grant(&world.doctor.certificate, id, 0, &[place]);
    fail(
        "another-persona-s-grant",
        "grant",
        json!(encode(foreign.to_bytes())),
        "grant-wrong-persona",
    );
    let bytes = grant.unverified().statement_bytes();
    let forged = resigned(&world.other.signing, Label::Grant, &bytes);
    fail("signed-by-another-persona", "grant", json!(forged), "signature-invalid");
    let longer = with(&bytes, bytes.len() - 8, (UNTIL + 1).to_be_bytes());
    let spliced = encode([&longer[..], &grant.to_bytes()[bytes.len()..]].concat());
    fail("expiry-changed-after-signing", "grant", json!(spliced), "signature-invalid");
    let past = {
        let mut past = grant.unverified().clone();
        past.expiry = NOW;
        encode(Signed::sign(&world.patient.signing, past).unwrap().to_bytes())
    };
    fail("ended", "grant", json!(past), "grant-not-live");
    section
}

fn reencryption() -> Section {
    let mut section = Section::new("reencrypt");
    let mut world = World::new(115);
    let (grant, keys) = world.grant();
    let record = |i: usize| world.heart.records[i].header.unverified();
    let rk = encode(*keys[0].to_bytes());
    let q = |i: usize| {
        let q = reencrypt(&keys[0], record(i).capsule.r.unchecked()).unwrap();
        encode(q.to_bytes())
    };
    let r = encode(record(0).capsule.r.to_bytes());
    section.case("reencrypt", "reencrypt", json!({ "rk": rk, "r": r }), &format!("ok:{}", q(0)));
    let off = format!("02{:064x}", 4);
    section.case(
        "reencrypt-off-the-curve",
        "reencrypt",
        json!({ "rk": rk, "r": off }),
        "curve-invalid-point",
    );
    let zero = json!({ "rk": "00".repeat(32), "r": r });
    section.case("re-encryption-key-of-zero", "reencrypt", zero, "decode-not-a-scalar");
    let good = json!({
        "authority": public(&world.authority.key), "now": NOW,
        "service": encode(world.authority.service.as_bytes()), "epoch": encode(&world.authority.object),
        "persona_certificate": encode(world.patient.certificate.raw()),
        "doctor_certificate": encode(world.doctor.certificate.raw()),
        "grant_key": encode(*world.doctor.grant.expose_secret()),
        "grant": encode(grant.to_bytes()), "q": q(0),
        "header": encode(world.heart.records[0].header.to_bytes()),
    });
    let key = world.patient.delegating(world.heart.id, world.heart.epoch());
    let cek = open_own(&key, record(0)).unwrap();
    section.case("open", "open", good.clone(), &format!("ok:{}", encode(*cek.0)));
    let mut fail = |name: &str, field: &str, value: String, expect: &str| {
        let mut input = good.clone();
        input[field] = json!(value);
        section.case(name, "open", input, expect);
    };
    fail("answer-for-another-record", "q", q(1), "capsule-wrong-tag");
    fail("answer-that-is-no-x-coordinate", "q", format!("{:064x}", 4), "curve-invalid-point");
    fail("answer-that-is-r-itself", "q", r[2..].to_owned(), "capsule-wrong-tag");
    let skin = encode(world.skin.records[0].header.to_bytes());
    fail("record-of-a-compartment-not-granted", "header", skin, "capsule-wrong-context");
    let mut forged = record(0).clone();
    forged.core.position = 0;
    let forged = resigned(&world.other.signing, Label::RecordHeader, &forged.statement_bytes());
    fail("record-signed-by-another-persona", "header", forged, "signature-invalid");
    section
}
