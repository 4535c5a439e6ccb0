//! What a line stores of an item: not what stands in its row anyway, and nothing twice.

use keyward_protocol::ids::RecordId;
use keyward_records::view::ChartItem;

use super::lean;
use crate::error::{AppError, ErrorCode};
use crate::ports::index::Line;

/// Characters that the id of an item and its name take, and the comma.
pub(super) const ID: usize = 40;

/// Takes out of an item what its row says, too, or what it says twice; [`item()`] puts it in again, and in a window
/// `backend/whole.ts`.
pub(super) fn shorten(item: &mut ChartItem) {
    item.id.clear();
    if let Some(code) = &mut item.code
        && code.display == item.title
    {
        code.display.clear();
    }
}

/// The item of a line, as far as the line knows it.
///
/// # Errors
/// [`ErrorCode::VaultCorrupt`] for a line that cannot be read.
pub(super) fn item(line: &Line) -> Result<ChartItem, AppError> {
    let mut item: ChartItem =
        serde_json::from_str(&line.item).map_err(|_| ErrorCode::VaultCorrupt)?;
    if item.id.is_empty() {
        item.id = line.id.to_string();
    }
    if let Some(code) = &mut item.code
        && code.display.is_empty()
    {
        code.display.clone_from(&item.title);
    }
    Ok(item)
}

/// Writes the item of a line as it is stored, with its id.
pub(super) fn write(out: &mut String, line: &Line) {
    match line.item.strip_prefix('{') {
        Some(rest) if !rest.starts_with("\"id\":") => {
            out.push_str("{\"id\":\"");
            out.push_str(&line.id.to_string());
            out.push_str(if rest.starts_with('}') { "\"" } else { "\"," });
            out.push_str(rest);
        }
        // Of a format before.
        _ => out.push_str(&line.item),
    }
}

/// For fuzzing: what is read of a line is stored so that it is read again.
///
/// # Panics
/// If it is not.
pub(crate) fn fuzz(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let line = line_of(text.to_owned());
    let Ok(mut whole) = item(&line) else { return };
    whole.id = line.id.to_string();
    let mut short = whole.clone();
    shorten(&mut short);
    let again = line_of(lean::json(&short, 0).unwrap_or_default());
    assert_eq!(item(&again), Ok(whole));
    let mut out = String::new();
    write(&mut out, &again);
    assert!(
        serde_json::from_str::<ChartItem>(&out).is_ok_and(|item| item.id == again.id.to_string())
    );
}

/// A line with this item and nothing else.
fn line_of(item: String) -> Line {
    Line {
        arrival: 1,
        id: RecordId::from_bytes([7; 16]),
        section: String::new(),
        compartment: String::new(),
        date: None,
        extra: None,
        item,
    }
}

#[cfg(test)]
mod tests {
    use keyward_records::view::line;
    use keyward_records::view::{ChartInput, ChartItem};

    use super::*;

    fn of(bytes: &[u8], record_id: &str) -> ChartItem {
        let input =
            ChartInput { record_id, bytes, received: None, source: "here", compartment: None };
        line::line(&input).item
    }

    #[test]
    fn what_is_left_out_comes_back() {
        let id = RecordId::from_bytes([7; 16]).to_string();
        let named = br#"{"resourceType":"Observation","status":"final","code":{"text":"Glucose"},
            "valueQuantity":{"value":5,"code":"mmol/L","system":"http://unitsofmeasure.org"}}"#;
        let coded = br#"{"resourceType":"Observation","code":{"coding":[{"code":"1-8","display":"Glucose"}]},
            "component":[{"code":{"text":"Part"},"valueQuantity":{"value":1,"code":"x"}}]}"#;
        for bytes in [named.as_slice(), coded, b"{}", br#"{"resourceType":"Patient"}"#, b"?"] {
            let whole = of(bytes, &id);
            let mut short = whole.clone();
            shorten(&mut short);
            let json = lean::json(&short, 0).unwrap();
            assert!(!json.contains(&id) && json.matches("Glucose").count() < 2, "{json}");
            let line = line_of(json);
            assert_eq!(item(&line).unwrap(), whole);
            let mut out = String::new();
            write(&mut out, &line);
            assert!(out.starts_with(&format!(r#"{{"id":"{id}","category""#)), "{out}");
            serde_json::from_str::<serde_json::Value>(&out).unwrap();
            // As lines were stored before.
            let before = line_of(serde_json::to_string(&whole).unwrap());
            assert_eq!(item(&before).unwrap(), whole);
            out.clear();
            write(&mut out, &before);
            assert_eq!(out, before.item);
        }
    }
}
