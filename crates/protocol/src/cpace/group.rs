//! The group environment and the hashes of CPace-P256, names as in the draft.

use elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use hash2curve::ExpandMsgXmd;
use p256::{AffinePoint, NistP256, ProjectivePoint, Sec1Point};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::codec::DecodeError;
use crate::curve::Scalar;
use crate::hash;

/// Bytes of an uncompressed point, which the draft puts on the wire.
pub(super) const POINT: usize = 65;
/// A session id.
pub(super) type Sid = [u8; 16];

const DSI: &[u8] = b"CPaceP256_XMD:SHA-256_SSWU_NU_";
const DST: &[u8] = b"CPaceP256_XMD:SHA-256_SSWU_NU__DST";
const DSI_ISK: &[u8] = b"CPaceP256_XMD:SHA-256_SSWU_NU__ISK";
/// Input block size of SHA-256.
const BLOCK: usize = 64;

/// Appends LEB128(length) ‖ bytes.
pub(super) fn prepend_len(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut len = bytes.len();
    loop {
        let low = u8::try_from(len & 0x7f).unwrap_or(0);
        len >>= 7;
        if len == 0 {
            out.push(low);
            break;
        }
        out.push(low | 0x80);
    }
    out.extend_from_slice(bytes);
}

fn lv_cat(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    parts.iter().for_each(|part| prepend_len(&mut out, part));
    out
}

/// `generator_string`: the password alone fills the first hash block.
pub(super) fn generator_string(password: &[u8], channel: &[u8], sid: &[u8]) -> Zeroizing<Vec<u8>> {
    let front = lv_cat(&[DSI, password]).len();
    let padding = vec![0; BLOCK.saturating_sub(1 + front)];
    Zeroizing::new(lv_cat(&[DSI, password, &padding, channel, sid]))
}

/// `calculate_generator`: encode-to-curve of the generator string.
pub(super) fn generator(password: &[u8], channel: &[u8], sid: &[u8]) -> ProjectivePoint {
    let string = generator_string(password, channel, sid);
    let encoded =
        hash2curve::encode_from_bytes::<NistP256, ExpandMsgXmd<Sha256>>(&[&string], &[DST]);
    match encoded {
        Ok(point) => point,
        // Fails only for an empty or overlong DST or output.
        Err(_) => unreachable!("expand_message_xmd within its limits"),
    }
}

/// `scalar_mult`: the point, uncompressed.
pub(super) fn multiply(point: &ProjectivePoint, scalar: &Scalar) -> [u8; POINT] {
    let encoded = (*point * *scalar.0).to_affine().to_sec1_point(false);
    let mut bytes = [0; POINT];
    // A point of prime order times a non-zero scalar is not the identity: 65 bytes.
    if let Some(encoded) = encoded.as_bytes().first_chunk::<POINT>() {
        bytes = *encoded;
    }
    bytes
}

/// `scalar_mult_vfy`: x of the product; refuses what is not a point of the curve.
pub(super) fn multiply_verify(
    point: &[u8; POINT],
    scalar: &Scalar,
) -> Result<Zeroizing<[u8; 32]>, DecodeError> {
    if point[0] != 4 {
        return Err(DecodeError::NotAPoint);
    }
    let encoded = Sec1Point::from_bytes(point).map_err(|_| DecodeError::NotAPoint)?;
    let point: Option<AffinePoint> = AffinePoint::from_sec1_point(&encoded).into();
    let point = point.ok_or(DecodeError::NotAPoint)?;
    let product = multiply(&ProjectivePoint::from(point), scalar);
    let mut x = Zeroizing::new([0; 32]);
    x.copy_from_slice(&product[1..33]);
    Ok(x)
}

