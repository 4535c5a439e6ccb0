//! The store of one authority: a single SQLite file (WAL, synchronous=FULL, secure_delete).
//!
//! Rules live in [`crate::register`], [`crate::invite`] and [`crate::persona`]; here are rows. Every change is
//! one `BEGIN IMMEDIATE` transaction, so two processes on one file are serialised by SQLite itself.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rand::{
    TryRng,
    rngs::{SysError, SysRng},
};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use keyward_relay_api::http::UnixClock;

pub(crate) mod clinicians;
pub(crate) mod history;
pub(crate) mod invitations;
pub(crate) mod people;
pub(crate) mod recovery;
pub(crate) mod requests;
pub(crate) mod seal;

use seal::{Column, ColumnSeal, SealBroken};

/// Version written by this code; an older program refuses a newer file and leaves it untouched.
const SCHEMA_VERSION: i64 = 3;
/// "KWau": tells this file from other SQLite files.
const APPLICATION_ID: i64 = 0x4b57_6175;
/// The file in the folder.
pub(crate) const DATABASE: &str = "authority.db";
/// When the register was restored from a backup, in `meta`.
pub(crate) const RESTORED: &str = "restored_at";
const SCHEMA: &str = include_str!("schema.sql");
/// What version 2 adds.
const RECOVERY: &str = include_str!("recovery.sql");
const KEY_CHECK: &[u8] = b"keyward authority store";

