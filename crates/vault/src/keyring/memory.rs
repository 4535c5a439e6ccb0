//! A keyring in memory, for tests only: it is compiled into no product (feature `testing`).

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::{Keyring, KeyringError};

/// How the next call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The call fails and changes nothing.
    Before(KeyringError),
    /// The call takes effect, but the caller is told it failed (a prompt answered too late).
    After(KeyringError),
    /// The call says it worked and changed nothing.
    Forgets,
}

#[derive(Default)]
struct State {
    entries: BTreeMap<String, Zeroizing<String>>,
    next_write: Option<Fault>,
    refuse: Option<KeyringError>,
}

/// Holds entries until dropped.
#[derive(Default)]
pub struct MemoryKeyring {
    state: Mutex<State>,
}

impl MemoryKeyring {
    /// An empty keyring.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next write goes wrong in this way.
    pub fn fail_next_write(&self, fault: Fault) {
        self.state().next_write = Some(fault);
    }

    /// Every call fails until told otherwise.
    pub fn refuse(&self, error: Option<KeyringError>) {
        self.state().refuse = error;
    }

    /// What is stored, for assertions.
    pub fn peek(&self, account: &str) -> Option<String> {
        self.state().entries.get(account).map(|secret| secret.to_string())
    }

    /// Stores something behind the app's back.
    pub fn plant(&self, account: &str, secret: &str) {
        self.state().entries.insert(account.to_owned(), Zeroizing::new(secret.to_owned()));
    }

    /// Loses everything.
    pub fn wipe(&self) {
        self.state().entries.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keyring for MemoryKeyring {
    fn read(&self, account: &str) -> Result<Option<Zeroizing<String>>, KeyringError> {
        let state = self.state();
        match state.refuse {
            Some(error) => Err(error),
            None => Ok(state.entries.get(account).cloned()),
        }
    }

    fn write(&self, account: &str, secret: &str) -> Result<(), KeyringError> {
        let mut state = self.state();
        if let Some(error) = state.refuse {
            return Err(error);
        }
        let fault = state.next_write.take();
        match fault {
            Some(Fault::Before(error)) => return Err(error),
            Some(Fault::Forgets) => return Ok(()),
            Some(Fault::After(_)) | None => {}
        }
        state.entries.insert(account.to_owned(), Zeroizing::new(secret.to_owned()));
        match fault {
            Some(Fault::After(error)) => Err(error),
            _ => Ok(()),
        }
    }

    fn delete(&self, account: &str) -> Result<(), KeyringError> {
        let mut state = self.state();
        match state.refuse {
            Some(error) => Err(error),
            None => {
                state.entries.remove(account);
                Ok(())
            }
        }
    }
}
