//! What a person does to a window by keyboard that is more than pressing and typing.

use super::controls;
use crate::screen::Name;
use crate::webdriver::Element;
use crate::{Failure, Screen};

impl Screen<'_> {
    /// Moves a slider by these keys, for example [`super::keys::RIGHT`]; gives what it says then.
    pub fn slide<'n>(&self, name: impl Into<Name<'n>>, keys: &[&str]) -> Result<String, Failure> {
        let moved = controls::slide(self.hands()?, name.into(), keys);
        moved.map_err(|failure| self.with_page_text(failure))
    }

    /// Chooses in a list of the system's own kind by arrow keys.
    pub fn select<'n>(
        &self,
        label: impl Into<Name<'n>>,
        option: impl Into<Name<'n>>,
    ) -> Result<(), Failure> {
        let chosen = controls::select(self.hands()?, label.into(), option.into());
        chosen.map_err(|failure| self.with_page_text(failure))
    }

    /// Opens the list behind a button and takes one of its lines, by arrow keys.
    pub fn pick<'n>(
        &self,
        button: impl Into<Name<'n>>,
        option: impl Into<Name<'n>>,
    ) -> Result<(), Failure> {
        let picked = controls::pick(self.hands()?, button.into(), option.into());
        picked.map_err(|failure| self.with_page_text(failure))
    }

    /// From where the focus is, goes down by arrow keys to this line.
    pub fn walk_down<'n>(&self, role: &str, name: impl Into<Name<'n>>) -> Result<(), Failure> {
        let walked = controls::walk_down(self.hands()?, role, name.into());
        walked.map_err(|failure| self.with_page_text(failure))
    }

    /// Moves the focus by Tab onto this control, and does nothing there.
    pub fn walk_to<'n>(&self, role: &str, name: impl Into<Name<'n>>) -> Result<Element, Failure> {
        let walked = super::walk_to(self.hands()?, role, name.into());
        walked.map_err(|failure| self.with_page_text(failure))
    }

    /// Opens the command palette, types `words` and takes the line with this name.
    pub fn command<'n>(&self, words: &str, line: impl Into<Name<'n>>) -> Result<(), Failure> {
        let gone = controls::command(self.hands()?, words, line.into());
        gone.map_err(|failure| self.with_page_text(failure))
    }

    /// Takes the way back a toast offers, by the key that leads into it.
    pub fn undo(&self) -> Result<(), Failure> {
        controls::undo(self.hands()?).map_err(|failure| self.with_page_text(failure))
    }
}
