//! Fuzzing of the decoders: coverage-guided on a nightly toolchain, else with random and mutated
//! input on the stable one.

use std::path::PathBuf;

use crate::process::{cargo, command, root, run as run_command};
use crate::{Outcome, setup};

/// Where cargo-fuzz finds its targets.
fn home() -> PathBuf {
    root().join("crates/protocol/fuzz")
}

/// Spreads `seconds` evenly over all targets.
pub(crate) fn run(seconds: u64) -> Outcome {
    match setup::fuzz() {
        Ok(()) if home().join("Cargo.toml").is_file() => coverage_guided(seconds),
        Ok(()) => Err("crates/protocol/fuzz has no targets".into()),
        Err(sentence) => {
            println!("No coverage-guided fuzzing here ({sentence}).");
            println!("The property tests of the decoders run longer on the stable toolchain.");
            stable(seconds)
        }
    }
}

fn coverage_guided(seconds: u64) -> Outcome {
    let targets = targets()?;
    let each = (seconds / targets.len().max(1) as u64).max(1);
    for target in &targets {
        println!("{target}: {each} s");
        let mut fuzz = command("rustup");
        fuzz.args(["run", setup::NIGHTLY]).arg(setup::tool_path("cargo-fuzz")).arg("run");
        fuzz.arg("--fuzz-dir").arg(home()).arg(target).arg("--");
        fuzz.arg(format!("-max_total_time={each}")).args(["-rss_limit_mb=2048", "-verbosity=0"]);
        run_command(target, &mut fuzz)?;
    }
    Ok(())
}

fn targets() -> Outcome<Vec<String>> {
    let dir = home().join("fuzz_targets");
    let entries = std::fs::read_dir(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
        .collect();
    names.sort();
    Ok(names)
}

/// The same harnesses as property tests; about ten thousand cases a second.
fn stable(seconds: u64) -> Outcome {
    let mut tests = cargo();
    tests.args(["test", "--release", "--locked", "--package", "keyward-protocol", "fuzz"]);
    tests.env("PROPTEST_CASES", (seconds * 10_000).to_string());
    tests.env("BOLERO_RANDOM_TEST_TIME_MS", (seconds * 1000).to_string());
    run_command("the property tests", &mut tests)
}
