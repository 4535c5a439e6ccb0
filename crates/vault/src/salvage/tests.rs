//! Random damage: never a wrong row, and what stands on whole pages comes back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use keyward_app::ports::progress::{Cancel, Progress, Step, Unwatched};
use keyward_app::ports::vault::{Collection, RecordFilter, RecordRow, Vault, VaultError};
use keyward_protocol::ids::RecordId;
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::page::PAGE;
use super::*;
use crate::db::SqlVault;
use crate::files::FileLock;

const KEY: [u8; 32] = [7; 32];
const LOG_HEADER: usize = 32;
const FRAME: usize = PAGE + 24;

type Rows = BTreeMap<String, Vec<u8>>;

fn open(database: &Path) -> SqlVault {
    let lock = FileLock::acquire(&database.with_extension("lock")).unwrap().expect("not in use");
    SqlVault::open(database, &VaultKey::new(&KEY), lock, None).unwrap()
}

fn record(n: u8, body: Vec<u8>) -> RecordRow {
    RecordRow {
        id: RecordId::from_bytes([n; 16]),
        category: "results".to_owned(),
        resource_type: "Observation".to_owned(),
        date: (!n.is_multiple_of(3)).then(|| "2020-01-02".to_owned()),
        title: format!("Größe {n}"),
        fingerprint: [n; 32],
        source: "import/000000".to_owned(),
        body,
    }
}

/// Everything that counts, by a name for each row.
fn rows(vault: &SqlVault) -> Rows {
    let tx = vault.read().unwrap();
    let mut rows = Rows::new();
    for collection in Collection::ALL {
        for (id, body) in tx.list(collection).unwrap() {
            rows.insert(format!("{}/{id}", collection.as_str()), body);
        }
    }
    for row in tx.records(&RecordFilter::default()).unwrap() {
        rows.insert(format!("record {:?}", row.id), format!("{row:?}").into_bytes());
    }
    rows
}

/// A record's body that is worth packing, or random bytes.
fn resource(rng: &mut StdRng) -> Vec<u8> {
    if rng.random_bool(0.3) {
        return body(rng);
    }
    let value = rng.random::<u32>();
    let note = "fasting, as told. ".repeat(rng.random_range(0..900));
    format!(r#"{{"resourceType":"Observation","status":"final","valueQuantity":{{"value":{value}}},"note":"{note}"}}"#)
        .into_bytes()
}

/// Bytes that differ from row to row and from change to change.
fn body(rng: &mut StdRng) -> Vec<u8> {
    let length = match rng.random_range(0..10) {
        0 => 0,
        1..=6 => rng.random_range(1..900),
        7..=8 => rng.random_range(3_900..12_000),
        _ => rng.random_range(30_000..60_000),
    };
    let mut body = vec![0; length];
    rng.fill(&mut body[..]);
    body
}

/// A store with its log as they stand on the disk, and the rows after each commit.
struct Sample {
    database: Vec<u8>,
    log: Vec<u8>,
    states: Vec<Rows>,
}

impl Sample {
    fn last(&self) -> &Rows {
        self.states.last().unwrap()
    }

    fn put(&self, folder: &Path) {
        fs::write(folder.join("vault.db"), &self.database).unwrap();
        if !self.log.is_empty() {
            fs::write(folder.join("vault.db-wal"), &self.log).unwrap();
        }
    }
}

fn change(vault: &SqlVault, rng: &mut StdRng) {
    let mut tx = vault.begin().unwrap();
    for _ in 0..rng.random_range(1..12) {
        let collection = Collection::ALL[rng.random_range(0..Collection::ALL.len())];
        let id = format!("{:03}", rng.random_range(0..40));
        match rng.random_range(0..8) {
            0 => drop(tx.delete(collection, &id).unwrap()),
            1..=3 => tx.put(collection, &id, &body(rng)).unwrap(),
            4 => {
                // SQLite writes only the pages that differ: here the last.
                if let Some(mut body) = tx.get(collection, &id).unwrap()
                    && let Some(last) = body.last_mut()
                {
                    *last = last.wrapping_add(1);
                    tx.put(collection, &id, &body).unwrap();
                }
            }
            5 => drop(tx.delete_record(&RecordId::from_bytes([rng.random(); 16])).unwrap()),
            _ => drop(tx.insert_record(&record(rng.random(), resource(rng))).unwrap()),
        }
    }
    tx.commit().unwrap();
}

/// Made once: a store as it is after it was closed.
fn closed() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("vault.db");
        files::create_private_file(&database).unwrap();
        db::create(&database, &VaultKey::new(&KEY)).unwrap();
        let vault = open(&database);
        let mut rng = StdRng::seed_from_u64(1);
        for _ in 0..120 {
            change(&vault, &mut rng);
        }
        let states = vec![rows(&vault)];
        drop(vault);
        let database = fs::read(&database).unwrap();
        assert!(database.len() > 200 * PAGE, "{}", database.len() / PAGE);
        Sample { database, log: Vec::new(), states }
    })
}

