//! SPEC §3.3. The two implementations of the expensive steps.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use elliptic_curve::{group::Group, sec1::ToSec1Point};
use p256::ProjectivePoint;

use super::{CurveError, Point, Scalar, SharedX, UncheckedPoint, decompress};

/// The narrow interface to a P-256 implementation: multiples of the base, and x-only
/// Diffie–Hellman with a secret that is imported once.
pub trait Backend: Sized + Send + Sync {
    /// Prepares a secret for repeated use.
    ///
    /// # Errors
    /// [`CurveError::InvalidScalar`] if the implementation refuses it.
    fn import(secret: &Scalar) -> Result<Self, CurveError>;

    /// x(secret · point). The point is decompressed and checked to be on the curve.
    ///
    /// # Errors
    /// [`CurveError::InvalidPoint`].
    fn agree(&self, point: &UncheckedPoint) -> Result<SharedX, CurveError>;

    /// secret · G.
    ///
    /// # Errors
    /// [`CurveError::InvalidScalar`] if the implementation refuses it.
    fn times_base(secret: &Scalar) -> Result<Point, CurveError>;
}

/// aws-lc-rs: assembly, formally verified in part. The private key is overwritten when freed.
pub struct AwsLc(PrivateKey);

impl Backend for AwsLc {
    fn import(secret: &Scalar) -> Result<Self, CurveError> {
        PrivateKey::from_private_key(&ECDH_P256, secret.expose_secret().as_slice())
            .map(Self)
            .map_err(|_| CurveError::InvalidScalar)
    }

    fn agree(&self, point: &UncheckedPoint) -> Result<SharedX, CurveError> {
        let peer = UnparsedPublicKey::new(&ECDH_P256, point.as_bytes().as_slice());
        agree(&self.0, peer, CurveError::InvalidPoint, |secret| {
            secret.try_into().map(SharedX::new).map_err(|_| CurveError::InvalidPoint)
        })
    }

    fn times_base(secret: &Scalar) -> Result<Point, CurveError> {
        let AwsLc(key) = Self::import(secret)?;
        let public = key.compute_public_key().map_err(|_| CurveError::InvalidScalar)?;
        compress(public.as_ref()).ok_or(CurveError::InvalidPoint)
    }
}

/// `04 ‖ x ‖ y` to `02|03 ‖ x`.
fn compress(uncompressed: &[u8]) -> Option<Point> {
    let (&[4], rest) = uncompressed.split_first_chunk::<1>()? else { return None };
    let coordinates: &[u8; 64] = rest.try_into().ok()?;
    let mut bytes = [2 | (coordinates[63] & 1); 33];
    bytes[1..].copy_from_slice(&coordinates[..32]);
    Some(Point::trusted(bytes))
}

/// The `p256` crate: portable, no assembly.
pub struct RustCrypto(Scalar);

impl Backend for RustCrypto {
    fn import(secret: &Scalar) -> Result<Self, CurveError> {
        Ok(Self(Scalar(secret.0)))
    }

    fn agree(&self, point: &UncheckedPoint) -> Result<SharedX, CurveError> {
        let peer = decompress(point.as_bytes()).map_err(|_| CurveError::InvalidPoint)?;
        let peer = p256::PublicKey::from_affine(peer).map_err(|_| CurveError::InvalidPoint)?;
        let shared = p256::ecdh::diffie_hellman(&self.0.0, peer.as_affine());
        Ok(SharedX::new((*shared.raw_secret_bytes()).into()))
    }

    fn times_base(secret: &Scalar) -> Result<Point, CurveError> {
        let point = ProjectivePoint::mul_by_generator(&*secret.0).to_affine();
        let encoded = point.to_sec1_point(true);
        encoded.as_bytes().try_into().map(Point::trusted).map_err(|_| CurveError::InvalidPoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn backends_agree_with_each_other() {
        let mut rng = StdRng::seed_from_u64(3);
        for _ in 0..32 {
            let (a, b) = (Scalar::random(&mut rng), Scalar::random(&mut rng));
            let big_b = AwsLc::times_base(&b).unwrap();
            assert_eq!(big_b, RustCrypto::times_base(&b).unwrap());
            let fast = AwsLc::import(&a).unwrap().agree(big_b.unchecked()).unwrap();
            let slow = RustCrypto::import(&a).unwrap().agree(big_b.unchecked()).unwrap();
            let base = AwsLc::times_base(&a.times(&b)).unwrap();
            assert!(fast == slow);
            assert_eq!(fast.expose_secret()[..], base.as_bytes()[1..]);
        }
    }

    #[test]
    fn off_curve_points_are_refused_by_both() {
        let mut rng = StdRng::seed_from_u64(4);
        let a = Scalar::random(&mut rng);
        let (fast, slow) = (AwsLc::import(&a).unwrap(), RustCrypto::import(&a).unwrap());
        let mut refused = 0;
        for x in 0..64_u8 {
            let mut bytes = [0; 33];
            (bytes[0], bytes[32]) = (2 + (x & 1), x);
            let point = UncheckedPoint::from_bytes(bytes).unwrap();
            let verdict = point.validate().is_ok();
            assert_eq!(fast.agree(&point).is_ok(), verdict);
            assert_eq!(slow.agree(&point).is_ok(), verdict);
            refused += u32::from(!verdict);
        }
        assert!(refused > 10);
    }
}
