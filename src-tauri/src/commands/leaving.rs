//! Taking everything along.

use std::sync::Arc;

use keyward_app::error::AppError;
use keyward_app::leaving;
use keyward_app::views::common::JobKind;
use keyward_app::views::recovery::LeavingView;
use tauri::WebviewWindow;

use crate::caller::{Patient, off_thread};
use crate::events::Event;
use crate::{dialogs, saved};

/// What leaving would do.
#[tauri::command]
pub async fn leaving_view(patient: Patient) -> Result<LeavingView, AppError> {
    patient.run(leaving::view).await
}

/// Exports everything into a zip where the person says; gives the job, whose result is the name of
/// the file, or nothing if she changes her mind.
#[tauri::command]
pub async fn export_all(
    window: WebviewWindow,
    patient: Patient,
) -> Result<Option<String>, AppError> {
    let opened = Arc::clone(&patient.0.0);
    let session = opened.session()?;
    off_thread(move || {
        let Some(path) = dialogs::save(&window, "keyward-export.zip") else { return Ok(None) };
        let job = opened.jobs().start(JobKind::Export)?;
        let id = job.id();
        tauri::async_runtime::spawn_blocking(move || {
            let outcome =
                saved::whole(&path, |out| leaving::export(&session, out, &*job, job.token()));
            let outcome = outcome
                .and_then(|_| leaving::note_export(&session))
                .map(|()| path.file_name().map(|name| name.to_string_lossy().into_owned()));
            job.finish(outcome);
            opened.ear().tell(&Event::Changed("leaving"));
        });
        Ok(Some(id))
    })
    .await
}
