//! People at the desk: find, register, correct, check identity, invite, withdraw.

use keyward_relay_api::authority::fields::{identity_note, reason as checked_reason};
use keyward_relay_api::authority::people as wire;
use keyward_relay_api::authority::people::{Event, PersonState};

use super::{DeskAuthority, field_error, fresh_id, invitation, refusal};
use crate::error::{AppError, ErrorCode};
use crate::ports::authority::AuthorityError;
use crate::session::Session;
use crate::views::common::InvitationView;
use crate::views::desk::{
    IdentityCheckView, IdentityDocument, InvitationRow, InvitationState, NextStep, PersonDraft,
    PersonRow, PersonView,
};

/// People whose name, birth date or number matches; everyone for an empty query. Newest change first.
///
/// # Errors
/// What the authority answers.
pub fn list(
    session: &Session,
    authority: &dyn DeskAuthority,
    query: &str,
) -> Result<Vec<PersonRow>, AppError> {
    unlocked(session)?;
    let search = wire::SearchPeople { query: query.to_owned(), ..wire::SearchPeople::default() };
    let found = authority.search(&search).map_err(|error| refusal(error, ErrorCode::Conflict))?;
    Ok(found.people.iter().map(row).collect())
}

/// One person.
///
/// # Errors
/// [`ErrorCode::NotFound`], and what the authority answers.
pub fn open(
    session: &Session,
    authority: &dyn DeskAuthority,
    id: &str,
) -> Result<PersonView, AppError> {
    unlocked(session)?;
    Ok(view(authority.person(id).map_err(|error| refusal(error, ErrorCode::Conflict))?))
}

/// People who may be the one being registered: asked on the check-answers page, the operator decides.
///
/// # Errors
/// [`ErrorCode::Field`] for a field that cannot be taken, and what the authority answers.
pub fn similar(
    session: &Session,
    authority: &dyn DeskAuthority,
    draft: &PersonDraft,
) -> Result<Vec<PersonRow>, AppError> {
    unlocked(session)?;
    let draft = checked(session, draft)?;
    let find = wire::FindSimilar {
        given_name: draft.given_name,
        family_name: draft.family_name,
        birth_date: draft.birth_date,
        except: None,
    };
    let found = authority.similar(&find).map_err(|error| refusal(error, ErrorCode::Conflict))?;
    Ok(found.people.iter().map(row).collect())
}

/// Enters a person whose answers were checked.
///
/// # Errors
/// [`ErrorCode::Field`] for a field that cannot be taken, and what the authority answers.
pub fn register(
    session: &Session,
    authority: &dyn DeskAuthority,
    draft: &PersonDraft,
) -> Result<PersonView, AppError> {
    unlocked(session)?;
    let body = wire::RegisterPerson { id: fresh_id(session), person: checked(session, draft)? };
    Ok(view(authority.register(&body).map_err(|error| refusal(error, ErrorCode::Conflict))?))
}

/// Corrects an entry; how it read before stays in the register's history.
///
/// # Errors
/// [`ErrorCode::Field`], [`ErrorCode::PersonWithdrawn`], [`ErrorCode::Conflict`] if somebody else corrected
/// it meanwhile, and what else the authority answers.
pub fn correct(
    session: &Session,
    authority: &dyn DeskAuthority,
    id: &str,
    draft: &PersonDraft,
) -> Result<PersonView, AppError> {
    unlocked(session)?;
    let mut person = checked(session, draft)?;
    let withdrawn = |error| refusal(error, ErrorCode::PersonWithdrawn);
    let known = authority.person(id).map_err(withdrawn)?;
    // The form has no field for it, so it stays as it is.
    person.sex = known.person.sex;
    let body = wire::CorrectPerson { seen_revision: Some(known.revision), person };
    Ok(view(authority.correct(id, &body).map_err(withdrawn)?))
}

/// Records that a document was seen; never its number.
///
/// # Errors
/// [`ErrorCode::Field`] for the note, [`ErrorCode::PersonWithdrawn`], and what the authority answers.
pub fn check_identity(
    session: &Session,
    authority: &dyn DeskAuthority,
    id: &str,
    document: IdentityDocument,
    note: Option<&str>,
) -> Result<PersonView, AppError> {
    unlocked(session)?;
    let note = identity_note(note).map_err(field_error)?;
    if document == IdentityDocument::Other && note.is_none() {
        return Err(AppError::field("note", "missing"));
    }
    let body =
        wire::CheckIdentity { check_id: fresh_id(session), document: to_kind(document), note };
    let checked = authority
        .check_identity(id, &body)
        .map_err(|error| refusal(error, ErrorCode::PersonWithdrawn))?;
    Ok(view(checked))
}

/// Issues an invitation; one issued before, and a device it enrolled, stop working.
///
/// # Errors
/// [`ErrorCode::IdentityUnchecked`], [`ErrorCode::PersonWithdrawn`], and what the authority answers.
pub fn invite(
    session: &Session,
    authority: &dyn DeskAuthority,
    id: &str,
) -> Result<InvitationView, AppError> {
    unlocked(session)?;
    match authority.invite(id) {
        Ok(issued) => invitation::view(issued),
        Err(error) => Err(why_not_invited(authority, id, error)),
    }
}

fn why_not_invited(authority: &dyn DeskAuthority, id: &str, error: AuthorityError) -> AppError {
    let state = match authority.person(id).map(|person| person.state) {
        Ok(PersonState::Registered) => ErrorCode::IdentityUnchecked,
        Ok(PersonState::Withdrawn) => ErrorCode::PersonWithdrawn,
        _ => ErrorCode::Conflict,
    };
    refusal(error, state)
}

