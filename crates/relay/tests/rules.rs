//! Replays, retries, clocks, revisions, removed clinicians: each rule with a validly signed
//! request that breaks it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use axum::http::Method;
use keyward_protocol::request::{RequestParts, body_digest, sign_request};

use keyward_relay_api::authority::persona::EPOCH_SECONDS;
use keyward_relay_api::batch::{AccessAnswer, UploadBatch};
use keyward_relay_api::http::{Call, HttpClient, UnixClock};
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::types::{PostAccess, PostStatement};
use support::{Chart, Clinic, DAY, Doctor, Patient, START, Served, TestClock, config, fresh_grant};

struct Shared {
    clinic: Clinic,
    clock: std::sync::Arc<TestClock>,
    served: Served,
    patient: Patient,
    doctor: Doctor,
    chart: Chart,
    grant: keyward_protocol::ids::GrantId,
    dir: tempfile::TempDir,
}

fn shared(until: u64) -> Shared {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let served = Served::start(config(&clinic, &clock, dir.path()));
    let (patient, doctor) = (clinic.patient(), clinic.doctor("Dr Synthetic"));
    let client = served.client(&clinic, &clock);
    client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    client.put_clinician(&doctor.signing, doctor.certificate.raw()).unwrap();
    let mut chart = patient.chart();
    let statement = patient.epoch_statement(&chart, None);
    client.open_epoch(&patient.signing, &statement, "epoch-0001").unwrap();
    client.upload(&patient.signing, &patient.batch(&mut chart, 3), "upload-0001").unwrap();
    let grant = fresh_grant();
    let post = patient.grant(grant, 0, &doctor, &[&chart], until);
    client.grant(&patient.signing, &post, "grant-0001").unwrap();
    Shared { clinic, clock, served, patient, doctor, chart, grant, dir }
}

impl Shared {
    fn access(&self) -> Result<usize, ProblemCode> {
        let wanted = PostAccess {
            grant_id: self.grant,
            compartment: self.chart.compartment,
            after: vec![],
            limit: 10,
        };
        let client = self.served.stranger(&self.clinic, &self.clock);
        match client.access(&self.doctor.signing, &wanted) {
            Ok(answer) => Ok(answer.records.len()),
            Err(error) => Err(error.problem().unwrap()),
        }
    }

    fn restart(self) -> Shared {
        let Shared { clinic, clock, served, patient, doctor, chart, grant, dir } = self;
        drop(served);
        let served = Served::start(config(&clinic, &clock, dir.path()));
        Shared { clinic, clock, served, patient, doctor, chart, grant, dir }
    }
}

#[test]
fn a_clock_set_back_revives_nothing_also_after_a_restart() {
    let shared = shared(START + 10 * DAY);
    assert_eq!(shared.access(), Ok(3));
    shared.clock.set(START + 10 * DAY);
    assert_eq!(shared.access(), Err(ProblemCode::GrantExpired));
    for back in [START + 10 * DAY - 200, START, START - 3650 * DAY] {
        shared.clock.set(back);
        // The doctor's clock goes along; within the window the grant must stay over, beyond it
        // the request is refused for its time.
        let refused = shared.access().unwrap_err();
        assert!(
            matches!(refused, ProblemCode::GrantExpired | ProblemCode::ClockSkew),
            "{refused} at {back}"
        );
    }
    shared.clock.set(START + 10 * DAY - 200);
    let shared = shared.restart();
    assert_eq!(shared.access(), Err(ProblemCode::GrantExpired));
}

#[test]
fn a_removed_clinician_is_refused_everywhere_and_for_good() {
    let shared = shared(START + 10 * DAY);
    let hash = shared.doctor.certificate.hash();
    shared.served.block_on(shared.served.relay.set_removed(vec![hash])).unwrap();
    shared.served.block_on(shared.served.relay.set_removed(vec![])).unwrap();
    assert_eq!(shared.access(), Err(ProblemCode::ClinicianRemoved));
    let shared = shared.restart();
    assert_eq!(shared.access(), Err(ProblemCode::ClinicianRemoved));
    let client = shared.served.client(&shared.clinic, &shared.clock);
    let again =
        client.put_clinician(&shared.doctor.signing, shared.doctor.certificate.raw()).unwrap_err();
    assert_eq!(again.problem(), Some(ProblemCode::ClinicianRemoved));
    let post =
        shared.patient.grant(fresh_grant(), 0, &shared.doctor, &[&shared.chart], START + DAY);
    let refused = client.grant(&shared.patient.signing, &post, "grant-0002").unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemCode::ClinicianRemoved));
}

