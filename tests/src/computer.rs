//! A computer of its own for a story: display, session bus and a real Secret Service, all private
//! to it and gone with it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::{Failure, wait_for};

/// Size of the display in pixels.
pub const DISPLAY_SIZE: &str = "1280x900x24";
/// How long a helper may take to be ready.
const START: Duration = Duration::from_secs(20);

/// Password of the throw-away login keyring.
const KEYRING_PASSWORD: &[u8] = b"story";

/// Display, bus and keyring; processes end when this is dropped.
#[derive(Debug)]
pub struct Computer {
    // Order matters on drop: who needs the bus ends before the bus.
    keyring: Option<Group>,
    accessibility: Option<(Group, Group, String)>,
    _bus: Group,
    _display: Group,
    display: String,
    bus: String,
    bus_is_there: bool,
    home: TempDir,
}

impl Computer {
    /// Starts a computer with an unlocked, empty keyring.
    pub fn start() -> Result<Self, Failure> {
        Self::with_display(DISPLAY_SIZE)
    }

    /// As [`Computer::start`] with a display of this size, `WIDTHxHEIGHTx24`.
    pub fn with_display(size: &str) -> Result<Self, Failure> {
        let home = tempfile::Builder::new().prefix("keyward-story-").tempdir()?;
        for dir in ["run", "data", "config", "cache"] {
            std::fs::create_dir(home.path().join(dir))?;
        }
        let private = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(home.path().join("run"), private)?;
        let (display, number) = start_display(size)?;
        let (bus, address) = start_bus(home.path())?;
        let mut computer = Self {
            keyring: None,
            accessibility: None,
            _bus: bus,
            _display: display,
            display: format!(":{number}"),
            bus: address,
            bus_is_there: true,
            home,
        };
        computer.keyring = Some(computer.start_keyring()?);
        Ok(computer)
    }

    /// As [`Computer::start`], with the bus on which programs tell screen readers what they show.
    pub fn with_screen_reader() -> Result<Self, Failure> {
        let mut computer = Self::start()?;
        let configuration = Path::new("/usr/share/defaults/at-spi2/accessibility.conf");
        if !configuration.is_file() {
            return Err(Failure::Missing {
                program: "the accessibility bus".into(),
                package: "at-spi2-core".into(),
            });
        }
        let child = computer
            .command(tool("dbus-daemon", "dbus-daemon")?)
            .arg("--config-file")
            .arg(configuration)
            // Not where the configuration says, which is everybody's.
            .arg(format!("--address=unix:path={}", computer.home().join("run/a11y").display()))
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (bus, address) = Group(child).after_first_line("the accessibility bus")?;
        // The bus would start it in a way that waits for a desktop.
        let child = computer
            .command("/usr/libexec/at-spi2-registryd")
            .env("AT_SPI_BUS_ADDRESS", &address)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (registry, _) = Group(child).after_first_line("the accessibility registry")?;
        computer.accessibility = Some((registry, bus, address));
        Ok(computer)
    }

    /// Address of the bus for screen readers, where there is one.
    #[must_use]
    pub fn accessibility_bus(&self) -> Option<&str> {
        self.accessibility.as_ref().map(|(.., address)| address.as_str())
    }

    /// Folder for the story's own files.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The display's name, for example `:7`.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Address of the session's bus, for parts of the desktop that a story plays itself.
    #[must_use]
    pub fn session_bus(&self) -> &str {
        &self.bus
    }

