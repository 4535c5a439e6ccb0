//! What a restore says of a doctor's shares.

use crate::error::AppError;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::views::recovery::{Renewal, RenewalOf, RenewalView};

use super::rows::{Announced, ShareRow};

/// How many shares are in her list, running or over.
///
/// # Errors
/// What the vault reports.
pub(crate) fn count(tx: &(impl Transaction + ?Sized)) -> Result<u64, AppError> {
    Ok(tx.list(Collection::Grants)?.len() as u64)
}

/// Shares that were for her lost keys, that would still run, and that their patient has not given
/// again yet, each with how the patient is called.
///
/// # Errors
/// What the vault reports.
pub(crate) fn lost(
    tx: &(impl Transaction + ?Sized),
    now: UnixSeconds,
) -> Result<Vec<RenewalView>, AppError> {
    let rows = ShareRow::load_all(tx)?;
    let again = |row: &ShareRow| {
        rows.iter().any(|(_, other)| other.persona == row.persona && other.is_live(now))
    };
    let lost = rows.iter().filter(|(_, row)| {
        matches!(row.announced, Announced::KeysLost { .. }) && now < row.expiry && !again(row)
    });
    Ok(lost
        .map(|(id, row)| RenewalView {
            of: RenewalOf::Share,
            id: id.to_string(),
            name: row.name().to_owned(),
            state: Renewal::Done,
        })
        .collect())
}
