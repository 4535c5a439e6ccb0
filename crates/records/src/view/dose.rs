//! Further lines of an item: how a medicine is taken, and terms of FHIR. What the sender wrote stays as written; what
//! there are only codes and numbers for is put into words where it is read, in the reader's language.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::QuantityView;
use super::read::{self, concept, non_empty, words};
use crate::json::Json;

/// Most parts of one dose.
const MAX_PARTS: usize = 12;

/// A line of an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(untagged)]
#[ts(export)]
pub enum Detail {
    /// As written.
    Words(String),
    /// How to take it, of which the sender gave parts and no words.
    Dose(DoseView),
    /// A code of FHIR that says how bad something is.
    Term(TermView),
}

impl From<String> for Detail {
    fn from(words: String) -> Self {
        Detail::Words(words)
    }
}

/// How to take something, part by part.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub struct DoseView {
    /// The parts, in the order in which they are said.
    #[serde(default)]
    pub dose: Vec<DosePart>,
}

/// A part of a dose. Numbers are decimal digits as written; units of time are those of UCUM.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum DosePart {
    /// As written: an amount, a way in, a time of day.
    Words {
        /// The words.
        text: String,
    },
    /// How often.
    Every {
        /// How many times within the period.
        times: String,
        /// At most so many times.
        times_to: Option<String>,
        /// Length of the period.
        period: String,
        /// Its greatest length.
        period_to: Option<String>,
        /// Unit of the period: `s`, `min`, `h`, `d`, `wk`, `mo`, `a`.
        unit: String,
    },
    /// Days of the week: `mon` to `sun`.
    Days {
        /// The days.
        #[serde(default)]
        days: Vec<String>,
    },
    /// A moment of the day, by its FHIR code (`HS`, `ACM`, …).
    When {
        /// The code.
        code: String,
    },
    /// Only if it is needed.
    AsNeeded {
        /// For what, as written.
        what: Option<String>,
    },
}

/// A code of FHIR with the element it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TermView {
    /// The element: `severity` or `criticality`.
    pub term: String,
    /// The code as written.
    pub code: String,
}

/// A term of FHIR in one of its elements.
pub(super) fn term(element: &Json, name: &str) -> Option<Detail> {
    let code = element.text(name).and_then(non_empty)?;
    Some(Detail::Term(TermView { term: name.to_owned(), code }))
}

/// How to take something, by one `Dosage`.
pub(super) fn line(dose: &Json) -> Option<Detail> {
    if let Some(words) = dose.text("text").and_then(non_empty) {
        return Some(Detail::Words(words));
    }
    let mut parts: Vec<DosePart> = amounts(dose).map(said).collect();
    parts.extend(dose.items("route").find_map(concept).map(|route| said(route.display)));
    parts.extend(dose.get("timing").into_iter().flat_map(timing));
    parts.extend(as_needed(dose));
    parts.truncate(MAX_PARTS);
    (!parts.is_empty()).then_some(Detail::Dose(DoseView { dose: parts }))
}

fn said(text: String) -> DosePart {
    DosePart::Words { text }
}

fn amounts(dose: &Json) -> impl Iterator<Item = String> + '_ {
    // Older releases had it one level higher, and without the name of its type.
    ["dose", "rate"].into_iter().filter_map(move |name| {
        let within = dose.items("doseAndRate").find_map(|rate| amount(rate, name));
        within.or_else(|| amount(dose, name))
    })
}

/// An amount or a range of amounts.
fn amount(element: &Json, name: &str) -> Option<String> {
    let get = |kind: &str| element.get(&format!("{name}{kind}"));
    let single = get("Quantity").or_else(|| get("")).and_then(read::quantity);
    if let Some(quantity) = single {
        return non_empty(&words(&quantity));
    }
    let range = get("Range")?;
    let end = |name| range.get(name).and_then(read::quantity);
    let ends: Vec<QuantityView> = [end("low"), end("high")].into_iter().flatten().collect();
    non_empty(&ends.iter().map(words).collect::<Vec<_>>().join(" – "))
}

