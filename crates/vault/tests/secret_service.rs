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
        "ignores_the_prompt" => ignores_the_prompt(),
        "finds_the_keyring_emptied" => finds_the_keyring_emptied(),
        "finds_anothers_secret" => finds_anothers_secret(),
        "finds_another_service" => finds_another_service(),
        "finds_the_first_service_again" => finds_the_first_service_again(),
        "works_with_two_profiles" => works_with_two_profiles(),
        "loses_the_service" => loses_the_service(),
        "goes_on_after_a_restart" => goes_on_after_a_restart(),
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
    in_session_through("dbus-run-session", &[], test, step, setup, folder);
}

/// As [`in_session`], but the session is started by `program` with `before` in front.
fn in_session_through(
    program: &str,
    before: &[&str],
    test: &str,
    step: &str,
    setup: &str,
    folder: &Path,
) {
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
    let output = Command::new(program)
        .args(before)
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

/// As [`UNLOCKED`]; the id of its process goes into the file `pid`.
fn in_foreground(pid: &Path) -> String {
    // The process in the background is the last of the pipe: the service itself.
    format!(
        "printf 'login password' | gnome-keyring-daemon --unlock --foreground \
         --components=secrets >/dev/null & echo $! >'{}'",
        pid.display()
    )
}

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

/// Every file of the app's folder, but for locks.
fn app_files() -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let profile = folder().join("app/profiles/p1");
    let mut files: Vec<_> = std::fs::read_dir(profile)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|kind| kind != "lock"))
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

/// The keyring is locked and its prompt stands open: nobody answers it.
fn ignores_the_prompt() {
    let before = app_files();
    drop(ready());
    let patience = Duration::from_secs(3);
    let impatient = OsKeyring::with_patience(patience).unwrap();
    // What draws the prompt takes its name shortly after it was started; until then nothing can be drawn, and the
    // keyring's service takes that for a dismissal.
    let limit = Instant::now() + Duration::from_secs(60);
    let (answer, took) = loop {
        let start = Instant::now();
        let answer = impatient.read("p1").err();
        if answer != Some(KeyringError::PromptDismissed) || Instant::now() > limit {
            break (answer, start.elapsed());
        }
    };
    assert_eq!(answer, Some(KeyringError::TimedOut));
    assert!(took >= patience, "it waited for an answer");
    // Whoever does not want to wait is free at once, while the prompt is still open.
    let patient = std::sync::Arc::new(OsKeyring::with_patience(Duration::from_secs(600)).unwrap());
    let opened = store(&folder().join("app"));
    let (asking, asked) = std::sync::mpsc::channel();
    let waiting = {
        let keyring = std::sync::Arc::clone(&patient);
        std::thread::spawn(move || {
            asking.send(()).unwrap();
            opened.unlock(&id("p1"), &*keyring, Some("phrase")).err().map(|error| error.code())
        })
    };
    asked.recv().unwrap();
    // Cancelled again and again until the call has begun and ends by it.
    while !waiting.is_finished() {
        patient.cancel();
        std::thread::yield_now();
    }
    assert_eq!(waiting.join().unwrap(), Some("keyring-cancelled"));
    assert!(app_files() == before, "files changed");
}

/// The same computer, but nothing in the keyring: emptied, another one, or another session's.
fn finds_the_keyring_emptied() {
    let before = app_files();
    let opened = store(&folder().join("app"));
    for passphrase in [None, Some("phrase")] {
        let refused = opened.unlock(&id("p1"), &ready(), passphrase).err().expect("refused");
        assert_eq!(refused.code(), "secret-missing");
    }
    let next = Some("other");
    let changed = opened.set_passphrase(&id("p1"), &ready(), Some("phrase"), next, &mut rng(3));
    assert_eq!(changed.expect_err("refused").code(), "secret-missing");
    assert_eq!(ready().read("p1"), Ok(None), "nothing is made up in its place");
    assert!(app_files() == before, "files changed");
}

/// The keyring has something under our name, and it is not this profile's.
fn finds_anothers_secret() {
    let before = app_files();
    let keyring = ready();
    let elsewhere = tempfile::tempdir().unwrap();
    let theirs = store(elsewhere.path());
    drop(theirs.create(new_profile("p1"), &keyring, None, &mut rng(9)).unwrap());
    let opened = store(&folder().join("app"));
    let refused = |code: &str| {
        let error = opened.unlock(&id("p1"), &keyring, Some("phrase")).err().expect("refused");
        assert_eq!(error.code(), code);
    };
    refused("vault-wrong-key");
    keyring.write("p1", "not what we wrote").unwrap();
    refused("secret-damaged");
    assert!(app_files() == before, "files changed");
}

