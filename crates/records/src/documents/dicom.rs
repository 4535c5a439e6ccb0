//! Whether bytes are a DICOM file. Some devices and old discs leave out the 128 bytes and the word before it, and then
//! nothing but the first elements themselves tells.

/// The word at byte 128.
const WORD: &[u8] = b"DICM";
/// Elements that have to follow one another before a file without the word is believed.
const ELEMENTS: usize = 3;
/// Longest value of one of them.
const MAX_VALUE: usize = 256;

/// Kinds of values that stand at the beginning of a file, each with a length of two bytes.
const KINDS: [&[u8]; 12] =
    [b"UL", b"UI", b"SH", b"AE", b"CS", b"DA", b"TM", b"LO", b"PN", b"US", b"IS", b"LT"];

/// By the first bytes of a file.
pub(crate) fn is_dicom(head: &[u8]) -> bool {
    head.get(128..132) == Some(WORD)
        || head.starts_with(WORD)
        || head.starts_with(&[2, 0]) && elements(head, 2)
        || head.starts_with(&[8, 0]) && elements(head, 8)
}

/// Whether the first elements are such as they are written: of one group, in order, with values of sound length.
fn elements(head: &[u8], group: u8) -> bool {
    let mut rest = head;
    let mut before = None;
    for _ in 0..ELEMENTS {
        let [a, b, low, high, ..] = *rest else { return false };
        let number = u16::from_le_bytes([low, high]);
        if [a, b] != [group, 0] || before.is_some_and(|before| before >= number) {
            return false;
        }
        before = Some(number);
        let Some(after) = value(rest.get(4..).unwrap_or_default()) else { return false };
        rest = after;
    }
    true
}

/// What comes after the value of an element, whose head says its kind and length or, in an older form, its length only.
fn value(head: &[u8]) -> Option<&[u8]> {
    let (length, start) = match *head {
        // The version of the file's own group, whose length has four bytes.
        [b'O', b'B', 0, 0, a, b, c, d, ..] => (u32::from_le_bytes([a, b, c, d]), 8),
        [k, l, a, b, ..] if KINDS.contains(&[k, l].as_slice()) => {
            (u32::from(u16::from_le_bytes([a, b])), 4)
        }
        [a, b, c, d, ..] => (u32::from_le_bytes([a, b, c, d]), 4),
        _ => return None,
    };
    let length = usize::try_from(length).ok().filter(|length| *length <= MAX_VALUE)?;
    length.is_multiple_of(2).then(|| head.get(start + length..)).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::is_dicom;

    const META: &[u8] = b"\x02\0\0\0UL\x04\0\x1c\0\0\0\x02\0\x01\0OB\0\0\x02\0\0\0\0\x01\
        \x02\0\x02\0UI\x1a\x001.2.840.10008.5.1.4.1.1.2\0";
    const EXPLICIT: &[u8] =
        b"\x08\0\x05\0CS\x0a\0ISO_IR 100\x08\0\x08\0CS\x08\0ORIGINAL\x08\0\x16\0UI\x02\x001\0";
    const IMPLICIT: &[u8] = b"\x08\0\x05\0\x0a\0\0\0ISO_IR 100\x08\0\x08\0\x08\0\0\0ORIGINAL\x08\0\x16\0\x02\0\0\x001\0";

    #[test]
    fn a_file_is_known_with_its_word_and_without() {
        let whole = [&[0; 128], &b"DICM"[..], META].concat();
        for known in [&whole, &whole[128..], META, EXPLICIT, IMPLICIT] {
            assert!(is_dicom(known), "{known:?}");
        }
        for cut in 1..EXPLICIT.len() - 2 {
            assert!(!is_dicom(&EXPLICIT[..cut]));
        }
        // Out of order, of two groups, with a value that is too long or odd.
        let swap = |at: usize, byte: u8| {
            let mut changed = EXPLICIT.to_vec();
            changed[at] = byte;
            changed
        };
        for other in [swap(20, 4), swap(18, 9), swap(6, 9), swap(7, 2), swap(1, 1)] {
            assert!(!is_dicom(&other), "{other:?}");
        }
        for text in ["", "8\0", "\u{8}\0", "\u{2}\0\0\0", "{\"a\": 1}"] {
            assert!(!is_dicom(text.as_bytes()));
        }
        assert!(!is_dicom(&[8, 0].repeat(300)) && !is_dicom(&[2, 0].repeat(300)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), group in 0u8..9) {
            if let Some(first) = bytes.first_mut() {
                *first = group;
            }
            let _ = is_dicom(&bytes);
        }
    }
}
