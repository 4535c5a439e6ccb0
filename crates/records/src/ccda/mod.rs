//! Clinical documents in HL7 CDA (C-CDA R1.1 and R2.1 and what resembles them) as FHIR R4 resources.
//!
//! Read in three steps: bytes to text and tree with bounds ([`xml`]), sections to statements, each
//! statement to a resource. Every resource carries the XML it was made from and the title of its
//! section, so that each item opens its source; the document itself becomes a Composition whose
//! sections can be read as written. Nothing is invented: codes are translated only where the code
//! system prescribes it, a missing value says why it is missing, and a statement for which there is no
//! resource is kept as source.

mod build;
mod care;
mod codes;
mod findings;
mod header;
mod maker;
mod medicines;
mod narrative;
mod node;
mod problems;
mod time;
mod types;
pub(crate) mod xml;

use base64::Engine as _;

use self::build::Object;
use self::codes::Section;
use self::maker::Maker;
use self::node::{Node, at, attribute, child, children, is, words};
use self::types::Texts;
use crate::format::Format;
use crate::json::{Json, JsonErrorKind};
use crate::limits::Limits;
use crate::own_words::OwnTitle;
use crate::parsed::{Container, KeptReason, ParseError, Parsed};
use crate::sensitivity::{self, Sensitivity};
use crate::take::{Ready, Taken};

/// `meta.source` of what was made from a document.
pub const SOURCE: &str = "urn:keyward:ccda";
/// Extension: the XML a resource was made from.
pub const EXCERPT_URL: &str = "urn:keyward:source-excerpt";
/// Extension: the title of the section it stood in.
pub const SECTION_URL: &str = "urn:keyward:source-section";
/// URL of the extension by which a statement is said not to be so.
pub(crate) const NEGATED_URL: &str = "urn:keyward:negated";
/// How a note begins that is made of the statement that a relative did not have something.
const NO_HISTORY: &str = "No history of: ";

pub(crate) use self::findings::no_history_of;

/// The words that stand beside a code in what is made from documents, where the document has none.
pub(crate) fn titles() -> Vec<OwnTitle> {
    findings::titles().chain(problems::titles()).collect()
}

/// Sections inside sections.
const MAX_SECTIONS_DEEP: usize = 8;

/// Reads a document.
///
/// # Errors
/// Why it is refused as a whole.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Parsed, ParseError> {
    if bytes.len() > limits.max_xml {
        return Err(ParseError::TooLarge { bytes: bytes.len(), limit: limits.max_xml });
    }
    let text = xml::decode(bytes)?;
    // A mark of the encoding is no part of the document.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let tree = xml::parse(text)?;
    let document = tree.root_element();
    if document.tag_name().name() != "ClinicalDocument" {
        return Err(ParseError::UnsupportedFormat);
    }
    let mut maker = Maker::new(text, node::named(&tree));
    maker.person(document);
    let mut sections = Vec::new();
    for component in children(document, "component") {
        for body in children(component, "structuredBody") {
            sections.extend(maker.sections(body, 0));
        }
        for body in children(component, "nonXMLBody") {
            maker.other_body(document, body);
        }
    }
    maker.composition(document, sections);
    take(&maker, limits)
}

/// The narrative of a document, harmless, as its sections were written to be read; `None` if it cannot be read or has none.
pub fn narrative_of(bytes: &[u8], limits: &Limits) -> Option<String> {
    let parsed = read(bytes, limits).ok()?;
    let document = parsed.resources.iter().find(|made| made.resource_type == "Composition")?;
    crate::view::narrative_of(&document.json()?).map(|narrative| narrative.html)
}

fn take(maker: &Maker<'_>, limits: &Limits) -> Result<Parsed, ParseError> {
    let mut taken = Taken::default();
    // Of what is kept as source no reference tells, but the words of the document do.
    let kept: Vec<Sensitivity> = maker.kept.iter().flat_map(|(_, kinds)| kinds.clone()).collect();
    for resource in &maker.out {
        // What was made from a document obeys the same bounds as what comes as FHIR.
        let bytes = resource.to_compact().into_bytes();
        let index = taken.next_index(limits)?;
        match Json::read(&bytes, limits) {
            Ok(json) => {
                let whole = json.text("resourceType") == Some("Composition");
                let kinds = if whole { kept.as_slice() } else { &[] };
                taken.accept(index, Ready::of(None, bytes, None, &json).with_kinds(kinds));
            }
            Err(error) => {
                let reason = match error.kind {
                    JsonErrorKind::TooDeep => KeptReason::TooDeep,
                    _ => KeptReason::TooLarge,
                };
                taken.keep(index, reason, bytes, None, &sensitivity::kinds(resource), None);
            }
        }
    }
    for (source, kinds) in &maker.kept {
        let index = taken.next_index(limits)?;
        let bytes = source.as_bytes().to_vec();
        taken.keep(index, KeptReason::NoEquivalent, bytes, None, kinds, None);
    }
    Ok(taken.finish(Container::Converted(Format::Ccda)))
}

