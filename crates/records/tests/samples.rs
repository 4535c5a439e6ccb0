//! Third-party samples, read from beside the project where they are present.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "helpers of tests; a skip is printed"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use keyward_records::view::{self, ChartInput, SharedScope};
use keyward_records::{Category, Limits, Match, Parsed, PatientIdentity, parse, same_person};

fn data(path: &str) -> Option<PathBuf> {
    let found = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("skipped: {path} is not there");
    None
}

/// Types of the entries as an independent reader counts them.
fn counted(bytes: &[u8]) -> BTreeMap<String, usize> {
    let bundle: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    let mut counts = BTreeMap::new();
    for entry in bundle["entry"].as_array().unwrap() {
        *counts
            .entry(entry["resource"]["resourceType"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    counts
}

fn inputs<'a>(parsed: &'a Parsed, ids: &'a [String]) -> Vec<ChartInput<'a>> {
    parsed
        .resources
        .iter()
        .zip(ids)
        .map(|(resource, id)| ChartInput {
            record_id: id,
            bytes: &resource.bytes,
            received: Some(1_700_000_000),
            source: "file",
            compartment: None,
        })
        .collect()
}

fn check(bytes: &[u8]) -> Parsed {
    let parsed = parse(bytes, &Limits::default()).unwrap();
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for resource in &parsed.resources {
        *found.entry(resource.resource_type.clone()).or_default() += 1;
        assert!(
            bytes.windows(resource.bytes.len()).any(|window| window == resource.bytes),
            "bytes are not as they came"
        );
        assert!(!resource.title.is_empty(), "no title: {}", resource.resource_type);
    }
    assert_eq!(found, counted(bytes));
    assert!(parsed.kept_as_source.is_empty() && parsed.duplicates.is_empty());
    assert_eq!(parsed.entries, parsed.resources.len());
    assert_eq!(parsed.patients.len(), 1);

    let ids: Vec<String> = (0..parsed.resources.len()).map(|n| n.to_string()).collect();
    let inputs = inputs(&parsed, &ids);
    let chart = view::chart(&inputs, &SharedScope::All);
    let items: usize = chart.sections.iter().map(|section| section.items.len()).sum();
    assert_eq!(items, parsed.resources.len());
    assert_eq!(chart.timeline.len(), items);
    assert!(chart.identity.is_some());
    for input in &inputs {
        let record = view::record_view(input);
        assert!(!record.facts.is_empty());
        assert!(!record.facts_cut);
    }
    parsed
}

#[test]
fn every_resource_of_the_synthea_bundles_is_read() {
    let Some(folder) = data("fhir/synthea-r4") else { return };
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let bytes = std::fs::read(&path).unwrap();
            let parsed = check(&bytes);
            let again = parse(&bytes, &Limits::default()).unwrap();
            for (one, two) in parsed.resources.iter().zip(&again.resources) {
                assert_eq!(one.fingerprint, two.fingerprint);
            }
            files += 1;
        }
    }
    assert_eq!(files, 4);
}

#[test]
fn the_patients_of_different_bundles_are_different_people() {
    let Some(folder) = data("fhir/synthea-r4") else { return };
    let people: Vec<PatientIdentity> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .flat_map(|path| parse(&std::fs::read(path).unwrap(), &Limits::default()).unwrap().patients)
        .collect();
    for (i, one) in people.iter().enumerate() {
        for (j, two) in people.iter().enumerate() {
            assert_eq!(same_person(one, two) == Match::Same, i == j);
        }
    }
}

#[test]
fn the_patient_summary_is_read() {
    let Some(path) = data("vectors/smart-health-links/IPS_IG-bundle-01.json") else { return };
    let parsed = check(&std::fs::read(path).unwrap());
    let count = |category| parsed.resources.iter().filter(|r| r.category == category).count();
    assert_eq!(count(Category::Medications), 4);
    assert_eq!(count(Category::Allergies), 2);
    assert_eq!(count(Category::Conditions), 2);
    // Medicines that are only referred to are called by their names.
    let ids: Vec<String> = (0..parsed.resources.len()).map(|n| n.to_string()).collect();
    let chart = view::chart(&inputs(&parsed, &ids), &SharedScope::All);
    let medicines = chart.sections.iter().find(|s| s.category == Category::Medications).unwrap();
    assert!(medicines.items.iter().all(|item| !item.title.is_empty()));
}

#[test]
fn de_identified_samples_hold_none_of_her_words_in_structure() {
    use keyward_records::deidentify::{FreeTextKind, Options, Terms, strip_with};
    let Some(folder) = data("fhir/synthea-r4") else { return };
    let Some(summary) = data("vectors/smart-health-links/IPS_IG-bundle-01.json") else { return };
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .chain([summary]);
    for path in files {
        let parsed = parse(&std::fs::read(path).unwrap(), &Limits::default()).unwrap();
        let options = Options {
            link_key: Some([3; 32]),
            terms: Terms::from_patients(parsed.resources.iter().map(|r| r.bytes.as_slice())),
            keep_practitioners: false,
        };
        for resource in &parsed.resources {
            let stripped = strip_with(&resource.bytes, &options).unwrap();
            // Dates stay: a newborn's first visit is on her birth date, and is listed as such.
            let hit = stripped.free_text.iter().find(|w| {
                w.kind == FreeTextKind::Label
                    && !w.hits.is_empty()
                    && keyward_records::PartialDate::parse(&w.text).is_none()
            });
            assert_eq!(hit, None, "{}", resource.resource_type);
        }
    }
}