fn timing(timing: &Json) -> Vec<DosePart> {
    if let Some(code) = timing.items("code").find_map(concept) {
        return vec![said(code.display)];
    }
    let Some(repeat) = timing.get("repeat") else { return Vec::new() };
    let digits = |name| repeat.digits(name).map(str::to_owned);
    let texts = |name| repeat.items(name).filter_map(Json::as_str).map(str::to_owned);
    let mut parts = Vec::new();
    if let (Some(period), Some(unit)) = (digits("period"), repeat.text("periodUnit")) {
        parts.push(DosePart::Every {
            times: digits("frequency").unwrap_or_else(|| "1".to_owned()),
            times_to: digits("frequencyMax"),
            period,
            period_to: digits("periodMax"),
            unit: unit.to_owned(),
        });
    }
    let days: Vec<String> = texts("dayOfWeek").collect();
    if !days.is_empty() {
        parts.push(DosePart::Days { days });
    }
    parts.extend(texts("timeOfDay").map(|time| said(time.chars().take(5).collect())));
    parts.extend(texts("when").map(|code| DosePart::When { code }));
    parts
}

fn as_needed(dose: &Json) -> Option<DosePart> {
    let what = dose.items("asNeededCodeableConcept").find_map(concept).map(|what| what.display);
    let needed = what.is_some() || dose.get("asNeededBoolean") == Some(&Json::Bool(true));
    needed.then_some(DosePart::AsNeeded { what })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn of(json: &str) -> Option<Detail> {
        line(&Json::read(json.as_bytes(), &Limits::default()).unwrap())
    }

    fn as_json(json: &str) -> String {
        serde_json::to_string(&of(json)).unwrap()
    }

    #[test]
    fn what_the_sender_wrote_stays_and_the_rest_keeps_its_parts() {
        assert_eq!(
            as_json(r#"{"text":"one at night","timing":{"repeat":{"period":1,"periodUnit":"d"}}}"#),
            r#""one at night""#
        );
        assert_eq!(
            as_json(
                r#"{"doseAndRate":[{"doseQuantity":{"value":500,"unit":"mg"}}],"route":{"text":"oral"},
                "timing":{"repeat":{"frequency":2,"period":1.5,"periodMax":2,"periodUnit":"d","when":["HS"],
                "dayOfWeek":["mon"],"timeOfDay":["08:00:00"]}},"asNeededCodeableConcept":{"text":"pain"}}"#
            ),
            concat!(
                r#"{"dose":[{"kind":"words","text":"500 mg"},{"kind":"words","text":"oral"},"#,
                r#"{"kind":"every","times":"2","timesTo":null,"period":"1.5","periodTo":"2","unit":"d"},"#,
                r#"{"kind":"days","days":["mon"]},{"kind":"words","text":"08:00"},{"kind":"when","code":"HS"},"#,
                r#"{"kind":"asNeeded","what":"pain"}]}"#
            )
        );
        assert_eq!(
            as_json(
                r#"{"doseRange":{"low":{"value":1},"high":{"value":2,"unit":"mg"}},"asNeededBoolean":true}"#
            ),
            r#"{"dose":[{"kind":"words","text":"1 – 2 mg"},{"kind":"asNeeded","what":null}]}"#
        );
        assert_eq!(of("{}"), None);
    }

    #[test]
    fn lines_that_were_stored_before_are_read() {
        let stored: Vec<Detail> =
            serde_json::from_str(r#"["500 mg",{"dose":[]},{"term":"severity","code":"mild"},{}]"#)
                .unwrap();
        assert_eq!(stored[0], Detail::Words("500 mg".to_owned()));
        assert!(matches!(&stored[2], Detail::Term(term) if term.code == "mild"), "{stored:?}");
        assert_eq!(stored[3], stored[1], "a list that is empty is left out");
    }
}
