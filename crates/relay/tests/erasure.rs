//! Revocation and expiry take the re-encryption key out of the database, the write-ahead log and
//! free pages: the files are searched for the planted bytes.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use keyward_protocol::keys::VerifyingKey;
use keyward_protocol::statement::{Act, Receipt, Signed};
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::recovery::PostBackup;
use keyward_relay_api::types::{PostAccess, PostGrant};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use support::{Clinic, DAY, START, Served, TestClock, config, fresh_grant};

/// All bytes of all files below a folder.
fn all_bytes(dir: &Path, into: &mut Vec<u8>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all_bytes(&path, into);
        } else {
            into.extend(std::fs::read(path).unwrap());
        }
    }
}

fn contains(dir: &Path, needle: &[u8]) -> bool {
    let mut bytes = Vec::new();
    all_bytes(dir, &mut bytes);
    bytes.windows(needle.len()).any(|window| window == needle)
}

fn reader(dir: &Path) -> Connection {
    Connection::open_with_flags(dir.join("relay.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// The key in clear and every stored form of it.
fn planted(dir: &Path, post: &PostGrant) -> (Vec<u8>, Vec<Vec<u8>>) {
    let connection = reader(dir);
    let mut select = connection.prepare("SELECT sealed FROM grant_keys").unwrap();
    let sealed: Vec<Vec<u8>> =
        select.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(sealed.len(), post.keys.len());
    (post.keys[0].key.clone(), sealed)
}

fn wait_until(condition: impl Fn() -> bool) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !condition() {
        assert!(std::time::Instant::now() < end, "the condition never came true");
        std::thread::yield_now();
    }
}

#[test]
fn a_revoked_key_is_nowhere_in_the_files() {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let served = Served::start(config(&clinic, &clock, dir.path()));
    let (patient, doctor) = (clinic.patient(), clinic.doctor("Dr Synthetic"));
    let client = served.client(&clinic, &clock);
    client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    let mut charts: Vec<_> = (0..20).map(|_| patient.chart()).collect();
    for (i, chart) in charts.iter_mut().enumerate() {
        let statement = patient.epoch_statement(chart, None);
        client.open_epoch(&patient.signing, &statement, &format!("epoch-{i:04}")).unwrap();
        let batch = patient.batch(chart, 1);
        client.upload(&patient.signing, &batch, &format!("upload-{i:04}")).unwrap();
    }
    let shared: Vec<_> = charts.iter().collect();
    let grant = fresh_grant();
    let post = patient.grant(grant, 0, &doctor, &shared, START + DAY);
    client.grant(&patient.signing, &post, "grant-0001").unwrap();
    let (clear, sealed) = planted(dir.path(), &post);
    assert!(!contains(dir.path(), &clear), "a key must never be stored in clear");
    assert!(sealed.iter().all(|sealed| contains(dir.path(), sealed)), "the search must find it");

    let statement = patient.revocation(grant);
    let revoked = client.revoke(&patient.signing, grant, &statement, "revoke-0001").unwrap();
    assert!(revoked.erased);
    for sealed in &sealed {
        assert!(!contains(dir.path(), sealed));
        // Also not in part: the half that a page boundary could have cut off.
        assert!(!contains(dir.path(), &sealed[..sealed.len() / 2]));
        assert!(!contains(dir.path(), &sealed[sealed.len() / 2..]));
    }
}

/// Everything a relay could have of a persona and of one she continues, then nothing of it.
#[test]
fn a_forgotten_persona_is_nowhere_in_the_files_and_does_not_come_back() {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let served = Served::start(config(&clinic, &clock, dir.path()));
    let (old, patient, other, doctor) =
        (clinic.patient(), clinic.patient(), clinic.patient(), clinic.doctor("Dr Synthetic"));
    let client = served.client(&clinic, &clock);
    for persona in [&old, &patient, &other] {
        client.put_persona(&persona.signing, persona.certificate.raw()).unwrap();
    }
    client.put_clinician(&doctor.signing, doctor.certificate.raw()).unwrap();
    let mut planted: Vec<Vec<u8>> = Vec::new();
    for (i, persona) in [&old, &patient].into_iter().enumerate() {
        let mut chart = persona.chart();
        let statement = persona.epoch_statement(&chart, None);
        client.open_epoch(&persona.signing, &statement, &format!("epoch-{i:04}")).unwrap();
        let batch = persona.batch(&mut chart, 3);
        for record in &batch.records {
            planted.push(record.header.clone());
            planted.push(record.payload[..48].to_vec());
        }
        planted.push(batch.heads[0].clone());
        client.upload(&persona.signing, &batch, &format!("upload-{i:04}")).unwrap();
        let grant = fresh_grant();
        let post = persona.grant(grant, 0, &doctor, &[&chart], START + DAY);
        planted.push(post.signed_grant.clone());
        planted.push(post.message[..48].to_vec());
        client.grant(&persona.signing, &post, &format!("grant-{i:04}")).unwrap();
        let wanted =
            PostAccess { grant_id: grant, compartment: chart.compartment, after: vec![], limit: 9 };
        planted.push(client.access(&doctor.signing, &wanted).unwrap().receipt);
        let pack = format!("a sealed pack of the backup number {i}").into_bytes();
        let stored = client.put_backup_pack(&persona.signing, &pack, &format!("pack-{i:04}"));
        let manifest = format!("a sealed manifest of the backup number {i}").into_bytes();
        let packs = vec![stored.unwrap().pack];
        let backup = PostBackup { sequence: 1, packs, manifest: manifest.clone() };
        client.put_backup(&persona.signing, &backup, &format!("backup-{i:04}")).unwrap();
        planted.extend([pack, manifest]);
        planted.push(persona.id().to_bytes().to_vec());
        planted.push(chart.compartment.as_bytes().to_vec());
        planted.push(persona.certificate.raw().to_vec());
        for (at, needle) in planted.iter().enumerate() {
            assert!(contains(dir.path(), needle), "the search must find number {at}");
        }
        if i == 0 {
            let statement = old.replaced_by(&clinic, &patient, START);
            planted.push(statement.clone());
            client.replace(&patient.signing, &statement, "replace-0001").unwrap();
            // What a replacement itself deletes is not looked for again.
            planted.remove(8);
        }
    }
    let mut others = other.chart();
    let statement = other.epoch_statement(&others, None);
    client.open_epoch(&other.signing, &statement, "epoch-other").unwrap();
    let batch = other.batch(&mut others, 1);
    client.upload(&other.signing, &batch, "upload-other").unwrap();

    let wish = patient.forget(&clinic);
    let forgotten = client.forget(&patient.signing, &wish).unwrap();
    let receipt_key = VerifyingKey::from_bytes(&client.status().unwrap().receipt_key).unwrap();
    let check = |bytes: &[u8]| {
        let signed = Signed::from_bytes(bytes).unwrap();
        let act = Act::PersonaForgotten;
        Receipt::verify(signed, &receipt_key, clinic.service, act, &wish.statement).unwrap()
    };
    let receipt = check(&forgotten.receipt);
    assert_eq!((receipt.done_at, receipt.erased_by), (forgotten.at, forgotten.at));
    for (at, needle) in planted.iter().enumerate() {
        assert!(!contains(dir.path(), needle), "number {at} is still in the files");
    }
    assert!(contains(dir.path(), &batch.records[0].payload), "others keep theirs");
    // It can be said again, and nothing comes back.
    clock.advance(100);
    assert_eq!(check(&client.forget(&patient.signing, &wish).unwrap().receipt).done_at, START);
    for persona in [&patient, &old] {
        let back = client.put_persona(&persona.signing, persona.certificate.raw()).unwrap_err();
        assert_eq!(back.problem(), Some(ProblemCode::PersonaForgotten));
    }
    let asks = client.accesses(&patient.signing, 0).unwrap_err();
    assert_eq!(asks.problem(), Some(ProblemCode::BadSignature));
    // Somebody else's wish, and a wish signed by somebody else.
    let theirs = client.forget(&patient.signing, &other.forget(&clinic)).unwrap_err();
    assert_eq!(theirs.problem(), Some(ProblemCode::BadSignature));
    let mut mixed = other.forget(&clinic);
    mixed.statement = wish.statement.clone();
    let mixed = client.forget(&other.signing, &mixed).unwrap_err();
    assert_eq!(mixed.problem(), Some(ProblemCode::BadSignature));
    client.accesses(&other.signing, 0).unwrap();
}

#[test]
fn a_reader_in_the_way_delays_erasure_but_not_revocation() {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let served = Served::start(config(&clinic, &clock, dir.path()));
    let (patient, doctor) = (clinic.patient(), clinic.doctor("Dr Synthetic"));
    let client = served.client(&clinic, &clock);
    client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    let chart = patient.chart();
    let statement = patient.epoch_statement(&chart, None);
    client.open_epoch(&patient.signing, &statement, "epoch-0001").unwrap();
    let grant = fresh_grant();
    let post = patient.grant(grant, 0, &doctor, &[&chart], START + DAY);
    client.grant(&patient.signing, &post, "grant-0001").unwrap();
    let (_, sealed) = planted(dir.path(), &post);

    let slow = reader(dir.path());
    slow.execute_batch("BEGIN").unwrap();
    let _: i64 = slow.query_row("SELECT count(*) FROM grants", [], |row| row.get(0)).unwrap();
    let statement = patient.revocation(grant);
    let revoked = client.revoke(&patient.signing, grant, &statement, "revoke-0001").unwrap();
    assert!(!revoked.erased, "with a reader in the way the answer must not claim erasure");
    slow.execute_batch("COMMIT").unwrap();
    wait_until(|| !contains(dir.path(), &sealed[0]));
}

#[test]
fn expiry_takes_the_key_too() {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let served = Served::start(config(&clinic, &clock, dir.path()));
    let (patient, doctor) = (clinic.patient(), clinic.doctor("Dr Synthetic"));
    let client = served.client(&clinic, &clock);
    client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    let chart = patient.chart();
    let statement = patient.epoch_statement(&chart, None);
    client.open_epoch(&patient.signing, &statement, "epoch-0001").unwrap();
    let post = patient.grant(fresh_grant(), 0, &doctor, &[&chart], START + DAY);
    client.grant(&patient.signing, &post, "grant-0001").unwrap();
    let (_, sealed) = planted(dir.path(), &post);
    clock.set(START + DAY);
    assert_eq!(served.block_on(served.relay.tidy()).unwrap(), 1);
    wait_until(|| !contains(dir.path(), &sealed[0]));
}
