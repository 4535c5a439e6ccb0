//! The welcome window: bringing a profile back from its kit and a backup.

use std::sync::Arc;

use keyward_app::enrol;
use keyward_app::error::{AppError, ErrorCode};
use keyward_app::views::common::JobView;
use keyward_app::views::recovery::{
    BackupChoice, KitReading, RestoreOffer, RestoreReport, RestoreSource,
};
use keyward_app::views::words::PickWords;
use tauri::{State, WebviewWindow};
use zeroize::Zeroizing;

use super::invitation::picture;
use crate::caller::off_thread;
use crate::dialogs;
use crate::restoring::{self, Wanted};
use crate::state::Desktop;

/// Reads a kit that was typed or pasted. The page gets a token for it.
#[tauri::command]
pub async fn restore_kit(
    desktop: State<'_, Arc<Desktop>>,
    text: String,
) -> Result<KitReading, AppError> {
    let text = Zeroizing::new(text);
    desktop.restoring().read_kit(&text)
}

/// Reads the picture of a kit; nothing if the person picks none.
#[tauri::command]
pub async fn restore_kit_image(
    window: WebviewWindow,
    desktop: State<'_, Arc<Desktop>>,
    dialog: PickWords,
) -> Result<Option<KitReading>, AppError> {
    let desktop = Arc::clone(&desktop);
    off_thread(move || {
        let Some(path) = dialogs::pick_picture(&window, &dialog) else { return Ok(None) };
        let unreadable = |_| AppError::from(ErrorCode::KitUnreadable);
        let bytes = picture(&path).map_err(|_| ErrorCode::KitUnreadable)?;
        let text = Zeroizing::new(enrol::text_from_image(&bytes).map_err(unreadable)?);
        desktop.restoring().read_kit(&text).map(Some)
    })
    .await
}

/// Lets the person choose a backup file; nothing if she chooses none.
#[tauri::command]
pub async fn restore_pick(
    window: WebviewWindow,
    desktop: State<'_, Arc<Desktop>>,
    dialog: PickWords,
) -> Result<Option<BackupChoice>, AppError> {
    let desktop = Arc::clone(&desktop);
    off_thread(move || {
        let picked = dialogs::pick_backup(&window, &dialog);
        Ok(picked.map(|path| desktop.restoring().remember(path)))
    })
    .await
}

/// What a backup holds, once the kit has opened it.
#[tauri::command]
pub async fn restore_look(
    desktop: State<'_, Arc<Desktop>>,
    kit: String,
    source: RestoreSource,
) -> Result<RestoreOffer, AppError> {
    let desktop = Arc::clone(&desktop);
    off_thread(move || restoring::look(&desktop, &kit, &source)).await
}

/// Brings a version back as a new profile; gives the job.
#[tauri::command]
pub async fn restore_start(
    desktop: State<'_, Arc<Desktop>>,
    kit: String,
    source: RestoreSource,
    sequence: u64,
    name: String,
    passphrase: Option<String>,
) -> Result<String, AppError> {
    let desktop = Arc::clone(&desktop);
    let wanted = Wanted { kit, source, sequence, name, passphrase: passphrase.map(Zeroizing::new) };
    off_thread(move || restoring::start(&desktop, &wanted)).await
}

/// How far it is.
#[tauri::command]
pub fn restore_job(desktop: State<'_, Arc<Desktop>>, job: String) -> Result<JobView, AppError> {
    Ok(desktop.restoring().jobs().job(&job)?.view())
}

/// Stops it. What was brought back so far is thrown away.
#[tauri::command]
pub fn restore_cancel(desktop: State<'_, Arc<Desktop>>, job: String) -> Result<(), AppError> {
    desktop.restoring().jobs().job(&job)?.cancel();
    Ok(())
}

/// What came back.
#[tauri::command]
pub fn restore_done(
    desktop: State<'_, Arc<Desktop>>,
    job: String,
) -> Result<RestoreReport, AppError> {
    desktop.restoring().report(&job)
}

/// The page is left: what runs is stopped, kits and files are forgotten.
#[tauri::command]
pub fn restore_forget(desktop: State<'_, Arc<Desktop>>) {
    desktop.restoring().forget();
}
