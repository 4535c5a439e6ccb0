//! Personas and clinicians: who may sign requests.

use super::stamps::{raise_time, signed, unsigned};
use super::{backup_keys, grants, mailbox, replace};
use crate::store::{NewClinician, NewPersona, Principal, Removal, StoreError};
use keyward_protocol::ids::{CertificateHash, PersonaId};
use keyward_protocol::keys::VerifyingKey;
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::types::Done;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

type Range = std::ops::Range<UnixSeconds>;

pub(super) fn put_persona(
    connection: &Connection,
    persona: &NewPersona,
    now: UnixSeconds,
) -> Result<Done, StoreError> {
    let id = persona.id.as_bytes();
    if is_clinician(connection, id)? || backup_keys::is_known(connection, id)? {
        // One key, one role.
        return Err(ProblemCode::NotAllowed.into());
    }
    connection
        .prepare_cached(
            "INSERT INTO personas (id, verification, certificate, valid_from, valid_until)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET certificate = excluded.certificate,
                 valid_from = excluded.valid_from, valid_until = excluded.valid_until
             WHERE excluded.valid_until > valid_until",
        )?
        .execute(params![
            persona.id.as_bytes(),
            persona.verification,
            persona.certificate,
            signed(persona.valid.start)?,
            signed(persona.valid.end)?,
        ])?;
    Ok(Done { at: now })
}

pub(super) fn put_clinician(
    connection: &Connection,
    clinician: &NewClinician,
    now: UnixSeconds,
) -> Result<Done, StoreError> {
    if is_removed(connection, clinician.hash)? {
        return Err(ProblemCode::ClinicianRemoved.into());
    }
    if persona(connection, &clinician.key_id)?.is_some() {
        return Err(ProblemCode::NotAllowed.into());
    }
    let new = connection
        .prepare_cached(
            "INSERT INTO clinicians (hash, key_id, verification, certificate, valid_from, valid_until)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            clinician.hash.as_bytes(),
            clinician.key_id,
            clinician.verification,
            clinician.certificate,
            signed(clinician.valid.start)?,
            signed(clinician.valid.end)?,
        ])?;
    if new == 1 {
        mailbox::adopt(connection, clinician.hash.as_bytes(), &clinician.key_id)?;
    }
    Ok(Done { at: now })
}

pub(super) fn remove_clinicians(
    connection: &Connection,
    removal: &Removal,
) -> Result<(), StoreError> {
    raise_time(connection, removal.now)?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO removed_clinicians (hash) VALUES (?1) ON CONFLICT DO NOTHING",
    )?;
    for hash in &removal.hashes {
        insert.execute([hash.as_bytes()])?;
        // Refused from now on whoever asks; so that a copy of the store opens nothing either, the
        // keys go, and the letters nobody may read any more.
        grants::forget_doctor(connection, *hash)?;
        backup_keys::end(connection, *hash, removal.now)?;
    }
    Ok(())
}

pub(super) fn is_removed(
    connection: &Connection,
    hash: CertificateHash,
) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM removed_clinicians WHERE hash = ?1")?
        .exists([hash.as_bytes()])?)
}

/// The mailbox of a certificate: its key's once the clinician has come, until then its own.
pub(super) fn mailbox_of(
    connection: &Connection,
    hash: CertificateHash,
) -> Result<[u8; 32], StoreError> {
    let key_id = connection
        .prepare_cached("SELECT key_id FROM clinicians WHERE hash = ?1")?
        .query_row([hash.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(key_id.unwrap_or(*hash.as_bytes()))
}

pub(super) fn principal(
    connection: &Connection,
    key_id: &[u8; 32],
) -> Result<Option<Principal>, StoreError> {
    if let Some((key, valid)) = persona(connection, key_id)? {
        let id = PersonaId::from_bytes(*key_id);
        if backup_keys::clinician_behind(connection, key_id)?.is_some() {
            return Ok(Some(Principal::BackupKey { id, key, valid }));
        }
        let replaced = replace::replaced(connection, key_id)?.is_some();
        return Ok(Some(Principal::Persona { id, key, valid, replaced }));
    }
    let Some((key, certificates)) = clinician_certificates(connection, key_id)? else {
        return Ok(None);
    };
    let mut removed = false;
    for (hash, _) in &certificates {
        removed |= is_removed(connection, *hash)?;
    }
    Ok(Some(Principal::Clinician { key_id: *key_id, key, certificates, removed }))
}

fn persona(
    connection: &Connection,
    key_id: &[u8; 32],
) -> Result<Option<(VerifyingKey, Range)>, StoreError> {
    let found = connection
        .prepare_cached("SELECT verification, valid_from, valid_until FROM personas WHERE id = ?1")?
        .query_row([key_id], |row| Ok((row.get::<_, Vec<u8>>(0)?, times(row, 1)?)))
        .optional()?;
    found.map(|(key, times)| Ok((parse_key(&key)?, range(times)?))).transpose()
}

/// Whether it is a clinician's key.
pub(super) fn is_clinician(connection: &Connection, key_id: &[u8; 32]) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached("SELECT 1 FROM clinicians WHERE key_id = ?1")?.exists([key_id])?)
}

type Certificates = Vec<(CertificateHash, Range)>;

fn clinician_certificates(
    connection: &Connection,
    key_id: &[u8; 32],
) -> Result<Option<(VerifyingKey, Certificates)>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT hash, verification, valid_from, valid_until FROM clinicians WHERE key_id = ?1
         ORDER BY hash",
    )?;
    let rows = select.query_map([key_id], |row| {
        Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, Vec<u8>>(1)?, times(row, 2)?))
    })?;
    let mut found: Option<(VerifyingKey, Certificates)> = None;
    for row in rows {
        let (hash, key, times) = row?;
        let certificate = (CertificateHash::from_bytes(hash), range(times)?);
        match &mut found {
            Some((_, certificates)) => certificates.push(certificate),
            None => found = Some((parse_key(&key)?, vec![certificate])),
        }
    }
    Ok(found)
}

fn times(row: &Row<'_>, at: usize) -> rusqlite::Result<(i64, i64)> {
    Ok((row.get(at)?, row.get(at + 1)?))
}

fn range((from, until): (i64, i64)) -> Result<Range, StoreError> {
    Ok(unsigned(from)?..unsigned(until)?)
}

fn parse_key(bytes: &[u8]) -> Result<VerifyingKey, StoreError> {
    VerifyingKey::from_bytes(bytes).map_err(|_| StoreError::Damaged("a verification key"))
}
