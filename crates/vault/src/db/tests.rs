//! Tests that need the inside of the store: schema, settings, limits, closing.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use keyward_app::ports::index::{IN_PART, LineFilter, NewLine, Searched, WAITS, Waiting};
use keyward_app::ports::vault::{Collection, Transaction, Vault, VaultError};

use super::{SqlVault, VaultKey, create, migrate, open};
use crate::files::{self, FileLock};

pub(super) const KEY: [u8; 32] = [7; 32];

pub(super) struct Folder {
    pub(super) dir: tempfile::TempDir,
}

impl Folder {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        files::create_private_file(&dir.path().join("vault.db")).unwrap();
        create(&dir.path().join("vault.db"), &VaultKey::new(&KEY)).unwrap();
        Self { dir }
    }

    pub(super) fn database(&self) -> PathBuf {
        self.dir.path().join("vault.db")
    }

    fn lock(&self) -> FileLock {
        FileLock::acquire(&self.dir.path().join("vault.lock")).unwrap().expect("not in use")
    }

    pub(super) fn try_open(&self, key: [u8; 32]) -> Result<SqlVault, VaultError> {
        SqlVault::open(&self.database(), &VaultKey::new(&key), self.lock())
    }

    pub(super) fn open(&self) -> SqlVault {
        self.try_open(KEY).unwrap()
    }

    /// Every file and its content.
    pub(super) fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(self.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect();
        files.sort();
        files
    }
}

fn schema(vault: &SqlVault) -> String {
    vault.with_writer(|connection| {
        let mut statement = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name")
            .unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(|sql| sql.unwrap() + ";\n").collect()
    })
}

/// A migration changes this file knowingly or not at all.
#[test]
fn the_migrated_schema_is_pinned() {
    let folder = Folder::new();
    let found = schema(&folder.open());
    let pinned = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/schema.snapshot.sql");
    if std::env::var_os("UPDATE_SNAPSHOT").is_some() {
        fs::write(&pinned, &found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(&pinned).unwrap());
    assert_eq!(migrate::NEWEST, 4, "a new migration needs a test that upgrades from the older one");
}

/// A file of an older schema as that version wrote it, with some records and rows.
fn older(version: u32) -> Folder {
    let dir = tempfile::tempdir().unwrap();
    files::create_private_file(&dir.path().join("vault.db")).unwrap();
    let (path, key) = (dir.path().join("vault.db"), VaultKey::new(&KEY));
    open::create_of_version(&path, &key, version).unwrap();
    let connection = open::reader_and_writer(&path, &key).unwrap();
    for n in 0..50_u8 {
        connection
            .execute(
                "INSERT INTO record (id, category, resource_type, date, title, title_folded,
                                     fingerprint, source, body)
                 VALUES (?1, 'results', 'Observation', '2020-01-02', 'Glucose', 'glucose', ?2,
                         'import/000000', ?3)",
                rusqlite::params![[n; 16], [n; 32], vec![n; 3000]],
            )
            .unwrap();
    }
    connection
        .execute("INSERT INTO item (collection, id, body) VALUES ('settings', 'a', x'0102')", [])
        .unwrap();
    drop(connection);
    Folder { dir }
}

#[test]
fn a_file_of_schema_1_keeps_everything_and_is_told_to_be_without_lines() {
    let folder = older(1);
    let vault = folder.open();
    vault.with_writer(|connection| {
        assert_eq!(migrate::version(connection).unwrap(), migrate::NEWEST)
    });
    let tx = vault.read().unwrap();
    assert_records_of_old(&*tx);
    assert_eq!(tx.get(Collection::Settings, "a").unwrap(), Some(vec![1, 2]));
    assert_eq!(tx.count_unindexed("own").unwrap(), 50);
    assert_eq!(tx.unindexed_records("own", 7).unwrap().len(), 7);
    drop(tx);
    assert_eq!(schema(&vault), schema(&Folder::new().open()), "migrated and new are one");
    // Opened again, nothing is migrated twice.
    drop(vault);
    assert_eq!(folder.open().read().unwrap().count_unindexed("own").unwrap(), 50);
}

