//! axe-core on a screen.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::webdriver::Session;
use crate::{Failure, Screen};

/// Findings that are none: of a rule, in what begins so. All others fail, of whatever weight.
const EXCEPTED: &[(&str, &str)] = &[
    // A list that is open over a page that is inert meanwhile; in it stands react-aria's hidden way out.
    ("region", "<div style=\"display: contents;\">"),
];

/// What it would load beforehand costs a quarter of its time and serves two rules: the style sheets are held to the one
/// (`ui/test/tokens.test.ts`), and for the other there is no sound that plays by itself. The foot of the window
/// is put to the end of the page meanwhile: what it covers now it does not cover once that is scrolled to. Left out is
/// only the place of react-aria's spoken announcements: it names a pressed button that may have left the page a moment ago.
const RUN: &str = "const [options, done] = arguments; \
     if (typeof axe !== 'object') return done({ absent: true }); \
     const foot = document.querySelector('.foot')?.style; foot?.setProperty('position', 'static'); \
     axe.run({ exclude: [['[data-live-announcer]']] }, { resultTypes: ['violations'], preload: false, ...options })\
     .then((r) => done({ violations: r.violations.map((v) => ({ id: v.id, impact: v.impact, \
       help: v.help, targets: v.nodes.map((n) => n.target.join(' ')), \
       html: v.nodes.map((n) => n.html.slice(0, 160)) })) }), \
       (e) => done({ error: String(e) })).finally(() => foot?.removeProperty('position'));";

/// Waits until nothing comes or fades any more, for two seconds at most: half-faded words have no colour to judge.
const AT_REST: &str = "const done = arguments[arguments.length - 1]; \
     const until = performance.now() + 2000; \
     const look = () => performance.now() < until && document.getAnimations().some((each) => \
         each.playState === 'running' && each.effect?.getComputedTiming().endTime !== Infinity) \
       ? requestAnimationFrame(look) : done(true); \
     requestAnimationFrame(() => requestAnimationFrame(look));";

/// How long a page that was found half drawn may take to be whole.
const ONCE_MORE: Duration = Duration::from_millis(500);

/// Which rules run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// WCAG 2.2 A and AA and axe's best practices.
    All,
    /// Only what depends on colours.
    Colours,
    /// Only what depends on sizes and places: structure and colours were judged in another dress.
    Layout,
    /// Within a frame: what its page answers for (title, landmarks, the heading) is not asked of it.
    Framed,
}

impl Rules {
    fn options(self) -> Value {
        match self {
            Self::All => json!({ "runOnly": Self::TAGS }),
            Self::Colours => Self::only(&["color-contrast", "link-in-text-block"]),
            Self::Layout => Self::only(&["target-size", "scrollable-region-focusable"]),
            Self::Framed => {
                let of_page = [
                    "document-title",
                    "bypass",
                    "region",
                    "landmark-one-main",
                    "page-has-heading-one",
                ];
                let off = of_page.map(|rule| (rule.to_owned(), json!({ "enabled": false })));
                json!({ "runOnly": Self::TAGS, "rules": Map::from_iter(off) })
            }
        }
    }

    const TAGS: [&str; 6] =
        ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

    fn only(rules: &[&str]) -> Value {
        json!({ "runOnly": { "type": "rule", "values": rules } })
    }
}

/// Runs axe-core on the window as it stands; a finding is a failure.
pub fn check(screen: &Screen<'_>, name: &str) -> Result<(), Failure> {
    let session = screen.session()?;
    let mut found = Vec::new();
    // A window of the app may be between two pages, with no heading for a moment.
    for pause in [None, Some(ONCE_MORE)] {
        pause.into_iter().for_each(std::thread::sleep);
        session.execute_async(AT_REST, &[])?;
        found = findings(session, name, Rules::All, true)?;
        if found.is_empty() {
            return Ok(());
        }
    }
    Err(Failure::Accessibility { screen: name.into(), findings: found.join("\n") })
}

/// What axe-core finds in the current window. `frames`: look into frames too.
pub fn findings(
    session: &Session,
    name: &str,
    rules: Rules,
    frames: bool,
) -> Result<Vec<String>, Failure> {
    let mut options = rules.options();
    options["iframes"] = json!(frames);
    let mut answer = session.execute_async(RUN, std::slice::from_ref(&options))?;
    if answer["absent"] == true {
        session.execute(&std::fs::read_to_string(source()?)?, &[])?;
        answer = session.execute_async(RUN, std::slice::from_ref(&options))?;
    }
    let found = violations(&answer, name)?;
    if found.is_empty() {
        return Ok(found);
    }
    // What came at that moment may have been half faded: it is judged again when it stands.
    session.execute_async(AT_REST, &[])?;
    violations(&session.execute_async(RUN, &[options])?, name)
}

fn violations(answer: &Value, name: &str) -> Result<Vec<String>, Failure> {
    if let Some(error) = answer["error"].as_str() {
        return Err(Failure::Story(format!("axe-core did not run on {name}: {error}")));
    }
    let violations = answer["violations"].as_array().into_iter().flatten();
    Ok(violations.filter(|found| !is_excepted(found)).map(ToString::to_string).collect())
}

fn is_excepted(found: &Value) -> bool {
    let html: Vec<_> =
        found["html"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let fits = |rule: &str, begin: &str| {
        found["id"] == *rule && !html.is_empty() && html.iter().all(|each| each.starts_with(begin))
    };
    EXCEPTED.iter().any(|(rule, begin)| fits(rule, begin))
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
