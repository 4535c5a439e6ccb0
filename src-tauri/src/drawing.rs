//! How the web engine draws on a computer without a graphics card.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// Where Linux has the cards that can draw, one file `renderD128` and so on for each.
const CARDS: &str = "/dev/dri";
/// Makes WebKitGTK draw without OpenGL. It has no other way of being told before its first process starts.
const WITHOUT_GL: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";
/// What else decides how it draws: who set one of these has decided.
const DECIDED: [&str; 4] = [
    WITHOUT_GL,
    "WEBKIT_FORCE_COMPOSITING_MODE",
    "WEBKIT_DISABLE_DMABUF_RENDERER",
    "WEBKIT_DMABUF_RENDERER_FORCE_SHM",
];

/// Starts this program anew, in this process, so that the engine draws by itself, where it would draw through a
/// graphics card that is played by the processor: that takes tens of megabytes, and some windows stay black
/// (QubesOS/qubes-issues 9595). Returns where there is nothing to do or it cannot be done.
pub fn without_card(arguments: &[OsString]) {
    if has_card(Path::new(CARDS)) || is_decided(|name| std::env::var_os(name).is_some()) {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut anew = Command::new(program);
    anew.args(arguments).env(WITHOUT_GL, "1");
    if let Some(name) = std::env::args_os().next() {
        anew.arg0(name);
    }
    // It only returns if it failed; then the engine draws as it would have.
    drop(anew.exec());
}

fn has_card(cards: &Path) -> bool {
    let draws = |name: &OsStr| name.to_string_lossy().starts_with("renderD");
    std::fs::read_dir(cards).is_ok_and(|all| all.flatten().any(|card| draws(&card.file_name())))
}

fn is_decided(is_set: impl Fn(&str) -> bool) -> bool {
    DECIDED.iter().any(|name| is_set(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_that_only_shows_pictures_does_not_draw() {
        let cards = tempfile::tempdir().unwrap();
        assert!(!has_card(&cards.path().join("none")));
        std::fs::write(cards.path().join("card0"), "").unwrap();
        assert!(!has_card(cards.path()));
        std::fs::write(cards.path().join("renderD128"), "").unwrap();
        assert!(has_card(cards.path()));
    }

    #[test]
    fn what_the_person_set_stays() {
        assert!(!is_decided(|_| false));
        assert!(is_decided(|name| name == "WEBKIT_FORCE_COMPOSITING_MODE"));
        // So that the program started anew does not start anew.
        assert!(is_decided(|name| name == WITHOUT_GL));
    }
}
