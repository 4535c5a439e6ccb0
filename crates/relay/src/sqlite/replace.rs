//! Replacing a persona by another (SPEC §25.1), and where a persona stands.

use super::stamps::{signed, unsigned};
use crate::store::{NewReplacement, StoreError};
use keyward_protocol::ids::{CompartmentId, EpochId, PersonaId};
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::problem::{Problem, ProblemCode};
use keyward_relay_api::recovery::CompartmentState;
use rusqlite::{Connection, OptionalExtension as _, params};

/// Replacements that can follow one another; more are refused.
const LONGEST_LINE: usize = 64;

/// What is kept of a persona's replacement.
struct Line {
    since: Option<u64>,
    statement: Option<Vec<u8>>,
    time: Option<u64>,
    successor: Option<PersonaId>,
}

fn line(connection: &Connection, persona: PersonaId) -> Result<Option<Line>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT replaced, replacement, replacement_time, successor FROM personas WHERE id = ?1",
        )?
        .query_row([persona.as_bytes()], |row| {
            Ok((
                row.get::<_, Option<i64>>(0)?,
                row.get(1)?,
                row.get::<_, Option<i64>>(2)?,
                row.get::<_, Option<[u8; 32]>>(3)?,
            ))
        })
        .optional()?;
    let Some((since, statement, time, successor)) = found else { return Ok(None) };
    Ok(Some(Line {
        since: since.map(unsigned).transpose()?,
        statement,
        time: time.map(unsigned).transpose()?,
        successor: successor.map(PersonaId::from_bytes),
    }))
}

/// Since when a persona is replaced, if she is.
pub(super) fn replaced(
    connection: &Connection,
    persona: &[u8; 32],
) -> Result<Option<UnixSeconds>, StoreError> {
    let since: Option<i64> = connection
        .prepare_cached(
            "SELECT replaced FROM personas WHERE id = ?1 AND replaced IS NOT NULL
             UNION ALL SELECT at FROM refused_personas WHERE id = ?1",
        )?
        .query_row([persona], |row| row.get(0))
        .optional()?;
    since.map(unsigned).transpose()
}

/// After a restore: refuses a key of which only is known that it was replaced. By whom, her
/// successor says again. True if it was not refused before.
pub(super) fn refuse(
    connection: &Connection,
    persona: PersonaId,
    now: UnixSeconds,
) -> Result<bool, StoreError> {
    if replaced(connection, persona.as_bytes())?.is_some() {
        return Ok(false);
    }
    let (id, at) = (persona.as_bytes(), signed(now)?);
    let known = connection
        .prepare_cached("UPDATE personas SET replaced = ?2 WHERE id = ?1")?
        .execute(params![id, at])?;
    if known == 0 {
        // She came after the backup: her certificate must not bring her back.
        connection
            .prepare_cached("INSERT INTO refused_personas (id, at) VALUES (?1, ?2)")?
            .execute(params![id, at])?;
    }
    silence(connection, id, now)?;
    Ok(true)
}

/// Everybody a persona continues; all of them are refused.
pub(super) fn continued(
    connection: &Connection,
    successor: PersonaId,
) -> Result<Vec<PersonaId>, StoreError> {
    let mut select =
        connection.prepare_cached("SELECT id FROM personas WHERE continued_by = ?1")?;
    let rows = select.query_map([successor.as_bytes()], |row| row.get(0))?;
    Ok(rows.map(|id| id.map(PersonaId::from_bytes)).collect::<Result<_, _>>()?)
}

/// The newest certificate stored of a persona.
pub(super) fn certificate(
    connection: &Connection,
    persona: PersonaId,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT certificate FROM personas WHERE id = ?1")?
        .query_row([persona.as_bytes()], |row| row.get(0))
        .optional()?)
}