    /// A command that runs on this computer, in a process group of its own.
    #[must_use]
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        on_home(&mut command, self.home.path());
        // Without an address a program looks in the runtime folder, where there is none either.
        if self.bus_is_there {
            command.env("DBUS_SESSION_BUS_ADDRESS", &self.bus);
        } else {
            command.env_remove("DBUS_SESSION_BUS_ADDRESS");
        }
        if let Some(address) = self.accessibility_bus() {
            command
                .env_remove("NO_AT_BRIDGE")
                .env_remove("GTK_A11Y")
                .env("AT_SPI_BUS_ADDRESS", address);
        }
        command
            .env("DISPLAY", &self.display)
            .env("GDK_BACKEND", "x11")
            .env_remove("WAYLAND_DISPLAY")
            .process_group(0);
        command
    }

    /// Stops the Secret Service: the app finds a bus without a keyring.
    pub fn stop_keyring(&mut self) {
        self.keyring = None;
    }

    /// Whether programs started from now on find the session bus.
    pub fn set_bus(&mut self, there: bool) {
        self.bus_is_there = there;
    }

    /// Locks the keyring as a person or a program does who asks the service for it.
    pub fn lock_keyring(&self) -> Result<(), Failure> {
        self.ask(&[
            "--dest=org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
            "array:objpath:/org/freedesktop/secrets/collection/login",
        ])
    }

    /// From now on the keyring can show its prompts on this computer's display.
    pub fn let_prompts_appear(&self) -> Result<(), Failure> {
        let display = format!("dict:string:string:DISPLAY,{}", self.display);
        self.ask(&[
            "--dest=org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus.UpdateActivationEnvironment",
            &display,
        ])
    }

    /// Ends the Secret Service and starts it again with what was in it, unlocked.
    pub fn restart_keyring(&mut self) -> Result<(), Failure> {
        self.stop_keyring();
        wait_for("the keyring to leave the bus", Instant::now() + START, || {
            Ok((!self.has_secret_service()?).then_some(()))
        })?;
        self.keyring = Some(self.start_keyring()?);
        Ok(())
    }

    /// Calls something on the session bus and waits for its answer.
    fn ask(&self, call: &[&str]) -> Result<(), Failure> {
        let status = self
            .command(tool("dbus-send", "dbus-bin")?)
            .args(["--session", "--print-reply"])
            .args(call)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if status.success() {
            Ok(())
        } else {
            Err(Failure::Story(format!("the session bus refuses {call:?}")))
        }
    }

    /// Another Secret Service takes the place of the one there was, with a store of its own and nothing in it.
    /// [`Computer::restart_keyring`] brings the first one back.
    pub fn another_keyring(&mut self) -> Result<(), Failure> {
        self.stop_keyring();
        wait_for("the keyring to leave the bus", Instant::now() + START, || {
            Ok((!self.has_secret_service()?).then_some(()))
        })?;
        let store = self.home().join("other-data");
        std::fs::create_dir_all(&store)?;
        self.keyring = Some(self.start_keyring_over(&store)?);
        Ok(())
    }

    fn start_keyring(&self) -> Result<Group, Failure> {
        self.start_keyring_over(&self.home().join("data"))
    }

    fn start_keyring_over(&self, store: &Path) -> Result<Group, Failure> {
        let mut child = self
            .command(tool("gnome-keyring-daemon", "gnome-keyring")?)
            .args(["--foreground", "--unlock", "--components=secrets"])
            .env("XDG_DATA_HOME", store)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(KEYRING_PASSWORD)?;
        }
        let keyring = Group(child);
        wait_for("the keyring on the session bus", Instant::now() + START, || {
            Ok(self.has_secret_service()?.then_some(()))
        })?;
        Ok(keyring)
    }

    /// Whether somebody on the session bus keeps secrets.
    fn has_secret_service(&self) -> Result<bool, Failure> {
        let output = self
            .command(tool("dbus-send", "dbus-bin")?)
            .args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"])
            .args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()?;
        Ok(String::from_utf8_lossy(&output.stdout).contains("boolean true"))
    }
}

/// Points every XDG folder into `home`, so that nothing of this machine is read or written.
fn on_home(command: &mut Command, home: &Path) {
    command
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home.join("run"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        // No accessibility bus unless it is asked for: it starts processes that outlive the story.
        .env("NO_AT_BRIDGE", "1")
        .env("GTK_A11Y", "none")
        .env("AT_SPI_BUS_ADDRESS", "disabled:")
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC");
}

fn start_display(size: &str) -> Result<(Group, String), Failure> {
    let child = Command::new(tool("Xvfb", "xvfb")?)
        .args(["-displayfd", "1", "-screen", "0", size, "-nolisten", "tcp"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    Group(child).after_first_line("Xvfb")
}

fn start_bus(home: &Path) -> Result<(Group, String), Failure> {
    let mut command = Command::new(tool("dbus-daemon", "dbus-daemon")?);
    on_home(&mut command, home);
    let child = command
        .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    Group(child).after_first_line("dbus-daemon")
}

/// Finds a program, or says which package has it.
pub fn tool(program: &str, package: &str) -> Result<PathBuf, Failure> {
    std::env::var_os("PATH")
        .iter()
        .flat_map(std::env::split_paths)
        .map(|dir| dir.join(program))
        .find(|path| path.is_file())
        .ok_or_else(|| Failure::Missing { program: program.into(), package: package.into() })
}

/// A process and everything it started; ended together on drop.
#[derive(Debug)]
pub(crate) struct Group(pub(crate) Child);

impl Group {
    fn after_first_line(mut self, who: &str) -> Result<(Self, String), Failure> {
        let stdout = self.0.stdout.take().ok_or_else(|| Failure::Start(who.into()))?;
        let mut reader = BufReader::new(stdout);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        // Keep the pipe open and drained: a daemon must not die of SIGPIPE later.
        std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
        let line = line.trim().to_owned();
        if line.is_empty() { Err(Failure::Start(who.into())) } else { Ok((self, line)) }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        signal("-KILL", &format!("-{}", self.0.id()));
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Sends a signal to a process, or to a group if `target` starts with `-`.
pub(crate) fn signal(signal: &str, target: &str) {
    drop(
        Command::new("kill")
            .args([signal, "--", target])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status(),
    );
}
