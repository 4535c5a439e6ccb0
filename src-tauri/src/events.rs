//! Events from the shell to one window.
//!
//! Tauri's own events are not used: `emit_to` reaches every window that listens to anything, so a
//! doctor's window could hear a patient's. Here an event is handed to the page of one window as a
//! DOM event named `keyward`, and no window needs a capability for events.

use keyward_app::jobs::JobWatcher;
use keyward_app::views::common::JobView;
use keyward_app::views::patient::ImportSelection;
use serde::Serialize;
use tauri::{AppHandle, Manager};

/// What a window may be told.
#[derive(Debug, Serialize)]
#[serde(tag = "event", content = "payload")]
pub(crate) enum Event<'a> {
    /// The profile was locked: the page drops everything it holds.
    #[serde(rename = "session://locked")]
    Locked,
    /// A job moved.
    #[serde(rename = "job://progress")]
    Job(&'a JobView),
    /// Stored data changed; what is shown may be old.
    #[serde(rename = "data://changed")]
    Changed(&'static str),
    /// Files were dropped on the window.
    #[serde(rename = "import://dropped")]
    Dropped(&'a ImportSelection),
    /// Files are dragged: the page shows where they can be let go, or says why they cannot.
    #[serde(rename = "drag://moved")]
    Dragged(Drag),
}

/// Where dragged files are; never which.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Drag {
    /// Over the window.
    Over,
    /// No longer over it.
    Left,
    /// Let go over it.
    Dropped,
}

/// One window's ear. A window that is gone hears nothing, which is no failure.
#[derive(Debug, Clone)]
pub(crate) struct Ear {
    app: Option<AppHandle>,
    label: String,
}

impl Ear {
    pub(crate) fn new(app: AppHandle, label: String) -> Self {
        Self { app: Some(app), label }
    }

    /// The ear of a window that is gone.
    #[cfg(test)]
    pub(crate) fn deaf() -> Self {
        Self { app: None, label: String::new() }
    }

    /// Hands `event` to this window's page and to no other.
    pub(crate) fn tell(&self, event: &Event<'_>) {
        let Some(app) = &self.app else { return };
        let Some(window) = app.get_webview_window(&self.label) else { return };
        let Ok(detail) = serde_json::to_string(event) else { return };
        // JSON is a JavaScript expression; no part of it is code.
        let script =
            format!("window.dispatchEvent(new CustomEvent('keyward',{{detail:{detail}}}))");
        if window.eval(script).is_err() {
            tracing::debug!("an event found its window closed");
        }
    }
}

impl JobWatcher for Ear {
    fn changed(&self, job: &JobView) {
        self.tell(&Event::Job(job));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drag_tells_the_page_where_files_are_and_never_which() {
        let told = |drag| serde_json::to_string(&Event::Dragged(drag)).unwrap();
        assert_eq!(told(Drag::Over), r#"{"event":"drag://moved","payload":"over"}"#);
        assert_eq!(told(Drag::Left), r#"{"event":"drag://moved","payload":"left"}"#);
        assert_eq!(told(Drag::Dropped), r#"{"event":"drag://moved","payload":"dropped"}"#);
    }
}
