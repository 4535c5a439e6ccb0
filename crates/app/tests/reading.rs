//! The reading room over a real vault and a real relay: the patient's own chart, her preview of a
//! share and the doctor's chart say the same about the same records, because one code path says it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod support;

use std::collections::BTreeMap;

use keyward_app::error::ErrorCode;
use keyward_app::patient::{compartment, import, sharing};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::vault::RecordFilter;
use keyward_app::session::Session;
use keyward_app::views::patient::ShareDraft;
use keyward_app::views::reading::{ItemQuery, RoomScope};
use keyward_app::{doctor, reading};
use keyward_records::Category;
use keyward_records::room::{ItemPage, MedicineState, RoomSummary};
use keyward_records::view::{ChartItem, Detail, SectionState};
use keyward_testkit::Persona;
use support::{World, draft, find, import as take_in, space, sync};

/// Patient, doctor and a share of everything that is in effect, with its preview made before.
struct Shared {
    world: World,
    patient: Session,
    doctor: Session,
    draft: ShareDraft,
    share: String,
}

fn shared(categories: &[Category], shows_name: bool) -> Shared {
    let world = World::new();
    let persona = Persona::HeartWoman;
    let person = persona.person();
    let patient = world.patient(&person.given.join(" "), &person.family, &person.birth_date);
    take_in(&patient, &world.file("records.json", &persona.bundle(1)));
    let doctor = world.doctor("Dr Reader Sample");
    let space = space(&patient, "Heart", shows_name);
    let draft = draft(&space, &find(&patient, "Dr Reader Sample"), categories);
    let share = support::share(&patient, &draft);
    doctor::sync(&doctor).unwrap();
    Shared { world, patient, doctor, draft, share }
}

impl Shared {
    fn preview(&self) -> RoomScope {
        RoomScope::Preview { id: sharing::preview(&self.patient, &self.draft).unwrap().id }
    }

    fn share(&self) -> RoomScope {
        RoomScope::Share { id: self.share.clone() }
    }
}

fn everything() -> ItemQuery {
    ItemQuery { limit: 500, ..ItemQuery::default() }
}

fn words(text: &str) -> ItemQuery {
    ItemQuery { text: Some(text.to_owned()), ..everything() }
}

/// What a chart says, without ids (each scope has its own) and without the file's name (which is
/// never shared); lines of one moment in a fixed order.
fn said(items: &[ChartItem]) -> Vec<String> {
    let mut said: Vec<String> = items
        .iter()
        .map(|item| {
            let item = ChartItem { id: String::new(), source: String::new(), ..item.clone() };
            serde_json::to_string(&item).unwrap()
        })
        .collect();
    said.sort();
    said
}

/// As a window does: a code without words of its own is called by the title.
fn said_once(item: &mut ChartItem) {
    if let Some(code) = item.code.as_mut().filter(|code| code.display.is_empty()) {
        code.display.clone_from(&item.title);
    }
}

fn all_items(session: &Session, scope: &RoomScope) -> Vec<ChartItem> {
    let mut items = Vec::new();
    loop {
        let offset = items.len() as u64;
        let query = ItemQuery { offset, limit: 37, ..ItemQuery::default() };
        let page = reading::items(session, scope, &query).unwrap();
        // A window gets the same, without what is empty.
        let json = reading::items_json(session, scope, &query).unwrap();
        let mut whole: ItemPage = serde_json::from_str(&json).unwrap();
        whole.items.iter_mut().for_each(said_once);
        assert_eq!(whole, page);
        assert!(!json.contains(":null"));
        assert_eq!(page.offset, offset);
        items.extend(page.items);
        if items.len() as u64 >= page.total {
            return items;
        }
    }
}

fn lists(summary: &RoomSummary) -> BTreeMap<&'static str, (SectionState, u64, Vec<String>)> {
    [
        ("problems", &summary.problems),
        ("past", &summary.past_problems),
        ("allergies", &summary.allergies),
        ("medicines", &summary.medicines),
        ("results", &summary.results),
        ("vitals", &summary.vitals),
        ("immunizations", &summary.immunizations),
    ]
    .into_iter()
    .map(|(name, list)| (name, (list.state, list.total, said(&list.items))))
    .collect()
}

