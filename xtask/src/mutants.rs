//! Mutation testing: changes the code in small ways and sees whether a test notices. Slow, and not part of
//! `cargo xtask test`. What came of it stands in `docs/mutants.md`.

mod page;

use std::path::{Path, PathBuf};

use crate::process::{command, root, target};
use crate::{Outcome, setup};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The package whose code is changed.
    #[arg(long, default_value = "keyward-protocol")]
    package: String,
    /// Only this file, as `crates/protocol/src/aead.rs` or, from the package's `src`, `aead.rs`. May be given
    /// again; otherwise all of the package.
    #[arg(long)]
    file: Vec<PathBuf>,
    /// Name the changes and stop.
    #[arg(long)]
    list: bool,
}

/// Not worth a test of its own: what is printed for developers, and stable codes (the catalogue of the interface is
/// compared with them elsewhere).
const LEFT_OUT: [&str; 3] = ["impl.*Debug", "impl.*Display", "fn code -> &'static str"];
/// Files that are tests themselves, or serve them.
const TESTS: [&str; 5] = ["tests", "fuzz", "timing", "vectors", "known_answers"];
/// Tests that need a desktop's keyring, run for minutes or start a program of their own, which is not built for this, see
/// nothing that the others do not.
const SKIPPED: [&str; 3] = ["secret_service", "crash", "every_part_of_the_generator"];

/// What became of the mutants of one file, as cargo-mutants names them.
#[derive(Default)]
struct Tally {
    caught: usize,
    unviable: usize,
    missed: Vec<String>,
    timeouts: Vec<String>,
}

/// Runs cargo-mutants file by file, and writes the page after each.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    setup::mutants()?;
    let package = Package::find(&arguments.package)?;
    let files = package.files(&arguments.file)?;
    if arguments.list {
        return files.iter().try_for_each(|file| {
            let mut mutants = package.mutants(file);
            crate::process::run("cargo mutants", mutants.arg("--list"))
        });
    }
    let mut unexplained = 0;
    for file in &files {
        println!("{}", file.display());
        let tally = package.tally(file)?;
        unexplained += page::write(file, &tally)?;
    }
    match unexplained {
        0 => Ok(()),
        n => Err(format!("{n} that survived have no reason in docs/mutants.md")),
    }
}

/// A package whose code is changed.
struct Package {
    name: String,
    /// From the project's folder.
    sources: PathBuf,
}

impl Package {
    fn find(name: &str) -> Outcome<Self> {
        let short = name.strip_prefix("keyward-").unwrap_or(name);
        let sources = Path::new("crates").join(short).join("src");
        if !root().join(&sources).is_dir() {
            return Err(format!("there is no {}", sources.display()));
        }
        Ok(Self { name: format!("keyward-{short}"), sources })
    }

    /// The files asked for, from the project's folder; all if none is.
    fn files(&self, asked: &[PathBuf]) -> Outcome<Vec<PathBuf>> {
        if asked.is_empty() {
            let mut all = Vec::new();
            collect(&self.sources, &mut all)?;
            all.sort();
            return Ok(all);
        }
        asked
            .iter()
            .map(|file| {
                [file.clone(), self.sources.join(file)]
                    .into_iter()
                    .find(|path| path.starts_with(&self.sources) && root().join(path).is_file())
                    .ok_or_else(|| format!("{} is no file of {}", file.display(), self.name))
            })
            .collect()
    }

    /// cargo-mutants on one file.
    fn mutants(&self, file: &Path) -> std::process::Command {
        let mut mutants = command(setup::tool_path("cargo-mutants"));
        // Dependencies are built once, not in each copy of the tree.
        mutants.env("CARGO_TARGET_DIR", target().join("mutants/build"));
        mutants.args(["mutants", "--package", &self.name, "--gitignore", "true"]);
        mutants.args(["--cap-lints", "true", "--colors", "never"]);
        mutants.arg("--file").arg(file);
        for name in LEFT_OUT {
            mutants.args(["--exclude-re", name]);
        }
        mutants
    }

    /// The file's own tests first: they build and run in seconds and notice most. Then all of the package for what
    /// survived them.
    fn tally(&self, file: &Path) -> Outcome<Tally> {
        let out = target().join("mutants").join(&self.name).join(file);
        if out.exists() {
            std::fs::remove_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
        }
        std::fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
        let module = file.strip_prefix(&self.sources).unwrap_or(file).with_extension("");
        let module = module.components().next().map(|part| part.as_os_str().to_owned());
        let mut first = self.round(file, &out);
        first.arg("--cargo-arg=--lib").args(["--", "--", "vectors"]).args(module);
        let mut tally = finish(&mut first, &out)?;
        if !tally.missed.is_empty() || !tally.timeouts.is_empty() {
            let mut second = self.round(file, &out);
            second.args(["--iterate", "--cargo-arg=--lib", "--cargo-arg=--tests", "--", "--"]);
            for name in SKIPPED {
                second.args(["--skip", name]);
            }
            let all = finish(&mut second, &out)?;
            tally = Tally {
                caught: tally.caught + all.caught,
                unviable: tally.unviable + all.unviable,
                ..all
            };
        }
        Ok(tally)
    }

    fn round(&self, file: &Path, out: &Path) -> std::process::Command {
        let mut mutants = self.mutants(file);
        mutants.arg("--output").arg(out);
        // Twenty times what a green run takes would let one endless loop eat a quarter of an hour.
        mutants.args(["--minimum-test-timeout", "60", "--timeout-multiplier", "4"]);
        mutants.arg("--cargo-arg=--locked");
        // Most of the time goes into building the package again and again.
        for setting in [&format!("package.{}.opt-level=0", self.name), "debug=false"] {
            mutants.arg(format!("--cargo-arg=--config=profile.dev.{setting}"));
        }
        mutants
    }
}

/// Runs one round and reads what it left behind.
fn finish(mutants: &mut std::process::Command, out: &Path) -> Outcome<Tally> {
    let status = mutants.status().map_err(|error| format!("cargo mutants: {error}"))?;
    // 2: some were missed, 3: some ran out of time.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        return Err(format!("cargo mutants failed ({status})"));
    }
    let lines = |name: &str| -> Outcome<Vec<String>> {
        let folder = out.join("mutants.out");
        if !folder.exists() {
            // Nothing in the file can be changed.
            return Ok(Vec::new());
        }
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(text.lines().map(str::to_owned).collect())
    };
    Ok(Tally {
        caught: lines("caught.txt")?.len(),
        unviable: lines("unviable.txt")?.len(),
        missed: lines("missed.txt")?,
        timeouts: lines("timeout.txt")?,
    })
}

/// The source files below a folder that are not tests.
fn collect(folder: &Path, into: &mut Vec<PathBuf>) -> Outcome {
    let read = std::fs::read_dir(root().join(folder));
    for entry in read.map_err(|error| format!("{}: {error}", folder.display()))? {
        let entry = entry.map_err(|error| error.to_string())?;
        let path = folder.join(entry.file_name());
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if TESTS.iter().any(|word| stem.starts_with(word)) {
            continue;
        }
        if entry.path().is_dir() {
            collect(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
    Ok(())
}
