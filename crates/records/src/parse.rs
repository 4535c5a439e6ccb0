//! Takes a FHIR file apart into resources. Each resource keeps the bytes it came with.

use std::ops::Range;

use crate::category::{Category, of_type};
use crate::halves;
use crate::json::{self, Str};
use crate::limits::Limits;
use crate::look::{Looked, Text, refused};
use crate::parsed::{Container, KeptAsSource, KeptReason, ParseError, Parsed, Resource};
use crate::sensitivity::{self, Sensitivity, SensitivityMatch};
use crate::take::{Ready, Taken};

/// Depth up to which a whole file is looked through; a resource is read to `Limits::max_depth`.
const FILE_DEPTH: usize = 1024;
/// Members of one object that are looked at.
const FILE_MEMBERS: usize = 100_000;
/// Bundles inside bundles.
const BUNDLE_DEPTH: usize = 3;
/// Resources that hold entries of a record rather than being one.
const HOLDING: [&str; 2] = ["List", "Composition"];
/// Entries that are looked at together, on two threads, or given away together.
const BATCH: usize = 512;
/// Entries that are given away first.
const FIRST: usize = 128;

/// Reads a file: a Bundle of any type, one resource, an array of resources, or NDJSON.
///
/// # Errors
/// The file as a whole is refused if it is not JSON or exceeds a bound of the file; what is wrong
/// with a single entry only makes that entry [`KeptAsSource`].
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Parsed, ParseError> {
    parse_with(bytes, limits, None, None)
}

/// What was found in a file so far.
#[derive(Debug)]
pub struct Given {
    /// What is understood.
    pub resources: Vec<Resource>,
    /// What is not.
    pub kept_as_source: Vec<KeptAsSource>,
}

/// What the lines of a file say of where they came from.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The file, in words.
    pub source: &'a str,
    /// When it was received, seconds since 1970 UTC.
    pub received: Option<u64>,
}

/// As [`parse`], but most of a Bundle is given away while the rest is read, and is not in the answer; each with its
/// line, so that nobody has to read it again.
///
/// # Errors
/// As [`parse`]; then what was given away is not to be taken either.
pub fn parse_giving(
    bytes: &[u8],
    limits: &Limits,
    arrival: &Arrival<'_>,
    give: &mut dyn FnMut(Given),
) -> Result<Parsed, ParseError> {
    parse_with(bytes, limits, Some(arrival), Some(give))
}

/// What stands around what is looked at.
#[derive(Debug, Clone, Default)]
struct Around {
    /// Bundles.
    depth: usize,
    /// What their senders labelled all of it as.
    kinds: Vec<Sensitivity>,
}

impl Around {
    /// One more, labelled like this.
    fn inner(&self, labels: &[SensitivityMatch]) -> Self {
        let mut kinds = self.kinds.clone();
        kinds.extend(sensitivity::kinds_in(labels));
        kinds.sort_unstable();
        kinds.dedup();
        Self { depth: self.depth + 1, kinds }
    }
}

/// Who takes what was found at once.
type Giving<'a, 'g> = &'a mut (dyn FnMut(Given) + 'g);

fn parse_with(
    bytes: &[u8],
    limits: &Limits,
    arrival: Option<&Arrival<'_>>,
    give: Option<Giving<'_, '_>>,
) -> Result<Parsed, ParseError> {
    if bytes.len() > limits.max_bytes {
        return Err(ParseError::TooLarge { bytes: bytes.len(), limit: limits.max_bytes });
    }
    let marked = bytes.strip_prefix(b"\xef\xbb\xbf");
    let before = marked.map_or(0, |rest| bytes.len() - rest.len());
    let bytes = marked.unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|error| ParseError::NotText { offset: error.valid_up_to() })?;
    let start = json::skip_space(text, 0);
    if start == text.len() {
        return Err(ParseError::Empty);
    }
    let file_limits = Limits { max_depth: FILE_DEPTH, max_nodes: FILE_MEMBERS, ..limits.clone() };
    let text = Text { text, start: before, limits, file_limits, arrival };
    let mut file = File { text, give, taken: Taken::default(), labels: Vec::new() };
    let container = file.take_whole(start)?;
    Ok(Parsed { labels: file.labels, ..file.taken.finish(container) })
}

