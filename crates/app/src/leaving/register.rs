//! A clinic's register as FHIR R4, for the program that goes on with it.

use keyward_relay_api::authority::clinicians::{Clinician, ClinicianState};
use keyward_relay_api::authority::people::{Person, PersonState, Sex};
use serde_json::{Value, json};

/// What the clinic's own number of a person is (HL7 table 0203).
const RECORD_NUMBER: &str = "MR";
/// What a professional's registration is (likewise).
const REGISTRATION: &str = "MD";

fn identifier(kind: &str, value: Option<&str>) -> Value {
    let typed = |value: &str| {
        json!({
            "type": { "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": kind
            }] },
            "value": value
        })
    };
    value.map(typed).into_iter().collect()
}

/// Leaves out what was not said: FHIR has no empty lists and no nulls.
fn said(mut resource: Value) -> Value {
    let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    if let Some(members) = resource.as_object_mut() {
        members.retain(|_, value| !empty(value));
    }
    resource
}

/// A person of the register.
pub(super) fn patient(person: &Person) -> Value {
    let draft = &person.person;
    let given: Vec<&str> =
        Some(draft.given_name.as_str()).filter(|it| !it.is_empty()).into_iter().collect();
    let phone = draft.phone.as_ref().map(|it| json!({ "system": "phone", "value": it }));
    let gender = draft.sex.map(|sex| match sex {
        Sex::Female => "female",
        Sex::Male => "male",
        Sex::Other => "other",
        Sex::Unknown => "unknown",
    });
    said(json!({
        "resourceType": "Patient",
        "id": person.id,
        "identifier": identifier(RECORD_NUMBER, draft.record_number.as_deref()),
        "active": person.state != PersonState::Withdrawn,
        "name": [said(json!({ "text": draft.full_name(), "family": draft.family_name, "given": given }))],
        "telecom": phone.into_iter().collect::<Vec<_>>(),
        "gender": gender,
        "birthDate": draft.birth_date
    }))
}

/// A clinician of the register.
pub(super) fn practitioner(clinician: &Clinician) -> Value {
    let draft = &clinician.clinician;
    said(json!({
        "resourceType": "Practitioner",
        "id": clinician.id,
        "identifier": identifier(REGISTRATION, draft.registration_number.as_deref()),
        "active": clinician.state != ClinicianState::Removed,
        "name": [{ "text": draft.name }]
    }))
}

/// What she is there, and for whom.
pub(super) fn role(clinician: &Clinician) -> Value {
    let draft = &clinician.clinician;
    json!({
        "resourceType": "PractitionerRole",
        "id": format!("role-{}", clinician.id),
        "active": clinician.state != ClinicianState::Removed,
        "practitioner": { "reference": format!("Practitioner/{}", clinician.id) },
        "organization": { "display": draft.organisation },
        "code": [{ "text": draft.role }]
    })
}
