//! `app.chart_1000`: a doctor opens a chart of 1 000 separate capsules, over real HTTP, verified, logged and
//! kept, against the bare cost of what nobody can avoid.

use std::hint::black_box;
use std::time::Instant;

use keyward_app::doctor;
use keyward_app::session::Session;
use keyward_records::Category;
use keyward_testkit::BundleKind;

use crate::floor;
use crate::measure::median;
use crate::plain::Plain;
use crate::report::{Gate, Report};
use crate::support::{World, draft, find, import, share, space};

const SEED: u64 = 7;
const RECORDS: usize = 1000;
const ROUNDS: usize = 5;
/// Header, transformed point and sealed payload of one laboratory result, in bytes.
const PER_RECORD: usize = 301 + 32 + 1100;

/// Adds `app.chart_1000.*`.
pub(crate) fn run(report: &mut Report) {
    let world = World::new();
    let person = keyward_testkit::person(SEED);
    let patient = world.patient(&person.given.join(" "), &person.family, &person.birth_date);
    let bytes = keyward_testkit::bundle(SEED, BundleKind::Collection, RECORDS);
    let imported = import(&patient, &world.file("records.json", &bytes));
    assert!(imported.report.resources >= RECORDS as u64, "{:?}", imported.report);
    let heart = space(&patient, "Heart", true);
    let stored = floor::stored();
    let all: Vec<Category> = Category::all().collect();
    let plain = Plain::serve(RECORDS * PER_RECORD);
    let mut ratios = Vec::new();
    let mut opened = Vec::new();
    let mut floors = Vec::new();
    for round in 0..=ROUNDS {
        let name = format!("Dr Bench Sample {round}");
        let reader = world.doctor(&name);
        let id = share(&patient, &draft(&heart, &find(&patient, &name), &all));
        let floor = floor_ms(&plain, &stored);
        let took = open_chart(&reader, &id);
        // The first round also pays for cold files and tables.
        if round > 0 {
            ratios.push(took / floor);
            opened.push(took);
            floors.push(floor);
        }
    }
    let note = format!("{:.0} ms against {:.0} ms", median(opened), median(floors));
    report.add("app.chart_1000.over_floor", median(ratios), Gate::AtMost(3.0), note);
}

/// Milliseconds from "show me" to a verified chart on this doctor's computer, nothing fetched before.
fn open_chart(reader: &Session, id: &str) -> f64 {
    let start = Instant::now();
    doctor::sync(reader).expect("sync");
    let page = doctor::chart(reader, id).expect("a chart");
    let took = start.elapsed().as_secs_f64() * 1e3;
    assert!(page.alarms.is_empty());
    let chart = page.chart.expect("a live share");
    let items: usize = chart.sections.iter().map(|section| section.items.len()).sum();
    assert!(items >= RECORDS, "{items} items");
    took
}

/// Milliseconds for 1 000 re-encryptions, 1 000 openings and one plain HTTP fetch of as many bytes.
fn floor_ms(plain: &Plain, stored: &floor::Stored) -> f64 {
    assert_eq!(plain.fetch(), RECORDS * PER_RECORD);
    let start = Instant::now();
    for _ in 0..2 * RECORDS {
        floor::ecdh_fastest(stored);
    }
    black_box(plain.fetch());
    start.elapsed().as_secs_f64() * 1e3
}
