//! Planted text is nowhere on the disk: not in the file, its log, its index, nor in any file name.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests fail by panicking"
)]

mod common;

use std::fs;
use std::path::Path;

use common::{create, row, store};
use keyward_app::ports::vault::{Collection, RecordRow, Vault};
use keyward_vault::MemoryKeyring;

const PLANTED: &str = "Zebrafink-Herzinsuffizienz-4711";

fn assert_nowhere(folder: &Path) -> usize {
    let mut looked_at = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        assert!(!path.to_string_lossy().contains("Zebrafink"), "{}", path.display());
        if path.is_dir() {
            looked_at += assert_nowhere(&path);
        } else {
            let content = fs::read(&path).unwrap();
            for part in ["Zebrafink", "4711", "Herzinsuffizienz", "SQLite format", "CREATE TABLE"] {
                let found = content.windows(part.len()).any(|window| window == part.as_bytes());
                assert!(!found, "{part} in {}", path.display());
            }
            looked_at += 1;
        }
    }
    looked_at
}

#[test]
fn planted_text_is_found_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let opened = store(dir.path());
    let unlocked = create(&opened, &MemoryKeyring::new(), Some("Zebrafink"));
    let plant = |n: u8| {
        let mut tx = unlocked.vault.begin().unwrap();
        for collection in Collection::ALL {
            tx.put(collection, &format!("{PLANTED}-{n}"), PLANTED.repeat(200).as_bytes()).unwrap();
        }
        tx.insert_record(&RecordRow {
            title: PLANTED.to_owned(),
            category: PLANTED.to_owned(),
            body: PLANTED.repeat(500).into_bytes(),
            ..row(n)
        })
        .unwrap();
        tx
    };
    plant(1).commit().unwrap();
    // Committed and in the log; uncommitted; sorted without an index (temporary storage).
    let pending = plant(2);
    let records = pending.records(&Default::default()).unwrap();
    assert_eq!(records.len(), 2);
    assert!(assert_nowhere(dir.path()) >= 5, "database, log, index, profile, locks");
    pending.commit().unwrap();
    unlocked.vault.close();
    assert_nowhere(dir.path());
}