/// Takes an unused invitation back.
///
/// # Errors
/// [`ErrorCode::Conflict`] if it was used meanwhile, and what the authority answers.
pub fn withdraw_invitation(
    session: &Session,
    authority: &dyn DeskAuthority,
    id: &str,
) -> Result<PersonView, AppError> {
    unlocked(session)?;
    let person =
        authority.withdraw_invitation(id).map_err(|error| refusal(error, ErrorCode::Conflict))?;
    Ok(view(person))
}

/// Withdraws a person: code and device stop working; the entry stays, readable.
///
/// # Errors
/// [`ErrorCode::Field`] for the reason, and what the authority answers.
pub fn withdraw(
    session: &Session,
    authority: &dyn DeskAuthority,
    id: &str,
    reason: &str,
) -> Result<PersonView, AppError> {
    unlocked(session)?;
    let body = wire::Reason { reason: checked_reason(reason).map_err(field_error)? };
    let person = authority
        .withdraw_person(id, &body)
        .map_err(|error| refusal(error, ErrorCode::Conflict))?;
    Ok(view(person))
}

/// A locked desk shows nothing, although the register would still answer its key.
pub(super) fn unlocked(session: &Session) -> Result<(), AppError> {
    drop(session.read()?);
    Ok(())
}

fn checked(session: &Session, draft: &PersonDraft) -> Result<wire::PersonDraft, AppError> {
    wire::PersonDraft {
        given_name: draft.given_name.clone(),
        family_name: draft.family_name.clone(),
        birth_date: draft.birth_date.clone(),
        sex: None,
        phone: draft.phone.clone(),
        record_number: draft.clinic_number.clone(),
    }
    .checked(session.now())
    .map_err(field_error)
}

/// A person in a list.
pub(super) fn row(person: &wire::PersonRow) -> PersonRow {
    PersonRow {
        id: person.id.clone(),
        name: format!("{} {}", person.given_name, person.family_name).trim().to_owned(),
        birth_date: person.birth_date.clone(),
        next: next(person.state, person.invitation),
        enrolled: person.state == PersonState::Enrolled,
        withdrawn: person.state == PersonState::Withdrawn,
        changed: person.changed,
    }
}

fn next(state: PersonState, newest: Option<wire::InvitationState>) -> NextStep {
    match state {
        PersonState::Registered => NextStep::CheckIdentity,
        PersonState::IdentityChecked if newest.is_some() => NextStep::InviteAgain,
        PersonState::IdentityChecked => NextStep::Invite,
        PersonState::Invited if newest == Some(wire::InvitationState::Open) => NextStep::AwaitUse,
        PersonState::Invited => NextStep::InviteAgain,
        PersonState::Enrolled | PersonState::Withdrawn => NextStep::Nothing,
    }
}

fn view(person: wire::Person) -> PersonView {
    let changed = person.history.last().map_or(person.since, |entry| entry.at);
    let row = PersonRow {
        id: person.id,
        name: person.person.full_name(),
        birth_date: person.person.birth_date.clone(),
        next: next(person.state, person.invitations.first().map(|newest| newest.state)),
        enrolled: person.state == PersonState::Enrolled,
        withdrawn: person.state == PersonState::Withdrawn,
        changed,
    };
    let mut checks = Vec::new();
    let mut withdrawn_reason = None;
    for entry in person.history.into_iter().rev() {
        match entry.event {
            Event::IdentityChecked { document, note } => checks.push(IdentityCheckView {
                document: from_kind(document),
                note,
                at: entry.at,
                by: entry.operator.unwrap_or_default(),
            }),
            Event::Withdrawn { reason } => withdrawn_reason = Some(reason),
            _ => {}
        }
    }
    PersonView {
        row,
        details: PersonDraft {
            given_name: person.person.given_name,
            family_name: person.person.family_name,
            birth_date: person.person.birth_date,
            clinic_number: person.person.record_number,
            phone: person.person.phone,
        },
        checks,
        invitations: person.invitations.into_iter().map(invitation_row).collect(),
        registered: person.registered,
        withdrawn_reason,
    }
}

fn invitation_row(entry: wire::InvitationEntry) -> InvitationRow {
    InvitationRow {
        id: entry.id,
        state: match entry.state {
            wire::InvitationState::Open => InvitationState::Open,
            wire::InvitationState::Used => InvitationState::Used,
            wire::InvitationState::Expired => InvitationState::Expired,
            wire::InvitationState::Burnt => InvitationState::Burnt,
            wire::InvitationState::Withdrawn => InvitationState::Withdrawn,
        },
        issued: entry.issued,
        expires: entry.expires,
        used: entry.used,
    }
}

fn to_kind(document: IdentityDocument) -> wire::DocumentKind {
    match document {
        IdentityDocument::Passport => wire::DocumentKind::Passport,
        IdentityDocument::IdentityCard => wire::DocumentKind::IdentityCard,
        IdentityDocument::DrivingLicence => wire::DocumentKind::DrivingLicence,
        IdentityDocument::ResidencePermit => wire::DocumentKind::ResidencePermit,
        IdentityDocument::KnownInPerson => wire::DocumentKind::KnownInPerson,
        IdentityDocument::Other => wire::DocumentKind::Other,
    }
}

fn from_kind(document: wire::DocumentKind) -> IdentityDocument {
    match document {
        wire::DocumentKind::Passport => IdentityDocument::Passport,
        wire::DocumentKind::IdentityCard => IdentityDocument::IdentityCard,
        wire::DocumentKind::DrivingLicence => IdentityDocument::DrivingLicence,
        wire::DocumentKind::ResidencePermit => IdentityDocument::ResidencePermit,
        wire::DocumentKind::KnownInPerson => IdentityDocument::KnownInPerson,
        wire::DocumentKind::Other => IdentityDocument::Other,
    }
}
