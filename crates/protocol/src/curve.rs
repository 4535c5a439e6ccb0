//! SPEC §3. P-256: points, scalars, x-only Diffie–Hellman, hash-to-scalar.
//!
//! The algebra on scalars is the `p256` crate's. The two expensive operations, a multiple of the
//! base point and an x-only Diffie–Hellman, stand behind [`Backend`], with two implementations
//! that are tested against each other; [`DefaultBackend`] is the one chosen by measurement.

mod backend;
mod multiples;
mod public;

use core::fmt;

use elliptic_curve::{
    PrimeField,
    consts::U48,
    ops::{Invert, Reduce},
    sec1::FromSec1Point,
    subtle::{ConstantTimeEq, CtOption},
};
use hash2curve::{ExpandMsg, ExpandMsgXmd, Expander};
use p256::{AffinePoint, Sec1Point};
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

pub use backend::{AwsLc, Backend, RustCrypto};
pub(crate) use multiples::{Few, Fixed, normalized, two_products};
pub(crate) use public::{Prepared, encode_public, sum_public};

use crate::codec::DecodeError;
use crate::domain::Label;

/// The backend used throughout: aws-lc-rs, four to five times faster at x-only steps
/// (SPEC §3.3 has the figures).
pub type DefaultBackend = AwsLc;

/// Why a curve operation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CurveError {
    /// The point is not on the curve, or the result would be the identity.
    #[error("not a valid point")]
    InvalidPoint,
    /// The scalar is zero or not below the group order.
    #[error("not a valid scalar")]
    InvalidScalar,
}

impl CurveError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidPoint => "curve-invalid-point",
            Self::InvalidScalar => "curve-invalid-scalar",
        }
    }
}

/// 33 bytes in the form of a compressed point (prefix 2 or 3), not yet known to be on the curve.
///
/// For stored values that were validated when they were accepted: [`Backend::agree`] checks
/// again, so nothing can be computed with an invalid one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct UncheckedPoint([u8; 33]);

impl UncheckedPoint {
    /// Takes 33 bytes with prefix 2 or 3.
    ///
    /// # Errors
    /// [`DecodeError::NotAPoint`] for another prefix.
    pub const fn from_bytes(bytes: [u8; 33]) -> Result<Self, DecodeError> {
        match bytes[0] {
            2 | 3 => Ok(Self(bytes)),
            _ => Err(DecodeError::NotAPoint),
        }
    }

    /// The point with this x-coordinate and even y, if there is one.
    #[must_use]
    pub fn with_x(x: &[u8; 32]) -> Self {
        let mut bytes = [2; 33];
        bytes[1..].copy_from_slice(x);
        Self(bytes)
    }

    /// The 33 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 33] {
        &self.0
    }

    /// Checks that the point is on the curve.
    ///
    /// # Errors
    /// [`DecodeError::NotAPoint`].
    pub fn validate(self) -> Result<Point, DecodeError> {
        decompress(&self.0).map(|_| Point(self))
    }
}

/// A point of P-256 in compressed form: on the curve, never the identity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Point(UncheckedPoint);

impl Point {
    /// Encoded size in bytes.
    pub const LEN: usize = 33;

    /// Decodes and validates a compressed point.
    ///
    /// # Errors
    /// [`DecodeError`] for another length, prefix, or an x that is not on the curve or not
    /// below the field's modulus.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let bytes: [u8; 33] = bytes.try_into().map_err(|_| {
            if bytes.len() < 33 { DecodeError::Truncated } else { DecodeError::TrailingBytes }
        })?;
        UncheckedPoint::from_bytes(bytes)?.validate()
    }

    /// The compressed encoding.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; 33] {
        self.0.0
    }

    /// The compressed encoding, borrowed.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 33] {
        &self.0.0
    }

    /// The same point without its proof of validity.
    #[must_use]
    pub const fn unchecked(&self) -> &UncheckedPoint {
        &self.0
    }

    pub(crate) fn affine(&self) -> Result<AffinePoint, CurveError> {
        decompress(self.as_bytes()).map_err(|_| CurveError::InvalidPoint)
    }

    /// For points this crate computed itself.
    pub(crate) const fn trusted(bytes: [u8; 33]) -> Self {
        Self(UncheckedPoint(bytes))
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Point(")?;
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

fn decompress(bytes: &[u8; 33]) -> Result<AffinePoint, DecodeError> {
    let encoded = Sec1Point::from_bytes(bytes).map_err(|_| DecodeError::NotAPoint)?;
    if !encoded.is_compressed() {
        return Err(DecodeError::NotAPoint);
    }
    Option::from(AffinePoint::from_sec1_point(&encoded)).ok_or(DecodeError::NotAPoint)
}

/// A secret, non-zero scalar modulo the group order. Overwritten when dropped.
pub struct Scalar(pub(crate) p256::NonZeroScalar);

impl Scalar {
    /// A uniformly random scalar.
    pub fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        loop {
            let mut bytes = Zeroizing::new([0; 32]);
            rng.fill_bytes(bytes.as_mut_slice());
            if let Ok(scalar) = Self::from_bytes(&bytes) {
                return scalar;
            }
        }
    }

    /// Decodes 32 big-endian bytes.
    ///
    /// # Errors
    /// [`DecodeError::NotAScalar`] for zero or a value not below the group order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, DecodeError> {
        let decoded: CtOption<p256::NonZeroScalar> =
            p256::NonZeroScalar::from_repr((*bytes).into());
        Option::from(decoded).map(Self).ok_or(DecodeError::NotAScalar)
    }

    /// The 32 big-endian bytes. Secret.
    #[must_use]
    pub fn expose_secret(&self) -> Zeroizing<[u8; 32]> {
        let mut repr = self.0.to_repr();
        let out = Zeroizing::new(repr.into());
        repr.zeroize();
        out
    }

    /// The product modulo the group order.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        Self(self.0 * other.0)
    }

    /// The inverse modulo the group order, in constant time.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self(self.0.invert())
    }

    /// The multiple of the base point, in constant time.
    ///
    /// # Errors
    /// [`CurveError`] if the backend fails.
    pub fn times_base(&self) -> Result<Point, CurveError> {
        DefaultBackend::times_base(self)
    }
}