#[test]
fn own_preview_and_share_say_the_same_about_the_same_records() {
    let categories: Vec<Category> = Category::all().collect();
    let it = shared(&categories, true);
    let scopes =
        [(&it.patient, RoomScope::Own), (&it.patient, it.preview()), (&it.doctor, it.share())];
    let own = all_items(&it.patient, &RoomScope::Own);
    assert!(own.len() > 60, "{}", own.len());
    let dates: Vec<Option<&str>> =
        own.iter().map(|item| item.date.as_ref().map(|date| date.value.as_str())).collect();
    assert!(dates.iter().any(Option::is_some));
    let own_summary = reading::summary(&it.patient, &RoomScope::Own).unwrap();
    assert!(own_summary.problems.total > 0 && own_summary.allergies.total > 0);
    assert!(own_summary.medicines.total > 0 && own_summary.results.total > 5);
    for (session, scope) in &scopes {
        assert_eq!(said(&all_items(session, scope)), said(&own), "{scope:?}");
        let summary = reading::summary(session, scope).unwrap();
        assert_eq!(lists(&summary), lists(&own_summary), "{scope:?}");
        assert_eq!(
            summary.identity.as_ref().and_then(|who| who.name.clone()),
            own_summary.identity.as_ref().and_then(|who| who.name.clone())
        );
        for (a, b) in summary.sections.iter().zip(&own_summary.sections) {
            assert_eq!((a.category, a.items, a.source_only), (b.category, b.items, b.source_only));
        }
        let density = |session, scope| reading::density(session, scope, &everything()).unwrap();
        assert_eq!(density(session, scope), density(&it.patient, &RoomScope::Own));
        let analytes = |session, scope| {
            let page = reading::analytes(session, scope, &everything()).unwrap();
            page.analytes
                .into_iter()
                .map(|one| (one.key, one.count, one.latest.date, one.latest.value))
                .collect::<Vec<_>>()
        };
        assert_eq!(analytes(session, scope), analytes(&it.patient, &RoomScope::Own));
        let plan = |session, scope| {
            let plan = reading::medicines(session, scope).unwrap();
            plan.medicines.into_iter().map(|m| (m.key, m.state, m.course.len())).collect::<Vec<_>>()
        };
        assert_eq!(plan(session, scope), plan(&it.patient, &RoomScope::Own));
        let hits = |session, scope| {
            let page = reading::search(session, scope, &words("heart")).unwrap();
            let items: Vec<ChartItem> = page.hits.iter().map(|hit| hit.item.clone()).collect();
            (page.total, said(&items))
        };
        assert_eq!(hits(session, scope), hits(&it.patient, &RoomScope::Own));
        // Every line opens, and opens as the line said.
        for item in all_items(session, scope).iter().step_by(9) {
            let record = reading::record(session, scope, &item.id).unwrap();
            assert_eq!(record.record.item.title, item.title);
            assert_eq!(record.record.item.value, item.value);
            assert_eq!(record.record.item.performer, item.performer, "{item:?}");
        }
    }
}

