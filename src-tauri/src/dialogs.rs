//! The system's file dialogs. Paths stay on this side: a page gets tokens and names.

use std::path::PathBuf;

use tauri::WebviewWindow;
use tauri_plugin_dialog::{DialogExt, FilePath};

/// Title of the dialog in which records are picked.
const IMPORT_TITLE: &str = "Choose records to import";
/// Names that records usually have; every other file can be picked too.
const RECORDS: [&str; 14] = [
    "json", "ndjson", "fhir", "xml", "pdf", "jpg", "jpeg", "png", "tif", "tiff", "dcm", "csv",
    "tsv", "zip",
];
/// Title of the dialog in which a place to save to is picked.
const SAVE_TITLE: &str = "Save a copy";
/// Title of the dialog in which an invitation's picture is picked.
const IMAGE_TITLE: &str = "Choose a picture of the invitation";
/// Title of the dialog in which a backup is picked.
const BACKUP_TITLE: &str = "Choose a backup";
/// Title of the dialog in which the picture of a kit is picked. Says nothing of what it opens.
const KIT_TITLE: &str = "Choose a picture of the kit";

/// Files (or one folder) to import; `None` if the person picked nothing. Waits: not for a window's
/// thread.
pub(crate) fn pick_records(window: &WebviewWindow, folder: bool) -> Option<Vec<PathBuf>> {
    let dialog = window.dialog().file().set_title(IMPORT_TITLE).set_parent(window);
    if folder {
        return Some(vec![local(dialog.blocking_pick_folder()?)?]);
    }
    let picked = dialog
        .add_filter("Medical records", &RECORDS)
        .add_filter("All files", &["*"])
        .blocking_pick_files()?;
    let paths: Vec<PathBuf> = picked.into_iter().filter_map(local).collect();
    (!paths.is_empty()).then_some(paths)
}

/// One backup file. Waits: not for a window's thread.
pub(crate) fn pick_backup(window: &WebviewWindow) -> Option<PathBuf> {
    let dialog = window.dialog().file().set_title(BACKUP_TITLE).set_parent(window);
    let dialog = dialog.add_filter("Keyward backups", &["kwb"]).add_filter("All files", &["*"]);
    local(dialog.blocking_pick_file()?)
}

/// One picture of a kit. Waits: not for a window's thread.
pub(crate) fn pick_kit_image(window: &WebviewWindow) -> Option<PathBuf> {
    let dialog = window.dialog().file().set_title(KIT_TITLE).set_parent(window);
    local(dialog.add_filter("Pictures", &["png", "jpg", "jpeg"]).blocking_pick_file()?)
}

/// One picture. Waits: not for a window's thread.
pub(crate) fn pick_image(window: &WebviewWindow) -> Option<PathBuf> {
    let dialog = window.dialog().file().set_title(IMAGE_TITLE).set_parent(window);
    local(dialog.add_filter("Pictures", &["png", "jpg", "jpeg"]).blocking_pick_file()?)
}

/// Where to save a file, with a name to begin with; `None` if the person picked nothing. Waits: not
/// for a window's thread.
pub(crate) fn save(window: &WebviewWindow, name: &str) -> Option<PathBuf> {
    let dialog = window.dialog().file().set_title(SAVE_TITLE).set_parent(window);
    local(dialog.set_file_name(name).blocking_save_file()?)
}

fn local(path: FilePath) -> Option<PathBuf> {
    path.into_path().ok()
}
