use super::*;

const DOCTYPE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 13; it's unbalanced on purpose < " -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ATTLIST Record
  type CDATA #REQUIRED
<!ATTLIST Broken
]>
"#;

type All = (Vec<Json>, Vec<KeptAsSource>, Vec<PatientIdentity>);

fn all(text: &str) -> Result<All, ParseError> {
    let mut export = open(Box::new(text.as_bytes()), &Limits::default())?;
    let (mut found, mut kept) = (Vec::new(), Vec::new());
    let mut last = 0;
    while let Some(batch) = export.next_batch()? {
        assert!(batch.bytes_read >= last);
        last = batch.bytes_read;
        found.extend(batch.resources.iter().map(|resource| resource.json().unwrap()));
        kept.extend(batch.kept_as_source);
    }
    Ok((found, kept, export.patients().to_vec()))
}

fn health(records: &str) -> String {
    format!(
        "{DOCTYPE}<HealthData locale=\"en_GB\">\n<ExportDate value=\"2024-01-01 00:00:00 +0000\"/>\n{records}\n</HealthData>\n"
    )
}

fn record(kind: &str, unit: &str, value: &str, start: &str) -> String {
    format!(
        r#"<Record type="HKQuantityTypeIdentifier{kind}" sourceName="Test &amp; Watch" sourceVersion="1" unit="{unit}" creationDate="{start} +0100" startDate="{start} +0100" endDate="{start} +0100" value="{value}"/>"#
    )
}

#[test]
fn a_single_record_becomes_an_observation_that_knows_its_source() {
    let (found, kept, people) = all(&health(&format!(
        "<Me HKCharacteristicTypeIdentifierDateOfBirth=\"1961-03-14\" HKCharacteristicTypeIdentifierBiologicalSex=\"HKBiologicalSexFemale\" HKCharacteristicTypeIdentifierBloodType=\"HKBloodTypeNotSet\"/>{}",
        record("BodyMass", "kg", "71.20", "2020-03-01 08:30:00")
    )))
    .unwrap();
    assert!(kept.is_empty());
    assert_eq!(people[0].birth_date, PartialDate::parse("1961-03-14"));
    assert_eq!(people[0].sex.as_deref(), Some("female"));
    let one = &found[0];
    assert_eq!(one.text("effectiveDateTime"), Some("2020-03-01T08:30:00+01:00"));
    assert_eq!(one.at(&["valueQuantity"]).unwrap().digits("value"), Some("71.20"));
    assert_eq!(one.at(&["valueQuantity", "code"]).unwrap().as_str(), Some("kg"));
    let by = one.items("performer").next().unwrap();
    assert_eq!(by.text("display"), Some("Test & Watch"));
    assert_eq!(one.at(&["meta", "source"]).unwrap().as_str(), Some(SOURCE));
    let excerpt = one.items("extension").next().unwrap();
    assert!(excerpt.text("valueString").unwrap().contains("value=\"71.20\""));
    assert_eq!(Category::of(one), Category::Vitals);
    assert_eq!(crate::view::title_of(one), "Body weight");
}

#[test]
fn a_day_of_heart_beats_is_one_observation_with_its_spread() {
    let beats: Vec<String> = [
        ("60", "2020-03-01 08:00:00"),
        ("90", "2020-03-01 09:00:00"),
        ("75", "2020-03-01 10:00:00"),
        ("50", "2020-03-02 00:10:00"),
    ]
    .iter()
    .map(|(value, at)| record("HeartRate", "count/min", value, at))
    .collect();
    let (found, _, _) = all(&health(&beats.join("\n"))).unwrap();
    assert_eq!(found.len(), 2);
    let part = |name: &str| {
        found[0]
            .items("component")
            .find(|part| part.at(&["code"]).unwrap().text("text") == Some(name))
            .unwrap()
            .get("valueQuantity")
            .unwrap()
            .digits("value")
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        ["minimum", "maximum", "average", "count"].map(part),
        ["60", "90", "75.0", "3"].map(str::to_owned)
    );
    assert!(found[0].get("valueQuantity").is_none(), "no single measurement is claimed");
    assert!(found[0].items("note").next().unwrap().text("text").unwrap().contains("3 entries"));
    assert_eq!(
        found[0].at(&["effectivePeriod", "end"]).unwrap().as_str(),
        Some("2020-03-01T10:00:00+01:00")
    );
}

