//! Rows of `history`: appended, never changed.

use keyward_relay_api::authority::people::{Event, HistoryEntry};
use rusqlite::params;

use super::{StoreError, Tx, people::SubjectId, random_id, rng, seal::Column};

impl Tx<'_> {
    /// Appends an event. `operator` is `None` for what the subject's own device did.
    pub(crate) fn record(
        &self,
        subject: &SubjectId,
        operator: Option<&str>,
        event: &Event,
    ) -> Result<(), StoreError> {
        self.record_as(&random_id()?, subject, operator, event)
    }

    /// Appends an event under an id chosen by the caller, so that a retry can be recognised.
    pub(crate) fn record_as(
        &self,
        event_id: &[u8; 16],
        subject: &SubjectId,
        operator: Option<&str>,
        event: &Event,
    ) -> Result<(), StoreError> {
        let entry = HistoryEntry {
            at: self.now,
            operator: operator.map(str::to_owned),
            event: event.clone(),
        };
        let value = zeroize::Zeroizing::new(serde_json::to_vec(&entry)?);
        let row = [event_id.as_slice(), subject].concat();
        let sealed = self.seal.seal(&mut rng(), Column::Event, &row, &value)?;
        self.sql
            .prepare_cached(
                "INSERT INTO history (subject, event_id, sealed_event) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![subject, event_id, sealed])?;
        Ok(())
    }

    /// Whose event this is, if it was recorded.
    pub(crate) fn event_subject(
        &self,
        event_id: &[u8; 16],
    ) -> Result<Option<SubjectId>, StoreError> {
        use rusqlite::OptionalExtension;
        Ok(self
            .sql
            .prepare_cached("SELECT subject FROM history WHERE event_id = ?1")?
            .query_row([event_id], |row| row.get(0))
            .optional()?)
    }

    /// Everything that happened to a person or clinician, oldest first.
    pub(crate) fn history(&self, subject: &SubjectId) -> Result<Vec<HistoryEntry>, StoreError> {
        let mut statement = self.sql.prepare_cached(
            "SELECT event_id, sealed_event FROM history WHERE subject = ?1 ORDER BY position",
        )?;
        let rows = statement.query_map([subject], |row| {
            Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, Vec<u8>>(1)?))
        })?;
        rows.map(|row| {
            let (event_id, sealed) = row?;
            let bound = [event_id.as_slice(), subject].concat();
            let opened = self.seal.open(Column::Event, &bound, &sealed)?;
            Ok(serde_json::from_slice(&opened)?)
        })
        .collect()
    }
}