impl<'a> Maker<'a> {
    /// The sections of a body or section, as sections of the Composition.
    fn sections(&mut self, body: Node<'a>, depth: usize) -> Vec<Json> {
        if depth >= MAX_SECTIONS_DEEP {
            return Vec::new();
        }
        let sections: Vec<Node<'a>> = children(body, "component")
            .flat_map(|component| children(component, "section"))
            .collect();
        sections.into_iter().map(|section| self.section(section, depth)).collect()
    }

    fn section(&mut self, section: Node<'a>, depth: usize) -> Json {
        let code = child(section, "code");
        let title = child(section, "title")
            .map(words)
            .filter(|title| !title.is_empty())
            .or_else(|| code.and_then(|code| attribute(code, "displayName")).map(str::to_owned));
        let kind =
            code.and_then(|code| attribute(code, "code")).map_or(Section::Other, codes::section);
        self.begin(kind, title.as_deref().unwrap_or_default());
        for entry in children(section, "entry") {
            for statement in entry.children().filter(Node::is_element) {
                self.statement(statement);
            }
        }
        let entries = self.end();
        let text = child(section, "text").and_then(narrative::html).map(|html| {
            Object::new().text("status", Some("additional")).text("div", Some(html)).done()
        });
        let empty = entries.is_empty() && text.is_none();
        let nothing = (empty || attribute(section, "nullFlavor") == Some("NI")).then(|| {
            build::code(
                "http://terminology.hl7.org/CodeSystem/list-empty-reason",
                "unavailable",
                "",
            )
        });
        let inner = self.sections(section, depth + 1);
        Object::new()
            .text("title", title)
            .with("code", code.and_then(|code| types::concept(code, self)))
            .with("text", text)
            .list("entry", entries)
            .with("emptyReason", nothing.filter(|_| inner.is_empty()))
            .list("section", inner)
            .done()
    }

    /// A statement of an entry, by its template, else by its kind and the section it stands in.
    pub(super) fn statement(&mut self, statement: Node<'a>) {
        match statement.tag_name().name() {
            "act" => self.act(statement),
            "observation" => self.single(statement),
            "organizer" if is(statement, "45") || self.section == Section::Family => {
                self.family(statement);
            }
            "organizer" if is(statement, "108") || self.section == Section::Directives => {
                for component in children(statement, "component") {
                    for observation in children(component, "observation") {
                        self.directive(observation);
                    }
                }
            }
            "organizer" => self.group(statement),
            "substanceAdministration" => {
                let vaccine = self.section == Section::Immunizations || is(statement, "52");
                if is(statement, "120") {
                    self.order_of_vaccine(statement);
                } else if vaccine {
                    self.immunization(statement);
                } else {
                    self.medicine(statement);
                }
            }
            "procedure" if care::planned(statement) => self.order(statement),
            "procedure" => self.procedure(statement),
            "encounter" if care::planned(statement) => self.order(statement),
            "encounter" => self.encounter(statement),
            "supply" if care::planned(statement) => self.order(statement),
            "supply" => self.equipment(statement),
            "templateId" | "sequenceNumber" | "realmCode" | "typeId" => {}
            _ => self.keep(statement),
        }
    }

    fn act(&mut self, act: Node<'a>) {
        let understood = if is(act, "30") || self.section == Section::Allergies {
            self.allergies(act)
        } else if is(act, "60") || self.section == Section::Payers {
            self.coverage(act)
        } else if is(act, "35") || is(act, "36") || self.section == Section::Medications {
            self.medicines_in(act)
        } else if is(act, "33") || is(act, "34") || is(act, "80") {
            self.concern(act, "encounter-diagnosis")
        } else if is(act, "3") || is(act, "132") || self.section == Section::Problems {
            self.concern(act, "problem-list-item")
        } else if self.section == Section::Diagnoses {
            self.concern(act, "encounter-diagnosis")
        } else if is(act, "12") || (self.section == Section::Procedures && !care::planned(act)) {
            self.procedure(act);
            true
        } else if is(act, "39") || (self.section == Section::Plan && care::planned(act)) {
            self.order(act);
            true
        } else {
            false
        };
        if !understood {
            self.keep(act);
        }
    }

