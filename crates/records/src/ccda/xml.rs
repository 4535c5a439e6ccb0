//! XML that may be hostile: decoded, looked through and only then parsed.
//!
//! A document type definition is refused (entities, external or expanding, come from there), and so
//! are depth, attributes and namespaces beyond reason, before a tree is built.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use roxmltree::{Document, ParsingOptions};

use crate::parsed::ParseError;

/// Elements inside elements.
const MAX_DEPTH: usize = 200;
/// Attributes of one element.
const MAX_ATTRIBUTES: usize = 128;
/// Sum over elements that declare namespaces of the declarations in force: what a tree copies.
const MAX_NAMESPACE_WORK: usize = 2_000_000;
/// Nodes of a tree; each takes some hundred bytes.
const MAX_NODES: u32 = 2_000_000;
/// Longest single tag.
const MAX_TAG: usize = 256 << 10;

/// The text of an XML file by its byte order mark or declaration, else as UTF-8. Zero bytes and what
/// cannot be decoded are refused, because what is kept as source must be what came.
///
/// # Errors
/// [`ParseError::NotText`], [`ParseError::Empty`].
pub(crate) fn decode(bytes: &[u8]) -> Result<String, ParseError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ParseError::Empty);
    }
    let encoding = Encoding::for_bom(bytes).map_or_else(|| declared(bytes), |(found, _)| found);
    let (text, _, broken) = encoding.decode(bytes);
    if broken || text.contains('\0') {
        let offset = if encoding == UTF_8 {
            std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), |_| 0)
        } else {
            0
        };
        return Err(ParseError::NotText { offset });
    }
    Ok(text.into_owned())
}

fn declared(bytes: &[u8]) -> &'static Encoding {
    match bytes {
        [b'<', 0, ..] => return UTF_16LE,
        [0, b'<', ..] => return UTF_16BE,
        _ => {}
    }
    let head = bytes.get(..200.min(bytes.len())).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    let declaration = head.split("?>").next().unwrap_or_default();
    let label = declaration.split_once("encoding").and_then(|(_, rest)| {
        let rest = rest.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest.get(1..)?.split(quote).next()
    });
    match label.and_then(|label| Encoding::for_label(label.as_bytes())) {
        // A file that can say so in ASCII is none of these, whatever it says.
        Some(found) if found == UTF_16LE || found == UTF_16BE => UTF_8,
        Some(found) => found,
        // ISO-8859-1 without saying so is the one mistake that is common.
        None if std::str::from_utf8(bytes).is_err() && label.is_none() => WINDOWS_1252,
        None => UTF_8,
    }
}

/// Parses, after a look at the text.
///
/// # Errors
/// What [`look_through`] refuses, and [`ParseError::Damaged`].
pub(crate) fn parse(text: &str) -> Result<Document<'_>, ParseError> {
    parse_with_tags_of(text, MAX_TAG)
}

/// As [`parse`], with tags of at most so many bytes.
///
/// # Errors
/// As [`parse`].
pub(crate) fn parse_with_tags_of(text: &str, longest: usize) -> Result<Document<'_>, ParseError> {
    look_through(text, longest)?;
    let options =
        ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, entity_resolver: None };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => ParseError::TooManyValues { offset: text.len() },
        roxmltree::Error::DtdDetected => ParseError::Entities { offset: 0 },
        roxmltree::Error::UnexpectedEndOfStream | roxmltree::Error::UnclosedRootNode => {
            ParseError::Truncated { offset: text.len() }
        }
        // Only predefined entities are known without a definition.
        roxmltree::Error::UnknownEntityReference(_, place) => {
            ParseError::Entities { offset: offset(text, place) }
        }
        other => ParseError::Damaged { offset: offset(text, other.pos()) },
    })
}

fn offset(text: &str, place: roxmltree::TextPos) -> usize {
    let line = usize::try_from(place.row.saturating_sub(1)).unwrap_or(0);
    text.split_inclusive('\n').take(line).map(str::len).sum::<usize>()
}

