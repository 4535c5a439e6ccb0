//! A record moved to another compartment: shares follow it, running ones keep it where it is, and
//! what was sealed once in the old place is not granted again.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code")]

mod support;

use keyward_app::doctor;
use keyward_app::error::ErrorCode;
use keyward_app::patient::import;
use keyward_app::patient::{compartment, sharing, together};
use keyward_app::ports::vault::RecordFilter;
use keyward_app::reading;
use keyward_app::session::Session;
use keyward_app::views::patient::{SharePreview, WithheldReason};
use keyward_app::views::reading::{RoomRecord, RoomScope};
use keyward_records::Category;
use keyward_records::sensitivity::{Sensitivity, SensitivityMatch, SensitivityReason};
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

/// A document Bundle whose narrative tells what its entries say in codes.
fn letter(title: &str, entries: &[&str]) -> String {
    let names: Vec<String> = entries
        .iter()
        .filter_map(|entry| entry.split(r#""id":""#).nth(1)?.split('"').next())
        .map(|id| format!(r#"{{"reference":"Condition/{id}"}}"#))
        .collect();
    let resources: String =
        entries.iter().map(|entry| format!(r#",{{"resource":{entry}}}"#)).collect();
    let names = names.join(",");
    format!(
        r#"{{"resourceType":"Bundle","type":"document","entry":[{{"resource":{{"resourceType":
        "Composition","id":"{title}","status":"final","title":"{title}","section":[{{"title":"Problems",
        "text":{{"status":"generated","div":"<div>In words: {title} narrative</div>"}},
        "entry":[{names}]}}]}}}}{resources}]}}"#
    )
}

const INFECTION: &str = r#"{"resourceType":"Condition","id":"h","code":{"text":"Infection","coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"B20"}]}}"#;

/// Everything a preview of these categories would seal, as one text.
fn sealed(session: &Session, space: &str, categories: &[Category]) -> (SharePreview, String) {
    let preview =
        sharing::preview(session, &draft(space, &find(session, "Dr Test-Okafor"), categories));
    let preview = preview.unwrap();
    let scope = RoomScope::Preview { id: preview.id.clone() };
    let all = preview.chart.sections.iter().flat_map(|section| &section.items);
    let text = all.map(|item| {
        let record = reading::record(session, &scope, &item.id).unwrap();
        serde_json::to_string(&record).unwrap()
    });
    let text = text.collect();
    (preview, text)
}

fn own(session: &Session, title: &str) -> RoomRecord {
    reading::record(session, &RoomScope::Own, &id_of(session, title)).unwrap()
}

#[test]
fn the_words_of_a_document_go_no_further_than_what_they_tell() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let okafor = world.doctor("Dr Test-Okafor");
    for (name, letter) in [
        ("plain.json", letter("Plain", &[PRESSURE])),
        ("mood.json", letter("Private", &[PRESSURE, MOOD])),
        ("both.json", letter("Several", &[MOOD, INFECTION])),
    ] {
        support::import(&anna, &world.file(name, letter.as_bytes()));
    }
    let heart = space(&anna, "Heart", true);

    // Documents alone: what tells of nothing kept apart.
    let (preview, text) = sealed(&anna, &heart, &[Category::Documents, Category::Conditions]);
    assert!(text.contains("Plain narrative"));
    assert!(!text.contains("Private narrative") && !text.contains("Several narrative"));
    assert_eq!((preview.withheld, preview.stays.len()), (0, 0), "they are kept elsewhere");
    let one = share(&anna, &draft(&heart, &find(&anna, "Dr Test-Okafor"), &[Category::Documents]));
    assert_eq!(seen(&okafor, &one), ["Plain"]);

    // With the one kind it is of; the one of two kinds waits, and says so.
    let both = [Category::Documents, Category::MentalHealth, Category::SexualHealth];
    let (preview, text) = sealed(&anna, &heart, &both);
    assert!(text.contains("Private narrative") && !text.contains("Several narrative"));
    let stays: Vec<_> =
        preview.stays.iter().map(|stay| (stay.title.as_str(), stay.reason)).collect();
    assert_eq!(stays, [("Several", WithheldReason::KeptApart)]);
    let record = own(&anna, "Several");
    assert!(record.waits && record.compartment == Category::SexualHealth);
    let kinds: Vec<Sensitivity> = record.apart.iter().map(|found| found.kind).collect();
    assert_eq!(kinds, [Sensitivity::SexualHealth, Sensitivity::MentalHealth]);
    assert!(record.apart.iter().all(|found| found.why == SensitivityReason::Within));
    assert!(own(&anna, "Plain").apart.is_empty() && !own(&anna, "Private").waits);
    // Lists mark it by where it is kept.
    let marks = |title: &str| own(&anna, title).record.item.sensitivity;
    assert_eq!((marks("Plain"), marks("Private")), (vec![], vec![Sensitivity::MentalHealth]));

    // She chooses a place, then it goes with that; and back it waits again.
    let id = id_of(&anna, "Several");
    compartment::move_record(&anna, &id, Category::MentalHealth).unwrap();
    let (preview, text) = sealed(&anna, &heart, &[Category::MentalHealth]);
    assert!(text.contains("Several narrative") && preview.stays.is_empty());
    compartment::move_record(&anna, &id, Category::SexualHealth).unwrap();
    let (preview, text) = sealed(&anna, &heart, &[Category::SexualHealth]);
    assert!(!text.contains("Several narrative") && preview.withheld == 1);
}

