//! Provenance: whatever format something came in, each line of it says where it came from and when, in the own
//! chart, in the preview of a share and in the doctor's chart. Names of files are not shared: they often hold her name.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code")]

mod support;

use std::collections::BTreeSet;

use keyward_app::doctor;
use keyward_app::patient::import::{self, Watch};
use keyward_app::patient::sharing;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::reading;
use keyward_app::session::Session;
use keyward_app::views::common::JobQuestion;
use keyward_app::views::patient::ImportDecision;
use keyward_app::views::reading::RoomScope;
use keyward_records::Category;
use keyward_records::csv::DateOrder;
use keyward_records::room::ItemQuery;
use keyward_records::view::ChartItem;
use support::{DAY, START, World, draft, find, share, space};

const PORTAL: &str = r#"{"resourceType":"Bundle","type":"collection","entry":[
    {"resource":{"resourceType":"Patient","id":"p","name":[{"family":"Muster-Sample","given":["Test-Anna Maria"]}],"birthDate":"1961-03-14"}},
    {"resource":{"resourceType":"Condition","id":"c","code":{"text":"High blood pressure"}}},
    {"resource":{"resourceType":"Nonsense","id":"n"}}]}"#;

const LETTER: &str = r#"<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
    <id root="1.2.3"/><title>Test summary</title><effectiveTime value="20200102"/><recordTarget><patientRole><patient><name>
    <given>Test-Anna Maria</given><family>Muster-Sample</family></name><birthTime value="19610314"/></patient></patientRole>
    </recordTarget><component><structuredBody><component><section><code code="30954-2"/><title>Results</title><text>as written</text>
    <entry><observation moodCode="EVN"><code code="718-7" codeSystem="2.16.840.1.113883.6.1" displayName="Hemoglobin"/>
    <statusCode code="completed"/><effectiveTime value="20080319"/><value xsi:type="PQ" value="13.2" unit="g/dL"/></observation>
    </entry></section></component></structuredBody></component></ClinicalDocument>"#;

const TABLE: &str = "date;weight (kg)\n03/04/2020;70\n04/04/2020;71\n";

fn take(session: &Session, path: std::path::PathBuf) {
    let cancel = Cancel::new();
    let decide = |question: JobQuestion| match question {
        JobQuestion::Columns { preview, .. } => {
            let mut mapping = preview.guess;
            mapping.date_order = Some(DateOrder::DayFirst);
            ImportDecision::Columns { mapping }
        }
        JobQuestion::SomebodyElse { .. } => ImportDecision::Keep,
    };
    let watch = Watch { progress: &Unwatched, cancel: &cancel, decide: &decide, started: &|_| {} };
    assert!(import::run(session, &[path], &watch).unwrap().finished);
}

/// All lines of a chart.
fn items(session: &Session, scope: &RoomScope) -> Vec<ChartItem> {
    let mut all: Vec<ChartItem> = Vec::new();
    loop {
        let query = ItemQuery { offset: all.len() as u64, limit: 500, ..ItemQuery::default() };
        let page = reading::items(session, scope, &query).unwrap();
        all.extend(page.items);
        if all.len() as u64 >= page.total {
            return all;
        }
    }
}

#[test]
fn every_line_says_where_it_came_from_and_when() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let okafor = world.doctor("Dr Test-Okafor");
    let dicom = [vec![0; 128], b"DICM and more".to_vec()].concat();
    let export = keyward_testkit::HealthExport::new(3, 20_000).to_vec();
    let files: [(&str, &[u8]); 7] = [
        ("portal.json", PORTAL.as_bytes()),
        ("letter.xml", LETTER.as_bytes()),
        ("weights.csv", TABLE.as_bytes()),
        ("export.xml", &export),
        ("scan.pdf", b"%PDF-1.7 and more"),
        ("xray.dcm", &dicom),
        ("notes.odt", b"some words"),
    ];
    for (number, (name, bytes)) in files.iter().enumerate() {
        take(&anna, world.file(name, bytes));
        // Each on a day of its own, so that none has the time of another.
        let own = items(&anna, &RoomScope::Own);
        let at = START + number as u64 * DAY;
        let came = own.iter().filter(|item| item.received == Some(at)).count();
        assert!(came > 0 && own.iter().all(|item| item.received.is_some()), "{name}");
        assert!(own.iter().all(|item| item.received != Some(at) || item.source == *name), "{name}");
        world.clock.advance(DAY);
    }
    let own = items(&anna, &RoomScope::Own);
    let sources: BTreeSet<&str> = own.iter().map(|item| item.source.as_str()).collect();
    assert_eq!(sources, files.iter().map(|(name, _)| *name).collect());
    for item in &own {
        let record = reading::record(&anna, &RoomScope::Own, &item.id).unwrap();
        assert_eq!(record.source_name.as_ref(), Some(&item.source), "{item:?}");
        assert!(record.received == item.received && record.import_id.is_some(), "{item:?}");
    }

    let heart = space(&anna, "Heart", true);
    let all: Vec<Category> = Category::all().collect();
    let draft = draft(&heart, &find(&anna, "Dr Test-Okafor"), &all);
    let preview = sharing::preview(&anna, &draft).unwrap();
    let shown = items(&anna, &RoomScope::Preview { id: preview.id });
    let id = share(&anna, &draft);
    doctor::sync(&okafor).unwrap();
    let seen = items(&okafor, &RoomScope::Share { id: id.clone() });
    // All but what stands for the file that is not understood.
    assert_eq!((shown.len(), seen.len()), (own.len() - 1, own.len() - 1));
    let days: BTreeSet<Option<u64>> = own.iter().map(|item| item.received).collect();
    for item in shown.iter().chain(&seen) {
        assert!(item.received.is_some() && days.contains(&item.received), "{item:?}");
        assert_eq!(item.source, "", "the name of a file is not shared");
    }
    for item in &seen {
        let record =
            reading::record(&okafor, &RoomScope::Share { id: id.clone() }, &item.id).unwrap();
        assert_eq!(record.received, item.received);
    }
}
