//! Differences of numbers as written, digit by digit: `7.20` and `7.1` differ by `0.10`.

/// Digits as written, as a whole number of units in the last place.
struct Decimal {
    units: i128,
    places: u32,
}

fn decimal(written: &str) -> Option<Decimal> {
    let written = written.trim();
    if written.len() > 30 {
        return None;
    }
    let (whole, part) = written.split_once('.').unwrap_or((written, ""));
    let negative = whole.starts_with('-');
    let whole = whole.trim_start_matches(['-', '+']);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return None;
    }
    let units: i128 = format!("{whole}{part}").parse().ok()?;
    let places = u32::try_from(part.len()).ok()?;
    Some(Decimal { units: if negative { -units } else { units }, places })
}

/// `later - earlier`, with as many places as the more exact of the two; `None` if one of them is
/// not a plain number.
pub(super) fn difference(later: &str, earlier: &str) -> Option<String> {
    let (later, earlier) = (decimal(later)?, decimal(earlier)?);
    let places = later.places.max(earlier.places);
    let scaled =
        |number: &Decimal| number.units.checked_mul(10_i128.checked_pow(places - number.places)?);
    let units = scaled(&later)?.checked_sub(scaled(&earlier)?)?;
    let sign = if units < 0 { "-" } else { "" };
    let width = usize::try_from(places).ok()? + 1;
    let digits = format!("{:0>width$}", units.unsigned_abs());
    let (whole, part) = digits.split_at(digits.len() - width + 1);
    Some(if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") })
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn differences_keep_the_places_that_were_written() {
        let cases = [
            ("7.20", "7.1", Some("0.10")),
            ("5", "7.25", Some("-2.25")),
            ("100", "99", Some("1")),
            ("-0.5", "0.5", Some("-1.0")),
            ("1e3", "1", None),
            ("<5", "1", None),
            ("", "1", None),
        ];
        for (later, earlier, expected) in cases {
            assert_eq!(difference(later, earlier).as_deref(), expected, "{later} {earlier}");
        }
    }
}
