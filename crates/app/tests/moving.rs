//! A record moved to another compartment: shares follow it, running ones keep it where it is, and
//! what was sealed once in the old place is not granted again.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code")]

mod support;

use keyward_app::doctor;
use keyward_app::error::ErrorCode;
use keyward_app::patient::import;
use keyward_app::patient::{compartment, sharing};
use keyward_app::ports::vault::RecordFilter;
use keyward_app::session::Session;
use keyward_records::Category;
use support::{World, draft, find, share, space, sync};

const PRESSURE: &str = r#"{"resourceType":"Condition","id":"a","code":{"text":"High blood pressure","coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"I10"}]}}"#;
const MOOD: &str = r#"{"resourceType":"Condition","id":"b","code":{"text":"Low mood","coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"F32.1"}]}}"#;

fn id_of(session: &Session, title: &str) -> String {
    let rows = session.read().unwrap().records(&RecordFilter::default()).unwrap();
    rows.iter().find(|row| row.title == title).unwrap().id.to_string()
}

/// Every title a doctor sees in a share.
fn seen(session: &Session, share: &str) -> Vec<String> {
    doctor::sync(session).unwrap();
    let chart = doctor::chart(session, share).unwrap();
    assert!(chart.alarms.is_empty(), "{:?}", chart.alarms);
    let mut titles: Vec<String> = chart
        .chart
        .unwrap()
        .sections
        .into_iter()
        .flat_map(|section| section.items.into_iter().map(|item| item.title))
        .collect();
    titles.sort();
    titles
}

#[test]
fn a_moved_record_leaves_later_shares_of_its_old_part_and_comes_with_those_of_its_new_one() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let okafor = world.doctor("Dr Test-Okafor");
    let lind = world.doctor("Dr Test-Lind");
    let file = world.file("two.ndjson", format!("{PRESSURE}\n{MOOD}\n").as_bytes());
    let imported = support::import(&anna, &file);
    let heart = space(&anna, "Heart", true);
    let first = find(&anna, "Dr Test-Okafor");
    let one = share(&anna, &draft(&heart, &first, &[Category::Conditions]));
    assert_eq!(seen(&okafor, &one), ["High blood pressure"], "what is sensitive is not in it");

    // While a doctor holds it, it stays where it is, and the doctor is named.
    let pressure = id_of(&anna, "High blood pressure");
    let refused = compartment::move_record(&anna, &pressure, Category::MentalHealth).unwrap_err();
    assert_eq!(refused.code, ErrorCode::RecordShared);
    assert_eq!(refused.params["doctors"], "Dr Test-Okafor");
    assert_eq!(refused.params["share"], one);

    sharing::revoke(&anna, &one).unwrap();
    sync(&anna);
    let moved = compartment::move_record(&anna, &pressure, Category::MentalHealth).unwrap();
    assert_eq!((moved.from, moved.to), (Category::Conditions, Category::MentalHealth));

    // The same space, the same part, another doctor: nothing of it, though it was sealed there once.
    let second = find(&anna, "Dr Test-Lind");
    let two = share(&anna, &draft(&heart, &second, &[Category::Conditions]));
    assert!(seen(&lind, &two).is_empty());
    sharing::revoke(&anna, &two).unwrap();
    sync(&anna);
    let three = share(&anna, &draft(&heart, &second, &[Category::MentalHealth]));
    assert_eq!(seen(&lind, &three), ["High blood pressure", "Low mood"]);

    // The history still names what the first doctor opened.
    let accesses = sharing::one(&anna, &one).unwrap().accesses;
    assert!(accesses.iter().any(|access| access.category == Some(Category::Conditions)));

    // What she decided outlives the import.
    sharing::revoke(&anna, &three).unwrap();
    sync(&anna);
    import::undo(&anna, &imported.id).unwrap();
    support::import(&anna, &file);
    let pressure = id_of(&anna, "High blood pressure");
    let back = compartment::move_record(&anna, &pressure, Category::Conditions).unwrap();
    assert_eq!(back.from, Category::MentalHealth);
}

#[test]
fn what_is_kept_apart_by_mistake_can_be_moved_to_the_rest_but_not_who_she_is() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let person = r#"{"resourceType":"Patient","id":"p","birthDate":"1961-03-14","name":[{"family":"Muster-Sample","given":["Test-Anna","Maria"]}]}"#;
    let file = world.file("two.ndjson", format!("{person}\n{MOOD}\n").as_bytes());
    support::import(&anna, &file);
    let mood = id_of(&anna, "Low mood");
    let moved = compartment::move_record(&anna, &mood, Category::Conditions).unwrap();
    assert_eq!(moved.from, Category::MentalHealth);
    let again = compartment::move_record(&anna, &mood, Category::Conditions).unwrap();
    assert_eq!((again.from, again.to), (Category::Conditions, Category::Conditions));

    let rows = anna.read().unwrap().records(&RecordFilter::default()).unwrap();
    let patient = rows.iter().find(|row| row.resource_type == "Patient").unwrap().id.to_string();
    let code = |id: &str, to| compartment::move_record(&anna, id, to).unwrap_err().code;
    assert_eq!(code(&patient, Category::Other), ErrorCode::RecordFixed);
    assert_eq!(code(&mood, Category::Profile), ErrorCode::RecordFixed);
    assert_eq!(code("00", Category::Other), ErrorCode::NotFound);
}
