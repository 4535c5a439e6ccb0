//! The file of what must never be forgotten of credentials: see `schema.sql`.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use crate::store::{
    StoreError,
    people::{SubjectId, stored_time, time},
    random_id, rng,
    seal::{Column, ColumnSeal},
};

const SCHEMA: &str = include_str!("schema.sql");
const SCHEMA_VERSION: i64 = 1;
/// "KWcr": tells this file from other SQLite files.
const APPLICATION_ID: i64 = 0x4b57_6372;
const KEY_CHECK: &[u8] = b"keyward authority credentials";
/// Epochs with an object whose rows are kept. Counted, not dated: a clock that once ran ahead must not
/// have the tags of the true present forgotten. An epoch is valid for two of them.
const KEPT_EPOCHS: u32 = 6;

/// 16 random bytes that tell one file from the one that takes its place.
pub(super) type FileId = [u8; 16];

/// The open file.
pub(super) struct CredentialStore {
    connection: Mutex<Connection>,
    seal: ColumnSeal,
    id: FileId,
}

/// One transaction.
pub(super) struct CredentialTx<'a> {
    sql: Transaction<'a>,
    seal: &'a ColumnSeal,
}

/// An entry of the register of an epoch.
pub(super) struct Entry<'a> {
    pub(super) epoch: u64,
    pub(super) person: SubjectId,
    /// `M`.
    pub(super) element: &'a [u8],
    /// The whole request.
    pub(super) request: &'a [u8],
    /// The signed entry in it.
    pub(super) signed: &'a [u8],
    pub(super) at: u64,
}

/// Tags of a presentation and of what it certifies.
pub(super) struct Spent {
    pub(super) epoch: u64,
    pub(super) tag: [u8; 32],
    pub(super) persona: [u8; 32],
    pub(super) content: [u8; 32],
    pub(super) request: [u8; 32],
}

/// What became of something that may be there once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is there since the time given (now or, for the very same request, before).
    Since(u64),
    /// Something else is in its place.
    Used,
}

impl CredentialStore {
    /// Opens the file, or creates it; a new one is closed through `closed`.
    pub(super) fn open(
        path: &Path,
        storage_key: &[u8; 32],
        closed: Option<u64>,
    ) -> Result<Self, StoreError> {
        let seal = ColumnSeal::new(storage_key);
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        restrict(path)?;
        connection.pragma_update(None, "journal_mode", "DELETE")?;
        connection.pragma_update(None, "synchronous", "EXTRA")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.pragma_update(None, "trusted_schema", "OFF")?;
        create(&mut connection, &seal, closed)?;
        let id = {
            let tx = CredentialTx { sql: connection.transaction()?, seal: &seal };
            tx.check_key()?;
            tx.meta("id")?.and_then(|id| id.try_into().ok()).ok_or(StoreError::Damaged)?
        };
        Ok(Self { connection: Mutex::new(connection), seal, id })
    }

