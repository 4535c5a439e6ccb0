//! Takes the tags out of an export. Only as much XML as such a file needs: elements and attributes.
//!
//! Not a general XML reader on purpose. Those gather a whole tag, comment or definition in memory
//! before they hand it out; here a tag has at most [`MAX_TAG`] bytes and everything else is passed
//! over. A definition of entities is refused, and a reference to one too: nothing is ever expanded.

use std::io::{BufRead, BufReader, Chain, Cursor, Read};

use crate::parsed::ParseError;

/// Bytes of one tag.
pub(super) const MAX_TAG: usize = 64 << 10;
/// Bytes before the root element (the definition of real exports has 10 KiB).
const MAX_PROLOG: usize = 1 << 20;
/// Elements inside elements.
pub(super) const MAX_DEPTH: usize = 16;
/// Bytes of a tag that are kept with what was made from it.
const MAX_EXCERPT: usize = 2000;

/// Reads tags from bytes.
pub(super) struct Scanner<R: Read> {
    reader: BufReader<Chain<Cursor<Vec<u8>>, R>>,
    read: u64,
}

/// A start tag, an empty element or an end tag.
pub(super) struct Tag {
    /// Between `<` and `>`.
    text: String,
    name_end: usize,
    offset: usize,
}

impl<R: Read> Scanner<R> {
    /// Passes over everything before the root element.
    pub(super) fn open(mut reader: R) -> Result<Self, ParseError> {
        const ROOT: &[u8] = b"<HealthData";
        let mut seen: Vec<u8> = Vec::new();
        let root = loop {
            let old = seen.len();
            let read = reader
                .by_ref()
                .take(16 << 10)
                .read_to_end(&mut seen)
                .map_err(|_| ParseError::Damaged { offset: old })?;
            let from = old.saturating_sub(ROOT.len());
            let root = find(seen.get(from..).unwrap_or_default(), ROOT).map(|at| from + at);
            let prolog = seen.get(..root.unwrap_or(seen.len())).unwrap_or_default();
            if prolog.starts_with(b"\xfe\xff") || prolog.starts_with(b"\xff\xfe") {
                return Err(ParseError::NotText { offset: 0 });
            }
            if let Some(at) = find(prolog.get(from..).unwrap_or_default(), b"<!ENTITY") {
                return Err(ParseError::Entities { offset: from + at });
            }
            match root {
                Some(root) => break root,
                None if seen.is_empty() => return Err(ParseError::Empty),
                None if read == 0 => return Err(ParseError::Truncated { offset: seen.len() }),
                None if seen.len() > MAX_PROLOG => {
                    return Err(ParseError::Damaged { offset: seen.len() });
                }
                None => {}
            }
        };
        let rest = Cursor::new(seen.split_off(root));
        let reader = BufReader::with_capacity(256 << 10, rest.chain(reader));
        Ok(Scanner { reader, read: root as u64 })
    }

    /// Bytes read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.read
    }

    /// The same, for errors.
    pub(super) fn offset(&self) -> usize {
        usize::try_from(self.read).unwrap_or(usize::MAX)
    }

    /// The next tag; `None` at the end of the file.
    pub(super) fn next_tag(&mut self) -> Result<Option<Tag>, ParseError> {
        loop {
            if !self.skip_to(b'<')? {
                return Ok(None);
            }
            let offset = self.offset();
            let text = self.until_close(offset)?;
            if text.starts_with(b"!--") {
                self.skip_comment(&text, offset)?;
                continue;
            }
            if text.starts_with(b"?") {
                continue;
            }
            if text.starts_with(b"!") {
                // A definition inside the document, or CDATA: an export has neither.
                return Err(ParseError::Entities { offset });
            }
            let text = String::from_utf8(text).map_err(|error| ParseError::NotText {
                offset: offset + error.utf8_error().valid_up_to(),
            })?;
            return Tag::read(text, offset).map(Some);
        }
    }

    /// Passes over bytes up to and including `what`; `false` at the end of the file.
    fn skip_to(&mut self, what: u8) -> Result<bool, ParseError> {
        loop {
            let offset = self.offset();
            let chunk = self.reader.fill_buf().map_err(|_| ParseError::Damaged { offset })?;
            if chunk.is_empty() {
                return Ok(false);
            }
            let found = chunk.iter().position(|b| *b == what);
            let many = found.map_or(chunk.len(), |at| at + 1);
            self.reader.consume(many);
            self.read += many as u64;
            if found.is_some() {
                return Ok(true);
            }
        }
    }

    /// Everything up to the `>` that closes the tag: one inside quotes does not.
    fn until_close(&mut self, offset: usize) -> Result<Vec<u8>, ParseError> {
        let mut text = Vec::with_capacity(512);
        let mut quote = None;
        loop {
            let chunk = self.reader.fill_buf().map_err(|_| ParseError::Damaged { offset })?;
            if chunk.is_empty() {
                return Err(ParseError::Truncated { offset });
            }
            let mut end = None;
            // Apostrophes in a comment are no quotes.
            let is_comment = text.first().or(chunk.first()) == Some(&b'!');
            for (at, byte) in chunk.iter().enumerate() {
                match (quote, byte) {
                    (None, b'>') => {
                        end = Some(at);
                        break;
                    }
                    (None, b'"' | b'\'') if !is_comment => quote = Some(*byte),
                    (Some(open), close) if open == *close => quote = None,
                    _ => {}
                }
            }
            let many = end.unwrap_or(chunk.len());
            if text.len() + many > MAX_TAG {
                return Err(ParseError::StringTooLong { offset });
            }
            text.extend_from_slice(chunk.get(..many).unwrap_or_default());
            let consumed = many + usize::from(end.is_some());
            self.reader.consume(consumed);
            self.read += consumed as u64;
            if end.is_some() {
                return Ok(text);
            }
        }
    }

    /// Passes over the rest of a comment, however long.
    fn skip_comment(&mut self, begun: &[u8], offset: usize) -> Result<(), ParseError> {
        let body = begun.get(3..).unwrap_or_default();
        if body.ends_with(b"--") {
            return Ok(());
        }
        let mut last = match body {
            [.., a, b] => [*a, *b],
            [b] => [0, *b],
            [] => [0, 0],
        };
        loop {
            let chunk = self.reader.fill_buf().map_err(|_| ParseError::Damaged { offset })?;
            if chunk.is_empty() {
                return Err(ParseError::Truncated { offset });
            }
            let mut end = None;
            for (at, byte) in chunk.iter().enumerate() {
                if last == *b"--" && *byte == b'>' {
                    end = Some(at + 1);
                    break;
                }
                last = [last[1], *byte];
            }
            let many = end.unwrap_or(chunk.len());
            self.reader.consume(many);
            self.read += many as u64;
            if end.is_some() {
                return Ok(());
            }
        }
    }
}

