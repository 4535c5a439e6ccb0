//! On a real private bus, with small stand-ins for the screen saver and for `login1`, which are
//! parts of the desktop and not of Keyward.

use std::io::{BufRead as _, BufReader, PipeReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use zbus::blocking::connection::Builder;
use zbus::blocking::fdo::DBusProxy;
use zbus::zvariant::Value;

use super::*;

/// Longer than anything here takes; waiting ends with the event, not with this.
const LONG: Duration = Duration::from_secs(20);
const QUIET: Duration = Duration::from_millis(200);
const OURS: &str = "/org/freedesktop/login1/session/c1";
const THEIRS: &str = "/org/freedesktop/login1/session/c2";

/// A bus of the test's own; ends with it.
struct PrivateBus {
    daemon: Child,
    address: String,
    _dir: tempfile::TempDir,
}

impl PrivateBus {
    fn start() -> PrivateBus {
        let dir = tempfile::tempdir().unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .arg(format!("--address=unix:path={}/bus", dir.path().display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut line).unwrap();
        PrivateBus { daemon, address: line.trim().to_owned(), _dir: dir }
    }

    fn connection(&self) -> Connection {
        Builder::address(self.address.as_str()).unwrap().build().unwrap()
    }

    /// Waits until somebody listens for `name`, asking the bus who has which rules is not offered:
    /// so a first signal is repeated until it is heard.
    fn until_heard(&self, heard: &Receiver<Told>, mut emit: impl FnMut()) -> Told {
        for _ in 0..400 {
            emit();
            if let Ok(told) = heard.recv_timeout(Duration::from_millis(50)) {
                return told;
            }
        }
        panic!("never heard");
    }
}

impl Drop for PrivateBus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// What happened, in order.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Locked,
    MaySleep,
    Ended,
}

/// Runs a listener on its own thread; everything it does is told.
fn listening(
    work: impl FnOnce(&dyn Fn()) -> zbus::Result<()> + Send + 'static,
) -> (Receiver<Told>, Sender<Told>) {
    let (tell, heard) = channel();
    let telling = tell.clone();
    std::thread::spawn(move || {
        let lock = || drop(telling.send(Told::Locked));
        drop(work(&lock));
        drop(telling.send(Told::Ended));
    });
    (heard, tell)
}

fn settle(heard: &Receiver<Told>) {
    while heard.recv_timeout(QUIET).is_ok() {}
}

#[test]
fn a_screen_saver_that_becomes_active_locks_and_one_that_ends_does_not() {
    for name in ["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"] {
        let bus = PrivateBus::start();
        let connection = bus.connection();
        let (heard, _) = listening(move |lock| savers(&connection, lock));
        let saver = bus.connection();
        saver.request_name(name).unwrap();
        let path = format!("/{}", name.replace('.', "/"));
        let emit = |active: bool| {
            saver.emit_signal(None::<&str>, path.as_str(), name, "ActiveChanged", &active).unwrap();
        };
        assert_eq!(bus.until_heard(&heard, || emit(true)), Told::Locked);
        settle(&heard);
        emit(false);
        assert!(heard.recv_timeout(QUIET).is_err(), "{name}: unlocking must not lock");
        emit(true);
        assert_eq!(heard.recv_timeout(LONG), Ok(Told::Locked), "{name}");
        // Somebody without the saver's name says the same.
        let other = bus.connection();
        other.emit_signal(None::<&str>, path.as_str(), name, "ActiveChanged", &true).unwrap();
        assert!(heard.recv_timeout(QUIET).is_err(), "{name}: said by nobody in particular");
        drop(bus);
        assert_eq!(heard.recv_timeout(LONG), Ok(Told::Ended), "{name}: the bus went away");
    }
}

/// A stand-in for `login1`: gives inhibitors and keeps their other ends.
struct Login(Mutex<Sender<(String, String, PipeReader)>>);

#[zbus::interface(name = "org.freedesktop.login1.Manager")]
impl Login {
    fn inhibit(&self, what: String, _who: &str, _why: &str, mode: String) -> OwnedFd {
        let (reader, writer) = std::io::pipe().unwrap();
        self.0.lock().unwrap().send((what, mode, reader)).unwrap();
        std::os::fd::OwnedFd::from(writer).into()
    }
}

/// A session of `login1`, of a user.
struct OneSession(u32);

#[zbus::interface(name = "org.freedesktop.login1.Session")]
impl OneSession {
    #[zbus(property)]
    fn user(&self) -> (u32, OwnedObjectPath) {
        (self.0, ObjectPath::from_static_str_unchecked("/org/freedesktop/login1/user/me").into())
    }
}

#[test]
fn sleep_waits_for_the_lock_and_a_locked_session_locks() {
    let bus = PrivateBus::start();
    let (inhibitors, asked) = channel();
    let us = rustix::process::getuid().as_raw();
    let service = Builder::address(bus.address.as_str())
        .unwrap()
        .serve_at(LOGIN_PATH, Login(Mutex::new(inhibitors)))
        .unwrap()
        .serve_at(OURS, OneSession(us))
        .unwrap()
        .serve_at(THEIRS, OneSession(us + 1))
        .unwrap()
        .name(LOGIN)
        .unwrap()
        .build()
        .unwrap();
    let (connection, calls) = (bus.connection(), bus.connection());
    let (heard, tell) = listening(move |lock| login(&connection, &calls, lock));

    let (what, mode, awake) = asked.recv_timeout(LONG).expect("sleep is delayed from the start");
    assert_eq!((what.as_str(), mode.as_str()), ("sleep", "delay"));
    let telling = tell.clone();
    let wait_until_released = move |mut awake: PipeReader| {
        let tell = telling.clone();
        std::thread::spawn(move || {
            // Ends when the last holder has let go.
            let _ = awake.read(&mut [0]);
            drop(tell.send(Told::MaySleep));
        });
    };
    wait_until_released(awake);
    assert!(heard.recv_timeout(QUIET).is_err(), "nothing happened yet");
    let sleep = |start: bool| {
        let name = "PrepareForSleep";
        service.emit_signal(None::<&str>, LOGIN_PATH, MANAGER, name, &start).unwrap();
    };
    sleep(true);
    assert_eq!(heard.recv_timeout(LONG), Ok(Told::Locked));
    assert_eq!(heard.recv_timeout(LONG), Ok(Told::MaySleep), "only then may it sleep");
    sleep(false);
    let (_, _, awake) = asked.recv_timeout(LONG).expect("delayed again after waking up");
    wait_until_released(awake);
    assert!(heard.recv_timeout(QUIET).is_err(), "waking up locks nothing");

    let lock = |session: &str| {
        service.emit_signal(None::<&str>, session, SESSION, "Lock", &()).unwrap();
    };
    lock(OURS);
    assert_eq!(heard.recv_timeout(LONG), Ok(Told::Locked));
    lock(THEIRS);
    assert!(heard.recv_timeout(QUIET).is_err(), "another person's session");
    let hint = |session: &str, locked: bool| {
        let changed = std::collections::HashMap::from([("LockedHint", Value::from(locked))]);
        let body = (SESSION, changed, Vec::<String>::new());
        let name = "PropertiesChanged";
        service.emit_signal(None::<&str>, session, PROPERTIES, name, &body).unwrap();
    };
    hint(OURS, false);
    assert!(heard.recv_timeout(QUIET).is_err(), "an unlocked session");
    hint(OURS, true);
    assert_eq!(heard.recv_timeout(LONG), Ok(Told::Locked));
}

#[test]
fn a_bus_without_these_services_is_no_error_and_they_may_come_later() {
    let bus = PrivateBus::start();
    let (connection, calls) = (bus.connection(), bus.connection());
    let (heard, _tell) = listening(move |lock| login(&connection, &calls, lock));
    let asking = bus.connection();
    assert!(!DBusProxy::new(&asking).unwrap().name_has_owner(LOGIN.try_into().unwrap()).unwrap());
    let (inhibitors, asked) = channel();
    let manager = || {
        Builder::address(bus.address.as_str())
            .unwrap()
            .serve_at(LOGIN_PATH, Login(Mutex::new(inhibitors.clone())))
            .unwrap()
    };
    // It may come before the listener is there, and then again.
    for _ in 0..2 {
        let service = manager().name(LOGIN).unwrap().build().unwrap();
        let (.., awake) = asked.recv_timeout(LONG).expect("delayed as soon as somebody can");
        let sleep = || {
            let name = "PrepareForSleep";
            service.emit_signal(None::<&str>, LOGIN_PATH, MANAGER, name, &true).unwrap();
        };
        assert_eq!(bus.until_heard(&heard, sleep), Told::Locked);
        settle(&heard);
        drop((awake, service));
    }
}
