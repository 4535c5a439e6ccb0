//! Observations from rows.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use super::guess::fits;
use super::measures::{self, DIASTOLIC, Measure, SYSTOLIC};
use super::numbers::{Amount, amount};
use super::text::Table;
use super::{ColumnRole, ColumnUse, CsvMapping, DecimalSign, MAX_COLUMNS, SOURCE, dates};
use crate::format::Format;
use crate::json::Json;
use crate::limits::Limits;
use crate::own_words::OwnTitle;
use crate::parsed::{Container, KeptReason, ParseError, Parsed};
use crate::take::Taken;
use crate::units::Unit;

const LOINC: &str = "http://loinc.org";
const UCUM: &str = "http://unitsofmeasure.org";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
/// Bytes of rows that are kept as source in one piece.
const MAX_KEPT: usize = 1 << 20;
/// Characters of a row that are kept with what was made from it.
const MAX_EXCERPT: usize = 2000;
/// Characters of a name, value in words, range or note.
const MAX_WORDS: usize = 1000;

/// LOINC codes where the amount of substance is given instead of the mass (or the other way of
/// counting HbA1c).
const BY_AMOUNT: [(&str, &str, &str); 9] = [
    ("2339-0", "mmol/L", "15074-8"),
    ("2093-3", "mmol/L", "14647-2"),
    ("2085-9", "mmol/L", "14646-4"),
    ("2089-1", "mmol/L", "22748-8"),
    ("2571-8", "mmol/L", "14927-8"),
    ("2160-0", "umol/L", "14682-9"),
    ("3094-0", "mmol/L", "14937-7"),
    ("4548-4", "mmol/mol", "59261-8"),
    ("718-7", "mmol/L", "59260-0"),
];

/// A blood pressure of two columns, and its LOINC code.
const PRESSURE: (&str, &str) = ("Blood pressure", "85354-9");

/// The titles that records made here can have by themselves.
pub(crate) fn titles() -> Vec<OwnTitle> {
    let mut titles = vec![OwnTitle::new(LOINC, PRESSURE.1, PRESSURE.0)];
    for measure in &measures::MEASURES {
        titles.push(OwnTitle::new(LOINC, measure.loinc, measure.name));
        let by_amount = BY_AMOUNT.iter().filter(|(loinc, ..)| *loinc == measure.loinc);
        titles.extend(by_amount.map(|(.., code)| OwnTitle::new(LOINC, code, measure.name)));
    }
    titles
}

pub(super) fn read(
    bytes: &[u8],
    mapping: &CsvMapping,
    limits: &Limits,
) -> Result<Parsed, ParseError> {
    let table = Table::open(bytes)?;
    let plan = Plan::of(mapping)?;
    let mut taken = Taken::default();
    let mut rows = table.rows();
    let headings: Vec<String> = if mapping.header {
        let first = rows.next().ok_or(ParseError::Empty)??;
        first.iter().map(|cell| short(cell, MAX_WORDS)).collect()
    } else {
        Vec::new()
    };
    let mut kept = Vec::new();
    let mut person: Option<String> = mapping.person.clone();
    for row in rows {
        let row = Row { plan: &plan, headings: &headings, cells: row? };
        if let Some(at) = plan.person {
            let whose = row.cell(at);
            match &person {
                Some(chosen) if chosen != whose => {
                    // Nobody said whose rows to take, and there are several people's.
                    if mapping.person.is_none() {
                        return Err(ParseError::NeedsAnswer);
                    }
                    continue;
                }
                Some(_) => {}
                None => person = Some(whose.to_owned()),
            }
        }
        match row.observations() {
            Some(found) => {
                for json in found {
                    taken.make(&json, limits)?;
                }
            }
            None => row.keep(&mut kept),
        }
    }
    if !kept.is_empty() {
        let index = taken.next_index(limits)?;
        taken.keep(index, KeptReason::NoEquivalent, kept, None, &[], None);
    }
    Ok(taken.finish(Container::Converted(Format::Csv)))
}

/// A mapping that fits together.
struct Plan<'a> {
    columns: &'a [ColumnUse],
    date: usize,
    time: Option<usize>,
    person: Option<usize>,
    name: Option<usize>,
    value: Option<usize>,
    order: Option<super::DateOrder>,
    decimal: DecimalSign,
    zone: Option<TimeZone>,
    /// Columns with measurements: what and in which unit.
    measures: Vec<(usize, Option<&'static Measure>, Option<Unit>)>,
}

