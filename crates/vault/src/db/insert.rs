//! Records are put in.

use keyward_app::ports::vault::{Inserted, Packed, RecordRow};
use keyward_protocol::ids::RecordId;
use rusqlite::{CachedStatement, Connection, params};

use super::pack;

/// The statement that puts a record in.
pub(super) struct Rows<'a> {
    sql: &'a Connection,
    insert: CachedStatement<'a>,
}

impl<'a> Rows<'a> {
    pub(super) fn prepare(sql: &'a Connection) -> rusqlite::Result<Self> {
        let insert = sql.prepare_cached(
            "INSERT INTO record (id, category, resource_type, date, title, fingerprint,
                                 source, body, packing)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (fingerprint) DO NOTHING",
        )?;
        Ok(Self { sql, insert })
    }

    pub(super) fn insert(
        &mut self,
        row: &RecordRow,
        packed: Option<&Packed>,
    ) -> rusqlite::Result<Inserted> {
        let (packing, body) = match packed {
            Some(packed) => (pack::DICTIONARY_1, packed.as_bytes()),
            None => (pack::PLAIN, row.body.as_slice()),
        };
        let inserted = self.insert.execute(params![
            row.id.as_bytes().as_slice(),
            row.category,
            row.resource_type,
            row.date,
            row.title,
            row.fingerprint.as_slice(),
            row.source,
            body,
            packing,
        ])?;
        if inserted > 0 {
            return Ok(Inserted::New);
        }
        let known = self
            .sql
            .prepare_cached("SELECT id FROM record WHERE fingerprint = ?1")?
            .query_row([row.fingerprint.as_slice()], |found| found.get(0))?;
        Ok(Inserted::Duplicate(RecordId::from_bytes(known)))
    }
}
