//! Opening the SQLCipher file: first a look that changes nothing, then the real connections.

use std::path::{Path, PathBuf};
use std::time::Duration;

use keyward_app::ports::vault::VaultError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::error::vault_error;
use super::{log, migrate};

/// Identifies the file as a Keyward vault to tools ("KWVT"); part of the encrypted header.
const APPLICATION_ID: i32 = 0x4b57_5654;

/// How long SQLite itself waits for a lock held by another connection (a checkpoint, mostly).
const BUSY: Duration = Duration::from_secs(5);

/// The 256-bit key of the file, used raw (no key stretching: it is derived from a random secret).
pub(crate) struct VaultKey(Zeroizing<[u8; 32]>);

impl VaultKey {
    pub(crate) fn new(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The key itself.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// `PRAGMA key` in SQLCipher's raw form: the hexadecimal digits are the key itself.
    fn pragma(&self) -> Zeroizing<String> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        // Reserved in full, so that no shorter copy of the key is left behind by growing.
        let mut sql = Zeroizing::new(String::with_capacity(96));
        sql.push_str("PRAGMA key = \"x'");
        for byte in self.0.iter() {
            sql.push(char::from(DIGITS[usize::from(byte >> 4)]));
            sql.push(char::from(DIGITS[usize::from(byte & 0x0f)]));
        }
        sql.push_str("'\"");
        sql
    }
}

/// Looks whether the file opens under `key` and is not newer than this app, through a connection
/// that can change neither the file nor its write-ahead log.
///
/// # Errors
/// [`VaultError::Newer`], [`VaultError::Corrupt`] (also for a wrong key: the caller has compared
/// the key's check value before), or what the disk reports.
pub(crate) fn inspect(path: &Path, key: &VaultKey) -> Result<(), VaultError> {
    let had_log = refuse_damaged_log(path)?;
    let connection = connect(path, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let looked = look(&connection);
    drop(connection);
    if !had_log {
        // Even a reader of a WAL database leaves an empty log and its index. (The caller holds the
        // profile's lock, so nobody else uses them.)
        for name in ["-wal", "-shm"] {
            let left = sidecar(path, name);
            if left.exists() {
                std::fs::remove_file(left)
                    .map_err(|error| VaultError::Io(error.kind().to_string()))?;
            }
        }
    }
    looked
}

/// A companion of the database: its log or the log's index.
pub(crate) fn sidecar(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Before SQLite drops from a damaged log what was acknowledged. Gives whether there is a log.
fn refuse_damaged_log(path: &Path) -> Result<bool, VaultError> {
    let file = sidecar(path, "-wal");
    if !file.exists() {
        return Ok(false);
    }
    match log::is_damaged(&file, path) {
        Ok(false) => Ok(true),
        Ok(true) => Err(VaultError::Corrupt("the log is damaged".to_owned())),
        Err(error) => Err(VaultError::Io(error.kind().to_string())),
    }
}

fn look(connection: &Connection) -> Result<(), VaultError> {
    let sql = |error: rusqlite::Error| vault_error(&error);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(sql)?;
    let version = migrate::version(connection).map_err(sql)?;
    let application: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(sql)?;
    if application != APPLICATION_ID {
        return Err(VaultError::Corrupt("not a vault".to_owned()));
    }
    if version > migrate::NEWEST {
        return Err(VaultError::Newer);
    }
    connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        .map_err(sql)?;
    Ok(())
}

/// Creates the file with the newest schema. The file must not exist or be empty.
pub(crate) fn create(path: &Path, key: &VaultKey) -> Result<(), VaultError> {
    create_of_version(path, key, migrate::NEWEST)
}

/// As [`create`], with the schema of a version.
pub(crate) fn create_of_version(
    path: &Path,
    key: &VaultKey,
    version: u32,
) -> Result<(), VaultError> {
    let sql = |error: rusqlite::Error| vault_error(&error);
    let mut connection = connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(sql)?;
    write_settings(&connection).map_err(sql)?;
    migrate::migrate_to(&mut connection, version).map_err(sql)?;
    // The closing connection writes everything into the file itself and removes the log.
    connection.close().map_err(|(_, error)| vault_error(&error))
}

/// A connection for tests that must not migrate.
#[cfg(test)]
pub(crate) fn reader_and_writer(path: &Path, key: &VaultKey) -> Result<Connection, VaultError> {
    connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// The connection for changes; migrates an older schema.
pub(crate) fn writer(path: &Path, key: &VaultKey) -> Result<Connection, VaultError> {
    let sql = |error: rusqlite::Error| vault_error(&error);
    let mut connection = connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    write_settings(&connection).map_err(sql)?;
    migrate::migrate(&mut connection).map_err(sql)?;
    // What a crash left behind.
    super::forget_passing(&connection).map_err(sql)?;
    Ok(connection)
}

/// A second connection for views, so that they never wait for a long change.
pub(crate) fn reader(path: &Path, key: &VaultKey) -> Result<Connection, VaultError> {
    let connection = connect(path, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.pragma_update(None, "query_only", true).map_err(|error| vault_error(&error))?;
    Ok(connection)
}

fn connect(path: &Path, key: &VaultKey, access: OpenFlags) -> Result<Connection, VaultError> {
    let sql = |error: rusqlite::Error| vault_error(&error);
    // No URI file names, no symbolic link in place of the file, no shared cache.
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags).map_err(sql)?;
    connection.execute_batch(BEFORE_KEY).map_err(sql)?;
    connection.execute_batch(&key.pragma()).map_err(sql)?;
    connection.execute_batch(SETTINGS).map_err(sql)?;
    connection.busy_timeout(BUSY).map_err(sql)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// SQLCipher would print on the process's stderr for every file that does not open.
/// `cipher_memory_security` wipes SQLite's memory when it is freed: from before the key on, which
/// stands in a statement. (It is built without locking memory, see `.cargo/config.toml`.)
const BEFORE_KEY: &str = "
    PRAGMA cipher_log_level = NONE;
    PRAGMA cipher_memory_security = ON;
";

/// `cipher_compatibility` pins the version-4 file format (AES-256-CBC, HMAC-SHA512 per page, 4 KiB
/// pages) whatever a later library's default is. Temporary results stay in memory, never in a file.
const SETTINGS: &str = "
    PRAGMA cipher_compatibility = 4;
    PRAGMA temp_store = MEMORY;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
";

/// A commit is durable when it returns: the log is flushed to the disk itself (on macOS past the
/// drive's cache), and deleted content is overwritten. The cache (8 MiB) holds the indexes an import
/// writes to at random places; it is given back after each larger transaction.
fn write_settings(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(rusqlite::Error::ExecuteReturnedResults);
    }
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA fullfsync = ON;
         PRAGMA checkpoint_fullfsync = ON;
         PRAGMA secure_delete = ON;
         PRAGMA cache_size = -8192;
         PRAGMA journal_size_limit = 16777216;",
    )
}