/// The session has another service, with a store and secrets of its own: what is made here is kept there, and the
/// profile of before is left alone.
fn finds_another_service() {
    let before = app_files();
    let keyring = ready();
    let opened = store(&folder().join("app"));
    for passphrase in [None, Some("phrase")] {
        let refused = opened.unlock(&id("p1"), &keyring, passphrase).err().expect("refused");
        assert_eq!(refused.code(), "secret-missing");
    }
    drop(opened.create(new_profile("p2"), &keyring, None, &mut rng(7)).unwrap());
    assert!(opened.unlock(&id("p2"), &keyring, None).is_ok());
    assert_eq!(keyring.read("p1"), Ok(None), "nothing is made up in its place");
    assert!(app_files() == before, "files changed");
}

/// Back in the session of before: its profile opens as ever, and the other one's key is not here.
fn finds_the_first_service_again() {
    let opened = store(&folder().join("app"));
    let unlocked = opened.unlock(&id("p1"), &ready(), Some("phrase")).unwrap();
    let kept = unlocked.vault.read().unwrap().get(Collection::Settings, "k").unwrap();
    assert_eq!(kept.as_deref(), Some(b"v".as_slice()));
    drop(unlocked);
    let refused = opened.unlock(&id("p2"), &ready(), None).err().expect("refused");
    assert_eq!(refused.code(), "secret-missing");
}

/// Two profiles beside each other in one keyring: neither's passphrase or end touches the other.
fn works_with_two_profiles() {
    let opened = store(&folder().join("app"));
    let keyring = ready();
    for (seed, name) in [(1, "p1"), (2, "p2")] {
        drop(opened.create(new_profile(name), &keyring, None, &mut rng(seed)).unwrap());
    }
    opened.set_passphrase(&id("p1"), &keyring, None, Some("first"), &mut rng(2)).unwrap();
    opened.set_passphrase(&id("p1"), &keyring, Some("first"), Some("next"), &mut rng(3)).unwrap();
    let code = |name: &str, phrase: Option<&str>| {
        opened.unlock(&id(name), &keyring, phrase).err().map(|error| error.code())
    };
    assert_eq!(code("p1", Some("first")), Some("passphrase-wrong"));
    assert_eq!(code("p1", None), Some("passphrase-required"));
    assert_eq!(code("p1", Some("next")), None);
    assert_eq!(code("p2", None), None);
    let one = opened.unlock(&id("p1"), &keyring, Some("next")).unwrap();
    let two = opened.unlock(&id("p2"), &keyring, None).unwrap();
    assert_ne!(one.master.expose_secret(), two.master.expose_secret());
    drop((one, two));
    opened.discard(&id("p2"), &keyring).unwrap();
    assert_eq!(keyring.read("p2"), Ok(None));
    assert_eq!(code("p1", Some("next")), None);
    opened.set_passphrase(&id("p1"), &keyring, Some("next"), None, &mut rng(4)).unwrap();
    assert_eq!(code("p1", None), None);
}

/// Ends the service; gives what `keyring` then says, once it has noticed.
fn end_service(keyring: &OsKeyring) -> KeyringError {
    let pid = std::fs::read_to_string(folder().join("daemon.pid")).unwrap();
    assert!(Command::new("kill").arg(pid.trim()).status().unwrap().success());
    let limit = Instant::now() + Duration::from_secs(20);
    loop {
        match keyring.read("a") {
            Err(error) => return error,
            Ok(_) => assert!(Instant::now() < limit, "the service has ended"),
        }
    }
}

fn start_service() {
    let pid = folder().join("daemon.pid");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(in_foreground(&pid)).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(shell.status().unwrap().success());
    drop(ready());
}

/// The service ends while the app runs, and comes back.
fn loses_the_service() {
    let keyring = ready();
    keyring.write("a", "x").unwrap();
    let lost = end_service(&keyring);
    assert!(matches!(lost, KeyringError::NoProvider | KeyringError::Failed), "{lost:?}");
    start_service();
    assert_eq!(keyring.read("a"), Ok(Some("x".to_owned().into())));
}

