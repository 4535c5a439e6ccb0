//! What must hold before a share is made. The window checks the same to help; this decides.

use std::collections::BTreeSet;

use keyward_protocol::certificate::VerifiedClinician;

use crate::error::{AppError, ErrorCode};
use crate::ports::clock::UnixSeconds;
use crate::views::patient::ShareDraft;

/// The farthest end of a share.
const LONGEST: UnixSeconds = 2 * 366 * 86_400;

/// Checks a draft.
///
/// # Errors
/// [`ErrorCode::NothingChosen`] and those of [`check_end`].
pub(super) fn check(
    draft: &ShareDraft,
    doctor: &VerifiedClinician,
    now: UnixSeconds,
) -> Result<(), AppError> {
    let distinct: BTreeSet<_> = draft.categories.iter().collect();
    if distinct.is_empty() || distinct.len() != draft.categories.len() {
        return Err(ErrorCode::NothingChosen.into());
    }
    check_end(draft.until, doctor, now)
}

/// Checks an end.
///
/// # Errors
/// [`ErrorCode::EndInPast`], [`ErrorCode::EndTooFar`], [`ErrorCode::DoctorCertificateEnds`].
pub(super) fn check_end(
    until: UnixSeconds,
    doctor: &VerifiedClinician,
    now: UnixSeconds,
) -> Result<(), AppError> {
    if until <= now {
        return Err(ErrorCode::EndInPast.into());
    }
    if until > now.saturating_add(LONGEST) {
        return Err(ErrorCode::EndTooFar.into());
    }
    if until > doctor.valid_until {
        let error = AppError::new(ErrorCode::DoctorCertificateEnds);
        return Err(error.with("until", doctor.valid_until.to_string()));
    }
    Ok(())
}
