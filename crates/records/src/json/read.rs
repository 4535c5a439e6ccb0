//! Builds the tree in one pass. Recursion is bounded by `Limits::max_depth`.

use std::collections::HashSet;

use super::scan::{atom_end, skip_space, string_end, value_end};
use super::{Json, JsonError, JsonErrorKind, Str};
use crate::Limits;

/// Reads one value and nothing after it.
pub(crate) fn read(text: &str, limits: &Limits) -> Result<Json, JsonError> {
    let start = skip_space(text, 0);
    let mut reader = Reader { text, at: start, left: limits.max_nodes, depth: 0, limits };
    let built = reader.value();
    if built.is_ok() && skip_space(text, reader.at) == text.len() {
        return built;
    }
    // What is wrong with the text as a whole comes before what is wrong with what it says.
    let end = value_end(text, start, limits)?;
    let rest = skip_space(text, end);
    if rest != text.len() {
        return Err(JsonError { offset: rest, kind: JsonErrorKind::Syntax });
    }
    built
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    left: usize,
    depth: usize,
    limits: &'a Limits,
}

impl Reader<'_> {
    fn fail<T>(&self, kind: JsonErrorKind) -> Result<T, JsonError> {
        Err(JsonError { offset: self.at, kind })
    }

    fn peek(&mut self) -> Option<u8> {
        self.at = skip_space(self.text, self.at);
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over `byte`.
    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.peek() != Some(byte) {
            return self.fail(JsonErrorKind::Syntax);
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self) -> Result<Json, JsonError> {
        let Some(left) = self.left.checked_sub(1) else {
            return self.fail(JsonErrorKind::TooManyValues);
        };
        self.left = left;
        match self.peek() {
            Some(b'{') => self.within(Self::object),
            Some(b'[') => self.within(Self::array),
            Some(b'"') => Ok(Json::String(self.string()?)),
            Some(_) => self.atom(),
            None => self.fail(JsonErrorKind::Truncated),
        }
    }

    /// What is inside the bracket that stands here.
    fn within(
        &mut self,
        inside: impl FnOnce(&mut Self) -> Result<Json, JsonError>,
    ) -> Result<Json, JsonError> {
        if self.depth >= self.limits.max_depth {
            return self.fail(JsonErrorKind::TooDeep);
        }
        self.depth += 1;
        let value = inside(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Json, JsonError> {
        let start = self.at;
        self.at += 1;
        let mut members: Vec<(Str, Json)> = Vec::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.fail(JsonErrorKind::Syntax);
            }
            let name = self.string()?;
            self.expect(b':')?;
            let value = self.value()?;
            members.push((name, value));
            if self.peek() != Some(b',') {
                break;
            }
            self.at += 1;
        }
        self.expect(b'}')?;
        if any_twice(&members) {
            return Err(JsonError { offset: start, kind: JsonErrorKind::DuplicateName });
        }
        Ok(Json::Object(members))
    }

    fn array(&mut self) -> Result<Json, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value()?);
            if self.peek() != Some(b',') {
                break;
            }
            self.at += 1;
        }
        self.expect(b']')?;
        Ok(Json::Array(items))
    }

    fn string(&mut self) -> Result<Str, JsonError> {
        let end = string_end(self.text, self.at, self.limits)?;
        let inner = self.text.get(self.at + 1..end - 1).unwrap_or_default();
        self.at = end;
        Ok(unescape(inner))
    }

    fn atom(&mut self) -> Result<Json, JsonError> {
        let end = atom_end(self.text, self.at)?;
        let word = self.text.get(self.at..end).unwrap_or_default();
        self.at = end;
        Ok(match word {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            "null" => Json::Null,
            digits => Json::Number(digits.into()),
        })
    }
}

/// Whether a name occurs twice.
fn any_twice(members: &[(Str, Json)]) -> bool {
    // Of a few, comparing is faster than hashing.
    if members.len() <= 16 {
        let mut before = members.iter().enumerate();
        return before
            .any(|(at, (name, _))| members.iter().take(at).any(|(other, _)| other == name));
    }
    let mut names = HashSet::with_capacity(members.len());
    members.iter().any(|(name, _)| !names.insert(name.as_str()))
}

/// Undoes JSON escapes of a string that the scanner has accepted. A lone surrogate becomes U+FFFD.
pub(super) fn unescape(inner: &str) -> Str {
    if !inner.contains('\\') {
        return inner.into();
    }
    let mut out = Str::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let escape = rest.as_bytes().get(at + 1).copied();
        let mut used = at + 2;
        match escape {
            Some(b'b') => out.push('\u{8}'),
            Some(b'f') => out.push('\u{c}'),
            Some(b'n') => out.push('\n'),
            Some(b'r') => out.push('\r'),
            Some(b't') => out.push('\t'),
            Some(b'u') => {
                let (character, length) = unicode(rest.get(at..).unwrap_or_default());
                out.push(character);
                used = at + length;
            }
            Some(other) => out.push(char::from(other)),
            None => {}
        }
        rest = rest.get(used..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The character of `\uXXXX` or of a surrogate pair, and how many bytes it took.
fn unicode(escape: &str) -> (char, usize) {
    let unit = |at: usize| -> Option<u32> {
        (escape.get(at..at + 2)? == "\\u").then_some(())?;
        u32::from_str_radix(escape.get(at + 2..at + 6)?, 16).ok()
    };
    let Some(first) = unit(0) else { return (char::REPLACEMENT_CHARACTER, 2) };
    if (0xd800..0xdc00).contains(&first)
        && let Some(second) = unit(6)
        && (0xdc00..0xe000).contains(&second)
    {
        let scalar = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER), 12);
    }
    (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
}
