//! Health, metrics, a full disk, quotas and retention, through the binary.
#![allow(clippy::unwrap_used, reason = "tests")]
#![cfg(target_os = "linux")]

mod support;

use keyward_protocol::ids::GrantId;
use keyward_relay_api::client::RelayClient;
use keyward_relay_api::http::ClientError;
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::types::PostAccess;
use keyward_testkit::disk::{Fault, FaultyDisk, Files};
use rusqlite::Connection;
use support::world::{Chart, Doctor, Patient};
use support::{Running, Site, doctor, fetch, now, patient, plain, server};

struct People {
    patient: Patient,
    doctor: Doctor,
    chart: Chart,
    grant: GrantId,
}

/// A patient who shares one record with a doctor.
fn people(site: &Site, relay: &RelayClient) -> People {
    let (patient, doctor) = (patient(&site.clinic), doctor(&site.clinic, "Dr Sample"));
    relay.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    relay.put_clinician(&doctor.signing, doctor.certificate.raw()).unwrap();
    let mut chart = patient.chart();
    relay
        .open_epoch(&patient.signing, &patient.epoch_statement(&chart, None), "epoch-0001")
        .unwrap();
    relay.upload(&patient.signing, &patient.batch(&mut chart, 1), "upload-0001").unwrap();
    let grant = GrantId::random(&mut rand::rng());
    let post = patient.grant(grant, 0, &doctor, &[&chart], now() + 100_000);
    relay.grant(&patient.signing, &post, "grant-0001").unwrap();
    People { patient, doctor, chart, grant }
}

impl People {
    fn access(&self, relay: &RelayClient) -> Result<usize, ClientError> {
        let compartment = self.chart.compartment;
        let wanted = PostAccess { grant_id: self.grant, compartment, after: vec![], limit: 9 };
        relay.access(&self.doctor.signing, &wanted).map(|answer| answer.records.len())
    }

    fn upload(&mut self, relay: &RelayClient, name: &str) -> Result<(), ClientError> {
        let batch = self.patient.batch(&mut self.chart, 1);
        relay.upload(&self.patient.signing, &batch, name).map(drop)
    }

    fn stop_sharing(&self, relay: &RelayClient) {
        let statement = self.patient.revocation(self.grant);
        relay.revoke(&self.patient.signing, self.grant, &statement, "revoke-0001").unwrap();
    }
}

fn code<T: std::fmt::Debug>(outcome: Result<T, ClientError>) -> (ProblemCode, Option<String>) {
    match outcome.unwrap_err() {
        ClientError::Problem(problem) => (problem.code, problem.detail.clone()),
        other => panic!("{other}"),
    }
}

#[test]
fn it_says_that_it_lives_that_it_is_ready_and_what_it_did() {
    let site = Site::new();
    let running = site.run();
    let relay = site.client(&running);
    let people = people(&site, &relay);
    people.access(&relay).unwrap();
    assert_eq!(running.page("/livez"), (200, "live\n".to_owned()));
    assert_eq!(running.page("/readyz"), (200, "database ok\nblobs ok\nroom ok\nclock ok\n".into()));
    let (_, text) = running.page("/metrics");
    for line in [
        "keyward_requests_total{endpoint=\"/v1/access\",method=\"POST\",status=\"200\"} 1",
        "keyward_request_seconds_count{endpoint=\"/v1/records\"} 1",
        "keyward_personas 1",
        "keyward_clinicians 1",
        "keyward_live_grants 1",
        "keyward_messages 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    let value = |name: &str| -> f64 {
        let line = text.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
        line.split(' ').nth(1).unwrap().parse().unwrap()
    };
    assert!(value("keyward_stored_bytes") > 0.0 && value("keyward_database_bytes") > 0.0);
    assert!(value("keyward_free_bytes") > 0.0 && value("keyward_resident_bytes") > 1e6);
    assert!(value("keyward_open_files") > 3.0);
    // Neither side has the other's pages.
    for path in ["/livez", "/readyz", "/metrics"] {
        assert_eq!(fetch(&plain(), &format!("{}{path}", running.url)).unwrap().0, 404, "{path}");
    }
    assert_eq!(running.page("/v1/status").0, 404);
    running.stop();
}

#[test]
fn without_room_nothing_is_taken_but_a_share_can_be_stopped() {
    for (quota, why) in
        [("min_free_bytes = 9000000000000000000", "low-space"), ("total_bytes = 1", "total-quota")]
    {
        let site = Site::new();
        let running = site.run();
        let mut people = people(&site, &site.client(&running));
        running.stop();
        site.configure("", &format!("[quota]\n{quota}"));
        let running = site.run();
        let relay = site.client(&running);
        let text = running.page_until("/readyz", |status, _| status == 503);
        assert!(text.contains("room failed") && text.contains("database ok"), "{text}");
        let refused = code(people.upload(&relay, "upload-0002"));
        assert_eq!(refused, (ProblemCode::StorageFailed, Some(why.to_owned())));
        assert_eq!(people.access(&relay).unwrap(), 1, "reading goes on");
        people.stop_sharing(&relay);
        assert_eq!(code(people.access(&relay)).0, ProblemCode::GrantRevoked);
        running.stop();
    }
}

