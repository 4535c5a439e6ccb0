//! Visits, goals, plans, relatives, insurance and devices.

use super::{CPT, ICD10CM, Key, LOINC, RXNORM, SNOMED, codes, day, meaning, plain_codes, quantity};
use super::{span, words};
use crate::date::{DatePrecision, PartialDate};
use crate::json::Json;

/// Nobody is at two visits of one kind that begin at the same moment; on the same day somebody may be.
pub(super) fn encounter(resource: &Json, key: &mut Key) -> Option<()> {
    key.part(resource.text("status")?);
    let mut kinds = resource.items("type");
    let kind = meaning(kinds.next(), &[SNOMED, CPT])?;
    if kinds.next().is_some() {
        return None;
    }
    key.part(&kind);
    let start = resource.at(&["period", "start"])?.as_str()?;
    if PartialDate::parse(start)?.precision() != DatePrecision::Instant {
        return None;
    }
    key.part(&span(resource.get("period")?)?);
    Some(())
}

/// A goal is its words, or its code, with what is to be reached, from a day on.
pub(super) fn goal(resource: &Json, key: &mut Key) -> Option<()> {
    key.part(resource.text("lifecycleStatus")?);
    key.part(&said(resource.get("description")?)?);
    key.part(&day(resource.text("startDate"))?);
    let mut targets = Vec::new();
    for target in resource.items("target") {
        let measure = match target.get("measure") {
            Some(measure) => meaning(Some(measure), &[LOINC, SNOMED])?,
            None => String::new(),
        };
        let due = target.text("dueDate").unwrap_or_default();
        targets.push(format!("{measure} {} {due}", detail(target)?));
    }
    key.parts(targets);
    Some(())
}

/// What is to be reached; `None` if it cannot be compared.
fn detail(target: &Json) -> Option<String> {
    let known = ["measure", "dueDate", "detailQuantity", "detailString", "detailCodeableConcept"];
    if target.as_object()?.iter().any(|(name, _)| !known.contains(&name.as_str())) {
        return None;
    }
    let mut details = Vec::new();
    if let Some(value) = target.get("detailQuantity") {
        details.push(quantity(value)?);
    }
    if let Some(value) = target.get("detailCodeableConcept") {
        details.push(said(value)?);
    }
    if let Some(value) = target.text("detailString") {
        details.push(words(value)?);
    }
    Some(details.join(" "))
}

/// A plan is what is to be done in it. A plan that only refers to that cannot be compared.
pub(super) fn care_plan(resource: &Json, key: &mut Key) -> Option<()> {
    key.part(resource.text("status")?);
    key.part(resource.text("intent")?);
    let mut kinds = Vec::new();
    for kind in resource.items("category") {
        kinds.push(meaning(Some(kind), &[SNOMED])?);
    }
    if kinds.is_empty() {
        return None;
    }
    key.parts(kinds);
    key.part(&span(resource.get("period")?)?);
    for field in ["title", "description"] {
        key.part(&resource.text(field).and_then(words).unwrap_or_default());
    }
    let mut activities = Vec::new();
    for activity in resource.items("activity") {
        let detail = activity.get("detail")?;
        let prohibited = detail.get("doNotPerform").is_some();
        if prohibited || activity.get("reference").is_some() {
            return None;
        }
        let status = detail.text("status")?;
        let place = detail.at(&["location", "display"]).and_then(Json::as_str).unwrap_or_default();
        let more = detail.text("description").unwrap_or_default();
        activities.push(format!("{} {status} {place} {more}", said(detail.get("code")?)?));
    }
    if activities.is_empty() {
        return None;
    }
    key.parts(activities);
    // What they are about is told by reference: how many there are has to do.
    for field in ["addresses", "goal"] {
        key.part(&resource.items(field).count().to_string());
    }
    Some(())
}

/// Relatives of whom everybody has one.
const ONE_OF_A_KIND: [&str; 8] =
    ["MTH", "FTH", "NMTH", "NFTH", "MGRMTH", "MGRFTH", "PGRMTH", "PGRFTH"];

/// Two brothers may have the same illness: without a name or a birthday only a relative of whom there is one is known again.
pub(super) fn family(resource: &Json, key: &mut Key) -> Option<()> {
    key.part(resource.text("status")?);
    let who = plain_codes(resource.get("relationship"));
    let name = resource.text("name").and_then(words).unwrap_or_default().to_lowercase();
    let born = ["bornDate", "bornString"].iter().find_map(|field| resource.text(field));
    let one = who.iter().any(|code| ONE_OF_A_KIND.contains(&code.as_str()));
    if who.is_empty() || (!one && name.is_empty() && day(born).is_none()) {
        return None;
    }
    key.parts(who);
    key.part(&name);
    key.part(born.unwrap_or_default());
    key.part(&died(resource)?);
    let mut illnesses = Vec::new();
    for condition in resource.items("condition") {
        let onset = match condition.get("onsetAge") {
            Some(age) => quantity(age)?,
            None => condition.text("onsetString").unwrap_or_default().to_owned(),
        };
        if condition.get("onsetRange").is_some() || condition.get("onsetPeriod").is_some() {
            return None;
        }
        let what = meaning(condition.get("code"), &[SNOMED, ICD10CM])?;
        let outcome = codes(condition.get("outcome"), None).join(" ");
        illnesses.push(format!("{what} {onset} {outcome}"));
    }
    if illnesses.is_empty() {
        return None;
    }
    key.parts(illnesses);
    key.parts(resource.items("note").filter_map(|note| words(note.text("text")?)).collect());
    Some(())
}

