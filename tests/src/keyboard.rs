//! Hands that touch nothing but the keyboard. What cannot be reached by Tab and arrow keys, or is not to
//! be seen when it has the focus, is not there.

mod controls;
mod front;
pub mod keys;
mod screen;

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::{Value, json};

use crate::screen::{Name, PATIENCE, fits, gone_is_none};
use crate::webdriver::{Element, Session};
use crate::{Failure, wait_for};

pub(crate) use front::bring_forward;
use keys::{BACKSPACE, CONTROL, DOWN, ENTER, SPACE, TAB};

/// More presses than any page has places to stop.
const MOST: usize = 160;
/// More than the choices of any group.
const CHOICES: usize = 24;

/// Where the focus is: on a line of a list whose field keeps the focus, or on what has it.
const FOCUSED: &str = "const holder = document.activeElement; \
    const line = holder?.getAttribute('aria-activedescendant'); \
    const it = (line && document.getElementById(line)) || holder; \
    if (!it || it === document.body) return null; return it;";

/// Whether that is in view, uncovered, and drawn as having the focus.
const SEEN: &str = "const it = arguments[0]; \
    const box = it.getBoundingClientRect(); \
    const shown = it.closest('label') ?? it.closest('[data-focus-visible]') ?? it; \
    const frame = shown.getBoundingClientRect(); \
    const inside = frame.bottom > 0 && frame.top < innerHeight && frame.right > 0 && frame.left < innerWidth; \
    const x = Math.min(Math.max(frame.left + frame.width / 2, 1), innerWidth - 1); \
    const y = Math.min(Math.max(frame.top + Math.min(frame.height / 2, 20), 1), innerHeight - 1); \
    const top = document.elementFromPoint(x, y); \
    const open = top !== null && (shown.contains(top) || top.contains(shown)); \
    const drawn = [it, shown, it.closest('.list-item')].some((each) => { \
        if (!each) return false; \
        const style = getComputedStyle(each); \
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2; }); \
    return [box.width > 0 && inside, open, drawn];";

/// Moves the focus by Tab onto a control of this role and name, and tells whether it can be seen there.
pub(crate) fn walk_to(session: &Session, role: &str, name: Name<'_>) -> Result<Element, Failure> {
    let what = format!("{role} {name:?} by keyboard");
    wait_for(&what, Instant::now() + PATIENCE, || {
        for _ in 0..MOST {
            if let Some(element) = focused(session)?
                && fits(session, &element, role, name)?
            {
                is_seen(session, &element, &what)?;
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
    // Tab stops once in a group; its other choices are under the arrow keys, which choose at once: only a group that
    // has the wanted one is touched.
    let what = format!("{role} {name:?} by keyboard");
    wait_for(&what, Instant::now() + PATIENCE, || {
        let first = walk_to(session, role, Name::Has(""))?;
        if !group_has(session, &first, name)? {
            session.press_keys(&[TAB])?;
            return Ok(None);
        }
        for _ in 0..CHOICES {
            let Some(element) = focused(session)? else { break };
            if fits(session, &element, role, name)? {
                is_seen(session, &element, &what)?;
                session.press_keys(&[SPACE])?;
                return Ok(Some(()));
            }
            session.press_keys(&[DOWN])?;
        }
        session.press_keys(&[TAB])?;
        Ok(None)
    })
}

/// Whether the group of this radio button has one of this name, as eyes would tell.
fn group_has(session: &Session, radio: &Element, name: Name<'_>) -> Result<bool, Failure> {
    let script = "const group = arguments[0].closest('[role=radiogroup]') ?? document; \
        return [...group.querySelectorAll('input[type=radio]')];";
    let group = gone_is_none(session.execute(script, &[radio.as_argument()]))?;
    for each in group
        .as_ref()
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Element::from_value)
    {
        if fits(session, &each, "radio", name)? {
            return Ok(true);
        }
    }
    Ok(false)
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
    // What has just left the page has nothing.
    let found = gone_is_none(session.execute(FOCUSED, &[]))?;
    Ok(found.as_ref().and_then(Element::from_value))
}

/// Focus that is out of sight, covered or not drawn is of no use (WCAG 2.4.7 and 2.4.11).
fn is_seen(session: &Session, element: &Element, what: &str) -> Result<(), Failure> {
    let look = || gone_is_none(session.execute(SEEN, &[element.as_argument()]));
    let told =
        wait_for(&format!("the focus to be seen: {what}"), Instant::now() + PATIENCE, || {
            // What left the page is looked for anew by whoever needs it.
            Ok(look()?.is_none_or(|told| told == json!([true, true, true])).then_some(()))
        });
    told.map_err(|failure| {
        let now = look().ok().flatten().unwrap_or_default();
        Failure::Story(format!("{failure}; [in view, uncovered, drawn] is {now}"))
    })
}
