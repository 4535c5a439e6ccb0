//! Hands that touch nothing but the keyboard. What cannot be reached by Tab and arrow keys, or is not to
//! be seen when it has the focus, is not there.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::json;

use crate::screen::{Name, PATIENCE, fits};
use crate::webdriver::{Element, Session};
use crate::{Failure, wait_for};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const DOWN: &str = "\u{e015}";
const SPACE: &str = " ";
const CONTROL: &str = "\u{e009}";
const BACKSPACE: &str = "\u{e003}";

/// More presses than any page has places to stop.
const MOST: usize = 160;
/// More than the choices of any group.
const CHOICES: usize = 24;

/// Where the focus is, and whether it is in view and uncovered.
const SEEN: &str = "const it = document.activeElement; \
    if (!it || it === document.body) return ['nothing']; \
    const box = it.getBoundingClientRect(); \
    const shown = it.closest('label') ?? it; const frame = shown.getBoundingClientRect(); \
    const inside = frame.bottom > 0 && frame.top < innerHeight && frame.right > 0 && frame.left < innerWidth; \
    const x = Math.min(Math.max(frame.left + frame.width / 2, 1), innerWidth - 1); \
    const y = Math.min(Math.max(frame.top + Math.min(frame.height / 2, 20), 1), innerHeight - 1); \
    const top = document.elementFromPoint(x, y); \
    const open = top !== null && (shown.contains(top) || top.contains(shown)); \
        return ['there', box.width > 0 && inside, open];";

/// Moves the focus by Tab onto a control of this role and name, and tells whether it can be seen there.
pub(crate) fn walk_to(session: &Session, role: &str, name: Name<'_>) -> Result<Element, Failure> {
    let what = format!("{role} {name:?} by keyboard");
    wait_for(&what, Instant::now() + PATIENCE, || {
        for _ in 0..MOST {
            if let Some(element) = focused(session)?
                && fits(session, &element, role, name)?
            {
                is_seen(session, &what)?;
                return Ok(Some(element));
            }
            session.press_keys(&[TAB])?;
        }
        Ok(None)
    })
}

/// Presses it: Enter for what leads somewhere, Space for what is ticked.
pub(crate) fn press(session: &Session, role: &str, name: Name<'_>) -> Result<(), Failure> {
    let what = format!("an enabled {role} {name:?} by keyboard");
    wait_for(&what, Instant::now() + PATIENCE, || {
        let element = walk_to(session, role, name)?;
        Ok(session.is_enabled(&element).unwrap_or(false).then_some(()))
    })?;
    session.press_keys(&[ENTER])
}

/// Replaces what stands in a field.
pub(crate) fn fill(session: &Session, label: Name<'_>, text: &str) -> Result<(), Failure> {
    walk_to(session, "textbox", label)?;
    session.press_chord(CONTROL, "a")?;
    session.press_keys(&[BACKSPACE])?;
    let letters: Vec<String> = text.chars().map(String::from).collect();
    session.press_keys(&letters.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Chooses in a group by arrow keys, or ticks a box.
pub(crate) fn choose(session: &Session, role: &str, name: Name<'_>) -> Result<(), Failure> {
    if role != "radio" {
        walk_to(session, role, name)?;
        return session.press_keys(&[SPACE]);
    }
    // Tab stops once in a group; its other choices are under the arrow keys.
    let what = format!("{role} {name:?} by keyboard");
    wait_for(&what, Instant::now() + PATIENCE, || {
        walk_to(session, role, Name::Has(""))?;
        for _ in 0..CHOICES {
            let Some(element) = focused(session)? else { break };
            if fits(session, &element, role, name)? {
                is_seen(session, &what)?;
                session.press_keys(&[SPACE])?;
                return Ok(Some(()));
            }
            session.press_keys(&[DOWN])?;
        }
        session.press_keys(&[TAB])?;
        Ok(None)
    })
}

/// Ticks every box a walk through the page comes by.
pub(crate) fn choose_all(session: &Session, role: &str) -> Result<(), Failure> {
    let mut ticked = BTreeSet::new();
    for _ in 0..MOST {
        if let Some(element) = focused(session)?
            && fits(session, &element, role, Name::Has(""))?
        {
            if !ticked.insert(session.name(&element)?) {
                return Ok(());
            }
            session.press_keys(&[SPACE])?;
        }
        session.press_keys(&[TAB])?;
    }
    if ticked.is_empty() { Err(Failure::Story(format!("no {role} by keyboard"))) } else { Ok(()) }
}

fn focused(session: &Session) -> Result<Option<Element>, Failure> {
    match session.focused() {
        Ok(found) => Ok(found),
        // Nothing has it, or what had it has just left the page.
        Err(Failure::Driver { code, .. })
            if matches!(code.as_str(), "no such element" | "stale element reference") =>
        {
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

/// Focus that is out of sight or covered is of no use (WCAG 2.4.11).
fn is_seen(session: &Session, what: &str) -> Result<(), Failure> {
    let told =
        wait_for(&format!("the focus to be seen: {what}"), Instant::now() + PATIENCE, || {
            let told = session.execute(SEEN, &[])?;
            Ok((told == json!(["there", true, true])).then_some(()))
        });
    told.map_err(|failure| {
        let now = session.execute(SEEN, &[]).unwrap_or_default();
        Failure::Story(format!("{failure}; [there, in view, uncovered] is {now}"))
    })
}