#[test]
fn a_replayed_request_is_refused_and_a_retry_is_not() {
    let shared = shared(START + 10 * DAY);
    let statement = shared.patient.revocation(shared.grant);
    let path = format!("/v1/grants/{}/revoke", shared.grant);
    let body = serde_json::to_vec(&PostStatement { statement }).unwrap();
    let send = |idempotency_key: Option<&str>, body: &[u8], times: usize| -> Vec<u16> {
        let parts = RequestParts {
            method: "POST",
            path_and_query: &path,
            body_digest: body_digest(body),
            service_id: shared.clinic.service,
            idempotency_key,
        };
        let headers =
            sign_request(&shared.patient.signing, &parts, START, &mut rand::rng()).unwrap();
        (0..times)
            .map(|_| {
                let mut request = reqwest::Client::new()
                    .post(format!("{}{path}", shared.served.url))
                    .header("content-type", "application/json")
                    .body(body.to_vec());
                for (name, value) in headers.iter() {
                    request = request.header(name, value);
                }
                shared.served.block_on(request.send()).unwrap().status().as_u16()
            })
            .collect()
    };
    assert_eq!(send(None, &body, 3), [200, 409, 409], "byte for byte the same request");
    assert_eq!(send(Some("the-same-key"), &body, 2), [200, 200], "an exact retry");
    assert_eq!(send(Some("the-same-key"), &body, 1), [200], "a retry signed anew");
    let mut other = body.clone();
    other.push(b' ');
    assert_eq!(send(Some("the-same-key"), &other, 1), [409], "another request under the key");
}

#[test]
fn what_breaks_a_chain_or_a_head_changes_nothing() {
    let mut shared = shared(START + 10 * DAY);
    let client = shared.served.client(&shared.clinic, &shared.clock);
    let key = &shared.patient.signing;
    let refused = |batch: &UploadBatch, name: &str| {
        client.upload(key, batch, name).unwrap_err().problem().unwrap()
    };
    let old_head = shared.patient.sign_head(&shared.chart);
    let next = shared.patient.batch(&mut shared.chart, 3);
    // A gap: the middle one is missing.
    let mut gap = UploadBatch { heads: next.heads.clone(), records: Vec::new() };
    for (i, record) in next.records.iter().enumerate() {
        if i != 1 {
            gap.records.push(copy(record));
        }
    }
    assert_eq!(refused(&gap, "chain-gap-1"), ProblemCode::ChainBroken);
    // The right records under a head that promises more than there is.
    let short = UploadBatch {
        heads: next.heads.clone(),
        records: next.records[..2].iter().map(copy).collect(),
    };
    assert_eq!(refused(&short, "head-ahead-1"), ProblemCode::HeadConflict);
    // A payload that is not the header's.
    let mut swapped = UploadBatch { heads: next.heads.clone(), records: Vec::new() };
    swapped.records.extend(next.records.iter().map(copy));
    swapped.records[0].payload = next.records[1].payload.clone();
    assert_eq!(refused(&swapped, "payload-swap"), ProblemCode::BadRecord);
    // Nothing of all that was kept; then the whole passes, and an older head no longer does.
    assert_eq!(client.upload(key, &next, "the-whole-1").unwrap().stored, 3);
    let older = UploadBatch { heads: vec![old_head], records: vec![] };
    assert_eq!(refused(&older, "older-head-1"), ProblemCode::HeadConflict);
    assert_eq!(shared.access(), Ok(6));

    // After a new epoch the old one takes nothing more.
    let late = shared.patient.seal(&mut shared.chart, b"late");
    let statement = shared.patient.next_epoch(&mut shared.chart);
    client.open_epoch(key, &statement, "epoch-0002").unwrap();
    let late = UploadBatch { heads: vec![], records: vec![late] };
    assert_eq!(refused(&late, "late-record-1"), ProblemCode::EpochClosed);
    // Another persona's validly signed record is not hers to upload.
    let other = shared.clinic.patient();
    client.put_persona(&other.signing, other.certificate.raw()).unwrap();
    let foreign = client.upload(&other.signing, &next, "foreign-0001").unwrap_err();
    assert_eq!(foreign.problem(), Some(ProblemCode::BadRecord));
}

fn copy(record: &keyward_relay_api::batch::UploadRecord) -> keyward_relay_api::batch::UploadRecord {
    keyward_relay_api::batch::UploadRecord {
        header: record.header.clone(),
        payload: record.payload.clone(),
    }
}

