//! Replay memory, remembered answers, the highest time, and small settings.

use super::{forget, replace};
use crate::store::{Stamp, StoreError};
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::problem::ProblemCode;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

const HIGHEST_TIME: &str = "highest-time";

pub(super) fn highest_time(connection: &Connection) -> Result<UnixSeconds, StoreError> {
    match meta(connection, HIGHEST_TIME)? {
        None => Ok(0),
        Some(bytes) => bytes
            .try_into()
            .map(u64::from_be_bytes)
            .map_err(|_| StoreError::Damaged("the highest time")),
    }
}

/// Moves the highest time forward, never back.
pub(super) fn raise_time(connection: &Connection, now: UnixSeconds) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            // Big-endian bytes of one length compare as numbers do.
            "INSERT INTO meta (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value
             WHERE excluded.value > value",
        )?
        .execute(params![HIGHEST_TIME, now.to_be_bytes()])?;
    Ok(())
}

pub(super) fn meta(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

/// Under which name the object of a credential epoch is pinned.
pub(super) fn epoch_name(epoch: u64) -> String {
    format!("credential-epoch/{epoch}")
}

pub(super) fn meta_once(
    connection: &Connection,
    name: &str,
    value: &[u8],
) -> Result<Vec<u8>, StoreError> {
    connection
        .prepare_cached("INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![name, value])?;
    meta(connection, name)?.ok_or(StoreError::Damaged("a setting vanished"))
}

/// Remembers a nonce; refuses one that was used.
pub(super) fn remember(connection: &Connection, stamp: &Stamp) -> Result<(), StoreError> {
    raise_time(connection, stamp.now)?;
    let new = connection
        .prepare_cached(
            "INSERT INTO nonces (key_id, nonce, expires) VALUES (?1, ?2, ?3)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![stamp.key_id, stamp.nonce, signed(stamp.nonce_expires)?])?;
    if new == 1 { Ok(()) } else { Err(ProblemCode::Replayed.into()) }
}

/// Does `work` once per request. The outer error undoes nothing but says that the transaction is
/// of no use; the inner one is a refusal whose nonce stays remembered.
pub(super) fn stamped<T: Serialize + DeserializeOwned>(
    connection: &Connection,
    stamp: &Stamp,
    work: impl FnOnce(&Connection, &Stamp) -> Result<T, StoreError>,
) -> Result<Result<T, StoreError>, StoreError> {
    // First of all, so that not even the nonce of a forgotten key is kept.
    if forget::forgotten(connection, &stamp.key_id)?.is_some() {
        return Ok(Err(ProblemCode::PersonaForgotten.into()));
    }
    let replayed = match remember(connection, stamp) {
        Ok(()) => None,
        Err(refused @ StoreError::Refused(_)) => Some(refused),
        Err(error) => return Err(error),
    };
    match remembered_answer(connection, stamp) {
        Ok(Some(answer)) => return Ok(Ok(answer)),
        Ok(None) => {}
        Err(refused @ StoreError::Refused(_)) => return Ok(Err(refused)),
        Err(error) => return Err(error),
    }
    // Here, in the transaction that orders all changes: a request that was on its way when its key
    // was replaced changes nothing any more.
    if replace::replaced(connection, &stamp.key_id)?.is_some() {
        return Ok(Err(ProblemCode::PersonaReplaced.into()));
    }
    // Only now: a used nonce with a remembered answer is a retry, otherwise a replay.
    if let Some(replayed) = replayed {
        return Ok(Err(replayed));
    }
    Ok(whole(connection, |connection| {
        let answer = work(connection, stamp)?;
        remember_answer(connection, stamp, &answer)?;
        Ok(answer)
    }))
}

/// Does `work` wholly or not at all, whatever else stands in the transaction.
pub(super) fn whole<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.execute_batch("SAVEPOINT job")?;
    let outcome = work(connection)
        .and_then(|value| Ok(connection.execute_batch("RELEASE job").map(|()| value)?));
    // After a failing disk the savepoint may be gone together with the transaction.
    if outcome.is_err() && !connection.is_autocommit() {
        let undone = connection.execute_batch("ROLLBACK TO job; RELEASE job");
        if undone.is_err() && !connection.is_autocommit() {
            // What cannot be undone alone is undone with the whole group: the writer sees that the
            // transaction is gone and tells nobody in it that it was done.
            connection.execute_batch("ROLLBACK")?;
        }
    }
    outcome
}

fn remembered_answer<T: DeserializeOwned>(
    connection: &Connection,
    stamp: &Stamp,
) -> Result<Option<T>, StoreError> {
    let Some(key) = &stamp.idempotency else { return Ok(None) };
    let found: Option<(Vec<u8>, Vec<u8>)> = connection
        .prepare_cached("SELECT request, answer FROM idempotency WHERE key_id = ?1 AND name = ?2")?
        .query_row(params![stamp.key_id, key.name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((request, answer)) = found else { return Ok(None) };
    if request != key.request {
        return Err(ProblemCode::IdempotencyMismatch.into());
    }
    serde_json::from_slice(&answer)
        .map(Some)
        .map_err(|_| StoreError::Damaged("a remembered answer"))
}

fn remember_answer<T: Serialize>(
    connection: &Connection,
    stamp: &Stamp,
    answer: &T,
) -> Result<(), StoreError> {
    let Some(key) = &stamp.idempotency else { return Ok(()) };
    let answer =
        serde_json::to_vec(answer).map_err(|_| StoreError::Damaged("an answer is no JSON"))?;
    connection
        .prepare_cached(
            "INSERT INTO idempotency (key_id, name, request, answer, expires)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![stamp.key_id, key.name, key.request, answer, signed(key.expires)?])?;
    Ok(())
}

/// Forgets what can no longer be replayed: the window for its time is closed.
pub(super) fn prune(
    connection: &Connection,
    now: UnixSeconds,
    clock: UnixSeconds,
) -> Result<(), StoreError> {
    raise_time(connection, now)?;
    connection.execute("DELETE FROM nonces WHERE expires < ?1", [signed(clock)?])?;
    connection.execute("DELETE FROM idempotency WHERE expires < ?1", [signed(now)?])?;
    Ok(())
}

/// The next number of an owner's sequence, from 1.
pub(super) fn next_sequence(
    connection: &Connection,
    owner: &[u8],
    kind: &str,
) -> Result<u64, StoreError> {
    let last: i64 = connection
        .prepare_cached(
            "INSERT INTO sequences (owner, kind, last) VALUES (?1, ?2, 1)
             ON CONFLICT (owner, kind) DO UPDATE SET last = last + 1 RETURNING last",
        )?
        .query_row(params![owner, kind], |row| row.get(0))?;
    unsigned(last)
}

/// SQLite's integers are signed. Values that do not fit are refused, never wrapped.
pub(super) fn signed(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| ProblemCode::Malformed.into())
}

/// The other way: a negative number was never written by this program.
pub(super) fn unsigned(value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::Damaged("a negative number"))
}
