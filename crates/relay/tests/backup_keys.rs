//! A doctor's backup: it lies under a key that her certificate vouches for, opens nothing else, outlives her
//! certificate as long as is said and no longer.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use keyward_protocol::keys::SigningKey;
use keyward_protocol::statement::{Act, Receipt, Signed};
use keyward_relay::store::Retention;
use keyward_relay::{RelayConfig, UnixClock as _, backup};
use keyward_relay_api::backup::Safekeeping;
use keyward_relay_api::client::RelayClient;
use keyward_relay_api::http::ClientError;
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::recovery::{BackupPackId, PostBackup};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use support::{Clinic, DAY, Doctor, START, Served, TestClock, backup_key, config, forget_backup};

struct World {
    clinic: Clinic,
    clock: Arc<TestClock>,
    dir: tempfile::TempDir,
    served: Served,
    client: RelayClient,
}

impl World {
    fn new() -> World {
        World::with(|_| {})
    }

    fn with(change: impl Fn(&mut RelayConfig)) -> World {
        let (clinic, clock) = (Clinic::new(), TestClock::new());
        let dir = tempfile::tempdir().unwrap();
        let mut config = config(&clinic, &clock, dir.path());
        change(&mut config);
        let served = Served::start(config);
        let client = served.client(&clinic, &clock);
        World { clinic, clock, dir, served, client }
    }

    fn vouch(&self, doctor: &Doctor, key: &SigningKey) -> Result<(), ClientError> {
        self.client.put_backup_key(key, &doctor.vouch_for(&self.clinic, key)).map(drop)
    }

    fn remove(&self, doctor: &Doctor) {
        self.served
            .block_on(self.served.relay.set_removed(vec![doctor.certificate.hash()]))
            .unwrap();
    }

    /// Stores one version with one pack.
    fn store(&self, key: &SigningKey, sequence: u64) -> Result<(), ClientError> {
        let name = format!("backup-{sequence:04}");
        self.client.put_backup_pack(key, pack(sequence).as_slice(), &format!("pack-{name}"))?;
        let packs = vec![BackupPackId(Sha256::digest(pack(sequence)).into())];
        let version = PostBackup { sequence, packs, manifest: b"sealed manifest".to_vec() };
        self.client.put_backup(key, &version, &name).map(drop)
    }

    fn versions(&self, key: &SigningKey) -> Result<Vec<u64>, ClientError> {
        let there = self.client.backups(key)?;
        Ok(there.versions.iter().map(|version| version.sequence).collect())
    }

    fn retain(&self) -> u64 {
        self.served.block_on(self.served.relay.retain()).unwrap()
    }

    /// Pack objects on the disk.
    fn objects(&self) -> usize {
        let mut open = vec![self.dir.path().join("packs")];
        let mut found = 0;
        while let Some(dir) = open.pop() {
            for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
                match entry.file_type().unwrap().is_dir() {
                    true => open.push(entry.path()),
                    false => found += 1,
                }
            }
        }
        found
    }
}

fn pack(sequence: u64) -> Vec<u8> {
    format!("sealed pack {sequence}").into_bytes()
}

fn code<T>(outcome: Result<T, ClientError>) -> ProblemCode {
    outcome.err().unwrap().problem().unwrap()
}

#[test]
fn who_has_nothing_but_the_key_fetches_what_was_stored() {
    let world = World::new();
    let (doctor, key) = (world.clinic.doctor("One"), backup_key());
    assert_eq!(code(world.store(&key, 1)), ProblemCode::BadSignature, "nobody vouched for it");
    world.vouch(&doctor, &key).unwrap();
    world.vouch(&doctor, &key).unwrap();
    world.store(&key, 1).unwrap();
    let there = world.client.backups(&key).unwrap();
    assert_eq!(there.certificate, doctor.vouch_for(&world.clinic, &key).statement);
    let version = world.client.backup(&key, 1).unwrap();
    assert_eq!(world.client.backup_pack(&key, version.packs[0]).unwrap(), pack(1));
}

#[test]
fn nobody_vouches_for_anothers_key_or_with_anothers_word() {
    let world = World::new();
    let [one, two] = ["One", "Two"].map(|name| world.clinic.doctor(name));
    let (key, other) = (backup_key(), backup_key());
    let good = one.vouch_for(&world.clinic, &key);
    // The key itself has to sign the request.
    let posing = world.client.put_backup_key(&other, &good);
    assert_eq!(code(posing), ProblemCode::BadSignature);
    // Another's certificate beside her statement; a statement about her signed by another.
    let mut mixed = two.vouch_for(&world.clinic, &key);
    mixed.certificate.clone_from(&good.certificate);
    let mut swapped = good.clone();
    swapped.certificate = two.certificate.raw().to_vec();
    let mut broken = good.clone();
    *broken.statement.last_mut().unwrap() ^= 1;
    // Of another clinic, whose authority nobody knows here.
    let foreign = Clinic::new();
    let unknown = foreign.doctor("Three").vouch_for(&world.clinic, &key);
    for (request, name) in
        [(mixed, "mixed"), (swapped, "swapped"), (broken, "broken"), (unknown, "unknown")]
    {
        let refused = world.client.put_backup_key(&key, &request);
        assert_eq!(code(refused), ProblemCode::BadCertificate, "{name}");
    }
    assert_eq!(code(world.versions(&key)), ProblemCode::BadSignature);
}

