//! Which part of a record a resource belongs to. A category is what a person sees as a section of
//! her chart and what she shares or keeps: one category becomes one compartment.
//!
//! The two differ for what is sensitive: a diagnosis of depression stands in the section
//! `Conditions`, but is shared with `MentalHealth` only. See the module `sensitivity`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::json::Json;
use crate::sensitivity::{self, Sensitivity};

/// The sections of a chart, in the order in which they are shown, and the compartments kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Category {
    /// Problems, diagnoses, family history, flags and risks.
    Conditions,
    /// Medicines prescribed, taken, given or dispensed.
    Medications,
    /// Allergies and intolerances, and statements that there are none.
    Allergies,
    /// Laboratory and other results, reports, specimens, imaging.
    Results,
    /// Vital signs.
    Vitals,
    /// Vaccinations.
    Immunizations,
    /// Procedures and implanted or used devices.
    Procedures,
    /// Visits, stays and appointments.
    Encounters,
    /// Letters, documents, questionnaires, messages, consents.
    Documents,
    /// Plans, goals, care teams and orders.
    CarePlans,
    /// Claims, bills and payments.
    Claims,
    /// Who she is: Patient, RelatedPerson, Person, Coverage.
    Profile,
    /// Social history, surveys, practitioners, organisations, provenance and all that is not understood.
    Other,
    /// Kept apart: psychiatry, psychotherapy, self-harm.
    MentalHealth,
    /// Kept apart: sexually transmitted infections, HIV, sexuality, contraception.
    SexualHealth,
    /// Kept apart: alcohol and drugs.
    SubstanceUse,
    /// Kept apart: genetic tests and what they found.
    Genetics,
    /// Kept apart: abuse and assault.
    Violence,
}

impl Category {
    /// The sections of a chart, in order: all but the compartments kept apart.
    pub const SECTIONS: [Category; 13] = [
        Category::Conditions,
        Category::Medications,
        Category::Allergies,
        Category::Results,
        Category::Vitals,
        Category::Immunizations,
        Category::Procedures,
        Category::Encounters,
        Category::Documents,
        Category::CarePlans,
        Category::Claims,
        Category::Profile,
        Category::Other,
    ];

    /// Every category: the sections, then the compartments kept apart.
    pub const ALL: [Category; 18] = {
        let mut all = [Category::Other; 18];
        let mut at = 0;
        while at < Self::SECTIONS.len() {
            all[at] = Self::SECTIONS[at];
            at += 1;
        }
        [all[13], all[14], all[15], all[16], all[17]] = [
            Category::MentalHealth,
            Category::SexualHealth,
            Category::SubstanceUse,
            Category::Genetics,
            Category::Violence,
        ];
        all
    };

    /// Every category, in chart order.
    pub fn all() -> impl Iterator<Item = Category> {
        Self::ALL.into_iter()
    }

    /// The stable name, the same as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Category::Conditions => "conditions",
            Category::Medications => "medications",
            Category::Allergies => "allergies",
            Category::Results => "results",
            Category::Vitals => "vitals",
            Category::Immunizations => "immunizations",
            Category::Procedures => "procedures",
            Category::Encounters => "encounters",
            Category::Documents => "documents",
            Category::CarePlans => "carePlans",
            Category::Claims => "claims",
            Category::Profile => "profile",
            Category::Other => "other",
            Category::MentalHealth => "mentalHealth",
            Category::SexualHealth => "sexualHealth",
            Category::SubstanceUse => "substanceUse",
            Category::Genetics => "genetics",
            Category::Violence => "violence",
        }
    }

    /// The category of a stable name, `None` if there is no such category.
    pub fn from_name(name: &str) -> Option<Category> {
        Self::all().find(|category| category.as_str() == name)
    }

    /// Whether this is a compartment for what is kept apart.
    pub fn is_sensitive(self) -> bool {
        Sensitivity::of_category(self).is_some()
    }

    /// The compartment of a FHIR resource, where nobody decided otherwise: what is sensitive goes to
    /// the compartment of its (first) kind, all else to its section. Who she is stays in `Profile`
    /// whatever is written in it: without it no other record can be said to be hers.
    pub fn of(resource: &Json) -> Category {
        Self::of_kinds(resource, &sensitivity::kinds(resource))
    }

    /// As [`Category::of`], of a resource that is of these kinds.
    pub(crate) fn of_kinds(resource: &Json, kinds: &[Sensitivity]) -> Category {
        match Self::section_of(resource) {
            Category::Profile => Category::Profile,
            section => sensitivity::home(kinds).unwrap_or(section),
        }
    }

    /// The section of a FHIR resource. Total: what is unknown is `Other`.
    pub fn section_of(resource: &Json) -> Category {
        match resource.text("resourceType") {
            Some("Observation") => of_observation(resource),
            Some(name) => of_type(name).unwrap_or(Category::Other),
            None => Category::Other,
        }
    }
}