#[test]
fn what_is_not_shared_is_neither_listed_nor_counted_nor_found() {
    let it = shared(&[Category::Results, Category::Profile], false);
    for (session, scope) in [(&it.patient, it.preview()), (&it.doctor, it.share())] {
        let summary = reading::summary(session, &scope).unwrap();
        assert_eq!(summary.problems.state, SectionState::NotShared);
        assert_eq!(summary.medicines.state, SectionState::NotShared);
        assert_eq!(summary.results.state, SectionState::Shared);
        for section in &summary.sections {
            let expected = match section.category {
                Category::Results | Category::Profile => SectionState::Shared,
                _ => SectionState::NotShared,
            };
            assert_eq!((section.category, section.state), (section.category, expected));
        }
        assert!(
            all_items(session, &scope)
                .iter()
                .all(|item| { matches!(item.category, Category::Results | Category::Profile) })
        );
        assert_eq!(reading::search(session, &scope, &words("penicillin")).unwrap().total, 0);
        // Her name is in no line, no word and no record of a pseudonymous share.
        let family = Persona::HeartWoman.person().family;
        assert_eq!(reading::search(session, &scope, &words(&family)).unwrap().total, 0);
        let other = all_items(&it.patient, &RoomScope::Own)
            .into_iter()
            .find(|item| item.category == Category::Allergies)
            .unwrap();
        let refused = reading::record(session, &scope, &other.id).unwrap_err();
        assert_eq!(refused.code, ErrorCode::NotFound);
    }
    assert!(reading::search(&it.patient, &RoomScope::Own, &words("penicillin")).unwrap().total > 0);
}

#[test]
fn lines_go_with_what_they_stand_for() {
    let categories: Vec<Category> = Category::SECTIONS.to_vec();
    let it = shared(&categories, true);
    let preview = it.preview();
    assert!(!all_items(&it.patient, &preview).is_empty());
    // Another preview ends the one before; ending it ends it.
    let next = it.preview();
    assert_eq!(reading::summary(&it.patient, &preview).unwrap_err().code, ErrorCode::NotFound);
    let RoomScope::Preview { id } = &next else { unreachable!() };
    reading::end_preview(&it.patient, id).unwrap();
    assert_eq!(reading::summary(&it.patient, &next).unwrap_err().code, ErrorCode::NotFound);
    assert!(it.patient.read().unwrap().scopes("preview/").unwrap().is_empty());
    // Taken back.
    let share = it.share();
    assert!(!all_items(&it.doctor, &share).is_empty());
    reading::mark_seen(&it.doctor, &share).unwrap();
    sharing::revoke(&it.patient, &it.share).unwrap();
    sync(&it.patient);
    doctor::sync(&it.doctor).unwrap();
    assert_eq!(reading::summary(&it.doctor, &share).unwrap_err().code, ErrorCode::ShareRevoked);
    let tx = it.doctor.read().unwrap();
    assert!(tx.scopes("").unwrap().is_empty());
    drop(tx);
    // An import taken back.
    let imports = import::list(&it.patient).unwrap();
    import::undo(&it.patient, &imports[0].id).unwrap();
    assert!(all_items(&it.patient, &RoomScope::Own).is_empty());
    assert_eq!(reading::search(&it.patient, &RoomScope::Own, &words("heart")).unwrap().total, 0);
    let summary = reading::summary(&it.patient, &RoomScope::Own).unwrap();
    assert_eq!(summary.problems.state, SectionState::NoneRecorded);
    assert!(reading::analytes(&it.patient, &RoomScope::Own, &everything()).unwrap().total == 0);
}

#[test]
fn a_window_reads_the_scopes_of_its_role_only() {
    let it = shared(&[Category::Results], true);
    let preview = it.preview();
    let refused = |session: &Session, scope: &RoomScope| {
        reading::items(session, scope, &everything()).unwrap_err().code
    };
    assert_eq!(refused(&it.doctor, &RoomScope::Own), ErrorCode::NotAllowed);
    assert_eq!(refused(&it.doctor, &preview), ErrorCode::NotAllowed);
    assert_eq!(refused(&it.patient, &it.share()), ErrorCode::NotAllowed);
    assert_eq!(refused(&it.world.desk, &RoomScope::Own), ErrorCode::NotAllowed);
    for id in ["", "own", "../own", "0123", "00000000000000000000000000000000"] {
        let share = RoomScope::Share { id: id.to_owned() };
        assert_eq!(refused(&it.doctor, &share), ErrorCode::NotFound);
        let preview = RoomScope::Preview { id: id.to_owned() };
        assert_eq!(refused(&it.patient, &preview), ErrorCode::NotFound);
    }
}

