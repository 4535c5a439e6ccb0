//! From what was pasted, typed or scanned to an invitation that may be accepted.

use keyward_protocol::invitation::{Code, Entry, Invitation, InvitationError, Purpose};
use keyward_protocol::keys::VerifyingKey;

use super::before::Before;
use super::purpose_of;
use crate::error::{AppError, ErrorCode};
use crate::ports::authority::{Authority, AuthorityError, AuthorityStatus};
use crate::ports::relay::ServiceAddress;
use crate::session::Session;
use crate::views::common::{InvitationPreview, InvitationPurpose};

/// Longest text looked at: an invitation has at most 600 characters, line breaks of a mail not counted.
const MAX_TEXT: usize = 4096;
/// Where a code alone is taken to: the clinic on this computer.
pub(super) const AUTHORITY_HERE: &str = "this-computer:authority";

/// An invitation whose clinic answered and is the one it names.
pub(super) struct Met {
    pub(super) code: Code,
    pub(super) purpose: Purpose,
    pub(super) authority_url: String,
    /// Relay and authority run only on the computer that made the invitation.
    pub(super) this_computer_only: bool,
    pub(super) status: AuthorityStatus,
    pub(super) key: VerifyingKey,
    pub(super) channel: Box<dyn Authority>,
}

/// What an invitation says, without accepting it. Asks the clinic only for a code typed alone.
///
/// # Errors
/// [`ErrorCode::AlreadyEnrolled`] (for a restored profile that waits for its clinic only if the invitation is
/// of that one), the `Invitation…` codes, and for a code alone what reaching the clinic on this computer
/// ends with.
pub fn read(session: &Session, text: &str) -> Result<InvitationPreview, AppError> {
    let (entry, purpose) = entry(session, text)?;
    let tx = session.read()?;
    let before = Before::of(&*tx)?;
    drop(tx);
    match entry {
        Entry::Full(invitation) => {
            let fingerprint = invitation.authority_fingerprint;
            Ok(InvitationPreview {
                purpose: shown(purpose),
                fingerprint: groups(&fingerprint),
                expires: invitation.expires,
                this_computer_only: invitation.this_computer_only,
                leaves: before.leaves(session, &fingerprint)?,
                clinic_name: invitation.clinic_name,
            })
        }
        Entry::Code(code) => {
            let met = meet(session, Entry::Code(code), purpose)?;
            let fingerprint = keyward_protocol::invitation::fingerprint(&met.key);
            Ok(InvitationPreview {
                leaves: before.leaves(session, &fingerprint)?,
                clinic_name: met.status.clinic_name,
                purpose: shown(purpose),
                fingerprint: groups(&fingerprint),
                // A code does not tell; the clinic says so when it is used.
                expires: 0,
                this_computer_only: true,
            })
        }
    }
}

/// Reads the text and refuses what this profile cannot accept now.
pub(super) fn entry(session: &Session, text: &str) -> Result<(Entry, Purpose), AppError> {
    // Refused before anything is looked at, and nobody is asked.
    Before::of(&*session.read()?)?;
    let purpose = purpose_of(session.profile().role).ok_or(ErrorCode::NotAllowed)?;
    if text.len() > MAX_TEXT {
        return Err(AppError::new(ErrorCode::InvitationUnreadable).with("reason", "too-long"));
    }
    let entry = Entry::parse(text).map_err(|error| unreadable(&error))?;
    if let Entry::Full(invitation) = &entry {
        invitation.check(session.now(), purpose).map_err(|error| unreadable(&error))?;
    }
    Ok((entry, purpose))
}

/// Reaches the clinic of an invitation and makes sure that it is the one.
pub(super) fn meet(session: &Session, entry: Entry, purpose: Purpose) -> Result<Met, AppError> {
    let (code, authority_url, fingerprint, only_here) = match entry {
        Entry::Full(known) => {
            let known: Invitation = *known;
            let pinned = Some(known.authority_fingerprint);
            (known.code, known.authority_url, pinned, known.this_computer_only)
        }
        Entry::Code(code) => (code, AUTHORITY_HERE.to_owned(), None, true),
    };
    // Before the clinic is known nothing is signed, so no service id is needed.
    let at = ServiceAddress::unknown(&authority_url);
    let channel = session.network().authority(&at, None).map_err(|error| match error {
        AuthorityError::Unreachable(_) if fingerprint.is_none() => {
            ErrorCode::InvitationNeedsWhole.into()
        }
        AuthorityError::Unreachable(_) if only_here => ErrorCode::InvitationOtherComputer.into(),
        other => AppError::from(other),
    })?;
    let status = channel.status()?;
    let key = VerifyingKey::from_bytes(&status.authority_key)
        .map_err(|_| AppError::new(ErrorCode::AuthorityMisbehaves))?;
    if fingerprint.is_some_and(|pinned| pinned != keyward_protocol::invitation::fingerprint(&key)) {
        // On this computer another clinic answers: the invitation is from another computer. Anywhere else
        // somebody stands in the clinic's place.
        return Err(if only_here {
            ErrorCode::InvitationOtherComputer.into()
        } else {
            ErrorCode::InvitationImpostor.into()
        });
    }
    Ok(Met { code, purpose, authority_url, this_computer_only: only_here, status, key, channel })
}

fn unreadable(error: &InvitationError) -> AppError {
    match error.code() {
        "invitation-expired" => ErrorCode::InvitationExpired.into(),
        "invitation-wrong-purpose" => ErrorCode::InvitationOtherPurpose.into(),
        "decode-unknown-version" => ErrorCode::InvitationNewer.into(),
        "code-check" => ErrorCode::InvitationTypo.into(),
        reason => AppError::new(ErrorCode::InvitationUnreadable).with("reason", reason),
    }
}

fn shown(purpose: Purpose) -> InvitationPurpose {
    match purpose {
        Purpose::Patient => InvitationPurpose::Patient,
        Purpose::Clinician => InvitationPurpose::Clinician,
    }
}

fn groups(bytes: &[u8]) -> Vec<String> {
    bytes.chunks(2).map(hex::encode).collect()
}
