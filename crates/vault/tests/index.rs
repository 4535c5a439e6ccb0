//! The reading index against a naive model: whatever is added, replaced, removed and dropped, it
//! answers what a list of lines in memory would.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests fail by panicking"
)]

mod common;

use std::collections::BTreeMap;

use common::{create, row, store};
use keyward_app::ports::index::{Line, LineFilter, NO_STANDING, NewLine};
use keyward_app::ports::vault::{Transaction, Vault};
use keyward_protocol::ids::RecordId;
use keyward_vault::MemoryKeyring;
use proptest::prelude::*;

const SCOPES: [&str; 3] = ["own", "share/a", "share/b"];
const SECTIONS: [&str; 3] = ["results", "vitals", "conditions"];
const ANALYTES: [&str; 3] = ["loinc|1-1", "loinc|2-2", "text|blood sugar"];
const DATES: [Option<&str>; 6] = [
    None,
    Some("2018"),
    Some("2018-08"),
    Some("2018-08-06"),
    Some("2018-08-06T09:30:00Z"),
    Some("2021-01-02"),
];
const WORDS: [&str; 5] = ["Blutzucker nüchtern", "blood sugar", "2型糖尿病", "Herz", "sugar糖"];
const QUERIES: [&str; 8] =
    ["blut", "NUCHTERN", "sugar", "糖尿", "糖", "病糖", "her blood", "\" OR *"];

#[derive(Debug, Clone)]
enum Step {
    Add(usize, Vec<NewLine>),
    Remove(usize, u8),
    Drop(usize),
    RollBack(usize, Vec<NewLine>),
}

fn line() -> impl Strategy<Value = NewLine> {
    (
        (0_u8..24, 0..SECTIONS.len(), 0..DATES.len(), prop::option::of(0..ANALYTES.len())),
        (any::<bool>(), any::<bool>(), 0..WORDS.len(), 0..WORDS.len()),
        (prop::option::weighted(0.4, 0_i64..3), 0_i64..2, prop::bool::ANY),
    )
        .prop_map(
            |(
                (id, section, date, analyte),
                (flagged, source_only, title, words),
                (content, origin, stands),
            )| NewLine {
                id: RecordId::from_bytes([id; 16]),
                section: SECTIONS[section].to_owned(),
                compartment: SECTIONS[section].to_owned(),
                date: DATES[date].map(str::to_owned),
                analyte: analyte.map(|analyte| ANALYTES[analyte].to_owned()),
                standing: if stands { 10 } else { NO_STANDING },
                flagged,
                source_only,
                handle: Some(i64::from(id % 5)),
                content,
                origin,
                extra: None,
                item: format!("{{\"id\":{id}}}"),
                title: WORDS[title].to_owned(),
                words: WORDS[words].to_owned(),
                searched: 0,
            },
        )
}

fn step() -> impl Strategy<Value = Step> {
    let lines = || prop::collection::vec(line(), 0..6);
    prop_oneof![
        6 => (0..SCOPES.len(), lines()).prop_map(|(scope, lines)| Step::Add(scope, lines)),
        3 => (0..SCOPES.len(), 0_u8..24).prop_map(|(scope, id)| Step::Remove(scope, id)),
        1 => (0..SCOPES.len()).prop_map(Step::Drop),
        1 => (0..SCOPES.len(), lines()).prop_map(|(scope, lines)| Step::RollBack(scope, lines)),
    ]
}

/// A scope as a list: lines in order of arrival, and those that are named with another.
#[derive(Default, Clone)]
struct Model {
    lines: Vec<NewLine>,
    twins: BTreeMap<[u8; 16], (RecordId, NewLine)>,
}

impl Model {
    fn add(&mut self, line: &NewLine) {
        self.lines.retain(|known| known.id != line.id);
        self.twins.remove(line.id.as_bytes());
        let same = self.lines.iter().find(|known| {
            line.content.is_some() && known.content == line.content && known.origin != line.origin
        });
        if let Some(shown) = same {
            self.twins.insert(*line.id.as_bytes(), (shown.id, line.clone()));
        } else {
            self.lines.push(line.clone());
        }
    }

    fn remove(&mut self, id: RecordId) -> bool {
        let twin = self.twins.remove(id.as_bytes()).is_some();
        let before = self.lines.len();
        self.lines.retain(|known| known.id != id);
        let was = self.lines.len() < before;
        if was {
            let orphans: Vec<NewLine> = self
                .twins
                .values()
                .filter(|(shown, _)| *shown == id)
                .map(|(_, line)| line.clone())
                .collect();
            self.twins.retain(|_, (shown, _)| *shown != id);
            orphans.iter().for_each(|line| self.add(line));
        }
        was || twin
    }

