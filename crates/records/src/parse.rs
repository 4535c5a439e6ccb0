//! Takes a FHIR file apart into resources. Each resource keeps the bytes it came with.

use std::ops::Range;

use crate::category::{Category, of_type};
use crate::halves;
use crate::json::{self, Json, JsonError, JsonErrorKind};
use crate::limits::Limits;
use crate::parsed::{Container, KeptReason, ParseError, Parsed};
use crate::take::{Ready, Taken};

/// Depth up to which a whole file is looked through; a resource is read to `Limits::max_depth`.
const FILE_DEPTH: usize = 1024;
/// Members of one object that are looked at.
const FILE_MEMBERS: usize = 100_000;
/// Bundles inside bundles.
const BUNDLE_DEPTH: usize = 3;
/// Resources that hold entries of a record rather than being one.
const HOLDING: [&str; 2] = ["List", "Composition"];
/// Resources around others.
const AROUND: [&str; 4] = ["Bundle", "Parameters", "List", "Composition"];
/// Entries that are looked at together, on two threads.
const BATCH: usize = 1024;

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
    Ok(file.taken.finish(container))
}

struct File<'a> {
    text: &'a str,
    limits: &'a Limits,
    file_limits: Limits,
    taken: Taken,
}

/// What something in a file is, as far as that can be told without what was taken before.
enum Looked {
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
            return if self.taken.is_bare() {
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
                let index = self.taken.next_index(self.limits)?;
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
            for batch in entries.chunks(BATCH) {
                for looked in halves::map(batch, |entry| self.look_at_entry(entry)) {
                    self.take(looked?, depth)?;
                }
            }
        }
        Ok(())
    }

    /// What an entry is, without what was taken before it.
    fn look_at_entry(&self, entry: &Range<usize>) -> Result<Looked, ParseError> {
        let members = self.members(entry.start)?.unwrap_or_default();
        let full_url = self.string_member(&members, "fullUrl");
        let mut resources = members.iter().filter(|(name, _)| name == "resource");
        match (resources.next(), resources.next()) {
            (Some((_, range)), None) => self.look_at_resource(range.clone(), full_url),
            (first, _) => {
                let reason =
                    if first.is_some() { KeptReason::Ambiguous } else { KeptReason::NoResource };
                Ok(Looked::Source(reason, entry.clone(), full_url))
            }
        }
    }

    /// As [`File::look_at_entry`], of a resource.
    fn look_at_resource(
        &self,
        range: Range<usize>,
        full_url: Option<String>,
    ) -> Result<Looked, ParseError> {
        let members = self.members(range.start)?.unwrap_or_default();
        let kind = self.string_member(&members, "resourceType").unwrap_or_default();
        if AROUND.contains(&kind.as_str()) {
            return Ok(Looked::Around { range, full_url, kind, members });
        }
        Ok(self.look_at_plain(range, full_url, &kind))
    }

    fn look_at_plain(&self, range: Range<usize>, full_url: Option<String>, kind: &str) -> Looked {
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
        let bytes = self.slice(range).as_bytes().to_vec();
        Looked::Ready(Box::new(Ready::of(reason, bytes, full_url, &json)))
    }

    fn take_resource(
        &mut self,
        range: Range<usize>,
        full_url: Option<String>,
        depth: usize,
    ) -> Result<(), ParseError> {
        let looked = self.look_at_resource(range, full_url)?;
        self.take(looked, depth)
    }

    fn take(&mut self, looked: Looked, depth: usize) -> Result<(), ParseError> {
        match looked {
            Looked::Ready(ready) => {
                let index = self.taken.next_index(self.limits)?;
                self.taken.accept(index, *ready);
            }
            Looked::Source(reason, range, full_url) => {
                let index = self.taken.next_index(self.limits)?;
                self.keep(index, reason, range, full_url);
            }
            Looked::Around { range, full_url, kind, members } => {
                if kind == "Bundle" && depth < BUNDLE_DEPTH {
                    return self.take_bundle(&members, depth + 1);
                }
                if kind == "Parameters"
                    && depth < BUNDLE_DEPTH
                    && self.take_parameters(&members, depth)?
                {
                    return Ok(());
                }
                let looked = self.look_at_plain(range, full_url, &kind);
                let understood = matches!(looked, Looked::Ready(_));
                self.take(looked, depth)?;
                if understood && HOLDING.contains(&kind.as_str()) {
                    self.take_inner(&members)?;
                }
            }
        }
        Ok(())
    }

    /// The resources in the answer of a server's operation (`$everything`, `$summary`); `false` if
    /// there is none.
    fn take_parameters(
        &mut self,
        members: &[(String, Range<usize>)],
        depth: usize,
    ) -> Result<bool, ParseError> {
        let mut found = false;
        for (_, range) in members.iter().filter(|(name, _)| name == "parameter") {
            for parameter in self.elements(range.start)?.unwrap_or_default() {
                let members = self.members(parameter.start)?.unwrap_or_default();
                for (_, inner) in members.into_iter().filter(|(name, _)| name == "resource") {
                    found = true;
                    self.take_resource(inner, None, depth + 1)?;
                }
            }
        }
        Ok(found)
    }

    /// What is contained in a list or document: entries in their own right that are only written
    /// there. They are taken besides it; people, places and what is not understood stay in it.
    fn take_inner(&mut self, members: &[(String, Range<usize>)]) -> Result<(), ParseError> {
        for (_, range) in members.iter().filter(|(name, _)| name == "contained") {
            for inner in self.elements(range.start)?.unwrap_or_default() {
                let Ok(json) = self.read(&inner) else { continue };
                let kind = json.text("resourceType").and_then(of_type);
                if kind.is_none_or(|kind| matches!(kind, Category::Profile | Category::Other)) {
                    continue;
                }
                let index = self.taken.next_index(self.limits)?;
                let bytes = self.slice(inner).as_bytes().to_vec();
                self.taken.accept_inner(index, Ready::of(None, bytes, None, &json));
            }
        }
        Ok(())
    }

    fn keep(
        &mut self,
        index: usize,
        reason: KeptReason,
        range: Range<usize>,
        full_url: Option<String>,
    ) {
        let bytes = self.slice(range).as_bytes().to_vec();
        self.taken.keep(index, reason, bytes, full_url);
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
