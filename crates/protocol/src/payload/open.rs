//! Opening: fails closed. The in-memory form releases nothing before the last chunk is checked.

use zeroize::Zeroizing;

use crate::aead::{Aes256Gcm, TAG};
use crate::capsule::Cek;
use crate::codec::DecodeError;
use crate::ids::RecordId;

use super::{
    CHUNK, ContentType, PREAMBLE, PayloadError, SEALED_CHUNK, SEALED_PREAMBLE, associated_data,
    chunk_buffer, nonce, padded_len, padded_of_sealed, parse_preamble,
};

/// Opens a payload chunk by chunk. What [`Self::chunk`] gives out is authentic, but only
/// [`Self::finish`] tells that it was all.
pub struct PayloadOpener {
    cipher: Aes256Gcm,
    aad: Vec<u8>,
    content_type: ContentType,
    len: u64,
    content: u64,
    padded: u64,
    index: u32,
}

impl PayloadOpener {
    /// Opens the preamble, the first [`SEALED_PREAMBLE`] bytes of a payload whose whole sealed
    /// length is `total`.
    ///
    /// # Errors
    /// [`PayloadError`].
    pub fn new(
        cek: &Cek,
        record_id: &RecordId,
        total: u64,
        sealed: &[u8],
    ) -> Result<Self, PayloadError> {
        let padded = padded_of_sealed(total).ok_or(PayloadError::Length)?;
        let sealed = sealed.get(..SEALED_PREAMBLE).ok_or(PayloadError::Length)?;
        let cipher = Aes256Gcm::new(&cek.0).map_err(|_| PayloadError::Cipher)?;
        let aad = associated_data(record_id);
        let mut plain = [0; PREAMBLE];
        cipher
            .open(nonce(0, false), &aad, sealed, &mut plain)
            .map_err(|_| PayloadError::NotAuthentic)?;
        let (content_type, len) = parse_preamble(&plain)?;
        if padded_len(len) != padded {
            return Err(PayloadError::Length);
        }
        Ok(Self { cipher, aad, content_type, len, content: len, padded, index: 1 })
    }

    /// What the payload contains.
    #[must_use]
    pub const fn content_type(&self) -> ContentType {
        self.content_type
    }

    /// How many content bytes there are.
    #[must_use]
    pub const fn content_len(&self) -> u64 {
        self.len
    }

    /// How many sealed bytes the next chunk has; 0 when none is left.
    #[must_use]
    pub fn next_sealed_len(&self) -> usize {
        match self.padded {
            0 => 0,
            padded => usize::try_from(padded).unwrap_or(CHUNK).min(CHUNK) + TAG,
        }
    }

    /// Opens the next chunk ([`Self::next_sealed_len`] bytes) into the front of `out`
    /// ([`CHUNK`] bytes suffice) and returns how many of them are content.
    ///
    /// # Errors
    /// [`PayloadError`].
    pub fn chunk(&mut self, sealed: &[u8], out: &mut [u8]) -> Result<usize, PayloadError> {
        let expected = self.next_sealed_len();
        if expected == 0 || sealed.len() != expected {
            return Err(PayloadError::Chunking);
        }
        let size = expected - TAG;
        let out = out.get_mut(..size).ok_or(PayloadError::Buffer)?;
        let padded = self.padded - size as u64;
        self.cipher
            .open(nonce(self.index, padded == 0), &self.aad, sealed, out)
            .map_err(|_| PayloadError::NotAuthentic)?;
        let content = usize::try_from(self.content).unwrap_or(size).min(size);
        if out[content..].iter().any(|byte| *byte != 0) {
            return Err(DecodeError::NotCanonical.into());
        }
        self.content -= content as u64;
        self.padded = padded;
        self.index = self.index.checked_add(1).ok_or(PayloadError::TooLong)?;
        Ok(content)
    }

    /// Ends the payload.
    ///
    /// # Errors
    /// [`PayloadError::Chunking`] while chunks are missing.
    pub fn finish(self) -> Result<(), PayloadError> {
        if self.padded == 0 { Ok(()) } else { Err(PayloadError::Chunking) }
    }
}

/// An opened payload. The content is overwritten when dropped.
pub struct Opened {
    /// What it contains.
    pub content_type: ContentType,
    /// The content without padding.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Opens a whole payload in memory: everything or nothing.
///
/// # Errors
/// [`PayloadError`].
pub fn open(cek: &Cek, record_id: &RecordId, sealed: &[u8]) -> Result<Opened, PayloadError> {
    let mut opener = PayloadOpener::new(cek, record_id, sealed.len() as u64, sealed)?;
    let len = usize::try_from(opener.content_len()).map_err(|_| PayloadError::TooLong)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(len));
    let mut buffer = chunk_buffer(opener.next_sealed_len().saturating_sub(TAG));
    for chunk in sealed[SEALED_PREAMBLE..].chunks(SEALED_CHUNK) {
        let content = opener.chunk(chunk, &mut buffer)?;
        bytes.extend_from_slice(&buffer[..content]);
    }
    let content_type = opener.content_type();
    opener.finish()?;
    Ok(Opened { content_type, bytes })
}
