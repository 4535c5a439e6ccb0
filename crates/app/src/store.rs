//! Typed rows in the vault's collections: a leading version byte, then JSON.
//!
//! The vault keeps opaque bodies; this is the one place that says how they are written. A body with
//! another version byte is refused rather than guessed at.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{AppError, ErrorCode};
use crate::ports::vault::{Collection, Transaction, VaultError};

/// Version byte in front of every body.
const VERSION: u8 = 1;

/// Why a stored row could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The vault said so.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The body is not what this version writes.
    #[error("a stored row of {0} cannot be read")]
    Unreadable(&'static str),
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Vault(error) => error.into(),
            StoreError::Unreadable(_) => Self::new(ErrorCode::VaultCorrupt),
        }
    }
}

/// Reads the row `id`, if it is there.
///
/// # Errors
/// [`StoreError`].
pub fn load<T: DeserializeOwned>(
    tx: &(impl Transaction + ?Sized),
    collection: Collection,
    id: &str,
) -> Result<Option<T>, StoreError> {
    tx.get(collection, id)?.map(|body| decode(collection, &body)).transpose()
}

/// Writes the row `id`.
///
/// # Errors
/// [`StoreError`].
pub fn save<T: Serialize>(
    tx: &mut (impl Transaction + ?Sized),
    collection: Collection,
    id: &str,
    row: &T,
) -> Result<(), StoreError> {
    let mut body = vec![VERSION];
    serde_json::to_writer(&mut body, row)
        .map_err(|_| StoreError::Unreadable(collection.as_str()))?;
    tx.put(collection, id, &body)?;
    // Rows hold keys and names; the store keeps its own copy.
    zeroize::Zeroize::zeroize(&mut body);
    Ok(())
}

/// Reads every row whose id starts with `prefix`, ordered by id.
///
/// # Errors
/// [`StoreError`].
pub fn load_prefix<T: DeserializeOwned>(
    tx: &(impl Transaction + ?Sized),
    collection: Collection,
    prefix: &str,
) -> Result<Vec<(String, T)>, StoreError> {
    tx.list_prefix(collection, prefix)?
        .into_iter()
        .map(|(id, body)| Ok((id, decode(collection, &body)?)))
        .collect()
}

/// Reads every row of a collection, ordered by id.
///
/// # Errors
/// [`StoreError`].
pub fn load_all<T: DeserializeOwned>(
    tx: &(impl Transaction + ?Sized),
    collection: Collection,
) -> Result<Vec<(String, T)>, StoreError> {
    tx.list(collection)?
        .into_iter()
        .map(|(id, body)| Ok((id, decode(collection, &body)?)))
        .collect()
}

pub(crate) fn decode<T: DeserializeOwned>(
    collection: Collection,
    body: &[u8],
) -> Result<T, StoreError> {
    let unreadable = || StoreError::Unreadable(collection.as_str());
    match body.split_first() {
        Some((&VERSION, json)) => serde_json::from_slice(json).map_err(|_| unreadable()),
        _ => Err(unreadable()),
    }
}

/// `#[serde(with = "store::base64")]` for byte blobs inside rows.
pub mod base64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    /// Writes bytes as base64url without padding.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads base64url without padding.
    ///
    /// # Errors
    /// The deserializer's, or a wrong alphabet.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        URL_SAFE_NO_PAD.decode(text).map_err(|_| D::Error::custom("not base64url"))
    }
}

/// `#[serde(with = "store::base64_option")]` for optional byte blobs inside rows.
pub mod base64_option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Blob(#[serde(with = "super::base64")] Vec<u8>);

    /// Writes bytes, if any, as base64url without padding.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        bytes.clone().map(Blob).serialize(serializer)
    }

    /// Reads base64url without padding, if there is any.
    ///
    /// # Errors
    /// The deserializer's, or a wrong alphabet.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        Ok(Option::<Blob>::deserialize(deserializer)?.map(|blob| blob.0))
    }
}
