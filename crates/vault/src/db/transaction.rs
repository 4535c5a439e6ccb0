//! One transaction over a lent connection.

use std::collections::HashSet;

use keyward_app::ports::index::{
    AnalyteLines, FoundLine, Line, LineFilter, MonthCount, NewLine, ReadingIndex, Searched,
    SectionCount, Waiting,
};
use keyward_app::ports::vault::{
    Collection, Inserted, Packed, RecordFilter, RecordRow, Transaction, VaultError,
};
use keyward_protocol::ids::RecordId;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::error::vault_error;
use super::index::write::Origins;
use super::index::{read, write};
use super::slot::{Lease, Slot};
use super::{insert, pack, stack};

/// A transaction that adds more lines than this gives its memory back: at once, or, if they are the vault's own
/// records (an import, for which somebody waits), when the vault is told to rest.
const MANY: usize = 2_000;

/// What an import commits stands in the log and is durable there; it is moved into the file when the vault rests, or
/// when the log has 64 MiB.
const LARGE: &str = "PRAGMA wal_autocheckpoint = 16384";
/// After it: the log into the file, SQLite's own pace again, and memory back.
pub(super) const REST: &str =
    "PRAGMA wal_autocheckpoint = 1000; PRAGMA wal_checkpoint(PASSIVE); PRAGMA shrink_memory";

/// The scope of the vault's own records.
const OWN: &str = "own";

const RECORD_COLUMNS: &str =
    "id, category, resource_type, date, title, fingerprint, source, packing, body";

pub(crate) struct SqlTransaction<'a> {
    lease: Lease<'a>,
    /// False once committed; a transaction still open when dropped is rolled back.
    open: bool,
    slot: &'a Slot,
    /// Lines added so far to the scope of the vault's own records.
    added_own: usize,
    /// Lines added so far to other scopes.
    added: usize,
    /// Records inserted so far: the index holds nothing of them yet.
    inserted: HashSet<RecordId>,
    /// Where the lines of the vault's own records came from.
    own_origins: Origins,
    /// Whether it may change something.
    writes: bool,
}

impl<'a> SqlTransaction<'a> {
    /// A transaction for changes: takes the write lock at once, so it never fails half-way because
    /// somebody else wrote in between.
    pub(crate) fn begin(slot: &'a Slot) -> Result<Self, VaultError> {
        Self::start(slot, "BEGIN IMMEDIATE", true)
    }

    /// A read-only transaction on the state of this moment.
    pub(crate) fn snapshot(slot: &'a Slot) -> Result<Self, VaultError> {
        let started = Self::start(slot, "BEGIN DEFERRED", false)?;
        // SQLite takes the snapshot at the first read.
        started
            .sql(|connection| {
                connection.prepare_cached("SELECT 1 FROM collection LIMIT 1")?.exists([])
            })
            .map(drop)?;
        Ok(started)
    }

    fn start(slot: &'a Slot, begin: &str, writes: bool) -> Result<Self, VaultError> {
        let lease = slot.lend()?;
        lease.connection()?.execute_batch(begin).map_err(|error| vault_error(&error))?;
        let inserted = HashSet::new();
        let own_origins = Origins::default();
        Ok(Self { lease, slot, open: true, added_own: 0, added: 0, inserted, own_origins, writes })
    }

    fn sql<T>(
        &self,
        run: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, VaultError> {
        run(self.lease.connection()?).map_err(|error| {
            let error = vault_error(&error);
            if matches!(error, VaultError::Corrupt(_)) {
                self.lease.found_damaged();
            }
            error
        })
    }

    /// The index holds nothing of what is new.
    fn note(&mut self, row: &RecordRow, inserted: &Inserted) {
        if *inserted == Inserted::New {
            self.inserted.insert(row.id);
        }
    }

    fn rollback(&mut self) {
        self.open = false;
        if let Some(connection) = self.lease.connection_even_closing()
            && !connection.is_autocommit()
        {
            // If even this fails, the lease sees the open transaction and drops the connection,
            // which rolls back too.
            let _ = connection.execute_batch("ROLLBACK");
        }
    }
}

impl Drop for SqlTransaction<'_> {
    fn drop(&mut self) {
        if self.open {
            self.rollback();
        }
        if self.writes {
            stack::wipe();
        }
    }
}

