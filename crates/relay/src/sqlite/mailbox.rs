//! Mailboxes: at least once, never deleted before they are acknowledged.

use super::stamps::{next_sequence, signed, unsigned};
use crate::store::StoreError;
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::types::{Done, Message};
use rusqlite::{Connection, params};

const KIND: &str = "message";

pub(super) fn deliver(
    connection: &Connection,
    owner: &[u8; 32],
    body: &[u8],
    max_waiting: u32,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    let waiting: u32 = connection
        .prepare_cached("SELECT count(*) FROM messages WHERE owner = ?1")?
        .query_row([owner], |row| row.get(0))?;
    if waiting >= max_waiting {
        return Err(ProblemCode::QuotaReached.into());
    }
    insert(connection, owner, signed(now)?, body)
}

fn insert(
    connection: &Connection,
    owner: &[u8; 32],
    received: i64,
    body: &[u8],
) -> Result<(), StoreError> {
    let sequence = next_sequence(connection, owner, KIND)?;
    connection
        .prepare_cached(
            "INSERT INTO messages (owner, sequence, received, body) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![owner, signed(sequence)?, received, body])?;
    Ok(())
}

/// Moves what waited under a certificate's hash into the mailbox of its key.
pub(super) fn adopt(
    connection: &Connection,
    from: &[u8; 32],
    to: &[u8; 32],
) -> Result<(), StoreError> {
    let waiting: Vec<(i64, Vec<u8>)> = connection
        .prepare_cached("SELECT received, body FROM messages WHERE owner = ?1 ORDER BY sequence")?
        .query_map([from], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (received, body) in waiting {
        insert(connection, to, received, &body)?;
    }
    connection.execute("DELETE FROM messages WHERE owner = ?1", [from])?;
    Ok(())
}

pub(super) fn messages(
    connection: &Connection,
    owner: &[u8; 32],
    after: u64,
    limit: usize,
) -> Result<Vec<Message>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT sequence, received, body FROM messages WHERE owner = ?1 AND sequence > ?2
         ORDER BY sequence LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select.query_map(params![owner, signed(after)?, limit], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    rows.map(|row| {
        let (sequence, received, body) = row?;
        Ok(Message { sequence: unsigned(sequence)?, received: unsigned(received)?, body })
    })
    .collect()
}

pub(super) fn acknowledge(
    connection: &Connection,
    owner: &[u8; 32],
    through: u64,
    now: UnixSeconds,
) -> Result<Done, StoreError> {
    connection
        .prepare_cached("DELETE FROM messages WHERE owner = ?1 AND sequence <= ?2")?
        .execute(params![owner, signed(through)?])?;
    Ok(Done { at: now })
}