/// Ends the old persona and whoever continued her until now. Gives since when she is refused.
pub(super) fn replace(
    connection: &Connection,
    new: &NewReplacement,
    now: UnixSeconds,
) -> Result<UnixSeconds, StoreError> {
    let old = line(connection, new.persona)?.ok_or(ProblemCode::NotFound)?;
    if certificate(connection, new.persona)?.as_ref() != Some(&new.certificate) {
        // Renewed meanwhile, perhaps with another recovery key: ask again.
        return Err(Problem::new(ProblemCode::Busy).retry_after(1).into());
    }
    if let (Some(since), Some(statement)) = (old.since, &old.statement)
        && *statement == new.signed
    {
        return Ok(since);
    }
    if let Some(time) = old.time
        && new.time <= time
    {
        return Err(Problem::new(ProblemCode::StaleReplacement).since(time).into());
    }
    let mut ending = vec![new.persona];
    let mut next = old.successor;
    while let Some(persona) = next.filter(|persona| *persona != new.successor) {
        if ending.contains(&persona) || ending.len() >= LONGEST_LINE {
            return Err(ProblemCode::QuotaReached.into());
        }
        next = line(connection, persona)?.and_then(|line| line.successor);
        ending.push(persona);
    }
    for persona in &ending {
        end(connection, *persona, new, now)?;
    }
    connection
        .prepare_cached(
            "UPDATE personas SET replacement = ?2, replacement_time = ?3 WHERE id = ?1",
        )?
        .execute(params![new.persona.as_bytes(), new.signed, signed(new.time)?])?;
    Ok(line(connection, new.persona)?.and_then(|line| line.since).unwrap_or(now))
}

/// Refuses a key from now on, ends what it granted and deletes what opens records by it.
fn end(
    connection: &Connection,
    persona: PersonaId,
    new: &NewReplacement,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    let (id, successor) = (persona.as_bytes(), new.successor.as_bytes());
    connection
        .prepare_cached(
            "UPDATE personas SET replaced = coalesce(replaced, ?3), successor = ?2,
                 continued_by = ?2, replacement = NULL,
                 replacement_time = max(coalesce(replacement_time, 0), ?4)
             WHERE id = ?1",
        )?
        .execute(params![id, successor, signed(now)?, signed(new.time)?])?;
    // Whom she continued is continued by the new one as well.
    connection
        .prepare_cached("UPDATE personas SET continued_by = ?2 WHERE continued_by = ?1")?
        .execute(params![id, successor])?;
    silence(connection, id, now)
}

/// Ends what a persona granted and deletes what opens records by it.
fn silence(connection: &Connection, id: &[u8; 32], now: UnixSeconds) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE grants SET revoked = ?2, replaced = 1
             WHERE persona = ?1 AND revoked IS NULL AND expiry > ?2 AND length(signed) > 0",
        )?
        .execute(params![id, signed(now)?])?;
    for statement in [
        "DELETE FROM grant_keys WHERE grant_id IN (SELECT id FROM grants WHERE persona = ?1)",
        "UPDATE grants SET message = NULL WHERE persona = ?1",
        "DELETE FROM messages WHERE persona = ?1",
    ] {
        connection.prepare_cached(statement)?.execute([id])?;
    }
    Ok(())
}

/// Whether `caller` is who continues `persona`.
pub(super) fn continues(
    connection: &Connection,
    caller: PersonaId,
    persona: PersonaId,
) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM personas WHERE id = ?1 AND continued_by = ?2")?
        .exists(params![persona.as_bytes(), caller.as_bytes()])?)
}

/// The signed statements from a persona on, in order, as far as there are statements.
pub(super) fn statements(
    connection: &Connection,
    persona: PersonaId,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let (mut found, mut next) = (Vec::new(), Some(persona));
    while let Some(persona) = next.take()
        && found.len() < LONGEST_LINE
    {
        if let Some(Line { statement: Some(statement), successor, .. }) = line(connection, persona)?
        {
            found.push(statement);
            next = successor;
        }
    }
    Ok(found)
}

/// One page of where the compartments of a persona stand, by id.
pub(super) fn compartments(
    connection: &Connection,
    persona: PersonaId,
    after: Option<CompartmentId>,
    limit: usize,
) -> Result<Vec<CompartmentState>, StoreError> {
    let after: &[u8] = after.as_ref().map_or(&[], |after| after.as_bytes());
    let mut select = connection.prepare_cached(
        "SELECT e.compartment, e.epoch, e.opened, h.signed,
             (SELECT count(*) FROM epochs c
              WHERE c.persona = e.persona AND c.compartment = e.compartment)
         FROM epochs e LEFT JOIN heads h
             ON h.persona = e.persona AND h.compartment = e.compartment
         WHERE e.persona = ?1 AND e.closed IS NULL AND e.compartment > ?2
         ORDER BY e.compartment LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = select.query(params![persona.as_bytes(), after, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(CompartmentState {
            compartment: CompartmentId::from_bytes(row.get(0)?),
            open: EpochId::from_bytes(row.get(1)?),
            opened: unsigned(row.get(2)?)?,
            head: row.get(3)?,
            epochs: row.get(4)?,
        });
    }
    Ok(found)
}
