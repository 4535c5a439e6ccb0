//! A file taken apart, whatever its format was: resources, pieces kept as source, repetitions.

use std::ops::Range;

use serde::Serialize;
use thiserror::Error;
use ts_rs::TS;

use crate::category::Category;
use crate::date::PartialDate;
use crate::fingerprint;
use crate::format::Format;
use crate::identity::PatientIdentity;
use crate::json::Json;
use crate::limits::Limits;
use crate::sensitivity::{self, Sensitivity, SensitivityMatch};
use crate::view::line::Line;
use crate::view::{self, Gist};

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
    /// Another format, turned into FHIR resources.
    Converted(Format),
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
    /// What the sender says of everything in the file, by the labels of the Bundle that it is.
    pub labels: Vec<SensitivityMatch>,
    /// What repetitions are kept apart for and the one that is kept, by its fingerprint, is not.
    pub labelled_again: Vec<([u8; 32], Vec<Sensitivity>)>,
}

/// One resource.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Position among the file's entries, from 0.
    pub index: usize,
    /// FHIR type as written; empty if there is none.
    pub resource_type: String,
    /// FHIR JSON: exactly as it stood in the file, or made from another format.
    pub bytes: Vec<u8>,
    /// The compartment, where nobody decided otherwise.
    pub category: Category,
    /// What it is kept apart for; of a document also what the records it speaks of are.
    pub kinds: Vec<Sensitivity>,
    /// Those of them that its content does not tell by itself.
    pub within: Vec<Sensitivity>,
    /// Its date, as written.
    pub date: Option<PartialDate>,
    /// What to call it; may be empty.
    pub title: String,
    /// The same for the same content (module `fingerprint`).
    pub fingerprint: [u8; 32],
    /// The entry's `fullUrl`.
    pub full_url: Option<String>,
    /// Where in the file its bytes stood, if they did and nothing else was made of them.
    pub place: Option<Range<usize>>,
    /// Its line in a chart, still without the record's id, if it is given away at once (`parse_giving`).
    pub line: Option<Box<Line>>,
}

impl Resource {
    /// A resource made from another format; `index` is its position among those of the file.
    pub(crate) fn made(index: usize, json: &Json) -> Resource {
        let fingerprint = fingerprint::of_resource(json);
        let bytes = json.to_compact().into_bytes();
        Resource::described(index, bytes, json, fingerprint, &Gist::of(json))
    }

    /// A resource with what can be said of it by itself; `bytes` are those of `json`.
    pub(crate) fn described(
        index: usize,
        bytes: Vec<u8>,
        json: &Json,
        fingerprint: [u8; 32],
        gist: &Gist,
    ) -> Resource {
        let kinds = sensitivity::kinds_in(&gist.found);
        Resource {
            index,
            resource_type: json.text("resourceType").unwrap_or_default().to_owned(),
            bytes,
            category: Category::of_kinds(json, &kinds),
            kinds,
            within: Vec::new(),
            date: gist.date.as_ref().and_then(view::sortable),
            title: gist.title.clone(),
            fingerprint,
            full_url: None,
            place: None,
            line: None,
        }
    }

    /// Is also of these kinds: moves to their compartment, unless it says who she is.
    pub(crate) fn add_kinds(&mut self, kinds: &[Sensitivity]) {
        if self.category == Category::Profile {
            return;
        }
        for kind in kinds {
            if !self.kinds.contains(kind) {
                self.kinds.push(*kind);
                self.within.push(*kind);
            }
        }
        self.kinds.sort_unstable();
        if let Some(home) = sensitivity::home(&self.kinds) {
            self.category = home;
        }
    }

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
    /// Its bytes, in category `Other` unless something in them is kept apart.
    pub resource: Resource,
}

/// Why something is only kept as source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
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
    /// A part of a document in another format for which there is no resource.
    NoEquivalent,
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
            KeptReason::NoEquivalent => "noEquivalent",
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
    /// A known format that is not read, or one that is not known at all.
    #[error("files of this format are not read")]
    UnsupportedFormat,
    /// The name says one format, the content is none of that.
    #[error("the file is called {claimed:?} but is none")]
    WrongContent {
        /// What the name says.
        claimed: Format,
    },
    /// Locked with a password.
    #[error("the file is encrypted")]
    Encrypted,
    /// The format is right, the content is damaged.
    #[error("the file is damaged at byte {offset}")]
    Damaged {
        /// Where, as far as that can be told.
        offset: usize,
    },
    /// XML that defines its own entities or asks for others: never expanded.
    #[error("the file holds definitions that are not followed, at byte {offset}")]
    Entities {
        /// Where.
        offset: usize,
    },
    /// The reader for this format wants an answer first (the columns of a CSV file).
    #[error("the file can only be read after a question is answered")]
    NeedsAnswer,
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
            ParseError::UnsupportedFormat => "unsupportedFormat",
            ParseError::WrongContent { .. } => "wrongContent",
            ParseError::Encrypted => "encrypted",
            ParseError::Damaged { .. } => "damaged",
            ParseError::Entities { .. } => "entities",
            ParseError::NeedsAnswer => "needsAnswer",
            ParseError::TooDeep { .. } => "tooDeep",
            ParseError::StringTooLong { .. } => "stringTooLong",
            ParseError::TooManyValues { .. } => "tooManyValues",
            ParseError::TooManyResources { .. } => "tooManyResources",
        }
    }
}