/// Looks for what would be laborious or dangerous to parse, without building anything.
fn look_through(text: &str, longest: usize) -> Result<(), ParseError> {
    let mut rest = text;
    let mut depth = 0usize;
    // Namespace declarations in force at each open element.
    let mut declared: Vec<usize> = vec![0];
    let mut work = 0usize;
    while let Some(at) = rest.find('<') {
        let offset = text.len() - rest.len() + at;
        rest = rest.get(at + 1..).unwrap_or_default();
        if let Some(after) = skip(rest, "!--", "-->")
            .or_else(|| skip(rest, "![CDATA[", "]]>"))
            .or_else(|| skip(rest, "?", "?>"))
        {
            rest = after;
            continue;
        }
        if rest.starts_with('!') {
            return Err(ParseError::Entities { offset });
        }
        let tag = tag(rest).ok_or(ParseError::Truncated { offset: text.len() })?;
        if tag.len() > longest {
            return Err(ParseError::StringTooLong { offset });
        }
        rest = rest.get(tag.len() + 1..).unwrap_or_default();
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
            if declared.len() > 1 {
                declared.pop();
            }
            continue;
        }
        let attributes = tag.matches('=').count();
        if attributes > MAX_ATTRIBUTES && outside_quotes(tag) > MAX_ATTRIBUTES {
            return Err(ParseError::TooManyValues { offset });
        }
        let here = tag.matches("xmlns").count();
        let force = declared.last().copied().unwrap_or_default() + here;
        if here > 0 {
            work += force;
            if work > MAX_NAMESPACE_WORK {
                return Err(ParseError::TooManyValues { offset });
            }
        }
        if !tag.ends_with('/') {
            depth += 1;
            declared.push(force);
            if depth > MAX_DEPTH {
                return Err(ParseError::TooDeep { offset });
            }
        }
    }
    Ok(())
}

/// What follows a part that begins and ends so; `None` if it does not begin so. A part that never
/// ends takes the rest.
fn skip<'a>(rest: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    let inner = rest.strip_prefix(begin)?;
    Some(inner.find(end).and_then(|at| inner.get(at + end.len()..)).unwrap_or_default())
}

/// The inside of a tag up to its `>`; one in a quoted value does not count.
fn tag(rest: &str) -> Option<&str> {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return rest.get(..at),
            (None, _) => {}
        }
    }
    None
}

/// Equals signs outside of quoted values: attributes.
fn outside_quotes(tag: &str) -> usize {
    let mut quote = None;
    let mut count = 0;
    for byte in tag.bytes() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'=') => count += 1,
            (None, _) => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> Option<&'static str> {
        parse(text).err().map(|error| error.code())
    }

    #[test]
    fn definitions_depth_and_masses_are_refused_before_a_tree_is_built() {
        let laughs = "<!DOCTYPE l [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;\">]><l>&b;</l>";
        let outside = "<!DOCTYPE l SYSTEM \"file:///etc/passwd\"><l/>";
        let deep = "<a>".repeat(500) + &"</a>".repeat(500);
        let many: String = (0..500).map(|n| format!(" a{n}=''")).collect();
        let spaces: String = (0..120).map(|n| format!(" xmlns:n{n}='u'")).collect();
        let nested = format!("<a{spaces}>").repeat(190) + &"</a>".repeat(190);
        let bomb = nested.repeat(2);
        for (text, code) in [
            (laughs, "entities"),
            (outside, "entities"),
            ("<l>&other;</l>", "entities"),
            (deep.as_str(), "tooDeep"),
            (format!("<a{many}/>").as_str(), "tooManyValues"),
            (format!("<r>{bomb}</r>").as_str(), "tooManyValues"),
            ("<a><b></a>", "damaged"),
            ("<a><b>", "truncated"),
            ("<a b='", "truncated"),
        ] {
            assert_eq!(why(text), Some(code), "{}", text.get(..60).unwrap_or(text));
        }
        assert_eq!(why("<a b='>'><!-- <!DOCTYPE> --><![CDATA[<!ENTITY]]>&lt;</a>"), None);
    }

    #[test]
    fn encodings_are_taken_from_mark_or_declaration_and_damage_is_refused() {
        let utf16: Vec<u8> = "\u{feff}<a>é</a>".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let latin = b"<?xml version='1.0' encoding=\"ISO-8859-1\"?><a>\xe9</a>";
        assert_eq!(decode(&utf16).unwrap().trim_start_matches('\u{feff}'), "<a>é</a>");
        assert!(decode(latin).unwrap().ends_with("<a>é</a>"));
        assert!(decode(b"<a>\xe9</a>").unwrap().ends_with("é</a>"));
        assert_eq!(decode("<a>é</a>".as_bytes()).unwrap(), "<a>é</a>");
        for broken in [
            b"<?xml version='1.0' encoding='utf-8'?><a>\xc3\x28</a>".as_slice(),
            b"<a>\0</a>",
            b"\xff\xfe<\0a\0\x00\xd8",
        ] {
            assert_eq!(decode(broken).unwrap_err().code(), "notText");
        }
        assert_eq!(decode(b" \n"), Err(ParseError::Empty));
    }
}
