//! Why a relay cannot be opened or go on.

use crate::store::StoreError;

/// Why a relay cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RelayError {
    /// The folder cannot be made or read.
    #[error("the relay's folder cannot be used: {0}")]
    Folder(#[source] std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The blob store failed.
    #[error("the blob store failed: {0}")]
    Blobs(String),
    /// A key cannot be made or used.
    #[error("a key cannot be used")]
    Key,
    /// What is stored does not open under the configured storage key.
    #[error("what is stored was sealed under another storage key, or is damaged")]
    WrongStorageKey,
    /// The store belongs to another service.
    #[error("the store belongs to another service")]
    OtherService,
    /// A restore into the folder did not come to its end.
    #[error("a restore into this folder did not come to its end")]
    Unfinished,
    /// The journal of ends cannot be used.
    #[error(transparent)]
    Ends(#[from] keyward_relay_api::ends::EndsError),
    /// Another process has this store open.
    #[error("another process has this relay's folder open")]
    InUse,
}

impl RelayError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            RelayError::Folder(_) => "relay-folder",
            RelayError::Store(StoreError::TooNew { .. }) => "relay-too-new",
            RelayError::Store(_) => "relay-store",
            RelayError::Blobs(_) => "relay-blobs",
            RelayError::Key => "relay-key",
            RelayError::WrongStorageKey => "relay-wrong-storage-key",
            RelayError::OtherService => "relay-other-service",
            RelayError::Unfinished => "relay-restore-unfinished",
            RelayError::Ends(_) => "relay-ends",
            RelayError::InUse => "relay-in-use",
        }
    }
}