/// The intermediate session key, initiator–responder: `H(lv_cat(DSI_ISK, sid, K) ‖ lv_cat(Ya,
/// ADa) ‖ lv_cat(Yb, ADb))`.
pub(super) fn intermediate_key(
    sid: &Sid,
    shared: &[u8; 32],
    (ya, ad_a): (&[u8; POINT], &[u8]),
    (yb, ad_b): (&[u8; POINT], &[u8]),
) -> Zeroizing<[u8; 32]> {
    let front = Zeroizing::new(lv_cat(&[DSI_ISK, sid, shared]));
    let mut hasher = Sha256::new();
    hasher.update(&*front);
    hasher.update(lv_cat(&[ya, ad_a]));
    hasher.update(lv_cat(&[yb, ad_b]));
    Zeroizing::new(hasher.finalize().into())
}

/// Key confirmation: `HMAC(H("CPaceMac" ‖ sid ‖ ISK), lv_cat(Y, AD))` over one's own share.
pub(super) fn confirmation(sid: &Sid, isk: &[u8; 32], share: &[u8; POINT], ad: &[u8]) -> [u8; 32] {
    let key: [u8; 32] = Sha256::new()
        .chain_update(b"CPaceMac")
        .chain_update(sid)
        .chain_update(isk)
        .finalize()
        .into();
    hash::mac(&Zeroizing::new(key), &[&lv_cat(&[share, ad])])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// draft-irtf-cfrg-cpace, appendix "Test vector for CPace using group NIST P-256".
    #[test]
    fn the_draft_s_vectors() {
        let bytes = |text: &str| hex::decode(text).unwrap();
        let fixed = |text: &str| <[u8; 32]>::try_from(bytes(text)).unwrap();
        let sid: Sid = bytes("34b36454cab2e7842c389f7d88ecb7df").try_into().unwrap();
        let channel = bytes("0b415f696e69746961746f720b425f726573706f6e646572");
        let generator = generator(b"Password", &channel, &sid);
        let one = Scalar::from_bytes(&core::array::from_fn(|i| u8::from(i == 31))).unwrap();
        assert_eq!(
            hex::encode(multiply(&generator, &one)),
            "0439bff2b051701594d3e9c7e93be9213af15db42214dfc4f7ee929a6697f774d7\
             ba5fb289b982399e4acd281a988bf058ea7ff6d7ff34fdb72157bb464ff4af87"
        );
        let ya = fixed("37574cfbf1b95ff6a8e2d7be462d4d01e6dde2618f34f4de9df869b24f532c5d");
        let yb = fixed("e5672fc9eb4e721f41d80181ec4c9fd9886668acc48024d33c82bb102aecba52");
        let (ya, yb) = (Scalar::from_bytes(&ya).unwrap(), Scalar::from_bytes(&yb).unwrap());
        let (big_a, big_b) = (multiply(&generator, &ya), multiply(&generator, &yb));
        assert_eq!(
            hex::encode(big_a),
            "04cf55f0a53a1b4c43002e1be8171f42737cf20b7cd6177b901ef962c2e2d486b2\
             f738263c6da5aa902fe185ae2cda587df8d27a16fc19c32a7b31aab097919736"
        );
        let shared = multiply_verify(&big_b, &ya).unwrap();
        assert_eq!(shared, multiply_verify(&big_a, &yb).unwrap());
        let expected = "9dd152b687ded1e071cc0625bd1ffff4c4ccd7d77cb4987c7d1e4ecb3a0db812";
        assert_eq!(*shared, fixed(expected));
        let isk = intermediate_key(&sid, &shared, (&big_a, b"ADa"), (&big_b, b"ADb"));
        let expected = "d67704f1c69b85736f273e73198a79fe5e4f60cb405e32f708e0aff5fdb5f9db";
        assert_eq!(*isk, fixed(expected));
    }

    #[test]
    fn invalid_points_are_refused() {
        let one = Scalar::from_bytes(&core::array::from_fn(|i| u8::from(i == 31))).unwrap();
        let valid = multiply(&ProjectivePoint::GENERATOR, &one);
        assert!(multiply_verify(&valid, &one).is_ok());
        let mut off_curve = valid;
        off_curve[64] ^= 1;
        assert!(multiply_verify(&off_curve, &one).is_err());
        for prefix in [0, 2, 3, 6, 7] {
            let mut other = valid;
            other[0] = prefix;
            assert!(multiply_verify(&other, &one).is_err());
        }
    }
}
