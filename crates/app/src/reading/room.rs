//! Summary, lists and search.

use keyward_records::Category;
use keyward_records::room::{
    DensityView, ItemPage, ItemQuery, RoomSummary, SearchHit, SearchPage, SectionCount,
    SummaryList, holds_all, snippet,
};
use keyward_records::view::line::standing;
use keyward_records::view::{self, ChartInput, IdentityView, SectionState, SharedScope};

use super::access::{self, Access, Body};
use super::answer::{self, filter, state};
use super::{catch_up, measures, seen};
use crate::error::{AppError, ErrorCode};
use crate::ports::index::LineFilter;
use crate::ports::vault::Transaction;
use crate::session::Session;
use crate::views::reading::RoomScope;

/// Items of each list of the summary at most.
const LISTED: u64 = 10;
/// Allergies are listed whole, within reason.
const ALLERGIES: u64 = 100;
/// Patient records that are compared for the identity.
const PEOPLE: u64 = 8;

/// The summary page.
///
/// # Errors
/// [`ErrorCode::NotAllowed`], [`ErrorCode::NotFound`], why a share cannot be read, or what the vault
/// reports. This holds for every function of the reading room.
pub fn summary(session: &Session, scope: &RoomScope) -> Result<RoomSummary, AppError> {
    let access = access::open(session, scope)?;
    let tx = session.read()?;
    let seen = seen::load(&*tx, &access)?;
    let page = Page { tx: &*tx, access: &access, name: access.name() };
    let years = tx.dates(&page.name)?;
    let year = |date: &str| date.get(..4).and_then(|year| year.parse().ok());
    Ok(RoomSummary {
        identity: page.identity()?,
        problems: page.standing(standing::PROBLEM, Category::Conditions, LISTED)?,
        past_problems: page.standing(standing::PAST_PROBLEM, Category::Conditions, LISTED)?,
        allergies: page.allergies()?,
        medicines: measures::current(&page, session.now())?,
        results: page.measured(Category::Results)?,
        vitals: page.measured(Category::Vitals)?,
        immunizations: page.section(Category::Immunizations)?,
        new_items: match seen {
            Some(seen) => page.list(
                &LineFilter { arrived_after: Some(seen.arrival), limit: LISTED, ..none() },
                true,
            )?,
            None => SummaryList { state: SectionState::NoneRecorded, items: Vec::new(), total: 0 },
        },
        last_visit: seen.map(|seen| seen.at),
        sections: page.sections()?,
        first_year: years.as_ref().and_then(|(first, _)| year(first)),
        last_year: years.as_ref().and_then(|(_, last)| year(last)),
        preparing: match scope {
            RoomScope::Own => catch_up::left(session)?,
            _ => None,
        },
    })
}

fn none() -> LineFilter {
    LineFilter::default()
}

/// A scope under reading.
pub(super) struct Page<'a> {
    pub(super) tx: &'a dyn Transaction,
    pub(super) access: &'a Access,
    pub(super) name: String,
}

impl Page<'_> {
    pub(super) fn may_see(&self, category: Category) -> bool {
        self.access.shared.includes(category)
    }

    fn list(&self, filter: &LineFilter, shared: bool) -> Result<SummaryList, AppError> {
        let total = self.tx.count_lines(&self.name, filter)?;
        let lines = self.tx.lines(&self.name, filter)?;
        Ok(SummaryList {
            state: state(shared, total),
            items: answer::items(self.tx, &self.name, &lines)?,
            total,
        })
    }

    fn standing(&self, which: u8, section: Category, limit: u64) -> Result<SummaryList, AppError> {
        let filter = LineFilter { standing: Some(which), limit, ..none() };
        self.list(&filter, self.may_see(section))
    }

    fn allergies(&self) -> Result<SummaryList, AppError> {
        let mut all: Option<SummaryList> = None;
        for which in standing::ALLERGIES {
            let next = self.standing(which, Category::Allergies, ALLERGIES)?;
            all = Some(match all {
                Some(mut all) => {
                    all.items.extend(next.items);
                    all.total += next.total;
                    all
                }
                None => next,
            });
        }
        let mut all = all.ok_or(ErrorCode::Internal)?;
        all.items.truncate(usize::try_from(ALLERGIES).unwrap_or(usize::MAX));
        all.state = state(self.may_see(Category::Allergies), all.total);
        Ok(all)
    }

    fn section(&self, category: Category) -> Result<SummaryList, AppError> {
        let sections = vec![category.as_str().to_owned()];
        self.list(&LineFilter { sections, limit: LISTED, ..none() }, self.may_see(category))
    }

    fn measured(&self, category: Category) -> Result<SummaryList, AppError> {
        let sections = vec![category.as_str().to_owned()];
        let filter = LineFilter { sections, limit: LISTED, ..none() };
        let (found, total) = self.tx.analytes(&self.name, &filter)?;
        let items = found.iter().map(|found| answer::item(self.tx, &self.name, &found.latest));
        Ok(SummaryList {
            state: state(self.may_see(category), total),
            items: items.collect::<Result<_, _>>()?,
            total,
        })
    }

    fn identity(&self) -> Result<Option<IdentityView>, AppError> {
        let filter = LineFilter { standing: Some(standing::PERSON), limit: PEOPLE, ..none() };
        let mut lines = self.tx.lines(&self.name, &filter)?;
        // The first that arrived counts.
        lines.sort_by_key(|line| line.arrival);
        let bodies: Vec<(String, Body)> = lines
            .iter()
            .map(|line| Ok((line.id.to_string(), self.access.body(self.tx, &line.id)?)))
            .collect::<Result<_, AppError>>()?;
        let inputs: Vec<ChartInput<'_>> =
            bodies.iter().map(|(id, body)| answer::input(id, body)).collect();
        Ok(view::identity(&inputs))
    }

    /// The sections of the chart; then, for a reader who may not see all, the compartments kept
    /// apart that are not shared or empty, or hold what belongs to a section that is not shared.
    fn sections(&self) -> Result<Vec<SectionCount>, AppError> {
        let counted = self.tx.sections(&self.name)?;
        let all = Category::all().filter_map(|category| {
            let name = category.as_str();
            let here = counted.iter().filter(|count| count.section == name);
            let items = here.clone().map(|count| count.lines).sum();
            let shown = !category.is_sensitive()
                || items > 0
                || (self.access.shared != SharedScope::All
                    && !counted.iter().any(|count| count.compartment == name));
            shown.then(|| SectionCount {
                category,
                state: state(self.may_see(category), items),
                items,
                source_only: here.map(|count| count.source_only).sum(),
            })
        });
        Ok(all.collect())
    }
}