fn assert_records_of_old(tx: &dyn Transaction) {
    let records = tx.records(&keyward_app::ports::vault::RecordFilter::default()).unwrap();
    assert_eq!(records.len(), 50);
    assert!(records.iter().all(|record| record.body == vec![record.id.as_bytes()[0]; 3000]));
}

/// Lines of schema 2: their words stood in a table of the search's own.
#[test]
fn a_file_of_schema_2_keeps_its_lines_and_finds_their_words() {
    let folder = older(2);
    let (path, key) = (folder.dir.path().join("vault.db"), VaultKey::new(&KEY));
    let connection = open::reader_and_writer(&path, &key).unwrap();
    connection.execute("INSERT INTO scope VALUES (1, 'own', 50)", []).unwrap();
    for n in 0..50_u8 {
        let number = (1_i64 << 32) + i64::from(n) + 1;
        let line = "INSERT INTO line (number, scope, id, section, compartment, standing, flagged,
                                      source_only, origin, item)
                    VALUES (?1, 1, ?2, 'results', 'results', 255, 0, 0, 7, '{}')";
        connection.execute(line, rusqlite::params![number, [n; 16]]).unwrap();
        let words = format!("plain words quokka{n}x");
        connection
            .execute(
                "INSERT INTO word (rowid, title, words) VALUES (?1, 'Glucose', ?2)",
                (number, words),
            )
            .unwrap();
    }
    connection.execute("INSERT INTO tally VALUES (1, 'results', 'results', 0, 0, 50)", []).unwrap();
    drop(connection);
    let vault = folder.open();
    let tx = vault.read().unwrap();
    assert_records_of_old(&*tx);
    assert_eq!(tx.count_unindexed("own").unwrap(), 0);
    let asked = |text: &str| LineFilter {
        text: Some(text.to_owned()),
        limit: 100,
        ..LineFilter::default()
    };
    assert_eq!(tx.find_lines("own", &asked("glucose")).unwrap().1, 50);
    let (found, total) = tx.find_lines("own", &asked("quokka20x")).unwrap();
    assert_eq!((total, found[0].title.as_str()), (1, "Glucose"));
    assert_eq!(found[0].words, "plain words quokka20x");
    drop(tx);
    let mut tx = vault.begin().unwrap();
    assert!(tx.delete_record(&found[0].line.id).unwrap());
    tx.commit().unwrap();
    assert_eq!(below_fts(&vault, "quokka20x"), 0);
    assert_eq!(schema(&vault), schema(&Folder::new().open()), "migrated and new are one");
}

/// Lines of schema 3: nothing was known of letters.
#[test]
fn a_file_of_schema_3_keeps_its_lines_and_none_of_them_waits() {
    let dir = tempfile::tempdir().unwrap();
    files::create_private_file(&dir.path().join("vault.db")).unwrap();
    let (path, key) = (dir.path().join("vault.db"), VaultKey::new(&KEY));
    open::create_of_version(&path, &key, 3).unwrap();
    let connection = open::reader_and_writer(&path, &key).unwrap();
    let number = (1_i64 << 32) + 1;
    connection.execute("INSERT INTO scope VALUES (1, 'own', 1)", []).unwrap();
    let line = "INSERT INTO line (number, scope, id, section, compartment, standing, flagged,
                                  source_only, origin, item, title, words)
                VALUES (?1, 1, ?2, 'results', 'results', 255, 0, 0, 7, '{}', 'Glucose', 'quokka')";
    connection.execute(line, rusqlite::params![number, [1_u8; 16]]).unwrap();
    connection
        .execute(
            "INSERT INTO word (rowid, title, words) VALUES (?1, 'Glucose', 'quokka')",
            [number],
        )
        .unwrap();
    drop(connection);
    let folder = Folder { dir };
    let vault = folder.open();
    let tx = vault.read().unwrap();
    assert_eq!(found(&*tx, "quokka"), ["quokka"]);
    assert_eq!(tx.searched("own").unwrap(), Searched::default());
    assert_eq!(tx.unread_letters("own", 9).unwrap(), []);
    assert_eq!(schema(&vault), schema(&Folder::new().open()), "migrated and new are one");
}

