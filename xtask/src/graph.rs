//! The dependency graph, compared with the edge lists in ARCHITECTURE.md.
//!
//! Two fenced blocks there are read: `edges` (`crate: crates it may use directly`) and `forbidden`
//! (`crate: crates it must not reach, not even through others`). Development dependencies are left
//! out, except that `protocol` may not have any among the siblings.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::Outcome;
use crate::process::root;

/// From a crate to the crates it uses.
type Edges = BTreeMap<String, BTreeSet<String>>;

/// Reads the real graph and the document and compares them.
pub(crate) fn run() -> Outcome {
    let document = std::fs::read_to_string(root().join("ARCHITECTURE.md"))
        .map_err(|error| format!("ARCHITECTURE.md: {error}"))?;
    let allowed = block(&document, "edges")?;
    let forbidden = block(&document, "forbidden")?;
    let problems = compare(&real()?, &allowed, &forbidden);
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the dependency graph is not that of ARCHITECTURE.md:\n  {}",
        problems.join("\n  ")
    ))
}

/// Name without the common prefix; the root package is the shell.
fn short(name: &str) -> String {
    match name {
        "keyward" => "src-tauri".into(),
        "keyward-stories" => "tests".into(),
        "keyward-bench" => "benches".into(),
        other => other.strip_prefix("keyward-").unwrap_or(other).into(),
    }
}

fn real() -> Outcome<Edges> {
    let metadata = MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .exec()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let siblings: BTreeSet<&str> = metadata.packages.iter().map(|p| p.name.as_str()).collect();
    let mut edges = Edges::new();
    for package in &metadata.packages {
        let from = short(&package.name);
        let uses = edges.entry(from.clone()).or_default();
        for dependency in &package.dependencies {
            let counts = dependency.kind != DependencyKind::Development || from == "protocol";
            if counts && siblings.contains(dependency.name.as_str()) {
                uses.insert(short(&dependency.name));
            }
        }
    }
    Ok(edges)
}

/// The lines of a fenced block as edges.
fn block(document: &str, name: &str) -> Outcome<Edges> {
    let fence = format!("```{name}\n");
    let start = document.find(&fence).ok_or(format!("ARCHITECTURE.md has no block `{name}`"))?;
    let rest = &document[start + fence.len()..];
    let end = rest.find("```").ok_or(format!("block `{name}` does not end"))?;
    let mut edges = Edges::new();
    for line in rest[..end].lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (from, to) =
            line.split_once(':').ok_or(format!("`{line}` in block `{name}` has no colon"))?;
        let to = to.split_whitespace().map(str::to_owned).collect();
        edges.insert(from.trim().to_owned(), to);
    }
    Ok(edges)
}

fn compare(real: &Edges, allowed: &Edges, forbidden: &Edges) -> Vec<String> {
    let mut problems = Vec::new();
    let nothing = BTreeSet::new();
    for (from, uses) in real {
        let Some(may) = allowed.get(from) else {
            problems.push(format!("{from} is not in the document"));
            continue;
        };
        problems.extend(uses.difference(may).map(|to| format!("{from} → {to} is not allowed")));
        problems.extend(
            may.difference(uses).map(|to| format!("{from} → {to} stands there but is not used")),
        );
    }
    let gone = allowed.keys().filter(|from| !real.contains_key(*from));
    problems.extend(gone.map(|from| format!("{from} stands there but does not exist")));
    for (from, never) in forbidden {
        let reached = reachable(real, from);
        let all: BTreeSet<String> = real.keys().filter(|name| *name != from).cloned().collect();
        let never = if never.contains("*") { &all } else { never };
        let crossed = reached.intersection(never).chain(nothing.iter());
        problems.extend(crossed.map(|to| format!("{from} reaches {to}, which is forbidden")));
    }
    problems
}

fn reachable(edges: &Edges, from: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(name) = open.pop() {
        for next in edges.get(&name).into_iter().flatten() {
            if seen.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "text\n```edges\nprotocol:\nrecords:\nrelay-api: protocol\n\
        relay: relay-api protocol\napp: records relay-api protocol\n```\n\
        ```forbidden\nprotocol: *\nrelay: records app\n```\n";

    fn planted(from: &str, to: &str) -> Vec<String> {
        let allowed = block(DOCUMENT, "edges").unwrap();
        let mut real = allowed.clone();
        real.entry(from.into()).or_default().insert(to.into());
        compare(&real, &allowed, &block(DOCUMENT, "forbidden").unwrap())
    }

    #[test]
    fn the_graph_of_the_document_passes() {
        let allowed = block(DOCUMENT, "edges").unwrap();
        let forbidden = block(DOCUMENT, "forbidden").unwrap();
        assert_eq!(compare(&allowed, &allowed, &forbidden), Vec::<String>::new());
    }

    #[test]
    fn a_planted_edge_fails() {
        assert_eq!(
            planted("protocol", "records"),
            [
                "protocol → records is not allowed",
                "protocol reaches records, which is forbidden",
                "relay reaches records, which is forbidden"
            ]
        );
        assert!(!planted("records", "protocol").is_empty());
    }

    #[test]
    fn a_forbidden_crate_is_found_behind_another() {
        let problems = planted("relay-api", "records");
        assert!(problems.contains(&"relay reaches records, which is forbidden".to_owned()));
    }

    #[test]
    fn a_stale_line_and_an_unknown_crate_fail() {
        let allowed = block(DOCUMENT, "edges").unwrap();
        let mut real = allowed.clone();
        real.get_mut("app").unwrap().remove("records");
        real.insert("extra".into(), BTreeSet::new());
        let problems = compare(&real, &allowed, &Edges::new());
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn the_project_itself_passes() {
        run().unwrap();
    }
}
