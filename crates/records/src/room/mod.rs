//! The reading room: what a person reads of a chart, a page at a time. The same types serve the
//! patient's own chart, her preview of a share and the doctor's chart.
//!
//! Strings are content of the record as written, or stable codes the interface turns into words.

mod decimal;
mod medicines;
mod snippet;
mod trend;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::category::Category;
pub use medicines::{MedicineInput, plan};
pub use snippet::{holds_all, snippet};
pub use trend::trend;

use crate::view::{
    ChartItem, Detail, IdentityView, QuantityView, ReferenceRangeView, SectionState,
};

/// A section of the chart and whether it can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SectionCount {
    /// Which.
    pub category: Category,
    /// Whether it can be read.
    pub state: SectionState,
    /// Items in it.
    #[ts(type = "number")]
    pub items: u64,
    /// Items of it that are shown as source only, because they are not understood.
    #[ts(type = "number")]
    pub source_only: u64,
}

/// A list on the summary page: its first items, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SummaryList {
    /// Whether it can be read, and whether anything is recorded.
    pub state: SectionState,
    /// The first items.
    pub items: Vec<ChartItem>,
    /// How many there are.
    #[ts(type = "number")]
    pub total: u64,
}

/// The summary page of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RoomSummary {
    /// Who it is about, as given in the record.
    pub identity: Option<IdentityView>,
    /// Conditions that are active, newest first.
    pub problems: SummaryList,
    /// Conditions that are over, refuted or entered in error.
    pub past_problems: SummaryList,
    /// Allergies, most severe first; "no known allergies" is an item with its marker.
    pub allergies: SummaryList,
    /// Medicines taken now.
    pub medicines: SummaryList,
    /// The newest value of each analyte, newest first.
    pub results: SummaryList,
    /// The newest value of each vital sign.
    pub vitals: SummaryList,
    /// Immunizations, newest first.
    pub immunizations: SummaryList,
    /// What was received since this reader last looked, newest first.
    pub new_items: SummaryList,
    /// When this reader last looked, seconds since 1970 UTC; `None`: never before.
    #[ts(type = "number | null")]
    pub last_visit: Option<u64>,
    /// Every section with its count.
    pub sections: Vec<SectionCount>,
    /// Year of the oldest dated item.
    pub first_year: Option<i32>,
    /// Year of the newest dated item.
    pub last_year: Option<i32>,
    /// How many records are still being prepared for reading; `None`: all are.
    #[ts(type = "number | null")]
    pub preparing: Option<u64>,
}

/// Which items to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct ItemQuery {
    /// Only these sections; empty: all.
    pub categories: Vec<Category>,
    /// Only items whose words contain all words of one of these lines (prefixes count).
    pub text: Option<String>,
    /// Only items dated at or after this FHIR date.
    pub from: Option<String>,
    /// Only items dated before this FHIR date.
    pub before: Option<String>,
    /// Only this analyte (a key of [`AnalyteView`]).
    pub analyte: Option<String>,
    /// Only what the laboratory flagged.
    pub flagged_only: bool,
    /// Only what is shown as source only.
    pub source_only: bool,
    /// How many to leave out first.
    #[ts(type = "number")]
    pub offset: u64,
    /// At most so many, 1 to 500; 0 is 100.
    #[ts(type = "number")]
    pub limit: u64,
}

/// A page of items, newest first; those without a date last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ItemPage {
    /// The items.
    pub items: Vec<ChartItem>,
    /// Position of the first in all that match.
    #[ts(type = "number")]
    pub offset: u64,
    /// How many match.
    #[ts(type = "number")]
    pub total: u64,
}

/// How many items a month has, for the density of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DensityView {
    /// `2018-08`; `2018` for items of which only the year is known; empty: no date.
    pub month: String,
    /// Section.
    pub category: Category,
    /// Items.
    #[ts(type = "number")]
    pub items: u64,
}

/// One thing that is measured again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AnalyteView {
    /// Stable key: `loinc|718-7`, another system's `system|code`, or `text|folded words`.
    pub key: String,
    /// What it is called, from the newest value.
    pub name: String,
    /// Results or vitals.
    pub category: Category,
    /// The newest value.
    pub latest: ChartItem,
    /// The value before it, to compare.
    pub previous: Option<ChartItem>,
    /// How many values there are.
    #[ts(type = "number")]
    pub count: u64,
}

/// A page of analytes, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AnalytePage {
    /// The analytes.
    pub analytes: Vec<AnalyteView>,
    /// Position of the first.
    #[ts(type = "number")]
    pub offset: u64,
    /// How many there are.
    #[ts(type = "number")]
    pub total: u64,
}

/// A number at a time, in the unit of its series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TrendPoint {
    /// The item, with its value as written.
    pub item: ChartItem,
    /// The number in the unit of the series; `None`: not a number, or a unit that cannot be
    /// converted (then it is listed below the curve and never drawn).
    pub value: Option<f64>,
    /// True if the number was converted from another unit.
    pub converted: bool,
    /// Which component (blood pressure), by its analyte key; `None` for the value itself.
    pub component: Option<String>,
}

