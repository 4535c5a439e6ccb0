//! Numbers with the digits they were written with.

/// A finite number and how exactly it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    value: f64,
    /// Significant digits, 1 to 15.
    significant: usize,
    /// Digits after the point, at most 15.
    decimals: usize,
}

/// Longest text that is taken for a number.
const MAX_TEXT: usize = 40;
/// Digits a double holds.
const MAX_DIGITS: usize = 15;

impl Number {
    /// Reads a FHIR decimal; `None` if it is none or is too large or too small to be a measurement.
    pub fn parse(text: &str) -> Option<Number> {
        if text.is_empty() || text.len() > MAX_TEXT {
            return None;
        }
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let unsigned = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || unsigned.ends_with('.') {
            return None;
        }
        let value: f64 = text.parse().ok()?;
        let sensible = value == 0.0 || (1e-30..=1e30).contains(&value.abs());
        if !sensible {
            return None;
        }
        let written = whole.trim_start_matches('0').len();
        let significant = if written > 0 {
            written + fraction.len()
        } else {
            fraction.trim_start_matches('0').len()
        };
        let places = i64::try_from(fraction.len()).ok()? - i64::from(exponent);
        Some(Number {
            value,
            significant: significant.clamp(1, MAX_DIGITS),
            decimals: usize::try_from(places).unwrap_or(0).min(MAX_DIGITS),
        })
    }

    /// Its value.
    pub fn value(self) -> f64 {
        self.value
    }

    /// Another value with as many significant digits as this one was written with, but not fewer
    /// than two: a single digit would be rounded by up to a third.
    pub(super) fn as_exact(self, value: f64) -> String {
        let significant = self.significant.max(2);
        if value == 0.0 || !value.is_finite() {
            return "0".to_owned();
        }
        // The place of the first digit, after rounding.
        let rounded = format!("{value:.*e}", significant - 1);
        let power: i32 = rounded.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
        let last = i32::try_from(significant).unwrap_or(i32::MAX) - 1 - power;
        match usize::try_from(last) {
            Ok(decimals) => format!("{value:.decimals$}"),
            // Digits that are not significant are zeros.
            Err(_) => rounded.parse::<f64>().map_or(rounded, |value| format!("{value:.0}")),
        }
    }

    /// Another value with as many decimals as this one was written with (at least one): for scales
    /// whose zero differs, where significant digits mean nothing.
    pub(super) fn as_fine(self, value: f64) -> String {
        let text = format!("{value:.*}", self.decimals.max(1));
        if text.parse() == Ok(0.0) { text.trim_start_matches('-').to_owned() } else { text }
    }
}
