//! Clinical truth: what keeps an entry from being read as "she has this" or "this happened".

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::read;
use crate::json::Json;

/// A mark that must be shown with the item, in words. Closed on purpose: the catalogue has a
/// sentence for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Marker {
    /// Recorded by mistake; must not be believed.
    EnteredInError,
    /// Examined and ruled out.
    Refuted,
    /// Did not happen (procedure, vaccination, administration).
    NotDone,
    /// A medicine that was not taken.
    NotTaken,
    /// An order *not* to do or give this.
    DoNotPerform,
    /// Stopped or abandoned before its end.
    Stopped,
    /// Cancelled, revoked, rejected or withdrawn.
    Cancelled,
    /// Paused.
    OnHold,
    /// No longer present, healed.
    Resolved,
    /// In remission.
    Remission,
    /// Not current.
    Inactive,
    /// Came back.
    Recurrence,
    /// Not confirmed.
    Unconfirmed,
    /// A working diagnosis.
    Provisional,
    /// One of several possible diagnoses.
    Differential,
    /// A result that is not final.
    Preliminary,
    /// Changed after it was final.
    Amended,
    /// Corrected after it was final: the earlier value was wrong.
    Corrected,
    /// Added to after it was final.
    Appended,
    /// Replaced by another document.
    Superseded,
    /// Written but not in force.
    Draft,
    /// Planned, booked, proposed or intended; has not happened.
    Planned,
    /// Tried and failed.
    Failed,
    /// The sender says that the status is unknown.
    StatusUnknown,
    /// States that she has no known allergies (of any or of one kind).
    NoKnownAllergies,
    /// States that nothing of this kind is known (medicines, problems, procedures, …).
    NoneKnown,
    /// States that there is no information, which is not the same as "none".
    NoInformation,
    /// The value is missing, with a reason (see `absent`).
    DataAbsent,
    /// Holds a modifier that is not understood and may change its meaning: read the source.
    ModifierNotUnderstood,
    /// Only kept as source: not understood.
    KeptAsSource,
    /// She has died (Patient).
    Deceased,
}

/// Why a value is missing (FHIR `data-absent-reason`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
#[allow(missing_docs, reason = "the names are those of the code system")]
pub enum AbsentReason {
    Unknown,
    AskedUnknown,
    TemporarilyUnknown,
    NotAsked,
    AskedDeclined,
    Masked,
    NotApplicable,
    Unsupported,
    AsText,
    Error,
    NotANumber,
    NegativeInfinity,
    PositiveInfinity,
    NotPerformed,
    NotPermitted,
    /// A reason outside the code system; its words are in the facts.
    Other,
}

