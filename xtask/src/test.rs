//! Everything CI checks, step by step, each timed. Tests and stories all run, also after one failed.

use std::time::{Duration, Instant};

use crate::process::{cargo, command, in_ci, npm, root, run as run_command};
use crate::tests_of::{self, FEATURES, Tally, TestProgram};
use crate::{Outcome, bindings, graph, sbom, screens, setup, stories};

/// Packages whose tests wait for nothing outside themselves: what fails there, perhaps for one random seed only, has
/// one try.
const PURE: [&str; 4] =
    ["keyward-protocol", "keyward-records", "keyward-relay-api", "keyward-testkit"];

/// The package whose tests open windows.
const STORIES: &str = "keyward-stories";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only the tests, without formatting, lints and supply-chain checks.
    #[arg(long)]
    only_tests: bool,
    /// Leave out the stories in real windows.
    #[arg(long)]
    no_stories: bool,
    /// Only the stories in real windows.
    #[arg(long, conflicts_with = "no_stories")]
    only_stories: bool,
}

/// Runs all steps and prints the figures as its last line.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut steps = Steps::default();
    let outcome = all_steps(arguments, &mut steps);
    steps.print();
    let tally = &steps.tally;
    for line in tally.skipped.iter().chain(&tally.unsteady) {
        println!("{line}");
    }
    let outcome = outcome.and_then(|()| verdict(tally, in_ci()));
    if let Err(sentence) = &outcome {
        println!("FAILED: {sentence}");
    }
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.all_skipped());
    outcome
}

fn all_steps(arguments: &Arguments, steps: &mut Steps) -> Outcome {
    steps.step("set-up", |_| setup::all())?;
    let checks = !arguments.only_tests && !arguments.only_stories;
    if checks {
        steps.step("format", |_| {
            run_command("cargo fmt", cargo().args(["fmt", "--all", "--check"]))
        })?;
        steps.step("dependency graph", |_| graph::run())?;
        steps.step("licences, bans, sources, advisories", deny)?;
        steps.step("interface: advisories", |_| sbom::audit())?;
    }
    if !arguments.only_stories {
        steps.step("interface: types, lint, tests", |_| interface_check())?;
    }
    steps.step("interface: build", |_| build_interface())?;
    steps.step("interface: build with invented data", |_| screens::build_gallery())?;
    if checks {
        steps.step("lints", |_| clippy())?;
    }
    steps.step("build", |_| build_programs())?;
    let programs = steps.step("build tests", |_| tests_of::build())?;
    steps.step("bindings", |_| bindings::compare(&programs))?;
    let (told, crates): (Vec<_>, Vec<_>) =
        programs.into_iter().partition(|program| program.package == STORIES);
    // A failure keeps nothing from being run: one run tells everything that is to be mended.
    let mut outcomes = Vec::new();
    if !arguments.only_stories {
        outcomes.push(steps.step("tests", |tally| crate_tests(&crates, tally)));
        outcomes.push(steps.step("examples in the documentation", documentation));
    }
    if !arguments.no_stories {
        outcomes.push(steps.step("stories", |tally| in_windows(&told, tally)));
    }
    all_of(outcomes)
}

fn crate_tests(programs: &[TestProgram], tally: &mut Tally) -> Outcome {
    run_all(programs, tally, |program| match PURE.contains(&program.package.as_str()) {
        true => tests_of::run(program, &[]),
        false => tests_of::run_steadily(program, &[]),
    })
}

fn documentation(tally: &mut Tally) -> Outcome {
    let result = tests_of::run_doctests()?;
    let failed = result.failed;
    tally.add(result);
    if failed == 0 { Ok(()) } else { Err(format!("{failed} examples failed")) }
}

fn in_windows(programs: &[TestProgram], tally: &mut Tally) -> Outcome {
    let (told, failed) = stories::run(programs)?;
    tally.add(told);
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

/// Every failure in one sentence.
fn all_of(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
    let failures: Vec<String> = outcomes.into_iter().filter_map(Result::err).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("; ")) }
}

