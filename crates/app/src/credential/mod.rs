//! The patient's side of the anonymous credential (SPEC §§28–31): the object of an epoch pinned and
//! compared, a credential per epoch, its counter, and a pool of certified personas.
//!
//! Complete and tested, not in use yet: spaces and backup places still have type 1 (SPEC §7). What is kept stands in
//! rows that are in no backup and that salvage leaves out ([`ROWS`]): there is no older copy of a counter.
//!
//! 1. `epoch`: what everybody must have alike, checked before anything is asked for or shown.
//! 2. `issue`: one credential per epoch and device. `m1` is drawn for it and goes with its epoch.
//! 3. `pool`: personas certified ahead, at times that have nothing to do with what they are for.

mod epoch;
mod issue;
mod pool;
mod rows;

use keyward_protocol::certificate::CertificateError;

use crate::error::{AppError, ErrorCode};
use crate::ports::authority::AuthorityError;
use crate::ports::credential::CredentialChannels;
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::store::StoreError;

pub use epoch::{TwoObjects, evidence};
pub use pool::{Pace, Pooled, count, take};
pub use rows::{Asked, Held, Member, Pinned, ROWS};

/// Why there is no credential or no certified persona.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// Vault, clinic or relay said so.
    #[error("{}", .0.code.as_str())]
    App(#[from] AppError),
    /// There are two signed objects of one epoch. Nothing is asked for or shown under either; both
    /// are kept ([`evidence`]).
    #[error("the clinic published two objects for one credential epoch")]
    EpochDiffers,
    /// The clinic answered with something that does not hold under the published object.
    #[error("the clinic's answer does not hold")]
    Misbehaves,
    /// Everything this credential can certify in its epoch is used up.
    #[error("no presentation is left in this epoch")]
    Exhausted,
    /// The clinic issues nothing more to this person in this epoch.
    #[error("the clinic issues no credential in this epoch")]
    NotIssued,
    /// Presentations are refused, with numbers that were never used here. A copy of this profile may
    /// use them.
    #[error("the clinic refuses this credential")]
    Refused,
}

impl From<StoreError> for CredentialError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

impl From<crate::ports::vault::VaultError> for CredentialError {
    fn from(error: crate::ports::vault::VaultError) -> Self {
        Self::App(error.into())
    }
}

impl From<AuthorityError> for CredentialError {
    fn from(error: AuthorityError) -> Self {
        Self::App(error.into())
    }
}

impl From<CertificateError> for CredentialError {
    fn from(_: CertificateError) -> Self {
        Self::App(ErrorCode::Internal.into())
    }
}

/// Brings things one step further: pins the epoch, gets a credential, finishes what was begun, and
/// certifies at most one more persona until `wanted` are ready. Gives how many are.
///
/// # Errors
/// [`CredentialError`]. What passes (nobody there, no network) can simply be tried again: the same
/// requests are sent.
pub fn keep_ready(
    session: &Session,
    channels: &dyn CredentialChannels,
    wanted: usize,
    pace: Pace,
) -> Result<usize, CredentialError> {
    let enrolment = crate::identity::Enrolment::require(&*session.read()?)?;
    let epoch = epoch::current(session, channels, &enrolment)?;
    erase_earlier(session, epoch.object().epoch)?;
    issue::obtain(session, channels, &enrolment, &epoch)?;
    pool::finish(session, channels, &enrolment, &epoch)?;
    let ready = pool::count(&*session.read()?)?;
    if ready < wanted && pool::is_due(session, pace)? {
        pool::certify_one(session, channels, &enrolment, &epoch)?;
        return Ok(pool::count(&*session.read()?)?);
    }
    Ok(ready)
}

/// Erases credentials and personas of epochs before this one. Objects stay: they are public, and
/// certificates of theirs are checked with them.
fn erase_earlier(session: &Session, epoch: u64) -> Result<(), CredentialError> {
    let old = {
        let tx = session.read()?;
        let is_old = |body: &[u8]| rows::epoch_of(body).is_none_or(|of| of < epoch);
        let mut old = Vec::new();
        for prefix in [rows::ASKED, rows::HELD, rows::POOL] {
            let rows = tx.list_prefix(Collection::Jobs, prefix)?;
            old.extend(rows.into_iter().filter(|(_, body)| is_old(body)).map(|(id, _)| id));
        }
        old
    };
    if old.is_empty() {
        return Ok(());
    }
    let mut tx = session.begin()?;
    for id in &old {
        tx.delete(Collection::Jobs, id)?;
    }
    Ok(tx.commit()?)
}

/// Forgets everything about credentials: of a clinic that is left.
///
/// # Errors
/// What the vault reports.
pub(crate) fn forget(tx: &mut (impl Transaction + ?Sized)) -> Result<(), AppError> {
    for (id, _) in tx.list_prefix(Collection::Jobs, ROWS)? {
        tx.delete(Collection::Jobs, &id)?;
    }
    Ok(())
}
