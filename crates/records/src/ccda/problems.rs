//! Problems, diagnoses and allergies.

use super::build::{self, Object, one};
use super::maker::Maker;
use super::node::{Node, at, attribute, child, children, code_of, is, related, related_as};
use super::types::{self, Texts};
use crate::json::Json;
use crate::own_words::OwnTitle;

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";
const ALLERGY_CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
const ALLERGY_VERIFICATION: &str =
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

/// Whether a statement says that something is *not* so.
pub(super) fn negated(statement: Node<'_>) -> bool {
    attribute(statement, "negationInd") == Some("true")
}

impl<'a> Maker<'a> {
    /// A concern or diagnosis act: the problems in it. `false` if there is none.
    pub(super) fn concern(&mut self, act: Node<'a>, category: &'static str) -> bool {
        let all: Vec<Node<'a>> = related(act, "observation").map(|(_, o)| o).collect();
        let mut problems: Vec<Node<'a>> = all.iter().copied().filter(|o| is(*o, "4")).collect();
        if problems.is_empty() {
            // Without the template: what is neither status, severity, prognosis nor priority.
            problems = all
                .into_iter()
                .filter(|o| !["5", "6", "8", "113", "143"].iter().any(|other| is(*o, other)))
                .filter(|o| child(*o, "value").is_some_and(types::is_coded))
                .collect();
        }
        for problem in &problems {
            self.problem(*problem, Some(act), category);
        }
        !problems.is_empty()
    }

    /// One problem.
    pub(super) fn problem(
        &mut self,
        observation: Node<'a>,
        concern: Option<Node<'a>>,
        category: &'static str,
    ) -> String {
        let time = child(observation, "effectiveTime");
        let end = time.and_then(|time| child(time, "high"));
        let stated = ["6", "28"]
            .iter()
            .find_map(|status| related_as(observation, "observation", status))
            .and_then(|status| child(status, "value"));
        let status = clinical_status(stated, end, concern);
        let severity = related_as(observation, "observation", "8")
            .and_then(|severity| types::concept(child(severity, "value")?, self));
        let (recorded, who) = types::authored(observation);
        let (concern_recorded, concern_who) = concern.map(types::authored).unwrap_or_default();
        let none = negated(observation) && code_of(observation, "value") == Some("55607006");
        let code = if none {
            // SNOMED CT: the disorder named "problem", negated, is the statement that there is none.
            let (code, words) = NO_PROBLEMS;
            Some(build::code(SNOMED, code, words))
        } else {
            child(observation, "value").map(|value| types::concept_or_absent(value, self))
        };
        let mut body = Object::new();
        // FHIR: what was ruled out has no clinical status.
        if !negated(observation) || none {
            body.set("clinicalStatus", status.map(|status| build::code(CLINICAL, status, "")));
        }
        if negated(observation) && !none {
            body.set("verificationStatus", build::code(VERIFICATION, "refuted", ""));
        }
        body.set("category", one(build::code(CATEGORY, category, "")));
        body.set("severity", severity);
        body.set("code", code.unwrap_or_else(|| types::missing("NI")));
        let sites: Vec<Json> = children(observation, "targetSiteCode")
            .filter_map(|site| types::concept(site, self))
            .collect();
        let body = body
            .list("bodySite", sites)
            .text("onsetDateTime", time.and_then(types::start))
            .text("abatementDateTime", end.and_then(types::date))
            .text("recordedDate", recorded.or(concern_recorded))
            .with("asserter", who.or(concern_who).map(|who| build::display(&who)))
            .list("note", self.notes(observation));
        self.add("Condition", observation, body)
    }

    /// An allergy concern: the allergies in it. `false` if there is none.
    pub(super) fn allergies(&mut self, act: Node<'a>) -> bool {
        let all: Vec<Node<'a>> = related(act, "observation").map(|(_, o)| o).collect();
        let mut found: Vec<Node<'a>> = all.iter().copied().filter(|o| is(*o, "7")).collect();
        if found.is_empty() {
            // Without the template: what is neither status, severity nor reaction.
            found = all
                .into_iter()
                .filter(|o| !["6", "8", "9", "28", "145"].iter().any(|other| is(*o, other)))
                .filter(|o| child(*o, "value").is_some())
                .collect();
        }
        for allergy in &found {
            self.allergy(*allergy, Some(act));
        }
        !found.is_empty()
    }