/// Every marker of a resource, each once, in the order of [`Marker`].
pub(super) fn markers(resource: &Json) -> Vec<Marker> {
    let kind = resource.text("resourceType").unwrap_or_default();
    let mut found: Vec<Marker> = Vec::new();
    for field in ["status", "lifecycleStatus", "docStatus", "clinicalStatus", "verificationStatus"]
    {
        if let Some(status) = resource.get(field) {
            found.extend(read::codes(status).into_iter().filter_map(of_status));
        }
    }
    found.extend(older_negations(resource));
    found.extend(no_known(resource));
    if resource.get("doNotPerform").and_then(Json::as_bool) == Some(true) {
        found.push(Marker::DoNotPerform);
    }
    if kind == "Patient" || kind == "Person" || kind == "Practitioner" {
        if resource.get("active").and_then(Json::as_bool) == Some(false) {
            found.push(Marker::Inactive);
        }
        let died = resource.get("deceasedBoolean").and_then(Json::as_bool) == Some(true);
        if died || resource.get("deceasedDateTime").is_some() {
            found.push(Marker::Deceased);
        }
    }
    if resource.get("implicitRules").is_some() || has_modifier(resource) {
        found.push(Marker::ModifierNotUnderstood);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// What a status code of any resource type means for the reader. Codes that mean "valid and
/// current" (`active`, `final`, `completed`, `confirmed`, …) have no marker.
fn of_status(code: &str) -> Option<Marker> {
    Some(match code {
        "entered-in-error" => Marker::EnteredInError,
        "refuted" => Marker::Refuted,
        "not-done" => Marker::NotDone,
        "not-taken" => Marker::NotTaken,
        "stopped" | "abandoned" | "terminated" => Marker::Stopped,
        "cancelled" | "revoked" | "rejected" | "declined" | "withdrawn" | "noshow" => {
            Marker::Cancelled
        }
        "on-hold" | "suspended" | "onleave" => Marker::OnHold,
        "resolved" => Marker::Resolved,
        "remission" => Marker::Remission,
        "inactive" => Marker::Inactive,
        "recurrence" | "relapse" => Marker::Recurrence,
        "unconfirmed" => Marker::Unconfirmed,
        "provisional" => Marker::Provisional,
        "differential" => Marker::Differential,
        "preliminary" | "registered" | "partial" => Marker::Preliminary,
        "amended" => Marker::Amended,
        "corrected" => Marker::Corrected,
        "appended" => Marker::Appended,
        "superseded" => Marker::Superseded,
        "draft" => Marker::Draft,
        "planned" | "proposed" | "booked" | "pending" | "intended" | "requested" | "accepted"
        | "preparation" | "waitlist" => Marker::Planned,
        "failed" => Marker::Failed,
        "unknown" => Marker::StatusUnknown,
        _ => return None,
    })
}

/// How DSTU2 and STU3 said "not": their resources turn up in R4 files.
fn older_negations(resource: &Json) -> Option<Marker> {
    let yes = |name| resource.get(name).and_then(Json::as_bool) == Some(true);
    if yes("notGiven") || yes("wasNotGiven") || yes("notPerformed") || yes("notDone") {
        return Some(Marker::NotDone);
    }
    if yes("wasNotTaken") || resource.text("taken") == Some("n") {
        return Some(Marker::NotTaken);
    }
    None
}

/// SNOMED CT "no known allergy" and its kinds.
const NO_KNOWN_ALLERGY: [&str; 7] = [
    "716186003",  // no known allergy
    "409137002",  // no known drug allergy
    "429625007",  // no known food allergy
    "428607008",  // no known environmental allergy
    "428197003",  // no known insect allergy
    "716184000",  // no known latex allergy
    "1003774007", // no known Hevea brasiliensis latex allergy
];

fn no_known(resource: &Json) -> Option<Marker> {
    if let Some(reason) = resource.get("emptyReason") {
        let none = read::codes(reason).contains(&"nilknown");
        return Some(if none { Marker::NoneKnown } else { Marker::NoInformation });
    }
    let fields = ["code", "medicationCodeableConcept", "vaccineCode"];
    let codes = fields.iter().filter_map(|field| resource.get(field)).flat_map(read::codes);
    for code in codes {
        if NO_KNOWN_ALLERGY.contains(&code)
            || (code.starts_with("no-known-") && code.ends_with("allergies"))
        {
            return Some(Marker::NoKnownAllergies);
        }
        // The International Patient Summary's absent-and-unknown codes; SNOMED CT "no current
        // problems or disability" and "no known medications".
        if code.starts_with("no-known-") || code == "160245001" || code == "787481004" {
            return Some(Marker::NoneKnown);
        }
        if code.starts_with("no-") && code.ends_with("-info") {
            return Some(Marker::NoInformation);
        }
    }
    None
}

/// Whether any element carries a `modifierExtension`, which may turn its meaning around.
fn has_modifier(value: &Json) -> bool {
    match value {
        Json::Array(items) => items.iter().any(has_modifier),
        Json::Object(members) => {
            members.iter().any(|(name, value)| name == "modifierExtension" || has_modifier(value))
        }
        _ => false,
    }
}
