//! Secrets at rest: AES-256-GCM under a key derived from the storage key, bound to table, row and
//! column, so that a sealed value copied to another row does not open.

use crate::error::RelayError;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use hkdf::Hkdf;
use rand::Rng as _;
use sha2::Sha256;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
/// Enters the derivation, so that the configured key may serve other purposes beside this one.
const PURPOSE: &[u8] = b"keyward relay: columns at rest, v1";

/// Where a sealed value lies.
pub(crate) struct Place<'a> {
    /// The table.
    pub(crate) table: &'static str,
    /// The column.
    pub(crate) column: &'static str,
    /// The row's primary key, part by part.
    pub(crate) row: &'a [&'a [u8]],
}

impl Place<'_> {
    /// Every part behind its length, so that no two places have one encoding.
    fn aad(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        let names = [self.table.as_bytes(), self.column.as_bytes()];
        for part in names.iter().chain(self.row) {
            out.extend_from_slice(&(part.len() as u64).to_be_bytes());
            out.extend_from_slice(part);
        }
        out
    }
}

/// Seals and opens columns.
pub(crate) struct ColumnKey(LessSafeKey);

impl ColumnKey {
    pub(crate) fn new(storage_key: &[u8; 32]) -> Result<ColumnKey, RelayError> {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, storage_key)
            .expand(PURPOSE, key.as_mut_slice())
            .map_err(|_| RelayError::Key)?;
        let key = UnboundKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| RelayError::Key)?;
        Ok(ColumnKey(LessSafeKey::new(key)))
    }

    /// `version ‖ nonce ‖ ciphertext ‖ tag`.
    pub(crate) fn seal(&self, place: &Place<'_>, secret: &[u8]) -> Result<Vec<u8>, RelayError> {
        // Random nonces: far fewer than 2³² values are ever sealed under one storage key.
        let mut nonce = [0; NONCE_LEN];
        rand::rng().fill_bytes(&mut nonce);
        let mut body = Zeroizing::new(secret.to_vec());
        let tag = self
            .0
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.aad()),
                body.as_mut_slice(),
            )
            .map_err(|_| RelayError::Key)?;
        let mut out = vec![VERSION];
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&body);
        out.extend_from_slice(tag.as_ref());
        Ok(out)
    }

    /// The secret, if it was sealed under this key for this place.
    pub(crate) fn open(
        &self,
        place: &Place<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, RelayError> {
        let (version, rest) = sealed.split_first().ok_or(RelayError::WrongStorageKey)?;
        let (nonce, body) =
            rest.split_first_chunk::<NONCE_LEN>().ok_or(RelayError::WrongStorageKey)?;
        if *version != VERSION {
            return Err(RelayError::WrongStorageKey);
        }
        let mut body = Zeroizing::new(body.to_vec());
        let length = self
            .0
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(place.aad()),
                body.as_mut_slice(),
            )
            .map_err(|_| RelayError::WrongStorageKey)?
            .len();
        body.truncate(length);
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place<'a>(row: &'a [&'a [u8]]) -> Place<'a> {
        Place { table: "grant_keys", column: "sealed", row }
    }

    #[test]
    fn a_value_opens_only_in_its_own_row_and_whole() {
        let key = ColumnKey::new(&[7; 32]).unwrap();
        let sealed = key.seal(&place(&[b"ab", b"c"]), b"secret").unwrap();
        assert_eq!(key.open(&place(&[b"ab", b"c"]), &sealed).unwrap().as_slice(), b"secret");
        // The same bytes cut differently are another row.
        assert!(key.open(&place(&[b"a", b"bc"]), &sealed).is_err());
        let other = Place { column: "other", ..place(&[b"ab", b"c"]) };
        assert!(key.open(&other, &sealed).is_err());
        assert!(ColumnKey::new(&[8; 32]).unwrap().open(&place(&[b"ab", b"c"]), &sealed).is_err());
        for i in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[i] ^= 1;
            assert!(key.open(&place(&[b"ab", b"c"]), &broken).is_err(), "byte {i}");
            assert!(key.open(&place(&[b"ab", b"c"]), &sealed[..i]).is_err(), "cut at {i}");
        }
    }
}
