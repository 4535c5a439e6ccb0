//! The store against a model: any sequence of transactions, rollbacks, crashes and re-openings ends
//! in what a map would hold.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests fail by panicking"
)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{id, new_profile, rng, row, store};
use keyward_app::ports::vault::{Collection, Inserted, RecordFilter, Transaction, Vault};
use keyward_vault::{MemoryKeyring, ProfileStore, Unlocked};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Change {
    Put(u8, u8, u8),
    Delete(u8, u8),
    Insert(u8),
    Remove(u8),
}

#[derive(Debug, Clone)]
enum End {
    Commit,
    RollBack,
    /// The process dies inside the transaction.
    Crash,
    /// Committed, then the process dies.
    CommitThenCrash,
    /// Committed, then locked and unlocked.
    CommitThenReopen,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Model {
    items: BTreeMap<(u8, String), Vec<u8>>,
    records: BTreeMap<u8, ()>,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0_u8..3, 0_u8..6, any::<u8>()).prop_map(|(c, i, b)| Change::Put(c, i, b)),
        (0_u8..3, 0_u8..6).prop_map(|(c, i)| Change::Delete(c, i)),
        (1_u8..12).prop_map(Change::Insert),
        (1_u8..12).prop_map(Change::Remove),
    ]
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        4 => Just(End::Commit),
        3 => Just(End::RollBack),
        1 => Just(End::Crash),
        1 => Just(End::CommitThenCrash),
        1 => Just(End::CommitThenReopen),
    ]
}

const COLLECTIONS: [Collection; 3] = [Collection::Grants, Collection::Charts, Collection::Outbox];

/// Bodies large enough to need overflow pages now and then.
fn body(seed: u8) -> Vec<u8> {
    vec![seed; usize::from(seed) * 40]
}

fn apply(tx: &mut dyn Transaction, model: &mut Model, change: &Change) {
    match *change {
        Change::Put(c, i, b) => {
            tx.put(COLLECTIONS[usize::from(c)], &i.to_string(), &body(b)).unwrap();
            model.items.insert((c, i.to_string()), body(b));
        }
        Change::Delete(c, i) => {
            let there = tx.delete(COLLECTIONS[usize::from(c)], &i.to_string()).unwrap();
            assert_eq!(there, model.items.remove(&(c, i.to_string())).is_some());
        }
        Change::Insert(n) => {
            let inserted = tx.insert_record(&row(n)).unwrap();
            let known = model.records.insert(n, ()).is_some();
            let expected = if known { Inserted::Duplicate(row(n).id) } else { Inserted::New };
            assert_eq!(inserted, expected);
        }
        Change::Remove(n) => {
            let there = tx.delete_record(&row(n).id).unwrap();
            assert_eq!(there, model.records.remove(&n).is_some());
        }
    }
}

fn check(vault: &dyn Vault, model: &Model) {
    let tx = vault.read().unwrap();
    for (c, collection) in COLLECTIONS.iter().enumerate() {
        let expected: Vec<_> = model
            .items
            .iter()
            .filter(|((of, _), _)| usize::from(*of) == c)
            .map(|((_, id), body)| (id.clone(), body.clone()))
            .collect();
        assert_eq!(tx.list(*collection).unwrap(), expected);
    }
    let mut found = tx.records(&RecordFilter::default()).unwrap();
    found.sort_by_key(|record| record.id);
    let expected: Vec<_> = model.records.keys().map(|n| row(*n)).collect();
    assert_eq!(found, expected);
}

/// What a dead process leaves: the files as they are, without the shared-memory index.
fn crashed_copy(from: &Path, to: &Path) {
    let profile = Path::new("profiles/p1");
    fs::create_dir_all(to.join(profile)).unwrap();
    for name in ["profile.json", "vault.db", "vault.db-wal"] {
        let source = from.join(profile).join(name);
        if source.exists() {
            fs::copy(source, to.join(profile).join(name)).unwrap();
        }
    }
}

struct Running {
    dir: tempfile::TempDir,
    store: ProfileStore,
    unlocked: Unlocked,
}

impl Running {
    fn crash(self, keyring: &MemoryKeyring) -> Self {
        let dir = tempfile::tempdir().unwrap();
        crashed_copy(self.dir.path(), dir.path());
        let store = store(dir.path());
        let unlocked = store.unlock(&id("p1"), keyring, None).unwrap();
        Self { dir, store, unlocked }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn behaves_like_a_map(
        script in prop::collection::vec((prop::collection::vec(change(), 0..6), end()), 1..14),
    ) {
        let keyring = MemoryKeyring::new();
        let dir = tempfile::tempdir().unwrap();
        let opened = store(dir.path());
        let unlocked = opened.create(new_profile("p1"), &keyring, None, &mut rng(3)).unwrap();
        let mut running = Running { dir, store: opened, unlocked };
        let mut model = Model::default();
        for (changes, end) in script {
            let mut next = model.clone();
            let mut tx = running.unlocked.vault.begin().unwrap();
            for change in &changes {
                apply(&mut *tx, &mut next, change);
            }
            match end {
                End::RollBack => drop(tx),
                End::Crash => {
                    let dir = tempfile::tempdir().unwrap();
                    crashed_copy(running.dir.path(), dir.path());
                    drop(tx);
                    let store = store(dir.path());
                    let unlocked = store.unlock(&id("p1"), &keyring, None).unwrap();
                    running = Running { dir, store, unlocked };
                }
                End::Commit => {
                    tx.commit().unwrap();
                    model = next;
                }
                End::CommitThenCrash => {
                    tx.commit().unwrap();
                    model = next;
                    running = running.crash(&keyring);
                }
                End::CommitThenReopen => {
                    tx.commit().unwrap();
                    model = next;
                    running.unlocked.vault.close();
                    running.unlocked =
                        running.store.unlock(&id("p1"), &keyring, None).unwrap();
                }
            }
            check(&*running.unlocked.vault, &model);
        }
    }
}
