//! The first page of a doctor: who shares with her.

use crate::credential;
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::Transaction;
use crate::recovery::renew;
use crate::session::Session;
use crate::views::common::{ReachView, Role};
use crate::views::doctor::DoctorHome;

use super::own::{self, Standing, StandingRow};
use super::rows::ShareRow;
use super::sync::LastSync;
use super::time;

/// Who shares, newest first. Works without a network and before an invitation was accepted.
///
/// # Errors
/// [`ErrorCode::Locked`], what the vault reports.
pub fn home(session: &Session) -> Result<DoctorHome, AppError> {
    let tx = session.read()?;
    let Some(enrolment) = Enrolment::load(&*tx)? else {
        return Ok(DoctorHome {
            enrolled: false,
            doctor: None,
            rejoin: false,
            shares: Vec::new(),
            last_sync: None,
            problem: None,
            warnings: Vec::new(),
        });
    };
    let now = time::effective(&*tx, session.now())?;
    let standing = StandingRow::load(&*tx)?.standing;
    let certificate = enrolment.clinician()?;
    let reach = reach_of(&*tx, &enrolment, now)?;
    let mut rows = ShareRow::load_all(&*tx)?;
    rows.sort_by_key(|(id, row)| (std::cmp::Reverse(row.arrived()), *id));
    Ok(DoctorHome {
        enrolled: true,
        doctor: Some(own::view(&certificate, &enrolment.clinic_name, standing)),
        rejoin: needs_clinic(&*tx)?,
        shares: rows.iter().map(|(id, row)| row.view(id, &enrolment, now)).collect(),
        last_sync: reach.last_sync,
        problem: reach.problem,
        warnings: credential::warnings(&*tx, Role::Doctor)?,
    })
}

/// Whether only a new invitation helps: her keys are lost, or the clinic has stopped them.
///
/// # Errors
/// What the vault reports.
pub(crate) fn needs_clinic(tx: &(impl Transaction + ?Sized)) -> Result<bool, AppError> {
    Ok(renew::needs_desk(tx)? || StandingRow::load(tx)?.standing == Standing::Removed)
}

/// How the last exchange went, as [`home`] tells it. Reads only what is stored.
///
/// # Errors
/// [`ErrorCode::Locked`], [`ErrorCode::NotEnrolled`], what the vault reports.
pub fn reach(session: &Session) -> Result<ReachView, AppError> {
    let tx = session.read()?;
    let enrolment = Enrolment::require(&*tx)?;
    reach_of(&*tx, &enrolment, time::effective(&*tx, session.now())?)
}

/// Her own standing comes before what the exchange met with.
fn reach_of(
    tx: &(impl Transaction + ?Sized),
    enrolment: &Enrolment,
    now: UnixSeconds,
) -> Result<ReachView, AppError> {
    let last = LastSync::load(tx)?;
    if renew::needs_desk(tx)? {
        // Said in its own words, with the way out of it.
        return Ok(ReachView { last_sync: last.reached, problem: None });
    }
    let problem = match StandingRow::load(tx)?.standing {
        Standing::Removed => Some(ErrorCode::SelfRemoved.into()),
        Standing::Replaced => Some(ErrorCode::DoctorKeyChanged.into()),
        Standing::Certified if now >= enrolment.clinician()?.valid_until => {
            Some(ErrorCode::DoctorCertificateEnds.into())
        }
        Standing::Certified => last.problem,
    };
    Ok(ReachView { last_sync: last.reached, problem })
}
