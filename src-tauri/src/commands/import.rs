//! Importing. Paths never reach the page: it gets a token for what was picked or dropped.

use std::sync::Arc;

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::patient::import::{self, What};
use keyward_app::views::common::JobKind;
use keyward_app::views::patient::{
    ImportDecision, ImportFileView, ImportSelection, ImportView, OriginalOf,
};
use tauri::WebviewWindow;

use crate::caller::{Patient, off_thread};
use crate::events::Event;
use crate::opened::token;
use crate::{background, dialogs, saved};

/// Lets the person pick files, or one folder; nothing if she picks none.
#[tauri::command]
pub async fn import_pick(
    window: WebviewWindow,
    patient: Patient,
    folder: bool,
) -> Result<Option<ImportSelection>, AppError> {
    patient.0.0.session()?;
    off_thread(move || {
        let picked = dialogs::pick_records(&window, folder);
        Ok(picked.map(|paths| patient.0.0.remember(token(), paths)))
    })
    .await
}

/// Starts importing what a token stands for; gives the job's id.
#[tauri::command]
pub fn import_start(patient: Patient, token: String) -> Result<String, AppError> {
    let opened = Arc::clone(&patient.0.0);
    let session = opened.session()?;
    let job = opened.jobs().start(JobKind::Import)?;
    let id = job.id();
    let picked = match opened.take_selection(&token) {
        Ok(picked) => picked,
        Err(error) => {
            job.finish(Err(error.clone()));
            return Err(error);
        }
    };
    tauri::async_runtime::spawn_blocking(move || {
        import::run_as_job(&session, What::Picked(&picked), &job);
        opened.ear().tell(&Event::Changed("records"));
        background::read_letters(&opened, &session);
    });
    Ok(id)
}

/// Goes on with an import that was interrupted; gives the job's id.
#[tauri::command]
pub fn import_resume(patient: Patient, import_id: String) -> Result<String, AppError> {
    let opened = Arc::clone(&patient.0.0);
    let session = opened.session()?;
    let job = opened.jobs().start(JobKind::Import)?;
    let id = job.id();
    tauri::async_runtime::spawn_blocking(move || {
        import::run_as_job(&session, What::Unfinished(&import_id), &job);
        opened.ear().tell(&Event::Changed("records"));
        background::read_letters(&opened, &session);
    });
    Ok(id)
}

/// Answers what an import asks about a file of somebody else.
#[tauri::command]
pub fn import_decide(
    patient: Patient,
    job: String,
    decision: ImportDecision,
) -> Result<(), AppError> {
    patient.0.0.session()?;
    patient.0.0.jobs().job(&job)?.decide(decision)
}

/// What an import did, by its job.
#[tauri::command]
pub async fn import_report(patient: Patient, job: String) -> Result<ImportView, AppError> {
    patient.0.0.session()?;
    let import = patient.0.0.jobs().job(&job)?.view().result.ok_or(ErrorCode::NotFound)?;
    patient.run(move |session| import::view(session, &import)).await
}

/// Takes an import back: its records leave this computer.
#[tauri::command]
pub async fn import_undo(patient: Patient, import_id: String) -> Result<(), AppError> {
    patient.change("records", move |session| import::undo(session, &import_id)).await
}

/// The imports so far.
#[tauri::command]
pub async fn imports_list(patient: Patient) -> Result<Vec<ImportView>, AppError> {
    patient.run(import::list).await
}

/// The files of an import, with what of them is kept.
#[tauri::command]
pub async fn import_files(
    patient: Patient,
    import_id: String,
) -> Result<Vec<ImportFileView>, AppError> {
    patient.run(move |session| import::files(session, &import_id)).await
}

/// Saves what a file, a piece of it or a record came from, byte for byte, where the person says;
/// gives its length, or nothing if she changes her mind.
#[tauri::command]
pub async fn import_export_original(
    window: WebviewWindow,
    patient: Patient,
    of: OriginalOf,
) -> Result<Option<u64>, AppError> {
    patient
        .run(move |session| {
            let (name, _) = import::export(session, &of, None)?;
            let Some(path) = dialogs::save(&window, &name) else { return Ok(None) };
            saved::whole(&path, |out| import::export(session, &of, Some(out)))
                .map(|(_, bytes)| Some(bytes))
        })
        .await
}

/// Saves the report of an import as JSON where the person says; `false` if she changes her mind.
#[tauri::command]
pub async fn import_report_save(
    window: WebviewWindow,
    patient: Patient,
    import_id: String,
) -> Result<bool, AppError> {
    patient
        .run(move |session| {
            let Some(path) = dialogs::save(&window, "import-report.json") else {
                return Ok(false);
            };
            // Read now: the profile may have been locked while the dialog was open.
            let report = import::report_json(session, &import_id)?;
            saved::whole(&path, |out| {
                out.write_all(&report).map_err(|_| ErrorCode::FileNotWritten.into())
            })?;
            Ok(true)
        })
        .await
}
