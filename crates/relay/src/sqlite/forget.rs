//! Forgetting a persona (SPEC §25.2): every row of hers and of those she continues.

use super::replace;
use super::stamps::{raise_time, signed, unsigned};
use crate::store::{PackName, StoreError};
use keyward_protocol::ids::PersonaId;
use keyward_relay_api::http::UnixSeconds;
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

/// Everything that names a persona, children before what they point to.
const ROWS: &[&str] = &[
    "INSERT OR IGNORE INTO doomed (name) SELECT name FROM backup_packs WHERE persona = ?1",
    "DELETE FROM backup_needs WHERE persona = ?1",
    "DELETE FROM backups WHERE persona = ?1",
    "DELETE FROM backup_packs WHERE persona = ?1",
    // One upload is one pack, so a pack holds payloads of one persona only.
    "INSERT OR IGNORE INTO doomed (name) SELECT name FROM packs
     WHERE id IN (SELECT pack FROM records WHERE persona = ?1)",
    "DELETE FROM records WHERE persona = ?1",
    "DELETE FROM packs WHERE name IN (SELECT name FROM doomed)",
    "DELETE FROM heads WHERE persona = ?1",
    "DELETE FROM accesses WHERE persona = ?1",
    "DELETE FROM grant_keys WHERE grant_id IN (SELECT id FROM grants WHERE persona = ?1)",
    "DELETE FROM grants WHERE persona = ?1",
    "DELETE FROM messages WHERE persona = ?1",
    "DELETE FROM epochs WHERE persona = ?1",
    "DELETE FROM sequences WHERE owner = ?1",
    "DELETE FROM nonces WHERE key_id = ?1",
    "DELETE FROM idempotency WHERE key_id = ?1",
    "DELETE FROM refused_personas WHERE id = ?1",
    "DELETE FROM personas WHERE id = ?1",
];

/// What stays: it tells nobody who it was, but recognises her.
fn tombstone(persona: &[u8; 32]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"keyward relay: forgotten persona, v1\0");
    hash.update(persona);
    hash.finalize().into()
}

/// Since when a persona is forgotten, if she is.
pub(super) fn forgotten(
    connection: &Connection,
    persona: &[u8; 32],
) -> Result<Option<UnixSeconds>, StoreError> {
    let at: Option<i64> = connection
        .prepare_cached("SELECT at FROM forgotten WHERE tombstone = ?1")?
        .query_row([tombstone(persona)], |row| row.get(0))
        .optional()?;
    at.map(unsigned).transpose()
}

/// Erases a persona and whom she continues. Saying it again gives the time of the first.
pub(super) fn forget(
    connection: &Connection,
    persona: PersonaId,
    now: UnixSeconds,
) -> Result<UnixSeconds, StoreError> {
    raise_time(connection, now)?;
    if let Some(at) = forgotten(connection, persona.as_bytes())? {
        return Ok(at);
    }
    for id in going(connection, persona)? {
        erase(connection, &id)?;
        bury(connection, &tombstone(&id), now)?;
    }
    Ok(now)
}

/// A persona and whom she continues.
fn going(connection: &Connection, persona: PersonaId) -> Result<Vec<[u8; 32]>, StoreError> {
    let continued = replace::continued(connection, persona)?;
    Ok(continued.into_iter().chain([persona]).map(|it| it.to_bytes()).collect())
}

/// The tombstones that forgetting a persona would leave; none if she is forgotten already.
pub(super) fn tombstones(
    connection: &Connection,
    persona: PersonaId,
) -> Result<Vec<[u8; 32]>, StoreError> {
    if forgotten(connection, persona.as_bytes())?.is_some() {
        return Ok(Vec::new());
    }
    Ok(going(connection, persona)?.iter().map(tombstone).collect())
}

/// After a restore: erases again who was forgotten since the backup. True if she was not yet.
pub(super) fn forget_again(
    connection: &Connection,
    hash: &[u8; 32],
    now: UnixSeconds,
) -> Result<bool, StoreError> {
    let known = connection
        .prepare_cached("SELECT 1 FROM forgotten WHERE tombstone = ?1")?
        .exists([hash])?;
    if known {
        return Ok(false);
    }
    let personas: Vec<[u8; 32]> = connection
        .prepare_cached("SELECT id FROM personas UNION ALL SELECT id FROM refused_personas")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if let Some(id) = personas.iter().find(|id| tombstone(id) == *hash) {
        erase(connection, id)?;
    }
    bury(connection, hash, now)?;
    Ok(true)
}

pub(super) fn erase(connection: &Connection, id: &[u8; 32]) -> Result<(), StoreError> {
    for statement in ROWS {
        let mut statement = connection.prepare_cached(statement)?;
        if statement.parameter_count() == 0 {
            statement.execute([])?;
        } else {
            statement.execute([id])?;
        }
    }
    Ok(())
}

fn bury(connection: &Connection, hash: &[u8; 32], now: UnixSeconds) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO forgotten (tombstone, at) VALUES (?1, ?2)")?
        .execute(params![hash, signed(now)?])?;
    Ok(())
}

/// Objects that are to be deleted.
pub(super) fn doomed(connection: &Connection) -> Result<Vec<PackName>, StoreError> {
    let mut select = connection.prepare_cached("SELECT name FROM doomed")?;
    let rows = select.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Forgets objects that are deleted.
pub(super) fn gone(connection: &Connection, names: &[PackName]) -> Result<(), StoreError> {
    let mut delete = connection.prepare_cached("DELETE FROM doomed WHERE name = ?1")?;
    for name in names {
        delete.execute([name])?;
    }
    Ok(())
}
