//! Where a record is kept is the patient's decision: the code list that tells what is sensitive
//! cannot know everything, and what it keeps apart may be nothing to her.
//!
//! The decision is about the content (its fingerprint), so it also holds for a record that leaves
//! with an undone import and comes back. A record that is in a running share cannot be moved: the
//! doctor would go on reading it while every line of the app says otherwise.

use keyward_records::json::Json;
use keyward_records::{Category, Limits};
use serde::{Deserialize, Serialize};

use crate::error::{AppError, ErrorCode};
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

fn decision_row(fingerprint: &[u8; 32]) -> String {
    format!("compartment/{}", hex::encode(fingerprint))
}

/// Whether she decided on anything at all: mostly not, and then an import need not ask for each record.
///
/// # Errors
/// What the vault reports.
pub fn any_decided(tx: &(impl Transaction + ?Sized)) -> Result<bool, StoreError> {
    Ok(!tx.list_prefix(Collection::Settings, "compartment/")?.is_empty())
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
    for space in &spaces {
        Compartment::leave_behind(&mut *tx, space, from)?;
    }
    tx.delete_record(&row.id)?;
    to.as_str().clone_into(&mut row.category);
    tx.insert_record(&row)?;
    index_again(&mut *tx, &row)?;
    remember(&mut *tx, &row, to)?;
    tx.commit()?;
    session.changed();
    Ok(moved)
}

/// Puts a record that moved into the reading index.
fn index_again(tx: &mut dyn Transaction, row: &RecordRow) -> Result<(), AppError> {
    let file = FileBook::load(tx, &row.source)?;
    let entry = Entry {
        id: row.id,
        compartment: &row.category,
        origin: &row.source,
        source: file.as_ref().map_or("", |file| file.name.as_str()),
        received: file.as_ref().map(|file| file.at),
        bytes: &row.body,
    };
    reading::index(tx, &Scope::Own, &[entry])?;
    Ok(())
}

/// The spaces in which the record is sealed into the compartment of `category`.
fn sealed_in(
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

fn refuse_if_shared(
    tx: &dyn Transaction,
    spaces: &[String],
    category: Category,
    now: UnixSeconds,
) -> Result<(), AppError> {
    let holding: Vec<(String, Share)> = Share::all(tx)?
        .into_iter()
        .filter(|(_, share)| spaces.contains(&share.space) && share.categories.contains(&category))
        .filter(|(_, share)| share.is_wanted(now) || share.is_visible(now))
        .collect();
    let Some((first, _)) = holding.first() else { return Ok(()) };
    let mut doctors: Vec<&str> =
        holding.iter().map(|(_, share)| share.doctor_name.as_str()).collect();
    doctors.sort_unstable();
    doctors.dedup();
    Err(AppError::new(ErrorCode::RecordShared)
        .with("doctors", doctors.join(", "))
        .with("share", first.as_str()))
}

/// Only what differs from the content's own compartment is remembered.
fn remember(tx: &mut dyn Transaction, row: &RecordRow, to: Category) -> Result<(), AppError> {
    let own = Json::read(&row.body, &Limits::default())
        .map_or(Category::Other, |json| Category::of(&json));
    let key = decision_row(&row.fingerprint);
    if own == to {
        tx.delete(Collection::Settings, &key)?;
    } else {
        store::save(tx, Collection::Settings, &key, &Decision { category: to })?;
    }
    Ok(())
}
