//! Object identifiers of code systems and identifier registers, and codes of CDA in the words of FHIR.

/// The FHIR URI of a code system; an unknown one stays what it is, `urn:oid:…`.
pub(super) fn system(oid: &str) -> String {
    let known = SYSTEMS.iter().find(|(known, _)| *known == oid);
    known.map_or_else(|| format!("urn:oid:{oid}"), |(_, uri)| (*uri).to_owned())
}

const SYSTEMS: [(&str, &str); 42] = [
    ("2.16.840.1.113883.6.96", "http://snomed.info/sct"),
    ("2.16.840.1.113883.6.1", "http://loinc.org"),
    ("2.16.840.1.113883.6.88", "http://www.nlm.nih.gov/research/umls/rxnorm"),
    ("2.16.840.1.113883.6.69", "http://hl7.org/fhir/sid/ndc"),
    ("2.16.840.1.113883.12.292", "http://hl7.org/fhir/sid/cvx"),
    ("2.16.840.1.113883.6.59", "http://hl7.org/fhir/sid/cvx"),
    ("2.16.840.1.113883.12.227", "http://hl7.org/fhir/sid/mvx"),
    ("2.16.840.1.113883.6.90", "http://hl7.org/fhir/sid/icd-10-cm"),
    ("2.16.840.1.113883.6.4", "http://www.cms.gov/Medicare/Coding/ICD10"),
    ("2.16.840.1.113883.6.3", "http://hl7.org/fhir/sid/icd-10"),
    ("2.16.840.1.113883.6.103", "http://hl7.org/fhir/sid/icd-9-cm"),
    ("2.16.840.1.113883.6.104", "http://hl7.org/fhir/sid/icd-9-cm"),
    ("2.16.840.1.113883.6.12", "http://www.ama-assn.org/go/cpt"),
    ("2.16.840.1.113883.6.285", "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"),
    ("2.16.840.1.113883.6.13", "http://www.ada.org/cdt"),
    ("2.16.840.1.113883.6.8", "http://unitsofmeasure.org"),
    ("2.16.840.1.113883.4.9", "http://fdasis.nlm.nih.gov"),
    ("2.16.840.1.113883.3.26.1.1", "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"),
    ("2.16.840.1.113883.3.26.1.5", "http://hl7.org/fhir/ndfrt"),
    ("2.16.840.1.113883.6.238", "urn:oid:2.16.840.1.113883.6.238"),
    ("2.16.840.1.113883.6.101", "http://nucc.org/provider-taxonomy"),
    (
        "2.16.840.1.113883.6.259",
        "https://www.cdc.gov/nhsn/cdaportal/terminology/codesystem/hsloc.html",
    ),
    ("2.16.840.1.113883.6.254", "http://hl7.org/fhir/sid/icf-nl"),
    ("2.16.840.1.113883.6.73", "http://www.whocc.no/atc"),
    ("2.16.840.1.113883.6.43.1", "http://terminology.hl7.org/CodeSystem/icd-o-3"),
    ("2.16.840.1.113883.5.1", "http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender"),
    ("2.16.840.1.113883.5.2", "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus"),
    ("2.16.840.1.113883.5.4", "http://terminology.hl7.org/CodeSystem/v3-ActCode"),
    ("2.16.840.1.113883.5.6", "http://terminology.hl7.org/CodeSystem/v3-ActClass"),
    ("2.16.840.1.113883.5.8", "http://terminology.hl7.org/CodeSystem/v3-ActReason"),
    ("2.16.840.1.113883.5.25", "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"),
    ("2.16.840.1.113883.5.83", INTERPRETATION),
    ("2.16.840.1.113883.5.88", "http://terminology.hl7.org/CodeSystem/v3-ParticipationFunction"),
    ("2.16.840.1.113883.5.110", "http://terminology.hl7.org/CodeSystem/v3-RoleClass"),
    ("2.16.840.1.113883.5.111", "http://terminology.hl7.org/CodeSystem/v3-RoleCode"),
    ("2.16.840.1.113883.5.112", "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration"),
    ("2.16.840.1.113883.5.1063", "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"),
    ("2.16.840.1.113883.5.1076", "http://terminology.hl7.org/CodeSystem/v3-ReligiousAffiliation"),
    ("2.16.840.1.113883.5.1008", "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"),
    ("2.16.840.1.113883.12.112", "http://terminology.hl7.org/CodeSystem/discharge-disposition"),
    ("2.16.840.1.113883.3.221.5", "https://nahdo.org/sopt"),
    ("1.0.3166.1.2.2", "urn:iso:std:iso:3166"),
];

