//! Builds the tree. Recursion is bounded by `Limits::max_depth`, which the scanner has checked
//! before anything is allocated.

use std::collections::HashSet;

use super::scan::{atom_end, skip_space, string_end, value_end};
use super::{Json, JsonError, JsonErrorKind};
use crate::Limits;

/// Reads one value and nothing after it.
pub(crate) fn read(text: &str, limits: &Limits) -> Result<Json, JsonError> {
    let start = skip_space(text, 0);
    let end = value_end(text, start, limits)?;
    let rest = skip_space(text, end);
    if rest != text.len() {
        return Err(JsonError { offset: rest, kind: JsonErrorKind::Syntax });
    }
    Reader { text, at: start, left: limits.max_nodes, limits }.value()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    left: usize,
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

    fn value(&mut self) -> Result<Json, JsonError> {
        let Some(left) = self.left.checked_sub(1) else {
            return self.fail(JsonErrorKind::TooManyValues);
        };
        self.left = left;
        match self.peek() {
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'"') => Ok(Json::String(self.string()?)),
            Some(_) => self.atom(),
            None => self.fail(JsonErrorKind::Truncated),
        }
    }

    fn object(&mut self) -> Result<Json, JsonError> {
        let start = self.at;
        self.at += 1;
        let mut members: Vec<(String, Json)> = Vec::new();
        while self.peek() != Some(b'}') {
            let name = self.string()?;
            self.peek();
            self.at += 1; // the colon, which the scanner has seen
            let value = self.value()?;
            members.push((name, value));
            if self.peek() == Some(b',') {
                self.at += 1;
                self.peek();
            }
        }
        self.at += 1;
        let mut names = HashSet::with_capacity(members.len());
        if members.iter().any(|(name, _)| !names.insert(name.as_str())) {
            return Err(JsonError { offset: start, kind: JsonErrorKind::DuplicateName });
        }
        Ok(Json::Object(members))
    }

    fn array(&mut self) -> Result<Json, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        while self.peek() != Some(b']') {
            items.push(self.value()?);
            if self.peek() == Some(b',') {
                self.at += 1;
            }
        }
        self.at += 1;
        Ok(Json::Array(items))
    }

    fn string(&mut self) -> Result<String, JsonError> {
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

/// Undoes JSON escapes of a string that the scanner has accepted. A lone surrogate becomes U+FFFD.
pub(super) fn unescape(inner: &str) -> String {
    if !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut out = String::with_capacity(inner.len());
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
