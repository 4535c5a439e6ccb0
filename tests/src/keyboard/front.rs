//! Which window has the keyboard.

use std::time::{Duration, Instant};

use serde_json::json;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt as _, InputFocus, MapState};

use crate::webdriver::Session;
use crate::{Failure, wait_for};

/// How long a window may take to notice.
const NOTICE: Duration = Duration::from_millis(400);

/// Brings the session's window forward, as somebody would with Alt and Tab: there is no window manager on a story's
/// computer, and a window without the keyboard draws no focus. What cannot be brought forward stays as it is.
pub(crate) fn bring_forward(session: &Session, display: &str) -> Result<(), Failure> {
    let has = || -> Result<bool, Failure> {
        Ok(session.execute("return document.hasFocus()", &[])? == json!(true))
    };
    if has()? {
        return Ok(());
    }
    try_each(display, || {
        let told = wait_for("the keyboard", Instant::now() + NOTICE, || Ok(has()?.then_some(())));
        Ok(told.is_ok())
    })
    .map_err(|error| Failure::Story(format!("the X server: {error}")))
}

/// Gives the keyboard to one visible window after the other until it is the right one.
fn try_each(
    display: &str,
    mut is_right: impl FnMut() -> Result<bool, Failure>,
) -> Result<(), Box<dyn std::error::Error>> {
    let (server, number) = x11rb::connect(Some(display))?;
    let root = server.setup().roots[number].root;
    // In stacking order, lowest first.
    for window in server.query_tree(root)?.reply()?.children.into_iter().rev() {
        // It may have been closed since.
        let Ok(look) = server.get_window_attributes(window)?.reply() else { continue };
        if look.map_state != MapState::VIEWABLE || look.override_redirect {
            continue;
        }
        let given = server.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME)?;
        if given.check().is_err() {
            continue;
        }
        if is_right()? {
            break;
        }
    }
    Ok(())
}
