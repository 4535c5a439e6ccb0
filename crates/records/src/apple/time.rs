//! Times as Apple writes them: `2016-01-02 09:46:18 +0100`.

use crate::date::PartialDate;

/// The time in FHIR's form; `None` if there is no such moment, or not in anybody's lifetime.
pub(super) fn moment(written: &str) -> Option<String> {
    let bytes = written.as_bytes();
    if bytes.len() != 25 || !written.is_ascii() {
        return None;
    }
    let (day, rest) = written.split_at(10);
    let (clock, zone) = rest.get(1..)?.split_once(' ')?;
    let time = format!("{day}T{clock}{}:{}", zone.get(..3)?, zone.get(3..)?);
    let year: u16 = day.get(..4)?.parse().ok()?;
    let real = PartialDate::parse(&time).is_some()
        && time.parse::<jiff::Timestamp>().is_ok()
        && (1900..2200).contains(&year);
    real.then_some(time)
}

/// Seconds from one moment to another; `None` if the second is earlier.
pub(super) fn seconds(start: &str, end: &str) -> Option<f64> {
    let at = |text: &str| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second);
    let span = at(end)?.checked_sub(at(start)?)?;
    // A day and a half: nothing that is measured lasts longer.
    (0..=129_600).contains(&span).then_some(span as f64)
}
