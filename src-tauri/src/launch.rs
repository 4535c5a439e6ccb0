//! From the command line to the first window.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use keyward_vault::{OsKeyring, ProfileStore, StoreError};
use tauri::{AppHandle, DragDropEvent, Manager, RunEvent, WindowEvent};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

use crate::events::{Drag, Ear, Event};
use crate::state::Desktop;
use crate::unfinished::Unfinished;
use crate::{background, commands, dumps, first_window};

/// Exit code of a second instance on the same data.
pub const EXIT_ALREADY_RUNNING: u8 = 3;
/// Exit code when the command line was not understood.
pub const EXIT_USAGE: u8 = 2;

const USAGE: &str = if cfg!(feature = "demo") {
    "usage: keyward [--demo] [--data-dir DIR]"
} else {
    "usage: keyward [--data-dir DIR]"
};

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// Where profiles, the embedded services and the web view keep their files.
    pub data_dir: PathBuf,
    /// Open patient, doctor and desk with sample data. Only in builds with the feature `demo`.
    pub demo: bool,
}

impl Options {
    /// Reads the arguments (without the program name).
    pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let (mut data_dir, mut demo) = (None, false);
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.to_str() {
                Some("--data-dir") => {
                    let dir = arguments.next().ok_or("--data-dir needs a folder")?;
                    data_dir = Some(PathBuf::from(dir));
                }
                Some("--demo") if cfg!(feature = "demo") => demo = true,
                _ => return Err(format!("unknown argument {}", argument.to_string_lossy())),
            }
        }
        let data_dir = match data_dir {
            Some(dir) => dir,
            None => {
                let home = dirs::data_dir().ok_or("no home folder for this user")?;
                // Samples never mix with anybody's own records.
                home.join(if demo { "keyward-demo" } else { "keyward" })
            }
        };
        Ok(Self { data_dir, demo })
    }
}

/// Starts the app and returns when its last window is closed.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.collect();
    #[cfg(target_os = "linux")]
    crate::drawing::without_card(&arguments);
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    dumps::forbid();
    let options = match Options::parse(arguments.into_iter()) {
        Ok(options) => options,
        Err(problem) => return fail(EXIT_USAGE, &format!("{problem}\n{USAGE}")),
    };
    let store = match ProfileStore::open(&options.data_dir) {
        Ok(store) => store,
        Err(StoreError::InUse) => return already_running(),
        Err(error) => {
            return fail(1, &format!("Keyward cannot use {}: {error}", options.data_dir.display()));
        }
    };
    if !options.demo
        && let Err(error) = Unfinished::of(&options.data_dir).forget()
    {
        tracing::warn!(%error, "the note of an unfinished demo cannot be removed");
    }
    let keyring = match OsKeyring::start() {
        Ok(keyring) => keyring,
        Err(error) => return fail(1, &format!("Keyward cannot use the keyring: {error}")),
    };
    let result = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(commands::handler())
        .setup(move |app| {
            let handle = app.handle().clone();
            let desktop = Arc::new(Desktop::new(handle, options.data_dir, store, keyring));
            app.manage(Arc::clone(&desktop));
            background::start(&desktop);
            background::sweep(&desktop);
            #[cfg(target_os = "linux")]
            crate::system_lock::start(&desktop);
            #[cfg(feature = "demo")]
            if options.demo {
                crate::demo::start(&desktop);
                return Ok(());
            }
            first_window::open(&desktop);
            Ok(())
        })
        .build(context());
    match result {
        Ok(app) => {
            let code = app.run_return(on_event);
            ExitCode::from(u8::try_from(code).unwrap_or(1))
        }
        Err(error) => fail(1, &format!("Keyward cannot open a window: {error}")),
    }
}

fn on_event(app: &AppHandle, event: RunEvent) {
    let Some(desktop) = app.try_state::<Arc<Desktop>>() else { return };
    match event {
        RunEvent::WindowEvent { label, event: WindowEvent::Destroyed, .. } => {
            desktop.closed(&label);
        }
        RunEvent::WindowEvent { label, event: WindowEvent::DragDrop(drag), .. } => {
            on_drag(&desktop, &Ear::new(app.clone(), label.clone()), &label, drag);
        }
        RunEvent::Exit => desktop.lock_all(),
        _ => {}
    }
}

/// Every window is told, also one that takes no files: its page says what to do instead.
fn on_drag(desktop: &Desktop, ear: &Ear, label: &str, drag: DragDropEvent) {
    match drag {
        // What is no file (marked text) has no path and no place to be dropped.
        DragDropEvent::Enter { paths, .. } if !paths.is_empty() => {
            ear.tell(&Event::Dragged(Drag::Over));
        }
        DragDropEvent::Drop { paths, .. } if !paths.is_empty() => {
            ear.tell(&Event::Dragged(Drag::Dropped));
            desktop.dropped(label, paths);
        }
        DragDropEvent::Leave | DragDropEvent::Drop { .. } => {
            ear.tell(&Event::Dragged(Drag::Left));
        }
        _ => {}
    }
}

/// Configuration, capabilities and the embedded interface.
fn context() -> tauri::Context {
    tauri::generate_context!()
}

/// Says so in a dialog (and on stderr, for who started it from a terminal) and gives up. In every language of the
/// app: which one was chosen only the pages of the program that is open know.
fn already_running() -> ExitCode {
    const SENTENCE: &str = "Keyward is already open on this computer. Use the window that is open.\n\n\
        Keyward ya está abierto en este equipo. Use la ventana que está abierta.\n\n\
        Keyward 已经在这台电脑上打开。请使用已打开的窗口。";
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .setup(|app| {
            let handle = app.handle().clone();
            app.dialog()
                .message(SENTENCE)
                .title("Keyward")
                .kind(MessageDialogKind::Info)
                .show(move |_| handle.exit(i32::from(EXIT_ALREADY_RUNNING)));
            Ok(())
        })
        .build(context());
    fail(EXIT_ALREADY_RUNNING, SENTENCE);
    if let Ok(app) = app {
        app.run_return(|_, event| {
            // There is no window to keep the app alive while the dialog is shown.
            if let RunEvent::ExitRequested { api, code: None, .. } = event {
                api.prevent_exit();
            }
        });
    }
    ExitCode::from(EXIT_ALREADY_RUNNING)
}

#[expect(clippy::print_stderr, reason = "there is no window yet to say it in")]
fn fail(code: u8, sentence: &str) -> ExitCode {
    eprintln!("{sentence}");
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options, String> {
        Options::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn data_dir_is_taken_and_the_unknown_refused() {
        assert_eq!(
            parse(&["--data-dir", "/x"]),
            Ok(Options { data_dir: "/x".into(), demo: false })
        );
        assert!(parse(&["--data-dir"]).is_err());
        assert!(parse(&["--headless"]).is_err());
        assert_eq!(parse(&["--demo"]).is_ok(), cfg!(feature = "demo"));
    }
}
