//! Finds text in which anything may stand.

use super::terms::Terms;
use crate::json::Json;

/// What kind of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FreeTextKind {
    /// A note, comment, description or answer.
    Text,
    /// A label that is normally a term (`code.text`), shown because it holds one of her words.
    Label,
    /// A document: nobody looks inside.
    Document,
    /// A whole record that is not understood.
    Source,
}

impl FreeTextKind {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            FreeTextKind::Text => "text",
            FreeTextKind::Label => "label",
            FreeTextKind::Document => "document",
            FreeTextKind::Source => "source",
        }
    }
}

/// Text that stays in the record and may say whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeTextWarning {
    /// What kind.
    pub kind: FreeTextKind,
    /// Where it stands.
    pub path: String,
    /// The text (at most 500 characters), or the type of a document.
    pub text: String,
    /// Her own names and numbers found in it.
    pub hits: Vec<String>,
}

const MAX_EXCERPT: usize = 500;

/// Everything a person should read, in order.
pub(super) fn warnings(resource: &Json, terms: &Terms) -> Vec<FreeTextWarning> {
    let mut search = Search { terms, found: Vec::new() };
    search.object(resource, "");
    search.found
}

/// A record of which nothing is known.
pub(super) fn whole(bytes: &[u8], terms: &Terms) -> FreeTextWarning {
    let text = String::from_utf8_lossy(bytes);
    FreeTextWarning {
        kind: FreeTextKind::Source,
        path: String::new(),
        hits: terms.found_in(&text),
        text: excerpt(&text),
    }
}

struct Search<'a> {
    terms: &'a Terms,
    found: Vec<FreeTextWarning>,
}

impl Search<'_> {
    fn object(&mut self, value: &Json, path: &str) {
        let coded = value.get("coding").is_some();
        for (name, member) in value.as_object().into_iter().flatten() {
            let separator = if path.is_empty() { "" } else { "." };
            let path = format!("{path}{separator}{name}");
            match member {
                Json::Array(items) => {
                    for (index, item) in items.iter().enumerate() {
                        self.value(name, item, &format!("{path}[{index}]"), coded);
                    }
                }
                other => self.value(name, other, &path, coded),
            }
        }
    }

    fn value(&mut self, name: &str, value: &Json, path: &str, coded: bool) {
        match value {
            Json::String(text) if name == "data" => self.document(text, path),
            Json::String(text) => self.text(name, text, path, coded),
            Json::Object(_) => self.object(value, path),
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(name, item, &format!("{path}[{index}]"), coded);
                }
            }
            Json::Number(digits) => self.text(name, digits, path, true),
            _ => {}
        }
    }

    fn text(&mut self, name: &str, text: &str, path: &str, coded: bool) {
        let hits = self.terms.found_in(text);
        // A term next to its code, a unit, a code or a link is not free text, unless it holds
        // one of her words.
        let term = matches!(
            name,
            "display"
                | "unit"
                | "code"
                | "system"
                | "status"
                | "reference"
                | "url"
                | "uri"
                | "resourceType"
                | "contentType"
                | "id"
                | "version"
                | "profile"
        ) || (name == "text" && coded);
        let prose = !term
            && (text.contains(char::is_whitespace)
                || matches!(name, "text" | "valueString" | "comment" | "description" | "title"));
        if !prose && hits.is_empty() {
            return;
        }
        let kind = if prose { FreeTextKind::Text } else { FreeTextKind::Label };
        self.found.push(FreeTextWarning { kind, path: path.to_owned(), text: excerpt(text), hits });
    }

    fn document(&mut self, data: &str, path: &str) {
        use base64::Engine as _;
        // Plain text inside is searched for her words; other documents cannot be.
        let bytes = base64::engine::general_purpose::STANDARD.decode(data).unwrap_or_default();
        let hits = std::str::from_utf8(&bytes).map(|t| self.terms.found_in(t)).unwrap_or_default();
        self.found.push(FreeTextWarning {
            kind: FreeTextKind::Document,
            path: path.to_owned(),
            text: String::new(),
            hits,
        });
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(MAX_EXCERPT).collect()
}
