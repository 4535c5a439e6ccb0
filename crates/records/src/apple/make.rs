//! FHIR Observations from records, days, blood pressures and workouts.

use super::SOURCE;
use super::day::{DayKey, DaySummary};
use super::kinds::{DayValue, Handling, Kind, words};
use super::scan::Tag;
use super::time;
use super::unit::{self, AppleUnit};
use crate::json::Json;
use crate::units::Number;

pub(super) const LOINC: &str = "http://loinc.org";
const UCUM: &str = "http://unitsofmeasure.org";
pub(super) const STATISTICS: &str = "http://terminology.hl7.org/CodeSystem/observation-statistics";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
/// Numbers of a day: code and word.
pub(super) const MINIMUM: &str = "minimum";
pub(super) const MAXIMUM: &str = "maximum";
pub(super) const AVERAGE: &str = "average";
pub(super) const COUNT: &str = "count";
/// Parts of a workout.
pub(super) const DURATION: &str = "Duration";
pub(super) const DISTANCE: &str = "Distance";
pub(super) const ENERGY: &str = "Active energy";
/// Longest name of a source.
const MAX_SOURCE: usize = 200;

/// One record.
pub(super) struct Sample {
    pub(super) kind: Kind,
    pub(super) source: String,
    pub(super) start: String,
    pub(super) end: String,
    created: Option<String>,
    /// As written (percentages: as percentages).
    pub(super) digits: String,
    pub(super) number: Option<f64>,
    pub(super) unit: Option<AppleUnit>,
    written_unit: Option<String>,
    /// What a coded record says.
    pub(super) label: Option<String>,
    /// How long it lasted.
    pub(super) minutes: f64,
    excerpt: String,
}

impl Sample {
    /// Reads a record; `None` if its time or value makes no sense.
    pub(super) fn read(kind: Kind, tag: &Tag) -> Option<Sample> {
        let start = time::moment(&tag.attribute("startDate")?)?;
        let end = match tag.attribute("endDate") {
            Some(written) => time::moment(&written)?,
            None => start.clone(),
        };
        let value = tag.attribute("value");
        let written_unit = tag.attribute("unit");
        let unit = written_unit.as_deref().and_then(unit::unit);
        let gathered = matches!(kind.handling, Handling::Day(_));
        let lasts = matches!(kind.handling, Handling::Day(DayValue::Minutes));
        // Negative or endless durations are no measurement; a moment too late is only a moment.
        let span = time::seconds(&start, &end);
        if lasts && span.is_none() {
            return None;
        }
        let end = if span.is_some() { end } else { start.clone() };
        let (mut digits, mut number, mut label) = (String::new(), None, None);
        if kind.coded {
            label = value.as_deref().map(value_words);
        } else {
            let value = value?;
            let parsed = Number::parse(&value)?;
            digits = plain_digits(&value, parsed)?;
            if unit.is_some_and(|unit| unit.ucum == "%") && parsed.value().abs() <= 1.0 {
                digits = unit::percent(&digits);
            }
            number = digits.parse().ok();
        }
        let source: String =
            tag.attribute("sourceName").unwrap_or_default().chars().take(MAX_SOURCE).collect();
        Some(Sample {
            kind,
            source,
            start,
            end,
            created: tag.attribute("creationDate").as_deref().and_then(time::moment),
            digits,
            number,
            unit,
            written_unit,
            label,
            minutes: span.unwrap_or_default() / 60.0,
            excerpt: if gathered { String::new() } else { tag.excerpt() },
        })
    }

    /// The Observation of a single record.
    pub(super) fn observation(&self) -> Json {
        let mut members = head(&self.kind);
        members.push(excerpt(std::slice::from_ref(&self.excerpt)));
        members.push(("code", self.code()));
        members.extend(self.when());
        members.extend(device(&self.source));
        if self.kind.coded {
            if let Some(label) = &self.label {
                members.push(("valueCodeableConcept", object([("text", text(label))])));
            }
        } else {
            members.push(("valueQuantity", self.quantity()));
        }
        object(members)
    }

    fn code(&self) -> Json {
        // Blood sugar has one code by mass and another by amount.
        let loinc = match (self.kind.loinc, self.unit) {
            (Some("2339-0"), Some(unit)) if unit.ucum == "mmol/L" => Some("15074-8"),
            (loinc, _) => loinc,
        };
        let own = coding(SOURCE, &self.kind.identifier);
        let codings = loinc.map(|code| coding(LOINC, code)).into_iter().chain([own]).collect();
        object([("coding", Json::Array(codings)), ("text", text(&self.kind.name))])
    }

    fn when(&self) -> Vec<(&'static str, Json)> {
        let mut members = if self.start == self.end {
            vec![("effectiveDateTime", text(&self.start))]
        } else {
            vec![("effectivePeriod", period(&self.start, &self.end))]
        };
        members.extend(self.created.as_ref().map(|created| ("issued", text(created))));
        members
    }

