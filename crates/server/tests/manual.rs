//! `docs/operator.md`, carried out as it stands: the files it shows, the commands marked `run`,
//! with other paths and ports than a whole machine's.
#![allow(clippy::unwrap_used, reason = "tests")]
#![cfg(target_os = "linux")]

mod support;

use keyward_protocol::keys::SigningKey;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use support::{Running, binary, server};

const MANUAL: &str = include_str!("../../../docs/operator.md");

/// The fenced blocks whose first line behind the fence is `info`, in order.
fn blocks(info: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut lines = MANUAL.lines();
    while let Some(line) = lines.next() {
        let Some(said) = line.strip_prefix("```").filter(|said| !said.is_empty()) else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if info(said) {
            found.push((said.to_owned(), body.join("\n") + "\n"));
        }
    }
    found
}

/// A machine of its own below a folder.
struct Machine {
    dir: tempfile::TempDir,
    ports: Vec<(&'static str, u16)>,
}

impl Machine {
    fn new() -> Machine {
        // Held at once, so that no port is given twice.
        let held = ["8443", "8444", "9411", "9412"]
            .map(|port| (port, TcpListener::bind("127.0.0.1:0").unwrap()));
        let ports =
            held.iter().map(|(it, held)| (*it, held.local_addr().unwrap().port())).collect();
        let machine = Machine { dir: tempfile::tempdir().unwrap(), ports };
        for folder in [
            "bin",
            "etc/keyward/relay",
            "etc/keyward/authority",
            "var/lib/keyward-relay-journal",
            "var/lib/keyward-authority-journal",
        ] {
            std::fs::create_dir_all(machine.path().join(folder)).unwrap();
        }
        std::os::unix::fs::symlink(binary(), machine.path().join("bin/keyward-server")).unwrap();
        machine
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn here(&self, text: &str) -> String {
        let root = self.path().to_str().unwrap();
        let mut text = text.replace("/etc/", &format!("{root}/etc/"));
        text = text.replace("/var/", &format!("{root}/var/"));
        for (port, other) in &self.ports {
            text = text.replace(&format!(":{port}"), &format!(":{other}"));
        }
        text
    }

    /// Carries out the blocks of one stage.
    fn carry_out(&self, stage: &str) {
        let wanted = format!("sh run={stage}");
        let found = blocks(|info| info == wanted);
        assert!(!found.is_empty(), "{stage}");
        for (_, text) in found {
            let path = format!("{}/bin:{}", self.path().display(), std::env::var("PATH").unwrap());
            let done = Command::new("bash")
                .args(["-euo", "pipefail", "-c", &self.here(&text)])
                .env("PATH", path)
                .current_dir(self.path())
                .output()
                .unwrap();
            let error = String::from_utf8_lossy(&done.stderr);
            assert!(done.status.success(), "{text}\n{error}");
        }
    }

    fn start(&self, kind: &str) -> Running {
        let file = self.path().join(format!("etc/keyward/{kind}/{kind}.toml"));
        let file = file.to_str().unwrap();
        Running::start(&mut server(&[kind, "--config", file], self.path()))
    }
}

#[test]
fn the_manual_works_as_it_is_written() {
    let machine = Machine::new();
    let operator = SigningKey::generate(&mut rand::rng()).unwrap();
    let operator = hex::encode(operator.verifying_key().to_bytes());
    let files = blocks(|info| info.starts_with("toml file="));
    assert_eq!(files.len(), 2);
    for (info, text) in files {
        let path = info.strip_prefix("toml file=").unwrap();
        let text = machine.here(&text.replace("OPERATOR_KEY", &operator));
        // In a test nothing listens beyond this computer.
        let text = text.replace("0.0.0.0:", "127.0.0.1:");
        let ports = |name: &str| machine.ports.iter().find(|it| it.0 == name).unwrap().1;
        let admin = if path.contains("relay.toml") { ports("9411") } else { ports("9412") };
        let text = format!("{text}\n[admin]\naddress = \"127.0.0.1:{admin}\"\n");
        std::fs::write(machine.here(path), text).unwrap();
    }
    machine.carry_out("before");
    let services = [machine.start("authority"), machine.start("relay")];
    machine.carry_out("serving");
    for service in services {
        service.stop();
    }
    for folder in ["var/lib/keyward-relay", "var/lib/keyward-authority", "etc/keyward"] {
        std::fs::remove_dir_all(machine.path().join(folder)).unwrap();
    }
    machine.carry_out("gone");
    machine.carry_out("stopped");
    let services = [machine.start("authority"), machine.start("relay")];
    for service in services {
        service.page_until("/readyz", |status, _| status == 200);
        service.stop();
    }
}

/// What the tables of the manual say about fields, the program knows; and the other way round.
#[test]
fn every_field_of_the_configuration_is_in_the_manual() {
    let source = include_str!("../src/config.rs");
    let fields = source.lines().filter_map(|line| {
        let field = line.trim().strip_prefix("pub(crate) ")?;
        let (name, _) = field.split_once(": ")?;
        name.chars().all(|it| it.is_ascii_lowercase() || it == '_').then_some(name)
    });
    let missing: Vec<&str> = fields.filter(|name| !MANUAL.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
