use super::*;
use crate::Limits;

fn json(text: &str) -> Json {
    Json::read(text.as_bytes(), &Limits::default()).unwrap()
}

fn coded(kind: &str, system: &str, code: &str) -> Json {
    json(&format!(
        r#"{{"resourceType":"{kind}","code":{{"coding":[{{"system":"{system}","code":"{code}"}}]}}}}"#
    ))
}

const ICD: &str = "http://hl7.org/fhir/sid/icd-10-cm";

#[test]
fn chapters_of_icd_10_name_their_kind() {
    for (code, kind) in [
        ("F32.1", Some(Sensitivity::MentalHealth)),
        ("f32.1", Some(Sensitivity::MentalHealth)),
        ("F10.20", Some(Sensitivity::SubstanceUse)),
        ("F17.210", None),
        ("F64.0", Some(Sensitivity::SexualHealth)),
        ("B20", Some(Sensitivity::SexualHealth)),
        ("A54.01", Some(Sensitivity::SexualHealth)),
        ("Z15.01", Some(Sensitivity::Genetics)),
        ("T74.11XA", Some(Sensitivity::Violence)),
        ("T39.1X2A", Some(Sensitivity::MentalHealth)),
        ("T40.2X1A", Some(Sensitivity::SubstanceUse)),
        ("T40.2X5A", None),
        ("K70.30", Some(Sensitivity::SubstanceUse)),
        ("I10", None),
        ("E11.9", None),
        ("O24.4", None),
        ("", None),
        ("F", None),
        ("Fé1", None),
    ] {
        assert_eq!(kind_of_code(ICD, code, true), kind, "{code}");
    }
    assert_eq!(kind_of_code("http://hl7.org/fhir/sid/icd-10-pcs", "F32", true), None);
    assert_eq!(kind_of_code("http://hl7.org/fhir/sid/icd-9-cm", "305.1", true), None);
    let nine = |code| kind_of_code("urn:oid:2.16.840.1.113883.6.103", code, true);
    assert_eq!(nine("305.00"), Some(Sensitivity::SubstanceUse));
    assert_eq!(nine("042"), Some(Sensitivity::SexualHealth));
    assert_eq!(nine("401.9"), None);
}

#[test]
fn a_label_counts_whatever_the_codes_say() {
    let labelled = |code| {
        json(&format!(
            r#"{{"resourceType":"Condition","meta":{{"security":[{{"system":
            "http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{code}"}}]}}}}"#
        ))
    };
    for (code, kind) in [
        ("PSY", Sensitivity::MentalHealth),
        ("HIV", Sensitivity::SexualHealth),
        ("ETH", Sensitivity::SubstanceUse),
        ("GDIS", Sensitivity::Genetics),
        ("SDV", Sensitivity::Violence),
    ] {
        let found = of(&labelled(code));
        let why = SensitivityReason::Label { code: code.to_owned() };
        assert_eq!(found, [SensitivityMatch { kind, why }]);
        assert_eq!(Category::of(&labelled(code)), kind.category());
        assert_eq!(Category::section_of(&labelled(code)), Category::Conditions);
    }
    assert!(of(&labelled("R")).is_empty());
}

#[test]
fn codes_count_wherever_they_stand() {
    let bill = json(
        r#"{"resourceType":"Claim","diagnosis":[{"diagnosisCodeableConcept":{"coding":[
        {"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"F33.1"}]}}]}"#,
    );
    assert_eq!(Category::of(&bill), Category::MentalHealth);
    assert_eq!(Category::section_of(&bill), Category::Claims);
    let part = json(
        r#"{"resourceType":"Observation","component":[{"code":{"coding":[
        {"system":"http://loinc.org","code":"44261-6"}]}}]}"#,
    );
    assert_eq!(Category::of(&part), Category::MentalHealth);
    let viral = coded("Observation", "http://loinc.org", "25836-8");
    assert_eq!(Category::of(&viral), Category::SexualHealth);
    assert_eq!(Category::section_of(&viral), Category::Results);
}

#[test]
fn a_medicine_is_known_by_its_name_but_an_allergy_to_it_is_not_hidden() {
    let rx = json(
        r#"{"resourceType":"MedicationRequest","medicationCodeableConcept":{"coding":[{"system":
        "http://www.nlm.nih.gov/research/umls/rxnorm","code":"312941",
        "display":"Sertraline 50 MG Oral Tablet"}]}}"#,
    );
    assert_eq!(Category::of(&rx), Category::MentalHealth);
    let atc = coded("Medication", "http://www.whocc.no/atc", "J05AR03");
    assert_eq!(Category::of(&atc), Category::SexualHealth);
    let allergy = json(
        r#"{"resourceType":"AllergyIntolerance","code":{"text":"Sertraline","coding":[{"system":
        "http://www.whocc.no/atc","code":"N06AB06"}]}}"#,
    );
    assert_eq!(Category::of(&allergy), Category::Allergies);
    let aspirin = coded("Medication", "http://www.whocc.no/atc", "B01AC06");
    assert_eq!(Category::of(&aspirin), Category::Medications);
}

#[test]
fn who_she_is_stays_who_she_is_whatever_is_written_in_it() {
    let patient = json(
        r#"{"resourceType":"Patient","meta":{"security":[{"system":
        "http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]}}"#,
    );
    assert_eq!(Category::of(&patient), Category::Profile);
}

#[test]
fn of_several_kinds_one_names_the_compartment_and_all_are_told() {
    let both = json(
        r#"{"resourceType":"Condition","code":{"coding":[
        {"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"F43.10"},
        {"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"T74.21XA"}]}}"#,
    );
    assert_eq!(kinds(&both), [Sensitivity::Violence, Sensitivity::MentalHealth]);
    assert_eq!(Category::of(&both), Category::Violence);
}

#[test]
fn a_consent_that_names_a_kind_is_not_of_it() {
    let consent = json(
        r#"{"resourceType":"Consent","meta":{"tag":[{"system":"http://loinc.org","code":"44261-6"}]},
        "provision":{"securityLabel":[{"system":
        "http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"PSY"}]}}"#,
    );
    assert!(of(&consent).is_empty());
    assert!(of(&Json::Null).is_empty());
}

/// LOINC's check digit: mod 10, as in its users' guide.
#[test]
fn every_loinc_code_of_the_list_has_its_check_digit() {
    for (code, _) in loinc::CODES {
        let (number, check) = code.split_once('-').unwrap();
        let mut sum = 0;
        for (place, digit) in number.bytes().rev().enumerate() {
            let digit = u32::from(digit - b'0');
            let doubled = if place % 2 == 0 { digit * 2 } else { digit };
            sum += doubled / 10 + doubled % 10;
        }
        assert_eq!(((10 - sum % 10) % 10).to_string(), check, "{code}");
    }
}

/// SNOMED CT's check digit (Verhoeff).
#[test]
fn every_snomed_code_of_the_list_has_its_check_digit() {
    let multiply = |a: usize, b: usize| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - 5 + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    };
    const TURN: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    for (code, _) in snomed::CODES {
        let mut check = 0;
        for (place, digit) in code.bytes().rev().enumerate() {
            let mut digit = usize::from(digit - b'0');
            (0..place % 8).for_each(|_| digit = TURN[digit]);
            check = multiply(check, digit);
        }
        assert_eq!(check, 0, "{code}");
    }
}
