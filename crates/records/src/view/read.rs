//! FHIR data types to views. Every function takes what is there and leaves out what is not.

use super::{
    AbsentReason, CodeView, DateRole, DateView, FlagKind, FlagView, QuantityView,
    ReferenceRangeView, ValueView,
};
use crate::date::{DatePrecision, PartialDate};
use crate::identity::PersonName;
use crate::json::Json;

/// The extension that says why a value is missing.
const ABSENT_URL: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
/// Longest text of a series of samples that is handed to a window.
const MAX_SAMPLES: usize = 10_000;

/// The type suffixes of `value[x]` and its kin that are read here.
pub(super) const CHOICE_TYPES: [&str; 28] = [
    "DateTime",
    "Date",
    "Instant",
    "Time",
    "Period",
    "Timing",
    "Age",
    "Duration",
    "Range",
    "Quantity",
    "SimpleQuantity",
    "CodeableConcept",
    "Coding",
    "Code",
    "String",
    "Markdown",
    "Boolean",
    "Integer",
    "PositiveInt",
    "UnsignedInt",
    "Decimal",
    "Ratio",
    "SampledData",
    "Reference",
    "Identifier",
    "Money",
    "Attachment",
    "Uri",
];

/// A CodeableConcept, Coding or bare code.
pub(super) fn concept(value: &Json) -> Option<CodeView> {
    if let Some(text) = value.as_str() {
        return non_empty(text).map(|display| CodeView {
            display,
            system: None,
            code: Some(text.to_owned()),
        });
    }
    let own = [value];
    let codings: Vec<&Json> = value.items("coding").collect();
    let codings: &[&Json] = if value.get("coding").is_some() { &codings } else { &own };
    let first = codings.iter().find(|c| c.text("code").is_some()).or(codings.first());
    let code = first.and_then(|c| c.text("code")).map(str::to_owned);
    let display = value
        .text("text")
        .and_then(non_empty)
        .or_else(|| codings.iter().find_map(|c| c.text("display").and_then(non_empty)))
        .or_else(|| code.clone())?;
    let system = first.and_then(|c| c.text("system")).map(str::to_owned);
    Some(CodeView { display, system, code })
}

/// Every code of a concept, or the bare code.
pub(super) fn codes(value: &Json) -> Vec<&str> {
    match value.as_str() {
        Some(code) => vec![code],
        None => value
            .items("coding")
            .filter_map(|coding| coding.text("code"))
            .chain(value.text("code"))
            .collect(),
    }
}

/// A Quantity (or Money, Age, Duration, …) with digits and unit as written.
pub(super) fn quantity(value: &Json) -> Option<QuantityView> {
    let text = |name| value.text(name).map(str::to_owned);
    let view = QuantityView {
        value: value.digits("value").map(str::to_owned),
        comparator: text("comparator"),
        unit: text("unit").or_else(|| text("currency")),
        code: text("code"),
        system: text("system"),
    };
    (view.value.is_some() || view.unit.is_some() || view.code.is_some()).then_some(view)
}

fn range(value: &Json) -> (Option<QuantityView>, Option<QuantityView>) {
    (value.get("low").and_then(quantity), value.get("high").and_then(quantity))
}

/// The value of a choice element such as `value[x]`: the element's full name and the value.
pub(super) fn choice<'a>(element: &'a Json, base: &str) -> Option<(&'a str, &'a Json)> {
    element.as_object()?.iter().find_map(|(name, value)| {
        let kind = name.strip_prefix(base)?;
        (CHOICE_TYPES.contains(&kind) && *value != Json::Null).then_some((kind, value))
    })
}

/// The value of `base[x]`, or the reason why there is none.
pub(super) fn choice_value(
    element: &Json,
    base: &str,
) -> (Option<ValueView>, Option<AbsentReason>) {
    if let Some((kind, value)) = choice(element, base)
        && let Some(view) = typed(kind, value)
    {
        return match view {
            ValueView::Absent { reason } => (None, Some(reason)),
            view => (Some(view), None),
        };
    }
    // A missing primitive says why in its shadow element (`_valueString`).
    let shadow = format!("_{base}");
    let reason = element.as_object().into_iter().flatten().find_map(|(name, value)| {
        name.starts_with(&shadow).then(|| absent_extension(value)).flatten()
    });
    (None, reason)
}

