//! The course of each medicine, from what was prescribed, taken, given and dispensed.

use std::collections::BTreeMap;

use super::{MedicineChange, MedicineEntry, MedicineState, MedicineView};
use crate::view::{ChartItem, Detail, Marker};

/// An entry about a medicine.
#[derive(Debug, Clone)]
pub struct MedicineInput {
    /// The key of its code, if it has one.
    pub key: Option<String>,
    /// The record.
    pub item: ChartItem,
}

const WRONG: [Marker; 2] = [Marker::EnteredInError, Marker::Refuted];
const ENDED: [Marker; 6] = [
    Marker::Stopped,
    Marker::Cancelled,
    Marker::NotTaken,
    Marker::NotDone,
    Marker::DoNotPerform,
    Marker::Inactive,
];
const PAUSED: [Marker; 3] = [Marker::OnHold, Marker::Planned, Marker::Draft];

/// The medicines of `entries`, which are newest first; `today` is a FHIR date. Entries in error are
/// left out.
pub fn plan(entries: Vec<MedicineInput>, today: &str) -> Vec<MedicineView> {
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for entry in &entries {
        // The same words with and without a code are one medicine.
        if let Some(key) = entry.key.as_ref().filter(|key| !key.starts_with("text|")) {
            named.entry(words(&entry.item)).or_insert_with(|| key.clone());
        }
    }
    let mut groups: BTreeMap<String, Vec<ChartItem>> = BTreeMap::new();
    for entry in entries {
        if has(&entry.item, &WRONG) {
            continue;
        }
        let words = words(&entry.item);
        let coded = entry.key.filter(|key| !key.starts_with("text|"));
        let key =
            coded.or_else(|| named.get(&words).cloned()).unwrap_or_else(|| format!("text|{words}"));
        groups.entry(key).or_default().push(entry.item);
    }
    let mut medicines: Vec<MedicineView> =
        groups.into_iter().map(|(key, items)| medicine(key, items, today)).collect();
    medicines.sort_by_cached_key(|medicine| {
        (order(medicine.state), medicine.name.to_lowercase(), medicine.key.clone())
    });
    medicines
}

fn words(item: &ChartItem) -> String {
    let words: Vec<String> = item.title.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

fn order(state: MedicineState) -> u8 {
    match state {
        MedicineState::Current => 0,
        MedicineState::Paused => 1,
        MedicineState::Unknown => 2,
        MedicineState::Stopped => 3,
    }
}

fn has(item: &ChartItem, markers: &[Marker]) -> bool {
    item.markers.iter().any(|marker| markers.contains(marker))
}

/// Whether an entry says what is to be taken, not only that something was handed over or given.
fn says(item: &ChartItem) -> bool {
    matches!(item.resource_type.as_str(), "MedicationRequest" | "MedicationStatement")
}

fn medicine(key: String, items: Vec<ChartItem>, today: &str) -> MedicineView {
    let telling = items.iter().find(|item| says(item));
    let state = telling.map_or(MedicineState::Unknown, |item| state(item, today));
    let instructions = telling.or(items.first()).map(|item| item.details.clone());
    let name = items.iter().map(|item| &item.title).find(|title| !title.is_empty()).cloned();
    MedicineView {
        key,
        name: name.unwrap_or_default(),
        state,
        instructions: instructions.unwrap_or_default(),
        course: course(items, today),
    }
}

fn state(item: &ChartItem, today: &str) -> MedicineState {
    if has(item, &ENDED) || has_ended(item, today) || item.status.as_deref() == Some("completed") {
        MedicineState::Stopped
    } else if has(item, &PAUSED) {
        MedicineState::Paused
    } else if matches!(item.status.as_deref(), Some("active" | "in-progress" | "taken")) {
        MedicineState::Current
    } else {
        MedicineState::Unknown
    }
}

/// Whether a period is stated and lies behind.
fn has_ended(item: &ChartItem, today: &str) -> bool {
    let end = item.date.as_ref().and_then(|date| date.end.as_deref());
    // As far as the end is known: "2018" ended when 2019 began.
    end.is_some_and(|end| {
        let known = end.len().min(10).min(today.len());
        matches!((end.get(..known), today.get(..known)), (Some(end), Some(today)) if end < today)
    })
}

fn course(items: Vec<ChartItem>, today: &str) -> Vec<MedicineEntry> {
    let mut course: Vec<MedicineEntry> = Vec::with_capacity(items.len());
    let mut before: Option<Vec<Detail>> = None;
    for item in items.into_iter().rev() {
        let ended = says(&item) && matches!(state(&item, today), MedicineState::Stopped);
        let change = match &before {
            _ if ended && before.is_some() => MedicineChange::Stopped,
            None => MedicineChange::Started,
            Some(before) if !says(&item) || *before == item.details => MedicineChange::Renewed,
            Some(_) => MedicineChange::Changed,
        };
        if says(&item) || before.is_none() {
            before = Some(item.details.clone());
        }
        course.push(MedicineEntry { item, change });
    }
    course.reverse();
    course
}
