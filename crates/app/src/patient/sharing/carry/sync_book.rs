//! How the last exchange went, kept for whoever asks.

use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::store;

/// How the last exchange went.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct SyncBook {
    /// When relay and clinic were last reached and everything was carried out.
    pub last: Option<UnixSeconds>,
    /// What stood in the way last time.
    pub problem: Option<AppError>,
    /// When the relay was last found to know more than this profile: the computer was set back, or a copy
    /// of it is in use.
    #[serde(default)]
    pub set_back: Option<UnixSeconds>,
}

impl SyncBook {
    /// The id of its row in [`Collection::Settings`].
    pub const ROW: &str = "sync";

    /// Reads it.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn load(session: &Session) -> Result<Self, AppError> {
        Ok(store::load(&*session.read()?, Collection::Settings, Self::ROW)?.unwrap_or_default())
    }

    /// Forgets it: it told of another relay.
    ///
    /// # Errors
    /// What the vault reports.
    pub(in crate::patient::sharing) fn forget(tx: &mut dyn Transaction) -> Result<(), AppError> {
        tx.delete(Collection::Settings, Self::ROW)?;
        Ok(())
    }
}

/// Nobody was asked: whether what stood in the way still does is not known.
pub(super) fn forget_problem(session: &Session) -> Result<(), AppError> {
    let mut book = SyncBook::load(session)?;
    if book.problem.take().is_none() {
        return Ok(());
    }
    let mut tx = session.begin()?;
    store::save(&mut *tx, Collection::Settings, SyncBook::ROW, &book)?;
    Ok(tx.commit()?)
}

/// Writes down how it went.
pub(super) fn note(session: &Session, failure: Option<&AppError>) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    let mut book: SyncBook =
        store::load(&*tx, Collection::Settings, SyncBook::ROW)?.unwrap_or_default();
    if failure.is_none() {
        book.last = Some(session.now());
    }
    book.problem = failure.cloned();
    store::save(&mut *tx, Collection::Settings, SyncBook::ROW, &book)?;
    Ok(tx.commit()?)
}