struct File<'a, 'g> {
    text: Text<'a>,
    give: Option<Giving<'a, 'g>>,
    taken: Taken,
    /// Of the Bundle that the file is.
    labels: Vec<SensitivityMatch>,
}

impl File<'_, '_> {
    fn take_whole(&mut self, start: usize) -> Result<Container, ParseError> {
        if let Some(object) = self.text.whole_object(start) {
            return self.take_object(object);
        }
        let whole = json::value_end(self.text.text, start, &self.text.file_limits);
        match whole {
            Ok(end) if json::skip_space(self.text.text, end) == self.text.text.len() => {
                self.take_value(start..end)
            }
            // More follows: one resource per line, or it is not JSON.
            Ok(end) => match self.take_lines()? {
                true => Ok(Container::Ndjson),
                false => Err(ParseError::NotJson { offset: json::skip_space(self.text.text, end) }),
            },
            Err(error) => match self.take_lines()? {
                true => Ok(Container::Ndjson),
                false => Err(refused(error)),
            },
        }
    }

    fn take_value(&mut self, range: Range<usize>) -> Result<Container, ParseError> {
        if let Some(elements) = self.text.elements(range.start)? {
            for element in elements {
                self.take_resource(element, None, &Around::default())?;
            }
            return if self.taken.is_bare() {
                Err(ParseError::NotFhir)
            } else {
                Ok(Container::Array)
            };
        }
        match self.text.object(range.start)? {
            Some(object) => self.take_object(object),
            None => Err(ParseError::NotFhir),
        }
    }

    fn take_object(&mut self, object: json::Object) -> Result<Container, ParseError> {
        let json::Object { range, members, elements: entries } = object;
        let Some(kind) = self.text.string_member(&members, "resourceType") else {
            return Err(ParseError::NotFhir);
        };
        if kind != "Bundle" {
            self.take_resource(range, None, &Around::default())?;
            return Ok(Container::Single);
        }
        let bundle_type = self.text.string_member(&members, "type").unwrap_or_default();
        self.labels = self.text.labels(&members);
        let around = Around::default().inner(&self.labels);
        if members.iter().filter(|(name, _)| name == "entry").count() > 1 || entries.is_empty() {
            self.take_bundle(&members, &around)?;
        } else {
            self.take_all_entries(&entries, &around)?;
        }
        Ok(Container::Bundle { bundle_type })
    }

    /// Takes lines if this looks like NDJSON: at least one line is a whole resource.
    fn take_lines(&mut self) -> Result<bool, ParseError> {
        let mut lines = Vec::new();
        let mut at = 0;
        for line in self.text.text.split_inclusive('\n') {
            let start = at + (line.len() - line.trim_start().len());
            let end = at + line.trim_end().len();
            if start < end {
                lines.push(start..end);
            }
            at += line.len();
        }
        let whole = |range: &Range<usize>| {
            self.text.text.as_bytes().get(range.start) == Some(&b'{')
                && json::value_end(self.text.text, range.start, &self.text.file_limits)
                    == Ok(range.end)
        };
        if lines.len() < 2 || !lines.iter().take(16).any(whole) {
            return Ok(false);
        }
        for line in lines {
            if json::value_end(self.text.text, line.start, &self.text.file_limits) == Ok(line.end) {
                self.take_resource(line, None, &Around::default())?;
            } else {
                let index = self.taken.next_index(self.text.limits)?;
                self.keep(index, KeptReason::NotJson, line, None, &[]);
            }
        }
        Ok(true)
    }

    fn take_bundle(
        &mut self,
        members: &[(Str, Range<usize>)],
        around: &Around,
    ) -> Result<(), ParseError> {
        for (_, range) in members.iter().filter(|(name, _)| name == "entry") {
            // `entry` that is no array is tolerated as a single entry.
            let entries = match self.text.elements(range.start)? {
                Some(entries) => entries,
                None => vec![range.clone()],
            };
            self.take_all_entries(&entries, around)?;
        }
        Ok(())
    }

