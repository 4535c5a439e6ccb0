//! How a profile stands to losing this computer, as its pages show it: kit, backups, and whether the
//! first page reminds.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::FileTarget;
use super::state::State;
use super::write::{self, Written};
use super::{at_relay, kit};
use crate::error::{AppError, ErrorCode};
use crate::leaving;
use crate::ports::clock::UnixSeconds;
use crate::ports::progress::{Cancel, Progress};
use crate::ports::vault::Collection;
use crate::session::Session;
use crate::store;
use crate::views::common::Role;
use crate::views::recovery::{FileBackup, RecoveryView, RelayBackup};

/// Where the backup file is. Stays out of backups, as all of [`Collection::Jobs`].
const PLACE: &str = "recovery/place";
/// Until when the first page says nothing.
const PUT_OFF: &str = "recovery/put-off";
/// How long a reminder is put off, in seconds.
const WEEK: UnixSeconds = 7 * 86_400;
/// From when on a backup that has not everything is called old.
const OLD: UnixSeconds = 14 * 86_400;

#[derive(Serialize, Deserialize)]
struct Place {
    path: PathBuf,
    /// When everything there was stood in it last.
    complete: Option<UnixSeconds>,
    /// Why it could not be written last time.
    problem: Option<AppError>,
}

#[derive(Serialize, Deserialize)]
struct PutOff {
    until: UnixSeconds,
}

/// How the profile stands. Makes its kit if there is none yet.
///
/// # Errors
/// What the vault reports.
pub fn status(session: &Session) -> Result<RecoveryView, AppError> {
    let known = match kit::status(session)? {
        Some(known) => known,
        None => {
            kit::make(session)?;
            kit::status(session)?.ok_or(ErrorCode::Internal)?
        }
    };
    let tx = session.read()?;
    let place: Option<Place> = store::load(&*tx, Collection::Jobs, PLACE)?;
    let put_off: Option<PutOff> = store::load(&*tx, Collection::Jobs, PUT_OFF)?;
    let file = place
        .as_ref()
        .map(|place| State::load(&*tx, FileTarget::NAME).map(|state| described(place, &state)))
        .transpose()?;
    drop(tx);
    let quiet = put_off.is_some_and(|put_off| session.now() < put_off.until);
    let confirmed = known.confirmed.is_some();
    let relay = at_relay::view(session)?;
    let good =
        || Ok::<_, AppError>(is_good(session, file.as_ref())? || is_good_there(session, &relay)?);
    let remind = !quiet && (!confirmed || !good()?);
    Ok(RecoveryView { kit: known, remind, file, relay })
}

/// When everything there was stood in the backup file last; `None` without one, or without a confirmed kit to open it
/// with.
///
/// # Errors
/// What the vault reports.
pub fn complete(session: &Session) -> Result<Option<UnixSeconds>, AppError> {
    let confirmed = kit::status(session)?.is_some_and(|kit| kit.confirmed.is_some());
    let place: Option<Place> = store::load(&*session.read()?, Collection::Jobs, PLACE)?;
    Ok(place.filter(|_| confirmed).and_then(|place| place.complete))
}

/// Whether the backup would bring everything back, or all but what is younger than [`OLD`].
fn is_good(session: &Session, file: Option<&FileBackup>) -> Result<bool, AppError> {
    let Some(file) = file.filter(|file| file.at.is_some() && file.problem.is_none()) else {
        return Ok(false);
    };
    has_everything(session, file.complete, "recovery/behind", FileTarget::NAME)
}

/// The same of the relay's. One that would be lost together with this computer is none.
fn is_good_there(session: &Session, relay: &RelayBackup) -> Result<bool, AppError> {
    if !relay.on || relay.this_computer_only || relay.at.is_none() || relay.problem.is_some() {
        return Ok(false);
    }
    has_everything(session, relay.complete, "recovery/behind-relay", at_relay::NAME)
}

