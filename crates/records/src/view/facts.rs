//! Every element of a resource as labelled values.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::read::{self, CHOICE_TYPES};
use super::{ValueView, attachment};
use crate::json::{Json, Str};
use crate::references::References;

/// Most facts of one record; the source has the rest.
const MAX_FACTS: usize = 800;
/// Longest text of a fact, in characters; the source has the rest.
const MAX_TEXT: usize = 20_000;

/// One labelled value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FactView {
    /// Stable label: the element's path without positions, `dosageInstruction.text`.
    /// `value[x]` elements are written without their type: `valueQuantity` is `value`.
    pub label: String,
    /// The path with positions, unique in the record: `dosageInstruction[1].text`.
    pub path: String,
    /// The value as written.
    pub value: ValueView,
    /// True for book-keeping (identifiers, profiles, codes of codes) best folded away.
    pub technical: bool,
}

/// Every element of a resource, book-keeping last, and whether some were left out.
pub(super) fn facts(
    resource: &Json,
    source: &str,
    references: &References,
) -> (Vec<FactView>, bool) {
    let mut walk = Walk { source, references, facts: Vec::new(), cut: false };
    for (name, value) in resource.as_object().into_iter().flatten() {
        // Narrative and notes are shown for themselves.
        let elsewhere = matches!(name.as_str(), "resourceType" | "text" | "note");
        if !elsewhere || (name == "text" && value.as_str().is_some()) {
            walk.member(name, value, "", "", is_technical(name));
        }
    }
    let mut facts = walk.facts;
    facts.sort_by_key(|fact| fact.technical);
    (facts, walk.cut)
}

fn is_technical(name: &str) -> bool {
    matches!(
        name,
        "id" | "meta"
            | "identifier"
            | "extension"
            | "modifierExtension"
            | "implicitRules"
            | "language"
            | "contained"
    ) || name.starts_with('_')
}

struct Walk<'a> {
    source: &'a str,
    references: &'a References,
    facts: Vec<FactView>,
    cut: bool,
}

impl Walk<'_> {
    fn member(&mut self, name: &str, value: &Json, label: &str, path: &str, technical: bool) {
        let join = |head: &str, tail: &str| {
            if head.is_empty() { tail.to_owned() } else { format!("{head}.{tail}") }
        };
        let technical = technical || is_technical(name);
        let (base, kind) = split_choice(name);
        self.element(base, kind, value, &join(label, base), &join(path, name), technical);
    }

    fn element(
        &mut self,
        name: &str,
        kind: Option<&str>,
        value: &Json,
        label: &str,
        path: &str,
        technical: bool,
    ) {
        if self.facts.len() >= MAX_FACTS {
            self.cut = true;
            return;
        }
        if let Json::Array(items) = value {
            for (index, item) in items.iter().enumerate() {
                self.element(name, kind, item, label, &format!("{path}[{index}]"), technical);
            }
            return;
        }
        let view = match (value, kind) {
            (Json::Object(_), _) if attachment::is_attachment(name, value) => return,
            (Json::Object(_), Some(kind)) => read::typed(kind, value),
            (Json::Object(members), None) => guess(name, members, value),
            _ => read::scalar(value),
        };
        match (view, value) {
            (Some(view), _) => self.push(label, path, view, technical),
            (None, Json::Object(members)) => {
                for (inner, value) in members {
                    self.member(inner, value, label, path, technical);
                }
            }
            (None, _) => {}
        }
    }

    fn push(&mut self, label: &str, path: &str, mut view: ValueView, technical: bool) {
        match &mut view {
            ValueView::Text { text } if text.chars().count() > MAX_TEXT => {
                *text = text.chars().take(MAX_TEXT).collect();
                self.cut = true;
            }
            ValueView::Reference {
                display: display @ None,
                reference: Some(written),
                resource_type,
            } => {
                if let Some(target) = self.references.resolve(self.source, written) {
                    *display = Some(target.display.clone());
                    *resource_type = Some(target.resource_type.clone());
                }
            }
            _ => {}
        }
        self.facts.push(FactView {
            label: label.to_owned(),
            path: path.to_owned(),
            value: view,
            technical,
        });
    }
}

