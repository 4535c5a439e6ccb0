//! Rows of `personas` and `persona_counts`.

use rusqlite::{OptionalExtension, params};

use super::{
    StoreError, Tx,
    people::{SubjectId, stored_time},
};

impl Tx<'_> {
    /// Tag of the content certified before under this persona tag.
    pub(crate) fn persona_content(&self, tag: &[u8; 32]) -> Result<Option<[u8; 32]>, StoreError> {
        Ok(self
            .sql
            .prepare_cached("SELECT content_tag FROM personas WHERE tag = ?1")?
            .query_row([tag], |row| row.get(0))
            .optional()?)
    }

    /// How many personas this person had certified in this epoch.
    pub(crate) fn persona_count(&self, person: &SubjectId, epoch: u64) -> Result<u32, StoreError> {
        Ok(self
            .sql
            .prepare_cached("SELECT count FROM persona_counts WHERE person = ?1 AND epoch = ?2")?
            .query_row(params![person, stored_time(epoch)], |row| row.get(0))
            .optional()?
            .unwrap_or(0))
    }

    /// Remembers one more certified persona, and forgets epochs before `oldest_epoch`.
    pub(crate) fn add_persona(
        &self,
        person: &SubjectId,
        epoch: u64,
        tag: &[u8; 32],
        content_tag: &[u8; 32],
        oldest_epoch: u64,
    ) -> Result<(), StoreError> {
        self.sql
            .prepare_cached("INSERT INTO personas (tag, content_tag, epoch) VALUES (?1, ?2, ?3)")?
            .execute(params![tag, content_tag, stored_time(epoch)])?;
        self.sql
            .prepare_cached(
                "INSERT INTO persona_counts (person, epoch, count) VALUES (?1, ?2, 1)
                 ON CONFLICT (person, epoch) DO UPDATE SET count = count + 1",
            )?
            .execute(params![person, stored_time(epoch)])?;
        for table in ["personas", "persona_counts"] {
            self.sql
                .prepare_cached(&format!("DELETE FROM {table} WHERE epoch < ?1"))?
                .execute([stored_time(oldest_epoch)])?;
        }
        Ok(())
    }
}
