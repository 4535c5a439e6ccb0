//! Profiles: created whole or not at all, unlocked only with what belongs to them, and never changed
//! by a refusal.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests fail by panicking"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use common::{create, id, new_profile, rng, store};
use keyward_app::ports::vault::{Collection, Vault, VaultError};
use keyward_vault::{Cost, Fault, KeyringError, MemoryKeyring, ProfileStore, StoreError};

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.to_string_lossy().ends_with(".lock") {
                found.push((path.clone(), fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn refused<T>(outcome: Result<T, StoreError>) -> &'static str {
    outcome.err().expect("refused").code()
}

#[test]
fn created_listed_locked_unlocked() {
    let dir = tempfile::tempdir().unwrap();
    let keyring = MemoryKeyring::new();
    let opened = store(dir.path());
    assert!(opened.list_profiles().unwrap().profiles.is_empty());
    let unlocked = create(&opened, &keyring, None);
    let mut tx = unlocked.vault.begin().unwrap();
    tx.put(Collection::Settings, "theme", b"dark").unwrap();
    tx.commit().unwrap();
    assert_eq!(refused(opened.unlock(&id("p1"), &keyring, None)), "vault-in-use");
    unlocked.vault.close();
    assert_eq!(unlocked.vault.begin().err(), Some(VaultError::Locked));
    let again = opened.unlock(&id("p1"), &keyring, None).unwrap();
    let kept = again.vault.read().unwrap().get(Collection::Settings, "theme").unwrap();
    assert_eq!(kept.unwrap(), b"dark");
    assert_eq!(again.master.expose_secret(), unlocked.master.expose_secret());
    let listed = opened.list_profiles().unwrap();
    assert_eq!(listed.profiles, [again.profile]);
    assert!(!listed.profiles[0].passphrase_set);
    assert_eq!(
        refused(opened.create(new_profile("p1"), &keyring, None, &mut rng(2))),
        "profile-exists"
    );
}

#[cfg(unix)]
#[test]
fn files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let opened = store(dir.path());
    let _unlocked = create(&opened, &MemoryKeyring::new(), None);
    let profile = dir.path().join("profiles/p1");
    assert_eq!(fs::metadata(&profile).unwrap().permissions().mode() & 0o777, 0o700);
    for entry in fs::read_dir(profile).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
}

#[test]
fn a_second_instance_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let first = store(dir.path());
    assert_eq!(refused(ProfileStore::open(dir.path())), "store-in-use");
    drop(first);
    assert!(ProfileStore::open(dir.path()).is_ok());
}

#[test]
fn the_keyring_holds_one_form_never_both() {
    let dir = tempfile::tempdir().unwrap();
    let keyring = MemoryKeyring::new();
    let opened = store(dir.path());
    let unlocked = create(&opened, &keyring, None);
    let raw = keyring.peek("p1").unwrap();
    opened.set_passphrase(&id("p1"), &keyring, None, Some("correct horse"), &mut rng(4)).unwrap();
    let wrapped = keyring.peek("p1").unwrap();
    assert_ne!(raw, wrapped);
    let master = unlocked.master.expose_secret().to_vec();
    drop(unlocked);
    assert!(opened.list_profiles().unwrap().profiles[0].passphrase_set);
    assert_eq!(refused(opened.unlock(&id("p1"), &keyring, None)), "passphrase-required");
    assert_eq!(refused(opened.unlock(&id("p1"), &keyring, Some("wrong"))), "passphrase-wrong");
    let again = opened.unlock(&id("p1"), &keyring, Some("correct horse")).unwrap();
    assert_eq!(again.master.expose_secret().as_slice(), master);
    let change =
        |current, next| opened.set_passphrase(&id("p1"), &keyring, current, next, &mut rng(5));
    assert_eq!(refused(change(None, Some("x"))), "passphrase-required");
    assert_eq!(refused(change(Some("wrong"), None)), "passphrase-wrong");
    assert_eq!(refused(change(Some("correct horse"), Some(""))), "passphrase-unusable");
    assert_eq!(keyring.peek("p1").unwrap(), wrapped, "refusals change nothing");
    change(Some("correct horse"), None).unwrap();
    assert_eq!(keyring.peek("p1").unwrap(), raw);
    assert!(!opened.list_profiles().unwrap().profiles[0].passphrase_set);
}

