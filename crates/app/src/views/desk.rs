//! Views of a desk window.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::AppError;
use crate::ports::clock::UnixSeconds;

/// What the desk's first page shows.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct DeskHome {
    /// The clinic.
    pub clinic_name: String,
    /// The person at the desk.
    pub operator_name: String,
    /// The authority's key fingerprint in groups of four hex digits.
    pub fingerprint: Vec<String>,
    /// Relay and authority run only on this computer.
    pub this_computer_only: bool,
    /// People with something left to do, oldest first.
    pub queue: Vec<PersonRow>,
    /// People registered and not withdrawn.
    #[ts(type = "number")]
    pub people: u64,
    /// Clinicians certified now.
    #[ts(type = "number")]
    pub clinicians: u64,
    /// Why the authority could not be reached, if it could not.
    pub problem: Option<AppError>,
}

/// What is left to do for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum NextStep {
    /// Check the identity.
    CheckIdentity,
    /// Issue an invitation.
    Invite,
    /// Wait until the invitation is used.
    AwaitUse,
    /// The invitation expired, was burnt or withdrawn: issue another.
    InviteAgain,
    /// Nothing: the device is enrolled.
    Nothing,
}

/// State of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum InvitationState {
    /// Can be used.
    Open,
    /// Was used.
    Used,
    /// Its time is over.
    Expired,
    /// Too many wrong codes.
    Burnt,
    /// Withdrawn at the desk.
    Withdrawn,
}

/// A person in a list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct PersonRow {
    /// Id of the person in the clinic's register.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Birth date (YYYY-MM-DD).
    pub birth_date: String,
    /// What is left to do.
    pub next: NextStep,
    /// Whether a device is enrolled.
    pub enrolled: bool,
    /// Withdrawn from the register.
    pub withdrawn: bool,
    /// When anything last changed.
    #[ts(type = "number")]
    pub changed: UnixSeconds,
}

/// What the desk fills in for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct PersonDraft {
    /// Given names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Birth date (YYYY-MM-DD).
    pub birth_date: String,
    /// The clinic's own number, if it uses one.
    pub clinic_number: Option<String>,
    /// Telephone, if given.
    pub phone: Option<String>,
}

/// The kind of document an identity was checked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum IdentityDocument {
    /// Passport.
    Passport,
    /// Identity card.
    IdentityCard,
    /// Driving licence.
    DrivingLicence,
    /// Residence permit.
    ResidencePermit,
    /// Known to the clinic in person.
    KnownInPerson,
    /// Something else, named in the note.
    Other,
}

/// A recorded identity check.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct IdentityCheckView {
    /// With which document.
    pub document: IdentityDocument,
    /// A note.
    pub note: Option<String>,
    /// When.
    #[ts(type = "number")]
    pub at: UnixSeconds,
    /// By whom.
    pub by: String,
}

/// An invitation in a person's history (the code itself is shown once, when issued).
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct InvitationRow {
    /// Its id.
    pub id: String,
    /// State.
    pub state: InvitationState,
    /// When it was issued.
    #[ts(type = "number")]
    pub issued: UnixSeconds,
    /// When it expires or expired.
    #[ts(type = "number")]
    pub expires: UnixSeconds,
    /// When it was used.
    #[ts(type = "number | null")]
    pub used: Option<UnixSeconds>,
}

/// A person, opened.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct PersonView {
    /// As in lists.
    pub row: PersonRow,
    /// What was filled in.
    pub details: PersonDraft,
    /// Identity checks, newest first.
    pub checks: Vec<IdentityCheckView>,
    /// Invitations, newest first.
    pub invitations: Vec<InvitationRow>,
    /// When the person was registered.
    #[ts(type = "number")]
    pub registered: UnixSeconds,
    /// Why the person was withdrawn, if so.
    pub withdrawn_reason: Option<String>,
}

/// What the desk fills in for a clinician.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct ClinicianDraft {
    /// Name with title, as patients will read it.
    pub name: String,
    /// Role.
    pub role: String,
    /// Organisation.
    pub organisation: String,
    /// Registration number, if any.
    pub registration_number: Option<String>,
}

/// State of a clinician.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum ClinicianState {
    /// Invited, not yet enrolled.
    Invited,
    /// The invitation expired or was burnt.
    InvitationOver,
    /// Certified.
    Certified,
    /// Removed.
    Removed,
}

/// A clinician in the desk's list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct ClinicianRow {
    /// Id in the register.
    pub id: String,
    /// What was filled in.
    pub details: ClinicianDraft,
    /// State.
    pub state: ClinicianState,
    /// Hash of the certificate in groups of four hex digits, once certified.
    pub fingerprint: Option<Vec<String>>,
    /// When the certificate ends, once certified.
    #[ts(type = "number | null")]
    pub valid_until: Option<UnixSeconds>,
    /// When anything last changed.
    #[ts(type = "number")]
    pub changed: UnixSeconds,
}
