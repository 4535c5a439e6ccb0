//! A full, failing and lying disk under SQLite and under the payloads.
//!
//! The faults are real answers of system calls: a child process runs the relay behind a small
//! library that lets writes and syncs fail on command, at the first, second, … call of an act; and
//! a file system of a few megabytes is really filled. What must hold: nothing is acknowledged that
//! is not kept, what is refused did not happen, the refusal says that there is no room, reading
//! goes on, and once the disk is well the same requests succeed without a restart.
#![allow(clippy::unwrap_used, reason = "tests")]
#![cfg(target_os = "linux")]

mod support;

use keyward_protocol::chain::SignedHeader;
use keyward_protocol::ids::{GrantId, RecordId};
use keyward_protocol::keys::SigningKey;
use keyward_protocol::request::{RequestParts, body_digest, sign_request};
use keyward_relay_api::client::RelayClient;
use keyward_relay_api::http::{ClientError, UnixClock};
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::recovery::{BackupPackId, PostBackup};
use keyward_relay_api::types::{After, GrantState, PostAccess, PostOwnRecords};
use keyward_testkit::disk::{Fault, FaultyDisk, Files, SmallDisk};
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use support::{Chart, Clinic, DAY, Doctor, Patient, START, Served, TestClock, config, fresh_grant};

const CHILD_DIR: &str = "KEYWARD_TEST_DISK_CHILD";
const CHILD_CLINIC: &str = "KEYWARD_TEST_DISK_CLINIC";

