//! Accesses: what a grant opens now, and the history.

use super::records::{Page, stored_head, stored_record};
use super::stamps::{next_sequence, signed, unsigned};
use super::{grants, people};
use crate::store::{
    AccessEntry, AccessPlan, AccessQuery, LoggedAccess, SealReceipt, SealedKey, StoreError,
    StoredGrant,
};
use keyward_protocol::chain::{Head, SignedHead, Tip};
use keyward_protocol::ids::{CertificateHash, CompartmentId, EpochId, GrantId, PersonaId};
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::problem::{Problem, ProblemCode};
use keyward_relay_api::types::Access;
use rusqlite::{Connection, params};

const KIND: &str = "access";

/// The grant if this doctor may use it now; the same `not-found` for absent and not his.
fn live(
    connection: &Connection,
    grant: GrantId,
    doctor: &[CertificateHash],
    now: UnixSeconds,
) -> Result<StoredGrant, StoreError> {
    let found = grants::stored(connection, grant)?
        .filter(|found| doctor.contains(&found.summary.doctor))
        .ok_or(ProblemCode::NotFound)?;
    grants::ended(&found.summary, now)?;
    if now < found.summary.not_before {
        let since = found.summary.not_before;
        return Err(Problem::new(ProblemCode::GrantNotYet).since(since).into());
    }
    if people::is_removed(connection, found.summary.doctor)? {
        return Err(ProblemCode::ClinicianRemoved.into());
    }
    Ok(found)
}

pub(super) fn plan(connection: &Connection, query: &AccessQuery) -> Result<AccessPlan, StoreError> {
    let grant = live(connection, query.grant, &query.doctor, query.now)?;
    let persona = grant.summary.persona;
    let keys = keys(connection, query.grant, &query.compartment)?;
    if keys.is_empty() {
        return Err(ProblemCode::NotFound.into());
    }
    let mut page = Page::new(&query.after, query.limit, Some(query.budget));
    // A compartment without a head has nothing a reader could verify: nothing to open yet.
    let signed_head =
        stored_head(connection, &persona, &query.compartment)?.ok_or(ProblemCode::NotFound)?;
    let head = SignedHead::from_bytes(&signed_head)
        .map_err(|_| StoreError::Damaged("a stored head cannot be read"))?;
    let head = head.unverified();
    for tip in &head.tips {
        read_tip(connection, head, tip, &keys, &mut page)?;
        if page.more {
            break;
        }
    }
    Ok(AccessPlan {
        persona,
        doctor: grant.summary.doctor,
        head: signed_head,
        keys,
        records: page.records,
        more: page.more,
    })
}

/// Reads the granted spans of one device: only what the head covers, so that a reader can always
/// check completeness, also while an upload is half-way.
fn read_tip(
    connection: &Connection,
    head: &Head,
    tip: &Tip,
    keys: &[SealedKey],
    page: &mut Page<'_>,
) -> Result<(), StoreError> {
    let from = page.from(&tip.device)?;
    let mut begin = 0;
    for span in &tip.spans {
        let (first, end) = (from.max(begin), signed(span.end)?);
        begin = end;
        if first >= end || !keys.iter().any(|key| key.epoch == span.epoch) {
            continue;
        }
        let mut select = connection.prepare_cached(
            "SELECT r.epoch, r.record_id, r.header, p.name, r.start, r.length
             FROM records r JOIN packs p ON p.id = r.pack
             WHERE r.persona = ?1 AND r.compartment = ?2 AND r.device = ?3
                 AND r.position >= ?4 AND r.position < ?5 AND r.epoch = ?6
             ORDER BY r.position LIMIT ?7",
        )?;
        let mut rows = select.query(params![
            head.persona.as_bytes(),
            head.compartment.as_bytes(),
            tip.device.as_bytes(),
            first,
            end,
            span.epoch.as_bytes(),
            page.room(),
        ])?;
        while let Some(row) = rows.next()? {
            if !page.take(stored_record(row)?) {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn keys(
    connection: &Connection,
    grant: GrantId,
    compartment: &CompartmentId,
) -> Result<Vec<SealedKey>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT epoch, sealed FROM grant_keys WHERE grant_id = ?1 AND compartment = ?2",
    )?;
    let rows = select.query_map(params![grant.as_bytes(), compartment.as_bytes()], |row| {
        Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, Vec<u8>>(1)?))
    })?;
    rows.map(|row| {
        let (epoch, sealed) = row?;
        Ok(SealedKey { compartment: *compartment, epoch: EpochId::from_bytes(epoch), sealed })
    })
    .collect()
}

/// Writes the history entry. The grant is checked again here, inside the transaction that orders
/// accesses and revocations: after a revocation was acknowledged nothing leaves any more.
pub(super) fn log(
    connection: &Connection,
    entry: &AccessEntry,
    seal: SealReceipt,
    now: UnixSeconds,
) -> Result<LoggedAccess, StoreError> {
    let grant = live(connection, entry.grant, &[entry.doctor], now)?;
    if grant.summary.persona != entry.persona {
        return Err(ProblemCode::NotFound.into());
    }
    if keys(connection, entry.grant, &entry.compartment)?.is_empty() {
        return Err(ProblemCode::NotFound.into());
    }
    let sequence = next_sequence(connection, entry.persona.as_bytes(), KIND)?;
    let receipt = seal(sequence, entry, now)?;
    connection
        .prepare_cached(
            "INSERT INTO accesses
                 (persona, sequence, grant_id, compartment, doctor, records, time, receipt)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            entry.persona.as_bytes(),
            signed(sequence)?,
            entry.grant.as_bytes(),
            entry.compartment.as_bytes(),
            entry.doctor.as_bytes(),
            entry.records,
            signed(now)?,
            receipt,
        ])?;
    connection
        .prepare_cached(
            "UPDATE grants SET accesses = accesses + 1, records = records + ?2, last = ?3
             WHERE id = ?1",
        )?
        .execute(params![entry.grant.as_bytes(), entry.records, signed(now)?])?;
    Ok(LoggedAccess { sequence, receipt })
}

pub(super) fn accesses(
    connection: &Connection,
    persona: PersonaId,
    after: u64,
    limit: usize,
) -> Result<Vec<Access>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT sequence, grant_id, compartment, doctor, records, time, receipt FROM accesses
         WHERE persona = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = select.query(params![persona.as_bytes(), signed(after)?, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Access {
            seq: unsigned(row.get(0)?)?,
            grant_id: GrantId::from_bytes(row.get(1)?),
            compartment: CompartmentId::from_bytes(row.get(2)?),
            doctor: CertificateHash::from_bytes(row.get(3)?),
            records: row.get(4)?,
            time: unsigned(row.get(5)?)?,
            receipt: row.get(6)?,
        });
    }
    Ok(found)
}