#[test]
fn created_with_a_passphrase_never_stores_the_bare_secret() {
    let dir = tempfile::tempdir().unwrap();
    let keyring = MemoryKeyring::new();
    let opened = store(dir.path());
    let unlocked = create(&opened, &keyring, Some("pass"));
    let master = *unlocked.master.expose_secret();
    let text = keyring.peek("p1").unwrap();
    assert!(text.len() > 80, "not the bare secret");
    for (path, content) in files(dir.path()) {
        assert!(!content.windows(32).any(|window| window == master), "{}", path.display());
    }
}

/// Each way a passphrase change can be cut short leaves a profile that opens with the old or with
/// the new passphrase.
#[test]
fn an_interrupted_passphrase_change_leaves_old_or_new() {
    let faults = [
        Fault::Before(KeyringError::Failed),
        Fault::Before(KeyringError::PromptDismissed),
        Fault::After(KeyringError::TimedOut),
        Fault::Forgets,
    ];
    for (from, to) in [(None, Some("new")), (Some("old"), Some("new")), (Some("old"), None)] {
        for fault in faults {
            let dir = tempfile::tempdir().unwrap();
            let keyring = MemoryKeyring::new();
            let opened = store(dir.path());
            drop(create(&opened, &keyring, from));
            keyring.fail_next_write(fault);
            let changed = opened.set_passphrase(&id("p1"), &keyring, from, to, &mut rng(6));
            assert!(changed.is_err(), "never a false success");
            let counts = if matches!(fault, Fault::After(_)) { to } else { from };
            let unlocked = opened.unlock(&id("p1"), &keyring, counts).unwrap();
            assert_eq!(unlocked.profile.passphrase_set, counts.is_some());
            let listed = opened.list_profiles().unwrap();
            assert_eq!(listed.profiles[0].passphrase_set, counts.is_some(), "hint corrected");
        }
    }
}

#[test]
fn an_interrupted_creation_leaves_nothing() {
    for fault in
        [Fault::Before(KeyringError::Locked), Fault::After(KeyringError::TimedOut), Fault::Forgets]
    {
        let dir = tempfile::tempdir().unwrap();
        let keyring = MemoryKeyring::new();
        let opened = store(dir.path());
        keyring.fail_next_write(fault);
        assert!(opened.create(new_profile("p1"), &keyring, None, &mut rng(1)).is_err());
        assert!(files(dir.path()).is_empty());
        assert_eq!(keyring.peek("p1"), None);
        assert!(opened.create(new_profile("p1"), &keyring, None, &mut rng(1)).is_ok());
    }
}

#[test]
fn a_draft_left_by_a_crash_is_swept() {
    let dir = tempfile::tempdir().unwrap();
    let opened = store(dir.path());
    drop(create(&opened, &MemoryKeyring::new(), None));
    drop(opened);
    let profiles = dir.path().join("profiles");
    fs::rename(profiles.join("p1"), profiles.join(".creating-p1")).unwrap();
    let opened = store(dir.path());
    let listed = opened.list_profiles().unwrap();
    assert!(listed.profiles.is_empty() && listed.unreadable.is_empty());
    assert!(files(dir.path()).is_empty());
}

