//! What nobody asks for by name: whether the database takes a write, how much is in it, and the
//! deletion of what has been kept long enough.

use super::stamps::{raise_time, signed, unsigned};
use super::{backup_keys, backups};
use crate::store::{Census, Retention, StoreError};
use keyward_relay_api::http::UnixSeconds;
use rusqlite::{Connection, params};

/// Rows deleted in one transaction at most, so that no request waits long behind it.
const BATCH: i64 = 500;
/// How long a letter may still be fetched after its grant is over.
const LETTER_SECONDS: u64 = 86_400;

/// Writes for the sake of writing: the highest time, and then something that changes every time.
pub(super) fn probe(connection: &Connection, now: UnixSeconds) -> Result<(), StoreError> {
    raise_time(connection, now)?;
    connection
        .prepare_cached(
            "INSERT INTO meta (name, value) VALUES ('probe', x'00')
             ON CONFLICT (name) DO UPDATE SET value = CASE value WHEN x'00' THEN x'01' ELSE x'00' END",
        )?
        .execute([])?;
    Ok(())
}

pub(super) fn census(connection: &Connection, now: UnixSeconds) -> Result<Census, StoreError> {
    let count = |sql: &str| -> Result<u64, StoreError> {
        unsigned(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    };
    let live = connection
        .prepare_cached("SELECT count(*) FROM grants WHERE expiry > ?1 AND revoked IS NULL")?
        .query_row([signed(now)?], |row| row.get(0))?;
    Ok(Census {
        personas: count("SELECT count(*) FROM personas WHERE backup_of IS NULL")?,
        clinicians: count("SELECT count(*) FROM clinicians")?,
        live_grants: unsigned(live)?,
        messages: count("SELECT count(*) FROM messages")?,
        packs: count("SELECT count(*) FROM packs")?,
        stored_bytes: count("SELECT coalesce(sum(stored), 0) FROM personas")?
            .saturating_add(backups::usage(connection, backups::ALL)?.1),
    })
}

/// Deletes one batch of what has been kept long enough. Gives the number of rows; 0 means done.
pub(super) fn retain(
    connection: &Connection,
    retention: &Retention,
    now: UnixSeconds,
) -> Result<u64, StoreError> {
    let before = |seconds: u64| signed(now.saturating_sub(seconds));
    let mut deleted = connection
        .prepare_cached(
            "DELETE FROM messages WHERE (owner, sequence) IN (
                 SELECT m.owner, m.sequence FROM messages m JOIN grants g ON g.id = m.grant_id
                 WHERE g.expiry < ?1 OR g.revoked < ?1 LIMIT ?2)",
        )?
        .execute(params![before(LETTER_SECONDS)?, BATCH])?;
    if let Some(keep) = retention.messages {
        deleted += connection
            .prepare_cached(
                "DELETE FROM messages WHERE (owner, sequence) IN (
                     SELECT owner, sequence FROM messages WHERE received < ?1 LIMIT ?2)",
            )?
            .execute(params![before(keep)?, BATCH])?;
    }
    if let Some(keep) = retention.access_history {
        deleted += connection
            .prepare_cached(
                "DELETE FROM accesses WHERE (persona, sequence) IN (
                     SELECT persona, sequence FROM accesses WHERE time < ?1 LIMIT ?2)",
            )?
            .execute(params![before(keep)?, BATCH])?;
    }
    if let Some(keep) = retention.ended_grants {
        // Only those whose own time is over: that alone keeps a replay of them out. One that was
        // stopped early stays until then, and one that is still in the history with the history.
        deleted += connection
            .prepare_cached(
                "DELETE FROM grants WHERE id IN (
                     SELECT id FROM grants WHERE expiry < ?1 AND length(signed) > 0
                     AND NOT EXISTS (SELECT 1 FROM grant_keys k WHERE k.grant_id = grants.id)
                     AND NOT EXISTS (SELECT 1 FROM accesses a WHERE a.persona = grants.persona
                                     AND a.grant_id = grants.id)
                     LIMIT ?2)",
            )?
            .execute(params![before(keep)?, BATCH])?;
    }
    if let Some(keep) = retention.clinician_backups {
        deleted += backup_keys::let_go(connection, now.saturating_sub(keep), now)?;
    }
    Ok(deleted as u64)
}
