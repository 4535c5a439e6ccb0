//! Takes a file apart into resources. Each resource keeps the bytes it came with.

use std::collections::HashMap;
use std::ops::Range;

use thiserror::Error;

use crate::category::{Category, of_type};
use crate::date::PartialDate;
use crate::identity::PatientIdentity;
use crate::json::{self, Json, JsonError, JsonErrorKind};
use crate::limits::Limits;
use crate::references::{self, References, ResolvedReference};
use crate::{fingerprint, view};

/// Depth up to which a whole file is looked through; a resource is read to `Limits::max_depth`.
const FILE_DEPTH: usize = 1024;
/// Members of one object that are looked at.
const FILE_MEMBERS: usize = 100_000;
/// Bundles inside bundles.
const BUNDLE_DEPTH: usize = 3;

/// What a file was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Container {
    /// One resource.
    Single,
    /// A Bundle, with its type as written (`transaction`, `document`, …).
    Bundle {
        /// As written.
        bundle_type: String,
    },
    /// One resource per line.
    Ndjson,
    /// A bare JSON array of resources.
    Array,
}

/// A file taken apart. `entries == resources + kept_as_source + duplicates`.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// What the file was.
    pub container: Container,
    /// Bundle entries, lines or elements met.
    pub entries: usize,
    /// The people its Patient resources describe, each once.
    pub patients: Vec<PatientIdentity>,
    /// What is understood.
    pub resources: Vec<Resource>,
    /// What is not, with the reason; to be stored like the others.
    pub kept_as_source: Vec<KeptAsSource>,
    /// Entries that repeat an earlier one of this file.
    pub duplicates: Vec<Duplicate>,
}

/// One resource.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Position among the file's entries, from 0.
    pub index: usize,
    /// FHIR type as written; empty if there is none.
    pub resource_type: String,
    /// Exactly as it stood in the file.
    pub bytes: Vec<u8>,
    /// The section of the chart.
    pub category: Category,
    /// Its date, as written.
    pub date: Option<PartialDate>,
    /// What to call it; may be empty.
    pub title: String,
    /// The same for the same content (module `fingerprint`).
    pub fingerprint: [u8; 32],
    /// The entry's `fullUrl`.
    pub full_url: Option<String>,
    /// References that the file itself explains.
    pub references: Vec<ResolvedReference>,
}

impl Resource {
    /// The content; `None` if it is not JSON within the limits.
    pub fn json(&self) -> Option<Json> {
        Json::read(&self.bytes, &Limits::default()).ok()
    }
}

/// Something kept as it came because it is not understood.
#[derive(Debug, Clone)]
pub struct KeptAsSource {
    /// Position among the file's entries, from 0.
    pub index: usize,
    /// Why.
    pub reason: KeptReason,
    /// Its bytes, in category `Other`.
    pub resource: Resource,
}

/// Why something is only kept as source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptReason {
    /// Not JSON (a line of an NDJSON file).
    NotJson,
    /// An entry without a resource (a link, a deletion, a response).
    NoResource,
    /// Not an object with a usable `resourceType`.
    NoResourceType,
    /// R4 has no such type.
    UnknownType,
    /// Nested more deeply than allowed.
    TooDeep,
    /// More bytes or values than allowed for one resource.
    TooLarge,
    /// A name occurs twice in one object, so that it means two things.
    Ambiguous,
}

impl KeptReason {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            KeptReason::NotJson => "notJson",
            KeptReason::NoResource => "noResource",
            KeptReason::NoResourceType => "noResourceType",
            KeptReason::UnknownType => "unknownType",
            KeptReason::TooDeep => "tooDeep",
            KeptReason::TooLarge => "tooLarge",
            KeptReason::Ambiguous => "ambiguous",
        }
    }
}

/// An entry that repeats an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// Position of the repetition.
    pub index: usize,
    /// Position of the one that is kept.
    pub of: usize,
}

