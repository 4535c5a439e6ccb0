//! What a file is, and which module reads it.
//!
//! A format is known by its content; the name counts only where the content says nothing (a CSV file
//! looks like any text). Whatever the format, what comes out are FHIR R4 resources, so that sharing,
//! de-identifying, reading and exporting have one form.

use std::io::Read;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::fhir_xml;
use crate::identity::PatientIdentity;
use crate::limits::Limits;
use crate::parsed::{KeptAsSource, ParseError, Parsed, Resource};

/// Bytes of a file's beginning that [`detect`] wants to see; fewer serve if there are no more.
pub const HEAD: usize = 64 << 10;

/// Formats that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Format {
    /// FHIR in JSON: a resource, a Bundle, an array or NDJSON.
    Fhir,
    /// FHIR in XML: a resource or a Bundle.
    FhirXml,
    /// A clinical document in HL7 CDA.
    Ccda,
    /// PDF.
    Pdf,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// TIFF.
    Tiff,
    /// A DICOM file.
    Dicom,
    /// `export.xml` of an Apple Health export.
    AppleHealth,
    /// A table as text.
    Csv,
    /// A zip archive, whose files are looked at one by one.
    Zip,
    /// None of these.
    Unknown,
}

impl Format {
    /// Stable code, the same as in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Format::Fhir => "fhir",
            Format::FhirXml => "fhirXml",
            Format::Ccda => "ccda",
            Format::Pdf => "pdf",
            Format::Jpeg => "jpeg",
            Format::Png => "png",
            Format::Tiff => "tiff",
            Format::Dicom => "dicom",
            Format::AppleHealth => "appleHealth",
            Format::Csv => "csv",
            Format::Zip => "zip",
            Format::Unknown => "unknown",
        }
    }

    /// Whether such a file is read piece by piece ([`open`]) because it may not fit in memory.
    pub fn is_streamed(self) -> bool {
        matches!(self, Format::AppleHealth)
    }

    /// Whether the resources are made from the file and do not hold it: then the original is kept
    /// beside them, byte for byte.
    pub fn needs_original(self) -> bool {
        matches!(self, Format::FhirXml | Format::Ccda | Format::AppleHealth | Format::Csv)
    }

    /// Whether the file becomes one document that holds it.
    pub fn is_document(self) -> bool {
        matches!(self, Format::Pdf | Format::Jpeg | Format::Png | Format::Tiff | Format::Dicom)
    }

    /// Bytes such a file may have at most when it is read as a whole.
    pub fn max_bytes(self, limits: &Limits) -> usize {
        match self {
            Format::FhirXml | Format::Ccda => limits.max_xml,
            _ if self.is_document() => limits.max_document,
            _ => limits.max_bytes,
        }
    }

    /// The format that a file's name claims.
    pub fn claimed(name: &str) -> Option<Format> {
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            "json" | "ndjson" | "fhir" | "jsonl" => Format::Fhir,
            "xml" | "cda" | "ccd" | "ccda" => Format::Ccda,
            "pdf" => Format::Pdf,
            "jpg" | "jpeg" | "jpe" => Format::Jpeg,
            "png" => Format::Png,
            "tif" | "tiff" => Format::Tiff,
            "dcm" | "dicom" => Format::Dicom,
            "csv" | "tsv" => Format::Csv,
            "zip" => Format::Zip,
            _ => return None,
        })
    }
}

/// What a file is, by the first [`HEAD`] bytes and, where they say nothing, its name.
pub fn detect(name: &str, head: &[u8]) -> Format {
    if let Some(format) = by_magic(head) {
        return format;
    }
    let text = beginning(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') {
        return by_root(text);
    }
    if text.starts_with(['{', '[']) {
        return Format::Fhir;
    }
    let claimed = Format::claimed(name);
    // Text has no zero bytes; a table has something that separates.
    if claimed == Some(Format::Csv) && !text.contains('\0') && text.contains([',', ';', '\t']) {
        return Format::Csv;
    }
    Format::Unknown
}

fn by_magic(head: &[u8]) -> Option<Format> {
    const MAGIC: [(&[u8], Format); 8] = [
        (b"PK\x03\x04", Format::Zip),
        (b"PK\x05\x06", Format::Zip),
        (b"%PDF-", Format::Pdf),
        (b"\xff\xd8\xff", Format::Jpeg),
        (b"\x89PNG\r\n\x1a\n", Format::Png),
        (b"II*\0", Format::Tiff),
        (b"MM\0*", Format::Tiff),
        (b"MM\0+", Format::Tiff),
    ];
    if crate::documents::is_dicom(head) {
        return Some(Format::Dicom);
    }
    if let Some((_, format)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(*format);
    }
    // PDF readers accept rubbish before the header, so some senders write it.
    let start = head.get(..1024.min(head.len())).unwrap_or_default();
    let later = start.windows(5).any(|window| window == b"%PDF-");
    (later && !matches!(start.first(), Some(b'{' | b'[' | b'<'))).then_some(Format::Pdf)
}

