//! SPEC §15. Enrolment by a typed code: CPace-P256 with key confirmation, then one sealed
//! request and one sealed answer.
//!
//! draft-irtf-cfrg-cpace, suite CPACE-P256_XMD:SHA-256_SSWU_NU_-SHA256, initiator–responder. The
//! code's 60 bits cannot be guessed offline; each guess costs a run with the authority.
//!
//! **Counting attempts.** The responder's confirmation tells whoever asks whether the guess was
//! right. So the authority counts an attempt, durably, before it answers; a finished run gives
//! it back.

mod group;
mod session;

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::codec::{DecodeError, Reader, Writer};
use crate::curve::Scalar;
use crate::domain::Label;
use crate::hash;
use crate::hedge;
use crate::invitation::{CodeSecret, Handle, Purpose};

pub use session::{EnrolmentClient, EnrolmentService, ResponseOpener, ResponseSealer};

use group::{POINT, Sid};
use session::SessionKeys;

/// Why a key exchange did not come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CpaceError {
    /// The other side's bytes are malformed or its point is invalid.
    #[error("malformed key exchange: {0}")]
    Decode(#[from] DecodeError),
    /// The other side does not know the code, or not this purpose or handle.
    #[error("the code is not the same on both sides")]
    WrongCode,
    /// A sealed request or answer does not open.
    #[error("the sealed message does not open")]
    NotAuthentic,
    /// The body exceeds [`MAX_BODY`].
    #[error("the message is too long")]
    TooLong,
}

impl CpaceError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Decode(error) => error.code(),
            Self::WrongCode => "enrol-wrong-code",
            Self::NotAuthentic => "enrol-not-authentic",
            Self::TooLong => "enrol-too-long",
        }
    }
}

/// Largest body of the sealed request or answer.
pub const MAX_BODY: usize = 64 * 1024;
/// Bytes of a confirmation.
pub const CONFIRM: usize = 32;

/// Channel identifier: who may take part, for what, with which code.
fn channel(handle: Handle, purpose: Purpose) -> Vec<u8> {
    let mut channel = Vec::new();
    group::prepend_len(&mut channel, Label::EnrolmentChannel.as_str().as_bytes());
    group::prepend_len(&mut channel, &[purpose.to_byte()]);
    group::prepend_len(&mut channel, &handle.number().to_be_bytes());
    channel
}

/// The password: the code's secret under its own label.
fn password(secret: &CodeSecret) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(hash::labelled(Label::InvitationSecret, &[secret.to_bytes().as_slice()]))
}

/// A hedged exchange scalar. The password enters, so a cloned machine does not repeat it for
/// another code.
fn scalar<R: CryptoRng + ?Sized>(rng: &mut R, password: &[u8; 32], channel: &[u8]) -> Scalar {
    hedge::scalar(rng, Label::HedgeCpace, password, &[&hash::sha256(channel)])
}

/// The client's side, between its first message and the answer.
pub struct Initiator {
    scalar: Scalar,
    sid: Sid,
    share: [u8; POINT],
}

impl Initiator {
    /// Begins. Gives the share to send: version ‖ session id ‖ point, 82 bytes.
    pub fn start<R: CryptoRng + ?Sized>(
        rng: &mut R,
        secret: &CodeSecret,
        handle: Handle,
        purpose: Purpose,
    ) -> (Self, Vec<u8>) {
        let (password, channel) = (password(secret), channel(handle, purpose));
        let mut sid = [0; 16];
        rng.fill_bytes(&mut sid);
        let scalar = scalar(rng, &password, &channel);
        let generator = group::generator(password.as_slice(), &channel, &sid);
        let share = group::multiply(&generator, &scalar);
        let mut writer = Writer::versioned(1 + 16 + POINT);
        writer.array(&sid);
        writer.array(&share);
        (Self { scalar, sid, share }, writer.into_vec())
    }

    /// Checks the responder's confirmation, and with it that it knows the code. Gives the session
    /// and the confirmation to send.
    ///
    /// # Errors
    /// [`CpaceError`].
    pub fn finish(
        self,
        responder_share: &[u8],
        responder_confirm: &[u8],
    ) -> Result<(EnrolmentClient, [u8; CONFIRM]), CpaceError> {
        let mut reader = Reader::versioned(responder_share)?;
        let theirs: [u8; POINT] = reader.array()?;
        reader.finish()?;
        let shared = group::multiply_verify(&theirs, &self.scalar)?;
        let isk = group::intermediate_key(&self.sid, &shared, (&self.share, b""), (&theirs, b""));
        let expected = group::confirmation(&self.sid, &isk, &theirs, b"");
        if !bool::from(expected.as_slice().ct_eq(responder_confirm)) {
            return Err(CpaceError::WrongCode);
        }
        let confirm = group::confirmation(&self.sid, &isk, &self.share, b"");
        Ok((EnrolmentClient::new(SessionKeys::derive(&isk, &self.sid)), confirm))
    }
}

/// The authority's side, between its answer and the client's confirmation.
pub struct Responder {
    keys: SessionKeys,
    expected: [u8; CONFIRM],
}

impl Responder {
    /// Answers a share. Gives the share and confirmation to send. The attempt must have been
    /// counted durably before they leave.
    ///
    /// # Errors
    /// [`CpaceError::Decode`].
    pub fn respond<R: CryptoRng + ?Sized>(
        rng: &mut R,
        secret: &CodeSecret,
        handle: Handle,
        purpose: Purpose,
        initiator_share: &[u8],
    ) -> Result<(Self, Vec<u8>, [u8; CONFIRM]), CpaceError> {
        let mut reader = Reader::versioned(initiator_share)?;
        let sid: Sid = reader.array()?;
        let theirs: [u8; POINT] = reader.array()?;
        reader.finish()?;
        let (password, channel) = (password(secret), channel(handle, purpose));
        let scalar = scalar(rng, &password, &channel);
        let generator = group::generator(password.as_slice(), &channel, &sid);
        let share = group::multiply(&generator, &scalar);
        let shared = group::multiply_verify(&theirs, &scalar)?;
        let isk = group::intermediate_key(&sid, &shared, (&theirs, b""), (&share, b""));
        let confirm = group::confirmation(&sid, &isk, &share, b"");
        let expected = group::confirmation(&sid, &isk, &theirs, b"");
        let mut writer = Writer::versioned(1 + POINT);
        writer.array(&share);
        let keys = SessionKeys::derive(&isk, &sid);
        Ok((Self { keys, expected }, writer.into_vec(), confirm))
    }

    /// Checks the client's confirmation, and with it that it knows the code.
    ///
    /// # Errors
    /// [`CpaceError::WrongCode`].
    pub fn finish(self, initiator_confirm: &[u8]) -> Result<EnrolmentService, CpaceError> {
        if bool::from(self.expected.as_slice().ct_eq(initiator_confirm)) {
            Ok(EnrolmentService::new(self.keys))
        } else {
            Err(CpaceError::WrongCode)
        }
    }

    /// The encoding, to keep between two requests. Secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut writer = Writer::versioned(1 + 96);
        self.keys.encode(&mut writer);
        writer.array(&self.expected);
        Zeroizing::new(writer.into_vec())
    }

    /// Decodes.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::versioned(bytes)?;
        let keys = SessionKeys::decode(&mut reader)?;
        let expected = reader.array()?;
        reader.finish()?;
        Ok(Self { keys, expected })
    }
}