impl<'a> Plan<'a> {
    fn of(mapping: &'a CsvMapping) -> Result<Plan<'a>, ParseError> {
        let columns = mapping.columns.as_slice();
        if columns.is_empty() || columns.len() > MAX_COLUMNS {
            return Err(ParseError::NeedsAnswer);
        }
        // Of roles that stand for the whole row there is one column each.
        let one = |role| {
            let mut found =
                (0..columns.len()).filter(|at| columns.get(*at).map(|c| c.role) == Some(role));
            match (found.next(), found.next()) {
                (first, None) => Ok(first),
                _ => Err(ParseError::NeedsAnswer),
            }
        };
        let mut measures = Vec::new();
        for (at, column) in columns.iter().enumerate() {
            if column.role == ColumnRole::Measure {
                let (measure, unit) = measured(column)?;
                measures.push((at, measure, unit));
            }
        }
        let plan = Plan {
            columns,
            date: one(ColumnRole::Date)?.ok_or(ParseError::NeedsAnswer)?,
            time: one(ColumnRole::Time)?,
            person: one(ColumnRole::Person)?,
            name: one(ColumnRole::Name)?,
            value: one(ColumnRole::Value)?,
            order: mapping.date_order,
            decimal: mapping.decimal.ok_or(ParseError::NeedsAnswer)?,
            zone: mapping.zone.as_deref().and_then(|name| TimeZone::get(name).ok()),
            measures,
        };
        let long = plan.name.is_some() && plan.value.is_some();
        if plan.measures.is_empty() && !long {
            return Err(ParseError::NeedsAnswer);
        }
        Ok(plan)
    }
}

/// What a column of measurements holds.
fn measured(column: &ColumnUse) -> Result<(Option<&'static Measure>, Option<Unit>), ParseError> {
    let unit = match &column.unit {
        Some(code) => Some(Unit::parse(code).ok_or(ParseError::NeedsAnswer)?),
        None => None,
    };
    let Some(key) = &column.measure else { return Ok((None, unit)) };
    let measure = measures::by_key(key).ok_or(ParseError::NeedsAnswer)?;
    match &unit {
        Some(unit) if fits(measure.units, unit) => {}
        // A weight without unit says nothing.
        _ => return Err(ParseError::NeedsAnswer),
    }
    Ok((Some(measure), unit))
}

struct Row<'a> {
    plan: &'a Plan<'a>,
    headings: &'a [String],
    cells: Vec<Cow<'a, str>>,
}

