//! A backup kept by the clinic's relay: one more version every time something changed, sealed to the
//! kit like a file, under a persona of its own (SPEC §27.4).
//!
//! Nothing ties a patient's persona to a space: her keys derive from the kit, she has a certificate like
//! theirs, and she asks on connections of her own at times of her own. A doctor's key is her own word (`vouching`). Switching it off has the relay
//! forget her, with a receipt; what waits for a relay out of reach is tried again by itself.

mod place;
mod source;
mod target;
mod vouching;

use std::path::Path;

use keyward_relay_api::authority::credential::epoch_at;
use serde::{Deserialize, Serialize};

use self::place::Place;
pub use self::source::{RelaySource, address};
use self::target::RelayTarget;
pub(crate) use self::vouching::ask_to_forget;
use super::state::{self, State};
use super::{kit, write};
use crate::credential;
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::leaving;
use crate::ports::clock::UnixSeconds;
use crate::ports::progress::{Cancel, Progress};
use crate::ports::recovery::Backups;
use crate::ports::vault::{Collection, Transaction};
use crate::rhythm::{self, Line, Queue, Turn};
use crate::session::Session;
use crate::store;
use crate::views::common::Role;
use crate::views::recovery::{RelayBackup, RelayVersion};

/// The row of [`Kept`] in [`Collection::Jobs`], which is in no backup.
const ROW: &str = "recovery/at-relay";
/// Its name among the targets of a profile.
pub const NAME: &str = "relay";
/// `this-computer:relay` and the like: they mean something here only.
const HERE: &str = "this-computer:";

/// What this computer knows of its backup at the relay.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    on: bool,
    place: Option<Place>,
    /// Of a kit that was replaced: to be forgotten once a version stands under the new one.
    former: Vec<Place>,
    /// To be forgotten as soon as the relay can be reached.
    leaving: Vec<Place>,
    /// When everything there was stood in it last.
    complete: Option<UnixSeconds>,
    versions: Vec<RelayVersion>,
    used: u64,
    quota: u64,
    /// The manifest that was sent last: whoever wrote another one is not this computer.
    posted: Option<[u8; 32]>,
    /// When another computer's version was found there.
    stranger: Option<UnixSeconds>,
    /// Until when the bytes of what was deleted are gone from the relay.
    erased_by: Option<UnixSeconds>,
    problem: Option<AppError>,
}

impl Kept {
    fn load(tx: &(impl Transaction + ?Sized)) -> Result<Self, AppError> {
        Ok(store::load(tx, Collection::Jobs, ROW)?.unwrap_or_default())
    }

    /// Whether what lay under a kit that was replaced is to be deleted: a version stands under the new one.
    fn deletes_former(&self) -> bool {
        self.complete.is_some() && !self.former.is_empty()
    }

    fn learn(&mut self, there: &Backups) {
        let view = |version: &crate::ports::recovery::BackupVersion| RelayVersion {
            at: version.at,
            bytes: version.bytes,
        };
        self.versions = there.versions.iter().rev().map(view).collect();
        (self.used, self.quota) = (there.used, there.quota);
    }
}

/// Changes the row in a transaction of its own; two at once never lose each other's words.
fn change<T>(
    session: &Session,
    make: impl FnOnce(&mut Kept, &mut dyn Transaction) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let mut tx = session.begin()?;
    let mut kept = Kept::load(&*tx)?;
    let made = make(&mut kept, &mut *tx)?;
    store::save(&mut *tx, Collection::Jobs, ROW, &kept)?;
    tx.commit()?;
    Ok(made)
}