/// Why a file is refused as a whole; nothing of it is taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseError {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// More bytes than allowed.
    #[error("the file has {bytes} bytes, more than {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The bound.
        limit: usize,
    },
    /// Not UTF-8 text.
    #[error("the file is not UTF-8 text at byte {offset}")]
    NotText {
        /// Where.
        offset: usize,
    },
    /// Not JSON.
    #[error("the file is not JSON at byte {offset}")]
    NotJson {
        /// Where.
        offset: usize,
    },
    /// Ends in the middle.
    #[error("the file ends in the middle, at byte {offset}")]
    Truncated {
        /// Where.
        offset: usize,
    },
    /// JSON, but neither a FHIR resource nor a list of them.
    #[error("the file is JSON but not FHIR")]
    NotFhir,
    /// Nested beyond all reason.
    #[error("the file is nested too deeply at byte {offset}")]
    TooDeep {
        /// Where.
        offset: usize,
    },
    /// A text longer than allowed.
    #[error("a text is too long at byte {offset}")]
    StringTooLong {
        /// Where.
        offset: usize,
    },
    /// More values in one object than allowed.
    #[error("the file has too many values at byte {offset}")]
    TooManyValues {
        /// Where.
        offset: usize,
    },
    /// More resources than allowed.
    #[error("the file has more than {limit} resources")]
    TooManyResources {
        /// The bound.
        limit: usize,
    },
}

impl ParseError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ParseError::Empty => "empty",
            ParseError::TooLarge { .. } => "tooLarge",
            ParseError::NotText { .. } => "notText",
            ParseError::NotJson { .. } => "notJson",
            ParseError::Truncated { .. } => "truncated",
            ParseError::NotFhir => "notFhir",
            ParseError::TooDeep { .. } => "tooDeep",
            ParseError::StringTooLong { .. } => "stringTooLong",
            ParseError::TooManyValues { .. } => "tooManyValues",
            ParseError::TooManyResources { .. } => "tooManyResources",
        }
    }
}

/// Reads a file: a Bundle of any type, one resource, an array of resources, or NDJSON.
///
/// # Errors
/// The file as a whole is refused if it is not JSON or exceeds a bound of the file; what is wrong
/// with a single entry only makes that entry [`KeptAsSource`].
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Parsed, ParseError> {
    if bytes.len() > limits.max_bytes {
        return Err(ParseError::TooLarge { bytes: bytes.len(), limit: limits.max_bytes });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|error| ParseError::NotText { offset: error.valid_up_to() })?;
    let start = json::skip_space(text, 0);
    if start == text.len() {
        return Err(ParseError::Empty);
    }
    let file_limits = Limits { max_depth: FILE_DEPTH, max_nodes: FILE_MEMBERS, ..limits.clone() };
    let mut file = File { text, limits, file_limits, taken: Taken::default() };
    let container = file.take_whole(start)?;
    Ok(file.finish(container))
}

#[derive(Default)]
struct Taken {
    entries: usize,
    patients: Vec<PatientIdentity>,
    resources: Vec<(Resource, Vec<String>)>,
    kept_as_source: Vec<KeptAsSource>,
    duplicates: Vec<Duplicate>,
    references: References,
    /// Content met so far: under which names (id or full URL), and at which entry.
    seen: HashMap<[u8; 32], Vec<(Option<String>, usize)>>,
}

struct File<'a> {
    text: &'a str,
    limits: &'a Limits,
    file_limits: Limits,
    taken: Taken,
}

