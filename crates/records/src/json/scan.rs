//! Finds where values begin and end, without recursion and without building anything.

use std::ops::Range;

use super::{JsonError, JsonErrorKind, Str};
use crate::Limits;

fn error<T>(text: &str, offset: usize, kind: JsonErrorKind) -> Result<T, JsonError> {
    let kind = if kind == JsonErrorKind::Syntax && offset >= text.len() {
        JsonErrorKind::Truncated
    } else {
        kind
    };
    Err(JsonError { offset, kind })
}

/// The first position from `at` that is not white space.
pub(crate) fn skip_space(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// What a string cannot simply go on with.
fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// The position after the string that starts at `at` with a quote.
pub(super) fn string_end(text: &str, at: usize, limits: &Limits) -> Result<usize, JsonError> {
    let bytes = text.as_bytes();
    let mut here = at + 1;
    loop {
        let rest = bytes.get(here..).unwrap_or_default();
        here += rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len());
        match bytes.get(here) {
            Some(b'"') => break,
            Some(b'\\') => match bytes.get(here + 1) {
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => here += 2,
                Some(b'u') => {
                    let digits = bytes.get(here + 2..here + 6);
                    if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                        return error(text, (here + 6).min(text.len()), JsonErrorKind::Syntax);
                    }
                    here += 6;
                }
                _ => return error(text, here + 1, JsonErrorKind::Syntax),
            },
            // A control character, or the end.
            _ => return error(text, here, JsonErrorKind::Syntax),
        }
    }
    if here - at > limits.max_string {
        return error(text, at, JsonErrorKind::StringTooLong);
    }
    Ok(here + 1)
}

/// The position after the number, `true`, `false` or `null` that starts at `at`.
pub(super) fn atom_end(text: &str, at: usize) -> Result<usize, JsonError> {
    let bytes = text.as_bytes();
    for word in ["true", "false", "null"] {
        if bytes.get(at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return Ok(at + word.len());
        }
    }
    let digits = |mut here: usize| {
        while bytes.get(here).is_some_and(u8::is_ascii_digit) {
            here += 1;
        }
        here
    };
    let mut here = at;
    if bytes.get(here) == Some(&b'-') {
        here += 1;
    }
    let whole = digits(here);
    if whole == here || (bytes.get(here) == Some(&b'0') && whole > here + 1) {
        return error(text, here, JsonErrorKind::Syntax);
    }
    here = whole;
    if bytes.get(here) == Some(&b'.') {
        let fraction = digits(here + 1);
        if fraction == here + 1 {
            return error(text, fraction, JsonErrorKind::Syntax);
        }
        here = fraction;
    }
    if matches!(bytes.get(here), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(here + 1), Some(b'+' | b'-')));
        let exponent = digits(here + 1 + sign);
        if exponent == here + 1 + sign {
            return error(text, exponent, JsonErrorKind::Syntax);
        }
        here = exponent;
    }
    // A number of many digits is a string in disguise.
    if here - at > 4096 {
        return error(text, at, JsonErrorKind::StringTooLong);
    }
    Ok(here)
}

/// What the scanner expects next inside a container.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    NameOrEnd,
    Name,
    CommaOrEnd,
}

/// The position after the value that starts at `at`. Validates all of it.
pub(crate) fn value_end(text: &str, at: usize, limits: &Limits) -> Result<usize, JsonError> {
    let bytes = text.as_bytes();
    let mut open: Vec<u8> = Vec::new();
    let mut expect = Expect::Value;
    let mut here = at;
    loop {
        here = skip_space(text, here);
        let Some(&byte) = bytes.get(here) else {
            return error(text, here, JsonErrorKind::Syntax);
        };
        match (expect, byte) {
            (Expect::Value | Expect::ValueOrEnd, b'{' | b'[') => {
                if open.len() >= limits.max_depth {
                    return error(text, here, JsonErrorKind::TooDeep);
                }
                open.push(byte);
                expect = if byte == b'{' { Expect::NameOrEnd } else { Expect::ValueOrEnd };
                here += 1;
                continue;
            }
            (Expect::ValueOrEnd, b']') | (Expect::NameOrEnd, b'}') => {
                open.pop();
                here += 1;
            }
            (Expect::CommaOrEnd, b'}' | b']') => {
                let opening = if byte == b'}' { b'{' } else { b'[' };
                if open.pop() != Some(opening) {
                    return error(text, here, JsonErrorKind::Syntax);
                }
                here += 1;
            }
            (Expect::CommaOrEnd, b',') => {
                let object = open.last() == Some(&b'{');
                expect = if object { Expect::Name } else { Expect::Value };
                here += 1;
                continue;
            }
            (Expect::Name | Expect::NameOrEnd, b'"') => {
                here = skip_space(text, string_end(text, here, limits)?);
                if bytes.get(here) != Some(&b':') {
                    return error(text, here, JsonErrorKind::Syntax);
                }
                here += 1;
                expect = Expect::Value;
                continue;
            }
            (Expect::Value | Expect::ValueOrEnd, b'"') => here = string_end(text, here, limits)?,
            (Expect::Value | Expect::ValueOrEnd, _) => here = atom_end(text, here)?,
            _ => return error(text, here, JsonErrorKind::Syntax),
        }
        if open.is_empty() {
            return Ok(here);
        }
        expect = Expect::CommaOrEnd;
    }
}