impl Transaction for SqlTransaction<'_> {
    fn get(&self, collection: Collection, id: &str) -> Result<Option<Vec<u8>>, VaultError> {
        self.sql(|connection| {
            connection
                .prepare_cached("SELECT body FROM item WHERE collection = ?1 AND id = ?2")?
                .query_row(params![collection.as_str(), id], |row| row.get(0))
                .optional()
        })
    }

    fn put(&mut self, collection: Collection, id: &str, body: &[u8]) -> Result<(), VaultError> {
        self.sql(|connection| {
            connection
                .prepare_cached(
                    "INSERT INTO item (collection, id, body) VALUES (?1, ?2, ?3)
                     ON CONFLICT (collection, id) DO UPDATE SET body = excluded.body",
                )?
                .execute(params![collection.as_str(), id, body])
        })
        .map(drop)
    }

    fn delete(&mut self, collection: Collection, id: &str) -> Result<bool, VaultError> {
        self.sql(|connection| {
            connection
                .prepare_cached("DELETE FROM item WHERE collection = ?1 AND id = ?2")?
                .execute(params![collection.as_str(), id])
        })
        .map(|deleted| deleted > 0)
    }

    fn list(&self, collection: Collection) -> Result<Vec<(String, Vec<u8>)>, VaultError> {
        self.list_prefix(collection, "")
    }

    fn list_prefix(
        &self,
        collection: Collection,
        prefix: &str,
    ) -> Result<Vec<(String, Vec<u8>)>, VaultError> {
        self.list_page(collection, prefix, "", u64::MAX)
    }

    fn list_page(
        &self,
        collection: Collection,
        prefix: &str,
        after: &str,
        limit: u64,
    ) -> Result<Vec<(String, Vec<u8>)>, VaultError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.sql(|connection| {
            // Nothing comes before the empty id, which may be stored itself.
            let (sql, from) = if after.is_empty() || after < prefix {
                (
                    "SELECT id, body FROM item
                 WHERE collection = ?1 AND id >= ?2 ORDER BY id LIMIT ?3",
                    prefix,
                )
            } else {
                (
                    "SELECT id, body FROM item
                 WHERE collection = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
                    after,
                )
            };
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query(params![collection.as_str(), from, limit])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let id: String = row.get(0)?;
                // Ids are ordered byte by byte, so those with the prefix stand together.
                if !id.starts_with(prefix) {
                    break;
                }
                found.push((id, row.get(1)?));
            }
            Ok(found)
        })
    }

    fn insert_record(&mut self, row: &RecordRow) -> Result<Inserted, VaultError> {
        let packed = pack::pack(&row.body).map(Packed::new);
        self.sql(|sql| insert::Rows::prepare(sql)?.insert(row, packed.as_ref()))
            .inspect(|inserted| self.note(row, inserted))
    }

    fn hand_over(&mut self) -> Result<(), VaultError> {
        self.sql(Connection::cache_flush)
    }

    fn insert_packed(
        &mut self,
        rows: &[RecordRow],
        packed: &[Option<Packed>],
    ) -> Result<Vec<Inserted>, VaultError> {
        let all: Vec<Inserted> = self.sql(|sql| {
            let mut into = insert::Rows::prepare(sql)?;
            rows.iter().zip(packed).map(|(row, packed)| into.insert(row, packed.as_ref())).collect()
        })?;
        rows.iter().zip(&all).for_each(|(row, inserted)| self.note(row, inserted));
        Ok(all)
    }

    fn record(&self, id: &RecordId) -> Result<Option<RecordRow>, VaultError> {
        self.sql(|connection| {
            connection
                .prepare_cached(&format!("SELECT {RECORD_COLUMNS} FROM record WHERE id = ?1"))?
                .query_row(params![id.as_bytes().as_slice()], record_row)
                .optional()
        })
    }

    fn records(&self, filter: &RecordFilter) -> Result<Vec<RecordRow>, VaultError> {
        let query = RecordQuery::new(filter);
        self.sql(|connection| {
            let mut statement = connection.prepare_cached(&query.sql)?;
            statement.query_map(query.params().as_slice(), record_row)?.collect()
        })
    }

    fn count_records(&self) -> Result<Vec<(String, u64)>, VaultError> {
        self.sql(|connection| {
            connection
                .prepare_cached(
                    "SELECT category, count(*) FROM record GROUP BY category ORDER BY category",
                )?
                .query_map([], |row| {
                    Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0)))
                })?
                .collect()
        })
    }

    fn count_records_of(&self, source: &str) -> Result<Vec<(String, u64)>, VaultError> {
        self.sql(|connection| {
            connection
                .prepare_cached(
                    "SELECT category, count(*) FROM record WHERE source = ?1
                     GROUP BY category ORDER BY category",
                )?
                .query_map([source], |row| {
                    Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0)))
                })?
                .collect()
        })
    }

    fn delete_record(&mut self, id: &RecordId) -> Result<bool, VaultError> {
        self.sql(|connection| {
            write::remove(connection, OWN, id)?;
            connection
                .prepare_cached("DELETE FROM record WHERE id = ?1")?
                .execute(params![id.as_bytes().as_slice()])
        })
        .map(|deleted| deleted > 0)
    }

    fn commit(mut self: Box<Self>) -> Result<(), VaultError> {
        let committed = self.sql(|connection| connection.execute_batch("COMMIT"));
        // A failed COMMIT may leave the transaction open.
        self.rollback();
        if self.added_own > MANY {
            self.slot.note_large();
        }
        if self.added > MANY {
            let _ = self.sql(|connection| connection.execute_batch("PRAGMA shrink_memory"));
        }
        committed
    }
}