#[test]
fn steps_are_summed_by_source_and_percentages_are_percentages() {
    let watch = record("StepCount", "count", "100", "2020-03-01 08:00:00");
    let phone = watch.replace("Test &amp; Watch", "Test Phone");
    let more = record("StepCount", "count", "50", "2020-03-01 09:00:00");
    let fat = record("BodyFatPercentage", "%", "0.235", "2020-03-01 08:00:00");
    let (found, _, _) = all(&health(&[watch, phone, more, fat].join(""))).unwrap();
    let values: Vec<&str> = found
        .iter()
        .map(|one| one.get("valueQuantity").unwrap().digits("value").unwrap())
        .collect();
    assert_eq!(values, ["23.5", "150", "100"]);
    for (fraction, percent) in
        [("0.97", "97"), ("1", "100"), ("0.005", "0.5"), ("0", "0"), ("0.9", "90"), ("0.0", "0")]
    {
        assert_eq!(unit::percent(fraction), percent);
    }
}

#[test]
fn a_blood_pressure_is_one_observation_though_apple_writes_its_parts_twice() {
    let at = "2020-03-01 08:00:00";
    let parts = record("BloodPressureSystolic", "mmHg", "120", at)
        + &record("BloodPressureDiastolic", "mmHg", "80", at);
    let lone = record("BloodPressureSystolic", "mmHg", "130", "2020-04-01 08:00:00")
        + &record("BloodPressureDiastolic", "mmHg", "85", "2020-04-01 08:00:00");
    let correlation = format!(
        "<Correlation type=\"HKCorrelationTypeIdentifierBloodPressure\" sourceName=\"Test &amp; Watch\" startDate=\"{at} +0100\" endDate=\"{at} +0100\"><MetadataEntry key=\"a\" value=\"b\"/>{parts}</Correlation>"
    );
    let (found, kept, _) = all(&health(&format!("{parts}{lone}{correlation}"))).unwrap();
    assert!(kept.is_empty());
    assert_eq!(found.len(), 2);
    for one in &found {
        assert_eq!(one.items("component").count(), 2);
        assert_eq!(Category::of(one), Category::Vitals);
    }
}

#[test]
fn sleep_is_summed_by_stage_on_the_day_it_ends() {
    let stage = |value: &str, start: &str, end: &str| {
        format!(
            r#"<Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="w" startDate="{start} +0000" endDate="{end} +0000" value="HKCategoryValueSleepAnalysis{value}"/>"#
        )
    };
    let night = stage("AsleepCore", "2020-03-01 23:00:00", "2020-03-02 02:00:00")
        + &stage("AsleepREM", "2020-03-02 02:00:00", "2020-03-02 02:30:00")
        + &stage("AsleepCore", "2020-03-02 02:30:00", "2020-03-02 06:00:00")
        // Ends before it begins, and lasts for a year.
        + &stage("InBed", "2020-03-02 06:00:00", "2020-03-01 06:00:00")
        + &stage("InBed", "2020-03-02 06:00:00", "2021-03-01 06:00:00");
    let (found, kept, _) = all(&health(&night)).unwrap();
    let sleep: Vec<(&str, &str)> = found
        .iter()
        .flat_map(|one| one.items("component"))
        .map(|part| {
            let name = part.get("code").unwrap().text("text").unwrap();
            (name, part.get("valueQuantity").unwrap().digits("value").unwrap())
        })
        .collect();
    assert!(sleep.contains(&("Asleep core", "390")) && sleep.contains(&("Asleep REM", "30")));
    assert_eq!(kept.len(), 1, "two of sleep that cannot be");
    assert!(String::from_utf8_lossy(&kept[0].resource.bytes).starts_with("<!-- 2 of this kind"));
}

#[test]
fn what_is_kept_apart_is_labelled() {
    let sexual = r#"<Record type="HKCategoryTypeIdentifierSexualActivity" sourceName="w" startDate="2020-03-01 23:00:00 +0000" endDate="2020-03-01 23:00:00 +0000" value="HKCategoryValueNotApplicable"/>"#;
    let drinks = record("NumberOfAlcoholicBeverages", "count", "2", "2020-03-01 20:00:00");
    let (found, _, _) = all(&health(&format!("{sexual}{drinks}"))).unwrap();
    let kinds: Vec<Category> = found.iter().map(Category::of).collect();
    assert_eq!(kinds, [Category::SexualHealth, Category::SubstanceUse]);
}

#[test]
fn a_workout_has_its_duration_and_what_it_took() {
    let run = r#"<Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="30.5" durationUnit="min" totalDistance="5.02" totalDistanceUnit="km" totalEnergyBurned="320" totalEnergyBurnedUnit="kcal" sourceName="w" startDate="2020-03-01 07:00:00 +0000" endDate="2020-03-01 07:30:30 +0000"><WorkoutEvent type="x"/><WorkoutRoute><FileReference path="/a.gpx"/></WorkoutRoute></Workout>"#;
    let (found, kept, _) = all(&health(run)).unwrap();
    assert!(kept.is_empty());
    assert_eq!(found[0].at(&["valueCodeableConcept", "text"]).unwrap().as_str(), Some("Running"));
    assert_eq!(found[0].items("component").count(), 3);
}

