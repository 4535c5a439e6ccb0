//! Builds all test programs once and runs them one by one, counting what happened.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::Outcome;
use crate::process::{cargo, command, root};

/// The features everything is built with, so that nothing is built twice.
pub(crate) const FEATURES: &str = "keyward/embed-ui";

/// One built test program.
#[derive(Debug, Clone)]
pub(crate) struct TestProgram {
    /// The package.
    pub(crate) package: String,
    /// Name of the target within the package.
    pub(crate) target: String,
    /// The package's folder, where the program expects to run.
    pub(crate) folder: PathBuf,
    /// The program.
    pub(crate) path: PathBuf,
}

/// How many tests ended how.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) ignored: u64,
    /// The `skipped: ...` lines tests printed: one per test that could not do its work.
    pub(crate) skipped: Vec<String>,
    /// Names of the tests that failed.
    pub(crate) failures: Vec<String>,
    /// Tests that failed and passed when they were run once more.
    pub(crate) unsteady: Vec<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
        self.skipped.extend(other.skipped);
        self.failures.extend(other.failures);
        self.unsteady.extend(other.unsteady);
    }

    /// Tests that say nothing about the code: skipped or ignored.
    pub(crate) fn all_skipped(&self) -> u64 {
        self.ignored + self.skipped.len() as u64
    }

    fn note(&mut self, line: &str) {
        let line = line.trim();
        if let Some(counts) = line.strip_prefix("test result: ") {
            for part in counts.split([';', '.']) {
                let mut words = part.split_whitespace();
                let (Some(number), Some(kind)) = (words.next(), words.next()) else { continue };
                let Ok(number) = number.parse::<u64>() else { continue };
                match kind {
                    "passed" => self.passed += number,
                    "failed" => self.failed += number,
                    "ignored" => self.ignored += number,
                    _ => {}
                }
            }
        } else if line.starts_with("skipped:") {
            self.skipped.push(line.to_owned());
        } else if let Some(name) = failed_test(line) {
            self.failures.push(name.to_owned());
        }
    }
}

/// The test of a line such as `test module::name ... FAILED`.
fn failed_test(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix(" ... FAILED")
}

