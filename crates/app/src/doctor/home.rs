//! The first page of a doctor: who shares with her.

use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::session::Session;
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
            shares: Vec::new(),
            last_sync: None,
            problem: None,
        });
    };
    let now = time::effective(&*tx, session.now())?;
    let standing = StandingRow::load(&*tx)?.standing;
    let certificate = enrolment.clinician()?;
    let mut rows = ShareRow::load_all(&*tx)?;
    rows.sort_by_key(|(id, row)| (std::cmp::Reverse(row.arrived()), *id));
    let last = LastSync::load(&*tx)?;
    let problem = match standing {
        Standing::Removed => Some(ErrorCode::SelfRemoved.into()),
        Standing::Replaced => Some(ErrorCode::DoctorKeyChanged.into()),
        Standing::Certified if now >= certificate.valid_until => {
            Some(ErrorCode::DoctorCertificateEnds.into())
        }
        Standing::Certified => last.problem,
    };
    Ok(DoctorHome {
        enrolled: true,
        doctor: Some(own::view(&certificate, &enrolment.clinic_name, standing)),
        shares: rows.iter().map(|(id, row)| row.view(id, &enrolment, now)).collect(),
        last_sync: last.reached,
        problem,
    })
}
