//! Clinicians at the desk: enrol, invite again, remove.

use keyward_relay_api::authority::clinicians as wire;
use keyward_relay_api::authority::fields::reason as checked_reason;
use keyward_relay_api::authority::people::{InvitationState, Reason};

use super::people::unlocked;
use super::{DeskAuthority, field_error, fresh_id, groups, invitation, refusal};
use crate::error::{AppError, ErrorCode};
use crate::session::Session;
use crate::views::common::InvitationView;
use crate::views::desk::{ClinicianDraft, ClinicianRow, ClinicianState};

/// Every clinician, by name.
///
/// # Errors
/// What the authority answers.
pub fn list(
    session: &Session,
    authority: &dyn DeskAuthority,
) -> Result<Vec<ClinicianRow>, AppError> {
    unlocked(session)?;
    let all = authority.clinicians().map_err(|error| refusal(error, ErrorCode::Conflict))?;
    Ok(all.clinicians.into_iter().map(row).collect())
}

/// Enters a clinician and issues her invitation.
///
/// # Errors
/// [`ErrorCode::Field`] for a field that cannot be taken, and what the authority answers.
pub fn enrol(
    session: &Session,
    authority: &dyn DeskAuthority,
    draft: &ClinicianDraft,
) -> Result<InvitationView, AppError> {
    unlocked(session)?;
    let clinician = wire::ClinicianDraft {
        name: draft.name.clone(),
        role: draft.role.clone(),
        organisation: draft.organisation.clone(),
        registration_number: draft.registration_number.clone(),
    }
    .checked()
    .map_err(field_error)?;
    let body = wire::EnrolClinician { id: fresh_id(session), clinician };
    let issued =
        authority.enrol_clinician(&body).map_err(|error| refusal(error, ErrorCode::Conflict))?;
    invitation::view(issued)
}

/// Issues another invitation; the certificate she had, if any, stops counting at once.
///
/// # Errors
/// [`ErrorCode::Conflict`] if she was removed, and what the authority answers.
pub fn reinvite(
    session: &Session,
    authority: &dyn DeskAuthority,
    id: &str,
) -> Result<InvitationView, AppError> {
    unlocked(session)?;
    let issued =
        authority.reinvite_clinician(id).map_err(|error| refusal(error, ErrorCode::Conflict))?;
    invitation::view(issued)
}

/// Removes a clinician: relay and patients refuse her certificate from now on.
///
/// # Errors
/// [`ErrorCode::Field`] for the reason, and what the authority answers.
pub fn remove(
    session: &Session,
    authority: &dyn DeskAuthority,
    id: &str,
    reason: &str,
) -> Result<ClinicianRow, AppError> {
    unlocked(session)?;
    let body = Reason { reason: checked_reason(reason).map_err(field_error)? };
    let removed = authority
        .remove_clinician(id, &body)
        .map_err(|error| refusal(error, ErrorCode::Conflict))?;
    Ok(row(removed))
}

fn row(clinician: wire::Clinician) -> ClinicianRow {
    let newest = clinician.invitations.first().map(|invitation| invitation.state);
    ClinicianRow {
        id: clinician.id,
        details: ClinicianDraft {
            name: clinician.clinician.name,
            role: clinician.clinician.role,
            organisation: clinician.clinician.organisation,
            registration_number: clinician.clinician.registration_number,
        },
        state: match clinician.state {
            wire::ClinicianState::Invited if newest == Some(InvitationState::Open) => {
                ClinicianState::Invited
            }
            wire::ClinicianState::Invited => ClinicianState::InvitationOver,
            wire::ClinicianState::Enrolled => ClinicianState::Certified,
            wire::ClinicianState::Removed => ClinicianState::Removed,
        },
        fingerprint: clinician.certificate.map(|hash| groups(hash.as_bytes())),
        valid_until: clinician.valid_until,
        changed: clinician.history.last().map_or(clinician.since, |entry| entry.at),
    }
}
