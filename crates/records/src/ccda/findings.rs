//! Results, vital signs, social history and functional status: observations alone and in groups.

use super::build::{self, Object, one};
use super::codes::Section;
use super::maker::Maker;
use super::node::{Node, attribute, child, children, code_of, is, null_flavor};
use super::problems::negated;
use super::types;
use super::{NEGATED_URL, NO_HISTORY, codes, node};
use crate::json::Json;
use crate::own_words::OwnTitle;

/// Templates of statements about tobacco, and the question each answers.
const TOBACCO: [(&str, &str, &str); 2] =
    [("78", "72166-2", "Tobacco smoking status"), ("85", "11367-0", "History of tobacco use")];
const LOINC: &str = "http://loinc.org";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";

impl<'a> Maker<'a> {
    /// A group of observations: laboratory ones become a report, others stand for themselves.
    pub(super) fn group(&mut self, organizer: Node<'a>) {
        let mut members: Vec<String> = Vec::new();
        for component in children(organizer, "component") {
            for observation in children(component, "observation") {
                members.push(self.observation(observation, Some(organizer)));
            }
            for inner in children(component, "organizer") {
                self.group(inner);
            }
            for other in ["procedure", "act", "supply", "substanceAdministration", "encounter"] {
                for statement in children(component, other) {
                    self.statement(statement);
                }
            }
        }
        if self.section != Section::Results && !is(organizer, "1") {
            return;
        }
        let status = status_of(organizer);
        let references: Vec<Json> =
            members.iter().map(|id| build::reference("Observation", id)).collect();
        let category =
            build::code("http://terminology.hl7.org/CodeSystem/v2-0074", "LAB", "Laboratory");
        let mut body = Object::new()
            .text("status", Some(status))
            .with("category", one(category))
            .with("code", self.code(organizer, "code"));
        // A group seldom says when; its first finding does.
        let time = child(organizer, "effectiveTime").or_else(|| {
            children(organizer, "component")
                .find_map(|component| node::at(component, &["observation", "effectiveTime"]))
        });
        if let Some((name, value)) = time.and_then(|time| types::when(time, "effective")) {
            body.set(&name, value);
        }
        let who = children(organizer, "performer")
            .find_map(types::person)
            .or_else(|| types::authored(organizer).1);
        let body = body
            .with("performer", who.map(|who| one(build::display(&who))))
            .list("result", references);
        self.add("DiagnosticReport", organizer, body);
    }

    /// One observation; `group` is what it stands in.
    pub(super) fn observation(&mut self, observation: Node<'a>, group: Option<Node<'a>>) -> String {
        let category = match self.section {
            Section::Vitals => "vital-signs",
            Section::Social => "social-history",
            Section::Results => "laboratory",
            Section::Procedures => "procedure",
            _ => "survey",
        };
        let category = if is(observation, "27") { "vital-signs" } else { category };
        let mut body = Object::new();
        if negated(observation) {
            // Said not to be so: whoever reads on must not miss that.
            body.set("modifierExtension", one(not_so()));
        }
        body.set("status", Json::from(status_of(observation)));
        body.set("category", one(build::code(CATEGORY, category, "")));
        body.set("code", self.meaning(observation));
        let time = child(observation, "effectiveTime")
            .or_else(|| group.and_then(|group| child(group, "effectiveTime")));
        if let Some((name, value)) = time.and_then(|time| types::when(time, "effective")) {
            body.set(&name, value);
        }
        let who = children(observation, "performer")
            .find_map(types::person)
            .or_else(|| types::authored(observation).1);
        body.set("performer", who.map(|who| one(build::display(&who))));
        self.value(observation, &mut body);
        let body = body
            .list("interpretation", types::interpretations(observation, self))
            .list("note", self.notes(observation))
            .with(
                "bodySite",
                children(observation, "targetSiteCode").find_map(|s| types::concept(s, self)),
            )
            .with(
                "method",
                children(observation, "methodCode").find_map(|m| types::concept(m, self)),
            )
            .list("referenceRange", types::ranges(observation, self));
        self.add("Observation", observation, body)
    }

