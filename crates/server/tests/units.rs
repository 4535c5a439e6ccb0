//! The systemd units in `deploy/`, as systemd itself reads them.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]
#![cfg(target_os = "linux")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::binary;

const UNITS: [(&str, &str); 2] = [
    ("keyward-relay.service", include_str!("../../../deploy/keyward-relay.service")),
    ("keyward-authority.service", include_str!("../../../deploy/keyward-authority.service")),
];

/// The unit with the program where it is here: one that is not there is a fault, too.
fn installed(dir: &Path, name: &str, unit: &str) -> PathBuf {
    let path = dir.join(name);
    let program = binary();
    std::fs::write(&path, unit.replace("/usr/local/bin/keyward-server", program.to_str().unwrap()))
        .unwrap();
    path
}

/// What systemd has to say about a unit; nothing if it is right. `None` without the tool.
fn faults(unit: &Path) -> Option<String> {
    let mut verify = Command::new("systemd-analyze");
    let output = verify.args(["verify", "--man=no"]).arg(unit).output().ok()?;
    // A key it does not know is only a warning to it.
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Some(if output.status.success() { said } else { format!("{}: {said}", output.status) })
}

#[test]
fn systemd_has_nothing_to_say_about_the_units() {
    let dir = tempfile::tempdir().unwrap();
    for (name, unit) in UNITS {
        let Some(said) = faults(&installed(dir.path(), name, unit)) else {
            eprintln!("skipped: systemd-analyze is not installed");
            return;
        };
        assert_eq!(said, "", "{name}");
        let misspelt = unit.replace("NoNewPrivileges", "NoNewPriviledges");
        let said = faults(&installed(dir.path(), &format!("misspelt-{name}"), &misspelt)).unwrap();
        assert!(said.contains("NoNewPriviledges"), "a misspelt key is not noticed: {said}");
    }
}
