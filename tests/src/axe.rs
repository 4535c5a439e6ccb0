//! axe-core on a screen.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::{Failure, Screen};

/// Findings of these impacts fail a story.
const FAILING: &[&str] = &["serious", "critical"];

/// Left out is only the place of react-aria's spoken announcements: it names a pressed button that
/// may have left the page a moment ago.
const RUN: &str = "const done = arguments[arguments.length - 1]; \
     axe.run({ exclude: [['[data-live-announcer]']] }, { resultTypes: ['violations'], \
       runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })\
     .then((r) => done({ violations: r.violations.map((v) => ({ id: v.id, impact: v.impact, \
       help: v.help, targets: v.nodes.map((n) => n.target.join(' ')) })) }), \
       (e) => done({ error: String(e) }));";

/// Runs axe-core on the window as it stands; a serious or critical finding is a failure.
pub fn check(screen: &Screen<'_>, name: &str) -> Result<(), Failure> {
    let session = screen.session()?;
    if session.execute("return typeof axe", &[])? != json!("object") {
        session.execute(&std::fs::read_to_string(source()?)?, &[])?;
    }
    let answer = session.execute_async(RUN, &[])?;
    if let Some(error) = answer["error"].as_str() {
        return Err(Failure::Story(format!("axe-core did not run on {name}: {error}")));
    }
    let serious: Vec<&Value> = answer["violations"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|v| v["impact"].as_str().is_some_and(|impact| FAILING.contains(&impact)))
        .collect();
    if serious.is_empty() {
        return Ok(());
    }
    let findings = serious.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Err(Failure::Accessibility { screen: name.into(), findings })
}

/// axe-core as npm installed it for the interface.
fn source() -> Result<PathBuf, Failure> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../ui/node_modules/axe-core/axe.min.js");
    if path.is_file() {
        Ok(path)
    } else {
        Err(Failure::Missing { program: "axe-core".into(), package: "npm ci in ui/".into() })
    }
}