/// Made once: a store whose newest changes stand in the log, as after a crash.
fn crashed() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        closed().put(dir.path());
        let database = dir.path().join("vault.db");
        let vault = open(&database);
        let mut rng = StdRng::seed_from_u64(2);
        let mut states = vec![rows(&vault)];
        for _ in 0..12 {
            change(&vault, &mut rng);
            states.push(rows(&vault));
        }
        let log = fs::read(dir.path().join("vault.db-wal")).unwrap();
        assert!(log.len() > 60 * FRAME, "{}", log.len() / FRAME);
        Sample { database: fs::read(&database).unwrap(), log, states }
    })
}

fn salvage_in(folder: &Path, salt: Option<[u8; SALT]>) -> Result<(Salvaged, Rows), StoreError> {
    let (damaged, new) = (folder.join("vault.db"), folder.join("new.db"));
    let before = fs::read(&damaged).unwrap();
    let key = VaultKey::new(&KEY);
    let report = salvage(&damaged, &new, &key, salt, &Unwatched, &Cancel::new())?;
    assert!(fs::read(&damaged).unwrap() == before, "the damaged file is evidence");
    let vault = open(&new);
    let found = rows(&vault);
    let sum: u64 = report.entries.values().sum::<u64>() + report.records;
    assert_eq!(sum, found.len() as u64, "{report:?}");
    Ok((report, found))
}

/// Changes one page in one of the ways disks do.
fn damage(page: &mut [u8], rng: &mut StdRng) {
    match rng.random_range(0..4) {
        0 => {
            let at = rng.random_range(0..page.len());
            page[at] ^= 1 << rng.random_range(0..8);
        }
        1 => page.fill(0),
        2 => rng.fill(page),
        _ => {
            let from = rng.random_range(0..page.len());
            let to = rng.random_range(from..page.len()) + 1;
            page[from..to].fill(0xff);
        }
    }
}

/// The pages each row stands on, as the whole file says.
fn places(sample: &Sample) -> BTreeMap<String, BTreeSet<u32>> {
    let dir = tempfile::tempdir().unwrap();
    sample.put(dir.path());
    let keys = PageKeys::new(&KEY, sample.database[..SALT].try_into().unwrap()).unwrap();
    let file = File::open(dir.path().join("vault.db")).unwrap();
    let pages = u32::try_from(sample.database.len() / PAGE).unwrap();
    let mut source = Damaged { file, keys: &keys, log: Log::read(Vec::new(), pages, &keys), pages };
    let mut places = BTreeMap::new();
    for number in 1..=pages {
        let page = source.page(number).expect("genuine");
        for cell in rows::cells(number, &page.clear).into_iter().flatten().flatten() {
            let mut on = BTreeSet::from([number]);
            let (mut next, mut left) = (cell.overflow, cell.length - cell.local.len());
            while left > 0 {
                on.insert(next);
                let rest = source.page(next).unwrap();
                left -= left.min(USABLE - 4);
                next = rows::overflow(&rest.clear).unwrap().0;
            }
            match &rows::row(&source.whole(cell, &page).unwrap()) {
                Row::Ours(Found::Item { collection, id, .. }) => {
                    places.insert(format!("{collection}/{id}"), on);
                }
                Row::Ours(Found::Record { id, .. }) => {
                    let id = RecordId::from_bytes(id[..].try_into().unwrap());
                    places.insert(format!("record {id:?}"), on);
                }
                Row::MadeAnew => {}
                Row::Broken => panic!("page {number}"),
            }
        }
    }
    places
}

fn is_pool(name: &str) -> bool {
    name.starts_with(Collection::PoolEntries.as_str())
}

