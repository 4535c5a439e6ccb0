use proptest::prelude::*;

use super::*;
use crate::json::Json;

fn rows(text: &[u8], mapping: &CsvMapping) -> Vec<Json> {
    let parsed = read(text, mapping, &Limits::default()).unwrap();
    parsed.resources.iter().map(|resource| resource.json().unwrap()).collect()
}

fn value(json: &Json) -> String {
    let quantity = json.get("valueQuantity").unwrap();
    let unit = quantity.text("code").unwrap_or_default();
    format!("{} {unit}", quantity.digits("value").unwrap())
}

const DIARY: &str = "Date,Time,Pulse,Systolic,Diastolic,Weight (kg),Notes\n\
2020-03-13,08:30,60,120,80,71.20,\"tired, \"\"very\"\"\"\n\
2020-03-14,20:15,,,,70.9,\n";

#[test]
fn a_diary_is_understood_without_a_question() {
    let preview = preview(DIARY.as_bytes()).unwrap();
    assert_eq!(preview.questions, []);
    assert_eq!(preview.rows, 2);
    let roles: Vec<ColumnRole> = preview.guess.columns.iter().map(|column| column.role).collect();
    use ColumnRole::{Date, Measure, Note, Time};
    assert_eq!(roles, [Date, Time, Measure, Measure, Measure, Measure, Note]);
    let mut mapping = preview.guess;
    mapping.zone = Some("Europe/Berlin".to_owned());
    let found = rows(DIARY.as_bytes(), &mapping);
    assert_eq!(found.len(), 4, "pulse, weight, pressure, weight");
    assert_eq!(value(&found[0]), "60 /min");
    assert_eq!(value(&found[1]), "71.20 kg");
    assert_eq!(found[2].items("component").count(), 2);
    assert_eq!(found[0].text("effectiveDateTime"), Some("2020-03-13T08:30:00+01:00"));
    assert_eq!(found[0].items("note").next().unwrap().text("text"), Some("tired, \"very\""));
    assert!(found.iter().all(|one| crate::Category::of(one) == crate::Category::Vitals));
    // Without a zone a time is nobody's: the day stays.
    mapping.zone = None;
    assert_eq!(rows(DIARY.as_bytes(), &mapping)[0].text("effectiveDateTime"), Some("2020-03-13"));
}

#[test]
fn a_date_that_may_be_two_days_is_asked_about() {
    let open = "date;pulse\n03/04/2020;60\n05/06/2020;61\n";
    let asked = preview(open.as_bytes()).unwrap();
    assert_eq!(asked.questions, [CsvQuestion::DateOrder]);
    let mut mapping = asked.guess;
    for (order, day) in [(DateOrder::DayFirst, "2020-04-03"), (DateOrder::MonthFirst, "2020-03-04")]
    {
        mapping.date_order = Some(order);
        assert_eq!(rows(open.as_bytes(), &mapping)[0].text("effectiveDateTime"), Some(day));
    }
    // One date that can only be meant one way decides for all.
    let decided = preview(b"date;pulse\n03/04/2020;60\n25/04/2020;61\n").unwrap();
    assert_eq!(decided.guess.date_order, Some(DateOrder::DayFirst));
    assert_eq!(decided.questions, []);
    let american = preview(b"date;pulse\n03/04/2020;60\n04/25/2020;61\n").unwrap();
    assert_eq!(american.guess.date_order, Some(DateOrder::MonthFirst));
    let dots = preview(b"Datum;Puls\n03.04.2020;60\n").unwrap();
    assert_eq!(dots.questions, []);
    // Both kinds in one table: nobody can tell.
    let mixed = preview(b"date;pulse\n25/04/2020;60\n04/25/2020;61\n").unwrap();
    assert_eq!(mixed.questions, [CsvQuestion::DateOrder]);
    assert!(preview(b"date;pulse\n3/4/20;60\n").unwrap().questions.contains(&CsvQuestion::Date));
}