#[test]
fn a_document_too_large_to_share_is_named_before_the_rest_is_shared() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let _okafor = world.doctor("Dr Test-Okafor");
    let data = "QUJD".repeat(7 << 20);
    let scan = format!(
        r#"{{"resourceType":"DocumentReference","id":"l","status":"current","description":"Large scan",
        "content":[{{"attachment":{{"contentType":"application/pdf","data":"{data}"}}}}]}}"#
    );
    support::import(&anna, &world.file("scan.json", scan.as_bytes()));
    support::import(&anna, &world.file("plain.json", letter("Plain", &[PRESSURE]).as_bytes()));
    let heart = space(&anna, "Heart", true);
    let (preview, text) = sealed(&anna, &heart, &[Category::Documents]);
    assert!(text.contains("Plain narrative") && preview.withheld == 1);
    let stays = &preview.stays[0];
    assert_eq!((stays.title.as_str(), stays.reason), ("Large scan", WithheldReason::TooLarge));
    assert_eq!(stays.record_id, id_of(&anna, "Large scan"));
}

/// A Bundle whose sender labelled it as a whole.
fn labelled(system: &str, code: &str, title: &str) -> String {
    format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[
        {{"resource":{{"resourceType":"Patient","id":"p","name":[{{"family":"Muster-Sample","given":["Test-Anna Maria"]}}],"birthDate":"1961-03-14"}}}},
        {{"resource":{{"resourceType":"Condition","id":"{title}","code":{{"text":"{title}"}}}}}}],
        "meta":{{"security":[{{"system":"http://terminology.hl7.org/CodeSystem/{system}","code":"{code}"}}]}}}}"#
    )
}

#[test]
fn a_bundle_its_sender_labelled_is_not_shared_with_what_is_not() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let _okafor = world.doctor("Dr Test-Okafor");
    let drugs = labelled("v3-ActCode", "ETH", "Programme");
    let any = labelled("v3-Confidentiality", "R", "Restricted");
    // Known before, without a label.
    let again = labelled("v3-ActCode", "PSY", "Again");
    let plain = again.replace("PSY", "SUBSETTED");
    for (name, file) in
        [("drugs.json", &drugs), ("any.json", &any), ("plain.json", &plain), ("again.json", &again)]
    {
        support::import(&anna, &world.file(name, file.as_bytes()));
    }
    let heart = space(&anna, "Heart", true);
    let (preview, text) = sealed(&anna, &heart, &[Category::Conditions, Category::Profile]);
    for title in ["Programme", "Restricted", "Again"] {
        assert!(!text.contains(title), "{title}");
    }
    assert!(text.contains("Muster-Sample"), "who she is goes with it");
    let stays: Vec<_> =
        preview.stays.iter().map(|stay| (stay.title.as_str(), stay.reason)).collect();
    assert_eq!(stays, [("Again", WithheldReason::KeptApart)]);

    // Each says why, in the words of its sender where he said it of all.
    let record = own(&anna, "Programme");
    assert!(!record.waits && record.compartment == Category::SubstanceUse);
    let why = SensitivityReason::Label { code: "ETH".to_owned() };
    assert_eq!(record.apart, [SensitivityMatch { kind: Sensitivity::SubstanceUse, why }]);
    let record = own(&anna, "Restricted");
    assert!(record.waits && record.apart.len() == Sensitivity::ALL.len());
    let why = SensitivityReason::Restricted { code: "R".to_owned() };
    assert!(record.apart.iter().all(|found| found.why == why));
    let record = own(&anna, "Again");
    assert!(record.waits && record.compartment == Category::Conditions);
    let (_, text) = sealed(&anna, &heart, &[Category::SubstanceUse, Category::MentalHealth]);
    assert!(text.contains("Programme") && !text.contains("Restricted"), "it waits for her");

    compartment::move_record(&anna, &id_of(&anna, "Restricted"), Category::Conditions).unwrap();
    compartment::move_record(&anna, &id_of(&anna, "Again"), Category::MentalHealth).unwrap();
    let (preview, text) = sealed(&anna, &heart, &[Category::Conditions]);
    assert!(text.contains("Restricted") && !text.contains("Again") && preview.stays.is_empty());
    let (_, text) = sealed(&anna, &heart, &[Category::MentalHealth]);
    assert!(text.contains("Again"));
}

