//! Clinicians: entering, removing, listing.

use keyward_protocol::{
    certificate::ClinicianCertificate, ids::CertificateHash, keys::VerifyingKey,
};
use keyward_relay_api::authority::{
    clinicians::{Clinician, ClinicianState, EnrolClinician},
    fields::reason,
    people::{Event, Reason},
};

use super::{
    OperatorName, RegisterError, invitation_entries, parse_id, show_id, withdraw_open_invitation,
};
use crate::{
    issuer::Issuer,
    store::{Tx, clinicians::ClinicianRecord, people::SubjectId},
};

/// The clinician with this id.
pub(crate) fn require(tx: &Tx<'_>, id: &SubjectId) -> Result<ClinicianRecord, RegisterError> {
    tx.clinician(id)?.ok_or(RegisterError::NotFound)
}

/// Everything about a clinician.
pub(crate) fn view(
    tx: &Tx<'_>,
    issuer: &Issuer,
    record: ClinicianRecord,
) -> Result<Clinician, RegisterError> {
    let valid_until = record.certificate.as_ref().and_then(|certificate| {
        let authorities = [issuer.verifying_key().clone()];
        ClinicianCertificate::verify_signature_only(&certificate.bytes, &authorities)
            .ok()
            .map(|verified| verified.valid_until)
    });
    Ok(Clinician {
        id: show_id(&record.id),
        invitations: invitation_entries(tx, &record.id)?,
        history: tx.history(&record.id)?,
        certificate: record
            .certificate
            .map(|certificate| CertificateHash::from_bytes(certificate.hash)),
        valid_until,
        clinician: record.clinician,
        state: record.state,
        registered: record.registered,
        since: record.since,
    })
}

/// Enters a clinician. The same id with the same draft is a retry.
pub(crate) fn enter(
    tx: &Tx<'_>,
    operator: OperatorName<'_>,
    request: &EnrolClinician,
) -> Result<SubjectId, RegisterError> {
    let id = parse_id(&request.id).ok_or(RegisterError::BadRequest)?;
    let clinician = request.clinician.checked()?;
    if let Some(known) = tx.clinician(&id)? {
        let unchanged = known.clinician == clinician && known.state == ClinicianState::Invited;
        return if unchanged { Ok(id) } else { Err(RegisterError::Conflict) };
    }
    if tx.person(&id)?.is_some() {
        return Err(RegisterError::Conflict);
    }
    tx.put_clinician(&ClinicianRecord {
        id,
        clinician,
        state: ClinicianState::Invited,
        registered: tx.now,
        since: tx.now,
        certificate: None,
    })?;
    tx.record(&id, Some(operator), &Event::Registered)?;
    Ok(id)
}

/// Puts the certificate that counts now, if any, on the removed list; true if there was one.
pub(crate) fn stop_certificate(
    tx: &Tx<'_>,
    record: &mut ClinicianRecord,
) -> Result<bool, RegisterError> {
    let Some(certificate) = record.certificate.take() else { return Ok(false) };
    tx.remove_certificate(&certificate.hash)?;
    Ok(true)
}

/// Removes a clinician: code and certificate stop working. Removing twice is a retry.
pub(crate) fn remove(
    tx: &Tx<'_>,
    issuer: &Issuer,
    operator: OperatorName<'_>,
    id: &SubjectId,
    request: &Reason,
) -> Result<Clinician, RegisterError> {
    let mut record = require(tx, id)?;
    if record.state == ClinicianState::Removed {
        return view(tx, issuer, record);
    }
    let reason = reason(&request.reason)?;
    if withdraw_open_invitation(tx, id)? {
        tx.record(id, Some(operator), &Event::InvitationWithdrawn)?;
    }
    stop_certificate(tx, &mut record)?;
    record.state = ClinicianState::Removed;
    record.since = tx.now;
    tx.put_clinician(&record)?;
    tx.record(id, Some(operator), &Event::Removed { reason })?;
    view(tx, issuer, record)
}

/// Lets a clinician go on her own wish, told by the key of the certificate that counts now.
pub(crate) fn leave(tx: &Tx<'_>, issuer: &Issuer, key: &VerifyingKey) -> Result<(), RegisterError> {
    let authorities = [issuer.verifying_key().clone()];
    let is_hers = |record: &ClinicianRecord| {
        record.certificate.as_ref().is_some_and(|certificate| {
            ClinicianCertificate::verify_signature_only(&certificate.bytes, &authorities)
                .is_ok_and(|verified| verified.verification == *key)
        })
    };
    let mut record = tx.clinicians()?.into_iter().find(is_hers).ok_or(RegisterError::NotFound)?;
    if withdraw_open_invitation(tx, &record.id)? {
        tx.record(&record.id, None, &Event::InvitationWithdrawn)?;
    }
    stop_certificate(tx, &mut record)?;
    record.state = ClinicianState::Removed;
    record.since = tx.now;
    tx.put_clinician(&record)?;
    Ok(tx.record(&record.id, None, &Event::Left)?)
}

/// Every clinician, by name.
pub(crate) fn all(tx: &Tx<'_>, issuer: &Issuer) -> Result<Vec<Clinician>, RegisterError> {
    let mut all: Vec<Clinician> = tx
        .clinicians()?
        .into_iter()
        .map(|record| view(tx, issuer, record))
        .collect::<Result<_, _>>()?;
    all.sort_by(|a, b| a.clinician.name.cmp(&b.clinician.name).then(a.id.cmp(&b.id)));
    Ok(all)
}