#[test]
fn decimal_commas_are_read_and_open_ones_asked_about() {
    let german = "Datum;Temperatur;Gewicht (kg)\n13.03.2020;36,6;71,20\n14.03.2020;37,1;1.071,2\n";
    let seen = preview(german.as_bytes()).unwrap();
    assert_eq!(seen.guess.decimal, Some(DecimalSign::Comma));
    assert_eq!(seen.questions, []);
    let found = rows(german.as_bytes(), &seen.guess);
    assert_eq!(value(&found[0]), "36.6 Cel");
    assert_eq!(value(&found[1]), "71.20 kg");
    assert_eq!(value(&found[3]), "1071.2 kg");
    let open = preview(b"date;pulse;Steps [1]\n2020-03-13;60;1,234\n").unwrap();
    assert!(open.questions.contains(&CsvQuestion::Decimal));
}

#[test]
fn a_unit_nobody_can_tell_is_asked_for_and_never_assumed() {
    let text = b"date,weight,glucose\n2020-03-13,80,5.5\n";
    let seen = preview(text).unwrap();
    assert_eq!(seen.questions, [CsvQuestion::Unit { column: 1 }]);
    assert_eq!(seen.guess.columns[2].unit.as_deref(), Some("mmol/L"));
    let mut mapping = seen.guess;
    assert_eq!(read(text, &mapping, &Limits::default()).err(), Some(ParseError::NeedsAnswer));
    mapping.columns[1].unit = Some("mg/dL".to_owned());
    assert_eq!(read(text, &mapping, &Limits::default()).err(), Some(ParseError::NeedsAnswer));
    mapping.columns[1].unit = Some("[lb_av]".to_owned());
    let found = rows(text, &mapping);
    assert_eq!(value(&found[0]), "80 [lb_av]");
    let code = found[1].get("code").unwrap().items("coding").next().unwrap().text("code");
    assert_eq!(code, Some("15074-8"), "by amount, another code than by mass");
}

#[test]
fn a_list_of_results_keeps_ranges_flags_comparators_and_words() {
    let text = "Date\tTest\tResult\tUnits\tReference Range\tFlag\n\
        2020-03-13\tHemoglobin\t13.50\tg/dL\t12-16\tN\n\
        2020-03-13\tCRP\t<5\tmg/L\t<5\t\n\
        2020-03-13\tHBsAg\tnegative\t\t\t\n\
        2020-03-13\tGlucose\t100\tfurlongs\t\t\n\
        2020-03-13\tNothing\t\tmg/L\t\t\n";
    let seen = preview(text.as_bytes()).unwrap();
    assert_eq!(seen.questions, []);
    let found = rows(text.as_bytes(), &seen.guess);
    assert_eq!(found.len(), 4);
    assert_eq!(value(&found[0]), "13.50 g/dL");
    assert_eq!(found[1].at(&["valueQuantity", "comparator"]).unwrap().as_str(), Some("<"));
    assert_eq!(found[2].text("valueString"), Some("negative"));
    assert!(found[3].get("code").unwrap().get("coding").is_none(), "no code with a wrong unit");
    assert_eq!(found[3].at(&["valueQuantity", "unit"]).unwrap().as_str(), Some("furlongs"));
    let range = found[0].items("referenceRange").next().unwrap();
    assert_eq!(range.text("text"), Some("12-16"));
}

#[test]
fn every_encoding_gives_the_same_table() {
    let text = "Datum;Größe (cm)\n13.03.2020;170\n";
    let utf16 = |big: bool| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    };
    let windows: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    let excel = [b"sep=;\r\n".as_slice(), text.as_bytes()].concat();
    for bytes in [text.as_bytes().to_vec(), marked, utf16(true), utf16(false), windows, excel] {
        let seen = preview(&bytes).unwrap();
        assert_eq!(seen.columns[1].heading, "Größe (cm)");
        assert_eq!(rows(&bytes, &seen.guess).len(), 1);
    }
}

#[test]
fn rows_that_cannot_be_read_are_kept_and_not_guessed() {
    let text = "date,pulse\n2020-03-13,60\n2020-02-30,61\nyesterday,62\n2020-03-14,sixty\n,63\n";
    let seen = preview(text.as_bytes()).unwrap();
    let mut mapping = seen.guess;
    mapping.columns[0].role = ColumnRole::Date;
    let parsed = read(text.as_bytes(), &mapping, &Limits::default()).unwrap();
    assert_eq!(parsed.resources.len(), 1);
    assert_eq!(parsed.kept_as_source.len(), 1);
    let kept = String::from_utf8(parsed.kept_as_source[0].resource.bytes.clone()).unwrap();
    for word in ["2020-02-30", "yesterday", "sixty", "63"] {
        assert!(kept.contains(word), "{kept}");
    }
}

