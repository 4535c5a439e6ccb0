//! Deaths of processes at random moments and at every write point, in numbers that take longer than CI
//! has.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::process::{cargo, target};
use crate::{Outcome, setup, test, tests_of};

/// The whole path: a device and a relay, and an app in its windows. Dies a hundred times slower.
const STORY: &str = "keyward-stories";
/// The stores by themselves, with their share of the deaths in hundredths. The story gets the rest.
const STORES: [(&str, u32); 3] =
    [("keyward-vault", 45), ("keyward-relay", 24), ("keyward-authority", 30)];
/// The story gets at least so many.
const FEWEST: u32 = 12;
/// The vault's sweep: every write point of one life, each end of it. It says itself how many that were.
const SWEEP: &str = "a_death_at_every_write_point_loses_nothing_acknowledged";
/// What a test prints in front of the number of deaths it brought about.
const SAID: &str = "deaths: ";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many deaths in all: 45 of a hundred go to the vault, 30 to the register, 24 to the relay, the rest
    /// (at least 12) to the story in processes of its own. The sweep over every write point of the vault and
    /// the three deaths of the app in its windows come on top. The last line says how many there were.
    #[arg(long, default_value_t = 200, verbatim_doc_comment)]
    count: u32,
    /// Only this package: keyward-vault, keyward-relay, keyward-authority or keyward-stories; gets them all.
    #[arg(long)]
    only: Option<String>,
}

/// Brings about the deaths, store by store, and says how many there were.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut total = 0;
    for (package, count) in parts(arguments)? {
        if package == STORY {
            setup::for_windows()?;
            test::build_interface()?;
            test::build_programs()?;
        }
        let mut said = deaths(package, "kills", None, count)?;
        if package == "keyward-vault" {
            said += deaths(package, "disk", Some(SWEEP), count)?;
        }
        println!("{package}: {said} deaths");
        total += said;
    }
    println!("{total} deaths in all, nothing acknowledged was lost");
    Ok(())
}

/// Which package gets how many.
fn parts(arguments: &Arguments) -> Outcome<Vec<(&'static str, u32)>> {
    let count = arguments.count;
    let share = |hundredths: u32| u64::from(count) * u64::from(hundredths) / 100;
    let mut parts: Vec<(&str, u32)> = STORES
        .iter()
        .map(|(package, hundredths)| (*package, u32::try_from(share(*hundredths)).unwrap_or(count)))
        .collect();
    let given: u32 = parts.iter().map(|(_, count)| count).sum();
    parts.push((STORY, count.saturating_sub(given).max(FEWEST)));
    let Some(only) = &arguments.only else { return Ok(parts) };
    parts.retain(|(package, _)| package == only);
    parts.iter_mut().for_each(|part| part.1 = count);
    if parts.is_empty() { Err(format!("{only} kills nothing")) } else { Ok(parts) }
}

/// Runs one test program of one package, and gives how many deaths it says it brought about.
fn deaths(package: &str, program: &str, only: Option<&str>, count: u32) -> Outcome<u64> {
    let mut test = cargo();
    test.args(["test", "--workspace", "--locked", "--features", tests_of::FEATURES]);
    // Chosen by leaving out the others: so everything is built with the features the other tests have.
    let packages = STORES.iter().map(|(package, _)| *package).chain([STORY]);
    for other in packages.filter(|other| *other != package) {
        test.args(["--exclude", other]);
    }
    test.args(["--test", program, "--"]).args(only);
    test.args(["--nocapture", "--test-threads=1"]);
    test.env("KEYWARD_KILLS", count.to_string()).env("KEYWARD_BIN_DIR", target().join("debug"));
    let what = format!("{count} deaths of {package}, {program}");
    let failed = |error: std::io::Error| format!("{what}: {error}");
    let mut child = test.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let stdout = child.stdout.take().ok_or("a test has no output")?;
    let mut said = None;
    for line in BufReader::new(stdout).lines() {
        let line = line.map_err(failed)?;
        if let Some(number) = number(&line) {
            said = Some(said.unwrap_or(0) + number);
        }
        println!("{line}");
    }
    let status = child.wait().map_err(failed)?;
    if !status.success() {
        return Err(format!("{what} failed ({status})"));
    }
    said.ok_or_else(|| format!("{what}: it does not say how many there were"))
}

/// The number in a line such as `test NAME ... deaths: 12`.
fn number(line: &str) -> Option<u64> {
    line.split_once(SAID)?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(count: u32, only: Option<&str>) -> Vec<(&'static str, u32)> {
        parts(&Arguments { count, only: only.map(str::to_owned) }).expect("known packages")
    }

    #[test]
    fn the_deaths_are_as_many_as_were_asked_for_and_few_are_in_the_story() {
        for count in [1_200, 10_000, 10_007] {
            let parts = of(count, None);
            assert_eq!(parts.iter().map(|(_, count)| count).sum::<u32>(), count);
            assert!(parts[3].1 <= count / 100 + 3, "{parts:?}");
        }
        assert_eq!(of(200, None)[3], (STORY, FEWEST));
        assert_eq!(of(200, Some("keyward-relay")), [("keyward-relay", 200)]);
        assert!(parts(&Arguments { count: 1, only: Some("keyward".into()) }).is_err());
    }

    #[test]
    fn a_number_is_found_behind_the_name_of_the_test() {
        assert_eq!(number("test what_was_acknowledged ... deaths: 45"), Some(45));
        assert_eq!(number("deaths: 3"), Some(3));
        assert_eq!(number("45 deaths, seed 9"), None);
    }
}