fn found(tx: &dyn Transaction, text: &str) -> Vec<String> {
    let asked = LineFilter { text: Some(text.to_owned()), limit: 100, ..LineFilter::default() };
    tx.find_lines("own", &asked).unwrap().0.into_iter().map(|found| found.words).collect()
}

/// How often the letters stand in the rows of the index itself, below FTS5.
fn below_fts(vault: &SqlVault, letters: &str) -> i64 {
    vault.with_writer(|connection| {
        connection
            .query_row(
                "SELECT (SELECT count(*) FROM word_data WHERE instr(block, CAST(?1 AS BLOB)))
                      + (SELECT count(*) FROM line WHERE instr(title || words, ?1))
                      + (SELECT count(*) FROM word_idx WHERE instr(term, CAST(?1 AS BLOB)))",
                [letters],
                |row| row.get(0),
            )
            .unwrap()
    })
}

fn worded(n: u8, words: &str, searched: u8) -> NewLine {
    NewLine {
        id: keyward_protocol::ids::RecordId::from_bytes([n; 16]),
        section: "results".to_owned(),
        compartment: "results".to_owned(),
        date: None,
        analyte: None,
        standing: 255,
        flagged: false,
        source_only: false,
        handle: None,
        content: None,
        origin: 0,
        extra: None,
        item: "{}".to_owned(),
        title: "other words".to_owned(),
        words: words.to_owned(),
        searched,
    }
}

#[test]
fn words_of_letters_are_put_to_lines_that_wait_once() {
    let folder = Folder::new();
    let vault = folder.open();
    let mut tx = vault.begin().unwrap();
    let lines = [
        worded(1, "one", 0),
        worded(2, "two", WAITS),
        worded(3, "three", WAITS | IN_PART),
        worded(4, "four", IN_PART),
    ];
    tx.add_lines("own", &lines).unwrap();
    tx.commit().unwrap();
    let mut tx = vault.begin().unwrap();
    let waiting = tx.unread_letters("own", 9).unwrap();
    assert_eq!(waiting.iter().map(|line| line.id).collect::<Vec<_>>(), [lines[1].id, lines[2].id]);
    assert_eq!(tx.searched("own").unwrap(), Searched { waiting: 2, in_part: 2 });
    assert_eq!(tx.unread_letters("own", 1).unwrap().len(), 1);
    assert_eq!(tx.unread_letters("share/1", 9).unwrap(), []);
    assert!(tx.add_words("own", &waiting[0], "quokkazebra 糖尿病", false).unwrap());
    assert!(!tx.add_words("own", &waiting[0], "again", false).unwrap(), "it waits no more");
    assert!(tx.add_words("own", &waiting[1], "", true).unwrap());
    let other = Waiting { id: lines[0].id, ..waiting[1] };
    assert!(!tx.add_words("own", &other, "foreign", false).unwrap(), "another line");
    tx.commit().unwrap();
    let tx = vault.read().unwrap();
    assert_eq!(tx.searched("own").unwrap(), Searched { waiting: 0, in_part: 2 });
    for words in ["quokka", "糖尿", "two"] {
        assert_eq!(found(&*tx, words), ["two\nquokkazebra 糖尿病"], "{words}");
    }
    for nothing in ["again", "foreign"] {
        assert!(found(&*tx, nothing).is_empty(), "{nothing}");
    }
    drop(tx);
    // They leave with the line.
    assert!(below_fts(&vault, "quokkazebra") >= 2);
    let mut tx = vault.begin().unwrap();
    assert!(tx.remove_line("own", &lines[1].id).unwrap());
    tx.commit().unwrap();
    assert_eq!(below_fts(&vault, "quokkazebra"), 0);
    assert_sound(&vault);
}

fn assert_sound(vault: &SqlVault) {
    vault.with_writer(|connection| {
        connection
            .execute_batch("INSERT INTO word (word, rank) VALUES ('integrity-check', 1)")
            .unwrap();
    });
}

