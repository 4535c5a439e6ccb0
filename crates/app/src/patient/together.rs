//! Where all records of one file are kept: a sender may mark a whole Bundle as restricted, and then nobody wants to
//! choose a place for each of its records.
//!
//! All are moved or none: what a running share holds stays, and then so do the others. How it was is remembered for the
//! latest of these moves, so that it can be taken back as one.

use keyward_protocol::ids::RecordId;
use keyward_records::Category;
use serde::{Deserialize, Serialize};

use super::apart::Apart;
use super::compartment::{self, index_again};
use super::import::book::FileBook;
use crate::error::{AppError, ErrorCode};
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, RecordFilter, RecordRow, Transaction};
use crate::session::Session;
use crate::store;
use crate::views::patient::FileMoved;

/// Records in memory at once.
const BATCH: usize = 512;
/// How it was before the latest move.
const BEFORE: &str = "moved-together";

/// How all records were that moved together.
#[derive(Serialize, Deserialize)]
struct Before {
    /// What the page takes it back by.
    token: String,
    records: Vec<Was>,
}

/// How a record was: where, and whether she had decided so.
#[derive(Serialize, Deserialize)]
struct Was {
    id: String,
    category: Category,
    decided: bool,
}

/// Moves all records that came in the file of the record `id` to one compartment, or each to that of its own content,
/// whatever the sender says of the file. Who she is stays where it is, and so does, in the second case, what speaks of
/// several kinds that are kept apart.
///
/// # Errors
/// [`ErrorCode::NotFound`]; [`ErrorCode::RecordFixed`] if `to` is for who she is; [`ErrorCode::RecordShared`] with
/// `doctors` and `share` while a running share holds one of them; else what the vault reports.
pub fn move_file(session: &Session, id: &str, to: Option<Category>) -> Result<FileMoved, AppError> {
    let _turn = session.exchange_turn();
    let mut tx = session.begin()?;
    let id: RecordId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let source = tx.record(&id)?.ok_or(ErrorCode::NotFound)?.source;
    if to == Some(Category::Profile) {
        return Err(ErrorCode::RecordFixed.into());
    }
    let apart = Apart::load(&*tx)?;
    let mut records = Vec::new();
    in_batches(&mut *tx, session, &source, &mut |tx, row| {
        let Some(place) = to.or_else(|| apart.own_place(row)) else { return Ok(None) };
        let from = Category::from_name(&row.category).ok_or(ErrorCode::VaultCorrupt)?;
        let decided = apart.is_decided(row);
        if from == place && !apart.waits(row) {
            return Ok(None);
        }
        records.push(Was { id: row.id.to_string(), category: from, decided });
        if apart.place(row) == place && !apart.would_wait(row) {
            compartment::forget(tx, row)?;
        } else {
            compartment::decide(tx, row, place)?;
        }
        Ok(Some(place))
    })?;
    let mut random = [0u8; 8];
    session.randomness().with(|rng| rng.fill_bytes(&mut random));
    let before = Before { token: hex::encode(random), records };
    store::save(&mut *tx, Collection::Settings, BEFORE, &before)?;
    let file = FileBook::load(&*tx, &source)?.map(|file| file.name).unwrap_or_default();
    tx.commit()?;
    session.changed();
    Ok(FileMoved { file, records: before.records.len() as u64, to, undo: before.token })
}

/// Takes the latest [`move_file`] back: every record is where it was, and waits again if it did.
///
/// # Errors
/// [`ErrorCode::NotFound`] if it is not the latest; [`ErrorCode::RecordShared`] as [`move_file`]; else what the vault
/// reports.
pub fn move_back(session: &Session, undo: &str) -> Result<(), AppError> {
    let _turn = session.exchange_turn();
    let mut tx = session.begin()?;
    let before: Before = store::load(&*tx, Collection::Settings, BEFORE)?
        .filter(|before: &Before| before.token == undo)
        .ok_or(ErrorCode::NotFound)?;
    for batch in before.records.chunks(BATCH) {
        let mut moved = Vec::new();
        for was in batch {
            let id: RecordId = was.id.parse().map_err(|_| ErrorCode::VaultCorrupt)?;
            // It may have left with an import that was undone meanwhile.
            let Some(mut row) = tx.record(&id)? else { continue };
            if was.decided {
                compartment::decide(&mut *tx, &row, was.category)?;
            } else {
                compartment::forget(&mut *tx, &row)?;
            }
            if relocate(&mut *tx, &mut row, was.category, session.now())? {
                moved.push(row);
            }
        }
        index_again(&mut *tx, &moved)?;
    }
    tx.delete(Collection::Settings, BEFORE)?;
    tx.commit()?;
    session.changed();
    Ok(())
}

/// Where a record belongs; `None`: it stays.
type Place<'a> =
    &'a mut dyn FnMut(&mut dyn Transaction, &RecordRow) -> Result<Option<Category>, AppError>;

/// Goes through the records of a file but who she is, and moves those for which `place` says where to.
fn in_batches(
    tx: &mut dyn Transaction,
    session: &Session,
    source: &str,
    place: Place<'_>,
) -> Result<(), AppError> {
    let mut filter = RecordFilter {
        source: Some(source.to_owned()),
        limit: Some(BATCH as u64),
        ..RecordFilter::default()
    };
    loop {
        let rows = tx.records(&filter)?;
        let Some(last) = rows.last() else { return Ok(()) };
        filter.after = Some(last.id);
        let mut moved = Vec::new();
        for mut row in rows {
            if row.category == Category::Profile.as_str() {
                continue;
            }
            let Some(to) = place(tx, &row)? else { continue };
            if relocate(tx, &mut row, to, session.now())? {
                moved.push(row);
            }
        }
        index_again(tx, &moved)?;
    }
}

/// Moves a record as it stands in the store; `false` if it is there already.
fn relocate(
    tx: &mut dyn Transaction,
    row: &mut RecordRow,
    to: Category,
    now: UnixSeconds,
) -> Result<bool, AppError> {
    let from = Category::from_name(&row.category).ok_or(ErrorCode::VaultCorrupt)?;
    if from == to {
        return Ok(false);
    }
    let spaces = compartment::sealed_in(tx, row, from)?;
    compartment::refuse_if_shared(tx, &spaces, from, now)?;
    compartment::relocate(tx, row, &spaces, from, to)?;
    Ok(true)
}
