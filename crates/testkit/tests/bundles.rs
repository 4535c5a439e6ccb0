//! The samples are what they promise: deterministic, complete, readable.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;

use keyward_records::view::{self, ChartInput, Marker, SectionState, SharedScope};
use keyward_records::{Category, Limits, Match, Parsed, PatientIdentity, parse, same_person};
use keyward_testkit::{BundleKind, FakeClock, Persona, bundle, hostile_bundle, person};

fn read(bytes: &[u8]) -> Parsed {
    parse(bytes, &Limits::default()).unwrap()
}

fn markers(bytes: &[u8]) -> (BTreeSet<Marker>, Vec<SectionState>) {
    let parsed = read(bytes);
    let ids: Vec<String> = (0..parsed.resources.len()).map(|n| n.to_string()).collect();
    let inputs: Vec<ChartInput<'_>> = parsed
        .resources
        .iter()
        .zip(&ids)
        .map(|(r, id)| ChartInput {
            record_id: id,
            bytes: &r.bytes,
            received: None,
            source: "",
            compartment: None,
        })
        .collect();
    let chart = view::chart(&inputs, &SharedScope::All);
    assert!(chart.timeline.len() == parsed.resources.len());
    let states = chart.sections.iter().map(|section| section.state).collect();
    let items = chart.sections.iter().flat_map(|section| &section.items);
    for item in items.clone() {
        assert!(!item.title.is_empty(), "{} has no title", item.resource_type);
    }
    (items.flat_map(|item| item.markers.clone()).collect(), states)
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert_eq!(Persona::HeartWoman.bundle(7), Persona::HeartWoman.bundle(7));
    assert_ne!(Persona::HeartWoman.bundle(7), Persona::HeartWoman.bundle(8));
    for kind in BundleKind::ALL {
        assert_eq!(bundle(3, kind, 50), bundle(3, kind, 50));
    }
}

#[test]
fn every_kind_has_exactly_as_many_resources_as_asked_for() {
    for kind in BundleKind::ALL {
        for size in [4, 17, 200] {
            let parsed = read(&bundle(11, kind, size));
            assert_eq!(parsed.resources.len(), size, "{kind:?}");
            assert!(parsed.kept_as_source.is_empty() && parsed.duplicates.is_empty());
            let registered = PatientIdentity::new(&person(11).name(), &person(11).birth_date);
            assert_eq!(same_person(&registered, &parsed.patients[0]), Match::Same);
        }
    }
}

#[test]
fn the_personas_cover_every_category_and_every_kind_of_truth() {
    let mut all = BTreeSet::new();
    for persona in [Persona::HeartWoman, Persona::DiabetesMan] {
        let (markers, states) = markers(&persona.bundle(1));
        assert!(
            states.iter().all(|state| *state == SectionState::Shared),
            "{persona:?} {states:?}"
        );
        assert_eq!(states.len(), Category::SECTIONS.len());
        all.extend(markers);
        let parsed = read(&persona.bundle(1));
        let person = persona.person();
        let registered = PatientIdentity::new(&person.name(), &person.birth_date);
        assert_eq!(same_person(&registered, &parsed.patients[0]), Match::Same);
    }
    for marker in [
        Marker::EnteredInError,
        Marker::Refuted,
        Marker::NotDone,
        Marker::Stopped,
        Marker::Cancelled,
        Marker::OnHold,
        Marker::Resolved,
        Marker::Remission,
        Marker::Unconfirmed,
        Marker::Provisional,
        Marker::Differential,
        Marker::Preliminary,
        Marker::Amended,
        Marker::Superseded,
        Marker::Planned,
        Marker::NoKnownAllergies,
        Marker::DataAbsent,
    ] {
        assert!(all.contains(&marker), "{marker:?}");
    }
}

#[test]
fn digits_stay_as_the_laboratory_wrote_them() {
    let text = String::from_utf8(Persona::HeartWoman.bundle(1)).unwrap();
    assert!(text.contains("\"value\":1.80"), "the range of LDL is given with two digits");
    assert!(!text.contains("@@"));
}

#[test]
fn the_hostile_record_is_still_a_record() {
    let parsed = read(&hostile_bundle(1));
    assert!(parsed.kept_as_source.is_empty());
}

#[test]
fn the_clock_only_moves_when_told() {
    let clock = FakeClock::at(100);
    let other = clock.clone();
    clock.advance(5);
    assert_eq!(other.now(), 105);
    other.set(3);
    assert_eq!(clock.now(), 3);
}
