//! Whom a document is about, what it is, and its sections as written.

use super::build::{self, Object, one};
use super::codes;
use super::maker::Maker;
use super::node::{Node, at, attribute, child, children};
use super::types::{self, Texts};
use crate::json::Json;

/// FHIR's code for an administrative gender; what it does not know is left out.
pub(super) fn gender(code: &str) -> Option<&'static str> {
    match code {
        "F" => Some("female"),
        "M" => Some("male"),
        "UN" | "O" | "OTH" => Some("other"),
        "UNK" => Some("unknown"),
        _ => None,
    }
}

/// How confidential a document is: what it says, or more if one of its sections or statements does.
pub(super) fn confidentiality<'a>(document: Node<'a>) -> Option<&'a str> {
    let own = child(document, "confidentialityCode").and_then(|code| attribute(code, "code"));
    let inner = document
        .descendants()
        .filter(|element| element.tag_name().name() == "confidentialityCode")
        .filter_map(|code| attribute(code, "code"))
        .filter(|code| matches!(*code, "R" | "V"))
        // V comes after R.
        .max();
    inner.or(own)
}

/// The same as a label of a resource that has no element for it.
pub(super) fn label(code: &str) -> Json {
    build::code("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", code, "")
}

impl<'a> Maker<'a> {
    /// The person the document is about.
    pub(super) fn person(&mut self, document: Node<'a>) {
        let Some(role) = at(document, &["recordTarget", "patientRole"]) else { return };
        let patient = child(role, "patient");
        let names: Vec<Json> = patient
            .into_iter()
            .flat_map(|patient| children(patient, "name"))
            .filter_map(types::name)
            .collect();
        let languages: Vec<Json> = patient
            .into_iter()
            .flat_map(|patient| children(patient, "languageCommunication"))
            .filter_map(|spoken| attribute(child(spoken, "languageCode")?, "code"))
            .map(|code| {
                Object::new().with("language", build::code("urn:ietf:bcp:47", code, "")).done()
            })
            .collect();
        let mut body = Object::new()
            .list("identifier", types::identifiers(role))
            .list("name", names)
            .list("telecom", children(role, "telecom").filter_map(types::telecom).collect())
            .text(
                "gender",
                patient
                    .and_then(|patient| child(patient, "administrativeGenderCode"))
                    .and_then(|code| attribute(code, "code"))
                    .and_then(gender),
            )
            .text(
                "birthDate",
                patient
                    .and_then(|patient| child(patient, "birthTime"))
                    .and_then(types::date)
                    .map(|date| date.chars().take(10).collect::<String>()),
            );
        if let Some((name, value)) = patient.and_then(types::death) {
            body.set(name, value);
        }
        let body = body
            .list("address", children(role, "addr").filter_map(types::address).collect())
            .with(
                "maritalStatus",
                patient
                    .and_then(|patient| child(patient, "maritalStatusCode"))
                    .and_then(|code| types::concept(code, self)),
            )
            .list("communication", languages);
        let id = self.patient.clone();
        self.add_as("Patient", &id, Some(role), body);
        // Not an item of a section.
        self.end();
    }

    /// The document itself: title, author and its sections as written.
    pub(super) fn composition(&mut self, document: Node<'a>, sections: Vec<Json>) {
        let (date, who) = types::authored(document);
        let date = child(document, "effectiveTime").and_then(types::date).or(date);
        let custodian =
            at(document, &["custodian", "assignedCustodian", "representedCustodianOrganization"])
                .and_then(types::organization);
        let title = child(document, "title").and_then(|title| self.text(title));
        let kind = self.code(document, "code");
        let title = title.or_else(|| kind.text("text").map(str::to_owned));
        let author = match who {
            Some(who) => build::display(&who),
            None => types::missing("NI"),
        };
        let mut body = Object::new()
            .with("identifier", child(document, "id").and_then(types::identifier))
            .text("status", Some("final"))
            .with("type", kind)
            .text("date", date);
        if !body.has("date") {
            body.set("_date", Object::new().with("extension", build::absent("unknown")).done());
        }
        if title.is_none() {
            body.set("_title", types::missing("NI"));
        }
        let body = body
            .with("author", one(author))
            .text("title", title)
            .text("confidentiality", confidentiality(document))
            .with("custodian", custodian.map(|name| build::display(&name)))
            .list("section", sections);
        let id = self.id_of("composition");
        self.begin(codes::Section::Other, "");
        self.add_as("Composition", &id, None, body);
    }
}
