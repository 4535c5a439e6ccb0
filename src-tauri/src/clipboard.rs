//! Secrets on the clipboard: invitation codes and recovery kits. What the app put there it takes
//! away again: after a minute, when the profile locks, and when the app ends; but only as long as
//! it is still what lies there.

use std::sync::{Mutex, MutexGuard, PoisonError};

use keyward_app::error::AppError;
use keyward_app::ports::clock::UnixSeconds;
use zeroize::Zeroizing;

use crate::failure;

/// How long a secret stays on the clipboard, in seconds. The interface says so.
pub(crate) const STAYS: UnixSeconds = 60;
/// Longest text taken, in bytes; invitations and kits are far shorter.
const MAX: usize = 4096;

/// The system's clipboard, as far as it is needed here.
pub(crate) trait Board: Send {
    fn put(&mut self, text: &str) -> Option<()>;
    fn text(&mut self) -> Option<Zeroizing<String>>;
    fn clear(&mut self);
}

/// What the app put on the clipboard, for whom and until when.
pub(crate) struct Clipboard {
    state: Mutex<State>,
}

struct State {
    board: Box<dyn Board>,
    held: Option<Held>,
}

struct Held {
    owner: String,
    text: Zeroizing<String>,
    since: UnixSeconds,
}

impl Clipboard {
    pub(crate) fn new(board: Box<dyn Board>) -> Self {
        Self { state: Mutex::new(State { board, held: None }) }
    }

    /// The clipboard of this desktop; reached when something is put on it.
    pub(crate) fn of_system() -> Self {
        Self::new(Box::new(System(None)))
    }

    /// Puts a secret of `owner` there.
    ///
    /// # Errors
    /// `internal` if there is no clipboard, a field error if it is too long.
    pub(crate) fn put(
        &self,
        owner: &str,
        text: Zeroizing<String>,
        now: UnixSeconds,
    ) -> Result<(), AppError> {
        if text.len() > MAX {
            return Err(AppError::field("text", "too-long"));
        }
        let mut state = self.state();
        state.board.put(&text).ok_or_else(|| failure::internal("no clipboard"))?;
        state.held = Some(Held { owner: owner.to_owned(), text, since: now });
        Ok(())
    }

    /// Takes away what has been there long enough. A clock set back counts as long enough.
    pub(crate) fn sweep(&self, now: UnixSeconds) {
        self.state().take_if(|held| now < held.since || now - held.since >= STAYS);
    }

    /// Takes away what `owner` put there (it locks).
    pub(crate) fn forget(&self, owner: &str) {
        self.state().take_if(|held| held.owner == owner);
    }

    /// Takes away whatever is there of the app (it ends).
    pub(crate) fn forget_all(&self) {
        self.state().take_if(|_| true);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take_if(&mut self, due: impl FnOnce(&Held) -> bool) {
        let Some(held) = self.held.take_if(|held| due(held)) else { return };
        // Somebody may have copied something else since: that is not ours to take.
        if self.board.text().is_some_and(|text| *text == *held.text) {
            self.board.clear();
        }
    }
}

/// The desktop's clipboard. On Linux it lives as long as this does.
struct System(Option<arboard::Clipboard>);

impl System {
    fn board(&mut self) -> Option<&mut arboard::Clipboard> {
        if self.0.is_none() {
            self.0 = arboard::Clipboard::new().ok();
        }
        self.0.as_mut()
    }
}

impl Board for System {
    fn put(&mut self, text: &str) -> Option<()> {
        let set = self.board()?.set();
        // Programs that keep a history of the clipboard are asked to leave this out.
        #[cfg(target_os = "linux")]
        let set = arboard::SetExtLinux::exclude_from_history(set);
        #[cfg(target_os = "macos")]
        let set = arboard::SetExtApple::exclude_from_history(set);
        #[cfg(target_os = "windows")]
        let set = arboard::SetExtWindows::exclude_from_history(set);
        set.text(text).ok()
    }

    fn text(&mut self) -> Option<Zeroizing<String>> {
        self.board()?.get_text().ok().map(Zeroizing::new)
    }

    fn clear(&mut self) {
        if let Some(board) = self.board()
            && board.clear().is_err()
        {
            tracing::warn!("the clipboard could not be emptied");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use keyward_app::error::ErrorCode;

    use super::*;

    #[derive(Clone, Default)]
    struct Table(Arc<Mutex<String>>);

    impl Table {
        fn lies_there(&self) -> String {
            self.0.lock().unwrap().clone()
        }
    }

    impl Board for Table {
        fn put(&mut self, text: &str) -> Option<()> {
            text.clone_into(&mut self.0.lock().unwrap());
            Some(())
        }

        fn text(&mut self) -> Option<Zeroizing<String>> {
            Some(Zeroizing::new(self.lies_there()))
        }

        fn clear(&mut self) {
            self.0.lock().unwrap().clear();
        }
    }

    fn clipboard() -> (Clipboard, Table) {
        let table = Table::default();
        (Clipboard::new(Box::new(table.clone())), table)
    }

    fn secret(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[test]
    fn a_secret_goes_after_its_time_and_not_before() {
        let (clipboard, table) = clipboard();
        clipboard.put("a", secret("K7QM"), 1_000).unwrap();
        clipboard.sweep(1_059);
        assert_eq!(table.lies_there(), "K7QM");
        clipboard.sweep(1_060);
        assert_eq!(table.lies_there(), "");
        // A clock that was set back must not keep it there for years.
        clipboard.put("a", secret("K7QM"), 1_000).unwrap();
        clipboard.sweep(10);
        assert_eq!(table.lies_there(), "");
    }

    #[test]
    fn a_lock_takes_only_what_its_profile_put_there() {
        let (clipboard, table) = clipboard();
        clipboard.put("a", secret("K7QM"), 0).unwrap();
        clipboard.forget("b");
        assert_eq!(table.lies_there(), "K7QM");
        clipboard.forget("a");
        assert_eq!(table.lies_there(), "");
    }

    #[test]
    fn what_somebody_copied_since_stays() {
        let (clipboard, mut table) = clipboard();
        clipboard.put("a", secret("K7QM"), 0).unwrap();
        table.put("a shopping list").unwrap();
        clipboard.forget_all();
        assert_eq!(table.lies_there(), "a shopping list");
        let long = clipboard.put("a", secret(&"x".repeat(MAX + 1)), 0).unwrap_err();
        assert_eq!(long.code, ErrorCode::Field);
    }
}
