//! Tables and units: never a panic, what is made is read again, conversions stay finite.
#![no_main]

use keyward_records::units::{Number, Series, Unit};
use keyward_records::view::QuantityView;
use keyward_records::{Limits, csv};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(preview) = csv::preview(bytes) {
        assert_eq!(preview.columns.len(), preview.guess.columns.len());
        if let Ok(parsed) = csv::read(bytes, &preview.guess, &Limits::default()) {
            assert!(parsed.resources.iter().all(|resource| resource.json().is_some()));
        }
    }
    let text = String::from_utf8_lossy(bytes);
    let (number, unit) = text.split_once(' ').unwrap_or((&text, ""));
    if let Some(number) = Number::parse(number) {
        assert!(number.value().is_finite());
    }
    if let Some(unit) = Unit::written(unit) {
        assert!(Unit::parse(unit.code()).is_some());
    }
    let quantity = QuantityView {
        value: Some(number.to_owned()),
        comparator: None,
        unit: Some(unit.to_owned()),
        code: None,
        system: None,
    };
    for (to, code) in [("mg/dL", "2345-7"), ("%", "4548-4"), ("Cel", "8310-5"), ("meq/L", "2823-3")] {
        let converted = Series::in_unit(to, Some(code)).and_then(|series| series.convert(&quantity));
        assert!(converted.is_none_or(|converted| converted.value.is_finite()));
    }
});