    fn medicines_in(&mut self, act: Node<'a>) -> bool {
        let medicines: Vec<Node<'a>> =
            node::related(act, "substanceAdministration").map(|(_, medicine)| medicine).collect();
        medicines.iter().for_each(|medicine| self.medicine(*medicine));
        !medicines.is_empty()
    }

    fn single(&mut self, observation: Node<'a>) {
        let planned = care::planned(observation);
        if is(observation, "121") || attribute(observation, "moodCode") == Some("GOL") {
            self.goal(observation);
        } else if planned && (is(observation, "44") || self.section == Section::Plan) {
            self.order(observation);
        } else if is(observation, "7") || self.section == Section::Allergies {
            self.allergy(observation, None);
        } else if is(observation, "13") {
            self.procedure(observation);
        } else if is(observation, "48") || self.section == Section::Directives {
            self.directive(observation);
        } else if is(observation, "4") || self.section == Section::Problems {
            let category = match self.section {
                Section::Diagnoses | Section::Encounters => "encounter-diagnosis",
                _ => "problem-list-item",
            };
            self.problem(observation, None, category);
        } else if planned {
            self.order(observation);
        } else {
            self.observation(observation, None);
        }
    }

    /// A vaccination that is planned.
    fn order_of_vaccine(&mut self, statement: Node<'a>) {
        let code =
            at(statement, &["consumable", "manufacturedProduct", "manufacturedMaterial", "code"])
                .map_or_else(|| types::missing("NI"), |code| types::concept_or_absent(code, self));
        let mut body = Object::new()
            .text("status", Some("active"))
            .text("intent", Some("plan"))
            .with("code", code);
        let time = child(statement, "effectiveTime");
        if let Some((name, value)) = time.and_then(|time| types::when(time, "occurrence")) {
            body.set(&name, value);
        }
        self.add("ServiceRequest", statement, body);
    }

    /// A document that is not XML: a letter as PDF, RTF or text.
    fn other_body(&mut self, document: Node<'a>, body: Node<'a>) {
        let Some(text) = child(body, "text") else { return };
        let media = attribute(text, "mediaType").filter(|media| is_media_type(media));
        let encoded = attribute(text, "representation") == Some("B64");
        let mut attachment =
            Object::new().text("contentType", Some(media.unwrap_or("application/octet-stream")));
        let data: String = if encoded {
            let packed: String =
                text.descendants().filter(Node::is_text).filter_map(|t| t.text()).collect();
            packed.split_whitespace().collect()
        } else {
            let plain: String =
                text.descendants().filter(Node::is_text).filter_map(|t| t.text()).collect();
            base64::engine::general_purpose::STANDARD.encode(plain.trim())
        };
        let readable = base64::engine::general_purpose::STANDARD.decode(&data);
        match (readable, child(text, "reference").and_then(|r| attribute(r, "value"))) {
            (Ok(bytes), _) if !bytes.is_empty() => {
                attachment.set("size", Json::Number(bytes.len().to_string().into()));
                attachment.set("data", Json::from(data));
            }
            // Named, never fetched.
            (_, Some(address)) => attachment.set("url", Json::from(address)),
            _ => {
                self.keep(body);
                return;
            }
        }
        let title = child(document, "title").and_then(|title| self.text(title));
        let attachment = attachment.text("title", title.clone());
        let date = child(document, "effectiveTime").and_then(types::date);
        let (_, who) = types::authored(document);
        let body_of = Object::new()
            .text("status", Some("current"))
            .with("type", child(document, "code").and_then(|code| types::concept(code, self)))
            .text("date", date.filter(|date| date.contains('T')))
            .with("author", who.map(|who| build::one(build::display(&who))))
            .text("description", title)
            .list(
                "securityLabel",
                header::confidentiality(document).map(header::label).into_iter().collect(),
            )
            .with(
                "content",
                build::one(Object::new().with("attachment", attachment.done()).done()),
            );
        let id = self.id(body);
        self.begin(Section::Other, "");
        self.add_as("DocumentReference", &id, None, body_of);
        self.end();
    }
}

fn is_media_type(text: &str) -> bool {
    let part = |part: &str| {
        (1..=60).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-'))
    };
    text.split_once('/').is_some_and(|(kind, sub)| part(kind) && part(sub))
}
