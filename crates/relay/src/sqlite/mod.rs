//! The store on SQLite: WAL, `synchronous=FULL`, `secure_delete`, one writer with group commit, a
//! few readers.

mod accesses;
mod backup_keys;
mod backups;
pub(crate) mod copies;
mod forget;
mod grants;
mod mailbox;
mod people;
mod readers;
mod records;
mod replace;
mod schema;
mod stamps;
mod upkeep;
mod writer;

use crate::store::{
    AccessEntry, AccessPlan, AccessQuery, Append, Appended, Audience, Bounds, Census, Ended,
    LoggedAccess, NewBackup, NewBackupKey, NewBackupPack, NewClinician, NewEpoch, NewGrant,
    NewPersona, NewReplacement, OwnPlan, OwnQuery, PackName, Principal, Removal, Retention,
    SealReceipt, Stamp, Store, StoreError, StoredBackupPack, StoredGrant,
};
use async_trait::async_trait;
use keyward_protocol::ids::{CertificateHash, CompartmentId, GrantId, PersonaId};
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::recovery::{Backup, BackupPackId, Backups, CompartmentState};
use keyward_relay_api::types::{Access, Done, Message, Revoked};
use readers::Readers;
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::time::Duration;
use writer::{After, Writer};

/// How long one attempt to empty the write-ahead log may hold up the writer.
const CHECKPOINT_PATIENCE: Duration = Duration::from_millis(100);
/// Readers at once; each has a connection.
const READERS: usize = 4;
/// How long a connection waits for a lock before it gives up.
const BUSY: Duration = Duration::from_secs(5);

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            // Waiting would not help; that somebody looks at the file would.
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                StoreError::Damaged("the database file")
            }
            // SQLite's messages name tables and columns, never values.
            _ => StoreError::Storage(error.to_string()),
        }
    }
}

/// The relay's store in one SQLite file.
pub struct SqliteStore {
    writer: Writer,
    readers: Readers,
}

impl SqliteStore {
    /// Opens or creates the store at `path`. A file of a newer version is left untouched.
    pub fn open(path: &Path) -> Result<SqliteStore, StoreError> {
        let mut connection = Connection::open(path)?;
        prepare(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // Every commit reaches the disk before it is answered.
        connection.pragma_update(None, "synchronous", "FULL")?;
        // Deleted content is overwritten with zeroes, also on pages that become free.
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
        check_pragmas(&connection)?;
        // Nobody else writes. What the writer waits for are readers at a checkpoint, and that it
        // rather tries again than hold everybody up.
        connection.busy_timeout(CHECKPOINT_PATIENCE)?;
        schema::migrate(&mut connection)?;
        Ok(SqliteStore { writer: Writer::start(connection)?, readers: Readers::new(path, READERS) })
    }

    /// Runs a changing call: replay memory, then the work in its own savepoint, then the answer is
    /// remembered for retries.
    async fn change<T: Serialize + DeserializeOwned + Send + 'static>(
        &self,
        stamp: Stamp,
        after: After,
        work: impl FnOnce(&Connection, &Stamp) -> Result<T, StoreError> + Send + 'static,
    ) -> (Result<T, StoreError>, bool) {
        let (outcome, erased) = self
            .writer
            .submit(after, move |connection| stamps::stamped(connection, &stamp, work))
            .await;
        // A refusal is an answer of the committed job, so that its nonce is kept: see `stamped`.
        (outcome.and_then(|inner| inner), erased)
    }

    async fn simple_change<T: Serialize + DeserializeOwned + Send + 'static>(
        &self,
        stamp: Stamp,
        work: impl FnOnce(&Connection, &Stamp) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.change(stamp, After::Nothing, work).await.0
    }
}

fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    Ok(())
}

