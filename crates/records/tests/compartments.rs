//! Which compartment every resource type of FHIR R4 (4.0.1) goes to. A type that moves moves what running shares
//! of a compartment hold, so it is written down here once more.

use std::collections::BTreeMap;

use keyward_records::json::Json;
use keyward_records::{Category, Limits, of_type};

const TABLE: [(Category, &str); 12] = [
    (
        Category::Conditions,
        "AdverseEvent ClinicalImpression Condition DetectedIssue FamilyMemberHistory Flag \
        RiskAssessment",
    ),
    (
        Category::Medications,
        "Medication MedicationAdministration MedicationDispense MedicationRequest \
        MedicationStatement",
    ),
    (Category::Allergies, "AllergyIntolerance"),
    (
        Category::Results,
        "BodyStructure DiagnosticReport ImagingStudy Media MolecularSequence Observation \
        Specimen",
    ),
    (Category::Immunizations, "Immunization ImmunizationEvaluation ImmunizationRecommendation"),
    (Category::Procedures, "Device DeviceMetric DeviceUseStatement Procedure"),
    (Category::Encounters, "Appointment AppointmentResponse Encounter EpisodeOfCare"),
    (
        Category::Documents,
        "Binary Communication Composition Consent DocumentManifest DocumentReference \
        QuestionnaireResponse",
    ),
    (
        Category::CarePlans,
        "CarePlan CareTeam CommunicationRequest DeviceRequest Goal GuidanceResponse \
        NutritionOrder RequestGroup ServiceRequest SupplyDelivery SupplyRequest Task \
        VisionPrescription",
    ),
    (
        Category::Claims,
        "Account ChargeItem Claim ClaimResponse Contract CoverageEligibilityRequest \
        CoverageEligibilityResponse EnrollmentRequest EnrollmentResponse ExplanationOfBenefit \
        Invoice PaymentNotice PaymentReconciliation",
    ),
    (Category::Profile, "Coverage Patient Person RelatedPerson"),
    (
        Category::Other,
        "ActivityDefinition AuditEvent Basic BiologicallyDerivedProduct Bundle \
        CapabilityStatement CatalogEntry ChargeItemDefinition CodeSystem CompartmentDefinition \
        ConceptMap DeviceDefinition EffectEvidenceSynthesis Endpoint EventDefinition Evidence \
        EvidenceVariable ExampleScenario GraphDefinition Group HealthcareService \
        ImplementationGuide InsurancePlan Library Linkage List Location Measure MeasureReport \
        MedicationKnowledge MedicinalProduct MedicinalProductAuthorization \
        MedicinalProductContraindication MedicinalProductIndication MedicinalProductIngredient \
        MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged \
        MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition \
        MessageHeader NamingSystem ObservationDefinition OperationDefinition OperationOutcome \
        Organization OrganizationAffiliation Parameters PlanDefinition Practitioner \
        PractitionerRole Provenance Questionnaire ResearchDefinition ResearchElementDefinition \
        ResearchStudy ResearchSubject RiskEvidenceSynthesis Schedule SearchParameter Slot \
        SpecimenDefinition StructureDefinition StructureMap Subscription Substance \
        SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation \
        SubstanceSourceMaterial SubstanceSpecification TerminologyCapabilities TestReport \
        TestScript ValueSet VerificationResult",
    ),
];

#[test]
fn every_type_of_r4_goes_where_the_table_says() {
    let mut table = BTreeMap::new();
    for (category, kinds) in TABLE {
        for kind in kinds.split_whitespace() {
            assert_eq!(table.insert(kind, category), None, "{kind} stands twice");
        }
    }
    assert_eq!(table.len(), 146);
    for (kind, category) in &table {
        assert_eq!(of_type(kind), Some(*category), "{kind}");
        let empty = format!(r#"{{"resourceType":"{kind}"}}"#);
        let resource = Json::read(empty.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(Category::section_of(&resource), *category, "{kind}");
        // The one whose kind alone tells something.
        let place = if *kind == "MolecularSequence" { Category::Genetics } else { *category };
        assert_eq!(Category::of(&resource), place, "{kind}");
    }
    // Vital signs and what is kept apart are told by content, not by type.
    let places: Vec<Category> = table.into_values().collect();
    for category in Category::all() {
        let by_type = category != Category::Vitals && !category.is_sensitive();
        assert_eq!(places.contains(&category), by_type, "{category}");
    }
}
