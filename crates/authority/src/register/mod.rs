//! The rules of the register: who may become what, and what is recorded when.
//!
//! ```text
//! registered → identity checked → invited → enrolled
//!                     ▲              │  ▲       │
//!                     └── withdrawn ─┘  └───────┘ invited again: the earlier device stops
//!                         invitation
//! every state → withdrawn (final)
//! ```

pub(crate) mod clinicians;
pub(crate) mod devices;
pub(crate) mod people;
#[cfg(test)]
mod tests;

use keyward_relay_api::authority::{
    fields::FieldError,
    people::{InvitationEntry, InvitationState},
};

use crate::store::{
    StoreError, Tx,
    invitations::{InvitationRecord, Stage},
    people::SubjectId,
};

/// Why the register refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegisterError {
    /// No such person or clinician.
    #[error("not in the register")]
    NotFound,
    /// A field cannot be taken.
    #[error("a field cannot be taken: {0}")]
    Field(#[from] FieldError),
    /// Not possible in the present state.
    #[error("not possible in the present state")]
    WrongState,
    /// The entry was changed meanwhile, or an id is already used for something else.
    #[error("the entry was changed meanwhile")]
    Conflict,
    /// A bound is reached.
    #[error("there is no more room for this")]
    Full,
    /// A certificate request or a key in it does not verify.
    #[error("the request does not verify")]
    BadRequest,
    /// An end could not be noted in the journal of ends.
    #[error("an end could not be noted in the journal")]
    Journal,
    /// A replacement does not verify, or is not by the registered recovery key.
    #[error("the replacement does not verify")]
    BadReplacement,
    /// A later replacement of the same key holds; its time.
    #[error("a later replacement holds")]
    StaleReplacement(u64),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A signature or certificate could not be made.
    #[error("a certificate could not be made")]
    Issuing,
}

/// Operator on whose order something happens, by configured name.
pub(crate) type OperatorName<'a> = &'a str;

/// 32 lower-case hex digits as an id.
pub(crate) fn parse_id(text: &str) -> Option<SubjectId> {
    if text.len() != 32 {
        return None;
    }
    let mut id = [0u8; 16];
    for (byte, pair) in id.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |c: u8| match c {
            b'0'..=b'9' => Some(c - b'0'),
            b'a'..=b'f' => Some(c - b'a' + 10),
            _ => None,
        };
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(id)
}

/// An id as 32 lower-case hex digits.
pub(crate) fn show_id(id: &SubjectId) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// State of an invitation at `now`.
pub(crate) fn invitation_state(invitation: &InvitationRecord, now: u64) -> InvitationState {
    match invitation.stage {
        Stage::Open if now >= invitation.expires => InvitationState::Expired,
        Stage::Open => InvitationState::Open,
        Stage::Used => InvitationState::Used,
        Stage::Burnt => InvitationState::Burnt,
        Stage::Withdrawn => InvitationState::Withdrawn,
    }
}

/// The invitations of a person or clinician as the desk sees them, newest first.
fn invitation_entries(
    tx: &Tx<'_>,
    subject: &SubjectId,
) -> Result<Vec<InvitationEntry>, StoreError> {
    Ok(tx
        .invitations(subject)?
        .iter()
        .map(|invitation| InvitationEntry {
            id: show_id(&invitation.id),
            state: invitation_state(invitation, tx.now),
            issued: invitation.issued,
            expires: invitation.expires,
            used: invitation.used,
            attempts: invitation.attempts,
        })
        .collect())
}

/// Takes back the open invitation, if there is one; true if there was.
pub(crate) fn withdraw_open_invitation(
    tx: &Tx<'_>,
    subject: &SubjectId,
) -> Result<bool, StoreError> {
    let Some(mut invitation) = tx.open_invitation(subject)? else { return Ok(false) };
    invitation.stage = Stage::Withdrawn;
    tx.update_invitation(&invitation)?;
    Ok(true)
}
