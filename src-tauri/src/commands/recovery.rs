//! The recovery kit, and the backups in a file and at the relay.

use std::sync::Arc;

use keyward_app::error::AppError;
use keyward_app::recovery::{at_relay, kit, report, status};
use keyward_app::views::common::JobKind;
use keyward_app::views::recovery::{KitCheck, KitView, KitWord, RecoveryView, RestoreReport};
use keyward_app::views::words::SaveWords;
use tauri::{State, WebviewWindow};

use crate::caller::{Anyone, Invited};
use crate::dialogs;
use crate::state::Desktop;

/// How the profile stands to losing this computer.
#[tauri::command]
pub async fn recovery_status(profile: Anyone) -> Result<RecoveryView, AppError> {
    profile.run(status::status).await
}

/// The kit, as long as it is not confirmed.
#[tauri::command]
pub async fn kit_show(profile: Anyone) -> Result<KitView, AppError> {
    profile.run(kit::show).await
}

/// Compares the words typed again.
#[tauri::command]
pub async fn kit_confirm(profile: Anyone, words: Vec<KitWord>) -> Result<KitCheck, AppError> {
    profile.change("recovery", move |session| kit::confirm(session, &words)).await
}

/// Makes a new kit, which waits to be confirmed.
#[tauri::command]
pub async fn kit_renew(profile: Anyone) -> Result<(), AppError> {
    profile.change("recovery", kit::make).await
}

/// The first page says nothing for a week.
#[tauri::command]
pub async fn reminder_put_off(profile: Anyone) -> Result<(), AppError> {
    profile.change("recovery", status::put_off).await
}

/// Lets the person choose the file backups go to; `false` if she changes her mind.
#[tauri::command]
pub async fn backup_file_choose(
    window: WebviewWindow,
    profile: Anyone,
    dialog: SaveWords,
) -> Result<bool, AppError> {
    profile
        .change("recovery", move |session| {
            let Some(path) = dialogs::save_new(&window, &dialog, "kwb") else {
                return Ok(false);
            };
            status::choose_file(session, Some(&path)).map(|()| true)
        })
        .await
}

/// Backups go to no file any more. The file stays where it is.
#[tauri::command]
pub async fn backup_file_forget(profile: Anyone) -> Result<(), AppError> {
    profile.change("recovery", |session| status::choose_file(session, None)).await
}

/// Backs up now; gives the job.
#[tauri::command]
pub fn backup_now(profile: Anyone) -> Result<String, AppError> {
    profile.start(JobKind::Backup, "recovery", |session, job| {
        status::back_up(session, job, job.token()).map(|_| None)
    })
}

/// Switches the backup at the relay on, or off: then all its versions are deleted there.
#[tauri::command]
pub async fn backup_relay(invited: Invited, on: bool) -> Result<(), AppError> {
    invited
        .change("recovery", move |session| match on {
            true => at_relay::switch_on(session),
            false => at_relay::switch_off(session),
        })
        .await
}

/// Sends what changed to the relay now; gives the job.
#[tauri::command]
pub fn backup_relay_now(
    desktop: State<'_, Arc<Desktop>>,
    invited: Invited,
) -> Result<String, AppError> {
    let spool = desktop.data_dir().to_owned();
    invited.start(JobKind::BackupAtRelay, "recovery", move |session, job| {
        at_relay::back_up(session, &spool, job, job.token()).map(|()| None)
    })
}

/// What a restore brought back into this profile, if it came from one.
#[tauri::command]
pub async fn restore_report(profile: Anyone) -> Result<Option<RestoreReport>, AppError> {
    profile.run(report::report).await
}