#[test]
fn one_key_has_one_role() {
    let world = World::new();
    let (doctor, patient) = (world.clinic.doctor("One"), world.clinic.patient());
    world.client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    let second = world.clinic.doctor("Two");
    world.client.put_clinician(&second.signing, second.certificate.raw()).unwrap();
    assert_eq!(code(world.vouch(&doctor, &patient.signing)), ProblemCode::NotAllowed);
    assert_eq!(code(world.vouch(&doctor, &second.signing)), ProblemCode::NotAllowed);
    // And the other way round.
    let later = world.clinic.patient();
    world.vouch(&doctor, &later.signing).unwrap();
    let persona = world.client.put_persona(&later.signing, later.certificate.raw());
    assert_eq!(code(persona), ProblemCode::NotAllowed);
    // It may do nothing that a persona may.
    assert_eq!(code(world.client.grants(&later.signing, None)), ProblemCode::NotAllowed);
    assert_eq!(code(world.client.compartments(&later.signing, None)), ProblemCode::NotAllowed);
    let replaced = later.replaced_by(&world.clinic, &patient, START);
    let outcome = world.client.replace(&patient.signing, &replaced, "replace-0001");
    assert_eq!(code(outcome), ProblemCode::BadCertificate, "nothing of it names a recovery key");
}

#[test]
fn with_her_certificate_ends_what_may_be_stored_and_a_new_one_takes_it_over() {
    let world = World::new();
    let (lost, key) = (world.clinic.doctor("One"), backup_key());
    world.vouch(&lost, &key).unwrap();
    world.store(&key, 1).unwrap();
    // Her computer is lost: the desk invites her again, which takes the certificate back.
    world.clock.advance(DAY);
    world.remove(&lost);
    assert_eq!(code(world.store(&key, 2)), ProblemCode::CertificateExpired);
    assert_eq!(code(world.vouch(&lost, &key)), ProblemCode::ClinicianRemoved);
    assert_eq!(world.versions(&key).unwrap(), [1], "she restores before she is certified anew");
    let again = world.clinic.doctor("One");
    world.vouch(&again, &key).unwrap();
    world.store(&key, 2).unwrap();
    assert_eq!(world.versions(&key).unwrap(), [1, 2]);
    // The same when its time is over.
    world.clock.set(again.certificate.valid_until);
    assert_eq!(code(world.store(&key, 3)), ProblemCode::CertificateExpired);
    assert_eq!(world.versions(&key).unwrap(), [1, 2]);
}

#[test]
fn what_nobody_takes_over_is_erased_after_its_time() {
    let days = 30;
    let world = World::with(|config| {
        config.limits.retention =
            Retention { clinician_backups: Some(days * DAY), ..Retention::default() };
    });
    let (doctor, other) = (world.clinic.doctor("One"), world.clinic.doctor("Two"));
    let (key, kept) = (backup_key(), backup_key());
    world.vouch(&doctor, &key).unwrap();
    world.vouch(&other, &kept).unwrap();
    world.store(&key, 1).unwrap();
    world.store(&kept, 1).unwrap();
    assert_eq!((world.retain(), world.objects()), (0, 2));
    world.remove(&doctor);
    let removed = world.clock.now();
    world.clock.set(removed + days * DAY);
    assert_eq!(world.retain(), 0, "not a second early");
    world.clock.advance(1);
    assert_eq!(world.retain(), 0, "found over, and kept a month longer");
    world.clock.advance(30 * DAY);
    assert_eq!(world.retain(), 0);
    world.clock.advance(1);
    assert_eq!(world.retain(), 1);
    world.served.block_on(world.served.relay.tidy()).unwrap();
    assert_eq!(world.objects(), 1);
    assert_eq!(code(world.versions(&key)), ProblemCode::BadSignature);
    assert_eq!(world.versions(&kept).unwrap(), [1]);
    // Nothing was said of going for good: it may come again.
    world.vouch(&world.clinic.doctor("One"), &key).unwrap();
    assert_eq!(world.versions(&key).unwrap(), [0_u64; 0]);
}