#[test]
fn quotas_of_one_persona_are_refused_by_their_own_name() {
    let site = Site::new();
    site.configure("", "[quota]\npersona_bytes = 1");
    let running = site.run();
    let relay = site.client(&running);
    let patient = patient(&site.clinic);
    relay.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    let mut chart = patient.chart();
    relay
        .open_epoch(&patient.signing, &patient.epoch_statement(&chart, None), "epoch-0001")
        .unwrap();
    let batch = patient.batch(&mut chart, 1);
    let refused = code(relay.upload(&patient.signing, &batch, "upload-0001"));
    assert_eq!(refused.0, ProblemCode::QuotaReached);
    running.stop();
}

#[test]
fn a_full_disk_is_told_and_over_without_a_restart() {
    let site = Site::new();
    let (dir, scratch) = (site.path().join("relay"), tempfile::tempdir().unwrap());
    std::fs::create_dir(&dir).unwrap();
    let disk = FaultyDisk::new(&dir, scratch.path()).unwrap();
    let mut command = server(&["relay", "--config", "relay.toml"], site.path());
    disk.attach(&mut command);
    let running = Running::start(&mut command);
    let relay = site.client(&running);
    let mut people = people(&site, &relay);
    disk.fail(Fault::Full, Files::All, 0).unwrap();
    assert_eq!(code(people.upload(&relay, "upload-0002")).0, ProblemCode::StorageFailed);
    let text = running.page_until("/readyz", |status, _| status == 503);
    assert!(text.contains("database failed") && text.contains("blobs failed"), "{text}");
    assert_eq!(running.page("/livez").0, 200, "alive all the same");
    assert_eq!(relay.grants(&people.patient.signing, None).unwrap().grants.len(), 1);
    disk.heal().unwrap();
    running.page_until("/readyz", |status, _| status == 200);
    people.stop_sharing(&relay);
    running.stop();
}

#[test]
fn a_clock_that_is_behind_what_was_seen_is_told() {
    let site = Site::new();
    site.run().stop();
    let database = Connection::open(site.path().join("relay/relay.db")).unwrap();
    let later = (now() + 3_600).to_be_bytes();
    let set = "UPDATE meta SET value = ?1 WHERE name = 'highest-time'";
    assert_eq!(database.execute(set, [later]).unwrap(), 1);
    drop(database);
    let running = site.run();
    let text = running.page_until("/readyz", |status, _| status == 503);
    assert!(text.contains("clock failed") && text.contains("database ok"), "{text}");
    running.stop();
}

#[test]
fn what_was_kept_long_enough_is_deleted_and_nothing_else() {
    let site = Site::new();
    let running = site.run();
    let relay = site.client(&running);
    let people = people(&site, &relay);
    people.access(&relay).unwrap();
    running.stop();
    let database = || Connection::open(site.path().join("relay/relay.db")).unwrap();
    let count = |table: &str| -> u32 {
        let sql = format!("SELECT count(*) FROM {table}");
        database().query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    let keep = "[retention]\naccess_history_days = 30\nended_grants_days = 30\nmessages_days = 30";
    site.configure("", keep);
    // Everything is young.
    site.run().stop();
    assert_eq!([count("accesses"), count("grants"), count("messages")], [1, 1, 1]);
    // The letter and the history get old; the share goes on.
    let old = i64::try_from(now() - 31 * 86_400).unwrap();
    database().execute("UPDATE messages SET received = ?1", [old]).unwrap();
    database().execute("UPDATE accesses SET time = ?1", [old]).unwrap();
    let running = site.run();
    running.wait_for("kept long enough and deleted");
    people.access(&site.client(&running)).unwrap();
    running.stop();
    assert_eq!([count("accesses"), count("grants"), count("messages")], [1, 1, 0]);
    // The share is over long since, but stands in the history: it stays as long as that.
    database().execute("UPDATE grants SET expiry = ?1", [old]).unwrap();
    site.run().stop();
    assert_eq!([count("accesses"), count("grants"), count("grant_keys")], [1, 1, 0]);
    database().execute("UPDATE accesses SET time = ?1", [old]).unwrap();
    let running = site.run();
    running.wait_for("kept long enough and deleted");
    running.stop();
    assert_eq!([count("accesses"), count("grants"), count("personas")], [0, 0, 1]);
}
