//! The engine of the app's windows without the app: WebKitGTK's own small browser, driven.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::app::free_port;
use crate::computer::{Computer, Group, tool};
use crate::webdriver::Session;
use crate::{Failure, wait_for};

const START: Duration = Duration::from_secs(40);
/// Inner size, once three frames have come and gone: an earlier wish may arrive late.
const INNER: &str = "const done = arguments[arguments.length - 1]; let left = 3; \
     const next = () => left-- > 0 ? requestAnimationFrame(next) \
       : done([window.innerWidth, window.innerHeight]); next();";

/// A running browser with one window. Dropped: ended with everything it started.
#[derive(Debug)]
pub struct Browser {
    session: Session,
    _driver: Group,
}

impl Browser {
    /// Starts it on `computer`.
    pub fn start(computer: &Computer) -> Result<Self, Failure> {
        Self::start_by(computer, computer.command(tool("WebKitWebDriver", "webkit2gtk-driver")?))
    }

    /// Starts it where the user asked the desktop for less motion.
    pub fn start_still(computer: &Computer) -> Result<Self, Failure> {
        let configuration = computer.home().join("still");
        std::fs::create_dir_all(configuration.join("gtk-3.0"))?;
        let settings = "[Settings]\ngtk-enable-animations=0\n";
        std::fs::write(configuration.join("gtk-3.0/settings.ini"), settings)?;
        let mut command = computer.command(tool("WebKitWebDriver", "webkit2gtk-driver")?);
        command.env("XDG_CONFIG_HOME", configuration);
        Self::start_by(computer, command)
    }

    fn start_by(computer: &Computer, mut command: Command) -> Result<Self, Failure> {
        let port = free_port()?;
        let driver = command
            // What it prints to a file is written where it was started.
            .current_dir(computer.home())
            .arg(format!("--port={port}"))
            .arg("--host=127.0.0.1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(Group)?;
        wait_for("the WebDriver server", Instant::now() + START, || {
            Ok(Session::driver_is_ready(port).then_some(()))
        })?;
        let program = program()?.display().to_string();
        let session = Session::start(port, &program, &["--automation".into(), "--private".into()])?;
        Ok(Self { session, _driver: driver })
    }

    /// The WebDriver session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Gives the page this size, in CSS pixels.
    pub fn resize(&self, width: u32, height: u32) -> Result<(), Failure> {
        let (mut outer_width, mut outer_height) = (width, height);
        let mut right = 0;
        wait_for("the window's size", Instant::now() + START, || {
            if right == 0 {
                self.session.set_window_size(outer_width, outer_height)?;
            }
            let inner = self.session.execute_async(INNER, &[])?;
            let inner = |at: usize| inner[at].as_u64().and_then(|n| u32::try_from(n).ok());
            let (now_width, now_height) = (inner(0).unwrap_or(0), inner(1).unwrap_or(0));
            if (now_width, now_height) == (width, height) {
                right += 1;
                return Ok((right == 2).then_some(()));
            }
            right = 0;
            // The browser's own bar takes some of the height.
            outer_width = (outer_width + width).saturating_sub(now_width);
            outer_height = (outer_height + height).saturating_sub(now_height);
            Ok(None)
        })
    }

    /// Ends the browser.
    pub fn end(self) -> Result<(), Failure> {
        self.session.end()
    }
}

/// The browser that comes with the library.
fn program() -> Result<PathBuf, Failure> {
    let libraries = std::fs::read_dir(Path::new("/usr/lib"))?.map_while(Result::ok);
    let mut places = vec![PathBuf::from("/usr/libexec/webkit2gtk-4.1/MiniBrowser")];
    places.extend(libraries.map(|entry| entry.path().join("webkit2gtk-4.1/MiniBrowser")));
    places.into_iter().find(|path| path.is_file()).ok_or_else(|| Failure::Missing {
        program: "MiniBrowser".into(),
        package: "libwebkit2gtk-4.1-0".into(),
    })
}
