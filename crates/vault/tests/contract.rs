//! The contract of the vault port, carried out on the real store.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests fail by panicking"
)]

mod common;

use common::{create, row, store};
use keyward_app::ports::vault::{Collection, Inserted, RecordFilter, RecordRow, Vault, VaultError};
use keyward_protocol::ids::RecordId;
use keyward_vault::{MemoryKeyring, ProfileStore, Unlocked};

struct Opened {
    _dir: tempfile::TempDir,
    _store: ProfileStore,
    unlocked: Unlocked,
}

fn opened() -> Opened {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let unlocked = create(&store, &MemoryKeyring::new(), None);
    Opened { _dir: dir, _store: store, unlocked }
}

#[test]
fn put_get_replace_delete() {
    let opened = opened();
    let vault = &opened.unlocked.vault;
    let mut tx = vault.begin().unwrap();
    assert_eq!(tx.get(Collection::Settings, "a").unwrap(), None);
    tx.put(Collection::Settings, "a", b"1").unwrap();
    assert_eq!(tx.get(Collection::Settings, "a").unwrap().unwrap(), b"1", "sees its own writes");
    assert_eq!(tx.get(Collection::Drafts, "a").unwrap(), None, "collections are apart");
    tx.put(Collection::Settings, "a", b"").unwrap();
    assert_eq!(tx.get(Collection::Settings, "a").unwrap().unwrap(), b"");
    assert!(tx.delete(Collection::Settings, "a").unwrap());
    assert!(!tx.delete(Collection::Settings, "a").unwrap());
    tx.commit().unwrap();
}

#[test]
fn dropped_means_rolled_back() {
    let opened = opened();
    let vault = &opened.unlocked.vault;
    let mut tx = vault.begin().unwrap();
    tx.put(Collection::Shares, "kept", b"1").unwrap();
    tx.commit().unwrap();
    let mut tx = vault.begin().unwrap();
    tx.put(Collection::Shares, "lost", b"1").unwrap();
    tx.delete(Collection::Shares, "kept").unwrap();
    tx.insert_record(&row(1)).unwrap();
    drop(tx);
    let tx = vault.begin().unwrap();
    assert_eq!(tx.list(Collection::Shares).unwrap(), [("kept".to_owned(), b"1".to_vec())]);
    assert!(tx.records(&RecordFilter::default()).unwrap().is_empty());
}

#[test]
fn lists_are_ordered_by_bytes_and_prefixes_are_literal() {
    let opened = opened();
    let vault = &opened.unlocked.vault;
    let mut tx = vault.begin().unwrap();
    let ids = ["a", "a%", "a%b", "a_", "aé", "b", "A", "", "a\u{10ffff}x"];
    for id in ids {
        tx.put(Collection::Sealed, id, id.as_bytes()).unwrap();
    }
    tx.commit().unwrap();
    let tx = vault.read().unwrap();
    let all: Vec<_> = tx.list(Collection::Sealed).unwrap().into_iter().map(|(id, _)| id).collect();
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    assert_eq!(all, sorted);
    for prefix in ["a", "a%", "a\u{10ffff}", "é", "b", ""] {
        let found: Vec<_> =
            tx.list_prefix(Collection::Sealed, prefix).unwrap().into_iter().map(|p| p.0).collect();
        let expected: Vec<_> = sorted.iter().copied().filter(|id| id.starts_with(prefix)).collect();
        assert_eq!(found, expected, "{prefix:?}");
    }
}

#[test]
fn one_record_per_fingerprint() {
    let opened = opened();
    let vault = &opened.unlocked.vault;
    let mut tx = vault.begin().unwrap();
    assert_eq!(tx.insert_record(&row(1)).unwrap(), Inserted::New);
    let again = RecordRow { id: RecordId::from_bytes([9; 16]), ..row(1) };
    assert_eq!(tx.insert_record(&again).unwrap(), Inserted::Duplicate(row(1).id));
    assert_eq!(tx.record(&row(1).id).unwrap(), Some(row(1)));
    assert_eq!(tx.record(&again.id).unwrap(), None);
    assert!(tx.delete_record(&row(1).id).unwrap());
    assert!(!tx.delete_record(&row(1).id).unwrap());
    assert_eq!(tx.insert_record(&again).unwrap(), Inserted::New);
    // The same id with other content is a defect of the caller and never replaces anything.
    let clash = RecordRow { fingerprint: [77; 32], ..again.clone() };
    assert!(matches!(tx.insert_record(&clash), Err(VaultError::Io(_))));
    assert_eq!(tx.record(&again.id).unwrap(), Some(again));
}

