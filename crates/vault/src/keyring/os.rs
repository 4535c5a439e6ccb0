//! The operating system's keyring behind the worker thread.

use std::time::Duration;

use zeroize::Zeroizing;

use super::platform::Platform;
use super::worker::{Call, Worker};
use super::{Keyring, KeyringError};

/// Long enough for a person to type her log-in password into the operating system's prompt.
const PATIENCE: Duration = Duration::from_secs(120);

/// The keyring of the logged-in user: Secret Service, macOS Keychain or Windows Credential
/// Manager. Share one per process.
pub struct OsKeyring {
    worker: Worker,
}

impl OsKeyring {
    /// Starts the keyring's thread; does not talk to the keyring yet. Calls give up after two
    /// minutes.
    ///
    /// # Errors
    /// [`KeyringError::Failed`] if no thread can be started.
    pub fn start() -> Result<Self, KeyringError> {
        Self::with_patience(PATIENCE)
    }

    /// As [`OsKeyring::start`], with another time limit per call.
    ///
    /// # Errors
    /// [`KeyringError::Failed`] if no thread can be started.
    pub fn with_patience(patience: Duration) -> Result<Self, KeyringError> {
        Ok(Self { worker: Worker::start(patience, Platform::new)? })
    }

    /// Frees everybody who is waiting, with [`KeyringError::Cancelled`]. A prompt that is open
    /// stays open; its answer is then ignored.
    pub fn cancel(&self) {
        self.worker.cancel();
    }
}

impl Keyring for OsKeyring {
    fn read(&self, account: &str) -> Result<Option<Zeroizing<String>>, KeyringError> {
        self.worker.ask(Call::Read { account: account.to_owned() })
    }

    fn write(&self, account: &str, secret: &str) -> Result<(), KeyringError> {
        let secret = Zeroizing::new(secret.to_owned());
        self.worker.ask(Call::Write { account: account.to_owned(), secret }).map(drop)
    }

    fn delete(&self, account: &str) -> Result<(), KeyringError> {
        self.worker.ask(Call::Delete { account: account.to_owned() }).map(drop)
    }
}