#[test]
fn it_is_forgotten_with_a_receipt_and_does_not_come_back() {
    let world = World::new();
    let (doctor, key) = (world.clinic.doctor("One"), backup_key());
    let request = forget_backup(&world.clinic, &key);
    assert_eq!(
        code(world.client.forget_backup_key(&key, &request)),
        ProblemCode::NotFound,
        "nobody marks keys that never were"
    );
    world.vouch(&doctor, &key).unwrap();
    world.store(&key, 1).unwrap();
    // Also when she is nobody there any more.
    world.remove(&doctor);
    let other = backup_key();
    let posing = world.client.forget_backup_key(&other, &request);
    assert_eq!(code(posing), ProblemCode::BadSignature);
    let receipts = [(); 2].map(|()| {
        let gone = world.client.forget_backup_key(&key, &request).unwrap();
        let receipt = Signed::from_bytes(&gone.receipt).unwrap();
        let by = world.served.relay.receipt_key();
        let act = Act::PersonaForgotten;
        Receipt::verify(receipt, by, world.clinic.service, act, &request.statement).unwrap().done_at
    });
    assert_eq!(receipts[0], receipts[1]);
    assert_eq!(world.objects(), 0);
    assert_eq!(code(world.versions(&key)), ProblemCode::BadSignature);
    let again = world.vouch(&world.clinic.doctor("One"), &key);
    assert_eq!(code(again), ProblemCode::PersonaForgotten);
}

#[test]
fn a_store_restored_from_an_older_copy_ends_again_what_ended_since() {
    let beside = tempfile::tempdir().unwrap();
    let [journal, copy, dir] = ["ends", "copy", "restored"].map(|name| beside.path().join(name));
    let noted = journal.clone();
    let world = World::with(move |config| config.journal = Some(noted.clone()));
    let [one, two, three] = ["One", "Two", "Three"].map(|name| world.clinic.doctor(name));
    let (kept, over, gone) = (backup_key(), backup_key(), backup_key());
    for (doctor, key) in [(&one, &kept), (&two, &over), (&three, &gone)] {
        world.vouch(doctor, key).unwrap();
        world.store(key, 1).unwrap();
    }
    let storage_key = support::storage_key();
    let storage_key = storage_key.expose_secret();
    let keeping = |dir, now| Safekeeping {
        dir,
        service_id: world.clinic.service,
        storage_key,
        journal: Some(&journal),
        now,
    };
    backup::back_up(&keeping(world.dir.path(), world.clock.now()), &copy).unwrap();
    world.remove(&two);
    let request = forget_backup(&world.clinic, &gone);
    world.client.forget_backup_key(&gone, &request).unwrap();
    world.client.forget_backup_key(&gone, &request).unwrap();

    world.clock.advance(DAY);
    backup::restore(&keeping(&dir, world.clock.now()), &copy).unwrap();
    world.clock.advance(10);
    let served = Served::start(config(&world.clinic, &world.clock, &dir));
    let client = served.client(&world.clinic, &world.clock);
    assert_eq!(client.backups(&kept).unwrap().versions.len(), 1);
    client.put_backup_pack(&kept, b"more", "pack-more").unwrap();
    assert_eq!(client.backups(&over).unwrap().versions.len(), 1);
    let stored = client.put_backup_pack(&over, b"more", "pack-more");
    assert_eq!(code(stored), ProblemCode::CertificateExpired);
    assert_eq!(code(client.backups(&gone)), ProblemCode::BadSignature);
    let again = client.put_backup_key(&gone, &three.vouch_for(&world.clinic, &gone));
    assert_eq!(code(again), ProblemCode::PersonaForgotten);
}

#[test]
fn a_clock_far_ahead_for_a_while_erases_nothing() {
    let world = World::new();
    let (doctor, key) = (world.clinic.doctor("One"), backup_key());
    world.vouch(&doctor, &key).unwrap();
    world.store(&key, 1).unwrap();
    world.clock.advance(3 * 365 * DAY);
    assert_eq!(world.retain(), 0);
    world.clock.set(START + DAY);
    assert_eq!((world.retain(), world.objects()), (0, 1));
}

#[test]
fn one_certificate_leaves_no_more_than_so_many_marks() {
    let world = World::new();
    let doctor = world.clinic.doctor("One");
    for n in 0..32 {
        let key = backup_key();
        world.vouch(&doctor, &key).unwrap();
        let gone = world.client.forget_backup_key(&key, &forget_backup(&world.clinic, &key));
        assert!(gone.is_ok(), "{n}");
    }
    assert_eq!(code(world.vouch(&doctor, &backup_key())), ProblemCode::QuotaReached);
}

#[test]
fn one_certificate_vouches_for_four_other_keys_at_most() {
    let world = World::new();
    let doctor = world.clinic.doctor("One");
    let keys: Vec<SigningKey> = (0..5).map(|_| backup_key()).collect();
    for key in &keys[..4] {
        world.vouch(&doctor, key).unwrap();
    }
    assert_eq!(code(world.vouch(&doctor, &keys[4])), ProblemCode::QuotaReached);
    world.vouch(&doctor, &keys[0]).unwrap();
    world.client.forget_backup_key(&keys[0], &forget_backup(&world.clinic, &keys[0])).unwrap();
    world.vouch(&doctor, &keys[4]).unwrap();
}
