//! What every profile's window may do about itself: locking, settings, jobs.

use std::sync::Arc;

use keyward_app::error::AppError;
use keyward_app::views::common::{JobView, SessionView, SettingsView};
use tauri::State;

use crate::caller::{Anyone, off_thread};
use crate::failure;
use crate::session_view;
use crate::state::{Desktop, system_rng};

/// The window's session, locked or not.
#[tauri::command]
pub async fn session(caller: Anyone) -> Result<SessionView, AppError> {
    off_thread(move || session_view::of(&caller.0)).await
}

/// Locks at once.
#[tauri::command]
pub async fn lock(caller: Anyone) -> Result<(), AppError> {
    off_thread(move || {
        caller.0.lock();
        Ok(())
    })
    .await
}

/// Unlocks again.
#[tauri::command]
pub async fn unlock(
    desktop: State<'_, Arc<Desktop>>,
    caller: Anyone,
    passphrase: Option<String>,
) -> Result<SessionView, AppError> {
    let desktop = Arc::clone(&desktop);
    off_thread(move || {
        let opened = &caller.0;
        if opened.session().is_err() {
            let unlocked = desktop.unlock(opened.id(), passphrase.as_deref())?;
            desktop.unlock_again(opened, unlocked);
        }
        session_view::of(opened)
    })
    .await
}

/// Sets, changes or removes the passphrase.
#[tauri::command]
pub async fn passphrase_set(
    desktop: State<'_, Arc<Desktop>>,
    caller: Anyone,
    current: Option<String>,
    next: Option<String>,
) -> Result<SessionView, AppError> {
    let desktop = Arc::clone(&desktop);
    off_thread(move || {
        // Only who is in may change how to get in.
        caller.0.session()?;
        let next = next.filter(|text| !text.is_empty());
        let profiles = desktop.profiles();
        profiles
            .store
            .set_passphrase(
                caller.0.id(),
                &*profiles.keyring,
                current.as_deref().filter(|text| !text.is_empty()),
                next.as_deref(),
                &mut system_rng(),
            )
            .map_err(failure::of_store)?;
        caller.0.set_passphrase_set(next.is_some());
        session_view::of(&caller.0)
    })
    .await
}

/// The profile's settings.
#[tauri::command]
pub async fn settings_read(caller: Anyone) -> Result<SettingsView, AppError> {
    caller.run(|session| session.settings()).await
}

/// Stores the profile's settings.
#[tauri::command]
pub async fn settings_write(
    caller: Anyone,
    settings: SettingsView,
) -> Result<SettingsView, AppError> {
    let stored = settings.clone();
    caller.run(move |session| session.write_settings(&stored)).await?;
    caller.0.settings_changed(settings.auto_lock_minutes, settings.theme);
    Ok(settings)
}

/// Somebody is there: the automatic lock waits anew.
#[tauri::command]
pub fn activity(caller: Anyone) {
    if let Ok(session) = caller.0.session() {
        caller.0.activity(session.now());
    }
}

/// Puts a secret on the clipboard; it is taken away after a minute and when the profile locks.
#[tauri::command]
pub async fn secret_copy(caller: Anyone, text: String) -> Result<(), AppError> {
    off_thread(move || caller.0.copy_secret(text)).await
}

/// Puts text of what the window shows on the clipboard; it is taken away when the profile locks.
#[tauri::command]
pub async fn text_copy(caller: Anyone, text: String) -> Result<(), AppError> {
    off_thread(move || caller.0.copy_text(text)).await
}

/// How far a job is.
#[tauri::command]
pub fn job_status(caller: Anyone, job: String) -> Result<JobView, AppError> {
    caller.0.session()?;
    Ok(caller.0.jobs().job(&job)?.view())
}

/// Asks a job to stop at its next safe point.
#[tauri::command]
pub fn job_cancel(caller: Anyone, job: String) -> Result<(), AppError> {
    caller.0.jobs().job(&job)?.cancel();
    Ok(())
}

/// Opens the window in which another profile is chosen or made.
#[tauri::command]
pub async fn profiles_show(
    desktop: State<'_, Arc<Desktop>>,
    caller: Anyone,
) -> Result<(), AppError> {
    drop(caller);
    let desktop = Arc::clone(&desktop);
    off_thread(move || desktop.show_profiles()).await
}