/// A setting that SQLite silently did not take would make every acknowledgement a lie.
fn check_pragmas(connection: &Connection) -> Result<(), StoreError> {
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(StoreError::Storage("the file system does not take a write-ahead log".into()));
    }
    for (name, wanted) in [("synchronous", 2_i64), ("secure_delete", 1), ("foreign_keys", 1)] {
        let value: i64 = connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))?;
        if value != wanted {
            return Err(StoreError::Storage(format!("SQLite did not take the setting {name}")));
        }
    }
    Ok(())
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    prepare(&connection)?;
    Ok(connection)
}

#[async_trait]
impl Store for SqliteStore {
    async fn highest_time(&self) -> Result<UnixSeconds, StoreError> {
        self.readers.read(stamps::highest_time).await
    }

    async fn meta(&self, name: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
        self.readers.read(move |connection| stamps::meta(connection, name)).await
    }

    async fn meta_once(&self, name: &'static str, value: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        let work = move |connection: &Connection| stamps::meta_once(connection, name, &value);
        self.writer.submit(After::Nothing, work).await.0
    }

    async fn pinned_epoch(&self, epoch: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let name = stamps::epoch_name(epoch);
        self.readers.read(move |connection| stamps::meta(connection, &name)).await
    }

    async fn pin_epoch(&self, epoch: u64, object: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        let name = stamps::epoch_name(epoch);
        let work = move |connection: &Connection| stamps::meta_once(connection, &name, &object);
        self.writer.submit(After::Nothing, work).await.0
    }

    async fn principal(&self, key_id: [u8; 32]) -> Result<Option<Principal>, StoreError> {
        self.readers.read(move |connection| people::principal(connection, &key_id)).await
    }

    async fn stamp(&self, stamp: Stamp) -> Result<(), StoreError> {
        let work = move |connection: &Connection| stamps::remember(connection, &stamp);
        self.writer.submit(After::Nothing, work).await.0
    }

    async fn put_persona(&self, stamp: Stamp, persona: NewPersona) -> Result<Done, StoreError> {
        self.simple_change(stamp, move |connection, stamp| {
            people::put_persona(connection, &persona, stamp.now)
        })
        .await
    }

    async fn put_clinician(&self, stamp: Stamp, it: NewClinician) -> Result<Done, StoreError> {
        self.simple_change(stamp, move |connection, stamp| {
            people::put_clinician(connection, &it, stamp.now)
        })
        .await
    }

    async fn remove_clinicians(&self, removal: Removal) -> Result<(), StoreError> {
        let work = move |connection: &Connection| {
            stamps::whole(connection, |connection| people::remove_clinicians(connection, &removal))
        };
        self.writer.submit(After::Erase, work).await.0
    }

    async fn open_epoch(&self, stamp: Stamp, epoch: NewEpoch) -> Result<Done, StoreError> {
        self.simple_change(stamp, move |connection, stamp| {
            records::open_epoch(connection, &epoch, stamp.now)
        })
        .await
    }

    async fn append(&self, stamp: Stamp, append: Append) -> Result<Appended, StoreError> {
        self.simple_change(stamp, move |connection, stamp| {
            records::append(connection, &append, stamp.now)
        })
        .await
    }

    async fn own_records(&self, query: OwnQuery) -> Result<OwnPlan, StoreError> {
        self.readers.read(move |connection| records::own_records(connection, &query)).await
    }

    async fn packs(&self) -> Result<Vec<PackName>, StoreError> {
        self.readers.read(records::packs).await
    }

    async fn put_grant(&self, stamp: Stamp, grant: NewGrant) -> Result<Done, StoreError> {
        self.simple_change(stamp, move |connection, stamp| {
            grants::put_grant(connection, &grant, stamp.now)
        })
        .await
    }

    async fn revoke(
        &self,
        stamp: Stamp,
        persona: PersonaId,
        grant: GrantId,
        bounds: Bounds,
    ) -> Result<Revoked, StoreError> {
        let (outcome, erased) = self
            .change(stamp, After::Erase, move |connection, stamp| {
                grants::revoke(connection, persona, grant, &bounds, stamp.now)
            })
            .await;
        // Not here is an answer like any other, so that what was noted about it is kept.
        let revoked = outcome?.ok_or(ProblemCode::NotFound)?;
        Ok(Revoked { erased, ..revoked })
    }

