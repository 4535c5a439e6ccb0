//! Sharing compartments with a doctor, seeing what came of it, and taking it back.
//!
//! A decision ([`create`], [`extend`], [`revoke`]) is one transaction: quick, durable, and true from
//! then on even if the app dies. [`sync`] carries decisions out at the relay.

pub mod book;
mod carry;
mod consent;
pub(crate) mod content;
pub mod directory;
mod draft;
pub(crate) mod former;
mod former_views;
mod grants;
pub(crate) mod history;
mod naming;
mod new_keys;
mod preview;
mod seal;
mod set_back;
mod views;

use self::book::{Act, Revocation, Share};
pub use self::carry::{SyncBook, run as sync, send_now};
use self::directory::Doctors;
pub use self::directory::doctors;
pub use self::history::AccessRow;
pub use self::new_keys::{new_keys, share_again};
pub use self::preview::preview;
pub use self::views::{accesses, list, one, receipt};
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::jobs::Job;
use crate::leaving;
use crate::patient::spaces::Space;
use crate::ports::clock::UnixSeconds;
use crate::ports::progress::{Cancel, Unwatched};
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::views::patient::{DoctorStanding, RevokeOutcome, ShareDraft, ShareView};
use keyward_protocol::ids::GrantId;

/// Decides a share: from now on the app brings it about. Returns it as pending.
///
/// # Errors
/// What is wrong with the draft: [`ErrorCode::NothingChosen`], [`ErrorCode::EndInPast`] and others;
/// [`ErrorCode::DoctorUnknown`], [`ErrorCode::DoctorRemoved`]; [`ErrorCode::DoctorKeyChanged`]
/// unless the change was accepted; [`ErrorCode::ShareExists`]; [`ErrorCode::LeavingBegun`].
pub fn create(session: &Session, draft: &ShareDraft) -> Result<ShareView, AppError> {
    let mut tx = session.begin()?;
    let enrolment = Enrolment::require(&*tx)?;
    if leaving::is_begun(&*tx)? {
        return Err(ErrorCode::LeavingBegun.into());
    }
    let now = session.now();
    let doctors = Doctors::load(&*tx, &enrolment, now)?.ok_or(ErrorCode::DoctorUnknown)?;
    let doctor = doctors.find(&draft.doctor)?;
    draft::check(draft, doctor, now)?;
    if doctors.standing(doctor) == DoctorStanding::KeyChanged && !draft.accept_changed_key {
        return Err(ErrorCode::DoctorKeyChanged.into());
    }
    Space::load_live(&*tx, &draft.space_id)?;
    let shares = Share::all(&*tx)?;
    let same = shares.iter().find(|(_, share)| {
        share.space == draft.space_id && share.doctor == doctor.raw() && share.is_wanted(now)
    });
    if let Some((id, _)) = same {
        return Err(AppError::new(ErrorCode::ShareExists).with("share", id.clone()));
    }
    let id = session.randomness().with(|rng| GrantId::random(rng)).to_string();
    let mut categories = draft.categories.clone();
    categories.sort_unstable();
    let share = Share {
        space: draft.space_id.clone(),
        number: number(now, &id),
        doctor: doctor.raw().to_vec(),
        doctor_name: doctor.name.clone(),
        categories,
        purpose: draft.purpose,
        created: now,
        until: draft.until,
        granted: None,
        sent: false,
        revoked: None,
        ended: false,
        problem: None,
        replaced: false,
    };
    share.save(&mut *tx, &id)?;
    tx.commit()?;
    session.changed();
    one(session, &id)
}

/// The number on a receipt: the date and eight digits of the share's id.
fn number(now: UnixSeconds, id: &str) -> String {
    let date = i64::try_from(now)
        .ok()
        .and_then(|now| jiff::Timestamp::from_second(now).ok())
        .map(|now| now.strftime("%Y%m%d").to_string())
        .unwrap_or_default();
    let digits: String = id.chars().take(8).collect();
    format!("{date}-{}", digits.to_uppercase())
}