fn has_everything(
    session: &Session,
    complete: Option<UnixSeconds>,
    cache: &'static str,
    target: &str,
) -> Result<bool, AppError> {
    let old = complete.is_none_or(|at| session.now().saturating_sub(at) > OLD);
    // Looks at every row, so only when it matters.
    Ok(!old || !session.cached(cache, || write::is_behind(session, target))?)
}

fn described(place: &Place, state: &State) -> FileBackup {
    let name = place.path.file_name().map(|name| name.to_string_lossy().into_owned());
    let written = state.sequence > 0 && place.complete.is_some();
    FileBackup {
        name: name.unwrap_or_default(),
        at: written.then_some(state.at),
        complete: place.complete,
        bytes: if written { state.end } else { 0 },
        versions: if written { state.versions } else { 0 },
        problem: place.problem.clone(),
    }
}

/// The first page says nothing for a week.
///
/// # Errors
/// What the vault reports.
pub fn put_off(session: &Session) -> Result<(), AppError> {
    let row = PutOff { until: session.now().saturating_add(WEEK) };
    let mut tx = session.begin()?;
    store::save(&mut *tx, Collection::Jobs, PUT_OFF, &row)?;
    Ok(tx.commit()?)
}

/// From now on backups go to this file; `None`: nowhere.
///
/// # Errors
/// What the vault reports.
pub fn choose_file(session: &Session, path: Option<&Path>) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    match path {
        Some(path) => {
            let place = Place { path: path.to_owned(), complete: None, problem: None };
            store::save(&mut *tx, Collection::Jobs, PLACE, &place)?;
        }
        None => {
            tx.delete(Collection::Jobs, PLACE)?;
        }
    }
    Ok(tx.commit()?)
}

/// Whether a backup can be written: a place was chosen, and there is a kit to lock it with. Not while the profile is
/// being deleted: a desk's clinic may be gone already, and would be missing in what is written last.
///
/// # Errors
/// What the vault reports.
pub fn can_back_up(session: &Session) -> Result<bool, AppError> {
    let tx = session.read()?;
    let place = tx.get(Collection::Jobs, PLACE)?;
    if leaving::is_begun(&*tx)? {
        return Ok(false);
    }
    match kit::public(&*tx) {
        Ok(_) => Ok(place.is_some()),
        Err(error) if error.code == ErrorCode::KitGone => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes what changed to the chosen file, and remembers why if that does not work.
///
/// # Errors
/// [`ErrorCode::BackupNone`] without a chosen file, [`ErrorCode::LeavingBegun`] while the profile is being deleted,
/// else as [`write::write`].
pub fn back_up(
    session: &Session,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Written, AppError> {
    // A desk's clinic does not end in the middle of its backup.
    let desk = session.profile().role == Role::Desk;
    let _turn = desk.then(|| session.exchange_turn());
    if leaving::is_begun(&*session.read()?)? {
        return Err(ErrorCode::LeavingBegun.into());
    }
    let place: Option<Place> = store::load(&*session.read()?, Collection::Jobs, PLACE)?;
    let begun = place.ok_or(ErrorCode::BackupNone)?;
    let now = session.now();
    let outcome = write::write(session, &mut FileTarget::new(&begun.path), progress, cancel);
    let mut tx = session.begin()?;
    let place: Option<Place> = store::load(&*tx, Collection::Jobs, PLACE)?;
    // Another place may have been chosen meanwhile: nothing is said about that one.
    let Some(mut place) = place.filter(|place| place.path == begun.path) else { return outcome };
    match &outcome {
        Ok(_) => (place.complete, place.problem) = (Some(now), None),
        Err(error) if error.code == ErrorCode::Cancelled => return outcome,
        Err(error) => place.problem = Some(error.clone()),
    }
    store::save(&mut *tx, Collection::Jobs, PLACE, &place)?;
    tx.commit()?;
    outcome
}