/// The position after the value that starts at `at`, in a text of which [`value_end`] has accepted all.
pub(crate) fn skip_value(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut here = skip_space(text, at);
    let mut open = 0usize;
    while let Some(byte) = bytes.get(here) {
        match byte {
            b'"' => here = skip_string(bytes, here),
            b'{' | b'[' => {
                open += 1;
                here += 1;
                continue;
            }
            b'}' | b']' => {
                open = open.saturating_sub(1);
                here += 1;
            }
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if open > 0 => {
                here += 1;
                continue;
            }
            _ => {
                let rest = bytes.get(here..).unwrap_or_default();
                let ends =
                    |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r');
                here += rest.iter().position(ends).unwrap_or(rest.len()).max(1);
            }
        }
        if open == 0 {
            break;
        }
    }
    here
}

fn skip_string(bytes: &[u8], at: usize) -> usize {
    let mut here = at + 1;
    loop {
        let rest = bytes.get(here..).unwrap_or_default();
        match rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
            Some(found) if rest.get(found) == Some(&b'"') => return here + found + 1,
            Some(found) => here += found + 2,
            None => return bytes.len(),
        }
    }
}

/// Names of an object with the place of their values.
pub(crate) type Members = Vec<(Str, Range<usize>)>;

/// An object.
pub(crate) struct Object {
    /// Its place.
    pub(crate) range: Range<usize>,
    pub(crate) members: Members,
    /// The elements of the member that was asked for.
    pub(crate) elements: Vec<Range<usize>>,
}

/// Where the value at a place ends: [`skip_value`], or [`value_end`] for a text that was not looked at before.
type End<'a> = &'a dyn Fn(usize) -> Result<usize, JsonError>;

/// The members of the object that starts at `at`, or `None` if there is no object; in a text of which [`value_end`]
/// has accepted all.
pub(crate) fn members(
    text: &str,
    at: usize,
    limits: &Limits,
) -> Result<Option<Members>, JsonError> {
    let skip = |at| Ok(skip_value(text, at));
    object(text, at, limits, None, &skip).map(|found| found.map(|object| object.members))
}

/// The object that starts at `at`, or `None`; with the places of the elements of the array that a member of the name
/// `within` is, found in the same pass.
pub(crate) fn object(
    text: &str,
    at: usize,
    limits: &Limits,
    within: Option<&str>,
    value_end: End<'_>,
) -> Result<Option<Object>, JsonError> {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'{') {
        return Ok(None);
    }
    let (mut found, mut inner) = (Vec::new(), Vec::new());
    let mut here = skip_space(text, at + 1);
    let made = |end: usize, members, elements| Object { range: at..end, members, elements };
    if bytes.get(here) == Some(&b'}') {
        return Ok(Some(made(here + 1, found, inner)));
    }
    loop {
        if bytes.get(here) != Some(&b'"') {
            return error(text, here, JsonErrorKind::Syntax);
        }
        let name_end = string_end(text, here, limits)?;
        let name = super::read::unescape(text.get(here + 1..name_end - 1).unwrap_or_default());
        here = skip_space(text, name_end);
        if bytes.get(here) != Some(&b':') {
            return error(text, here, JsonErrorKind::Syntax);
        }
        let start = skip_space(text, here + 1);
        let end = if within == Some(name.as_str()) && bytes.get(start) == Some(&b'[') {
            inner = elements(text, start, limits, value_end)?.unwrap_or_default();
            // After the last of them there is only the bracket.
            let last = inner.last().map_or(start + 1, |element| element.end);
            skip_space(text, last) + 1
        } else {
            value_end(start)?
        };
        if found.len() >= limits.max_nodes {
            return error(text, start, JsonErrorKind::TooManyValues);
        }
        found.push((name, start..end));
        here = skip_space(text, end);
        match bytes.get(here) {
            Some(b',') => here = skip_space(text, here + 1),
            Some(b'}') => return Ok(Some(made(here + 1, found, inner))),
            _ => return error(text, here, JsonErrorKind::Syntax),
        }
    }
}

/// The places of the elements of the array that starts at `at`, or `None` if there is no array; in a text of which
/// [`value_end`] has accepted all.
pub(crate) fn elements(
    text: &str,
    at: usize,
    limits: &Limits,
    value_end: End<'_>,
) -> Result<Option<Vec<Range<usize>>>, JsonError> {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'[') {
        return Ok(None);
    }
    let mut found = Vec::new();
    let mut here = skip_space(text, at + 1);
    if bytes.get(here) == Some(&b']') {
        return Ok(Some(found));
    }
    loop {
        let end = value_end(here)?;
        if found.len() > limits.max_resources {
            return error(text, here, JsonErrorKind::TooManyElements);
        }
        found.push(here..end);
        here = skip_space(text, end);
        match bytes.get(here) {
            Some(b',') => here = skip_space(text, here + 1),
            Some(b']') => return Ok(Some(found)),
            _ => return error(text, here, JsonErrorKind::Syntax),
        }
    }
}