fn without_pool(rows: &Rows) -> Rows {
    rows.iter().filter(|(name, _)| !is_pool(name)).map(|(n, b)| (n.clone(), b.clone())).collect()
}

/// Files of every schema, also of one that was never migrated because it could not be opened.
#[test]
fn a_store_of_an_older_schema_comes_back() {
    for version in 1..=db::NEWEST {
        let folder = if version < db::NEWEST {
            crate::db::tests::older(version)
        } else {
            let folder = crate::db::tests::older(version - 1);
            drop(folder.open());
            folder
        };
        let (report, found) = salvage_in(folder.path(), None).unwrap();
        assert_eq!((report.records, report.lost, report.broken), (50, 0, 0), "{version}");
        assert_eq!(found["settings/a"], [1, 2]);
        let vault = open(&folder.path().join("new.db"));
        let records = vault.read().unwrap().records(&RecordFilter::default()).unwrap();
        assert!(records.iter().all(|row| row.body == vec![row.id.as_bytes()[0]; 3000]));
        assert_eq!(vault.read().unwrap().count_unindexed("own").unwrap(), 50);
    }
}

#[test]
fn a_whole_store_comes_back_whole_but_for_used_up_entries() {
    for sample in [closed(), crashed()] {
        let dir = tempfile::tempdir().unwrap();
        sample.put(dir.path());
        let (report, found) = salvage_in(dir.path(), None).unwrap();
        assert_eq!((report.lost, report.broken, report.newest_missing), (0, 0, false));
        assert!(found == without_pool(sample.last()));
        assert!(sample.last().keys().any(|name| is_pool(name)), "there were some");
    }
}

/// Few cases unless more are asked for (`PROPTEST_CASES`).
fn config() -> ProptestConfig {
    let asked = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { asked.cases } else { 16 };
    ProptestConfig { cases, failure_persistence: None, ..asked }
}

/// The log written back into the file up to some page, as SQLite does it: in the order of pages, the newest
/// frame of each.
fn write_back(database: &mut Vec<u8>, log: &[u8], up_to: usize) {
    for frame in log[LOG_HEADER..].chunks_exact(FRAME) {
        let number = u32::from_be_bytes(frame[..4].try_into().unwrap()) as usize;
        if number <= up_to {
            database.resize(database.len().max(number * PAGE), 0);
            database[(number - 1) * PAGE..number * PAGE].copy_from_slice(&frame[24..]);
        }
    }
}

/// A log with damaged frames, perhaps written back in part, perhaps over a damaged file.
fn with_damaged_log(seed: u64) {
    let sample = crashed();
    let mut rng = StdRng::seed_from_u64(seed);
    let (mut database, mut log) = (sample.database.clone(), sample.log.clone());
    let frames = (log.len() - LOG_HEADER) / FRAME;
    let pages = database.len() / PAGE;
    match rng.random_range(0..4) {
        0 => write_back(&mut database, &log, usize::MAX),
        1 | 2 => write_back(&mut database, &log, rng.random_range(1..pages)),
        _ => {}
    }
    for _ in 0..rng.random_range(1..=10) {
        let at = LOG_HEADER + rng.random_range(0..frames) * FRAME;
        // A whole stretch now and then.
        let stretch = if rng.random_bool(0.1) { rng.random_range(1..20) } else { 1 };
        let end = (at + stretch * FRAME).min(log.len());
        damage(&mut log[at..end], &mut rng);
    }
    if rng.random_bool(0.2) {
        damage(&mut log[..LOG_HEADER], &mut rng);
    }
    for _ in 0..rng.random_range(0..=5) {
        let at = rng.random_range(0..database.len() / PAGE) * PAGE;
        damage(&mut database[at..at + PAGE], &mut rng);
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("vault.db"), &database).unwrap();
    fs::write(dir.path().join("vault.db-wal"), &log).unwrap();
    let salt = sample.database[..SALT].try_into().ok();
    let (report, found) = salvage_in(dir.path(), salt).unwrap();
    for (name, body) in &found {
        let ever = sample.states.iter().any(|state| state.get(name) == Some(body));
        assert!(ever, "{name} never was like this");
        let newest = sample.last().get(name) == Some(body);
        assert!(newest || report.newest_missing, "{name} is old and nobody says so");
    }
}

/// Once a row came back here whose rest was older than its beginning.
#[test]
fn a_row_of_two_states_is_known_by_a_lost_frame() {
    with_damaged_log(7_535_584_265_451_842_652);
}

