//! Points in time of HL7 (`20130815103000.000-0800`) as FHIR dates, as precise as they are.

/// The FHIR date of a time stamp; `None` if it is none.
///
/// FHIR wants an offset with a time of day. A time without one is only a day: which moment it was
/// nobody can tell (the source shows it).
pub(super) fn date(written: &str) -> Option<String> {
    let (moment, offset) = match written.find(['+', '-', 'Z']) {
        Some(at) => (written.get(..at)?, written.get(at..)?),
        None => (written, ""),
    };
    let (moment, fraction) = moment.split_once('.').unwrap_or((moment, ""));
    if !moment.bytes().all(|b| b.is_ascii_digit()) || !fraction.bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let part = |range: std::ops::Range<usize>| moment.get(range);
    let year = part(0..4)?;
    let Some(month) = part(4..6) else { return valid(year.to_owned()) };
    let Some(day) = part(6..8) else { return valid(format!("{year}-{month}")) };
    let date = format!("{year}-{month}-{day}");
    let (Some(hour), Some(offset)) = (part(8..10), offset_of(offset)) else { return valid(date) };
    let minute = part(10..12).unwrap_or("00");
    let second = part(12..14).unwrap_or("00");
    let fraction = if fraction.is_empty() || part(12..14).is_none() {
        String::new()
    } else {
        format!(".{}", fraction.get(..fraction.len().min(9)).unwrap_or_default())
    };
    valid(format!("{date}T{hour}:{minute}:{second}{fraction}{offset}"))
}

fn offset_of(written: &str) -> Option<String> {
    if written == "Z" {
        return Some(written.to_owned());
    }
    let (sign, digits) = (written.get(..1)?, written.get(1..)?.replace(':', ""));
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = (digits.get(0..2)?, digits.get(2..4).unwrap_or("00"));
    let in_range = hours.parse::<u8>().ok()? <= 14 && minutes.parse::<u8>().ok()? < 60;
    in_range.then(|| format!("{sign}{hours}:{minutes}"))
}

fn valid(date: String) -> Option<String> {
    let parsed = crate::date::PartialDate::parse(&date)?;
    // The calendar and the clock decide; what has a time must be a moment.
    if date.contains('T') && date.parse::<jiff::Timestamp>().is_err() {
        return Some(parsed.day_part().to_owned());
    }
    (date.get(..4)? > "1800").then_some(date)
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn times_are_as_precise_as_written() {
        for (written, expected) in [
            ("2013", Some("2013")),
            ("201308", Some("2013-08")),
            ("20130815", Some("2013-08-15")),
            ("201308151030-0800", Some("2013-08-15T10:30:00-08:00")),
            ("20130815103059.12+0530", Some("2013-08-15T10:30:59.12+05:30")),
            ("2013081510-08", Some("2013-08-15T10:00:00-08:00")),
            ("20130815103000Z", Some("2013-08-15T10:30:00Z")),
            // Nobody knows which moment that was.
            ("201308151030", Some("2013-08-15")),
            ("201308152561-0800", Some("2013-08-15")),
            ("20130231", None),
            ("20131", Some("2013")),
            ("00000000", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(date(written).as_deref(), expected, "{written}");
        }
    }
}
