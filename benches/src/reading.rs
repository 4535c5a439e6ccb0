//! `records.import`, `app.search_100k`, `app.labs_100k`: what reading and importing cost above what nobody can
//! avoid, on a synthetic chart.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use keyward_app::reading;
use keyward_app::session::Session;
use keyward_app::views::reading::{ItemQuery, RoomScope};
use keyward_records::view::line::line;
use keyward_records::view::{ChartInput, ChartItem};
use keyward_records::{Category, Limits, Parsed};
use keyward_testkit::BundleKind;
use rusqlite::{Connection, params};

use crate::measure::median;
use crate::report::{Gate, Report};
use crate::support::{World, import};

const SEED: u64 = 7;
/// Resources of the file whose import is measured.
const IMPORTED: usize = 20_000;
/// Records of the chart that is read, in files of [`IMPORTED`].
const CHART: usize = 100_000;
const IMPORTS: usize = 7;
const ROUNDS: usize = 25;
const PAGE: u64 = 100;
const PAGE_ROWS: i64 = 100;
/// A word that many records have, and two that fewer have together.
const SEARCHES: [&str; 3] = ["glucose", "hemoglobin blood", "chol"];

/// A profile of the person whose records these are.
fn patient(world: &World) -> Session {
    let person = keyward_testkit::person(SEED);
    world.patient(&person.given.join(" "), &person.family, &person.birth_date)
}

/// Adds the figures of reading.
pub(crate) fn run(report: &mut Report) {
    let world = World::new();
    let reader = patient(&world);
    let floor = Floor::new(world.folder.path());
    let mut records = 0;
    for part in 0..CHART / IMPORTED {
        // The same person each time: other records of hers.
        let bytes = records_of(part as u64 + 1, IMPORTED);
        import(&reader, &world.file(&format!("part-{part}.json"), &bytes));
        records += floor.fill(part, &bytes);
    }
    searches(report, &reader, &floor, records);
    labs(report, &reader, &floor, records);
}

/// A file of records of one person; every seed gives other records.
pub(crate) fn records_of(seed: u64, count: usize) -> Vec<u8> {
    let bytes = keyward_testkit::bundle(SEED + 1000 * seed, BundleKind::Collection, count);
    let mut text = String::from_utf8(bytes).expect("JSON is text");
    // Without its Patient, so that the parts are not taken for several people's.
    text = text.replace("\"resourceType\":\"Patient\"", "\"resourceType\":\"Basic\"");
    text.into_bytes()
}

/// Adds the figure of importing.
pub(crate) fn imports(report: &mut Report) {
    let world = World::new();
    let bytes = records_of(0, IMPORTED);
    let file = world.file("import.json", &bytes);
    let (mut ratios, mut ours, mut floors) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=IMPORTS {
        let floor = import_floor(&world.folder.path().join(format!("floor-{round}.db")), &bytes);
        let into = patient(&world);
        let start = Instant::now();
        let done = import(&into, &file);
        let took = start.elapsed().as_secs_f64() * 1e3;
        assert!(done.report.resources + done.report.kept_as_source >= IMPORTED as u64 - 10);
        // The first round also pays for cold files and tables.
        if round > 0 {
            ratios.push(took / floor);
            ours.push(took);
            floors.push(floor);
        }
    }
    let note = format!(
        "{IMPORTED} records, {:.1} MB: {:.0} ms against {:.0} ms (serde_json and one SQLCipher transaction)",
        bytes.len() as f64 / 1e6,
        median(ours),
        median(floors)
    );
    report.add("records.import.over_floor", median(ratios), Gate::AtMost(3.0), note);
}

