//! A real process is killed with SIGKILL while it writes: every commit it was told of is there, and
//! the one in flight is there whole or not at all.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests fail by panicking"
)]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use common::{id, new_profile, rng, store};
use keyward_app::ports::vault::{Collection, Vault};
use keyward_vault::MemoryKeyring;

const FOLDER: &str = "KEYWARD_VAULT_CHILD_FOLDER";
const SECRET: &str = "KEYWARD_VAULT_CHILD_SECRET";

/// Runs `test` of this binary again in a process of its own, where it finds itself to be the child.
fn child(test: &str, folder: &Path, secret: &str, wrapper: Option<&str>) -> Command {
    let program = std::env::current_exe().unwrap();
    let arguments = ["--exact", test, "--nocapture", "--test-threads=1"];
    let mut command = match wrapper {
        None => Command::new(program),
        Some(script) => {
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(script).arg("sh").arg(program);
            shell
        }
    };
    command.args(arguments).env(FOLDER, folder).env(SECRET, secret).stdout(Stdio::piped());
    command
}

fn keyring_of_child() -> MemoryKeyring {
    let keyring = MemoryKeyring::new();
    keyring.plant("p1", &std::env::var(SECRET).unwrap());
    keyring
}

/// Lines the child printed with the given prefix, as numbers.
fn acknowledged(child: &mut Child) -> impl Iterator<Item = u64> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("saved ")?.parse().ok())
}

fn setup() -> (tempfile::TempDir, MemoryKeyring, String) {
    let dir = tempfile::tempdir().unwrap();
    let keyring = MemoryKeyring::new();
    let opened = store(dir.path());
    drop(opened.create(new_profile("p1"), &keyring, None, &mut rng(1)).unwrap());
    let secret = keyring.peek("p1").unwrap();
    (dir, keyring, secret)
}

/// The folder to work in, if this process is a child.
fn folder_of_child() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// The child: writes one pair per transaction and says so after the commit, until it is killed or
/// cannot.
fn write_until_killed(folder: &Path) {
    let opened = store(folder);
    let unlocked = opened.unlock(&id("p1"), &keyring_of_child(), None).unwrap();
    let start = unlocked.vault.read().unwrap().list(Collection::Sealed).unwrap().len() as u64;
    let mut out = std::io::stdout();
    // The harness has begun a line of its own.
    writeln!(out).unwrap();
    for n in start.. {
        let attempt = (|| {
            let mut tx = unlocked.vault.begin()?;
            let body = vec![n.to_le_bytes()[0]; 3000];
            tx.put(Collection::Sealed, &format!("{n:08}"), &body)?;
            tx.put(Collection::Shares, &format!("{n:08}"), &body)?;
            tx.commit()
        })();
        match attempt {
            Ok(()) => writeln!(out, "saved {n}").unwrap(),
            Err(error) => {
                writeln!(out, "refused {}", error.code()).unwrap();
                return;
            }
        }
        out.flush().unwrap();
    }
}

/// Both halves of every transaction, and how many there are.
fn pairs(dir: &Path, keyring: &MemoryKeyring) -> u64 {
    let opened = store(dir);
    let unlocked = opened.unlock(&id("p1"), keyring, None).unwrap();
    let view = unlocked.vault.read().unwrap();
    let sealed = view.list(Collection::Sealed).unwrap();
    assert_eq!(sealed, view.list(Collection::Shares).unwrap(), "no half transaction");
    for (n, (id, body)) in sealed.iter().enumerate() {
        assert_eq!(*id, format!("{n:08}"), "no gap");
        assert_eq!((body.len(), body[0]), (3000, n.to_le_bytes()[0]));
    }
    sealed.len() as u64
}