#[test]
fn records_are_filtered_and_come_by_id() {
    let opened = opened();
    let vault = &opened.unlocked.vault;
    let rows: Vec<_> = (1..60).map(row).collect();
    let mut tx = vault.begin().unwrap();
    for row in &rows {
        assert_eq!(tx.insert_record(row).unwrap(), Inserted::New);
    }
    let text = |s: &str| Some(s.to_owned());
    let filters = [
        RecordFilter::default(),
        RecordFilter { category: text("vitals"), ..Default::default() },
        RecordFilter { source: text("import-1"), limit: Some(7), ..Default::default() },
        RecordFilter { source: text("import-1"), after: Some(rows[30].id), ..Default::default() },
        RecordFilter { category: text("vitals"), after: Some(rows[5].id), ..Default::default() },
        RecordFilter { after: Some(rows[40].id), limit: Some(5), ..Default::default() },
        RecordFilter { after: rows.iter().map(|row| row.id).max(), ..Default::default() },
        RecordFilter { limit: Some(0), ..Default::default() },
    ];
    for filter in filters {
        assert_eq!(tx.records(&filter).unwrap(), expected(&rows, &filter), "{filter:?}");
    }
    let counts = tx.count_records().unwrap();
    assert_eq!(counts.iter().map(|(_, n)| n).sum::<u64>(), 59);
    assert_eq!(counts.len(), 3);
}

/// The filter, said once more without SQL.
fn expected(rows: &[RecordRow], filter: &RecordFilter) -> Vec<RecordRow> {
    let mut found: Vec<_> = rows
        .iter()
        .filter(|row| filter.category.as_ref().is_none_or(|c| *c == row.category))
        .filter(|row| filter.source.as_ref().is_none_or(|s| *s == row.source))
        .filter(|row| filter.after.is_none_or(|after| row.id > after))
        .cloned()
        .collect();
    found.sort_by_key(|row| row.id);
    let limit = filter.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
    found.into_iter().take(limit).collect()
}

#[test]
fn a_view_is_a_snapshot_and_cannot_write() {
    let opened = opened();
    let vault = &opened.unlocked.vault;
    let mut view = vault.read().unwrap();
    let mut tx = vault.begin().unwrap();
    tx.put(Collection::Jobs, "new", b"1").unwrap();
    tx.commit().unwrap();
    assert_eq!(view.get(Collection::Jobs, "new").unwrap(), None, "the state of its beginning");
    assert!(matches!(view.put(Collection::Jobs, "x", b"1"), Err(VaultError::Io(_))));
    assert!(matches!(view.insert_record(&row(1)), Err(VaultError::Io(_))));
    drop(view);
    assert!(vault.read().unwrap().get(Collection::Jobs, "new").unwrap().is_some());
}

#[test]
fn transactions_of_several_threads_are_serialised() {
    let opened = opened();
    let vault = &opened.unlocked.vault;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let mut tx = vault.begin().unwrap();
                    let seen = tx.get(Collection::Jobs, "counter").unwrap();
                    let seen = seen.map_or(0, |body| u64::from_be_bytes(body.try_into().unwrap()));
                    tx.put(Collection::Jobs, "counter", &(seen + 1).to_be_bytes()).unwrap();
                    tx.commit().unwrap();
                }
            });
        }
    });
    let counted = vault.read().unwrap().get(Collection::Jobs, "counter").unwrap().unwrap();
    assert_eq!(counted, 100_u64.to_be_bytes());
}

#[test]
fn a_big_body_comes_back_whole() {
    let opened = opened();
    let body: Vec<u8> = (0..12_000_000_u32).map(|n| (n % 251) as u8).collect();
    let mut tx = opened.unlocked.vault.begin().unwrap();
    tx.put(Collection::Sources, "big", &body).unwrap();
    tx.commit().unwrap();
    let kept = opened.unlocked.vault.read().unwrap().get(Collection::Sources, "big").unwrap();
    assert!(kept.unwrap() == body);
}
