//! Faults: a process killed at any moment, a write-ahead log that loses what was not yet synced, a
//! blob store that is full or failing.
//!
//! What is simulated and what is not. `kill -9` is real: a child process is killed while it
//! uploads, grants and revokes; that shows that nothing acknowledged lives in process memory only.
//! It does not drop what the kernel holds unsynced. For that, the write-ahead log is cut off or
//! overwritten at every length from the last acknowledged commit on: SQLite syncs the log before a
//! commit returns (`synchronous=FULL`, checked when the store opens), so exactly what lies beyond
//! the length at the acknowledgement may be missing or garbage after a power loss. Payload packs
//! are written by `object_store` with fsync of file and folder before the row that names them is
//! written. Not simulated: a disk that acknowledges a sync without doing it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use keyward_protocol::chain::SignedHeader;
use keyward_protocol::ids::{CompartmentId, GrantId, RecordId};
use keyward_protocol::keys::SigningKey;
use keyward_relay::{Blobs, Relay};
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::types::{After, GrantState, PostOwnRecords};
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult,
};
use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use support::{Clinic, DAY, Patient, START, Served, TestClock, config, fresh_grant};

const CHILD_DIR: &str = "KEYWARD_TEST_CHILD_DIR";
const CHILD_AUTHORITY: &str = "KEYWARD_TEST_CHILD_AUTHORITY";

