//! The DocumentReference of a file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use super::{Findings, MAX_TEXT, SOURCE, TEXT, shorten};
use crate::date::PartialDate;
use crate::format::Format;
use crate::json::Json;

/// Characters of a title.
const MAX_TITLE: usize = 200;

pub(super) fn of(format: Format, name: &str, bytes: &[u8], findings: &Findings) -> Json {
    let mut members = vec![
        ("resourceType", text("DocumentReference")),
        ("meta", object([("source", text(SOURCE))])),
    ];
    let words = shorten(&findings.text, MAX_TEXT);
    if !words.trim().is_empty() {
        let extension = object([("url", text(TEXT)), ("valueString", text(words))]);
        members.push(("extension", Json::Array(vec![extension])));
    }
    members.push(("status", text("current")));
    if let Some(modality) = findings.modality.as_deref() {
        let coding = object([
            ("system", text("http://dicom.nema.org/resources/ontology/DCM")),
            ("code", text(modality)),
        ]);
        members.push(("type", object([("coding", Json::Array(vec![coding]))])));
    }
    let created = findings.created.as_deref().filter(|date| PartialDate::parse(date).is_some());
    // `date` is an instant: a day alone is not one.
    if let Some(instant) = created.filter(|date| date.contains('T')) {
        members.push(("date", text(instant)));
    }
    if let Some(description) =
        findings.description.as_deref().filter(|text| !text.trim().is_empty())
    {
        members.push(("description", text(&plain(description))));
    }
    let content = object([("attachment", attachment(format, name, bytes, created))]);
    members.push(("content", Json::Array(vec![content])));
    // What a study shows was so on its day.
    if let Some(day) = created.filter(|_| format == Format::Dicom) {
        members.push(("context", object([("period", object([("start", text(day))]))])));
    }
    object(members)
}

fn attachment(format: Format, name: &str, bytes: &[u8], created: Option<&str>) -> Json {
    let content_type = match format {
        Format::Pdf => "application/pdf",
        Format::Jpeg => "image/jpeg",
        Format::Png => "image/png",
        Format::Tiff => "image/tiff",
        Format::Dicom => "application/dicom",
        _ => "application/octet-stream",
    };
    let mut members = vec![("contentType", text(content_type))];
    members.push(("data", Json::from(STANDARD.encode(bytes))));
    members.push(("size", Json::Number(bytes.len().to_string().into())));
    // FHIR R4 says SHA-1 here; Keyward itself recognises content by SHA-256 (module `fingerprint`).
    members.push(("hash", Json::from(STANDARD.encode(Sha1::digest(bytes)))));
    members.push(("title", text(&title(name))));
    if let Some(created) = created {
        members.push(("creation", text(created)));
    }
    object(members)
}

/// A file's name without its ending.
fn title(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 5 => stem,
        _ => name,
    };
    plain(stem)
}

/// One line, without characters that change how others are shown.
fn plain(words: &str) -> String {
    let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let words: String = words
        .chars()
        .filter(|&c| !hidden(c))
        .map(|c| if c.is_control() || c == '_' { ' ' } else { c })
        .take(MAX_TITLE)
        .collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text(words: &str) -> Json {
    Json::from(words)
}

fn object<'a>(members: impl IntoIterator<Item = (&'a str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}
