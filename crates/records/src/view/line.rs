//! One record as the reading index keeps it: its item, by what it is chosen and ordered, and the
//! words by which it is found.

use std::collections::HashSet;

use super::attachment::is_attachment;
use super::item::{self, Gist, sortable};
use super::read::{codes, concept};
use super::{ChartInput, ChartItem, FlagKind, FlagView, Marker};
use crate::category::Category;
use crate::documents::{self, Letter, shorten};
use crate::json::Json;
use crate::limits::Limits;
use crate::references::References;

/// Changes whenever a line made by an earlier version of this module must be made anew.
pub const FORMAT: u32 = 5;

/// Bytes of words of one record, beside the text of its letters.
const MAX_WORDS: usize = 1 << 20;
/// Bytes of the text of letters that are read here.
const MAX_TEXT: usize = 1 << 20;
/// References that are looked up for a performer.
const MAX_REFERENCES: usize = 4;

/// Which list of the summary a line belongs to, and its rank there: the stored numbers.
pub mod standing {
    /// A condition she has.
    pub const PROBLEM: u8 = 10;
    /// A condition that is over, refuted or entered in error.
    pub const PAST_PROBLEM: u8 = 11;
    /// An allergy, by how severe: high, not said, low, then statements that there is none, then
    /// those that are over. Allergies that were refuted or entered in error are in no list.
    pub const ALLERGIES: [u8; 5] = [20, 21, 22, 23, 24];
    /// A medicine prescribed, taken or dispensed.
    pub const MEDICINE: u8 = 30;
    /// Who she is.
    pub const PERSON: u8 = 40;
    /// In no list.
    pub const NONE: u8 = 255;
}

/// How much of a record its words are: bits of the stored number.
pub mod searched {
    /// All of it.
    pub const WHOLE: u8 = 0;
    /// There is more than is searched.
    pub const IN_PART: u8 = 1;
    /// Letters in it have to be looked into ([`crate::documents::closed_letters`]).
    pub const WAITS: u8 = 2;
}

/// One record as the reading index keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What a list shows.
    pub item: ChartItem,
    /// The compartment.
    pub compartment: Category,
    /// Its date; text order is time order.
    pub date: Option<String>,
    /// Key of what it measures (`AnalyteView::key`).
    pub analyte: Option<String>,
    /// Key of the medicine, if it is about one that has a code of its own.
    pub medicine: Option<String>,
    /// See [`standing`].
    pub standing: u8,
    /// Whether the laboratory flagged it.
    pub flagged: bool,
    /// Whether it is shown as source only.
    pub source_only: bool,
    /// The same for a record of another origin that says the same.
    pub content: Option<[u8; 32]>,
    /// What it was made from (`meta.source`), if it did not come as FHIR.
    pub made_from: Option<String>,
    /// `Type/id`, by which others of its origin refer to it.
    pub name: Option<String>,
    /// References that may name the performer, before its own words.
    pub performer: Vec<String>,
    /// The reference that names it, if it has no words of its own.
    pub called: Option<String>,
    /// The words in it, beside its title.
    pub words: String,
    /// See [`searched`].
    pub searched: u8,
}

/// The line of a record; also of one that is not understood.
pub fn line(input: &ChartInput<'_>) -> Line {
    match Json::read(input.bytes, &Limits::default()) {
        Ok(resource) => line_read(input, &resource),
        Err(_) => not_understood(input),
    }
}

/// As [`line`], of a record that was read already.
pub fn line_read(input: &ChartInput<'_>, read: &Json) -> Line {
    line_with(input, read, Gist::of(read))
}

/// As [`line_read`], of a record whose gist is known.
pub(crate) fn line_with(input: &ChartInput<'_>, read: &Json, gist: Gist) -> Line {
    if read.text("resourceType").is_some() {
        line_of(input, read, gist)
    } else {
        not_understood(input)
    }
}

/// The line of a resource.
fn line_of(input: &ChartInput<'_>, resource: &Json, gist: Gist) -> Line {
    let item = item::item_of(input, resource, &References::default(), gist);
    let called = if item.title.is_empty() {
        resource.at(&["medicationReference", "reference"]).and_then(Json::as_str)
    } else {
        None
    };
    let kind = resource.text("resourceType").unwrap_or_default();
    let id = resource.text("id").filter(|id| !id.is_empty() && id.len() <= 128);
    let (words, searched) = words(&item, resource, input.source);
    Line {
        compartment: input.compartment_of(resource),
        date: item.date.as_ref().and_then(sortable).map(|date| date.sort_key()),
        analyte: analyte(&item, resource),
        medicine: resource.get("medicationCodeableConcept").and_then(key_of),
        standing: standing_of(&item, resource),
        flagged: is_flagged(&item.flags) || item.components.iter().any(|c| is_flagged(&c.flags)),
        source_only: item.markers.contains(&Marker::KeptAsSource),
        content: crate::clinical_key(resource),
        made_from: resource
            .at(&["meta", "source"])
            .and_then(Json::as_str)
            .filter(|source| source.starts_with("urn:keyward:"))
            .map(str::to_owned),
        name: id.map(|id| format!("{kind}/{id}")),
        performer: performer(resource),
        called: called.map(str::to_owned),
        words,
        searched,
        item,
    }
}

