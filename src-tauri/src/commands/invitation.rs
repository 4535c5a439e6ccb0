//! Accepting a clinic's invitation, in a patient's or a doctor's window.

use keyward_app::enrol;
use keyward_app::error::{AppError, ErrorCode};
use keyward_app::views::common::{InvitationPreview, SessionView};
use tauri::WebviewWindow;

use crate::caller::{Invited, off_thread};
use crate::{dialogs, session_view};

/// Largest picture that is looked at, in bytes.
const MAX_IMAGE: u64 = 20 * 1024 * 1024;

/// What an invitation says, before anything is agreed to.
#[tauri::command]
pub async fn invitation_read(
    invited: Invited,
    text: String,
) -> Result<InvitationPreview, AppError> {
    invited.run(move |session| enrol::read(session, &text)).await
}

/// The invitation in a picture the person picks; nothing if she picks none.
#[tauri::command]
pub async fn invitation_from_image(
    window: WebviewWindow,
    invited: Invited,
) -> Result<Option<String>, AppError> {
    invited.0.0.session()?;
    off_thread(move || {
        let Some(path) = dialogs::pick_image(&window) else { return Ok(None) };
        let size = std::fs::metadata(&path).map_err(|_| ErrorCode::ImageWithoutInvitation)?.len();
        if size > MAX_IMAGE {
            return Err(ErrorCode::ImageWithoutInvitation.into());
        }
        let bytes = std::fs::read(&path).map_err(|_| ErrorCode::ImageWithoutInvitation)?;
        enrol::text_from_image(&bytes).map(Some)
    })
    .await
}

/// Accepts an invitation.
#[tauri::command]
pub async fn invitation_accept(invited: Invited, text: String) -> Result<SessionView, AppError> {
    invited.change("enrolment", move |session| enrol::accept(session, &text)).await?;
    off_thread(move || session_view::of(&invited.0.0)).await
}
