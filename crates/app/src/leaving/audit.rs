//! The access history as FHIR R4 `AuditEvent`, in the shape of IHE BALP's disclosure of a record.

use keyward_records::Category;
use serde_json::{Value, json};

use crate::views::patient::{AccessView, ProofState};

/// One access. `id` is its place in the file.
pub(super) fn event(id: usize, access: &AccessView, recorded: &str, patient: &str) -> Value {
    json!({
        "resourceType": "AuditEvent",
        "id": format!("access-{id}"),
        "type": {
            "system": "http://dicom.nema.org/resources/ontology/DCM",
            "code": "110106",
            "display": "Export"
        },
        "action": "R",
        "recorded": recorded,
        "outcome": "0",
        "purposeOfEvent": [{ "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
            "code": access.purpose.code()
        }] }],
        "agent": [{
            "type": { "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
                "code": "IRCP",
                "display": "information recipient"
            }] },
            "who": { "display": format!(
                "{}, {}, {}", access.doctor_name, access.doctor_role, access.organisation
            ) },
            "requestor": true
        }],
        "source": { "observer": { "display": "Relay" } },
        "entity": [{
            "what": { "display": patient },
            "name": access.space_name,
            "detail": [
                { "type": "category", "valueString": access.category.map_or("unknown", Category::as_str) },
                { "type": "records", "valueString": access.records.to_string() },
                { "type": "share", "valueString": access.share_id },
                { "type": "proof", "valueString": match access.proof {
                    ProofState::Verified => "verified",
                    ProofState::Unproved => "unproved",
                } }
            ]
        }]
    })
}
