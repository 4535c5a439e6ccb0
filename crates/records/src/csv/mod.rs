//! Tables of measurements and results as text: what their columns mean is guessed and then asked.
//!
//! [`preview`] looks at the whole table and says what each column seems to be, what it cannot decide
//! (03/04/2020, the unit of a weight, whose rows), and shows some rows. The person answers with a
//! [`CsvMapping`]; [`read`] makes Observations by it and guesses nothing more.
//!
//! Rows that cannot be read by the answer are kept as source. Rows about somebody else are left out;
//! the original file stays as it came.

mod dates;
mod guess;
mod make;
mod measures;
mod numbers;
mod text;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::limits::Limits;
use crate::parsed::{ParseError, Parsed};

pub use guess::preview;
pub(crate) use make::titles;

/// `meta.source` of everything made here.
pub(crate) const SOURCE: &str = "urn:keyward:csv";

/// Bytes of a table.
const MAX_BYTES: usize = 64 << 20;
/// Columns of a table.
const MAX_COLUMNS: usize = 200;
/// Rows of a table.
const MAX_ROWS: usize = 500_000;
/// Characters of a cell.
const MAX_CELL: usize = 10_000;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ColumnRole {
    /// Nothing that is imported.
    Ignore,
    /// Whom the row is about: a number or name.
    Person,
    /// When it was, with or without a time of day.
    Date,
    /// The time of day, where the date stands in another column.
    Time,
    /// Measurements of one kind, in one unit.
    Measure,
    /// What was measured, where each row is another measurement.
    Name,
    /// Its value.
    Value,
    /// Its unit.
    Unit,
    /// The laboratory's range for it, as written.
    Range,
    /// The laboratory's flag for it (`H`, `L`, …).
    Flag,
    /// Words about the row that are kept with its measurements.
    Note,
}

/// How dates like 03/04/2020 are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum DateOrder {
    /// 2020-04-03
    YearFirst,
    /// 3 April 2020
    DayFirst,
    /// March 4, 2020
    MonthFirst,
}

/// What divides whole numbers from fractions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum DecimalSign {
    /// 36.6
    Point,
    /// 36,6
    Comma,
}

/// What a column is used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ColumnUse {
    /// What it holds.
    pub role: ColumnRole,
    /// Of a measurement: its key in [`CsvPreview::measures`]; `None`: its heading says what it is.
    pub measure: Option<String>,
    /// Of a measurement: its unit (UCUM); `None`: none, or not chosen yet.
    pub unit: Option<String>,
}

/// How a table is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CsvMapping {
    /// Whether the first row holds headings.
    pub header: bool,
    /// One per column, in order.
    pub columns: Vec<ColumnUse>,
    /// How dates are meant; `None`: not chosen yet, and needed.
    pub date_order: Option<DateOrder>,
    /// How numbers are written; `None`: not chosen yet, and needed.
    pub decimal: Option<DecimalSign>,
    /// Whose rows to take, where a column says whom they are about.
    pub person: Option<String>,
    /// Time zone of the times (`Europe/Berlin`); without one only days are kept.
    pub zone: Option<String>,
}

/// A column as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CsvColumn {
    /// Its heading; empty if there is none.
    pub heading: String,
    /// Some different values.
    pub examples: Vec<String>,
    /// How many rows have a value.
    #[ts(type = "number")]
    pub filled: u64,
}

/// A kind of measurement that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CsvMeasure {
    /// Stable key.
    pub key: String,
    /// LOINC code.
    pub loinc: String,
    /// Units it comes in (UCUM), the usual one first.
    pub units: Vec<String>,
}

/// Somebody the rows are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CsvPerson {
    /// What stands in the column.
    pub value: String,
    /// Rows.
    #[ts(type = "number")]
    pub rows: u64,
}

/// What must be asked because nobody can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum CsvQuestion {
    /// Whether 03/04/2020 is in March or in April.
    DateOrder,
    /// Whether 1,234 is a little more than one or than a thousand.
    Decimal,
    /// In which unit a column is.
    Unit {
        /// Which column.
        column: u32,
    },
    /// Whose rows to take.
    Person {
        /// Which column.
        column: u32,
    },
    /// Which column has the date: none seems to.
    Date,
    /// Which column has measurements: none seems to.
    Values,
}

/// What a table holds, as far as can be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CsvPreview {
    /// Rows, without headings.
    #[ts(type = "number")]
    pub rows: u64,
    /// The columns.
    pub columns: Vec<CsvColumn>,
    /// The first rows, cells in the order of the columns.
    pub sample: Vec<Vec<String>>,
    /// The people each column could be about: for columns with few different values.
    pub people: Vec<Vec<CsvPerson>>,
    /// Measurements to choose from.
    pub measures: Vec<CsvMeasure>,
    /// The guess; complete if `questions` is empty.
    pub guess: CsvMapping,
    /// What the guess leaves open.
    pub questions: Vec<CsvQuestion>,
}

/// Makes Observations of a table.
///
/// # Errors
/// [`ParseError::NeedsAnswer`] if the mapping leaves open what the table needs, or does not fit it;
/// what the limits refuse.
pub fn read(bytes: &[u8], mapping: &CsvMapping, limits: &Limits) -> Result<Parsed, ParseError> {
    make::read(bytes, mapping, limits)
}

#[cfg(test)]
mod tests;