fn not_understood(input: &ChartInput<'_>) -> Line {
    let item = item::not_understood(input);
    let text = String::from_utf8_lossy(input.bytes.get(..MAX_WORDS).unwrap_or(input.bytes));
    let whole = input.bytes.len() <= MAX_WORDS;
    Line {
        compartment: input.compartment.unwrap_or(Category::Other),
        date: None,
        analyte: None,
        medicine: None,
        standing: standing::NONE,
        flagged: false,
        source_only: true,
        content: None,
        made_from: None,
        name: None,
        performer: Vec::new(),
        called: None,
        words: format!("{} {text}", input.source),
        searched: if whole { searched::WHOLE } else { searched::IN_PART },
        item,
    }
}

/// Whether one of the flags says that something is out of the ordinary.
pub(crate) fn is_flagged(flags: &[FlagView]) -> bool {
    flags.iter().any(|flag| {
        !matches!(
            flag.kind,
            FlagKind::Normal
                | FlagKind::Negative
                | FlagKind::NotDetected
                | FlagKind::NonReactive
                | FlagKind::Susceptible
                | FlagKind::Expected
                | FlagKind::Better
        )
    })
}

fn analyte(item: &ChartItem, resource: &Json) -> Option<String> {
    let measured = item.resource_type == "Observation"
        && matches!(Category::section_of(resource), Category::Results | Category::Vitals);
    measured.then(|| resource.get("code").and_then(key_of)).flatten()
}

/// The stable key of a concept: its LOINC code, else its first code with a system, else its words.
pub(crate) fn key_of(code: &Json) -> Option<String> {
    let mut first = None;
    for coding in code.items("coding") {
        let (Some(system), Some(code)) = (coding.text("system"), coding.text("code")) else {
            continue;
        };
        if system == "http://loinc.org" {
            return Some(format!("loinc|{code}"));
        }
        first = first.or_else(|| Some(format!("{system}|{code}")));
    }
    first.or_else(|| {
        let words = concept(code)?.display;
        let folded: Vec<String> =
            words.split_whitespace().take(40).map(str::to_lowercase).collect();
        Some(format!("text|{}", folded.join(" ")))
    })
}

const OVER: [Marker; 4] =
    [Marker::Resolved, Marker::Inactive, Marker::Remission, Marker::Cancelled];
const WRONG: [Marker; 2] = [Marker::EnteredInError, Marker::Refuted];

fn standing_of(item: &ChartItem, resource: &Json) -> u8 {
    let has = |markers: &[Marker]| item.markers.iter().any(|marker| markers.contains(marker));
    match item.resource_type.as_str() {
        "Condition" if has(&OVER) || has(&WRONG) => standing::PAST_PROBLEM,
        // An end is stated, so it is over, whatever status was forgotten.
        "Condition" if resource.get("abatementDateTime").is_some() => standing::PAST_PROBLEM,
        "Condition" => standing::PROBLEM,
        "AllergyIntolerance" if has(&WRONG) => standing::NONE,
        "AllergyIntolerance" => standing::ALLERGIES[severity(item, resource, has(&OVER))],
        "MedicationRequest"
        | "MedicationStatement"
        | "MedicationDispense"
        | "MedicationAdministration" => standing::MEDICINE,
        "Patient" => standing::PERSON,
        _ => standing::NONE,
    }
}

fn severity(item: &ChartItem, resource: &Json, over: bool) -> usize {
    if over {
        return 4;
    }
    let none = [Marker::NoKnownAllergies, Marker::NoneKnown, Marker::NoInformation];
    if item.markers.iter().any(|marker| none.contains(marker)) {
        return 3;
    }
    let severe =
        resource.items("reaction").any(|reaction| reaction.text("severity") == Some("severe"));
    match resource.get("criticality").map(codes).as_deref() {
        Some(["high" | "CRITH", ..]) => 0,
        _ if severe => 0,
        Some(["low" | "CRITL", ..]) => 2,
        _ => 1,
    }
}

/// The references by which the performer is named, in the order in which `item` looks for it, up to
/// the first that comes with words.
fn performer(resource: &Json) -> Vec<String> {
    let mut found = Vec::new();
    for element in item::PERFORMERS.iter().flat_map(|field| resource.items(field)) {
        let reference = ["actor", "individual", "member"]
            .iter()
            .find_map(|inner| element.get(inner))
            .unwrap_or(element);
        if reference.text("display").is_some_and(|words| !words.trim().is_empty()) {
            break;
        }
        if let Some(reference) = reference.text("reference").filter(|text| text.len() <= 300) {
            found.push(reference.to_owned());
        }
        if found.len() == MAX_REFERENCES {
            break;
        }
    }
    found
}

