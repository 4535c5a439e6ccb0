//! Clinical truth: what is wrong, refuted, stopped, missing or not known must never look like a fact.

use keyward_records::view::{
    self, AbsentReason, ChartInput, ChartItem, DateRole, FlagKind, Marker, RecordView,
    SectionState, SharedScope, ValueView,
};
use keyward_records::{Category, DatePrecision};

fn record(json: &str) -> RecordView {
    view::record_view(&ChartInput {
        record_id: "r1",
        bytes: json.as_bytes(),
        received: Some(7),
        source: "Sample Clinic",
        compartment: None,
    })
}

fn item(json: &str) -> ChartItem {
    record(json).item
}

#[test]
fn every_status_that_is_not_plainly_true_has_its_marker() {
    let concept = |code: &str| format!(r#"{{"coding":[{{"code":"{code}"}}]}}"#);
    let clinical = |code| format!(r#""clinicalStatus":{}"#, concept(code));
    let verification = |code| format!(r#""verificationStatus":{}"#, concept(code));
    let status = |code: &str| format!(r#""status":"{code}""#);
    let cases: Vec<(&str, String, Marker)> = vec![
        ("Observation", status("entered-in-error"), Marker::EnteredInError),
        ("Condition", verification("entered-in-error"), Marker::EnteredInError),
        ("DocumentReference", r#""docStatus":"entered-in-error""#.into(), Marker::EnteredInError),
        ("Condition", verification("refuted"), Marker::Refuted),
        ("AllergyIntolerance", verification("refuted"), Marker::Refuted),
        ("Condition", verification("unconfirmed"), Marker::Unconfirmed),
        ("Condition", verification("provisional"), Marker::Provisional),
        ("Condition", verification("differential"), Marker::Differential),
        ("Condition", clinical("resolved"), Marker::Resolved),
        ("Condition", clinical("remission"), Marker::Remission),
        ("Condition", clinical("relapse"), Marker::Recurrence),
        ("Condition", clinical("inactive"), Marker::Inactive),
        ("Condition", r#""clinicalStatus":"resolved""#.into(), Marker::Resolved),
        ("Immunization", status("not-done"), Marker::NotDone),
        ("Procedure", status("not-done"), Marker::NotDone),
        ("Immunization", r#""notGiven":true"#.into(), Marker::NotDone),
        ("MedicationStatement", status("not-taken"), Marker::NotTaken),
        ("MedicationStatement", r#""taken":"n""#.into(), Marker::NotTaken),
        ("MedicationRequest", status("stopped"), Marker::Stopped),
        ("MedicationRequest", status("cancelled"), Marker::Cancelled),
        ("MedicationRequest", status("on-hold"), Marker::OnHold),
        ("MedicationRequest", status("draft"), Marker::Draft),
        ("MedicationRequest", r#""doNotPerform":true"#.into(), Marker::DoNotPerform),
        ("CarePlan", status("revoked"), Marker::Cancelled),
        ("Appointment", status("noshow"), Marker::Cancelled),
        ("Encounter", status("planned"), Marker::Planned),
        ("Observation", status("preliminary"), Marker::Preliminary),
        ("DiagnosticReport", status("partial"), Marker::Preliminary),
        ("Observation", status("amended"), Marker::Amended),
        ("Observation", status("corrected"), Marker::Corrected),
        ("DiagnosticReport", status("appended"), Marker::Appended),
        ("DocumentReference", status("superseded"), Marker::Superseded),
        ("Observation", status("unknown"), Marker::StatusUnknown),
        ("Goal", r#""lifecycleStatus":"cancelled""#.into(), Marker::Cancelled),
        ("Patient", r#""deceasedBoolean":true"#.into(), Marker::Deceased),
        ("Patient", r#""deceasedDateTime":"2020""#.into(), Marker::Deceased),
        ("Condition", r#""modifierExtension":[{"url":"x"}]"#.into(), Marker::ModifierNotUnderstood),
        (
            "MedicationRequest",
            r#""dosageInstruction":[{"modifierExtension":[{"url":"x"}]}]"#.into(),
            Marker::ModifierNotUnderstood,
        ),
        ("Condition", r#""implicitRules":"http://x""#.into(), Marker::ModifierNotUnderstood),
    ];
    for (kind, member, marker) in cases {
        let json = format!(r#"{{"resourceType":"{kind}",{member}}}"#);
        assert!(item(&json).markers.contains(&marker), "{json}");
    }
}

#[test]
fn plainly_true_statuses_have_no_marker() {
    for json in [
        r#"{"resourceType":"Observation","status":"final"}"#,
        r#"{"resourceType":"MedicationRequest","status":"active","doNotPerform":false}"#,
        r#"{"resourceType":"Condition","clinicalStatus":{"coding":[{"code":"active"}]},"verificationStatus":{"coding":[{"code":"confirmed"}]}}"#,
        r#"{"resourceType":"Procedure","status":"completed"}"#,
        r#"{"resourceType":"Patient","active":true,"deceasedBoolean":false}"#,
    ] {
        assert_eq!(item(json).markers, vec![], "{json}");
    }
}

#[test]
fn no_known_allergies_is_a_statement_of_its_own() {
    let with_code = |code: &str| {
        item(&format!(
            r#"{{"resourceType":"AllergyIntolerance","code":{{"coding":[{{"code":"{code}"}}]}}}}"#
        ))
        .markers
    };
    for code in ["716186003", "409137002", "no-known-allergies", "no-known-food-allergies"] {
        assert_eq!(with_code(code), vec![Marker::NoKnownAllergies], "{code}");
    }
    assert_eq!(with_code("no-allergy-info"), vec![Marker::NoInformation]);
    assert_eq!(with_code("no-known-medications"), vec![Marker::NoneKnown]);
    assert_eq!(with_code("91936005"), vec![]);
}

#[test]
fn a_missing_value_says_why() {
    let stated = item(
        r#"{"resourceType":"Observation","status":"final","dataAbsentReason":{"coding":[{"code":"asked-declined"}]}}"#,
    );
    assert_eq!(stated.absent, Some(AbsentReason::AskedDeclined));
    assert!(stated.markers.contains(&Marker::DataAbsent));
    for json in [
        r#"{"resourceType":"Observation","_valueString":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}}"#,
        r#"{"resourceType":"Observation","valueQuantity":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}}"#,
        r#"{"resourceType":"Condition","_onsetDateTime":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}}"#,
    ] {
        assert_eq!(item(json).absent, Some(AbsentReason::Masked), "{json}");
    }
    let part = item(
        r#"{"resourceType":"Observation","component":[{"code":{"text":"Systolic"},"dataAbsentReason":{"coding":[{"code":"not-performed"}]}}]}"#,
    );
    assert_eq!(part.components[0].absent, Some(AbsentReason::NotPerformed));
    assert_eq!(part.components[0].value, None);
}

#[test]
fn values_keep_their_digits_unit_comparator_ranges_and_flags() {
    let seen = item(
        r#"{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"4548-4","display":"HbA1c"}]},
        "valueQuantity":{"value":7.20,"comparator":"<","unit":"% of Hb","system":"http://unitsofmeasure.org","code":"%"},
        "referenceRange":[{"low":{"value":4.0,"unit":"%"},"high":{"value":6.00,"unit":"%"},"text":"4 to 6"},{"text":"see letter"}],
        "interpretation":[{"coding":[{"code":"HH"}]},{"text":"odd"}]}"#,
    );
    let Some(ValueView::Quantity { quantity }) = seen.value else { panic!("no quantity") };
    assert_eq!(quantity.value.as_deref(), Some("7.20"));
    assert_eq!(quantity.comparator.as_deref(), Some("<"));
    assert_eq!(quantity.unit.as_deref(), Some("% of Hb"));
    assert_eq!(seen.ranges.len(), 2);
    assert_eq!(seen.ranges[0].high.as_ref().unwrap().value.as_deref(), Some("6.00"));
    assert_eq!(seen.ranges[1].text.as_deref(), Some("see letter"));
    assert_eq!(seen.flags[0].kind, FlagKind::CriticalHigh);
    assert_eq!((seen.flags[1].kind, seen.flags[1].written.as_str()), (FlagKind::Other, "odd"));
    assert_eq!(seen.code.unwrap().code.as_deref(), Some("4548-4"));
    assert_eq!(seen.source, "Sample Clinic");
    assert_eq!(seen.received, Some(7));
}

#[test]
fn each_flag_of_the_code_system_means_one_thing() {
    for (code, kind) in [
        ("LL", FlagKind::CriticalLow),
        ("L", FlagKind::Low),
        ("N", FlagKind::Normal),
        ("H", FlagKind::High),
        ("HH", FlagKind::CriticalHigh),
        ("A", FlagKind::Abnormal),
        ("AA", FlagKind::CriticalAbnormal),
        ("POS", FlagKind::Positive),
        ("NEG", FlagKind::Negative),
        ("R", FlagKind::Resistant),
        ("??", FlagKind::Other),
    ] {
        let json = format!(
            r#"{{"resourceType":"Observation","interpretation":[{{"coding":[{{"code":"{code}"}}]}}]}}"#
        );
        assert_eq!(item(&json).flags[0].kind, kind, "{code}");
    }
}

#[test]
fn every_kind_of_value_is_read() {
    let value = |member: &str| {
        item(&format!(r#"{{"resourceType":"Observation",{member}}}"#)).value.unwrap()
    };
    assert!(matches!(
        value(r#""valueCodeableConcept":{"text":"Ex-smoker"}"#),
        ValueView::Concept { .. }
    ));
    assert!(matches!(value(r#""valueString":"No growth""#), ValueView::Text { .. }));
    assert!(matches!(value(r#""valueBoolean":false"#), ValueView::Boolean { yes: false }));
    assert!(matches!(value(r#""valueInteger":3"#), ValueView::Number { .. }));
    assert!(matches!(value(r#""valueRange":{"low":{"value":1}}"#), ValueView::Range { .. }));
    assert!(matches!(
        value(r#""valueRatio":{"numerator":{"value":1},"denominator":{"value":128}}"#),
        ValueView::Ratio { .. }
    ));
    assert!(matches!(
        value(
            r#""valueSampledData":{"origin":{"value":0},"period":8,"dimensions":1,"data":"1 2"}"#
        ),
        ValueView::Sampled { .. }
    ));
    assert!(matches!(
        value(r#""valueDateTime":"2020-01""#),
        ValueView::Date { precision: DatePrecision::Month, .. }
    ));
    assert!(matches!(value(r#""valuePeriod":{"start":"2020"}"#), ValueView::Period { .. }));
}

#[test]
fn dates_stay_as_partial_as_they_were_given() {
    let date =
        |member: &str| item(&format!(r#"{{"resourceType":"Condition",{member}}}"#)).date.unwrap();
    for (member, value, precision) in [
        (r#""onsetDateTime":"1998""#, "1998", DatePrecision::Year),
        (r#""onsetDateTime":"1998-03""#, "1998-03", DatePrecision::Month),
        (r#""onsetString":"in childhood""#, "in childhood", DatePrecision::Text),
        (r#""onsetAge":{"value":52,"unit":"years"}"#, "52 years", DatePrecision::Text),
        (r#""onsetPeriod":{"start":"2001","end":"2003-05"}"#, "2001", DatePrecision::Year),
    ] {
        let seen = date(member);
        assert_eq!((seen.value.as_str(), seen.precision), (value, precision));
        assert_eq!(seen.role, DateRole::Onset);
    }
    assert_eq!(date(r#""recordedDate":"2020-02-02""#).role, DateRole::Recorded);
    let until = date(r#""onsetPeriod":{"end":"2003-05"}"#);
    assert_eq!((until.value.as_str(), until.end.as_deref()), ("", Some("2003-05")));
}

#[test]
fn not_shared_is_not_the_same_as_none_recorded_and_never_leaks() {
    let condition = br#"{"resourceType":"Condition","code":{"text":"Secret"}}"#;
    let medicine = br#"{"resourceType":"MedicationRequest","medicationReference":{"reference":"Medication/1"}}"#;
    let named = br#"{"resourceType":"Medication","id":"1","code":{"text":"Aspirin"}}"#;
    let doctor = br#"{"resourceType":"Practitioner","id":"d","name":[{"text":"Test-Doctor"}]}"#;
    let input = |id, bytes| ChartInput {
        record_id: id,
        bytes,
        received: None,
        source: "s",
        compartment: None,
    };
    let inputs = [
        input("c", &condition[..]),
        input("m", &medicine[..]),
        input("n", &named[..]),
        input("d", &doctor[..]),
    ];
    let scope = SharedScope::Only(vec![Category::Medications, Category::Allergies]);
    let chart = view::chart(&inputs, &scope);
    let section = |category| chart.sections.iter().find(|s| s.category == category).unwrap();
    assert_eq!(section(Category::Conditions).state, SectionState::NotShared);
    assert!(section(Category::Conditions).items.is_empty());
    assert_eq!(section(Category::Allergies).state, SectionState::NoneRecorded);
    assert_eq!(section(Category::Medications).state, SectionState::Shared);
    assert!(section(Category::Medications).items.iter().all(|item| item.title == "Aspirin"));
    let all = serde_json::to_string(&chart).unwrap();
    assert!(!all.contains("Secret") && !all.contains("Test-Doctor"));
}

#[test]
fn references_are_not_resolved_across_sources_or_when_ambiguous() {
    let request = br#"{"resourceType":"MedicationRequest","medicationReference":{"reference":"Medication/1"}}"#;
    let one = br#"{"resourceType":"Medication","id":"1","code":{"text":"Aspirin"}}"#;
    let two = br#"{"resourceType":"Medication","id":"1","code":{"text":"Warfarin"}}"#;
    let input = |id, bytes, source| ChartInput {
        record_id: id,
        bytes,
        received: None,
        source,
        compartment: None,
    };
    let title = |inputs: &[ChartInput<'_>]| {
        let chart = view::chart(inputs, &SharedScope::All);
        let all: Vec<ChartItem> = chart.sections.into_iter().flat_map(|s| s.items).collect();
        all.into_iter().find(|item| item.id == "r").unwrap().title
    };
    assert_eq!(title(&[input("r", request, "a"), input("1", one, "a")]), "Aspirin");
    assert_eq!(title(&[input("r", request, "a"), input("2", two, "b")]), "");
    assert_eq!(title(&[input("r", request, "a"), input("1", one, "a"), input("2", two, "a")]), "");
}

#[test]
fn two_patients_in_one_chart_are_noticed() {
    let one =
        br#"{"resourceType":"Patient","name":[{"text":"Test-Anna Muster"}],"birthDate":"1961"}"#;
    let two =
        br#"{"resourceType":"Patient","name":[{"text":"Test-Berta Muster"}],"birthDate":"1970"}"#;
    let input = |id, bytes| ChartInput {
        record_id: id,
        bytes,
        received: None,
        source: "s",
        compartment: None,
    };
    let chart = view::chart(&[input("1", &one[..]), input("2", &two[..])], &SharedScope::All);
    let identity = chart.identity.unwrap();
    assert_eq!(identity.name.as_deref(), Some("Test-Anna Muster"));
    assert_eq!(identity.conflicting, vec!["Test-Berta Muster, 1970"]);
}

#[test]
fn the_timeline_is_newest_first_and_undated_last() {
    let bytes = [
        br#"{"resourceType":"Condition","onsetDateTime":"1998"}"#.to_vec(),
        br#"{"resourceType":"Condition","onsetString":"in childhood"}"#.to_vec(),
        br#"{"resourceType":"Procedure","performedDateTime":"2020-01-01T00:30:00+02:00"}"#.to_vec(),
        br#"{"resourceType":"Procedure","performedDateTime":"2019-12-31T23:00:00Z"}"#.to_vec(),
    ];
    let ids = ["a", "b", "c", "d"];
    let inputs: Vec<ChartInput<'_>> = bytes
        .iter()
        .zip(ids)
        .map(|(bytes, id)| ChartInput {
            record_id: id,
            bytes,
            received: None,
            source: "s",
            compartment: None,
        })
        .collect();
    let chart = view::chart(&inputs, &SharedScope::All);
    let order: Vec<&str> = chart.timeline.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(order, ["d", "c", "a", "b"]);
}

#[test]
fn what_is_not_understood_is_shown_as_source() {
    for odd in ["not json", "[1,2]", r#"{"no":"type"}"#, "{\"a\":1,\"a\":2}", "\u{fffd}"] {
        let seen = record(odd);
        assert_eq!(seen.item.markers, vec![Marker::KeptAsSource]);
        assert_eq!(seen.item.category, Category::Other);
        assert!(!seen.source.is_empty());
    }
}

#[test]
fn a_type_that_r4_does_not_have_is_marked() {
    let seen = record(r#"{"resourceType":"Wonder","title":"x"}"#);
    assert_eq!(seen.item.markers, vec![Marker::KeptAsSource]);
    assert_eq!(seen.item.title, "x");
    assert!(!seen.facts.is_empty());
}

#[test]
fn every_element_is_a_fact_and_labels_are_stable() {
    let seen = record(
        r#"{"resourceType":"MedicationRequest","id":"x","status":"active","medicationCodeableConcept":{"text":"Aspirin"},
        "dosageInstruction":[{"text":"one"},{"text":"two","doseAndRate":[{"doseQuantity":{"value":1.50,"unit":"tab"}}]}],
        "requester":{"display":"Dr Sample"},"oddElement":{"deep":[{"odd":"kept"}]},"note":[{"text":"careful","time":"2020"}]}"#,
    );
    let fact = |path: &str| seen.facts.iter().find(|fact| fact.path == path).unwrap();
    assert_eq!(fact("dosageInstruction[1].text").label, "dosageInstruction.text");
    assert_eq!(fact("medicationCodeableConcept").label, "medication");
    assert_eq!(
        fact("dosageInstruction[1].doseAndRate[0].doseQuantity").label,
        "dosageInstruction.doseAndRate.dose"
    );
    assert_eq!(fact("oddElement.deep[0].odd").value, ValueView::Text { text: "kept".into() });
    assert!(fact("id").technical);
    assert_eq!(seen.notes[0].text, "careful");
    assert!(seen.source.contains("1.50"), "the source keeps the digits");
}

#[test]
fn documents_are_listed_and_their_bytes_given() {
    let json = r#"{"resourceType":"DocumentReference","status":"current","content":[
        {"attachment":{"contentType":"text/plain","title":"letter","data":"aGVs\nbG8="}},
        {"attachment":{"contentType":"application/pdf","url":"https://elsewhere.invalid/x.pdf"}}]}"#;
    let json = json.replace("aGVs\nbG8=", "aGVsbG8=");
    let seen = record(&json);
    assert_eq!(seen.item.attachments, 2);
    assert_eq!((seen.attachments[0].bytes, seen.attachments[0].inline), (Some(5), true));
    assert!(!seen.attachments[1].inline);
    assert_eq!(view::attachment(json.as_bytes(), 0).unwrap().data, b"hello");
    assert_eq!(view::attachment(json.as_bytes(), 1), None);
    assert_eq!(view::attachment(json.as_bytes(), 9), None);
    let binary = br#"{"resourceType":"Binary","contentType":"text/plain","data":"aGVsbG8="}"#;
    assert_eq!(view::attachment(binary, 0).unwrap().data, b"hello");
}
