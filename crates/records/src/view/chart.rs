//! The chart: sections by category, a timeline, and who it is about.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AbsentReason, CodeView, ComponentView, DateView, Detail, FlagView, Marker};
use super::{ReferenceRangeView, ValueView, item};
use crate::category::Category;
use crate::json::Json;
use crate::limits::Limits;
use crate::references::References;
use crate::sensitivity::Sensitivity;

/// One record as it is stored, with what the store knows about it.
#[derive(Debug, Clone, Copy)]
pub struct ChartInput<'a> {
    /// The record's id, returned unchanged in the item.
    pub record_id: &'a str,
    /// The resource as it came.
    pub bytes: &'a [u8],
    /// When it was received, seconds since 1970 UTC.
    pub received: Option<u64>,
    /// Where it came from, in words (file name or sender).
    pub source: &'a str,
    /// The compartment it is kept in or was received through; `None`: as its content says.
    pub compartment: Option<Category>,
}

impl ChartInput<'_> {
    /// The compartment of this record, whose content is `resource`.
    pub fn compartment_of(&self, resource: &Json) -> Category {
        self.compartment.unwrap_or_else(|| Category::of(resource))
    }
}

/// What the reader of the chart may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SharedScope {
    /// Everything: the owner herself.
    All,
    /// These compartments; the others are shown as not shared, and their records are left out even
    /// if they are given.
    Only(Vec<Category>),
}

impl SharedScope {
    /// Whether the category may be seen.
    pub fn includes(&self, category: Category) -> bool {
        match self {
            SharedScope::All => true,
            SharedScope::Only(categories) => categories.contains(&category),
        }
    }
}

/// A chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ChartView {
    /// From the Patient resource; `None` if there is none or it is not shared.
    pub identity: Option<IdentityView>,
    /// Every section once, in chart order; then, for whom not all is shared, the compartments kept
    /// apart that are not shared, empty, or hold what belongs to a section that is not shared.
    pub sections: Vec<SectionView>,
    /// All items with a date, newest first; then those without.
    pub timeline: Vec<TimelineEntry>,
}

/// Whether a section can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum SectionState {
    /// Shared, with at least one item.
    Shared,
    /// Not shared: there may or may not be records.
    NotShared,
    /// Shared, and there are no records.
    NoneRecorded,
}

/// One category of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SectionView {
    /// Which.
    pub category: Category,
    /// Whether it can be read.
    pub state: SectionState,
    /// Newest first; those without a date last.
    pub items: Vec<ChartItem>,
}

/// A place in the timeline; the item itself stands in its section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TimelineEntry {
    /// The item's id.
    pub id: String,
    /// The section it stands in.
    pub category: Category,
    /// The item's position in its section.
    pub index: u32,
    /// Its date.
    pub date: Option<DateView>,
}

/// Who the chart is about, as given in the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct IdentityView {
    /// The Patient record's id.
    pub id: String,
    /// Full name as given; `None` where it was removed.
    pub name: Option<String>,
    /// Other names given.
    pub other_names: Vec<String>,
    /// Birth date as written.
    pub birth_date: Option<DateView>,
    /// Administrative sex code as written.
    pub sex: Option<String>,
    /// When she died, as written, if that is recorded.
    pub deceased_date: Option<String>,
    /// True if the record says that she has died.
    pub deceased: bool,
    /// Names and birth dates of further Patient records that differ from the first.
    pub conflicting: Vec<String>,
}

/// One line of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ChartItem {
    /// The record's id. Empty only where it is stored, in the row of that record.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional = false)]
    pub id: String,
    /// The section.
    pub category: Category,
    /// What is sensitive about it, by its content or by where it is kept.
    #[serde(default)]
    pub sensitivity: Vec<Sensitivity>,
    /// FHIR resource type; empty if it is not known.
    pub resource_type: String,
    /// What to call it: content of the record, or empty (then the type's name serves).
    pub title: String,
    /// What it is about.
    pub code: Option<CodeView>,
    /// Its date.
    pub date: Option<DateView>,
    /// FHIR status code as written.
    pub status: Option<String>,
    /// What must be shown with it.
    #[serde(default)]
    pub markers: Vec<Marker>,
    /// Its value.
    pub value: Option<ValueView>,
    /// Why it has none.
    pub absent: Option<AbsentReason>,
    /// Its parts (blood pressure).
    #[serde(default)]
    pub components: Vec<ComponentView>,
    /// The laboratory's own ranges.
    #[serde(default)]
    pub ranges: Vec<ReferenceRangeView>,
    /// The laboratory's flags.
    #[serde(default)]
    pub flags: Vec<FlagView>,
    /// A second line: dose, reaction, result, class of visit, …
    #[serde(default)]
    pub details: Vec<Detail>,
    /// Who made or did it, as written.
    pub performer: Option<String>,
    /// How many documents it carries.
    #[serde(default)]
    pub attachments: u32,
    /// Where it came from.
    pub source: String,
    /// When it was received, seconds since 1970 UTC.
    #[ts(type = "number | null")]
    pub received: Option<u64>,
}