/// The range that held from a point on, in the unit of the series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RangeStep {
    /// FHIR date from which it is stated.
    pub from: String,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// As the laboratory wrote it.
    pub written: ReferenceRangeView,
}

/// The course of one analyte.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TrendView {
    /// Key of the analyte.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// The unit of the series (UCUM): that of the newest value.
    pub unit: Option<String>,
    /// Oldest first.
    pub points: Vec<TrendPoint>,
    /// Ranges as they changed over time, oldest first; only those of one kind of person.
    pub ranges: Vec<RangeStep>,
    /// The conversion that was used, to be shown with the curve.
    pub conversion: Option<ConversionView>,
    /// Values that could not be brought to the unit of the series.
    #[ts(type = "number")]
    pub left_out: u64,
    /// True if only the newest values are given, because there are very many.
    pub cut: bool,
}

/// A conversion between units of one analyte.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ConversionView {
    /// From (UCUM).
    pub from: Vec<String>,
    /// To (UCUM).
    pub to: String,
    /// Molar mass used, g/mol, where the conversion is one of a known analyte.
    pub molar_mass: Option<f64>,
}

/// One analyte on two days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ComparisonRow {
    /// Key of the analyte.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// The value at or before the earlier day (within the days asked for).
    pub earlier: Option<ChartItem>,
    /// The value at or before the later day.
    pub later: Option<ChartItem>,
    /// Later minus earlier, digits, in `unit`; only where the units are one or convertible.
    pub difference: Option<String>,
    /// The unit of the difference.
    pub unit: Option<String>,
    /// True if one value was converted for the difference.
    pub converted: bool,
}

/// Two days side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ComparisonView {
    /// The earlier day.
    pub earlier: String,
    /// The later day.
    pub later: String,
    /// Analytes that have a value on either day.
    pub rows: Vec<ComparisonRow>,
}

/// A laboratory report with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PanelView {
    /// The report.
    pub report: ChartItem,
    /// Its results, in its order.
    pub results: Vec<ChartItem>,
    /// Results it names that are not here.
    #[ts(type = "number")]
    pub missing: u64,
}

/// What became of a medicine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum MedicineState {
    /// Taken now, as far as the record says.
    Current,
    /// Planned or on hold.
    Paused,
    /// Stopped or used up.
    Stopped,
    /// The record does not say.
    Unknown,
}

/// One entry in the course of a medicine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct MedicineEntry {
    /// The record.
    pub item: ChartItem,
    /// What it changed.
    pub change: MedicineChange,
}

/// What an entry changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum MedicineChange {
    /// First entry.
    Started,
    /// Another dose or instruction than before.
    Changed,
    /// The same as before.
    Renewed,
    /// Ended.
    Stopped,
}

/// One medicine with its course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct MedicineView {
    /// Stable key, as for analytes.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// What became of it.
    pub state: MedicineState,
    /// Dose and instruction of the newest entry.
    pub instructions: Vec<Detail>,
    /// Newest first.
    pub course: Vec<MedicineEntry>,
}

/// All medicines: current ones first, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct MedicinePlan {
    /// Whether medicines can be read, and whether any is recorded.
    pub state: SectionState,
    /// The medicines.
    pub medicines: Vec<MedicineView>,
}

/// A piece of a snippet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SnippetPart {
    /// The text.
    pub text: String,
    /// True if it is what was searched for.
    pub hit: bool,
}

/// An item found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SearchHit {
    /// The item.
    pub item: ChartItem,
    /// The place where it was found; empty if that is the title.
    pub snippet: Vec<SnippetPart>,
}

/// A page of what was found, best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SearchPage {
    /// The items found.
    pub hits: Vec<SearchHit>,
    /// Records of the chart with letters that are still to be read for the search.
    #[ts(type = "number")]
    pub waiting: u64,
    /// Records of the chart of which a part is not searched: scans, locked or damaged letters, very long ones.
    #[ts(type = "number")]
    pub in_part: u64,
    /// Position of the first.
    #[ts(type = "number")]
    pub offset: u64,
    /// How many were found.
    #[ts(type = "number")]
    pub total: u64,
}

/// A number with its unit, as the trend shows it beside the original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ConvertedQuantity {
    /// As written.
    pub written: QuantityView,
    /// Digits in the other unit.
    pub value: String,
    /// The other unit (UCUM).
    pub unit: String,
}

/// The row of a comparison: the later value minus the earlier one, where both are numbers whose
/// units are one or can be brought to one.
pub fn comparison_row(
    key: &str,
    earlier: Option<ChartItem>,
    later: Option<ChartItem>,
) -> ComparisonRow {
    let found = trend::difference(key, earlier.as_ref(), later.as_ref());
    let name = later.as_ref().or(earlier.as_ref()).map(|item| item.title.clone());
    ComparisonRow {
        key: key.to_owned(),
        name: name.unwrap_or_default(),
        earlier,
        later,
        unit: found.as_ref().and_then(|found| found.unit.clone()),
        converted: found.as_ref().is_some_and(|found| found.converted),
        difference: found.map(|found| found.digits),
    }
}
