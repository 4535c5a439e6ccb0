//! Manifests: one per version, sealed to the kit and signed by the kit's device key.

use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::DhP256HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::aead::TAG;
use crate::codec::{DecodeError, Reader, Writer};
use crate::domain::{Label, UnixSeconds};
use crate::hash;
use crate::hedge::HedgedRng;
use crate::keys::{EncapsulationKey, Signature};
use crate::kit::{KitKeys, KitPublic, StreamId};
use crate::message::public_key;
use crate::payload::padded_len;

use super::{BackupError, PackEntry};

const ENCAPPED: usize = 65;

/// What one version of a backup consists of.
pub struct Manifest {
    /// Its number, from 1.
    pub sequence: u64,
    /// Hash of the sealed manifest before it; zero for the first.
    pub previous: [u8; 32],
    /// When it was made.
    pub made_at: UnixSeconds,
    /// Schema of the rows; a reader that does not know it refuses.
    pub schema: u32,
    /// How many records are in it.
    pub records: u64,
    /// What the application says of the profile: role, name, clinic.
    pub about: Vec<u8>,
    /// Its packs, oldest first; later changes win.
    pub packs: Vec<PackEntry>,
}

/// A manifest as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedManifest {
    /// The ciphertext.
    pub bytes: Vec<u8>,
    /// Its SHA-256, to which the next version links.
    pub hash: [u8; 32],
}

/// A manifest that this kit opened and whose signature is the kit's.
pub struct VerifiedManifest {
    manifest: Manifest,
    hash: [u8; 32],
}

impl Manifest {
    /// Most packs of one version.
    pub const MAX_PACKS: usize = 32_768;
    /// Longest text about the profile.
    pub const MAX_ABOUT: usize = 4096;
    /// Longest sealed manifest.
    pub const MAX_SEALED: usize = 4 * 1024 * 1024;

    pub(crate) fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, DecodeError> {
        if self.packs.len() > Self::MAX_PACKS || self.about.len() > Self::MAX_ABOUT {
            return Err(DecodeError::TooLong);
        }
        let size = 100 + self.about.len() + self.packs.len() * PackEntry::LEN;
        let mut writer = Writer::versioned(size);
        writer.u64(self.sequence);
        writer.array(&self.previous);
        writer.u64(self.made_at);
        writer.u32(self.schema);
        writer.u64(self.records);
        writer.bytes16(&self.about);
        writer.count16(self.packs.len());
        self.packs.iter().for_each(|pack| pack.write(&mut writer));
        Ok(Zeroizing::new(writer.into_vec()))
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::versioned(bytes)?;
        let sequence = reader.u64()?;
        let previous = reader.array()?;
        let (made_at, schema, records) = (reader.u64()?, reader.u32()?, reader.u64()?);
        let about = reader.bytes16(Self::MAX_ABOUT)?.to_vec();
        let count = reader.count16(Self::MAX_PACKS)?;
        if reader.remaining() != count * PackEntry::LEN {
            return Err(DecodeError::Truncated);
        }
        let packs = (0..count).map(|_| PackEntry::read(&mut reader)).collect::<Result<_, _>>()?;
        reader.finish()?;
        if sequence == 0 || (sequence == 1) != (previous == [0; 32]) {
            return Err(DecodeError::NotCanonical);
        }
        Ok(Self { sequence, previous, made_at, schema, records, about, packs })
    }

