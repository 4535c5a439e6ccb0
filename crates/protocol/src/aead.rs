//! AES-256-GCM by aws-lc-rs, for payloads and short messages. Nonces are the caller's duty:
//! every key in this crate either seals one payload or is used with one fixed nonce.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;

/// Length of the authentication tag in bytes.
pub(crate) const TAG: usize = 16;

/// A key prepared for many chunks. Overwritten when freed.
pub(crate) struct Aes256Gcm(LessSafeKey);

impl Aes256Gcm {
    pub(crate) fn new(key: &[u8; 32]) -> Result<Self, Unspecified> {
        UnboundKey::new(&AES_256_GCM, key).map(|key| Self(LessSafeKey::new(key)))
    }

    /// Encrypts `plain` into `out`, which is `plain.len() + TAG` long.
    pub(crate) fn seal(
        &self,
        nonce: [u8; 12],
        aad: &[u8],
        plain: &[u8],
        out: &mut [u8],
    ) -> Result<(), Unspecified> {
        let (ciphertext, tag) = out.split_at_mut_checked(plain.len()).ok_or(Unspecified)?;
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.0.seal_out_of_place_scatter(nonce, Aad::from(aad), plain, ciphertext, &[], tag)
    }

    /// Decrypts `sealed` into `out`, which is `sealed.len() - TAG` long. On failure `out` holds
    /// nothing of the plaintext.
    pub(crate) fn open(
        &self,
        nonce: [u8; 12],
        aad: &[u8],
        sealed: &[u8],
        out: &mut [u8],
    ) -> Result<(), Unspecified> {
        let split = sealed.len().checked_sub(TAG).ok_or(Unspecified)?;
        let (ciphertext, tag) = sealed.split_at(split);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = self.0.open_separate_gather(nonce, Aad::from(aad), ciphertext, tag, out);
        if opened.is_err() {
            out.fill(0);
        }
        opened
    }
}
