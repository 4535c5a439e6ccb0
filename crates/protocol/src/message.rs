//! SPEC §13. Sealed messages: HPKE (RFC 9180) to a mailbox key, signed by the sender inside.
//!
//! DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, base mode. Base mode authenticates
//! nobody, so the plaintext is `body ‖ signature`, and the signature covers kind, recipient and
//! AAD: a recipient cannot pass the message on as if it had been meant for another.

use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::DhP256HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable, setup_receiver};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::codec::{DecodeError, Reader, Writer};
use crate::domain::Label;
use crate::hash;
use crate::hedge::HedgedRng;
use crate::keys::{
    DecryptionKey, EncapsulationKey, KeyError, Signature, SignatureError, SigningKey, VerifyingKey,
};

type PrivateKey = <DhP256HkdfSha256 as Kem>::PrivateKey;
type PublicKey = <DhP256HkdfSha256 as Kem>::PublicKey;
type Encapped = <DhP256HkdfSha256 as Kem>::EncappedKey;

/// Bytes of the encapsulated key: an uncompressed point, as RFC 9180 has it.
const ENCAPPED: usize = 65;

/// Why a message was not sealed or not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// Not a sealed message.
    #[error("not a sealed message: {0}")]
    Decode(#[from] DecodeError),
    /// It does not open: altered, of another kind, or for another recipient.
    #[error("the message does not open")]
    NotAuthentic,
    /// It is not signed by the expected sender.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Sealing failed.
    #[error("the message could not be sealed")]
    Seal,
    /// A key was refused or could not sign.
    #[error("key operation failed: {0}")]
    Key(#[from] KeyError),
}

impl MessageError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Decode(error) => error.code(),
            Self::NotAuthentic => "message-not-authentic",
            Self::Signature(error) => error.code(),
            Self::Seal => "message-seal",
            Self::Key(error) => error.code(),
        }
    }
}

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageKind {
    /// The doctor's half of a grant.
    Grant,
    /// A notice of the application.
    Notice,
}

impl MessageKind {
    const fn to_byte(self) -> u8 {
        match self {
            Self::Grant => 1,
            Self::Notice => 2,
        }
    }
}

/// Largest message body.
pub const MAX_BODY: usize = 1024 * 1024;

/// What the sender signs besides the body: kind ‖ recipient ‖ H(aad).
fn signed_bytes(
    kind: MessageKind,
    recipient: &EncapsulationKey,
    aad: &[u8],
    body: &[u8],
) -> Vec<u8> {
    let mut writer = Writer::versioned(70 + body.len());
    writer.u8(kind.to_byte());
    writer.array(&recipient.to_bytes());
    writer.array(&hash::sha256(aad));
    writer.array(body);
    writer.into_vec()
}

fn info(kind: MessageKind) -> Vec<u8> {
    let mut info = Label::MessageInfo.as_str().as_bytes().to_vec();
    info.extend_from_slice(&[0, kind.to_byte()]);
    info
}

/// Seals a message to a mailbox key. `aad` is known to both sides and not sent.
///
/// # Errors
/// [`MessageError::Decode`] for a body over [`MAX_BODY`]; [`MessageError::Seal`].
pub fn seal_message<R: CryptoRng + ?Sized>(
    rng: &mut R,
    sender: &SigningKey,
    recipient: &EncapsulationKey,
    kind: MessageKind,
    aad: &[u8],
    body: &[u8],
) -> Result<Vec<u8>, MessageError> {
    if body.len() > MAX_BODY {
        return Err(DecodeError::TooLong.into());
    }
    let to_sign = Zeroizing::new(signed_bytes(kind, recipient, aad, body));
    let signature = sender.sign(Label::Message, &to_sign)?;
    let mut plain = Zeroizing::new(Vec::with_capacity(body.len() + Signature::LEN));
    plain.extend_from_slice(body);
    plain.extend_from_slice(&signature.to_bytes());
    let secret = sender.expose_secret();
    let mut rng = HedgedRng::new(rng, Label::HedgeMessage, &secret, &[&hash::sha256(&to_sign)]);
    let recipient = public_key(recipient)?;
    let (encapped, sealed) = hpke::single_shot_seal_with_rng::<
        AesGcm256,
        HkdfSha256,
        DhP256HkdfSha256,
    >(&OpModeS::Base, &recipient, &info(kind), &plain, aad, &mut rng)
    .map_err(|_| MessageError::Seal)?;
    let mut writer = Writer::versioned(1 + ENCAPPED + sealed.len());
    writer.array(&encapped.to_bytes());
    writer.array(&sealed);
    Ok(writer.into_vec())
}

/// A message that opened, but whose sender is not known yet. The body may say who claims to
/// have sent it; only [`Self::verify`] tells whether that is true.
pub struct UnverifiedMessage {
    body: Zeroizing<Vec<u8>>,
    signature: Signature,
    signed: Zeroizing<Vec<u8>>,
}

impl UnverifiedMessage {
    /// The body, which anybody may have written.
    #[must_use]
    pub fn unverified_body(&self) -> &[u8] {
        &self.body
    }

    /// Checks the sender and gives the body.
    ///
    /// # Errors
    /// [`MessageError::Signature`].
    pub fn verify(self, sender: &VerifyingKey) -> Result<Zeroizing<Vec<u8>>, MessageError> {
        sender.verify(Label::Message, &self.signed, &self.signature)?;
        Ok(self.body)
    }
}

/// Opens a sealed message with one's mailbox key.
///
/// # Errors
/// [`MessageError`].
pub fn open_message(
    key: &DecryptionKey,
    kind: MessageKind,
    aad: &[u8],
    sealed: &[u8],
) -> Result<UnverifiedMessage, MessageError> {
    let mut reader = Reader::versioned(sealed)?;
    let encapped = Encapped::from_bytes(&reader.array::<ENCAPPED>()?)
        .map_err(|_| MessageError::Decode(DecodeError::NotAPoint))?;
    let ciphertext = reader.take(reader.remaining())?;
    if ciphertext.len() > MAX_BODY + Signature::LEN + crate::aead::TAG {
        return Err(DecodeError::TooLong.into());
    }
    let private = PrivateKey::from_bytes(key.expose_secret().as_slice())
        .map_err(|_| MessageError::NotAuthentic)?;
    let mut context = setup_receiver::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
        &OpModeR::Base,
        &private,
        &encapped,
        &info(kind),
    )
    .map_err(|_| MessageError::NotAuthentic)?;
    let mut body =
        Zeroizing::new(context.open(ciphertext, aad).map_err(|_| MessageError::NotAuthentic)?);
    let split = body.len().checked_sub(Signature::LEN).ok_or(DecodeError::Truncated)?;
    let signature: [u8; 64] = body[split..].try_into().map_err(|_| DecodeError::Truncated)?;
    body.truncate(split);
    let signed = Zeroizing::new(signed_bytes(kind, key.encapsulation_key(), aad, &body));
    Ok(UnverifiedMessage { body, signature: Signature::from_bytes(signature), signed })
}

pub(crate) fn public_key(key: &EncapsulationKey) -> Result<PublicKey, MessageError> {
    let uncompressed = {
        use elliptic_curve::sec1::ToSec1Point;
        let affine = key.point().affine().map_err(|error| MessageError::Key(error.into()))?;
        affine.to_sec1_point(false)
    };
    PublicKey::from_bytes(uncompressed.as_bytes()).map_err(|_| MessageError::Seal)
}
