//! `docs/mutants.md`: a section a file. What the command counts it writes anew; why a mutant survives a person has
//! written behind it, and that is kept as long as the mutant and the line it changes are the same.

use std::collections::BTreeMap;
use std::path::Path;

use super::Tally;
use crate::Outcome;
use crate::process::root;

const PAGE: &str = "docs/mutants.md";
const HEAD: &str = "\
# Mutation testing

`cargo xtask mutants [--package P] [--file F]` changes the code in small ways, one at a time, and sees whether a test of the package notices. It is
slow and not part of CI. The command writes this page, a section for each file it was run on; a file without a section was not run. A change
that no test noticed is named, with the line it was made in and the reason why there is no test for it. Changes that do not compile tell nothing; one
that ran out of time made something go on for ever, or nearly.
";
/// In place of a reason.
const NONE: &str = "**no reason yet**";

/// Writes the section of a file, and gives how many survivors in it have no reason.
pub(super) fn write(file: &Path, tally: &Tally) -> Outcome<usize> {
    let path = root().join(PAGE);
    let source = std::fs::read_to_string(root().join(file))
        .map_err(|error| format!("{}: {error}", file.display()))?;
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let (page, unexplained) = merged(&before, &file.display().to_string(), &source, tally);
    std::fs::write(&path, page).map_err(|error| format!("{PAGE}: {error}"))?;
    Ok(unexplained)
}

fn merged(before: &str, file: &str, source: &str, tally: &Tally) -> (String, usize) {
    let mut sections: BTreeMap<&str, String> = before
        .split("\n## ")
        .skip(1)
        .filter_map(|section| section.split_once('\n'))
        .map(|(name, body)| (name, body.trim().to_owned()))
        .collect();
    let old = sections.remove(file).unwrap_or_default();
    let mut body = counts(tally);
    let mut unexplained = 0;
    for mutant in &tally.missed {
        let prefix = prefix(mutant, source);
        let reason = old.lines().find_map(|line| line.strip_prefix(prefix.as_str()));
        let reason = reason.unwrap_or(NONE);
        unexplained += usize::from(reason == NONE);
        body.push_str(&format!("\n{prefix}{reason}"));
    }
    sections.insert(file, body);
    let mut page = HEAD.to_owned();
    for (name, body) in sections {
        page.push_str(&format!("\n## {name}\n\n{body}\n"));
    }
    (page, unexplained)
}

fn counts(tally: &Tally) -> String {
    let Tally { caught, unviable, missed, timeouts } = tally;
    let (missed, timeouts) = (missed.len(), timeouts.len());
    let all = caught + unviable + missed + timeouts;
    let after = if missed == 0 { "." } else { ":\n" };
    format!(
        "{all} changes: {caught} noticed, {unviable} do not compile, {timeouts} ran out of time, {missed} not noticed{after}"
    )
}

/// What stands before the reason: the change and the line it is made in. Line numbers would change with every edit.
fn prefix(mutant: &str, source: &str) -> String {
    let mut parts = mutant.splitn(4, ':');
    let number: usize = parts.nth(1).and_then(|line| line.parse().ok()).unwrap_or_default();
    let what = parts.nth(1).unwrap_or(mutant).trim();
    let line = source.lines().nth(number.saturating_sub(1)).unwrap_or_default().trim();
    format!("- `{what}`, at `{line}`: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "fn one() {\n    a == b\n}\n";

    fn tally(missed: &[&str]) -> Tally {
        let missed = missed.iter().map(|&name| name.to_owned()).collect();
        Tally { caught: 3, unviable: 1, missed, timeouts: Vec::new() }
    }

    #[test]
    fn a_reason_is_kept_while_mutant_and_line_are_the_same() {
        let mutant = "a.rs:2:7: replace == with != in one";
        let (page, unexplained) = merged("", "a.rs", SOURCE, &tally(&[mutant]));
        assert_eq!(unexplained, 1);
        assert!(page.contains("5 changes: 3 noticed, 1 do not compile, 0 ran out of time, 1 not"));
        let page = page.replace(NONE, "both are the same: see there.");
        let (other, _) = merged(&page, "b.rs", "", &tally(&[]));
        let moved = format!("\n{SOURCE}");
        let mutant = "a.rs:3:7: replace == with != in one";
        let (page, unexplained) = merged(&other, "a.rs", &moved, &tally(&[mutant]));
        assert_eq!((page.as_str(), unexplained), (other.as_str(), 0));
        assert!(page.contains("in one`, at `a == b`: both are the same: see there."));
        let changed = SOURCE.replace("a ==", "c ==");
        let mutant = "a.rs:2:7: replace == with != in one";
        assert_eq!(merged(&page, "a.rs", &changed, &tally(&[mutant])).1, 1, "another line");
    }

    #[test]
    fn a_file_whose_survivors_are_gone_names_none() {
        let (page, _) = merged("", "a.rs", SOURCE, &tally(&["a.rs:2:7: replace x"]));
        let (page, unexplained) = merged(&page, "a.rs", SOURCE, &tally(&[]));
        assert_eq!(unexplained, 0);
        assert!(!page.contains("replace x") && page.ends_with("0 not noticed.\n"));
    }
}