proptest! {
    #![proptest_config(config())]

    /// One to twenty damaged pages of a closed store: every row that comes back is right, and every row
    /// of which no page was damaged comes back.
    #[test]
    fn damaged_pages_cost_only_their_own_rows(seed: u64) {
        static PLACES: OnceLock<BTreeMap<String, BTreeSet<u32>>> = OnceLock::new();
        let sample = closed();
        let places = PLACES.get_or_init(|| places(sample));
        let mut rng = StdRng::seed_from_u64(seed);
        let mut database = sample.database.clone();
        let pages = u32::try_from(database.len() / PAGE).unwrap();
        let mut hit = BTreeSet::new();
        for _ in 0..rng.random_range(1..=20) {
            let number = rng.random_range(1..=pages);
            let at = (number as usize - 1) * PAGE;
            damage(&mut database[at..at + PAGE], &mut rng);
            hit.insert(number);
        }
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("vault.db"), &database).unwrap();
        let salt = sample.database[..SALT].try_into().ok();
        let (report, found) = salvage_in(dir.path(), salt).unwrap();
        prop_assert!(report.lost <= hit.len() as u64);
        for (name, body) in &found {
            prop_assert!(sample.last().get(name) == Some(body), "{name} is wrong");
        }
        for (name, on) in places.iter().filter(|(name, _)| !is_pool(name)) {
            prop_assert!(!on.is_disjoint(&hit) || found.contains_key(name), "{name} is missing");
        }
    }

    /// The log damaged as well: every row that comes back was once committed like this, and where the
    /// report does not say that newest changes may be missing, it is the newest.
    #[test]
    fn a_damaged_log_never_mixes_two_states(seed: u64) {
        with_damaged_log(seed);
    }
}

/// Any flipped byte of the log that costs an acknowledged change is noticed when the store is opened,
/// except in its very last change: there damage looks like a change that a crash cut short.
#[test]
fn a_damaged_log_is_not_taken_for_the_end_of_it() {
    let sample = crashed();
    let mut rng = StdRng::seed_from_u64(3);
    let frames = (sample.log.len() - LOG_HEADER) / FRAME;
    let mut noticed = 0;
    for round in 0..60 {
        let mut log = sample.log.clone();
        let at =
            if round < 8 { round * 4 } else { rng.random_range(0..LOG_HEADER + frames * FRAME) };
        log[at] ^= 1 << rng.random_range(0..8);
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("vault.db");
        fs::write(&database, &sample.database).unwrap();
        fs::write(dir.path().join("vault.db-wal"), &log).unwrap();
        let lock = FileLock::acquire(&dir.path().join("vault.lock")).unwrap().unwrap();
        match SqlVault::open(&database, &VaultKey::new(&KEY), lock, None) {
            Err(VaultError::Corrupt(_)) => {
                assert!(fs::read(dir.path().join("vault.db-wal")).unwrap() == log, "changed");
                noticed += 1;
            }
            Ok(vault) => {
                let found = rows(&vault);
                let states = sample.states.iter().rev().take(2);
                assert!(states.into_iter().any(|state| *state == found), "byte {at}");
            }
            Err(error) => panic!("byte {at}: {error:?}"),
        }
    }
    assert!(noticed > 40, "{noticed}");
}

#[test]
fn without_its_salt_a_file_opens_by_the_one_noted() {
    let sample = closed();
    let dir = tempfile::tempdir().unwrap();
    let mut database = sample.database.clone();
    database[3] ^= 1;
    fs::write(dir.path().join("vault.db"), &database).unwrap();
    let refused = salvage_in(dir.path(), None).unwrap_err();
    assert_eq!(refused.code(), "vault-corrupt");
    let salt = sample.database[..SALT].try_into().ok();
    let (report, found) = salvage_in(dir.path(), salt).unwrap();
    // The first page itself proves genuine: the salt is not part of what it covers.
    assert_eq!(report.lost, 0);
    assert!(found == without_pool(sample.last()));
}

#[test]
fn a_truncated_file_gives_its_beginning_and_says_how_much_is_gone() {
    let sample = closed();
    let dir = tempfile::tempdir().unwrap();
    let pages = sample.database.len() / PAGE;
    let kept = pages / 2 * PAGE + 1_000;
    fs::write(dir.path().join("vault.db"), &sample.database[..kept]).unwrap();
    let (report, found) = salvage_in(dir.path(), None).unwrap();
    assert_eq!((report.pages, report.lost), (pages as u64, (pages - pages / 2) as u64));
    assert!(!found.is_empty());
    assert!(found.iter().all(|(name, body)| sample.last().get(name) == Some(body)));
}

