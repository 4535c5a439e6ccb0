//! A full, failing, read-only and lying disk under the store, a death at every write point of
//! everything it does, and a power cut that takes what was never synced.
//!
//! The child is a real process with the real store; it carries out the lines it is sent and says of each
//! what became of it. Write points are calls of the operating system that change the disk, so all of
//! them are covered: of creating, committing, checkpointing, closing, changing the passphrase, renaming and
//! discarding.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "tests fail by panicking"
)]

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use common::{id, new_profile, rng, store};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::vault::{Collection, RecordFilter, Vault, VaultError};
use keyward_testkit::disk::{Dropped, End, Fault, FaultyDisk, Files, SmallDisk};
use keyward_vault::{Keyring, KeyringError, ProfileStore, StoreError, Unlocked};
use zeroize::Zeroizing;

const FOLDER: &str = "KEYWARD_VAULT_DISK_FOLDER";
const PASSPHRASE: &str = "seven purple otters";

/// A keyring outside the disk that fails: one file an account, replaced as a whole.
struct FileKeyring(PathBuf);

impl Keyring for FileKeyring {
    fn read(&self, account: &str) -> Result<Option<Zeroizing<String>>, KeyringError> {
        Ok(std::fs::read_to_string(self.0.join(account)).ok().map(Zeroizing::new))
    }

    fn write(&self, account: &str, secret: &str) -> Result<(), KeyringError> {
        let draft = self.0.join(".draft");
        std::fs::write(&draft, secret)
            .and_then(|()| std::fs::rename(draft, self.0.join(account)))
            .map_err(|_| KeyringError::Failed)
    }

    fn delete(&self, account: &str) -> Result<(), KeyringError> {
        let _ = std::fs::remove_file(self.0.join(account));
        Ok(())
    }
}

/// Where a story takes place: the folder on the bad disk, and beside it what stands on a good one.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { dir: tempfile::tempdir().unwrap() };
        for folder in ["data", "keyring", "scratch"] {
            std::fs::create_dir(place.dir.path().join(folder)).unwrap();
        }
        place
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn keyring(&self) -> FileKeyring {
        FileKeyring(self.dir.path().join("keyring"))
    }

    fn disk(&self) -> FaultyDisk {
        FaultyDisk::new(&self.data(), &self.dir.path().join("scratch")).unwrap()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "child", "--nocapture", "--test-threads=1"])
            .env(FOLDER, self.dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
    }

    fn profile(&self) -> PathBuf {
        self.data().join("profiles/p1")
    }

    fn copy_of_data(&self) -> tempfile::TempDir {
        let copy = tempfile::tempdir().unwrap();
        let done = Command::new("cp").arg("-a").arg(self.data()).arg(copy.path()).status().unwrap();
        assert!(done.success());
        copy
    }
}

/// Not a test of its own: carries out what it is told.
#[test]
fn child() {
    let Some(dir) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let keyring = FileKeyring(dir.join("keyring"));
    let mut opened: Option<ProfileStore> = None;
    let mut unlocked: Option<Unlocked> = None;
    println!();
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let outcome = match line.as_str() {
            "start" => ProfileStore::open_with_cost(&dir.join("data"), common::cheap())
                .map(|store| opened = Some(store)),
            command => act(command, opened.as_ref().unwrap(), &keyring, &mut unlocked),
        };
        match outcome {
            Ok(()) => println!("did {line}"),
            Err(error) => println!("refused {line}: {}", error.code()),
        }
    }
}

fn act(
    command: &str,
    store: &ProfileStore,
    keyring: &FileKeyring,
    unlocked: &mut Option<Unlocked>,
) -> Result<(), StoreError> {
    let words: Vec<&str> = command.split(' ').collect();
    match words[..] {
        ["create", name] => {
            let made = store.create(new_profile(name), keyring, None, &mut rng(1))?;
            if name == "p1" {
                *unlocked = Some(made);
            }
            Ok(())
        }
        ["open"] => store.unlock(&id("p1"), keyring, None).map(|open| *unlocked = Some(open)),
        ["open-with"] => {
            store.unlock(&id("p1"), keyring, Some(PASSPHRASE)).map(|open| *unlocked = Some(open))
        }
        ["close"] => {
            drop(unlocked.take());
            Ok(())
        }
        ["put", n] => {
            put(&*unlocked.as_ref().unwrap().vault, n.parse().unwrap()).map_err(Into::into)
        }
        ["passphrase"] => {
            store.set_passphrase(&id("p1"), keyring, None, Some(PASSPHRASE), &mut rng(2))
        }
        ["rename", name] => store.rename(&id("p1"), name).map(drop),
        ["discard", name] => store.discard(&id(name), keyring),
        ["salvage"] => {
            store.salvage(&id("p1"), keyring, None, &Unwatched, &Cancel::new()).map(drop)
        }
        _ => panic!("no command {command}"),
    }
}

