//! What any window may ask of the desktop itself.

use tauri::{AppHandle, WebviewWindow};

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