#[test]
fn keyring_troubles_are_told_apart_and_leave_the_files_alone() {
    let dir = tempfile::tempdir().unwrap();
    let keyring = MemoryKeyring::new();
    let opened = store(dir.path());
    drop(create(&opened, &keyring, None));
    let right = keyring.peek("p1").unwrap();
    drop(opened.create(new_profile("p2"), &keyring, None, &mut rng(9)).unwrap());
    let other = keyring.peek("p2").unwrap();
    let before = files(dir.path());
    let unlock = || refused(opened.unlock(&id("p1"), &keyring, None));
    for error in [
        KeyringError::NoBus,
        KeyringError::NoProvider,
        KeyringError::Locked,
        KeyringError::PromptDismissed,
        KeyringError::TimedOut,
        KeyringError::Cancelled,
    ] {
        keyring.refuse(Some(error));
        assert_eq!(unlock(), error.code());
    }
    keyring.refuse(None);
    keyring.plant("p1", &other);
    assert_eq!(unlock(), "vault-wrong-key", "another profile's secret");
    keyring.plant("p1", "not base64!");
    assert_eq!(unlock(), "secret-damaged");
    keyring.plant("p1", &right[..right.len() - 4]);
    assert_eq!(unlock(), "secret-damaged");
    keyring.plant("p1", &format!("Ag{}", &right[2..]));
    assert_eq!(unlock(), "secret-newer");
    keyring.wipe();
    assert_eq!(unlock(), "secret-missing");
    assert!(files(dir.path()) == before, "files changed");
    keyring.plant("p1", &right);
    assert!(opened.unlock(&id("p1"), &keyring, None).is_ok());
}

#[test]
fn a_wrapped_secret_moved_to_another_profile_does_not_open() {
    let dir = tempfile::tempdir().unwrap();
    let keyring = MemoryKeyring::new();
    let opened = store(dir.path());
    drop(create(&opened, &keyring, Some("same")));
    drop(opened.create(new_profile("p2"), &keyring, Some("same"), &mut rng(9)).unwrap());
    keyring.plant("p1", &keyring.peek("p2").unwrap());
    assert_eq!(refused(opened.unlock(&id("p1"), &keyring, Some("same"))), "passphrase-wrong");
}

#[test]
fn a_damaged_missing_or_newer_profile_is_told_apart_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let keyring = MemoryKeyring::new();
    let opened = store(dir.path());
    drop(create(&opened, &keyring, None));
    let profile = dir.path().join("profiles/p1/profile.json");
    let database = dir.path().join("profiles/p1/vault.db");
    let description = fs::read_to_string(&profile).unwrap();
    let content = fs::read(&database).unwrap();
    let cases = [
        ("{".to_owned(), "profile-damaged"),
        (description.replace("\"version\": 1", "\"version\": 2"), "profile-newer"),
        (description.replace("\"p1\"", "\"p2\""), "profile-damaged"),
        (description.replace("\"role\"", "\"rule\""), "profile-damaged"),
        (" ".repeat(20_000), "profile-damaged"),
    ];
    for (text, code) in cases {
        fs::write(&profile, &text).unwrap();
        assert_eq!(refused(opened.unlock(&id("p1"), &keyring, None)), code);
        assert_eq!(fs::read_to_string(&profile).unwrap(), text);
        let listed = opened.list_profiles().unwrap();
        assert_eq!((listed.profiles.len(), listed.unreadable[0].1.code()), (0, code));
    }
    fs::write(&profile, &description).unwrap();
    let mut damaged = content.clone();
    damaged[50] ^= 1;
    for wrong in [damaged, content[..2000].to_vec(), Vec::new(), vec![0; 8192]] {
        fs::write(&database, &wrong).unwrap();
        assert_eq!(refused(opened.unlock(&id("p1"), &keyring, None)), "vault-corrupt");
        assert!(fs::read(&database).unwrap() == wrong, "left as it was");
    }
    fs::remove_file(&database).unwrap();
    assert_eq!(refused(opened.unlock(&id("p1"), &keyring, None)), "vault-corrupt");
    assert!(!database.exists(), "no empty store in place of a lost one");
    fs::write(&database, &content).unwrap();
    assert!(opened.unlock(&id("p1"), &keyring, None).is_ok());
}

#[test]
fn names_and_ids_have_limits() {
    let dir = tempfile::tempdir().unwrap();
    let opened = store(dir.path());
    let keyring = MemoryKeyring::new();
    for text in ["", "-a", "A", "a/b", "..", "a.b", &"a".repeat(41), "ä"] {
        assert!(text.parse::<keyward_vault::ProfileId>().is_err(), "{text:?}");
    }
    drop(create(&opened, &keyring, None));
    for name in ["", "  ", "a\nb", &"x".repeat(81)] {
        assert_eq!(refused(opened.rename(&id("p1"), name)), "profile-name-invalid");
    }
    assert_eq!(opened.rename(&id("p1"), "  Ada  ").unwrap().display_name, "Ada");
    assert_eq!(opened.list_profiles().unwrap().profiles[0].display_name, "Ada");
    assert_eq!(refused(opened.rename(&id("p9"), "Ada")), "profile-missing");
}

