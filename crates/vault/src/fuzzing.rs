//! One entry for every decoder of this crate. For the fuzz targets.

use crate::db::fuzz_search;
use crate::keyslot::KeySlot;
use crate::profile::ProfileFile;
use crate::salvage::fuzz as salvage;

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

/// What a salvage takes apart. The first byte chooses: a log made to a description, any bytes as a log, pages and rows.
///
/// # Panics
/// If a page counts that is not genuine.
pub fn damaged(data: &[u8]) {
    let Some((choice, bytes)) = data.split_first() else { return };
    match choice % 3 {
        0 => salvage::log(bytes),
        1 => salvage::raw_log(bytes),
        _ => salvage::rows(bytes),
    }
}
