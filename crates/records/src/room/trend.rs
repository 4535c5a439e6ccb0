//! The course of one analyte: a curve in one unit, and what cannot stand on it.

use std::collections::{BTreeMap, BTreeSet};

use super::{ConversionView, RangeStep, TrendPoint, TrendView};
use crate::PartialDate;
use crate::units::Series;
use crate::view::{ChartItem, Marker, QuantityView, ReferenceRangeView, ValueView};

/// Key of a component from its code.
fn component_key(code: &crate::view::CodeView) -> String {
    match (code.system.as_deref(), code.code.as_deref()) {
        (Some("http://loinc.org"), Some(code)) => format!("loinc|{code}"),
        (Some(system), Some(code)) => format!("{system}|{code}"),
        _ => format!("text|{}", code.display.to_lowercase()),
    }
}

/// The unit as it was written, where the units module does not know it.
fn written_unit(quantity: &QuantityView) -> Option<&str> {
    quantity.code.as_deref().or(quantity.unit.as_deref())
}

/// The number, unless it only says "less than" or "more than".
fn number(quantity: &QuantityView) -> Option<f64> {
    if quantity.comparator.is_some() {
        return None;
    }
    quantity.value.as_deref()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

pub(super) fn quantity(value: Option<&ValueView>) -> Option<&QuantityView> {
    match value {
        Some(ValueView::Quantity { quantity }) => Some(quantity),
        _ => None,
    }
}

/// One number of an item: the value itself, or one of its components.
struct Part<'a> {
    component: Option<String>,
    quantity: Option<&'a QuantityView>,
    bare: Option<f64>,
    ranges: &'a [ReferenceRangeView],
}

fn parts(item: &ChartItem) -> Vec<Part<'_>> {
    let bare = match &item.value {
        Some(ValueView::Number { digits }) => digits.parse().ok().filter(|n: &f64| n.is_finite()),
        _ => None,
    };
    let mut parts = Vec::new();
    if item.value.is_some() || item.components.is_empty() {
        let quantity = quantity(item.value.as_ref());
        parts.push(Part { component: None, quantity, bare, ranges: &item.ranges });
    }
    parts.extend(item.components.iter().map(|component| Part {
        component: Some(component_key(&component.code)),
        quantity: quantity(component.value.as_ref()),
        bare: None,
        ranges: &component.ranges,
    }));
    parts
}

/// One number brought to the unit of a series.
pub(super) struct Brought {
    value: f64,
    /// The unit it came in, if it was another.
    from: Option<String>,
    molar_mass: Option<f64>,
}

/// The unit in which numbers of one analyte stand together.
pub(super) enum Measure {
    /// A unit that is understood: others are brought to it where that is right.
    Known(Series),
    /// Only numbers with the very same unit (or all without one) stand together.
    Written(QuantityView),
}

impl Measure {
    /// The measure of a value; `key` is the key of its analyte.
    pub(super) fn of(quantity: &QuantityView, key: &str) -> Self {
        let known = Series::in_unit_of(quantity, key.strip_prefix("loinc|"));
        known.map_or_else(|| Self::Written(quantity.clone()), Self::Known)
    }

    /// What to call the unit.
    pub(super) fn unit(&self) -> Option<String> {
        match self {
            Self::Known(series) => Some(series.unit().to_owned()),
            Self::Written(quantity) => written_unit(quantity).map(str::to_owned),
        }
    }

    /// A value in this unit.
    pub(super) fn bring(&self, quantity: &QuantityView) -> Option<Brought> {
        match self {
            Self::Known(series) => {
                let converted = series.convert(quantity)?;
                let from = written_unit(quantity).unwrap_or_default().to_owned();
                Some(Brought {
                    value: converted.value,
                    from: converted.converted.then_some(from),
                    molar_mass: converted.molar_mass,
                })
            }
            Self::Written(first) => Series::same_text(first, quantity)
                .then(|| number(quantity))
                .flatten()
                .map(|value| Brought { value, from: None, molar_mass: None }),
        }
    }
}

/// The course of an analyte from its items, which are newest first. Each component (blood pressure)
/// is a series of its own; the unit told is that of the newest value.
pub fn trend(key: &str, items: &[ChartItem], cut: bool) -> TrendView {
    let mut measures: BTreeMap<Option<String>, Measure> = BTreeMap::new();
    let mut unit = None;
    for part in items.iter().flat_map(parts) {
        let Some(quantity) = part.quantity.filter(|quantity| number(quantity).is_some()) else {
            continue;
        };
        let of = part.component.as_deref().unwrap_or(key);
        let measure =
            measures.entry(part.component.clone()).or_insert_with(|| Measure::of(quantity, of));
        unit = unit.or_else(|| measure.unit());
    }
    let mut course = Course {
        measures,
        from: BTreeSet::new(),
        molar_mass: None,
        left_out: 0,
        ranges: Vec::new(),
        // Only the ranges of the kind of person the newest value was compared with.
        applies: items.iter().find_map(|item| item.ranges.first()).map(|r| r.applies_to.clone()),
    };
    let mut points = Vec::new();
    for item in items.iter().rev() {
        for part in parts(item) {
            points.push(course.point(item, part));
        }
    }
    let Course { from, molar_mass, left_out, ranges, .. } = course;
    let conversion = unit.clone().filter(|_| !from.is_empty()).map(|to| ConversionView {
        from: from.into_iter().collect(),
        to,
        molar_mass,
    });
    let name = items.iter().map(|item| item.title.clone()).find(|title| !title.is_empty());
    TrendView {
        key: key.to_owned(),
        name: name.unwrap_or_default(),
        unit,
        points,
        ranges,
        conversion,
        left_out,
        cut,
    }
}

