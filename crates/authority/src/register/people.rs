//! People: registering, correcting, checking identity, withdrawing, finding.

use keyward_relay_api::authority::{
    fields::{identity_note, name_words, reason},
    people::{
        CheckIdentity, CorrectPerson, Event, FindSimilar, PeopleFound, Person, PersonDraft,
        PersonRow, PersonState, Reason, RegisterPerson, SearchPeople,
    },
};

use super::{
    OperatorName, RegisterError, invitation_entries, parse_id, show_id, withdraw_open_invitation,
};
use crate::store::{
    StoreError, Tx,
    people::{PersonRecord, SubjectId},
};

/// Longest page of a list.
const PAGE: u32 = 200;
/// Longest search text, in characters.
const QUERY: usize = 200;

/// The person with this id.
pub(crate) fn require(tx: &Tx<'_>, id: &SubjectId) -> Result<PersonRecord, RegisterError> {
    tx.person(id)?.ok_or(RegisterError::NotFound)
}

/// Everything about a person.
pub(crate) fn view(tx: &Tx<'_>, record: PersonRecord) -> Result<Person, RegisterError> {
    Ok(Person {
        id: show_id(&record.id),
        revision: record.revision,
        invitations: invitation_entries(tx, &record.id)?,
        history: tx.history(&record.id)?,
        person: record.person,
        state: record.state,
        registered: record.registered,
        since: record.since,
    })
}

/// Enters a person. The same id with the same draft is a retry and finds what the first one made.
pub(crate) fn register(
    tx: &Tx<'_>,
    operator: OperatorName<'_>,
    request: &RegisterPerson,
) -> Result<Person, RegisterError> {
    let id = parse_id(&request.id).ok_or(RegisterError::BadRequest)?;
    let person = request.person.checked(tx.now)?;
    if let Some(known) = tx.person(&id)? {
        if known.person != person || known.revision != 1 {
            return Err(RegisterError::Conflict);
        }
        return view(tx, known);
    }
    if tx.clinician(&id)?.is_some() {
        return Err(RegisterError::Conflict);
    }
    let record = PersonRecord {
        id,
        revision: 1,
        person,
        state: PersonState::Registered,
        registered: tx.now,
        since: tx.now,
        changed: tx.now,
        enrolment_key: None,
    };
    tx.put_person(&record)?;
    tx.record(&id, Some(operator), &Event::Registered)?;
    view(tx, record)
}

/// Changes the entry; how it read before stays in the history. Correcting to the same is no change.
pub(crate) fn correct(
    tx: &Tx<'_>,
    operator: OperatorName<'_>,
    id: &SubjectId,
    request: &CorrectPerson,
) -> Result<Person, RegisterError> {
    let mut record = require(tx, id)?;
    refuse_withdrawn(&record)?;
    let person = request.person.checked(tx.now)?;
    if person == record.person {
        return view(tx, record);
    }
    if request.seen_revision.is_some_and(|seen| seen != record.revision) {
        return Err(RegisterError::Conflict);
    }
    let before = Box::new(std::mem::replace(&mut record.person, person));
    record.revision = record.revision.checked_add(1).ok_or(RegisterError::Full)?;
    tx.put_person(&record)?;
    tx.record(id, Some(operator), &Event::Corrected { before })?;
    view(tx, record)
}

/// Records that a document was seen. The same check id again is a retry.
pub(crate) fn check_identity(
    tx: &Tx<'_>,
    operator: OperatorName<'_>,
    id: &SubjectId,
    request: &CheckIdentity,
) -> Result<Person, RegisterError> {
    let mut record = require(tx, id)?;
    let check = parse_id(&request.check_id).ok_or(RegisterError::BadRequest)?;
    match tx.event_subject(&check)? {
        Some(subject) if subject == *id => return view(tx, record),
        Some(_) => return Err(RegisterError::Conflict),
        None => {}
    }
    refuse_withdrawn(&record)?;
    let note = identity_note(request.note.as_deref())?;
    if record.state == PersonState::Registered {
        record.state = PersonState::IdentityChecked;
        record.since = tx.now;
    }
    tx.put_person(&record)?;
    let event = Event::IdentityChecked { document: request.document, note };
    tx.record_as(&check, id, Some(operator), &event)?;
    view(tx, record)
}