/// `valueQuantity` is `value` of type `Quantity`. Only known choice elements are split, so that
/// `recordedDate` stays what it is.
fn split_choice(name: &str) -> (&str, Option<&str>) {
    const BASES: [&str; 24] = [
        "value",
        "onset",
        "effective",
        "performed",
        "occurrence",
        "medication",
        "deceased",
        "multipleBirth",
        "abatement",
        "asNeeded",
        "dose",
        "rate",
        "timing",
        "serviced",
        "location",
        "product",
        "allowed",
        "used",
        "diagnosis",
        "procedure",
        "doseNumber",
        "seriesDoses",
        "detail",
        "scheduled",
    ];
    for base in BASES {
        if let Some(kind) = name.strip_prefix(base)
            && CHOICE_TYPES.contains(&kind)
        {
            return (base, Some(kind));
        }
    }
    (name, None)
}

/// The FHIR data type of an object, recognised by its members; `None` if it is a group of elements.
fn guess(name: &str, members: &[(Str, Json)], value: &Json) -> Option<ValueView> {
    let only = |allowed: &[&str]| {
        members.iter().all(|(member, _)| {
            allowed.contains(&member.as_str())
                || matches!(member.as_str(), "id" | "extension")
                || member.starts_with('_')
        })
    };
    let has = |name: &str| value.get(name).is_some();
    if only(&["coding", "text"]) && (has("coding") || has("text")) {
        return read::typed("CodeableConcept", value);
    }
    if has("reference") && only(&["reference", "type", "identifier", "display"])
        || has("display") && only(&["type", "identifier", "display"])
    {
        return Some(read::reference(value));
    }
    if (has("code") || has("display"))
        && only(&["system", "version", "code", "display", "userSelected"])
    {
        return read::typed("Coding", value);
    }
    if matches!(value.get("value"), Some(Json::Number(_)))
        && only(&["value", "comparator", "unit", "system", "code", "currency"])
        || has("unit") && only(&["comparator", "unit", "system", "code"])
    {
        return read::typed("Quantity", value);
    }
    if (has("low") || has("high")) && only(&["low", "high"]) {
        return read::typed("Range", value);
    }
    if (has("numerator") || has("denominator")) && only(&["numerator", "denominator"]) {
        return read::typed("Ratio", value);
    }
    if (has("start") || has("end")) && only(&["start", "end"]) {
        return read::typed("Period", value);
    }
    if has("origin") && has("period") && has("dimensions") {
        return read::typed("SampledData", value);
    }
    person_or_number(name, value, &only, &has).or_else(|| {
        read::absent_extension(value)
            .filter(|_| only(&[]))
            .map(|reason| ValueView::Absent { reason })
    })
}

/// Names, addresses, telephone numbers and identifiers.
fn person_or_number(
    name: &str,
    value: &Json,
    only: &dyn Fn(&[&str]) -> bool,
    has: &dyn Fn(&str) -> bool,
) -> Option<ValueView> {
    if (has("family") || has("given"))
        && only(&["use", "text", "family", "given", "prefix", "suffix", "period"])
    {
        return read::person_name(value).map(|text| ValueView::Text { text });
    }
    if (has("city") || has("line") || has("postalCode") || has("country")) && !has("resourceType") {
        let lines = value.items("line").filter_map(Json::as_str);
        let rest = ["postalCode", "city", "district", "state", "country"];
        let parts: Vec<&str> = lines.chain(rest.iter().filter_map(|f| value.text(f))).collect();
        let text = value.text("text").map_or_else(|| parts.join(", "), str::to_owned);
        return read::non_empty(&text).map(|text| ValueView::Text { text });
    }
    if name == "telecom" && has("value") {
        return value.text("value").and_then(read::non_empty).map(|text| ValueView::Text { text });
    }
    if has("value") && only(&["use", "type", "system", "value", "period", "assigner"]) {
        return read::typed("Identifier", value);
    }
    None
}