/// The beginning as text, for a look at it only: UTF-16 by its mark or its zero bytes, else as if
/// it were UTF-8.
fn beginning(head: &[u8]) -> String {
    let pairs = |big: bool| {
        let units = head.chunks_exact(2).map(|pair| match (pair, big) {
            ([a, b], true) => u16::from_be_bytes([*a, *b]),
            ([a, b], false) => u16::from_le_bytes([*a, *b]),
            _ => 0,
        });
        char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect()
    };
    match head {
        [0xfe, 0xff, ..] | [0, b'<', 0, _, ..] => pairs(true),
        [0xff, 0xfe, ..] | [b'<', 0, _, 0, ..] => pairs(false),
        _ => String::from_utf8_lossy(head).into_owned(),
    }
}

/// The format of an XML file by its root element or, where the beginning does not reach it, by what
/// its DOCTYPE says the root is.
fn by_root(text: &str) -> Format {
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = rest.get(at + 1..).unwrap_or_default();
        let after = |end: &str| rest.find(end).and_then(|at| rest.get(at + end.len()..));
        if rest.starts_with('?') {
            rest = after("?>").unwrap_or_default();
        } else if rest.starts_with("!--") {
            rest = after("-->").unwrap_or_default();
        } else if let Some(doctype) = rest.strip_prefix("!DOCTYPE") {
            let root = first_name(doctype.trim_start());
            match of_root(root) {
                Format::Unknown => rest = after(">").unwrap_or_default(),
                format => return format,
            }
        } else if rest.starts_with('!') {
            rest = after(">").unwrap_or_default();
        } else {
            return of_element(rest);
        }
    }
    Format::Unknown
}

/// Whether a text begins as a clinical document does.
pub(crate) fn is_clinical(text: &str) -> bool {
    text.starts_with('<') && by_root(text) == Format::Ccda
}

fn first_name(text: &str) -> &str {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '['));
    let name = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    name.rsplit(':').next().unwrap_or(name)
}

/// The format of a file whose root element begins so. The names of FHIR are common words: its namespace has to stand
/// with them.
fn of_element(rest: &str) -> Format {
    let name = first_name(rest);
    let tag = rest.split('>').next().unwrap_or_default();
    let fhir = || {
        ['"', '\'']
            .iter()
            .any(|quote| tag.contains(&format!("{quote}{}{quote}", fhir_xml::NAMESPACE)))
    };
    match of_root(name) {
        Format::Unknown if name.starts_with(|c: char| c.is_ascii_uppercase()) && fhir() => {
            Format::FhirXml
        }
        known => known,
    }
}

fn of_root(name: &str) -> Format {
    match name {
        "ClinicalDocument" => Format::Ccda,
        "HealthData" => Format::AppleHealth,
        _ => Format::Unknown,
    }
}