    async fn grants(
        &self,
        audience: Audience,
        after: Option<GrantId>,
        limit: usize,
    ) -> Result<Vec<StoredGrant>, StoreError> {
        self.readers
            .read(move |connection| grants::grants(connection, &audience, after, limit))
            .await
    }

    async fn grant(
        &self,
        audience: Audience,
        grant: GrantId,
    ) -> Result<Option<StoredGrant>, StoreError> {
        self.readers.read(move |connection| grants::grant(connection, &audience, grant)).await
    }

    async fn messages(
        &self,
        owner: [u8; 32],
        after: u64,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        self.readers
            .read(move |connection| mailbox::messages(connection, &owner, after, limit))
            .await
    }

    async fn acknowledge(&self, stamp: Stamp, through: u64) -> Result<Done, StoreError> {
        self.simple_change(stamp, move |connection, stamp| {
            mailbox::acknowledge(connection, &stamp.key_id, through, stamp.now)
        })
        .await
    }

    async fn plan_access(&self, query: AccessQuery) -> Result<AccessPlan, StoreError> {
        self.readers.read(move |connection| accesses::plan(connection, &query)).await
    }

    async fn log_access(
        &self,
        stamp: Stamp,
        entry: AccessEntry,
        seal: SealReceipt,
    ) -> Result<LoggedAccess, StoreError> {
        self.simple_change(stamp, move |connection, stamp| {
            accesses::log(connection, &entry, seal, stamp.now)
        })
        .await
    }

