//! What any window may ask of the desktop itself.

use std::sync::Arc;

use tauri::{AppHandle, State, WebviewWindow};

use crate::state::Desktop;

/// Opens the system's print dialog for the page as it stands.
#[tauri::command]
pub fn print_window(window: WebviewWindow) -> Result<(), String> {
    window.print().map_err(|_| "print-failed".to_owned())
}

/// Closes every window and ends the app.
#[tauri::command]
pub fn quit(app: AppHandle) {
    app.exit(0);
}

/// Stops waiting for the operating system's keyring. What waited is told so; a prompt that is open
/// stays open, and its answer is ignored.
#[tauri::command]
pub fn keyring_give_up(desktop: State<'_, Arc<Desktop>>) {
    desktop.stop_waiting_for_keyring();
}
