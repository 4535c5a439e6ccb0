//! From one version to the next on the same store, with a client going on; and back, which is
//! refused and leaves the file as it was.
#![allow(clippy::unwrap_used, reason = "tests")]
#![cfg(unix)]

mod support;

use keyward_relay_api::batch::UploadBatch;
use keyward_relay_api::client::RelayClient;
use keyward_relay_api::http::ClientError;
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::types::PostOwnRecords;
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use support::world::Patient;
use support::{LONG, Running, Site, client, patient, refused};

/// The first version's script, as it was released.
const FIRST: &str = include_str!("../../relay/src/sqlite/schema.sql");
const APPLICATION_ID: i64 = 0x4b57_524c;

fn digest(path: &Path) -> Vec<u8> {
    Sha256::digest(std::fs::read(path).unwrap()).to_vec()
}

#[test]
fn a_store_of_the_first_version_is_brought_up_to_date_and_served() {
    let site = Site::new();
    let dir = site.path().join("relay");
    std::fs::create_dir(&dir).unwrap();
    let database = Connection::open(dir.join("relay.db")).unwrap();
    database.execute_batch(FIRST).unwrap();
    database.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    database.pragma_update(None, "user_version", 1).unwrap();
    drop(database);
    let running = site.run();
    let patient = patient(&site.clinic);
    let relay = site.client(&running);
    relay.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    running.stop();
    let database = Connection::open(dir.join("relay.db")).unwrap();
    let version: i64 = database.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert!(version > 1);
}

#[test]
fn an_older_program_refuses_a_newer_store_and_leaves_it_untouched() {
    let site = Site::new();
    site.run().stop();
    let path = site.path().join("relay/relay.db");
    let database = Connection::open(&path).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    let before = digest(&path);
    let run = ["relay", "--config", "relay.toml"];
    assert!(refused(&run, site.path()).contains("written by a newer version (99)"));
    let backup = ["backup", "relay", "--config", "relay.toml", "--to", "backup"];
    assert!(refused(&backup, site.path()).contains("written by a newer version (99)"));
    assert_eq!(digest(&path), before);
}

/// One process ends, the next takes its place, while a client uploads as clients do.
#[test]
fn a_client_goes_on_over_an_upgrade() {
    let site = Site::new();
    let fixed = |running: &Running| running.url.rsplit(':').next().unwrap().to_owned();
    let first = site.run();
    // The next one takes the same port, as it does in service.
    let port = fixed(&first);
    let text = std::fs::read_to_string(site.path().join("relay.toml")).unwrap();
    let text = text.replacen("127.0.0.1:0", &format!("127.0.0.1:{port}"), 1);
    std::fs::write(site.path().join("relay.toml"), text).unwrap();
    let relay = site.client(&first);
    let patient = patient(&site.clinic);
    relay.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    let mut chart = patient.chart();
    relay
        .open_epoch(&patient.signing, &patient.epoch_statement(&chart, None), "epoch-0001")
        .unwrap();

    let there = AtomicBool::new(false);
    let second = std::thread::scope(|scope| {
        let (relay, patient, chart, there) = (&relay, &patient, &mut chart, &there);
        let going = scope.spawn(move || {
            let mut uploaded = 0;
            loop {
                // One more after the new one is there.
                let last = there.load(Ordering::SeqCst);
                let batch = patient.batch(chart, 1);
                upload(relay, patient, &batch, &format!("upload-no-{uploaded}"));
                uploaded += 1;
                if last {
                    return uploaded;
                }
            }
        });
        first.stop();
        let second = site.run();
        there.store(true, Ordering::SeqCst);
        (second, going.join().unwrap())
    });
    let (second, uploaded) = second;
    let wanted = PostOwnRecords {
        compartment: chart.compartment,
        after: vec![],
        limit: 1_000,
        payloads: true,
    };
    let relay = client(&second, site.clinic.service);
    let stored = relay.own_records(&patient.signing, &wanted).unwrap().records.len();
    assert_eq!(stored, uploaded.min(1_000));
    second.stop();
}

/// As a client does: the same upload under the same name until it is acknowledged.
fn upload(relay: &RelayClient, patient: &Patient, batch: &UploadBatch, name: &str) {
    let began = Instant::now();
    while let Err(error) = relay.upload(&patient.signing, batch, name) {
        let later = match &error {
            ClientError::Problem(problem) => problem.code == ProblemCode::Busy,
            _ => true,
        };
        assert!(later && began.elapsed() < LONG, "{error}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
