//! Random damage to Apple Health exports and tables, for as long as `KEYWARD_FUZZ_SECONDS` says (2 by
//! default), on stable Rust. The same seed makes the same damage again.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "this is test code: says what was tried"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use keyward_records::units::{Number, Series, Unit};
use keyward_records::view::QuantityView;
use keyward_records::{Format, Limits, csv, open};
use keyward_testkit::{HealthExport, seeded};
use rand::RngExt as _;

fn run(name: &str, once: impl Fn(u64)) {
    let seconds = std::env::var("KEYWARD_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(2));
    let mut seed = 0;
    while Instant::now() < until {
        assert!(
            catch_unwind(AssertUnwindSafe(|| once(seed))).is_ok(),
            "{name} fails with seed {seed}"
        );
        seed += 1;
    }
    eprintln!("{name}: {seed} inputs");
}

fn damage(bytes: &mut Vec<u8>, tokens: &[&[u8]], seed: u64) {
    let mut rng = seeded(seed);
    for _ in 0..rng.random_range(1..10) {
        let at = rng.random_range(0..bytes.len().max(1)).min(bytes.len());
        let end = (at + rng.random_range(0..48)).min(bytes.len());
        match rng.random_range(0..5) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            2 => bytes.truncate(at.max(1)),
            3 => {
                let token = tokens[rng.random_range(0..tokens.len())];
                bytes.splice(at..end.min(at + 1), token.iter().copied());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = rng.random();
                }
            }
        }
    }
}

#[test]
fn fuzz_damaged_exports_never_panic_and_end() {
    const TOKENS: [&[u8]; 12] = [
        b"<",
        b">",
        b"\"",
        b"/>",
        b"</Record>",
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"&lt;",
        b"&x;",
        b"value=\"NaN\"",
        b"startDate=\"9999-99-99 99:99:99 +9999\"",
    ];
    run("apple", |seed| {
        let mut bytes = HealthExport::new(seed % 16, 4000).to_vec();
        damage(&mut bytes, &TOKENS, seed);
        let limits = Limits { max_resources: 5000, ..Limits::default() };
        let Ok(mut batches) = open(Format::AppleHealth, Box::new(bytes.as_slice()), &limits) else {
            return;
        };
        let mut last = 0;
        while let Ok(Some(batch)) = batches.next_batch() {
            assert!(batch.bytes_read >= last && batch.bytes_read <= bytes.len() as u64);
            last = batch.bytes_read;
            assert!(batch.resources.iter().all(|resource| resource.json().is_some()));
        }
    });
}

#[test]
fn fuzz_damaged_tables_never_panic() {
    const TABLE: &str = "patient;date;time;weight (kg);systolic;diastolic;note\n\
        A;03/04/2020;8:30 pm;70,5;120;80;\"a;b\"\nB;13.04.2020;;<71;1.234,5;;\n";
    const TOKENS: [&[u8]; 12] = [
        b";",
        b",",
        b"\t",
        b"\"",
        b"\n",
        b"\r",
        b"1e400",
        b"NaN",
        b"00/00/0000",
        b"\xff\xfe",
        b"99:99",
        b"\xe2\x88\x92",
    ];
    run("csv", |seed| {
        let mut bytes = TABLE.as_bytes().to_vec();
        damage(&mut bytes, &TOKENS, seed);
        let Ok(preview) = csv::preview(&bytes) else { return };
        assert_eq!(preview.columns.len(), preview.guess.columns.len());
        let mut mapping = preview.guess;
        mapping.date_order = mapping.date_order.or(Some(csv::DateOrder::DayFirst));
        mapping.decimal = mapping.decimal.or(Some(csv::DecimalSign::Comma));
        mapping.person = mapping.person.or(Some("A".to_owned()));
        mapping.zone = Some("Europe/Berlin".to_owned());
        if let Ok(parsed) = csv::read(&bytes, &mapping, &Limits::default()) {
            assert!(parsed.resources.iter().all(|resource| resource.json().is_some()));
        }
    });
}

#[test]
fn fuzz_any_quantity_converts_to_something_finite_or_nothing() {
    const PARTS: [&str; 20] = [
        "m", "g", "/", ".", "d", "L", "mol", "10*", "[", "]", "{", "}", "(", ")", "-", "9", "u",
        "%", "Cel", "[degF]",
    ];
    run("units", |seed| {
        let mut rng = seeded(seed);
        let unit: String =
            (0..rng.random_range(1..8)).map(|_| PARTS[rng.random_range(0..PARTS.len())]).collect();
        let number: String = (0..rng.random_range(1..12))
            .map(|_| char::from(b"0123456789.-+eE"[rng.random_range(0..15)]))
            .collect();
        if let Some(number) = Number::parse(&number) {
            assert!(number.value().is_finite());
        }
        if let Some(unit) = Unit::written(&unit) {
            assert!(Unit::parse(unit.code()).is_some());
        }
        let quantity = QuantityView {
            value: Some(number),
            comparator: None,
            unit: Some(unit),
            code: None,
            system: None,
        };
        for (to, code) in [("mg/dL", "2345-7"), ("%", "4548-4"), ("Cel", "8310-5")] {
            let series = Series::in_unit(to, Some(code)).unwrap();
            let converted = series.convert(&quantity);
            assert!(converted.is_none_or(|converted| converted.value.is_finite()));
        }
    });
}