/// Takes back the invitation before it is used.
pub(crate) fn withdraw_invitation(
    tx: &Tx<'_>,
    operator: OperatorName<'_>,
    id: &SubjectId,
) -> Result<Person, RegisterError> {
    let mut record = require(tx, id)?;
    if record.state != PersonState::Invited {
        return Err(RegisterError::WrongState);
    }
    withdraw_open_invitation(tx, id)?;
    record.state = PersonState::IdentityChecked;
    record.since = tx.now;
    tx.put_person(&record)?;
    tx.record(id, Some(operator), &Event::InvitationWithdrawn)?;
    view(tx, record)
}

/// Withdraws a person: code and device key stop working. Withdrawing twice is a retry.
pub(crate) fn withdraw(
    tx: &Tx<'_>,
    operator: OperatorName<'_>,
    id: &SubjectId,
    request: &Reason,
) -> Result<Person, RegisterError> {
    let mut record = require(tx, id)?;
    if record.state == PersonState::Withdrawn {
        return view(tx, record);
    }
    let reason = reason(&request.reason)?;
    if withdraw_open_invitation(tx, id)? {
        tx.record(id, Some(operator), &Event::InvitationWithdrawn)?;
    }
    record.state = PersonState::Withdrawn;
    record.since = tx.now;
    record.enrolment_key = None;
    tx.put_person(&record)?;
    tx.record(id, Some(operator), &Event::Withdrawn { reason })?;
    view(tx, record)
}

/// Finds people by words of the name, a birth date or a record number.
pub(crate) fn search(tx: &Tx<'_>, request: &SearchPeople) -> Result<PeopleFound, RegisterError> {
    let query: String = request.query.trim().chars().take(QUERY).collect();
    let words = name_words(&query);
    let found: Vec<PersonRecord> = tx
        .people(request.state)?
        .into_iter()
        .filter(|record| matches(&record.person, &query, &words))
        .collect();
    page(tx, &found, request.offset, request.limit)
}

/// Who may be the same person; withdrawn people included, because they may come back.
pub(crate) fn similar(tx: &Tx<'_>, request: &FindSimilar) -> Result<PeopleFound, RegisterError> {
    let wanted = PersonDraft {
        given_name: request.given_name.clone(),
        family_name: request.family_name.clone(),
        birth_date: request.birth_date.clone(),
        sex: None,
        phone: None,
        record_number: None,
    }
    .checked(tx.now)?;
    let except = request.except.as_deref().and_then(parse_id);
    let found: Vec<PersonRecord> = tx
        .people(None)?
        .into_iter()
        .filter(|record| Some(record.id) != except && record.person.may_be(&wanted))
        .collect();
    page(tx, &found, 0, PAGE)
}

fn refuse_withdrawn(record: &PersonRecord) -> Result<(), RegisterError> {
    match record.state {
        PersonState::Withdrawn => Err(RegisterError::WrongState),
        _ => Ok(()),
    }
}

/// Every word of the query begins a word of the name, or the query is the birth date or record number.
fn matches(person: &PersonDraft, query: &str, words: &[String]) -> bool {
    let name = name_words(&person.full_name());
    words.iter().all(|word| name.iter().any(|part| part.starts_with(word.as_str())))
        || person.birth_date.starts_with(query)
        || person.record_number.as_deref().is_some_and(|number| number.eq_ignore_ascii_case(query))
}

fn page(
    tx: &Tx<'_>,
    found: &[PersonRecord],
    offset: u32,
    limit: u32,
) -> Result<PeopleFound, RegisterError> {
    let limit = if limit == 0 { PAGE } else { limit.min(PAGE) };
    let people = found
        .iter()
        .skip(offset as usize)
        .take(limit as usize)
        .map(|record| row(tx, record))
        .collect::<Result<_, _>>()?;
    Ok(PeopleFound { total: u32::try_from(found.len()).unwrap_or(u32::MAX), people })
}

fn row(tx: &Tx<'_>, record: &PersonRecord) -> Result<PersonRow, StoreError> {
    let newest = invitation_entries(tx, &record.id)?.into_iter().next();
    Ok(PersonRow {
        id: show_id(&record.id),
        given_name: record.person.given_name.clone(),
        family_name: record.person.family_name.clone(),
        birth_date: record.person.birth_date.clone(),
        record_number: record.person.record_number.clone(),
        state: record.state,
        changed: record.changed,
        invitation: newest.map(|invitation| invitation.state),
    })
}