/// Gives a share a later end.
///
/// # Errors
/// [`ErrorCode::ShareOver`], [`ErrorCode::EndNotLater`], [`ErrorCode::DoctorRemoved`] and the errors
/// of an end.
pub fn extend(session: &Session, id: &str, until: UnixSeconds) -> Result<ShareView, AppError> {
    let mut tx = session.begin()?;
    let enrolment = Enrolment::require(&*tx)?;
    let now = session.now();
    let mut share = Share::load(&*tx, id)?;
    if !share.is_wanted(now) {
        return Err(ErrorCode::ShareOver.into());
    }
    if until <= share.until {
        return Err(ErrorCode::EndNotLater.into());
    }
    let doctor = share.doctor(&enrolment.authority_key()?)?;
    if let Some(doctors) = Doctors::load(&*tx, &enrolment, now)?
        && doctors.standing(&doctor) == DoctorStanding::Removed
    {
        return Err(ErrorCode::DoctorRemoved.into());
    }
    draft::check_end(until, &doctor, now)?;
    share.until = until;
    share.problem = None;
    share.save(&mut *tx, id)?;
    tx.commit()?;
    session.changed();
    one(session, id)
}

/// Takes a share back, now, and tries at once to have the relay delete its keys. If the relay is out
/// of reach the decision stands and the app goes on trying: the outcome says so.
///
/// # Errors
/// [`ErrorCode::ShareOver`] if it had ended before, else what the vault reports.
pub fn revoke(session: &Session, id: &str) -> Result<RevokeOutcome, AppError> {
    decide_revocation(session, id)?;
    // Whatever the relay says is told in the outcome, not as a failure of the decision.
    let attempt = sync(session, &Unwatched, &Cancel::new());
    if let Err(error) = &attempt
        && matches!(error.code, ErrorCode::Locked)
    {
        return Err(error.clone());
    }
    let share = one(session, id)?;
    Ok(RevokeOutcome { confirmed: share.revoke_confirmed, already_fetched: share.fetched, share })
}

/// The durable half of [`revoke`]: the decision, its signed statement, and the epochs to close.
///
/// # Errors
/// As [`revoke`].
pub fn decide_revocation(session: &Session, id: &str) -> Result<(), AppError> {
    // Does not wait for an exchange that is under way, which may take minutes. Should that one just
    // be sending a grant of this very share, the revocation goes out in the next and is what the
    // relay hears last; whatever it does from here on, it looks at the share again first.
    let mut tx = session.begin()?;
    revoke_in(&mut *tx, session, id)?;
    tx.commit()?;
    session.changed();
    Ok(())
}

/// [`decide_revocation`] as a part of a transaction.
pub(super) fn revoke_in(
    tx: &mut dyn Transaction,
    session: &Session,
    id: &str,
) -> Result<(), AppError> {
    let now = session.now();
    let mut share = Share::load(tx, id)?;
    if share.revoked.is_some() {
        return Ok(());
    }
    if now >= share.until {
        return Err(ErrorCode::ShareOver.into());
    }
    tx.delete(Collection::Outbox, &Act::grant_row(&share.space, id))?;
    // What was never sent cannot be at the relay.
    let confirmed = (!share.sent).then_some(now);
    share.revoked = Some(Revocation { at: now, confirmed });
    share.problem = None;
    if confirmed.is_none() {
        let space = Space::load(tx, &share.space)?;
        let persona = session.with_master(|master| space.persona(master))?;
        let statement = grants::revocation(id, &persona, now)?;
        let act = Act::Revoke { share: id.to_owned(), statement };
        act.save(tx, &Act::revoke_row(&share.space, id))?;
        carry::close_epochs(tx, &share.space, &share)?;
    }
    share.save(tx, id)?;
    Ok(())
}

/// Carries out what waits, as a job.
pub fn sync_as_job(session: &Session, job: &Job, share: Option<String>) {
    let outcome = sync(session, job, job.token());
    job.finish(outcome.map(|()| share));
}

/// Forgets why shares could not be carried out, so that the next [`sync`] tries them again.
///
/// # Errors
/// What the vault reports.
pub fn retry(session: &Session) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    for (id, mut share) in Share::all(&*tx)? {
        if share.problem.take().is_some() {
            share.save(&mut *tx, &id)?;
        }
    }
    Ok(tx.commit()?)
}