/// The code system of interpretations, and the default for them.
pub(super) const INTERPRETATION: &str =
    "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";

/// The FHIR system of an identifier's root.
pub(super) fn register(root: &str) -> String {
    match root {
        "2.16.840.1.113883.4.1" => "http://hl7.org/fhir/sid/us-ssn".to_owned(),
        "2.16.840.1.113883.4.6" => "http://hl7.org/fhir/sid/us-npi".to_owned(),
        root if root.contains('-') => format!("urn:uuid:{root}"),
        root => format!("urn:oid:{root}"),
    }
}

/// Why a value is missing, from a null flavour.
pub(super) fn absent(null_flavor: &str) -> &'static str {
    match null_flavor {
        "ASKU" => "asked-unknown",
        "NAV" => "temp-unknown",
        "NASK" => "not-asked",
        "NA" => "not-applicable",
        "MSK" => "masked",
        "OTH" | "UNC" => "unsupported",
        "PINF" => "positive-infinity",
        "NINF" => "negative-infinity",
        // UNK, NI, INV, TRC and what nobody knows.
        _ => "unknown",
    }
}

/// Whether a code is a moment of the day to which a dose is tied; FHIR has the same ones.
pub(super) fn is_moment(code: &str) -> bool {
    const MOMENTS: [&str; 18] = [
        "AC", "ACD", "ACM", "ACV", "C", "CD", "CM", "CV", "HS", "IC", "ICD", "ICM", "ICV", "PC",
        "PCD", "PCM", "PCV", "WAKE",
    ];
    MOMENTS.contains(&code)
}

/// Whether a unit of UCUM is one of time; FHIR has the same ones.
pub(super) fn is_time(unit: &str) -> bool {
    matches!(unit, "s" | "min" | "h" | "d" | "wk" | "mo" | "a")
}

/// Sections whose entries are read; all others are narrative and, where they have entries, source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Problems,
    Diagnoses,
    Allergies,
    Medications,
    Immunizations,
    Results,
    Vitals,
    Procedures,
    Encounters,
    Social,
    Family,
    Plan,
    Goals,
    Functional,
    Payers,
    Equipment,
    Directives,
    Other,
}

/// The kind of a section by its LOINC code.
pub(super) fn section(code: &str) -> Section {
    match code {
        "11450-4" | "75310-3" | "11348-0" => Section::Problems,
        "42347-5" | "11535-2" | "46241-6" | "78375-3" | "C-CDAV2-DDN" | "29308-4" => {
            Section::Diagnoses
        }
        "48765-2" => Section::Allergies,
        "10160-0" | "10183-2" | "75311-1" | "42346-7" | "29549-3" | "10187-1" => {
            Section::Medications
        }
        "11369-6" => Section::Immunizations,
        "30954-2" => Section::Results,
        "8716-3" => Section::Vitals,
        "47519-4" | "29554-3" => Section::Procedures,
        "46240-8" => Section::Encounters,
        "29762-2" => Section::Social,
        "10157-6" => Section::Family,
        "18776-5" => Section::Plan,
        "61146-7" => Section::Goals,
        "47420-5" | "10190-7" => Section::Functional,
        "48768-6" => Section::Payers,
        "46264-8" => Section::Equipment,
        "42348-3" => Section::Directives,
        _ => Section::Other,
    }
}