    fn quantity(&self) -> Json {
        quantity(&self.digits, self.unit, self.written_unit.as_deref())
    }
}

/// A blood pressure from its parts, of one moment.
pub(super) fn pressure(parts: &[Sample]) -> Json {
    let kind = pressure_kind();
    let mut members = head(&kind);
    let excerpts: Vec<String> = parts.iter().map(|part| part.excerpt.clone()).collect();
    members.push(excerpt(&excerpts));
    members.push(("code", both(&kind)));
    if let Some(first) = parts.first() {
        members.extend(first.when());
        members.extend(device(&first.source));
    }
    let components = parts
        .iter()
        .filter(|part| !part.kind.coded)
        .map(|part| object([("code", part.code()), ("valueQuantity", part.quantity())]))
        .collect();
    members.push(("component", Json::Array(components)));
    object(members)
}

pub(super) fn pressure_kind() -> Kind {
    Kind {
        name: "Blood pressure".to_owned(),
        identifier: "HKCorrelationTypeIdentifierBloodPressure".to_owned(),
        loinc: Some("85354-9"),
        category: "vital-signs",
        handling: Handling::Single,
        label: None,
        coded: false,
    }
}

/// Code and title of the summary of a day.
pub(super) fn of_day(kind: &Kind) -> (String, String) {
    (format!("{}-day", kind.identifier), format!("{} (day)", kind.name))
}

/// The summary of a day.
pub(super) fn day(key: &DayKey, day: &DaySummary) -> Json {
    let kind = &day.kind;
    let mut members = head(kind);
    // A day is not a measurement: its own code first, so that the two make no common curve.
    let (code, name) = of_day(kind);
    let own = coding(SOURCE, &code);
    let codings = std::iter::once(own).chain(kind.loinc.map(|code| coding(LOINC, code))).collect();
    members.push(("code", object([("coding", Json::Array(codings)), ("text", text(&name))])));
    members.push(("effectivePeriod", period(&day.start, &day.end)));
    members.extend(device(&key.source));
    let number =
        |value: f64, decimals: usize| quantity(&format!("{value:.decimals$}"), key.unit, None);
    let mut components = Vec::new();
    match kind.handling {
        Handling::Day(DayValue::Minutes) => {
            let total: f64 = day.minutes.values().sum();
            // Time in bed and asleep overlap: a sum would count them twice.
            if day.minutes.len() == 1 {
                members.push(("valueQuantity", minutes(total)));
            }
            for (label, spent) in &day.minutes {
                if !label.is_empty() {
                    let code = object([("text", text(label))]);
                    components.push(object([("code", code), ("valueQuantity", minutes(*spent))]));
                }
            }
        }
        Handling::Day(DayValue::Sum) => {
            members.push(("valueQuantity", number(day.sum, day.decimals)));
        }
        _ => {
            let mean = day.sum / day.count.max(1) as f64;
            let decimals = day.decimals.min(6);
            for (code, value, decimals) in [
                (MINIMUM, day.minimum, decimals),
                (MAXIMUM, day.maximum, decimals),
                (AVERAGE, mean, decimals.max(1)),
            ] {
                components.push(statistic(code, number(value, decimals)));
            }
        }
    }
    let count = object([("value", Json::Number(day.count.to_string().into()))]);
    components.push(statistic(COUNT, count));
    members.push(("component", Json::Array(components)));
    let note = format!(
        "Made on import from {} entries of one day. Every single one is in the original file.",
        day.count
    );
    members.push(("note", Json::Array(vec![object([("text", text(&note))])])));
    object(members)
}

pub(super) fn workout_kind() -> Kind {
    Kind {
        name: "Exercise".to_owned(),
        identifier: "HKWorkout".to_owned(),
        loinc: Some("73985-4"),
        category: "activity",
        handling: Handling::Single,
        label: None,
        coded: true,
    }
}

/// `HKWorkoutActivityTypeTraditionalStrengthTraining` in words.
pub(super) fn activity_words(activity: &str) -> String {
    words(activity.strip_prefix("HKWorkoutActivityType").unwrap_or(activity))
}

