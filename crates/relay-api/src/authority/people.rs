//! What the desk says about a person, and what the register answers.
//!
//! Times are seconds since 1970 UTC; ids are 32 lower-case hex digits chosen by the desk, so that a
//! repeated request finds what the first one did instead of doing it twice.

use serde::{Deserialize, Serialize};

/// A person as typed at the desk. The register validates and normalises it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonDraft {
    /// Given names, at most 100 characters; empty if the person has one name only.
    #[serde(default)]
    pub given_name: String,
    /// Family name, 1 to 100 characters.
    pub family_name: String,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub birth_date: String,
    /// As the person states it; absent when it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Telephone number, at most 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The clinic's own record number, at most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_number: Option<String>,
}

/// FHIR administrative gender.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// female
    Female,
    /// male
    Male,
    /// other
    Other,
    /// unknown
    Unknown,
}

/// Where a person stands. Every change is recorded with time and operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonState {
    /// In the register, identity not yet checked.
    Registered,
    /// A document was seen.
    IdentityChecked,
    /// A code was given out and not yet used.
    Invited,
    /// A device of the person holds a working enrolment key.
    Enrolled,
    /// Left; nothing works any more and nothing can be changed.
    Withdrawn,
}

/// Which kind of document was seen. Its number is never recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// Passport.
    Passport,
    /// National identity card.
    IdentityCard,
    /// Driving licence.
    DrivingLicence,
    /// Residence permit.
    ResidencePermit,
    /// The member of staff knows the person.
    KnownInPerson,
    /// Something else, described in the note.
    Other,
}

/// `POST /v1/desk/people`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterPerson {
    /// Chosen by the desk; the same id with the same draft is a retry.
    pub id: String,
    /// What was typed.
    pub person: PersonDraft,
}

/// `POST /v1/desk/people/{id}/correct`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectPerson {
    /// The revision the operator saw; another one in the register is a conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_revision: Option<u32>,
    /// The whole corrected entry.
    pub person: PersonDraft,
}

/// `POST /v1/desk/people/{id}/identity-check`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckIdentity {
    /// Chosen by the desk; the same id is a retry.
    pub check_id: String,
    /// What was seen.
    pub document: DocumentKind,
    /// At most 200 characters; more than four digits are refused (they would be a document's number).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A reason for withdrawing a person or removing a clinician, 1 to 200 characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Why.
    pub reason: String,
}

/// `POST /v1/desk/people/search`. A body, because names do not belong into addresses that get logged.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchPeople {
    /// Words of the name, a birth date or a record number; empty finds everyone.
    #[serde(default)]
    pub query: String,
    /// Only people in this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<PersonState>,
    /// Rows to skip.
    #[serde(default)]
    pub offset: u32,
    /// At most this many rows; 0 means the server's limit (200).
    #[serde(default)]
    pub limit: u32,
}

/// Answer of a search: newest change first.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleFound {
    /// How many match in all.
    pub total: u32,
    /// This page.
    pub people: Vec<PersonRow>,
}

/// `POST /v1/desk/people/similar`: who might be the same person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindSimilar {
    /// Given names as typed.
    #[serde(default)]
    pub given_name: String,
    /// Family name as typed.
    pub family_name: String,
    /// Birth date as far as known.
    pub birth_date: String,
    /// Leave this person out (while correcting).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub except: Option<String>,
}

/// One line of a list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    /// Register id.
    pub id: String,
    /// Given names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Birth date as far as known.
    pub birth_date: String,
    /// The clinic's record number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_number: Option<String>,
    /// State.
    pub state: PersonState,
    /// Last change.
    pub changed: u64,
    /// State of the newest invitation, if one was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<InvitationState>,
}

/// Everything the register holds about a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Register id.
    pub id: String,
    /// Counts corrections; starts at 1.
    pub revision: u32,
    /// The entry as it stands.
    pub person: PersonDraft,
    /// State.
    pub state: PersonState,
    /// When registered.
    pub registered: u64,
    /// When this state was reached.
    pub since: u64,
    /// Invitations, newest first.
    pub invitations: Vec<InvitationEntry>,
    /// What happened, oldest first.
    pub history: Vec<HistoryEntry>,
}

/// One recorded event.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When.
    pub at: u64,
    /// Name of the operator, or `None` for the person's own device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// What.
    pub event: Event,
}

/// What can happen to a person or clinician.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Event {
    /// Entered into the register.
    Registered,
    /// The entry was changed; this is how it read before.
    Corrected {
        /// The entry before.
        before: Box<PersonDraft>,
    },
    /// A document was seen.
    IdentityChecked {
        /// Which kind.
        document: DocumentKind,
        /// Note of the operator.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A code was issued.
    Invited {
        /// Until when it can be used.
        expires: u64,
    },
    /// The code was taken back before use.
    InvitationWithdrawn,
    /// Too many wrong guesses: the code no longer works.
    InvitationBurnt,
    /// The code was used; the device's key works from here on.
    Enrolled,
    /// A new code was asked for, so the earlier device no longer works here.
    DeviceStopped,
    /// The recovery kit put another device in the place of a lost one.
    DeviceReplaced,
    /// The person left through the app.
    Left,
    /// Left the register.
    Withdrawn {
        /// Why.
        reason: String,
    },
    /// A clinician was removed from the directory.
    Removed {
        /// Why.
        reason: String,
    },
}

/// An invitation as the desk sees it. Its code was shown once, when it was issued.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InvitationEntry {
    /// Its id.
    pub id: String,
    /// State.
    pub state: InvitationState,
    /// Issued at.
    pub issued: u64,
    /// Usable until.
    pub expires: u64,
    /// Used at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
    /// Wrong or unfinished attempts so far.
    pub attempts: u32,
}

/// State of an invitation now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvitationState {
    /// Can be used.
    Open,
    /// Used.
    Used,
    /// Ran out unused.
    Expired,
    /// Too many wrong guesses.
    Burnt,
    /// Taken back.
    Withdrawn,
}

/// `POST /v1/desk/people/{id}/invitation` and the two for clinicians: the invitation, shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedInvitation {
    /// `KEYWARD1:…`, the whole invitation; it holds the code.
    pub text: String,
    /// For whom, as registered.
    pub name: String,
    /// Whether an earlier device or certificate stopped working by this.
    pub replaces_device: bool,
}
