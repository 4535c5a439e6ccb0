//! Letters carried inside records, as far as the search is concerned: what is text is read here, what
//! needs a decoder is left to the [`Inspector`](super::Inspector).

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::kind::{Shown, shown, text_within};
use super::markup;
use crate::json::Json;
use crate::limits::Limits;
use crate::view;

/// Bytes by which [`shown`] tells what a document is.
const HEAD: usize = 8 << 10;
/// Letters of one record that are looked into.
const MAX_LETTERS: u32 = 16;

/// A beginning may end anywhere, so the padding may be missing.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What an attachment gives to the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Letter {
    /// Its words. `true`: there are more.
    Words(String, bool),
    /// It has to be looked into by a decoder.
    Closed,
    /// Nothing: a picture, or bytes of no known kind.
    Silent,
}

/// What an attachment with these base64 letters gives to the search, at most `most` bytes.
pub(crate) fn letter(stated: Option<&str>, packed: &str, most: usize) -> Letter {
    let Some(head) = beginning(packed, HEAD) else { return Letter::Silent };
    let kind = shown(stated, &head);
    match kind {
        Shown::Pdf => Letter::Closed,
        Shown::Text | Shown::Html | Shown::Clinical => match beginning(packed, usize::MAX) {
            Some(bytes) => words(kind, &bytes, most),
            None => Letter::Silent,
        },
        Shown::Picture | Shown::Dicom | Shown::Other => Letter::Silent,
    }
}

fn words(kind: Shown, bytes: &[u8], most: usize) -> Letter {
    let (text, _) = text_within(bytes, usize::MAX);
    let start = text.trim_start();
    // XML of other kinds too is read as what stands between the tags.
    let (words, cut) = if kind != Shown::Text || start.starts_with('<') {
        markup::words(&text, most)
    } else {
        let words = super::shorten(&text, most);
        (words.to_owned(), words.len() < text.len())
    };
    Letter::Words(words, cut)
}

/// The first bytes, at least `most` of them if there are so many; `None` if it is no base64.
fn beginning(packed: &str, most: usize) -> Option<Vec<u8>> {
    let letters = most.div_ceil(3).saturating_mul(4);
    let plain: Vec<u8> =
        packed.bytes().filter(|byte| !byte.is_ascii_whitespace()).take(letters).collect();
    BASE64.decode(plain).ok()
}

/// Gives each document of a record that needs a decoder to be read, one at a time and no more than
/// sixteen; `true` if there are more.
pub fn closed_letters(body: &[u8], give: &mut dyn FnMut(Shown, &[u8])) -> bool {
    let limits = Limits::default();
    let Ok(resource) = Json::read(body, &limits) else { return false };
    let mut given = 0;
    for (stated, packed) in view::inline(&resource) {
        if letter_kind(stated, packed) != Some(Shown::Pdf) {
            continue;
        }
        if given == MAX_LETTERS {
            return true;
        }
        if let Some(bytes) = beginning(packed, usize::MAX) {
            given += 1;
            give(Shown::Pdf, &bytes);
        }
    }
    false
}

fn letter_kind(stated: Option<&str>, packed: &str) -> Option<Shown> {
    beginning(packed, HEAD).map(|head| shown(stated, &head))
}
