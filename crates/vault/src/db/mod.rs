//! The SQLCipher store of one unlocked profile: the implementation of the vault port.

mod error;
mod index;
mod insert;
mod log;
mod migrate;
mod open;
mod pack;
mod slot;
mod stack;
mod transaction;

#[cfg(test)]
#[cfg(target_os = "linux")]
mod faults;
#[cfg(test)]
pub(crate) mod tests;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use keyward_app::ports::index::PASSING;
use keyward_app::ports::vault::{Packed, Transaction, Vault, VaultError};

pub(crate) use error::vault_error;
pub(crate) use index::fuzz_search;
pub(crate) use migrate::NEWEST;
pub(crate) use open::{VaultKey, create, sidecar, writer};
pub(crate) use pack::unpack;
use slot::Slot;
use transaction::SqlTransaction;

use crate::files::FileLock;

/// How long a transaction waits for its turn before [`VaultError::Busy`].
const PATIENCE: Duration = Duration::from_secs(30);

/// How long [`SqlVault::close`] waits for running transactions to notice.
const CLOSING: Duration = Duration::from_secs(5);

/// The open store of an unlocked profile.
///
/// Changes go through one connection, one transaction at a time (`BEGIN IMMEDIATE`); views read a
/// snapshot through a second, read-only connection and do not wait for changes. Dropping the store
/// closes it.
pub struct SqlVault {
    writer: Slot,
    reader: Slot,
    /// Keeps a second instance away from the file until the connections are closed.
    lock: Mutex<Option<FileLock>>,
}

/// Remembers that the store is damaged. Best effort: who meets the damage is told in any case.
pub(crate) fn mark(path: &Path) {
    let _ = crate::files::replace(path, &[]);
}

impl SqlVault {
    /// Opens an existing file; refuses a newer schema, a damaged file and a wrong key without
    /// having changed anything.
    ///
    /// `damaged` is the file to make when something of the store is found damaged later.
    pub(crate) fn open(
        path: &Path,
        key: &VaultKey,
        lock: FileLock,
        damaged: Option<PathBuf>,
    ) -> Result<Self, VaultError> {
        open::inspect(path, key)?;
        let writer = open::writer(path, key)?;
        let reader = open::reader(path, key)?;
        Ok(Self {
            writer: Slot::new(writer, PATIENCE, damaged.clone()),
            reader: Slot::new(reader, PATIENCE, damaged),
            lock: Mutex::new(Some(lock)),
        })
    }

    /// Closes the store: keys and cached pages leave memory, the file can be opened again. Running
    /// transactions are interrupted and rolled back; every later call answers
    /// [`VaultError::Locked`]. Closing twice does nothing.
    pub fn close(&self) {
        self.reader.close();
        self.writer.close_after(|connection| {
            // If it does not come to it, opening does it.
            let _ = forget_passing(connection);
        });
        let closed = self.reader.wait_closed(CLOSING) && self.writer.wait_closed(CLOSING);
        if closed {
            // Only now: whoever gets the lock may rely on nobody else using the file.
            self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    }

    /// Whether the store was closed.
    pub fn is_closed(&self) -> bool {
        self.writer.is_closing()
    }

    /// The connection for changes, for tests that need to bend it.
    #[cfg(test)]
    pub(crate) fn with_writer<T>(&self, f: impl FnOnce(&rusqlite::Connection) -> T) -> T {
        let lease = self.writer.lend().unwrap();
        f(lease.connection().unwrap())
    }
}

/// Removes the scopes that do not outlive the opening of the store.
fn forget_passing(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    if index::read::scopes(connection, PASSING)?.is_empty() {
        return Ok(());
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let removed = index::write::remove_scopes(connection, PASSING);
    connection.execute_batch(if removed.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    stack::wipe();
    removed
}

impl Vault for SqlVault {
    fn begin(&self) -> Result<Box<dyn Transaction + '_>, VaultError> {
        Ok(Box::new(SqlTransaction::begin(&self.writer)?))
    }

    fn read(&self) -> Result<Box<dyn Transaction + '_>, VaultError> {
        Ok(Box::new(SqlTransaction::snapshot(&self.reader)?))
    }

    fn pack(&self, body: &[u8]) -> Option<Packed> {
        pack::pack(body).map(Packed::new)
    }

    fn rest(&self) {
        if self.writer.was_large()
            && let Ok(lease) = self.writer.lend()
            && let Ok(connection) = lease.connection()
        {
            // Whatever is not given back now is when the store is closed.
            let _ = connection.execute_batch(transaction::REST);
        }
    }
}

impl Drop for SqlVault {
    fn drop(&mut self) {
        self.close();
    }
}
