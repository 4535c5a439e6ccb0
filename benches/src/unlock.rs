//! `vault.unlock`: a profile with a passphrase and a full store, from the passphrase to the first answer,
//! against bare Argon2id of the same cost. `vault.restore_10k`: ten thousand records out of a backup file
//! into an empty profile, against copying the same bytes from one SQLCipher file to another.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use argon2::{Algorithm, Argon2, Params, Version};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::vault::{Collection, RecordFilter, RecordRow, Vault as _};
use keyward_app::recovery::file::{FileSource, FileTarget};
use keyward_app::recovery::{kit, restore, write};
use keyward_app::session::Session;
use keyward_app::views::common::Role;
use keyward_app::views::recovery::KitWord;
use keyward_protocol::ids::RecordId;
use keyward_protocol::kit::{KitKeys, KitSecret, KitText};
use keyward_vault::{MemoryKeyring, NewProfile, ProfileId, ProfileRole, ProfileStore};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rusqlite::params;

use crate::measure::{Candidate, median, paired};
use crate::reading::{open, records_of};
use crate::report::{Gate, Report};
use crate::support::{World, import};

const PASSPHRASE: &str = "seven purple otters";
const RECORDS: u32 = 10_000;
/// `Cost::RECOMMENDED`, which does not tell its numbers: memory in KiB, passes, lanes.
const COST: (u32, u32, u32) = (192 * 1024, 5, 4);
const ROUNDS: usize = 5;

/// Adds `vault.unlock.*` and `vault.restore_10k.*`.
pub(crate) fn run(report: &mut Report) {
    unlocking(report);
    restoring(report);
}

fn unlocking(report: &mut Report) {
    let dir = tempfile::tempdir().expect("a folder");
    let store = ProfileStore::open(dir.path()).expect("a store");
    let keyring = MemoryKeyring::new();
    let id = fill(&store, &keyring);
    let params = Params::new(COST.0, COST.1, COST.2, Some(32)).expect("a cost");
    let bare = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let least = paired(
        &mut [
            Candidate::new("argon2id", || {
                let mut key = [0; 32];
                bare.hash_password_into(PASSPHRASE.as_bytes(), &[7; 16], &mut key).expect("a key");
                black_box(key);
            }),
            Candidate::new("unlock", || {
                let open = store.unlock(&id, &keyring, Some(PASSPHRASE)).expect("unlocked");
                let view = open.vault.read().expect("a view");
                black_box(view.list(Collection::Settings).expect("settings"));
                black_box(view.count_records().expect("counts"));
            }),
        ],
        ROUNDS,
        1,
    );
    let note = format!("{:.0} ms against {:.0} ms of Argon2id", least[1] / 1e3, least[0] / 1e3);
    report.add("vault.unlock.over_argon", least[1] / least[0], Gate::AtMost(1.3), note);
    report.add("vault.unlock.ms", least[1] / 1e3, Gate::None, "500 to 1000 are meant");
}

fn fill(store: &ProfileStore, keyring: &MemoryKeyring) -> ProfileId {
    let mut rng = StdRng::seed_from_u64(1);
    let id: ProfileId = "bench".parse().expect("an id");
    let new =
        NewProfile { id: id.clone(), role: ProfileRole::Patient, display_name: "Bench".to_owned() };
    let open = store.create(new, keyring, Some(PASSPHRASE), &mut rng).expect("a profile");
    let mut tx = open.vault.begin().expect("a transaction");
    for n in 0..RECORDS {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&n.to_be_bytes());
        let row = RecordRow {
            id: RecordId::from_bytes(std::array::from_fn(|at| bytes[at])),
            category: "results".to_owned(),
            resource_type: "Observation".to_owned(),
            date: Some("2020-01-02".to_owned()),
            title: format!("Result {n}"),
            fingerprint: bytes,
            source: "import/000000".to_owned(),
            body: vec![b'x'; 1_000],
        };
        tx.insert_record(&row).expect("a record");
    }
    tx.commit().expect("committed");
    id
}

