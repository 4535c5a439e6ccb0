//! Documents of records. A page leaves as a PNG this app encoded; the document itself leaves only
//! to the place the person picks in the system's dialog.

use std::sync::{Arc, PoisonError};

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::reading;
use keyward_app::session::Session;
use keyward_app::views::documents::{
    DocumentPage, DocumentView, FoundPlace, GreyRange, GreyWindow, PageMark, PageWords,
};
use keyward_app::views::reading::RoomScope;
use keyward_app::views::words::SaveWords;
use keyward_viewer::{Document, View, ViewError, Window};
use tauri::WebviewWindow;
use tauri::ipc::Response;

use crate::caller::Reader;
use crate::documents::{self, Key};
use crate::opened::OpenProfile;
use crate::{dialogs, saved};

/// Opens a document. One that cannot be shown is an answer that says why, not an error.
#[tauri::command]
pub async fn document_open(
    reader: Reader,
    scope: RoomScope,
    record_id: String,
    index: u32,
) -> Result<DocumentView, AppError> {
    let opened = Arc::clone(&reader.0.0);
    let key = Key { scope, record: record_id, index };
    reader
        .run(move |session| {
            let found = reading::document(session, &key.scope, &key.record, key.index)?;
            let mut view = found.view();
            let Some(kind) = documents::kind(found.shown) else { return Ok(view) };
            match documents::open(kind, found.data) {
                Ok(document) => {
                    describe(&mut view, &document);
                    opened.documents().keep(key, document);
                    // Locked meanwhile: the list was emptied before this one came.
                    if session.closed().is_cancelled() {
                        opened.documents().clear();
                    }
                }
                Err(error) => view.refused = Some(error.code().to_owned()),
            }
            Ok(view)
        })
        .await
}

fn describe(view: &mut DocumentView, document: &Document) {
    let info = document.info();
    let page =
        |page: &keyward_viewer::PageSize| DocumentPage { width: page.width, height: page.height };
    view.pages = info.pages.iter().map(page).collect();
    view.total = info.total;
    view.created.clone_from(&info.created);
    view.modality.clone_from(&info.modality);
    view.description.clone_from(&info.description);
    view.window = info.window.map(|w| GreyWindow { centre: w.centre, width: w.width });
    view.range = info.range.map(|(least, greatest)| GreyRange { least, greatest });
}

/// A page as a PNG. `width` in pixels; `window` chooses the grey values of a medical picture.
#[tauri::command]
pub async fn document_page(
    reader: Reader,
    scope: RoomScope,
    record_id: String,
    index: u32,
    page: u32,
    width: u32,
    window: Option<GreyWindow>,
) -> Result<Response, AppError> {
    let key = Key { scope, record: record_id, index };
    let window = window
        .filter(|w| w.centre.is_finite() && w.width.is_finite() && w.width > 0.0)
        .map(|w| Window { centre: w.centre, width: w.width });
    let view = View { page, width, window };
    let png = ask(reader, key, move |document| document.page(view)).await?;
    Ok(Response::new(png.bytes))
}

/// The text of a page, for who cannot see the picture.
#[tauri::command]
pub async fn document_text(
    reader: Reader,
    scope: RoomScope,
    record_id: String,
    index: u32,
    page: u32,
) -> Result<PageWords, AppError> {
    let key = Key { scope, record: record_id, index };
    let text = ask(reader, key, move |document| document.text(page)).await?;
    let lines = text.lines.into_iter().map(|line| line.text).collect();
    Ok(PageWords { lines, cut: text.cut })
}

/// Where words stand in a document.
#[tauri::command]
pub async fn document_find(
    reader: Reader,
    scope: RoomScope,
    record_id: String,
    index: u32,
    words: String,
) -> Result<Vec<FoundPlace>, AppError> {
    let key = Key { scope, record: record_id, index };
    let places = ask(reader, key, move |document| document.find(&words)).await?;
    let mark = |mark: keyward_viewer::Mark| PageMark {
        x: mark.x,
        y: mark.y,
        width: mark.width,
        height: mark.height,
    };
    Ok(places
        .into_iter()
        .map(|place| FoundPlace {
            page: place.page,
            before: place.before,
            found: place.found,
            after: place.after,
            marks: place.marks.into_iter().map(mark).collect(),
        })
        .collect())
}

/// Closes a document: the page was left.
#[tauri::command]
pub fn document_close(reader: Reader, scope: RoomScope, record_id: String, index: u32) {
    reader.0.0.documents().close(&Key { scope, record: record_id, index });
}

/// Saves the document byte for byte where the person picks; `false` if she picks no place.
#[tauri::command]
pub async fn document_save(
    window: WebviewWindow,
    reader: Reader,
    scope: RoomScope,
    record_id: String,
    index: u32,
    dialog: SaveWords,
) -> Result<bool, AppError> {
    reader
        .run(move |session| {
            let found = reading::document(session, &scope, &record_id, index)?;
            let name = found.file_name(&dialogs::stem(&dialog.name));
            drop(found);
            let Some(path) = dialogs::save(&window, &dialog, &name) else { return Ok(false) };
            // Read again: the profile may have been locked, or the share ended, while the dialog was open.
            let found = reading::document(session, &scope, &record_id, index)?;
            saved::whole(&path, |out| {
                out.write_all(&found.data).map_err(|_| AppError::new(ErrorCode::FileNotWritten))
            })?;
            Ok(true)
        })
        .await
}

/// Asks a document that is open (opening it again if it made room for others), after a look whether
/// it may still be read.
async fn ask<T: Send + 'static>(
    reader: Reader,
    key: Key,
    question: impl FnOnce(&mut Document) -> Result<T, ViewError> + Send + 'static,
) -> Result<T, AppError> {
    let opened = Arc::clone(&reader.0.0);
    reader
        .run(move |session| {
            if let Err(error) = reading::may_read(session, &key.scope, &key.record) {
                opened.documents().close(&key);
                return Err(error);
            }
            let document = match opened.documents().find(&key) {
                Some(document) => document,
                None => reopen(session, &opened, &key)?,
            };
            let mut document = document.lock().unwrap_or_else(PoisonError::into_inner);
            question(&mut document).map_err(|error| refused(&error))
        })
        .await
}

fn reopen(
    session: &Session,
    opened: &OpenProfile,
    key: &Key,
) -> Result<Arc<std::sync::Mutex<Document>>, AppError> {
    let found = reading::document(session, &key.scope, &key.record, key.index)?;
    let kind = documents::kind(found.shown).ok_or(ErrorCode::NotFound)?;
    let document = documents::open(kind, found.data).map_err(|error| refused(&error))?;
    opened.documents().keep(key.clone(), document);
    if session.closed().is_cancelled() {
        opened.documents().clear();
    }
    opened.documents().find(key).ok_or_else(|| ErrorCode::Locked.into())
}

fn refused(error: &ViewError) -> AppError {
    AppError::new(ErrorCode::DocumentRefused).with("reason", error.code())
}
