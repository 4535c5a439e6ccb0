//! One exchange with relay and clinic.

use keyward_protocol::ids::GrantId;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, ErrorCode};
use crate::failure::Failure;
use crate::leaving;
use crate::ports::clock::UnixSeconds;
use crate::ports::relay::{Relay, RelayError};
use crate::ports::vault::{Collection, Transaction};
use crate::recovery::renew;
use crate::session::Session;
use crate::store;
use crate::views::doctor::DoctorSync;

use super::mailbox;
use super::own::{Own, Standing, StandingRow};
use super::rows::ShareRow;
use super::{shares, time};

/// The row of [`LastSync`] in [`Collection::Settings`].
pub(crate) const LAST: &str = "doctor/last-sync";

/// How the last exchange went.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LastSync {
    /// When the relay was last reached.
    pub(super) reached: Option<UnixSeconds>,
    /// Why the last exchange did not work, if it did not.
    pub(super) problem: Option<AppError>,
}

impl LastSync {
    pub(super) fn load(tx: &(impl Transaction + ?Sized)) -> Result<Self, AppError> {
        Ok(store::load(tx, Collection::Settings, LAST)?.unwrap_or_default())
    }
}

/// Fetches letters, states and new records, and erases the copies of what is over. Safe to repeat
/// and to interrupt anywhere: what was stored before stays, the rest comes again. While the relay
/// is out of reach, shares whose time is over end all the same.
///
/// # Errors
/// [`ErrorCode::NotEnrolled`], [`ErrorCode::Locked`], [`ErrorCode::SelfRemoved`], what relay and
/// vault report. Whatever it is, it is remembered for [`super::home`].
pub fn sync(session: &Session) -> Result<DoctorSync, AppError> {
    let _turn = session.exchange_turn();
    if leaving::is_begun(&*session.read()?)? {
        return Err(ErrorCode::LeavingBegun.into());
    }
    // The keys of the stored certificate are not on this computer: there is nobody to ask as.
    if renew::needs_desk(&*session.read()?)? {
        return Err(ErrorCode::NotEnrolled.into());
    }
    let own = Own::load(session)?;
    let mut done = DoctorSync::default();
    let outcome = exchange(session, &own, &mut done);
    let problem = match outcome {
        Ok(()) => None,
        Err(failure) => Some(settle(session, failure, &mut done)?),
    };
    remember(session, problem.clone())?;
    match problem {
        None => Ok(done),
        // What ended is told in any case: an open chart must close.
        Some(_) if !done.ended.is_empty() => Ok(done),
        Some(problem) => Err(problem),
    }
}

/// What follows from a failure before it is told.
fn settle(
    session: &Session,
    failure: Failure,
    done: &mut DoctorSync,
) -> Result<AppError, AppError> {
    if let Failure::Relay(error) = &failure
        && shares::is_removed(error)
    {
        done.end(shares::end_all(session)?);
        return Ok(ErrorCode::SelfRemoved.into());
    }
    let now = time::observe(session, session.now())?;
    done.end(shares::end_expired(session, now)?);
    Ok(failure.into())
}

fn exchange(session: &Session, own: &Own, done: &mut DoctorSync) -> Result<(), Failure> {
    check_standing(session, own, done)?;
    let signer = std::sync::Arc::clone(&own.keys.signing);
    let relay = session.network().relay(&own.enrolment.relay(), signer)?;
    let relay = &*relay;
    let local = session.now();
    let now = time::learn(session, relay.status()?.time, local)?;
    relay.present_clinician(own.certificate.raw())?;
    done.new_shares += mailbox::collect(session, own, relay, now)?;
    let listed = relay.grants()?;
    let revisions: Vec<_> =
        listed.iter().map(|summary| (summary.grant_id, summary.revision)).collect();
    done.new_shares += mailbox::ask_again(session, own, relay, &revisions, now)?;
    done.end(shares::learn_states(session, &listed, now)?);
    update_all(session, own, relay, now, done)
}

/// What the clinic says comes first, over a connection of its own; out of reach, it does not keep
/// the doctor from her patients (the relay refuses removed doctors itself).
fn check_standing(session: &Session, own: &Own, done: &mut DoctorSync) -> Result<(), Failure> {
    let Ok(authority) = session.network().authority(&own.enrolment.authority(), None) else {
        return Ok(());
    };
    let Ok(directory) = authority.clinicians() else { return Ok(()) };
    let before = StandingRow::load(&*session.read()?)?;
    let mut row = before;
    row.learn(own, &directory, session.now())?;
    if (row.standing, row.sequence) != (before.standing, before.sequence) {
        let mut tx = session.begin()?;
        row.save(&mut *tx)?;
        tx.commit().map_err(AppError::from)?;
        session.changed();
    }
    if row.standing == Standing::Removed {
        done.end(shares::end_all(session)?);
        return Err(AppError::new(ErrorCode::SelfRemoved).into());
    }
    Ok(())
}

/// One share after another; what goes wrong with one does not keep the others from being updated.
fn update_all(
    session: &Session,
    own: &Own,
    relay: &dyn Relay,
    now: UnixSeconds,
    done: &mut DoctorSync,
) -> Result<(), Failure> {
    let mut first = None;
    let rows = ShareRow::load_all(&*session.read()?)?;
    for (id, row) in rows.iter().filter(|(_, row)| row.is_live(now)) {
        if session.closed().is_cancelled() {
            return Err(AppError::new(ErrorCode::Locked).into());
        }
        // Not before its time.
        if row.begins() > now {
            continue;
        }
        match shares::update(session, own, relay, id) {
            Ok(brought) => done.add(id, brought.records, brought.alarms, brought.ended),
            Err(Failure::Relay(error)) if ends_all(&error) => return Err(error.into()),
            Err(failure) => first = first.or(Some(failure)),
        }
    }
    first.map_or(Ok(()), Err)
}

/// Whether trying the next share is of no use.
fn ends_all(error: &RelayError) -> bool {
    error.is_passing() || shares::is_removed(error)
}

fn remember(session: &Session, problem: Option<AppError>) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    let reached = match problem {
        None => Some(session.now()),
        Some(_) => LastSync::load(&*tx)?.reached,
    };
    store::save(&mut *tx, Collection::Settings, LAST, &LastSync { reached, problem })?;
    tx.commit()?;
    session.changed();
    Ok(())
}

impl DoctorSync {
    fn end(&mut self, ended: Vec<GrantId>) {
        for id in ended {
            let id = id.to_string();
            if !self.ended.contains(&id) {
                self.ended.push(id);
            }
        }
    }

    fn add(&mut self, id: &GrantId, records: u64, alarms: u64, ended: bool) {
        self.new_records += records;
        self.alarms += alarms;
        if ended {
            self.end(vec![*id]);
        }
    }
}