#[test]
fn records_without_lines_are_caught_up_with_and_new_ones_are_told() {
    let world = World::new();
    let persona = Persona::DiabetesMan;
    let person = persona.person();
    let patient = world.patient(&person.given.join(" "), &person.family, &person.birth_date);
    take_in(&patient, &world.file("records.json", &persona.bundle(2)));
    let before = all_items(&patient, &RoomScope::Own);
    reading::mark_seen(&patient, &RoomScope::Own).unwrap();
    // As in a store of schema 1.
    let mut tx = patient.begin().unwrap();
    tx.remove_scope("own").unwrap();
    tx.commit().unwrap();
    patient.changed();
    let done = reading::catch_up(&patient, &Unwatched, &Cancel::new()).unwrap();
    assert_eq!(done, before.len() as u64);
    assert_eq!(said(&all_items(&patient, &RoomScope::Own)), said(&before));
    // Seen is seen, also under new numbers; what comes then is new.
    let summary = reading::summary(&patient, &RoomScope::Own).unwrap();
    assert_eq!((summary.new_items.total, summary.preparing), (0, None));
    assert!(summary.last_visit.is_some());
    let letter = r#"{"resourceType":"Condition","id":"new","clinicalStatus":{"coding":[{"code":"active"}]},
        "code":{"text":"高血压伴糖尿病"},"onsetDateTime":"2025-02-03",
        "note":[{"text":"Größe und Gewicht unverändert; Zwischenanamnese folgt."}]}"#;
    take_in(&patient, &world.file("new.json", letter.as_bytes()));
    let summary = reading::summary(&patient, &RoomScope::Own).unwrap();
    assert_eq!(summary.new_items.total, 1);
    assert_eq!(summary.new_items.items[0].title, "高血压伴糖尿病");
    let find = |text: &str| {
        let page = reading::search(&patient, &RoomScope::Own, &words(text)).unwrap();
        page.hits.iter().filter(|hit| hit.item.title == "高血压伴糖尿病").count()
    };
    for found in [
        "糖尿",
        "血压",
        "高",
        "grosse",
        "GRÖßE",
        "große",
        "gewicht größe",
        "zwischen",
        "Größe\u{0}糖尿",
    ] {
        let expected = usize::from(found != "grosse");
        assert_eq!(find(found), expected, "{found}");
    }
    for nothing in
        ["糖压", "amnese", "\"", "NOT", "größe OR nirgends", "words:größe xyz", "*", "' --"]
    {
        assert_eq!(find(nothing), 0, "{nothing}");
    }
    // On lines of their own: one is enough, and the words of two are not mixed.
    for (found, times) in
        [("nirgends\n血压", 1), ("nirgends 血压", 0), ("nirgends\nalso nowhere", 0)]
    {
        assert_eq!(find(found), times, "{found}");
    }
    let page = reading::search(&patient, &RoomScope::Own, &words("nirgends\ngewicht")).unwrap();
    assert!(page.hits.iter().any(|hit| hit.snippet.iter().any(|part| part.hit)), "no snippet");
    let page = reading::search(&patient, &RoomScope::Own, &words("gewicht")).unwrap();
    let hit = page.hits.iter().find(|hit| hit.item.title.starts_with('高')).unwrap();
    let marked: Vec<_> = hit.snippet.iter().filter(|part| part.hit).collect();
    assert_eq!(marked[0].text, "Gewicht");
}

