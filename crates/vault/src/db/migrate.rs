//! Forward-only migrations: numbered SQL files, each applied in one transaction together with the
//! new `user_version`. A released file is never edited (the test pins the resulting schema).

use rusqlite::{Connection, TransactionBehavior};

/// The steps in order; step `n` (counted from 1) leads to `user_version` `n`.
const STEPS: &[&str] = &[
    include_str!("../../migrations/0001_initial.sql"),
    include_str!("../../migrations/0002_reading_index.sql"),
    include_str!("../../migrations/0003_smaller.sql"),
    include_str!("../../migrations/0004_letters.sql"),
];

/// The newest schema this version of the app knows.
pub(crate) const NEWEST: u32 = 4;

const _: () = assert!(STEPS.len() == NEWEST as usize, "one step per version");

/// The schema version of an opened database.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings the database to [`NEWEST`]. The caller has refused newer ones before.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    migrate_to(connection, NEWEST)
}

/// Brings the database to a version; an older one than [`NEWEST`] only in tests.
pub(crate) fn migrate_to(connection: &mut Connection, wanted: u32) -> rusqlite::Result<()> {
    let mut reached = version(connection)?;
    for step in STEPS.iter().take(wanted as usize).skip(reached as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        reached += 1;
        transaction.pragma_update(None, "user_version", reached)?;
        transaction.commit()?;
    }
    Ok(())
}
