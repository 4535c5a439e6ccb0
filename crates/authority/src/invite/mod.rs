//! Invitations: issuing a code, and what a right code leads to.
//!
//! A code is shown once, inside the answer that issued it. The store keeps its handle and, sealed, the
//! secret CPace needs. Issuing another withdraws the earlier and stops the device it had enrolled.

pub(crate) mod accept;
pub(crate) mod exchange;
pub(crate) mod limit;

use keyward_protocol::invitation::{Code, Invitation, Purpose, fingerprint};
use keyward_relay_api::authority::{
    clinicians::ClinicianState,
    people::{Event, IssuedInvitation, PersonState},
    status::Scope,
};

use crate::{
    issuer::Issuer,
    register::{OperatorName, RegisterError, clinicians, people, withdraw_open_invitation},
    store::{
        StoreError, Tx,
        invitations::{Audience, InvitationRecord, Stage},
        people::SubjectId,
        random_id, rng,
    },
};

const DAY: u64 = 86_400;
/// How long after its end a code is still recognised, so that its holder is told that it ended.
const REMEMBERED: u64 = 30 * DAY;
/// Draws before giving up finding an unused handle; with half of all handles taken, 2⁻⁶⁴.
const DRAWS: u32 = 64;

/// What an invitation says besides its code.
#[derive(Clone)]
pub(crate) struct Letterhead {
    pub(crate) clinic_name: String,
    pub(crate) authority_url: String,
    pub(crate) relay_url: String,
    pub(crate) scope: Scope,
    /// Seconds a patient's invitation can be used.
    pub(crate) patient_seconds: u64,
    /// Seconds a clinician's invitation can be used.
    pub(crate) clinician_seconds: u64,
}

impl Letterhead {
    /// Whether invitations with this head can be issued: better known when opening than at the desk.
    pub(crate) fn check(&self, issuer: &Issuer) -> Result<(), StoreError> {
        let sample = self.invitation(issuer, Audience::Patient, Code::generate(&mut rng()), 0);
        sample.to_text().map(drop).map_err(|_| StoreError::Letterhead)
    }

    fn invitation(
        &self,
        issuer: &Issuer,
        audience: Audience,
        code: Code,
        expires: u64,
    ) -> Invitation {
        Invitation {
            purpose: purpose(audience),
            code,
            authority_url: self.authority_url.clone(),
            relay_url: self.relay_url.clone(),
            authority_fingerprint: fingerprint(issuer.verifying_key()),
            clinic_name: self.clinic_name.clone(),
            expires,
            this_computer_only: self.scope == Scope::ThisComputer,
        }
    }
}

/// Issues an invitation to a person whose identity was checked.
pub(crate) fn person(
    tx: &Tx<'_>,
    issuer: &Issuer,
    letterhead: &Letterhead,
    operator: OperatorName<'_>,
    id: &SubjectId,
) -> Result<IssuedInvitation, RegisterError> {
    let mut record = people::require(tx, id)?;
    let replaces_device = match record.state {
        PersonState::IdentityChecked | PersonState::Invited => false,
        PersonState::Enrolled => true,
        PersonState::Registered | PersonState::Withdrawn => return Err(RegisterError::WrongState),
    };
    replace_open(tx, operator, id)?;
    if replaces_device {
        tx.record(id, Some(operator), &Event::DeviceStopped)?;
    }
    record.enrolment_key = None;
    record.state = PersonState::Invited;
    record.since = tx.now;
    tx.put_person(&record)?;
    let expires = tx.now + letterhead.patient_seconds;
    let text = issue(tx, issuer, letterhead, id, Audience::Patient, expires)?;
    tx.record(id, Some(operator), &Event::Invited { expires })?;
    Ok(IssuedInvitation { text, name: record.person.full_name(), replaces_device })
}

/// Issues an invitation to a clinician; a certificate she had is put on the removed list.
pub(crate) fn clinician(
    tx: &Tx<'_>,
    issuer: &Issuer,
    letterhead: &Letterhead,
    operator: OperatorName<'_>,
    id: &SubjectId,
) -> Result<IssuedInvitation, RegisterError> {
    let mut record = clinicians::require(tx, id)?;
    if record.state == ClinicianState::Removed {
        return Err(RegisterError::WrongState);
    }
    replace_open(tx, operator, id)?;
    let replaces_device = clinicians::stop_certificate(tx, &mut record)?;
    if replaces_device {
        tx.record(id, Some(operator), &Event::DeviceStopped)?;
        record.state = ClinicianState::Invited;
        record.since = tx.now;
    }
    tx.put_clinician(&record)?;
    let expires = tx.now + letterhead.clinician_seconds;
    let text = issue(tx, issuer, letterhead, id, Audience::Clinician, expires)?;
    tx.record(id, Some(operator), &Event::Invited { expires })?;
    Ok(IssuedInvitation { text, name: record.clinician.name, replaces_device })
}

fn replace_open(
    tx: &Tx<'_>,
    operator: OperatorName<'_>,
    id: &SubjectId,
) -> Result<(), RegisterError> {
    if withdraw_open_invitation(tx, id)? {
        tx.record(id, Some(operator), &Event::InvitationWithdrawn)?;
    }
    Ok(())
}

fn issue(
    tx: &Tx<'_>,
    issuer: &Issuer,
    letterhead: &Letterhead,
    subject: &SubjectId,
    audience: Audience,
    expires: u64,
) -> Result<String, RegisterError> {
    tx.forget_codes(tx.now.saturating_sub(REMEMBERED))?;
    let code = unused_code(tx)?;
    let invitation = InvitationRecord {
        id: random_id()?,
        subject: *subject,
        audience,
        issued: tx.now,
        expires,
        attempts: 0,
        stage: Stage::Open,
        used: None,
        used_by: None,
    };
    tx.insert_invitation(&invitation, code.handle().number(), code.secret().to_bytes().as_slice())?;
    letterhead
        .invitation(issuer, audience, code, expires)
        .to_text()
        .map(|text| text.to_string())
        .map_err(|_| RegisterError::Issuing)
}

fn unused_code(tx: &Tx<'_>) -> Result<Code, RegisterError> {
    for _ in 0..DRAWS {
        let code = Code::generate(&mut rng());
        if !tx.handle_taken(code.handle().number())? {
            return Ok(code);
        }
    }
    Err(RegisterError::Full)
}

/// The protocol's name for an audience.
pub(crate) fn purpose(audience: Audience) -> Purpose {
    match audience {
        Audience::Patient => Purpose::Patient,
        Audience::Clinician => Purpose::Clinician,
    }
}
