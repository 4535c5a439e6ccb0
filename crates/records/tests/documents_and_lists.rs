//! Resources inside documents, lists and answers of servers; and every type of R4 has a place.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use keyward_records::sensitivity::Sensitivity;
use keyward_records::{
    Arrival, Category, KeptReason, Limits, Parsed, Resource, of_type, parse, parse_giving,
};

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

/// A document Bundle: its Composition, with what `more` adds to it, and these entries.
fn document(more: &str, entries: &[&str]) -> String {
    let entries: String =
        entries.iter().map(|entry| format!(r#",{{"resource":{entry}}}"#)).collect();
    format!(
        r#"{{"resourceType":"Bundle","type":"document","entry":[{{"resource":{{"resourceType":
        "Composition","id":"c","status":"final","title":"Summary"{more}}}}}{entries}]}}"#
    )
}

fn section(content: &str) -> String {
    format!(r#","section":[{{{content}}}]"#)
}

/// Where the document of a file goes and what it is kept apart for, read whole and read in pieces.
fn place(file: &str) -> (Category, Vec<Sensitivity>) {
    let mut given = Vec::new();
    let arrival = Arrival { source: "file.json", received: None };
    let rest = parse_giving(file.as_bytes(), &Limits::default(), &arrival, &mut |some| {
        given.extend(some.resources);
    });
    given.extend(rest.unwrap().resources);
    let of = |all: Vec<keyward_records::Resource>| {
        let document = all.into_iter().find(|one| one.resource_type == "Composition").unwrap();
        (document.category, document.kinds)
    };
    let in_pieces = of(given);
    assert_eq!(of(read(file).resources), in_pieces);
    in_pieces
}

const DEPRESSION: &str = r#"{"resourceType":"Condition","id":"d","code":{"coding":[{"system":
    "http://hl7.org/fhir/sid/icd-10-cm","code":"F32.1"}]}}"#;
const HIV: &str = r#"{"resourceType":"Observation","id":"h","status":"final","code":{"coding":[{"system":
    "http://loinc.org","code":"25836-8"}]}}"#;