#[test]
fn revisions_add_and_old_ones_do_not_come_back() {
    let shared = shared(START + 10 * DAY);
    let client = shared.served.client(&shared.clinic, &shared.clock);
    let key = &shared.patient.signing;
    let second = shared.patient.chart();
    let statement = shared.patient.epoch_statement(&second, None);
    client.open_epoch(key, &statement, "epoch-0002").unwrap();
    let both = [&shared.chart, &second];
    // A grant without a key for one of its entries is refused whole.
    let mut lacking =
        shared.patient.grant(shared.grant, 1, &shared.doctor, &both, START + 20 * DAY);
    let lost = lacking.keys.iter().position(|key| key.compartment == second.compartment).unwrap();
    lacking.keys.remove(lost);
    let refused = client.grant(key, &lacking, "grant-lacking").unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemCode::BadGrant));
    let newer = shared.patient.grant(shared.grant, 1, &shared.doctor, &both, START + 20 * DAY);
    client.grant(key, &newer, "grant-newer").unwrap();
    let older =
        shared.patient.grant(shared.grant, 0, &shared.doctor, &[&shared.chart], START + DAY);
    let refused = client.grant(key, &older, "grant-older").unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemCode::StaleRevision));
    // Another persona cannot take the id over.
    let other = shared.clinic.patient();
    client.put_persona(&other.signing, other.certificate.raw()).unwrap();
    let chart = other.chart();
    let statement = other.epoch_statement(&chart, None);
    client.open_epoch(&other.signing, &statement, "epoch-0001").unwrap();
    let stolen = other.grant(shared.grant, 9, &shared.doctor, &[&chart], START + DAY);
    let refused = client.grant(&other.signing, &stolen, "grant-stolen").unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemCode::NotFound));
    // Nor grant a compartment that is not hers under an id of her own.
    let foreign = other.chart();
    let post = other.grant(fresh_grant(), 0, &shared.doctor, &[&foreign], START + DAY);
    let refused = client.grant(&other.signing, &post, "grant-foreign").unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemCode::NotFound));
}

#[test]
fn a_certificate_of_another_service_or_authority_is_refused() {
    let shared = shared(START + DAY);
    let client = shared.served.client(&shared.clinic, &shared.clock);
    let stranger = Clinic::new();
    let foreign = stranger.patient();
    let refused = client.put_persona(&foreign.signing, foreign.certificate.raw()).unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemCode::BadCertificate));
    let other_service = Clinic { authority: shared.clinic.authority, service: stranger.service };
    let confused = other_service.patient();
    let refused = client.put_persona(&confused.signing, confused.certificate.raw()).unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemCode::BadCertificate));
    // Somebody else's valid certificate, signed for by the wrong key.
    let thief = client.put_persona(&confused.signing, shared.patient.certificate.raw());
    assert_eq!(thief.unwrap_err().problem(), Some(ProblemCode::BadSignature));
    let expired = other_service.patient_at(START - 3 * EPOCH_SECONDS);
    let refused = client.put_persona(&expired.signing, expired.certificate.raw()).unwrap_err();
    assert!(matches!(
        refused.problem(),
        Some(ProblemCode::CertificateExpired | ProblemCode::BadCertificate)
    ));
}

#[test]
fn an_access_is_in_the_history_each_time_also_under_one_idempotency_key() {
    let mut shared = shared(START + 10 * DAY);
    let client = shared.served.client(&shared.clinic, &shared.clock);
    let clock: std::sync::Arc<dyn UnixClock> = std::sync::Arc::clone(&shared.clock) as _;
    let http = HttpClient::new(&shared.served.url, shared.clinic.service, clock).unwrap();
    let wanted = PostAccess {
        grant_id: shared.grant,
        compartment: shared.chart.compartment,
        after: vec![],
        limit: 10,
    };
    let served = |http: &HttpClient| {
        let call = Call::json(Method::POST, "/v1/access", &wanted, 1 << 20).unwrap();
        let bytes = http.bytes(&shared.doctor.signing, call.idempotent("one-key-for-all")).unwrap();
        AccessAnswer::from_bytes(&bytes).unwrap().records.len()
    };
    assert_eq!(served(&http), 3);
    let more = shared.patient.batch(&mut shared.chart, 2);
    client.upload(&shared.patient.signing, &more, "upload-0002").unwrap();
    assert_eq!(served(&http), 5);
    let history = client.accesses(&shared.patient.signing, 0).unwrap().accesses;
    let counts: Vec<u32> = history.iter().map(|access| access.records).collect();
    assert_eq!(counts, [3, 5], "what left is in the history");
}

