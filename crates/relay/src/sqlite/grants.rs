//! Grants and their re-encryption keys.

use super::stamps::{signed, unsigned};
use super::{mailbox, people, records, replace};
use crate::store::{Audience, Bounds, NewGrant, StoreError, StoredGrant};
use keyward_protocol::ids::{CertificateHash, GrantId, PersonaId};
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::problem::{Problem, ProblemCode};
use keyward_relay_api::types::{Done, GrantState, GrantSummary, Revoked};
use rusqlite::{Connection, Row, params};

/// Stores a new grant or a higher revision of a live one.
pub(super) fn put_grant(
    connection: &Connection,
    new: &NewGrant,
    now: UnixSeconds,
) -> Result<Done, StoreError> {
    if people::is_removed(connection, new.doctor)? {
        return Err(ProblemCode::ClinicianRemoved.into());
    }
    if new.expiry <= now {
        return Err(Problem::new(ProblemCode::GrantExpired).since(new.expiry).into());
    }
    match stored(connection, new.id)? {
        None => check_bound(connection, new)?,
        Some(old) => {
            if check_revision(&old, new, now)? == Revision::Same {
                return Ok(Done { at: now });
            }
        }
    }
    for (compartment, epoch) in &new.entries {
        if records::epoch_state(connection, &new.persona, compartment, epoch)?.is_none() {
            return Err(ProblemCode::NotFound.into());
        }
    }
    write_grant(connection, new)?;
    write_keys(connection, new)?;
    let owner = people::mailbox_of(connection, new.doctor)?;
    mailbox::deliver(connection, &owner, new, now)?;
    Ok(Done { at: now })
}

fn check_bound(connection: &Connection, new: &NewGrant) -> Result<(), StoreError> {
    let grants = grants_of(connection, new.persona)?;
    if grants >= new.bounds.grants { Err(ProblemCode::QuotaReached.into()) } else { Ok(()) }
}

fn grants_of(connection: &Connection, persona: PersonaId) -> Result<u32, StoreError> {
    Ok(connection
        .prepare_cached("SELECT count(*) FROM grants WHERE persona = ?1")?
        .query_row([persona.as_bytes()], |row| row.get(0))?)
}

#[derive(PartialEq, Eq)]
enum Revision {
    Same,
    Newer,
}

fn check_revision(
    old: &StoredGrant,
    new: &NewGrant,
    now: UnixSeconds,
) -> Result<Revision, StoreError> {
    let summary = &old.summary;
    if summary.persona != new.persona {
        // Somebody else's: as if it were not there. A fresh random id does not meet another.
        return Err(ProblemCode::NotFound.into());
    }
    ended(summary, now)?;
    if summary.doctor != new.doctor {
        return Err(ProblemCode::BadGrant.into());
    }
    if old.signed == new.signed {
        return Ok(Revision::Same);
    }
    if new.revision <= summary.revision {
        return Err(ProblemCode::StaleRevision.into());
    }
    Ok(Revision::Newer)
}

/// Refuses a grant that was revoked or has expired: neither comes back.
pub(super) fn ended(summary: &GrantSummary, now: UnixSeconds) -> Result<(), StoreError> {
    if let Some(at) = summary.revoked_at {
        let code =
            if summary.replaced { ProblemCode::GrantReplaced } else { ProblemCode::GrantRevoked };
        return Err(Problem::new(code).since(at).into());
    }
    if summary.expiry <= now {
        return Err(Problem::new(ProblemCode::GrantExpired).since(summary.expiry).into());
    }
    Ok(())
}

fn write_grant(connection: &Connection, new: &NewGrant) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO grants (id, persona, doctor, revision, not_before, expiry, signed, message)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET revision = excluded.revision,
                 not_before = excluded.not_before, expiry = excluded.expiry,
                 signed = excluded.signed, message = excluded.message",
        )?
        .execute(params![
            new.id.as_bytes(),
            new.persona.as_bytes(),
            new.doctor.as_bytes(),
            new.revision,
            signed(new.not_before)?,
            signed(new.expiry)?,
            new.signed,
            new.message,
        ])?;
    Ok(())
}

