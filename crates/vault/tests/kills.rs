//! The store killed in numbers: `cargo xtask kills`. Whatever was acknowledged is there, whatever was
//! under way is there whole or not at all.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests fail by panicking"
)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{id, new_profile, rng, store};
use keyward_app::ports::vault::{Collection, Vault};
use keyward_testkit::disk::{Deaths, FaultyDisk};
use keyward_vault::MemoryKeyring;
use rand::RngExt as _;

const FOLDER: &str = "KEYWARD_VAULT_KILLS_FOLDER";
const SECRET: &str = "KEYWARD_VAULT_KILLS_SECRET";
const NAMES: u32 = 40;
/// Deaths one store goes through.
const LIVES: u32 = 60;

/// Not a test of its own: changes rows at random and says which value each has now, until it is killed.
/// Sometimes it closes the store and opens it again.
#[test]
#[allow(clippy::print_stdout, reason = "this is how it reports")]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let keyring = MemoryKeyring::new();
    keyring.plant("p1", &std::env::var(SECRET).unwrap());
    let opened = store(&folder);
    let mut rng = rand::rng();
    println!();
    for life in 0.. {
        let unlocked = opened.unlock(&id("p1"), &keyring, None).unwrap();
        if life == 0 {
            println!("ready");
        }
        for _ in 0..rng.random_range(1..30) {
            let (name, value) = (rng.random_range(0..NAMES), rng.random::<u32>());
            println!("try {name} {value}");
            let mut tx = unlocked.vault.begin().unwrap();
            let body = body(value);
            tx.put(Collection::Sealed, &name.to_string(), &body).unwrap();
            tx.put(Collection::Shares, &name.to_string(), &body).unwrap();
            tx.commit().unwrap();
            println!("did {name} {value}");
        }
        opened.rename(&id("p1"), &format!("Test {life}")).unwrap();
    }
}

/// From a few bytes to several pages.
fn body(value: u32) -> Vec<u8> {
    let mut body = value.to_le_bytes().to_vec();
    body.resize(4 + (value % 9_000) as usize, value.to_le_bytes()[0]);
    body
}

fn values(dir: &Path, keyring: &MemoryKeyring) -> BTreeMap<u32, u32> {
    let opened = store(dir);
    let unlocked = opened.unlock(&id("p1"), keyring, None).unwrap();
    let view = unlocked.vault.read().unwrap();
    let sealed = view.list(Collection::Sealed).unwrap();
    assert!(sealed == view.list(Collection::Shares).unwrap(), "half a transaction");
    let value = |row: &[u8]| u32::from_le_bytes(row[..4].try_into().unwrap());
    sealed
        .iter()
        .map(|(name, row)| {
            assert!(*row == body(value(row)), "a row is not whole");
            (name.parse().unwrap(), value(row))
        })
        .collect()
}

#[test]
fn what_was_acknowledged_survives_every_death() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    let mut deaths = Deaths::wanted(30);
    let mut said = 0;
    while deaths.left() > 0 {
        let (dir, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let keyring = MemoryKeyring::new();
        drop(store(dir.path()).create(new_profile("p1"), &keyring, None, &mut rng(1)).unwrap());
        let secret = keyring.peek("p1").unwrap();
        let disk = FaultyDisk::new(dir.path(), scratch.path()).unwrap();
        let mut known = BTreeMap::new();
        for _ in 0..LIVES.min(deaths.left()) {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command
                .args(["--exact", "child", "--nocapture", "--test-threads=1"])
                .env(FOLDER, dir.path())
                .env(SECRET, &secret);
            let mut tried = None;
            for line in deaths.die(&disk, command).unwrap() {
                let words: Vec<&str> = line.split(' ').collect();
                match words[..] {
                    ["try", name, value] => {
                        tried = Some((name.parse::<u32>().unwrap(), value.parse::<u32>().unwrap()));
                    }
                    ["did", name, value] => {
                        known.insert(name.parse().unwrap(), value.parse().unwrap());
                        tried = None;
                        said += 1;
                    }
                    _ => {}
                }
            }
            let found = values(dir.path(), &keyring);
            // What was being tried may have come about.
            if let Some((name, value)) =
                tried.filter(|(name, value)| found.get(name) == Some(value))
            {
                known.insert(name, value);
            }
            assert_eq!(found, known, "tried: {tried:?}");
        }
    }
    assert!(said > 0, "nothing was acknowledged");
    eprintln!("{said} acknowledged and found, {} power cuts took something", deaths.cuts());
    deaths.tell();
}
