//! When the desktop session is locked, or the computer goes to sleep, every open profile locks as it
//! does after a time without activity.
//!
//! Two buses are listened to: on the session's, the screen savers of the desktops; on the system's,
//! `org.freedesktop.login1`. Before sleep a delay inhibitor holds the computer awake until the keys
//! have left the memory. Neither bus nor service needs to be there: without them the automatic lock
//! by inactivity remains. Linux only; elsewhere nothing is listened to yet.
//!
//! Whoever may speak on these buses can make Keyward lock. That is all he can make it do.

use std::sync::{Arc, Weak};
use std::time::Duration;

use zbus::blocking::fdo::DBusProxy;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::Type;
use zbus::zvariant::{ObjectPath, OwnedFd, OwnedObjectPath, OwnedValue};
use zbus::{MatchRule, Message};

use crate::state::Desktop;

/// How long until a bus that is not there, or went away, is looked for again.
const AGAIN: Duration = Duration::from_secs(60);
/// Screen savers: name and interface are the same; `ActiveChanged(true)` is the lock.
const SAVERS: [&str; 5] = [
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.xfce.ScreenSaver",
];
const LOGIN: &str = "org.freedesktop.login1";
const LOGIN_PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";
const SESSIONS: &str = "/org/freedesktop/login1/session";
const BUS: &str = "org.freedesktop.DBus";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// Starts listening; ends with the desktop.
pub(crate) fn start(desktop: &Arc<Desktop>) {
    listen("session-bus", Arc::downgrade(desktop), |lock| savers(&Connection::session()?, lock));
    listen("system-bus", Arc::downgrade(desktop), |lock| {
        login(&Connection::system()?, &Connection::system()?, lock)
    });
}

/// A thread that listens to one bus for as long as there is a desktop.
fn listen(
    name: &'static str,
    desktop: Weak<Desktop>,
    bus: impl Fn(&dyn Fn()) -> zbus::Result<()> + Send + 'static,
) {
    let lock = {
        let desktop = Weak::clone(&desktop);
        move || {
            let Some(desktop) = desktop.upgrade() else { return };
            for opened in desktop.all_open() {
                opened.lock();
            }
        }
    };
    let thread = std::thread::Builder::new().name(name.into()).spawn(move || {
        while desktop.strong_count() > 0 {
            // No bus, or none any more, is how many computers are: nothing to report.
            if let Err(error) = bus(&lock) {
                tracing::debug!(name, %error, "the system's lock is not heard there");
            }
            std::thread::sleep(AGAIN);
        }
    });
    if let Err(error) = thread {
        tracing::warn!(name, %error, "no thread to hear the system's lock");
    }
}

fn signal(sender: &'static str, interface: &'static str) -> zbus::Result<MatchRule<'static>> {
    Ok(MatchRule::builder().msg_type(Type::Signal).sender(sender)?.interface(interface)?.build())
}

/// Asks the bus for what the rules name. The iterator exists before, so that nothing is missed.
fn subscribe(
    connection: &Connection,
    rules: impl IntoIterator<Item = MatchRule<'static>>,
) -> zbus::Result<MessageIterator> {
    let messages = MessageIterator::from(connection);
    let bus = DBusProxy::new(connection)?;
    for rule in rules {
        bus.add_match_rule(rule)?;
    }
    Ok(messages)
}

/// The interface and name of a signal.
fn named(message: &Message) -> Option<(String, String)> {
    let header = message.header();
    if header.message_type() != Type::Signal {
        return None;
    }
    Some((header.interface()?.to_string(), header.member()?.to_string()))
}

/// Hears the screen savers of a session's bus until it ends.
fn savers(connection: &Connection, lock: &dyn Fn()) -> zbus::Result<()> {
    let rules = SAVERS.iter().map(|name| signal(name, name)).collect::<zbus::Result<Vec<_>>>()?;
    for message in subscribe(connection, rules)? {
        let message = message?;
        let Some((interface, member)) = named(&message) else { continue };
        if SAVERS.contains(&interface.as_str())
            && member == "ActiveChanged"
            && message.body().deserialize::<bool>().unwrap_or(false)
        {
            lock();
        }
    }
    Ok(())
}

/// Hears `login1` on the system's bus until it ends. `calls` is a connection of its own: what is
/// heard must not wait behind an answer.
fn login(connection: &Connection, calls: &Connection, lock: &dyn Fn()) -> zbus::Result<()> {
    let rules = [
        signal(LOGIN, MANAGER)?,
        signal(LOGIN, SESSION)?,
        MatchRule::builder()
            .msg_type(Type::Signal)
            .sender(LOGIN)?
            .interface(PROPERTIES)?
            .path_namespace(SESSIONS)?
            .build(),
        MatchRule::builder()
            .msg_type(Type::Signal)
            .sender(BUS)?
            .interface(BUS)?
            .member("NameOwnerChanged")?
            .arg(0, LOGIN)?
            .build(),
    ];
    let messages = subscribe(connection, rules)?;
    let mut awake = hold_awake(calls);
    for message in messages {
        let message = message?;
        let Some((interface, member)) = named(&message) else { continue };
        match (interface.as_str(), member.as_str()) {
            (MANAGER, "PrepareForSleep") => {
                if message.body().deserialize::<bool>().unwrap_or(true) {
                    lock();
                    // Now the computer may sleep.
                    awake = None;
                } else {
                    awake = hold_awake(calls);
                }
            }
            (SESSION, "Lock") if is_ours(calls, message.header().path()) => lock(),
            (PROPERTIES, "PropertiesChanged")
                if says_locked(&message) && is_ours(calls, message.header().path()) =>
            {
                lock();
            }
            // The service came, perhaps anew: what it held for us is gone.
            (BUS, "NameOwnerChanged") => awake = hold_awake(calls),
            _ => {}
        }
    }
    drop(awake);
    Ok(())
}

/// Delays sleep until this is dropped. `None` if nobody can delay it.
fn hold_awake(calls: &Connection) -> Option<OwnedFd> {
    let request = ("sleep", "Keyward", "Health records are being locked", "delay");
    let held = calls.call_method(Some(LOGIN), LOGIN_PATH, Some(MANAGER), "Inhibit", &request);
    match held.and_then(|answer| answer.body().deserialize::<OwnedFd>()) {
        Ok(held) => Some(held),
        Err(error) => {
            tracing::debug!(%error, "sleep cannot be delayed");
            None
        }
    }
}

/// Whether a changed session says that it is locked now.
fn says_locked(message: &Message) -> bool {
    type Changed = (String, std::collections::HashMap<String, OwnedValue>, Vec<String>);
    let Ok((interface, changed, _)) = message.body().deserialize::<Changed>() else { return false };
    interface == SESSION
        && changed.get("LockedHint").is_some_and(|value| bool::try_from(value).unwrap_or(false))
}

/// Whether a session is this user's. When in doubt it is: locking once too often costs little.
fn is_ours(calls: &Connection, session: Option<&ObjectPath<'_>>) -> bool {
    let Some(session) = session else { return true };
    let answer =
        calls.call_method(Some(LOGIN), session, Some(PROPERTIES), "Get", &(SESSION, "User"));
    let user = answer.and_then(|answer| answer.body().deserialize::<OwnedValue>());
    let user = user.and_then(|user| Ok(<(u32, OwnedObjectPath)>::try_from(user)?));
    user.map_or(true, |(uid, _)| uid == rustix::process::getuid().as_raw())
}

#[cfg(test)]
#[path = "system_lock_tests.rs"]
mod tests;
