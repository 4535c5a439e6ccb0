//! What a right code leads to. Runs inside the transaction that marks the code used, so a crash leaves
//! either an unused code and nobody enrolled, or a used code and somebody enrolled.

use keyward_protocol::{
    certificate::{ClinicianDetails, ClinicianRequest, VerifiedClinicianRequest},
    keys::{Signature, VerifyingKey},
};
use keyward_relay_api::authority::{
    clinicians::ClinicianState,
    enrol::{EnrolAnswer, EnrolRefusal, EnrolRequest, EnrolledService, PROOF_LABEL},
    people::{Event, PersonState},
};
use sha2::{Digest as _, Sha256};

use crate::{
    Inner,
    register::{RegisterError, clinicians, people},
    store::{
        Tx,
        invitations::{Audience, InvitationRecord, Stage},
    },
};

/// A request whose proofs were checked.
enum Device {
    Patient { key: VerifyingKey, recovery: Option<[u8; 32]> },
    Clinician(Box<VerifiedClinicianRequest>),
}

impl Device {
    fn audience(&self) -> Audience {
        match self {
            Self::Patient { .. } => Audience::Patient,
            Self::Clinician(_) => Audience::Clinician,
        }
    }

    /// Hash over the device's keys: the same device may repeat its request after a crash.
    fn fingerprint(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        match self {
            Self::Patient { key, .. } => hash.update(key.to_bytes()),
            Self::Clinician(request) => {
                let keys = request.certificate(nothing_said(), 0, 0);
                hash.update(keys.verification.to_bytes());
                hash.update(keys.grant_key.to_bytes());
                hash.update(keys.mailbox.to_bytes());
            }
        }
        hash.finalize().into()
    }
}

/// Details for a certificate that is made only to look at the keys of a request.
fn nothing_said() -> ClinicianDetails {
    ClinicianDetails {
        name: String::new(),
        role: String::new(),
        organisation: String::new(),
        registration_number: None,
    }
}

/// Uses the invitation for the device that proved to know its code, or says why not.
/// `request` is `None` if what it sent could not be read.
pub(crate) fn accept(
    tx: &Tx<'_>,
    authority: &Inner,
    invitation: &[u8; 16],
    challenge: &[u8; 32],
    request: Option<&EnrolRequest>,
) -> Result<EnrolAnswer, RegisterError> {
    let refused = |reason| Ok(EnrolAnswer::Refused { reason });
    let mut invitation = tx.invitation(invitation)?.ok_or(RegisterError::NotFound)?;
    // The code was right: its holder's earlier attempts are not guesses.
    invitation.attempts = 0;
    tx.update_invitation(&invitation)?;
    let Some(device) = request.and_then(|request| check(authority, challenge, request)) else {
        return refused(EnrolRefusal::BadRequest);
    };
    if device.audience() != invitation.audience {
        return refused(EnrolRefusal::WrongPurpose);
    }
    let used_by = device.fingerprint();
    if let Some(reason) = unusable(tx, &invitation, &used_by) {
        return refused(reason);
    }
    let repeated = invitation.stage == Stage::Used;
    let outcome = match &device {
        Device::Patient { key, recovery } => {
            enrol_patient(tx, &invitation, key, recovery.as_ref(), repeated)?
        }
        Device::Clinician(request) => {
            enrol_clinician(tx, authority, &invitation, request, repeated)?
        }
    };
    let enrolled = match outcome {
        Ok(enrolled) => enrolled,
        Err(reason) => return refused(reason),
    };
    if !repeated {
        invitation.stage = Stage::Used;
        invitation.used = Some(tx.now);
        invitation.used_by = Some(used_by);
        tx.update_invitation(&invitation)?;
        tx.record(&invitation.subject, None, &Event::Enrolled)?;
    }
    Ok(enrolled.answer(authority.enrolled_service()))
}

/// Checks the proofs of a request; `None` if they do not hold.
fn check(authority: &Inner, challenge: &[u8; 32], request: &EnrolRequest) -> Option<Device> {
    match request {
        EnrolRequest::Patient { enrolment_key, proof, recovery_hash } => {
            let key = VerifyingKey::from_bytes(enrolment_key).ok()?;
            let signature = Signature::from_bytes(proof.as_slice().try_into().ok()?);
            key.verify(PROOF_LABEL, challenge, &signature).ok()?;
            let recovery: Option<[u8; 32]> = match recovery_hash {
                Some(hash) => Some(hash.as_slice().try_into().ok()?),
                None => None,
            };
            // A key that recovers itself recovers nothing.
            (recovery != Some(key.key_id())).then_some(Device::Patient { key, recovery })
        }
        EnrolRequest::Clinician { request } => {
            let service = authority.issuer.service();
            let verified = ClinicianRequest::verify(request, service, challenge).ok()?;
            Some(Device::Clinician(Box::new(verified)))
        }
    }
}