/// One transaction over several tables; every ninth is larger than the cache of the log.
fn put(vault: &dyn Vault, n: u8) -> Result<(), VaultError> {
    let mut tx = vault.begin()?;
    let length = if n % 9 == 8 { 70_000 } else { 1_500 };
    tx.put(Collection::Sealed, &format!("{n:03}"), &vec![n; length])?;
    tx.insert_record(&common::row(n))?;
    if n > 0 {
        tx.delete(Collection::Shares, &format!("{:03}", n - 1))?;
    }
    tx.put(Collection::Shares, &format!("{n:03}"), &vec![n; length])?;
    tx.commit()
}

/// How many transactions are there, each whole.
fn whole_puts(vault: &dyn Vault) -> u8 {
    let view = vault.read().unwrap();
    let sealed = view.list(Collection::Sealed).unwrap();
    for (n, (id, body)) in sealed.iter().enumerate() {
        assert_eq!(*id, format!("{n:03}"), "no gap");
        assert!(body.iter().all(|byte| usize::from(*byte) == n));
    }
    assert_eq!(view.records(&RecordFilter::default()).unwrap().len(), sealed.len());
    let shares = view.list(Collection::Shares).unwrap();
    assert_eq!(shares.last(), sealed.last());
    assert!(shares.len() <= 1, "the one before went with it");
    u8::try_from(sealed.len()).unwrap()
}

/// A child one can talk to.
struct Talk {
    child: Child,
    to: ChildStdin,
    from: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Talk {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let to = child.stdin.take().unwrap();
        let from = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, to, from }
    }

    /// `Ok` if it was done, else the code of the refusal.
    fn ask(&mut self, line: &str) -> Result<(), String> {
        writeln!(self.to, "{line}").unwrap();
        for said in self.from.by_ref().map(Result::unwrap) {
            if said == format!("did {line}") {
                return Ok(());
            }
            if let Some(code) = said.strip_prefix(&format!("refused {line}: ")) {
                return Err(code.to_owned());
            }
        }
        panic!("the child ended at {line}");
    }

    fn end(mut self) {
        drop(self.to);
        assert!(self.child.wait().unwrap().success());
    }
}

/// Sends the whole story and gives what was acknowledged before the end, whatever end it was.
fn tell(mut command: Command, story: &[String]) -> BTreeSet<String> {
    let mut child = command.spawn().unwrap();
    // It may die before it has read everything.
    let _ = child.stdin.take().unwrap().write_all((story.join("\n") + "\n").as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("refused"), "{text}");
    text.lines().filter_map(|line| line.strip_prefix("did ").map(str::to_owned)).collect()
}

fn story() -> Vec<String> {
    let mut story = vec!["start".to_owned(), "create p1".to_owned()];
    story.extend((0..4).map(|n| format!("put {n}")));
    story.extend(["passphrase", "rename Ada", "close", "open-with"].map(str::to_owned));
    story.extend((4..10).map(|n| format!("put {n}")));
    story.extend(["close", "create p2", "discard p2"].map(str::to_owned));
    story
}

/// After any end: everything acknowledged is there, and what was under way is there whole or not at all.
fn check(data: &Path, keyring: &FileKeyring, did: &BTreeSet<String>, at: &str) {
    let opened = store(data);
    let listing = opened.list_profiles().unwrap();
    assert!(listing.unreadable.is_empty(), "{at}: {:?}", listing.unreadable);
    let there = |name: &str| listing.profiles.iter().find(|profile| profile.id == id(name));
    assert!(!did.contains("discard p2") || there("p2").is_none(), "{at}: discarded and there");
    let Some(profile) = there("p1") else {
        assert!(!did.contains("create p1"), "{at}: the profile is gone");
        return;
    };
    if did.contains("rename Ada") {
        assert_eq!(profile.display_name, "Ada", "{at}");
    }
    let unlocked = match opened.unlock(&id("p1"), keyring, Some(PASSPHRASE)) {
        Ok(unlocked) => unlocked,
        Err(error) => panic!("{at}: {error}"),
    };
    assert!(!did.contains("passphrase") || unlocked.profile.passphrase_set, "{at}");
    let acknowledged = did.iter().filter(|line| line.starts_with("put")).count();
    let found = usize::from(whole_puts(&*unlocked.vault));
    assert!(
        found == acknowledged || found == acknowledged + 1,
        "{at}: {found}, {acknowledged} said"
    );
}

