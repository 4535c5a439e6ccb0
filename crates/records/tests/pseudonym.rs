//! De-identifying: what Patient says about her never survives in a structured field, and what stays
//! in text is listed.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use base64::Engine as _;
use keyward_records::deidentify::{
    FreeTextKind, IdentifierKind, Options, Terms, free_text, identifying, strip, strip_with,
};
use keyward_records::json::Json;
use keyward_records::view::{self, ChartInput, SharedScope};
use keyward_records::{Category, Limits, Parsed, parse};
use keyward_testkit::{BundleKind, Persona, bundle, person};
use proptest::prelude::*;

fn patients_terms(parsed: &Parsed) -> Terms {
    Terms::from_patients(parsed.resources.iter().map(|r| r.bytes.as_slice()))
}

/// All texts and numbers of a resource with their paths.
fn leaves(value: &Json, path: &str, out: &mut Vec<(String, String)>) {
    match value {
        Json::String(text) => out.push((path.to_owned(), text.to_string())),
        Json::Number(digits) => out.push((path.to_owned(), digits.to_string())),
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &format!("{path}[{index}]"), out);
            }
        }
        Json::Object(members) => {
            for (name, value) in members {
                let separator = if path.is_empty() { "" } else { "." };
                leaves(value, &format!("{path}{separator}{name}"), out);
            }
        }
        _ => {}
    }
}

/// Nothing planted survives except in text that is listed with its hit.
fn check(parsed: &Parsed, planted: &[String], options: &Options) {
    for resource in &parsed.resources {
        let stripped = strip_with(&resource.bytes, options).unwrap();
        let json = Json::read(&stripped.bytes, &Limits::default()).unwrap();
        let mut found = Vec::new();
        leaves(&json, "", &mut found);
        for (path, text) in found {
            let lower = text.to_lowercase();
            for word in planted.iter().filter(|word| lower.contains(&word.to_lowercase())) {
                let listed = stripped
                    .free_text
                    .iter()
                    .any(|warning| warning.path == path && !warning.hits.is_empty());
                assert!(listed, "{word} survives in {} {path}: {text}", resource.resource_type);
            }
        }
    }
}

#[test]
fn nothing_that_identifies_the_personas_survives_in_structure() {
    for persona in [Persona::HeartWoman, Persona::DiabetesMan] {
        let parsed = parse(&persona.bundle(3), &Limits::default()).unwrap();
        let mut planted = persona.person().identifiers();
        planted.extend(
            [
                "Okafor",
                "Nachbar",
                "Clara",
                "Test-Vater",
                "SN-TEST",
                "DOC-TEST",
                "Sample Clinic",
                "555-01",
            ]
            .map(str::to_owned),
        );
        let mut terms = patients_terms(&parsed);
        planted.iter().for_each(|word| terms.insert(word));
        check(&parsed, &planted, &Options { terms, ..Options::default() });
    }
}

#[test]
fn a_stripped_chart_is_still_a_chart_and_still_names_its_medicines() {
    let parsed = parse(&Persona::HeartWoman.bundle(3), &Limits::default()).unwrap();
    let options = Options { link_key: Some([7; 32]), ..Options::default() };
    let stripped: Vec<Vec<u8>> =
        parsed.resources.iter().map(|r| strip_with(&r.bytes, &options).unwrap().bytes).collect();
    let show = |all: &[Vec<u8>]| {
        let inputs: Vec<ChartInput<'_>> = all
            .iter()
            .map(|bytes| ChartInput {
                record_id: "r",
                bytes,
                received: None,
                source: "s",
                compartment: None,
            })
            .collect();
        view::chart(&inputs, &SharedScope::All)
    };
    let original: Vec<Vec<u8>> = parsed.resources.iter().map(|r| r.bytes.clone()).collect();
    let (before, after) = (show(&original), show(&stripped));
    assert_eq!(after.identity.as_ref().unwrap().name, None);
    assert_eq!(after.identity.as_ref().unwrap().birth_date, None);
    assert_eq!(after.identity.unwrap().sex.as_deref(), Some("female"));
    for (one, two) in before.sections.iter().zip(&after.sections) {
        if matches!(one.category, Category::Profile | Category::Other) {
            continue;
        }
        let line = |item: &view::ChartItem| {
            (
                item.title.clone(),
                item.date.clone(),
                item.markers.clone(),
                item.value.clone(),
                item.components.clone(),
                item.ranges.clone(),
                item.flags.clone(),
            )
        };
        let mut one: Vec<_> = one.items.iter().map(line).collect();
        let mut two: Vec<_> = two.items.iter().map(line).collect();
        one.sort_by_key(|line| format!("{line:?}"));
        two.sort_by_key(|line| format!("{line:?}"));
        assert_eq!(one, two);
    }
}

