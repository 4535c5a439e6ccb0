//! What a finished key exchange is good for: one request, one answer, each with its own key.

use zeroize::Zeroizing;

use crate::aead::{Aes256Gcm, TAG};
use crate::codec::{DecodeError, Reader, Writer};
use crate::domain::Label;
use crate::hash;

use super::{CpaceError, MAX_BODY};

/// Each key seals exactly one message: the types below are consumed by it.
const NONCE: [u8; 12] = [0; 12];

pub(super) struct SessionKeys {
    request: Zeroizing<[u8; 32]>,
    response: Zeroizing<[u8; 32]>,
}

impl SessionKeys {
    pub(super) fn derive(isk: &[u8; 32], sid: &[u8; 16]) -> Self {
        Self {
            request: hash::derive(isk, Label::EnrolmentRequest, &[sid]),
            response: hash::derive(isk, Label::EnrolmentResponse, &[sid]),
        }
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.array(self.request.as_slice());
        writer.array(self.response.as_slice());
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            request: Zeroizing::new(reader.array()?),
            response: Zeroizing::new(reader.array()?),
        })
    }
}

fn seal(key: &[u8; 32], label: Label, body: &[u8]) -> Result<Vec<u8>, CpaceError> {
    if body.len() > MAX_BODY {
        return Err(CpaceError::TooLong);
    }
    let mut sealed = vec![0; body.len() + TAG];
    Aes256Gcm::new(key)
        .and_then(|cipher| cipher.seal(NONCE, label.as_str().as_bytes(), body, &mut sealed))
        .map_err(|_| CpaceError::TooLong)?;
    Ok(sealed)
}

fn open(key: &[u8; 32], label: Label, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CpaceError> {
    let len = sealed.len().checked_sub(TAG).ok_or(CpaceError::NotAuthentic)?;
    if len > MAX_BODY {
        return Err(CpaceError::TooLong);
    }
    let mut body = Zeroizing::new(vec![0; len]);
    Aes256Gcm::new(key)
        .and_then(|cipher| cipher.open(NONCE, label.as_str().as_bytes(), sealed, &mut body))
        .map_err(|_| CpaceError::NotAuthentic)?;
    Ok(body)
}

/// The client, before its request.
pub struct EnrolmentClient(SessionKeys);

impl EnrolmentClient {
    pub(super) const fn new(keys: SessionKeys) -> Self {
        Self(keys)
    }

    /// Seals the one request.
    ///
    /// # Errors
    /// [`CpaceError::TooLong`].
    pub fn seal_request(self, body: &[u8]) -> Result<(Vec<u8>, ResponseOpener), CpaceError> {
        let sealed = seal(&self.0.request, Label::EnrolmentRequest, body)?;
        Ok((sealed, ResponseOpener(self.0.response)))
    }
}

/// The client, waiting for the answer.
pub struct ResponseOpener(Zeroizing<[u8; 32]>);

impl ResponseOpener {
    /// Opens the one answer.
    ///
    /// # Errors
    /// [`CpaceError::NotAuthentic`].
    pub fn open(self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CpaceError> {
        open(&self.0, Label::EnrolmentResponse, sealed)
    }
}

/// The authority, before the request.
pub struct EnrolmentService(SessionKeys);

impl EnrolmentService {
    pub(super) const fn new(keys: SessionKeys) -> Self {
        Self(keys)
    }

    /// Opens the one request.
    ///
    /// # Errors
    /// [`CpaceError::NotAuthentic`].
    pub fn open_request(
        self,
        sealed: &[u8],
    ) -> Result<(Zeroizing<Vec<u8>>, ResponseSealer), CpaceError> {
        let body = open(&self.0.request, Label::EnrolmentRequest, sealed)?;
        Ok((body, ResponseSealer(self.0.response)))
    }
}

/// The authority, before its answer.
pub struct ResponseSealer(Zeroizing<[u8; 32]>);

impl ResponseSealer {
    /// Seals the one answer.
    ///
    /// # Errors
    /// [`CpaceError::TooLong`].
    pub fn seal(self, body: &[u8]) -> Result<Vec<u8>, CpaceError> {
        seal(&self.0, Label::EnrolmentResponse, body)
    }
}
