//! The clinic of a desk in the desk's backup. It stands outside of the vault, in a table of its own.

use keyward_protocol::backup::Change;
use keyward_protocol::keys::VerifyingKey;
use zeroize::Zeroizing;

use super::rows::Each;
use crate::desk::keys;
use crate::error::{AppError, ErrorCode};
use crate::ports::clinic::{MADE, Pieces};
use crate::session::Session;
use crate::views::common::Role;

/// The table of its pieces.
pub(super) const TABLE: &str = "clinic";

/// Whether a change of this piece alone is worth a new version.
pub(super) fn is_news(table: &str, id: &str) -> bool {
    table != TABLE || !id.starts_with(MADE)
}

/// Calls `each` with every piece of the clinic that runs beside this profile, if one does.
///
/// # Errors
/// What clinic or `each` reports.
pub(super) fn walk(session: &Session, each: &mut Each<'_>) -> Result<(), AppError> {
    if session.profile().role != Role::Desk {
        return Ok(());
    }
    let Some(clinic) = session.clinic() else { return Ok(()) };
    for (id, body) in &clinic.pieces(&operator(session)?)? {
        each(TABLE, id, body)?;
    }
    Ok(())
}

fn operator(session: &Session) -> Result<VerifyingKey, AppError> {
    Ok(session.with_master(keys::operator)?.verifying_key().clone())
}

/// What of a backup is no row of the vault, as it stands after all changes so far.
#[derive(Default)]
pub(super) struct Back(Pieces);

impl Back {
    /// Takes in a change if it is one of a piece; `false` for every other.
    pub(super) fn apply(&mut self, change: &Change<'_>) -> bool {
        match *change {
            Change::Put { table: TABLE, id, body } => {
                self.0.insert(id.to_owned(), Zeroizing::new(body.to_vec()));
            }
            Change::Gone { table: TABLE, id } => {
                self.0.remove(id);
            }
            _ => return false,
        }
        true
    }

    /// Has the clinic made again; gives how many entries its register has.
    ///
    /// # Errors
    /// [`ErrorCode::BackupDamaged`] for pieces in the backup of anybody but a desk, else what making it reports.
    pub(super) fn take(self, session: &Session) -> Result<u64, AppError> {
        if self.0.is_empty() {
            return Ok(0);
        }
        if session.profile().role != Role::Desk {
            return Err(ErrorCode::BackupDamaged.into());
        }
        let clinic = session.clinic().ok_or(ErrorCode::Internal)?;
        clinic.take(session.profile(), &operator(session)?, self.0)
    }
}
