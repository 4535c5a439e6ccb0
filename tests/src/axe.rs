//! axe-core on a screen.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::webdriver::Session;
use crate::{Failure, Screen};

/// Findings of these impacts fail a story.
const FAILING: &[&str] = &["serious", "critical"];

/// Left out is only the place of react-aria's spoken announcements: it names a pressed button that
/// may have left the page a moment ago.
const RUN: &str = "const [options, done] = arguments; \
     axe.run({ exclude: [['[data-live-announcer]']] }, { resultTypes: ['violations'], ...options })\
     .then((r) => done({ violations: r.violations.map((v) => ({ id: v.id, impact: v.impact, \
       help: v.help, targets: v.nodes.map((n) => n.target.join(' ')) })) }), \
       (e) => done({ error: String(e) }));";

/// Waits until nothing comes or fades any more, for two seconds at most: half-faded words have no colour to judge.
const AT_REST: &str = "const done = arguments[arguments.length - 1]; \
     const until = performance.now() + 2000; \
     const look = () => performance.now() < until && document.getAnimations().some((each) => \
         each.playState === 'running' && each.effect?.getComputedTiming().endTime !== Infinity) \
       ? requestAnimationFrame(look) : done(true); \
     requestAnimationFrame(() => requestAnimationFrame(look));";

/// Which rules run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// WCAG 2.2 A and AA and axe's best practices.
    All,
    /// Only what depends on colours.
    Colours,
}

impl Rules {
    fn options(self) -> Value {
        match self {
            Self::All => json!({ "runOnly":
                ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
            Self::Colours => json!({ "runOnly": { "type": "rule", "values": ["color-contrast"] } }),
        }
    }
}

/// Runs axe-core on the window as it stands; a serious or critical finding is a failure.
pub fn check(screen: &Screen<'_>, name: &str) -> Result<(), Failure> {
    let session = screen.session()?;
    session.execute_async(AT_REST, &[])?;
    let serious = findings(session, name, Rules::All, true)?;
    if serious.is_empty() {
        return Ok(());
    }
    Err(Failure::Accessibility { screen: name.into(), findings: serious.join("\n") })
}

/// The serious and critical findings of axe-core in the current window. `frames`: look into frames too.
pub fn findings(
    session: &Session,
    name: &str,
    rules: Rules,
    frames: bool,
) -> Result<Vec<String>, Failure> {
    if session.execute("return typeof axe", &[])? != json!("object") {
        session.execute(&std::fs::read_to_string(source()?)?, &[])?;
    }
    let mut options = rules.options();
    options["iframes"] = json!(frames);
    let answer = session.execute_async(RUN, &[options])?;
    if let Some(error) = answer["error"].as_str() {
        return Err(Failure::Story(format!("axe-core did not run on {name}: {error}")));
    }
    let violations = answer["violations"].as_array().into_iter().flatten();
    let serious =
        violations.filter(|v| v["impact"].as_str().is_some_and(|impact| FAILING.contains(&impact)));
    Ok(serious.map(ToString::to_string).collect())
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
