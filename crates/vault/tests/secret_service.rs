//! The real Secret Service (gnome-keyring) on a session bus of the test's own, in each state a
//! person's computer may be in. Where it is not installed the test is skipped, visibly.
#![cfg(all(unix, not(target_os = "macos")))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests fail by panicking"
)]

mod common;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{id, new_profile, rng, store};
use keyward_app::ports::vault::{Collection, Vault};
use keyward_vault::{Keyring, KeyringError, OsKeyring};

const FOLDER: &str = "KEYWARD_VAULT_SECRET_SERVICE_FOLDER";
const STEP: &str = "KEYWARD_VAULT_SECRET_SERVICE_STEP";

/// Whether this process is the one inside a session; then its step is carried out.
fn is_child() -> bool {
    let Ok(step) = std::env::var(STEP) else { return false };
    match step.as_str() {
        "uses_the_keyring" => uses_the_keyring(),
        "creates_a_profile" => creates_a_profile(),
        "unlocks_the_profile_again" => unlocks_the_profile_again(),
        "finds_the_keyring_locked" => finds_the_keyring_locked(),
        "finds_no_provider" => finds_no_provider(),
        "sees_a_provider_appear" => sees_a_provider_appear(),
        "finds_no_bus" => finds_no_bus(),
        other => panic!("no step {other}"),
    }
    true
}

fn installed() -> bool {
    ["dbus-run-session", "gnome-keyring-daemon"].iter().all(|program| {
        let found = Command::new("sh")
            .args(["-c", &format!("command -v {program}")])
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !found {
            eprintln!("skipped: {program} is not installed");
        }
        found
    })
}

