//! Coverage-guided fuzzing of the decoders, one process at a time; where no nightly toolchain can be had,
//! the same decoders with random and mutated input on the stable one.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use crate::process::{cargo, command, output, root, run as run_command, target as built};
use crate::{Outcome, fuzzed, setup};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Say which target feeds which decoders, and fail if a decoder has none.
    #[arg(long)]
    list: bool,
    /// For how long in all.
    #[arg(long, default_value_t = 60, conflicts_with = "executions")]
    seconds: u64,
    /// How many executions of every decoder, instead: a target that feeds several, one at a time, gets so
    /// many times as many.
    #[arg(long)]
    executions: Option<u64>,
    /// Only these, as CRATE/TARGET or CRATE.
    #[arg(long)]
    only: Vec<String>,
    /// Build and stop.
    #[arg(long)]
    build: bool,
}

/// A fuzz target: the crate it belongs to, the folder cargo-fuzz works in, its name.
struct Target {
    package: String,
    home: PathBuf,
    name: String,
}

impl Target {
    fn title(&self) -> String {
        format!("{}/{}", self.package, self.name)
    }
}

/// Lists, builds or runs.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut targets = targets()?;
    if arguments.list {
        return fuzzed::list(&titles()?);
    }
    if !arguments.only.is_empty() {
        targets.retain(|target| {
            arguments.only.iter().any(|only| *only == target.title() || *only == target.package)
        });
    }
    if let Err(sentence) = setup::fuzz() {
        println!("No coverage-guided fuzzing here ({sentence}).");
        println!("The property tests of the decoders run longer on the stable toolchain.");
        return stable(arguments.seconds);
    }
    build(&targets)?;
    if arguments.build {
        return Ok(());
    }
    let each = (arguments.seconds / targets.len().max(1) as u64).max(1);
    let bound = |target: &Target| match arguments.executions {
        Some(executions) => {
            format!("-runs={}", executions.saturating_mul(fuzzed::decoders(&target.title())))
        }
        None => format!("-max_total_time={each}"),
    };
    // One that finds something does not keep the others from being looked at.
    let found: Vec<String> = targets
        .iter()
        .filter_map(|target| run_one(target, &bound(target)).err().map(|error| (target, error)))
        .map(|(target, error)| format!("{} ({error})", target.title()))
        .collect();
    if found.is_empty() { Ok(()) } else { Err(format!("found something: {}", found.join(", "))) }
}

/// Builds with the product's own versions of everything, all crates into one folder.
fn build(targets: &[Target]) -> Outcome {
    let mut homes: Vec<&Path> = targets.iter().map(|target| target.home.as_path()).collect();
    homes.dedup();
    for home in homes {
        std::fs::copy(root().join("Cargo.lock"), home.join("Cargo.lock"))
            .map_err(|error| format!("{}: {error}", home.display()))?;
        let mut fuzz = command("rustup");
        fuzz.args(["run", setup::NIGHTLY]).arg(setup::tool_path("cargo-fuzz"));
        // The crates forbid `unsafe`; without the sanitizer ten times as much is tried in the same time.
        fuzz.args(["build", "--sanitizer", "none", "--fuzz-dir"]).arg(home);
        fuzz.arg("--target-dir").arg(folder("build"));
        run_command("building the fuzz targets", &mut fuzz)?;
    }
    Ok(())
}

/// `target/fuzz/WHAT`: programs, grown corpora and findings; none of it is kept.
fn folder(what: &str) -> PathBuf {
    built().join("fuzz").join(what)
}

fn run_one(target: &Target, bound: &str) -> Outcome {
    let title = target.title();
    let (grown, findings) = (folder("corpus").join(&title), folder("findings").join(&title));
    for made in [&grown, &findings] {
        std::fs::create_dir_all(made).map_err(|error| error.to_string())?;
    }
    let mut program = command(program(&target.name)?);
    program.arg(&grown);
    let seeds = target.home.join("corpus").join(&target.name);
    if seeds.is_dir() {
        program.arg(seeds);
    }
    program.arg(bound).arg(format!("-artifact_prefix={}/", findings.display()));
    program.args(["-print_final_stats=1", "-rss_limit_mb=2048", "-timeout=20", "-verbosity=0"]);
    let dictionary = target.home.join("dictionaries").join(&target.name);
    if dictionary.is_file() {
        program.arg(format!("-dict={}", dictionary.display()));
    }
    let start = Instant::now();
    let said = program.stdout(Stdio::inherit()).stderr(Stdio::piped()).output();
    let said = said.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&said.stderr);
    let executions = text
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))
        .and_then(|number| number.trim().parse().ok());
    println!("{}, {:.0} s", figures(&title, executions), start.elapsed().as_secs_f64());
    if said.status.success() {
        return Ok(());
    }
    let tail: Vec<&str> = text.lines().rev().take(25).collect();
    tail.iter().rev().for_each(|line| println!("  {line}"));
    Err(format!("see {}", findings.display()))
}

/// How many executions there were, and how many of them each decoder had: the first byte of an input
/// chooses one, so that is a mean.
fn figures(title: &str, executions: Option<u64>) -> String {
    let decoders = fuzzed::decoders(title);
    match executions {
        None => format!("{title}: ? executions"),
        Some(all) if decoders == 1 => format!("{title}: {all} executions"),
        Some(all) => format!(
            "{title}: {all} executions, {} for each of {decoders} decoders on average",
            all / decoders
        ),
    }
}

/// Where cargo-fuzz puts a program: below the host's triple.
fn program(name: &str) -> Outcome<PathBuf> {
    let version = output("rustc", command("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    Ok(folder("build").join(host).join("release").join(name))
}

/// CRATE/TARGET of every target.
pub(crate) fn titles() -> Outcome<Vec<String>> {
    Ok(targets()?.iter().map(Target::title).collect())
}

/// Every target under `crates/*/fuzz/fuzz_targets`, by crate and name.
fn targets() -> Outcome<Vec<Target>> {
    let mut found = Vec::new();
    for package in names(&root().join("crates"))? {
        let home = root().join("crates").join(&package).join("fuzz");
        if !home.join("Cargo.toml").is_file() {
            continue;
        }
        for file in names(&home.join("fuzz_targets"))? {
            if let Some(name) = file.strip_suffix(".rs") {
                found.push(Target {
                    package: package.clone(),
                    home: home.clone(),
                    name: name.to_owned(),
                });
            }
        }
    }
    if found.is_empty() { Err("no crate has fuzz targets".into()) } else { Ok(found) }
}

/// The names in a folder, sorted.
fn names(dir: &Path) -> Outcome<Vec<String>> {
    let entries = std::fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}

/// The same harnesses as property tests; about ten thousand cases a second.
fn stable(seconds: u64) -> Outcome {
    let mut tests = cargo();
    tests.args(["test", "--release", "--locked", "fuzz"]);
    for package in ["keyward-protocol", "keyward-records", "keyward-viewer"] {
        tests.args(["--package", package]);
    }
    tests.env("PROPTEST_CASES", (seconds * 10_000).to_string());
    tests.env("KEYWARD_FUZZ_SECONDS", (seconds / 8 + 1).to_string());
    run_command("the property tests", &mut tests)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_those_of_one_decoder() {
        assert_eq!(figures("viewer/pdf", Some(7)), "viewer/pdf: 7 executions");
        let said = figures("relay-api/bodies", Some(550));
        assert_eq!(said, "relay-api/bodies: 550 executions, 10 for each of 55 decoders on average");
        assert_eq!(figures("viewer/pdf", None), "viewer/pdf: ? executions");
    }
}
