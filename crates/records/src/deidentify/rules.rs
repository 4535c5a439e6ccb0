//! Which elements identify, by name and by type.

use super::IdentifierKind;
use crate::json::Json;

/// Extensions that say something about the value and nothing about the person.
pub(super) const HARMLESS_EXTENSIONS: [&str; 8] = [
    "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
    "http://hl7.org/fhir/StructureDefinition/allergyintolerance-duration",
    "http://hl7.org/fhir/StructureDefinition/condition-assertedDate",
    "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition",
    "http://hl7.org/fhir/StructureDefinition/observation-gatewayDevice",
    "http://hl7.org/fhir/StructureDefinition/iso21090-uncertainty",
    // The title of the section an item stood in; the XML it was made from goes.
    crate::ccda::SECTION_URL,
    crate::ccda::NEGATED_URL,
];

/// For resources about people and places: the only elements that stay. Names stay only where the
/// owner wants to keep care providers' names. `None` for all other types.
pub(super) fn kept_elements(
    resource_type: &str,
    keep_practitioners: bool,
) -> Option<&'static [&'static str]> {
    Some(match (resource_type, keep_practitioners) {
        ("Patient", _) => &["gender", "active", "deceasedBoolean"],
        ("RelatedPerson", _) => &["gender", "active", "relationship", "patient"],
        ("Person", _) => &["gender", "active"],
        ("Practitioner", false) => &["active", "qualification"],
        ("Practitioner", true) => &["active", "qualification", "name"],
        ("PractitionerRole", _) => &["active", "specialty", "code", "practitioner", "organization"],
        ("Organization", false) => &["active", "type", "partOf"],
        ("Organization", true) => &["active", "type", "partOf", "name"],
        ("Location", false) => &["status", "type", "physicalType", "mode"],
        ("Location", true) => &["status", "type", "physicalType", "mode", "name"],
        ("HealthcareService", _) => &["active", "type", "category", "specialty"],
        ("Endpoint", _) => &["status"],
        _ => return None,
    })
}

/// Whether a contained resource of this type is removed as a whole.
pub(super) fn is_person(resource_type: &str) -> bool {
    matches!(resource_type, "Patient" | "RelatedPerson" | "Person")
}

/// What an element of a person's resource is.
pub(super) fn personal(name: &str, care_provider: bool) -> IdentifierKind {
    match name {
        "name" | "alias" if care_provider => IdentifierKind::CareProvider,
        "name" | "alias" => IdentifierKind::Name,
        "birthDate" => IdentifierKind::BirthDate,
        "deceasedDateTime" => IdentifierKind::DeathDate,
        "address" | "position" => IdentifierKind::Address,
        "telecom" => IdentifierKind::Telecom,
        "identifier" => IdentifierKind::RecordNumber,
        "photo" => IdentifierKind::Photo,
        "text" => IdentifierKind::Narrative,
        "extension" | "modifierExtension" => IdentifierKind::Extension,
        "contained" => IdentifierKind::ContainedPerson,
        _ if name.starts_with('_') => IdentifierKind::Extension,
        _ => IdentifierKind::Demographics,
    }
}

/// What an element identifies by its name, wherever it stands; `None` if it does not.
pub(super) fn by_name(resource_type: &str, name: &str, value: &Json) -> Option<IdentifierKind> {
    let name = name.strip_prefix('_').unwrap_or(name);
    Some(match name {
        "identifier" | "requisition" | "subscriberId" | "preAuthRef" | "altId" | "userId"
        | "policyNumber" | "accessionNumber" => IdentifierKind::RecordNumber,
        "serialNumber" | "udiCarrier" | "udi" | "udiDeviceIdentifier" | "distinctIdentifier" => {
            IdentifierKind::DeviceNumber
        }
        "telecom" | "contact" | "network" => IdentifierKind::Telecom,
        "address" | "position" if !is_reference_list(value) => IdentifierKind::Address,
        "birthDate" | "birthTime" | "bornDate" | "bornString" | "bornPeriod" => {
            IdentifierKind::BirthDate
        }
        "photo" => IdentifierKind::Photo,
        "signature" => IdentifierKind::Signature,
        "authorString" => IdentifierKind::PersonReference,
        "name" if is_human_name(value) || NAMED_AFTER_PEOPLE.contains(&resource_type) => {
            IdentifierKind::Name
        }
        _ if name.ends_with("Identifier") => IdentifierKind::RecordNumber,
        _ if name.ends_with("HumanName") => IdentifierKind::Name,
        _ if name.ends_with("Address") => IdentifierKind::Address,
        _ if name.ends_with("ContactPoint") || name.ends_with("ContactDetail") => {
            IdentifierKind::Telecom
        }
        _ if name.ends_with("Signature") => IdentifierKind::Signature,
        _ => return None,
    })
}

/// Types whose plain `name` is a person's or tells of one.
const NAMED_AFTER_PEOPLE: [&str; 6] =
    ["FamilyMemberHistory", "AuditEvent", "Account", "Group", "CareTeam", "ResearchSubject"];

fn is_human_name(value: &Json) -> bool {
    let one = |value: &Json| {
        matches!(value, Json::Object(_))
            && (value.get("family").is_some()
                || value.get("given").is_some()
                || (value.get("text").is_some() && value.get("coding").is_none()))
    };
    match value {
        Json::Array(items) => items.iter().any(one),
        other => one(other),
    }
}

fn is_reference_list(value: &Json) -> bool {
    match value {
        Json::Array(items) => items.iter().all(|item| item.get("reference").is_some()),
        other => other.get("reference").is_some(),
    }
}

/// How the words of a reference are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// A finding, medicine or document: its words are clinical.
    Clinical,
    /// A practitioner, organisation or place.
    CareProvider,
    /// A person, or not known.
    Person,
}

/// What a reference in element `field` points at.
pub(super) fn target(field: &str, reference: &Json) -> Target {
    let written = reference.text("reference").unwrap_or_default();
    let mut parts = written.split("/_history/").next().unwrap_or_default().rsplit('/');
    parts.next();
    let kind = reference.text("type").or_else(|| parts.next());
    match kind {
        Some("Patient" | "RelatedPerson" | "Person" | "Group") => Target::Person,
        Some(
            "Practitioner" | "PractitionerRole" | "Organization" | "Location" | "CareTeam"
            | "HealthcareService" | "Endpoint",
        ) => Target::CareProvider,
        Some(kind) if crate::of_type(kind).is_some() => Target::Clinical,
        _ => by_field(field),
    }
}

fn by_field(field: &str) -> Target {
    match field {
        "medicationReference"
        | "itemReference"
        | "reasonReference"
        | "result"
        | "condition"
        | "addresses"
        | "goal"
        | "encounter"
        | "basedOn"
        | "hasMember"
        | "derivedFrom"
        | "specimen"
        | "diagnosisReference"
        | "procedureReference"
        | "partOf"
        | "prescription"
        | "evidence"
        | "detail"
        | "imagingStudy"
        | "device" => Target::Clinical,
        "practitioner"
        | "requester"
        | "performer"
        | "provider"
        | "organization"
        | "location"
        | "serviceProvider"
        | "managingOrganization"
        | "custodian"
        | "insurer"
        | "payor" => Target::CareProvider,
        _ => Target::Person,
    }
}
