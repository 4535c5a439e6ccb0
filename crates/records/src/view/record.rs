//! One record in full.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AttachmentView, ChartInput, ChartItem, FactView, NarrativeView};
use super::{attachment, facts, item, narrative};
use crate::json::Json;
use crate::limits::Limits;
use crate::references::References;

/// One record in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordView {
    /// The same line as in the chart: title, date, status, markers, value, ranges, flags.
    pub item: ChartItem,
    /// Every element as a labelled value, in the order of the source, book-keeping last.
    pub facts: Vec<FactView>,
    /// True if there are more facts than are listed; the source has them all.
    pub facts_cut: bool,
    /// The narrative that came with it, made harmless.
    pub narrative: Option<NarrativeView>,
    /// Documents inside it or named by it.
    pub attachments: Vec<AttachmentView>,
    /// Notes people wrote on it.
    pub notes: Vec<NoteView>,
    /// The source, indented for reading, but for the bytes of documents, of which only the length is
    /// told; text exactly as it came if it is not JSON.
    pub source: String,
}

/// A note on a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NoteView {
    /// As written.
    pub text: String,
    /// Who wrote it, as written.
    pub author: Option<String>,
    /// When, as written.
    pub time: Option<String>,
    /// Set if Keyward made the note of a statement that something is not so: of what.
    pub no_history_of: Option<String>,
}

/// One record in full; references are named by their own words only.
pub fn record_view(input: &ChartInput<'_>) -> RecordView {
    record_view_in(input, &References::default())
}

/// One record in full, naming what it refers to where `references` knows it.
pub fn record_view_in(input: &ChartInput<'_>, references: &References) -> RecordView {
    let resource = match Json::read(input.bytes, &Limits::default()) {
        Ok(resource) if resource.text("resourceType").is_some() => resource,
        other => {
            return RecordView {
                item: item::not_understood(input),
                facts: Vec::new(),
                facts_cut: false,
                narrative: None,
                attachments: Vec::new(),
                notes: Vec::new(),
                source: other.map_or_else(
                    |_| String::from_utf8_lossy(input.bytes).into_owned(),
                    |json| json.to_pretty(),
                ),
            };
        }
    };
    let (facts, facts_cut) = facts::facts(&resource, input.source, references);
    RecordView {
        item: item::item(input, &resource, references),
        facts,
        facts_cut,
        narrative: narrative::of(&resource),
        attachments: attachment::attachments(&resource),
        notes: notes(&resource),
        source: outline("", &resource).to_pretty(),
    }
}

/// Longest `data` that is shown as it is.
const MAX_DATA: usize = 2_000;

/// The source without the bytes of documents: nobody reads base64, and a window would choke on it.
fn outline(name: &str, value: &Json) -> Json {
    match value {
        Json::String(data) if name == "data" && data.len() > MAX_DATA => {
            let start: String = data.chars().take(60).collect();
            Json::from(format!("{start}… ({} characters)", data.len()))
        }
        Json::Array(items) => Json::Array(items.iter().map(|item| outline(name, item)).collect()),
        Json::Object(members) => Json::Object(
            members.iter().map(|(name, value)| (name.clone(), outline(name, value))).collect(),
        ),
        other => other.clone(),
    }
}

fn notes(resource: &Json) -> Vec<NoteView> {
    resource
        .items("note")
        .filter_map(|note| {
            let text = |name: &str| note.text(name).map(str::to_owned);
            Some(NoteView {
                no_history_of: crate::ccda::no_history_of(note).map(str::to_owned),
                text: text("text").or_else(|| note.as_str().map(str::to_owned))?,
                author: text("authorString").or_else(|| {
                    note.at(&["authorReference", "display"])?.as_str().map(str::to_owned)
                }),
                time: text("time"),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_a_document_are_not_in_the_source_but_everything_else_is() {
        let resource = format!(
            r#"{{"resourceType":"Binary","contentType":"application/pdf","data":"{}","n":"{}"}}"#,
            "QUJD".repeat(10_000),
            "x".repeat(9_000)
        );
        let input = ChartInput {
            record_id: "r",
            bytes: resource.as_bytes(),
            received: None,
            source: "",
            compartment: None,
        };
        let view = record_view(&input);
        assert!(view.source.len() < 10_000);
        assert!(view.source.contains("(40000 characters)") && view.source.contains("xxxx"));
        assert_eq!(view.attachments.first().and_then(|a| a.bytes), Some(30_000));
    }
}