impl Drop for Scalar {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The x-coordinate of a shared point. Secret; only for key derivation.
pub struct SharedX(Zeroizing<[u8; 32]>);

impl SharedX {
    /// Wraps 32 bytes, which are overwritten when this is dropped.
    #[must_use]
    pub fn new(x: [u8; 32]) -> Self {
        Self(Zeroizing::new(x))
    }

    /// The 32 bytes. Secret.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for SharedX {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(other.0.as_slice()).into()
    }
}

/// x(secret · point), with the default backend.
///
/// # Errors
/// [`CurveError::InvalidPoint`] if the point is not on the curve.
pub fn x_only(secret: &Scalar, point: &Point) -> Result<SharedX, CurveError> {
    DefaultBackend::import(secret)?.agree(point.unchecked())
}

/// Hash-to-scalar: `hash_to_field` of RFC 9380 §5.2 with `expand_message_xmd`, SHA-256, L = 48,
/// modulus the group order, DST the label. Zero (probability 2⁻²⁵⁶) is mapped to one.
///
/// Parts must be of fixed length or self-delimiting.
#[must_use]
pub fn hash_to_scalar(label: Label, parts: &[&[u8]]) -> Scalar {
    hash_to_scalar_with(label.as_str().as_bytes(), parts)
}

/// A point whose logarithm nobody knows: `P256_XMD:SHA-256_SSWU_RO_` of RFC 9380, DST the label.
///
/// Parts must be of fixed length or self-delimiting.
#[must_use]
pub fn hash_to_point(label: Label, parts: &[&[u8]]) -> Point {
    let domain = [label.as_str().as_bytes()];
    let hashed =
        hash2curve::hash_from_bytes::<p256::NistP256, ExpandMsgXmd<Sha256>>(parts, &domain);
    let point = hashed.ok().and_then(|point| {
        let encoded = elliptic_curve::sec1::ToSec1Point::to_sec1_point(&point.to_affine(), true);
        Point::from_bytes(encoded.as_bytes()).ok()
    });
    match point {
        Some(point) => point,
        // The DST is short; the identity would be a preimage of one in 2²⁵⁶.
        None => unreachable!("hash_to_curve within its limits"),
    }
}

/// [`hash_to_scalar`] under any DST, so that published vectors can check it.
pub(crate) fn hash_to_scalar_with(domain: &[u8], parts: &[&[u8]]) -> Scalar {
    const LENGTH: core::num::NonZeroU16 = core::num::NonZeroU16::MIN.saturating_add(47);
    let mut wide = elliptic_curve::array::Array::<u8, U48>::default();
    let domain = [domain];
    let expanded = <ExpandMsgXmd<Sha256> as ExpandMsg<elliptic_curve::consts::U16>>::expand_message(
        parts, &domain, LENGTH,
    );
    match expanded.map(|mut expander| expander.fill_bytes(&mut wide)) {
        Ok(Ok(_)) => {}
        // Labels are short and non-empty and the output is 48 bytes: RFC 9380 allows all of it.
        _ => unreachable!("expand_message_xmd within its limits"),
    }
    let mut scalar = <p256::Scalar as Reduce<_>>::reduce(&wide);
    wide.zeroize();
    let non_zero: CtOption<p256::NonZeroScalar> = p256::NonZeroScalar::new(scalar);
    let one = p256::NonZeroScalar::new(p256::Scalar::ONE);
    scalar.zeroize();
    match Option::from(non_zero.or_else(|| one)) {
        Some(scalar) => Scalar(scalar),
        None => unreachable!("one is not zero"),
    }
}
