//! What a table seems to hold, and what nobody can tell.

use std::collections::BTreeMap;

use super::measures::{self, fold};
use super::text::Table;
use super::{
    ColumnRole, ColumnUse, CsvColumn, CsvMapping, CsvPerson, CsvPreview, CsvQuestion, DateOrder,
    DecimalSign, dates, numbers,
};
use crate::parsed::ParseError;
use crate::units::Unit;

/// Rows that are shown.
const SAMPLE: usize = 5;
/// Different values that are counted in a column.
const DISTINCT: usize = 200;
/// Values by which a unit is guessed.
const VALUES: usize = 5000;
/// Characters of a cell that are shown.
const SHOWN: usize = 80;

/// What was seen of a column.
#[derive(Default)]
struct Seen {
    heading: String,
    filled: u64,
    dates: u64,
    day_first: u64,
    month_first: u64,
    /// Dates that are only one of the two, so that they decide.
    only_day_first: u64,
    only_month_first: u64,
    /// Some date does not begin with the year.
    year_last: bool,
    times: u64,
    numbers: u64,
    values: Vec<String>,
    /// `None`: too many to be people.
    distinct: Option<BTreeMap<String, u64>>,
}

/// Looks at a table.
///
/// # Errors
/// [`ParseError::Empty`], [`ParseError::NotText`], and what the bounds refuse.
pub fn preview(bytes: &[u8]) -> Result<CsvPreview, ParseError> {
    let table = Table::open(bytes)?;
    let mut rows = table.rows();
    let first = rows.next().ok_or(ParseError::Empty)??;
    let header = is_header(&first);
    let mut seen: Vec<Seen> = Vec::new();
    if header {
        seen.extend(first.iter().map(|cell| Seen::new(cell)));
    }
    let mut preview_rows = Vec::new();
    let mut evidence = numbers::Evidence::default();
    let mut count = 0;
    let data = (!header).then(|| Ok(first.clone())).into_iter().chain(rows);
    for row in data {
        let row = row?;
        count += 1;
        if preview_rows.len() < SAMPLE {
            preview_rows.push(row.iter().map(|cell| shown(cell)).collect());
        }
        for (at, cell) in row.iter().enumerate() {
            if seen.len() <= at {
                seen.push(Seen::new(""));
            }
            if let Some(column) = seen.get_mut(at)
                && !cell.is_empty()
            {
                let told = column.look(cell);
                evidence.point |= told.point;
                evidence.comma |= told.comma;
                evidence.unclear |= told.unclear;
            }
        }
    }
    let guess = Guess::make(&seen, header, evidence);
    Ok(CsvPreview {
        rows: count,
        columns: seen.iter().map(Seen::view).collect(),
        sample: preview_rows,
        people: seen.iter().map(Seen::people).collect(),
        measures: measures::all(),
        guess: guess.mapping,
        questions: guess.questions,
    })
}

/// The first row is a heading if none of its cells is a number or a date and most are words.
fn is_header(row: &[std::borrow::Cow<'_, str>]) -> bool {
    let filled = row.iter().filter(|cell| !cell.is_empty()).count();
    let data = row.iter().any(|cell| {
        numbers::amount(cell, DecimalSign::Point).is_some()
            || numbers::amount(cell, DecimalSign::Comma).is_some()
            || !dates::orders(cell).is_empty()
    });
    !data && filled * 2 > row.len()
}

fn shown(cell: &str) -> String {
    cell.chars().take(SHOWN).collect()
}

impl Seen {
    fn new(heading: &str) -> Seen {
        Seen { heading: shown(heading), distinct: Some(BTreeMap::new()), ..Seen::default() }
    }

    fn look(&mut self, cell: &str) -> numbers::Evidence {
        self.filled += 1;
        if let Some(distinct) = &mut self.distinct {
            if let Some(rows) = distinct.get_mut(cell) {
                *rows += 1;
            } else if cell.len() > SHOWN || distinct.len() >= DISTINCT {
                self.distinct = None;
            } else {
                distinct.insert(cell.to_owned(), 1);
            }
        }
        let orders = dates::orders(cell);
        if !orders.is_empty() {
            self.dates += 1;
            let day = orders.contains(&DateOrder::DayFirst);
            let month = orders.contains(&DateOrder::MonthFirst);
            self.day_first += u64::from(day);
            self.month_first += u64::from(month);
            self.only_day_first += u64::from(day && !month);
            self.only_month_first += u64::from(month && !day);
            self.year_last |=
                !cell.get(..4).is_some_and(|year| year.bytes().all(|b| b.is_ascii_digit()));
            return numbers::Evidence::default();
        }
        if cell.contains(':') && dates::time(cell).is_some() {
            self.times += 1;
            return numbers::Evidence::default();
        }
        let number = [DecimalSign::Point, DecimalSign::Comma]
            .into_iter()
            .any(|sign| numbers::amount(cell, sign).is_some());
        if number {
            self.numbers += 1;
            if self.values.len() < VALUES {
                self.values.push(cell.to_owned());
            }
            return numbers::evidence(cell);
        }
        numbers::Evidence::default()
    }

    /// Whether nearly all values are of a kind.
    fn mostly(&self, of: u64) -> bool {
        self.filled > 0 && of * 5 >= self.filled * 4
    }

    fn is_date(&self) -> bool {
        // Whether she was born then or measured then is all the difference.
        self.mostly(self.dates) && !is_one_of(&self.heading, &BIRTH)
    }

    fn view(&self) -> CsvColumn {
        let examples = match &self.distinct {
            Some(distinct) => distinct.keys().take(SAMPLE).map(|value| shown(value)).collect(),
            None => self.values.iter().take(SAMPLE).map(|value| shown(value)).collect(),
        };
        CsvColumn { heading: self.heading.clone(), examples, filled: self.filled }
    }

    fn people(&self) -> Vec<CsvPerson> {
        let Some(distinct) = &self.distinct else { return Vec::new() };
        if self.is_date()
            || measures::by_heading(&measures::split_heading(&self.heading).0).is_some()
        {
            return Vec::new();
        }
        let mut people: Vec<CsvPerson> = distinct
            .iter()
            .map(|(value, rows)| CsvPerson { value: value.clone(), rows: *rows })
            .collect();
        people.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.value.cmp(&b.value)));
        people
    }
}