#[test]
fn a_deleted_word_leaves_the_index_at_once() {
    let folder = Folder::new();
    let vault = folder.open();
    let line = |n: u8, words: &str| worded(n, words, 0);
    for n in 0..40 {
        let mut tx = vault.begin().unwrap();
        let planted = if n == 20 { "quokkazebra planted" } else { "nothing of note" };
        tx.add_lines("own", &[line(n, planted)]).unwrap();
        tx.commit().unwrap();
    }
    assert!(below_fts(&vault, "quokkazebra") >= 2, "the text and its word");
    let mut tx = vault.begin().unwrap();
    assert!(tx.remove_line("own", &line(20, "").id).unwrap());
    tx.commit().unwrap();
    assert_eq!(below_fts(&vault, "quokkazebra"), 0);
    assert_sound(&vault);
}

#[test]
fn every_collection_is_in_the_schema_and_no_other() {
    let folder = Folder::new();
    let vault = folder.open();
    let mut tx = vault.begin().unwrap();
    for collection in Collection::ALL {
        tx.put(collection, "id", b"body").unwrap();
    }
    tx.commit().unwrap();
    vault.with_writer(|connection| {
        let names: i64 =
            connection.query_row("SELECT count(*) FROM collection", [], |row| row.get(0)).unwrap();
        assert_eq!(names, 18);
        let foreign = "INSERT INTO item (collection, id, body) VALUES ('other', 'x', x'00')";
        assert!(connection.execute(foreign, []).is_err());
    });
}

#[test]
fn the_settings_hold() {
    let folder = Folder::new();
    let vault = folder.open();
    let text = |pragma: &str| -> String {
        vault.with_writer(|connection| {
            connection
                .query_row(&format!("PRAGMA {pragma}"), [], |row| {
                    Ok(match row.get_ref(0)? {
                        rusqlite::types::ValueRef::Integer(n) => n.to_string(),
                        other => other.as_str().unwrap().to_owned(),
                    })
                })
                .unwrap()
        })
    };
    assert_eq!(text("journal_mode"), "wal");
    assert_eq!(text("synchronous"), "2");
    assert_eq!(text("secure_delete"), "1");
    assert_eq!(text("foreign_keys"), "1");
    assert_eq!(text("temp_store"), "2");
    assert_eq!(text("cipher_page_size"), "4096");
    assert_eq!(text("cipher_hmac_algorithm"), "HMAC_SHA512");
    assert_eq!(text("cipher_memory_security"), "1");
    assert!(text("cipher_version").starts_with('4'));
}

#[test]
fn a_newer_schema_is_refused_and_left_byte_identical() {
    let folder = Folder::new();
    let vault = folder.open();
    vault.with_writer(|connection| {
        connection.pragma_update(None, "user_version", migrate::NEWEST + 1).unwrap();
    });
    drop(vault);
    let before = folder.snapshot();
    assert_eq!(folder.try_open(KEY).err(), Some(VaultError::Newer));
    assert!(folder.snapshot() == before, "changed");
}

#[test]
fn a_newer_schema_that_stands_only_in_the_log_is_refused_and_left_alone() {
    let folder = Folder::new();
    let vault = folder.open();
    vault.with_writer(|connection| {
        connection.pragma_update(None, "user_version", migrate::NEWEST + 1).unwrap();
    });
    // As after a crash: the log was never written back.
    let crashed = tempfile::tempdir().unwrap();
    for name in ["vault.db", "vault.db-wal"] {
        fs::copy(folder.dir.path().join(name), crashed.path().join(name)).unwrap();
    }
    drop(vault);
    let crashed = Folder { dir: crashed };
    let read = || {
        ["vault.db", "vault.db-wal"].map(|name| fs::read(crashed.dir.path().join(name)).unwrap())
    };
    let before = read();
    assert_eq!(crashed.try_open(KEY).err(), Some(VaultError::Newer));
    assert!(read() == before, "changed");
}

#[test]
fn a_wrong_key_leaves_the_file_alone() {
    let folder = Folder::new();
    drop(folder.lock());
    let before = folder.snapshot();
    assert!(matches!(folder.try_open([8; 32]).err(), Some(VaultError::Corrupt(_))));
    assert!(folder.snapshot() == before, "changed");
}

