//! The scope of a preview: lines made by the doctor's own code from exactly the bytes that would be
//! encrypted. There is one preview at a time. Its lines go when it ends, when another begins, when
//! the profile is locked, and otherwise when it is opened again (see `ports::index::PASSING`).

use keyward_protocol::ids::RecordId;
use keyward_records::Category;
use keyward_records::view::SharedScope;
use serde::{Deserialize, Serialize};

use super::index::{Entry, Scope, index_shared};
use crate::error::{AppError, ErrorCode};
use crate::exchange::SharedRecord;
use crate::identity::Enrolment;
use crate::patient::sharing::content::Recipe;
use crate::patient::spaces::Space;
use crate::ports::index::PASSING;
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::store;

const ROW: &str = "preview";
/// Records indexed at once.
const BATCH: usize = 500;

/// What a preview was made from; the content of one record is made again when it is opened.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    space: String,
    categories: Vec<Category>,
}

/// One record of a preview.
pub(crate) struct Previewed<'a> {
    /// The patient's own record.
    pub(crate) record: RecordId,
    /// The compartment it is kept in.
    pub(crate) compartment: &'a str,
    /// What would be sealed.
    pub(crate) shared: &'a SharedRecord,
}

/// Begins a preview; the one before ends. Gives its id.
///
/// # Errors
/// What the vault reports.
pub(crate) fn begin(
    session: &Session,
    space: &str,
    categories: &[Category],
    records: &[Previewed<'_>],
) -> Result<String, AppError> {
    let mut random = [0u8; 8];
    session.randomness().with(|rng| rng.fill_bytes(&mut random));
    let id = hex::encode(random);
    let scope = Scope::Preview(id.clone());
    let shared = SharedScope::Only(categories.to_vec());
    let mut tx = session.begin()?;
    remove(&mut *tx)?;
    for batch in records.chunks(BATCH) {
        let entries: Vec<Entry<'_>> =
            batch.iter().map(|one| shared_entry(one.record, one.compartment, one.shared)).collect();
        index_shared(&mut *tx, &scope, &shared, &entries)?;
    }
    let row = Row { id: id.clone(), space: space.to_owned(), categories: categories.to_vec() };
    store::save(&mut *tx, Collection::Drafts, ROW, &row)?;
    tx.commit()?;
    Ok(id)
}

/// The entry of a record as it is shared: the same in a preview and at the doctor's.
pub(crate) fn shared_entry<'a>(
    id: RecordId,
    compartment: &'a str,
    shared: &'a SharedRecord,
) -> Entry<'a> {
    Entry {
        id,
        compartment,
        // The files of the patient are not told apart: their names are not shared.
        origin: "",
        source: &shared.source,
        received: Some(shared.received),
        bytes: &shared.body,
    }
}

/// Ends a preview. One that is over already, or was replaced, is no error.
///
/// # Errors
/// What the vault reports.
pub fn end(session: &Session, id: &str) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    let row: Option<Row> = store::load(&*tx, Collection::Drafts, ROW)?;
    if row.is_some_and(|row| row.id == id) {
        remove(&mut *tx)?;
        tx.commit()?;
    }
    Ok(())
}

/// Ends every preview, as part of what else is done.
pub(crate) fn remove(tx: &mut dyn Transaction) -> Result<(), AppError> {
    for scope in tx.scopes(PASSING)? {
        tx.remove_scope(&scope)?;
    }
    tx.delete(Collection::Drafts, ROW)?;
    Ok(())
}

/// A running preview, to make the content of a record again.
pub(super) struct Recall {
    row: Row,
    recipe: Recipe,
}

impl Recall {
    /// # Errors
    /// [`ErrorCode::NotFound`] if it is over, else what the vault reports.
    pub(super) fn load(session: &Session, id: &str) -> Result<Self, AppError> {
        let tx = session.read()?;
        let row: Option<Row> = store::load(&*tx, Collection::Drafts, ROW)?;
        let row = row.filter(|row| row.id == id).ok_or(ErrorCode::NotFound)?;
        // Lines went when the profile was locked.
        let scope = Scope::Preview(row.id.clone()).name();
        if tx.newest_arrival(&scope)? == 0 && !tx.scopes(&scope)?.contains(&scope) {
            return Err(ErrorCode::NotFound.into());
        }
        let enrolment = Enrolment::require(&*tx)?;
        let space = Space::load(&*tx, &row.space)?;
        Ok(Self { recipe: Recipe::load(&*tx, &space, &enrolment)?, row })
    }

    pub(super) fn categories(&self) -> &[Category] {
        &self.row.categories
    }

    /// What would be sealed of a record.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if nothing of it would, else what the vault reports.
    pub(super) fn content(
        &self,
        tx: &dyn Transaction,
        id: &RecordId,
    ) -> Result<(Category, SharedRecord), AppError> {
        let row = tx.record(id)?.ok_or(ErrorCode::NotFound)?;
        let category = Category::from_name(&row.category)
            .filter(|category| self.row.categories.contains(category))
            .ok_or(ErrorCode::NotFound)?;
        let content = self.recipe.prepare(row).map_err(|_| ErrorCode::NotFound)?;
        Ok((category, content.shared))
    }
}