const BIRTH: [&str; 8] = [
    "birthdate",
    "dateofbirth",
    "dob",
    "born",
    "geburtsdatum",
    "geboren",
    "fechadenacimiento",
    "出生日期",
];
const PERSON: [&str; 12] = [
    "pid",
    "patient",
    "patientid",
    "patientname",
    "person",
    "personid",
    "mrn",
    "subject",
    "subjectid",
    "member",
    "user",
    "患者",
];
const DATE: [&str; 14] = [
    "timestamp",
    "date",
    "datetime",
    "time",
    "dateandtime",
    "measured",
    "measuredat",
    "datetaken",
    "collected",
    "collectiondate",
    "datum",
    "fecha",
    "日期",
    "时间",
];
const NAME: [&str; 12] = [
    "test",
    "testname",
    "analyte",
    "component",
    "parameter",
    "measurement",
    "observation",
    "labtest",
    "untersuchung",
    "prueba",
    "项目",
    "检验项目",
];
const VALUE: [&str; 8] =
    ["value", "result", "reading", "wert", "ergebnis", "valor", "resultado", "结果"];
const UNIT: [&str; 6] = ["unit", "units", "einheit", "unidad", "unidades", "单位"];
const RANGE: [&str; 9] = [
    "range",
    "referencerange",
    "reference",
    "refrange",
    "normalrange",
    "normal",
    "referenzbereich",
    "rango",
    "参考范围",
];
const FLAG: [&str; 4] = ["flag", "flags", "abnormal", "interpretation"];
const NOTE: [&str; 8] =
    ["note", "notes", "comment", "comments", "remark", "bemerkung", "nota", "备注"];

fn is_one_of(heading: &str, list: &[&str]) -> bool {
    list.contains(&fold(heading).as_str())
}

struct Guess {
    mapping: CsvMapping,
    questions: Vec<CsvQuestion>,
}

impl Guess {
    fn make(seen: &[Seen], header: bool, evidence: numbers::Evidence) -> Guess {
        let decimal = match (evidence.point, evidence.comma, evidence.unclear) {
            (true, false, _) => Some(DecimalSign::Point),
            (false, true, _) => Some(DecimalSign::Comma),
            (false, false, false) => Some(DecimalSign::Point),
            _ => None,
        };
        let date = date_column(seen);
        let date_order = date.and_then(|at| seen.get(at)).and_then(order);
        let long = [&NAME[..], &VALUE[..]]
            .iter()
            .all(|list| seen.iter().any(|column| is_one_of(&column.heading, list)));
        let columns: Vec<ColumnUse> = seen
            .iter()
            .enumerate()
            .map(|(at, column)| match date {
                Some(date) if date == at => plain(ColumnRole::Date),
                _ => guess_column(column, long, decimal),
            })
            .collect();
        let mut mapping =
            CsvMapping { header, columns, date_order, decimal, person: None, zone: None };
        let questions = questions(seen, &mut mapping, date);
        Guess { mapping, questions }
    }
}

