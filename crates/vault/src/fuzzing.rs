//! One entry for every decoder of this crate. For the fuzz targets.

use crate::db::fuzz_search;
use crate::keyslot::KeySlot;
use crate::profile::ProfileFile;

/// What stands outside the encrypted file, or comes into it from documents. The first byte chooses: the
/// keyring's text, `profile.json`, words that are indexed and searched.
///
/// # Panics
/// If a key slot is accepted that is written in another way.
pub fn outside(data: &[u8]) {
    let Some((choice, bytes)) = data.split_first() else { return };
    match (choice % 3, str::from_utf8(bytes)) {
        (0, Ok(text)) => {
            if let Ok(slot) = KeySlot::from_text(text) {
                assert_eq!(*slot.to_text(), text);
            }
        }
        (1, _) => {
            if let Ok(profile) = ProfileFile::from_bytes(bytes) {
                assert!(profile.id.as_str().len() <= 40);
            }
        }
        (_, Ok(text)) => fuzz_search(text),
        _ => {}
    }
}
