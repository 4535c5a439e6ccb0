//! What stands in a FHIR file, looked at without what was taken before: on any thread.

use std::ops::Range;

use crate::category::of_type;
use crate::json::{self, Json, JsonError, JsonErrorKind, Str};
use crate::limits::Limits;
use crate::parse::Arrival;
use crate::parsed::{KeptReason, ParseError};
use crate::sensitivity::{self, Sensitivity, SensitivityMatch};
use crate::take::Ready;

/// Resources around others.
const AROUND: [&str; 4] = ["Bundle", "Parameters", "List", "Composition"];

/// A text of which `json::value_end` has accepted what is looked at.
pub(crate) struct Text<'a> {
    pub(crate) text: &'a str,
    /// Where in the file it begins.
    pub(crate) start: usize,
    /// For one resource.
    pub(crate) limits: &'a Limits,
    /// For the file around them.
    pub(crate) file_limits: Limits,
    /// If each resource goes with its line: what the lines say of the file.
    pub(crate) arrival: Option<&'a Arrival<'a>>,
}

/// What something in a file is, as far as that can be told without what was taken before.
pub(crate) enum Looked {
    Ready(Box<Ready>),
    /// Kept as source.
    Source(KeptReason, Range<usize>, Option<String>),
    /// One of [`AROUND`].
    Around {
        range: Range<usize>,
        full_url: Option<String>,
        kind: String,
        members: json::Members,
    },
}

impl Text<'_> {
    /// What an entry is, without what was taken before it; what stands around it is of these kinds.
    pub(crate) fn look_at_entry(
        &self,
        entry: &Range<usize>,
        kinds: &[Sensitivity],
    ) -> Result<Looked, ParseError> {
        let members = self.members(entry.start)?.unwrap_or_default();
        let full_url = self.string_member(&members, "fullUrl");
        let mut resources = members.iter().filter(|(name, _)| name == "resource");
        match (resources.next(), resources.next()) {
            (Some((_, range)), None) => self.look_at_resource(range.clone(), full_url, kinds),
            (first, _) => {
                let reason =
                    if first.is_some() { KeptReason::Ambiguous } else { KeptReason::NoResource };
                Ok(Looked::Source(reason, entry.clone(), full_url))
            }
        }
    }

    /// As [`Text::look_at_entry`], of a resource.
    pub(crate) fn look_at_resource(
        &self,
        range: Range<usize>,
        full_url: Option<String>,
        kinds: &[Sensitivity],
    ) -> Result<Looked, ParseError> {
        let members = self.members(range.start)?.unwrap_or_default();
        let kind = self.string_member(&members, "resourceType").unwrap_or_default();
        if AROUND.contains(&kind.as_str()) {
            return Ok(Looked::Around { range, full_url, kind, members });
        }
        Ok(self.look_at_plain(range, full_url, &kind, kinds))
    }

    pub(crate) fn look_at_plain(
        &self,
        range: Range<usize>,
        full_url: Option<String>,
        kind: &str,
        kinds: &[Sensitivity],
    ) -> Looked {
        let json = match self.read(&range) {
            Ok(json) => json,
            Err(reason) => return Looked::Source(reason, range, full_url),
        };
        let usable =
            (1..=64).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_alphanumeric());
        let reason = match of_type(kind) {
            _ if !usable => Some(KeptReason::NoResourceType),
            None => Some(KeptReason::UnknownType),
            Some(_) => None,
        };
        let place = self.place(&range);
        let bytes = self.slice(range).as_bytes().to_vec();
        let ready = Ready::of(reason, bytes, full_url, &json).with_kinds(kinds).at(place);
        Looked::Ready(Box::new(match self.arrival {
            Some(arrival) => ready.drawn(&json, arrival),
            None => ready,
        }))
    }

    /// Where in the file, of which the text may not be the beginning.
    pub(crate) fn place(&self, range: &Range<usize>) -> Range<usize> {
        range.start + self.start..range.end + self.start
    }

    /// What the sender says of everything in a resource around others.
    pub(crate) fn labels(&self, members: &[(Str, Range<usize>)]) -> Vec<SensitivityMatch> {
        let metas = members.iter().filter(|(name, _)| name == "meta");
        metas
            .flat_map(|(_, range)| match self.read(range) {
                Ok(meta) => sensitivity::of_holder(&meta),
                Err(_) => sensitivity::of_unread_holder(self.slice(range.clone())),
            })
            .collect()
    }

    pub(crate) fn read(&self, range: &Range<usize>) -> Result<Json, KeptReason> {
        if range.len() > self.limits.max_resource_bytes {
            return Err(KeptReason::TooLarge);
        }
        json::read(self.slice(range.clone()), self.limits).map_err(|error| match error.kind {
            JsonErrorKind::TooDeep => KeptReason::TooDeep,
            JsonErrorKind::TooManyValues
            | JsonErrorKind::TooManyElements
            | JsonErrorKind::StringTooLong => KeptReason::TooLarge,
            JsonErrorKind::DuplicateName => KeptReason::Ambiguous,
            JsonErrorKind::Syntax | JsonErrorKind::Truncated => KeptReason::NotJson,
        })
    }

    pub(crate) fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    pub(crate) fn members(&self, at: usize) -> Result<Option<json::Members>, ParseError> {
        json::members(self.text, at, &self.file_limits).map_err(refused)
    }

    /// An object, with the elements of its `entry`.
    pub(crate) fn object(&self, at: usize) -> Result<Option<json::Object>, ParseError> {
        json::object(self.text, at, &self.file_limits, Some("entry"), &|at| {
            Ok(json::skip_value(self.text, at))
        })
        .map_err(|error| self.too_many(error))
    }

    /// The object that the text is from here on, if it is one that can be read to its end: looked at in one pass.
    pub(crate) fn whole_object(&self, at: usize) -> Option<json::Object> {
        let end = |at| json::value_end(self.text, at, &self.file_limits);
        let object =
            json::object(self.text, at, &self.file_limits, Some("entry"), &end).ok().flatten()?;
        let end = json::skip_space(self.text, object.range.end);
        (end == self.text.len()).then_some(object)
    }

    pub(crate) fn elements(&self, at: usize) -> Result<Option<Vec<Range<usize>>>, ParseError> {
        json::elements(self.text, at, &self.file_limits, &|at| Ok(json::skip_value(self.text, at)))
            .map_err(|error| self.too_many(error))
    }

    fn too_many(&self, error: JsonError) -> ParseError {
        match error.kind {
            JsonErrorKind::TooManyElements => {
                ParseError::TooManyResources { limit: self.limits.max_resources }
            }
            _ => refused(error),
        }
    }

    pub(crate) fn string_member(
        &self,
        members: &[(Str, Range<usize>)],
        name: &str,
    ) -> Option<String> {
        let (_, range) = members.iter().find(|(member, _)| member == name)?;
        match json::read(self.slice(range.clone()), &self.file_limits) {
            Ok(Json::String(text)) => Some(text.into_string()),
            _ => None,
        }
    }
}

pub(crate) fn refused(error: JsonError) -> ParseError {
    let offset = error.offset;
    match error.kind {
        JsonErrorKind::Syntax | JsonErrorKind::DuplicateName => ParseError::NotJson { offset },
        JsonErrorKind::Truncated => ParseError::Truncated { offset },
        JsonErrorKind::TooDeep => ParseError::TooDeep { offset },
        JsonErrorKind::TooManyValues | JsonErrorKind::TooManyElements => {
            ParseError::TooManyValues { offset }
        }
        JsonErrorKind::StringTooLong => ParseError::StringTooLong { offset },
    }
}
