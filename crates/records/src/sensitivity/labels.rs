//! HL7 v3 ActCode, value set InformationSensitivityPolicy: what senders write in `meta.security`.

use super::Sensitivity;

/// Whether a code system is v3 ActCode, as R4, STU3 or CDA write it. Some senders leave it out.
pub(super) fn is_act_code(system: &str) -> bool {
    matches!(
        system,
        "http://terminology.hl7.org/CodeSystem/v3-ActCode"
            | "http://hl7.org/fhir/v3/ActCode"
            | "urn:oid:2.16.840.1.113883.5.4"
            | ""
    )
}

/// The kind a label stands for.
pub(super) fn kind(code: &str) -> Option<Sensitivity> {
    Some(match code {
        "PSY" | "PSYTHPN" | "MH" | "BH" | "COGN" | "DVD" | "EMOTDIS" => Sensitivity::MentalHealth,
        "SUD" | "ETH" | "ETHUD" | "OPIOIDUD" | "42CFRPart2" => Sensitivity::SubstanceUse,
        "HIV" | "STD" | "SEX" => Sensitivity::SexualHealth,
        "GDIS" | "SICKLE" | "SCA" => Sensitivity::Genetics,
        "SDV" | "VIO" | "MST" => Sensitivity::Violence,
        _ => return None,
    })
}