    async fn accesses(
        &self,
        persona: PersonaId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Access>, StoreError> {
        self.readers
            .read(move |connection| accesses::accesses(connection, persona, after, limit))
            .await
    }

    async fn persona_certificate(&self, persona: PersonaId) -> Result<Option<Vec<u8>>, StoreError> {
        self.readers.read(move |connection| replace::certificate(connection, persona)).await
    }

    async fn replace(&self, stamp: Stamp, new: NewReplacement) -> Result<Ended, StoreError> {
        let (outcome, erased) = self
            .change(stamp, After::Erase, move |connection, stamp| {
                replace::replace(connection, &new, stamp.now)
            })
            .await;
        Ok(Ended { at: outcome?, erased })
    }

    async fn continues(&self, caller: PersonaId, persona: PersonaId) -> Result<bool, StoreError> {
        self.readers.read(move |connection| replace::continues(connection, caller, persona)).await
    }

    async fn continued(&self, successor: PersonaId) -> Result<Vec<PersonaId>, StoreError> {
        self.readers.read(move |connection| replace::continued(connection, successor)).await
    }

    async fn replacements(&self, persona: PersonaId) -> Result<Vec<Vec<u8>>, StoreError> {
        self.readers.read(move |connection| replace::statements(connection, persona)).await
    }

    async fn compartments(
        &self,
        persona: PersonaId,
        after: Option<CompartmentId>,
        limit: usize,
    ) -> Result<Vec<CompartmentState>, StoreError> {
        self.readers
            .read(move |connection| replace::compartments(connection, persona, after, limit))
            .await
    }

    async fn forget(&self, persona: PersonaId, now: UnixSeconds) -> Result<Ended, StoreError> {
        let work = move |connection: &Connection| {
            stamps::whole(connection, |connection| forget::forget(connection, persona, now))
        };
        let (outcome, erased) = self.writer.submit(After::Erase, work).await;
        Ok(Ended { at: outcome?, erased })
    }

    async fn tombstones(&self, persona: PersonaId) -> Result<Vec<[u8; 32]>, StoreError> {
        self.readers.read(move |connection| forget::tombstones(connection, persona)).await
    }

    async fn doomed(&self) -> Result<Vec<PackName>, StoreError> {
        self.readers.read(forget::doomed).await
    }

    async fn gone(&self, names: Vec<PackName>) -> Result<(), StoreError> {
        let work = move |connection: &Connection| {
            stamps::whole(connection, |connection| forget::gone(connection, &names))
        };
        self.writer.submit(After::Nothing, work).await.0
    }

    async fn put_backup_key(&self, stamp: Stamp, new: NewBackupKey) -> Result<Done, StoreError> {
        self.simple_change(stamp, move |connection, stamp| {
            backup_keys::put(connection, &new, stamp.now)
        })
        .await
    }

    async fn knows_backup_key(&self, id: PersonaId) -> Result<bool, StoreError> {
        self.readers.read(move |connection| backup_keys::is_known(connection, id.as_bytes())).await
    }

    async fn forget_backup_key(
        &self,
        id: PersonaId,
        now: UnixSeconds,
    ) -> Result<Ended, StoreError> {
        let work = move |connection: &Connection| {
            stamps::whole(connection, |connection| backup_keys::forget(connection, id, now))
        };
        let (outcome, erased) = self.writer.submit(After::Erase, work).await;
        Ok(Ended { at: outcome?, erased })
    }

    async fn put_backup_pack(
        &self,
        stamp: Stamp,
        new: NewBackupPack,
    ) -> Result<StoredBackupPack, StoreError> {
        self.simple_change(stamp, move |connection, stamp| {
            backups::put_pack(connection, &new, stamp.now)
        })
        .await
    }

    async fn backup_pack(
        &self,
        persona: PersonaId,
        pack: BackupPackId,
    ) -> Result<Option<StoredBackupPack>, StoreError> {
        self.readers.read(move |connection| backups::pack(connection, persona, pack)).await
    }

    async fn put_backup(&self, stamp: Stamp, new: NewBackup) -> Result<Done, StoreError> {
        self.simple_change(stamp, move |connection, stamp| {
            backups::put(connection, &new, stamp.now)
        })
        .await
    }

    async fn backups(&self, persona: PersonaId, quota: u64) -> Result<Backups, StoreError> {
        self.readers.read(move |connection| backups::all(connection, persona, quota)).await
    }

    async fn backup(
        &self,
        persona: PersonaId,
        sequence: u64,
    ) -> Result<Option<Backup>, StoreError> {
        self.readers.read(move |connection| backups::one(connection, persona, sequence)).await
    }

    async fn collect_backups(
        &self,
        now: UnixSeconds,
        orphan_seconds: u64,
    ) -> Result<(), StoreError> {
        let work = move |connection: &Connection| {
            stamps::whole(connection, |connection| {
                backups::collect(connection, now, orphan_seconds)
            })
        };
        self.writer.submit(After::Nothing, work).await.0
    }

    async fn tidy(&self, now: UnixSeconds, clock: UnixSeconds) -> Result<u64, StoreError> {
        let work = move |connection: &Connection| {
            stamps::whole(connection, |connection| {
                stamps::prune(connection, now, clock)?;
                grants::end_expired(connection, now)
            })
        };
        self.writer.submit(After::Erase, work).await.0
    }

    async fn probe(&self, now: UnixSeconds) -> Result<(), StoreError> {
        let work = move |connection: &Connection| {
            stamps::whole(connection, |connection| upkeep::probe(connection, now))
        };
        self.writer.submit(After::Nothing, work).await.0
    }

    async fn census(&self, now: UnixSeconds) -> Result<Census, StoreError> {
        self.readers.read(move |connection| upkeep::census(connection, now)).await
    }

    async fn retain(&self, retention: Retention, now: UnixSeconds) -> Result<u64, StoreError> {
        let work = move |connection: &Connection| {
            stamps::whole(connection, |connection| upkeep::retain(connection, &retention, now))
        };
        self.writer.submit(After::Erase, work).await.0
    }

    async fn is_removed(&self, hash: CertificateHash) -> Result<bool, StoreError> {
        self.readers.read(move |connection| people::is_removed(connection, hash)).await
    }

    async fn close(&self) {
        self.readers.close();
        self.writer.close();
    }
}
