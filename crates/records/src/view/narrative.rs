//! Narrative text that came with a resource, made harmless.

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

/// The narrative of a resource, harmless; `None` if it has none.
pub(super) fn of(resource: &Json) -> Option<NarrativeView> {
    let text = resource.get("text")?;
    let div = text.text("div")?;
    let (html, altered) = sanitise(div);
    Some(NarrativeView { html, status: text.text("status").map(str::to_owned), altered })
}

/// Makes HTML harmless: only elements that shape text, no attribute but bounded `colspan` and
/// `rowspan`, links and images gone (a link's words stay). Also says whether something that could
/// act, load or lead away was taken out. Text longer than 1 MiB or nested absurdly deep loses its
/// markup.
pub fn sanitise(html: &str) -> (String, bool) {
    if html.len() > MAX_HTML {
        return (String::new(), true);
    }
    if nesting(html) > MAX_NESTING {
        return (ammonia::clean_text(&without_tags(html)), true);
    }
    let clean = cleaner().clean(html).to_string();
    (clean, acts(html))
}

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

/// The deepest nesting the text could ask for, counted crudely and never too low: closing tags
/// count only if something is open.
fn nesting(html: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0_usize);
    for part in html.split('<').skip(1) {
        match part.bytes().next() {
            Some(b'/') => open = open.saturating_sub(1),
            Some(first) if first.is_ascii_alphabetic() => {
                let name: String = part
                    .chars()
                    .take_while(char::is_ascii_alphanumeric)
                    .map(|c| c.to_ascii_lowercase())
                    .collect();
                let tag = part.split('>').next().unwrap_or_default();
                let void = matches!(name.as_str(), "br" | "hr" | "col" | "img" | "input" | "meta");
                if !void && !tag.ends_with('/') {
                    open += 1;
                    deepest = deepest.max(open);
                }
            }
            _ => {}
        }
    }
    deepest
}

fn without_tags(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' => inside = false,
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