/// A value of a known FHIR type.
pub(super) fn typed(kind: &str, value: &Json) -> Option<ValueView> {
    let text = |name: &str| value.text(name).map(str::to_owned);
    let view = match kind {
        "Quantity" | "SimpleQuantity" | "Age" | "Duration" | "Money" => {
            quantity(value).map(|quantity| ValueView::Quantity { quantity })
        }
        "CodeableConcept" | "Coding" => concept(value).map(|code| ValueView::Concept { code }),
        "Range" => {
            let (low, high) = range(value);
            (low.is_some() || high.is_some()).then_some(ValueView::Range { low, high })
        }
        "Ratio" => Some(ValueView::Ratio {
            numerator: value.get("numerator").and_then(quantity),
            denominator: value.get("denominator").and_then(quantity),
        })
        .filter(|_| value.get("numerator").or(value.get("denominator")).is_some()),
        "Period" => (value.get("start").or(value.get("end")).is_some())
            .then(|| ValueView::Period { start: text("start"), end: text("end") }),
        "SampledData" => {
            (value.get("data").or(value.get("origin")).is_some()).then(|| ValueView::Sampled {
                origin: value.get("origin").and_then(quantity),
                period: value.digits("period").map(str::to_owned),
                factor: value.digits("factor").map(str::to_owned),
                dimensions: value.digits("dimensions").map(str::to_owned),
                data: value.text("data").map(|data| data.chars().take(MAX_SAMPLES).collect()),
            })
        }
        "Reference" => Some(reference(value)),
        "Identifier" => {
            Some(ValueView::Identifier { system: text("system"), value: text("value") })
        }
        "Timing" => timing(value),
        _ => scalar(value),
    };
    view.or_else(|| absent_extension(value).map(|reason| ValueView::Absent { reason }))
}

/// A primitive.
pub(super) fn scalar(value: &Json) -> Option<ValueView> {
    match value {
        Json::Bool(yes) => Some(ValueView::Boolean { yes: *yes }),
        Json::Number(digits) => Some(ValueView::Number { digits: digits.to_string() }),
        Json::String(text) => Some(match PartialDate::parse(text) {
            // Four digits alone are a year only where a date is expected.
            Some(date) if date.precision() > DatePrecision::Year => {
                ValueView::Date { value: text.to_string(), precision: date.precision() }
            }
            _ if text.starts_with("http://") || text.starts_with("https://") => {
                ValueView::Link { url: text.to_string() }
            }
            _ => ValueView::Text { text: non_empty(text)? },
        }),
        _ => None,
    }
}

/// A Reference, by its own display.
pub(super) fn reference(value: &Json) -> ValueView {
    let reference = value.text("reference").map(str::to_owned);
    let kind = reference.as_deref().and_then(|reference| {
        let mut parts = reference.rsplit('/');
        parts.next();
        parts.next().filter(|kind| crate::of_type(kind).is_some())
    });
    let display = value
        .text("display")
        .and_then(non_empty)
        .or_else(|| value.at(&["identifier", "value"]).and_then(Json::as_str).and_then(named));
    let resource_type = value.text("type").or(kind).map(str::to_owned);
    ValueView::Reference { display, reference, resource_type }
}

fn timing(value: &Json) -> Option<ValueView> {
    if let Some(code) = value.get("code").and_then(concept) {
        return Some(ValueView::Concept { code });
    }
    if let Some(event) = value.items("event").find_map(scalar) {
        return Some(event);
    }
    value.at(&["repeat", "boundsPeriod"]).and_then(|period| typed("Period", period))
}

/// The reason in a `data-absent-reason` extension of an element.
pub(super) fn absent_extension(element: &Json) -> Option<AbsentReason> {
    element
        .items("extension")
        .find(|extension| extension.text("url") == Some(ABSENT_URL))
        .map(|extension| absent_code(extension.text("valueCode").unwrap_or("unknown")))
}

/// The reason of a `dataAbsentReason` element.
pub(super) fn absent_concept(value: &Json) -> AbsentReason {
    let known = codes(value).into_iter().map(absent_code).find(|r| *r != AbsentReason::Other);
    known.unwrap_or(AbsentReason::Other)
}

fn absent_code(code: &str) -> AbsentReason {
    match code {
        "unknown" => AbsentReason::Unknown,
        "asked-unknown" => AbsentReason::AskedUnknown,
        "temp-unknown" => AbsentReason::TemporarilyUnknown,
        "not-asked" => AbsentReason::NotAsked,
        "asked-declined" => AbsentReason::AskedDeclined,
        "masked" => AbsentReason::Masked,
        "not-applicable" => AbsentReason::NotApplicable,
        "unsupported" => AbsentReason::Unsupported,
        "as-text" | "astext" => AbsentReason::AsText,
        "error" => AbsentReason::Error,
        "not-a-number" | "NaN" => AbsentReason::NotANumber,
        "negative-infinity" => AbsentReason::NegativeInfinity,
        "positive-infinity" => AbsentReason::PositiveInfinity,
        "not-performed" => AbsentReason::NotPerformed,
        "not-permitted" => AbsentReason::NotPermitted,
        _ => AbsentReason::Other,
    }
}

/// The laboratory's own ranges.
pub(super) fn ranges(element: &Json) -> Vec<ReferenceRangeView> {
    element
        .items("referenceRange")
        .map(|given| {
            let (low, high) = range(given);
            let mut applies_to: Vec<String> = given
                .items("appliesTo")
                .filter_map(concept)
                .map(|concept| concept.display)
                .collect();
            applies_to.extend(given.get("age").and_then(age_range));
            ReferenceRangeView {
                low,
                high,
                text: given.text("text").and_then(non_empty),
                range_type: given.get("type").and_then(concept),
                applies_to,
            }
        })
        .filter(|view| view.low.is_some() || view.high.is_some() || view.text.is_some())
        .collect()
}