impl std::fmt::Display for Category {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// LOINC codes that are vital signs even where the sender gave no `vital-signs` category
/// (FHIR vital signs profiles, and the older blood pressure panel 55284-4).
const VITAL_LOINC: [&str; 19] = [
    "85353-1", "9279-1", "8867-4", "2708-6", "59408-5", "8310-5", "8302-2", "9843-4", "29463-7",
    "39156-5", "85354-9", "8480-6", "8462-4", "55284-4", "8478-0", "8306-3", "3141-9", "8287-5",
    "59576-9",
];

fn of_observation(resource: &Json) -> Category {
    let mut social = false;
    for concept in resource.items("category") {
        for coding in concept.items("coding") {
            match coding.text("code") {
                Some("vital-signs") => return Category::Vitals,
                Some("social-history" | "survey" | "activity") => social = true,
                _ => {}
            }
        }
    }
    // Tobacco, alcohol, housing or violence questionnaires are not laboratory results: whoever
    // shares her results with a laboratory doctor does not expect to hand these over too.
    if social {
        return Category::Other;
    }
    let vital = resource.get("code").is_some_and(|code| {
        code.items("coding").any(|coding| {
            coding.text("system") == Some("http://loinc.org")
                && coding.text("code").is_some_and(|code| VITAL_LOINC.contains(&code))
        })
    });
    if vital { Category::Vitals } else { Category::Results }
}

/// The section of an R4 resource type; `None` if R4 has no such type.
/// Observation is decided by its content, see
/// [`Category::section_of`].
pub fn of_type(name: &str) -> Option<Category> {
    Some(match name {
        "Condition"
        | "FamilyMemberHistory"
        | "ClinicalImpression"
        | "RiskAssessment"
        | "DetectedIssue"
        | "AdverseEvent"
        | "Flag" => Category::Conditions,
        "Medication"
        | "MedicationRequest"
        | "MedicationStatement"
        | "MedicationAdministration"
        | "MedicationDispense" => Category::Medications,
        "AllergyIntolerance" => Category::Allergies,
        "Observation" | "DiagnosticReport" | "Specimen" | "ImagingStudy" | "Media"
        | "MolecularSequence" | "BodyStructure" => Category::Results,
        "Immunization" | "ImmunizationEvaluation" | "ImmunizationRecommendation" => {
            Category::Immunizations
        }
        "Procedure" | "Device" | "DeviceUseStatement" | "DeviceMetric" => Category::Procedures,
        "Encounter" | "EpisodeOfCare" | "Appointment" | "AppointmentResponse" => {
            Category::Encounters
        }
        "Composition"
        | "DocumentReference"
        | "DocumentManifest"
        | "Binary"
        | "Consent"
        | "QuestionnaireResponse"
        | "Communication" => Category::Documents,
        "CarePlan"
        | "CareTeam"
        | "Goal"
        | "ServiceRequest"
        | "DeviceRequest"
        | "NutritionOrder"
        | "VisionPrescription"
        | "CommunicationRequest"
        | "RequestGroup"
        | "Task"
        | "SupplyRequest"
        | "SupplyDelivery"
        | "GuidanceResponse" => Category::CarePlans,
        "Claim"
        | "ClaimResponse"
        | "ExplanationOfBenefit"
        | "Account"
        | "Invoice"
        | "ChargeItem"
        | "Contract"
        | "CoverageEligibilityRequest"
        | "CoverageEligibilityResponse"
        | "EnrollmentRequest"
        | "EnrollmentResponse"
        | "PaymentNotice"
        | "PaymentReconciliation" => Category::Claims,
        "Patient" | "RelatedPerson" | "Person" | "Coverage" => Category::Profile,
        _ if REST_OF_R4.contains(&name) => Category::Other,
        _ => return None,
    })
}

/// R4 4.0.1 types that are about care givers, bookkeeping or definitions rather than about her.
const REST_OF_R4: [&str; 78] = [
    "ActivityDefinition",
    "AuditEvent",
    "Basic",
    "BiologicallyDerivedProduct",
    "Bundle",
    "CapabilityStatement",
    "CatalogEntry",
    "ChargeItemDefinition",
    "CodeSystem",
    "CompartmentDefinition",
    "ConceptMap",
    "DeviceDefinition",
    "EffectEvidenceSynthesis",
    "Endpoint",
    "EventDefinition",
    "Evidence",
    "EvidenceVariable",
    "ExampleScenario",
    "GraphDefinition",
    "Group",
    "HealthcareService",
    "ImplementationGuide",
    "InsurancePlan",
    "Library",
    "Linkage",
    "List",
    "Location",
    "Measure",
    "MeasureReport",
    "MedicationKnowledge",
    "MedicinalProduct",
    "MedicinalProductAuthorization",
    "MedicinalProductContraindication",
    "MedicinalProductIndication",
    "MedicinalProductIngredient",
    "MedicinalProductInteraction",
    "MedicinalProductManufactured",
    "MedicinalProductPackaged",
    "MedicinalProductPharmaceutical",
    "MedicinalProductUndesirableEffect",
    "MessageDefinition",
    "MessageHeader",
    "NamingSystem",
    "ObservationDefinition",
    "OperationDefinition",
    "OperationOutcome",
    "Organization",
    "OrganizationAffiliation",
    "Parameters",
    "PlanDefinition",
    "Practitioner",
    "PractitionerRole",
    "Provenance",
    "Questionnaire",
    "ResearchDefinition",
    "ResearchElementDefinition",
    "ResearchStudy",
    "ResearchSubject",
    "RiskEvidenceSynthesis",
    "Schedule",
    "SearchParameter",
    "Slot",
    "SpecimenDefinition",
    "StructureDefinition",
    "StructureMap",
    "Subscription",
    "Substance",
    "SubstanceNucleicAcid",
    "SubstancePolymer",
    "SubstanceProtein",
    "SubstanceReferenceInformation",
    "SubstanceSourceMaterial",
    "SubstanceSpecification",
    "TerminologyCapabilities",
    "TestReport",
    "TestScript",
    "ValueSet",
    "VerificationResult",
];
