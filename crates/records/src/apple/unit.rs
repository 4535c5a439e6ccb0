//! Units as Apple writes them, in UCUM.

/// A unit with the word beside the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct AppleUnit {
    pub(super) ucum: &'static str,
    pub(super) text: &'static str,
}

const UNITS: [(&str, &str, &str); 41] = [
    ("%", "%", "%"),
    ("count", "1", ""),
    ("count/min", "/min", "/min"),
    ("count/s", "/s", "/s"),
    ("kcal", "kcal", "kcal"),
    ("Cal", "kcal", "kcal"),
    ("cal", "cal", "cal"),
    ("kJ", "kJ", "kJ"),
    ("J", "J", "J"),
    ("km", "km", "km"),
    ("m", "m", "m"),
    ("cm", "cm", "cm"),
    ("mm", "mm", "mm"),
    ("mi", "[mi_i]", "mi"),
    ("yd", "[yd_i]", "yd"),
    ("ft", "[ft_i]", "ft"),
    ("in", "[in_i]", "in"),
    ("kg", "kg", "kg"),
    ("g", "g", "g"),
    ("mg", "mg", "mg"),
    ("mcg", "ug", "µg"),
    ("lb", "[lb_av]", "lb"),
    ("oz", "[oz_av]", "oz"),
    ("st", "[stone_av]", "st"),
    ("mmHg", "mm[Hg]", "mmHg"),
    ("degC", "Cel", "°C"),
    ("degF", "[degF]", "°F"),
    ("mg/dL", "mg/dL", "mg/dL"),
    ("mL/min·kg", "mL/(kg.min)", "mL/kg/min"),
    ("mL", "mL", "mL"),
    ("L", "L", "L"),
    ("L/min", "L/min", "L/min"),
    ("fl_oz_us", "[foz_us]", "fl oz"),
    ("ms", "ms", "ms"),
    ("s", "s", "s"),
    ("min", "min", "min"),
    ("hr", "h", "h"),
    ("km/hr", "km/h", "km/h"),
    ("mi/hr", "[mi_i]/h", "mi/h"),
    ("m/s", "m/s", "m/s"),
    ("IU", "[IU]", "IU"),
];

/// The unit of a record; `None` if it is not known.
pub(super) fn unit(written: &str) -> Option<AppleUnit> {
    // Blood sugar by amount carries the molar mass: `mmol<180.1558800000541>/L`.
    let molar = written.strip_prefix("mmol<").and_then(|rest| rest.split_once('>'));
    if matches!(molar, Some((_, "/L"))) {
        return Some(AppleUnit { ucum: "mmol/L", text: "mmol/L" });
    }
    UNITS
        .iter()
        .find(|(known, _, _)| *known == written)
        .map(|(_, ucum, text)| AppleUnit { ucum, text })
}

/// Digits of a percentage from a fraction: the point moves, nothing is rounded.
pub(super) fn percent(digits: &str) -> String {
    let (sign, plain) = match digits.strip_prefix('-') {
        Some(plain) => ("-", plain),
        None => ("", digits),
    };
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let moved: String = fraction.chars().chain("00".chars()).take(2).collect();
    let rest = fraction.get(2..).unwrap_or_default().trim_end_matches('0');
    let joined = format!("{whole}{moved}");
    let joined = joined.trim_start_matches('0');
    let joined = if joined.is_empty() { "0" } else { joined };
    if rest.is_empty() { format!("{sign}{joined}") } else { format!("{sign}{joined}.{rest}") }
}
