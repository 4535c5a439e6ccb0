//! Taking everything along, and deleting everything.

use std::path::Path;
use std::sync::Arc;

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::jobs::Job;
use keyward_app::leaving::{self, Unasked};
use keyward_app::session::Session;
use keyward_app::views::common::JobKind;
use keyward_app::views::recovery::{LeavingView, ReceiptWords};
use keyward_app::views::words::{ExportWords, SaveWords};
use tauri::{State, WebviewWindow};

use super::left::Left;
use crate::caller::{Anyone, off_thread};
use crate::events::Event;
use crate::state::Desktop;
use crate::{dialogs, saved};

/// What leaving would do.
#[tauri::command]
pub async fn leaving_view(profile: Anyone) -> Result<LeavingView, AppError> {
    profile.run(leaving::view).await
}

/// Exports everything into a zip where the person says, with its page in `words`; gives the job, whose result is the name of
/// the file, or nothing if she changes her mind.
#[tauri::command]
pub async fn export_all(
    window: WebviewWindow,
    profile: Anyone,
    dialog: SaveWords,
    words: ExportWords,
) -> Result<Option<String>, AppError> {
    let opened = Arc::clone(&profile.0);
    let session = opened.session()?;
    off_thread(move || {
        let Some(path) = dialogs::save_new(&window, &dialog, "zip") else { return Ok(None) };
        let job = opened.jobs().start(JobKind::Export)?;
        let id = job.id();
        tauri::async_runtime::spawn_blocking(move || {
            let outcome = saved::whole(&path, |out| {
                leaving::export(&session, out, &words, &*job, job.token())
            });
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

/// Has relay and clinic forget everything, keeps their signed receipt where the person says, and deletes the
/// profile with its key; gives the job, or nothing if she changes her mind. `name`: the profile's, typed by
/// her, `words` those of the receipt in her language. `local_only`: it is deleted here even if relay or clinic cannot be asked. If anything fails, the profile
/// stays, and the same again goes on from there.
#[tauri::command]
pub async fn leave_for_good(
    window: WebviewWindow,
    desktop: State<'_, Arc<Desktop>>,
    profile: Anyone,
    name: String,
    local_only: bool,
    dialog: SaveWords,
    words: ReceiptWords,
) -> Result<Option<String>, AppError> {
    let (desktop, opened) = (Arc::clone(&desktop), Arc::clone(&profile.0));
    let session = opened.session()?;
    if name != session.profile().name {
        return Err(ErrorCode::NotAllowed.into());
    }
    off_thread(move || {
        // Before anything is asked of anybody: without a place for the receipt nothing happens.
        let Some(path) = dialogs::save_new(&window, &dialog, "html") else { return Ok(None) };
        let job = opened.jobs().start(JobKind::Leaving)?;
        let id = job.id();
        let unasked = if local_only { Unasked::GoAnyway } else { Unasked::Stay };
        tauri::async_runtime::spawn_blocking(move || {
            let kept = receipt(&session, &path, unasked, &words, &job);
            drop(session);
            let outcome = kept.and_then(|left| {
                // Before the first window opens, which shows it.
                desktop.set_left(Some(left));
                desktop.erase(&opened, window.label()).inspect_err(|_| desktop.set_left(None))?;
                Ok(path.file_name().map(|name| name.to_string_lossy().into_owned()))
            });
            job.finish(outcome);
            opened.ear().tell(&Event::Changed("leaving"));
        });
        Ok(Some(id))
    })
    .await
}

/// The receipt, on the disk as a whole.
fn receipt(
    session: &Session,
    path: &Path,
    unasked: Unasked,
    words: &ReceiptWords,
    job: &Job,
) -> Result<Left, AppError> {
    let receipt = leaving::forget_everywhere(session, unasked, job)?;
    let page = leaving::receipt_page(&receipt, words)?;
    saved::whole(path, |out| {
        out.write_all(page.as_bytes()).map_err(|_| ErrorCode::FileNotWritten.into())
    })?;
    Ok(Left { receipt, page })
}