/// `kill -9` before or in the middle of every call that changes the disk; then the same with what was
/// not synced gone, wholly or in part.
#[test]
fn a_death_at_every_write_point_loses_nothing_acknowledged() {
    let place = Place::new();
    let disk = place.disk();
    let mut command = place.command();
    disk.attach(&mut command);
    assert_eq!(tell(command, &story()).len(), BTreeSet::from_iter(story()).len());
    let points = disk.points().unwrap();
    assert!(points > 60, "{points}");
    let (mut died_early, mut met, mut deaths) = (0, 0, 0);
    // Every point, both ends and both cuts of each where there is time; else some, from run to run others.
    let step = if thorough() { 1 } else { 17 };
    let first = rand::random_range(0..step);
    for number in (first..points).step_by(step as usize) {
        met += 1;
        let ends = [End::Before, End::Torn];
        let ends = if thorough() { &ends[..] } else { &ends[number as usize % 2..][..1] };
        for &end in ends {
            let place = Place::new();
            let disk = place.disk();
            let mut command = place.command();
            disk.attach_with_journal(&mut command).unwrap();
            disk.kill_at(number, end).unwrap();
            let did = tell(command, &story());
            died_early += u32::from(did.len() < story().len());
            deaths += 1;
            let cut = place.copy_of_data();
            let keyring = place.keyring();
            check(&place.data(), &keyring, &did, &format!("point {number}, {end:?}"));
            // The same death as a power cut: put back as it was, less what was never synced.
            let cuts = [Dropped::All, Dropped::Some(u64::from(number))];
            let cuts = if thorough() { &cuts[..] } else { &cuts[number as usize / 2 % 2..][..1] };
            for (n, which) in cuts.iter().enumerate() {
                std::fs::remove_dir_all(place.data()).unwrap();
                let back = cut.path().join("data");
                let done = Command::new("cp").arg("-a").arg(back).arg(place.dir.path()).status();
                assert!(done.unwrap().success());
                disk.journal().unwrap().drop_unsynced(*which).unwrap();
                check(&place.data(), &keyring, &did, &format!("point {number}, {end:?}, cut {n}"));
            }
        }
    }
    assert!(died_early >= met, "{died_early} of {met} ended early");
    eprintln!("{met} of {points} write points, from {first} on");
    println!("deaths: {deaths}");
}

/// As `cargo xtask kills` wants it.
fn thorough() -> bool {
    std::env::var_os("KEYWARD_KILLS").is_some()
}

/// Writes and syncs fail from the n-th on, for every n within a transaction and the close after it.
#[test]
fn a_failing_disk_never_says_saved_and_a_healed_one_goes_on() {
    let faults = [
        (Fault::Full, Files::All),
        (Fault::Broken, Files::All),
        (Fault::Torn, Files::Databases),
        (Fault::Sync, Files::All),
        (Fault::Full, Files::Logs),
    ];
    for (fault, files) in faults {
        let place = Place::new();
        let disk = place.disk();
        let mut command = place.command();
        disk.attach(&mut command);
        let mut child = Talk::start(command);
        child.ask("start").unwrap();
        child.ask("create p1").unwrap();
        let (mut saved, mut refused) = (0, 0);
        for passing in 0..12 {
            disk.fail(fault, files, passing).unwrap();
            let outcome = child.ask(&format!("put {saved}"));
            let failed = disk.heal().unwrap();
            match outcome {
                Ok(()) => saved += 1,
                Err(code) => {
                    assert!(failed > 0, "refused without reason: {code}");
                    let right = if fault == Fault::Full { ["vault-full"] } else { ["vault-io"] };
                    assert!(right.contains(&code.as_str()), "{fault:?}: {code}");
                    refused += 1;
                    // The same again, on the healed disk, without starting anew.
                    child.ask(&format!("put {saved}")).unwrap();
                    saved += 1;
                }
            }
        }
        assert!(refused > 0, "{fault:?} was never met");
        // Closing writes the log back; if that cannot be, it is done later.
        disk.fail(fault, files, 0).unwrap();
        child.ask("close").unwrap();
        disk.heal().unwrap();
        child.ask("open").unwrap();
        child.ask("close").unwrap();
        child.end();
        let opened = store(&place.data());
        let unlocked = opened.unlock(&id("p1"), &place.keyring(), None).unwrap();
        assert_eq!(whole_puts(&*unlocked.vault), saved, "{fault:?}: exactly what was acknowledged");
    }
}

