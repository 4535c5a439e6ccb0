//! Recognises the same statement in another format: a result that came by a FHIR portal and again in
//! a clinical document is one result.
//!
//! The fingerprint (module `fingerprint`) compares content; this compares meaning: kind, coded
//! concept, time, value and unit, and whatever else would make two of one (site, method, dose, lot).
//! It is made to miss rather than to merge: without a code of a shared code system, without a date,
//! with anything that may turn the meaning around, there is no key, and a part that only one side
//! knows makes two. What is merged is never dropped: both records stay, one is shown, the other named.

mod care;

use sha2::{Digest, Sha256};

use crate::date::{DatePrecision, PartialDate};
use crate::json::Json;

const LOINC: &str = "http://loinc.org";
const SNOMED: &str = "http://snomed.info/sct";
const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
const CVX: &str = "http://hl7.org/fhir/sid/cvx";
const ICD10CM: &str = "http://hl7.org/fhir/sid/icd-10-cm";
const CPT: &str = "http://www.ama-assn.org/go/cpt";

/// The same for two records that say the same; `None` for a record that is never taken for another.
pub fn clinical_key(resource: &Json) -> Option<[u8; 32]> {
    let kind = resource.text("resourceType")?;
    if in_doubt(resource) {
        return None;
    }
    let mut key = Key::new(kind);
    match kind {
        "Observation" => observation(resource, &mut key)?,
        "DiagnosticReport" => report(resource, &mut key)?,
        "Condition" => condition(resource, &mut key)?,
        "AllergyIntolerance" => allergy(resource, &mut key)?,
        "MedicationStatement" | "MedicationRequest" => medicine(resource, &mut key)?,
        "Immunization" => immunization(resource, &mut key)?,
        "Procedure" => procedure(resource, &mut key)?,
        "DocumentReference" => document(resource, &mut key)?,
        "Encounter" => care::encounter(resource, &mut key)?,
        "Goal" => care::goal(resource, &mut key)?,
        "CarePlan" => care::care_plan(resource, &mut key)?,
        "FamilyMemberHistory" => care::family(resource, &mut key)?,
        "Coverage" => care::coverage(resource, &mut key)?,
        "Device" => care::device(resource, &mut key)?,
        _ => return None,
    }
    Some(key.0.finalize().into())
}

/// Parts of a key, each with its length, so that no two lists of parts run into one.
struct Key(Sha256);

impl Key {
    fn new(kind: &str) -> Key {
        let mut key = Key(Sha256::new().chain_update(b"keyward/sameness/1\n"));
        key.part(kind);
        key
    }

    fn part(&mut self, part: &str) {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
    }

    fn parts(&mut self, mut parts: Vec<String>) {
        parts.sort_unstable();
        parts.dedup();
        self.part(&parts.len().to_string());
        parts.iter().for_each(|part| self.part(part));
    }
}

/// Whether something may turn the meaning around or is not meant.
fn in_doubt(resource: &Json) -> bool {
    resource.get("modifierExtension").is_some()
        || resource.get("doNotPerform").is_some()
        || resource.text("status") == Some("entered-in-error")
        || codes(resource.get("verificationStatus"), None)
            .iter()
            .any(|code| code.ends_with("entered-in-error"))
}

