//! The platform's credential store through `keyring-core`, and its errors in our terms.
//!
//! The stores are used directly, not through the `keyring` crate: that one connects once per
//! process, so a keyring that was absent at the first call would stay absent until a restart.

use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};
use zeroize::Zeroizing;

use super::worker::{Answer, Backend, Call};
use super::{KeyringError, SERVICE};

/// Longest text accepted from the keyring; ours are far shorter.
const MAX_SECRET: usize = 4096;

/// The connected store; connects at the first call and again after a failure.
pub(crate) struct Platform {
    store: Option<Arc<CredentialStore>>,
}

impl Platform {
    pub(crate) fn new() -> Self {
        Self { store: None }
    }

    fn entry(&mut self, account: &str) -> Result<Entry, Error> {
        let store = match &self.store {
            Some(store) => Arc::clone(store),
            None => Arc::clone(self.store.insert(connect()?)),
        };
        store.build(SERVICE, account, None)
    }

    /// One call; after an error that may be the connection's, the next one connects anew.
    fn attempt(&mut self, call: &Call) -> Answer {
        self.try_call(call).map_err(|error| {
            let known = classify(error);
            if matches!(
                known,
                KeyringError::NoBus | KeyringError::NoProvider | KeyringError::Failed
            ) {
                self.store = None;
            }
            known
        })
    }

    fn try_call(&mut self, call: &Call) -> Result<Option<Zeroizing<String>>, Error> {
        match call {
            Call::Read { account } => match self.entry(account)?.get_secret() {
                Ok(bytes) => text(&Zeroizing::new(bytes)).map(Some),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(error),
            },
            Call::Write { account, secret } => {
                self.entry(account)?.set_secret(secret.as_bytes()).map(|()| None)
            }
            Call::Delete { account } => match self.entry(account)?.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(error),
            },
        }
    }
}

impl Backend for Platform {
    /// A service that was restarted since the last call does not know the session of before. Nobody has
    /// to see that: the call is made once more on a new connection. (Each may be made twice.)
    fn call(&mut self, call: &Call) -> Answer {
        let connected_before = self.store.is_some();
        let answer = self.attempt(call);
        let connection_lost = answer.is_err() && self.store.is_none();
        if connected_before && connection_lost { self.attempt(call) } else { answer }
    }
}

fn text(bytes: &Zeroizing<Vec<u8>>) -> Result<Zeroizing<String>, Error> {
    // The error would carry the bytes; ours must not.
    let bad = || Error::BadStoreFormat("not text".to_owned());
    if bytes.len() > MAX_SECRET {
        return Err(bad());
    }
    std::str::from_utf8(bytes).map(|text| Zeroizing::new(text.to_owned())).map_err(|_| bad())
}

#[cfg(target_os = "macos")]
fn connect() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(target_os = "windows")]
fn connect() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn connect() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

/// Consumes the error: its variants may hold what was stored.
fn classify(error: Error) -> KeyringError {
    match error {
        Error::NoDefaultStore => KeyringError::NoBus,
        Error::Ambiguous(_) => KeyringError::Ambiguous,
        Error::NoStorageAccess(cause) => {
            secret_service_cause(cause.as_ref()).unwrap_or(KeyringError::Locked)
        }
        Error::PlatformFailure(cause) => {
            secret_service_cause(cause.as_ref()).unwrap_or(KeyringError::Failed)
        }
        _ => KeyringError::Failed,
    }
}

type Cause = dyn std::error::Error + Send + Sync + 'static;

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn secret_service_cause(_cause: &Cause) -> Option<KeyringError> {
    None
}

/// What the Secret Service or the bus said.
#[cfg(all(unix, not(target_os = "macos")))]
fn secret_service_cause(cause: &Cause) -> Option<KeyringError> {
    use secret_service::Error as Service;
    match cause.downcast_ref::<Service>()? {
        Service::Unavailable => Some(KeyringError::NoBus),
        Service::Locked => Some(KeyringError::Locked),
        Service::Prompt => Some(KeyringError::PromptDismissed),
        Service::PromptDisconnected => Some(KeyringError::NoProvider),
        Service::NoResult => Some(KeyringError::NoCollection),
        Service::Zbus(error) => Some(bus_cause(error)),
        Service::ZbusFdo(zbus::fdo::Error::ServiceUnknown(_)) => Some(KeyringError::NoProvider),
        Service::ZbusFdo(zbus::fdo::Error::NameHasNoOwner(_)) => Some(KeyringError::NoProvider),
        _ => None,
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn bus_cause(error: &zbus::Error) -> KeyringError {
    match error {
        zbus::Error::Connection(..)
        | zbus::Error::InputOutput(_)
        | zbus::Error::Handshake(_)
        | zbus::Error::Address(_) => KeyringError::NoBus,
        zbus::Error::MethodError(name, ..) => match name.as_str() {
            "org.freedesktop.DBus.Error.ServiceUnknown"
            | "org.freedesktop.DBus.Error.NameHasNoOwner"
            | "org.freedesktop.DBus.Error.Spawn.ServiceNotFound" => KeyringError::NoProvider,
            "org.freedesktop.Secret.Error.IsLocked" => KeyringError::Locked,
            _ => KeyringError::Failed,
        },
        zbus::Error::FDO(error) => match error.as_ref() {
            zbus::fdo::Error::ServiceUnknown(_) | zbus::fdo::Error::NameHasNoOwner(_) => {
                KeyringError::NoProvider
            }
            _ => KeyringError::Failed,
        },
        _ => KeyringError::Failed,
    }
}