#[test]
fn what_is_not_understood_is_counted_and_kept() {
    let at = "2020-03-01 08:00:00";
    let odd = record("FromTheFuture", "count", "1", at).repeat(3)
        + &record("BodyMass", "kg", "NaN", at)
        + &record("BodyMass", "kg", "1e400", at)
        + &record("BodyMass", "kg", "70", "0020-03-01 08:00:00")
        + &record("BodyMass", "kg", "70", "2020-02-30 08:00:00")
        + "<NewThing a='1'/>";
    let (found, kept, _) = all(&health(&odd)).unwrap();
    assert!(found.is_empty());
    let texts: Vec<String> =
        kept.iter().map(|one| String::from_utf8(one.resource.bytes.clone()).unwrap()).collect();
    assert_eq!(kept.len(), 3);
    assert!(texts[0].starts_with("<!-- 4 of this kind (HKQuantityTypeIdentifierBodyMass)"));
    assert!(texts[1].starts_with("<!-- 3 of this kind (HKQuantityTypeIdentifierFromTheFuture)"));
    assert!(texts[2].contains("<NewThing a='1'/>"));
}

#[test]
fn hostile_files_are_refused_with_a_reason() {
    let why = |text: &str| all(text).err().map(|error| error.code());
    assert_eq!(why(""), Some("empty"));
    assert_eq!(why("<?xml version='1.0'?>"), Some("truncated"));
    let bomb = "<!DOCTYPE HealthData [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><HealthData/>";
    assert_eq!(why(bomb), Some("entities"));
    assert_eq!(why("<HealthData><Record type=\"&a;\"/></HealthData>"), Some("entities"));
    assert_eq!(why("<HealthData><![CDATA[x]]></HealthData>"), Some("entities"));
    assert_eq!(why("<HealthData><!DOCTYPE x></HealthData>"), Some("entities"));
    assert_eq!(why("<HealthData><Me>"), Some("truncated"));
    assert_eq!(why("<HealthData><Record value=\"x"), Some("truncated"));
    assert_eq!(why("<HealthData></Record></HealthData>"), Some("damaged"));
    assert_eq!(why("<HealthData><Record a></HealthData>"), Some("damaged"));
    assert_eq!(why("\u{feff}<HealthData/>"), None);
    assert_eq!(why(&format!("<HealthData>{}", "<a>".repeat(100))), Some("tooDeep"));
    let long = format!("<HealthData><Record value=\"{}\"/>", "x".repeat(scan::MAX_TAG));
    assert_eq!(why(&long), Some("stringTooLong"));
    assert_eq!(why(&" ".repeat(2 << 20)), Some("damaged"));
    let few = Limits { max_resources: 2, ..Limits::default() };
    let many = health(&record("BodyMass", "kg", "70", "2020-03-01 08:00:00").repeat(3));
    let mut export = open(Box::new(many.as_bytes()), &few).unwrap();
    let refused = std::iter::repeat_with(|| export.next_batch()).find_map(Result::err);
    assert_eq!(refused, Some(ParseError::TooManyResources { limit: 2 }));
    let wide: Vec<u8> = "<HealthData/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = [b"\xff\xfe".to_vec(), wide].concat();
    assert!(open(Box::new(wide.as_slice()), &Limits::default()).is_err());
}

#[test]
fn comments_and_odd_chunks_change_nothing() {
    struct Drip<'a>(&'a [u8]);
    impl Read for Drip<'_> {
        fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
            let many = self.0.len().min(7).min(to.len());
            to[..many].copy_from_slice(&self.0[..many]);
            self.0 = &self.0[many..];
            Ok(many)
        }
    }
    let one = record("BodyMass", "kg", "70", "2020-03-01 08:00:00");
    let text = health(&format!("<!-- a > b -- c --><?x?>{one}<!----><!-- > -->{one}"));
    let mut export = open(Box::new(Drip(text.as_bytes())), &Limits::default()).unwrap();
    let mut many = 0;
    while let Some(batch) = export.next_batch().unwrap() {
        many += batch.resources.len();
    }
    assert_eq!(many, 2);
}

#[test]
fn where_her_name_is_not_shown_neither_is_her_watchs() {
    let at = "2020-03-01 08:00:00";
    let records = record("BodyMass", "kg", "71", at)
        + &record("HeartRate", "count/min", "60", at)
        + &record("BloodPressureSystolic", "mmHg", "120", at);
    let (found, _, _) = all(&health(&records)).unwrap();
    assert_eq!(found.len(), 3);
    for one in found {
        let stripped = crate::deidentify::strip(one.to_compact().as_bytes()).unwrap();
        let text = String::from_utf8(stripped.bytes).unwrap();
        assert!(!text.contains("Watch"), "{text}");
        assert!(text.contains("\"value\":"), "{text}");
    }
}