    /// One allergy.
    pub(super) fn allergy(&mut self, observation: Node<'a>, concern: Option<Node<'a>>) {
        let kind = code_of(observation, "value");
        let substance = children(observation, "participant")
            .find_map(|part| at(part, &["participantRole", "playingEntity", "code"]))
            .and_then(|code| types::concept(code, self));
        let none = negated(observation) && substance.is_none();
        let code = match (none, substance) {
            (true, _) => {
                let (code, words) = none_known(kind);
                build::code(SNOMED, code, words)
            }
            (false, Some(substance)) => substance,
            (false, None) => self.code(observation, "value"),
        };
        let time = child(observation, "effectiveTime");
        let end = time.and_then(|time| child(time, "high"));
        let stated =
            related_as(observation, "observation", "28").and_then(|status| child(status, "value"));
        let status = match clinical_status(stated, end, concern) {
            Some("recurrence" | "relapse") => Some("active"),
            Some("remission") => Some("inactive"),
            other => other,
        };
        let mut body = Object::new();
        if !negated(observation) || none {
            body.set(
                "clinicalStatus",
                status.map(|status| build::code(ALLERGY_CLINICAL, status, "")),
            );
        }
        if negated(observation) && !none {
            body.set("verificationStatus", build::code(ALLERGY_VERIFICATION, "refuted", ""));
        }
        let (kind, category) = allergy_kind(kind);
        body = body
            .text("type", kind)
            .list("category", category.map(Json::from).into_iter().collect());
        let criticality = related_as(observation, "observation", "145")
            .and_then(|criticality| code_of(criticality, "value"))
            .and_then(|code| match code {
                "CRITH" => Some("high"),
                "CRITL" => Some("low"),
                "CRITU" => Some("unable-to-assess"),
                _ => None,
            });
        let (recorded, who) = types::authored(observation);
        let body = body
            .text("criticality", criticality)
            .with("code", code)
            .text("onsetDateTime", time.and_then(types::start))
            .text("recordedDate", recorded)
            .with("asserter", who.map(|who| build::display(&who)))
            .list("note", self.notes(observation))
            .list("reaction", self.reactions(observation));
        self.add("AllergyIntolerance", observation, body);
    }

    fn reactions(&self, allergy: Node<'a>) -> Vec<Json> {
        // A severity on the allergy itself is that of its reactions where they have none.
        let general = related_as(allergy, "observation", "8");
        related(allergy, "observation")
            .filter(|(kind, reaction)| *kind == Some("MFST") || is(*reaction, "9"))
            .filter_map(|(_, reaction)| {
                let manifestation = types::concept(child(reaction, "value")?, self)?;
                let severity = related_as(reaction, "observation", "8").or(general);
                let words = severity.and_then(|s| child(s, "value"));
                let reaction_text = child(reaction, "text").and_then(|text| self.text(text));
                let entry = Object::new()
                    .list("manifestation", vec![manifestation])
                    .text("description", reaction_text)
                    .text("onset", child(reaction, "effectiveTime").and_then(types::start))
                    .text("severity", words.and_then(|w| severity_of(attribute(w, "code")?)));
                Some(entry.done())
            })
            .collect()
    }
}

const SNOMED: &str = "http://snomed.info/sct";
/// Statements that there is nothing, with the words of SNOMED CT.
const NO_PROBLEMS: (&str, &str) = ("160245001", "No current problems or disability");
const NO_ALLERGY: [(&str, &str); 4] = [
    ("716186003", "No known allergy"),
    ("409137002", "No known drug allergy"),
    ("429625007", "No known food allergy"),
    ("428607008", "No known environmental allergy"),
];

/// FHIR knows three severities of a reaction; "fatal" and the like stay in the source.
fn severity_of(code: &str) -> Option<&'static str> {
    match code {
        "255604002" => Some("mild"),
        "6736007" | "371923003" => Some("moderate"),
        "24484000" | "371924009" | "399166001" => Some("severe"),
        _ => None,
    }
}

/// The statement that there is no allergy (of a kind), as SNOMED CT has it.
fn none_known(kind: Option<&str>) -> (&'static str, &'static str) {
    let [any, medicines, food, surroundings] = NO_ALLERGY;
    match kind {
        Some("416098002" | "419511003" | "59037007") => medicines,
        Some("414285001" | "418471000" | "235719002") => food,
        Some("426232007") => surroundings,
        _ => any,
    }
}

/// The words Keyward writes beside a code.
pub(super) fn titles() -> impl Iterator<Item = OwnTitle> {
    let all = NO_ALLERGY.into_iter().chain([NO_PROBLEMS]);
    all.map(|(code, title)| OwnTitle::new(SNOMED, code, title))
}

/// Type and category of an allergy by the SNOMED CT code that C-CDA prescribes for it.
fn allergy_kind(kind: Option<&str>) -> (Option<&'static str>, Option<&'static str>) {
    match kind {
        Some("416098002") => (Some("allergy"), Some("medication")),
        Some("419511003") => (None, Some("medication")),
        Some("59037007") => (Some("intolerance"), Some("medication")),
        Some("414285001") => (Some("allergy"), Some("food")),
        Some("418471000") => (None, Some("food")),
        Some("235719002") => (Some("intolerance"), Some("food")),
        Some("426232007") => (Some("allergy"), Some("environment")),
        Some("419199007") => (Some("allergy"), None),
        _ => (None, None),
    }
}

/// What is known of the course: what a status observation says, else that an end is given (even one
/// whose date nobody knows), else whether somebody still follows it up.
fn clinical_status(
    stated: Option<Node<'_>>,
    end: Option<Node<'_>>,
    concern: Option<Node<'_>>,
) -> Option<&'static str> {
    let stated = stated.and_then(|value| attribute(value, "code")).and_then(|code| match code {
        "55561003" => Some("active"),
        "73425007" => Some("inactive"),
        "413322009" | "723506003" => Some("resolved"),
        "246455001" => Some("recurrence"),
        "263855007" => Some("relapse"),
        "277022003" => Some("remission"),
        _ => None,
    });
    let ended = || {
        end.filter(|end| {
            attribute(*end, "value").is_some() || attribute(*end, "nullFlavor") == Some("UNK")
        })
        .map(|_| "resolved")
    };
    let followed = || match concern.and_then(|act| code_of(act, "statusCode")) {
        Some("active") => Some("active"),
        Some("completed" | "suspended" | "aborted") => Some("inactive"),
        _ => None,
    };
    stated.or_else(ended).or_else(followed)
}