#[test]
fn acknowledged_commits_survive_kill_9() {
    const NAME: &str = "acknowledged_commits_survive_kill_9";
    if let Some(folder) = folder_of_child() {
        return write_until_killed(&folder);
    }
    let (dir, keyring, secret) = setup();
    let mut saved = 0;
    for round in 0..12 {
        let mut process = child(NAME, dir.path(), &secret, None).spawn().unwrap();
        // Killed at a moment that differs from round to round, between or inside commits.
        let mut lines = acknowledged(&mut process);
        for n in lines.by_ref().take(1 + round * 7) {
            assert_eq!(n, saved);
            saved = n + 1;
        }
        process.kill().unwrap();
        process.wait().unwrap();
        // What it still managed to say.
        saved = lines.last().map_or(saved, |n| n + 1);
        let found = pairs(dir.path(), &keyring);
        assert!(found == saved || found == saved + 1, "{found} found, {saved} acknowledged");
        saved = found;
    }
    assert!(saved > 0);
}

/// The disk refuses to take more (a limit on file sizes stands for a full disk): the writer is told,
/// and exactly what was acknowledged is there.
#[test]
fn a_full_disk_never_says_saved() {
    const NAME: &str = "a_full_disk_never_says_saved";
    if let Some(folder) = folder_of_child() {
        return write_until_killed(&folder);
    }
    let (dir, keyring, secret) = setup();
    // 512-byte blocks in `sh`; SIGXFSZ is ignored so that the write fails with EFBIG.
    let script = "trap '' XFSZ; ulimit -f 1024; exec \"$@\"";
    let process = child(NAME, dir.path(), &secret, Some(script)).spawn().unwrap();
    let output = process.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let saved = text.lines().filter(|line| line.starts_with("saved ")).count() as u64;
    let refused: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("refused ")).collect();
    assert!(saved > 0, "{text}");
    assert!(matches!(refused[..], ["vault-full" | "vault-io"]), "{refused:?}");
    assert_eq!(pairs(dir.path(), &keyring), saved);
}

/// The child: creates profiles until killed; says which are finished.
fn create_until_killed(folder: &Path) {
    let opened = store(folder);
    let keyring = MemoryKeyring::new();
    let start = opened.list_profiles().unwrap().profiles.len();
    let mut out = std::io::stdout();
    // The harness has begun a line of its own.
    writeln!(out).unwrap();
    for n in start.. {
        let name = format!("n{n}");
        let made = opened.create(new_profile(&name), &keyring, None, &mut rng(n as u64)).unwrap();
        let mut tx = made.vault.begin().unwrap();
        tx.put(Collection::Identity, "secret", keyring.peek(&name).unwrap().as_bytes()).unwrap();
        tx.commit().unwrap();
        writeln!(out, "saved {n}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn a_creation_killed_at_any_moment_leaves_a_whole_profile_or_none() {
    const NAME: &str = "a_creation_killed_at_any_moment_leaves_a_whole_profile_or_none";
    if let Some(folder) = folder_of_child() {
        return create_until_killed(&folder);
    }
    let dir = tempfile::tempdir().unwrap();
    let mut known = 0;
    for round in 0..8 {
        let mut process = child(NAME, dir.path(), "", None).spawn().unwrap();
        let mut lines = acknowledged(&mut process);
        let seen = lines.by_ref().take(1 + round % 3).count() as u64;
        process.kill().unwrap();
        process.wait().unwrap();
        let said = known + seen + lines.count() as u64;
        let listed = store(dir.path()).list_profiles().unwrap();
        assert!(listed.unreadable.is_empty(), "{:?}", listed.unreadable);
        known = listed.profiles.len() as u64;
        assert!(known == said || known == said + 1, "{known} there, {said} acknowledged");
        for profile in &listed.profiles {
            let database = dir.path().join("profiles").join(profile.id.as_str()).join("vault.db");
            assert!(database.metadata().unwrap().len() > 4096);
        }
        let leftovers = std::fs::read_dir(dir.path().join("profiles")).unwrap();
        assert_eq!(leftovers.count() as u64, known, "drafts are swept");
    }
}
