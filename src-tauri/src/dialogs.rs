//! The system's file dialogs. Paths stay on this side: a page gets tokens and names.

use std::path::PathBuf;

use tauri::WebviewWindow;
use tauri_plugin_dialog::{DialogExt, FilePath};

/// Title of the dialog in which records are picked.
const IMPORT_TITLE: &str = "Choose records to import";
/// Title of the dialog in which an invitation's picture is picked.
const IMAGE_TITLE: &str = "Choose a picture of the invitation";

/// Files (or one folder) to import; `None` if the person picked nothing. Waits: not for a window's
/// thread.
pub(crate) fn pick_records(window: &WebviewWindow, folder: bool) -> Option<Vec<PathBuf>> {
    let dialog = window.dialog().file().set_title(IMPORT_TITLE).set_parent(window);
    if folder {
        return Some(vec![local(dialog.blocking_pick_folder()?)?]);
    }
    let picked = dialog
        .add_filter("FHIR records", &["json", "ndjson", "fhir"])
        .add_filter("All files", &["*"])
        .blocking_pick_files()?;
    let paths: Vec<PathBuf> = picked.into_iter().filter_map(local).collect();
    (!paths.is_empty()).then_some(paths)
}

/// One picture. Waits: not for a window's thread.
pub(crate) fn pick_image(window: &WebviewWindow) -> Option<PathBuf> {
    let dialog = window.dialog().file().set_title(IMAGE_TITLE).set_parent(window);
    local(dialog.add_filter("Pictures", &["png", "jpg", "jpeg"]).blocking_pick_file()?)
}

fn local(path: FilePath) -> Option<PathBuf> {
    path.into_path().ok()
}