/// Not a test of its own: the relay that is killed. Says where it listens and serves until its
/// standard input ends.
#[test]
#[allow(clippy::print_stdout, reason = "this is how it reports")]
fn child_relay() {
    let Ok(dir) = std::env::var(CHILD_DIR) else { return };
    let clinic = Clinic::from_secret(&std::env::var(CHILD_CLINIC).unwrap());
    let served = Served::start(config(&clinic, &TestClock::new(), Path::new(&dir)));
    println!("listening {}", served.url);
    std::io::stdout().flush().unwrap();
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

/// A relay in a process of its own, on a disk that fails when told to.
struct Remote {
    child: Child,
    client: RelayClient,
}

impl Remote {
    fn start(clinic: &Clinic, clock: &Arc<TestClock>, dir: &Path, disk: &FaultyDisk) -> Remote {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "child_relay", "--nocapture"])
            .env(CHILD_DIR, dir)
            .env(CHILD_CLINIC, clinic.secret())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        disk.attach(&mut command);
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(|line| line.unwrap());
        let url = lines
            .filter_map(|line| line.split_once("listening ").map(|(_, url)| url.to_owned()))
            .next()
            .unwrap_or_else(|| panic!("the relay does not open"));
        let clock: Arc<dyn UnixClock> = Arc::clone(clock) as _;
        Remote { child, client: RelayClient::new(&url, clinic.service, clock).unwrap() }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// All ids of a compartment, every payload checked against its signed header.
fn stored(client: &RelayClient, patient: &Patient, chart: &Chart) -> HashSet<RecordId> {
    let (mut found, mut after) = (HashSet::new(), Vec::<After>::new());
    loop {
        let compartment = chart.compartment;
        let wanted = PostOwnRecords { compartment, after, limit: 1_000, payloads: true };
        let answer = client.own_records(&patient.signing, &wanted).unwrap();
        let mut last = None;
        for (header, payload) in &answer.records {
            let header = SignedHeader::from_bytes(header).unwrap();
            let header = header.verify(patient.signing.verifying_key()).unwrap();
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

fn ids(batch: &keyward_relay_api::batch::UploadBatch) -> Vec<RecordId> {
    let parse = |header: &Vec<u8>| SignedHeader::from_bytes(header).unwrap();
    batch.records.iter().map(|it| parse(&it.header).unverified().record_id).collect()
}

/// A refusal that says: no room now, come back later. Anything else is wrong.
fn refused_for_want_of_room<T>(outcome: Result<T, ClientError>) -> bool {
    match outcome {
        Ok(_) => false,
        Err(ClientError::Problem(problem)) => {
            assert_eq!(problem.code, ProblemCode::StorageFailed);
            assert_eq!(problem.status, 507);
            assert!(problem.retry_after.is_some());
            true
        }
        Err(other) => panic!("not a clean refusal: {other}"),
    }
}

/// What the relay has acknowledged so far.
struct Known {
    patient: Patient,
    doctor: Doctor,
    chart: Chart,
    records: HashSet<RecordId>,
    grants: Vec<(GrantId, bool)>,
    gone: Vec<Patient>,
    acts: u32,
    refused: u32,
}

impl Known {
    fn begin(clinic: &Clinic, client: &RelayClient) -> Known {
        let (patient, doctor) = (clinic.patient(), clinic.doctor("Dr Synthetic"));
        client.pin_credential_epoch(patient.object.clone()).unwrap();
        client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
        client.put_clinician(&doctor.signing, doctor.certificate.raw()).unwrap();
        let chart = patient.chart();
        let statement = patient.epoch_statement(&chart, None);
        client.open_epoch(&patient.signing, &statement, "epoch-0001").unwrap();
        let (records, grants, gone) = (HashSet::new(), Vec::new(), Vec::new());
        Known { patient, doctor, chart, records, grants, gone, acts: 0, refused: 0 }
    }

    /// Does an act on a failing disk; looks that a refused one did not happen and that reading goes
    /// on; then does it again on a healed disk, as a client would.
    fn act<T>(
        &mut self,
        disk: &FaultyDisk,
        (fault, files, passing): (Fault, Files, u32),
        client: &RelayClient,
        act: impl Fn(&Known, &str) -> Result<T, ClientError>,
    ) {
        self.acts += 1;
        let name = format!("act-{:06}", self.acts);
        disk.fail(fault, files, passing).unwrap();
        if refused_for_want_of_room(act(self, &name)) {
            self.refused += 1;
            self.check(client);
            let failed = disk.heal().unwrap();
            assert!(failed > 0, "refused though nothing failed");
        }
        disk.heal().unwrap();
        act(self, &name).unwrap_or_else(|error| panic!("{fault:?} {files:?} {passing}: {error}"));
    }

    fn check(&self, client: &RelayClient) {
        let found = stored(client, &self.patient, &self.chart);
        assert_eq!(found, self.records, "acknowledged and stored are not the same");
        for (grant, revoked) in &self.grants {
            let detail = client.grant_detail(&self.patient.signing, *grant).unwrap();
            assert_eq!(detail.summary.state == GrantState::Revoked, *revoked);
        }
    }

    /// A replacement, a backup and a wish to be forgotten, each meeting the fault.
    fn leaving_round(
        &mut self,
        clinic: &Clinic,
        disk: &FaultyDisk,
        fault: (Fault, Files, u32),
        client: &RelayClient,
    ) {
        let (lost, next) = (clinic.patient(), clinic.patient());
        for persona in [&lost, &next] {
            client.put_persona(&persona.signing, persona.certificate.raw()).unwrap();
        }
        let statement = lost.replaced_by(clinic, &next, START);
        let key = &next.signing;
        self.act(disk, fault, client, |_, name| client.replace(key, &statement, name));
        let refused = client.accesses(&lost.signing, 0).unwrap_err();
        assert_eq!(refused.problem(), Some(ProblemCode::PersonaReplaced));
        let pack = format!("a sealed pack {}", self.acts).into_bytes();
        self.act(disk, fault, client, |_, name| client.put_backup_pack(key, &pack, name));
        let packs = vec![BackupPackId(Sha256::digest(&pack).into())];
        let backup = PostBackup { sequence: 1, packs, manifest: b"a sealed manifest".to_vec() };
        self.act(disk, fault, client, |_, name| client.put_backup(key, &backup, name));
        let kept = client.backup(key, 1).unwrap();
        assert_eq!((kept.manifest.as_slice(), kept.packs.len()), (&b"a sealed manifest"[..], 1));
        assert_eq!(client.backup_pack(key, kept.packs[0]).unwrap(), pack);
        let wish = next.forget(clinic);
        self.act(disk, fault, client, |_, _| client.forget(key, &wish));
        self.gone.extend([lost, next]);
    }

    /// Whoever was forgotten stays so.
    fn check_gone(&self, client: &RelayClient) {
        for persona in &self.gone {
            let back = client.put_persona(&persona.signing, persona.certificate.raw());
            assert_eq!(back.unwrap_err().problem(), Some(ProblemCode::PersonaForgotten));
        }
    }

    /// An upload, a grant and a revocation, each meeting the fault.
    fn round(&mut self, disk: &FaultyDisk, fault: (Fault, Files, u32), client: &RelayClient) {
        let batch = self.patient.batch(&mut self.chart, 2);
        self.act(disk, fault, client, |it, name| client.upload(&it.patient.signing, &batch, name));
        self.records.extend(ids(&batch));
        let grant = fresh_grant();
        let post = self.patient.grant(grant, 0, &self.doctor, &[&self.chart], START + DAY);
        self.act(disk, fault, client, |it, name| client.grant(&it.patient.signing, &post, name));
        self.grants.push((grant, false));
        let statement = self.patient.revocation(grant);
        self.act(disk, fault, client, |it, name| {
            client.revoke(&it.patient.signing, grant, &statement, name)
        });
        self.grants.last_mut().unwrap().1 = true;
        self.check(client);
    }
}

#[test]
fn a_write_or_sync_that_fails_anywhere_is_never_acknowledged_and_loses_nothing() {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let (dir, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disk = FaultyDisk::new(dir.path(), scratch.path()).unwrap();
    let mut remote = Remote::start(&clinic, &clock, dir.path(), &disk);
    let mut known = Known::begin(&clinic, &remote.client);
    for fault in [Fault::Full, Fault::Broken, Fault::Torn, Fault::Sync] {
        let before = known.refused;
        for files in [Files::All, Files::Logs] {
            for passing in 0..5 {
                known.round(&disk, (fault, files, passing), &remote.client);
                known.leaving_round(&clinic, &disk, (fault, files, passing), &remote.client);
            }
            // What was told holds for the next process too, and without a farewell.
            remote.kill();
            remote = Remote::start(&clinic, &clock, dir.path(), &disk);
            known.check(&remote.client);
            known.check_gone(&remote.client);
        }
        assert!(known.refused > before + 5, "{fault:?} was hardly met");
    }
    eprintln!("{} acts, {} met a fault", known.acts, known.refused);
    remote.kill();
}

#[test]
fn a_relay_killed_while_its_disk_fails_has_the_old_state_or_the_new() {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let (dir, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disk = FaultyDisk::new(dir.path(), scratch.path()).unwrap();
    let mut remote = Remote::start(&clinic, &clock, dir.path(), &disk);
    let mut known = Known::begin(&clinic, &remote.client);
    for fault in [Fault::Full, Fault::Broken, Fault::Torn, Fault::Sync] {
        for passing in [0, 1, 3, 6] {
            let batch = known.patient.batch(&mut known.chart, 2);
            let name = format!("upload-{fault:?}-{passing}");
            disk.fail(fault, Files::Databases, passing).unwrap();
            let outcome = remote.client.upload(&known.patient.signing, &batch, &name);
            let refused = refused_for_want_of_room(outcome);
            // Still failing when it dies.
            remote.kill();
            disk.heal().unwrap();
            remote = Remote::start(&clinic, &clock, dir.path(), &disk);
            let found = stored(&remote.client, &known.patient, &known.chart);
            let new: Vec<RecordId> = ids(&batch);
            let there = new.iter().filter(|id| found.contains(id)).count();
            assert!(there == 2 || (refused && there == 0), "{there} of 2, refused: {refused}");
            assert!(known.records.is_subset(&found), "an acknowledged record is lost");
            // A refused write that reached the disk after all is recognised as the same.
            remote.client.upload(&known.patient.signing, &batch, &name).unwrap();
            known.records.extend(new);
            known.check(&remote.client);
        }
    }
    remote.kill();
}

#[test]
fn a_full_disk_refuses_what_it_cannot_keep_and_goes_on_reading() {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let Some(small) = SmallDisk::mount(dir.path(), 24 << 20) else {
        eprintln!("skipped: a small file system cannot be mounted here");
        return;
    };
    let served = Served::start(config(&clinic, &clock, dir.path()));
    let client = served.client(&clinic, &clock);
    let mut known = Known::begin(&clinic, &client);
    let batch = known.patient.batch(&mut known.chart, 5);
    client.upload(&known.patient.signing, &batch, "upload-first").unwrap();
    known.records.extend(ids(&batch));
    let grant = fresh_grant();
    let post = known.patient.grant(grant, 0, &known.doctor, &[&known.chart], START + DAY);
    client.grant(&known.patient.signing, &post, "grant-0001").unwrap();
    known.grants.push((grant, false));
    let ballast = small.fill(256 << 10).unwrap();

    let mut waiting = None;
    for n in 0..400 {
        let batch = known.patient.batch(&mut known.chart, 5);
        let name = format!("upload-{n:06}");
        if refused_for_want_of_room(client.upload(&known.patient.signing, &batch, &name)) {
            waiting = Some((batch, name));
            break;
        }
        known.records.extend(ids(&batch));
    }
    let (batch, name) = waiting.unwrap();
    // To the last byte: whatever small thing still fitted.
    while client.acknowledge(&known.doctor.signing, 0).is_ok() {}
    known.check(&client);
    client.messages(&known.doctor.signing, 0).unwrap();
    // What a doctor opens stands in the history first: without room for that nothing leaves.
    let compartment = known.chart.compartment;
    let access = PostAccess { grant_id: grant, compartment, after: vec![], limit: 10 };
    assert!(refused_for_want_of_room(client.access(&known.doctor.signing, &access)));
    let statement = known.patient.revocation(grant);
    let revoke = || client.revoke(&known.patient.signing, grant, &statement, "revoke-0001");
    assert!(refused_for_want_of_room(revoke()));
    known.check(&client);
    assert_eq!(read_twice(&served, &clinic, &known.patient.signing), [200, 409]);

    std::fs::remove_file(ballast).unwrap();
    client.access(&known.doctor.signing, &access).unwrap();
    client.upload(&known.patient.signing, &batch, &name).unwrap();
    known.records.extend(ids(&batch));
    revoke().unwrap();
    known.grants[0].1 = true;
    known.check(&client);
    drop((client, served));
    let served = Served::start(config(&clinic, &clock, dir.path()));
    known.check(&served.client(&clinic, &clock));
}

/// The very same signed read, sent twice.
fn read_twice(served: &Served, clinic: &Clinic, key: &SigningKey) -> [u16; 2] {
    let parts = RequestParts {
        method: "GET",
        path_and_query: "/v1/grants",
        body_digest: body_digest(b""),
        service_id: clinic.service,
        idempotency_key: None,
    };
    let headers = sign_request(key, &parts, START, &mut rand::rng()).unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    [(); 2].map(|()| {
        let mut request = http.get(format!("{}/v1/grants", served.url));
        for (name, value) in headers.iter() {
            request = request.header(name, value);
        }
        served.block_on(async { request.send().await.unwrap().status().as_u16() })
    })
}