/// All ids of a compartment, every payload checked against its signed header.
fn stored(
    served: &Served,
    clinic: &Clinic,
    clock: &Arc<TestClock>,
    key: &SigningKey,
    compartment: CompartmentId,
) -> HashSet<RecordId> {
    let client = served.client(clinic, clock);
    let (mut found, mut after) = (HashSet::new(), Vec::<After>::new());
    loop {
        let wanted = PostOwnRecords { compartment, after, limit: 1_000, payloads: true };
        let answer = client.own_records(key, &wanted).unwrap();
        let mut last = None;
        for (header, payload) in &answer.records {
            let header = SignedHeader::from_bytes(header).unwrap();
            let header = header.verify(key.verifying_key()).unwrap();
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

/// Not a test of its own: what the killed process does. Prints what was acknowledged.
#[test]
#[allow(clippy::print_stdout, reason = "this is how it reports")]
fn child_process() {
    let Ok(dir) = std::env::var(CHILD_DIR) else { return };
    let clinic = Clinic::from_secret(&std::env::var(CHILD_AUTHORITY).unwrap());
    let clock = TestClock::new();
    let served = Served::start(config(&clinic, &clock, Path::new(&dir)));
    let (patient, doctor) = (clinic.patient(), clinic.doctor("Dr Synthetic"));
    let client = served.client(&clinic, &clock);
    client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    let mut chart = patient.chart();
    let statement = patient.epoch_statement(&chart, None);
    client.open_epoch(&patient.signing, &statement, "epoch-0001").unwrap();
    let say = |line: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{line}").unwrap();
        out.flush().unwrap();
    };
    let secret = hex::encode(patient.signing.expose_secret().as_slice());
    say(format!("persona {secret} {}", chart.compartment));
    for i in 0_u64.. {
        let batch = patient.batch(&mut chart, 3);
        let ids: Vec<String> = batch
            .records
            .iter()
            .map(|it| SignedHeader::from_bytes(&it.header).unwrap())
            .map(|it| it.unverified().record_id.to_string())
            .collect();
        client.upload(&patient.signing, &batch, &format!("upload-{i:06}")).unwrap();
        say(format!("stored {}", ids.join(" ")));
        let grant = fresh_grant();
        let post = patient.grant(grant, 0, &doctor, &[&chart], START + DAY);
        client.grant(&patient.signing, &post, &format!("grant-{i:06}")).unwrap();
        say(format!("granted {grant}"));
        let statement = patient.revocation(grant);
        let name = format!("revoke-{i:06}");
        client.revoke(&patient.signing, grant, &statement, &name).unwrap();
        say(format!("revoked {grant}"));
    }
}

/// What one life of the child was told: its key and compartment, records, grants and whether each
/// was revoked.
type Life = (SigningKey, CompartmentId, HashSet<RecordId>, Vec<(GrantId, bool)>);

#[derive(Default)]
struct Acknowledged {
    personas: Vec<Life>,
}

impl Acknowledged {
    fn take(&mut self, line: &str) {
        let mut words = line.split(' ');
        let kind = words.next().unwrap_or_default();
        match (kind, self.personas.last_mut()) {
            ("persona", _) => {
                let secret = hex::decode(words.next().unwrap()).unwrap();
                let key = SigningKey::from_bytes(&secret.try_into().unwrap()).unwrap();
                let compartment = words.next().unwrap().parse().unwrap();
                self.personas.push((key, compartment, HashSet::new(), Vec::new()));
            }
            ("stored", Some(persona)) => {
                persona.2.extend(words.map(|id| id.parse::<RecordId>().unwrap()))
            }
            ("granted", Some(persona)) => {
                persona.3.push((words.next().unwrap().parse().unwrap(), false));
            }
            ("revoked", Some(persona)) => persona.3.last_mut().unwrap().1 = true,
            _ => {}
        }
    }
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::default();
    let mut writes = 0;
    for round in 0..6_u32 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_process", "--nocapture"])
            .env(CHILD_DIR, dir.path())
            .env(CHILD_AUTHORITY, clinic.secret())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The moment is random in two ways: after how many lines, and where in the next act.
        let lines = 2 + rand::random_range(0..40_u32) + round;
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        for _ in 0..lines {
            line.clear();
            reader.read_line(&mut line).unwrap();
            acknowledged.take(line.trim());
        }
        let spin = rand::random_range(0..3_000_000_u32);
        (0..spin).for_each(|i| {
            std::hint::black_box(i);
        });
        child.kill().unwrap();
        child.wait().unwrap();
        // Lines already written when the kill came were acknowledged as well.
        for line in reader.lines() {
            acknowledged.take(line.unwrap().trim());
        }
        let served = Served::start(config(&clinic, &clock, dir.path()));
        let client = served.client(&clinic, &clock);
        for (key, compartment, ids, grants) in &acknowledged.personas {
            let found = stored(&served, &clinic, &clock, key, *compartment);
            assert!(ids.is_subset(&found), "an acknowledged record is lost");
            writes += ids.len();
            for (grant, revoked) in grants {
                let state = client.grant_detail(key, *grant).unwrap().summary.state;
                // Unacknowledged, it may have happened or not.
                assert!(!revoked || state == GrantState::Revoked);
            }
        }
    }
    assert!(writes > 0, "no round got as far as an acknowledgement");
}

#[test]
fn what_was_acknowledged_survives_the_loss_of_everything_unsynced() {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let served = Served::start(config(&clinic, &clock, dir.path()));
    let patient = clinic.patient();
    let client = served.client(&clinic, &clock);
    client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    let mut chart = patient.chart();
    let statement = patient.epoch_statement(&chart, None);
    client.open_epoch(&patient.signing, &statement, "epoch-0001").unwrap();
    let wal = dir.path().join("relay.db-wal");
    let mut marks = Vec::new();
    for i in 0..6 {
        let batch = patient.batch(&mut chart, 1);
        client.upload(&patient.signing, &batch, &format!("upload-{i:04}")).unwrap();
        marks.push(std::fs::metadata(&wal).unwrap().len());
    }
    let full = std::fs::read(&wal).unwrap();
    assert!(marks.windows(2).all(|pair| pair[0] < pair[1]), "each commit grows the log");
    for (acknowledged, mark) in (1_usize..).zip(&marks) {
        for torn in [0_u64, 1, 100, 4_000, 5_000] {
            let image = tempfile::tempdir().unwrap();
            copy_all(dir.path(), image.path());
            let length = usize::try_from((mark + torn).min(full.len() as u64)).unwrap();
            let mut lost = full[..length].to_vec();
            // The rest of the file may hold anything: here, noise.
            lost.extend((0..2_000_u32).map(|i| (i * 31 % 251) as u8));
            std::fs::write(image.path().join("relay.db-wal"), lost).unwrap();
            // The shared-memory index is never synced and may be gone or stale.
            let _ = std::fs::remove_file(image.path().join("relay.db-shm"));
            let reopened = Served::start(config(&clinic, &clock, image.path()));
            let found =
                stored(&reopened, &clinic, &clock, &patient.signing, chart.compartment).len();
            assert!(found >= acknowledged, "{found} of {acknowledged} after losing {torn}");
        }
    }
}

fn copy_all(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy_all(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// How the next writes of a [`Failing`] store end.
const WELL: u8 = 0;
const FULL: u8 = 1;
const BROKEN_AFTER_WRITING: u8 = 2;

/// A local store whose writes fail on demand: for want of room, or after having written.
#[derive(Debug)]
struct Failing {
    inner: LocalFileSystem,
    mode: Arc<AtomicU8>,
}

impl std::fmt::Display for Failing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failing")
    }
}

fn fault(kind: std::io::ErrorKind) -> object_store::Error {
    let source = Box::new(std::io::Error::from(kind));
    object_store::Error::Generic { store: "failing", source }
}

type BoxStream<T> = futures_util::stream::BoxStream<'static, T>;

#[async_trait::async_trait]
impl ObjectStore for Failing {
    async fn put_opts(
        &self,
        location: &ObjectPath,
        payload: PutPayload,
        options: PutOptions,
    ) -> object_store::Result<PutResult> {
        match self.mode.load(Ordering::SeqCst) {
            FULL => Err(fault(std::io::ErrorKind::StorageFull)),
            BROKEN_AFTER_WRITING => {
                self.inner.put_opts(location, payload, options).await?;
                Err(fault(std::io::ErrorKind::Other))
            }
            _ => self.inner.put_opts(location, payload, options).await,
        }
    }

    async fn put_multipart_opts(
        &self,
        _location: &ObjectPath,
        _options: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        Err(fault(std::io::ErrorKind::Unsupported))
    }

    async fn get_opts(
        &self,
        location: &ObjectPath,
        options: GetOptions,
    ) -> object_store::Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<object_store::Result<ObjectPath>>,
    ) -> BoxStream<object_store::Result<ObjectPath>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&ObjectPath>) -> BoxStream<object_store::Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(
        &self,
        prefix: Option<&ObjectPath>,
    ) -> object_store::Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(
        &self,
        _from: &ObjectPath,
        _to: &ObjectPath,
        _options: CopyOptions,
    ) -> object_store::Result<()> {
        Err(fault(std::io::ErrorKind::Unsupported))
    }
}

