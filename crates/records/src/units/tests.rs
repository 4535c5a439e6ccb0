use proptest::prelude::*;

use super::*;
use crate::view::QuantityView;

fn quantity(value: &str, unit: &str) -> QuantityView {
    QuantityView {
        value: Some(value.to_owned()),
        comparator: None,
        unit: Some(unit.to_owned()),
        code: None,
        system: None,
    }
}

fn convert(value: &str, from: &str, to: &str, loinc: Option<&str>) -> Option<String> {
    let series = Series::in_unit_of(&quantity("1", to), loinc).unwrap();
    series.convert(&quantity(value, from)).map(|converted| converted.digits)
}

#[test]
fn well_known_values_convert_as_in_every_table() {
    for (value, from, to, loinc, digits) in [
        ("126", "mg/dL", "mmol/L", Some("2345-7"), "6.99"),
        ("7.0", "mmol/l", "mg/dl", Some("2345-7"), "130"),
        ("7.00", "mmol/l", "mg/dl", Some("2345-7"), "126"),
        ("200", "mg/dL", "mmol/L", Some("2093-3"), "5.17"),
        ("150", "mg/dL", "mmol/L", Some("2571-8"), "1.69"),
        ("1.0", "mg/dL", "umol/L", Some("2160-0"), "88"),
        ("88.4", "umol/L", "mg/dL", Some("2160-0"), "1.00"),
        ("14", "mg/dL", "mmol/L", Some("3094-0"), "5.0"),
        ("30.0", "mg/dL", "mmol/L", Some("3091-6"), "5.00"),
        ("14.0", "g/dL", "mmol/L", Some("718-7"), "8.69"),
        ("9.5", "mg/dL", "mmol/L", Some("17861-6"), "2.4"),
        ("1.2", "mg/dL", "umol/L", Some("1975-2"), "21"),
        ("6.0", "mg/dL", "umol/L", Some("3084-1"), "360"),
        ("30", "ng/mL", "nmol/L", Some("1989-3"), "75"),
        ("400", "pg/mL", "pmol/L", Some("2132-9"), "295"),
        ("8.0", "ug/dL", "nmol/L", Some("3026-2"), "100"),
        ("100", "ug/dL", "umol/L", Some("2498-4"), "17.9"),
        ("18", "mg/dL", "mmol/L", Some("2524-7"), "2.0"),
        ("140", "meq/L", "mmol/L", Some("2951-2"), "140"),
        ("5.0", "meq/L", "mmol/L", Some("17861-6"), "2.5"),
        ("6.5", "%", "mmol/mol", Some("4548-4"), "48"),
        ("53", "mmol/mol", "%", Some("4548-4"), "7.0"),
        ("98.6", "°F", "Cel", None, "37.0"),
        ("37.0", "Cel", "[degF]", None, "98.6"),
        ("0", "Cel", "[degF]", None, "32.0"),
        ("7.5", "K/uL", "10*9/L", None, "7.5"),
        ("120", "mm[Hg]", "kPa", None, "16.0"),
        ("180", "[lb_av]", "kg", None, "81.6"),
        ("0.45", "L/L", "%", None, "45"),
        ("13.5", "g/dL", "g/L", None, "135"),
        ("0.5", "mmol/L", "umol/L", None, "500"),
        ("60", "bpm", "/min", None, "60"),
        ("20", "µg/dL", "ug/L", None, "200"),
        ("1200", "mL", "L", None, "1.200"),
    ] {
        assert_eq!(convert(value, from, to, loinc).as_deref(), Some(digits), "{value} {from} {to}");
    }
}

#[test]
fn what_medicine_does_not_compare_is_not_converted() {
    for (from, to, loinc) in [
        // Without knowing the analyte, mass and amount are different things.
        ("mg/dL", "mmol/L", None),
        ("mg/dL", "mmol/L", Some("1920-8")),
        // Percent and mmol/mol differ by a formula, and only for HbA1c.
        ("%", "mmol/mol", Some("2345-7")),
        ("%", "mmol/mol", None),
        ("mL/min", "mL/min/{1.73_m2}", Some("33914-3")),
        ("ug/mL", "ug/mL{FEU}", None),
        ("[IU]/L", "U/L", None),
        ("10*9/L", "mmol/L", None),
        ("mg", "mg/dL", Some("2345-7")),
        ("mmol/L", "meq/L", Some("2345-7")),
        ("[pH]", "%", None),
        ("/min", "%", None),
        ("g/L", "m[IU]/L", Some("2345-7")),
    ] {
        assert_eq!(convert("5", from, to, loinc), None, "{from} {to}");
    }
    assert!(Series::in_unit_of(&quantity("1", "tabs"), None).is_none());
    assert!(Series::same_text(&quantity("1", "tabs"), &quantity("2", " tabs")));
}