#[test]
fn ids_under_different_keys_cannot_be_linked_and_under_one_key_fit() {
    let bytes = br#"{"resourceType":"Condition","id":"abc","encounter":{"reference":"Encounter/e1","display":"visit"},"subject":{"reference":"urn:uuid:P1"}}"#;
    let visit = br#"{"resourceType":"Encounter","id":"e1"}"#;
    let with = |bytes: &[u8], key| {
        let options = Options { link_key: key, ..Options::default() };
        String::from_utf8(strip_with(bytes, &options).unwrap().bytes).unwrap()
    };
    assert_eq!(
        with(bytes, None),
        r#"{"resourceType":"Condition","encounter":{"display":"visit"}}"#
    );
    let (one, two) = (with(bytes, Some([1; 32])), with(bytes, Some([2; 32])));
    assert_ne!(one, two);
    assert!(!one.contains("abc") && !one.contains("e1\"") && !one.contains("P1"));
    let visit = with(visit, Some([1; 32]));
    let id = visit.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(one.contains(&format!("Encounter/{id}")));
}

#[test]
fn ids_of_contained_resources_name_nobody_and_still_lead_to_them() {
    let bytes = br##"{"resourceType":"MedicationRequest",
        "contained":[{"resourceType":"Practitioner","id":"dr-sample-4711"},
            {"resourceType":"Medication","id":"Lot7","code":{"text":"Aspirin"}},
            {"resourceType":"Medication","id":"lot7","code":{"text":"Codeine"}}],
        "medicationReference":{"reference":"#lot7"},"requester":{"reference":"#dr-sample-4711"},
        "basedOn":[{"reference":"#gone-test-anna"}],"partOf":[{"reference":"#"}]}"##;
    for link_key in [None, Some([1; 32])] {
        let stripped = strip_with(bytes, &Options { link_key, ..Options::default() }).unwrap();
        let text = String::from_utf8(stripped.bytes).unwrap();
        for gone in ["dr-sample", "4711", "test-anna", "lot7", "Lot7"] {
            assert!(!text.contains(gone), "{gone} in {text}");
        }
        // Ids that differ in case only are two medicines.
        assert!(text.contains(r##""medicationReference":{"reference":"#c3"}"##), "{text}");
        assert!(text.contains(r#""code":{"text":"Codeine"},"id":"c3""#), "{text}");
        assert!(text.contains(r##""requester":{"reference":"#c1"}"##), "{text}");
        assert!(text.contains(r##""partOf":[{"reference":"#"}]"##), "{text}");
    }
}

#[test]
fn each_kind_of_identifier_is_taken_out_and_named() {
    let bytes = br##"{"resourceType":"Observation","id":"1","meta":{"source":"https://host.example/x","profile":["p"]},
        "text":{"status":"generated","div":"<div>Test-Anna</div>"},
        "contained":[{"resourceType":"Patient","id":"p"},{"resourceType":"Medication","id":"m","code":{"text":"Aspirin"}}],
        "extension":[{"url":"http://x/mothersMaidenName","valueString":"Secret"},{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}],
        "identifier":[{"value":"LAB-1"}],"basedOn":[{"identifier":{"value":"ORDER-1"}}],
        "subject":{"reference":"Patient/1","display":"Test-Anna"},"performer":[{"reference":"Practitioner/2","display":"Dr Sample"}],
        "code":{"text":"HbA1c"},"valueQuantity":{"value":7.20,"unit":"%"},
        "note":[{"authorString":"Dr Sample","text":"Saw Test-Anna today"}],
        "modifierExtension":[{"url":"http://x/not","valueString":"Secret"}]}"##;
    let mut terms = Terms::default();
    terms.insert("Test-Anna");
    let stripped = strip_with(bytes, &Options { terms, ..Options::default() }).unwrap();
    let text = String::from_utf8(stripped.bytes.clone()).unwrap();
    for gone in ["LAB-1", "ORDER-1", "Dr Sample", "Secret", "host.example", "Patient/1", "<div>"] {
        assert!(!text.contains(gone), "{gone} in {text}");
    }
    assert!(text.contains("7.20") && text.contains("Aspirin") && text.contains("masked"));
    let removed = |what| stripped.removed.iter().any(|item| item.what == what);
    for what in [
        IdentifierKind::TechnicalId,
        IdentifierKind::Narrative,
        IdentifierKind::ContainedPerson,
        IdentifierKind::Extension,
        IdentifierKind::RecordNumber,
        IdentifierKind::PersonReference,
        IdentifierKind::CareProvider,
    ] {
        assert!(removed(what), "{what:?}");
    }
    let note = stripped.free_text.iter().find(|w| w.path == "note[0].text").unwrap();
    assert_eq!(note.hits, vec!["test-anna"]);
    // That something modifies the meaning must still be seen.
    let input = ChartInput {
        record_id: "r",
        bytes: &stripped.bytes,
        received: None,
        source: "",
        compartment: None,
    };
    assert!(view::record_view(&input).item.markers.contains(&view::Marker::ModifierNotUnderstood));
}

#[test]
fn the_preview_names_what_identifies_her() {
    let person = Persona::HeartWoman.person();
    let parsed = parse(&Persona::HeartWoman.bundle(1), &Limits::default()).unwrap();
    let patient = parsed.resources.iter().find(|r| r.resource_type == "Patient").unwrap();
    let items = identifying(&patient.bytes);
    for (what, value) in [
        (IdentifierKind::Name, &person.family),
        (IdentifierKind::BirthDate, &person.birth_date),
        (IdentifierKind::RecordNumber, &person.record_number),
        (IdentifierKind::Telecom, &person.phone),
        (IdentifierKind::Address, &person.street),
    ] {
        assert!(
            items.iter().any(|item| item.what == what && item.value.contains(value.as_str())),
            "{what:?}"
        );
    }
}

/// A JPEG with a position in its Exif block.
fn photo_with_place() -> String {
    let mut jpeg = b"\xff\xd8\xff\xe1\0\x24Exif\0\0II*\0\x08\0\0\0\x01\0".to_vec();
    jpeg.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0, 0, 0, 0, 5, 0]);
    jpeg.extend(b"\xff\xda\0\x02");
    base64::engine::general_purpose::STANDARD.encode(jpeg)
}

#[test]
fn a_photograph_that_says_where_it_was_taken_is_named_wherever_it_stands() {
    let photo = photo_with_place();
    let broken_lines = format!("{}\\n{}", &photo[..20], &photo[20..]);
    for (record, path) in [
        (
            r#"{"resourceType":"Media","content":{"contentType":"image/jpeg","data":"PHOTO"}}"#,
            "content.data",
        ),
        (
            r#"{"resourceType":"DocumentReference","content":[{"attachment":{"data":"QUJD"}},{"attachment":{"data":"PHOTO"}}]}"#,
            "content[1].attachment.data",
        ),
        (r#"{"resourceType":"Binary","contentType":"image/jpeg","data":"PHOTO"}"#, "data"),
        (r#"{"resourceType":"Wonder","data":"PHOTO"}"#, "data"),
    ] {
        for photo in [&photo, &broken_lines] {
            let items = identifying(record.replace("PHOTO", photo).as_bytes());
            let places: Vec<_> =
                items.iter().filter(|item| item.what == IdentifierKind::PhotoPlace).collect();
            assert_eq!(places.len(), 1, "{record}");
            assert_eq!((places[0].path.as_str(), places[0].value.as_str()), (path, ""));
        }
        let without = identifying(record.replace("PHOTO", "/9j/2gAC").as_bytes());
        assert!(without.iter().all(|item| item.what != IdentifierKind::PhotoPlace), "{record}");
    }
    // What is shared under a made-up name still has it, so the preview of that must name it as well.
    let media = r#"{"resourceType":"Media","content":{"data":"PHOTO"}}"#.replace("PHOTO", &photo);
    let stripped = strip(media.as_bytes()).unwrap();
    let stays = identifying(&stripped.bytes);
    assert_eq!(stays.iter().map(|item| item.what.code()).collect::<Vec<_>>(), ["photoPlace"]);
}

#[test]
fn documents_and_unknown_records_are_warned_of() {
    let letter = br#"{"resourceType":"DocumentReference","content":[{"attachment":{"contentType":"text/plain","data":"VGVzdC1Bbm5hIGhlcmU=","url":"https://x.example/1","hash":"aGFzaA=="}}]}"#;
    let mut terms = Terms::default();
    terms.insert("Test-Anna");
    let warnings = free_text(letter, &terms);
    assert_eq!((warnings[0].kind, warnings[0].hits.len()), (FreeTextKind::Document, 1));
    assert!(!String::from_utf8(strip(letter).unwrap().bytes).unwrap().contains("x.example"));
    assert!(strip(b"not json").is_err());
    assert!(strip(br#"{"resourceType":"Wonder","name":"Test-Anna"}"#).is_err());
    assert_eq!(free_text(b"not json Test-Anna", &terms)[0].kind, FreeTextKind::Source);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_planted_identifier_survives_in_structure(seed in 0_u64..10_000, keyed in any::<bool>()) {
        let parsed = parse(&bundle(seed, BundleKind::Transaction, 60), &Limits::default()).unwrap();
        let options = Options {
            link_key: keyed.then_some([9; 32]),
            terms: patients_terms(&parsed),
            keep_practitioners: false,
        };
        check(&parsed, &person(seed).identifiers(), &options);
    }

    /// Her words planted anywhere in anything: gone, or listed.
    #[test]
    fn a_name_planted_anywhere_is_removed_or_listed(seed in 0_u64..10_000, at in any::<prop::sample::Index>(), which in any::<prop::sample::Index>()) {
        const PLANT: &str = "Zzplanted Qqidentity";
        let parsed = parse(&Persona::HeartWoman.bundle(seed), &Limits::default()).unwrap();
        let resource = which.get(&parsed.resources);
        let mut json = resource.json().unwrap();
        let mut texts = Vec::new();
        leaves(&json, "", &mut texts);
        let target = at.index(texts.len());
        let mut n = 0;
        plant(&mut json, &mut n, target, PLANT);
        let mut terms = Terms::default();
        terms.insert("zzplanted");
        let Ok(stripped) = strip_with(json.to_compact().as_bytes(), &Options { terms, ..Options::default() }) else { return Ok(()) };
        let text = String::from_utf8(stripped.bytes).unwrap();
        let listed = stripped.free_text.iter().any(|w| !w.hits.is_empty());
        let inside_document = texts[target].0.ends_with(".data");
        prop_assert!(!text.contains("Zzplanted") || listed || inside_document, "{:?} {text}", texts[target]);
    }
}

fn plant(value: &mut Json, n: &mut usize, target: usize, words: &str) {
    match value {
        Json::String(_) | Json::Number(_) => {
            if *n == target {
                *value = Json::from(words);
            }
            *n += 1;
        }
        Json::Array(items) => items.iter_mut().for_each(|item| plant(item, n, target, words)),
        Json::Object(members) => {
            members.iter_mut().for_each(|(_, value)| plant(value, n, target, words));
        }
        _ => {}
    }
}