/// Whether and when a relative died; `None` if it cannot be compared.
fn died(resource: &Json) -> Option<String> {
    if let Some(dead) = resource.get("deceasedBoolean") {
        return Some(dead.as_bool()?.to_string());
    }
    if let Some(age) = resource.get("deceasedAge") {
        return quantity(age);
    }
    if resource.get("deceasedRange").is_some() {
        return None;
    }
    let when = resource.text("deceasedDate").or_else(|| resource.text("deceasedString"));
    Some(when.unwrap_or_default().to_owned())
}

/// A policy is its member number with who pays, for a time.
pub(super) fn coverage(resource: &Json, key: &mut Key) -> Option<()> {
    key.part(resource.text("status")?);
    key.part(&words(resource.text("subscriberId")?)?.to_lowercase());
    let mut payers = Vec::new();
    for payer in resource.items("payor") {
        payers.push(words(payer.text("display")?)?.to_lowercase());
    }
    if payers.is_empty() {
        return None;
    }
    key.parts(payers);
    key.parts(plain_codes(resource.get("type")));
    key.parts(plain_codes(resource.get("relationship")));
    key.part(resource.text("dependent").unwrap_or_default());
    let period = |end: &str| resource.at(&["period", end]).and_then(Json::as_str);
    for end in ["start", "end"] {
        key.part(&match period(end) {
            Some(date) => day(Some(date))?,
            None => String::new(),
        });
    }
    let mut classes = Vec::new();
    for class in resource.items("class") {
        classes.push(format!(
            "{} {}",
            plain_codes(class.get("type")).join(" "),
            class.text("value")?
        ));
    }
    key.parts(classes);
    Some(())
}

/// One device is known by its serial number, with what says whose serial numbers they are. Many are of one model or lot.
pub(super) fn device(resource: &Json, key: &mut Key) -> Option<()> {
    key.part(&words(resource.text("serialNumber")?)?);
    let mut carriers = resource.items("udiCarrier");
    let kind = carriers.find_map(|carrier| carrier.text("deviceIdentifier"));
    match (kind, resource.text("manufacturer"), resource.text("modelNumber")) {
        (Some(kind), ..) => key.part(kind),
        (None, Some(maker), Some(model)) => {
            key.part(&words(maker)?.to_lowercase());
            key.part(&words(model)?.to_lowercase());
        }
        _ => return None,
    }
    key.part(resource.text("status").unwrap_or_default());
    Some(())
}

/// A concept by its code, else by its words.
fn said(concept: &Json) -> Option<String> {
    meaning(Some(concept), &[SNOMED, LOINC, RXNORM, CPT])
        .or_else(|| words(concept.text("text")?).map(|text| format!("\"{text}\"")))
}

#[cfg(test)]
mod tests {
    use crate::json::Json;
    use crate::limits::Limits;

    fn key(json: &str) -> Option<[u8; 32]> {
        super::super::clinical_key(&Json::read(json.as_bytes(), &Limits::default()).unwrap())
    }

    /// A resource of which each of `others` is another one, and of which none of `never` has a key.
    fn check(whole: &str, same: &[(&str, &str)], others: &[(&str, &str)], never: &[(&str, &str)]) {
        let first = key(whole);
        assert!(first.is_some(), "{whole}");
        let changed = |(from, to): &(&str, &str)| {
            assert!(whole.contains(from), "{from}");
            key(&whole.replace(from, to))
        };
        for change in same {
            assert_eq!(changed(change), first, "{change:?}");
        }
        for change in others {
            let other = changed(change);
            assert!(other.is_some() && other != first, "{change:?}");
        }
        for change in never {
            assert_eq!(changed(change), None, "{change:?}");
        }
    }