    fn value(&self, observation: Node<'a>, body: &mut Object) {
        let mut values = children(observation, "value");
        let Some(given) = values.next() else { return };
        match types::value(given, self) {
            Some((kind, value)) => body.set(&format!("value{kind}"), value),
            None => {
                let reason = codes::absent(null_flavor(given).unwrap_or("NI"));
                let system = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
                body.set("dataAbsentReason", build::code(system, reason, ""));
            }
        }
        // Further values stand as components of the same meaning.
        let more: Vec<Json> = values
            .filter_map(|given| {
                let (kind, value) = types::value(given, self)?;
                let part = Object::new().with("code", self.meaning(observation));
                Some(part.with(&format!("value{kind}"), value).done())
            })
            .collect();
        body.set("component", (!more.is_empty()).then_some(Json::Array(more)));
    }

    /// What was observed. Older templates put the bare word "assertion" there; which question that
    /// answers is said by the template.
    fn meaning(&self, observation: Node<'a>) -> Json {
        let asserts = code_of(observation, "code") == Some("ASSERTION");
        let known = TOBACCO.iter().find(|(template, ..)| is(observation, template));
        if asserts && let Some((_, code, words)) = known {
            return build::code(LOINC, code, words);
        }
        let concept = self.code(observation, "code");
        match (words_of(&concept), known, concept) {
            // A bare number is no name; these two are known by their template.
            (None, Some((_, _, words)), Json::Object(mut members)) => {
                members.push(("text".into(), Json::from(*words)));
                Json::Object(members)
            }
            (_, _, concept) => concept,
        }
    }

    /// An advance directive.
    pub(super) fn directive(&mut self, observation: Node<'a>) {
        let words = words_of;
        let what = self.code(observation, "code");
        let answer = child(observation, "value").and_then(|value| types::value(value, self));
        let said = match &answer {
            Some(("CodeableConcept", concept)) => words(concept),
            Some((_, Json::String(text))) => Some(text.to_string()),
            _ => None,
        };
        let title: Vec<String> = [words(&what), said].into_iter().flatten().collect();
        let Json::Object(mut kind) = what else { return };
        kind.retain(|(name, _)| name != "text");
        if !title.is_empty() {
            kind.push(("text".into(), Json::from(title.join(": "))));
        }
        let mut categories = vec![Json::Object(kind)];
        categories.push(build::code(
            "http://terminology.hl7.org/CodeSystem/consentcategorycodes",
            "acd",
            "Advance Directive",
        ));
        let status = match code_of(observation, "statusCode") {
            Some("completed" | "active") => "active",
            Some("aborted" | "cancelled" | "obsolete") => "inactive",
            Some("nullified") => "entered-in-error",
            _ => "active",
        };
        let time = child(observation, "effectiveTime");
        let codes: Vec<Json> = match answer {
            Some(("CodeableConcept", concept)) => vec![concept],
            _ => Vec::new(),
        };
        let provision =
            Object::new().with("period", time.and_then(types::period)).list("code", codes).some();
        let body = Object::new()
            .text("status", Some(status))
            .with(
                "scope",
                build::code("http://terminology.hl7.org/CodeSystem/consentscope", "adr", ""),
            )
            .list("category", categories)
            .text("dateTime", time.and_then(types::start))
            .with("provision", provision);
        self.add("Consent", observation, body);
    }