/// Takes a file apart.
///
/// # Errors
/// Why the file as a whole is refused; what is wrong with one entry only keeps that entry as source.
/// Formats that are streamed ([`open`]) or archives are refused here: they are for the caller to walk.
pub fn read(
    format: Format,
    name: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Parsed, ParseError> {
    let limit = format.max_bytes(limits);
    if bytes.len() > limit {
        return Err(ParseError::TooLarge { bytes: bytes.len(), limit });
    }
    match format {
        Format::Fhir => crate::parse(bytes, limits),
        Format::FhirXml => fhir_xml::read(bytes, limits),
        Format::Ccda => crate::ccda::read(bytes, limits),
        Format::Csv => Err(ParseError::NeedsAnswer),
        Format::Unknown => Err(unknown(name, bytes, limits)),
        Format::Pdf | Format::Jpeg | Format::Png | Format::Tiff | Format::Dicom => {
            crate::documents::read(format, name, bytes, limits)
        }
        Format::AppleHealth | Format::Zip => Err(ParseError::UnsupportedFormat),
    }
}

/// Why a file whose content says nothing is refused; its first [`HEAD`] bytes serve as all of it.
pub fn unknown(name: &str, bytes: &[u8], limits: &Limits) -> ParseError {
    match Format::claimed(name) {
        // What is wrong with the JSON is said more exactly by its reader.
        Some(Format::Fhir) => crate::parse(bytes, limits).err().unwrap_or(ParseError::NotFhir),
        Some(Format::Ccda) | None => ParseError::UnsupportedFormat,
        Some(claimed) => ParseError::WrongContent { claimed },
    }
}

/// A file that is read piece by piece, in memory that does not grow with the file.
pub trait Batches {
    /// The next resources; `None` at the end. The same file gives the same batches every time, so
    /// that an interrupted import can go on after the last one it stored.
    ///
    /// # Errors
    /// Why the rest of the file cannot be read. What was given before stands.
    fn next_batch(&mut self) -> Result<Option<Batch>, ParseError>;

    /// The people it is about, as far as read; complete after the first batch.
    fn patients(&self) -> &[PatientIdentity];
}

/// Some of a file's resources, a few thousand at most.
#[derive(Debug, Default)]
pub struct Batch {
    /// What is understood.
    pub resources: Vec<Resource>,
    /// What is not, with the reason.
    pub kept_as_source: Vec<KeptAsSource>,
    /// Bytes of the file read up to the end of this batch.
    pub bytes_read: u64,
}

/// Opens a streamed format ([`Format::is_streamed`]).
///
/// # Errors
/// [`ParseError::UnsupportedFormat`] for all others.
pub fn open<'a>(
    format: Format,
    reader: Box<dyn Read + 'a>,
    limits: &Limits,
) -> Result<Box<dyn Batches + 'a>, ParseError> {
    match format {
        Format::AppleHealth => crate::apple::open(reader, limits),
        _ => Err(ParseError::UnsupportedFormat),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_and_the_name_only_where_the_content_says_nothing() {
        let dicom = [vec![0u8; 128], b"DICM".to_vec()].concat();
        let utf16: Vec<u8> =
            "\u{feff}<?xml version='1.0'?><ClinicalDocument xmlns='urn:hl7-org:v3'>"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect();
        let cases: [(&str, &[u8], Format); 24] = [
            ("a.txt", b" {\"resourceType\":\"Patient\"}", Format::Fhir),
            ("a.pdf", b"\xef\xbb\xbf[]", Format::Fhir),
            ("a.json", b"%PDF-1.7\n", Format::Pdf),
            ("a", b"\n\n%PDF-1.7\n", Format::Pdf),
            ("a.json", b"{\"x\":\"%PDF-\"}", Format::Fhir),
            ("a.csv", b"\x89PNG\r\n\x1a\n", Format::Png),
            ("a.png", b"\xff\xd8\xff\xe0", Format::Jpeg),
            ("a", b"II*\0", Format::Tiff),
            ("a", &dicom, Format::Dicom),
            ("a", &dicom[128..], Format::Dicom),
            ("a.json", b"PK\x03\x04", Format::Zip),
            ("a.csv", b"Date,Pulse\n2020-01-01,60\n", Format::Csv),
            ("a.csv", b"no table at all", Format::Unknown),
            ("a.txt", b"Date,Pulse\n", Format::Unknown),
            ("a.html", b"<html><ClinicalDocument/></html>", Format::Unknown),
            ("a", b"<?xml version='1.0'?><!-- <HealthData> --><c:ClinicalDocument>", Format::Ccda),
            ("a", b"<!DOCTYPE HealthData [ <!ELEMENT x", Format::AppleHealth),
            ("a", b"<?xml?>\n<HealthData locale='en_GB'>", Format::AppleHealth),
            ("a", &utf16, Format::Ccda),
            (
                "a.txt",
                b"<?xml version='1.0'?><Patient xmlns='http://hl7.org/fhir'>",
                Format::FhirXml,
            ),
            ("a", b"<!-- x --><f:Bundle xmlns:f=\"http://hl7.org/fhir\"/>", Format::FhirXml),
            ("a.xml", b"<Patient><x xmlns='http://hl7.org/fhir'/></Patient>", Format::Unknown),
            ("a.xml", b"", Format::Unknown),
            ("a.csv", b"a,b\0c", Format::Unknown),
        ];
        for (name, head, format) in cases {
            assert_eq!(detect(name, head), format, "{name} {:?}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn what_is_not_read_says_why() {
        let limits = Limits::default();
        let why = |name, bytes: &[u8]| {
            read(detect(name, bytes), name, bytes, &limits).err().map(|error| error.code())
        };
        assert_eq!(why("letter.pdf", b"hello"), Some("wrongContent"));
        assert_eq!(why("letter.odt", b"hello"), Some("unsupportedFormat"));
        assert_eq!(why("records.json", b"hello"), Some("notJson"));
        assert_eq!(why("page.xml", b"<html/>"), Some("unsupportedFormat"));
        let small = Limits { max_document: 8, ..Limits::default() };
        let large = read(Format::Pdf, "a.pdf", b"%PDF-1.7 and more", &small);
        assert_eq!(large.err(), Some(ParseError::TooLarge { bytes: 17, limit: 8 }));
    }
}