/// The service was restarted while the app asked it nothing: the next call of each kind works.
fn goes_on_after_a_restart() {
    let keyring = ready();
    let text = |text: &str| Ok(Some(text.to_owned().into()));
    keyring.write("a", "x").unwrap();
    let restart = || {
        end_service(&ready());
        start_service();
    };
    restart();
    assert_eq!(keyring.read("a"), text("x"));
    restart();
    assert_eq!(keyring.write("a", "y"), Ok(()));
    assert_eq!(keyring.read("a"), text("y"));
    restart();
    assert_eq!(keyring.delete("a"), Ok(()));
    assert_eq!(keyring.read("a"), Ok(None));
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

/// Where the prompt of the keyring is drawn; not in the path.
const PROMPTER: &str = "/usr/libexec/gcr-prompter";

#[test]
fn an_ignored_prompt_ends_by_patience_or_by_hand() {
    const NAME: &str = "an_ignored_prompt_ends_by_patience_or_by_hand";
    if is_child() || !installed() {
        return;
    }
    let display =
        Command::new("sh").args(["-c", "command -v xvfb-run"]).stdout(Stdio::null()).status();
    if !Path::new(PROMPTER).exists() || !display.is_ok_and(|found| found.success()) {
        eprintln!("skipped: {PROMPTER} or xvfb-run is not installed");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    in_session(NAME, "creates_a_profile", UNLOCKED, dir.path());
    let setup = format!("{LOCKED}\n{PROMPTER} &\nprompter=$!\ntrap 'kill $prompter' EXIT");
    // The prompt needs a display. The shell stays, to end the prompter.
    let setup = format!("{setup}\n\"$@\"; done=$?; kill $prompter; trap - EXIT; exit $done\n:");
    let before = ["-a", "dbus-run-session"];
    in_session_through("xvfb-run", &before, NAME, "ignores_the_prompt", &setup, dir.path());
    in_session(NAME, "unlocks_the_profile_again", UNLOCKED, dir.path());
}

#[test]
fn an_emptied_a_foreign_and_another_sessions_keyring_leave_the_data_alone() {
    const NAME: &str = "an_emptied_a_foreign_and_another_sessions_keyring_leave_the_data_alone";
    if is_child() || !installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    in_session(NAME, "creates_a_profile", UNLOCKED, dir.path());
    // What the keyring keeps is put aside: it begins anew, as after a reset or with another provider.
    let (kept, aside) = (dir.path().join("data/keyrings"), dir.path().join("aside"));
    std::fs::rename(&kept, &aside).unwrap();
    in_session(NAME, "finds_the_keyring_emptied", UNLOCKED, dir.path());
    in_session(NAME, "finds_anothers_secret", UNLOCKED, dir.path());
    std::fs::remove_dir_all(&kept).unwrap();
    std::fs::rename(&aside, &kept).unwrap();
    in_session(NAME, "unlocks_the_profile_again", UNLOCKED, dir.path());
}

#[test]
fn a_session_with_another_service_leaves_the_data_alone_and_so_does_the_way_back() {
    const NAME: &str =
        "a_session_with_another_service_leaves_the_data_alone_and_so_does_the_way_back";
    if is_child() || !installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    in_session(NAME, "creates_a_profile", UNLOCKED, dir.path());
    let other = dir.path().join("another/data");
    std::fs::create_dir_all(&other).unwrap();
    let setup = format!("export XDG_DATA_HOME='{}'\n{UNLOCKED}", other.display());
    in_session(NAME, "finds_another_service", &setup, dir.path());
    in_session(NAME, "finds_the_first_service_again", UNLOCKED, dir.path());
}

#[test]
fn two_profiles_share_a_keyring() {
    const NAME: &str = "two_profiles_share_a_keyring";
    if !is_child() && installed() {
        let dir = tempfile::tempdir().unwrap();
        in_session(NAME, "works_with_two_profiles", UNLOCKED, dir.path());
    }
}

#[test]
fn a_service_that_ends_and_comes_back_is_used_again() {
    const NAME: &str = "a_service_that_ends_and_comes_back_is_used_again";
    if !is_child() && installed() {
        let dir = tempfile::tempdir().unwrap();
        let setup = in_foreground(&dir.path().join("daemon.pid"));
        in_session(NAME, "loses_the_service", &setup, dir.path());
    }
}

#[test]
fn a_service_that_was_restarted_in_between_goes_unnoticed() {
    const NAME: &str = "a_service_that_was_restarted_in_between_goes_unnoticed";
    if !is_child() && installed() {
        let dir = tempfile::tempdir().unwrap();
        let setup = in_foreground(&dir.path().join("daemon.pid"));
        in_session(NAME, "goes_on_after_a_restart", &setup, dir.path());
    }
}

/// The address of a bus that is gone: another session's, after its end.
#[test]
fn a_session_that_is_over_is_told() {
    if is_child() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_session_that_is_over_is_told", "--test-threads=1"])
        .env(STEP, "finds_no_bus")
        .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}/gone", dir.path().display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
