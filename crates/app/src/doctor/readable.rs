//! The copies of a share as the reading room reads them: one at a time, from the vault.
//!
//! Its lines are written with the copies and erased with them. Where there are copies and no lines
//! (a store of an older version, lines made in an older way, or another choice of what is shared),
//! the lines are made from the copies before anything is read or added.

use keyward_protocol::ids::{GrantId, RecordId};
use keyward_records::Category;
use keyward_records::view::SharedScope;
use keyward_records::view::line::FORMAT;
use serde::{Deserialize, Serialize};

use super::own::{Standing, StandingRow};
use super::rows::{ShareRow, copies_of};
use super::time;
use crate::error::{AppError, ErrorCode};
use crate::exchange::SharedRecord;
use crate::identity::Enrolment;
use crate::ports::vault::{Collection, Transaction};
use crate::reading::{self, Scope};
use crate::session::Session;
use crate::store;
use crate::views::common::VisibilityView;
use crate::views::doctor::{PatientLabel, PatientRow, ReceivedState};

/// Copies indexed at once.
const BATCH: u64 = 500;

/// A share that may be read now.
pub(crate) struct Readable {
    id: GrantId,
    row: ShareRow,
    view: PatientRow,
}

/// A live share.
///
/// # Errors
/// [`ErrorCode::NotFound`], [`ErrorCode::ShareRevoked`], [`ErrorCode::ShareEnded`],
/// [`ErrorCode::SelfRemoved`], [`ErrorCode::Locked`], what the vault reports.
pub(crate) fn readable(session: &Session, share: &str) -> Result<Readable, AppError> {
    let id = share.parse::<GrantId>().map_err(|_| ErrorCode::NotFound)?;
    let now = time::observe(session, session.now())?;
    let tx = session.read()?;
    let row = ShareRow::load(&*tx, &id)?.ok_or(ErrorCode::NotFound)?;
    if StandingRow::load(&*tx)?.standing == Standing::Removed {
        return Err(ErrorCode::SelfRemoved.into());
    }
    match row.state(now).0 {
        ReceivedState::Live => {}
        ReceivedState::Revoked => return Err(ErrorCode::ShareRevoked.into()),
        ReceivedState::Ended | ReceivedState::KeysLost => return Err(ErrorCode::ShareEnded.into()),
        ReceivedState::Incomplete => return Err(ErrorCode::ShareIncomplete.into()),
    }
    let view = row.view(&id, &Enrolment::require(&*tx)?, now);
    let has_lines = is_indexed(&*tx, &id, &row)?;
    drop(tx);
    if !has_lines {
        let mut tx = session.begin()?;
        ensure_indexed(&mut *tx, &id, &row)?;
        tx.commit()?;
    }
    Ok(Readable { id, row, view })
}

impl Readable {
    pub(crate) fn id(&self) -> GrantId {
        self.id
    }

    pub(crate) fn shared(&self) -> SharedScope {
        SharedScope::Only(self.row.categories())
    }

    /// The cached copy of a record, and the compartment through which it came.
    ///
    /// # Errors
    /// [`ErrorCode::VaultCorrupt`], else what the vault reports.
    pub(crate) fn copy(
        &self,
        tx: &dyn Transaction,
        record: &RecordId,
    ) -> Result<Option<(Category, SharedRecord)>, AppError> {
        for part in &self.row.compartments {
            let key = format!("{}{record}", copies_of(&self.id, &part.compartment));
            if let Some(bytes) = tx.get(Collection::Charts, &key)? {
                let copy = SharedRecord::from_bytes(&bytes).map_err(|_| ErrorCode::VaultCorrupt)?;
                return Ok(Some((part.category, copy)));
            }
        }
        Ok(None)
    }

    /// Received from whom, until when.
    pub(crate) fn visibility(&self) -> VisibilityView {
        let from = match &self.view.patient {
            PatientLabel::Named { name, .. } => name.clone(),
            PatientLabel::Pseudonym { text } => text.clone(),
        };
        VisibilityView::Received { from, until: self.view.until }
    }
}

/// How the lines of a share were made.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    format: u32,
    categories: Vec<Category>,
}

fn mark(id: &GrantId) -> String {
    format!("reading/format/{id}")
}

fn is_indexed(
    tx: &(impl Transaction + ?Sized),
    id: &GrantId,
    row: &ShareRow,
) -> Result<bool, AppError> {
    let made: Option<Made> = store::load(tx, Collection::Settings, &mark(id))?;
    Ok(made == Some(Made { format: FORMAT, categories: row.categories() }))
}

/// Makes the lines of all copies of a share, unless they are there.
pub(super) fn ensure_indexed(
    tx: &mut (impl Transaction + ?Sized),
    id: &GrantId,
    row: &ShareRow,
) -> Result<(), AppError> {
    if is_indexed(tx, id, row)? {
        return Ok(());
    }
    let scope = Scope::Share(*id);
    tx.remove_scope(&scope.name())?;
    for part in &row.compartments {
        let copies = copies_of(id, &part.compartment);
        let mut after = String::new();
        loop {
            let page = tx.list_page(Collection::Charts, &copies, &after, BATCH)?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            let mut records = Vec::with_capacity(page.len());
            for (key, bytes) in &page {
                let record = key.strip_prefix(&copies).and_then(|id| id.parse().ok());
                records.push((record.ok_or(ErrorCode::VaultCorrupt)?, bytes.as_slice()));
            }
            add_lines(tx, id, row, part.category, &records)?;
        }
    }
    let made = Made { format: FORMAT, categories: row.categories() };
    store::save(tx, Collection::Settings, &mark(id), &made)?;
    reading::seen::renumbered(tx, &scope.name())
}

/// Makes the lines of copies that are being stored.
pub(super) fn add_lines(
    tx: &mut (impl Transaction + ?Sized),
    id: &GrantId,
    row: &ShareRow,
    category: Category,
    records: &[(RecordId, &[u8])],
) -> Result<(), AppError> {
    let shared = SharedScope::Only(row.categories());
    for batch in records.chunks(500) {
        let mut copies = Vec::with_capacity(batch.len());
        for (record, bytes) in batch {
            let copy = SharedRecord::from_bytes(bytes).map_err(|_| ErrorCode::VaultCorrupt)?;
            copies.push((*record, copy));
        }
        let entries: Vec<_> = copies
            .iter()
            .map(|(record, copy)| reading::shared_entry(*record, category.as_str(), copy))
            .collect();
        reading::index_shared(tx, &Scope::Share(*id), &shared, &entries)?;
    }
    Ok(())
}

/// Removes the line of a copy that is erased.
pub(super) fn remove_line(
    tx: &mut (impl Transaction + ?Sized),
    id: &GrantId,
    record: &RecordId,
) -> Result<(), AppError> {
    tx.remove_line(&Scope::Share(*id).name(), record)?;
    Ok(())
}

/// Removes all lines of a share whose copies are erased, and what is remembered of reading it.
pub(super) fn erase_lines(
    tx: &mut (impl Transaction + ?Sized),
    id: &GrantId,
) -> Result<(), AppError> {
    tx.remove_scope(&Scope::Share(*id).name())?;
    tx.delete(Collection::Settings, &mark(id))?;
    reading::seen::forget(tx, id)
}