fn packs(dir: &Path) -> usize {
    let mut found = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        found += if path.is_dir() { packs(&path) } else { 1 };
    }
    found
}

fn upload_once(
    served: &Served,
    clinic: &Clinic,
    clock: &Arc<TestClock>,
    patient: &Patient,
    batch: &keyward_relay_api::batch::UploadBatch,
) -> Result<u32, Option<ProblemCode>> {
    let client = served.client(clinic, clock);
    let outcome = client.upload(&patient.signing, batch, "the-upload");
    outcome.map(|uploaded| uploaded.stored).map_err(|error| error.problem())
}

#[test]
fn a_full_or_failing_blob_store_is_never_acknowledged_and_leaves_nothing_half_done() {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let (dir, blobs_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mode = Arc::new(AtomicU8::new(WELL));
    let open = || {
        let inner = LocalFileSystem::new_with_prefix(blobs_dir.path()).unwrap().with_fsync(true);
        let blobs = Blobs::new(Arc::new(Failing { inner, mode: Arc::clone(&mode) }));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let config = config(&clinic, &clock, dir.path());
        let relay = runtime.block_on(Relay::open_with_blobs(config, blobs)).unwrap();
        Served::serve(runtime, relay)
    };
    let served = open();
    let patient = clinic.patient();
    let client = served.client(&clinic, &clock);
    client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    let mut chart = patient.chart();
    let statement = patient.epoch_statement(&chart, None);
    client.open_epoch(&patient.signing, &statement, "epoch-0001").unwrap();
    let batch = patient.batch(&mut chart, 3);
    for fault in [FULL, BROKEN_AFTER_WRITING] {
        mode.store(fault, Ordering::SeqCst);
        let refused = upload_once(&served, &clinic, &clock, &patient, &batch).unwrap_err();
        assert_eq!(refused, Some(ProblemCode::StorageFailed));
        let found = stored(&served, &clinic, &clock, &patient.signing, chart.compartment);
        assert!(found.is_empty());
    }
    assert_eq!(packs(blobs_dir.path()), 1, "the broken write left its object behind");
    // The same act again, once there is room: it happens, once.
    mode.store(WELL, Ordering::SeqCst);
    assert_eq!(upload_once(&served, &clinic, &clock, &patient, &batch), Ok(3));
    assert_eq!(upload_once(&served, &clinic, &clock, &patient, &batch), Ok(3));
    drop((served, client));
    let served = open();
    assert_eq!(packs(blobs_dir.path()), 1, "the pack nobody names was swept, the other kept");
    let found = stored(&served, &clinic, &clock, &patient.signing, chart.compartment);
    assert_eq!(found.len(), 3);
}

#[test]
fn two_relays_never_share_a_folder() {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let served = Served::start(config(&clinic, &clock, dir.path()));
    let second = served.block_on(Relay::open(config(&clinic, &clock, dir.path())));
    assert_eq!(second.err().unwrap().code(), "relay-in-use");
    drop(served);
    let mut other_key = config(&clinic, &clock, dir.path());
    other_key.storage_key = keyward_protocol::keys::SecretBytes32::new([1; 32]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let refused = runtime.block_on(Relay::open(other_key)).err().unwrap();
    assert_eq!(refused.code(), "relay-wrong-storage-key");
    let other_service = Clinic::new();
    let foreign = config(&other_service, &clock, dir.path());
    let refused = runtime.block_on(Relay::open(foreign)).err().unwrap();
    assert_eq!(refused.code(), "relay-other-service");
}
