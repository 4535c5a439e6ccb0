//! What a document is, by its first bytes. A stated type only tells apart what is text anyway.

use super::dicom::is_dicom;

/// How a document can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shown {
    /// PDF: pages and text, by the viewer.
    Pdf,
    /// JPEG, PNG or TIFF, by the viewer.
    Picture,
    /// DICOM frames, by the viewer.
    Dicom,
    /// Text: shown as it is.
    Text,
    /// HTML: shown after sanitising.
    Html,
    /// A clinical document (C-CDA): its sections are shown.
    Clinical,
    /// Nothing that can be shown; it can be saved.
    Other,
}

/// Characters of a text that are shown.
const MAX_SHOWN: usize = 1 << 20;

/// How to show `bytes` of which somebody states the MIME type `stated`.
pub fn shown(stated: Option<&str>, bytes: &[u8]) -> Shown {
    if is_dicom(bytes) {
        return Shown::Dicom;
    }
    const PICTURES: [&[u8]; 6] =
        [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"];
    if PICTURES.iter().any(|magic| bytes.starts_with(magic)) {
        return Shown::Picture;
    }
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    let text = is_text(bytes);
    if head.windows(5).any(|window| window == b"%PDF-")
        && !matches!(head.first(), Some(b'{' | b'<'))
    {
        return Shown::Pdf;
    }
    if !text {
        return Shown::Other;
    }
    let start = String::from_utf8_lossy(head);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    if crate::format::is_clinical(start) {
        return Shown::Clinical;
    }
    let stated = stated.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let start = start.to_ascii_lowercase();
    let html = start.starts_with("<!doctype html") || start.starts_with("<html");
    if html
        || stated.eq_ignore_ascii_case("text/html")
        || stated.eq_ignore_ascii_case("application/xhtml+xml")
    {
        return Shown::Html;
    }
    Shown::Text
}

/// Whether bytes are text of some kind: no zero bytes and hardly any control characters at the
/// beginning.
fn is_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(8 << 10)).unwrap_or_default();
    if head.is_empty() {
        return true;
    }
    let control = head
        .iter()
        .filter(|&&byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c))
        .count();
    control == 0 || (!head.contains(&0) && control * 100 < head.len())
}

/// The text of a document that is [`Shown::Text`] or [`Shown::Html`]: UTF-8, else as Windows-1252
/// (as the web reads what is unlabelled). `true` if there is more than is given.
pub fn text_of(bytes: &[u8]) -> (String, bool) {
    text_within(bytes, MAX_SHOWN)
}

/// As [`text_of`], of at most `most` bytes.
pub(super) fn text_within(bytes: &[u8], most: usize) -> (String, bool) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let cut = bytes.len() > most;
    let bytes = bytes.get(..most).unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // Cut in the middle of a character.
        Err(error) if cut && error.valid_up_to() + 4 > bytes.len() => {
            String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default())
                .into_owned()
        }
        Err(_) => bytes.iter().map(|&byte| windows_1252(byte)).collect(),
    };
    let text = text.chars().filter(|&c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    (text, cut)
}

fn windows_1252(byte: u8) -> char {
    const UPPER: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => UPPER.get(usize::from(byte - 0x80)).copied().unwrap_or('?'),
        other => char::from(other),
    }
}
