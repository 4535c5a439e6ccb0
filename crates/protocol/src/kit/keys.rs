//! What follows from a kit.

use zeroize::Zeroizing;

use crate::codec::{DecodeError, Reader, Writer};
use crate::curve::{Point, Scalar, hash_to_scalar};
use crate::domain::Label;
use crate::hash;
use crate::ids::ServiceId;
use crate::keys::{DecryptionKey, EncapsulationKey, KeyError, SecretBytes32, SigningKey};

use super::{KitSecret, RecoveryBlind, recovery_hash};

/// Names the backups of one kit: 16 bytes that say nothing about it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct StreamId(pub [u8; 16]);

/// The secret keys of a kit. They exist while somebody restores, never beside a running profile.
pub struct KitKeys {
    pub(super) recovery: Scalar,
    decryption: DecryptionKey,
    signing: SigningKey,
    locator: SecretBytes32,
}

impl KitKeys {
    /// Derives them.
    ///
    /// # Errors
    /// [`KeyError`] if a derivation fails.
    pub fn of(secret: &KitSecret) -> Result<Self, KeyError> {
        Ok(Self {
            recovery: scalar(secret, Label::KitRecovery),
            decryption: DecryptionKey::from_bytes(
                &scalar(secret, Label::KitEncapsulation).expose_secret(),
            )?,
            signing: SigningKey::from_bytes(&scalar(secret, Label::KitSigning).expose_secret())?,
            locator: SecretBytes32::new(*hash::derive(
                secret.expose_secret(),
                Label::KitLocator,
                &[],
            )),
        })
    }

    /// What a device keeps of the kit.
    ///
    /// # Errors
    /// [`KeyError`] if a derivation fails.
    pub fn public(&self) -> Result<KitPublic, KeyError> {
        Ok(KitPublic {
            recovery: self.recovery.times_base()?,
            encapsulation: *self.decryption.encapsulation_key(),
            signing: SigningKey::from_bytes(&self.signing.expose_secret())?,
            locator: SecretBytes32::new(*self.locator.expose_secret()),
        })
    }

    /// Opens manifests.
    #[must_use]
    pub const fn decryption(&self) -> &DecryptionKey {
        &self.decryption
    }
}

fn scalar(secret: &KitSecret, label: Label) -> Scalar {
    let seed = hash::derive(secret.expose_secret(), label, &[]);
    hash_to_scalar(label, &[seed.as_slice()])
}

/// A persona that backups lie under at a relay. To the relay she is one like every other.
pub struct BackupPersona {
    /// Signs requests.
    pub signing: SigningKey,
    /// Stands in her certificate; nothing is sealed to it.
    pub decryption: DecryptionKey,
    /// Hash of her recovery key. Derived, so that a restored profile has her certified in the same way.
    pub recovery_hash: [u8; 32],
}

/// What a device keeps of a confirmed kit: it writes backups it cannot read again, and certifies
/// recovery keys it cannot sign with. The signing key and the locator are secret all the same: they
/// stay inside the vault.
pub struct KitPublic {
    pub(super) recovery: Point,
    encapsulation: EncapsulationKey,
    signing: SigningKey,
    locator: SecretBytes32,
}

impl KitPublic {
    /// Encoded size in bytes.
    pub const LEN: usize = 1 + 33 + 33 + 32 + 32;

    /// The recovery point `Rk`.
    #[must_use]
    pub const fn recovery(&self) -> &Point {
        &self.recovery
    }

    /// Backups are sealed to it.
    #[must_use]
    pub const fn encapsulation(&self) -> &EncapsulationKey {
        &self.encapsulation
    }

    /// Signs backups.
    #[must_use]
    pub const fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// Names the stream of backups.
    #[must_use]
    pub fn stream(&self) -> StreamId {
        let name = hash::derive(self.locator.expose_secret(), Label::KitStream, &[]);
        let mut id = [0; 16];
        id.copy_from_slice(&name[..16]);
        StreamId(id)
    }

    /// The persona under which the backups lie at the relay of a service. Each service sees another one, and
    /// so does the same service once the one before was forgotten, which counts `number` up.
    ///
    /// # Errors
    /// [`KeyError`] if a derivation fails.
    pub fn persona(&self, service: ServiceId, number: u32) -> Result<BackupPersona, KeyError> {
        let mut context = service.as_bytes().to_vec();
        context.extend_from_slice(&number.to_be_bytes());
        let seed = |label| hash::derive(self.locator.expose_secret(), label, &[&context]);
        let key = |label| hash_to_scalar(label, &[seed(label).as_slice()]).expose_secret();
        let blind = RecoveryBlind::from_bytes(*seed(Label::KitPersonaRecovery));
        Ok(BackupPersona {
            signing: SigningKey::from_bytes(&key(Label::KitPersonaSigning))?,
            decryption: DecryptionKey::from_bytes(&key(Label::KitPersonaEncapsulation))?,
            recovery_hash: recovery_hash(&self.recovery_key(&blind)?),
        })
    }

    /// The encoding, for the vault. Secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut writer = Writer::versioned(Self::LEN);
        writer.array(self.recovery.as_bytes());
        writer.array(&self.encapsulation.to_bytes());
        writer.array(self.signing.expose_secret().as_slice());
        writer.array(self.locator.expose_secret());
        Zeroizing::new(writer.into_vec())
    }

    /// Decodes it.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::versioned(bytes)?;
        let recovery = Point::from_bytes(&reader.array::<33>()?)?;
        let encapsulation =
            EncapsulationKey::from_point(Point::from_bytes(&reader.array::<33>()?)?);
        let scalar = Zeroizing::new(reader.array()?);
        let signing = SigningKey::from_bytes(&scalar).map_err(|_| DecodeError::NotAScalar)?;
        let locator = SecretBytes32::new(reader.array()?);
        reader.finish()?;
        Ok(Self { recovery, encapsulation, signing, locator })
    }
}
