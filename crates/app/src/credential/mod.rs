//! The patient's side of the anonymous credential (SPEC §§28–31): the object of an epoch pinned and
//! compared, a credential per epoch, its counter, and a pool of certified personas.
//!
//! Every persona is certified through it: spaces take theirs from the pool, and they, backup places and who
//! continues a lost persona are certified in later epochs by `renewal`. What is kept stands in rows that are in
//! no backup and that salvage leaves out ([`ROWS`]): there is no older copy of a counter.
//!
//! 1. `epoch`: what everybody must have alike, checked before anything is asked for or shown.
//! 2. `issue`: one credential per epoch and device. `m1` is drawn for it and goes with its epoch.
//! 3. `pool`: personas certified ahead, at times that have nothing to do with what they are for.
//! 4. `renewal`: personas that are there already.

mod epoch;
mod issue;
mod pool;
mod proof;
mod renewal;
mod rows;
pub mod times;

use keyward_protocol::certificate::{CertificateError, PersonaKeys};
use keyward_protocol::credential_epoch::VerifiedEpoch;
use keyward_relay_api::authority::credential::{CREDENTIAL_LIMIT, epoch_at};
use keyward_relay_api::authority::persona::EPOCH_SECONDS;

use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::leaving;
use crate::ports::authority::AuthorityError;
use crate::ports::clock::UnixSeconds;
use crate::ports::credential::CredentialChannels;
use crate::ports::vault::{Collection, Transaction};
use crate::recovery::{keys, renew};
use crate::rhythm::{self, Line};
use crate::session::Session;
use crate::store::StoreError;
use crate::views::common::Role;

pub use epoch::{TwoObjects, compare};
pub(crate) use pool::usable;
pub use pool::{Pace, Pooled, count, take};
pub(crate) use proof::warnings;
pub use proof::{dismiss, evidence};
pub use renewal::{Certified, renew_at};
pub use rows::{Asked, Held, Member, Pinned, ROWS, Renewing};

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
    Exhausted {
        /// When the next epoch begins.
        again: UnixSeconds,
    },
    /// The clinic issues nothing more to this person in this epoch.
    #[error("the clinic issues no credential in this epoch")]
    NotIssued {
        /// When the next epoch begins.
        again: UnixSeconds,
    },
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

impl From<CredentialError> for AppError {
    fn from(error: CredentialError) -> Self {
        let until = |code, again: UnixSeconds| Self::new(code).with("again", again.to_string());
        match error {
            CredentialError::App(error) => error,
            CredentialError::EpochDiffers => ErrorCode::CredentialEpochDiffers.into(),
            CredentialError::Misbehaves => ErrorCode::CredentialMisbehaves.into(),
            CredentialError::Exhausted { again } => until(ErrorCode::CredentialExhausted, again),
            CredentialError::NotIssued { again } => until(ErrorCode::CredentialNotIssued, again),
            CredentialError::Refused => ErrorCode::CredentialRefused.into(),
        }
    }
}

/// When the epoch after this one begins.
pub(crate) fn next_epoch(number: u64) -> UnixSeconds {
    number.saturating_add(1).saturating_mul(EPOCH_SECONDS)
}

/// Personas kept certified ahead. Two: whoever makes a space, and another one in the same hours, finds both
/// ready, and unused ones, which go with their epoch, cost little of its limit.
pub const READY: usize = 2;

/// The same where things travel apart, because there it takes an opening for each and they are certified in one
/// part of an epoch only.
pub const READY_APART: usize = 4;

/// How the credential of the current epoch stands.
pub(crate) struct Standing {
    /// When the clinic gave it.
    pub(crate) issued: UnixSeconds,
    /// Something can still be certified with it.
    pub(crate) left: bool,
}

/// `None` without a credential of this epoch.
///
/// # Errors
/// What the vault reports.
pub(crate) fn standing(
    tx: &(impl Transaction + ?Sized),
    now: UnixSeconds,
) -> Result<Option<Standing>, AppError> {
    let held = rows::Held::load(tx)?.filter(|held| held.epoch == epoch_at(now));
    Ok(held.map(|held| Standing { issued: held.issued, left: held.next < CREDENTIAL_LIMIT }))
}

/// Whether a persona that is there already can be certified now: with a credential that has something left, unless
/// she was refused in this epoch and it is not time to try again; or by the request that may have left.
///
/// # Errors
/// What the vault reports.
pub(crate) fn can_certify(
    tx: &(impl Transaction + ?Sized),
    now: UnixSeconds,
    name: &str,
) -> Result<bool, AppError> {
    Ok(certified_from(tx, now, name)?.is_some_and(|from| from <= now))
}

/// From when she can be certified with the credential of this epoch; `None` if with none of it.
///
/// # Errors
/// What the vault reports.
pub(crate) fn certified_from(
    tx: &(impl Transaction + ?Sized),
    now: UnixSeconds,
    name: &str,
) -> Result<Option<UnixSeconds>, AppError> {
    let Some(standing) = standing(tx, now)? else { return Ok(None) };
    let from = renewal::open_from(tx, epoch_at(now), name)?;
    Ok(match from {
        renewal::Open::Begun => Some(0),
        renewal::Open::From(from) => standing.left.then_some(from),
    })
}

