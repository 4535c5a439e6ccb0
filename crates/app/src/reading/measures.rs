//! What is measured again and again, medicines, and reports with their results.

use std::collections::BTreeMap;

use keyward_records::room::{
    AnalytePage, AnalyteView, ComparisonView, ItemQuery, MedicineInput, MedicinePlan,
    MedicineState, MedicineView, PanelView, SummaryList, TrendView, comparison_row, plan,
};
use keyward_records::view::line::{references, standing};
use keyward_records::{Category, DatePrecision, PartialDate, room};

use super::access;
use super::answer::{self, filter, state};
use super::index::Handle;
use super::room::Page;
use crate::error::AppError;
use crate::ports::clock::UnixSeconds;
use crate::ports::index::{Line, LineFilter};
use crate::session::Session;
use crate::views::reading::RoomScope;

/// Values of a trend at most: the newest.
const VALUES: u64 = 2_000;
/// Values of a day that are compared at most.
const OF_A_DAY: u64 = 2_000;
/// Entries about medicines that are looked at: the newest.
const ENTRIES: u64 = 5_000;
/// Results of a report at most.
const RESULTS: usize = 500;

/// A page of analytes, the one measured last first.
///
/// # Errors
/// As [`super::summary`], and a field error for a date that is none.
pub fn analytes(
    session: &Session,
    scope: &RoomScope,
    query: &ItemQuery,
) -> Result<AnalytePage, AppError> {
    let filter = filter(query)?;
    let access = access::open(session, scope)?;
    let tx = session.read()?;
    let name = access.name();
    let (found, total) = tx.analytes(&name, &filter)?;
    let mut names = answer::Names::new();
    let analytes = found.into_iter().map(|found| {
        let latest = answer::named_item(&*tx, &name, &found.latest, &mut names)?;
        let previous = found.previous.as_ref();
        let previous =
            previous.map(|line| answer::named_item(&*tx, &name, line, &mut names)).transpose()?;
        Ok(AnalyteView {
            key: found.key,
            name: latest.title.clone(),
            category: latest.category,
            latest,
            previous,
            count: found.lines,
        })
    });
    Ok(AnalytePage {
        analytes: analytes.collect::<Result<_, AppError>>()?,
        offset: filter.offset,
        total,
    })
}

/// The course of an analyte.
///
/// # Errors
/// As [`super::summary`].
pub fn trend(session: &Session, scope: &RoomScope, analyte: &str) -> Result<TrendView, AppError> {
    let access = access::open(session, scope)?;
    let tx = session.read()?;
    let name = access.name();
    let filter = LineFilter {
        analyte: Some(analyte.to_owned()),
        limit: VALUES + 1,
        ..LineFilter::default()
    };
    let mut lines = tx.lines(&name, &filter)?;
    let cut = lines.len() as u64 > VALUES;
    lines.truncate(usize::try_from(VALUES).unwrap_or(usize::MAX));
    let items = answer::items(&*tx, &name, &lines)?;
    Ok(room::trend(analyte, &items, cut))
}

/// The day of a comparison.
fn day(field: &str, written: &str) -> Result<String, AppError> {
    PartialDate::parse(written)
        .filter(|date| date.precision() >= DatePrecision::Day)
        .map(|date| date.day_part().to_owned())
        .ok_or_else(|| AppError::field(field, "not-a-date"))
}

/// Later than any moment of a day, earlier than the next.
fn end_of(day: &str) -> String {
    format!("{day}\u{7f}")
}