/// Milliseconds to parse the file with serde_json and to write its bytes, a row per resource, in one transaction.
fn import_floor(path: &Path, bytes: &[u8]) -> f64 {
    let pieces: Vec<Vec<u8>> = parsed(bytes).resources.into_iter().map(|one| one.bytes).collect();
    let start = Instant::now();
    let value: serde_json::Value = serde_json::from_slice(bytes).expect("JSON");
    black_box(&value);
    let mut connection = open(path);
    connection
        .execute_batch("CREATE TABLE record (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        .expect("a table");
    let transaction = connection.transaction().expect("a transaction");
    for piece in &pieces {
        transaction
            .prepare_cached("INSERT INTO record (body) VALUES (?1)")
            .and_then(|mut insert| insert.execute([piece]))
            .expect("a row");
    }
    transaction.commit().expect("a commit");
    let took = start.elapsed().as_secs_f64() * 1e3;
    drop(value);
    took
}

fn parsed(bytes: &[u8]) -> Parsed {
    keyward_records::parse(bytes, &Limits::default()).expect("a bundle")
}

/// A SQLCipher file with the vault's settings.
pub(crate) fn open(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("a database");
    connection
        .execute_batch(
            "PRAGMA cipher_log_level = NONE;
             PRAGMA key = \"x'1111111111111111111111111111111111111111111111111111111111111111'\";
             PRAGMA cipher_compatibility = 4;
             PRAGMA cipher_memory_security = ON;
             PRAGMA temp_store = MEMORY;",
        )
        .expect("a key");
    let mode: String = connection
        .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
        .expect("a mode");
    assert_eq!(mode, "wal");
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;
             PRAGMA secure_delete = ON;",
        )
        .expect("settings");
    connection
}

/// The same words and items in tables that hold nothing else.
struct Floor(Connection);

impl Floor {
    fn new(folder: &Path) -> Self {
        let connection = open(&folder.join("reading-floor.db"));
        connection
            .execute_batch(
                "CREATE VIRTUAL TABLE word USING fts5 (
                     title, words, tokenize = 'unicode61 remove_diacritics 2');
                 CREATE TABLE line (
                     number INTEGER PRIMARY KEY, section TEXT, date TEXT, item TEXT);
                 CREATE INDEX line_by_section ON line (section, date DESC);",
            )
            .expect("tables");
        Self(connection)
    }

    /// Puts the records of a file in; gives how many.
    fn fill(&self, part: usize, bytes: &[u8]) -> usize {
        let parsed = parsed(bytes);
        self.0.execute_batch("BEGIN").expect("a transaction");
        for resource in &parsed.resources {
            let input = ChartInput {
                record_id: "00000000000000000000000000000000",
                bytes: &resource.bytes,
                received: Some(1_793_534_400),
                source: &format!("part-{part}.json"),
                compartment: None,
            };
            let line = line(&input);
            self.0
                .prepare_cached("INSERT INTO word (title, words) VALUES (?1, ?2)")
                .and_then(|mut insert| insert.execute(params![line.item.title, line.words]))
                .expect("words");
            let item = reading::lean::json(&line.item, 0).expect("JSON");
            self.0
                .prepare_cached("INSERT INTO line (section, date, item) VALUES (?1, ?2, ?3)")
                .and_then(|mut insert| {
                    insert.execute(params![line.item.category.as_str(), line.date, item])
                })
                .expect("a line");
        }
        self.0.execute_batch("COMMIT").expect("a commit");
        parsed.resources.len()
    }

    /// How many match, and the best of them.
    fn search(&self, expression: &str) -> u64 {
        let total: i64 = self
            .0
            .prepare_cached("SELECT count(*) FROM word WHERE word MATCH ?1")
            .and_then(|mut count| count.query_row([expression], |row| row.get(0)))
            .expect("a count");
        let mut best = self
            .0
            .prepare_cached("SELECT rowid FROM word WHERE word MATCH ?1 ORDER BY rank LIMIT ?2")
            .expect("a query");
        let rows: Vec<i64> = best
            .query_map(params![expression, PAGE_ROWS / 2], |row| row.get(0))
            .expect("rows")
            .map(|row| row.expect("a row"))
            .collect();
        black_box(rows);
        u64::try_from(total).expect("a count")
    }

    /// The results of the newest moment: what the first row of a page may be.
    fn newest_labs(&self) -> Vec<ChartItem> {
        let newest = "SELECT item FROM line WHERE section = 'results' AND date = \
                      (SELECT max(date) FROM line WHERE section = 'results')";
        let mut rows = self.0.prepare(newest).expect("a query");
        let items = rows.query_map([], |row| row.get::<_, String>(0)).expect("rows");
        items.map(|row| serde_json::from_str(&row.expect("a row")).expect("an item")).collect()
    }

    /// The rows of a page of results.
    fn labs(&self) -> usize {
        let mut rows = self
            .0
            .prepare_cached(
                "SELECT item FROM line WHERE section = 'results' ORDER BY date DESC, number LIMIT ?1",
            )
            .expect("a query");
        let items: Vec<String> = rows
            .query_map([PAGE_ROWS], |row| row.get(0))
            .expect("rows")
            .map(|row| row.expect("a row"))
            .collect();
        black_box(items).len()
    }
}

