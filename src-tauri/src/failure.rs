//! How the shell's own failures look to the interface.

use keyward_app::error::{AppError, ErrorCode};
use keyward_vault::{KeyringError, StoreError};

/// A failure of the profile store, as the interface knows it.
pub(crate) fn of_store(error: StoreError) -> AppError {
    match error {
        StoreError::InUse => ErrorCode::VaultInUse.into(),
        StoreError::NoSuchProfile | StoreError::InvalidId => ErrorCode::NotFound.into(),
        StoreError::AlreadyExists => ErrorCode::Conflict.into(),
        StoreError::InvalidName => AppError::field("name", "missing"),
        StoreError::NewerProfile | StoreError::NewerSecret => ErrorCode::VaultNewer.into(),
        StoreError::ProfileDamaged => ErrorCode::VaultCorrupt.into(),
        StoreError::Keyring(error) => of_keyring(error),
        StoreError::SecretMissing => ErrorCode::KeyringMissing.into(),
        StoreError::SecretDamaged | StoreError::WrongKey => ErrorCode::KeyringChanged.into(),
        StoreError::SecretNotKept => ErrorCode::KeyringFailed.into(),
        StoreError::PassphraseRequired => ErrorCode::PassphraseNeeded.into(),
        StoreError::WrongPassphrase => ErrorCode::PassphraseWrong.into(),
        StoreError::UnusablePassphrase => AppError::field("passphrase", "too-long"),
        StoreError::Cancelled => ErrorCode::Cancelled.into(),
        StoreError::Vault(error) => error.into(),
        StoreError::Io(_) => ErrorCode::VaultIo.into(),
    }
}

fn of_keyring(error: KeyringError) -> AppError {
    match error {
        KeyringError::NoBus | KeyringError::NoProvider | KeyringError::NoCollection => {
            ErrorCode::KeyringAbsent
        }
        KeyringError::Locked | KeyringError::PromptDismissed => ErrorCode::KeyringLocked,
        KeyringError::TimedOut => ErrorCode::KeyringTimeout,
        KeyringError::Cancelled => ErrorCode::Cancelled,
        KeyringError::Ambiguous | KeyringError::Failed => ErrorCode::KeyringFailed,
    }
    .into()
}

/// A defect of the app: logged without anything personal, told as `internal`.
pub(crate) fn internal(what: &str) -> AppError {
    tracing::error!("internal: {what}");
    ErrorCode::Internal.into()
}