#[test]
fn tables_without_end_are_refused() {
    let why = |bytes: &[u8]| preview(bytes).err().map(|error| error.code());
    assert_eq!(why(b""), Some("empty"));
    assert_eq!(why(b" \n\n"), Some("empty"));
    assert_eq!(why(b"a,b\0c\n"), Some("notText"));
    assert_eq!(why(b"a,\"b\n"), Some("truncated"));
    assert_eq!(why(&b",".repeat(1000)), Some("tooManyValues"));
    let long = [b"a,\"".to_vec(), b"x".repeat(50_000), b"\"\n".to_vec()].concat();
    assert_eq!(why(&long), Some("stringTooLong"));
    assert_eq!(why(&[b"a,".to_vec(), b"x".repeat(50_000)].concat()), Some("stringTooLong"));
    let endless = text::Table::open(&b"1,2\n".repeat(600_000)).unwrap();
    let refused = endless.rows().find_map(Result::err);
    assert_eq!(refused, Some(ParseError::TooManyResources { limit: MAX_ROWS }));
    for odd in ["1e400", "NaN", "∞", "--1", "1.2.3", "1,23,4"] {
        assert_eq!(numbers::amount(odd, DecimalSign::Point), None, "{odd}");
    }
}

#[test]
fn the_published_vitals_are_taken_whole_one_person_at_a_time() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/vitals/vitals.tsv");
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("skipped: no sample vitals");
        return;
    };
    let seen = preview(&bytes).unwrap();
    assert_eq!(seen.rows, 1036);
    let person = seen.guess.columns.iter().position(|c| c.role == ColumnRole::Person).unwrap();
    assert_eq!(seen.columns[person].heading, "PID");
    assert_eq!(seen.people[person].len(), 47);
    let mut mapping = seen.guess.clone();
    for question in &seen.questions {
        match question {
            CsvQuestion::Person { .. } => {}
            CsvQuestion::Unit { column } => {
                let column = &mut mapping.columns[*column as usize];
                column.unit = Some(match column.measure.as_deref() {
                    Some("weight") => "kg".to_owned(),
                    Some("height" | "headCircumference") => "cm".to_owned(),
                    other => panic!("{other:?}"),
                });
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(read(&bytes, &mapping, &Limits::default()).err(), Some(ParseError::NeedsAnswer));
    let (mut measured, mut rows, mut kept) = (0, 0, 0);
    for one in &seen.people[person] {
        mapping.person = Some(one.value.clone());
        let parsed = read(&bytes, &mapping, &Limits::default()).unwrap();
        measured += parsed.resources.len() + parsed.duplicates.len();
        kept += parsed.kept_as_source.len();
        rows += one.rows;
    }
    assert_eq!((rows, kept), (1036, 0), "every row is somebody's and every row is read");
    assert!(measured > 1036);
}

proptest! {
    #[test]
    fn any_bytes_are_a_table_or_not(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(seen) = preview(&bytes) {
            let _ = read(&bytes, &seen.guess, &Limits::default());
        }
    }

    #[test]
    fn any_words_are_a_table_or_not(text in "[0-9a-z,;.\"/: \n\t<>-]{0,200}") {
        if let Ok(seen) = preview(text.as_bytes()) {
            prop_assert_eq!(seen.columns.len(), seen.guess.columns.len());
            let _ = read(text.as_bytes(), &seen.guess, &Limits::default());
        }
    }
}

#[test]
fn where_her_name_is_not_shown_neither_is_her_row() {
    let text = "patient,date,pulse,note\nTest-Anna,2020-03-01,60,ok\n";
    let found = rows(text.as_bytes(), &preview(text.as_bytes()).unwrap().guess);
    assert!(found[0].to_compact().contains("Test-Anna"), "her own row stands with it");
    let stripped = crate::deidentify::strip(found[0].to_compact().as_bytes()).unwrap();
    assert!(!String::from_utf8(stripped.bytes).unwrap().contains("Test-Anna"));
}