impl Tag {
    fn read(text: String, offset: usize) -> Result<Tag, ParseError> {
        let body = text.strip_prefix('/').unwrap_or(&text);
        let start = text.len() - body.len();
        let length = body.find(|c: char| c.is_ascii_whitespace() || c == '/');
        let name_end = start + length.unwrap_or(body.len());
        let name = text.get(start..name_end).unwrap_or_default();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(ParseError::Damaged { offset });
        }
        let tag = Tag { text, name_end, offset };
        tag.check()?;
        Ok(tag)
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        let start = usize::from(self.closes());
        self.text.get(start..self.name_end).unwrap_or_default()
    }

    /// Whether it is an end tag.
    pub(super) fn closes(&self) -> bool {
        self.text.starts_with('/')
    }

    /// Whether it is an element without content.
    pub(super) fn is_empty(&self) -> bool {
        self.text.ends_with('/')
    }

    /// The tag as it stands in the file, cut where it is very long.
    pub(super) fn excerpt(&self) -> String {
        let end = (0..=MAX_EXCERPT.min(self.text.len()))
            .rev()
            .find(|at| self.text.is_char_boundary(*at))
            .unwrap_or_default();
        format!("<{}>", self.text.get(..end).unwrap_or_default())
    }

    fn attributes(&self) -> Attributes<'_> {
        let end = self.text.len() - usize::from(self.is_empty());
        Attributes { rest: self.text.get(self.name_end..end).unwrap_or_default() }
    }

    /// The value of an attribute; `None` if it is absent or empty.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let (_, raw) = self.attributes().flatten().find(|(key, _)| *key == name)?;
        let value = unescape(raw)?;
        (!value.is_empty()).then_some(value)
    }

    /// Attributes must be attributes, and references must be to what XML itself defines.
    fn check(&self) -> Result<(), ParseError> {
        for attribute in self.attributes() {
            let (_, raw) = attribute.ok_or(ParseError::Damaged { offset: self.offset })?;
            if raw.contains('&') && unescape(raw).is_none() {
                return Err(ParseError::Entities { offset: self.offset });
            }
        }
        Ok(())
    }
}

/// Names and raw values; `None` where it is not an attribute, then nothing more.
struct Attributes<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Option<(&'a str, &'a str)>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.trim_start();
        self.rest = "";
        if rest.is_empty() {
            return None;
        }
        let split = || {
            let (name, rest) = rest.split_once('=')?;
            let rest = rest.trim_start();
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, rest) = rest.get(1..)?.split_once(quote)?;
            let name = name.trim_end();
            (!name.is_empty() && !name.contains(char::is_whitespace)).then_some((name, value, rest))
        };
        Some(split().map(|(name, value, rest)| {
            self.rest = rest;
            (name, value)
        }))
    }
}

/// The five entities of XML itself and references to characters; `None` for any other.
fn unescape(raw: &str) -> Option<String> {
    if !raw.contains('&') {
        return Some(raw.to_owned());
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let (name, after) = after.split_once(';')?;
        text.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            other => {
                let number = other.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)?
            }
        });
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