/// Why the store cannot be opened or used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite or the file system failed; nothing was changed.
    #[error("the register could not be read or written")]
    Sqlite(#[from] rusqlite::Error),
    /// The folder cannot be created or protected.
    #[error("the register's folder could not be prepared")]
    Folder(#[source] std::io::Error),
    /// The file was written by a newer program.
    #[error("the register was written by a newer version ({found} > {SCHEMA_VERSION})")]
    NewerSchema {
        /// Version found in the file.
        found: i64,
    },
    /// A restore into the folder did not come to its end.
    #[error("a restore into this folder did not come to its end; empty it and restore again")]
    Unfinished,
    /// The file is not a register.
    #[error("the file is not a register")]
    NotARegister,
    /// The clinic's name or an address does not fit into an invitation.
    #[error("the clinic's name or an address does not fit into an invitation")]
    Letterhead,
    /// The storage key does not belong to this file.
    #[error("the storage key does not belong to this register")]
    WrongKey,
    /// A stored value does not open or does not parse: the file was changed from outside.
    #[error("a stored value is damaged")]
    Damaged,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    Randomness,
}

impl From<SealBroken> for StoreError {
    fn from(_: SealBroken) -> Self {
        Self::Damaged
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(_: serde_json::Error) -> Self {
        Self::Damaged
    }
}

impl From<SysError> for StoreError {
    fn from(_: SysError) -> Self {
        Self::Randomness
    }
}

/// The open store. Cheap calls; callers on an async runtime use a blocking thread.
pub(crate) struct Store {
    connection: Mutex<Connection>,
    seal: ColumnSeal,
    clock: Arc<dyn UnixClock>,
}

/// One transaction with the time it happens at.
pub(crate) struct Tx<'a> {
    sql: rusqlite::Transaction<'a>,
    seal: &'a ColumnSeal,
    /// Never earlier than any time this store has seen: what is over stays over.
    pub(crate) now: u64,
    /// What the clock says. Certificates are dated by it, so that a clock that once ran ahead does not
    /// date them into the future for ever.
    pub(crate) clock: u64,
}

impl Store {
    /// Opens or creates `dir/authority.db`.
    pub(crate) fn open(
        dir: &Path,
        storage_key: &[u8; 32],
        clock: Arc<dyn UnixClock>,
    ) -> Result<Self, StoreError> {
        prepare_folder(dir)?;
        let seal = ColumnSeal::new(storage_key);
        let mut connection = Connection::open(dir.join(DATABASE))?;
        connection.busy_timeout(Duration::from_secs(10))?;
        check_version(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        connection.pragma_update(None, "trusted_schema", "OFF")?;
        migrate(&mut connection, &seal)?;
        let store = Self { connection: Mutex::new(connection), seal, clock };
        store.read(|tx| tx.check_key())?;
        Ok(store)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere rolled its transaction back; the connection itself is sound.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` in one transaction and commits it if it succeeds; otherwise nothing happened.
    pub(crate) fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let sql = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let highest = highest_time(&sql)?;
        let clock = self.clock.now();
        let now = highest.max(clock);
        let tx = Tx { sql, seal: &self.seal, now, clock };
        if now > highest {
            tx.put_meta("highest_time", &now.to_be_bytes())?;
        }
        let value = work(&tx)?;
        tx.sql.commit().map_err(StoreError::from)?;
        Ok(value)
    }

    /// Runs `work` on one consistent state of the store.
    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let sql = connection.transaction().map_err(StoreError::from)?;
        let clock = self.clock.now();
        let now = highest_time(&sql)?.max(clock);
        work(&Tx { sql, seal: &self.seal, now, clock })
    }

    /// What the clock says.
    pub(crate) fn clock(&self) -> u64 {
        self.clock.now()
    }

    /// Moves the WAL into the file and empties it (on stop, and after something was forgotten).
    pub(crate) fn checkpoint(&self) -> Result<(), StoreError> {
        self.emptied().map(|_| ())
    }

    /// The same; says whether it is empty now, or a reader was in the way.
    pub(crate) fn emptied(&self) -> Result<bool, StoreError> {
        let busy: i64 =
            self.lock().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(busy == 0)
    }
}

impl Tx<'_> {
    fn check_key(&self) -> Result<(), StoreError> {
        let stored = self.meta("key_check")?.ok_or(StoreError::NotARegister)?;
        match self.seal.open(Column::KeyCheck, b"", &stored) {
            Ok(value) if *value == KEY_CHECK => Ok(()),
            _ => Err(StoreError::WrongKey),
        }
    }

    /// A single stored value.
    pub(crate) fn meta(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .sql
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?)
    }

    /// Stores a single value.
    pub(crate) fn put_meta(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.sql
            .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")?
            .execute(params![key, value])?;
        Ok(())
    }

    /// A big-endian counter in `meta`; 0 when it was never set.
    pub(crate) fn counter(&self, key: &str) -> Result<u64, StoreError> {
        match self.meta(key)? {
            None => Ok(0),
            Some(bytes) => {
                Ok(u64::from_be_bytes(bytes.try_into().map_err(|_| StoreError::Damaged)?))
            }
        }
    }

    /// Adds one to a counter in `meta` and returns it.
    pub(crate) fn count_up(&self, key: &str) -> Result<u64, StoreError> {
        let next = self.counter(key)?.saturating_add(1);
        self.put_meta(key, &next.to_be_bytes())?;
        Ok(next)
    }

    /// Keyed tag, see [`ColumnSeal::tag`].
    pub(crate) fn tag(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.seal.tag(purpose, parts)
    }
}

/// 16 random bytes from the operating system.
pub(crate) fn random_id() -> Result<[u8; 16], StoreError> {
    let mut id = [0u8; 16];
    SysRng.try_fill_bytes(&mut id)?;
    Ok(id)
}

/// The operating system's randomness as an infallible source; it panics where the system has none,
/// which [`random_id`] reports properly before anything else is drawn.
pub(crate) fn rng() -> rand_core::UnwrapErr<SysRng> {
    rand_core::UnwrapErr(SysRng)
}

fn highest_time(sql: &rusqlite::Transaction<'_>) -> Result<u64, StoreError> {
    let stored: Option<Vec<u8>> = sql
        .prepare_cached("SELECT value FROM meta WHERE key = 'highest_time'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    match stored {
        None => Ok(0),
        Some(bytes) => Ok(u64::from_be_bytes(bytes.try_into().map_err(|_| StoreError::Damaged)?)),
    }
}

/// Before anything is written: is this ours, and not from a newer program?
pub(crate) fn check_version(connection: &Connection) -> Result<(), StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i64 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && application != APPLICATION_ID {
        return Err(StoreError::NotARegister);
    }
    if found > SCHEMA_VERSION {
        return Err(StoreError::NewerSchema { found });
    }
    Ok(())
}

/// Creates the schema in a new file and brings an older one up to date, forward only. Later versions append steps.
fn migrate(connection: &mut Connection, seal: &ColumnSeal) -> Result<(), StoreError> {
    let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = sql.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found == 0 {
        sql.execute_batch(SCHEMA)?;
        let sealed = seal.seal(&mut rng(), Column::KeyCheck, b"", KEY_CHECK)?;
        sql.execute("INSERT INTO meta (key, value) VALUES ('key_check', ?1)", [sealed])?;
        sql.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    if found < 2 {
        sql.execute_batch(RECOVERY)?;
    }
    if found < 3 {
        // Personas are certified without anybody's name: nothing of them stands in the register.
        sql.execute_batch("DROP TABLE IF EXISTS personas; DROP TABLE IF EXISTS persona_counts;")?;
        sql.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    }
    sql.commit()?;
    Ok(())
}

/// The register is readable by its owner only.
fn prepare_folder(dir: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(dir).map_err(StoreError::Folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(StoreError::Folder)?;
    }
    Ok(())
}