/// Why this invitation cannot be used now, if it cannot. A burnt one gets here only in the run of its last
/// attempt, which turned out right.
fn unusable(
    tx: &Tx<'_>,
    invitation: &InvitationRecord,
    used_by: &[u8; 32],
) -> Option<EnrolRefusal> {
    match invitation.stage {
        Stage::Withdrawn => Some(EnrolRefusal::Withdrawn),
        Stage::Used if invitation.used_by.as_ref() == Some(used_by) => None,
        Stage::Used => Some(EnrolRefusal::Used),
        Stage::Open | Stage::Burnt if tx.now >= invitation.expires => Some(EnrolRefusal::Expired),
        Stage::Open | Stage::Burnt => None,
    }
}

/// What came of it, before the service is added.
enum Enrolled {
    Patient(keyward_relay_api::authority::people::PersonDraft),
    Clinician(Vec<u8>),
}

impl Enrolled {
    fn answer(self, service: EnrolledService) -> EnrolAnswer {
        match self {
            Self::Patient(person) => EnrolAnswer::Patient { service, person },
            Self::Clinician(certificate) => EnrolAnswer::Clinician { service, certificate },
        }
    }
}

fn enrol_patient(
    tx: &Tx<'_>,
    invitation: &InvitationRecord,
    key: &VerifyingKey,
    recovery: Option<&[u8; 32]>,
    repeated: bool,
) -> Result<Result<Enrolled, EnrolRefusal>, RegisterError> {
    let key_id = key.key_id();
    let mut record = people::require(tx, &invitation.subject)?;
    let key = key.to_bytes();
    if repeated {
        // The same device again, unless the desk stopped it since.
        let current = record.enrolment_key == Some(key);
        return Ok(if current {
            Ok(Enrolled::Patient(record.person))
        } else {
            Err(EnrolRefusal::Used)
        });
    }
    if !is_current(tx, invitation, record.state == PersonState::Invited)? {
        return Ok(Err(EnrolRefusal::Withdrawn));
    }
    if tx.person_by_key(&key_id)?.is_some() || tx.replaced_key(&key_id)?.is_some() {
        return Ok(Err(EnrolRefusal::KeyTaken));
    }
    record.enrolment_key = Some(key);
    record.state = PersonState::Enrolled;
    record.since = tx.now;
    tx.put_person(&record)?;
    tx.forget_replaced_keys(&record.id)?;
    match recovery {
        Some(hash) => tx.put_recovery(&key_id, hash)?,
        None => tx.forget_stale_recoveries()?,
    }
    Ok(Ok(Enrolled::Patient(record.person)))
}

fn enrol_clinician(
    tx: &Tx<'_>,
    authority: &Inner,
    invitation: &InvitationRecord,
    request: &VerifiedClinicianRequest,
    repeated: bool,
) -> Result<Result<Enrolled, EnrolRefusal>, RegisterError> {
    let mut record = clinicians::require(tx, &invitation.subject)?;
    if repeated {
        let newest = tx.invitations(&invitation.subject)?.into_iter().next();
        let current = newest.is_some_and(|newest| newest.id == invitation.id);
        return Ok(match record.certificate {
            Some(certificate) if current => Ok(Enrolled::Clinician(certificate.bytes)),
            _ => Err(EnrolRefusal::Used),
        });
    }
    if !is_current(tx, invitation, record.state == ClinicianState::Invited)? {
        return Ok(Err(EnrolRefusal::Withdrawn));
    }
    let certificate = authority.issuer.clinician(request, &record.clinician, tx.clock)?;
    let bytes = certificate.bytes.clone();
    record.certificate = Some(certificate);
    record.state = ClinicianState::Enrolled;
    record.since = tx.now;
    tx.put_clinician(&record)?;
    Ok(Ok(Enrolled::Clinician(bytes)))
}

/// Whether the subject still waits for this very invitation and no other.
fn is_current(
    tx: &Tx<'_>,
    invitation: &InvitationRecord,
    waiting: bool,
) -> Result<bool, RegisterError> {
    let other =
        tx.open_invitation(&invitation.subject)?.is_some_and(|open| open.id != invitation.id);
    Ok(waiting && !other)
}
