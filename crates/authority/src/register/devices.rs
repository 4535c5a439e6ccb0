//! A person's device: which recovery key may replace it, its replacement, and leaving (SPEC §25).

use keyward_protocol::{
    keys::VerifyingKey,
    statement::{EnrolmentReplacement, ForgetStatement, Kept, Signed},
};
use keyward_relay_api::authority::people::{Event, PersonState};
use sha2::{Digest as _, Sha256};

use super::{RegisterError, clinicians, withdraw_open_invitation};
use crate::{
    issuer::Issuer,
    store::{
        Tx,
        people::{PersonRecord, SubjectId},
        recovery::ReplacedKey,
    },
};

/// What the clinic keeps of somebody who left: that she was registered, that somebody looked at a
/// document, and what was done with the entry. Phone number, device key, codes and counts go.
const KEPT: Kept = Kept::REGISTER_ENTRY.and(Kept::IDENTITY_CHECKS).and(Kept::HISTORY);

/// The same of a clinician: nobody looked at a document of hers here.
const KEPT_OF_CLINICIAN: Kept = Kept::REGISTER_ENTRY.and(Kept::HISTORY);

/// How far in the future a statement's time may lie; a later one would outlast every honest one.
const AHEAD: u64 = keyward_protocol::request::WINDOW_SECONDS;

/// The person whose enrolled device has this key.
fn enrolled(tx: &Tx<'_>, key_id: &[u8; 32]) -> Result<Option<PersonRecord>, RegisterError> {
    let person = tx.person_by_key(key_id)?;
    Ok(person.filter(|person| person.state == PersonState::Enrolled))
}

/// Notes which recovery key may replace an enrolment key.
pub(crate) fn set_recovery(
    tx: &Tx<'_>,
    enrolment: &VerifyingKey,
    hash: &[u8; 32],
) -> Result<u64, RegisterError> {
    // Looked up again in this transaction: the key may have been stopped since it was checked.
    enrolled(tx, &enrolment.key_id())?.ok_or(RegisterError::NotFound)?;
    if *hash == enrolment.key_id() {
        return Err(RegisterError::BadRequest);
    }
    tx.put_recovery(&enrolment.key_id(), hash)?;
    Ok(tx.now)
}

/// What a replacement did.
pub(crate) struct Replaced {
    /// Since when the old key is refused.
    pub(crate) at: u64,
    /// The keys that no longer count.
    pub(crate) ended: Vec<[u8; 32]>,
}

/// Puts a new enrolment key in the place of a lost one.
pub(crate) fn replace(
    tx: &Tx<'_>,
    issuer: &Issuer,
    bytes: &[u8],
    signed: Signed<EnrolmentReplacement>,
) -> Result<Replaced, RegisterError> {
    let old = signed.unverified().enrolment;
    let replaced = tx.replaced_key(&old)?;
    let registered = match &replaced {
        Some(replaced) => replaced.hash,
        None => tx.recovery(&old)?.ok_or(RegisterError::NotFound)?,
    };
    let statement = EnrolmentReplacement::verify(signed, issuer.service(), &registered)
        .map_err(|_| RegisterError::BadReplacement)?;
    if let Some(at) = tx.done(bytes)? {
        return Ok(Replaced { at, ended: Vec::new() });
    }
    if statement.replaced_at > tx.clock.saturating_add(AHEAD) {
        return Err(RegisterError::BadReplacement);
    }
    let mut person = match &replaced {
        Some(replaced) if statement.replaced_at <= replaced.time => {
            return Err(RegisterError::StaleReplacement(replaced.time));
        }
        // Restored before, and lost again: whoever continues it now is replaced.
        Some(replaced) => tx.person(&replaced.person)?,
        None => enrolled(tx, &old)?,
    }
    .filter(|person| person.state == PersonState::Enrolled)
    .ok_or(RegisterError::NotFound)?;
    let successor = statement.successor.key_id();
    if tx.person_by_key(&successor)?.is_some() || tx.replaced_key(&successor)?.is_some() {
        return Err(RegisterError::Conflict);
    }
    let line = ReplacedKey { person: person.id, hash: registered, time: statement.replaced_at };
    tx.put_replaced_key(&old, &line)?;
    // Not only the key it names: one that continued it until now is over as well.
    let current = person.enrolment_key.map(|key| Sha256::digest(key).into());
    let ended = current.into_iter().chain([old]).collect();
    person.enrolment_key = Some(statement.successor.to_bytes());
    tx.put_person(&person)?;
    tx.put_recovery(&successor, &statement.successor_recovery)?;
    tx.put_done(bytes)?;
    tx.record(&person.id, None, &Event::DeviceReplaced)?;
    Ok(Replaced { at: tx.now, ended })
}

/// What leaving did.
pub(crate) struct Gone {
    /// Since when.
    pub(crate) at: u64,
    /// Which person, unless it was a clinician or done before.
    pub(crate) person: Option<SubjectId>,
    /// What is kept.
    pub(crate) kept: Kept,
}

/// Lets a person or a clinician go on her own wish: `enrolment` is the key of her device, or of her certificate.
pub(crate) fn leave(
    tx: &Tx<'_>,
    issuer: &Issuer,
    enrolment: &VerifyingKey,
    bytes: &[u8],
    signed: Signed<ForgetStatement>,
) -> Result<Gone, RegisterError> {
    ForgetStatement::verify(signed, issuer.service(), enrolment)
        .map_err(|_| RegisterError::BadRequest)?;
    if let Some(at) = tx.done(bytes)? {
        return Ok(Gone { at, person: None, kept: KEPT });
    }
    // Marked apart, so that a retry is told the same.
    let of_clinician = [b"clinician/".as_slice(), bytes].concat();
    if let Some(at) = tx.done(&of_clinician)? {
        return Ok(Gone { at, person: None, kept: KEPT_OF_CLINICIAN });
    }
    let Some(person) = enrolled(tx, &enrolment.key_id())? else {
        clinicians::leave(tx, issuer, enrolment)?;
        tx.put_done(&of_clinician)?;
        return Ok(Gone { at: tx.now, person: None, kept: KEPT_OF_CLINICIAN });
    };
    let id = person.id;
    let_go(tx, person)?;
    tx.put_done(bytes)?;
    Ok(Gone { at: tx.now, person: Some(id), kept: KEPT })
}

/// Withdraws somebody who left, and erases what only served her use of the app.
pub(crate) fn let_go(tx: &Tx<'_>, mut person: PersonRecord) -> Result<(), RegisterError> {
    if withdraw_open_invitation(tx, &person.id)? {
        tx.record(&person.id, None, &Event::InvitationWithdrawn)?;
    }
    person.state = PersonState::Withdrawn;
    person.since = tx.now;
    person.enrolment_key = None;
    person.person.phone = None;
    tx.put_person(&person)?;
    tx.forget_stale_recoveries()?;
    tx.forget_replaced_keys(&person.id)?;
    tx.forget_use(&person.id)?;
    tx.record(&person.id, None, &Event::Left)?;
    Ok(())
}
