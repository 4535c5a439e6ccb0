//! What the app puts on the clipboard it takes away again, but only as long as it is still what lies
//! there: secrets (invitation codes, recovery kits) after a minute, text of records when the profile
//! locks, and both when the app ends.

mod system;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::ports::clock::UnixSeconds;
use tauri::AppHandle;
use zeroize::Zeroizing;

/// How long a secret stays on the clipboard, in seconds. The interface says so.
pub(crate) const STAYS: UnixSeconds = 60;
/// Longest secret taken, in bytes; invitations and kits are far shorter.
const MAX_SECRET: usize = 4096;
/// Longest text of records taken, in mebibytes: some thousand pages.
const MAX_TEXT_MIB: usize = 4;

/// The system's clipboard, as far as it is needed here.
pub(crate) trait Board: Send {
    fn put(&mut self, text: &str) -> Option<()>;
    fn text(&mut self) -> Option<Zeroizing<String>>;
    fn clear(&mut self);
    /// Takes away what a page's own engine put there, past the core, as far as this desktop tells whose it is.
    fn clear_of_pages(&mut self);
}

/// What the app put on the clipboard, for whom and until when.
pub(crate) struct Clipboard {
    state: Mutex<State>,
}

struct State {
    board: Box<dyn Board>,
    prints: Prints,
    held: Option<Held>,
}

struct Held {
    owner: String,
    print: Print,
    stays: Stays,
}

enum Stays {
    AMinute { since: UnixSeconds },
    UntilLock,
}

/// What a text is known by again: no copy of it waits in memory.
#[derive(PartialEq, Eq)]
struct Print(usize, u64);

/// Takes prints under a key of this run of the app.
#[derive(Default)]
struct Prints(RandomState);

impl Prints {
    fn of(&self, text: &str) -> Print {
        Print(text.len(), self.0.hash_one(text))
    }
}

impl Clipboard {
    pub(crate) fn new(board: Box<dyn Board>) -> Self {
        Self { state: Mutex::new(State { board, prints: Prints::default(), held: None }) }
    }

    /// The clipboard of this desktop; reached when something is put on it.
    pub(crate) fn of_system(app: AppHandle) -> Self {
        Self::new(Box::new(system::System::new(app)))
    }

    /// Puts a secret of `owner` there, for a minute or until it locks.
    ///
    /// # Errors
    /// `clipboard-refused` if there is no clipboard, a field error if it is too long.
    pub(crate) fn put_secret(
        &self,
        owner: &str,
        text: Zeroizing<String>,
        now: UnixSeconds,
    ) -> Result<(), AppError> {
        if text.len() > MAX_SECRET {
            return Err(AppError::field("text", "too-long"));
        }
        self.put(owner, text, Stays::AMinute { since: now })
    }

    /// Puts text of `owner`'s records there, until it locks.
    ///
    /// # Errors
    /// `clipboard-refused` if there is no clipboard, `copy-too-long` with the limit in MB.
    pub(crate) fn put_text(&self, owner: &str, text: Zeroizing<String>) -> Result<(), AppError> {
        if text.len() > MAX_TEXT_MIB << 20 {
            let limit = MAX_TEXT_MIB.to_string();
            return Err(AppError::new(ErrorCode::CopyTooLong).with("limit", limit));
        }
        self.put(owner, text, Stays::UntilLock)
    }

    fn put(&self, owner: &str, mut text: Zeroizing<String>, stays: Stays) -> Result<(), AppError> {
        // Where a text ends there on some systems: what lies there would not be known again.
        text.retain(|letter| letter != '\0');
        let mut state = self.state();
        state.board.put(&text).ok_or(ErrorCode::ClipboardRefused)?;
        let print = state.prints.of(&text);
        state.held = Some(Held { owner: owner.to_owned(), print, stays });
        Ok(())
    }

    /// Takes away the secret that has been there long enough. A clock set back counts as long enough.
    pub(crate) fn sweep(&self, now: UnixSeconds) {
        self.state().take_if(|held| match held.stays {
            Stays::AMinute { since } => now < since || now - since >= STAYS,
            Stays::UntilLock => false,
        });
    }

    /// Takes away what `owner` put there (it locks), and what a page did past the core, whoever's it was.
    pub(crate) fn forget(&self, owner: &str) {
        self.forget_if(|held| held.owner == owner);
    }

    /// Takes away whatever is there of the app (it ends).
    pub(crate) fn forget_all(&self) {
        self.forget_if(|_| true);
    }

