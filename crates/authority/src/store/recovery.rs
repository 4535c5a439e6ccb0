//! Rows of `recovery`, `replaced` and `done`.

use rusqlite::{OptionalExtension, params};

use super::{
    StoreError, Tx,
    people::{SubjectId, stored_time, time},
};

/// An enrolment key that was replaced by its recovery key.
pub(crate) struct ReplacedKey {
    pub(crate) person: SubjectId,
    pub(crate) hash: [u8; 32],
    /// The time in the statement that replaced it.
    pub(crate) time: u64,
}

impl Tx<'_> {
    /// The hash of the recovery key that may replace an enrolment key.
    pub(crate) fn recovery(&self, key_id: &[u8; 32]) -> Result<Option<[u8; 32]>, StoreError> {
        Ok(self
            .sql
            .prepare_cached("SELECT hash FROM recovery WHERE key_id = ?1")?
            .query_row([key_id], |row| row.get(0))
            .optional()?)
    }

    /// Notes it, and forgets those of keys that are nobody's any more.
    pub(crate) fn put_recovery(
        &self,
        key_id: &[u8; 32],
        hash: &[u8; 32],
    ) -> Result<(), StoreError> {
        self.sql
            .prepare_cached("INSERT OR REPLACE INTO recovery (key_id, hash) VALUES (?1, ?2)")?
            .execute(params![key_id, hash])?;
        self.forget_stale_recoveries()
    }

    /// Forgets recovery hashes of keys that are nobody's any more.
    pub(crate) fn forget_stale_recoveries(&self) -> Result<(), StoreError> {
        self.sql
            .prepare_cached(
                "DELETE FROM recovery WHERE key_id NOT IN
                   (SELECT key_id FROM people WHERE key_id IS NOT NULL)",
            )?
            .execute([])?;
        Ok(())
    }

    /// A key that was replaced.
    pub(crate) fn replaced_key(
        &self,
        key_id: &[u8; 32],
    ) -> Result<Option<ReplacedKey>, StoreError> {
        Ok(self
            .sql
            .prepare_cached("SELECT person, hash, time FROM replaced WHERE key_id = ?1")?
            .query_row([key_id], |row| {
                Ok(ReplacedKey { person: row.get(0)?, hash: row.get(1)?, time: time(row.get(2)?) })
            })
            .optional()?)
    }

    /// Notes that a key was replaced.
    pub(crate) fn put_replaced_key(
        &self,
        key_id: &[u8; 32],
        key: &ReplacedKey,
    ) -> Result<(), StoreError> {
        self.sql
            .prepare_cached(
                "INSERT OR REPLACE INTO replaced (key_id, person, hash, time)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![key_id, key.person, key.hash, stored_time(key.time)])?;
        Ok(())
    }

    /// Forgets the replaced keys of a person: what the desk does ends every line before it.
    pub(crate) fn forget_replaced_keys(&self, person: &SubjectId) -> Result<(), StoreError> {
        self.sql.prepare_cached("DELETE FROM replaced WHERE person = ?1")?.execute([person])?;
        Ok(())
    }

    /// When a statement took effect, if it did.
    pub(crate) fn done(&self, statement: &[u8]) -> Result<Option<u64>, StoreError> {
        let at: Option<i64> = self
            .sql
            .prepare_cached("SELECT at FROM done WHERE tag = ?1")?
            .query_row([self.tag("statement", &[statement])], |row| row.get(0))
            .optional()?;
        Ok(at.map(time))
    }

    /// Notes that a statement took effect now.
    pub(crate) fn put_done(&self, statement: &[u8]) -> Result<(), StoreError> {
        self.sql
            .prepare_cached("INSERT OR IGNORE INTO done (tag, at) VALUES (?1, ?2)")?
            .execute(params![self.tag("statement", &[statement]), stored_time(self.now)])?;
        Ok(())
    }

    /// Forgets what only served a person's use of the app: codes.
    pub(crate) fn forget_use(&self, person: &SubjectId) -> Result<(), StoreError> {
        let statement =
            "UPDATE invitations SET handle = NULL, sealed_secret = NULL WHERE subject = ?1";
        self.sql.prepare_cached(statement)?.execute([person])?;
        Ok(())
    }
}
