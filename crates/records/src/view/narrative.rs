//! Narrative text that came with a resource, made harmless.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::json::Json;

/// Sanitised narrative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NarrativeView {
    /// HTML of a few inert elements: no script, style, class, id, image, link or form.
    pub html: String,
    /// `generated`, `extensions`, `additional` or `empty`, as written.
    pub status: Option<String>,
    /// True if something was taken out: the source shows it as text.
    pub altered: bool,
}

/// Largest narrative that is looked at; a longer one is left to the source.
const MAX_HTML: usize = 1 << 20;
/// The same for text with elements inside which other rules of parsing hold.
const MAX_HTML_OTHER_RULES: usize = 32 << 10;
/// Longest tag, in bytes.
const MAX_TAG: usize = 8192;
/// Deepest nesting that is kept as HTML.
const MAX_NESTING: usize = 128;

/// Elements that only shape text.
const TAGS: [&str; 40] = [
    "p",
    "br",
    "div",
    "span",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "small",
    "big",
    "sub",
    "sup",
    "tt",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "caption",
    "colgroup",
    "col",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "td",
    "th",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "code",
    "blockquote",
    "hr",
];

/// Elements whose text is not text for people: they go with all they hold.
const WITH_CONTENT: [&str; 21] = [
    "script",
    "style",
    "svg",
    "math",
    "iframe",
    "object",
    "embed",
    "applet",
    "noscript",
    "noembed",
    "noframes",
    "template",
    "title",
    "head",
    "textarea",
    "select",
    "xmp",
    "audio",
    "video",
    "frameset",
    "plaintext",
];

/// Most HTML of a document's sections together; the rest is left to the source.
const MAX_SECTIONS: usize = 4 << 20;
/// Sections inside sections that are shown.
const MAX_SECTIONS_DEEP: usize = 8;

/// The narrative of a resource, harmless; `None` if it has none. Of a document (Composition) its
/// sections with their titles, as they were written to be read.
pub(crate) fn of(resource: &Json) -> Option<NarrativeView> {
    let text = resource.get("text");
    let own = text.and_then(|text| text.text("div")).map(sanitise);
    let status = text.and_then(|text| text.text("status")).map(str::to_owned);
    if resource.text("resourceType") != Some("Composition") {
        let (html, altered) = own?;
        return Some(NarrativeView { html, status, altered });
    }
    let (mut html, mut altered) = own.unwrap_or_default();
    sections(resource, 0, &mut html, &mut altered);
    (!html.is_empty()).then_some(NarrativeView { html, status, altered })
}

fn sections(holder: &Json, depth: usize, html: &mut String, altered: &mut bool) {
    if depth >= MAX_SECTIONS_DEEP {
        *altered = true;
        return;
    }
    for section in holder.items("section") {
        if html.len() > MAX_SECTIONS {
            *altered = true;
            return;
        }
        let (before, tag) = (html.len(), if depth == 0 { "h3" } else { "h4" });
        if let Some(title) = section.text("title") {
            let title = without_tags(&title.replace('<', "\u{2039}").replace('>', "\u{203a}"));
            html.push_str(&format!("<{tag}>{title}</{tag}>"));
        }
        let titled = html.len();
        if let Some(div) = section.get("text").and_then(|text| text.text("div")) {
            let (clean, changed) = sanitise(div);
            html.push_str(&clean);
            *altered |= changed;
        }
        sections(section, depth + 1, html, altered);
        // A title over nothing is no text.
        if html.len() == titled {
            html.truncate(before);
        }
    }
}

/// Makes HTML harmless: only elements that shape text, no attribute but bounded `colspan` and
/// `rowspan`, links and images gone (a link's words stay). Also says whether something that could
/// act, load or lead away was taken out.
///
/// Time is bounded: an HTML parser takes quadratic time for deep nesting and for tags with many
/// attributes, so text that is absurd in one of these loses its markup, and text over 1 MiB (32 KiB
/// if it holds elements in which other rules of parsing hold) is left to the source altogether.
pub fn sanitise(html: &str) -> (String, bool) {
    if html.len() > MAX_HTML {
        return (String::new(), true);
    }
    let html = &with_closing_tags(html);
    let shape = Shape::of(html);
    if html.len() > 2 * MAX_HTML || (shape.other_rules && html.len() > MAX_HTML_OTHER_RULES) {
        return (String::new(), true);
    }
    if shape.deepest > MAX_NESTING || shape.longest_tag > MAX_TAG {
        return (without_tags(html), true);
    }
    let clean = CLEANER.clean(html).to_string();
    (clean, acts(html))
}

static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(cleaner);