/// The chart of these records for a reader who may see `shared`.
pub fn chart(inputs: &[ChartInput<'_>], shared: &SharedScope) -> ChartView {
    chart_in(inputs, shared, &Limits::default())
}

/// As [`chart`], with limits of one's own for each record.
pub fn chart_in(inputs: &[ChartInput<'_>], shared: &SharedScope, limits: &Limits) -> ChartView {
    let references = References::from_inputs(inputs, shared);
    let mut by_category: HashMap<Category, Vec<ChartItem>> = HashMap::new();
    let mut identity = None;
    // Compartments from which something is shown.
    let mut apart = HashSet::new();
    for input in inputs {
        let (mut line, resource) = match Json::read(input.bytes, limits) {
            Ok(resource) if resource.text("resourceType").is_some() => {
                (item::item(input, &resource, &references), Some(resource))
            }
            _ => (item::not_understood(input), None),
        };
        let compartment = match &resource {
            Some(resource) => input.compartment_of(resource),
            None => input.compartment.unwrap_or(Category::Other),
        };
        if !shared.includes(compartment) {
            continue;
        }
        if let Some(resource) = resource {
            merge_identity(&mut identity, input, &resource);
        }
        // Its section may not be shared: then it stands with its compartment, so that "not shared"
        // is never followed by a part of what is not shared.
        if !shared.includes(line.category) {
            line.category = compartment;
        }
        apart.insert(compartment);
        by_category.entry(line.category).or_default().push(line);
    }
    let sections: Vec<SectionView> = Category::all()
        .filter(|category| {
            !category.is_sensitive()
                || by_category.contains_key(category)
                || (*shared != SharedScope::All && !apart.contains(category))
        })
        .collect::<Vec<_>>()
        .into_iter()
        .map(|category| section(category, by_category.remove(&category), shared))
        .collect();
    ChartView { identity, timeline: timeline(&sections), sections }
}

fn section(category: Category, items: Option<Vec<ChartItem>>, shared: &SharedScope) -> SectionView {
    let mut items = items.unwrap_or_default();
    newest_first(&mut items, |item| item.date.as_ref());
    let state = match (shared.includes(category), items.is_empty()) {
        (false, _) => SectionState::NotShared,
        (true, true) => SectionState::NoneRecorded,
        (true, false) => SectionState::Shared,
    };
    SectionView { category, state, items }
}

fn timeline(sections: &[SectionView]) -> Vec<TimelineEntry> {
    let mut entries: Vec<TimelineEntry> = sections
        .iter()
        .flat_map(|section| {
            section.items.iter().zip(0_u32..).map(|(item, index)| TimelineEntry {
                id: item.id.clone(),
                category: section.category,
                index,
                date: item.date.clone(),
            })
        })
        .collect();
    newest_first(&mut entries, |entry| entry.date.as_ref());
    entries
}

/// Sorts newest first, what has no sortable date last, equal dates in the order given.
fn newest_first<T>(items: &mut [T], date: impl Fn(&T) -> Option<&DateView>) {
    items.sort_by_cached_key(|entry| {
        let key = date(entry).and_then(item::sortable).map(|date| date.sort_key());
        (key.is_none(), std::cmp::Reverse(key))
    });
}

/// Who these records are about, from the Patient records among them; the first counts, the others
/// are compared with it.
pub fn identity(inputs: &[ChartInput<'_>]) -> Option<IdentityView> {
    let mut identity = None;
    for input in inputs {
        if let Ok(resource) = Json::read(input.bytes, &Limits::default()) {
            merge_identity(&mut identity, input, &resource);
        }
    }
    identity
}

fn merge_identity(identity: &mut Option<IdentityView>, input: &ChartInput<'_>, resource: &Json) {
    let Some(person) = crate::PatientIdentity::of(resource) else { return };
    let names: Vec<String> = person.names.iter().map(crate::PersonName::display).collect();
    let born = person.birth_date.as_ref().map(|date| date.as_str().to_owned());
    if let Some(first) = identity {
        let same = first.name.as_ref() == names.first()
            && first.birth_date.as_ref().map(|date| &date.value) == born.as_ref();
        if !same {
            let parts: Vec<String> = names.into_iter().take(1).chain(born).collect();
            let line = parts.join(", ");
            if !line.is_empty() && !first.conflicting.contains(&line) {
                first.conflicting.push(line);
            }
        }
        return;
    }
    let deceased_date = resource.text("deceasedDateTime").map(str::to_owned);
    let deceased = deceased_date.is_some()
        || resource.get("deceasedBoolean").and_then(Json::as_bool) == Some(true);
    *identity = Some(IdentityView {
        id: input.record_id.to_owned(),
        name: names.first().cloned(),
        other_names: names.into_iter().skip(1).collect(),
        birth_date: super::read::date(resource, "birthDate", super::DateRole::Born),
        sex: person.sex,
        deceased_date,
        deceased,
        conflicting: Vec::new(),
    });
}