#[test]
fn damage_anywhere_is_noticed_and_never_served() {
    let folder = Folder::new();
    let vault = folder.open();
    let mut tx = vault.begin().unwrap();
    for n in 0..50 {
        tx.put(Collection::Sources, &format!("{n:03}"), &[n; 3000]).unwrap();
    }
    tx.commit().unwrap();
    drop(vault);
    let whole = fs::read(folder.database()).unwrap();
    // One flipped bit per page, somewhere in it.
    for page in 0..whole.len() / 4096 {
        let mut damaged = whole.clone();
        damaged[page * 4096 + 100 + page] ^= 1;
        fs::write(folder.database(), &damaged).unwrap();
        let outcome = folder.try_open(KEY).and_then(|vault| {
            let listed = vault.read()?.list(Collection::Sources)?;
            assert!(listed.iter().all(|(_, body)| body.iter().all(|byte| *byte == body[0])));
            Ok(listed.len())
        });
        match outcome {
            // Damage in a page that this query does not need.
            Ok(found) => assert_eq!(found, 50),
            Err(error) => assert!(matches!(error, VaultError::Corrupt(_)), "{error:?}"),
        }
    }
}

#[test]
fn a_full_store_says_so_and_loses_nothing() {
    let folder = Folder::new();
    let vault = folder.open();
    vault.with_writer(|connection| {
        connection.pragma_update_and_check(None, "max_page_count", 60, |_| Ok(())).unwrap();
    });
    let mut saved = 0;
    let error = loop {
        let attempt = (|| {
            let mut tx = vault.begin()?;
            tx.put(Collection::Sources, &format!("{saved:04}"), &[1; 5000])?;
            tx.commit()
        })();
        match attempt {
            Ok(()) => saved += 1,
            Err(error) => break error,
        }
        assert!(saved < 1000, "the limit does not bite");
    };
    assert_eq!(error, VaultError::Full);
    assert!(saved > 0);
    assert_eq!(vault.read().unwrap().list(Collection::Sources).unwrap().len(), saved);
    // Something smaller still fits, and deleting works.
    let mut tx = vault.begin().unwrap();
    assert!(tx.delete(Collection::Sources, "0000").unwrap());
    tx.commit().unwrap();
    assert_eq!(vault.begin().unwrap().list(Collection::Sources).unwrap().len(), saved - 1);
}

#[test]
fn closing_interrupts_a_running_transaction_of_another_thread() {
    let folder = Folder::new();
    let vault = Arc::new(folder.open());
    let (began, beginning) = std::sync::mpsc::channel();
    let writer = {
        let vault = Arc::clone(&vault);
        thread::spawn(move || {
            let mut tx = vault.begin().unwrap();
            began.send(()).unwrap();
            let mut n = 0_u64;
            loop {
                if let Err(error) = tx.put(Collection::Jobs, &n.to_string(), b"x") {
                    break (error, tx.commit());
                }
                n += 1;
            }
        })
    };
    beginning.recv().unwrap();
    vault.close();
    let (put, commit) = writer.join().unwrap();
    assert_eq!(put, VaultError::Locked);
    assert_eq!(commit, Err(VaultError::Locked));
    assert_eq!(vault.begin().err(), Some(VaultError::Locked));
    assert_eq!(vault.read().err(), Some(VaultError::Locked));
    assert!(folder.open().read().unwrap().list(Collection::Jobs).unwrap().is_empty());
}

#[test]
fn a_nested_transaction_of_one_thread_is_refused_not_deadlocked() {
    let folder = Folder::new();
    let vault = folder.open();
    let outer = vault.begin().unwrap();
    assert_eq!(vault.begin().err(), Some(VaultError::Busy));
    // A view beside it works and does not see what is not committed.
    assert!(vault.read().unwrap().list(Collection::Jobs).unwrap().is_empty());
    drop(outer);
    assert!(vault.begin().is_ok());
}

#[test]
fn a_plain_sqlite_file_is_not_taken_for_a_vault() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("vault.db");
    let plain = rusqlite::Connection::open(&path).unwrap();
    plain.execute_batch("CREATE TABLE item (id TEXT)").unwrap();
    drop(plain);
    let before = fs::read(&path).unwrap();
    let outcome = open::inspect(&path, &VaultKey::new(&KEY));
    assert!(matches!(outcome, Err(VaultError::Corrupt(_))));
    assert!(fs::read(&path).unwrap() == before);
}
