//! Photographs inside a record that say where they were taken.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{IdentifierKind, IdentifyingItem};
use crate::documents::tells_a_place;
use crate::json::Json;

/// One item for each. It has no words: the place itself is not read out.
pub(super) fn found_in(record: &Json) -> Vec<IdentifyingItem> {
    let mut found = Vec::new();
    walk(record, "", &mut found);
    found
}

fn walk(value: &Json, path: &str, found: &mut Vec<IdentifyingItem>) {
    match value {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{path}[{index}]"), found);
            }
        }
        Json::Object(_) => {
            for (name, member) in value.as_object().into_iter().flatten() {
                let separator = if path.is_empty() { "" } else { "." };
                let path = format!("{path}{separator}{name}");
                match member {
                    Json::String(data) if name == "data" => document(data, path, found),
                    other => walk(other, &path, found),
                }
            }
        }
        _ => {}
    }
}

fn document(data: &str, path: String, found: &mut Vec<IdentifyingItem>) {
    // As for showing it: lines may be broken.
    let packed: String = data.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    if STANDARD.decode(packed).is_ok_and(|bytes| tells_a_place(&bytes)) {
        let value = String::new();
        found.push(IdentifyingItem { what: IdentifierKind::PhotoPlace, path, value });
    }
}