    /// The lines of a filter, newest first, none without a date before one with.
    fn choose(&self, filter: &LineFilter) -> Vec<&NewLine> {
        let mut chosen: Vec<&NewLine> = self
            .lines
            .iter()
            .filter(|line| filter.sections.is_empty() || filter.sections.contains(&line.section))
            .filter(|line| filter.standing.is_none_or(|standing| line.standing == standing))
            .filter(|line| filter.analyte.is_none() || line.analyte == filter.analyte)
            .filter(|line| !filter.flagged || line.flagged)
            .filter(|line| !filter.source_only || line.source_only)
            .filter(|line| filter.from.is_none() || line.date >= filter.from)
            .filter(|line| {
                filter.before.is_none() || (line.date.is_some() && line.date < filter.before)
            })
            .filter(|line| filter.text.as_deref().is_none_or(|text| found(line, text)))
            .collect();
        chosen.sort_by(|a, b| b.date.cmp(&a.date));
        chosen
    }
}

/// Whether a line has what a query of [`QUERIES`] asks for, worked out by hand.
fn found(line: &NewLine, query: &str) -> bool {
    let text = format!("{} {}", line.title, line.words);
    let has = |words: &str| text.contains(words);
    match query {
        "blut" | "NUCHTERN" => has("Blutzucker"),
        "sugar" => has("sugar"),
        "糖尿" => has("糖尿"),
        "糖" => has("糖"),
        // Only this order is a phrase; it stands in none of the texts.
        "病糖" => has("病糖"),
        "her blood" => has("Herz") && has("blood"),
        "\" OR *" => false,
        other => unreachable!("{other}"),
    }
}

fn filters() -> Vec<LineFilter> {
    let base = LineFilter { limit: 1_000, ..LineFilter::default() };
    let mut all = vec![base.clone()];
    let sections = |which: &[&str]| which.iter().map(|one| (*one).to_owned()).collect();
    all.push(LineFilter { sections: sections(&["results"]), ..base.clone() });
    all.push(LineFilter {
        sections: sections(&["results", "vitals"]),
        flagged: true,
        ..base.clone()
    });
    all.push(LineFilter { source_only: true, ..base.clone() });
    all.push(LineFilter { standing: Some(10), ..base.clone() });
    all.push(LineFilter { analyte: Some(ANALYTES[1].to_owned()), ..base.clone() });
    all.push(LineFilter { from: Some("2018-08".to_owned()), ..base.clone() });
    all.push(LineFilter { before: Some("2018-08-06T".to_owned()), flagged: true, ..base.clone() });
    for query in QUERIES {
        let text = Some(query.to_owned());
        all.push(LineFilter { text: text.clone(), ..base.clone() });
        all.push(LineFilter { text, sections: sections(&["vitals"]), ..base.clone() });
    }
    all
}

/// Whether it is the title that has what a query asks for.
fn in_title(line: &NewLine, query: &str) -> bool {
    found(&NewLine { words: String::new(), ..line.clone() }, query)
}

/// A search finds these in this order, whole and page by page.
fn check_hits(tx: &dyn Transaction, scope: &str, filter: &LineFilter, expected: &[RecordId]) {
    for (skipped, most) in [(0, 1_000), (2, 3), (0, 1), (expected.len(), 5)] {
        let asked = LineFilter { offset: skipped as u64, limit: most as u64, ..filter.clone() };
        let (hits, total) = tx.find_lines(scope, &asked).unwrap();
        let hits: Vec<RecordId> = hits.iter().map(|hit| hit.line.id).collect();
        let page = expected.iter().copied().skip(skipped).take(most);
        let context = format!("{scope} {asked:?}");
        assert_eq!((hits, total), (page.collect(), expected.len() as u64), "{context}");
    }
}

fn ids(lines: &[Line]) -> Vec<RecordId> {
    lines.iter().map(|line| line.id).collect()
}

