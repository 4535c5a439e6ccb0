//! Opening and migrating the database. Forward-only: an older program leaves a newer file alone.

use crate::store::StoreError;
use rusqlite::{Connection, TransactionBehavior};

/// One script per version, in order.
const MIGRATIONS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("senders.sql"),
    include_str!("recovery.sql"),
    include_str!("backup_keys.sql"),
];

/// "KWRL": says whose file it is.
const APPLICATION_ID: i64 = 0x4b57_524c;

/// Refuses a file that is not a relay's store, or a newer program's; changes nothing.
pub(super) fn check(connection: &Connection) -> Result<usize, StoreError> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let owner: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if version > 0 && owner != APPLICATION_ID {
        return Err(StoreError::Damaged("the file is not a relay's store"));
    }
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    match done > MIGRATIONS.len() {
        true => Err(StoreError::TooNew { found: version }),
        false => Ok(done),
    }
}

/// Brings the schema to this program's version, all or nothing.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = check(&transaction)?;
    for script in &MIGRATIONS[done..] {
        transaction.execute_batch(script)?;
    }
    if done < MIGRATIONS.len() {
        let version = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version)?;
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The migrated schema, pinned: whoever changes it must add a migration and this text.
    #[test]
    fn the_schema_is_what_the_script_says() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let tables: Vec<String> = connection
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(
            tables,
            [
                "accesses",
                "backup_keys_vouched",
                "backup_needs",
                "backup_packs",
                "backup_usage",
                "backups",
                "clinicians",
                "doomed",
                "epochs",
                "forgotten",
                "grant_keys",
                "grants",
                "heads",
                "idempotency",
                "messages",
                "meta",
                "nonces",
                "packs",
                "personas",
                "records",
                "refused_personas",
                "removed_clinicians",
                "sequences",
            ]
        );
        migrate(&mut connection).unwrap();
    }

    #[test]
    fn a_message_of_the_first_version_still_waits() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(MIGRATIONS[0]).unwrap();
        connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        let insert = "INSERT INTO messages (owner, sequence, received, body)
                      VALUES (zeroblob(32), 1, 5, x'0a')";
        connection.execute(insert, []).unwrap();
        migrate(&mut connection).unwrap();
        let waiting = super::super::mailbox::messages(&connection, &[0; 32], 0, 9).unwrap();
        assert_eq!((waiting[0].sequence, &waiting[0].body), (1, &vec![0x0a]));
        // It comes along when its clinician first comes.
        super::super::mailbox::adopt(&connection, &[0; 32], &[1; 32]).unwrap();
        assert_eq!(super::super::mailbox::messages(&connection, &[1; 32], 0, 9).unwrap().len(), 1);
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(migrate(&mut connection), Err(StoreError::TooNew { found: 99 })));
    }
}
