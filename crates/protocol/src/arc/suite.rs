//! SPEC §23.1. ARCV1-P256: generators, hashing, encodings.

use std::sync::LazyLock;

use elliptic_curve::array::Array;
use elliptic_curve::consts::U48;
use elliptic_curve::ops::Reduce;
use elliptic_curve::sec1::ToSec1Point;
use hash2curve::{ExpandMsg, ExpandMsgXmd, Expander};
use p256::{AffinePoint, NistP256, ProjectivePoint, Scalar};
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::Zeroize;

use crate::codec::{DecodeError, Reader};
use crate::curve::{Fixed, Point, normalized};

/// `contextString` of the suite.
pub(super) const CONTEXT: &[u8] = b"ARCV1-P256";

/// The session of a proof: `contextString ‖ name`.
pub(super) fn session(name: &str) -> Vec<u8> {
    [CONTEXT, name.as_bytes()].concat()
}

static GENERATOR_H: LazyLock<ProjectivePoint> = LazyLock::new(|| {
    let g = ProjectivePoint::GENERATOR.to_affine().to_sec1_point(true);
    hash_to_group(g.as_bytes(), "generatorH")
});

static MULTIPLES_OF_G: LazyLock<Fixed> =
    LazyLock::new(|| Fixed::fixed(&ProjectivePoint::GENERATOR));
static MULTIPLES_OF_H: LazyLock<Fixed> = LazyLock::new(|| Fixed::fixed(&generator_h()));

/// `generatorH`: nobody knows its logarithm.
pub(crate) fn generator_h() -> ProjectivePoint {
    *GENERATOR_H
}

/// scalar · H, in constant time.
pub(crate) fn times_h(scalar: &Scalar) -> ProjectivePoint {
    MULTIPLES_OF_H.times(scalar)
}

/// scalar · G, in constant time.
pub(crate) fn times_g(scalar: &Scalar) -> ProjectivePoint {
    MULTIPLES_OF_G.times(scalar)
}

/// `HashToGroup(x, info)`: P256_XMD:SHA-256_SSWU_RO_.
pub(super) fn hash_to_group(message: &[u8], info: &str) -> ProjectivePoint {
    let dst = [b"HashToGroup-".as_slice(), CONTEXT, info.as_bytes()];
    match hash2curve::hash_from_bytes::<NistP256, ExpandMsgXmd<Sha256>>(&[message], &dst) {
        Ok(point) => point,
        // Fails only for an empty or overlong DST or output.
        Err(_) => unreachable!("expand_message_xmd within its limits"),
    }
}

/// `HashToScalar(x, info)`: hash_to_field, L = 48.
pub(super) fn hash_to_scalar(message: &[u8], info: &str) -> Scalar {
    const LENGTH: core::num::NonZeroU16 = core::num::NonZeroU16::MIN.saturating_add(47);
    let dst = [b"HashToScalar-".as_slice(), CONTEXT, info.as_bytes()];
    let mut wide = Array::<u8, U48>::default();
    let expanded = <ExpandMsgXmd<Sha256> as ExpandMsg<elliptic_curve::consts::U16>>::expand_message(
        &[message],
        &dst,
        LENGTH,
    );
    match expanded.map(|mut expander| expander.fill_bytes(&mut wide)) {
        Ok(Ok(_)) => <Scalar as Reduce<_>>::reduce(&wide),
        _ => unreachable!("expand_message_xmd within its limits"),
    }
}

/// A random scalar, never zero: 48 bytes modulo the group order.
pub(crate) fn random_scalar<R: CryptoRng + ?Sized>(rng: &mut R) -> Scalar {
    loop {
        let mut wide = Array::<u8, U48>::default();
        rng.fill_bytes(&mut wide);
        let scalar = <Scalar as Reduce<_>>::reduce(&wide);
        wide.zeroize();
        if !bool::from(elliptic_curve::Field::is_zero(&scalar)) {
            return scalar;
        }
    }
}

/// Reads an element: compressed, on the curve, not the identity.
pub(super) fn read_element(reader: &mut Reader<'_>) -> Result<ProjectivePoint, DecodeError> {
    let point = Point::from_bytes(&reader.array::<{ Point::LEN }>()?)?;
    point.affine().map(ProjectivePoint::from).map_err(|_| DecodeError::NotAPoint)
}

/// Writes an element. The identity, which no reader accepts, becomes zeros.
pub(super) fn element_bytes(element: &ProjectivePoint) -> [u8; Point::LEN] {
    affine_bytes(&element.to_affine())
}

/// Writes elements one after the other, as [`element_bytes`] does.
pub(super) fn elements_bytes(elements: &[ProjectivePoint]) -> Vec<u8> {
    normalized(elements).iter().flat_map(affine_bytes).collect()
}

fn affine_bytes(element: &AffinePoint) -> [u8; Point::LEN] {
    element.to_sec1_point(true).as_bytes().try_into().unwrap_or([0; Point::LEN])
}