/// A workout; `None` if its time makes no sense.
pub(super) fn workout(tag: &Tag) -> Option<Json> {
    let start = time::moment(&tag.attribute("startDate")?)?;
    let end = time::moment(&tag.attribute("endDate")?)?;
    let seconds = time::seconds(&start, &end)?;
    let activity = tag.attribute("workoutActivityType")?;
    let activity = activity_words(&activity);
    let kind = workout_kind();
    let mut members = head(&kind);
    members.push(excerpt(&[tag.excerpt()]));
    members.push(("code", both(&kind)));
    members.push(("effectivePeriod", period(&start, &end)));
    members.extend(device(&tag.attribute("sourceName").unwrap_or_default()));
    members.push(("valueCodeableConcept", object([("text", text(&activity))])));
    let mut components =
        vec![object([("code", named(DURATION)), ("valueQuantity", minutes(seconds / 60.0))])];
    for (value, unit, name) in [
        ("totalDistance", "totalDistanceUnit", DISTANCE),
        ("totalEnergyBurned", "totalEnergyBurnedUnit", ENERGY),
    ] {
        let Some(written) = tag.attribute(value) else { continue };
        let Some(digits) = Number::parse(&written).and_then(|n| plain_digits(&written, n)) else {
            continue;
        };
        let written_unit = tag.attribute(unit);
        let unit = written_unit.as_deref().and_then(unit::unit);
        let quantity = quantity(&digits, unit, written_unit.as_deref());
        components.push(object([("code", named(name)), ("valueQuantity", quantity)]));
    }
    members.push(("component", Json::Array(components)));
    Some(object(members))
}

/// The code of a kind that has one in LOINC and one of Apple's.
fn both(kind: &Kind) -> Json {
    let loinc = kind.loinc.map(|code| coding(LOINC, code));
    let codings = loinc.into_iter().chain([coding(SOURCE, &kind.identifier)]).collect();
    object([("coding", Json::Array(codings)), ("text", text(&kind.name))])
}

fn head(kind: &Kind) -> Vec<(&'static str, Json)> {
    let mut meta = vec![("source", text(SOURCE))];
    if let Some(label) = kind.label {
        meta.push(("security", Json::Array(vec![coding(ACT_CODE, label)])));
    }
    let category = object([("coding", Json::Array(vec![coding(CATEGORY, kind.category)]))]);
    vec![
        ("resourceType", text("Observation")),
        ("meta", object(meta)),
        ("status", text("final")),
        ("category", Json::Array(vec![category])),
    ]
}

fn excerpt(tags: &[String]) -> (&'static str, Json) {
    let source = object([
        ("url", text("urn:keyward:source-excerpt")),
        ("valueString", text(&tags.join("\n"))),
    ]);
    ("extension", Json::Array(vec![source]))
}

/// What measured it. As a performer rather than a device: people call their watches after themselves,
/// and a performer's name is taken out where hers is.
fn device(source: &str) -> Option<(&'static str, Json)> {
    let source: String = source.chars().take(MAX_SOURCE).collect();
    let by = || object([("display", text(&source))]);
    (!source.is_empty()).then(|| ("performer", Json::Array(vec![by()])))
}

fn quantity(digits: &str, unit: Option<AppleUnit>, written: Option<&str>) -> Json {
    let mut members = vec![("value", Json::Number(digits.into()))];
    match unit {
        Some(unit) => {
            if !unit.text.is_empty() {
                members.push(("unit", text(unit.text)));
            }
            members.push(("system", text(UCUM)));
            members.push(("code", text(unit.ucum)));
        }
        None => members.extend(written.map(|written| {
            let short: String = written.chars().take(40).collect();
            ("unit", text(&short))
        })),
    }
    object(members)
}

fn minutes(value: f64) -> Json {
    let unit = AppleUnit { ucum: "min", text: "min" };
    quantity(&format!("{value:.0}"), Some(unit), None)
}

fn statistic(code: &'static str, value: Json) -> Json {
    let concept =
        object([("coding", Json::Array(vec![coding(STATISTICS, code)])), ("text", text(code))]);
    object([("code", concept), ("valueQuantity", value)])
}

/// `HKCategoryValueSleepAnalysisAsleepCore` in words.
pub(super) fn value_words(value: &str) -> String {
    let short = value.strip_prefix("HKCategoryValue").unwrap_or(value);
    let short = short.strip_prefix("SleepAnalysis").unwrap_or(short);
    words(short).chars().take(100).collect()
}

/// Digits that JSON takes, as written where that is possible.
fn plain_digits(written: &str, number: Number) -> Option<String> {
    let plain = written.strip_prefix('+').unwrap_or(written);
    let unsigned = plain.strip_prefix('-').unwrap_or(plain);
    let leading_zero =
        unsigned.len() > 1 && unsigned.starts_with('0') && !unsigned.starts_with("0.");
    if unsigned.contains(['e', 'E']) || leading_zero {
        return Some(number.value().to_string()).filter(|text| text.len() <= 40);
    }
    Some(plain.to_owned())
}

fn named(name: &str) -> Json {
    object([("text", text(name))])
}

fn coding(system: &str, code: &str) -> Json {
    object([("system", text(system)), ("code", text(code))])
}

fn period(start: &str, end: &str) -> Json {
    object([("start", text(start)), ("end", text(end))])
}

fn text(text: &str) -> Json {
    Json::from(text)
}

fn object(members: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}
