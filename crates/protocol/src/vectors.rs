//! The vector files: `vectors/<section>.json`, generated here and checked here.
//!
//! A case names an operation, its inputs (hex or text) and what must come out: `ok`, `ok:<hex>`
//! or an error's stable code. `check` runs every case of every file through the reading side;
//! `generated` compares the files with what the writing side gives today. To write them anew:
//! `KEYWARD_WRITE_VECTORS=1 cargo test -p keyward-protocol --lib vectors`.

#[path = "../tests/common/mod.rs"]
mod common;
mod make;
mod make_attestation;
mod make_kit;
mod make_recovery;
mod make_sharing;
mod make_statements;
mod run;

use serde_json::{Value, json};
use std::path::PathBuf;

/// One file: its cases, each checked as it is added.
struct Section {
    name: &'static str,
    cases: Vec<Value>,
}

impl Section {
    fn new(name: &'static str) -> Self {
        Self { name, cases: Vec::new() }
    }

    /// Adds a case and checks that it comes out as expected.
    #[expect(clippy::needless_pass_by_value, reason = "every caller makes the input for this")]
    fn case(&mut self, name: &str, operation: &str, input: Value, expect: &str) {
        let out = run::run(operation, &input);
        assert_eq!(out, expect, "{}: {name}", self.name);
        self.cases
            .push(json!({ "name": name, "operation": operation, "input": input, "out": out }));
    }

    /// Adds a case whose result is computed by the reading side itself (derivations).
    fn answer(&mut self, name: &str, operation: &str, input: Value) {
        let out = run::run(operation, &input);
        assert!(out.starts_with("ok"), "{}: {name}: {out}", self.name);
        self.case(name, operation, input, &out);
    }

    fn text(&self) -> String {
        let value = json!({ "section": self.name, "protocol": 1, "cases": self.cases });
        serde_json::to_string_pretty(&value).unwrap() + "\n"
    }
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(format!("{name}.json"))
}

fn sections() -> Vec<Section> {
    [
        make::sections(),
        make_statements::sections(),
        make_attestation::sections(),
        make_kit::sections(),
        make_recovery::sections(),
        make_sharing::sections(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn generated() {
    let write = std::env::var_os("KEYWARD_WRITE_VECTORS").is_some();
    for section in sections() {
        let path = path(section.name);
        if write {
            std::fs::write(&path, section.text()).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap();
        assert!(stored == section.text(), "{} differs from what is generated", path.display());
    }
}

#[test]
fn check() {
    let mut cases = 0;
    for section in sections() {
        let stored = std::fs::read_to_string(path(section.name)).unwrap();
        let file: Value = serde_json::from_str(&stored).unwrap();
        let (mut accepted, mut refused) = (0, 0);
        for case in file["cases"].as_array().unwrap() {
            let operation = case["operation"].as_str().unwrap();
            let out = run::run(operation, &case["input"]);
            assert_eq!(out, case["out"].as_str().unwrap(), "{}: {}", section.name, case["name"]);
            if out.starts_with("ok") {
                accepted += 1
            } else {
                refused += 1
            }
            cases += 1;
        }
        assert!(accepted > 0, "{} accepts something", section.name);
        assert!(refused > 0 || section.name == "domain", "{} refuses something", section.name);
    }
    assert!(cases > 100, "{cases} cases");
}
