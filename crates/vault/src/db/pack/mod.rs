//! How the body of a record is stored: FHIR repeats the same names and addresses in each record, so most of it is a
//! reference into a dictionary (LZ4 block format). It stands inside the encrypted file; the body comes back byte for
//! byte.
//!
//! The column `packing` says how: a number is never given another meaning, and its dictionary is never edited.

use lz4_flex::block;

/// The body as it is.
pub(super) const PLAIN: i64 = 0;
/// Length of the body (4 bytes, little-endian), then LZ4 with [`DICTIONARY`].
pub(super) const DICTIONARY_1: i64 = 1;

/// What records of the usual types look like.
const DICTIONARY: &[u8] = include_bytes!("dictionary-1.txt");

/// Larger bodies are documents, whose content (base64) has nothing to save.
const LARGEST: usize = 64 << 10;
const HEADER: usize = 4;

/// The packed form of a body; `None` if it would save less than an eighth.
pub(super) fn pack(body: &[u8]) -> Option<Vec<u8>> {
    if body.len() > LARGEST {
        return None;
    }
    let length = u32::try_from(body.len()).ok()?;
    let mut packed = vec![0; HEADER + block::get_maximum_output_size(body.len())];
    packed[..HEADER].copy_from_slice(&length.to_le_bytes());
    let used = block::compress_into_with_dict(body, &mut packed[HEADER..], DICTIONARY).ok()?;
    packed.truncate(HEADER + used);
    (packed.len() < body.len() - body.len() / 8).then_some(packed)
}

/// The body again; `None` for what [`pack`] cannot have made.
pub(crate) fn unpack(packing: i64, stored: Vec<u8>) -> Option<Vec<u8>> {
    match packing {
        PLAIN => Some(stored),
        DICTIONARY_1 => {
            let (length, packed) = stored.split_first_chunk::<HEADER>()?;
            let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
            if length > LARGEST {
                return None;
            }
            let mut body = vec![0; length];
            let found = block::decompress_into_with_dict(packed, &mut body, DICTIONARY).ok()?;
            (found == length).then_some(body)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::*;

    /// Files written with it could not be read any more.
    #[test]
    fn the_dictionary_is_never_edited() {
        let digest = Sha256::digest(DICTIONARY);
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "63c5e47c45bddf4b7e0fd4e425d8ff83f9b4fd1b9367eb4c3b82613c44161cae");
    }

    #[test]
    fn records_become_less_than_half() {
        let bundle = keyward_testkit::bundle(7, keyward_testkit::BundleKind::Collection, 200);
        let bundle: serde_json::Value = serde_json::from_slice(&bundle).unwrap();
        let bodies: Vec<Vec<u8>> = bundle["entry"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["resource"].to_string().into_bytes())
            .collect();
        let whole: usize = bodies.iter().map(Vec::len).sum();
        let packed: usize =
            bodies.iter().map(|body| pack(body).unwrap_or(body.clone()).len()).sum();
        assert!(packed * 2 < whole, "{packed} of {whole} bytes");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let body = DICTIONARY.to_vec();
        let packed = pack(&body).unwrap();
        assert_eq!(unpack(2, packed.clone()), None, "an unknown packing");
        assert_eq!(unpack(DICTIONARY_1, packed[..packed.len() - 1].to_vec()), None, "cut");
        assert_eq!(unpack(DICTIONARY_1, vec![1, 0]), None, "shorter than its length");
        let mut longer = packed;
        longer[0] = longer[0].wrapping_add(1);
        assert_eq!(unpack(DICTIONARY_1, longer), None, "another length");
        assert_eq!(unpack(DICTIONARY_1, vec![0xff; 40]), None, "a length nothing has");
    }

    proptest! {
        #[test]
        fn every_body_comes_back(body in prop::collection::vec(any::<u8>(), 0..2000), times in 0..40_usize) {
            let body = body.repeat(times);
            if let Some(packed) = pack(&body) {
                prop_assert_eq!(unpack(DICTIONARY_1, packed), Some(body));
            }
        }

        #[test]
        fn whatever_is_stored_is_read_or_refused(stored in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = unpack(DICTIONARY_1, stored);
        }
    }
}
