//! Dates as written. A year stays a year: nothing is filled in.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How much of a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum DatePrecision {
    /// Not a FHIR date; words such as "in childhood".
    Text,
    /// `2018`
    Year,
    /// `2018-08`
    Month,
    /// `2018-08-06`
    Day,
    /// With a time of day.
    Instant,
}

/// A FHIR `date`, `dateTime` or `instant` exactly as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PartialDate {
    written: String,
    precision: DatePrecision,
}

impl PartialDate {
    /// Reads a date; `None` if it is not one that FHIR allows.
    pub fn parse(written: &str) -> Option<PartialDate> {
        let precision = precision(written)?;
        Some(PartialDate { written: written.to_owned(), precision })
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// How much is known.
    pub fn precision(&self) -> DatePrecision {
        self.precision
    }

    /// The part that names the day, month or year: at most ten characters.
    pub fn day_part(&self) -> &str {
        self.written.get(..10).unwrap_or(&self.written)
    }

    /// Orders by time; where one is less precise, its unknown part counts as the earliest. Moments
    /// are compared in UTC.
    pub fn sort_key(&self) -> String {
        if self.precision == DatePrecision::Instant
            && let Ok(moment) = self.written.parse::<jiff::Timestamp>()
        {
            return moment.to_string();
        }
        self.written.clone()
    }

    /// Whether both could be the same day: equal as far as both are known.
    pub fn compatible(&self, other: &PartialDate) -> bool {
        let (a, b) = (self.day_part(), other.day_part());
        let shared = a.len().min(b.len());
        a.get(..shared) == b.get(..shared)
    }
}

fn precision(written: &str) -> Option<DatePrecision> {
    let bytes = written.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let number = |range: std::ops::Range<usize>| -> Option<u8> {
        written.get(range).and_then(|part| part.parse().ok())
    };
    if !digits(0..4) {
        return None;
    }
    if bytes.len() == 4 {
        return Some(DatePrecision::Year);
    }
    if bytes.get(4) != Some(&b'-') || !digits(5..7) || !(1..=12).contains(&number(5..7)?) {
        return None;
    }
    if bytes.len() == 7 {
        return Some(DatePrecision::Month);
    }
    if bytes.get(7) != Some(&b'-') || !digits(8..10) {
        return None;
    }
    // The calendar decides whether there is such a day.
    written.get(..10)?.parse::<jiff::civil::Date>().ok()?;
    if bytes.len() == 10 {
        return Some(DatePrecision::Day);
    }
    if bytes.get(10) != Some(&b'T') || !digits(11..13) || bytes.get(13) != Some(&b':') {
        return None;
    }
    let rest = written.get(11..)?;
    let plausible = rest.len() <= 24
        && rest
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'+' | b'-' | b'Z'));
    plausible.then_some(DatePrecision::Instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_is_what_was_written() {
        let precision = |text| PartialDate::parse(text).map(|date| date.precision());
        assert_eq!(precision("2018"), Some(DatePrecision::Year));
        assert_eq!(precision("2018-08"), Some(DatePrecision::Month));
        assert_eq!(precision("2020-02-29"), Some(DatePrecision::Day));
        assert_eq!(precision("2018-08-06T09:30:00+02:00"), Some(DatePrecision::Instant));
        for wrong in [
            "",
            "18",
            "2018-13",
            "2018-1",
            "2019-02-29",
            "2018-08-06 09:00",
            "06.08.2018",
            "é018",
            "2018-08-06T",
        ] {
            assert_eq!(precision(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn moments_sort_in_utc_and_partial_dates_first() {
        let key = |text| PartialDate::parse(text).unwrap().sort_key();
        assert!(key("2018-08-06T23:30:00-05:00") > key("2018-08-07T01:00:00Z"));
        assert!(key("2018") < key("2018-01"));
        assert!(key("2018-08") < key("2018-08-06"));
    }

    #[test]
    fn partial_dates_are_compatible_with_what_they_contain() {
        let date = |text| PartialDate::parse(text).unwrap();
        assert!(date("1980").compatible(&date("1980-05-03")));
        assert!(!date("1980-06").compatible(&date("1980-05-03")));
    }
}
