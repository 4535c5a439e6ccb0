//! What stands in a frame without script, where axe-core cannot go: the same document in a frame where it can.

use serde_json::json;

use crate::Failure;
use crate::axe::{self, Rules};
use crate::webdriver::{Element, Session};

/// The documents in frames that let no script in.
const DOCUMENTS: &str =
    "return [...document.querySelectorAll('iframe[sandbox][srcdoc]')].map((each) => each.srcdoc)";

/// Puts a document into a frame of its own, as wide as it stands on the page. The policy of the page still holds in it.
const PUT: &str = "const [text, done] = arguments; const frame = document.createElement('iframe'); \
    const shown = document.querySelector('iframe[sandbox][srcdoc]'); \
    frame.style.cssText = `position: fixed; inset: 0; inline-size: ${shown.clientWidth}px; block-size: 600px`; \
    frame.className = 'judged'; frame.title = 'Judged'; frame.srcdoc = text; \
    frame.onload = () => done(frame); document.body.append(frame);";
/// Done once the page is drawn without it: a picture may be taken next.
const TAKE_AWAY: &str = "const done = arguments[0]; \
    document.querySelectorAll('iframe.judged').forEach((each) => each.remove()); \
    requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";

/// What axe-core finds in them.
pub(super) fn findings(
    session: &Session,
    name: &str,
    rules: Rules,
) -> Result<Vec<String>, Failure> {
    let rules = if rules == Rules::All { Rules::Framed } else { rules };
    let mut findings = Vec::new();
    for document in super::strings(&session.execute(DOCUMENTS, &[])?) {
        let frame = session.execute_async(PUT, &[json!(document)])?;
        let frame = Element::from_value(&frame)
            .ok_or_else(|| Failure::Story(format!("{name}: no frame to judge its frame in")))?;
        session.enter_frame(&frame)?;
        let found = axe::findings(session, name, rules, false)?;
        session.leave_frame()?;
        session.execute_async(TAKE_AWAY, &[])?;
        findings.extend(found.into_iter().map(|each| format!("in its frame: {each}")));
    }
    Ok(findings)
}