    fn take_all_entries(
        &mut self,
        entries: &[Range<usize>],
        around: &Around,
    ) -> Result<(), ParseError> {
        // Whoever takes them begins early, and never waits long for the next ones.
        let mut size = if self.give.is_some() { FIRST } else { BATCH };
        let mut rest = entries;
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(size.min(rest.len()));
            self.take_entries(batch, around)?;
            size = (size * 3 / 2).min(BATCH);
            rest = later;
        }
        Ok(())
    }

    fn take_entries(&mut self, batch: &[Range<usize>], around: &Around) -> Result<(), ParseError> {
        if self.give.is_some() {
            // Whoever takes it at once is the second thread.
            for entry in batch {
                let looked = self.text.look_at_entry(entry, &around.kinds)?;
                self.take(looked, around)?;
            }
            if let Some(give) = &mut self.give {
                give(self.taken.give_away());
            }
            return Ok(());
        }
        let text = &self.text;
        for looked in halves::map(batch, |entry| text.look_at_entry(entry, &around.kinds)) {
            self.take(looked?, around)?;
        }
        Ok(())
    }

    fn take_resource(
        &mut self,
        range: Range<usize>,
        full_url: Option<String>,
        around: &Around,
    ) -> Result<(), ParseError> {
        let looked = self.text.look_at_resource(range, full_url, &around.kinds)?;
        self.take(looked, around)
    }

    fn take(&mut self, looked: Looked, around: &Around) -> Result<(), ParseError> {
        match looked {
            Looked::Ready(ready) => {
                let index = self.taken.next_index(self.text.limits)?;
                self.taken.accept(index, *ready);
            }
            Looked::Source(reason, range, full_url) => {
                let index = self.taken.next_index(self.text.limits)?;
                self.keep(index, reason, range, full_url, &around.kinds);
            }
            Looked::Around { range, full_url, kind, members } => {
                let inner = around.inner(&self.text.labels(&members));
                if kind == "Bundle" && around.depth < BUNDLE_DEPTH {
                    return self.take_bundle(&members, &inner);
                }
                if kind == "Parameters"
                    && around.depth < BUNDLE_DEPTH
                    && self.take_parameters(&members, &inner)?
                {
                    return Ok(());
                }
                let looked = self.text.look_at_plain(range, full_url, &kind, &around.kinds);
                let understood = matches!(looked, Looked::Ready(_));
                self.take(looked, around)?;
                if understood && HOLDING.contains(&kind.as_str()) {
                    self.take_inner(&members, &inner)?;
                }
            }
        }
        Ok(())
    }

    /// The resources in the answer of a server's operation (`$everything`, `$summary`); `false` if
    /// there is none.
    fn take_parameters(
        &mut self,
        members: &[(Str, Range<usize>)],
        around: &Around,
    ) -> Result<bool, ParseError> {
        let mut found = false;
        for (_, range) in members.iter().filter(|(name, _)| name == "parameter") {
            for parameter in self.text.elements(range.start)?.unwrap_or_default() {
                let members = self.text.members(parameter.start)?.unwrap_or_default();
                for (_, inner) in members.into_iter().filter(|(name, _)| name == "resource") {
                    found = true;
                    self.take_resource(inner, None, around)?;
                }
            }
        }
        Ok(found)
    }

    /// What is contained in a list or document: entries in their own right that are only written
    /// there. They are taken besides it; people, places and what is not understood stay in it.
    fn take_inner(
        &mut self,
        members: &[(Str, Range<usize>)],
        around: &Around,
    ) -> Result<(), ParseError> {
        for (_, range) in members.iter().filter(|(name, _)| name == "contained") {
            for inner in self.text.elements(range.start)?.unwrap_or_default() {
                let Ok(json) = self.text.read(&inner) else { continue };
                let kind = json.text("resourceType").and_then(of_type);
                if kind.is_none_or(|kind| matches!(kind, Category::Profile | Category::Other)) {
                    continue;
                }
                let index = self.taken.next_index(self.text.limits)?;
                let bytes = self.text.slice(inner).as_bytes().to_vec();
                let ready = Ready::of(None, bytes, None, &json).with_kinds(&around.kinds);
                self.taken.accept_inner(index, ready);
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
        kinds: &[Sensitivity],
    ) {
        let place = self.text.place(&range);
        let bytes = self.text.slice(range).as_bytes().to_vec();
        self.taken.keep(index, reason, bytes, full_url, kinds, Some(place));
    }
}