#[test]
fn a_discarded_profile_is_gone_with_its_secret_and_only_when_closed() {
    let dir = tempfile::tempdir().unwrap();
    let opened = store(dir.path());
    let keyring = MemoryKeyring::new();
    let unlocked = create(&opened, &keyring, None);
    assert_eq!(refused(opened.discard(&id("p1"), &keyring)), "vault-in-use");
    unlocked.vault.close();
    drop(unlocked);
    opened.discard(&id("p1"), &keyring).unwrap();
    assert_eq!(opened.list_profiles().unwrap().profiles.len(), 0);
    assert!(keyring.peek("p1").is_none());
    assert_eq!(std::fs::read_dir(dir.path().join("profiles")).unwrap().count(), 0);
    assert_eq!(refused(opened.discard(&id("p1"), &keyring)), "profile-missing");
}

#[test]
fn a_rename_and_a_change_of_the_passphrase_at_once_both_count() {
    let dir = tempfile::tempdir().unwrap();
    let keyring = MemoryKeyring::new();
    let opened = store(dir.path());
    drop(create(&opened, &keyring, None));
    let (opened, keyring) = (&opened, &keyring);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for n in 0..200 {
                opened.rename(&id("p1"), &format!("Name {n}")).unwrap();
            }
        });
        scope.spawn(move || {
            for round in 0..2 {
                let (from, to) = if round == 0 { (None, Some("p")) } else { (Some("p"), None) };
                opened.set_passphrase(&id("p1"), keyring, from, to, &mut rng(round)).unwrap();
                let set = opened.list_profiles().unwrap().profiles[0].passphrase_set;
                assert_eq!(set, round == 0);
            }
        });
    });
    assert_eq!(opened.list_profiles().unwrap().profiles[0].display_name, "Name 199");
}

/// The memory in KiB that the stored wrap of `p1` costs.
fn stored_cost(keyring: &MemoryKeyring) -> u32 {
    let slot = keyring.peek("p1").unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(slot).unwrap();
    // Version and form of the slot, version of the wrap.
    u32::from_be_bytes(bytes[3..7].try_into().unwrap())
}

#[test]
fn a_passphrase_set_at_an_earlier_cost_opens_and_the_next_one_takes_the_new_cost() {
    let dir = tempfile::tempdir().unwrap();
    let keyring = MemoryKeyring::new();
    let earlier = store(dir.path());
    drop(create(&earlier, &keyring, Some("phrase")));
    drop(earlier);
    let slot = keyring.peek("p1");
    assert_eq!(stored_cost(&keyring), 19 * 1024);
    let cost = Cost::new(32 * 1024, 2, 1).unwrap();
    let later = ProfileStore::open_with_cost(dir.path(), cost).unwrap();
    assert!(later.unlock(&id("p1"), &keyring, Some("phrase")).is_ok());
    assert_eq!(keyring.peek("p1"), slot, "opening changes nothing");
    later.set_passphrase(&id("p1"), &keyring, Some("phrase"), Some("next"), &mut rng(3)).unwrap();
    assert_eq!(stored_cost(&keyring), 32 * 1024);
    assert!(later.unlock(&id("p1"), &keyring, Some("next")).is_ok());
}

/// What new passphrases cost (SPEC §16). Making and opening one takes so long that one test does it.
#[test]
fn the_cost_of_new_passphrases_is_the_recommended_one() {
    let dir = tempfile::tempdir().unwrap();
    let keyring = MemoryKeyring::new();
    let opened = ProfileStore::open(dir.path()).unwrap();
    drop(create(&opened, &keyring, Some("phrase")));
    assert_eq!(stored_cost(&keyring), 192 * 1024);
    let start = std::time::Instant::now();
    assert!(opened.unlock(&id("p1"), &keyring, Some("phrase")).is_ok());
    eprintln!("unlocked in {:?}", start.elapsed());
}