/// Members whose text is for machines.
const NO_WORDS: [&str; 25] = [
    "resourceType",
    "id",
    "system",
    "url",
    "fullUrl",
    "reference",
    "data",
    "hash",
    "contentType",
    "language",
    "profile",
    "versionId",
    "lastUpdated",
    "implicitRules",
    "status",
    "use",
    "intent",
    "mode",
    "linkId",
    "instantiatesUri",
    "security",
    "source",
    "rank",
    "userSelected",
    "valueUri",
];

/// Extensions whose text is searched, and one whose is not: it repeats the record in another form.
const TEXT_URL: &str = "urn:keyward:text";
const EXCERPT_URL: &str = "urn:keyward:source-excerpt";

/// All words of a record, with how much of it they are ([`searched`]): codes and their words, values, notes, narrative,
/// the text of its letters.
fn words(item: &ChartItem, resource: &Json, source: &str) -> (String, u8) {
    let mut words = Words { seen: HashSet::with_capacity(48), ..Words::default() };
    words.text.reserve(512);
    words.seen.insert(item.title.as_str());
    words.walk("", resource);
    if let Some(performer) = &item.performer {
        words.add(performer);
    }
    words.add(source);
    let waits = words.closed && !words.looked_into;
    let searched = u8::from(words.cut) * searched::IN_PART + u8::from(waits) * searched::WAITS;
    let Words { mut text, letters, .. } = words;
    if !letters.is_empty() {
        text.push('\n');
        text.push_str(&letters);
    }
    (text, searched)
}

#[derive(Default)]
struct Words<'a> {
    text: String,
    seen: HashSet<&'a str>,
    /// The text of letters; it is long and stands last.
    letters: String,
    /// Whether the text of a document that was looked into stands in the record.
    looked_into: bool,
    /// Whether a letter in it needs a decoder.
    closed: bool,
    /// Whether there is more.
    cut: bool,
}

impl<'a> Words<'a> {
    fn walk(&mut self, name: &str, value: &'a Json) {
        if self.text.len() >= MAX_WORDS {
            self.cut = true;
            return;
        }
        match value {
            Json::Array(items) => items.iter().for_each(|item| self.walk(name, item)),
            Json::Object(members) => {
                match value.text("url") {
                    Some(EXCERPT_URL) => return,
                    Some(TEXT_URL) => {
                        self.looked_into = true;
                        self.add_letter(value.text("valueString").unwrap_or_default(), false);
                        return;
                    }
                    _ => {}
                }
                for (member, inner) in members {
                    if !NO_WORDS.contains(&member.as_str()) {
                        self.walk(member, inner);
                    } else if let ("data", Json::String(packed)) = (member.as_str(), inner)
                        && holds_letter(name, value)
                    {
                        self.unpack(value.text("contentType"), packed);
                    }
                }
            }
            Json::String(text) if name == "div" => self.add_html(text),
            Json::String(text) => self.add(text),
            Json::Number(digits) if name == "value" => self.put(digits),
            _ => {}
        }
    }

    fn unpack(&mut self, stated: Option<&str>, packed: &str) {
        let room = MAX_TEXT.saturating_sub(self.letters.len());
        match documents::letter(stated, packed, room) {
            Letter::Words(text, cut) => self.add_letter(&text, cut),
            Letter::Closed => self.closed = true,
            Letter::Silent => {}
        }
    }

    fn add_letter(&mut self, text: &str, cut: bool) {
        if !self.letters.is_empty() {
            self.letters.push('\n');
        }
        let taken = shorten(text, MAX_TEXT.saturating_sub(self.letters.len()));
        self.cut |= cut || taken.len() < text.len();
        self.letters.push_str(taken);
    }

    fn add(&mut self, text: &'a str) {
        let machine = text.starts_with("http://")
            || text.starts_with("https://")
            || text.starts_with("urn:")
            || is_date(text);
        if !text.is_empty() && !machine && self.seen.insert(text) {
            self.put(text);
        }
    }

    fn put(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let taken = shorten(text, MAX_WORDS.saturating_sub(self.text.len()));
        self.cut |= taken.len() < text.len();
        self.text.push_str(taken);
    }

    /// The text between the tags. Nothing of it is ever shown as HTML.
    fn add_html(&mut self, html: &str) {
        let (plain, cut) = documents::words_of_markup(html, MAX_WORDS);
        self.cut |= cut;
        self.put(&plain);
    }
}

/// Whether the `data` of an object found under `name` is a document.
fn holds_letter(name: &str, value: &Json) -> bool {
    value.text("resourceType") == Some("Binary") || is_attachment(name, value)
}

/// Whether a text is a date or moment of FHIR: nobody looks for `2018-08-06T09:30:00+02:00`.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes.len() <= 35
        && bytes.iter().take(10).enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
        && bytes.get(10).is_none_or(|byte| *byte == b'T')
}

/// Every reference in a record as written, each once, and those in its `result` apart, in order.
pub fn references(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let Ok(resource) = Json::read(bytes, &Limits::default()) else { return Default::default() };
    let results = resource
        .items("result")
        .filter_map(|result| result.text("reference").map(str::to_owned))
        .collect();
    (crate::references::collect(&resource), results)
}
