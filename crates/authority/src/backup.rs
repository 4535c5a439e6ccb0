//! Backups of a register while it serves, and restoring one. See [`keyward_relay_api::backup`].
//!
//! A restored register is older than what happened since. So that this revives nothing: invitations
//! that were open are over (one may have been used meanwhile; the desk invites again), certificates
//! and people that ended after the backup are ended again from the journal, and no request signed
//! before the restore is taken. What was *added* after the backup is not there: people registered,
//! devices enrolled and clinicians certified since have to come to the desk again.

use std::path::Path;

use keyward_relay_api::{
    authority::{
        clinicians::ClinicianState,
        people::{Event, PersonState},
    },
    backup::{self, BackupError, Kind, Manifest, Restored, Safekeeping},
    ends::{End, Ends},
    http::SystemTime,
};
use rusqlite::{Connection, OpenFlags};

use crate::{
    StoreError,
    register::{RegisterError, devices},
    store::{DATABASE, Store, Tx},
};

/// How the history names what a restore did.
const OPERATOR: &str = "restore";

fn database(error: impl std::fmt::Display) -> BackupError {
    BackupError::Database(error.to_string())
}

/// Takes a backup into an empty folder. The authority may be serving.
///
/// # Errors
/// [`BackupError`]; what was begun is then no backup.
pub fn back_up(it: &Safekeeping<'_>, to: &Path) -> Result<Manifest, BackupError> {
    let source = it.dir.join(DATABASE);
    if !source.is_file() {
        return Err(BackupError::NoBackup { path: source });
    }
    backup::check_finished(it.dir)?;
    backup::empty_folder(to)?;
    let ends = match it.journal {
        Some(path) => Ends::read(path, it.service_id)?,
        None => Ends::empty(it.service_id),
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&source, flags).map_err(database)?;
    connection.busy_timeout(std::time::Duration::from_secs(30)).map_err(database)?;
    crate::store::check_version(&connection).map_err(database)?;
    let target = to.join(DATABASE);
    let name = target.to_str().ok_or_else(|| database("the path is not UTF-8"))?;
    // One snapshot, and without free pages: nothing deleted is in it.
    connection.execute("VACUUM INTO ?1", [name]).map_err(database)?;
    let files = vec![backup::entry(to, DATABASE)?];
    let manifest = Manifest::new(Kind::Authority, it.service_id, it.now, ends.mark(), files);
    manifest.write(to, it.storage_key)?;
    Ok(manifest)
}

/// Restores a backup into an empty folder.
///
/// # Errors
/// [`BackupError`]; the folder then counts as unfinished and is refused by the service.
pub fn restore(it: &Safekeeping<'_>, from: &Path) -> Result<Restored, BackupError> {
    let manifest = Manifest::read(from, it.storage_key, Kind::Authority)?;
    if manifest.service_id != it.service_id {
        return Err(BackupError::Other("of another service"));
    }
    let ends = match it.journal {
        Some(path) => Ends::read(path, it.service_id)?.after_all(&manifest.ends)?,
        None => Vec::new(),
    };
    manifest.unpack(from, it.dir)?;
    let store =
        Store::open(it.dir, it.storage_key, std::sync::Arc::new(SystemTime)).map_err(database)?;
    let ended = store
        .write(|tx| {
            tx.put_meta(crate::store::RESTORED, &tx.now.to_be_bytes())?;
            tx.end_open_invitations()?;
            let mut ended = 0;
            for end in &ends {
                ended += u64::from(carry_out(tx, end)?);
            }
            Ok::<u64, RegisterError>(ended)
        })
        .map_err(|_| database("what ended since could not be carried out"))?;
    store.checkpoint().map_err(database)?;
    drop(store);
    backup::finish(it.dir)?;
    Ok(Restored { taken_at: manifest.taken_at, ended })
}

/// How many people and clinicians a register has that is not served.
///
/// # Errors
/// [`BackupError`] if it cannot be opened.
pub fn entries(dir: &Path, storage_key: &[u8; 32]) -> Result<u64, BackupError> {
    let store = Store::open(dir, storage_key, std::sync::Arc::new(SystemTime)).map_err(database)?;
    let count = |tx: &Tx<'_>| Ok::<_, StoreError>(tx.people(None)?.len() + tx.clinicians()?.len());
    Ok(store.read(count).map_err(database)? as u64)
}

/// True if it changed something.
fn carry_out(tx: &Tx<'_>, end: &End) -> Result<bool, RegisterError> {
    match end {
        End::Clinician(hash) => {
            let hash = hash.as_bytes();
            if tx.removed()?.contains(hash) {
                return Ok(false);
            }
            tx.remove_certificate(hash)?;
            let holder = tx.clinicians()?.into_iter().find(|record| {
                record.certificate.as_ref().is_some_and(|certificate| certificate.hash == *hash)
            });
            if let Some(mut record) = holder {
                record.certificate = None;
                record.state = ClinicianState::Removed;
                record.since = tx.now;
                tx.put_clinician(&record)?;
                let event = Event::Removed { reason: OPERATOR.to_owned() };
                tx.record(&record.id, Some(OPERATOR), &event)?;
            }
            Ok(true)
        }
        End::Person(id) => {
            let found = tx.person(id)?.filter(|record| record.state != PersonState::Withdrawn);
            let Some(mut record) = found else { return Ok(false) };
            record.state = PersonState::Withdrawn;
            record.since = tx.now;
            record.enrolment_key = None;
            tx.put_person(&record)?;
            tx.record(id, Some(OPERATOR), &Event::Withdrawn { reason: OPERATOR.to_owned() })?;
            Ok(true)
        }
        End::Left(id) => {
            let found = tx.person(id)?.filter(|record| record.state != PersonState::Withdrawn);
            let Some(record) = found else { return Ok(false) };
            devices::let_go(tx, record)?;
            Ok(true)
        }
        End::Enrolment(key_id) => {
            // By which key it was replaced is not in the journal: the desk enrols her anew.
            let Some(mut record) = tx.person_by_key(key_id)? else { return Ok(false) };
            record.state = PersonState::IdentityChecked;
            record.since = tx.now;
            record.enrolment_key = None;
            tx.put_person(&record)?;
            tx.forget_replaced_keys(&record.id)?;
            tx.forget_stale_recoveries()?;
            tx.record(&record.id, Some(OPERATOR), &Event::DeviceStopped)?;
            Ok(true)
        }
        // The relay's.
        End::Grant(_) | End::Revision(..) | End::Persona(_) | End::Forgotten(_) => Ok(false),
    }
}

impl From<backup::BackupError> for StoreError {
    fn from(_: backup::BackupError) -> Self {
        Self::Unfinished
    }
}
