//! The recovery kit and the backup in a file.

use keyward_app::error::AppError;
use keyward_app::recovery::{kit, report, status};
use keyward_app::views::common::JobKind;
use keyward_app::views::recovery::{KitCheck, KitView, KitWord, RecoveryView, RestoreReport};
use tauri::WebviewWindow;

use crate::caller::Patient;
use crate::dialogs;

/// Name a backup file begins with.
const FILE: &str = "keyward-backup.kwb";

/// How the profile stands to losing this computer.
#[tauri::command]
pub async fn recovery_status(patient: Patient) -> Result<RecoveryView, AppError> {
    patient.run(status::status).await
}

/// The kit, as long as it is not confirmed.
#[tauri::command]
pub async fn kit_show(patient: Patient) -> Result<KitView, AppError> {
    patient.run(kit::show).await
}

/// Compares the words typed again.
#[tauri::command]
pub async fn kit_confirm(patient: Patient, words: Vec<KitWord>) -> Result<KitCheck, AppError> {
    patient.change("recovery", move |session| kit::confirm(session, &words)).await
}

/// Makes a new kit, which waits to be confirmed.
#[tauri::command]
pub async fn kit_renew(patient: Patient) -> Result<(), AppError> {
    patient.change("recovery", kit::make).await
}

/// The first page says nothing for a week.
#[tauri::command]
pub async fn reminder_put_off(patient: Patient) -> Result<(), AppError> {
    patient.change("recovery", status::put_off).await
}

/// Lets the person choose the file backups go to; `false` if she changes her mind.
#[tauri::command]
pub async fn backup_file_choose(window: WebviewWindow, patient: Patient) -> Result<bool, AppError> {
    patient
        .change("recovery", move |session| {
            let Some(path) = dialogs::save(&window, FILE) else { return Ok(false) };
            status::choose_file(session, Some(&path)).map(|()| true)
        })
        .await
}

/// Backups go to no file any more. The file stays where it is.
#[tauri::command]
pub async fn backup_file_forget(patient: Patient) -> Result<(), AppError> {
    patient.change("recovery", |session| status::choose_file(session, None)).await
}

/// Backs up now; gives the job.
#[tauri::command]
pub fn backup_now(patient: Patient) -> Result<String, AppError> {
    patient.start(JobKind::Backup, "recovery", |session, job| {
        status::back_up(session, job, job.token()).map(|_| None)
    })
}

/// What a restore brought back into this profile, if it came from one.
#[tauri::command]
pub async fn restore_report(patient: Patient) -> Result<Option<RestoreReport>, AppError> {
    patient.run(report::report).await
}