#[test]
fn a_grant_revoked_before_it_arrives_stays_revoked() {
    let shared = shared(START + 10 * DAY);
    let client = shared.served.client(&shared.clinic, &shared.clock);
    let key = &shared.patient.signing;
    let late = fresh_grant();
    let refused = client.revoke(key, late, &shared.patient.revocation(late), "revoke-late");
    assert_eq!(refused.unwrap_err().problem(), Some(ProblemCode::NotFound));
    // It is not there for anybody, and somebody else's is told like one that is not there.
    assert_eq!(client.grants(key, None).unwrap().grants.len(), 1);
    assert_eq!(client.grant_detail(key, late).unwrap_err().problem(), Some(ProblemCode::NotFound));
    let post = shared.patient.grant(late, 1, &shared.doctor, &[&shared.chart], START + DAY);
    let refused = client.grant(key, &post, "grant-late").unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemCode::GrantRevoked));
    // Revoked again it is confirmed, and other grants are as they were.
    client.revoke(key, late, &shared.patient.revocation(late), "revoke-again").unwrap();
    assert_eq!(shared.access(), Ok(3));
}

#[test]
fn a_persona_takes_back_and_looks_back_when_her_certificate_has_run_out() {
    let shared = shared(START + 200 * DAY);
    shared.clock.set(shared.patient.certificate.valid().end);
    let client = shared.served.client(&shared.clinic, &shared.clock);
    assert_eq!(shared.access(), Ok(3), "the grant outlives the certificate");
    let key = &shared.patient.signing;
    let post = shared.patient.grant(shared.grant, 1, &shared.doctor, &[&shared.chart], START + DAY);
    let refused = client.grant(key, &post, "grant-0002").unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemCode::CertificateExpired));
    assert_eq!(client.accesses(key, 0).unwrap().accesses.len(), 1);
    let statement = shared.patient.revocation(shared.grant);
    client.revoke(key, shared.grant, &statement, "revoke-0001").unwrap();
    assert_eq!(shared.access(), Err(ProblemCode::GrantRevoked));
}

#[test]
fn a_clock_that_once_ran_ahead_does_not_lock_everybody_out() {
    let shared = shared(START + 10 * DAY);
    shared.clock.set(START + 5 * DAY);
    assert_eq!(shared.access(), Ok(3));
    shared.clock.set(START + 60);
    assert_eq!(shared.access(), Ok(3));
    let shared = shared.restart();
    assert_eq!(shared.access(), Ok(3));
    // What is over by the highest time stays over, and replays stay replays after clearing away.
    let path = "/v1/grants";
    let parts = RequestParts {
        method: "GET",
        path_and_query: path,
        body_digest: body_digest(b""),
        service_id: shared.clinic.service,
        idempotency_key: None,
    };
    let headers =
        sign_request(&shared.doctor.signing, &parts, START + 60, &mut rand::rng()).unwrap();
    let send = || {
        let mut request = reqwest::Client::new().get(format!("{}{path}", shared.served.url));
        for (name, value) in headers.iter() {
            request = request.header(name, value);
        }
        shared.served.block_on(request.send()).unwrap().status().as_u16()
    };
    assert_eq!(send(), 200);
    shared.served.block_on(shared.served.relay.tidy()).unwrap();
    assert_eq!(send(), 409);
}

#[test]
fn a_retried_upload_leaves_no_second_copy() {
    let mut shared = shared(START + 10 * DAY);
    let client = shared.served.client(&shared.clinic, &shared.clock);
    let packs = || files(&shared.dir.path().join("packs"));
    assert_eq!(packs(), 1);
    let batch = shared.patient.batch(&mut shared.chart, 2);
    for _ in 0..3 {
        let done = client.upload(&shared.patient.signing, &batch, "upload-0002").unwrap();
        assert_eq!((done.stored, done.already), (2, 0), "the first answer");
    }
    assert_eq!(packs(), 2);
    assert_eq!(shared.access(), Ok(5));
}

fn files(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}

#[test]
fn keys_and_letters_for_a_removed_clinician_are_erased() {
    let shared = shared(START + 10 * DAY);
    let rows = || -> (u32, u32) {
        let path = shared.dir.path().join("relay.db");
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let store = rusqlite::Connection::open_with_flags(path, flags).unwrap();
        let count = |sql| store.query_row(sql, [], |row| row.get(0)).unwrap();
        (
            count("SELECT count(*) FROM grant_keys"),
            count("SELECT count(*) FROM grants WHERE message IS NOT NULL"),
        )
    };
    assert_eq!(rows(), (1, 1));
    let hash = shared.doctor.certificate.hash();
    shared.served.block_on(shared.served.relay.set_removed(vec![hash])).unwrap();
    assert_eq!(rows(), (0, 0));
}
