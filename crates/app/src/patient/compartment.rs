//! Where a record is kept is the patient's decision: the code list that tells what is sensitive
//! cannot know everything, and what it keeps apart may be nothing to her.
//!
//! The decision is about the content (its fingerprint), so it also holds for a record that leaves
//! with an undone import and comes back. A record that is in a running share cannot be moved: the
//! doctor would go on reading it while every line of the app says otherwise.

use std::collections::HashSet;

use keyward_records::Category;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, ErrorCode};
use crate::patient::apart::Apart;
use crate::patient::import::book::FileBook;
use crate::patient::sharing::book::{Compartment, Mark, Share};
use crate::patient::spaces::Space;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, RecordRow, Transaction};
use crate::reading::{self, Entry, Scope};
use crate::session::Session;
use crate::store::{self, StoreError};
use crate::views::patient::RecordMoved;

/// What she decided about one content.
#[derive(Serialize, Deserialize)]
struct Decision {
    category: Category,
}

const DECISIONS: &str = "compartment/";

fn decision_row(fingerprint: &[u8; 32]) -> String {
    format!("{DECISIONS}{}", hex::encode(fingerprint))
}

/// Whether she decided on anything at all: mostly not, and then an import need not ask for each record.
///
/// # Errors
/// What the vault reports.
pub fn any_decided(tx: &(impl Transaction + ?Sized)) -> Result<bool, StoreError> {
    Ok(!tx.list_prefix(Collection::Settings, DECISIONS)?.is_empty())
}

/// The content (fingerprint, hex) of everything she decided on.
///
/// # Errors
/// What the vault reports.
pub(crate) fn all_decided(tx: &(impl Transaction + ?Sized)) -> Result<HashSet<String>, StoreError> {
    let rows = tx.list_prefix(Collection::Settings, DECISIONS)?;
    let contents = rows.iter().filter_map(|(row, _)| row.strip_prefix(DECISIONS));
    Ok(contents.map(str::to_owned).collect())
}

/// The compartment she decided on for a content, if she did. An import asks before it stores.
///
/// # Errors
/// What the vault reports.
pub fn decided(
    tx: &(impl Transaction + ?Sized),
    fingerprint: &[u8; 32],
) -> Result<Option<Category>, StoreError> {
    let decision: Option<Decision> =
        store::load(tx, Collection::Settings, &decision_row(fingerprint))?;
    Ok(decision.map(|decision| decision.category))
}

/// Moves a record to another compartment. Moving it back is the same with the other name.
///
/// # Errors
/// [`ErrorCode::NotFound`]; [`ErrorCode::RecordFixed`] for who she is, which stays where it is;
/// [`ErrorCode::RecordShared`] with `doctors` and `share` while a running share holds it; else what
/// the vault reports.
pub fn move_record(session: &Session, id: &str, to: Category) -> Result<RecordMoved, AppError> {
    // Nothing may be sealed from the old place while it moves.
    let _turn = session.exchange_turn();
    let mut tx = session.begin()?;
    let id = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let mut row = tx.record(&id)?.ok_or(ErrorCode::NotFound)?;
    let from = Category::from_name(&row.category).ok_or(ErrorCode::VaultCorrupt)?;
    if from == Category::Profile || to == Category::Profile {
        return Err(ErrorCode::RecordFixed.into());
    }
    let moved = RecordMoved { id: row.id.to_string(), from, to };
    if from == to {
        return Ok(moved);
    }
    let spaces = sealed_in(&*tx, &row, from)?;
    refuse_if_shared(&*tx, &spaces, from, session.now())?;
    relocate(&mut *tx, &mut row, &spaces, from, to)?;
    index_again(&mut *tx, std::slice::from_ref(&row))?;
    remember(&mut *tx, &row, to)?;
    tx.commit()?;
    session.changed();
    Ok(moved)
}

/// Keeps a record apart that labels, titles or the code list tell of by now, unless she decided where
/// it is. One that a running share holds stays: the doctor has it, and every line of the app says so.
///
/// # Errors
/// What the vault reports.
pub(crate) fn sort_anew(
    tx: &mut dyn Transaction,
    apart: &Apart,
    row: &mut RecordRow,
    now: UnixSeconds,
) -> Result<(), AppError> {
    let from = Category::from_name(&row.category).ok_or(ErrorCode::VaultCorrupt)?;
    let to = apart.place(row);
    // What was kept apart is not let out without her.
    if from == Category::Profile || from == to || !to.is_sensitive() || apart.is_decided(row) {
        return Ok(());
    }
    let spaces = sealed_in(tx, row, from)?;
    if holding(tx, &spaces, from, now)?.is_empty() {
        relocate(tx, row, &spaces, from, to)?;
    }
    Ok(())
}

