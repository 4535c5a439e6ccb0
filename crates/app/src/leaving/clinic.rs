//! A desk leaves, and the clinic that runs on its computer ends with it.
//!
//! Such a clinic is on loopback only, so that whoever uses it has a profile on this very computer. While anybody does
//! it does not end: their shares, letters and backups lie at its relay, and afterwards nobody could delete
//! them for them and sign that. They leave first, or the desk withdraws them; or the clinic is handed over: the
//! desk's backup, brought back on this computer with its kit, gives it a new desk, and this one leaves with nothing
//! but itself.

use keyward_protocol::keys::VerifyingKey;

use super::delete;
use crate::desk::keys;
use crate::error::{AppError, ErrorCode};
use crate::ports::clinic::Register;
use crate::recovery::status;
use crate::session::Session;
use crate::views::common::Role;
use crate::views::recovery::{ClinicEnd, Forgotten};

/// The register of this desk's own clinic; empty for everybody else.
pub(super) fn register(session: &Session) -> Result<Register, AppError> {
    Ok(own(session)?.unwrap_or_default())
}

fn own(session: &Session) -> Result<Option<Register>, AppError> {
    match (session.profile().role, session.clinic()) {
        (Role::Desk, Some(clinic)) => clinic.register(&operator(session)?),
        _ => Ok(None),
    }
}

fn operator(session: &Session) -> Result<VerifyingKey, AppError> {
    Ok(session.with_master(keys::operator)?.verifying_key().clone())
}

/// What would end with this desk.
pub(super) fn view(session: &Session) -> Result<Option<ClinicEnd>, AppError> {
    let Some(register) = own(session)? else { return Ok(None) };
    let used = register.in_use();
    Ok(Some(ClinicEnd {
        people: register.people.len() as u64,
        patients: used.patients,
        doctors: used.doctors,
        invitations: used.invitations,
        backup: status::complete(session)?,
    }))
}

/// Ends the clinic, if it is this desk's. Noted first, so that a run that is killed anywhere is finished by the next
/// one, which says what the first would have said.
pub(super) fn end(session: &Session) -> Result<Forgotten, AppError> {
    let Some(clinic) = session.clinic() else { return Ok(Forgotten::Nothing) };
    let _turn = session.exchange_turn();
    let operator = operator(session)?;
    let begun = delete::is_begun(&*session.read()?)?;
    if !begun && clinic.register(&operator)?.is_none() {
        return Ok(Forgotten::Nothing);
    }
    if !begun {
        delete::note_clinic_ends(session, true)?;
    }
    match clinic.end(&operator) {
        Ok(_) => Ok(Forgotten::Deleted),
        Err(error) if error.code == ErrorCode::ClinicInUse => {
            delete::note_clinic_ends(session, false)?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}
