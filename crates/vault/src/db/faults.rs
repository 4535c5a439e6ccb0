//! Migrations cut short: at every write point of each, by death and by power cut, and refused by a
//! full or failing disk. The file has the older or the newer schema, and everything is in it.

use std::process::{Command, Stdio};

use keyward_app::ports::vault::{RecordFilter, Vault, VaultError};
use keyward_testkit::disk::{Dropped, End, Fault, FaultyDisk, Files};

use super::tests::{Folder, KEY, older};
use super::{VaultKey, migrate, open};

const FOLDER: &str = "KEYWARD_VAULT_MIGRATING";

/// Not a test of its own: opens the store, which migrates it, and closes it.
#[test]
#[allow(clippy::print_stdout, reason = "this is how it reports")]
fn child_migrates() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    match Folder::at(folder.as_ref()).try_open(KEY) {
        Ok(_) => println!("\nopened"),
        Err(error) => println!("\nrefused {}", error.code()),
    }
}

fn migrating(folder: &Folder, scratch: &tempfile::TempDir) -> (Command, FaultyDisk) {
    let disk = FaultyDisk::new(folder.path(), scratch.path()).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "db::faults::child_migrates", "--nocapture"])
        .env(FOLDER, folder.path())
        .stderr(Stdio::null());
    disk.attach_with_journal(&mut command).unwrap();
    (command, disk)
}

fn said(mut command: Command) -> String {
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

/// The version right after the end, and everything there once it is opened.
fn check(folder: &Folder, from: u32, at: &str) -> u32 {
    let connection = open::reader_and_writer(&folder.database(), &VaultKey::new(&KEY)).unwrap();
    let version = migrate::version(&connection).unwrap();
    assert!((from..=migrate::NEWEST).contains(&version), "{at}: version {version}");
    drop(connection);
    let vault = folder.open();
    let records = vault.read().unwrap().records(&RecordFilter::default()).unwrap();
    assert_eq!(records.len(), 50, "{at}");
    assert!(records.iter().all(|row| row.body == vec![row.id.as_bytes()[0]; 3000]), "{at}");
    vault.with_writer(|writer| assert_eq!(migrate::version(writer).unwrap(), migrate::NEWEST));
    version
}

#[test]
fn a_migration_killed_at_every_write_point_is_old_or_new() {
    for from in 1..migrate::NEWEST {
        let (folder, scratch) = (older(from), tempfile::tempdir().unwrap());
        let (command, disk) = migrating(&folder, &scratch);
        assert!(said(command).contains("opened"));
        let points = disk.points().unwrap();
        assert!(points > 20, "{points}");
        let mut seen = [0_u32; 2];
        // Every point if `KEYWARD_KILLS` is set; else both ends and some between, from run to run others.
        let thorough = std::env::var_os("KEYWARD_KILLS").is_some();
        let step = if thorough { 1 } else { 9 };
        let first = rand::random_range(0..step);
        let ends = [0, points - 1].into_iter().filter(|_| !thorough);
        for number in (first..points).step_by(step as usize).chain(ends) {
            for dropped in
                [None, Some([Dropped::All, Dropped::Some(number.into())][number as usize % 2])]
            {
                let (folder, scratch) = (older(from), tempfile::tempdir().unwrap());
                let (command, disk) = migrating(&folder, &scratch);
                disk.kill_at(number, End::Torn).unwrap();
                // It may have said so: closing it writes too.
                said(command);
                if let Some(which) = dropped {
                    disk.journal().unwrap().drop_unsynced(which).unwrap();
                }
                let version = check(&folder, from, &format!("{from}, point {number}, {dropped:?}"));
                seen[usize::from(version > from)] += 1;
            }
        }
        assert!(seen[0] > 0 && seen[1] > 0, "killed before and after: {seen:?}");
    }
}

#[test]
fn a_migration_that_finds_no_room_is_refused_and_done_later() {
    for from in 1..migrate::NEWEST {
        for (fault, files, code) in [
            (Fault::Full, Files::Logs, "vault-full"),
            (Fault::Broken, Files::All, "vault-io"),
            (Fault::Sync, Files::All, "vault-io"),
        ] {
            let (folder, scratch) = (older(from), tempfile::tempdir().unwrap());
            let (command, disk) = migrating(&folder, &scratch);
            disk.fail(fault, files, 0).unwrap();
            let said = said(command);
            assert!(said.contains(&format!("refused {code}")), "{fault:?}: {said}");
            check(&folder, from, &format!("{from}, {fault:?}"));
        }
    }
}

/// What an app finds that knows fewer migrations than wrote the file.
#[test]
fn every_newer_schema_is_refused() {
    for newer in [migrate::NEWEST + 1, migrate::NEWEST + 1000, u32::MAX >> 1] {
        let folder = Folder::new();
        let vault = folder.open();
        vault.with_writer(|writer| writer.pragma_update(None, "user_version", newer).unwrap());
        drop(vault);
        let before = folder.snapshot();
        assert_eq!(folder.try_open(KEY).err(), Some(VaultError::Newer));
        assert!(folder.snapshot() == before, "changed");
    }
}
