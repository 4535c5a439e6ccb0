//! Sealed columns: AES-256-GCM under a key derived from the storage key, bound to table, column and row.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::Zeroizing;

const NONCE: usize = 12;
const TAG: usize = 16;
/// Values are padded to a multiple of this, so that the file does not tell the length of a name.
const PAD: usize = 64;

/// A sealed column of this schema. Closed, because the name is part of what a value is bound to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Column {
    /// `people.sealed_person`
    Person,
    /// `clinicians.sealed_clinician`
    Clinician,
    /// `history.sealed_event`
    Event,
    /// `invitations.sealed_secret`
    Secret,
    /// `meta`: the value that tells whether the storage key is the right one.
    KeyCheck,
    /// `register.sealed_entry` in the file of credentials.
    RegisterEntry,
    /// The same as [`Column::KeyCheck`] in the file of credentials.
    CredentialKeyCheck,
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Person => "people.sealed_person",
            Self::Clinician => "clinicians.sealed_clinician",
            Self::Event => "history.sealed_event",
            Self::Secret => "invitations.sealed_secret",
            Self::KeyCheck => "meta.key_check",
            Self::RegisterEntry => "register.sealed_entry",
            Self::CredentialKeyCheck => "credentials.key_check",
        }
    }
}

/// A stored value does not open: another key, another row, or a damaged file.
#[derive(Debug, thiserror::Error)]
#[error("a stored value does not open")]
pub(crate) struct SealBroken;

/// The two keys of the store.
pub(crate) struct ColumnSeal {
    cipher: Aes256Gcm,
    tag_key: Zeroizing<[u8; 32]>,
}

impl ColumnSeal {
    /// Derives both keys. `storage_key` is 32 uniformly random bytes.
    pub(crate) fn new(storage_key: &[u8; 32]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, storage_key);
        let derive = |info: &[u8]| {
            let mut key = Zeroizing::new([0u8; 32]);
            // 32 bytes is always a valid output length of HKDF-SHA256.
            let _ = hkdf.expand(info, key.as_mut_slice());
            key
        };
        let column_key = derive(b"keyward/v1/authority-store/columns");
        Self {
            cipher: Aes256Gcm::new((&*column_key).into()),
            tag_key: derive(b"keyward/v1/authority-store/tags"),
        }
    }

    /// nonce ‖ ciphertext ‖ tag over the padded value.
    pub(crate) fn seal<R: CryptoRng + ?Sized>(
        &self,
        rng: &mut R,
        column: Column,
        row: &[u8],
        value: &[u8],
    ) -> Result<Vec<u8>, SealBroken> {
        let mut nonce = [0u8; NONCE];
        rng.fill_bytes(&mut nonce);
        let padded = Zeroizing::new(pad(value));
        let aad = aad(column, row);
        let ciphertext = self
            .cipher
            .encrypt((&nonce).into(), Payload { msg: &padded, aad: &aad })
            .map_err(|_| SealBroken)?;
        Ok([nonce.as_slice(), &ciphertext].concat())
    }

    /// Opens what [`Self::seal`] made for the same column and row.
    pub(crate) fn open(
        &self,
        column: Column,
        row: &[u8],
        stored: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealBroken> {
        let (nonce, ciphertext) = stored.split_first_chunk::<NONCE>().ok_or(SealBroken)?;
        if ciphertext.len() < TAG {
            return Err(SealBroken);
        }
        let aad = aad(column, row);
        let mut padded = Zeroizing::new(
            self.cipher
                .decrypt(nonce.into(), Payload { msg: ciphertext, aad: &aad })
                .map_err(|_| SealBroken)?,
        );
        let end = padded.iter().rposition(|b| *b != 0).ok_or(SealBroken)?;
        if padded.get(end) != Some(&0x80) {
            return Err(SealBroken);
        }
        padded.truncate(end);
        Ok(padded)
    }

    /// Keyed tag of something that must be recognised again but not read from the file.
    pub(crate) fn tag(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.tag_key.as_slice()).expect("any key length");
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// ISO 7816-4 padding: 0x80, then zeros up to the next bucket.
fn pad(value: &[u8]) -> Vec<u8> {
    let size = (value.len() + 1).next_multiple_of(PAD);
    let mut padded = Vec::with_capacity(size);
    padded.extend_from_slice(value);
    padded.push(0x80);
    padded.resize(size, 0);
    padded
}

fn aad(column: Column, row: &[u8]) -> Vec<u8> {
    let name = column.name().as_bytes();
    let mut aad = b"keyward/v1/authority-store\0".to_vec();
    aad.extend_from_slice(&(name.len() as u64).to_be_bytes());
    aad.extend_from_slice(name);
    aad.extend_from_slice(row);
    aad
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    fn seal() -> ColumnSeal {
        ColumnSeal::new(&[7; 32])
    }

    proptest! {
        #[test]
        fn opens_what_was_sealed(value in prop::collection::vec(any::<u8>(), 0..300), seed: u64) {
            let mut rng = StdRng::seed_from_u64(seed);
            let stored = seal().seal(&mut rng, Column::Person, b"row", &value).unwrap();
            prop_assert_eq!((stored.len() - NONCE - TAG) % PAD, 0);
            prop_assert_eq!(&*seal().open(Column::Person, b"row", &stored).unwrap(), &value);
        }

        #[test]
        fn any_changed_byte_is_refused(at in 0usize..92, bit in 0u8..8) {
            let mut rng = StdRng::seed_from_u64(1);
            let mut stored = seal().seal(&mut rng, Column::Person, b"row", b"value").unwrap();
            let at = at % stored.len();
            stored[at] ^= 1 << bit;
            prop_assert!(seal().open(Column::Person, b"row", &stored).is_err());
        }
    }

    #[test]
    fn a_value_opens_only_where_it_belongs() {
        let mut rng = StdRng::seed_from_u64(1);
        let stored = seal().seal(&mut rng, Column::Person, b"row", b"value").unwrap();
        assert!(seal().open(Column::Person, b"other", &stored).is_err());
        assert!(seal().open(Column::Clinician, b"row", &stored).is_err());
        assert!(ColumnSeal::new(&[8; 32]).open(Column::Person, b"row", &stored).is_err());
        assert!(seal().open(Column::Person, b"row", &stored[..20]).is_err());
    }

    #[test]
    fn tags_do_not_run_together() {
        assert_ne!(seal().tag("a", &[b"bc"]), seal().tag("ab", &[b"c"]));
        assert_ne!(seal().tag("a", &[b"b", b"c"]), seal().tag("a", &[b"bc"]));
    }
}