/// Runs `step` in a process of `test` after `setup` in a session of its own: own bus, own runtime and data
/// folders, no display (so that no prompt can open).
fn in_session(test: &str, step: &str, setup: &str, folder: &Path) {
    // A bus that starts no services by itself: what is not started here is absent.
    let config = folder.join("bus.conf");
    std::fs::write(&config, BUS).unwrap();
    for name in ["run", "data"] {
        let path = folder.join(name);
        std::fs::create_dir_all(&path).unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(&path, private).unwrap();
    }
    let script = format!("{setup}\nexec \"$@\"");
    let output = Command::new("dbus-run-session")
        .arg(format!("--config-file={}", config.display()))
        .args(["--", "sh", "-c", &script, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env("XDG_RUNTIME_DIR", folder.join("run"))
        .env("XDG_DATA_HOME", folder.join("data"))
        .env("HOME", folder)
        .env(FOLDER, folder)
        .env(STEP, step)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    let text = format!(
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

const BUS: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

const UNLOCKED: &str =
    "printf 'login password' | gnome-keyring-daemon --unlock --components=secrets >/dev/null";
/// Started without a password: what is in the keyring stays locked.
const LOCKED: &str = "gnome-keyring-daemon --start --components=secrets >/dev/null";

fn folder() -> std::path::PathBuf {
    std::env::var_os(FOLDER).expect("run by a test of this file").into()
}

fn keyring() -> OsKeyring {
    OsKeyring::with_patience(Duration::from_secs(20)).unwrap()
}

/// The keyring once its service has taken its name on the bus: it does so shortly after the command
/// that starts it has returned.
fn ready() -> OsKeyring {
    let keyring = keyring();
    let limit = Instant::now() + Duration::from_secs(20);
    while keyring.read("absent") == Err(KeyringError::NoProvider) && Instant::now() < limit {
        std::thread::yield_now();
    }
    keyring
}

fn uses_the_keyring() {
    let keyring = ready();
    assert_eq!(keyring.read("absent"), Ok(None));
    assert_eq!(keyring.delete("absent"), Ok(()));
    keyring.write("a", "one").unwrap();
    keyring.write("b", "two").unwrap();
    keyring.write("a", "three").unwrap();
    assert_eq!(keyring.read("a").unwrap().unwrap().as_str(), "three");
    assert_eq!(keyring.read("b").unwrap().unwrap().as_str(), "two");
    keyring.delete("a").unwrap();
    assert_eq!(keyring.read("a"), Ok(None));
    // From several threads at once: one thread does the talking.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(keyring.read("b").unwrap().unwrap().as_str(), "two"));
        }
    });
}

fn creates_a_profile() {
    let opened = store(&folder().join("app"));
    let keyring = ready();
    let unlocked = opened.create(new_profile("p1"), &keyring, None, &mut rng(1)).unwrap();
    let mut tx = unlocked.vault.begin().unwrap();
    tx.put(Collection::Settings, "k", b"v").unwrap();
    tx.commit().unwrap();
    drop(unlocked);
    opened.set_passphrase(&id("p1"), &keyring, None, Some("phrase"), &mut rng(2)).unwrap();
    let refused = opened.unlock(&id("p1"), &keyring, None).err().expect("refused");
    assert_eq!(refused.code(), "passphrase-required");
    let unlocked = opened.unlock(&id("p1"), &keyring, Some("phrase")).unwrap();
    assert_eq!(
        unlocked.vault.read().unwrap().get(Collection::Settings, "k").unwrap().unwrap(),
        b"v"
    );
}

fn unlocks_the_profile_again() {
    let opened = store(&folder().join("app"));
    assert!(opened.unlock(&id("p1"), &ready(), Some("phrase")).is_ok());
}

fn finds_the_keyring_locked() {
    let keyring = ready();
    let locked = [KeyringError::Locked, KeyringError::PromptDismissed];
    let read = keyring.read("p1").expect_err("locked");
    assert!(locked.contains(&read), "{read:?}");
    let write = keyring.write("p2", "x").expect_err("locked");
    assert!(locked.contains(&write), "{write:?}");
    let opened = store(&folder().join("app"));
    let refused = opened.unlock(&id("p1"), &keyring, Some("phrase")).err().expect("refused");
    assert_eq!(refused.code(), read.code());
}

fn finds_no_provider() {
    let keyring = keyring();
    assert_eq!(keyring.read("a"), Err(KeyringError::NoProvider));
    assert_eq!(keyring.write("a", "x"), Err(KeyringError::NoProvider));
}

/// The provider appears after the first call: no restart of the app is needed.
fn sees_a_provider_appear() {
    let keyring = keyring();
    assert_eq!(keyring.read("a"), Err(KeyringError::NoProvider));
    assert!(Command::new("sh").args(["-c", UNLOCKED]).status().unwrap().success());
    drop(ready());
    keyring.write("a", "x").unwrap();
    assert_eq!(keyring.read("a").unwrap().unwrap().as_str(), "x");
}

fn finds_no_bus() {
    assert_eq!(keyring().read("a"), Err(KeyringError::NoBus));
}

#[test]
fn reads_writes_and_deletes() {
    const NAME: &str = "reads_writes_and_deletes";
    if !is_child() && installed() {
        let dir = tempfile::tempdir().unwrap();
        in_session(NAME, "uses_the_keyring", UNLOCKED, dir.path());
    }
}

#[test]
fn a_profile_outlives_the_session_and_a_locked_keyring_is_told() {
    const NAME: &str = "a_profile_outlives_the_session_and_a_locked_keyring_is_told";
    if !is_child() && installed() {
        let dir = tempfile::tempdir().unwrap();
        in_session(NAME, "creates_a_profile", UNLOCKED, dir.path());
        in_session(NAME, "finds_the_keyring_locked", LOCKED, dir.path());
        in_session(NAME, "unlocks_the_profile_again", UNLOCKED, dir.path());
    }
}

#[test]
fn no_provider_is_told_and_may_come_later() {
    const NAME: &str = "no_provider_is_told_and_may_come_later";
    if !is_child() && installed() {
        let dir = tempfile::tempdir().unwrap();
        in_session(NAME, "finds_no_provider", "true", dir.path());
        in_session(NAME, "sees_a_provider_appear", "true", dir.path());
    }
}

#[test]
fn no_bus_is_told() {
    if is_child() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "no_bus_is_told", "--test-threads=1"])
        .env(STEP, "finds_no_bus")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env("XDG_RUNTIME_DIR", dir.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