/// A Bundle that its sender restricts as a whole, with records of two sections and one that is sensitive by itself.
fn restricted() -> String {
    let observation = r#"{"resourceType":"Observation","id":"c","code":{"text":"Pulse","coding":[{"system":"http://loinc.org","code":"8867-4"}]},"valueQuantity":{"value":70,"unit":"/min"}}"#;
    let entries: Vec<String> = [PRESSURE, MOOD, observation]
        .iter()
        .map(|resource| format!(r#"{{"resource":{resource}}}"#))
        .collect();
    let person = r#"{"resource":{"resourceType":"Patient","id":"p","name":[{"family":"Muster-Sample","given":["Test-Anna Maria"]}],"birthDate":"1961-03-14"}}"#;
    format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[{person},{}],
        "meta":{{"security":[{{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}}]}}}}"#,
        entries.join(",")
    )
}

/// Titles with the places they are kept in and whether they wait.
fn places(session: &Session) -> Vec<(String, Category, bool)> {
    ["High blood pressure", "Low mood", "Pulse"]
        .map(|title| {
            let record = own(session, title);
            (title.to_owned(), record.compartment, record.waits)
        })
        .to_vec()
}

#[test]
fn all_records_of_a_restricted_file_are_placed_at_once_and_it_is_taken_back_at_once() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let _okafor = world.doctor("Dr Test-Okafor");
    support::import(&anna, &world.file("all.json", restricted().as_bytes()));
    // Another file is not concerned.
    let elsewhere = r#"{"resourceType":"Condition","id":"z","code":{"text":"Cough"}}"#;
    support::import(&anna, &world.file("cough.json", elsewhere.as_bytes()));
    let before = places(&anna);
    assert!(before.iter().all(|(.., waits)| *waits), "{before:?}");
    let pulse = id_of(&anna, "Pulse");
    assert_eq!(own(&anna, "Pulse").in_file, Some(3), "who she is is not counted");

    // Each with its own kind: what is sensitive by itself stays apart.
    let moved = together::move_file(&anna, &pulse, None).unwrap();
    assert_eq!((moved.file.as_str(), moved.records, moved.to), ("all.json", 3, None));
    let kinds = [Category::Conditions, Category::MentalHealth, Category::Vitals];
    let found: Vec<_> = places(&anna).into_iter().map(|(_, kept, waits)| (kept, waits)).collect();
    assert_eq!(found, kinds.map(|kind| (kind, false)));
    let again = together::move_file(&anna, &pulse, None).unwrap();
    assert_eq!(again.records, 0);
    let why = |error: keyward_app::error::AppError| error.code;
    let old = together::move_back(&anna, &moved.undo).map_err(why);
    assert_eq!(old, Err(ErrorCode::NotFound), "only the latest is taken back");

    // All to one place, and back to where each was.
    let one = together::move_file(&anna, &pulse, Some(Category::SubstanceUse)).unwrap();
    assert_eq!(one.records, 3);
    assert!(places(&anna).iter().all(|(_, kept, _)| *kept == Category::SubstanceUse));
    assert_eq!(own(&anna, "Cough").compartment, Category::Conditions);
    let lists = reading_titles(&anna);
    together::move_back(&anna, &one.undo).unwrap();
    let found: Vec<_> = places(&anna).into_iter().map(|(_, kept, waits)| (kept, waits)).collect();
    assert_eq!(found, kinds.map(|kind| (kind, false)));
    assert_eq!(reading_titles(&anna), lists, "every record is listed once, wherever it is");

    // A share follows; while it runs, nothing of the file moves, and the doctor is named.
    let heart = space(&anna, "Heart", true);
    let doctor = find(&anna, "Dr Test-Okafor");
    let shared = share(&anna, &draft(&heart, &doctor, &[Category::Vitals]));
    let refused = together::move_file(&anna, &pulse, Some(Category::Genetics)).unwrap_err();
    assert_eq!(
        (refused.code, refused.params["share"].as_str()),
        (ErrorCode::RecordShared, &*shared)
    );
    let found: Vec<_> = places(&anna).into_iter().map(|(_, kept, _)| kept).collect();
    assert_eq!(found, kinds, "all or none");
    let profile = together::move_file(&anna, &pulse, Some(Category::Profile)).map_err(why);
    assert_eq!(profile.map(|moved| moved.records), Err(ErrorCode::RecordFixed));
    let nothing = together::move_file(&anna, "00", None).map_err(why);
    assert_eq!(nothing.map(|moved| moved.records), Err(ErrorCode::NotFound));
}

#[test]
fn what_waited_before_all_were_moved_waits_again_when_that_is_taken_back() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    support::import(&anna, &world.file("all.json", restricted().as_bytes()));
    compartment::move_record(&anna, &id_of(&anna, "Pulse"), Category::Results).unwrap();
    let before = places(&anna);
    let moved = together::move_file(&anna, &id_of(&anna, "Pulse"), None).unwrap();
    assert_ne!(places(&anna), before);
    together::move_back(&anna, &moved.undo).unwrap();
    assert_eq!(places(&anna), before);
}

/// Titles in the reading index.
fn reading_titles(session: &Session) -> Vec<String> {
    let query = keyward_records::room::ItemQuery::default();
    let page = reading::items(session, &RoomScope::Own, &query).unwrap();
    let mut titles: Vec<String> = page.items.into_iter().map(|item| item.title).collect();
    titles.sort();
    titles
}
