//! Other spellings of units, as laboratories, devices and tables write them. Only spellings that mean
//! one thing: whoever writes `m/uL` may mean anything, and is not understood.

/// Spellings as written, case and all.
const EXACT: [(&str, &str); 10] = [
    ("K/uL", "10*3/uL"),
    ("K/mm3", "10*3/uL"),
    ("K/mcL", "10*3/uL"),
    ("M/uL", "10*6/uL"),
    ("M/mcL", "10*6/uL"),
    ("G/L", "10*9/L"),
    ("T/L", "10*12/L"),
    ("F", "[degF]"),
    ("C", "Cel"),
    ("Cal", "[Cal]"),
];

/// Spellings in lower case, without spaces, with `u` for micro.
const FOLDED: [(&str, &str); 104] = [
    ("%", "%"),
    ("percent", "%"),
    ("pct", "%"),
    ("bpm", "/min"),
    ("beats/min", "/min"),
    ("beats/minute", "/min"),
    ("breaths/min", "/min"),
    ("breaths/minute", "/min"),
    ("count/min", "/min"),
    ("permin", "/min"),
    ("1/min", "/min"),
    ("count", "{count}"),
    ("mmhg", "mm[Hg]"),
    ("mm(hg)", "mm[Hg]"),
    ("cmaq", "cm[H2O]"),
    ("cmh2o", "cm[H2O]"),
    ("°f", "[degF]"),
    ("degf", "[degF]"),
    ("fahrenheit", "[degF]"),
    ("°c", "Cel"),
    ("degc", "Cel"),
    ("cel", "Cel"),
    ("celsius", "Cel"),
    ("lb", "[lb_av]"),
    ("lbs", "[lb_av]"),
    ("pounds", "[lb_av]"),
    ("oz", "[oz_av]"),
    ("st", "[stone_av]"),
    ("in", "[in_i]"),
    ("inch", "[in_i]"),
    ("inches", "[in_i]"),
    ("ft", "[ft_i]"),
    ("yd", "[yd_i]"),
    ("mi", "[mi_i]"),
    ("mi/hr", "[mi_i]/h"),
    ("km/hr", "km/h"),
    ("fl_oz_us", "[foz_us]"),
    ("kgs", "kg"),
    ("kg", "kg"),
    ("cm", "cm"),
    ("kg/m2", "kg/m2"),
    ("kg/m^2", "kg/m2"),
    ("kg/m²", "kg/m2"),
    ("mcg", "ug"),
    ("mcg/dl", "ug/dL"),
    ("mcg/l", "ug/L"),
    ("mcg/ml", "ug/mL"),
    ("g/dl", "g/dL"),
    ("gm/dl", "g/dL"),
    ("g/l", "g/L"),
    ("mg/dl", "mg/dL"),
    ("mg/l", "mg/L"),
    ("ug/dl", "ug/dL"),
    ("ug/l", "ug/L"),
    ("ng/ml", "ng/mL"),
    ("ng/dl", "ng/dL"),
    ("ng/l", "ng/L"),
    ("pg/ml", "pg/mL"),
    ("mmol/l", "mmol/L"),
    ("umol/l", "umol/L"),
    ("nmol/l", "nmol/L"),
    ("pmol/l", "pmol/L"),
    ("mol/l", "mol/L"),
    ("meq/l", "meq/L"),
    ("mmol/mol", "mmol/mol"),
    ("mg/g", "mg/g"),
    ("mg/mmol", "mg/mmol"),
    ("iu/l", "[IU]/L"),
    ("iu/ml", "[IU]/mL"),
    ("miu/l", "m[IU]/L"),
    ("miu/ml", "m[IU]/mL"),
    ("uiu/ml", "u[IU]/mL"),
    ("u/l", "U/L"),
    ("units/l", "U/L"),
    ("u/ml", "U/mL"),
    ("mosm/kg", "mosm/kg"),
    ("fl", "fL"),
    ("pg", "pg"),
    ("ml", "mL"),
    ("dl", "dL"),
    ("l/l", "L/L"),
    ("l/min", "L/min"),
    ("mm/hr", "mm/h"),
    ("mm/h", "mm/h"),
    ("hr", "h"),
    ("hrs", "h"),
    ("mins", "min"),
    ("sec", "s"),
    ("secs", "s"),
    ("x10e3/ul", "10*3/uL"),
    ("x10^3/ul", "10*3/uL"),
    ("10e3/ul", "10*3/uL"),
    ("10^3/ul", "10*3/uL"),
    ("thousand/ul", "10*3/uL"),
    ("x10e6/ul", "10*6/uL"),
    ("x10^6/ul", "10*6/uL"),
    ("10e6/ul", "10*6/uL"),
    ("10^6/ul", "10*6/uL"),
    ("million/ul", "10*6/uL"),
    ("x10^9/l", "10*9/L"),
    ("10^9/l", "10*9/L"),
    ("10e9/l", "10*9/L"),
    ("x10^12/l", "10*12/L"),
    ("10^12/l", "10*12/L"),
];

/// Spellings of what a kidney filters, per standard body surface.
const PER_SURFACE: [&str; 4] =
    ["ml/min/1.73m2", "ml/min/1.73m^2", "ml/min/{1.73_m2}", "ml/min/1.73m²"];

/// The UCUM code of a known spelling.
pub(super) fn ucum(text: &str) -> Option<&'static str> {
    if let Some((_, code)) = EXACT.iter().find(|(known, _)| *known == text) {
        return Some(code);
    }
    let folded = folded(text);
    if PER_SURFACE.contains(&folded.as_str()) {
        return Some("mL/min/{1.73_m2}");
    }
    FOLDED.iter().find(|(known, _)| *known == folded).map(|(_, code)| *code)
}

/// The text with both signs for micro as UCUM writes it, and without spaces.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if matches!(c, 'µ' | 'μ') { 'u' } else { c })
        .collect()
}

fn folded(text: &str) -> String {
    plain(text).to_lowercase()
}
