//! The first window, after everything was deleted: the receipt, until she has seen it.

use std::sync::Arc;

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::views::recovery::LeavingReceipt;
use keyward_app::views::words::SaveWords;
use tauri::{State, WebviewWindow};

use crate::caller::off_thread;
use crate::state::Desktop;
use crate::{dialogs, saved};

/// A receipt and its file. Kept in memory only, because nothing of the profile is left to keep it in.
#[derive(Clone)]
pub(crate) struct Left {
    pub(crate) receipt: LeavingReceipt,
    pub(crate) page: String,
}

/// The receipt, if a profile was deleted since the start and it was not put away.
#[tauri::command]
pub fn leaving_receipt(desktop: State<'_, Arc<Desktop>>) -> Option<LeavingReceipt> {
    desktop.left().map(|left| left.receipt)
}

/// Writes the file once more, where she says; `false` if she changes her mind.
#[tauri::command]
pub async fn leaving_receipt_save(
    window: WebviewWindow,
    desktop: State<'_, Arc<Desktop>>,
    dialog: SaveWords,
) -> Result<bool, AppError> {
    let left = desktop.left().ok_or(ErrorCode::NotFound)?;
    off_thread(move || {
        let Some(path) = dialogs::save_new(&window, &dialog, "html") else { return Ok(false) };
        saved::whole(&path, |out| {
            out.write_all(left.page.as_bytes()).map_err(|_| ErrorCode::FileNotWritten.into())
        })?;
        Ok(true)
    })
    .await
}

/// She has seen it.
#[tauri::command]
pub fn leaving_done(desktop: State<'_, Arc<Desktop>>) {
    desktop.set_left(None);
}