/// Takes a record from one compartment to another, which it says from then on; see [`index_again`].
///
/// # Errors
/// What the vault reports.
pub(super) fn relocate(
    tx: &mut dyn Transaction,
    row: &mut RecordRow,
    spaces: &[String],
    from: Category,
    to: Category,
) -> Result<(), AppError> {
    for space in spaces {
        Compartment::leave_behind(tx, space, from)?;
    }
    tx.delete_record(&row.id)?;
    to.as_str().clone_into(&mut row.category);
    tx.insert_record(row)?;
    Ok(())
}

/// Puts records that moved, all of one file, into the reading index.
///
/// # Errors
/// What the vault reports.
pub(super) fn index_again(tx: &mut dyn Transaction, rows: &[RecordRow]) -> Result<(), AppError> {
    let Some(first) = rows.first() else { return Ok(()) };
    let file = FileBook::load(tx, &first.source)?;
    let entry = |row| entry(row, file.as_ref());
    reading::index(tx, &Scope::Own, &rows.iter().map(entry).collect::<Vec<_>>())?;
    Ok(())
}

fn entry<'a>(row: &'a RecordRow, file: Option<&'a FileBook>) -> Entry<'a> {
    Entry {
        id: row.id,
        compartment: &row.category,
        origin: &row.source,
        source: file.map_or("", |file| file.name.as_str()),
        received: file.map(|file| file.at),
        bytes: &row.body,
    }
}

/// The spaces in which the record is sealed into the compartment of `category`.
///
/// # Errors
/// What the vault reports.
pub(super) fn sealed_in(
    tx: &dyn Transaction,
    row: &RecordRow,
    category: Category,
) -> Result<Vec<String>, AppError> {
    let mut spaces = Vec::new();
    for (space, _) in Space::all(tx)? {
        let mark = Mark::load(tx, &space, category, &row.fingerprint)?;
        if matches!(mark, Some(Mark::Sealed { .. })) {
            spaces.push(space);
        }
    }
    Ok(spaces)
}

/// The running shares that hold what is sealed in these spaces.
fn holding(
    tx: &dyn Transaction,
    spaces: &[String],
    category: Category,
    now: UnixSeconds,
) -> Result<Vec<(String, Share)>, AppError> {
    if spaces.is_empty() {
        return Ok(Vec::new());
    }
    Ok(Share::all(tx)?
        .into_iter()
        .filter(|(_, share)| spaces.contains(&share.space) && share.categories.contains(&category))
        .filter(|(_, share)| share.is_wanted(now) || share.is_visible(now))
        .collect())
}

/// # Errors
/// [`ErrorCode::RecordShared`] if a running share holds what is sealed in these spaces.
pub(super) fn refuse_if_shared(
    tx: &dyn Transaction,
    spaces: &[String],
    category: Category,
    now: UnixSeconds,
) -> Result<(), AppError> {
    let holding = holding(tx, spaces, category, now)?;
    let Some((first, _)) = holding.first() else { return Ok(()) };
    let mut doctors: Vec<&str> =
        holding.iter().map(|(_, share)| share.doctor_name.as_str()).collect();
    doctors.sort_unstable();
    doctors.dedup();
    Err(AppError::new(ErrorCode::RecordShared)
        .with("doctors", doctors.join(", "))
        .with("share", first.as_str()))
}

/// Only what differs from its own place is remembered: a record moved back is as it was.
fn remember(tx: &mut dyn Transaction, row: &RecordRow, to: Category) -> Result<(), AppError> {
    if Apart::load(tx)?.place(row) == to {
        return Ok(forget(tx, row)?);
    }
    Ok(decide(tx, row, to)?)
}

/// Notes where she wants the content of a record.
///
/// # Errors
/// What the vault reports.
pub(super) fn decide(
    tx: &mut dyn Transaction,
    row: &RecordRow,
    to: Category,
) -> Result<(), StoreError> {
    let key = decision_row(&row.fingerprint);
    store::save(tx, Collection::Settings, &key, &Decision { category: to })
}

/// Notes that she decided nothing about a record.
///
/// # Errors
/// What the vault reports.
pub(super) fn forget(tx: &mut dyn Transaction, row: &RecordRow) -> Result<(), StoreError> {
    tx.delete(Collection::Settings, &decision_row(&row.fingerprint))?;
    Ok(())
}
