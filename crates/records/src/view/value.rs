//! Values as written: numbers keep their digits, units their spelling.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AbsentReason, unit_system};

/// A code with the words it came with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CodeView {
    /// What to show: the concept's own text, else the first display, else the code. Empty only where it is stored, of
    /// an item whose title it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional = false)]
    pub display: String,
    /// System URI of the first coding.
    pub system: Option<String>,
    /// Code of the first coding.
    pub code: Option<String>,
}

/// What a date says about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
#[allow(missing_docs, reason = "the names say it; the catalogue has the words")]
pub enum DateRole {
    Onset,
    Effective,
    Performed,
    Occurred,
    Authored,
    Started,
    Recorded,
    Issued,
    Created,
    Due,
    Dispensed,
    Born,
    Dated,
}

/// A date exactly as given, with what is needed to sort and to write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DateView {
    /// As written: `2018`, `2018-08`, `2018-08-06`, `2018-08-06T09:30:00+02:00`, or free text.
    pub value: String,
    /// How much of it is known.
    pub precision: crate::DatePrecision,
    /// What it is the date of.
    pub role: DateRole,
    /// The end of a period, as written.
    pub end: Option<String>,
    /// How much of the end is known.
    pub end_precision: Option<crate::DatePrecision>,
}

/// A measured amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct QuantityView {
    /// Digits as written (`"7.20"` stays `"7.20"`); `None` if only a unit or an absence is given.
    pub value: Option<String>,
    /// `<`, `<=`, `>=` or `>`.
    pub comparator: Option<String>,
    /// Unit as written by the sender.
    pub unit: Option<String>,
    /// Coded unit, UCUM mostly.
    pub code: Option<String>,
    /// System of the coded unit. No window asks for it, so its JSON ([`unit_system`]) is made for the store.
    #[serde(
        default = "unit_system::usual",
        deserialize_with = "unit_system::read",
        serialize_with = "unit_system::write",
        skip_serializing_if = "unit_system::is_usual"
    )]
    #[ts(skip)]
    pub system: Option<String>,
}

/// A value of any kind FHIR knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum ValueView {
    /// An amount with its unit.
    Quantity {
        /// The amount.
        quantity: QuantityView,
    },
    /// A coded concept.
    Concept {
        /// The concept.
        code: CodeView,
    },
    /// Words, or a code of FHIR itself.
    Text {
        /// As written.
        text: String,
    },
    /// Yes or no.
    Boolean {
        /// True is yes.
        yes: bool,
    },
    /// A bare number, digits as written.
    Number {
        /// Digits as written.
        digits: String,
    },
    /// From low to high.
    Range {
        /// Lower end.
        low: Option<QuantityView>,
        /// Upper end.
        high: Option<QuantityView>,
    },
    /// One amount by another.
    Ratio {
        /// Upper part.
        numerator: Option<QuantityView>,
        /// Lower part.
        denominator: Option<QuantityView>,
    },
    /// A series of samples, undecoded.
    Sampled {
        /// Zero point and unit.
        origin: Option<QuantityView>,
        /// Milliseconds between samples, as written.
        period: Option<String>,
        /// Factor, as written.
        factor: Option<String>,
        /// Samples per point.
        dimensions: Option<String>,
        /// The samples as written, at most 10 000 characters.
        data: Option<String>,
    },
    /// A moment or a day.
    Date {
        /// As written.
        value: String,
        /// How much is known.
        precision: crate::DatePrecision,
    },
    /// From start to end.
    Period {
        /// As written.
        start: Option<String>,
        /// As written.
        end: Option<String>,
    },
    /// A person, place or thing, by the best words known.
    Reference {
        /// Words for it, if there are any.
        display: Option<String>,
        /// The reference as written.
        reference: Option<String>,
        /// Its resource type, where known.
        resource_type: Option<String>,
    },
    /// A number or name in somebody's register.
    Identifier {
        /// Which register.
        system: Option<String>,
        /// The number.
        value: Option<String>,
    },
    /// A link, shown as words and never followed by itself.
    Link {
        /// As written.
        url: String,
    },
    /// Missing, with the reason.
    Absent {
        /// Why.
        reason: AbsentReason,
    },
}

/// What a flag says, as a closed set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
#[allow(missing_docs, reason = "the names say it; the catalogue has the words")]
pub enum FlagKind {
    CriticalLow,
    Low,
    Normal,
    High,
    CriticalHigh,
    Abnormal,
    CriticalAbnormal,
    OffScaleLow,
    OffScaleHigh,
    Better,
    Worse,
    Decreased,
    Increased,
    Positive,
    Negative,
    Detected,
    NotDetected,
    Indeterminate,
    Reactive,
    NonReactive,
    Susceptible,
    Intermediate,
    Resistant,
    Expected,
    Unexpected,
    /// A flag outside the code system, shown in the laboratory's own words.
    Other,
}

/// A laboratory's flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FlagView {
    /// What it says.
    pub kind: FlagKind,
    /// Its code or words as written (`HH`, `A`, …).
    pub written: String,
}

/// A laboratory's own reference range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReferenceRangeView {
    /// Lower end.
    pub low: Option<QuantityView>,
    /// Upper end.
    pub high: Option<QuantityView>,
    /// The range in the laboratory's words.
    pub text: Option<String>,
    /// Which kind of range (normal, critical, therapeutic, …), in its own words.
    pub range_type: Option<CodeView>,
    /// To whom it applies (sex, pregnancy, …) in its own words, and the age range.
    #[serde(default)]
    pub applies_to: Vec<String>,
}

/// One part of a measurement, such as systolic pressure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ComponentView {
    /// What was measured.
    pub code: CodeView,
    /// The value; `None` if none was given.
    pub value: Option<ValueView>,
    /// Why there is none.
    pub absent: Option<AbsentReason>,
    /// The laboratory's ranges.
    #[serde(default)]
    pub ranges: Vec<ReferenceRangeView>,
    /// The laboratory's flags.
    #[serde(default)]
    pub flags: Vec<FlagView>,
}