fn cleaner() -> ammonia::Builder<'static> {
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(TAGS.into_iter().collect())
        .clean_content_tags(WITH_CONTENT.into_iter().collect())
        .tag_attributes(
            [("td", ["colspan", "rowspan"].into()), ("th", ["colspan", "rowspan"].into())].into(),
        )
        .generic_attributes(std::collections::HashSet::new())
        .url_schemes(std::collections::HashSet::new())
        .link_rel(None)
        .strip_comments(true)
        .attribute_filter(|_, _, value| {
            // A cell as wide as a billion columns is no table.
            value.parse::<u16>().ok().filter(|n| (1..=100).contains(n)).map(|_| value.into())
        });
    builder
}

/// How laborious a text is to parse, never judged too low.
#[derive(Default)]
struct Shape {
    /// Deepest nesting. A closing tag counts only if it closes the innermost element, as it always
    /// does in the XHTML that narrative has to be.
    deepest: usize,
    /// Bytes of the longest tag.
    longest_tag: usize,
    /// Whether it holds comments or elements whose content is not parsed as tags.
    other_rules: bool,
}

impl Shape {
    fn of(html: &str) -> Shape {
        let mut shape = Shape::default();
        let mut open: Vec<&str> = Vec::new();
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            rest = rest.get(at + 1..).unwrap_or_default();
            let closing = rest.starts_with('/');
            let inner = if closing { rest.get(1..).unwrap_or_default() } else { rest };
            let length = inner.bytes().take_while(u8::is_ascii_alphanumeric).count();
            let name = inner.get(..length).unwrap_or_default();
            if name.is_empty() {
                shape.other_rules |= rest.starts_with(['!', '?', '/']);
                continue;
            }
            let lower = name.to_ascii_lowercase();
            shape.other_rules |= OTHER_RULES.contains(&lower.as_str());
            let tag = rest.get(..tag_length(rest)).unwrap_or_default();
            shape.longest_tag = shape.longest_tag.max(tag.len());
            if closing {
                if open.last().is_some_and(|last| last.eq_ignore_ascii_case(name)) {
                    open.pop();
                }
            } else if !VOID.contains(&lower.as_str()) {
                open.push(name);
                shape.deepest = shape.deepest.max(open.len());
            }
            rest = rest.get(tag.len()..).unwrap_or_default();
        }
        shape
    }
}

/// Elements that hold nothing.
const VOID: [&str; 8] = ["br", "hr", "col", "img", "input", "meta", "link", "base"];

/// Elements inside which HTML is not parsed, or parsed by other rules.
const OTHER_RULES: [&str; 16] = [
    "script",
    "style",
    "textarea",
    "title",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "plaintext",
    "svg",
    "math",
    "template",
    "select",
    "frameset",
    "form",
];

/// XHTML's `<td/>` written as `<td></td>`: HTML takes it for an opening tag that swallows what
/// follows.
fn with_closing_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at + 1);
        out.push_str(before);
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
        let length = if name.is_empty() { 0 } else { tag_length(tag) };
        let inner = tag.get(..length).unwrap_or_default();
        rest = tag.get(length..).unwrap_or_default();
        let void = VOID.contains(&name.to_ascii_lowercase().as_str());
        match inner.strip_suffix('/').filter(|_| !void && rest.starts_with('>')) {
            Some(opening) => {
                out.push_str(opening);
                out.push_str("></");
                out.push_str(&name);
            }
            None => out.push_str(inner),
        }
    }
    out.push_str(rest);
    out
}

/// Bytes up to the `>` that ends a tag; one inside a quoted attribute value does not.
fn tag_length(tag: &str) -> usize {
    let mut quote = None;
    let mut after_equals = false;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return at,
            (None, b'"' | b'\'') if after_equals => quote = Some(byte),
            _ => {}
        }
        after_equals = byte == b'=' || (after_equals && byte.is_ascii_whitespace());
    }
    tag.len()
}

/// The words between the tags, escaped.
fn without_tags(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' => inside = false,
            '&' if !inside => out.push_str("&amp;"),
            _ if !inside => out.push(character),
            _ => {}
        }
    }
    out
}

/// Whether the text held something that could act, load or lead away.
fn acts(html: &str) -> bool {
    let lower = html.to_ascii_lowercase();
    let named = lower.split('<').skip(1).any(|part| {
        let name: String = part.chars().take_while(char::is_ascii_alphanumeric).collect();
        !name.is_empty() && !TAGS.contains(&name.as_str())
    });
    named
        || ["javascript:", "url(", " src=", " href=", "srcset"].iter().any(|w| lower.contains(w))
        || lower.split([' ', '\t', '\n', '/', '"', '\'']).any(|word| {
            word.strip_prefix("on")
                .and_then(|rest| rest.split_once('='))
                .is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_alphabetic()))
        })
}
