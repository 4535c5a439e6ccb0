//! Copying the database while it serves, and what a restored copy has to be told before it may.

use super::stamps::{raise_time, signed};
use super::{forget, grants, people, records, replace};
use crate::store::{PackName, Removal, StoreError};
use keyward_protocol::ids::GrantId;
use keyward_relay_api::ends::End;
use keyward_relay_api::http::UnixSeconds;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};
use std::path::Path;
use std::time::Duration;

/// The setting that says when a store was restored, seconds as eight bytes.
pub(crate) const META_RESTORED: &str = "restored-at";
/// By how much sequences jump at a restore: numbers given after the backup never come again for
/// something else, and whoever asks for what comes after one he has seen is answered.
const JUMP: i64 = 1 << 32;
const BUSY: Duration = Duration::from_secs(30);

fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

/// Writes the state of this moment into a new file: one snapshot, whoever writes meanwhile, and
/// without the free pages, so nothing deleted is in it.
pub(crate) fn snapshot(database: &Path, to: &Path) -> Result<(), StoreError> {
    let connection = open_to_read(database)?;
    super::schema::check(&connection)?;
    let to = to.to_str().ok_or_else(|| StoreError::Storage("the path is not UTF-8".into()))?;
    connection.execute("VACUUM INTO ?1", [to])?;
    Ok(())
}

/// The packs a database names.
pub(crate) fn packs_of(database: &Path) -> Result<Vec<PackName>, StoreError> {
    records::packs(&open_to_read(database)?)
}

/// The id of the service a database belongs to.
pub(crate) fn meta_of(database: &Path, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    super::stamps::meta(&open_to_read(database)?, name)
}

/// Makes a copy fit to serve at `now`: ends what ended after it was taken, lets no number and no
/// request come a second time. `None`: what ended is not known, so every grant is ended.
pub(crate) fn restored(
    database: &Path,
    ends: Option<&[End]>,
    now: UnixSeconds,
) -> Result<u64, StoreError> {
    let mut connection = Connection::open(database)?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    let sound: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if sound != "ok" {
        return Err(StoreError::Damaged("the database file"));
    }
    super::schema::migrate(&mut connection)?;
    let transaction = connection.transaction()?;
    raise_time(&transaction, now)?;
    transaction.execute("UPDATE sequences SET last = last + ?1", [JUMP])?;
    transaction.execute(
        "INSERT INTO meta (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![META_RESTORED, now.to_be_bytes()],
    )?;
    let ended = match ends {
        Some(ends) => {
            let mut ended = 0;
            for end in ends {
                ended += u64::from(carry_out(&transaction, end, now)?);
            }
            ended
        }
        None => end_all(&transaction, now)?,
    };
    transaction.commit()?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(ended)
}

/// True if it changed something.
fn carry_out(connection: &Connection, end: &End, now: UnixSeconds) -> Result<bool, StoreError> {
    match end {
        End::Grant(grant) => end_grant(connection, *grant, now),
        End::Revision(grant, revision) => {
            let stored: Option<u32> = connection
                .prepare_cached("SELECT revision FROM grants WHERE id = ?1")?
                .query_row([grant.as_bytes()], |row| row.get(0))
                .optional()?;
            // An older revision may allow what the lost one no longer did.
            match stored.is_some_and(|stored| stored < *revision) {
                true => end_grant(connection, *grant, now),
                false => Ok(false),
            }
        }
        End::Clinician(hash) => {
            let known = people::is_removed(connection, *hash)?;
            people::remove_clinicians(connection, &Removal { hashes: vec![*hash], now })?;
            Ok(!known)
        }
        End::Persona(persona) => replace::refuse(connection, *persona, now),
        End::Forgotten(tombstone) => forget::forget_again(connection, tombstone, now),
        // The authority's.
        End::Person(_) | End::Left(_) | End::Enrolment(_) => Ok(false),
    }
}

fn end_grant(
    connection: &Connection,
    grant: GrantId,
    now: UnixSeconds,
) -> Result<bool, StoreError> {
    let changed = connection
        .prepare_cached("UPDATE grants SET revoked = ?2 WHERE id = ?1 AND revoked IS NULL")?
        .execute(params![grant.as_bytes(), signed(now)?])?;
    grants::forget_keys(connection, grant)?;
    Ok(changed > 0)
}

fn end_all(connection: &Connection, now: UnixSeconds) -> Result<u64, StoreError> {
    let live: Vec<[u8; 16]> = connection
        .prepare("SELECT id FROM grants WHERE revoked IS NULL")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for grant in &live {
        end_grant(connection, GrantId::from_bytes(*grant), now)?;
    }
    Ok(live.len() as u64)
}
