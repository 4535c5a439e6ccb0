//! The clipboard of each desktop.

use tauri::AppHandle;
use zeroize::Zeroizing;

use super::Board;

/// The desktop's clipboard. On Linux it lives as long as this does.
pub(super) struct System {
    board: Option<arboard::Clipboard>,
    app: AppHandle,
}

impl System {
    pub(super) fn new(app: AppHandle) -> Self {
        Self { board: None, app }
    }

    fn board(&mut self) -> Option<&mut arboard::Clipboard> {
        if self.board.is_none() {
            self.board = arboard::Clipboard::new().ok();
        }
        self.board.as_mut()
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

    #[cfg(target_os = "linux")]
    fn clear_of_pages(&mut self) {
        // GTK belongs to the windows' thread.
        if self.app.run_on_main_thread(clear_of_gtk).is_err() {
            tracing::debug!("no window is left to take anything off the clipboard for");
        }
    }

    /// Elsewhere nothing says whose a text on the clipboard is.
    #[cfg(not(target_os = "linux"))]
    fn clear_of_pages(&mut self) {
        let _ = &self.app;
    }
}

/// What WebKit put on the clipboard (out of a frame without script, say), and what is marked and would be
/// pasted by the middle button. GTK gives up only what is this program's.
#[cfg(target_os = "linux")]
fn clear_of_gtk() {
    for which in [gtk::gdk::SELECTION_CLIPBOARD, gtk::gdk::SELECTION_PRIMARY] {
        gtk::Clipboard::get(&which).clear();
    }
}