/// A page of items.
///
/// # Errors
/// As [`summary`], and a field error for a date that is none.
pub fn items(
    session: &Session,
    scope: &RoomScope,
    query: &ItemQuery,
) -> Result<ItemPage, AppError> {
    let filter = filter(query)?;
    let access = access::open(session, scope)?;
    let tx = session.read()?;
    let name = access.name();
    let lines = tx.lines(&name, &filter)?;
    Ok(ItemPage {
        items: answer::items(&*tx, &name, &lines)?,
        offset: filter.offset,
        total: tx.count_lines(&name, &filter)?,
    })
}

/// As [`items`], as the JSON of that [`ItemPage`], for a window. An item that names nothing to be looked up goes out as it is
/// stored.
///
/// # Errors
/// As [`items`].
pub fn items_json(
    session: &Session,
    scope: &RoomScope,
    query: &ItemQuery,
) -> Result<String, AppError> {
    let filter = filter(query)?;
    let access = access::open(session, scope)?;
    let tx = session.read()?;
    let name = access.name();
    let lines = tx.lines(&name, &filter)?;
    let total = tx.count_lines(&name, &filter)?;
    let items = answer::items_json(&*tx, &name, &lines)?;
    Ok(format!("{{\"items\":{items},\"offset\":{},\"total\":{total}}}", filter.offset))
}

/// How the items of a query are spread over time; a month with items of several sections has
/// several entries. Newest first, what has no date last.
///
/// # Errors
/// As [`items`].
pub fn density(
    session: &Session,
    scope: &RoomScope,
    query: &ItemQuery,
) -> Result<Vec<DensityView>, AppError> {
    let filter = filter(query)?;
    let access = access::open(session, scope)?;
    let tx = session.read()?;
    let months = tx.months(&access.name(), &filter)?;
    Ok(months
        .into_iter()
        .filter_map(|count| {
            let category = Category::from_name(&count.section)?;
            Some(DensityView { month: count.month, category, items: count.lines })
        })
        .collect())
}

/// What is found by words, best first.
///
/// # Errors
/// As [`items`].
pub fn search(
    session: &Session,
    scope: &RoomScope,
    query: &ItemQuery,
) -> Result<SearchPage, AppError> {
    let filter = filter(query)?;
    let access = access::open(session, scope)?;
    let tx = session.read()?;
    let name = access.name();
    let (found, total) = tx.find_lines(&name, &filter)?;
    let words = filter.text.as_deref().unwrap_or_default();
    let hits = found.iter().map(|found| {
        let in_title = holds_all(&found.title, words);
        Ok(SearchHit {
            item: answer::item(&*tx, &name, &found.line)?,
            snippet: if in_title { Vec::new() } else { snippet(&found.words, words) },
        })
    });
    let searched = tx.searched(&name)?;
    Ok(SearchPage {
        hits: hits.collect::<Result<_, AppError>>()?,
        waiting: searched.waiting,
        in_part: searched.in_part,
        offset: filter.offset,
        total,
    })
}