/// How it stands. Asks nobody.
///
/// # Errors
/// What the vault reports.
pub(super) fn view(session: &Session) -> Result<RelayBackup, AppError> {
    let tx = session.read()?;
    let enrolment = enrolled(&*tx)?;
    let kept = Kept::load(&*tx)?;
    let waits = match &enrolment {
        Some(enrolment) => kept.on && vouching::waits_for_clinic(&*tx, enrolment, session.now())?,
        None => false,
    };
    let queue = Queue::load(&*tx, session.now())?;
    let by = queue.as_ref().map(|queue| queue.by(&Line::Backup));
    // Where things travel apart the second waits for its turn, not only for the relay.
    let deleting = !kept.leaving.is_empty() || queue.is_none() && kept.deletes_former();
    Ok(RelayBackup {
        possible: enrolment.is_some(),
        on: kept.on,
        this_computer_only: enrolment.as_ref().is_some_and(|it| it.this_computer_only),
        address: enrolment.as_ref().and_then(address_of),
        at: kept.versions.first().map(|newest| newest.at),
        complete: kept.complete,
        bytes: kept.used,
        quota: kept.quota,
        versions: kept.versions,
        stranger: kept.stranger,
        deleting,
        deleted: kept.erased_by,
        problem: kept.problem.filter(|_| !waits),
        waits,
        by,
    })
}

/// The relay's address, if it means anything on another computer.
pub(super) fn address_of(enrolment: &Enrolment) -> Option<String> {
    (!enrolment.relay_url.starts_with(HERE)).then(|| enrolment.relay_url.clone())
}

/// Patients have personas that a relay takes backups from, doctors a key that their certificate vouches for. A desk is
/// nobody there.
fn enrolled(tx: &(impl Transaction + ?Sized)) -> Result<Option<Enrolment>, AppError> {
    Ok(Enrolment::load(tx)?.filter(|enrolment| enrolment.role != Role::Desk))
}

/// Whether something is to be sent or deleted by itself.
///
/// # Errors
/// What the vault reports.
pub fn has_work(session: &Session) -> Result<bool, AppError> {
    let tx = session.read()?;
    let kept = Kept::load(&*tx)?;
    if !kept.on || !kept.leaving.is_empty() {
        return Ok(!kept.leaving.is_empty());
    }
    match enrolled(&*tx)? {
        Some(enrolment) => Ok(!vouching::waits_for_clinic(&*tx, &enrolment, session.now())?),
        None => Ok(true),
    }
}

/// What there is to be done in the backup's turn.
pub(crate) struct BackupTurn {
    /// When everything there was stood in it last.
    pub(crate) complete: Option<UnixSeconds>,
    /// The certificate of its place is over, or ends with this epoch, and can be renewed.
    pub(crate) renews: bool,
    /// What lay under a kit that was replaced is to be deleted.
    pub(crate) deletes: bool,
}

/// Where things travel apart: what its turn is for, if something can be sent.
///
/// # Errors
/// What the vault reports.
pub(crate) fn turn_of(
    tx: &(impl Transaction + ?Sized),
    now: UnixSeconds,
) -> Result<Option<BackupTurn>, AppError> {
    let kept = Kept::load(tx)?;
    if !kept.on {
        return Ok(None);
    }
    let held = kept.place.as_ref().filter(|place| place.is_certified_at(now));
    let due = match held {
        Some(place) => {
            place.epoch().is_some_and(|epoch| epoch < epoch_at(now))
                && place.is_renewal_due_at(tx, now)?
        }
        None => true,
    };
    // A place that has no certificate (any more) is certified in an opening after the one in which a credential
    // was asked for.
    let certifies = due
        && match &kept.place {
            Some(place) => credential::can_certify(tx, now, &place.name()?)?,
            None => credential::standing(tx, now)?.is_some_and(|held| held.left),
        };
    let was_certified = kept.place.as_ref().is_some_and(|place| place.certificate.is_some());
    Ok((held.is_some() || certifies).then_some(BackupTurn {
        complete: kept.complete,
        renews: certifies && was_certified,
        deletes: kept.deletes_former(),
    }))
}