/// Creating, renaming and setting a passphrase on a failing disk: refused, and nothing half done.
#[test]
fn what_cannot_be_written_is_refused_and_leaves_the_old_state() {
    for fault in [Fault::Full, Fault::Broken, Fault::Torn, Fault::Sync] {
        let place = Place::new();
        let disk = place.disk();
        let mut command = place.command();
        disk.attach(&mut command);
        let mut child = Talk::start(command);
        child.ask("start").unwrap();
        let mut refusals = 0;
        for passing in 0.. {
            disk.fail(fault, Files::All, passing).unwrap();
            let outcome = child.ask("create p1");
            disk.heal().unwrap();
            if outcome.is_ok() {
                break;
            }
            refusals += 1;
            let profiles = place.data().join("profiles");
            assert!(!profiles.join("p1").exists(), "{fault:?}, {passing}");
            // If not even the removal could be made certain, draft and secret stay: both or neither.
            let draft = std::fs::read_dir(profiles).unwrap().count() == 1;
            assert_eq!(
                place.keyring().read("p1").unwrap().is_some(),
                draft,
                "{fault:?}, {passing}"
            );
            assert!(!draft || fault == Fault::Sync);
        }
        assert!(refusals > 3, "{fault:?}: {refusals}");
        child.ask("put 0").unwrap();
        disk.fail(fault, Files::All, 0).unwrap();
        assert!(child.ask("rename Ada").is_err());
        disk.heal().unwrap();
        child.ask("close").unwrap();
        child.end();
        let opened = store(&place.data());
        let unlocked = opened.unlock(&id("p1"), &place.keyring(), None).unwrap();
        assert_eq!(unlocked.profile.display_name, "Test profile");
        assert_eq!(whole_puts(&*unlocked.vault), 1);
    }
}

/// A salvage killed at every write point leaves the damaged store or the salvaged one, never neither, and
/// the damaged file is kept byte for byte.
#[test]
fn a_salvage_killed_at_every_write_point_can_be_done_again() {
    let prepared = Place::new();
    let before: Vec<String> =
        ["start", "create p1", "put 0", "put 1", "put 2", "close"].map(str::to_owned).to_vec();
    tell(prepared.command(), &before);
    let database = prepared.profile().join("vault.db");
    let mut bytes = std::fs::read(&database).unwrap();
    // The page below which everything hangs.
    bytes[2_000] ^= 1;
    std::fs::write(&database, &bytes).unwrap();
    let salvage = ["start".to_owned(), "salvage".to_owned()];
    let mut points = 1;
    let mut number = 0;
    while number < points {
        let place = Place::new();
        for folder in ["data", "keyring"] {
            let from = prepared.dir.path().join(folder);
            let done = Command::new("cp").arg("-a").arg(from).arg(place.dir.path()).status();
            assert!(done.unwrap().success());
        }
        let disk = place.disk();
        let mut command = place.command();
        disk.attach(&mut command);
        // The first time to its end, to count.
        disk.kill_at(if points == 1 { u32::MAX } else { number }, End::Torn).unwrap();
        tell(command, &salvage);
        if points == 1 {
            points = disk.points().unwrap();
            assert!(points > 20, "{points}");
        } else {
            number += 1;
        }
        let opened = store(&place.data());
        let keyring = place.keyring();
        let unlocked = match opened.unlock(&id("p1"), &keyring, None) {
            Ok(unlocked) => unlocked,
            Err(error) => {
                assert_eq!(error.code(), "vault-corrupt");
                assert!(std::fs::read(place.profile().join("vault.db")).unwrap() == bytes);
                let cancel = Cancel::new();
                let report =
                    opened.salvage(&id("p1"), &keyring, None, &Unwatched, &cancel).unwrap();
                assert_eq!((report.records, report.lost), (3, 1));
                opened.unlock(&id("p1"), &keyring, None).unwrap()
            }
        };
        assert_eq!(whole_puts(&*unlocked.vault), 3, "point {number}");
        assert!(!unlocked.profile.damaged);
        let kept = place.profile().join("damaged-1/vault.db");
        assert!(std::fs::read(kept).unwrap() == bytes, "the evidence");
    }
    eprintln!("{points} write points of a salvage");
}

#[test]
fn a_read_only_file_system_is_told_and_changes_nothing() {
    let place = Place::new();
    let Some(_disk) = SmallDisk::mount(&place.data(), 8 << 20) else {
        eprintln!("skipped: mounting a file system is not allowed here");
        return;
    };
    let story: Vec<String> = ["start", "create p1", "put 0", "close"].map(str::to_owned).to_vec();
    tell(place.command(), &story);
    let remount = |how: &str| {
        let done = Command::new("mount").args(["-o", how]).arg(place.data()).status().unwrap();
        assert!(done.success());
    };
    let before = std::fs::read(place.profile().join("vault.db")).unwrap();
    remount("remount,ro");
    let refused = ProfileStore::open_with_cost(&place.data(), common::cheap()).err().unwrap();
    assert_eq!(refused.code(), "store-io");
    remount("remount,rw");
    let opened = store(&place.data());
    assert!(std::fs::read(place.profile().join("vault.db")).unwrap() == before);
    let unlocked = opened.unlock(&id("p1"), &place.keyring(), None).unwrap();
    put(&*unlocked.vault, 1).unwrap();
    assert_eq!(whole_puts(&*unlocked.vault), 2);
}
