//! Sealing: by chunk into the caller's buffers, or a whole payload in memory.

use crate::aead::{Aes256Gcm, TAG};
use crate::capsule::{Cek, FreshCek};
use crate::ids::RecordId;

use super::{
    CHUNK, ContentType, PayloadError, SEALED_PREAMBLE, associated_data, chunk_buffer,
    ciphertext_hash, nonce, padded_len, preamble, sealed_len,
};

/// Seals a payload chunk by chunk.
pub struct PayloadSealer {
    cek: Cek,
    cipher: Aes256Gcm,
    aad: Vec<u8>,
    /// Content bytes still to come.
    content: u64,
    /// Padded bytes still to come, content included.
    padded: u64,
    index: u32,
}

impl PayloadSealer {
    /// Begins a payload of `len` content bytes and writes the sealed preamble
    /// ([`SEALED_PREAMBLE`] bytes) to the front of `out`.
    ///
    /// # Errors
    /// [`PayloadError::TooLong`], [`PayloadError::Buffer`].
    pub fn new(
        fresh: FreshCek,
        record_id: &RecordId,
        content_type: ContentType,
        len: u64,
        out: &mut [u8],
    ) -> Result<Self, PayloadError> {
        sealed_len(len)?;
        let cipher = Aes256Gcm::new(&fresh.0).map_err(|_| PayloadError::Cipher)?;
        let aad = associated_data(record_id);
        let out = out.get_mut(..SEALED_PREAMBLE).ok_or(PayloadError::Buffer)?;
        cipher
            .seal(nonce(0, false), &aad, &preamble(content_type, len)?, out)
            .map_err(|_| PayloadError::Cipher)?;
        Ok(Self { cek: Cek(fresh.0), cipher, aad, content: len, padded: padded_len(len), index: 1 })
    }

    /// Seals the next content: exactly [`CHUNK`] bytes, or all that remains if that is less.
    /// Returns how many bytes were written to the front of `out`
    /// ([`super::SEALED_CHUNK`] at most).
    ///
    /// # Errors
    /// [`PayloadError::Chunking`], [`PayloadError::Buffer`].
    pub fn chunk(&mut self, plain: &[u8], out: &mut [u8]) -> Result<usize, PayloadError> {
        let len = plain.len() as u64;
        if len == 0 || len != self.content.min(CHUNK as u64) {
            return Err(PayloadError::Chunking);
        }
        self.content -= len;
        let size = self.next_size();
        if plain.len() == size {
            return self.emit(plain, out);
        }
        let mut buffer = chunk_buffer(size);
        buffer[..plain.len()].copy_from_slice(plain);
        self.emit(&buffer, out)
    }

    /// Seals the next chunk that is only padding; 0 when the payload is complete.
    ///
    /// # Errors
    /// [`PayloadError::Chunking`] while content is missing, [`PayloadError::Buffer`].
    pub fn padding(&mut self, out: &mut [u8]) -> Result<usize, PayloadError> {
        match (self.content, self.padded) {
            (0, 0) => Ok(0),
            (0, _) => {
                let size = self.next_size();
                self.emit(&chunk_buffer(size), out)
            }
            _ => Err(PayloadError::Chunking),
        }
    }

    /// Ends the payload; the key can now be encapsulated.
    ///
    /// # Errors
    /// [`PayloadError::Chunking`] while content or padding is missing.
    pub fn finish(self) -> Result<Cek, PayloadError> {
        if self.padded == 0 { Ok(self.cek) } else { Err(PayloadError::Chunking) }
    }

    /// The size of the next chunk in the padded grid.
    fn next_size(&self) -> usize {
        usize::try_from(self.padded).unwrap_or(CHUNK).min(CHUNK)
    }

    fn emit(&mut self, plain: &[u8], out: &mut [u8]) -> Result<usize, PayloadError> {
        let size = plain.len() + TAG;
        let out = out.get_mut(..size).ok_or(PayloadError::Buffer)?;
        let padded = self.padded - plain.len() as u64;
        let index = self.index.checked_add(1).ok_or(PayloadError::TooLong)?;
        self.cipher
            .seal(nonce(self.index, padded == 0), &self.aad, plain, out)
            .map_err(|_| PayloadError::Cipher)?;
        (self.padded, self.index) = (padded, index);
        Ok(size)
    }
}

/// A sealed payload in memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedPayload {
    /// The ciphertext.
    pub bytes: Vec<u8>,
    /// Its SHA-256, for the record header.
    pub hash: [u8; 32],
}

/// Seals a whole payload in memory.
///
/// # Errors
/// [`PayloadError::TooLong`].
pub fn seal(
    fresh: FreshCek,
    record_id: &RecordId,
    content_type: ContentType,
    plaintext: &[u8],
) -> Result<(SealedPayload, Cek), PayloadError> {
    let len = plaintext.len() as u64;
    let total = usize::try_from(sealed_len(len)?).map_err(|_| PayloadError::TooLong)?;
    let mut bytes = vec![0; total];
    let mut sealer = PayloadSealer::new(fresh, record_id, content_type, len, &mut bytes)?;
    let mut at = SEALED_PREAMBLE;
    for plain in plaintext.chunks(CHUNK) {
        at += sealer.chunk(plain, &mut bytes[at..])?;
    }
    loop {
        match sealer.padding(&mut bytes[at..])? {
            0 => break,
            written => at += written,
        }
    }
    let cek = sealer.finish()?;
    let hash = ciphertext_hash(&bytes);
    Ok((SealedPayload { bytes, hash }, cek))
}
