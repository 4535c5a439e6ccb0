//! Labelled hashing, HMAC and HKDF (SHA-256), shared by the modules.

use hkdf::{Hkdf, InvalidLength};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::domain::Label;

/// `SHA-256(label ‖ 0x00 ‖ parts…)`. Parts must be of fixed length or self-delimiting.
pub(crate) fn labelled(label: Label, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(label.as_str());
    hasher.update([0]);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Plain SHA-256, for digests that other software must be able to recompute.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// `HKDF-SHA256(ikm, salt = none, info = label ‖ 0x00 ‖ parts…)` filled into `out`.
pub(crate) fn derive_into(ikm: &[u8], label: Label, parts: &[&[u8]], out: &mut [u8]) {
    let mut info: Vec<&[u8]> = Vec::with_capacity(parts.len() + 2);
    info.push(label.as_str().as_bytes());
    info.push(&[0]);
    info.extend_from_slice(parts);
    // Fails only beyond 255 × 32 bytes; every caller asks for 64 or fewer.
    if expand(ikm, &info, out).is_err() {
        unreachable!("HKDF output is at most 64 bytes here");
    }
}

/// `HKDF-SHA256(ikm, salt = none, info)` filled into `out`.
pub(crate) fn expand(ikm: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), InvalidLength> {
    Hkdf::<Sha256>::new(None, ikm).expand_multi_info(info, out)
}

/// [`derive_into`] for a 32-byte key.
pub(crate) fn derive(ikm: &[u8], label: Label, parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    derive_into(ikm, label, parts, out.as_mut_slice());
    out
}

/// HMAC-SHA-256 under a 32-byte key.
pub(crate) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
