//! Makes resources from statements: ids, provenance, what every resource carries.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::build::{self, Object};
use super::codes::Section;
use super::node::{Node, attribute, child, words};
use super::types::{self, Texts};
use super::{EXCERPT_URL, SECTION_URL, SOURCE};
use crate::json::Json;
use crate::sensitivity::{self, Sensitivity};

/// Largest piece of source that an item carries along; the whole document is kept beside.
const MAX_EXCERPT: usize = 64 << 10;

/// A document being taken apart.
pub(super) struct Maker<'a> {
    text: &'a str,
    named: HashMap<&'a str, Node<'a>>,
    /// What makes ids of this document different from those of others, which may claim the same
    /// identifier: a hash of all of it.
    key: [u8; 32],
    /// Id of the Patient resource.
    pub(super) patient: String,
    /// The section being read: its kind and title.
    pub(super) section: Section,
    title: String,
    /// References to what was made from the section.
    made: Vec<Json>,
    /// The resources.
    pub(super) out: Vec<Json>,
    /// Entries for which there is no resource, and what they are kept apart for.
    pub(super) kept: Vec<(&'a str, Vec<Sensitivity>)>,
}

impl Texts for Maker<'_> {
    fn text(&self, node: Node<'_>) -> Option<String> {
        let referred = child(node, "reference")
            .and_then(|reference| attribute(reference, "value"))
            .or_else(|| attribute(node, "value").filter(|value| value.starts_with('#')))
            .and_then(|value| self.named.get(value.strip_prefix('#')?))
            .map(|element| words(*element));
        referred
            .filter(|text| !text.is_empty())
            .or_else(|| Some(words(node)).filter(|text| !text.is_empty()))
    }
}

impl<'a> Maker<'a> {
    /// A document that was parsed from `text`.
    pub(super) fn new(text: &'a str, named: HashMap<&'a str, Node<'a>>) -> Self {
        let mut maker = Self {
            text,
            named,
            key: Sha256::digest(text).into(),
            patient: String::new(),
            section: Section::Other,
            title: String::new(),
            made: Vec::new(),
            out: Vec::new(),
            kept: Vec::new(),
        };
        maker.patient = maker.id_of("patient");
        maker
    }

    /// Begins a section.
    pub(super) fn begin(&mut self, section: Section, title: &str) {
        self.section = section;
        self.title = title.to_owned();
        self.made.clear();
    }

    /// References to what was made from the section since [`Maker::begin`].
    pub(super) fn end(&mut self) -> Vec<Json> {
        std::mem::take(&mut self.made)
    }

    /// The id of the resource made from a statement: the same whenever the document is read.
    pub(super) fn id(&self, statement: Node<'_>) -> String {
        self.id_of(&statement.range().start.to_string())
    }

    /// An id for something that is no statement.
    pub(super) fn id_of(&self, what: &str) -> String {
        let digest = Sha256::new()
            .chain_update(b"keyward/ccda/1\n")
            .chain_update(self.key)
            .chain_update(b"\n")
            .chain_update(what)
            .finalize();
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The source of a statement.
    pub(super) fn source(&self, statement: Node<'_>) -> &'a str {
        self.text.get(statement.range()).unwrap_or_default()
    }

    /// The reference to the patient.
    pub(super) fn subject(&self) -> Json {
        build::reference("Patient", &self.patient)
    }

    /// Keeps a statement as source.
    pub(super) fn keep(&mut self, statement: Node<'_>) {
        let mut kinds = sensitivity::kinds_of_title(&self.title);
        for element in statement.descendants() {
            if let (Some(system), Some(code)) =
                (attribute(element, "codeSystem"), attribute(element, "code"))
            {
                kinds.extend(sensitivity::kind_of_code(system, code, true));
            }
        }
        self.kept.push((self.source(statement), kinds));
    }

    /// A coded element of a statement, or why it is missing.
    pub(super) fn code(&self, statement: Node<'a>, name: &'static str) -> Json {
        match child(statement, name) {
            Some(code) => types::concept_or_absent(code, self),
            None => types::missing("NI"),
        }
    }

    /// Adds a resource made from a statement and gives its id. `body` is what is particular to it.
    pub(super) fn add(&mut self, kind: &str, statement: Node<'a>, body: Object) -> String {
        let id = self.id(statement);
        self.add_as(kind, &id, Some(statement), body);
        id
    }

    /// The same under a given id.
    pub(super) fn add_as(
        &mut self,
        kind: &str,
        id: &str,
        statement: Option<Node<'a>>,
        body: Object,
    ) {
        let source = statement.map(|statement| self.source(statement)).unwrap_or_default();
        let extension = |url: &str, value: &str| {
            (!value.is_empty()).then(|| {
                Object::new().text("url", Some(url)).text("valueString", Some(value)).done()
            })
        };
        let excerpt = extension(EXCERPT_URL, if source.len() > MAX_EXCERPT { "" } else { source });
        let section = extension(SECTION_URL, &self.title);
        let whose = match kind {
            "AllergyIntolerance" | "Immunization" | "FamilyMemberHistory" | "Consent" => "patient",
            "Coverage" => "beneficiary",
            "Patient" => "",
            _ => "subject",
        };
        let mut resource = Object::resource(kind, id)
            .with("meta", Object::new().text("source", Some(SOURCE)).done())
            .list("extension", [excerpt, section].into_iter().flatten().collect());
        if let Some(statement) = statement.filter(|_| kind != "Patient") {
            resource = resource.list("identifier", types::identifiers(statement));
        }
        let Json::Object(members) = body.done() else { return };
        members.into_iter().for_each(|(name, value)| resource.set(&name, value));
        if !whose.is_empty() {
            resource.set(whose, self.subject());
        }
        self.out.push(resource.done());
        self.made.push(build::reference(kind, id));
    }

    /// Notes of a statement: its comments, and its own text where that says more than the code.
    pub(super) fn notes(&self, statement: Node<'a>) -> Vec<Json> {
        super::node::related(statement, "act")
            .filter(|(_, act)| super::node::is(*act, "64"))
            .filter_map(|(_, act)| {
                let text = child(act, "text").and_then(|text| self.text(text))?;
                let (time, who) = types::authored(act);
                let note = Object::new()
                    .text("authorString", who)
                    .text("time", time)
                    .text("text", Some(text));
                Some(note.done())
            })
            .collect()
    }
}
