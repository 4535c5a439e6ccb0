//! Backups: packs and the versions that need them.

use super::stamps::{signed, unsigned};
use crate::store::{BackupBounds, NewBackup, NewBackupPack, StoreError, StoredBackupPack};
use keyward_protocol::ids::PersonaId;
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::recovery::{Backup, BackupPackId, BackupVersion, Backups};
use keyward_relay_api::types::Done;
use rusqlite::{Connection, OptionalExtension as _, params};

/// Days and months for retention: nobody's calendar, but the same for everybody.
const DAY: u64 = 86_400;
const MONTH: u64 = 30 * DAY;
/// By how much a version's number may exceed the one before. Whoever got hold of the key that
/// stores backups can so not use up the numbers, after which nothing newer could be stored.
const LONGEST_STEP: u64 = 1 << 20;

/// Notes a pack. One that is there already stays where it is.
pub(super) fn put_pack(
    connection: &Connection,
    new: &NewBackupPack,
    now: UnixSeconds,
) -> Result<StoredBackupPack, StoreError> {
    if let Some(stored) = pack(connection, new.persona, new.hash)? {
        // It may have been on its way to be collected: from now on it waits anew.
        connection
            .prepare_cached("UPDATE backup_packs SET stored = ?3 WHERE persona = ?1 AND hash = ?2")?
            .execute(params![new.persona.as_bytes(), new.hash.0, signed(now)?])?;
        return Ok(stored);
    }
    let (count, used) = usage(connection, new.persona.as_bytes())?;
    let (_, all) = usage(connection, ALL)?;
    if count >= u64::from(new.bounds.packs)
        || used.saturating_add(new.length) > new.bounds.bytes
        || all.saturating_add(new.length) > new.bounds.total_bytes
    {
        return Err(ProblemCode::QuotaReached.into());
    }
    connection
        .prepare_cached(
            "INSERT INTO backup_packs (persona, hash, name, length, stored)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            new.persona.as_bytes(),
            new.hash.0,
            new.name,
            signed(new.length)?,
            signed(now)?
        ])?;
    Ok(StoredBackupPack { name: new.name, length: new.length, at: now })
}

/// The owner under whom everybody's packs are counted together.
pub(super) const ALL: &[u8] = &[];