    /// Illnesses of one relative.
    pub(super) fn family(&mut self, organizer: Node<'a>) {
        let subject = node::at(organizer, &["subject", "relatedSubject"]);
        let person = subject.and_then(|subject| child(subject, "subject"));
        let relationship =
            subject.map_or_else(|| types::missing("NI"), |subject| self.code(subject, "code"));
        let sex = person.and_then(|person| code_of(person, "administrativeGenderCode"));
        let sex = sex
            .and_then(super::header::gender)
            .map(|sex| build::code("http://hl7.org/fhir/administrative-gender", sex, ""));
        let conditions: Vec<Json> = children(organizer, "component")
            .flat_map(|component| children(component, "observation"))
            .filter(|observation| !negated(*observation))
            .filter_map(|observation| self.relatives_condition(observation))
            .collect();
        let none: Vec<Json> = children(organizer, "component")
            .flat_map(|component| children(component, "observation"))
            .filter(|observation| negated(*observation))
            .filter_map(|observation| {
                let what = types::concept(child(observation, "value")?, self)?;
                let words = what
                    .text("text")
                    .or_else(|| what.items("coding").find_map(|coding| coding.text("display")))?;
                let note = Object::new().with("extension", one(not_so()));
                Some(note.text("text", Some(format!("{NO_HISTORY}{words}"))).done())
            })
            .collect();
        let mut body = Object::new()
            .text("status", Some("completed"))
            .with("relationship", relationship)
            .with("sex", sex)
            .text(
                "bornDate",
                person
                    .and_then(|person| child(person, "birthTime"))
                    .and_then(types::date)
                    .map(|date| date.chars().take(10).collect::<String>()),
            );
        if let Some((name, value)) = person.and_then(types::death) {
            let name = if name == "deceasedDateTime" { "deceasedDate" } else { name };
            body.set(name, value);
        }
        let body = body.list("note", none).list("condition", conditions);
        self.add("FamilyMemberHistory", organizer, body);
    }

    fn relatives_condition(&self, observation: Node<'a>) -> Option<Json> {
        let code = types::concept(child(observation, "value")?, self)?;
        let age = node::related_as(observation, "observation", "31")
            .and_then(|age| child(age, "value"))
            .and_then(types::quantity);
        let fatal = node::related_as(observation, "observation", "47").is_some();
        let condition = Object::new()
            .with("code", code)
            .with("contributedToDeath", fatal.then_some(Json::Bool(true)));
        let condition = match (age, child(observation, "effectiveTime").and_then(types::start)) {
            (Some(age), _) => condition.with("onsetAge", age),
            (None, Some(when)) => condition.text("onsetString", Some(when)),
            (None, None) => condition,
        };
        Some(condition.done())
    }
}

/// The words Keyward writes beside a code.
pub(super) fn titles() -> impl Iterator<Item = OwnTitle> {
    TOBACCO.iter().map(|(_, code, title)| OwnTitle::new(LOINC, code, title))
}

/// The extension that says that something is not so.
fn not_so() -> Json {
    let extension = Object::new().text("url", Some(NEGATED_URL));
    extension.with("valueBoolean", Json::Bool(true)).done()
}

/// What a relative did not have, if a note was made here of the statement that it is so.
pub(crate) fn no_history_of(note: &Json) -> Option<&str> {
    let made = note.items("extension").any(|each| each.text("url") == Some(NEGATED_URL));
    note.text("text").filter(|_| made)?.strip_prefix(NO_HISTORY)
}

/// The words of a concept.
pub(super) fn words_of(concept: &Json) -> Option<String> {
    concept
        .text("text")
        .or_else(|| concept.items("coding").find_map(|coding| coding.text("display")))
        .map(str::to_owned)
}

/// Status of an observation or group.
fn status_of(statement: Node<'_>) -> &'static str {
    match code_of(statement, "statusCode") {
        Some("completed") => "final",
        Some("active" | "held" | "suspended" | "new") => "preliminary",
        Some("aborted" | "cancelled") => "cancelled",
        Some("nullified") => "entered-in-error",
        // The statement is made: an event in a signed document.
        None if attribute(statement, "moodCode") == Some("EVN") => "final",
        _ => "unknown",
    }
}