struct Course {
    measures: BTreeMap<Option<String>, Measure>,
    from: BTreeSet<String>,
    molar_mass: Option<f64>,
    left_out: u64,
    ranges: Vec<RangeStep>,
    applies: Option<Vec<String>>,
}

impl Course {
    fn point(&mut self, item: &ChartItem, part: Part<'_>) -> TrendPoint {
        let dated =
            item.date.as_ref().is_some_and(|date| PartialDate::parse(&date.value).is_some());
        let wrong = item.markers.contains(&Marker::EnteredInError);
        let (mut value, mut converted) = (None, false);
        if dated && !wrong {
            if let Some(quantity) = part.quantity.filter(|quantity| number(quantity).is_some()) {
                let brought = self.bring(&part.component, quantity);
                self.left_out += u64::from(brought.is_none());
                (value, converted) = brought.map_or((None, false), |(n, how)| (Some(n), how));
            } else if let Some(bare) = part.bare {
                // A bare number has no unit: it stands on the curve only if none has.
                let alone = !self.measures.contains_key(&part.component);
                self.left_out += u64::from(!alone);
                value = alone.then_some(bare);
            }
        }
        if value.is_some() && part.component.is_none() {
            self.range(item, part.ranges);
        }
        TrendPoint { item: item.clone(), value, converted, component: part.component }
    }

    /// The number in the unit of its series, and whether it was converted.
    fn bring(&mut self, part: &Option<String>, quantity: &QuantityView) -> Option<(f64, bool)> {
        let Brought { value, from, molar_mass } = self.measures.get(part)?.bring(quantity)?;
        let converted = from.is_some();
        self.from.extend(from);
        self.molar_mass = self.molar_mass.or(molar_mass);
        Some((value, converted))
    }

    /// Notes the range of a value where it differs from the one before.
    fn range(&mut self, item: &ChartItem, ranges: &[ReferenceRangeView]) {
        let normal = ranges.iter().find(|range| {
            let kind = range.range_type.as_ref().and_then(|code| code.code.as_deref());
            matches!(kind, None | Some("normal"))
                && self.applies.as_ref().is_none_or(|applies| *applies == range.applies_to)
        });
        let (Some(written), Some(date)) = (normal, &item.date) else { return };
        if self.ranges.last().is_some_and(|last| last.written == *written) {
            return;
        }
        let own = quantity(item.value.as_ref());
        let mut end = |limit: &Option<QuantityView>| {
            let limit = limit.as_ref()?;
            // A range without a unit is meant in that of the value.
            let meant = match (written_unit(limit), own) {
                (None, Some(own)) => {
                    QuantityView { value: limit.value.clone(), comparator: None, ..own.clone() }
                }
                _ => limit.clone(),
            };
            number(&meant)?;
            self.bring(&None, &meant).map(|(number, _)| number)
        };
        let (low, high) = (end(&written.low), end(&written.high));
        if low.is_some() || high.is_some() {
            let from = date.value.clone();
            self.ranges.push(RangeStep { from, low, high, written: written.clone() });
        }
    }
}

/// A later value minus an earlier one.
pub(super) struct Difference {
    /// As exact as what was written.
    pub(super) digits: String,
    /// In this unit.
    pub(super) unit: Option<String>,
    /// True if the earlier value was converted.
    pub(super) converted: bool,
}

/// The difference of two values, in the unit of the later one; `None` if there is none to tell.
pub(super) fn difference(
    key: &str,
    earlier: Option<&ChartItem>,
    later: Option<&ChartItem>,
) -> Option<Difference> {
    let value = |item: Option<&'_ ChartItem>| {
        let quantity = quantity(item?.value.as_ref())?.clone();
        number(&quantity)?;
        Some(quantity)
    };
    let (from, to) = (value(earlier)?, value(later)?);
    let measure = Measure::of(&to, key);
    let brought = measure.bring(&from)?;
    let (first, last) = (from.value.as_deref()?, to.value.as_deref()?);
    let digits = match brought.from {
        None => super::decimal::difference(last, first)?,
        Some(_) => {
            let places = last.split_once('.').map_or(0, |(_, part)| part.len().min(12));
            format!("{:.places$}", number(&to)? - brought.value)
        }
    };
    Some(Difference { digits, unit: measure.unit(), converted: brought.from.is_some() })
}
