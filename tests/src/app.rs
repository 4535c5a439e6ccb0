//! The app under test: one process, driven through its windows.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use crate::computer::{Computer, Group, signal, tool};
use crate::webdriver::Session;
use crate::{Failure, Screen, wait_for};

/// How long the app may take from start to a window.
const START: Duration = Duration::from_secs(40);

/// The label Tauri gave the window.
const LABEL: &str = "return window.__TAURI_INTERNALS__?.metadata?.currentWindow?.label ?? ''";

/// A running app. Dropped: ended with everything it started.
#[derive(Debug)]
pub struct App {
    session: Session,
    driver: Group,
    by_keyboard: bool,
    display: String,
    started: SystemTime,
}

impl App {
    /// Starts the app on `computer` with its data in `data_dir` and further `arguments`.
    pub fn start(
        computer: &Computer,
        data_dir: &Path,
        arguments: &[&str],
    ) -> Result<Self, Failure> {
        Self::start_program(computer, &binary("keyward")?, data_dir, arguments)
    }

    /// As [`App::start`] through `program`, which ends in the app: for example one that first gives it
    /// another clock.
    pub fn start_program(
        computer: &Computer,
        program: &Path,
        data_dir: &Path,
        arguments: &[&str],
    ) -> Result<Self, Failure> {
        let port = free_port()?;
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(computer.home().join("app.log"))?;
        let driver = computer
            .command(tool("WebKitWebDriver", "webkit2gtk-driver")?)
            .arg(format!("--port={port}"))
            .arg("--host=127.0.0.1")
            // Where the print dialog proposes to write.
            .current_dir(computer.home())
            // What tauri-driver sets; the web view lets itself be driven only then.
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .map(Group)?;
        wait_for("the WebDriver server", Instant::now() + START, || {
            Ok(Session::driver_is_ready(port).then_some(()))
        })?;
        let mut all = vec!["--data-dir".to_owned(), data_dir.display().to_string()];
        all.extend(arguments.iter().map(|&a| a.to_owned()));
        let started = SystemTime::now();
        let session = Session::start(port, &program.display().to_string(), &all)?;
        let display = computer.display().to_owned();
        Ok(Self { session, driver, by_keyboard: false, display, started })
    }

    /// From now on every screen is used by keyboard alone.
    #[must_use]
    pub fn by_keyboard(self) -> Self {
        Self { by_keyboard: true, ..self }
    }

    /// The WebDriver session, for what no finder covers.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The moment before its process was started.
    #[must_use]
    pub fn started(&self) -> SystemTime {
        self.started
    }

    /// The window whose label begins with `label` (`welcome`, `patient-`, `doctor-`, `desk-`), once
    /// it is there.
    pub fn window(&self, label: &str) -> Result<Screen<'_>, Failure> {
        let handle =
            wait_for(&format!("the window “{label}”"), Instant::now() + START, || {
                for handle in self.session.windows()? {
                    self.session.switch_to(&handle)?;
                    if self
                        .session
                        .execute(LABEL, &[])?
                        .as_str()
                        .is_some_and(|l| l.starts_with(label))
                    {
                        return Ok(Some(handle));
                    }
                }
                Ok(None)
            })?;
        Ok(Screen::new(&self.session, handle, self.by_keyboard.then_some(self.display.as_str())))
    }

    /// The app's process id.
    pub fn pid(&self) -> Result<u32, Failure> {
        let driver = self.driver.0.id();
        let children = std::fs::read_to_string(format!("/proc/{driver}/task/{driver}/children"))?;
        let first = children.split_whitespace().next().and_then(|pid| pid.parse().ok());
        first.ok_or_else(|| Failure::Start("keyward".into()))
    }

    /// Ends the app as a power cut would: no warning, no clean-up.
    pub fn kill(self) -> Result<(), Failure> {
        self.end_by("-KILL", "the killed app to be gone")
    }

    /// Ends the app as a fault in it would, after the system has written what it writes then.
    pub fn crash(self) -> Result<(), Failure> {
        self.end_by("-ABRT", "the crashed app to be gone")
    }

    /// Sends a signal and waits until the data folder is free: whoever starts the app before that is
    /// told that it is already open.
    fn end_by(self, name: &str, what: &str) -> Result<(), Failure> {
        let pid = self.pid()?;
        signal(name, &pid.to_string());
        wait_for(what, Instant::now() + START, || Ok(is_gone(pid).then_some(())))
    }

    /// Ends the app through the driver, and waits until its data folder is free.
    pub fn end(self) -> Result<(), Failure> {
        let pid = self.pid().ok();
        self.session.end()?;
        wait_for("the app to be gone", Instant::now() + START, || {
            Ok(pid.is_none_or(is_gone).then_some(()))
        })
    }
}

/// Whether a process has let go of its files. Its first thread can be dead while others still hold
/// them, so the dead one (nobody reaped it yet) must be the only one left.
fn is_gone(pid: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count);
    state.map_or(true, |state| state.contains(") Z ")) && threads <= 1
}

/// The built program `name`: beside the running test or tool, or where `KEYWARD_BIN_DIR` says.
pub fn binary(name: &str) -> Result<PathBuf, Failure> {
    let mut candidates = Vec::new();
    if let Some(dir) = std::env::var_os("KEYWARD_BIN_DIR") {
        candidates.push(PathBuf::from(dir).join(name));
    }
    let here = std::env::current_exe()?;
    candidates.extend(here.ancestors().skip(1).take(2).map(|dir| dir.join(name)));
    candidates
        .into_iter()
        .find(|path| path.is_file())
        .ok_or_else(|| Failure::NotBuilt(name.to_owned()))
}

/// A loopback port nobody listens on at this moment.
pub(crate) fn free_port() -> Result<u16, Failure> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
