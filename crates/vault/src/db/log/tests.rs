//! Real logs, damaged everywhere, and every state that a crash or a power cut may leave.

use std::fs;
use std::path::Path;

use keyward_app::ports::vault::{Collection, Vault, VaultError};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::db::SqlVault;
use crate::db::tests::{Folder, KEY};

const FRAME: usize = super::FRAME_HEADER + super::PAGE;
const BLOCK: usize = super::SECTOR;
/// Transactions in a log.
const COMMITS: u8 = 6;

/// A database and its log, as the end of a process leaves them.
#[derive(Clone)]
struct Left {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Left {
    fn of(folder: &Path) -> Self {
        let read = |name| fs::read(folder.join(name)).unwrap();
        Self { database: read("vault.db"), log: read("vault.db-wal") }
    }

    /// Laid out as files.
    fn folder(&self) -> Folder {
        let folder = Folder::from(tempfile::tempdir().unwrap());
        fs::write(folder.database(), &self.database).unwrap();
        fs::write(folder.path().join("vault.db-wal"), &self.log).unwrap();
        folder
    }

    /// What is left if the process goes on with this and then ends.
    fn after(&self, work: impl FnOnce(&SqlVault)) -> Self {
        let folder = self.folder();
        let vault = folder.open();
        work(&vault);
        Self::of(folder.path())
    }

    fn frames(&self) -> usize {
        (self.log.len() - super::HEADER) / FRAME
    }

    fn with_log(&self, log: Vec<u8>) -> Self {
        Self { database: self.database.clone(), log }
    }

    fn flipped(&self, at: usize) -> Self {
        let mut log = self.log.clone();
        log[at] ^= 4;
        self.with_log(log)
    }

    /// How many transactions are there, each whole. A refusal has left the files alone.
    fn open(&self) -> Result<u8, VaultError> {
        let folder = self.folder();
        let before = folder.snapshot();
        let vault = folder.try_open(KEY).inspect_err(|_| {
            let after: Vec<_> = folder.snapshot();
            assert!(before.iter().all(|file| after.contains(file)), "changed");
        })?;
        let view = vault.read()?;
        let sealed = view.list(Collection::Sealed)?;
        let count = u8::try_from(sealed.len()).unwrap();
        let newest = view.get(Collection::Shares, "newest")?;
        let expected = count.checked_sub(1).map(|n| body(n).to_vec());
        assert_eq!(newest, expected, "two states were mixed");
        assert!(sealed.iter().zip(0..).all(|((_, row), n)| *row == body(n)), "a wrong row");
        Ok(count)
    }

    /// The log is refused as damaged.
    fn is_refused(&self) -> bool {
        match self.open() {
            Err(VaultError::Corrupt(why)) => why.contains("log"),
            Err(other) => panic!("{other:?}"),
            Ok(_) => false,
        }
    }
}

fn body(n: u8) -> [u8; 3000] {
    [n; 3000]
}

fn put(vault: &SqlVault, n: u8) {
    let mut tx = vault.begin().unwrap();
    tx.put(Collection::Sealed, &format!("{n:03}"), &body(n)).unwrap();
    tx.put(Collection::Shares, "newest", &body(n)).unwrap();
    tx.commit().unwrap();
}

fn empty() -> Left {
    let folder = Folder::new();
    let _vault = folder.open();
    Left::of(folder.path())
}

fn commits(count: u8) -> Left {
    empty().after(|vault| (0..count).for_each(|n| put(vault, n)))
}

/// A log that was written back, and the same after the next transaction has begun it anew.
fn begun_anew(left: &Left, next: u8) -> (Left, Left) {
    let folder = left.folder();
    let vault = folder.open();
    write_back(&vault);
    let before = Left::of(folder.path());
    put(&vault, next);
    let after = Left::of(folder.path());
    assert_ne!(before.log[16..24], after.log[16..24], "another round");
    (before, after)
}

/// Copies all that is committed into the database; the log stays.
fn write_back(vault: &SqlVault) {
    vault.with_writer(|writer| {
        let copied: (i64, i64) = writer
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| Ok((row.get(1)?, row.get(2)?)))
            .unwrap();
        assert_eq!(copied.0, copied.1, "everything");
    });
}