/// Stops after some pages.
struct StopAt(Cancel, AtomicU64);

impl Progress for StopAt {
    fn report(&self, step: Step) {
        assert!(step.done <= step.total);
        if self.1.fetch_add(1, Ordering::SeqCst) == 2 {
            self.0.cancel();
        }
    }
}

#[test]
fn stopping_it_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    closed().put(dir.path());
    let cancel = Cancel::new();
    let progress = StopAt(cancel.clone(), AtomicU64::new(0));
    let (damaged, new) = (dir.path().join("vault.db"), start(dir.path()).unwrap());
    let key = VaultKey::new(&KEY);
    let stopped = salvage(&damaged, &new, &key, None, &progress, &cancel).err().unwrap();
    assert_eq!(stopped.code(), "cancelled");
    assert!(fs::read(&damaged).unwrap() == closed().database);
    start(dir.path()).unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "the draft is gone");
}

/// The change of files cut short after each of its steps is finished by the next opening.
#[test]
fn a_change_of_stores_cut_short_anywhere_is_finished() {
    for steps in 0..4 {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        crashed().put(folder);
        let database = folder.join("vault.db");
        fs::write(folder.join("vault.salvaging"), b"new").unwrap();
        saved(folder).unwrap();
        let kept = folder.join("damaged-1");
        // What `finish` does, up to the step the crash came after.
        if steps > 0 {
            fs::create_dir(&kept).unwrap();
        }
        if steps > 1 {
            fs::rename(&database, kept.join("vault.db")).unwrap();
        }
        if steps > 2 {
            fs::rename(folder.join("vault.db-wal"), kept.join("vault.db-wal")).unwrap();
        }
        assert_eq!(finish(folder, &database).unwrap().as_deref(), Some("damaged-1"));
        assert_eq!(fs::read(&database).unwrap(), b"new");
        assert!(!folder.join("vault.db-wal").exists(), "the old log is not the new store's");
        assert!(fs::read(kept.join("vault.db")).unwrap() == crashed().database);
        assert!(fs::read(kept.join("vault.db-wal")).unwrap() == crashed().log);
        assert_eq!(finish(folder, &database).unwrap(), None);
        // A second time, the first evidence stays.
        fs::write(folder.join("vault.salvaging"), b"newer").unwrap();
        saved(folder).unwrap();
        assert_eq!(finish(folder, &database).unwrap().as_deref(), Some("damaged-2"));
        assert!(fs::read(kept.join("vault.db")).unwrap() == crashed().database);
    }
}

/// Every table is either brought over or made anew; a new one needs a decision here.
#[test]
fn every_table_was_thought_of() {
    let schema = include_str!("../../migrations/schema.snapshot.sql");
    let tables: Vec<&str> = schema
        .lines()
        .filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split([' ', '(']).next())
        .collect();
    // `collection` is part of the schema; the rest is the reading index.
    let anew = ["analyte", "collection", "line", "scope", "tally", "twin"];
    let brought = ["item", "record"];
    for table in tables.iter().filter(|table| !table.starts_with("'word_")) {
        assert!(anew.contains(table) || brought.contains(table), "{table}");
    }
    for (table, columns) in [("item", 3), ("record", 8)] {
        let text = schema.split(&format!("CREATE TABLE {table} (")).nth(1).unwrap();
        let text = text.split(") STRICT").next().unwrap();
        let own = text.lines().filter(|line| {
            let line = line.trim();
            line.starts_with(|first: char| first.is_ascii_lowercase())
        });
        assert_eq!(own.count(), columns, "the shape of {table} is what a row is known by");
    }
    // A record's last column came later.
    assert!(schema.contains("\n, packing INTEGER NOT NULL DEFAULT 0) STRICT;"));
}

#[test]
fn an_older_counter_of_a_credential_does_not_come_back() {
    assert!(super::is_used_once("jobs", "credential/held"));
    assert!(super::is_used_once("pool_entries", "any"));
    assert!(
        !super::is_used_once("jobs", "kit") && !super::is_used_once("spaces", "credential/held")
    );
}
