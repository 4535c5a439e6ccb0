//! DICOM files without the 128 bytes and the word before them, as some devices and old discs have them.

/// The word at byte 128 of a file.
const WORD: &[u8] = b"DICM";
const EXPLICIT: &[u8] = b"1.2.840.10008.1.2.1\0";
const IMPLICIT: &[u8] = b"1.2.840.10008.1.2\0";

/// What has to stand before a file so that it begins as the standard says; nothing where it does.
pub(super) fn missing(bytes: &[u8]) -> Vec<u8> {
    let preamble = vec![0; 128];
    if bytes.get(128..132) == Some(WORD) {
        return Vec::new();
    }
    if bytes.starts_with(WORD) {
        return preamble;
    }
    if bytes.starts_with(&[2, 0]) {
        return [preamble.as_slice(), WORD].concat();
    }
    // No word of how it is written either: then each element names its kind, or none does.
    let named = bytes.get(4..6).is_some_and(|kind| kind.iter().all(u8::is_ascii_uppercase));
    let syntax = if named { EXPLICIT } else { IMPLICIT };
    let group = [element(0, b"UL", &length(syntax)), element(0x10, b"UI", syntax)].concat();
    [preamble.as_slice(), WORD, group.as_slice()].concat()
}

/// Length of the group that holds the one element with `syntax`.
fn length(syntax: &[u8]) -> [u8; 4] {
    u32::try_from(syntax.len() + 8).unwrap_or_default().to_le_bytes()
}

/// An element of the group that says how a file is written.
fn element(number: u8, kind: &[u8; 2], value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap_or_default().to_le_bytes();
    [[2, 0, number, 0].as_slice(), kind, &length, value].concat()
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn a_file_that_begins_as_it_should_is_left_alone() {
        let whole = [vec![0; 128], b"DICM\x02\0\0\0UL".to_vec()].concat();
        assert!(missing(&whole).is_empty());
        assert_eq!(missing(&whole[128..]).len(), 128);
        assert_eq!(missing(&whole[132..]).len(), 132);
        let explicit = missing(b"\x08\0\x05\0CS\x0a\0ISO_IR 100");
        assert_eq!(explicit[128..].len(), 4 + 12 + 28);
        assert!(explicit.ends_with(b"1.2.840.10008.1.2.1\0"));
        assert!(missing(b"\x08\0\x05\0\x0a\0\0\0ISO_IR 100").ends_with(b"1.2.840.10008.1.2\0"));
    }
}
