//! Our errors as the interface knows them: its closed set of codes, with our exact code beside it.

use keyward_app::error::{AppError, ErrorCode};

use crate::error::StoreError;
use crate::keyring::KeyringError;

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::InUse => ErrorCode::VaultInUse,
            StoreError::NoSuchProfile => ErrorCode::NotFound,
            StoreError::AlreadyExists => ErrorCode::Conflict,
            StoreError::InvalidId => return AppError::field("id", "invalid"),
            StoreError::InvalidName => return AppError::field("name", "invalid"),
            StoreError::UnusablePassphrase => return AppError::field("passphrase", "invalid"),
            StoreError::NewerProfile | StoreError::NewerSecret => ErrorCode::VaultNewer,
            StoreError::ProfileDamaged => ErrorCode::VaultCorrupt,
            StoreError::Keyring(error) => keyring_code(*error),
            StoreError::SecretMissing => ErrorCode::KeyringMissing,
            StoreError::SecretDamaged | StoreError::WrongKey => ErrorCode::KeyringChanged,
            StoreError::SecretNotKept => ErrorCode::KeyringFailed,
            StoreError::PassphraseRequired => ErrorCode::PassphraseNeeded,
            StoreError::WrongPassphrase => ErrorCode::PassphraseWrong,
            StoreError::Cancelled => ErrorCode::Cancelled,
            StoreError::Vault(error) => return error.clone().into(),
            StoreError::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                ErrorCode::VaultFull
            }
            StoreError::Io(_) => ErrorCode::VaultIo,
        };
        AppError::new(code).with("cause", error.code())
    }
}

fn keyring_code(error: KeyringError) -> ErrorCode {
    match error {
        KeyringError::NoBus | KeyringError::NoProvider | KeyringError::NoCollection => {
            ErrorCode::KeyringAbsent
        }
        KeyringError::Locked | KeyringError::PromptDismissed => ErrorCode::KeyringLocked,
        KeyringError::TimedOut => ErrorCode::KeyringTimeout,
        KeyringError::Cancelled => ErrorCode::Cancelled,
        KeyringError::Ambiguous | KeyringError::Failed => ErrorCode::KeyringFailed,
    }
}