/// Adds the keys that are new, drops those of entries the revision no longer has, and refuses a
/// grant that would lack one.
fn write_keys(connection: &Connection, new: &NewGrant) -> Result<(), StoreError> {
    let mut stored: Vec<([u8; 16], [u8; 16])> = connection
        .prepare_cached("SELECT compartment, epoch FROM grant_keys WHERE grant_id = ?1")?
        .query_map([new.id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO grant_keys (grant_id, compartment, epoch, sealed) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for key in &new.keys {
        if !new.entries.contains(&(key.compartment, key.epoch)) {
            return Err(ProblemCode::BadGrant.into());
        }
        let place = (key.compartment.to_bytes(), key.epoch.to_bytes());
        if !stored.contains(&place) {
            insert.execute(params![new.id.as_bytes(), place.0, place.1, key.sealed])?;
            stored.push(place);
        }
    }
    let lacks = |(compartment, epoch): &(_, _)| {
        let place = (
            keyward_protocol::ids::CompartmentId::to_bytes(*compartment),
            keyward_protocol::ids::EpochId::to_bytes(*epoch),
        );
        !stored.contains(&place)
    };
    if new.entries.iter().any(lacks) {
        return Err(ProblemCode::BadGrant.into());
    }
    let mut delete = connection.prepare_cached(
        "DELETE FROM grant_keys WHERE grant_id = ?1 AND compartment = ?2 AND epoch = ?3",
    )?;
    for (compartment, epoch) in &stored {
        let kept = new
            .entries
            .iter()
            .any(|entry| entry.0.as_bytes() == compartment && entry.1.as_bytes() == epoch);
        if !kept {
            delete.execute(params![new.id.as_bytes(), compartment, epoch])?;
        }
    }
    Ok(())
}

/// Ends a grant. Saying it again gives the time of the first.
pub(super) fn revoke(
    connection: &Connection,
    persona: PersonaId,
    grant: GrantId,
    bounds: &Bounds,
    now: UnixSeconds,
) -> Result<Option<Revoked>, StoreError> {
    let Some(found) = stored(connection, grant)? else {
        refuse_ahead(connection, persona, grant, bounds, now)?;
        return Ok(None);
    };
    if found.summary.persona != persona {
        return Ok(None);
    }
    let at = match found.summary.revoked_at {
        Some(at) => at,
        None => {
            connection
                .prepare_cached("UPDATE grants SET revoked = ?2 WHERE id = ?1")?
                .execute(params![grant.as_bytes(), signed(now)?])?;
            now
        }
    };
    forget_keys(connection, grant)?;
    Ok(Some(Revoked { at, erased: false }))
}

/// Notes the end of a grant that is not here. It may still be on its way: sent before the
/// revocation and held up, it must not come to life after it.
fn refuse_ahead(
    connection: &Connection,
    persona: PersonaId,
    grant: GrantId,
    bounds: &Bounds,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    if grants_of(connection, persona)? >= bounds.grants {
        // The bound keeps the grant out as well.
        return Ok(());
    }
    connection
        .prepare_cached(
            "INSERT INTO grants
                 (id, persona, doctor, revision, not_before, expiry, revoked, signed)
             VALUES (?1, ?2, zeroblob(32), 0, 0, ?3, ?3, zeroblob(0))",
        )?
        .execute(params![grant.as_bytes(), persona.as_bytes(), signed(now)?])?;
    Ok(())
}

pub(super) fn forget_keys(connection: &Connection, grant: GrantId) -> Result<usize, StoreError> {
    connection
        .prepare_cached("UPDATE grants SET message = NULL WHERE id = ?1")?
        .execute([grant.as_bytes()])?;
    Ok(connection
        .prepare_cached("DELETE FROM grant_keys WHERE grant_id = ?1")?
        .execute([grant.as_bytes()])?)
}

/// Deletes the keys of grants whose time is over.
pub(super) fn end_expired(connection: &Connection, now: UnixSeconds) -> Result<u64, StoreError> {
    let ended: Vec<[u8; 16]> = connection
        .prepare_cached(
            "SELECT id FROM grants WHERE expiry <= ?1 AND (message IS NOT NULL
                OR EXISTS (SELECT 1 FROM grant_keys WHERE grant_id = id))",
        )?
        .query_map([signed(now)?], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut keys = 0_u64;
    for id in ended {
        let deleted = forget_keys(connection, GrantId::from_bytes(id))?;
        keys = keys.saturating_add(deleted as u64);
    }
    Ok(keys)
}

/// Erases the keys of every grant to a doctor the authority took back.
pub(super) fn forget_doctor(
    connection: &Connection,
    doctor: CertificateHash,
) -> Result<(), StoreError> {
    let granted: Vec<[u8; 16]> = connection
        .prepare_cached("SELECT id FROM grants WHERE doctor = ?1")?
        .query_map([doctor.as_bytes()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in granted {
        forget_keys(connection, GrantId::from_bytes(id))?;
    }
    Ok(())
}

const COLUMNS: &str = "id, revision, persona, doctor, not_before, expiry, revoked, accesses, \
                       records, last, signed, message, replaced";

pub(super) fn stored(
    connection: &Connection,
    grant: GrantId,
) -> Result<Option<StoredGrant>, StoreError> {
    let mut select =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM grants WHERE id = ?1"))?;
    let mut rows = select.query([grant.as_bytes()])?;
    rows.next()?.map(read_grant).transpose()
}

pub(super) fn grant(
    connection: &Connection,
    audience: &Audience,
    grant: GrantId,
) -> Result<Option<StoredGrant>, StoreError> {
    let concerns = |found: &StoredGrant| match audience {
        // A grant that only was refused ahead of its coming is not there.
        _ if found.signed.is_empty() => false,
        Audience::Persona(persona) => found.summary.persona == *persona,
        Audience::Clinician(hashes) => hashes.contains(&found.summary.doctor),
    };
    let Some(found) = stored(connection, grant)? else { return Ok(None) };
    // Who continues a persona may see what she granted.
    let continued = match audience {
        Audience::Persona(persona) if !found.signed.is_empty() => {
            replace::continues(connection, *persona, found.summary.persona)?
        }
        _ => false,
    };
    Ok(Some(found).filter(|found| continued || concerns(found)))
}

pub(super) fn grants(
    connection: &Connection,
    audience: &Audience,
    after: Option<GrantId>,
    limit: usize,
) -> Result<Vec<StoredGrant>, StoreError> {
    let mut found = match audience {
        Audience::Persona(persona) => {
            page(connection, "persona", persona.as_bytes(), after, limit)?
        }
        Audience::Clinician(hashes) => {
            let mut all = Vec::new();
            for hash in hashes {
                all.extend(page(
                    connection,
                    "doctor",
                    CertificateHash::as_bytes(hash),
                    after,
                    limit,
                )?);
            }
            all
        }
    };
    found.sort_by_key(|grant| grant.summary.grant_id);
    found.truncate(limit);
    Ok(found)
}

fn page(
    connection: &Connection,
    column: &'static str,
    value: &[u8; 32],
    after: Option<GrantId>,
    limit: usize,
) -> Result<Vec<StoredGrant>, StoreError> {
    // Ids have one length, so nothing sorts before the empty blob.
    let after: &[u8] = after.as_ref().map_or(&[], |after| after.as_bytes());
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM grants WHERE {column} = ?1 AND id > ?2 AND length(signed) > 0
         ORDER BY id LIMIT ?3"
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = select.query(params![value, after, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_grant(row)?);
    }
    Ok(found)
}

fn read_grant(row: &Row<'_>) -> Result<StoredGrant, StoreError> {
    let time = |at: usize| -> Result<u64, StoreError> { unsigned(row.get(at)?) };
    let maybe = |at: usize| -> Result<Option<u64>, StoreError> {
        row.get::<_, Option<i64>>(at)?.map(unsigned).transpose()
    };
    Ok(StoredGrant {
        summary: GrantSummary {
            grant_id: GrantId::from_bytes(row.get(0)?),
            revision: row.get(1)?,
            persona: PersonaId::from_bytes(row.get(2)?),
            doctor: CertificateHash::from_bytes(row.get(3)?),
            state: GrantState::Live,
            not_before: time(4)?,
            expiry: time(5)?,
            revoked_at: maybe(6)?,
            accesses: time(7)?,
            records: time(8)?,
            last_access: maybe(9)?,
            replaced: row.get(12)?,
        },
        signed: row.get(10)?,
        message: row.get(11)?,
    })
}
