//! Documents carried inside or named by a resource.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::json::Json;
use crate::limits::Limits;

/// A document of a record, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AttachmentView {
    /// Position; give it to [`attachment`] for the bytes.
    pub index: u32,
    /// MIME type as written.
    pub content_type: Option<String>,
    /// Title as written.
    pub title: Option<String>,
    /// When it was made, as written.
    pub created: Option<String>,
    /// Language as written.
    pub language: Option<String>,
    /// Decoded size in bytes, if the bytes are inside.
    pub bytes: Option<u32>,
    /// Address as written if the bytes are elsewhere. Never fetched by itself.
    pub url: Option<String>,
    /// Whether the bytes are inside the record.
    pub inline: bool,
    /// Where in the resource it stands, for example `content[0].attachment`.
    pub path: String,
}

/// A document's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// MIME type as written.
    pub content_type: Option<String>,
    /// Title as written.
    pub title: Option<String>,
    /// The decoded bytes. Hostile until shown otherwise.
    pub data: Vec<u8>,
}

/// Elements whose object is an Attachment even without a `contentType`.
const HOLDERS: [&str; 9] = [
    "attachment",
    "presentedForm",
    "photo",
    "valueAttachment",
    "contentAttachment",
    "sourceAttachment",
    "content",
    "image",
    "document",
];

/// How many documents a resource carries or names.
pub(super) fn count(resource: &Json) -> u32 {
    let mut count = 0;
    each(resource, &mut |_, _| count += 1);
    count
}

/// The documents of a resource, in order.
pub fn attachments(resource: &Json) -> Vec<AttachmentView> {
    found(resource)
        .into_iter()
        .zip(0_u32..)
        .map(|((path, element), index)| {
            let text = |name: &str| element.text(name).map(str::to_owned);
            let inline = element.text("data").is_some();
            AttachmentView {
                index,
                content_type: text("contentType"),
                title: text("title"),
                created: text("creation"),
                language: text("language"),
                bytes: element.text("data").map(decoded_length),
                url: text("url"),
                inline,
                path,
            }
        })
        .collect()
}

/// The bytes of the document at `index` (see [`AttachmentView::index`]); `None` if there is no such
/// document, its bytes are elsewhere, or they are not base64.
pub fn attachment(bytes: &[u8], index: u32) -> Option<Attachment> {
    let resource = Json::read(bytes, &Limits::default()).ok()?;
    let found = found(&resource);
    let (_, element) = found.get(usize::try_from(index).ok()?)?;
    let mut packed = element.text("data")?.to_owned();
    packed.retain(|c| !c.is_ascii_whitespace());
    Some(Attachment {
        content_type: element.text("contentType").map(str::to_owned),
        title: element.text("title").map(str::to_owned),
        data: STANDARD.decode(packed).ok()?,
    })
}

/// The documents inside a resource, packed: the stated type and the base64 letters of each.
pub(crate) fn inline(resource: &Json) -> impl Iterator<Item = (Option<&str>, &str)> {
    let found = found(resource).into_iter();
    found.filter_map(|(_, element)| Some((element.text("contentType"), element.text("data")?)))
}

fn found(resource: &Json) -> Vec<(String, &Json)> {
    let mut out = Vec::new();
    each(resource, &mut |path, element| out.push((path.to_owned(), element)));
    out
}

/// Calls `found` with each document of a resource, in order, and where it stands.
fn each<'a>(resource: &'a Json, found: &mut dyn FnMut(&str, &'a Json)) {
    if resource.text("resourceType") == Some("Binary") {
        found("", resource);
    } else {
        walk(resource, "", &mut String::new(), found);
    }
}

/// `path` is one text for the whole way, longer by a step below each: every record that is added goes through here.
fn walk<'a>(value: &'a Json, name: &str, path: &mut String, found: &mut dyn FnMut(&str, &'a Json)) {
    let here = path.len();
    match value {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if matches!(item, Json::Array(_) | Json::Object(_)) {
                    // Into a text nothing fails.
                    let _ = write!(path, "[{index}]");
                    walk(item, name, path, found);
                    path.truncate(here);
                }
            }
        }
        Json::Object(_) if is_attachment(name, value) => found(path, value),
        Json::Object(members) => {
            for (name, value) in members {
                if matches!(value, Json::Array(_) | Json::Object(_)) {
                    if here > 0 {
                        path.push('.');
                    }
                    path.push_str(name);
                    walk(value, name, path, found);
                    path.truncate(here);
                }
            }
        }
        _ => {}
    }
}

/// Whether an object found under `name` is an Attachment.
pub(super) fn is_attachment(name: &str, value: &Json) -> bool {
    let text = |field: &str| value.text(field).is_some();
    if value.get("resourceType").is_some() || value.get("attachment").is_some() {
        return false;
    }
    HOLDERS.contains(&name) && (text("contentType") || text("data") || text("url"))
        || text("contentType") && (text("data") || text("url") || text("hash"))
}

fn decoded_length(packed: &str) -> u32 {
    let letters = packed.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=').count();
    u32::try_from(letters * 3 / 4).unwrap_or(u32::MAX)
}