/// Two days side by side: every analyte with a value on one of them; where it has none on the
/// other, the last value before that.
///
/// # Errors
/// As [`super::summary`], and a field error for a date that is no day.
pub fn comparison(
    session: &Session,
    scope: &RoomScope,
    earlier: &str,
    later: &str,
) -> Result<ComparisonView, AppError> {
    let days = [day("earlier", earlier)?, day("later", later)?];
    let access = access::open(session, scope)?;
    let tx = session.read()?;
    let name = access.name();
    let sections = [Category::Results, Category::Vitals];
    let mut rows: BTreeMap<String, [Option<Line>; 2]> = BTreeMap::new();
    for (side, day) in days.iter().enumerate() {
        let filter = LineFilter {
            sections: sections.iter().map(|section| section.as_str().to_owned()).collect(),
            from: Some(day.clone()),
            before: Some(end_of(day)),
            limit: OF_A_DAY,
            ..LineFilter::default()
        };
        for found in tx.analytes(&name, &filter)?.0 {
            rows.entry(found.key).or_default()[side] = Some(found.latest);
        }
    }
    let mut view =
        ComparisonView { earlier: days[0].clone(), later: days[1].clone(), rows: vec![] };
    for (key, mut sides) in rows {
        for (side, day) in sides.iter_mut().zip(&days) {
            if side.is_none() {
                let filter = LineFilter {
                    analyte: Some(key.clone()),
                    before: Some(end_of(day)),
                    limit: 1,
                    ..LineFilter::default()
                };
                *side = tx.lines(&name, &filter)?.pop().filter(|line| line.date.is_some());
            }
        }
        let [first, last] = sides;
        let item =
            |line: Option<Line>| line.map(|line| answer::item(&*tx, &name, &line)).transpose();
        view.rows.push(comparison_row(&key, item(first)?, item(last)?));
    }
    view.rows.sort_by_cached_key(|row| (row.name.to_lowercase(), row.key.clone()));
    Ok(view)
}

/// A report with its results, in its order; what it names that is not here is counted.
///
/// # Errors
/// As [`super::summary`]; `NotFound` for a record that is not in the chart.
pub fn panel(session: &Session, scope: &RoomScope, record: &str) -> Result<PanelView, AppError> {
    let id = answer::record_id(record)?;
    let access = access::open(session, scope)?;
    let tx = session.read()?;
    let name = access.name();
    let report = answer::line(&*tx, &access, &id)?;
    let body = access.body(&*tx, &id)?;
    let mut view =
        PanelView { report: answer::item(&*tx, &name, &report)?, results: Vec::new(), missing: 0 };
    for reference in references(&body.bytes).1.iter().take(RESULTS) {
        let found = match Handle::of(&body.origin, reference) {
            Some(handle) => answer::line_of(&*tx, &name, &handle)?,
            None => None,
        };
        match found {
            Some((line, _)) => view.results.push(answer::item(&*tx, &name, &line)?),
            None => view.missing += 1,
        }
    }
    Ok(view)
}

/// The medicines with their courses.
///
/// # Errors
/// As [`super::summary`].
pub fn medicines(session: &Session, scope: &RoomScope) -> Result<MedicinePlan, AppError> {
    let access = access::open(session, scope)?;
    let tx = session.read()?;
    let page = Page { tx: &*tx, access: &access, name: access.name() };
    let medicines = planned(&page, session.now())?;
    let state = state(page.may_see(Category::Medications), medicines.len() as u64);
    Ok(MedicinePlan { state, medicines })
}

fn planned(page: &Page<'_>, now: UnixSeconds) -> Result<Vec<MedicineView>, AppError> {
    let filter =
        LineFilter { standing: Some(standing::MEDICINE), limit: ENTRIES, ..LineFilter::default() };
    let lines = page.tx.lines(&page.name, &filter)?;
    let mut names = answer::Names::new();
    let entries = lines.iter().map(|line| {
        Ok(MedicineInput {
            key: answer::extra(line)?.medicine,
            item: answer::named_item(page.tx, &page.name, line, &mut names)?,
        })
    });
    Ok(plan(entries.collect::<Result<_, AppError>>()?, &today(now)))
}

/// The day, in UTC.
fn today(now: UnixSeconds) -> String {
    let moment = i64::try_from(now).ok().and_then(|now| jiff::Timestamp::from_second(now).ok());
    moment.map(|moment| moment.to_string().chars().take(10).collect()).unwrap_or_default()
}

/// The medicines taken now, each by its newest entry.
pub(super) fn current(page: &Page<'_>, now: UnixSeconds) -> Result<SummaryList, AppError> {
    let all = planned(page, now)?;
    let known = all.len() as u64;
    let items: Vec<_> = all
        .into_iter()
        .filter(|medicine| medicine.state == MedicineState::Current)
        .filter_map(|medicine| medicine.course.into_iter().next().map(|entry| entry.item))
        .collect();
    let total = items.len() as u64;
    Ok(SummaryList { state: state(page.may_see(Category::Medications), known), items, total })
}
