//! Revocation and expiry take the re-encryption key out of the database, the write-ahead log and
//! free pages: the files are searched for the planted bytes.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use keyward_relay_api::types::PostGrant;
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