/// In CI a skipped test is a failure: it says nothing about the code.
fn verdict(tally: &Tally, ci: bool) -> Outcome {
    if ci && tally.all_skipped() > 0 {
        return Err(format!(
            "{} tests were skipped, which CI does not accept",
            tally.all_skipped()
        ));
    }
    Ok(())
}

fn run_all(
    programs: &[TestProgram],
    tally: &mut Tally,
    run: impl Fn(&TestProgram) -> Outcome<Tally>,
) -> Outcome {
    let mut failed = Vec::new();
    for program in programs {
        let result = run(program)?;
        if result.failed > 0 {
            failed.push(format!("{} {}", program.package, program.target));
        }
        tally.add(result);
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn clippy() -> Outcome {
    let mut clippy = cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--all-features", "--locked"]);
    run_command("cargo clippy", clippy.args(["--", "--deny", "warnings"]))
}

/// cargo-deny; where it cannot be had that is a skipped check.
fn deny(tally: &mut Tally) -> Outcome {
    if let Err(sentence) = setup::deny() {
        tally.skipped.push(format!("skipped: {sentence}"));
        return Ok(());
    }
    let mut check = command(setup::tool_path("cargo-deny"));
    check.args(["--workspace", "--log-level", "error", "--locked", "check"]);
    run_command("cargo deny", check.args(["licenses", "bans", "sources"]))?;
    let mut fetch = command(setup::tool_path("cargo-deny"));
    fetch.args(["--log-level", "error", "fetch", "db"]);
    let reachable = run_command("advisories", &mut fetch).is_ok();
    if !reachable {
        // An online list of somebody else's: its absence says nothing about this code.
        println!("The advisory database is out of reach; advisories were not checked.");
        return Ok(());
    }
    let mut advisories = command(setup::tool_path("cargo-deny"));
    advisories.args(["--workspace", "--log-level", "error", "--frozen", "check", "advisories"]);
    run_command("cargo deny advisories", &mut advisories)
}

fn has_interface() -> bool {
    root().join("ui/package-lock.json").is_file() && root().join("ui/src").is_dir()
}

fn interface_check() -> Outcome {
    if has_interface() { run_command("npm run check", &mut npm(&["run", "check"])) } else { Ok(()) }
}

/// Builds the interface into ui/dist, where the app embeds it from.
pub(crate) fn build_interface() -> Outcome {
    if has_interface() { run_command("npm run build", &mut npm(&["run", "build"])) } else { Ok(()) }
}

/// Builds the app and every tool the stories start.
pub(crate) fn build_programs() -> Outcome {
    let mut build = cargo();
    build.args(["build", "--workspace", "--bins", "--locked", "--features", FEATURES]);
    run_command("cargo build", &mut build)
}

#[derive(Default)]
struct Steps {
    done: Vec<(String, Duration)>,
    tally: Tally,
}

impl Steps {
    fn step<T>(&mut self, name: &str, work: impl FnOnce(&mut Tally) -> Outcome<T>) -> Outcome<T> {
        println!("── {name}");
        let start = Instant::now();
        let outcome = work(&mut self.tally);
        self.done.push((name.to_owned(), start.elapsed()));
        outcome.map_err(|sentence| format!("{name}: {sentence}"))
    }

    fn print(&self) {
        println!("── times");
        for (name, time) in &self.done {
            println!("{:>7.1} s  {name}", time.as_secs_f64());
        }
        let all: Duration = self.done.iter().map(|(_, time)| *time).sum();
        println!("{:>7.1} s  in all", all.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ci_does_not_accept_a_skipped_test() {
        let skipped = Tally { skipped: vec!["skipped: no data".into()], ..Tally::default() };
        assert!(verdict(&skipped, false).is_ok());
        assert!(verdict(&skipped, true).is_err());
        let ignored = Tally { ignored: 1, ..Tally::default() };
        assert!(verdict(&ignored, true).is_err());
    }
}
