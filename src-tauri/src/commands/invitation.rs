//! Accepting a clinic's invitation, in a patient's or a doctor's window; and what that clinic did wrong.

use std::path::Path;

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::views::common::{InvitationPreview, SessionView};
use keyward_app::views::words::PickWords;
use keyward_app::{credential, enrol};
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
    dialog: PickWords,
) -> Result<Option<String>, AppError> {
    invited.0.0.session()?;
    off_thread(move || {
        let Some(path) = dialogs::pick_picture(&window, &dialog) else { return Ok(None) };
        let bytes = picture(&path).map_err(|_| ErrorCode::ImageWithoutInvitation)?;
        enrol::text_from_image(&bytes).map(Some)
    })
    .await
}

/// What is picked may be a pipe or a device, which have no size and no end.
pub(super) fn picture(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::{ErrorKind, Read as _};
    if !std::fs::metadata(path)?.is_file() {
        return Err(ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX_IMAGE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_IMAGE { Err(ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// Accepts an invitation. `leave`: she was asked, and leaves the clinic her restored profile waits for, if the
/// invitation is of another one.
#[tauri::command]
pub async fn invitation_accept(
    invited: Invited,
    text: String,
    leave: bool,
) -> Result<SessionView, AppError> {
    let accept = if leave { enrol::accept_and_leave } else { enrol::accept };
    invited.change("enrolment", move |session| accept(session, &text)).await?;
    off_thread(move || session_view::of(&invited.0.0)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_device_or_too_large_a_file_is_no_picture() {
        assert!(picture(Path::new("/dev/zero")).is_err());
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.png");
        std::fs::write(&path, b"small").unwrap();
        assert_eq!(picture(&path).unwrap(), b"small");
        std::fs::File::create(&path).unwrap().set_len(MAX_IMAGE + 1).unwrap();
        assert!(picture(&path).is_err());
    }
}

/// She has read of something the clinic signed that does not fit: it is not told again.
#[tauri::command]
pub async fn warning_dismiss(invited: Invited, code: ErrorCode) -> Result<(), AppError> {
    invited.change("shares", move |session| credential::dismiss(session, code)).await
}
