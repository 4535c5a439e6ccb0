//! What single kinds of control want of the keyboard: sliders, lists that open, queues, the command palette.

use std::time::Instant;

use serde_json::Value;

use super::keys::{CONTROL, DOWN, ENTER, F6, UP};
use super::{MOST, focused, is_seen, press, walk_to};
use crate::screen::{Name, PATIENCE, fits, gone_is_none};
use crate::webdriver::{Element, Session};
use crate::{Failure, wait_for};

/// What a slider or a list says it is at.
const SAYS: &str = "const it = arguments[0]; return it.getAttribute('aria-valuetext') ?? \
    it.selectedOptions?.[0]?.textContent ?? it.value ?? '';";

/// What it says now; nothing if it has just left the page.
fn says(session: &Session, element: &Element) -> Result<Option<String>, Failure> {
    let said = gone_is_none(session.execute(SAYS, &[element.as_argument()]))?;
    Ok(said.as_ref().and_then(Value::as_str).map(str::to_owned))
}

/// Moves a slider by these keys; gives what it says afterwards, which is not what it said before.
pub(super) fn slide(session: &Session, name: Name<'_>, keys: &[&str]) -> Result<String, Failure> {
    let before = says(session, &walk_to(session, "slider", name)?)?;
    session.press_keys(keys)?;
    wait_for(&format!("the slider {name:?} to move"), Instant::now() + PATIENCE, || {
        // Where the page is drawn anew it is another element with the same name.
        let Some(slider) = focused(session)? else { return Ok(None) };
        Ok(says(session, &slider)?.filter(|now| Some(now) != before.as_ref()))
    })
}

/// Which way from the choice that holds to one of these: as eyes would tell from the opened list.
const CHOICES: &str = "const it = arguments[0]; \
    return [it.selectedIndex, [...it.options].map((each) => each.textContent)];";

/// Chooses in a list of the system's own kind, which is moved along without being opened.
pub(super) fn select(session: &Session, label: Name<'_>, option: Name<'_>) -> Result<(), Failure> {
    let list = walk_to(session, "combobox", label)?;
    let at = || -> Result<(usize, Vec<String>), Failure> {
        let told = session.execute(CHOICES, &[list.as_argument()])?;
        serde_json::from_value(told).map_err(|error| Failure::Story(error.to_string()))
    };
    for _ in 0..MOST {
        let (now, all) = at()?;
        let Some(wanted) = all.iter().position(|each| option.fits(each)) else {
            return Err(Failure::Story(format!("no {option:?} in {all:?}")));
        };
        if now == wanted {
            return Ok(());
        }
        let before = says(session, &list)?;
        session.press_keys(&[if now < wanted { DOWN } else { UP }])?;
        wait_for(
            &format!("{label:?} to go on from {before:?}"),
            Instant::now() + PATIENCE,
            || Ok((says(session, &list)? != before).then_some(())),
        )?;
    }
    Err(Failure::Story(format!("{label:?} does not get to {option:?}")))
}

/// Opens what this button opens and takes one of its lines.
pub(super) fn pick(session: &Session, button: Name<'_>, option: Name<'_>) -> Result<(), Failure> {
    press(session, "button", button)?;
    let what = format!("a list under {button:?}");
    wait_for(&what, Instant::now() + PATIENCE, || {
        let line = focused(session)?;
        let in_list = "return arguments[0].closest('.popover') !== null";
        let Some(line) = line else { return Ok(None) };
        let told = gone_is_none(session.execute(in_list, &[line.as_argument()]))?;
        Ok(told.filter(|told| *told == true).map(drop))
    })?;
    walk_to_list(session)?;
    walk_down(session, "option", option)?;
    session.press_keys(&[ENTER])
}

/// A list may have a field above it.
fn walk_to_list(session: &Session) -> Result<(), Failure> {
    walk_to(session, "option", Name::Has("")).map(drop)
}

/// Goes down, line by line, to the one with this name.
pub(super) fn walk_down(session: &Session, role: &str, name: Name<'_>) -> Result<(), Failure> {
    let what = format!("{role} {name:?} by arrow keys");
    wait_for(&what, Instant::now() + PATIENCE, || {
        for _ in 0..MOST {
            if let Some(line) = focused(session)?
                && fits(session, &line, role, name)?
            {
                is_seen(session, &line, &what)?;
                return Ok(Some(()));
            }
            session.press_keys(&[DOWN])?;
        }
        Ok(None)
    })
}

/// Opens the command palette, types `words` and takes the line with this name.
pub(super) fn command(session: &Session, words: &str, line: Name<'_>) -> Result<(), Failure> {
    let open = "return document.activeElement?.closest('.palette') !== null";
    wait_for("the command palette", Instant::now() + PATIENCE, || {
        if session.execute(open, &[])? == true {
            return Ok(Some(()));
        }
        session.press_chord(CONTROL, "k")?;
        Ok((session.execute(open, &[])? == true).then_some(()))
    })?;
    let letters: Vec<String> = words.chars().map(String::from).collect();
    session.press_keys(&letters.iter().map(String::as_str).collect::<Vec<_>>())?;
    // A line is marked only when typing has rested for half a second.
    wait_for("a line of the palette", Instant::now() + PATIENCE, || {
        let Some(element) = focused(session)? else { return Ok(None) };
        Ok(fits(session, &element, "menuitem", Name::Has(""))?.then_some(()))
    })?;
    walk_down(session, "menuitem", line)?;
    session.press_keys(&[ENTER])
}

/// Takes the way back a toast offers, by the key that leads into it.
pub(super) fn undo(session: &Session) -> Result<(), Failure> {
    let what = "a way back by keyboard";
    wait_for(what, Instant::now() + PATIENCE, || {
        session.press_keys(&[F6])?;
        let Some(element) = focused(session)? else { return Ok(None) };
        if !fits(session, &element, "button", Name::Is("Undo"))? {
            return Ok(None);
        }
        is_seen(session, &element, what).map(Some)
    })?;
    session.press_keys(&[ENTER])
}
