//! Days of one type and one source, gathered while the file goes by.

use std::collections::{BTreeMap, HashMap};

use super::kinds::{DayValue, Handling, Kind};
use super::make::Sample;
use super::unit::AppleUnit;

/// Days that are open at once. An export of ten years has about as many; of a file in which more are
/// open the oldest are handed out, and what comes later of such a day makes another summary.
const MAX_DAYS: usize = 40_000;
/// Different values of one day (stages of sleep).
const MAX_VALUES: usize = 16;

/// A day.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct DayKey {
    pub(super) identifier: String,
    pub(super) source: String,
    /// `2020-03-01`, where the person was.
    pub(super) date: String,
    pub(super) unit: Option<AppleUnit>,
}

/// What was gathered of it.
#[derive(Debug, Clone)]
pub(super) struct DaySummary {
    pub(super) kind: Kind,
    pub(super) count: u64,
    pub(super) minimum: f64,
    pub(super) maximum: f64,
    pub(super) sum: f64,
    /// Most digits after the point.
    pub(super) decimals: usize,
    /// First and last moment.
    pub(super) start: String,
    pub(super) end: String,
    /// Minutes by what the records say.
    pub(super) minutes: BTreeMap<String, f64>,
    touched: u64,
}

/// All open days.
#[derive(Default)]
pub(super) struct Days {
    open: HashMap<DayKey, DaySummary>,
    clock: u64,
}

impl Days {
    /// Adds a record; `true` if too many days are open now.
    pub(super) fn add(&mut self, sample: &Sample) -> bool {
        let Handling::Day(value) = sample.kind.handling else { return false };
        self.clock += 1;
        // A night belongs to the day on which it ends.
        let moment = if value == DayValue::Minutes { &sample.end } else { &sample.start };
        let key = DayKey {
            identifier: sample.kind.identifier.clone(),
            source: sample.source.clone(),
            date: moment.get(..10).unwrap_or_default().to_owned(),
            unit: sample.unit,
        };
        let day = self.open.entry(key).or_insert_with(|| DaySummary::new(sample));
        day.touched = self.clock;
        day.add(sample, value);
        self.open.len() > MAX_DAYS
    }

    /// Takes all days, or the half that was added to longest ago, in order.
    pub(super) fn take(&mut self, all: bool) -> Vec<(DayKey, DaySummary)> {
        let mut taken: Vec<(DayKey, DaySummary)> = if all {
            std::mem::take(&mut self.open).into_iter().collect()
        } else {
            let mut times: Vec<u64> = self.open.values().map(|day| day.touched).collect();
            let middle = times.len() / 2;
            let (_, median, _) = times.select_nth_unstable(middle);
            let median = *median;
            self.open.extract_if(|_, day| day.touched < median).collect()
        };
        taken.sort_by(|(a, _), (b, _)| a.cmp(b));
        taken
    }
}

impl DaySummary {
    fn new(sample: &Sample) -> DaySummary {
        DaySummary {
            kind: sample.kind.clone(),
            count: 0,
            minimum: f64::INFINITY,
            maximum: f64::NEG_INFINITY,
            sum: 0.0,
            decimals: 0,
            start: sample.start.clone(),
            end: sample.end.clone(),
            minutes: BTreeMap::new(),
            touched: 0,
        }
    }

    fn add(&mut self, sample: &Sample, value: DayValue) {
        self.count += 1;
        if sample.start < self.start {
            self.start.clone_from(&sample.start);
        }
        if sample.end > self.end {
            self.end.clone_from(&sample.end);
        }
        if value == DayValue::Minutes {
            let label = sample.label.clone().unwrap_or_default();
            if self.minutes.len() < MAX_VALUES || self.minutes.contains_key(&label) {
                *self.minutes.entry(label).or_default() += sample.minutes;
            }
            return;
        }
        let Some(number) = sample.number else { return };
        self.minimum = self.minimum.min(number);
        self.maximum = self.maximum.max(number);
        self.sum += number;
        let decimals = sample.digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        self.decimals = self.decimals.max(decimals.min(6));
    }
}
