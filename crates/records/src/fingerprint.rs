//! Recognises the same content again.
//!
//! The fingerprint of a resource is SHA-256 over `"keyward/record/1\n"` and its canonical JSON (names
//! sorted, numbers as written, no white space) without `id` and without `meta.versionId`,
//! `meta.lastUpdated` and `meta.source`, which a server changes without changing the record. All
//! else counts, references included: two measurements of two people are never taken for one.
//! Taking one for two shows it twice; taking two for one would lose one, so doubt means "two".

use sha2::{Digest, Sha256};

use crate::json::{Json, LeaveOut};

const DOMAIN: &[u8] = b"keyward/record/1\n";

/// The fingerprint of a resource.
pub(crate) fn of_resource(resource: &Json) -> [u8; 32] {
    let stable = resource.to_canonical_without(|name, value| match (name, value) {
        ("id", _) => LeaveOut::All,
        ("meta", Json::Object(_)) => LeaveOut::Within(&["versionId", "lastUpdated", "source"]),
        _ => LeaveOut::Nothing,
    });
    Sha256::new().chain_update(DOMAIN).chain_update(stable).finalize().into()
}

/// The fingerprint of bytes that are not understood.
pub(crate) fn of_source(bytes: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(b"keyward/source/1\n").chain_update(bytes).finalize().into()
}

/// The fingerprint of the n-th resource (n ≥ 1, counted from 0) of one file that has this content
/// under another id: the sender says that they are several, so none is dropped.
pub(crate) fn of_repetition(base: &[u8; 32], n: u32) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"keyward/repetition/1\n")
        .chain_update(base)
        .chain_update(n.to_be_bytes())
        .finalize()
        .into()
}