impl ReadingIndex for SqlTransaction<'_> {
    fn add_lines(&mut self, scope: &str, lines: &[NewLine]) -> Result<u64, VaultError> {
        if scope == OWN {
            let before = self.added_own;
            self.added_own += lines.len();
            if before <= MANY && self.added_own > MANY {
                self.sql(|sql| sql.execute_batch(LARGE))?;
            }
        } else {
            self.added += lines.len();
        }
        let mut inserted = std::mem::take(&mut self.inserted);
        let mut fresh = |id: &RecordId| scope == OWN && inserted.remove(id);
        let mut origins = if scope == OWN { self.own_origins } else { Origins::default() };
        let twins = self.sql(|sql| write::add(sql, scope, lines, &mut fresh, &mut origins));
        self.inserted = inserted;
        if scope == OWN {
            self.own_origins = origins;
        }
        twins
    }

    fn twins(&self, scope: &str, shown: &RecordId) -> Result<Vec<RecordId>, VaultError> {
        self.sql(|sql| read::twins(sql, scope, shown))
    }

    fn remove_line(&mut self, scope: &str, id: &RecordId) -> Result<bool, VaultError> {
        self.sql(|sql| write::remove(sql, scope, id))
    }

    fn remove_scope(&mut self, scope: &str) -> Result<(), VaultError> {
        self.sql(|sql| write::remove_scope(sql, scope))
    }

    fn scopes(&self, prefix: &str) -> Result<Vec<String>, VaultError> {
        self.sql(|sql| read::scopes(sql, prefix))
    }

    fn line(&self, scope: &str, id: &RecordId) -> Result<Option<Line>, VaultError> {
        self.sql(|sql| read::line(sql, scope, id))
    }

    fn lines(&self, scope: &str, filter: &LineFilter) -> Result<Vec<Line>, VaultError> {
        self.sql(|sql| read::lines(sql, scope, filter))
    }

    fn count_lines(&self, scope: &str, filter: &LineFilter) -> Result<u64, VaultError> {
        self.sql(|sql| read::count_lines(sql, scope, filter))
    }

    fn months(&self, scope: &str, filter: &LineFilter) -> Result<Vec<MonthCount>, VaultError> {
        self.sql(|sql| read::months(sql, scope, filter))
    }

    fn sections(&self, scope: &str) -> Result<Vec<SectionCount>, VaultError> {
        self.sql(|sql| read::sections(sql, scope))
    }

    fn analytes(
        &self,
        scope: &str,
        filter: &LineFilter,
    ) -> Result<(Vec<AnalyteLines>, u64), VaultError> {
        self.sql(|sql| read::analytes(sql, scope, filter))
    }

    fn find_lines(
        &self,
        scope: &str,
        filter: &LineFilter,
    ) -> Result<(Vec<FoundLine>, u64), VaultError> {
        self.sql(|sql| read::find(sql, scope, filter))
    }

    fn lines_of_handle(&self, scope: &str, handle: i64) -> Result<Vec<Line>, VaultError> {
        self.sql(|sql| read::of_handle(sql, scope, handle))
    }

    fn newest_arrival(&self, scope: &str) -> Result<u64, VaultError> {
        self.sql(|sql| read::newest_arrival(sql, scope))
    }

    fn dates(&self, scope: &str) -> Result<Option<(String, String)>, VaultError> {
        self.sql(|sql| read::dates(sql, scope))
    }

    fn unread_letters(&self, scope: &str, limit: u64) -> Result<Vec<Waiting>, VaultError> {
        self.sql(|sql| read::unread_letters(sql, scope, limit))
    }

    fn add_words(
        &mut self,
        scope: &str,
        line: &Waiting,
        words: &str,
        in_part: bool,
    ) -> Result<bool, VaultError> {
        self.sql(|sql| write::add_words(sql, scope, line, words, in_part))
    }

    fn searched(&self, scope: &str) -> Result<Searched, VaultError> {
        self.sql(|sql| read::searched(sql, scope))
    }

    fn unindexed_records(&self, scope: &str, limit: u64) -> Result<Vec<RecordId>, VaultError> {
        self.sql(|sql| read::unindexed(sql, scope, limit))
    }

    fn count_unindexed(&self, scope: &str) -> Result<u64, VaultError> {
        self.sql(|sql| read::count_unindexed(sql, scope))
    }
}

