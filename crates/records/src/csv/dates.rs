//! Dates and times of day as tables hold them.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::DateOrder;

/// A day, perhaps with a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    date: Date,
    time: Option<Time>,
    /// The zone stood beside it.
    offset: Option<jiff::tz::Offset>,
}

/// The three numbers of a date, in the order they stand.
struct Numbers {
    parts: [u32; 3],
    year_first: bool,
    /// Written with dots, which only those do who put the day first.
    dots: bool,
}

/// Reads a date with or without a time. `order` matters only where the year does not stand first.
pub(super) fn moment(text: &str, order: Option<DateOrder>) -> Option<Moment> {
    let text = text.trim();
    if text.len() > 40 || !text.is_ascii() {
        return None;
    }
    let split = text.find(['T', ' ']);
    let (day, rest) = match split {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?.trim()),
        None => (text, ""),
    };
    let date = date(&numbers(day)?, order)?;
    if rest.is_empty() {
        return Some(Moment { date, time: None, offset: None });
    }
    let (clock, offset) = zone(rest)?;
    Some(Moment { date, time: Some(time(clock)?), offset })
}

/// The orders a text could be meant in; empty if it is no date.
pub(super) fn orders(text: &str) -> Vec<DateOrder> {
    let day = text.trim().split(['T', ' ']).next().unwrap_or_default();
    match numbers(day) {
        Some(numbers) if numbers.year_first => moment(text, None)
            .map(|_| vec![DateOrder::YearFirst, DateOrder::DayFirst, DateOrder::MonthFirst])
            .unwrap_or_default(),
        Some(numbers) => [DateOrder::DayFirst, DateOrder::MonthFirst]
            .into_iter()
            .filter(|order| !(numbers.dots && *order == DateOrder::MonthFirst))
            .filter(|order| moment(text, Some(*order)).is_some())
            .collect(),
        None => Vec::new(),
    }
}

/// A time of day: `8:30`, `08:30:15`, `8:30 pm`.
pub(super) fn time(text: &str) -> Option<Time> {
    let text = text.trim().to_ascii_lowercase();
    let (clock, shift) = match text.strip_suffix("pm").or_else(|| text.strip_suffix("p.m.")) {
        Some(clock) => (clock, Some(12)),
        None => match text.strip_suffix("am").or_else(|| text.strip_suffix("a.m.")) {
            Some(clock) => (clock, Some(0)),
            None => (text.as_str(), None),
        },
    };
    let mut parts = clock.trim().split(':');
    let mut number = |most: usize| {
        let part = parts.next()?;
        let whole = part.split('.').next()?;
        let digits = whole.bytes().all(|byte| byte.is_ascii_digit());
        ((1..=most).contains(&whole.len()) && digits).then_some(())?;
        whole.parse::<i8>().ok()
    };
    let hour = number(2)?;
    let minute = number(2)?;
    let second = if clock.matches(':').count() < 2 { 0 } else { number(2)? };
    if parts.next().is_some() || second > 60 {
        return None;
    }
    let hour = match shift {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(shift) => hour % 12 + shift,
        None => hour,
    };
    // A leap second is the last one of its minute.
    Time::new(hour, minute, second.min(59), 0).ok()
}

impl Moment {
    /// With a time of day from another column.
    pub(super) fn at(self, time: Time) -> Moment {
        Moment { time: Some(time), ..self }
    }

    /// The FHIR date; with the time only where its zone is known.
    pub(super) fn fhir(self, zone: Option<&TimeZone>) -> String {
        let (date, zone) = (self.date, self.offset.map(TimeZone::fixed).or(zone.cloned()));
        let (Some(time), Some(zone)) = (self.time, zone) else { return date.to_string() };
        match date.to_datetime(time).to_zoned(zone) {
            Ok(moment) => moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            Err(_) => date.to_string(),
        }
    }
}

fn numbers(day: &str) -> Option<Numbers> {
    let separator = day.chars().find(|c| !c.is_ascii_digit())?;
    if !matches!(separator, '-' | '/' | '.') {
        return None;
    }
    let mut parts = day.split(separator).map(|part| {
        let digits = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten().map(|number| (number, part.len()))
    });
    let three = [parts.next()??, parts.next()??, parts.next()??];
    if parts.next().is_some() {
        return None;
    }
    let year_first = three[0].1 == 4;
    // Two digits for the year may mean a day as well: not a date to rely on.
    if !year_first && three[2].1 != 4 {
        return None;
    }
    Some(Numbers { parts: three.map(|(number, _)| number), year_first, dots: separator == '.' })
}

fn date(numbers: &Numbers, order: Option<DateOrder>) -> Option<Date> {
    let [a, b, c] = numbers.parts;
    let (year, month, day) = match (numbers.year_first, order) {
        (true, _) => (a, b, c),
        (false, Some(DateOrder::DayFirst)) => (c, b, a),
        (false, Some(DateOrder::MonthFirst)) if !numbers.dots => (c, a, b),
        (false, _) if numbers.dots => (c, b, a),
        (false, _) => return None,
    };
    if !(1900..2200).contains(&year) {
        return None;
    }
    let small = |number: u32| i8::try_from(number).ok();
    Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()
}

/// Takes a zone off the end of a time.
fn zone(rest: &str) -> Option<(&str, Option<jiff::tz::Offset>)> {
    if let Some(clock) = rest.strip_suffix(['Z', 'z']) {
        return Some((clock, Some(jiff::tz::Offset::UTC)));
    }
    let Some(at) = rest.rfind(['+', '-']) else { return Some((rest, None)) };
    let (clock, zone) = rest.split_at(at);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..4).unwrap_or("00").parse().ok()?;
    let seconds = sign * (hours * 3600 + minutes * 60);
    Some((clock.trim_end(), Some(jiff::tz::Offset::from_seconds(seconds).ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_whole_or_not_at_all() {
        let read = |text| time(text).map(|time| time.to_string());
        assert_eq!(read("8:30").as_deref(), Some("08:30:00"));
        assert_eq!(read("08:30:15.250").as_deref(), Some("08:30:15"));
        assert_eq!(read("8:30 pm").as_deref(), Some("20:30:00"));
        assert_eq!(read("23:59:60").as_deref(), Some("23:59:59"));
        for wrong in ["08:30:99", "08:30:xx", "08:30:", "8:+5", "8:-5", "08:30:15:00", "13:00 pm"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
