//! SPEC §8. Payloads: AES-256-GCM in 64 KiB STREAM chunks, padded, one key per payload.
//!
//! `chunk₀` holds a 16-byte preamble (version, content type, length); `chunk₁…chunkₙ` hold the
//! content followed by zero padding, 64 KiB each, the last one shorter. Nonce = 7 zero bytes ‖
//! chunk number ‖ last flag; AAD = label ‖ version ‖ record id. A key seals one payload, so the
//! nonce prefix needs no randomness.

mod open;
mod seal;

use zeroize::Zeroizing;

pub use open::{Opened, PayloadOpener, open};
pub use seal::{PayloadSealer, SealedPayload, seal};

use crate::aead::TAG;
use crate::codec::{DecodeError, VERSION};
use crate::domain::Label;
use crate::hash;
use crate::ids::RecordId;

/// Plaintext bytes per chunk.
pub const CHUNK: usize = 64 * 1024;
/// Ciphertext bytes of a full chunk.
pub const SEALED_CHUNK: usize = CHUNK + TAG;
/// Ciphertext bytes of the preamble.
pub const SEALED_PREAMBLE: usize = PREAMBLE + TAG;
/// Largest plaintext, 4 GiB: the chunk counter and the padded length stay far from overflow.
pub const MAX_LEN: u64 = 1 << 32;

const PREAMBLE: usize = 16;
/// Small objects are padded to one of these; larger ones follow Padmé.
const BUCKETS: [u64; 3] = [1024, 2048, 4096];

/// Why a payload was not sealed or not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// The plaintext exceeds [`MAX_LEN`].
    #[error("the content is too large")]
    TooLong,
    /// Bytes were handed over in other pieces than announced.
    #[error("the content is not as long as announced, or not in chunks")]
    Chunking,
    /// The output buffer is too small.
    #[error("the output buffer is too small")]
    Buffer,
    /// The ciphertext has a length no payload has.
    #[error("not the length of a payload")]
    Length,
    /// A chunk does not authenticate: altered, moved, truncated, or of another record.
    #[error("the payload does not authenticate")]
    NotAuthentic,
    /// The authenticated content breaks the format.
    #[error("the authenticated content is malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// The cipher failed, which does not happen within the limits.
    #[error("the cipher failed")]
    Cipher,
}

impl PayloadError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => "payload-too-long",
            Self::Chunking => "payload-chunking",
            Self::Buffer => "payload-buffer",
            Self::Length => "payload-length",
            Self::NotAuthentic => "payload-not-authentic",
            Self::Malformed(_) => "payload-malformed",
            Self::Cipher => "payload-cipher",
        }
    }
}

/// What a payload contains. Inside the ciphertext, so the relay cannot tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContentType {
    /// A FHIR R4 resource as JSON.
    FhirJson,
    /// A document or image, with its own framing by the application.
    Document,
    /// The FHIR `Consent` of a share.
    ConsentJson,
    /// An attachment of another record.
    Attachment,
    /// The application's own types, 128 to 255.
    Application(u8),
}

impl ContentType {
    const fn to_byte(self) -> Result<u8, DecodeError> {
        match self {
            Self::FhirJson => Ok(1),
            Self::Document => Ok(2),
            Self::ConsentJson => Ok(3),
            Self::Attachment => Ok(4),
            Self::Application(byte @ 128..) => Ok(byte),
            Self::Application(_) => Err(DecodeError::UnknownType),
        }
    }

    const fn from_byte(byte: u8) -> Result<Self, DecodeError> {
        match byte {
            1 => Ok(Self::FhirJson),
            2 => Ok(Self::Document),
            3 => Ok(Self::ConsentJson),
            4 => Ok(Self::Attachment),
            128.. => Ok(Self::Application(byte)),
            _ => Err(DecodeError::UnknownType),
        }
    }
}

/// The hash of a sealed payload that stands in the record header: SHA-256 of all its bytes.
#[must_use]
pub fn ciphertext_hash(sealed: &[u8]) -> [u8; 32] {
    hash::sha256(sealed)
}

/// The padded length of content: 1, 2 or 4 KiB, then Padmé (at most 12 % more).
#[must_use]
pub fn padded_len(len: u64) -> u64 {
    BUCKETS.into_iter().find(|bucket| len <= *bucket).unwrap_or_else(|| padme(len))
}

/// Padmé: at most ⌊log₂⌊log₂ len⌋⌋+1 significant bits. The crate works in `usize`, which holds
/// every length here on 64-bit machines; elsewhere the plain next power of two is used.
fn padme(len: u64) -> u64 {
    match usize::try_from(len) {
        Ok(len) => padme_padding::Padme::padded_len(len) as u64,
        Err(_) => len.next_power_of_two(),
    }
}

/// The sealed length of content of this length.
///
/// # Errors
/// [`PayloadError::TooLong`] beyond [`MAX_LEN`].
pub fn sealed_len(len: u64) -> Result<u64, PayloadError> {
    if len > MAX_LEN {
        return Err(PayloadError::TooLong);
    }
    let padded = padded_len(len);
    Ok(SEALED_PREAMBLE as u64 + padded + padded.div_ceil(CHUNK as u64) * TAG as u64)
}

/// The padded length that a sealed length stands for, if any.
fn padded_of_sealed(sealed: u64) -> Option<u64> {
    let body = sealed.checked_sub(SEALED_PREAMBLE as u64)?;
    let chunks = body.div_ceil(SEALED_CHUNK as u64);
    let padded = body.checked_sub(chunks * TAG as u64)?;
    let last = body.checked_sub(chunks.checked_sub(1)? * SEALED_CHUNK as u64)?;
    (last > TAG as u64 && padded <= padded_len(MAX_LEN)).then_some(padded)
}

/// Chunk number and last flag as a STREAM nonce.
fn nonce(index: u32, last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[7..11].copy_from_slice(&index.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce
}

/// `label ‖ 0x00 ‖ version ‖ record id`.
fn associated_data(record_id: &RecordId) -> Vec<u8> {
    let mut aad = Label::Payload.as_str().as_bytes().to_vec();
    aad.push(0);
    aad.push(VERSION);
    aad.extend_from_slice(record_id.as_bytes());
    aad
}

/// Version ‖ content type ‖ 6 zero bytes ‖ length.
fn preamble(content_type: ContentType, len: u64) -> Result<[u8; PREAMBLE], DecodeError> {
    let mut bytes = [0; PREAMBLE];
    bytes[0] = VERSION;
    bytes[1] = content_type.to_byte()?;
    bytes[8..].copy_from_slice(&len.to_be_bytes());
    Ok(bytes)
}

fn parse_preamble(bytes: &[u8; PREAMBLE]) -> Result<(ContentType, u64), DecodeError> {
    let mut reader = crate::codec::Reader::versioned(bytes)?;
    let content_type = ContentType::from_byte(reader.u8()?)?;
    if reader.array::<6>()? != [0; 6] {
        return Err(DecodeError::NotCanonical);
    }
    let len = reader.u64()?;
    if len > MAX_LEN { Err(DecodeError::TooLong) } else { Ok((content_type, len)) }
}

/// A chunk buffer that is overwritten when dropped; no larger than needed, because overwriting
/// costs more than decrypting.
fn chunk_buffer(size: usize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(vec![0; size])
}