/// Whether a backup is wanted whose place has no certificate, and no credential is there to get one with.
///
/// # Errors
/// What the vault reports.
pub(crate) fn waits_for_credential(
    tx: &(impl Transaction + ?Sized),
    now: UnixSeconds,
) -> Result<bool, AppError> {
    Ok(Kept::load(tx)?.on && turn_of(tx, now)?.is_none())
}

/// What an open profile does of its own accord: sends what changed if it is the backup's turn, and deletes in any
/// case what she has deleted: whoever finds her kit could read it until then.
///
/// # Errors
/// As [`back_up`].
pub fn go_on_alone(
    session: &Session,
    spool: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<(), AppError> {
    let turn = rhythm::turn(session)?;
    if turn.is_of(&Line::Backup) && rhythm::take(session, &Line::Backup)? {
        let apart = matches!(turn, Turn::Of(_));
        return match send_all(session, spool, progress, cancel, apart) {
            // A credential is asked for in another opening.
            Err(error) if apart && error.code == ErrorCode::CredentialWaits => Ok(()),
            outcome => outcome,
        };
    }
    if leaving::is_begun(&*session.read()?)? {
        return Ok(());
    }
    delete_now(session)
}

/// From now on a backup is kept there.
///
/// # Errors
/// [`ErrorCode::NotEnrolled`], [`ErrorCode::KitGone`] before a kit was confirmed, else what the vault
/// reports.
pub fn switch_on(session: &Session) -> Result<(), AppError> {
    change(session, |kept, tx| {
        enrolled(tx)?.ok_or(ErrorCode::NotEnrolled)?;
        let kit = kit::public(tx)?;
        kept.on = true;
        kept.problem = None;
        kept.erased_by = None;
        // Nothing of it was deleted yet: it goes on.
        let waiting = kept.leaving.iter().position(|place| place.is_of(&kit));
        if let Some(waiting) = waiting.filter(|_| kept.place.is_none()) {
            kept.place = Some(kept.leaving.remove(waiting));
        }
        Ok(())
    })
}

/// Nothing more is sent, and all versions there are deleted. If the relay cannot be reached that
/// waits, and [`view`] says so.
///
/// # Errors
/// [`ErrorCode::LeavingBegun`], which deletes it anyway; what the vault reports.
pub fn switch_off(session: &Session) -> Result<(), AppError> {
    change(session, |kept, tx| {
        if leaving::is_begun(tx)? {
            return Err(ErrorCode::LeavingBegun.into());
        }
        let places = kept.place.take().into_iter().chain(std::mem::take(&mut kept.former));
        let leaving = std::mem::take(&mut kept.leaving).into_iter().chain(places).collect();
        *kept = Kept { leaving, ..Kept::default() };
        state::forget_target(tx, NAME)
    })?;
    // Why it waits stands in the row.
    delete_now(session)
}

/// Has the relay forget what she has deleted, without a turn: whoever finds her kit could read it until then.
fn delete_now(session: &Session) -> Result<(), AppError> {
    let left = || -> Result<usize, AppError> { Ok(Kept::load(&*session.read()?)?.leaving.len()) };
    let before = left()?;
    if before == 0 {
        return Ok(());
    }
    // If nothing left in this opening before, it is this.
    rhythm::ends(session, &Line::Backup)?;
    delete_left(session)?;
    if left()? < before {
        rhythm::ended(session, &Line::Backup)?;
    }
    Ok(())
}

/// Has the relay forget what was left, one place after the other.
fn delete_left(session: &Session) -> Result<(), AppError> {
    delete_each(session, &|kept| &mut kept.leaving)
}

/// The same of what lay under a kit that was replaced, once a version stands under the new one. In the backup's own turn
/// only, however often it fails; but also if nothing more can be sent, for lack of room or because of its size.
fn delete_former(session: &Session) -> Result<(), AppError> {
    if !Kept::load(&*session.read()?)?.deletes_former() {
        return Ok(());
    }
    delete_each(session, &|kept| &mut kept.former)
}

fn delete_each(
    session: &Session,
    places: &dyn Fn(&mut Kept) -> &mut Vec<Place>,
) -> Result<(), AppError> {
    loop {
        let mut kept = Kept::load(&*session.read()?)?;
        let Some(place) = places(&mut kept).first() else { return Ok(()) };
        let outcome = place.forget(session);
        let stop = outcome.is_err();
        change(session, |kept, _| {
            match outcome {
                Ok(erased_by) => {
                    places(kept).retain(|other| !other.is_same(place));
                    kept.erased_by = kept.erased_by.max(erased_by);
                    if !kept.on {
                        kept.problem = None;
                    }
                }
                Err(error) => kept.problem = Some(error),
            }
            Ok(())
        })?;
        if stop {
            return Ok(());
        }
    }
}

/// Sends what changed now, and remembers why if that does not work. `spool`: a folder where what is
/// sealed may lie until it is sent.
///
/// # Errors
/// [`ErrorCode::BackupNone`] while it is off, [`ErrorCode::BackupTooLarge`] without room for it,
/// [`ErrorCode::Cancelled`], else what vault, clinic and relay report.
pub fn back_up(
    session: &Session,
    spool: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<(), AppError> {
    if has_work(session)? {
        rhythm::leaves(session, &Line::Backup)?;
    }
    send_all(session, spool, progress, cancel, false)
}

/// With `waits` nothing is asked for by name beside it.
fn send_all(
    session: &Session,
    spool: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
    waits: bool,
) -> Result<(), AppError> {
    if leaving::is_begun(&*session.read()?)? {
        return Err(ErrorCode::LeavingBegun.into());
    }
    delete_left(session)?;
    delete_former(session)?;
    if !Kept::load(&*session.read()?)?.on {
        return Err(ErrorCode::BackupNone.into());
    }
    let begun = session.now();
    let outcome = send(session, spool, progress, cancel, waits);
    change(session, |kept, _| {
        match &outcome {
            // It may have been switched off meanwhile.
            _ if !kept.on => {}
            Ok(there) => {
                kept.learn(there);
                (kept.complete, kept.problem) = (Some(begun), None);
            }
            // It is not there yet, and there is nothing to be done about it.
            Err(error) if is_no_news(error.code) => {}
            Err(error) => kept.problem = Some(error.clone()),
        }
        Ok(())
    })?;
    outcome?;
    rhythm::done(session, &Line::Backup)?;
    delete_former(session)
}

/// What is no news: it goes on by itself, or [`view`] says what it waits for.
fn is_no_news(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::Cancelled | ErrorCode::CredentialWaits | ErrorCode::NotEnrolled)
}

fn send(
    session: &Session,
    spool: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
    waits: bool,
) -> Result<Backups, AppError> {
    let enrolment = enrolled(&*session.read()?)?.ok_or(ErrorCode::NotEnrolled)?;
    let place = place(session, &enrolment)?;
    let place = place.presented(session, &enrolment, waits)?;
    let posted = |hash: [u8; 32]| {
        change(session, |kept, _| {
            kept.posted = Some(hash);
            Ok(())
        })
    };
    let (ours, known) = {
        let tx = session.read()?;
        (Kept::load(&*tx)?.posted, State::load(&*tx, NAME)?.sequence)
    };
    let channel = place.channel(session)?;
    let mut target = RelayTarget::new(channel, spool, &posted, progress, cancel);
    let mut outcome = write::write(session, &mut target, progress, cancel);
    if outcome.as_ref().is_err_and(target::is_incomplete) {
        // Something of it is not there any more: it is written whole.
        let mut tx = session.begin()?;
        state::forget_target(&mut *tx, NAME)?;
        tx.commit()?;
        outcome = write::write(session, &mut target, progress, cancel);
    }
    if target.found.is_some_and(|hash| Some(hash) != ours) {
        change(session, |kept, _| {
            // What stood there before this profile wrote anything is no news to it.
            kept.stranger = (known > 0).then(|| session.now()).or(kept.stranger);
            Ok(())
        })?;
    }
    outcome?;
    target.list()
}

/// Where it lies: where it lay, or another place for another kit.
fn place(session: &Session, enrolment: &Enrolment) -> Result<Place, AppError> {
    change(session, |kept, tx| {
        let current = kit::public(tx)?;
        let lay = kept.place.take_if(|place| !place.is_of(&current));
        if let Some(lay) = lay {
            kept.former.push(lay);
            kept.versions.clear();
            (kept.stranger, kept.complete) = (None, None);
        }
        let fresh = || Place::new(&current, &enrolment.relay());
        Ok(kept.place.get_or_insert_with(fresh).clone())
    })
}

/// Remembers a place as it is now, if it is still the one.
fn save_place(session: &Session, place: &Place) -> Result<(), AppError> {
    change(session, |kept, tx| {
        if leaving::is_begun(tx)? {
            // Who is forgotten stands fixed: nobody comes to be known besides.
            return Err(ErrorCode::Cancelled.into());
        }
        match &mut kept.place {
            Some(known) if kept.on && known.is_near(place) => {
                let moved = !known.is_same(place);
                *known = place.clone();
                if moved {
                    // Nothing lies there yet, and what lay where it was is gone: somebody with her keys had it deleted.
                    if kept.complete.is_some() {
                        kept.stranger = Some(session.now());
                    }
                    kept.versions.clear();
                    kept.complete = None;
                }
            }
            // Switched off meanwhile: nothing is begun that nobody would end.
            _ => return Err(ErrorCode::Cancelled.into()),
        }
        Ok(())
    })
}

/// Part of a restore's last transaction: where the profile came from goes on being its backup.
pub(super) fn go_on(
    tx: &mut (impl Transaction + ?Sized),
    from: &RelaySource,
) -> Result<(), AppError> {
    let Some((place, there, newest)) = from.to_go_on() else { return Ok(()) };
    // So that it goes on while the clinic is waited for.
    let role = Enrolment::load(tx)?.map_or(Role::Patient, |enrolment| enrolment.role);
    let place = place.with_certificate(role, &there.certificate)?;
    let mut kept = Kept { on: true, place: Some(place), ..Kept::default() };
    kept.learn(there);
    store::save(tx, Collection::Jobs, ROW, &kept)?;
    State::following(newest).save(tx, NAME)
}

/// The clinic was left: its relay is asked nothing more.
pub(crate) fn forget(tx: &mut (impl Transaction + ?Sized)) -> Result<(), AppError> {
    tx.delete(Collection::Jobs, ROW)?;
    state::forget_target(tx, NAME)
}

/// A persona that backups lie under, for deleting everything: what she is asked by, and her keys.
pub(crate) struct Lying {
    /// Stands for her.
    pub(crate) id: String,
    /// Her certificate, or a doctor's statement of the key.
    pub(crate) certificate: Vec<u8>,
    /// Her key.
    pub(crate) signing: keyward_protocol::keys::SigningKey,
}

/// All of them that the relay may know.
///
/// # Errors
/// What the vault reports.
pub(crate) fn lying(tx: &(impl Transaction + ?Sized)) -> Result<Vec<Lying>, AppError> {
    let kept = Kept::load(tx)?;
    let places = kept.place.iter().chain(&kept.former).chain(&kept.leaving);
    let mut all = Vec::new();
    for place in places {
        let Some(certificate) = place.certificate.clone() else { continue };
        let signing = place.persona()?.signing;
        let id = format!("{}{}", LYING, hex::encode(signing.verifying_key().key_id()));
        all.push(Lying { id, certificate, signing });
    }
    Ok(all)
}

/// What ids of [`Lying`] begin with; those of spaces are hex.
pub(crate) const LYING: &str = "backup/";