impl Row<'_> {
    fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map(AsRef::as_ref).unwrap_or_default()
    }

    fn heading(&self, at: usize) -> &str {
        self.headings.get(at).map(String::as_str).unwrap_or_default()
    }

    /// What the row holds; `None` if its date or one of its values cannot be read.
    fn observations(&self) -> Option<Vec<Json>> {
        let plan = self.plan;
        let mut moment = dates::moment(self.cell(plan.date), plan.order)?;
        if let Some(time) = plan.time.and_then(|at| dates::time(self.cell(at))) {
            moment = moment.at(time);
        }
        let when = moment.fhir(plan.zone.as_ref());
        let mut found = Vec::new();
        let mut pressure = Vec::new();
        for (at, measure, unit) in &plan.measures {
            let cell = self.cell(*at);
            if cell.is_empty() {
                continue;
            }
            let amount = amount(cell, plan.decimal)?;
            let value = quantity(&amount, unit.as_ref().map(Unit::code), None);
            match measure {
                Some(measure) if matches!(measure.loinc, SYSTOLIC | DIASTOLIC) => {
                    let code = concept(measure.name, Some(measure.loinc));
                    pressure.push(object([("code", code), ("valueQuantity", value)]));
                }
                Some(measure) => {
                    let loinc = loinc(measure, unit.as_ref());
                    let code = concept(measure.name, Some(loinc));
                    found.push(self.observation(
                        measure.category,
                        code,
                        &when,
                        [("valueQuantity", value)],
                    ));
                }
                None => {
                    let (name, _) = measures::split_heading(self.heading(*at));
                    let name = if name.is_empty() { format!("Column {}", at + 1) } else { name };
                    let code = concept(&name, None);
                    found.push(self.observation(
                        "laboratory",
                        code,
                        &when,
                        [("valueQuantity", value)],
                    ));
                }
            }
        }
        if !pressure.is_empty() {
            let (name, loinc) = PRESSURE;
            let code = concept(name, Some(loinc));
            let parts = [("component", Json::Array(pressure))];
            found.push(self.observation("vital-signs", code, &when, parts));
        }
        if let (Some(name), Some(value)) = (plan.name, plan.value) {
            found.extend(self.result(self.cell(name), self.cell(value), &when)?);
        }
        Some(found)
    }

    /// The result of a row that names what was measured; `Some(None)` if it has no value.
    fn result(&self, name: &str, value: &str, when: &str) -> Option<Option<Json>> {
        if value.is_empty() {
            return Some(None);
        }
        if name.is_empty() {
            return None;
        }
        let of_role = |role| {
            let at = self.plan.columns.iter().position(|column| column.role == role)?;
            Some(self.cell(at)).filter(|cell| !cell.is_empty())
        };
        let (plain, in_name) = measures::split_heading(name);
        let written = of_role(ColumnRole::Unit);
        let unit =
            written.and_then(Unit::written).or_else(|| written.is_none().then_some(in_name)?);
        let measure = measures::by_heading(&plain)
            .filter(|measure| unit.as_ref().is_some_and(|unit| fits(measure.units, unit)));
        let code = match measure {
            Some(measure) => {
                concept(&short(&plain, MAX_WORDS), Some(loinc(measure, unit.as_ref())))
            }
            None => concept(&short(name, MAX_WORDS), None),
        };
        let category = measure.map_or("laboratory", |measure| measure.category);
        let mut more = Vec::new();
        match amount(value, self.plan.decimal) {
            Some(amount) => {
                let value = quantity(&amount, unit.as_ref().map(Unit::code), written);
                more.push(("valueQuantity", value));
            }
            None => more.push(("valueString", text(&short(value, MAX_WORDS)))),
        }
        if let Some(range) = of_role(ColumnRole::Range) {
            let range = object([("text", text(&short(range, MAX_WORDS)))]);
            more.push(("referenceRange", Json::Array(vec![range])));
        }
        if let Some(flag) = of_role(ColumnRole::Flag) {
            let flag = object([("text", text(&short(flag, 40)))]);
            more.push(("interpretation", Json::Array(vec![flag])));
        }
        Some(Some(self.observation(category, code, when, more)))
    }

    fn observation(
        &self,
        category: &str,
        code: Json,
        when: &str,
        more: impl IntoIterator<Item = (&'static str, Json)>,
    ) -> Json {
        let coding = object([("system", text(CATEGORY)), ("code", text(category))]);
        let source = object([
            ("url", text("urn:keyward:source-excerpt")),
            ("valueString", text(&self.excerpt())),
        ]);
        let mut members = vec![
            ("resourceType", text("Observation")),
            ("meta", object([("source", text(SOURCE))])),
            ("extension", Json::Array(vec![source])),
            ("status", text("final")),
            ("category", Json::Array(vec![object([("coding", Json::Array(vec![coding]))])])),
            ("code", code),
            ("effectiveDateTime", text(when)),
        ];
        members.extend(more);
        let notes: Vec<Json> = self
            .plan
            .columns
            .iter()
            .enumerate()
            .filter(|(at, column)| column.role == ColumnRole::Note && !self.cell(*at).is_empty())
            .map(|(at, _)| object([("text", text(&short(self.cell(at), MAX_WORDS)))]))
            .collect();
        if !notes.is_empty() {
            members.push(("note", Json::Array(notes)));
        }
        object(members)
    }

    /// The row with its headings, as it stands in the table.
    fn excerpt(&self) -> String {
        let lines: Vec<String> = self
            .cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(at, cell)| match self.heading(at) {
                "" => cell.to_string(),
                heading => format!("{heading}: {cell}"),
            })
            .collect();
        short(&lines.join("\n"), MAX_EXCERPT)
    }

    fn keep(&self, kept: &mut Vec<u8>) {
        let excerpt = self.excerpt();
        if kept.len() + excerpt.len() + 2 <= MAX_KEPT {
            if !kept.is_empty() {
                kept.extend_from_slice(b"\n\n");
            }
            kept.extend_from_slice(excerpt.as_bytes());
        }
    }
}

fn loinc(measure: &Measure, unit: Option<&Unit>) -> &'static str {
    BY_AMOUNT
        .iter()
        .find(|(loinc, by, _)| *loinc == measure.loinc && unit.is_some_and(|u| u.code() == *by))
        .map_or(measure.loinc, |(_, _, other)| other)
}

fn concept(name: &str, loinc: Option<&str>) -> Json {
    let mut members = Vec::new();
    if let Some(code) = loinc {
        let coding = object([("system", text(LOINC)), ("code", text(code))]);
        members.push(("coding", Json::Array(vec![coding])));
    }
    members.push(("text", text(name)));
    object(members)
}

fn quantity(amount: &Amount, ucum: Option<&str>, written: Option<&str>) -> Json {
    let mut members = vec![("value", Json::Number(amount.digits.as_str().into()))];
    members.extend(amount.comparator.map(|comparator| ("comparator", text(comparator))));
    if let Some(words) = written.or(ucum) {
        members.push(("unit", text(&short(words, 60))));
    }
    if let Some(code) = ucum {
        members.push(("system", text(UCUM)));
        members.push(("code", text(code)));
    }
    object(members)
}

fn short(words: &str, most: usize) -> String {
    words.chars().take(most).collect()
}

fn text(text: &str) -> Json {
    Json::from(text)
}

fn object(members: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}
