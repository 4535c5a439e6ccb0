//! Rows of `clinicians` and `removed`.

use keyward_relay_api::authority::clinicians::{ClinicianDraft, ClinicianState};
use rusqlite::{OptionalExtension, Row, params};

use super::{
    StoreError, Tx,
    people::{SubjectId, stored_time, time},
    rng,
    seal::Column,
};

/// One row of `clinicians`, opened.
pub(crate) struct ClinicianRecord {
    pub(crate) id: SubjectId,
    pub(crate) clinician: ClinicianDraft,
    pub(crate) state: ClinicianState,
    pub(crate) registered: u64,
    pub(crate) since: u64,
    pub(crate) certificate: Option<Certificate>,
}

/// An issued certificate with its hash.
#[derive(Clone)]
pub(crate) struct Certificate {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: [u8; 32],
}

const COLUMNS: &str =
    "id, sealed_clinician, state, registered, since, certificate, certificate_hash";

struct Stored {
    id: SubjectId,
    sealed: Vec<u8>,
    state: String,
    registered: i64,
    since: i64,
    certificate: Option<Vec<u8>>,
    hash: Option<[u8; 32]>,
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        id: row.get(0)?,
        sealed: row.get(1)?,
        state: row.get(2)?,
        registered: row.get(3)?,
        since: row.get(4)?,
        certificate: row.get(5)?,
        hash: row.get(6)?,
    })
}

impl Tx<'_> {
    fn open_clinician(&self, row: Stored) -> Result<ClinicianRecord, StoreError> {
        let opened = self.seal.open(Column::Clinician, &row.id, &row.sealed)?;
        Ok(ClinicianRecord {
            id: row.id,
            clinician: serde_json::from_slice(&opened)?,
            state: state_from(&row.state)?,
            registered: time(row.registered),
            since: time(row.since),
            certificate: row
                .certificate
                .zip(row.hash)
                .map(|(bytes, hash)| Certificate { bytes, hash }),
        })
    }

    /// The clinician with this id.
    pub(crate) fn clinician(&self, id: &SubjectId) -> Result<Option<ClinicianRecord>, StoreError> {
        self.sql
            .prepare_cached(&format!("SELECT {COLUMNS} FROM clinicians WHERE id = ?1"))?
            .query_row([id], stored)
            .optional()?
            .map(|row| self.open_clinician(row))
            .transpose()
    }

    /// Every clinician.
    pub(crate) fn clinicians(&self) -> Result<Vec<ClinicianRecord>, StoreError> {
        let mut statement =
            self.sql.prepare_cached(&format!("SELECT {COLUMNS} FROM clinicians ORDER BY id"))?;
        let rows = statement.query_map([], stored)?;
        rows.map(|row| self.open_clinician(row?)).collect()
    }

    /// Writes a clinician, new or changed.
    pub(crate) fn put_clinician(&self, record: &ClinicianRecord) -> Result<(), StoreError> {
        let value = serde_json::to_vec(&record.clinician)?;
        let sealed = self.seal.seal(&mut rng(), Column::Clinician, &record.id, &value)?;
        self.sql
            .prepare_cached(&format!(
                "INSERT INTO clinicians ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (id) DO UPDATE SET sealed_clinician = ?2, state = ?3,
                   registered = ?4, since = ?5, certificate = ?6, certificate_hash = ?7"
            ))?
            .execute(params![
                record.id,
                sealed,
                state_name(record.state),
                stored_time(record.registered),
                stored_time(record.since),
                record.certificate.as_ref().map(|c| &c.bytes),
                record.certificate.as_ref().map(|c| c.hash),
            ])?;
        Ok(())
    }

    /// Puts a certificate on the removed list; the list only grows.
    pub(crate) fn remove_certificate(&self, hash: &[u8; 32]) -> Result<(), StoreError> {
        self.sql
            .prepare_cached(
                "INSERT INTO removed (certificate_hash, at) VALUES (?1, ?2)
                 ON CONFLICT (certificate_hash) DO NOTHING",
            )?
            .execute(params![hash, stored_time(self.now)])?;
        Ok(())
    }

    /// How many certificates were removed.
    pub(crate) fn removed_count(&self) -> Result<usize, StoreError> {
        let count: i64 = self
            .sql
            .prepare_cached("SELECT count(*) FROM removed")?
            .query_row([], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// Every removed certificate in the order of removal.
    pub(crate) fn removed(&self) -> Result<Vec<[u8; 32]>, StoreError> {
        let mut statement =
            self.sql.prepare_cached("SELECT certificate_hash FROM removed ORDER BY position")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn state_name(state: ClinicianState) -> &'static str {
    match state {
        ClinicianState::Invited => "invited",
        ClinicianState::Enrolled => "enrolled",
        ClinicianState::Removed => "removed",
    }
}

fn state_from(name: &str) -> Result<ClinicianState, StoreError> {
    Ok(match name {
        "invited" => ClinicianState::Invited,
        "enrolled" => ClinicianState::Enrolled,
        "removed" => ClinicianState::Removed,
        _ => return Err(StoreError::Damaged),
    })
}
