//! Who may read which scope, and where its records stand.

use keyward_protocol::ids::RecordId;
use keyward_records::Category;
use keyward_records::view::SharedScope;

use super::index::Scope;
use super::{catch_up, preview};
use crate::doctor;
use crate::error::{AppError, ErrorCode};
use crate::patient::import::book::FileBook;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::Transaction;
use crate::session::Session;
use crate::views::common::{Role, VisibilityView};
use crate::views::reading::RoomScope;

/// A scope that may be read now.
pub(super) struct Access {
    pub(super) scope: Scope,
    /// What the reader may see.
    pub(super) shared: SharedScope,
    place: Place,
}

enum Place {
    Own,
    Preview(Box<preview::Recall>),
    Share(Box<doctor::Readable>),
}

/// A record's content with what is known of it.
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    pub(super) compartment: Option<Category>,
    /// See [`super::Entry::origin`].
    pub(super) origin: String,
    pub(super) source: String,
    pub(super) received: Option<UnixSeconds>,
    /// The patient's own row, in her own window.
    pub(super) own: Option<crate::ports::vault::RecordRow>,
}

/// Opens a scope: a patient's window reads her own records and previews, a doctor's window live
/// shares, and nothing else.
///
/// # Errors
/// [`ErrorCode::NotAllowed`] for a scope of another role, [`ErrorCode::NotFound`] for one that is
/// not there, what says why a share cannot be read, else what the vault reports.
pub(super) fn open(session: &Session, scope: &RoomScope) -> Result<Access, AppError> {
    match (session.profile().role, scope) {
        (Role::Patient, RoomScope::Own) => {
            catch_up::few(session)?;
            Ok(Access { scope: Scope::Own, shared: SharedScope::All, place: Place::Own })
        }
        (Role::Patient, RoomScope::Preview { id }) => {
            let recall = preview::Recall::load(session, id)?;
            Ok(Access {
                scope: Scope::Preview(id.clone()),
                shared: SharedScope::Only(recall.categories().to_vec()),
                place: Place::Preview(Box::new(recall)),
            })
        }
        (Role::Doctor, RoomScope::Share { id }) => {
            let readable = doctor::readable(session, id)?;
            Ok(Access {
                scope: Scope::Share(readable.id()),
                shared: readable.shared(),
                place: Place::Share(Box::new(readable)),
            })
        }
        _ => Err(ErrorCode::NotAllowed.into()),
    }
}

impl Access {
    /// Name of the scope in the index.
    pub(super) fn name(&self) -> String {
        self.scope.name()
    }

    /// The content of a record.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], else what the vault reports.
    pub(super) fn body(&self, tx: &dyn Transaction, id: &RecordId) -> Result<Body, AppError> {
        match &self.place {
            Place::Own => {
                let row = tx.record(id)?.ok_or(ErrorCode::NotFound)?;
                let file = FileBook::load(tx, &row.source)?;
                Ok(Body {
                    bytes: row.body.clone(),
                    compartment: Category::from_name(&row.category),
                    origin: row.source.clone(),
                    received: file.as_ref().map(|file| file.at),
                    source: file.map(|file| file.name).unwrap_or_default(),
                    own: Some(row),
                })
            }
            Place::Preview(recall) => {
                let (compartment, shared) = recall.content(tx, id)?;
                Ok(Body::of_shared(compartment, shared))
            }
            Place::Share(readable) => {
                let (compartment, shared) = readable.copy(tx, id)?.ok_or(ErrorCode::NotFound)?;
                Ok(Body::of_shared(compartment, shared))
            }
        }
    }

    /// Who sees a record.
    ///
    /// # Errors
    /// What the vault reports.
    pub(super) fn visibility(
        &self,
        session: &Session,
        tx: &dyn Transaction,
        body: &Body,
    ) -> Result<Option<VisibilityView>, AppError> {
        match (&self.place, &body.own) {
            (Place::Own, Some(row)) => {
                crate::patient::chart::visibility(tx, session, row).map(Some)
            }
            (Place::Share(readable), _) => Ok(Some(readable.visibility())),
            _ => Ok(None),
        }
    }
}

impl Body {
    fn of_shared(compartment: Category, shared: crate::exchange::SharedRecord) -> Self {
        Self {
            bytes: shared.body,
            compartment: Some(compartment),
            origin: String::new(),
            source: shared.source,
            received: Some(shared.received),
            own: None,
        }
    }
}
