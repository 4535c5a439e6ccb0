//! Why a profile could not be created, listed or unlocked.

use keyward_app::ports::vault::VaultError;

use crate::keyring::KeyringError;

/// Why something with a profile did not work. Never contains a secret.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another instance of the app uses the data folder.
    #[error("the data folder is in use by another instance")]
    InUse,
    /// There is no profile of this id.
    #[error("no such profile")]
    NoSuchProfile,
    /// There is a profile of this id already.
    #[error("the profile exists already")]
    AlreadyExists,
    /// Not a profile id.
    #[error("not a profile id")]
    InvalidId,
    /// The display name is empty, too long or has control characters.
    #[error("not a usable display name")]
    InvalidName,
    /// `profile.json` was written by a newer version; nothing was changed.
    #[error("the profile was written by a newer version")]
    NewerProfile,
    /// `profile.json` is damaged; nothing was changed.
    #[error("the profile's description is damaged")]
    ProfileDamaged,
    /// The keyring did not answer as it should.
    #[error("keyring: {0}")]
    Keyring(#[from] KeyringError),
    /// The keyring works, but has no secret for this profile (wiped, another user, another
    /// computer). The data is intact.
    #[error("the keyring has no secret for this profile")]
    SecretMissing,
    /// What the keyring holds for this profile is not one of ours.
    #[error("the keyring's secret for this profile is damaged")]
    SecretDamaged,
    /// What the keyring holds was written by a newer version.
    #[error("the keyring's secret was written by a newer version")]
    NewerSecret,
    /// The keyring did not keep what it said it had kept; the earlier secret still counts.
    #[error("the keyring did not keep the secret")]
    SecretNotKept,
    /// A passphrase is set and none was given.
    #[error("a passphrase is needed")]
    PassphraseRequired,
    /// Not the passphrase.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// An empty or overlong passphrase, or no memory to stretch it.
    #[error("not a usable passphrase")]
    UnusablePassphrase,
    /// The secret is well-formed but belongs to another vault. The file was not touched.
    #[error("the keyring's secret does not belong to this vault")]
    WrongKey,
    /// The person stopped it; nothing was changed.
    #[error("stopped")]
    Cancelled,
    /// The encrypted store.
    #[error("vault: {0}")]
    Vault(#[from] VaultError),
    /// The data folder could not be read or written.
    #[error("data folder: {0}")]
    Io(std::io::Error),
}

impl StoreError {
    /// Stable code for the interface.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InUse => "store-in-use",
            Self::NoSuchProfile => "profile-missing",
            Self::AlreadyExists => "profile-exists",
            Self::InvalidId => "profile-id-invalid",
            Self::InvalidName => "profile-name-invalid",
            Self::NewerProfile => "profile-newer",
            Self::ProfileDamaged => "profile-damaged",
            Self::Keyring(error) => error.code(),
            Self::SecretMissing => "secret-missing",
            Self::SecretDamaged => "secret-damaged",
            Self::NewerSecret => "secret-newer",
            Self::SecretNotKept => "secret-not-kept",
            Self::PassphraseRequired => "passphrase-required",
            Self::WrongPassphrase => "passphrase-wrong",
            Self::UnusablePassphrase => "passphrase-unusable",
            Self::WrongKey => "vault-wrong-key",
            Self::Cancelled => "cancelled",
            Self::Vault(error) => error.code(),
            Self::Io(_) => "store-io",
        }
    }
}