impl File<'_> {
    fn take_whole(&mut self, start: usize) -> Result<Container, ParseError> {
        let whole = json::value_end(self.text, start, &self.file_limits);
        match whole {
            Ok(end) if json::skip_space(self.text, end) == self.text.len() => {
                self.take_value(start..end)
            }
            // More follows: one resource per line, or it is not JSON.
            Ok(end) => match self.take_lines()? {
                true => Ok(Container::Ndjson),
                false => Err(ParseError::NotJson { offset: json::skip_space(self.text, end) }),
            },
            Err(error) => match self.take_lines()? {
                true => Ok(Container::Ndjson),
                false => Err(refused(error)),
            },
        }
    }

    fn take_value(&mut self, range: Range<usize>) -> Result<Container, ParseError> {
        if let Some(elements) = self.elements(range.start)? {
            for element in elements {
                self.take_resource(element, None, 0)?;
            }
            return if self.taken.resources.is_empty() {
                Err(ParseError::NotFhir)
            } else {
                Ok(Container::Array)
            };
        }
        let Some(members) = self.members(range.start)? else { return Err(ParseError::NotFhir) };
        let Some(kind) = self.string_member(&members, "resourceType") else {
            return Err(ParseError::NotFhir);
        };
        if kind != "Bundle" {
            self.take_resource(range, None, 0)?;
            return Ok(Container::Single);
        }
        let bundle_type = self.string_member(&members, "type").unwrap_or_default();
        self.take_bundle(&members, 1)?;
        Ok(Container::Bundle { bundle_type })
    }

    /// Takes lines if this looks like NDJSON: at least one line is a whole resource.
    fn take_lines(&mut self) -> Result<bool, ParseError> {
        let mut lines = Vec::new();
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            let start = at + (line.len() - line.trim_start().len());
            let end = at + line.trim_end().len();
            if start < end {
                lines.push(start..end);
            }
            at += line.len();
        }
        let whole = |range: &Range<usize>| {
            self.text.as_bytes().get(range.start) == Some(&b'{')
                && json::value_end(self.text, range.start, &self.file_limits) == Ok(range.end)
        };
        if lines.len() < 2 || !lines.iter().take(16).any(whole) {
            return Ok(false);
        }
        for line in lines {
            if json::value_end(self.text, line.start, &self.file_limits) == Ok(line.end) {
                self.take_resource(line, None, 0)?;
            } else {
                let index = self.next_index()?;
                self.keep(index, KeptReason::NotJson, line, None);
            }
        }
        Ok(true)
    }

    fn take_bundle(
        &mut self,
        members: &[(String, Range<usize>)],
        depth: usize,
    ) -> Result<(), ParseError> {
        for (_, range) in members.iter().filter(|(name, _)| name == "entry") {
            // `entry` that is no array is tolerated as a single entry.
            let entries = match self.elements(range.start)? {
                Some(entries) => entries,
                None => vec![range.clone()],
            };
            for entry in entries {
                self.take_entry(entry, depth)?;
            }
        }
        Ok(())
    }

    fn take_entry(&mut self, entry: Range<usize>, depth: usize) -> Result<(), ParseError> {
        let members = self.members(entry.start)?.unwrap_or_default();
        let full_url = self.string_member(&members, "fullUrl");
        let mut resources = members.iter().filter(|(name, _)| name == "resource");
        match (resources.next(), resources.next()) {
            (Some((_, range)), None) => self.take_resource(range.clone(), full_url, depth),
            (first, _) => {
                let reason =
                    if first.is_some() { KeptReason::Ambiguous } else { KeptReason::NoResource };
                let index = self.next_index()?;
                self.keep(index, reason, entry, full_url);
                Ok(())
            }
        }
    }

    fn take_resource(
        &mut self,
        range: Range<usize>,
        full_url: Option<String>,
        depth: usize,
    ) -> Result<(), ParseError> {
        let members = self.members(range.start)?.unwrap_or_default();
        let kind = self.string_member(&members, "resourceType").unwrap_or_default();
        if kind == "Bundle" && depth < BUNDLE_DEPTH {
            return self.take_bundle(&members, depth + 1);
        }
        let index = self.next_index()?;
        let json = match self.read(&range) {
            Ok(json) => json,
            Err(reason) => {
                self.keep(index, reason, range, full_url);
                return Ok(());
            }
        };
        let usable =
            (1..=64).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_alphanumeric());
        let reason = match of_type(&kind) {
            _ if !usable => Some(KeptReason::NoResourceType),
            None => Some(KeptReason::UnknownType),
            Some(_) => None,
        };
        self.accept(index, reason, range, full_url, kind, &json);
        Ok(())
    }

    fn accept(
        &mut self,
        index: usize,
        reason: Option<KeptReason>,
        range: Range<usize>,
        full_url: Option<String>,
        resource_type: String,
        json: &Json,
    ) {
        let name = json.text("id").map(str::to_owned).or_else(|| full_url.clone());
        let base = fingerprint::of_resource(json);
        let Some(fingerprint) = self.recognise(base, name, index) else { return };
        self.taken.references.add("", full_url.as_deref(), json);
        if let Some(person) = PatientIdentity::of(json)
            && !self.taken.patients.contains(&person)
        {
            self.taken.patients.push(person);
        }
        let resource = Resource {
            index,
            resource_type,
            bytes: self.slice(range).as_bytes().to_vec(),
            category: Category::of(json),
            date: view::date_of(json),
            title: view::title_of(json),
            fingerprint,
            full_url,
            references: Vec::new(),
        };
        match reason {
            None => self.taken.resources.push((resource, references::collect(json))),
            Some(reason) => {
                self.taken.kept_as_source.push(KeptAsSource { index, reason, resource });
            }
        }
    }

    /// The fingerprint under which to keep the content, or `None` if it is a repetition.
    fn recognise(
        &mut self,
        base: [u8; 32],
        name: Option<String>,
        index: usize,
    ) -> Option<[u8; 32]> {
        let earlier = self.taken.seen.entry(base).or_default();
        if let Some((_, of)) = earlier.iter().find(|(other, _)| *other == name) {
            self.taken.duplicates.push(Duplicate { index, of: *of });
            return None;
        }
        let n = u32::try_from(earlier.len()).unwrap_or(u32::MAX);
        earlier.push((name, index));
        Some(if n == 0 { base } else { fingerprint::of_repetition(&base, n) })
    }

    fn keep(
        &mut self,
        index: usize,
        reason: KeptReason,
        range: Range<usize>,
        full_url: Option<String>,
    ) {
        let bytes = self.slice(range).as_bytes().to_vec();
        let base = fingerprint::of_source(&bytes);
        let Some(fingerprint) = self.recognise(base, full_url.clone(), index) else { return };
        let resource = Resource {
            index,
            resource_type: String::new(),
            bytes,
            category: Category::Other,
            date: None,
            title: String::new(),
            fingerprint,
            full_url,
            references: Vec::new(),
        };
        self.taken.kept_as_source.push(KeptAsSource { index, reason, resource });
    }

    fn read(&self, range: &Range<usize>) -> Result<Json, KeptReason> {
        if range.len() > self.limits.max_resource_bytes {
            return Err(KeptReason::TooLarge);
        }
        json::read(self.slice(range.clone()), self.limits).map_err(|error| match error.kind {
            JsonErrorKind::TooDeep => KeptReason::TooDeep,
            JsonErrorKind::TooManyValues | JsonErrorKind::StringTooLong => KeptReason::TooLarge,
            JsonErrorKind::DuplicateName => KeptReason::Ambiguous,
            JsonErrorKind::Syntax | JsonErrorKind::Truncated => KeptReason::NotJson,
        })
    }

    fn next_index(&mut self) -> Result<usize, ParseError> {
        if self.taken.entries >= self.limits.max_resources {
            return Err(ParseError::TooManyResources { limit: self.limits.max_resources });
        }
        self.taken.entries += 1;
        Ok(self.taken.entries - 1)
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    fn members(&self, at: usize) -> Result<Option<json::Members>, ParseError> {
        json::members(self.text, at, &self.file_limits).map_err(refused)
    }

    fn elements(&self, at: usize) -> Result<Option<Vec<Range<usize>>>, ParseError> {
        json::elements(self.text, at, &self.file_limits).map_err(|error| match error.kind {
            JsonErrorKind::TooManyValues => {
                ParseError::TooManyResources { limit: self.limits.max_resources }
            }
            _ => refused(error),
        })
    }

    fn string_member(&self, members: &[(String, Range<usize>)], name: &str) -> Option<String> {
        let (_, range) = members.iter().find(|(member, _)| member == name)?;
        match json::read(self.slice(range.clone()), &self.file_limits) {
            Ok(Json::String(text)) => Some(text),
            _ => None,
        }
    }

    fn finish(self, container: Container) -> Parsed {
        let Taken { entries, patients, resources, kept_as_source, duplicates, references, .. } =
            self.taken;
        let resources = resources
            .into_iter()
            .map(|(mut resource, written)| {
                resource.references = written
                    .into_iter()
                    .filter_map(|reference| {
                        let target = references.resolve("", &reference)?;
                        Some(ResolvedReference {
                            resource_type: target.resource_type.clone(),
                            display: target.display.clone(),
                            reference,
                        })
                    })
                    .collect();
                if resource.title.is_empty() {
                    resource.title = title_from_references(&resource);
                }
                resource
            })
            .collect();
        Parsed { container, entries, patients, resources, kept_as_source, duplicates }
    }
}

/// A medicine that is only referred to is called by its name.
fn title_from_references(resource: &Resource) -> String {
    resource
        .references
        .iter()
        .find(|target| target.resource_type == "Medication")
        .map(|target| target.display.clone())
        .unwrap_or_default()
}

fn refused(error: JsonError) -> ParseError {
    let offset = error.offset;
    match error.kind {
        JsonErrorKind::Syntax | JsonErrorKind::DuplicateName => ParseError::NotJson { offset },
        JsonErrorKind::Truncated => ParseError::Truncated { offset },
        JsonErrorKind::TooDeep => ParseError::TooDeep { offset },
        JsonErrorKind::TooManyValues => ParseError::TooManyValues { offset },
        JsonErrorKind::StringTooLong => ParseError::StringTooLong { offset },
    }
}
