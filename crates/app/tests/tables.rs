//! A table is asked about before it is read, and an Apple Health export is taken in pieces.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code")]

mod support;

use std::cell::RefCell;

use keyward_app::patient::import::{self, Watch};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::vault::RecordFilter;
use keyward_app::session::Session;
use keyward_app::views::common::JobQuestion;
use keyward_app::views::patient::{ImportDecision, ImportView, RefusedReason};
use keyward_records::csv::{CsvQuestion, DateOrder};
use support::World;

const TABLE: &str = "patient;date;weight (kg)\nA;03/04/2020;70\nB;03/04/2020;90\nA;04/04/2020;71\n";

fn import(
    session: &Session,
    path: std::path::PathBuf,
    decide: &dyn Fn(JobQuestion) -> ImportDecision,
) -> ImportView {
    let cancel = Cancel::new();
    let watch = Watch { progress: &Unwatched, cancel: &cancel, decide, started: &|_| {} };
    import::run(session, &[path], &watch).unwrap()
}

#[test]
fn a_table_is_read_by_the_answer_and_only_her_rows() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let asked = RefCell::new(0);
    let report = import(&anna, world.file("weights.csv", TABLE.as_bytes()), &|question| {
        let JobQuestion::Columns { file, preview } = question else { panic!("another question") };
        assert_eq!(file, "weights.csv");
        let expected = [CsvQuestion::DateOrder, CsvQuestion::Person { column: 0 }];
        assert_eq!(preview.questions, expected);
        let mut mapping = preview.guess;
        mapping.date_order = Some(DateOrder::DayFirst);
        *asked.borrow_mut() += 1;
        // The first answer leaves open whose rows to take: it is asked again, not guessed.
        if *asked.borrow() > 1 {
            mapping.person = Some("A".to_owned());
        }
        ImportDecision::Columns { mapping }
    });
    assert_eq!(*asked.borrow(), 2);
    assert_eq!((report.report.resources, report.report.refused.len()), (2, 0));
    let rows = anna.read().unwrap().records(&RecordFilter::default()).unwrap();
    let mut dates: Vec<String> = rows.iter().filter_map(|row| row.date.clone()).collect();
    dates.sort();
    assert_eq!(dates, ["2020-04-03", "2020-04-04"]);
    assert!(rows.iter().all(|row| !String::from_utf8_lossy(&row.body).contains("90")));
}

#[test]
fn a_table_nobody_explains_is_left_out_with_the_reason() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let path = world.file("weights.csv", TABLE.as_bytes());
    let stubborn = |question: JobQuestion| match question {
        JobQuestion::Columns { preview, .. } => ImportDecision::Columns { mapping: preview.guess },
        JobQuestion::SomebodyElse { .. } => panic!("another question"),
    };
    for decide in [&|_| ImportDecision::Skip, &stubborn as &dyn Fn(JobQuestion) -> ImportDecision] {
        let report = import(&anna, path.clone(), decide).report;
        assert_eq!(report.resources, 0);
        assert_eq!(report.refused[0].reason, RefusedReason::NeedsAnswer);
    }
}

#[test]
fn an_apple_health_export_becomes_days_and_measurements() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let bytes = keyward_testkit::HealthExport::new(3, 200_000).to_vec();
    let path = world.file("export.xml", &bytes);
    let report =
        import(&anna, path.clone(), &|_| panic!("nothing to ask: born the same day")).report;
    assert!(report.refused.is_empty(), "{:?}", report.refused);
    assert!(report.resources > 100, "{}", report.resources);
    assert_eq!(report.kept_as_source, 1, "one type that nobody knows");
    let again = import(&anna, path, &|_| panic!("nothing to ask")).report;
    assert_eq!(again.resources, 0, "the same export brings nothing new");
    assert!(again.duplicates >= report.resources);
}
