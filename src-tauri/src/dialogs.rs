//! The system's file dialogs, in the language of the page that asks for one. Paths stay on this side: a page gets
//! tokens and names.

use std::path::PathBuf;

use keyward_app::views::words::{PickWords, SaveWords};
use tauri::{WebviewWindow, Wry};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};

/// Names that records usually have; every other file can be picked too.
const RECORDS: [&str; 14] = [
    "json", "ndjson", "fhir", "xml", "pdf", "jpg", "jpeg", "png", "tif", "tiff", "dcm", "csv",
    "tsv", "zip",
];
const BACKUPS: [&str; 1] = ["kwb"];
const PICTURES: [&str; 3] = ["png", "jpg", "jpeg"];
/// Characters of a title, or of the name of a kind of files.
const MAX_TITLE: usize = 120;
/// Characters of a name that is proposed.
const MAX_STEM: usize = 60;

/// Files (or one folder) to import; `None` if the person picked nothing. Waits: not for a window's
/// thread.
pub(crate) fn pick_records(
    window: &WebviewWindow,
    folder: bool,
    words: &PickWords,
) -> Option<Vec<PathBuf>> {
    if folder {
        return Some(vec![local(titled(window, &words.title).blocking_pick_folder()?)?]);
    }
    let picked = filtered(window, words, &RECORDS).blocking_pick_files()?;
    let paths: Vec<PathBuf> = picked.into_iter().filter_map(local).collect();
    (!paths.is_empty()).then_some(paths)
}

/// One backup file. Waits: not for a window's thread.
pub(crate) fn pick_backup(window: &WebviewWindow, words: &PickWords) -> Option<PathBuf> {
    local(filtered(window, words, &BACKUPS).blocking_pick_file()?)
}

/// One picture, of an invitation or a kit. Waits: not for a window's thread.
pub(crate) fn pick_picture(window: &WebviewWindow, words: &PickWords) -> Option<PathBuf> {
    let dialog = titled(window, &words.title).add_filter(shown(&words.files), &PICTURES);
    local(dialog.blocking_pick_file()?)
}

/// Where to save a file that has a name; `None` if the person picked nothing. Waits: not for a window's thread.
pub(crate) fn save(window: &WebviewWindow, words: &SaveWords, name: &str) -> Option<PathBuf> {
    local(titled(window, &words.title).set_file_name(name).blocking_save_file()?)
}

/// As [`save`], for a file that is new: named in the language of the page, with the ending of its kind.
pub(crate) fn save_new(window: &WebviewWindow, words: &SaveWords, ending: &str) -> Option<PathBuf> {
    save(window, words, &format!("{}.{ending}", stem(&words.name)))
}

/// A name as a page may propose it: no folder, no ending, nothing that some system cannot write.
pub(crate) fn stem(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-_ ".contains(c) { c } else { '-' };
    let stem: String = name.chars().take(MAX_STEM).map(plain).collect();
    let stem = stem.trim_matches(['-', ' ']);
    if stem.is_empty() { "keyward".to_owned() } else { stem.to_owned() }
}

fn filtered(window: &WebviewWindow, words: &PickWords, endings: &[&str]) -> FileDialogBuilder<Wry> {
    titled(window, &words.title)
        .add_filter(shown(&words.files), endings)
        .add_filter(shown(&words.all), &["*"])
}

fn titled(window: &WebviewWindow, title: &str) -> FileDialogBuilder<Wry> {
    window.dialog().file().set_title(shown(title)).set_parent(window)
}

/// One line of bounded length.
fn shown(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(MAX_TITLE).collect()
}

fn local(path: FilePath) -> Option<PathBuf> {
    path.into_path().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_proposes_a_name_and_neither_folder_nor_ending() {
        assert_eq!(stem("keyward-导出"), "keyward-导出");
        assert_eq!(stem("informe de importación"), "informe de importación");
        assert_eq!(stem("../../.bashrc"), "bashrc");
        assert_eq!(stem("C:\\a.exe"), "C--a-exe");
        assert_eq!(stem(" . "), "keyward");
        assert_eq!(stem(&"n".repeat(500)).len(), MAX_STEM);
    }

    #[test]
    fn a_title_is_one_line() {
        assert_eq!(shown("a\nb\u{7}"), "ab");
        assert_eq!(shown(&"t".repeat(500)).len(), MAX_TITLE);
    }
}