/// Whether somebody can be certified ahead, or what was begun for her be finished.
///
/// # Errors
/// What the vault reports.
pub(crate) fn can_certify_ahead(
    tx: &(impl Transaction + ?Sized),
    now: UnixSeconds,
) -> Result<bool, AppError> {
    let Some(standing) = standing(tx, now)? else { return Ok(false) };
    Ok(standing.left || pool::is_begun(tx, epoch_at(now))?)
}

/// One step of the credential whose turn it is, where things travel apart.
///
/// # Errors
/// As [`keep_ready`].
fn step_apart(session: &Session) -> Result<(), AppError> {
    let turn = rhythm::turn(session)?;
    let step: fn(&Session) -> Result<(), AppError> = match turn {
        _ if turn.is_of(&Line::Asking) => ask,
        _ if turn.is_of(&Line::Ahead) => one_ahead,
        _ => return Ok(()),
    };
    let line = if turn.is_of(&Line::Asking) { Line::Asking } else { Line::Ahead };
    if !rhythm::take(session, &line)? {
        return Ok(());
    }
    let outcome = step(session);
    // One in an opening: it counts as had, also if she was refused. Asked again after a while if the clinic said no.
    let had = match &outcome {
        Ok(()) => line == Line::Ahead,
        Err(error) => error.code.is_of_credential() || error.code == ErrorCode::AuthorityRefused,
    };
    if had {
        rhythm::done(session, &line)?;
    } else if outcome.is_ok() {
        rhythm::heard(session)?;
    }
    outcome
}

/// Everything the clinic is told by name.
fn ask(session: &Session) -> Result<(), AppError> {
    let told = keys::register(session, &session.enrolment()?);
    if rhythm::wants_credential(session)? {
        open(session, session.network().credentials())?;
    }
    told
}

fn one_ahead(session: &Session) -> Result<(), AppError> {
    let channels = session.network().credentials();
    let (enrolment, epoch) = current(session, channels)?;
    // Never shown in the opening in which it was asked for: another epoch may have begun since it was looked at.
    let number = epoch.object().epoch;
    if rows::Held::load(&*session.read()?)?.is_none_or(|held| held.epoch != number) {
        return Ok(());
    }
    if !pool::finish(session, channels, &enrolment, &epoch)? {
        pool::certify_one(session, channels, &enrolment, &epoch)?;
    }
    Ok(())
}

/// Certifies a persona that is there already in the epoch that is current, now. `name` says whose she is,
/// for this profile alone. Safe to repeat: the same request brings the same certificate.
///
/// # Errors
/// [`CredentialError`].
pub fn certify(
    session: &Session,
    channels: &dyn CredentialChannels,
    name: &str,
    keys: &PersonaKeys<'_>,
) -> Result<Certified, CredentialError> {
    let (enrolment, epoch) = open(session, channels)?;
    let certificate = renewal::certify(session, channels, &enrolment, &epoch, name, keys)?;
    let object = epoch::object(session, epoch.object().epoch)?;
    Ok(Certified { certificate, object })
}

/// What an open profile does from time to time of its own accord: keeps [`READY`] personas certified ahead. With
/// [`Pace::Now`] all of them at once, which says when it happens; that is for a demo.
///
/// # Errors
/// As [`keep_ready`].
pub fn work_ahead(session: &Session, pace: Pace) -> Result<(), AppError> {
    {
        let tx = session.read()?;
        let patient = Enrolment::load(&*tx)?.is_some_and(|it| it.role == Role::Patient);
        if !patient || leaving::is_begun(&*tx)? || renew::waits_for_clinic(&*tx)? {
            return Ok(());
        }
        if rhythm::is_apart(&*tx)? && pace == Pace::Spaced {
            drop(tx);
            return step_apart(session);
        }
    }
    let channels = session.network().credentials();
    while keep_ready(session, channels, READY, pace)? < READY && pace == Pace::Now {}
    Ok(())
}

/// The current epoch, with a credential of it.
fn open(
    session: &Session,
    channels: &dyn CredentialChannels,
) -> Result<(Enrolment, VerifiedEpoch), CredentialError> {
    let (enrolment, epoch) = current(session, channels)?;
    issue::obtain(session, channels, &enrolment, &epoch)?;
    Ok((enrolment, epoch))
}

/// The current epoch; what is of earlier ones is erased.
fn current(
    session: &Session,
    channels: &dyn CredentialChannels,
) -> Result<(Enrolment, VerifiedEpoch), CredentialError> {
    let enrolment = Enrolment::require(&*session.read()?)?;
    let epoch = epoch::current(session, channels, &enrolment)?;
    erase_earlier(session, epoch.object().epoch)?;
    Ok((enrolment, epoch))
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
    let (enrolment, epoch) = open(session, channels)?;
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
        let is_old = |body: &[u8], epoch| rows::epoch_of(body).is_none_or(|of| of < epoch);
        let mut old = Vec::new();
        for prefix in [rows::ASKED, rows::HELD, rows::POOL, rows::RENEW] {
            let oldest = if prefix == rows::POOL { pool::oldest(&*tx, epoch)? } else { epoch };
            let rows = tx.list_prefix(Collection::Jobs, prefix)?;
            old.extend(rows.into_iter().filter(|(_, it)| is_old(it, oldest)).map(|(id, _)| id));
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
