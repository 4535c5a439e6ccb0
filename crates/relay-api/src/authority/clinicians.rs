//! What the desk says about a clinician.

use keyward_protocol::ids::CertificateHash;
use serde::{Deserialize, Serialize};

use super::people::{HistoryEntry, InvitationEntry};

/// A clinician as typed at the desk; these words stand in her certificate.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClinicianDraft {
    /// Full name with title, 1 to 200 characters.
    pub name: String,
    /// Role ("Cardiologist"), 1 to 100 characters.
    pub role: String,
    /// Organisation, 1 to 200 characters.
    pub organisation: String,
    /// Professional registration number, at most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_number: Option<String>,
}

/// Where a clinician stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClinicianState {
    /// A code was given out; there is no certificate yet.
    Invited,
    /// Certified.
    Enrolled,
    /// Removed; her certificate stands on the removed list.
    Removed,
}

/// `POST /v1/desk/clinicians`: enters a clinician and issues her first invitation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolClinician {
    /// Chosen by the desk (32 hex digits). The same id with the same draft is a retry and gives a new code.
    pub id: String,
    /// What was typed.
    pub clinician: ClinicianDraft,
}

/// A clinician in the register.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clinician {
    /// Register id.
    pub id: String,
    /// The entry.
    pub clinician: ClinicianDraft,
    /// State.
    pub state: ClinicianState,
    /// When registered.
    pub registered: u64,
    /// When this state was reached.
    pub since: u64,
    /// Hash of the certificate that counts now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateHash>,
    /// When that certificate ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<u64>,
    /// Invitations, newest first.
    pub invitations: Vec<InvitationEntry>,
    /// What happened, oldest first.
    pub history: Vec<HistoryEntry>,
}

/// `GET /v1/desk/clinicians`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clinicians {
    /// Ordered by name.
    pub clinicians: Vec<Clinician>,
}
