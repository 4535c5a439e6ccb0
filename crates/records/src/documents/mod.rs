//! Documents: PDF, JPEG, PNG, TIFF and DICOM files as one DocumentReference each, and what the
//! documents inside any FHIR record are.
//!
//! This crate never decodes a page or a picture: what stands *in* a document ([`Findings`]) comes from
//! an [`Inspector`], which the shell runs in a process without rights. Here a document is bytes with a kind, told by
//! their beginning and never by a name or a stated type.

mod dicom;
mod kept;
mod kind;
mod letters;
mod markup;
mod position;
mod reference;

pub(crate) use dicom::is_dicom;
pub use kept::{is_kept_file, kept_file};
pub use kind::{Shown, shown, text_of};
pub use letters::closed_letters;
pub(crate) use letters::{Letter, letter};
pub(crate) use markup::words as words_of_markup;
pub use position::tells_a_place;

pub(crate) use kept::stands_in;

use sha2::{Digest, Sha256};

use crate::format::Format;
use crate::json::Json;
use crate::limits::Limits;
use crate::parsed::{Container, ParseError, Parsed, Resource};

/// `meta.source` of a document that was imported as a file.
pub const SOURCE: &str = "urn:keyward:document";
/// URL of the extension that holds the text found in a document, for search.
pub const TEXT: &str = "urn:keyward:text";
/// Most text kept for search, in bytes.
pub const MAX_TEXT: usize = 1 << 20;

/// What is found by looking into a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Pages or frames; 0 if not known.
    pub pages: u32,
    /// Text in it, for search; empty for pictures.
    pub text: String,
    /// When it was made, as a FHIR date or date and time.
    pub created: Option<String>,
    /// DICOM modality code.
    pub modality: Option<String>,
    /// What the study is called (DICOM).
    pub description: Option<String>,
}

/// Why nothing is found in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// It needs a password.
    Encrypted,
    /// It cannot be read.
    Damaged,
    /// It cannot be looked into here, or not within bounds; it may still be kept and saved.
    Closed,
}

/// Looks into documents, where a hostile one can do no harm.
pub trait Inspector: Send + Sync {
    /// Looks into a document of one of the formats that are documents.
    ///
    /// # Errors
    /// Why nothing is found.
    fn inspect(&self, shown: Shown, bytes: &[u8]) -> Result<Findings, Unseen>;
}

/// Finds nothing in anything: where there is no viewer.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoInspector;

impl Inspector for NoInspector {
    fn inspect(&self, _: Shown, _: &[u8]) -> Result<Findings, Unseen> {
        Err(Unseen::Closed)
    }
}

/// Whether a record is a document that was imported as a file. Such a one is nothing but the letter,
/// scan or picture, so it cannot be freed of what says whose it is: in a space without her name it
/// stays with its owner.
pub fn is_whole(body: &[u8]) -> bool {
    let Ok(resource) = Json::read(body, &Limits::default()) else { return false };
    resource.at(&["meta", "source"]).and_then(Json::as_str) == Some(SOURCE)
}

/// A document as one DocumentReference that holds the file, without looking into it.
///
/// # Errors
/// As [`read_with`].
pub fn read(
    format: Format,
    name: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Parsed, ParseError> {
    read_with(format, name, bytes, limits, &NoInspector)
}

/// A document as one DocumentReference that holds the file: type by content, title from the file's
/// name, size, hash, the date the document states, and its text for search.
///
/// # Errors
/// [`ParseError::Empty`], [`ParseError::TooLarge`], [`ParseError::WrongContent`] if the bytes are not
/// what `format` says, [`ParseError::Encrypted`], [`ParseError::Damaged`].
pub fn read_with(
    format: Format,
    name: &str,
    bytes: &[u8],
    limits: &Limits,
    inspector: &dyn Inspector,
) -> Result<Parsed, ParseError> {
    if bytes.is_empty() {
        return Err(ParseError::Empty);
    }
    if bytes.len() > limits.max_document {
        return Err(ParseError::TooLarge { bytes: bytes.len(), limit: limits.max_document });
    }
    let wanted = match format {
        Format::Pdf => Shown::Pdf,
        Format::Jpeg | Format::Png | Format::Tiff => Shown::Picture,
        Format::Dicom => Shown::Dicom,
        _ => return Err(ParseError::UnsupportedFormat),
    };
    if shown(None, bytes) != wanted {
        return Err(ParseError::WrongContent { claimed: format });
    }
    let findings = match inspector.inspect(wanted, bytes) {
        Ok(findings) => findings,
        Err(Unseen::Encrypted) => return Err(ParseError::Encrypted),
        Err(Unseen::Damaged) => return Err(ParseError::Damaged { offset: 0 }),
        Err(Unseen::Closed) => Findings::default(),
    };
    let json = reference::of(format, name, bytes, &findings);
    Ok(Parsed {
        container: Container::Converted(format),
        entries: 1,
        patients: Vec::new(),
        resources: vec![resource(&json, bytes)],
        kept_as_source: Vec::new(),
        duplicates: Vec::new(),
        labels: Vec::new(),
        labelled_again: Vec::new(),
    })
}

/// The longest beginning of at most `most` bytes.
pub(crate) fn shorten(words: &str, most: usize) -> &str {
    let mut end = words.len().min(most);
    while !words.is_char_boundary(end) {
        end -= 1;
    }
    words.get(..end).unwrap_or_default()
}

/// The same file is the same document, whatever its name and whatever was found in it.
fn resource(json: &Json, bytes: &[u8]) -> Resource {
    let fingerprint =
        Sha256::new().chain_update(b"keyward/document/1\n").chain_update(bytes).finalize().into();
    Resource { fingerprint, ..Resource::made(0, json) }
}

#[cfg(test)]
mod tests;