/// The column with the dates: the one whose heading says so, else the first that holds any.
fn date_column(seen: &[Seen]) -> Option<usize> {
    let dated = || seen.iter().enumerate().filter(|(_, column)| column.is_date());
    dated()
        .find(|(_, column)| is_one_of(&column.heading, &DATE))
        .or_else(|| dated().next())
        .map(|(at, _)| at)
}

/// How its dates are meant; `None` if that is open.
fn order(column: &Seen) -> Option<DateOrder> {
    match (column.only_day_first > 0, column.only_month_first > 0) {
        (true, false) => Some(DateOrder::DayFirst),
        (false, true) => Some(DateOrder::MonthFirst),
        (true, true) => None,
        // Every date can be both: those that begin with the year are the same in either.
        (false, false) => {
            let open = column.values_are_open();
            (!open).then_some(DateOrder::YearFirst)
        }
    }
}

impl Seen {
    /// Whether some date means another day when read the other way.
    fn values_are_open(&self) -> bool {
        let Some(distinct) = &self.distinct else { return self.year_last };
        distinct.keys().any(|text| {
            let day = dates::moment(text, Some(DateOrder::DayFirst));
            day.is_some() && day != dates::moment(text, Some(DateOrder::MonthFirst))
        })
    }
}

fn plain(role: ColumnRole) -> ColumnUse {
    ColumnUse { role, measure: None, unit: None }
}

fn guess_column(column: &Seen, long: bool, decimal: Option<DecimalSign>) -> ColumnUse {
    let heading = column.heading.as_str();
    if long {
        for (list, role) in [
            (&NAME[..], ColumnRole::Name),
            (&VALUE[..], ColumnRole::Value),
            (&UNIT[..], ColumnRole::Unit),
            (&RANGE[..], ColumnRole::Range),
            (&FLAG[..], ColumnRole::Flag),
        ] {
            if is_one_of(heading, list) {
                return plain(role);
            }
        }
    }
    if is_one_of(heading, &PERSON) && column.distinct.is_some() && column.filled > 0 {
        return plain(ColumnRole::Person);
    }
    if is_one_of(heading, &NOTE) {
        return plain(ColumnRole::Note);
    }
    if column.mostly(column.times) {
        return plain(ColumnRole::Time);
    }
    let numeric = column.filled == 0 || column.numbers * 2 >= column.filled;
    let (name, unit) = measures::split_heading(heading);
    if !numeric || column.is_date() {
        return plain(ColumnRole::Ignore);
    }
    match (measures::by_heading(&name), unit) {
        (Some(measure), unit) => {
            let values: Vec<f64> = column
                .values
                .iter()
                .filter_map(|text| numbers::amount(text, decimal.unwrap_or(DecimalSign::Point)))
                .filter_map(|amount| amount.digits.parse().ok())
                .collect();
            // A unit in the heading counts only if this can be measured in it.
            let written =
                unit.filter(|unit| fits(measure.units, unit)).map(|u| u.code().to_owned());
            let unit = written.or_else(|| measure.unit_of(&values).map(str::to_owned));
            ColumnUse { role: ColumnRole::Measure, measure: Some(measure.key.to_owned()), unit }
        }
        (None, Some(unit)) if column.filled > 0 => ColumnUse {
            role: ColumnRole::Measure,
            measure: None,
            unit: Some(unit.code().to_owned()),
        },
        _ => plain(ColumnRole::Ignore),
    }
}

/// Whether a measurement can be in a unit.
pub(super) fn fits(units: &[&str], unit: &Unit) -> bool {
    units.iter().filter_map(|known| Unit::parse(known)).any(|known| known.is_commensurable(unit))
}

fn questions(seen: &[Seen], mapping: &mut CsvMapping, date: Option<usize>) -> Vec<CsvQuestion> {
    let mut questions = Vec::new();
    match date {
        None => questions.push(CsvQuestion::Date),
        Some(_) if mapping.date_order.is_none() => questions.push(CsvQuestion::DateOrder),
        Some(_) => {}
    }
    if mapping.decimal.is_none() {
        questions.push(CsvQuestion::Decimal);
    }
    let mut values = false;
    let mut person = None;
    for ((used, column), at) in mapping.columns.iter().zip(seen).zip(0u32..) {
        match used.role {
            ColumnRole::Measure => {
                values = true;
                if used.unit.is_none() && column.filled > 0 {
                    questions.push(CsvQuestion::Unit { column: at });
                }
            }
            ColumnRole::Value => values = true,
            ColumnRole::Person => {
                let people = column.people();
                match people.as_slice() {
                    [only] => person = Some(only.value.clone()),
                    _ => questions.push(CsvQuestion::Person { column: at }),
                }
            }
            _ => {}
        }
    }
    mapping.person = person;
    if !values {
        questions.push(CsvQuestion::Values);
    }
    questions
}
