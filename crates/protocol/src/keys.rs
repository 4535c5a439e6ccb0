//! SPEC §5. Keys: one master secret per profile, everything else derived from it.
//!
//! Signatures are ES256 (ECDSA, P-256, SHA-256, 64 bytes `r ‖ s`). Signing is deterministic
//! (RFC 6979, `p256`): pure, reproducible in vectors, and a cloned machine cannot repeat a nonce
//! for different messages. Verification, which relays and readers do thousands of times, is
//! aws-lc-rs. SPEC §5.2 has the figures behind both choices.

use core::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use p256::ecdsa::signature::hazmat::PrehashSigner;
use rand_core::CryptoRng;
use zeroize::{Zeroize as _, Zeroizing};

use crate::codec::DecodeError;
use crate::curve::{Backend, CurveError, DefaultBackend, Point, Scalar, SharedX, hash_to_scalar};
use crate::domain::Label;
use crate::hash;

/// Why a key could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The bytes are not a key.
    #[error("not a valid key: {0}")]
    Decode(#[from] DecodeError),
    /// The curve implementation refused the operation.
    #[error("curve operation failed: {0}")]
    Curve(#[from] CurveError),
    /// Signing failed.
    #[error("signing failed")]
    Sign,
}

impl KeyError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Decode(error) => error.code(),
            Self::Curve(error) => error.code(),
            Self::Sign => "key-sign",
        }
    }
}

/// The signature is not by this key over this message for this purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct SignatureError;

impl SignatureError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        "signature-invalid"
    }
}

/// 32 secret bytes: a derived key. Overwritten when dropped.
pub struct SecretBytes32(Zeroizing<[u8; 32]>);

impl SecretBytes32 {
    /// Takes over 32 secret bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes. Secret.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A profile's master secret: 32 uniformly random bytes, from which every other key derives. It stands
/// on the heap, because a value that is moved leaves its bytes behind in every frame it was in.
pub struct MasterSecret(Box<SecretBytes32>);

impl MasterSecret {
    /// A fresh master secret.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut secret = Box::new(SecretBytes32::new([0; 32]));
        rng.fill_bytes(secret.0.as_mut_slice());
        Self(secret)
    }

    /// The master secret with these bytes, from the keyring or a passphrase wrap.
    #[must_use]
    pub fn from_bytes(mut bytes: [u8; 32]) -> Self {
        let mut secret = Box::new(SecretBytes32::new([0; 32]));
        secret.0.copy_from_slice(&bytes);
        bytes.zeroize();
        Self(secret)
    }

    /// The bytes, for the keyring only. Secret.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    /// The key for one purpose and context: `HKDF(master, label ‖ 0x00 ‖ context)`.
    #[must_use]
    pub fn derive(&self, label: Label, context: &[u8]) -> SecretBytes32 {
        SecretBytes32(hash::derive(self.expose_secret(), label, &[context]))
    }

    /// The scalar for one purpose and context: hash-to-scalar of the derived key.
    #[must_use]
    pub fn derive_scalar(&self, label: Label, context: &[u8]) -> Scalar {
        let seed = self.derive(label, context);
        hash_to_scalar(label, &[seed.expose_secret()])
    }
}

/// An ES256 signature: 64 bytes, `r ‖ s`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Encoded size in bytes.
    pub const LEN: usize = 64;

    /// The signature with these bytes; whether it verifies is another question.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; 64] {
        self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(..)")
    }
}

/// SHA-256 of `label ‖ 0x00 ‖ message`: what is signed.
fn prehash(label: Label, message: &[u8]) -> digest::Digest {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(label.as_str().as_bytes());
    context.update(&[0]);
    context.update(message);
    context.finish()
}

/// A signing key. Overwritten when dropped.
pub struct SigningKey {
    secret: p256::ecdsa::SigningKey,
    scalar: Scalar,
    public: VerifyingKey,
}

impl SigningKey {
    /// A fresh key.
    ///
    /// # Errors
    /// [`KeyError::Curve`] if the backend fails.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Result<Self, KeyError> {
        Self::from_scalar(Scalar::random(rng))
    }

    /// The key derived from a master secret for one purpose and context.
    ///
    /// # Errors
    /// [`KeyError::Curve`] if the backend fails.
    pub fn derive_from(
        master: &MasterSecret,
        label: Label,
        context: &[u8],
    ) -> Result<Self, KeyError> {
        Self::from_scalar(master.derive_scalar(label, context))
    }

    /// Decodes a secret scalar.
    ///
    /// # Errors
    /// [`KeyError::Decode`] for zero or a value not below the group order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        Self::from_scalar(Scalar::from_bytes(bytes)?)
    }

    fn from_scalar(scalar: Scalar) -> Result<Self, KeyError> {
        let public = VerifyingKey::from_point(scalar.times_base()?)?;
        Ok(Self { secret: p256::ecdsa::SigningKey::from(scalar.0), scalar, public })
    }

    /// The secret scalar's bytes. Secret.
    #[must_use]
    pub fn expose_secret(&self) -> Zeroizing<[u8; 32]> {
        self.scalar.expose_secret()
    }

    /// The public half.
    #[must_use]
    pub const fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// Signs `label ‖ 0x00 ‖ message`.
    ///
    /// # Errors
    /// [`KeyError::Sign`], which does not happen for a valid key.
    pub fn sign(&self, label: Label, message: &[u8]) -> Result<Signature, KeyError> {
        self.sign_digest(&prehash(label, message))
    }

    /// Signs a message whose format begins unlike any label (COSE, RFC 9421).
    pub(crate) fn sign_foreign(&self, message: &[u8]) -> Result<Signature, KeyError> {
        self.sign_digest(&digest::digest(&digest::SHA256, message))
    }

    fn sign_digest(&self, digest: &digest::Digest) -> Result<Signature, KeyError> {
        let signature: p256::ecdsa::Signature =
            self.secret.sign_prehash(digest.as_ref()).map_err(|_| KeyError::Sign)?;
        Ok(Signature(signature.to_bytes().into()))
    }
}

