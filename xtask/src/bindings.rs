//! The TypeScript types of what crosses between shell and interface: generated, committed, and
//! compared in CI.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::process::{cargo, command, root, run as run_command};
use crate::tests_of::TestProgram;

/// The test that writes the bindings where `TS_RS_EXPORT_DIR` says.
const EXPORT: &str = "export_bindings";
const PACKAGE: &str = "keyward-app";
const LIBRARY: &str = "keyward_app";

fn committed() -> PathBuf {
    root().join("ui/src/generated")
}

/// Writes the bindings, or with `check` only compares them.
pub(crate) fn run(check: bool) -> Outcome {
    let scratch = Scratch::new()?;
    let mut export = cargo();
    export.args(["test", "--quiet", "--package", PACKAGE, "--lib", EXPORT]);
    run_command("writing the bindings", export.env("TS_RS_EXPORT_DIR", &scratch.0))?;
    if check { same(&scratch.0) } else { replace(&scratch.0) }
}

/// Compares, using an already built test program.
pub(crate) fn compare(programs: &[TestProgram]) -> Outcome {
    let program = programs
        .iter()
        .find(|program| program.package == PACKAGE && program.target == LIBRARY)
        .ok_or("the bindings' test program is missing")?;
    let scratch = Scratch::new()?;
    let mut export = command(&program.path);
    export.current_dir(&program.folder).args(["--quiet", EXPORT]);
    run_command("writing the bindings", export.env("TS_RS_EXPORT_DIR", &scratch.0))?;
    same(&scratch.0)
}

fn same(fresh: &Path) -> Outcome {
    let (fresh, committed) = (files(fresh)?, files(&committed())?);
    let differing: Vec<&str> = fresh
        .keys()
        .chain(committed.keys())
        .filter(|name| fresh.get(*name) != committed.get(*name))
        .map(String::as_str)
        .collect();
    if differing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "ui/src/generated differs from the Rust types ({}); run `cargo xtask bindings`",
        differing.join(", ")
    ))
}

fn replace(fresh: &Path) -> Outcome {
    let dir = committed();
    std::fs::create_dir_all(&dir).map_err(|e| e.to_string())?;
    let wanted = files(fresh)?;
    for name in files(&dir)?.keys().filter(|name| !wanted.contains_key(*name)) {
        std::fs::remove_file(dir.join(name)).map_err(|e| e.to_string())?;
    }
    for (name, content) in &wanted {
        let path = dir.join(name);
        // An unchanged file keeps its time, so that nothing is built again for nothing.
        if std::fs::read_to_string(&path).ok().as_ref() == Some(content) {
            continue;
        }
        std::fs::create_dir_all(path.parent().unwrap_or(&dir)).map_err(|e| e.to_string())?;
        std::fs::write(path, content).map_err(|e| e.to_string())?;
    }
    println!("{} files in ui/src/generated", wanted.len());
    Ok(())
}

/// Relative name → content of every TypeScript file below `dir`.
fn files(dir: &Path) -> Outcome<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut open = vec![dir.to_path_buf()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.map_err(|e| e.to_string())?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "ts") {
                let name = path.strip_prefix(dir).unwrap_or(&path).display().to_string();
                let content = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
                found.insert(name, content);
            }
        }
    }
    Ok(found)
}

/// A folder that is gone afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Outcome<Self> {
        let dir = crate::process::target().join(format!("bindings-{}", std::process::id()));
        std::fs::create_dir_all(&dir).map_err(|e| e.to_string())?;
        Ok(Self(dir))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
