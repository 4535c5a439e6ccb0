//! Resources inside documents, lists and answers of servers; and every type of R4 has a place.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use keyward_records::{Category, Limits, Parsed, of_type, parse};

fn read(json: &str) -> Parsed {
    parse(json.as_bytes(), &Limits::default()).unwrap()
}

fn types(parsed: &Parsed) -> Vec<&str> {
    parsed.resources.iter().map(|resource| resource.resource_type.as_str()).collect()
}

const PROBLEM: &str = r##"{"resourceType":"Condition","id":"1","code":{"text":"Asthma"}}"##;

#[test]
fn what_stands_only_inside_a_list_or_document_is_an_entry_of_its_own() {
    for holder in ["List", "Composition"] {
        let file = format!(
            r##"{{"resourceType":"{holder}","status":"final","title":"Problems","contained":[{PROBLEM},
            {{"resourceType":"Practitioner","id":"2"}},{{"resourceType":"Nonsense","id":"3"}},7]}}"##
        );
        let parsed = read(&file);
        assert_eq!(types(&parsed), [holder, "Condition"]);
        assert_eq!(parsed.entries, 2);
        assert_eq!(parsed.resources[1].bytes, PROBLEM.as_bytes(), "byte for byte");
    }
    // What is contained elsewhere belongs to what contains it.
    let medicine = r##"{"resourceType":"MedicationRequest","contained":[{"resourceType":
        "Medication","id":"1","code":{"text":"Aspirin"}}],"medicationReference":{"reference":"#1"}}"##;
    assert_eq!(types(&read(medicine)), ["MedicationRequest"]);
}

#[test]
fn the_answer_of_a_server_is_taken_apart() {
    let file = format!(
        r##"{{"resourceType":"Parameters","parameter":[{{"name":"return","resource":{{"resourceType":
        "Bundle","type":"searchset","entry":[{{"resource":{PROBLEM}}}]}}}},{{"name":"n","valueString":"x"}}]}}"##
    );
    assert_eq!(types(&read(&file)), ["Condition"]);
    let empty = r##"{"resourceType":"Parameters","parameter":[{"name":"n","valueString":"x"}]}"##;
    assert_eq!(types(&read(empty)), ["Parameters"]);
}

#[test]
fn a_patient_summary_is_a_document_whose_sections_name_their_entries() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/vectors/smart-health-links/IPS_IG-bundle-01.json");
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("skipped: vectors/smart-health-links is not there");
        return;
    };
    let parsed = parse(&bytes, &Limits::default()).unwrap();
    let names: BTreeSet<String> = parsed
        .resources
        .iter()
        .filter_map(|resource| {
            Some(format!("{}/{}", resource.resource_type, resource.json()?.text("id")?))
        })
        .collect();
    let composition = parsed
        .resources
        .iter()
        .find(|resource| resource.resource_type == "Composition")
        .and_then(|resource| resource.json())
        .unwrap();
    let mut named = 0;
    for section in composition.items("section") {
        for entry in section.items("entry") {
            let reference = entry.text("reference").unwrap();
            assert!(names.contains(reference), "{reference}");
            named += 1;
        }
    }
    assert_eq!(named, 9);
}

/// Every resource type of FHIR R4 4.0.1.
const R4: &str = "Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment \
AppointmentResponse AuditEvent Basic Binary BiologicallyDerivedProduct BodyStructure Bundle \
CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem ChargeItemDefinition Claim \
ClaimResponse ClinicalImpression CodeSystem Communication CommunicationRequest \
CompartmentDefinition Composition ConceptMap Condition Consent Contract Coverage \
CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device DeviceDefinition \
DeviceMetric DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest \
DocumentReference EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest \
EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario \
ExplanationOfBenefit FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse \
HealthcareService ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation \
ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure MeasureReport \
Media Medication MedicationAdministration MedicationDispense MedicationKnowledge \
MedicationRequest MedicationStatement MedicinalProduct MedicinalProductAuthorization \
MedicinalProductContraindication MedicinalProductIndication MedicinalProductIngredient \
MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged \
MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition \
MessageHeader MolecularSequence NamingSystem NutritionOrder Observation ObservationDefinition \
OperationDefinition OperationOutcome Organization OrganizationAffiliation Parameters Patient \
PaymentNotice PaymentReconciliation Person PlanDefinition Practitioner PractitionerRole \
Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson RequestGroup \
ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment \
RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen SpecimenDefinition \
StructureDefinition StructureMap Subscription Substance SubstanceNucleicAcid SubstancePolymer \
SubstanceProtein SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification \
SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport TestScript ValueSet \
VerificationResult VisionPrescription";

#[test]
fn every_type_of_r4_has_a_compartment_and_is_read() {
    let types: BTreeSet<&str> = R4.split_whitespace().collect();
    assert_eq!(types.len(), 146);
    let unknown: Vec<&&str> = types.iter().filter(|kind| of_type(kind).is_none()).collect();
    assert!(unknown.is_empty(), "no compartment: {unknown:?}");
    for kind in types {
        let parsed = read(&format!(r##"{{"resourceType":"{kind}","id":"a"}}"##));
        let resource = &parsed.resources.first();
        // An empty Bundle holds nothing.
        assert_eq!(resource.is_none(), kind == "Bundle", "{kind}");
        assert!(parsed.kept_as_source.is_empty(), "{kind}");
    }
    // What a person thinks of as her record is not in the rest.
    for kind in ["Encounter", "Claim", "Goal", "CarePlan", "Appointment", "Consent", "Coverage"] {
        assert_ne!(of_type(kind), Some(Category::Other), "{kind}");
    }
    assert_eq!(of_type("Nonsense"), None);
}