#[test]
fn with_a_new_list_what_nobody_decided_on_is_sorted_anew() {
    let world = World::new();
    let patient = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let line = |id: &str, code: &str| {
        format!(
            r#"{{"resourceType":"Condition","id":"{id}","code":{{"text":"{id}","coding":[{{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"{code}"}}]}}}}"#
        )
    };
    let lines = [line("mood", "F32.1"), line("fear", "F41.1"), line("heart", "I10")].join("\n");
    take_in(&patient, &world.file("three.ndjson", lines.as_bytes()));
    let rows = || patient.read().unwrap().records(&RecordFilter::default()).unwrap();
    let places = || -> BTreeMap<String, String> {
        rows().into_iter().map(|row| (row.title, row.category)).collect()
    };
    let fear = rows().into_iter().find(|row| row.title == "fear").unwrap();
    compartment::move_record(&patient, &fear.id.to_string(), Category::Conditions).unwrap();
    // As an older list left it.
    let mut mood = rows().into_iter().find(|row| row.title == "mood").unwrap();
    let mut tx = patient.begin().unwrap();
    tx.delete_record(&mood.id).unwrap();
    "conditions".clone_into(&mut mood.category);
    tx.insert_record(&mood).unwrap();
    tx.commit().unwrap();
    patient.changed();
    assert_eq!(reading::catch_up(&patient, &Unwatched, &Cancel::new()).unwrap(), 3);
    let expected = [("fear", "conditions"), ("heart", "conditions"), ("mood", "mentalHealth")];
    assert_eq!(places(), expected.map(|(a, b)| (a.to_owned(), b.to_owned())).into());
    // The index says so too, and once is enough.
    let items = all_items(&patient, &RoomScope::Own);
    assert_eq!(items.len(), 3);
    assert_eq!(reading::catch_up(&patient, &Unwatched, &Cancel::new()).unwrap(), 0);
}

#[test]
fn a_medicine_is_what_its_newest_word_says() {
    let world = World::new();
    let patient = world.patient("Ana", "Sample", "1970-01-01");
    let request = |id: &str, status: &str, on: &str, dose: &str| {
        format!(
            r#"{{"resource":{{"resourceType":"MedicationRequest","id":"{id}","status":"{status}",
            "authoredOn":"{on}","medicationCodeableConcept":{{"coding":[{{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"860975"}}],"text":"Metformin"}},
            "dosageInstruction":[{{"text":"{dose}"}}]}}}}"#
        )
    };
    let entries = [
        request("1", "completed", "2020-01-01", "500 mg"),
        request("2", "active", "2021-01-01", "500 mg"),
        request("3", "active", "2022-01-01", "1000 mg"),
        r#"{"resource":{"resourceType":"MedicationDispense","id":"4","status":"completed",
            "whenHandedOver":"2022-02-01","medicationCodeableConcept":{"text":"Metformin"}}}"#
            .to_owned(),
        r#"{"resource":{"resourceType":"MedicationStatement","id":"5","status":"stopped",
            "effectivePeriod":{"start":"2019"},"medicationCodeableConcept":{"text":"Ramipril"}}}"#
            .to_owned(),
        r#"{"resource":{"resourceType":"MedicationStatement","id":"6","status":"active",
            "effectivePeriod":{"start":"2019","end":"2020"},"medicationCodeableConcept":{"text":"Old"}}}"#
            .to_owned(),
    ];
    let bundle = format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#,
        entries.join(",")
    );
    take_in(&patient, &world.file("medicines.json", bundle.as_bytes()));
    let plan = reading::medicines(&patient, &RoomScope::Own).unwrap();
    let said: Vec<_> =
        plan.medicines.iter().map(|m| (m.name.as_str(), m.state, m.course.len())).collect();
    assert_eq!(
        said,
        [
            ("Metformin", MedicineState::Current, 4),
            ("Old", MedicineState::Stopped, 1),
            ("Ramipril", MedicineState::Stopped, 1),
        ]
    );
    assert_eq!(plan.medicines[0].instructions, [Detail::from("1000 mg".to_owned())]);
    let changes: Vec<String> = plan.medicines[0]
        .course
        .iter()
        .map(|entry| serde_json::to_string(&entry.change).unwrap())
        .collect();
    assert_eq!(changes, ["\"renewed\"", "\"changed\"", "\"renewed\"", "\"started\""]);
    let summary = reading::summary(&patient, &RoomScope::Own).unwrap();
    assert_eq!(summary.medicines.total, 1);
}
