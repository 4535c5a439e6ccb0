//! Birth dates as far as they are known: a year, a year and month, or a full day.

use std::fmt;

/// A validated `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, kept exactly as far as it is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BirthDate {
    year: u16,
    month: Option<u8>,
    day: Option<u8>,
}

impl BirthDate {
    /// Reads the FHIR form; `None` for anything else, including days a month does not have.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let year = digits(parts.next()?, 4)?;
        let month = match parts.next() {
            Some(part) => Some(u8::try_from(digits(part, 2)?).ok()?),
            None => None,
        };
        let day = match parts.next() {
            Some(part) => Some(u8::try_from(digits(part, 2)?).ok()?),
            None => None,
        };
        if parts.next().is_some() || !(1850..=2199).contains(&year) {
            return None;
        }
        if month.is_some_and(|m| !(1..=12).contains(&m)) {
            return None;
        }
        if let (Some(m), Some(d)) = (month, day)
            && (d == 0 || d > days_in(year, m))
        {
            return None;
        }
        Some(Self { year, month, day })
    }

    /// Whether both can describe the same day: every part both know is equal.
    #[must_use]
    pub fn compatible(&self, other: &Self) -> bool {
        let agree = |a: Option<u8>, b: Option<u8>| a.is_none() || b.is_none() || a == b;
        self.year == other.year && agree(self.month, other.month) && agree(self.day, other.day)
    }

    /// Whether the earliest day this may be lies after the day `now` (seconds since 1970 UTC) falls on.
    /// One day of tolerance, because the desk may be east of UTC.
    #[must_use]
    pub fn is_after(&self, now: u64) -> bool {
        let (year, month, day) = civil_from_days(now / 86_400 + 1);
        (u32::from(self.year), self.month.unwrap_or(1), self.day.unwrap_or(1)) > (year, month, day)
    }
}

impl fmt::Display for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

fn digits(text: &str, width: usize) -> Option<u16> {
    (text.len() == width && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn days_in(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a day number since 1970-01-01 (proleptic Gregorian, never negative here).
fn civil_from_days(days: u64) -> (u32, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (
        u32::try_from(year).unwrap_or(u32::MAX),
        u8::try_from(month).unwrap_or(1),
        u8::try_from(day).unwrap_or(1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_exists_and_nothing_else() {
        for good in ["1980", "1980-02", "2000-02-29", "1999-12-31"] {
            assert_eq!(BirthDate::parse(good).map(|d| d.to_string()).as_deref(), Some(good));
        }
        for bad in [
            "",
            "80",
            "1980-2",
            "1980-13",
            "1981-02-29",
            "1980-00",
            "1980-01-00",
            "1980-01-32",
            "1980-01-01-01",
            "19800101",
            "1980/01/01",
            "+980",
            "1980-",
            "3000",
            "١٩٨٠",
        ] {
            assert_eq!(BirthDate::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn partial_dates_are_compatible_with_what_they_may_be() {
        let d = |s| BirthDate::parse(s).unwrap();
        assert!(d("1980").compatible(&d("1980-05-03")));
        assert!(d("1980-05").compatible(&d("1980-05-03")));
        assert!(!d("1980-06").compatible(&d("1980-05-03")));
        assert!(!d("1981").compatible(&d("1980-05-03")));
    }

    #[test]
    fn the_future_is_after_now() {
        let now = 1_785_000_000; // 2026-07-25
        assert!(BirthDate::parse("2027").unwrap().is_after(now));
        assert!(BirthDate::parse("2026-07-27").unwrap().is_after(now));
        assert!(!BirthDate::parse("2026-07-25").unwrap().is_after(now));
        assert!(!BirthDate::parse("2026").unwrap().is_after(now));
        assert_eq!(civil_from_days(0), (1970, 1, 1));
        assert_eq!(civil_from_days(20_659), (2026, 7, 25));
    }
}