    /// Signs and seals it to the kit. The plaintext is padded, so that the number of packs hides in
    /// a bucket.
    ///
    /// # Errors
    /// [`BackupError::Decode`] beyond a limit, [`BackupError::Key`], [`BackupError::Seal`].
    pub fn seal<R: CryptoRng + ?Sized>(
        &self,
        rng: &mut R,
        kit: &KitPublic,
    ) -> Result<SealedManifest, BackupError> {
        let body = self.to_bytes()?;
        Self::from_bytes(&body)?;
        let signed = signed_bytes(kit.stream(), kit.encapsulation(), &body);
        let signature = kit.signing().sign(Label::BackupManifest, &signed)?;
        let content = 4 + body.len() + Signature::LEN;
        let padded = usize::try_from(padded_len(content as u64)).map_err(|_| BackupError::Seal)?;
        let mut plain = Zeroizing::new(Vec::with_capacity(padded));
        let len = u32::try_from(body.len()).map_err(|_| DecodeError::TooLong)?;
        plain.extend_from_slice(&len.to_be_bytes());
        plain.extend_from_slice(&body);
        plain.extend_from_slice(&signature.to_bytes());
        plain.resize(padded, 0);
        let secret = kit.signing().expose_secret();
        let mut rng = HedgedRng::new(rng, Label::HedgeBackup, &secret, &[&hash::sha256(&signed)]);
        let recipient = public_key(kit.encapsulation()).map_err(|_| BackupError::Seal)?;
        let (encapped, sealed) =
            hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
                &OpModeS::Base,
                &recipient,
                &info(kit.stream()),
                &plain,
                &[],
                &mut rng,
            )
            .map_err(|_| BackupError::Seal)?;
        let mut writer = Writer::versioned(1 + ENCAPPED + sealed.len());
        writer.array(&encapped.to_bytes());
        writer.array(&sealed);
        let bytes = writer.into_vec();
        if bytes.len() > Self::MAX_SEALED {
            return Err(DecodeError::TooLong.into());
        }
        Ok(SealedManifest { hash: hash::sha256(&bytes), bytes })
    }

    /// Opens a manifest with the kit and checks who signed it.
    ///
    /// # Errors
    /// [`BackupError::OtherKit`], [`BackupError::Signature`], [`BackupError::Decode`].
    pub fn open(keys: &KitKeys, sealed: &[u8]) -> Result<VerifiedManifest, BackupError> {
        if sealed.len() > Self::MAX_SEALED {
            return Err(DecodeError::TooLong.into());
        }
        let kit = keys.public()?;
        let mut reader = Reader::versioned(sealed)?;
        let encapped =
            <DhP256HkdfSha256 as Kem>::EncappedKey::from_bytes(&reader.array::<ENCAPPED>()?)
                .map_err(|_| DecodeError::NotAPoint)?;
        let ciphertext = reader.rest();
        if ciphertext.len() < TAG {
            return Err(DecodeError::Truncated.into());
        }
        let private = <DhP256HkdfSha256 as Kem>::PrivateKey::from_bytes(
            keys.decryption().expose_secret().as_slice(),
        )
        .map_err(|_| BackupError::OtherKit)?;
        let plain = hpke::single_shot_open::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
            &OpModeR::Base,
            &private,
            &encapped,
            &info(kit.stream()),
            ciphertext,
            &[],
        );
        let plain = Zeroizing::new(plain.map_err(|_| BackupError::OtherKit)?);
        let body = checked(&kit, &plain)?;
        Ok(VerifiedManifest { manifest: Self::from_bytes(body)?, hash: hash::sha256(sealed) })
    }
}

/// The body of an opened manifest, once length, padding and signature are as they must be.
fn checked<'a>(kit: &KitPublic, plain: &'a [u8]) -> Result<&'a [u8], BackupError> {
    let mut reader = Reader::new(plain);
    let body = reader.bytes32(Manifest::MAX_SEALED)?;
    let signature = Signature::from_bytes(reader.array()?);
    let content = (4 + body.len() + Signature::LEN) as u64;
    let padding = reader.rest();
    if padded_len(content) != plain.len() as u64 || padding.iter().any(|byte| *byte != 0) {
        return Err(DecodeError::NotCanonical.into());
    }
    let signed = signed_bytes(kit.stream(), kit.encapsulation(), body);
    kit.signing().verifying_key().verify(Label::BackupManifest, &signed, &signature)?;
    Ok(body)
}

fn signed_bytes(stream: StreamId, recipient: &EncapsulationKey, body: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut writer = Writer::versioned(50 + body.len());
    writer.array(&stream.0);
    writer.array(&recipient.to_bytes());
    writer.array(body);
    Zeroizing::new(writer.into_vec())
}

fn info(stream: StreamId) -> Vec<u8> {
    let mut info = Label::BackupManifestInfo.as_str().as_bytes().to_vec();
    info.push(0);
    info.extend_from_slice(&stream.0);
    info
}

impl VerifiedManifest {
    /// What it says.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// SHA-256 of its sealed form.
    #[must_use]
    pub const fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// Refuses it as the newest if a newer one, or another one of its number, was seen before.
    ///
    /// # Errors
    /// [`BackupError::Rollback`].
    pub fn check_newest(
        &self,
        seen_sequence: u64,
        seen_hash: &[u8; 32],
    ) -> Result<(), BackupError> {
        let sequence = self.manifest.sequence;
        if sequence > seen_sequence || (sequence == seen_sequence && self.hash == *seen_hash) {
            Ok(())
        } else {
            Err(BackupError::Rollback)
        }
    }
}

/// Checks that versions, oldest first, follow each other: numbers rise, and neighbours link.
/// Versions may have been dropped on purpose, so numbers may skip.
///
/// # Errors
/// [`BackupError::Order`].
pub fn check_versions(versions: &[VerifiedManifest]) -> Result<(), BackupError> {
    let ordered = versions.windows(2).all(|pair| {
        let (before, after) = (&pair[0], &pair[1]);
        let step = after.manifest.sequence.checked_sub(before.manifest.sequence);
        match step {
            None | Some(0) => false,
            Some(1) => after.manifest.previous == before.hash,
            Some(_) => true,
        }
    });
    if ordered { Ok(()) } else { Err(BackupError::Order) }
}
