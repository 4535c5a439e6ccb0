//! The FHIR `Consent` a share stands for. It travels inside ciphertext and stands on the receipt.

use keyward_protocol::certificate::VerifiedClinician;
use keyward_records::consent::{Draft, Purpose as ConsentPurpose, Recipient, Status};

use super::book::Share;
use crate::error::{AppError, ErrorCode};
use crate::ports::clock::UnixSeconds;
use crate::views::patient::Purpose;

/// The consent document, compact JSON: for a patient called like this, through this clinic.
///
/// # Errors
/// [`ErrorCode::Internal`] if it cannot be written.
pub(super) fn document(
    id: &str,
    share: &Share,
    doctor: &VerifiedClinician,
    patient: &str,
    clinic: &str,
    active: bool,
) -> Result<String, AppError> {
    let draft = Draft {
        id: id.to_owned(),
        status: if active { Status::Active } else { Status::Inactive },
        patient: patient.to_owned(),
        agreed: instant(share.created)?,
        organization: clinic.to_owned(),
        recipient: Recipient {
            name: doctor.name.clone(),
            role: doctor.role.clone(),
            organization: doctor.organisation.clone(),
            certificate: doctor.hash().to_string(),
        },
        purpose: purpose(share.purpose),
        from: instant(share.created)?,
        until: instant(share.until)?,
        categories: share.categories.clone(),
        data_period: None,
    };
    let bytes = draft.build().map_err(|_| ErrorCode::Internal)?;
    String::from_utf8(bytes).map_err(|_| ErrorCode::Internal.into())
}

/// The same document as it is read.
///
/// # Errors
/// [`ErrorCode::Internal`] if it is none.
pub(super) fn pretty(compact: &str) -> Result<String, AppError> {
    serde_json::from_str::<serde_json::Value>(compact)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .map_err(|_| ErrorCode::Internal.into())
}

fn instant(at: UnixSeconds) -> Result<String, AppError> {
    let seconds = i64::try_from(at).map_err(|_| ErrorCode::Internal)?;
    let moment = jiff::Timestamp::from_second(seconds).map_err(|_| ErrorCode::Internal)?;
    Ok(moment.to_string())
}

const fn purpose(purpose: Purpose) -> ConsentPurpose {
    match purpose {
        Purpose::Treatment => ConsentPurpose::Treatment,
        Purpose::Payment => ConsentPurpose::Payment,
        Purpose::Operations => ConsentPurpose::Operations,
        Purpose::Research => ConsentPurpose::Research,
        Purpose::EmergencyTreatment => ConsentPurpose::Emergency,
    }
}