fn age_range(value: &Json) -> Option<String> {
    let (low, high) = range(value);
    words_of_range(low.as_ref(), high.as_ref())
}

fn words_of_range(low: Option<&QuantityView>, high: Option<&QuantityView>) -> Option<String> {
    match (low, high) {
        (Some(low), Some(high)) => Some(format!("{} – {}", words(low), words(high))),
        (Some(low), None) => Some(format!("≥ {}", words(low))),
        (None, Some(high)) => Some(format!("≤ {}", words(high))),
        (None, None) => None,
    }
}

/// An amount as it is written: comparator, digits, unit.
pub(super) fn words(quantity: &QuantityView) -> String {
    let unit = quantity.unit.as_ref().or(quantity.code.as_ref());
    let parts = [quantity.comparator.as_ref(), quantity.value.as_ref(), unit];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The laboratory's flags.
pub(super) fn flags(element: &Json) -> Vec<FlagView> {
    element
        .items("interpretation")
        .filter_map(|given| {
            let codes = codes(given);
            let kind = codes.iter().map(|code| flag_kind(code)).find(|k| *k != FlagKind::Other);
            let written =
                codes.first().map(|code| (*code).to_owned()).or(concept(given).map(|c| c.display));
            Some(FlagView { kind: kind.unwrap_or(FlagKind::Other), written: written? })
        })
        .collect()
}

fn flag_kind(code: &str) -> FlagKind {
    match code {
        "LL" => FlagKind::CriticalLow,
        "L" | "LU" => FlagKind::Low,
        "N" => FlagKind::Normal,
        "H" | "HU" => FlagKind::High,
        "HH" => FlagKind::CriticalHigh,
        "A" => FlagKind::Abnormal,
        "AA" => FlagKind::CriticalAbnormal,
        "<" => FlagKind::OffScaleLow,
        ">" => FlagKind::OffScaleHigh,
        "B" => FlagKind::Better,
        "W" => FlagKind::Worse,
        "D" => FlagKind::Decreased,
        "U" => FlagKind::Increased,
        "POS" => FlagKind::Positive,
        "NEG" => FlagKind::Negative,
        "DET" => FlagKind::Detected,
        "ND" => FlagKind::NotDetected,
        "IND" | "E" => FlagKind::Indeterminate,
        "RR" | "WR" => FlagKind::Reactive,
        "NR" => FlagKind::NonReactive,
        "S" | "SDD" | "MS" | "VS" | "SYN-S" => FlagKind::Susceptible,
        "I" => FlagKind::Intermediate,
        "R" | "SYN-R" => FlagKind::Resistant,
        "EXP" => FlagKind::Expected,
        "UNE" => FlagKind::Unexpected,
        _ => FlagKind::Other,
    }
}

/// The date of `base[x]` or of a plain element `base`, exactly as given.
pub(super) fn date(element: &Json, base: &str, role: DateRole) -> Option<DateView> {
    let (kind, value) = match choice(element, base) {
        Some(found) => found,
        None => ("", element.get(base)?),
    };
    let plain = |text: &str| {
        let text = non_empty(text)?;
        let precision = precision(&text);
        Some(DateView { value: text, precision, role, end: None, end_precision: None })
    };
    match (kind, value) {
        (_, Json::String(text)) => plain(text),
        ("Age" | "Duration" | "Quantity", _) => plain(&words(&quantity(value)?)),
        ("Range", _) => {
            let (low, high) = range(value);
            plain(&words_of_range(low.as_ref(), high.as_ref())?)
        }
        ("Timing", _) => match timing(value)? {
            ValueView::Date { value, .. } => plain(&value),
            ValueView::Concept { code } => plain(&code.display),
            ValueView::Period { start, end } => Some(span(start, end, role)),
            _ => None,
        },
        _ => {
            let (start, end) = (value.text("start"), value.text("end"));
            (start.is_some() || end.is_some())
                .then(|| span(start.map(str::to_owned), end.map(str::to_owned), role))
        }
    }
}

fn span(start: Option<String>, end: Option<String>, role: DateRole) -> DateView {
    let value = start.unwrap_or_default();
    let end_precision = end.as_deref().map(precision);
    DateView { precision: precision(&value), value, role, end, end_precision }
}

fn precision(text: &str) -> DatePrecision {
    PartialDate::parse(text).map_or(DatePrecision::Text, |date| date.precision())
}

/// A HumanName, as given.
pub(super) fn person_name(value: &Json) -> Option<String> {
    non_empty(&PersonName::of(value).display())
}

/// Words that name something. An address is for machines.
pub(super) fn named(text: &str) -> Option<String> {
    let is_address = |text: &str| {
        let begins = |scheme: &str| {
            text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
        };
        ["urn:", "http://", "https://"].into_iter().any(begins)
            && !text.contains(char::is_whitespace)
    };
    non_empty(text).filter(|text| !is_address(text))
}

/// The text without surrounding space, unless nothing is left.
pub(super) fn non_empty(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