    #[test]
    fn a_visit_is_known_by_its_kind_and_its_moment() {
        check(
            r#"{"resourceType":"Encounter","id":"a","status":"finished","class":{"code":"AMB"},
                "type":[{"coding":[{"system":"http://snomed.info/sct","code":"185349003"}]}],
                "period":{"start":"2020-01-02T09:00:00+01:00","end":"2020-01-02T09:30:00+01:00"}}"#,
            &[
                (r#""AMB""#, r#""UNK""#),
                ("2020-01-02T09:00:00+01:00", "2020-01-02T08:00:00Z"),
                (r#""id":"a""#, r#""id":"b""#),
            ],
            &[
                ("09:00:00", "09:00:01"),
                ("09:30:00", "10:30:00"),
                ("185349003", "1"),
                ("finished", "cancelled"),
            ],
            &[
                ("2020-01-02T09:00:00+01:00", "2020-01-02"),
                ("snomed", "example"),
                ("finished", "entered-in-error"),
                (r#"[{"coding""#, r#"[{"text":"x"},{"coding""#),
            ],
        );
    }

    #[test]
    fn a_goal_is_what_is_to_be_reached() {
        check(
            r#"{"resourceType":"Goal","lifecycleStatus":"active","description":{"text":"Walk  more"},"startDate":"2020-01-02",
                "target":[{"measure":{"coding":[{"system":"http://loinc.org","code":"1"}]},"dueDate":"2021-01-01",
                "detailQuantity":{"value":10.0,"unit":"km"}}]}"#,
            &[("Walk  more", "Walk more"), ("10.0", "10")],
            &[
                ("Walk", "Run"),
                ("10.0", "11"),
                ("2020-01-02", "2020-01-03"),
                ("2021-01-01", "2021-02-01"),
                ("active", "completed"),
            ],
            &[
                ("2020-01-02", "2020"),
                ("detailQuantity", "detailRange"),
                (r#""text":"Walk  more""#, r#""x":1"#),
            ],
        );
    }

    #[test]
    fn a_plan_is_what_is_done_in_it() {
        check(
            r#"{"resourceType":"CarePlan","status":"active","intent":"order","period":{"start":"2020-01-02"},
                "category":[{"coding":[{"system":"http://snomed.info/sct","code":"1"}]}],"addresses":[{"reference":"Condition/1"}],
                "activity":[{"detail":{"status":"in-progress","code":{"coding":[{"system":"http://snomed.info/sct","code":"2"}]}}}]}"#,
            &[("Condition/1", "Condition/2")],
            &[
                ("in-progress", "completed"),
                (r#""2""#, r#""3""#),
                ("2020-01-02", "2020-01-03"),
                (r#"{"reference":"Condition/1"}"#, "{},{}"),
            ],
            &[
                (r#"{"detail""#, r#"{"reference":{},"detail""#),
                (r#""status":"in-progress""#, r#""doNotPerform":true,"status":"in-progress""#),
                (r#""activity""#, r#""other""#),
                ("2020-01-02", "2020"),
            ],
        );
    }

    #[test]
    fn brothers_are_told_apart_and_a_mother_is_one() {
        let mother = r#"{"resourceType":"FamilyMemberHistory","status":"completed","relationship":{"coding":[{"code":"MTH"}]},
            "condition":[{"code":{"coding":[{"system":"http://snomed.info/sct","code":"1"}]},"onsetAge":{"value":50,"unit":"a"}}]}"#;
        check(
            mother,
            &[(r#""code":"MTH""#, r#""code":"MTH","display":"mother""#)],
            &[
                ("MTH", "FTH"),
                ("50", "51"),
                (r#""code":"1""#, r#""code":"2""#),
                (r#""condition""#, r#""deceasedBoolean":true,"condition""#),
            ],
            &[
                ("MTH", "BRO"),
                ("snomed", "example"),
                (r#""condition""#, r#""deceasedRange":{},"condition""#),
            ],
        );
        let brother = mother
            .replace("MTH", "BRO")
            .replace(r#""condition""#, r#""name":"Test-Bert","condition""#);
        check(
            &brother,
            &[("Test-Bert", "TEST-BERT")],
            &[("Test-Bert", "Test-Carl")],
            &[("Test-Bert", " ")],
        );
    }

    #[test]
    fn a_policy_is_its_number_with_who_pays() {
        check(
            r#"{"resourceType":"Coverage","status":"active","subscriberId":"A1","payor":[{"display":"Sample Health"}],
                "period":{"start":"2020-01-01"},"class":[{"type":{"coding":[{"code":"group"}]},"value":"7"}]}"#,
            &[("Sample Health", "SAMPLE health"), ("A1", "a1")],
            &[
                ("A1", "A2"),
                ("Sample", "Other"),
                ("2020-01-01", "2021-01-01"),
                (r#""7""#, r#""8""#),
                ("active", "cancelled"),
            ],
            &[("display", "reference"), ("subscriberId", "x"), ("2020-01-01", "2020")],
        );
    }

    #[test]
    fn a_device_is_known_by_its_serial_number_only() {
        check(
            r#"{"resourceType":"Device","serialNumber":"S1","udiCarrier":[{"deviceIdentifier":"123"}],"status":"active"}"#,
            &[],
            &[("S1", "S2"), ("123", "124"), ("active", "inactive")],
            &[("serialNumber", "lotNumber"), (r#""udiCarrier""#, r#""x""#)],
        );
        check(
            r#"{"resourceType":"Device","serialNumber":"S1","manufacturer":"Sample","modelNumber":"M"}"#,
            &[("Sample", "SAMPLE")],
            &[("Sample", "Other"), (r#""M""#, r#""N""#)],
            &[("modelNumber", "x")],
        );
    }
}