    /// Which file it is.
    pub(super) fn id(&self) -> FileId {
        self.id
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere rolled its transaction back; the connection itself is sound.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` in one transaction and commits it if it succeeds; otherwise nothing happened.
    pub(super) fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&CredentialTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let sql = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let tx = CredentialTx { sql, seal: &self.seal };
        let value = work(&tx)?;
        tx.sql.commit().map_err(StoreError::from)?;
        Ok(value)
    }

    /// Runs `work` on one consistent state.
    pub(super) fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&CredentialTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let sql = connection.transaction().map_err(StoreError::from)?;
        work(&CredentialTx { sql, seal: &self.seal })
    }

    /// Keyed tag, see [`ColumnSeal::tag`].
    pub(super) fn tag(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.seal.tag(purpose, parts)
    }
}

impl CredentialTx<'_> {
    fn check_key(&self) -> Result<(), StoreError> {
        let stored = self.meta("key_check")?.ok_or(StoreError::NotARegister)?;
        match self.seal.open(Column::CredentialKeyCheck, b"", &stored) {
            Ok(value) if *value == KEY_CHECK => Ok(()),
            _ => Err(StoreError::WrongKey),
        }
    }

    fn meta(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .sql
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?)
    }

    fn put_meta(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.sql
            .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")?
            .execute(params![key, value])?;
        Ok(())
    }

    /// Writes something, to see whether that is possible.
    pub(super) fn probe(&self) -> Result<(), StoreError> {
        let other = if self.meta("probe")?.as_deref() == Some(&[0]) { [1] } else { [0] };
        self.put_meta("probe", &other)
    }

    /// The last epoch in which nothing is issued and certified any more.
    pub(super) fn closed(&self) -> Result<Option<u64>, StoreError> {
        let bytes = self.meta("closed")?;
        let number = bytes.map(|bytes| bytes.try_into().map(u64::from_be_bytes)).transpose();
        number.map_err(|_| StoreError::Damaged)
    }

    /// Closes all epochs up to and including this one.
    pub(super) fn close(&self, epoch: u64) -> Result<(), StoreError> {
        let epoch = self.closed()?.map_or(epoch, |closed| closed.max(epoch));
        self.put_meta("closed", &epoch.to_be_bytes())
    }

    /// The object of an epoch.
    pub(super) fn object(&self, epoch: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .sql
            .prepare_cached("SELECT object FROM epochs WHERE epoch = ?1")?
            .query_row([stored_time(epoch)], |row| row.get(0))
            .optional()?)
    }

    /// Keeps the object of an epoch unless there is one; gives the one that is there. Rows of epochs
    /// long past go.
    pub(super) fn put_object(&self, epoch: u64, object: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.sql
            .prepare_cached("INSERT OR IGNORE INTO epochs (epoch, object) VALUES (?1, ?2)")?
            .execute(params![stored_time(epoch), object])?;
        for table in ["register", "spent"] {
            self.sql
                .prepare_cached(&format!(
                    "DELETE FROM {table} WHERE epoch < (SELECT min(epoch) FROM
                       (SELECT epoch FROM epochs ORDER BY epoch DESC LIMIT ?1))"
                ))?
                .execute([KEPT_EPOCHS])?;
        }
        self.object(epoch)?.ok_or(StoreError::Damaged)
    }

    /// How many entries a person has in an epoch.
    pub(super) fn entries(&self, person: &SubjectId, epoch: u64) -> Result<u32, StoreError> {
        Ok(self
            .sql
            .prepare_cached("SELECT count(*) FROM register WHERE person = ?1 AND epoch = ?2")?
            .query_row(params![person, stored_time(epoch)], |row| row.get(0))?)
    }

    /// When this very request was entered, if it was.
    pub(super) fn entered(&self, request: &[u8]) -> Result<Option<u64>, StoreError> {
        let tag = self.seal.tag("credential request", &[request]);
        let at: Option<i64> = self
            .sql
            .prepare_cached("SELECT at FROM register WHERE request = ?1")?
            .query_row([tag], |row| row.get(0))
            .optional()?;
        Ok(at.map(time))
    }

    /// Takes an entry into the register. Its element may stand there once.
    pub(super) fn enter(&self, entry: &Entry<'_>) -> Result<Taken, StoreError> {
        let request = self.seal.tag("credential request", &[entry.request]);
        let element = self.seal.tag("credential element", &[entry.element]);
        let sealed = self.seal.seal(&mut rng(), Column::RegisterEntry, &request, entry.signed)?;
        let added = self
            .sql
            .prepare_cached(
                "INSERT INTO register (request, epoch, person, element, sealed_entry, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                request,
                stored_time(entry.epoch),
                entry.person,
                element,
                sealed,
                stored_time(entry.at)
            ])?;
        Ok(if added == 1 { Taken::Since(entry.at) } else { Taken::Used })
    }

    /// Erases the entries of a person.
    pub(super) fn forget(&self, person: &SubjectId) -> Result<(), StoreError> {
        self.sql.prepare_cached("DELETE FROM register WHERE person = ?1")?.execute([person])?;
        Ok(())
    }

    /// Takes a presentation, unless its tag or its persona is there for another request.
    pub(super) fn spend(&self, it: &Spent) -> Result<Taken, StoreError> {
        let added = self
            .sql
            .prepare_cached(
                "INSERT INTO spent (tag, epoch, persona, content, request)
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            )?
            .execute(params![it.tag, stored_time(it.epoch), it.persona, it.content, it.request])?;
        let known: Option<[u8; 32]> = self
            .sql
            .prepare_cached("SELECT request FROM spent WHERE tag = ?1")?
            .query_row([it.tag], |row| row.get(0))
            .optional()?;
        Ok(match added == 1 || known == Some(it.request) {
            true => Taken::Since(0),
            false => Taken::Used,
        })
    }

    /// Everything certified together with a persona key, by their tags.
    pub(super) fn certified(&self, persona: &[u8; 32]) -> Result<Option<[u8; 32]>, StoreError> {
        Ok(self
            .sql
            .prepare_cached("SELECT content FROM spent WHERE persona = ?1")?
            .query_row([persona], |row| row.get(0))
            .optional()?)
    }
}

/// Creates the schema in a new file, closed or not, all at once.
fn create(
    connection: &mut Connection,
    seal: &ColumnSeal,
    closed: Option<u64>,
) -> Result<(), StoreError> {
    let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = sql.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let owner: i64 = sql.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = sql.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && owner != APPLICATION_ID {
        return Err(StoreError::NotARegister);
    }
    if found > SCHEMA_VERSION {
        return Err(StoreError::NewerSchema { found });
    }
    if found == SCHEMA_VERSION {
        return Ok(());
    }
    sql.execute_batch(SCHEMA)?;
    let tx = CredentialTx { sql, seal };
    tx.put_meta("id", &random_id()?)?;
    let sealed = seal.seal(&mut rng(), Column::CredentialKeyCheck, b"", KEY_CHECK)?;
    tx.put_meta("key_check", &sealed)?;
    if let Some(epoch) = closed {
        tx.close(epoch)?;
    }
    tx.sql.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.sql.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    tx.sql.commit()?;
    Ok(())
}

/// Read by its owner only, wherever it lies.
#[cfg(unix)]
fn restrict(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
        .map_err(StoreError::Folder)
}

#[cfg(not(unix))]
fn restrict(_path: &Path) -> Result<(), StoreError> {
    Ok(())
}