/// Builds every test of the workspace.
pub(crate) fn build() -> Outcome<Vec<TestProgram>> {
    let mut child = cargo()
        .args(["test", "--workspace", "--no-run", "--locked", "--features", FEATURES])
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cargo test: {error}"))?;
    let mut programs = Vec::new();
    let stdout = child.stdout.take().ok_or("cargo test has no output")?;
    for line in BufReader::new(stdout).lines() {
        let line = line.map_err(|error| error.to_string())?;
        if let Some(program) = serde_json::from_str(&line).ok().as_ref().and_then(program_in) {
            programs.push(program);
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if !status.success() {
        return Err("building the tests failed".into());
    }
    programs.sort_by(|a, b| (&a.package, &a.target).cmp(&(&b.package, &b.target)));
    Ok(programs)
}

fn program_in(message: &Value) -> Option<TestProgram> {
    if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
        return None;
    }
    let manifest = Path::new(message["manifest_path"].as_str()?);
    let folder = manifest.parent()?.to_path_buf();
    let id = message["package_id"].as_str()?;
    Some(TestProgram {
        package: package_name(id).to_owned(),
        target: message["target"]["name"].as_str()?.to_owned(),
        folder,
        path: PathBuf::from(message["executable"].as_str()?),
    })
}

/// The name in a package id such as `path+file:///x/crates/app#keyward-app@0.1.0`.
fn package_name(id: &str) -> &str {
    let (place, fragment) = id.split_once('#').unwrap_or(("", id));
    match fragment.split_once('@') {
        Some((name, _)) => name,
        None => place.rsplit('/').next().unwrap_or(place),
    }
}

/// Runs one test program. Shows its result line, and everything if a test failed.
pub(crate) fn run(program: &TestProgram, arguments: &[&str]) -> Outcome<Tally> {
    let mut child = command(&program.path)
        .current_dir(&program.folder)
        .env("CARGO_MANIFEST_DIR", &program.folder)
        .env("CARGO_PKG_NAME", &program.package)
        .env("KEYWARD_BIN_DIR", crate::process::target().join("debug"))
        .env("KEYWARD_GALLERY", crate::screens::gallery())
        .env("RUST_BACKTRACE", "1")
        .args(["--show-output"])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", program.path.display()))?;
    let mut tally = Tally::default();
    let mut transcript = Vec::new();
    let stdout = child.stdout.take().ok_or("a test has no output")?;
    for line in BufReader::new(stdout).lines() {
        let line = line.map_err(|error| error.to_string())?;
        tally.note(&line);
        transcript.push(line);
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    let name = format!("{} {}", program.package, program.target);
    if status.success() {
        println!("  {name}: {} passed", tally.passed);
        return Ok(tally);
    }
    let mut out = std::io::stdout().lock();
    for line in &transcript {
        // The terminal is gone if this fails; the outcome still says what happened.
        drop(writeln!(out, "{line}"));
    }
    if tally.failed == 0 {
        // It ended before libtest could count: aborted, killed, or out of stack.
        tally.failed = 1;
    }
    Ok(tally)
}

/// Runs one program. What failed is run once more by itself: stories and tests wait for real windows, services and
/// keyrings, which a machine under load can starve. What passes then is named, never hidden.
pub(crate) fn run_steadily(program: &TestProgram, arguments: &[&str]) -> Outcome<Tally> {
    let mut tally = run(program, arguments)?;
    once_more(program, &mut tally)?;
    Ok(tally)
}

/// Runs what failed in `tally`, tests of `program`, again, each by itself.
pub(crate) fn once_more(program: &TestProgram, tally: &mut Tally) -> Outcome {
    let failures = std::mem::take(&mut tally.failures);
    if failures.len() as u64 != tally.failed {
        return Ok(());
    }
    for name in failures {
        println!("  {} {}: {name} once more", program.package, program.target);
        let again = run(program, &["--exact", &name])?;
        if again.failed == 0 && again.passed == 1 {
            tally.failed -= 1;
            tally.passed += 1;
            tally.unsteady.push(format!("unsteady: {} {name}", program.target));
        }
    }
    Ok(())
}

/// The names of a program's tests.
pub(crate) fn names(program: &TestProgram) -> Outcome<Vec<String>> {
    let mut list = command(&program.path);
    let output = list.args(["--list", "--format", "terse"]).output();
    let output = output.map_err(|error| format!("{}: {error}", program.path.display()))?;
    if !output.status.success() {
        return Err(format!("{}: its tests could not be listed", program.path.display()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

/// Runs the examples in the documentation.
pub(crate) fn run_doctests() -> Outcome<Tally> {
    let output = cargo()
        .args(["test", "--workspace", "--doc", "--locked", "--quiet", "--features", FEATURES])
        .current_dir(root())
        .output()
        .map_err(|error| format!("cargo test --doc: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut tally = Tally::default();
    text.lines().for_each(|line| tally.note(line));
    if !output.status.success() {
        print!("{text}{}", String::from_utf8_lossy(&output.stderr));
        tally.failed = tally.failed.max(1);
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_and_skips_are_counted() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished",
            "skipped: no vectors in ../shared/data",
            "test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out",
            "test stories::that_ends ... ok",
            "test stories::that_fails ... FAILED",
        ] {
            tally.note(line);
        }
        assert_eq!((tally.passed, tally.failed, tally.ignored), (5, 4, 1));
        assert_eq!(tally.all_skipped(), 2);
        assert_eq!(tally.failures, ["stories::that_fails"]);
    }

    #[test]
    fn package_ids_give_names() {
        assert_eq!(package_name("path+file:///x/crates/app#keyward-app@0.1.0"), "keyward-app");
        assert_eq!(package_name("path+file:///x/xtask#0.1.0"), "xtask");
    }
}
