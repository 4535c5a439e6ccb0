//! Mailboxes: at least once. A message is deleted when it is acknowledged, or when a later revision of
//! its grant takes its place: that one says everything anew.

use super::stamps::{next_sequence, signed, unsigned};
use crate::store::{NewGrant, StoreError};
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::types::{Done, Message};
use rusqlite::{Connection, params};

const KIND: &str = "message";

/// Where a message comes from: none if it was stored by a version that did not note it.
struct Sender {
    persona: Option<[u8; 32]>,
    grant: Option<[u8; 16]>,
}

/// Puts the message of a grant into a mailbox, in place of the one of an earlier revision.
pub(super) fn deliver(
    connection: &Connection,
    owner: &[u8; 32],
    new: &NewGrant,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    let (persona, grant) = (new.persona.as_bytes(), new.id.as_bytes());
    connection
        .prepare_cached("DELETE FROM messages WHERE owner = ?1 AND persona = ?2 AND grant_id = ?3")?
        .execute(params![owner, persona, grant])?;
    let of_persona: u32 = connection
        .prepare_cached("SELECT count(*) FROM messages WHERE owner = ?1 AND persona = ?2")?
        .query_row(params![owner, persona], |row| row.get(0))?;
    if of_persona >= new.bounds.messages_of_persona {
        return Err(ProblemCode::TooManyWaiting.into());
    }
    let waiting: u32 = connection
        .prepare_cached("SELECT count(*) FROM messages WHERE owner = ?1")?
        .query_row([owner], |row| row.get(0))?;
    if waiting >= new.bounds.messages {
        return Err(ProblemCode::QuotaReached.into());
    }
    let sender = Sender { persona: Some(new.persona.to_bytes()), grant: Some(new.id.to_bytes()) };
    insert(connection, owner, &sender, signed(now)?, &new.message)
}

fn insert(
    connection: &Connection,
    owner: &[u8; 32],
    sender: &Sender,
    received: i64,
    body: &[u8],
) -> Result<(), StoreError> {
    let sequence = next_sequence(connection, owner, KIND)?;
    connection
        .prepare_cached(
            "INSERT INTO messages (owner, sequence, received, body, persona, grant_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![owner, signed(sequence)?, received, body, sender.persona, sender.grant])?;
    Ok(())
}

/// Moves what waited under a certificate's hash into the mailbox of its key.
pub(super) fn adopt(
    connection: &Connection,
    from: &[u8; 32],
    to: &[u8; 32],
) -> Result<(), StoreError> {
    let waiting: Vec<(Sender, i64, Vec<u8>)> = connection
        .prepare_cached(
            "SELECT persona, grant_id, received, body FROM messages WHERE owner = ?1
             ORDER BY sequence",
        )?
        .query_map([from], |row| {
            let sender = Sender { persona: row.get(0)?, grant: row.get(1)? };
            Ok((sender, row.get(2)?, row.get(3)?))
        })?
        .collect::<Result<_, _>>()?;
    for (sender, received, body) in waiting {
        insert(connection, to, &sender, received, &body)?;
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
