//! Numbers as tables hold them: with comma or point, groups of thousands, comparators.

use super::DecimalSign;
use crate::units::Number;

/// A number as it is written in FHIR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Amount {
    /// Digits as written, with a point.
    pub(super) digits: String,
    pub(super) comparator: Option<&'static str>,
}

/// Reads a number; `None` if it is none.
pub(super) fn amount(text: &str, decimal: DecimalSign) -> Option<Amount> {
    let text = text.trim();
    let (comparator, rest) =
        [("<=", "<="), (">=", ">="), ("≤", "<="), ("≥", ">="), ("<", "<"), (">", ">")]
            .into_iter()
            .find_map(|(written, code)| Some((Some(code), text.strip_prefix(written)?)))
            .unwrap_or((None, text));
    let (point, group) = match decimal {
        DecimalSign::Point => ('.', ','),
        DecimalSign::Comma => (',', '.'),
    };
    let rest = rest.trim();
    let (whole, fraction) = match rest.split_once(point) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (rest, None),
    };
    let (sign, whole) = match whole.strip_prefix(['-', '−']) {
        Some(whole) => ("-", whole),
        None => ("", whole.strip_prefix('+').unwrap_or(whole)),
    };
    let whole = ungrouped(whole, group)?;
    // `007` is a number to a table, but not to JSON.
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        other => other,
    };
    let mut digits = format!("{sign}{whole}");
    if let Some(fraction) = fraction {
        if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        digits.push('.');
        digits.push_str(fraction);
    }
    Number::parse(&digits)?;
    Some(Amount { digits, comparator })
}

/// Digits without the signs between groups of three.
fn ungrouped(whole: &str, group: char) -> Option<String> {
    let groups: Vec<&str> = whole.split([group, ' ', '\u{a0}', '\u{202f}', '\'']).collect();
    let well = match groups.as_slice() {
        [] => false,
        [single] => !single.is_empty(),
        [first, rest @ ..] => {
            (1..=3).contains(&first.len()) && rest.iter().all(|part| part.len() == 3)
        }
    };
    let digits = groups.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    (well && digits).then(|| groups.concat())
}

/// What a number says about the sign it is written with.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) point: bool,
    pub(super) comma: bool,
    /// `1,234` or `1.234`: could be either.
    pub(super) unclear: bool,
}

/// What the cell says.
pub(super) fn evidence(text: &str) -> Evidence {
    let as_point = amount(text, DecimalSign::Point);
    let as_comma = amount(text, DecimalSign::Comma);
    let signs = text.contains(['.', ',']);
    match (as_point, as_comma) {
        (Some(_), None) if signs => Evidence { point: true, ..Evidence::default() },
        (None, Some(_)) if signs => Evidence { comma: true, ..Evidence::default() },
        (Some(a), Some(b)) if a != b => Evidence { unclear: true, ..Evidence::default() },
        _ => Evidence::default(),
    }
}