    fn forget_if(&self, due: impl FnOnce(&Held) -> bool) {
        let mut state = self.state();
        // First: on the window's thread nobody would hand out what a page put there, and asking would wait.
        state.board.clear_of_pages();
        state.take_if(due);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take_if(&mut self, due: impl FnOnce(&Held) -> bool) {
        let Some(held) = self.held.take_if(|held| due(held)) else { return };
        // Somebody may have copied something else since: that is not ours to take.
        if self.board.text().is_some_and(|text| self.prints.of(&text) == held.print) {
            self.board.clear();
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    pub(crate) struct Table(Arc<Mutex<String>>);

    impl Table {
        pub(crate) fn lies_there(&self) -> String {
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

        fn clear_of_pages(&mut self) {}
    }

    fn clipboard() -> (Clipboard, Table) {
        let table = Table::default();
        (Clipboard::new(Box::new(table.clone())), table)
    }

    fn text(words: &str) -> Zeroizing<String> {
        Zeroizing::new(words.to_owned())
    }

    #[test]
    fn a_secret_goes_after_its_time_and_not_before() {
        let (clipboard, table) = clipboard();
        clipboard.put_secret("a", text("K7QM"), 1_000).unwrap();
        clipboard.sweep(1_059);
        assert_eq!(table.lies_there(), "K7QM");
        clipboard.sweep(1_060);
        assert_eq!(table.lies_there(), "");
        // A clock that was set back must not keep it there for years.
        clipboard.put_secret("a", text("K7QM"), 1_000).unwrap();
        clipboard.sweep(10);
        assert_eq!(table.lies_there(), "");
    }

    #[test]
    fn a_lock_takes_only_what_its_profile_put_there() {
        let (clipboard, table) = clipboard();
        clipboard.put_secret("a", text("K7QM"), 0).unwrap();
        clipboard.forget("b");
        assert_eq!(table.lies_there(), "K7QM");
        clipboard.forget("a");
        assert_eq!(table.lies_there(), "");
    }

    #[test]
    fn what_somebody_copied_since_stays() {
        let (clipboard, mut table) = clipboard();
        clipboard.put_secret("a", text("K7QM"), 0).unwrap();
        table.put("a shopping list").unwrap();
        clipboard.forget_all();
        assert_eq!(table.lies_there(), "a shopping list");
        let long = clipboard.put_secret("a", text(&"x".repeat(MAX_SECRET + 1)), 0).unwrap_err();
        assert_eq!(long.code, ErrorCode::Field);
    }

    #[test]
    fn text_of_records_stays_until_its_profile_locks() {
        let (clipboard, table) = clipboard();
        clipboard.put_text("a", text("Potassium 5.9")).unwrap();
        clipboard.sweep(u64::MAX);
        clipboard.forget("b");
        assert_eq!(table.lies_there(), "Potassium 5.9");
        clipboard.forget("a");
        assert_eq!(table.lies_there(), "");
        clipboard.put_text("a", text("Potassium 5.9")).unwrap();
        clipboard.forget_all();
        assert_eq!(table.lies_there(), "");
    }

    #[test]
    fn what_came_last_is_what_is_taken() {
        let (clipboard, mut table) = clipboard();
        clipboard.put_secret("a", text("K7QM"), 0).unwrap();
        clipboard.put_text("b", text("Potassium 5.9")).unwrap();
        clipboard.sweep(STAYS);
        clipboard.forget("a");
        assert_eq!(table.lies_there(), "Potassium 5.9", "the code had gone before");
        table.put("Potassium 6.0").unwrap();
        clipboard.forget("b");
        assert_eq!(table.lies_there(), "Potassium 6.0", "as long, and somebody else's");
        table.put("Potassium 5.9").unwrap();
        clipboard.forget("b");
        assert_eq!(table.lies_there(), "Potassium 5.9", "what was let go is not looked for again");
    }

    #[test]
    fn a_text_is_taken_up_to_the_limit_and_without_what_would_end_it() {
        let (clipboard, table) = clipboard();
        let most = "x".repeat(MAX_TEXT_MIB << 20);
        clipboard.put_text("a", text(&most)).unwrap();
        let refused = clipboard.put_text("a", text(&(most.clone() + "x"))).unwrap_err();
        assert_eq!(refused, AppError::new(ErrorCode::CopyTooLong).with("limit", "4"));
        assert!(table.lies_there() == most, "the one before still lies there");
        clipboard.put_text("a", text("Potassium\0 5.9")).unwrap();
        assert_eq!(table.lies_there(), "Potassium 5.9");
    }

    #[test]
    fn without_a_clipboard_nothing_is_held() {
        struct Nowhere;
        impl Board for Nowhere {
            fn put(&mut self, _: &str) -> Option<()> {
                None
            }
            fn text(&mut self) -> Option<Zeroizing<String>> {
                unreachable!("nothing was put there")
            }
            fn clear(&mut self) {
                unreachable!("nothing was put there")
            }
            fn clear_of_pages(&mut self) {}
        }
        let clipboard = Clipboard::new(Box::new(Nowhere));
        let refused = clipboard.put_text("a", text("Potassium 5.9")).unwrap_err();
        assert_eq!(refused.code, ErrorCode::ClipboardRefused);
        clipboard.forget_all();
    }
}
