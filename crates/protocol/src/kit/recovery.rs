//! Recovery keys of personas and enrolments: blinded, so that those of one kit cannot be linked.

use rand_core::CryptoRng;

use crate::codec::DecodeError;
use crate::curve::{CurveError, Point, Scalar, hash_to_scalar};
use crate::domain::Label;
use crate::hash;
use crate::keys::{KeyError, SecretBytes32, SigningKey, VerifyingKey};

use super::{KitKeys, KitPublic};

/// The blinding of one recovery key: 32 random bytes of the device, one per persona or enrolment,
/// which are part of every backup.
pub struct RecoveryBlind(SecretBytes32);

impl RecoveryBlind {
    /// A fresh one.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(SecretBytes32::new(bytes))
    }

    /// The one with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SecretBytes32::new(bytes))
    }

    /// The bytes. Secret.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    fn scalar(&self) -> Scalar {
        hash_to_scalar(Label::RecoveryBlind, &[self.expose_secret()])
    }
}

/// SHA-256 of a recovery key's compressed point: what stands in certificate and register.
#[must_use]
pub fn recovery_hash(key: &VerifyingKey) -> [u8; 32] {
    hash::sha256(&key.to_bytes())
}

impl KitPublic {
    /// The public recovery key `Rk + t·G`.
    ///
    /// # Errors
    /// [`KeyError`] if the sum is the identity, which no blinding of a device hits.
    pub fn recovery_key(&self, blind: &RecoveryBlind) -> Result<VerifyingKey, KeyError> {
        VerifyingKey::from_point(add(&self.recovery, &blind.scalar().times_base()?)?)
    }
}

impl KitKeys {
    /// The recovery key's secret `rk + t`.
    ///
    /// # Errors
    /// [`KeyError`] if the sum is zero, which no blinding of a device hits.
    pub fn recovery_key(&self, blind: &RecoveryBlind) -> Result<SigningKey, KeyError> {
        let sum = *self.recovery.0 + *blind.scalar().0;
        let sum = Option::from(p256::NonZeroScalar::new(sum)).ok_or(DecodeError::NotAScalar)?;
        SigningKey::from_bytes(&Scalar(sum).expose_secret())
    }
}

fn add(left: &Point, right: &Point) -> Result<Point, CurveError> {
    use elliptic_curve::sec1::ToSec1Point;
    let sum = p256::ProjectivePoint::from(left.affine()?) + right.affine()?;
    let bytes = sum.to_affine().to_sec1_point(true);
    Point::from_bytes(bytes.as_bytes()).map_err(|_| CurveError::InvalidPoint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ServiceId;
    use crate::kit::KitSecret;

    #[test]
    fn kit_and_blinding_together_sign_and_neither_alone() {
        let kit = KitKeys::of(&KitSecret::from_bytes([3; 16])).unwrap();
        let blind = RecoveryBlind::from_bytes([4; 32]);
        let public = kit.public().unwrap().recovery_key(&blind).unwrap();
        let key = kit.recovery_key(&blind).unwrap();
        assert_eq!(key.verifying_key(), &public);
        let signature = key.sign(Label::Revoke, b"m").unwrap();
        assert!(public.verify(Label::Revoke, b"m", &signature).is_ok());

        // What a thief with the computer has: t, Rk and everything else of the device.
        let alone = SigningKey::from_bytes(&blind.scalar().expose_secret()).unwrap();
        let signature = alone.sign(Label::Revoke, b"m").unwrap();
        assert!(public.verify(Label::Revoke, b"m", &signature).is_err());
        // What a finder of the paper without any backup has.
        let paper = kit.recovery_key(&RecoveryBlind::from_bytes([5; 32])).unwrap();
        let signature = paper.sign(Label::Revoke, b"m").unwrap();
        assert!(public.verify(Label::Revoke, b"m", &signature).is_err());
        // Another kit with the same blinding.
        let other = KitKeys::of(&KitSecret::from_bytes([6; 16])).unwrap();
        assert_ne!(other.recovery_key(&blind).unwrap().verifying_key(), &public);
    }

    #[test]
    fn the_public_part_comes_back_from_the_vault_and_has_one_encoding() {
        let public = KitKeys::of(&KitSecret::from_bytes([9; 16])).unwrap().public().unwrap();
        let bytes = public.to_bytes();
        let again = KitPublic::from_bytes(&bytes).unwrap();
        assert_eq!(again.to_bytes(), bytes);
        assert_eq!(again.stream(), public.stream());
        let [one, two] = [[1; 16], [2; 16]].map(ServiceId::from_bytes);
        let keys = |kit: &KitPublic, service, number| {
            let persona = kit.persona(service, number).unwrap();
            (persona.signing.verifying_key().key_id(), persona.recovery_hash)
        };
        assert_eq!(keys(&again, one, 0), keys(&public, one, 0));
        // No two services and no two numbers share a key or a recovery key.
        for (service, number) in [(two, 0), (one, 1)] {
            let (key, recovery) = keys(&public, service, number);
            let (first, first_recovery) = keys(&public, one, 0);
            assert!(key != first && recovery != first_recovery);
        }
        assert!(KitPublic::from_bytes(&bytes[1..]).is_err());
        assert!(KitPublic::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }
}