#[test]
fn a_document_goes_no_further_than_the_records_it_speaks_of() {
    let names = |reference: &str| section(&format!(r#""entry":[{{"reference":"{reference}"}}]"#));
    let mental = (Category::MentalHealth, vec![Sensitivity::MentalHealth]);
    let plain = (Category::Documents, Vec::new());
    for reference in ["Condition/d", "urn:uuid:d", "https://x.example/fhir/Condition/d"] {
        assert_eq!(place(&document(&names(reference), &[PROBLEM, DEPRESSION])), mental);
    }
    // It stands beside the document, but the document does not speak of it.
    assert_eq!(place(&document(&names("Condition/1"), &[PROBLEM, DEPRESSION])), plain);
    // Through a list, and a prescription whose medicine stands elsewhere.
    let list = r#"{"resourceType":"List","id":"l","entry":[{"item":{"reference":"Condition/d"}}]}"#;
    assert_eq!(place(&document(&names("List/l"), &[list, DEPRESSION])), mental);
    let order = r#"{"resourceType":"MedicationRequest","id":"o","medicationReference":{"reference":"Medication/m"}}"#;
    let medicine = r#"{"resourceType":"Medication","id":"m","code":{"text":"Sertraline 50 mg"}}"#;
    assert_eq!(place(&document(&names("MedicationRequest/o"), &[order, medicine])), mental);
    // Of two kinds: the first names the place, both are told.
    let both = section(r#""entry":[{"reference":"Condition/d"},{"reference":"Observation/h"}]"#);
    let kinds = vec![Sensitivity::SexualHealth, Sensitivity::MentalHealth];
    assert_eq!(place(&document(&both, &[DEPRESSION, HIV])), (Category::SexualHealth, kinds));
}

#[test]
fn a_document_says_by_labels_titles_and_codes_what_it_is() {
    let mental = (Category::MentalHealth, vec![Sensitivity::MentalHealth]);
    let contained = format!(r#","contained":[{DEPRESSION}]"#);
    let medicine = r#","contained":[{"resourceType":"MedicationStatement",
        "medicationCodeableConcept":{"text":"Sertraline"}}]"#;
    for more in [
        section(r#""title":"Behavioral Health","text":{"status":"generated","div":"<div>x</div>"}"#),
        section(r#""section":[{"title":"Salud mental"}]"#),
        section(r#""code":{"coding":[{"system":"http://loinc.org","code":"10190-7"}]}"#),
        r#","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"PSY"}]}"#
            .to_owned(),
        contained,
        medicine.to_owned(),
    ] {
        assert_eq!(place(&document(&more, &[])), mental, "{more}");
    }
    for more in [
        r#","confidentiality":"R""#,
        r#","confidentiality":"V""#,
        r#","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}"#,
    ] {
        let (category, kinds) = place(&document(more, &[]));
        assert!(category.is_sensitive() && kinds == Sensitivity::ALL, "it may be any: {more}");
    }
    for more in [
        r#","confidentiality":"N""#.to_owned(),
        section(r#""title":"Environmental allergies""#),
        section(r#""title":"Fundamentals of diet""#),
    ] {
        assert_eq!(place(&document(&more, &[])), (Category::Documents, Vec::new()), "{more}");
    }
}

#[test]
fn a_prescription_is_kept_with_the_medicine_it_names_or_refers_to() {
    let order = |medicine: &str| {
        format!(
            r#"{{"resourceType":"MedicationRequest","id":"o","dosageInstruction":[{{"text":"At night"}}],
            "medicationReference":{{"reference":"Medication/m"{medicine}}}}}"#
        )
    };
    let medicine = r#"{"resourceType":"Medication","id":"m","code":{"text":"Sertraline 50 mg"}}"#;
    let place = |lines: &[&str]| {
        let parsed = read(&lines.join("\n"));
        let order =
            parsed.resources.into_iter().find(|one| one.resource_type == "MedicationRequest");
        order.map(|order| (order.category, order.within)).unwrap()
    };
    let within = (Category::MentalHealth, vec![Sensitivity::MentalHealth]);
    assert_eq!(place(&[&order("").replace('\n', " "), medicine]), within);
    assert_eq!(place(&[medicine, &order("").replace('\n', " ")]), within);
    let named = order(r#","display":"sertraline 50 mg tablet""#).replace('\n', " ");
    assert_eq!(place(&[&named, PROBLEM]), (Category::MentalHealth, Vec::new()));
    let aspirin = medicine.replace("Sertraline", "Aspirin");
    let plain = order("").replace('\n', " ");
    assert_eq!(place(&[&plain, &aspirin]), (Category::Medications, Vec::new()));
}

#[test]
fn what_cannot_be_read_is_kept_with_the_codes_that_stand_in_it() {
    let twice = DEPRESSION.replace(r#""id":"d""#, r#""id":"d","id":"e""#).replace('\n', " ");
    let parsed = read(&format!("{}\n{PROBLEM}\n{{\"a\": \"I10\"", twice));
    let kept: Vec<_> =
        parsed.kept_as_source.iter().map(|kept| (kept.reason, kept.resource.category)).collect();
    assert_eq!(
        kept,
        [(KeptReason::Ambiguous, Category::MentalHealth), (KeptReason::NotJson, Category::Other)]
    );
}

const ACT: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const HOW_PRIVATE: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
const PATIENT: &str = r#"{"resourceType":"Patient","id":"p","name":[{"family":"Sample"}]}"#;

fn label(system: &str, code: &str) -> String {
    format!(r#""meta":{{"security":[{{"system":"{system}","code":"{code}"}}]}}"#)
}

/// What is kept apart of a file read whole and read in pieces, as (type, place, kinds).
fn placed(file: &str) -> Vec<(String, Category, Vec<Sensitivity>)> {
    let of = |parsed: Parsed, mut given: Vec<Resource>| {
        given.extend(parsed.resources);
        given.extend(parsed.kept_as_source.into_iter().map(|kept| kept.resource));
        given.sort_by_key(|resource| resource.index);
        given
            .into_iter()
            .map(|one| (one.resource_type, one.category, one.kinds))
            .collect::<Vec<_>>()
    };
    let mut given = Vec::new();
    let arrival = Arrival { source: "file.json", received: None };
    let rest = parse_giving(file.as_bytes(), &Limits::default(), &arrival, &mut |some| {
        // The line says where the record is kept, so it is drawn after that is known.
        for resource in &some.resources {
            let line = resource.line.as_ref().unwrap();
            assert_eq!(line.compartment, resource.category);
        }
        given.extend(some.resources);
        given.extend(some.kept_as_source.into_iter().map(|kept| kept.resource));
    });
    let in_pieces = of(rest.unwrap(), given);
    assert_eq!(of(read(file), Vec::new()), in_pieces);
    in_pieces
}

#[test]
fn what_the_sender_says_of_a_bundle_he_says_of_everything_in_it() {
    let entries = format!(
        r#""entry":[{{"resource":{PATIENT}}},{{"resource":{PROBLEM}}},{{"resource":{HIV}}},
        {{"request":{{"method":"DELETE","url":"Condition/9"}}}}]"#
    );
    let eth = label(ACT, "ETH");
    let drugs = vec![Sensitivity::SubstanceUse];
    let expected = [
        ("Patient".to_owned(), Category::Profile, vec![]),
        ("Condition".to_owned(), Category::SubstanceUse, drugs.clone()),
        (
            "Observation".to_owned(),
            Category::SexualHealth,
            vec![Sensitivity::SexualHealth, Sensitivity::SubstanceUse],
        ),
        (String::new(), Category::SubstanceUse, drugs.clone()),
    ];
    let kind = r#""resourceType":"Bundle","type":"collection""#;
    for members in [
        [kind, &eth, &entries],
        [&eth, &entries, kind],
        [kind, &entries, &eth],
        [&entries, &eth, kind],
    ] {
        let bundle = format!("{{{}}}", members.join(","));
        assert_eq!(placed(&bundle), expected, "{bundle}");
        // Inside others: a Bundle, the answer of a server, a list of files.
        let plain = format!(r#"{{"resource":{DEPRESSION}}}"#);
        let outer = format!(r#"{{{kind},"entry":[{{"resource":{bundle}}},{plain}]}}"#);
        let mental =
            ("Condition".to_owned(), Category::MentalHealth, vec![Sensitivity::MentalHealth]);
        let answer = format!(
            r#"{{"resourceType":"Parameters","parameter":[{{"name":"return","resource":{bundle}}}]}}"#
        );
        let mut both = expected.to_vec();
        both.push(mental);
        assert_eq!(placed(&outer), both);
        assert_eq!(placed(&answer), expected);
        assert_eq!(placed(&format!("[{bundle},{DEPRESSION}]")), both);
        // A label outside counts inside.
        let unlabelled = bundle.replace(&eth, r#""id":"b""#);
        let outer = format!(r#"{{{kind},"entry":[{{"resource":{unlabelled}}}],{eth}}}"#);
        assert_eq!(placed(&outer), expected);
        let answer = answer.replace(&eth, r#""id":"b""#);
        let answer = answer.replacen('{', &format!("{{{eth},"), 1);
        assert_eq!(placed(&answer), expected);
    }
    let list = format!(r#"{{"resourceType":"List",{eth},"contained":[{PROBLEM}]}}"#);
    assert_eq!(
        placed(&list),
        [
            ("List".to_owned(), Category::SubstanceUse, drugs.clone()),
            ("Condition".to_owned(), Category::SubstanceUse, drugs),
        ]
    );
}

#[test]
fn a_restricted_bundle_may_be_of_any_kind_unless_it_says_which() {
    let entry = format!(r#""entry":[{{"resource":{PROBLEM}}}]"#);
    let of = |meta: &str| {
        let bundle = format!(r#"{{"resourceType":"Bundle","type":"collection",{meta},{entry}}}"#);
        read(&bundle).resources.remove(0).kinds
    };
    for code in ["R", "V"] {
        assert_eq!(of(&label(HOW_PRIVATE, code)), Sensitivity::ALL);
    }
    assert_eq!(of(&label(HOW_PRIVATE, "N")), []);
    let both = format!(
        r#""meta":{{"security":[{{"system":"{HOW_PRIVATE}","code":"R"}},{{"system":"{ACT}","code":"PSY"}}]}}"#
    );
    assert_eq!(of(&both), [Sensitivity::MentalHealth]);
    // Labels that cannot be read, because they mean two things, or are written twice.
    let psy = label(ACT, "PSY");
    let twice = psy.replace("\"meta\":{", "\"meta\":{\"security\":[],");
    assert_eq!(of(&twice), [Sensitivity::MentalHealth]);
    assert_eq!(of(&format!(r#""meta":{{}},{psy}"#)), [Sensitivity::MentalHealth]);
    assert_eq!(of(&twice.replace("PSY", "R")), Sensitivity::ALL);
}

#[test]
fn a_repetition_in_a_labelled_bundle_labels_the_first() {
    let bundle = |meta: &str| {
        format!(
            r#"{{"resourceType":"Bundle","type":"collection",{meta},"entry":[{{"resource":{PROBLEM}}}]}}"#
        )
    };
    let parsed = read(&format!("{}\n{}", bundle(r#""id":"a""#), bundle(&label(ACT, "PSY"))));
    let first = &parsed.resources[0];
    assert_eq!(parsed.labelled_again, [(first.fingerprint, vec![Sensitivity::MentalHealth])]);
    // Bundles inside Bundles that are no longer taken apart are what stands in them.
    let mut deep = bundle(&label(ACT, "PSY"));
    for _ in 0..5 {
        deep = bundle(r#""id":"a""#).replace(PROBLEM, &deep);
    }
    let whole = &read(&deep).resources[0];
    assert_eq!((whole.resource_type.as_str(), whole.category), ("Bundle", Category::MentalHealth));
}

#[test]
fn a_prescription_without_words_is_called_by_the_medicine_of_its_file() {
    let order = |reference: &str| {
        format!(
            r#"{{"resourceType":"MedicationRequest","medicationReference":{{"reference":"{reference}"}}}}"#
        )
    };
    let medicine = |id: &str, name: &str| {
        format!(r#"{{"resourceType":"Medication","id":"{id}","code":{{"text":"{name}"}}}}"#)
    };
    let called = |resources: &[String]| {
        let entries = resources.iter().map(|one| format!(r#"{{"resource":{one}}}"#));
        let entries: Vec<String> = entries.collect();
        let bundle = format!(
            r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#,
            entries.join(",")
        );
        let parsed = parse(bundle.as_bytes(), &Limits::default()).unwrap();
        let mut orders =
            parsed.resources.iter().filter(|one| one.resource_type == "MedicationRequest");
        orders.next().unwrap().title.clone()
    };
    // It may come later in the file, and others may have its id.
    let patient =
        r#"{"resourceType":"Practitioner","id":"m","name":[{"text":"Dr Test-Okafor"}]}"#.to_owned();
    let aspirin = medicine("m", "Aspirin");
    assert_eq!(called(&[order("Medication/m"), patient.clone(), aspirin.clone()]), "Aspirin");
    assert_eq!(called(&[aspirin.clone(), order("Practitioner/m"), patient]), "");
    // Two that say different things under one name say nothing.
    assert_eq!(called(&[aspirin, medicine("m", "Warfarin"), order("Medication/m")]), "");
}