fn check(tx: &dyn Transaction, models: &[Model; 3]) {
    for (scope, model) in SCOPES.iter().zip(models) {
        for filter in filters() {
            let expected: Vec<RecordId> =
                model.choose(&filter).iter().map(|line| line.id).collect();
            let context = format!("{scope} {filter:?}");
            assert_eq!(ids(&tx.lines(scope, &filter).unwrap()), expected, "{context}");
            assert_eq!(tx.count_lines(scope, &filter).unwrap(), expected.len() as u64, "{context}");
            let paged = LineFilter { offset: 2, limit: 3, ..filter.clone() };
            let page: Vec<RecordId> = expected.iter().copied().skip(2).take(3).collect();
            assert_eq!(ids(&tx.lines(scope, &paged).unwrap()), page, "{context}");
            let months: u64 =
                tx.months(scope, &filter).unwrap().iter().map(|month| month.lines).sum();
            assert_eq!(months, expected.len() as u64, "{context}");
            if let Some(text) = &filter.text {
                let mut expected = model.choose(&filter);
                expected.sort_by_key(|line| !in_title(line, text));
                let expected: Vec<RecordId> = expected.iter().map(|line| line.id).collect();
                check_hits(tx, scope, &filter, &expected);
            }
            check_analytes(tx, scope, model, &filter);
        }
        let sections: u64 = tx.sections(scope).unwrap().iter().map(|count| count.lines).sum();
        assert_eq!(sections, model.lines.len() as u64);
        let dates: Vec<&String> =
            model.lines.iter().filter_map(|line| line.date.as_ref()).collect();
        let ends = dates.iter().min().zip(dates.iter().max());
        assert_eq!(
            tx.dates(scope).unwrap(),
            ends.map(|(first, last)| ((**first).clone(), (**last).clone()))
        );
        for line in &model.lines {
            let twins = tx.twins(scope, &line.id).unwrap();
            let expected: Vec<RecordId> = model
                .twins
                .iter()
                .filter(|(_, (shown, _))| *shown == line.id)
                .map(|(id, _)| RecordId::from_bytes(*id))
                .collect();
            assert_eq!(twins, expected);
        }
    }
}