/// `system|code` of a concept, of one system or of all; the order does not matter.
fn codes(concept: Option<&Json>, system: Option<&str>) -> Vec<String> {
    let mut found: Vec<String> = concept
        .into_iter()
        .flat_map(|concept| concept.items("coding"))
        .filter(|coding| system.is_none_or(|system| coding.text("system") == Some(system)))
        .filter_map(|coding| {
            Some(format!("{}|{}", coding.text("system").unwrap_or_default(), coding.text("code")?))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The codes of the first of these systems that the concept has.
fn meaning(concept: Option<&Json>, systems: &[&str]) -> Option<String> {
    systems
        .iter()
        .map(|system| codes(concept, Some(system)))
        .find(|found| !found.is_empty())
        .map(|found| found.join(" "))
}

/// A moment in UTC or a day. A period that is one moment counts as that; months and years are too
/// vague to tell two things from one.
fn time(resource: &Json, base: &str) -> Option<String> {
    if let Some(text) = resource
        .text(&format!("{base}DateTime"))
        .or_else(|| resource.text(&format!("{base}Instant")))
    {
        return moment(text);
    }
    span(resource.get(&format!("{base}Period"))?)
}

fn moment(text: &str) -> Option<String> {
    let date = PartialDate::parse(text)?;
    match date.precision() {
        DatePrecision::Instant => Some(date.sort_key()),
        DatePrecision::Day => Some(date.as_str().to_owned()),
        _ => None,
    }
}

/// A period, see [`time`].
fn span(period: &Json) -> Option<String> {
    let start = moment(period.text("start")?)?;
    match period.text("end") {
        None => Some(start),
        Some(end) => {
            let end = moment(end)?;
            Some(if end == start { start } else { format!("{start}/{end}") })
        }
    }
}

/// The day of a date, as written.
fn day(text: Option<&str>) -> Option<String> {
    let date = PartialDate::parse(text?)?;
    (date.precision() >= DatePrecision::Day).then(|| date.day_part().to_owned())
}

/// Digits without what does not change the number: `13.20` is `13.2`.
fn number(digits: &str) -> Option<String> {
    let plain = digits.strip_prefix('-').unwrap_or(digits);
    if !plain.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    if !digits.contains('.') {
        return Some(digits.to_owned());
    }
    Some(digits.trim_end_matches('0').trim_end_matches('.').to_owned())
}

fn quantity(value: &Json) -> Option<String> {
    let unit = value.text("code").or_else(|| value.text("unit")).unwrap_or_default();
    let unit = if unit == "1" { "" } else { unit.trim() };
    let comparator = value.text("comparator").unwrap_or_default();
    Some(format!("{comparator}{} {unit}", number(value.digits("value")?)?))
}

fn value(element: &Json) -> Option<String> {
    let members = element.as_object()?;
    let (name, value) = members.iter().find(|(name, _)| name.starts_with("value"))?;
    match name.as_str() {
        "valueQuantity" => quantity(value),
        "valueInteger" => match value {
            Json::Number(digits) => Some(format!("{} ", number(digits)?)),
            _ => None,
        },
        "valueCodeableConcept" => meaning(Some(value), &[SNOMED, LOINC]),
        "valueString" => words(value.as_str()?).map(|words| format!("\"{words}\"")),
        "valueBoolean" => value.as_bool().map(|yes| yes.to_string()),
        _ => None,
    }
}

/// Words with one blank between them; `None` for none.
fn words(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn observation(resource: &Json, key: &mut Key) -> Option<()> {
    if !matches!(resource.text("status"), Some("final" | "amended" | "corrected")) {
        return None;
    }
    key.part(&meaning(resource.get("code"), &[LOINC])?);
    key.part(&time(resource, "effective")?);
    let own = value(resource);
    let mut parts = Vec::new();
    for component in resource.items("component") {
        parts.push(format!("{}={}", meaning(component.get("code"), &[LOINC])?, value(component)?));
    }
    if own.is_none() && parts.is_empty() {
        return None;
    }
    key.part(&own.unwrap_or_default());
    key.parts(parts);
    for field in ["bodySite", "method"] {
        key.parts(codes(resource.get(field), None));
    }
    // How often the same is said of the same moment is up to the sender.
    Some(())
}

fn report(resource: &Json, key: &mut Key) -> Option<()> {
    key.part(&meaning(resource.get("code"), &[LOINC, SNOMED])?);
    key.part(resource.text("status")?);
    key.part(&time(resource, "effective")?);
    key.part(&resource.items("result").count().to_string());
    // A report with words or pictures of its own says more than its results.
    let own = ["conclusion", "presentedForm", "media"];
    own.iter().all(|field| resource.get(field).is_none()).then_some(())
}

fn condition(resource: &Json, key: &mut Key) -> Option<()> {
    key.part(&meaning(resource.get("code"), &[SNOMED, ICD10CM])?);
    key.part(&day(resource.text("onsetDateTime"))?);
    key.part(&day(resource.text("abatementDateTime")).unwrap_or_default());
    for field in ["clinicalStatus", "verificationStatus"] {
        let mut stated = plain_codes(resource.get(field));
        // "Confirmed" is what a record says that does not say more.
        stated.retain(|code| code != "confirmed");
        key.parts(stated);
    }
    key.parts(resource.items("category").flat_map(|c| plain_codes(Some(c))).collect());
    key.parts(resource.items("bodySite").flat_map(|site| codes(Some(site), None)).collect());
    Some(())
}

/// Codes without their systems (which senders write in several ways for FHIR's own code lists).
fn plain_codes(concept: Option<&Json>) -> Vec<String> {
    concept
        .into_iter()
        .flat_map(|concept| concept.items("coding"))
        .filter_map(|coding| coding.text("code").map(str::to_owned))
        .collect()
}

fn allergy(resource: &Json, key: &mut Key) -> Option<()> {
    key.part(&meaning(resource.get("code"), &[RXNORM, SNOMED])?);
    let since = resource.text("onsetDateTime").or_else(|| resource.text("recordedDate"));
    key.part(&day(since)?);
    for field in ["clinicalStatus", "verificationStatus"] {
        let mut stated = plain_codes(resource.get(field));
        stated.retain(|code| code != "confirmed");
        key.parts(stated);
    }
    let mut reactions = Vec::new();
    for reaction in resource.items("reaction") {
        for manifestation in reaction.items("manifestation") {
            let what = meaning(Some(manifestation), &[SNOMED])?;
            reactions.push(format!("{what} {}", reaction.text("severity").unwrap_or_default()));
        }
    }
    key.parts(reactions);
    Some(())
}

fn medicine(resource: &Json, key: &mut Key) -> Option<()> {
    key.part(&meaning(resource.get("medicationCodeableConcept"), &[RXNORM])?);
    key.part(resource.text("status")?);
    key.part(resource.text("intent").unwrap_or_default());
    let since = time(resource, "effective").or_else(|| day(resource.text("authoredOn")));
    key.part(&since?);
    let mut doses = Vec::new();
    for dosage in resource.items("dosage").chain(resource.items("dosageInstruction")) {
        let mut dose: Vec<String> = dosage
            .items("doseAndRate")
            .filter_map(|amount| quantity(amount.get("doseQuantity")?))
            .collect();
        if dose.is_empty() {
            // Without an amount only the words tell two doses apart.
            dose.push(dosage.text("text").unwrap_or_default().to_owned());
        }
        if let Some(repeat) = dosage.at(&["timing", "repeat"]) {
            dose.push(repeat.to_canonical());
        }
        doses.push(dose.join(" "));
    }
    key.parts(doses);
    Some(())
}

fn immunization(resource: &Json, key: &mut Key) -> Option<()> {
    key.part(&meaning(resource.get("vaccineCode"), &[CVX])?);
    key.part(resource.text("status")?);
    key.part(&day(resource.text("occurrenceDateTime"))?);
    key.part(&resource.text("lotNumber").unwrap_or_default().to_ascii_lowercase());
    Some(())
}

fn procedure(resource: &Json, key: &mut Key) -> Option<()> {
    key.part(&meaning(resource.get("code"), &[SNOMED, CPT])?);
    key.part(resource.text("status")?);
    key.part(&time(resource, "performed")?);
    key.parts(resource.items("bodySite").flat_map(|site| codes(Some(site), None)).collect());
    Some(())
}

/// The same bytes are the same document.
fn document(resource: &Json, key: &mut Key) -> Option<()> {
    use base64::Engine as _;
    let mut contents = resource.items("content");
    let (first, second) = (contents.next()?, contents.next());
    let mut data = first.at(&["attachment", "data"])?.as_str()?.to_owned();
    // Some senders break it into lines.
    data.retain(|c| !c.is_ascii_whitespace());
    let bytes = base64::engine::general_purpose::STANDARD.decode(data).ok()?;
    if second.is_some() || bytes.is_empty() {
        return None;
    }
    let digest = Sha256::digest(&bytes);
    key.0.update(digest);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn key(json: &str) -> Option<[u8; 32]> {
        clinical_key(&Json::read(json.as_bytes(), &Limits::default()).unwrap())
    }

    fn result(time: &str, value: &str, unit: &str, more: &str) -> Option<[u8; 32]> {
        key(&format!(
            "{{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{{\"coding\":[{{\
             \"system\":\"http://loinc.org\",\"code\":\"718-7\"}}]}},{time},\"valueQuantity\":{{\
             \"value\":{value},\"unit\":\"{unit}\"}}{more}}}"
        ))
    }

    #[test]
    fn one_result_in_two_formats_is_one() {
        let at = "\"effectiveDateTime\":\"2008-03-19T08:30:00-08:00\"";
        let first = result(at, "13.2", "g/dL", "");
        assert!(first.is_some());
        for same in [
            result("\"effectiveDateTime\":\"2008-03-19T16:30:00Z\"", "13.20", "g/dL", ""),
            result(
                "\"effectivePeriod\":{\"start\":\"2008-03-19T16:30:00Z\",\"end\":\"2008-03-19T08:30:00-08:00\"}",
                "13.2",
                "g/dL",
                ",\"interpretation\":[{\"text\":\"N\"}],\"id\":\"x\"",
            ),
        ] {
            assert_eq!(same, first);
        }
    }

    #[test]
    fn doubt_means_two() {
        let at = "\"effectiveDateTime\":\"2008-03-19T08:30:00-08:00\"";
        let first = result(at, "13.2", "g/dL", "");
        for other in [
            result("\"effectiveDateTime\":\"2008-03-19\"", "13.2", "g/dL", ""),
            result("\"effectiveDateTime\":\"2008-03-19T08:30:01-08:00\"", "13.2", "g/dL", ""),
            result(at, "13.3", "g/dL", ""),
            result(at, "13.2", "g/L", ""),
            result(at, "13.2", "g/dL", ",\"method\":{\"coding\":[{\"code\":\"x\"}]}"),
        ] {
            assert!(other.is_some() && other != first);
        }
        for never in [
            result("\"effectiveDateTime\":\"2008-03\"", "13.2", "g/dL", ""),
            result("\"issued\":\"2008-03-19T08:30:00Z\"", "13.2", "g/dL", ""),
            result(at, "13.2", "g/dL", ",\"modifierExtension\":[{\"url\":\"x\"}]"),
            key("{\"resourceType\":\"Observation\",\"status\":\"entered-in-error\"}"),
            key("{\"resourceType\":\"Patient\"}"),
        ] {
            assert_eq!(never, None);
        }
    }

    #[test]
    fn two_doses_of_one_medicine_are_two_and_a_denied_problem_is_another() {
        let medicine = |dose: &str| {
            key(&format!(
                "{{\"resourceType\":\"MedicationStatement\",\"status\":\"active\",\
                 \"medicationCodeableConcept\":{{\"coding\":[{{\"system\":\"{RXNORM}\",\"code\":\"1\"}}]}},\
                 \"effectivePeriod\":{{\"start\":\"2020-01-01\"}},\"dosage\":[{{\"doseAndRate\":[{{\
                 \"doseQuantity\":{{\"value\":{dose},\"unit\":\"mg\"}}}}]}}]}}"
            ))
        };
        assert!(medicine("5").is_some());
        assert_ne!(medicine("5"), medicine("10"));
        let problem = |status: &str| {
            key(&format!(
                "{{\"resourceType\":\"Condition\",\"code\":{{\"coding\":[{{\"system\":\"{SNOMED}\",\
                 \"code\":\"1\"}}]}},\"onsetDateTime\":\"2020-01-01\",\"verificationStatus\":\
                 {{\"coding\":[{{\"code\":\"{status}\"}}]}}}}"
            ))
        };
        assert!(problem("confirmed").is_some());
        assert_ne!(problem("confirmed"), problem("refuted"));
    }
}
