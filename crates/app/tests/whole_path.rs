//! The whole path over real parts: enrol, import, share, read, and take back.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code")]

mod support;

use keyward_app::doctor;
use keyward_app::patient::{chart, home, sharing};
use keyward_app::views::common::VisibilityView;
use keyward_app::views::doctor::ReceivedState;
use keyward_app::views::patient::{ProofState, ShareState};
use keyward_records::Category;
use keyward_records::view::SectionState;
use keyward_testkit::Persona;
use support::{World, draft, find, import, share, space, sync};

#[test]
fn a_patient_shares_a_doctor_reads_and_the_patient_takes_it_back() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let okafor = world.doctor("Dr Test-Okafor");

    let file = world.file("anna.json", &Persona::HeartWoman.bundle(7));
    let imported = import(&anna, &file);
    assert!(imported.finished && imported.report.refused.is_empty(), "{:?}", imported.report);
    assert!(imported.report.resources > 20);
    let before = chart::chart(&anna).unwrap();
    assert!(before.categories.iter().all(|c| c.visibility == VisibilityView::OnlyYou));

    let heart = space(&anna, "Heart", true);
    let card = find(&anna, "Dr Test-Okafor");
    let wanted = draft(&heart, &card, &[Category::Results, Category::Medications]);
    let preview = sharing::preview(&anna, &wanted).unwrap();
    let id = share(&anna, &wanted);
    let view = sharing::one(&anna, &id).unwrap();
    assert_eq!(view.state, ShareState::Live, "{:?}", view.problem);
    assert_eq!(view.records, preview.records);

    // The doctor sees exactly what the preview showed.
    doctor::sync(&okafor).unwrap();
    let page = doctor::home(&okafor).unwrap();
    assert_eq!(page.shares.len(), 1);
    let seen = doctor::chart(&okafor, &id).unwrap();
    assert!(seen.alarms.is_empty(), "{:?}", seen.alarms);
    let seen = seen.chart.unwrap();
    for (section, shown) in seen.sections.iter().zip(&preview.chart.sections) {
        assert_eq!((section.category, section.state), (shown.category, shown.state));
        let titles = |items: &[keyward_records::view::ChartItem]| {
            let mut titles: Vec<String> = items.iter().map(|item| item.title.clone()).collect();
            titles.sort();
            titles
        };
        assert_eq!(titles(&section.items), titles(&shown.items));
    }
    let not_shared = seen.sections.iter().find(|s| s.category == Category::Conditions).unwrap();
    assert_eq!(not_shared.state, SectionState::NotShared);

    // The patient sees that it was opened, with proof.
    sync(&anna);
    let view = sharing::one(&anna, &id).unwrap();
    assert!(view.accesses.len() > 1, "each kind of records has an entry of its own");
    assert_eq!(view.opened, 1, "one look is one opening, whatever was fetched with it");
    assert!(view.fetched >= view.records);
    assert!(view.accesses.iter().all(|access| access.proof == ProofState::Verified));
    let page = home::home(&anna).unwrap();
    assert!(matches!(&page.visibility, VisibilityView::Shared { with } if with.len() == 1));

    // And takes it back.
    let outcome = sharing::revoke(&anna, &id).unwrap();
    assert!(outcome.confirmed);
    assert_eq!(outcome.already_fetched, view.fetched);
    assert_eq!(home::home(&anna).unwrap().visibility, VisibilityView::OnlyYou);
    doctor::sync(&okafor).unwrap();
    let after = doctor::chart(&okafor, &id).unwrap();
    assert!(after.chart.is_none());
    assert_eq!(after.share.state, ReceivedState::Revoked);
}

/// A JPEG with a position in its Exif block.
const PHOTO: &str = "/9j/4QAkRXhpZgAASUkqAAgAAAABACWIBAABAAAAGgAAAAAAAAAFAP/aAAI=";

/// Under the own name and under a made-up one: what is listed is what the doctor would get.
#[test]
fn a_photographs_place_is_named_before_it_is_shared() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    world.doctor("Dr Test-Okafor");
    let record = |data: &str| {
        format!(
            r#"{{"resourceType":"Media","status":"completed","createdDateTime":"2026-01-02",
            "content":{{"contentType":"image/jpeg","title":"Wound","data":"{data}"}}}}"#
        )
    };
    for (name, data) in [("with.json", PHOTO), ("without.json", "/9j/2gAC")] {
        let imported = import(&anna, &world.file(name, record(data).as_bytes()));
        assert_eq!(imported.report.resources, 1, "{:?}", imported.report);
    }
    let card = find(&anna, "Dr Test-Okafor");
    for (name, shows_name) in [("Mine", true), ("Private", false)] {
        let wanted = draft(&space(&anna, name, shows_name), &card, &[Category::Results]);
        let preview = sharing::preview(&anna, &wanted).unwrap();
        assert_eq!((preview.shows_name, preview.records), (shows_name, 2));
        let places: Vec<_> =
            preview.identifies.iter().filter(|item| item.what == "photoPlace").collect();
        assert_eq!(places.len(), 1, "{:?}", preview.identifies);
        assert_eq!((places[0].place.as_str(), places[0].text.as_str()), ("content.data", ""));
    }
}
