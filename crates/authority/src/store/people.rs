//! Rows of `people`.

use keyward_relay_api::authority::people::{PersonDraft, PersonState};
use rusqlite::{OptionalExtension, Row, params};
use sha2::{Digest as _, Sha256};

use super::{StoreError, Tx, rng, seal::Column};

/// Register id of a person or clinician.
pub(crate) type SubjectId = [u8; 16];

/// One row of `people`, opened.
pub(crate) struct PersonRecord {
    pub(crate) id: SubjectId,
    pub(crate) revision: u32,
    pub(crate) person: PersonDraft,
    pub(crate) state: PersonState,
    pub(crate) registered: u64,
    pub(crate) since: u64,
    pub(crate) changed: u64,
    pub(crate) enrolment_key: Option<[u8; 33]>,
}

impl PersonRecord {
    /// What a request signed by the enrolment key names: SHA-256 of its bytes.
    fn key_id(&self) -> Option<[u8; 32]> {
        self.enrolment_key.map(|key| Sha256::digest(key).into())
    }
}

const COLUMNS: &str =
    "id, revision, sealed_person, state, registered, since, changed, enrolment_key";

/// The row as stored.
struct Stored {
    id: SubjectId,
    revision: u32,
    sealed: Vec<u8>,
    state: String,
    registered: i64,
    since: i64,
    changed: i64,
    enrolment_key: Option<[u8; 33]>,
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        id: row.get(0)?,
        revision: row.get(1)?,
        sealed: row.get(2)?,
        state: row.get(3)?,
        registered: row.get(4)?,
        since: row.get(5)?,
        changed: row.get(6)?,
        enrolment_key: row.get(7)?,
    })
}

impl Tx<'_> {
    fn open_person(&self, row: &Stored) -> Result<PersonRecord, StoreError> {
        let opened = self.seal.open(Column::Person, &row.id, &row.sealed)?;
        Ok(PersonRecord {
            id: row.id,
            revision: row.revision,
            person: serde_json::from_slice(&opened)?,
            state: state_from(&row.state)?,
            registered: time(row.registered),
            since: time(row.since),
            changed: time(row.changed),
            enrolment_key: row.enrolment_key,
        })
    }

    /// The person with this id.
    pub(crate) fn person(&self, id: &SubjectId) -> Result<Option<PersonRecord>, StoreError> {
        self.sql
            .prepare_cached(&format!("SELECT {COLUMNS} FROM people WHERE id = ?1"))?
            .query_row([id], stored)
            .optional()?
            .map(|row| self.open_person(&row))
            .transpose()
    }

    /// The person whose device holds the enrolment key with this id.
    pub(crate) fn person_by_key(
        &self,
        key_id: &[u8; 32],
    ) -> Result<Option<PersonRecord>, StoreError> {
        self.sql
            .prepare_cached(&format!("SELECT {COLUMNS} FROM people WHERE key_id = ?1"))?
            .query_row([key_id], stored)
            .optional()?
            .map(|row| self.open_person(&row))
            .transpose()
    }

    /// Everyone (in one state), newest change first. Names are sealed, so matching happens in memory.
    pub(crate) fn people(
        &self,
        state: Option<PersonState>,
    ) -> Result<Vec<PersonRecord>, StoreError> {
        let mut statement = self.sql.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM people WHERE ?1 IS NULL OR state = ?1 ORDER BY changed DESC, id"
        ))?;
        let rows = statement.query_map([state.map(state_name)], stored)?;
        rows.map(|row| self.open_person(&row?)).collect()
    }

    /// Writes a person, new or changed; `changed` becomes now.
    pub(crate) fn put_person(&self, person: &PersonRecord) -> Result<(), StoreError> {
        let value = zeroize::Zeroizing::new(serde_json::to_vec(&person.person)?);
        let sealed = self.seal.seal(&mut rng(), Column::Person, &person.id, &value)?;
        self.sql
            .prepare_cached(&format!(
                "INSERT INTO people ({COLUMNS}, key_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (id) DO UPDATE SET revision = ?2, sealed_person = ?3, state = ?4,
                   registered = ?5, since = ?6, changed = ?7, enrolment_key = ?8, key_id = ?9"
            ))?
            .execute(params![
                person.id,
                person.revision,
                sealed,
                state_name(person.state),
                stored_time(person.registered),
                stored_time(person.since),
                stored_time(self.now),
                person.enrolment_key,
                person.key_id(),
            ])?;
        Ok(())
    }
}

fn state_name(state: PersonState) -> &'static str {
    match state {
        PersonState::Registered => "registered",
        PersonState::IdentityChecked => "identity-checked",
        PersonState::Invited => "invited",
        PersonState::Enrolled => "enrolled",
        PersonState::Withdrawn => "withdrawn",
    }
}

fn state_from(name: &str) -> Result<PersonState, StoreError> {
    Ok(match name {
        "registered" => PersonState::Registered,
        "identity-checked" => PersonState::IdentityChecked,
        "invited" => PersonState::Invited,
        "enrolled" => PersonState::Enrolled,
        "withdrawn" => PersonState::Withdrawn,
        _ => return Err(StoreError::Damaged),
    })
}

/// SQLite integers are signed; times never reach the sign bit.
pub(crate) fn stored_time(time: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}

/// Reads what [`stored_time`] wrote.
pub(crate) fn time(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}
