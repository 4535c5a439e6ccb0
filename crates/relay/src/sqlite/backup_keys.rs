//! Keys that clinicians' backups lie under (SPEC §27.5). To the tables of backups they are personas; to
//! everything else they are nobody.

use super::{forget, people};
use crate::store::{NewBackupKey, StoreError};
use keyward_protocol::ids::{CertificateHash, PersonaId};
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::types::Done;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::stamps::signed;

/// Keys one certificate may vouch for: a kit that was replaced leaves one until it is forgotten.
const KEYS_OF_ONE: i64 = 4;
/// Keys one certificate ever vouches for: off and on again takes another one, and each leaves a mark for good.
const KEYS_EVER: i64 = 32;
/// Backups forgotten in one transaction at most; each may have thousands of packs.
const BATCH: i64 = 1;
/// What is found over is erased so much later, in seconds: a clock that is far ahead for a while erases nothing.
const GRACE: u64 = 30 * 86_400;

/// Makes a key known, or puts another certificate behind it: the same key comes again when its holder was
/// certified anew.
pub(super) fn put(
    connection: &Connection,
    new: &NewBackupKey,
    now: UnixSeconds,
) -> Result<Done, StoreError> {
    let id = new.id.as_bytes();
    if people::is_removed(connection, new.clinician)? {
        return Err(ProblemCode::ClinicianRemoved.into());
    }
    if forget::forgotten(connection, id)?.is_some() {
        return Err(ProblemCode::PersonaForgotten.into());
    }
    if people::is_clinician(connection, id)? || is_persona(connection, id)? {
        // One key, one role.
        return Err(ProblemCode::NotAllowed.into());
    }
    let others: i64 = connection
        .prepare_cached("SELECT count(*) FROM personas WHERE backup_of = ?1 AND id <> ?2")?
        .query_row(params![new.clinician.as_bytes(), id], |row| row.get(0))?;
    if others >= KEYS_OF_ONE {
        return Err(ProblemCode::QuotaReached.into());
    }
    if !is_known(connection, id)? {
        count_vouched(connection, new.clinician)?;
    }
    connection
        .prepare_cached(
            "INSERT INTO personas (id, verification, certificate, valid_from, valid_until, backup_of)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (id) DO UPDATE SET certificate = excluded.certificate,
                 valid_from = excluded.valid_from, valid_until = excluded.valid_until,
                 backup_of = excluded.backup_of, over_since = NULL",
        )?
        .execute(params![
            id,
            new.verification,
            new.statement,
            signed(new.valid.start)?,
            signed(new.valid.end)?,
            new.clinician.as_bytes(),
        ])?;
    Ok(Done { at: now })
}

fn count_vouched(connection: &Connection, clinician: CertificateHash) -> Result<(), StoreError> {
    let keys: i64 = connection
        .prepare_cached(
            "INSERT INTO backup_keys_vouched (clinician, keys) VALUES (?1, 1)
             ON CONFLICT (clinician) DO UPDATE SET keys = keys + 1 RETURNING keys",
        )?
        .query_row([clinician.as_bytes()], |row| row.get(0))?;
    if keys > KEYS_EVER { Err(ProblemCode::QuotaReached.into()) } else { Ok(()) }
}

fn is_persona(connection: &Connection, id: &[u8; 32]) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM personas WHERE id = ?1 AND backup_of IS NULL")?
        .exists([id])?)
}

/// Whether there is such a key.
pub(super) fn is_known(connection: &Connection, id: &[u8; 32]) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM personas WHERE id = ?1 AND backup_of IS NOT NULL")?
        .exists([id])?)
}

/// Forgets a key and all that lies under it. What is no such key, and was none, is not found.
pub(super) fn forget(
    connection: &Connection,
    id: PersonaId,
    now: UnixSeconds,
) -> Result<UnixSeconds, StoreError> {
    let gone = forget::forgotten(connection, id.as_bytes())?.is_some();
    if !gone && !is_known(connection, id.as_bytes())? {
        return Err(ProblemCode::NotFound.into());
    }
    forget::forget(connection, id, now)
}

/// A certificate was taken back: nothing more is stored under its keys. Reading goes on until
/// [`let_go`]: whoever lost her computer has a new certificate, and her backup, only some days later.
pub(super) fn end(
    connection: &Connection,
    clinician: CertificateHash,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE personas SET valid_until = ?2 WHERE backup_of = ?1 AND valid_until > ?2",
        )?
        .execute(params![clinician.as_bytes(), signed(now)?])?;
    Ok(())
}

/// Erases what lies under keys whose certificate has been over since before a time, [`GRACE`] after that was first
/// found. They may come again. Gives the number of keys.
pub(super) fn let_go(
    connection: &Connection,
    before: UnixSeconds,
    now: UnixSeconds,
) -> Result<usize, StoreError> {
    connection
        .prepare_cached(
            "UPDATE personas SET over_since = ?2
             WHERE backup_of IS NOT NULL AND over_since IS NULL AND valid_until < ?1",
        )?
        .execute(params![signed(before)?, signed(now)?])?;
    let over: Vec<[u8; 32]> = connection
        .prepare_cached(
            "SELECT id FROM personas WHERE backup_of IS NOT NULL AND over_since < ?1 LIMIT ?2",
        )?
        .query_map(params![signed(now.saturating_sub(GRACE))?, BATCH], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in &over {
        forget::erase(connection, id)?;
    }
    Ok(over.len())
}

/// The certificate behind a key, if it is one.
pub(super) fn clinician_behind(
    connection: &Connection,
    id: &[u8; 32],
) -> Result<Option<CertificateHash>, StoreError> {
    let found: Option<Option<[u8; 32]>> = connection
        .prepare_cached("SELECT backup_of FROM personas WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(found.flatten().map(CertificateHash::from_bytes))
}