#[test]
fn damage_in_a_log_is_told_or_looks_like_a_crash_in_the_newest_transaction() {
    let left = commits(COMMITS);
    assert_eq!(left.open(), Ok(COMMITS));
    let mut told = 0;
    for frame in 0..left.frames() {
        let at = super::HEADER + frame * FRAME;
        for (offset, least) in
            [(2, 2), (6, 2), (9, 2), (14, 2), (18, 2), (23, 2), (24, 1), (2000, 1)]
        {
            match left.flipped(at + offset).open() {
                Err(VaultError::Corrupt(_)) => told += 1,
                Err(other) => panic!("{other:?}"),
                Ok(found) => {
                    assert!(found >= COMMITS - least, "frame {frame} at {offset}: {found}")
                }
            }
        }
    }
    assert!(told > left.frames() * 4, "{told} of {} frames", left.frames());
    for at in 0..super::HEADER {
        assert!(left.flipped(at).is_refused(), "header at {at}");
    }
    for sector in 0..(COMMITS as usize - 2) * FRAME / BLOCK {
        let mut log = left.log.clone();
        log[sector * BLOCK..][..BLOCK].fill(0);
        assert!(left.with_log(log).is_refused(), "sector {sector}");
    }
}

#[test]
fn damage_in_a_log_that_was_written_back_never_mixes_two_states() {
    let left = commits(COMMITS).after(write_back);
    assert_eq!(left.open(), Ok(COMMITS));
    for frame in 0..left.frames() {
        for offset in [2, 6, 9, 18, 24, 2000] {
            let damaged = left.flipped(super::HEADER + frame * FRAME + offset);
            // Asserts that what opens is of one piece.
            match damaged.open() {
                Err(VaultError::Corrupt(_)) => {}
                other => assert_eq!(other, Ok(COMMITS), "frame {frame} at {offset}"),
            }
        }
    }
    let later = begun_anew(&left, COMMITS).1.after(|vault| put(vault, COMMITS + 1));
    for at in 0..super::HEADER {
        assert!(later.flipped(at).is_refused(), "header at {at}, a later round");
    }
}

#[test]
fn a_log_cut_anywhere_is_taken_for_a_crash() {
    let left = commits(3);
    for length in (0..left.log.len()).step_by(509) {
        assert!(left.with_log(left.log[..length].to_vec()).open().is_ok(), "{length}");
    }
}

/// A power cut in the middle of a transaction: of its sectors any may be there, in the first round of a log
/// and over an older one.
#[test]
fn a_transaction_of_which_any_sectors_arrived_is_no_damage() {
    let first = commits(COMMITS);
    let second = begun_anew(&first, COMMITS).1.after(|vault| put(vault, COMMITS + 1));
    for (before, count) in [(first, COMMITS), (second, COMMITS + 2)] {
        let after = before.after(|vault| put(vault, count));
        for seed in 0..200 {
            let mut rng = StdRng::seed_from_u64(seed);
            let share = rng.random_range(0.02..0.98);
            let mut log = after.log.clone();
            for (n, sector) in log.chunks_mut(BLOCK).enumerate() {
                if rng.random_bool(share) {
                    let old =
                        before.log.iter().skip(n * BLOCK).copied().chain(std::iter::repeat(0));
                    sector.iter_mut().zip(old).for_each(|(new, old)| *new = old);
                }
            }
            let found = before.with_log(log).open().unwrap_or_else(|_| panic!("seed {seed}"));
            assert!(found == count || found == count + 1, "seed {seed}: {found}");
        }
    }
}

/// Commits that the disk refused are overwritten by the next that works; what of them reaches
/// farther stays behind it, whole, with its end.
#[test]
fn what_refused_commits_left_behind_a_later_one_is_no_damage() {
    let before = commits(2);
    let of_size = |rows: u8| {
        before.after(|vault| {
            let mut tx = vault.begin().unwrap();
            for n in 0..rows {
                tx.put(Collection::Jobs, &format!("{n}"), &[n; 4000]).unwrap();
            }
            tx.commit().unwrap();
        })
    };
    let kept = before.after(|vault| put(vault, 2));
    let mut log = kept.log.clone();
    for refused in [of_size(20), of_size(50), of_size(90)] {
        assert!(refused.log.len() > log.len() + 2 * FRAME);
        log.extend_from_slice(&refused.log[log.len()..]);
    }
    assert_eq!(kept.with_log(log).open(), Ok(3));
}

/// The header is replaced when everything was written back. Torn in the middle it hides nothing.
#[test]
fn a_header_torn_while_it_was_replaced_is_no_damage() {
    for count in [1, COMMITS] {
        let (left, next) = begun_anew(&commits(count), count);
        for torn in 0..super::HEADER {
            let mut log = left.log.clone();
            log[..torn].copy_from_slice(&next.log[..torn]);
            assert_eq!(left.with_log(log).open(), Ok(count), "at {torn}");
        }
    }
}
