//! What lies in the stores of relay and clinic at the end: the adversary has both machines.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::prints::{Print, of_bytes};

/// A persona as the relay has it.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// From when until when her certificate is valid.
    pub window: (u64, u64),
    /// Lengths of her sealed records.
    pub records: Vec<u64>,
    /// Whom she granted something, by certificate.
    pub doctors: Vec<Vec<u8>>,
    /// Lengths and times of backup packs.
    pub packs: Vec<(u64, u64)>,
    /// Prints of what is stored for her.
    pub prints: Vec<Print>,
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// By persona.
    pub personas: BTreeMap<[u8; 32], Row>,
    /// Tags of presentations in the order the clinic's file has them.
    pub spent: usize,
    /// Entries in the clinic's registers of credentials.
    pub entries: usize,
}

/// Reads both.
///
/// # Errors
/// What could not be read.
pub fn read(folder: &Path) -> Result<Stored, String> {
    let relay = open(&folder.join("relay").join("relay.db"))?;
    let mut stored = Stored::default();
    personas(&relay, &mut stored).map_err(|error| error.to_string())?;
    let clinic = open(&folder.join("credentials.db"))?;
    let count = |table: &str| -> Result<usize, String> {
        let sql = format!("SELECT count(*) FROM {table}");
        let count: i64 = clinic.query_row(&sql, [], |row| row.get(0)).map_err(|e| e.to_string())?;
        usize::try_from(count).map_err(|e| e.to_string())
    };
    (stored.spent, stored.entries) = (count("spent")?, count("register")?);
    Ok(stored)
}

fn open(path: &Path) -> Result<Connection, String> {
    // Not read-only: a write-ahead log that is there has to be taken in.
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|e| e.to_string())
}

fn personas(relay: &Connection, stored: &mut Stored) -> rusqlite::Result<()> {
    each(
        relay,
        "SELECT id, valid_from, valid_until, certificate FROM personas",
        |entry, row| {
            entry.window = (time(row.get(1)?), time(row.get(2)?));
            entry.prints.extend(of_bytes(&row.get::<_, Vec<u8>>(3)?));
            Ok(())
        },
        stored,
    )?;
    each(
        relay,
        "SELECT persona, length, header FROM records",
        |entry, row| {
            entry.records.push(time(row.get(1)?));
            entry.prints.extend(of_bytes(&row.get::<_, Vec<u8>>(2)?));
            Ok(())
        },
        stored,
    )?;
    each(
        relay,
        "SELECT persona, doctor, signed FROM grants",
        |entry, row| {
            entry.doctors.push(row.get(1)?);
            entry.prints.extend(of_bytes(&row.get::<_, Vec<u8>>(2)?));
            Ok(())
        },
        stored,
    )?;
    each(
        relay,
        "SELECT persona, length, stored FROM backup_packs",
        |entry, row| {
            entry.packs.push((time(row.get(1)?), time(row.get(2)?)));
            Ok(())
        },
        stored,
    )
}

fn each(
    relay: &Connection,
    sql: &str,
    take: impl Fn(&mut Row, &rusqlite::Row<'_>) -> rusqlite::Result<()>,
    stored: &mut Stored,
) -> rusqlite::Result<()> {
    let mut all = relay.prepare(sql)?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        take(stored.personas.entry(row.get(0)?).or_default(), row)?;
    }
    Ok(())
}

fn time(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or_default()
}