fn record_row(row: &Row<'_>) -> rusqlite::Result<RecordRow> {
    Ok(RecordRow {
        id: RecordId::from_bytes(row.get(0)?),
        category: row.get(1)?,
        resource_type: row.get(2)?,
        date: row.get(3)?,
        title: row.get(4)?,
        fingerprint: row.get(5)?,
        source: row.get(6)?,
        body: body(row)?,
    })
}

fn body(row: &Row<'_>) -> rusqlite::Result<Vec<u8>> {
    pack::unpack(row.get(7)?, row.get(8)?)
        .ok_or_else(|| rusqlite::Error::InvalidColumnType(8, "body".to_owned(), Type::Blob))
}

/// The SELECT for a filter: only the conditions that are set, so that an index is used.
struct RecordQuery {
    sql: String,
    values: Vec<Box<dyn ToSql>>,
}

impl RecordQuery {
    fn new(filter: &RecordFilter) -> Self {
        let mut query = Self {
            sql: format!("SELECT {RECORD_COLUMNS} FROM record WHERE 1"),
            values: Vec::new(),
        };
        if let Some(category) = &filter.category {
            // The one index begins with the source; there are few of them.
            query.and("source IN (SELECT DISTINCT source FROM record)");
            query.and("category = ?");
            query.values.push(Box::new(category.clone()));
        }
        if let Some(source) = &filter.source {
            query.and("source = ?");
            query.values.push(Box::new(source.clone()));
        }
        if let Some(after) = &filter.after {
            query.and("id > ?");
            query.values.push(Box::new(after.as_bytes().to_vec()));
        }
        query.sql.push_str(" ORDER BY id LIMIT ?");
        let limit = filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        query.values.push(Box::new(limit));
        query
    }

    fn and(&mut self, condition: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
    }

    fn params(&self) -> Vec<&dyn ToSql> {
        self.values.iter().map(AsRef::as_ref).collect()
    }
}