/// How many packs there are, and their bytes.
pub(super) fn usage(connection: &Connection, owner: &[u8]) -> Result<(u64, u64), StoreError> {
    let found: Option<(i64, i64)> = connection
        .prepare_cached("SELECT packs, bytes FROM backup_usage WHERE owner = ?1")?
        .query_row([owner], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (packs, bytes) = found.unwrap_or_default();
    Ok((unsigned(packs)?, unsigned(bytes)?))
}

pub(super) fn pack(
    connection: &Connection,
    persona: PersonaId,
    hash: BackupPackId,
) -> Result<Option<StoredBackupPack>, StoreError> {
    let found: Option<([u8; 16], i64, i64)> = connection
        .prepare_cached(
            "SELECT name, length, stored FROM backup_packs WHERE persona = ?1 AND hash = ?2",
        )?
        .query_row(params![persona.as_bytes(), hash.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((name, length, at)) = found else { return Ok(None) };
    Ok(Some(StoredBackupPack { name, length: unsigned(length)?, at: unsigned(at)? }))
}

/// Stores a version whose packs are all there, and lets old versions go.
pub(super) fn put(
    connection: &Connection,
    new: &NewBackup,
    now: UnixSeconds,
) -> Result<Done, StoreError> {
    let persona = new.persona.as_bytes();
    let sequence = signed(new.sequence)?;
    let newest: Option<i64> = connection
        .prepare_cached("SELECT max(sequence) FROM backups WHERE persona = ?1")?
        .query_row([persona], |row| row.get(0))?;
    if newest.is_some_and(|newest| newest >= sequence) {
        return match one(connection, new.persona, new.sequence)? {
            Some(same) if same.manifest == new.manifest && same.packs == new.packs => {
                Ok(Done { at: same.at })
            }
            _ => Err(ProblemCode::BackupConflict.into()),
        };
    }
    let newest = newest.map_or(Ok(0), unsigned)?;
    if new.sequence > newest.saturating_add(LONGEST_STEP) {
        return Err(ProblemCode::Malformed.into());
    }
    connection
        .prepare_cached(
            "INSERT INTO backups (persona, sequence, stored, manifest) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![persona, sequence, signed(now)?, new.manifest])?;
    let mut need = connection
        .prepare_cached("INSERT INTO backup_needs (persona, sequence, hash) VALUES (?1, ?2, ?3)")?;
    for pack_id in &new.packs {
        if pack(connection, new.persona, *pack_id)?.is_none() {
            return Err(ProblemCode::BackupIncomplete.into());
        }
        need.execute(params![persona, sequence, pack_id.0])?;
    }
    retain(connection, new.persona, &new.bounds)?;
    Ok(Done { at: now })
}

/// Keeps the newest versions, and of each day and month the first one: what somebody else writes
/// with a stolen key, however often, never pushes out what was there when the day began.
fn retain(
    connection: &Connection,
    persona: PersonaId,
    bounds: &BackupBounds,
) -> Result<(), StoreError> {
    let versions: Vec<(i64, i64)> = connection
        .prepare_cached(
            "SELECT sequence, stored FROM backups WHERE persona = ?1 ORDER BY sequence",
        )?
        .query_map([persona.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let days = firsts(&versions, DAY, bounds.days)?;
    let months = firsts(&versions, MONTH, bounds.months)?;
    let newest = versions.len().saturating_sub(bounds.newest as usize);
    for (index, (sequence, _)) in versions.iter().enumerate() {
        let kept = index >= newest || days.contains(sequence) || months.contains(sequence);
        if !kept {
            for statement in [
                "DELETE FROM backup_needs WHERE persona = ?1 AND sequence = ?2",
                "DELETE FROM backups WHERE persona = ?1 AND sequence = ?2",
            ] {
                connection
                    .prepare_cached(statement)?
                    .execute(params![persona.as_bytes(), sequence])?;
            }
        }
    }
    Ok(())
}

/// The first version of each of the last spans in which there are any.
fn firsts(versions: &[(i64, i64)], span: u64, most: u32) -> Result<Vec<i64>, StoreError> {
    let (mut found, mut last) = (Vec::new(), None);
    for (sequence, stored) in versions {
        let of = unsigned(*stored)? / span;
        if last != Some(of) {
            last = Some(of);
            found.push(*sequence);
        }
    }
    let older = found.len().saturating_sub(most as usize);
    Ok(found.split_off(older))
}

/// Dooms packs that no version needs and that have waited long enough for one.
pub(super) fn collect(
    connection: &Connection,
    now: UnixSeconds,
    orphan_seconds: u64,
) -> Result<(), StoreError> {
    let before = signed(now.saturating_sub(orphan_seconds))?;
    let orphans: Vec<([u8; 32], [u8; 32], [u8; 16])> = connection
        .prepare_cached(
            "SELECT persona, hash, name FROM backup_packs p WHERE stored < ?1 AND NOT EXISTS
                 (SELECT 1 FROM backup_needs n WHERE n.persona = p.persona AND n.hash = p.hash)
             LIMIT 1000",
        )?
        .query_map([before], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (persona, hash, name) in orphans {
        connection
            .prepare_cached("INSERT OR IGNORE INTO doomed (name) VALUES (?1)")?
            .execute([name])?;
        connection
            .prepare_cached("DELETE FROM backup_packs WHERE persona = ?1 AND hash = ?2")?
            .execute(params![persona, hash])?;
    }
    Ok(())
}

pub(super) fn all(
    connection: &Connection,
    persona: PersonaId,
    quota: u64,
) -> Result<Backups, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT b.sequence, b.stored, count(p.hash), coalesce(sum(p.length), 0) FROM backups b
         LEFT JOIN backup_needs n ON n.persona = b.persona AND n.sequence = b.sequence
         LEFT JOIN backup_packs p ON p.persona = n.persona AND p.hash = n.hash
         WHERE b.persona = ?1 GROUP BY b.sequence ORDER BY b.sequence",
    )?;
    let mut rows = select.query([persona.as_bytes()])?;
    let mut versions = Vec::new();
    while let Some(row) = rows.next()? {
        versions.push(BackupVersion {
            sequence: unsigned(row.get(0)?)?,
            at: unsigned(row.get(1)?)?,
            packs: row.get(2)?,
            bytes: unsigned(row.get(3)?)?,
        });
    }
    let used = usage(connection, persona.as_bytes())?.1;
    Ok(Backups { versions, used, quota, certificate: Vec::new() })
}

pub(super) fn one(
    connection: &Connection,
    persona: PersonaId,
    sequence: u64,
) -> Result<Option<Backup>, StoreError> {
    let number = signed(sequence)?;
    let found: Option<(i64, Vec<u8>)> = connection
        .prepare_cached(
            "SELECT stored, manifest FROM backups WHERE persona = ?1 AND sequence = ?2",
        )?
        .query_row(params![persona.as_bytes(), number], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((at, manifest)) = found else { return Ok(None) };
    let packs = connection
        .prepare_cached(
            "SELECT hash FROM backup_needs WHERE persona = ?1 AND sequence = ?2 ORDER BY hash",
        )?
        .query_map(params![persona.as_bytes(), number], |row| row.get(0).map(BackupPackId))?
        .collect::<Result<_, _>>()?;
    Ok(Some(Backup { sequence, at: unsigned(at)?, manifest, packs }))
}