#[test]
fn spellings_are_read_with_care() {
    let code = |text| Unit::written(text).map(|unit| unit.code().to_owned());
    assert_eq!(code("mg/dl").as_deref(), Some("mg/dL"));
    assert_eq!(code("MG/DL").as_deref(), Some("mg/dL"));
    assert_eq!(code("K/uL").as_deref(), Some("10*3/uL"));
    assert_eq!(code("x10E3/uL").as_deref(), Some("10*3/uL"));
    assert_eq!(code("mL/min/1.73 m²").as_deref(), Some("mL/min/{1.73_m2}"));
    assert_eq!(code("mmHg").as_deref(), Some("mm[Hg]"));
    assert_eq!(code("μmol/L").as_deref(), Some("umol/L"));
    for unknown in ["", "m/uL x", "tablet", "mg/dL/", "//", "10*", "mg^", "é", "mg/(dL", "12*3"] {
        assert!(!matches!(code(unknown), Some(ref c) if c == "mg/dL"), "{unknown}");
    }
    for wrong in ["tablet", "mg/dL/", "//", "mg^", "é", "mg/(dL", "(((((g)))))", "g0", "0"] {
        assert_eq!(code(wrong), None, "{wrong}");
    }
    // The code counts, whatever stands beside it.
    let ucum = Some("http://unitsofmeasure.org");
    assert_eq!(Unit::of(ucum, Some("mmol/L"), Some("mg/dL")).unwrap().code(), "mmol/L");
    assert_eq!(Unit::of(Some("urn:x"), Some("mmol/L"), Some("mg/dL")).unwrap().code(), "mg/dL");
}

#[test]
fn numbers_are_finite_measurements_or_nothing() {
    for wrong in [
        "",
        "NaN",
        "inf",
        "-",
        ".",
        "5.",
        ".5",
        "1e400",
        "1e31",
        "1e-31",
        "0x10",
        "1_000",
        "1,5",
        "1e99999999999",
        " 1",
        "--1",
    ] {
        assert!(Number::parse(wrong).is_none(), "{wrong}");
    }
    assert!(Number::parse(&"9".repeat(400)).is_none());
    assert_eq!(Number::parse("-0.50").unwrap().value(), -0.5);
    assert_eq!(convert("7.20", "mg/dL", "mg/dl", None).as_deref(), Some("7.20"));
}

#[test]
fn every_analyte_has_one_meaning_per_code() {
    let mut seen = std::collections::HashMap::new();
    for (analyte, code) in analyte::all() {
        assert_eq!(seen.insert(code, analyte.name), None, "{code}");
        let (number, check) = code.split_once('-').unwrap();
        let sum: u32 = number
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, digit)| {
                let digit = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
                digit / 10 + digit % 10
            })
            .sum();
        assert_eq!(((10 - sum % 10) % 10).to_string(), check, "{code}");
    }
}

const UNITS: [&str; 24] = [
    "mg/dL",
    "mmol/L",
    "g/L",
    "umol/L",
    "10*9/L",
    "10*3/uL",
    "%",
    "/min",
    "mm[Hg]",
    "kPa",
    "Cel",
    "[degF]",
    "kg",
    "[lb_av]",
    "cm",
    "[in_i]",
    "U/L",
    "[IU]/mL",
    "meq/L",
    "mmol/mol",
    "s",
    "h",
    "mL/min",
    "mL/min/{1.73_m2}",
];

proptest! {
    /// There and back again, within what a double holds; and never between what is not comparable.
    #[test]
    fn conversions_come_back(
        value in -1e6f64..1e6,
        from in 0..UNITS.len(),
        to in 0..UNITS.len(),
        loinc in prop::option::of(prop::sample::select(vec!["2345-7", "17861-6", "718-7"])),
    ) {
        let (from, to) = (UNITS[from], UNITS[to]);
        let there = Series::in_unit(to, loinc).unwrap();
        let back = Series::in_unit(from, loinc).unwrap();
        let text = format!("{value:.6}");
        let written = Number::parse(&text).unwrap().value();
        let known = loinc.is_some();
        match there.convert(&quantity(&text, from)) {
            None => prop_assert!(!Unit::parse(from).unwrap().is_commensurable(&Unit::parse(to).unwrap())),
            Some(converted) => {
                let commensurable = Unit::parse(from).unwrap().is_commensurable(&Unit::parse(to).unwrap());
                prop_assert!(commensurable || known);
                let precise = format!("{:.12}", converted.value);
                if let Some(number) = Number::parse(&precise) {
                    let again = back.convert(&quantity(&precise, to)).unwrap();
                    let tolerance = 1e-6 * (1.0 + written.abs() + number.value().abs());
                    prop_assert!((again.value - written).abs() <= tolerance.max(1e-3));
                }
            }
        }
    }

    /// Whatever it is, it is read in bounded time or not at all, and its code reads again.
    #[test]
    fn any_text_is_a_unit_or_not(text in "[a-zA-Z0-9/.\\[\\]{}()*^%'µ -]{0,24}") {
        if let Some(unit) = Unit::written(&text) {
            let again = Unit::parse(unit.code()).unwrap();
            prop_assert!(again.is_same(&unit));
        }
    }

    #[test]
    fn any_text_is_a_number_or_not(text in "[-+0-9.eE]{0,16}") {
        if let Some(number) = Number::parse(&text) {
            prop_assert!(number.value().is_finite());
        }
    }
}