/// A verification key.
#[derive(Clone)]
pub struct VerifyingKey {
    point: Point,
    parsed: ParsedPublicKey,
}

impl VerifyingKey {
    /// Decodes a compressed point.
    ///
    /// # Errors
    /// [`KeyError::Decode`] if it is not a valid, canonical point.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        Self::from_point(Point::from_bytes(bytes)?)
    }

    /// The key at this point.
    ///
    /// # Errors
    /// [`KeyError::Decode`] if the verifying implementation refuses it.
    pub fn from_point(point: Point) -> Result<Self, KeyError> {
        let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point.as_bytes())
            .map_err(|_| KeyError::Decode(DecodeError::NotAPoint))?;
        Ok(Self { point, parsed })
    }

    /// The compressed point.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; 33] {
        self.point.to_bytes()
    }

    /// The point.
    #[must_use]
    pub const fn point(&self) -> &Point {
        &self.point
    }

    /// SHA-256 of the compressed point: key id in requests and, for a persona, its identifier.
    #[must_use]
    pub fn key_id(&self) -> [u8; 32] {
        hash::sha256(self.point.as_bytes())
    }

    /// Checks a signature over `label ‖ 0x00 ‖ message`.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn verify(
        &self,
        label: Label,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), SignatureError> {
        self.parsed
            .verify_digest_sig(&prehash(label, message), &signature.0)
            .map_err(|_| SignatureError)
    }

    pub(crate) fn verify_foreign(
        &self,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), SignatureError> {
        self.parsed.verify_sig(message, &signature.0).map_err(|_| SignatureError)
    }
}

impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.point == other.point
    }
}

impl Eq for VerifyingKey {}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerifyingKey").field(&self.point).finish()
    }
}

/// The secret half of a Diffie–Hellman key. Overwritten when dropped.
pub struct DecryptionKey {
    scalar: Scalar,
    public: EncapsulationKey,
}

impl DecryptionKey {
    /// A fresh key.
    ///
    /// # Errors
    /// [`KeyError::Curve`] if the backend fails.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Result<Self, KeyError> {
        Self::from_scalar(Scalar::random(rng))
    }

    /// The key derived from a master secret for one purpose and context.
    ///
    /// # Errors
    /// [`KeyError::Curve`] if the backend fails.
    pub fn derive_from(
        master: &MasterSecret,
        label: Label,
        context: &[u8],
    ) -> Result<Self, KeyError> {
        Self::from_scalar(master.derive_scalar(label, context))
    }

    /// Decodes a secret scalar.
    ///
    /// # Errors
    /// [`KeyError::Decode`] for zero or a value not below the group order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        Self::from_scalar(Scalar::from_bytes(bytes)?)
    }

    fn from_scalar(scalar: Scalar) -> Result<Self, KeyError> {
        let public = EncapsulationKey(scalar.times_base()?);
        Ok(Self { scalar, public })
    }

    /// The secret scalar's bytes. Secret.
    #[must_use]
    pub fn expose_secret(&self) -> Zeroizing<[u8; 32]> {
        self.scalar.expose_secret()
    }

    /// The public half.
    #[must_use]
    pub const fn encapsulation_key(&self) -> &EncapsulationKey {
        &self.public
    }

    pub(crate) const fn scalar(&self) -> &Scalar {
        &self.scalar
    }

    pub(crate) fn agree(&self, peer: &Point) -> Result<SharedX, CurveError> {
        DefaultBackend::import(&self.scalar)?.agree(peer.unchecked())
    }
}

/// The public half of a Diffie–Hellman key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct EncapsulationKey(Point);

impl EncapsulationKey {
    /// Decodes a compressed point.
    ///
    /// # Errors
    /// [`KeyError::Decode`] if it is not a valid, canonical point.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        Ok(Self(Point::from_bytes(bytes)?))
    }

    /// The key at this point.
    #[must_use]
    pub const fn from_point(point: Point) -> Self {
        Self(point)
    }

    /// The compressed point.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; 33] {
        self.0.to_bytes()
    }

    /// The point.
    #[must_use]
    pub const fn point(&self) -> &Point {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn a_signature_is_good_for_its_key_purpose_and_message_only() {
        let mut rng = StdRng::seed_from_u64(1);
        let key = SigningKey::generate(&mut rng).unwrap();
        let other = SigningKey::generate(&mut rng).unwrap();
        let signature = key.sign(Label::Grant, b"message").unwrap();
        let public = key.verifying_key();
        assert!(public.verify(Label::Grant, b"message", &signature).is_ok());
        assert!(public.verify(Label::Revoke, b"message", &signature).is_err());
        assert!(public.verify(Label::Grant, b"massage", &signature).is_err());
        assert!(other.verifying_key().verify(Label::Grant, b"message", &signature).is_err());
        assert_eq!(key.sign(Label::Grant, b"message").unwrap(), signature);
    }

    #[test]
    fn derived_keys_differ_by_label_and_context() {
        let master = MasterSecret::from_bytes([7; 32]);
        let key = |label, context: &[u8]| {
            *SigningKey::derive_from(&master, label, context).unwrap().expose_secret()
        };
        let base = key(Label::PersonaSigning, b"a");
        assert_eq!(base, key(Label::PersonaSigning, b"a"));
        assert_ne!(base, key(Label::PersonaSigning, b"b"));
        assert_ne!(base, key(Label::ClinicianSigning, b"a"));
    }
}