fn check_analytes(tx: &dyn Transaction, scope: &str, model: &Model, filter: &LineFilter) {
    let chosen = model.choose(filter);
    let (found, total) = tx.analytes(scope, filter).unwrap();
    let mut expected: BTreeMap<&str, Vec<RecordId>> = BTreeMap::new();
    // The table kept beside the lines knows each analyte by the section of its newest line.
    let kept = filter.is_by_section() && !filter.flagged && !filter.source_only;
    for line in if kept { model.choose(&LineFilter::default()) } else { chosen } {
        if let Some(analyte) = &line.analyte {
            expected.entry(analyte).or_default().push(line.id);
        }
    }
    if kept && !filter.sections.is_empty() {
        expected.retain(|_, ids| {
            let newest = model.lines.iter().find(|line| line.id == ids[0]).unwrap();
            filter.sections.contains(&newest.section)
        });
    }
    assert_eq!(total, expected.len() as u64, "{scope} {filter:?}");
    for one in found {
        let ids = &expected[one.key.as_str()];
        assert_eq!((one.lines, one.latest.id), (ids.len() as u64, ids[0]), "{scope} {filter:?}");
        assert_eq!(one.previous.map(|line| line.id), ids.get(1).copied(), "{scope} {filter:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, ..ProptestConfig::default() })]

    #[test]
    fn answers_what_a_list_would(steps in prop::collection::vec(step(), 1..14)) {
        let dir = tempfile::tempdir().unwrap();
        let opened = store(dir.path());
        let unlocked = create(&opened, &MemoryKeyring::new(), None);
        let mut models: [Model; 3] = Default::default();
        for step in steps {
            let mut tx = unlocked.vault.begin().unwrap();
            match step {
                Step::Add(scope, lines) => {
                    let twins = tx.add_lines(SCOPES[scope], &lines).unwrap();
                    let mut became = 0;
                    for line in &lines {
                        models[scope].add(line);
                        became += u64::from(models[scope].twins.contains_key(line.id.as_bytes()));
                    }
                    prop_assert_eq!(twins, became);
                    tx.commit().unwrap();
                }
                Step::Remove(scope, id) => {
                    let id = RecordId::from_bytes([id; 16]);
                    let was = tx.remove_line(SCOPES[scope], &id).unwrap();
                    prop_assert_eq!(was, models[scope].remove(id));
                    tx.commit().unwrap();
                }
                Step::Drop(scope) => {
                    tx.remove_scope(SCOPES[scope]).unwrap();
                    models[scope] = Model::default();
                    tx.commit().unwrap();
                }
                Step::RollBack(scope, lines) => {
                    tx.add_lines(SCOPES[scope], &lines).unwrap();
                    drop(tx);
                }
            }
            let tx = unlocked.vault.read().unwrap();
            check(&*tx, &models);
        }
    }
}

#[test]
fn a_record_takes_its_line_with_it_and_one_without_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let opened = store(dir.path());
    let unlocked = create(&opened, &MemoryKeyring::new(), None);
    let mut tx = unlocked.vault.begin().unwrap();
    for n in 1..=3 {
        tx.insert_record(&row(n)).unwrap();
    }
    assert_eq!(tx.count_unindexed("own").unwrap(), 3);
    let new = |n: u8, content| NewLine {
        id: row(n).id,
        section: "results".to_owned(),
        compartment: "results".to_owned(),
        date: None,
        analyte: None,
        standing: NO_STANDING,
        flagged: false,
        source_only: false,
        handle: None,
        content,
        origin: i64::from(n),
        extra: None,
        item: "{}".to_owned(),
        title: "Zucker".to_owned(),
        words: String::new(),
        searched: 0,
    };
    assert_eq!(tx.add_lines("own", &[new(1, Some(7)), new(2, Some(7))]).unwrap(), 1);
    assert_eq!(tx.unindexed_records("own", 9).unwrap(), [row(3).id]);
    assert_eq!(tx.count_unindexed("own").unwrap(), 1);
    // The first goes: the one that said the same is shown.
    assert!(tx.delete_record(&row(1).id).unwrap());
    let zucker = LineFilter { text: Some("zucker".to_owned()), limit: 9, ..LineFilter::default() };
    assert_eq!(ids(&tx.lines("own", &zucker).unwrap()), [row(2).id]);
    assert_eq!(tx.count_unindexed("own").unwrap(), 1);
    assert_eq!(tx.newest_arrival("own").unwrap(), 2);
    tx.commit().unwrap();
}

#[test]
fn a_passing_scope_does_not_outlive_the_opening() {
    let dir = tempfile::tempdir().unwrap();
    let opened = store(dir.path());
    let keyring = MemoryKeyring::new();
    let unlocked = create(&opened, &keyring, None);
    let put = |vault: &dyn Vault| {
        let mut tx = vault.begin().unwrap();
        for scope in ["own", "preview/1"] {
            tx.add_lines(scope, &[]).unwrap();
        }
        tx.commit().unwrap();
    };
    put(&*unlocked.vault);
    unlocked.vault.close();
    let again = opened.unlock(&common::id("p1"), &keyring, None).unwrap();
    assert_eq!(again.vault.read().unwrap().scopes("").unwrap(), ["own"]);
}

/// More hits than are sorted one by one.
#[test]
fn of_many_hits_the_newest_come_first_too() {
    let dir = tempfile::tempdir().unwrap();
    let opened = create(&store(dir.path()), &MemoryKeyring::new(), None);
    let mut lines: Vec<NewLine> = (0_u64..1_500)
        .map(|n| {
            let mut id = [0; 16];
            id[..8].copy_from_slice(&n.to_be_bytes());
            NewLine {
                id: RecordId::from_bytes(id),
                section: SECTIONS[(n % 3) as usize].to_owned(),
                compartment: SECTIONS[(n % 3) as usize].to_owned(),
                date: (!n.is_multiple_of(7)).then(|| format!("20{:02}", n * 37 % 100)),
                analyte: None,
                standing: NO_STANDING,
                flagged: false,
                source_only: false,
                handle: None,
                content: None,
                origin: 0,
                extra: None,
                item: "{}".to_owned(),
                title: if n.is_multiple_of(2) { "sugar" } else { "Herz" }.to_owned(),
                words: if n.is_multiple_of(5) { "Herz" } else { "blood sugar" }.to_owned(),
                searched: 0,
            }
        })
        .collect();
    let mut tx = opened.vault.begin().unwrap();
    tx.add_lines("own", &lines).unwrap();
    lines.sort_by(|a, b| b.date.cmp(&a.date));
    lines.sort_by_key(|line| !in_title(line, "sugar"));
    for sections in [vec![], vec!["results"], vec!["results", "vitals"]] {
        let sections: Vec<String> = sections.into_iter().map(str::to_owned).collect();
        for (from, before) in [(None, None), (Some("2050".to_owned()), Some("2060".to_owned()))] {
            let filter = LineFilter {
                sections: sections.clone(),
                text: Some("sugar".to_owned()),
                from,
                before,
                ..LineFilter::default()
            };
            let model = Model { lines: lines.clone(), ..Model::default() };
            let chosen: Vec<RecordId> = model.choose(&filter).iter().map(|line| line.id).collect();
            let expected: Vec<RecordId> =
                lines.iter().map(|line| line.id).filter(|id| chosen.contains(id)).collect();
            check_hits(&*tx, "own", &filter, &expected);
        }
    }
}