/// The middle of the ratios of `ours` to `floor`, run in turn, and the middle of both in milliseconds.
fn compare(mut ours: impl FnMut(), mut floor: impl FnMut()) -> (f64, f64, f64) {
    let mut found = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let start = Instant::now();
        floor();
        let bare = start.elapsed().as_secs_f64() * 1e3;
        let start = Instant::now();
        ours();
        let took = start.elapsed().as_secs_f64() * 1e3;
        if round > 0 {
            found.0.push(took / bare);
            found.1.push(took);
            found.2.push(bare);
        }
    }
    (median(found.0), median(found.1), median(found.2))
}

fn searches(report: &mut Report, reader: &Session, floor: &Floor, records: usize) {
    let mut worst: Option<(f64, String)> = None;
    for words in SEARCHES {
        let query = ItemQuery { text: Some(words.into()), limit: PAGE / 2, ..ItemQuery::default() };
        let expression: Vec<String> = words.split(' ').map(|word| format!("\"{word}\"*")).collect();
        let expression = expression.join(" AND ");
        let mut found = 0;
        let (ratio, took, bare) = compare(
            || {
                let page = reading::search(reader, &RoomScope::Own, &query).expect("an answer");
                found = page.total;
                black_box(serde_json::to_string(&page).expect("JSON"));
            },
            || {
                black_box(floor.search(&expression));
            },
        );
        // Records that say the same are stored and shown once.
        let (here, bare_found) = (found as f64, floor.search(&expression) as f64);
        assert!(here >= bare_found * 0.7, "{words}: {here}, {bare_found}");
        let note =
            format!("{records} records, \"{words}\" in {found}: {took:.2} ms against {bare:.2} ms");
        if worst.as_ref().is_none_or(|(worst, _)| ratio > *worst) {
            worst = Some((ratio, note));
        }
    }
    let (ratio, note) = worst.expect("searches");
    report.add("app.search_100k.over_floor", ratio, Gate::AtMost(2.0), note);
}

fn labs(report: &mut Report, reader: &Session, floor: &Floor, records: usize) {
    let query =
        ItemQuery { categories: vec![Category::Results], limit: PAGE, ..ItemQuery::default() };
    let page = reading::items(reader, &RoomScope::Own, &query).expect("a page");
    assert_eq!(page.items.len() as u64, PAGE);
    let newest = floor.newest_labs();
    let ours = &page.items[0];
    let same = |each: &ChartItem| (&each.title, &each.value) == (&ours.title, &ours.value);
    assert!(newest.iter().any(same), "{ours:?} is none of {newest:?}");
    let (ratio, took, bare) = compare(
        || {
            // As the window gets it.
            let page = reading::items_json(reader, &RoomScope::Own, &query).expect("a page");
            assert!(page.starts_with("{\"items\":[{\"id\""));
            black_box(page);
        },
        || assert_eq!(floor.labs() as u64, PAGE),
    );
    let note = format!("{records} records, {PAGE} shown: {took:.2} ms against {bare:.2} ms");
    report.add("app.labs_100k.over_floor", ratio, Gate::AtMost(3.0), note);
    for (name, look) in others() {
        let start = Instant::now();
        look(reader);
        let took = start.elapsed().as_secs_f64() * 1e3;
        report.add(name, took, Gate::None, format!("ms, {records} records"));
    }
}

type Look = fn(&Session);

/// Further pages of the same chart, for orientation.
fn others() -> [(&'static str, Look); 4] {
    fn query() -> ItemQuery {
        ItemQuery::default()
    }
    [
        ("app.summary_100k.ms", |reader| {
            black_box(reading::summary(reader, &RoomScope::Own).expect("a summary"));
        }),
        ("app.analytes_100k.ms", |reader| {
            black_box(reading::analytes(reader, &RoomScope::Own, &query()).expect("a page"));
        }),
        ("app.density_100k.ms", |reader| {
            black_box(reading::density(reader, &RoomScope::Own, &query()).expect("an answer"));
        }),
        ("app.last_page_100k.ms", |reader| {
            let query = ItemQuery { offset: CHART as u64 - 1_000, ..query() };
            black_box(reading::items(reader, &RoomScope::Own, &query).expect("a page"));
        }),
    ]
}
