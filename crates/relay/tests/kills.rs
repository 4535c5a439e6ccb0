//! The relay killed in numbers: `cargo xtask kills`. Records, grants, revocations and backups that
//! were acknowledged are there afterwards, every payload whole; what was revoked stays revoked, who
//! was replaced or forgotten stays so.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]
#![cfg(target_os = "linux")]

mod support;

use keyward_protocol::chain::SignedHeader;
use keyward_protocol::ids::{CompartmentId, GrantId, RecordId};
use keyward_protocol::keys::SigningKey;
use keyward_relay_api::client::RelayClient;
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::recovery::PostBackup;
use keyward_relay_api::types::{After, GrantState, PostOwnRecords};
use keyward_testkit::disk::{Deaths, FaultyDisk};
use std::collections::HashSet;
use std::path::Path;
use std::process::Command;
use support::{Clinic, DAY, Patient, START, Served, TestClock, config, fresh_grant};

const CHILD_DIR: &str = "KEYWARD_TEST_KILLS_DIR";
const CHILD_CLINIC: &str = "KEYWARD_TEST_KILLS_CLINIC";
/// What a backup's pack holds.
const PACK: &[u8] = b"a sealed pack";
/// Deaths one relay goes through.
const LIVES: u32 = 20;

/// Not a test of its own: a patient's app that works, with its relay, until it is killed.
#[test]
#[allow(clippy::print_stdout, reason = "this is how it reports")]
fn child() {
    let Ok(dir) = std::env::var(CHILD_DIR) else { return };
    let clinic = Clinic::from_secret(&std::env::var(CHILD_CLINIC).unwrap());
    let clock = TestClock::new();
    let served = Served::start(config(&clinic, &clock, Path::new(&dir)));
    println!("\nready");
    let (patient, doctor) = (clinic.patient(), clinic.doctor("Dr Synthetic"));
    let client = served.client(&clinic, &clock);
    client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    let mut chart = patient.chart();
    let statement = patient.epoch_statement(&chart, None);
    client.open_epoch(&patient.signing, &statement, "epoch-0001").unwrap();
    let secret = hex::encode(patient.signing.expose_secret().as_slice());
    println!("persona {secret} {}", chart.compartment);
    for i in 0_u64.. {
        let batch = patient.batch(&mut chart, 2);
        let ids = batch.records.iter().map(|it| {
            SignedHeader::from_bytes(&it.header).unwrap().unverified().record_id.to_string()
        });
        let ids: Vec<String> = ids.collect();
        client.upload(&patient.signing, &batch, &format!("upload-{i:06}")).unwrap();
        println!("stored {}", ids.join(" "));
        let grant = fresh_grant();
        let post = patient.grant(grant, 0, &doctor, &[&chart], START + DAY);
        client.grant(&patient.signing, &post, &format!("grant-{i:06}")).unwrap();
        println!("granted {grant}");
        let statement = patient.revocation(grant);
        client.revoke(&patient.signing, grant, &statement, &format!("revoke-{i:06}")).unwrap();
        println!("revoked {grant}");
        losses(&clinic, &client, i);
    }
}

/// A persona is replaced, her successor keeps a backup, a third one is forgotten.
#[allow(clippy::print_stdout, reason = "this is how it reports")]
fn losses(clinic: &Clinic, client: &RelayClient, i: u64) {
    let [lost, next, gone] = [(); 3].map(|()| clinic.patient());
    for persona in [&lost, &next, &gone] {
        client.put_persona(&persona.signing, persona.certificate.raw()).unwrap();
    }
    let secret = |it: &Patient| hex::encode(it.signing.expose_secret().as_slice());
    let statement = lost.replaced_by(clinic, &next, START);
    client.replace(&next.signing, &statement, &format!("replace-{i:06}")).unwrap();
    println!("replaced {}", secret(&lost));
    let pack = client.put_backup_pack(&next.signing, PACK, &format!("pack-{i:06}")).unwrap().pack;
    let backup = PostBackup { sequence: 1, packs: vec![pack], manifest: b"manifest".to_vec() };
    client.put_backup(&next.signing, &backup, &format!("backup-{i:06}")).unwrap();
    println!("kept {}", secret(&next));
    client.forget(&gone.signing, &gone.forget(clinic)).unwrap();
    println!("forgot {}", secret(&gone));
}

