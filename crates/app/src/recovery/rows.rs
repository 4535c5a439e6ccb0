//! Which rows of the vault belong to a backup, and how they come back.

use keyward_protocol::backup::Change;
use keyward_protocol::codec::{DecodeError, Reader, Writer};
use keyward_protocol::ids::RecordId;

use super::clinic;
use crate::doctor;
use crate::error::{AppError, ErrorCode};
use crate::patient::sharing::{SyncBook, directory};
use crate::ports::vault::{Collection, Inserted, RecordFilter, RecordRow, Transaction};

/// Schema of the rows in a backup. A newer one is refused.
pub const SCHEMA: u32 = 1;

/// The table of records; every other table is a collection by its stored name.
pub const RECORDS: &str = "records";

/// Rows read at once. Originals are up to a piece each, so few of them.
const PAGE: u64 = 200;
const PAGE_OF_SOURCES: u64 = 8;

/// Whether a collection belongs to a backup.
#[must_use]
pub const fn is_kept(collection: Collection) -> bool {
    match collection {
        Collection::Settings
        | Collection::Identity
        | Collection::Sources
        | Collection::Spaces
        | Collection::Compartments
        | Collection::Epochs
        | Collection::Sealed
        | Collection::Shares
        | Collection::Contacts
        | Collection::Grants
        | Collection::SeenHeads
        | Collection::Accesses => true,
        // Offline material that must never be used twice; steps that were this machine's to carry
        // out; copies that are fetched again; forms; this module's own memory and a kit that is not
        // confirmed yet.
        Collection::PoolEntries
        | Collection::Outbox
        | Collection::Charts
        | Collection::Drafts
        | Collection::Jobs
        | Collection::Messages => false,
    }
}

/// Whether a change of this row alone is worth a new version. What the app fetches again by itself is not;
/// it comes along with the next that is.
pub(super) fn is_news(table: &str, id: &str) -> bool {
    (table, id) != (Collection::Contacts.as_str(), directory::CACHED)
        && (table, id) != (Collection::Settings.as_str(), doctor::HIGHEST_TIME)
        && clinic::is_news(table, id)
}

/// Whether a row tells of this computer only: when it last reached the relay, and what stood in its way; how
/// far copies reach that are in no backup.
fn is_passing(collection: Collection, id: &str) -> bool {
    match collection {
        Collection::Settings => id == SyncBook::ROW || id == doctor::LAST_SYNC,
        Collection::SeenHeads => id.starts_with(doctor::PROGRESS),
        _ => false,
    }
}

/// Called with table, id and body of a row.
pub type Each<'a> = dyn FnMut(&str, &str, &[u8]) -> Result<(), AppError> + 'a;

/// Calls `each` with table, id and body of every row that belongs to a backup, and says how many
/// records there were. Memory: one page of rows.
///
/// # Errors
/// What the vault or `each` reports.
pub fn walk(tx: &(impl Transaction + ?Sized), each: &mut Each<'_>) -> Result<u64, AppError> {
    for collection in Collection::ALL.into_iter().filter(|collection| is_kept(*collection)) {
        walk_collection(tx, collection, each)?;
    }
    let (mut count, mut after) = (0, None);
    loop {
        let filter = RecordFilter { after, limit: Some(PAGE), ..RecordFilter::default() };
        let page = tx.records(&filter)?;
        let Some(last) = page.last() else { return Ok(count) };
        after = Some(last.id);
        for record in &page {
            each(RECORDS, &record.id.to_string(), &encode(record))?;
        }
        count += page.len() as u64;
    }
}

fn walk_collection(
    tx: &(impl Transaction + ?Sized),
    collection: Collection,
    each: &mut Each<'_>,
) -> Result<(), AppError> {
    let limit = if collection == Collection::Sources { PAGE_OF_SOURCES } else { PAGE };
    let mut after = String::new();
    loop {
        let page = tx.list_page(collection, "", &after, limit)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        for (id, body) in page.iter().filter(|(id, _)| !is_passing(collection, id)) {
            each(collection.as_str(), id, body)?;
        }
        after.clone_from(last);
    }
}

/// Carries out one change of a backup.
///
/// # Errors
/// [`ErrorCode::BackupDamaged`] for a table or row this version does not know, else what the vault
/// reports.
pub fn apply(tx: &mut (impl Transaction + ?Sized), change: &Change<'_>) -> Result<(), AppError> {
    match *change {
        Change::Put { table: RECORDS, id, body } => {
            let row = decode(body).map_err(|_| ErrorCode::BackupDamaged)?;
            if row.id.to_string() != id {
                return Err(ErrorCode::BackupDamaged.into());
            }
            tx.delete_record(&row.id)?;
            // Deleted and imported again under another id: the later one wins.
            if let Inserted::Duplicate(earlier) = tx.insert_record(&row)? {
                tx.delete_record(&earlier)?;
                if tx.insert_record(&row)? != Inserted::New {
                    return Err(ErrorCode::BackupDamaged.into());
                }
            }
            Ok(())
        }
        Change::Gone { table: RECORDS, id } => {
            let id = id.parse().map_err(|_| ErrorCode::BackupDamaged)?;
            tx.delete_record(&id)?;
            Ok(())
        }
        Change::Put { table, id, body } => Ok(tx.put(collection(table)?, id, body)?),
        Change::Gone { table, id } => {
            tx.delete(collection(table)?, id)?;
            Ok(())
        }
    }
}

/// The collection of a table; one that no backup may bring is refused.
fn collection(table: &str) -> Result<Collection, AppError> {
    Collection::ALL
        .into_iter()
        .find(|collection| collection.as_str() == table && is_kept(*collection))
        .ok_or_else(|| ErrorCode::BackupDamaged.into())
}

fn encode(row: &RecordRow) -> Vec<u8> {
    let mut writer = Writer::versioned(200 + row.title.len() + row.body.len());
    writer.array(row.id.as_bytes());
    writer.text(&row.category);
    writer.text(&row.resource_type);
    writer.u8(u8::from(row.date.is_some()));
    writer.text(row.date.as_deref().unwrap_or_default());
    writer.bytes32(row.title.as_bytes());
    writer.array(&row.fingerprint);
    writer.text(&row.source);
    writer.bytes32(&row.body);
    writer.into_vec()
}

/// One execution of a fuzz target.
///
/// # Panics
/// If bytes are accepted that are not the encoding of what was read.
pub(crate) fn fuzz(bytes: &[u8]) {
    if let Ok(row) = decode(bytes) {
        assert_eq!(encode(&row), bytes);
    }
}

fn decode(bytes: &[u8]) -> Result<RecordRow, DecodeError> {
    const SHORT: usize = u16::MAX as usize;
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| DecodeError::NotText);
    let mut reader = Reader::versioned(bytes)?;
    let id = RecordId::from_bytes(reader.array()?);
    let category = text(reader.bytes16(SHORT)?)?;
    let resource_type = text(reader.bytes16(SHORT)?)?;
    let dated = reader.flag()?;
    let date = text(reader.bytes16(SHORT)?)?;
    let title = text(reader.bytes32(bytes.len())?)?;
    let fingerprint = reader.array()?;
    let source = text(reader.bytes16(SHORT)?)?;
    let body = reader.bytes32(bytes.len())?.to_vec();
    reader.finish()?;
    if !dated && !date.is_empty() {
        return Err(DecodeError::NotCanonical);
    }
    let date = dated.then_some(date);
    Ok(RecordRow { id, category, resource_type, date, title, fingerprint, source, body })
}