fn restoring(report: &mut Report) {
    let world = World::new();
    let anna = world.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    let bytes = records_of(0, RECORDS as usize);
    import(&anna, &world.file("records.json", &bytes));
    let secret = kit_of(&anna);
    let backup = world.folder.path().join("bench.keyward-backup");
    let mut target = FileTarget::new(&backup);
    let written =
        write::write(&anna, &mut target, &Unwatched, &Cancel::new()).expect("a backup is written");
    let from = world.folder.path().join("floor-from.db");
    let (rows, copied) = keep_rows(&anna, &from);
    let (mut ratios, mut ours, mut floors) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let floor = copy(&from, &world.folder.path().join(format!("floor-to-{round}.db")));
        let into = world.person(Role::Patient, "Test-Anna", world.network.clone());
        let start = Instant::now();
        bring_back(&into, &secret, &backup);
        let took = start.elapsed().as_secs_f64() * 1e3;
        // The first round also pays for cold files and tables.
        if round > 0 {
            ratios.push(took / floor);
            ours.push(took);
            floors.push(floor);
        }
    }
    let note = format!(
        "{} records, {rows} rows, {:.1} MB: {:.0} ms against {:.0} ms (the same rows from one SQLCipher file into another)",
        written.records,
        copied as f64 / 1e6,
        median(ours),
        median(floors)
    );
    report.add("vault.restore_10k.over_copy", median(ratios), Gate::AtMost(2.0), note);
}

/// Makes a kit and confirms it.
fn kit_of(session: &Session) -> KitSecret {
    kit::make(session).expect("a kit");
    let view = kit::show(session).expect("its words");
    let asked = kit::status(session).expect("its state").expect("a kit").asked;
    let typed: Vec<KitWord> = asked
        .iter()
        .map(|place| KitWord { place: *place, word: view.words[*place as usize - 1].clone() })
        .collect();
    assert!(kit::confirm(session, &typed).expect("a check").confirmed);
    KitText::parse(&view.text).expect("a kit's text").secret
}

fn bring_back(into: &Session, secret: &KitSecret, backup: &Path) {
    let mut source = FileSource::open(backup).expect("a backup");
    let keys = KitKeys::of(secret).expect("keys");
    let versions = source.versions(&keys).expect("versions");
    let newest = versions.last().expect("a version");
    restore::restore(into, secret, newest, &mut source, &Unwatched, &Cancel::new())
        .expect("restored");
}

/// Everything the backup holds, as bare rows in a SQLCipher file: how many, and how many bytes.
fn keep_rows(session: &Session, path: &Path) -> (usize, usize) {
    let mut connection = open(path);
    connection.execute_batch(ROWS).expect("a table");
    let transaction = connection.transaction().expect("a transaction");
    let (mut rows, mut bytes) = (0, 0);
    let mut keep = |key: &str, body: &[u8]| {
        transaction
            .prepare_cached("INSERT INTO kept (key, body) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute(params![key, body]))
            .expect("a row");
        rows += 1;
        bytes += body.len();
    };
    let tx = session.read().expect("a view");
    for record in tx.records(&RecordFilter::default()).expect("records") {
        keep(&record.id.to_string(), &record.body);
    }
    for (id, body) in tx.list(Collection::Sources).expect("sources") {
        keep(&format!("sources/{id}"), &body);
    }
    transaction.commit().expect("a commit");
    (rows, bytes)
}

const ROWS: &str = "CREATE TABLE kept (key TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT";

/// Milliseconds to read every row and to write it into a new file, in one transaction.
fn copy(from: &Path, to: &Path) -> f64 {
    let start = Instant::now();
    let (from, mut to) = (open(from), open(to));
    to.execute_batch(ROWS).expect("a table");
    let transaction = to.transaction().expect("a transaction");
    let mut all = from.prepare("SELECT key, body FROM kept ORDER BY key").expect("a query");
    let mut rows = all.query([]).expect("rows");
    while let Some(row) = rows.next().expect("a row") {
        let (key, body) = (row.get_ref(0).expect("a key"), row.get_ref(1).expect("a body"));
        transaction
            .prepare_cached("INSERT INTO kept (key, body) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute(params![key.as_str()?, body.as_blob()?]))
            .expect("a row");
    }
    transaction.commit().expect("a commit");
    start.elapsed().as_secs_f64() * 1e3
}