/// What one life was told.
struct Life {
    key: SigningKey,
    compartment: CompartmentId,
    records: HashSet<RecordId>,
    grants: Vec<(GrantId, bool)>,
    /// Keys of who was replaced, of who keeps a backup, of who was forgotten.
    replaced: Vec<SigningKey>,
    kept: Vec<SigningKey>,
    forgotten: Vec<SigningKey>,
}

impl Life {
    fn check_losses(&self, client: &RelayClient) {
        let code = |key| client.accesses(key, 0).unwrap_err().problem();
        for key in &self.replaced {
            assert_eq!(code(key), Some(ProblemCode::PersonaReplaced), "a lost key is back");
        }
        for key in &self.forgotten {
            assert_eq!(code(key), Some(ProblemCode::BadSignature), "a forgotten persona is back");
        }
        for key in &self.kept {
            let backup = client.backup(key, 1).unwrap();
            assert_eq!(client.backup_pack(key, backup.packs[0]).unwrap(), PACK);
        }
    }
}

fn key(secret: &str) -> SigningKey {
    SigningKey::from_bytes(&hex::decode(secret).unwrap().try_into().unwrap()).unwrap()
}

fn note(lives: &mut Vec<Life>, line: &str) -> u32 {
    let words: Vec<&str> = line.split(' ').collect();
    match (&words[..], lives.last_mut()) {
        (["persona", secret, compartment], _) => {
            lives.push(Life {
                key: key(secret),
                compartment: compartment.parse().unwrap(),
                records: HashSet::new(),
                grants: Vec::new(),
                replaced: Vec::new(),
                kept: Vec::new(),
                forgotten: Vec::new(),
            });
        }
        (["stored", ids @ ..], Some(life)) => {
            life.records.extend(ids.iter().map(|id| id.parse::<RecordId>().unwrap()));
        }
        (["granted", grant], Some(life)) => life.grants.push((grant.parse().unwrap(), false)),
        (["revoked", _], Some(life)) => life.grants.last_mut().unwrap().1 = true,
        (["replaced", secret], Some(life)) => life.replaced.push(key(secret)),
        (["kept", secret], Some(life)) => life.kept.push(key(secret)),
        (["forgot", secret], Some(life)) => life.forgotten.push(key(secret)),
        _ => return 0,
    }
    1
}

/// All ids of a compartment, every payload checked against its signed header.
fn stored(client: &RelayClient, life: &Life) -> HashSet<RecordId> {
    let (mut found, mut after) = (HashSet::new(), Vec::<After>::new());
    loop {
        let wanted =
            PostOwnRecords { compartment: life.compartment, after, limit: 1_000, payloads: true };
        let answer = client.own_records(&life.key, &wanted).unwrap();
        let mut last = None;
        for (header, payload) in &answer.records {
            let header = SignedHeader::from_bytes(header).unwrap();
            let header = header.verify(life.key.verifying_key()).unwrap();
            header.check_payload(payload.as_ref().unwrap()).unwrap();
            assert!(found.insert(header.record_id));
            last = Some(After { device: header.device, position: header.position });
        }
        if !answer.more {
            return found;
        }
        after = last.into_iter().collect();
    }
}

#[test]
fn what_was_acknowledged_survives_every_death() {
    if std::env::var_os(CHILD_DIR).is_some() {
        return;
    }
    let mut deaths = Deaths::wanted(15);
    let mut said = 0;
    while deaths.left() > 0 {
        let (clinic, clock) = (Clinic::new(), TestClock::new());
        let (dir, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let disk = FaultyDisk::new(dir.path(), scratch.path()).unwrap();
        let mut lives = Vec::new();
        for _ in 0..LIVES.min(deaths.left()) {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command
                .args(["--exact", "child", "--nocapture", "--test-threads=1"])
                .env(CHILD_DIR, dir.path())
                .env(CHILD_CLINIC, clinic.secret());
            for line in deaths.die(&disk, command).unwrap() {
                said += note(&mut lives, &line);
            }
            let served = Served::start(config(&clinic, &clock, dir.path()));
            let client = served.client(&clinic, &clock);
            for life in &lives {
                assert!(life.records.is_subset(&stored(&client, life)), "a record is lost");
                for (grant, revoked) in &life.grants {
                    let state = client.grant_detail(&life.key, *grant).unwrap().summary.state;
                    assert!(!revoked || state == GrantState::Revoked, "a revocation is lost");
                }
                life.check_losses(&client);
            }
        }
    }
    assert!(said > 0, "nothing was acknowledged");
    eprintln!("{said} acknowledged and found, {} power cuts took something", deaths.cuts());
    deaths.tell();
}
