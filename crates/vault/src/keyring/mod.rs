//! The operating system's keyring: where a profile's master secret (or its wrapped form) lives.

#[cfg(any(test, feature = "testing"))]
mod memory;
mod os;
mod platform;
mod worker;

use zeroize::Zeroizing;

#[cfg(any(test, feature = "testing"))]
pub use memory::{Fault, MemoryKeyring};
pub use os::OsKeyring;

/// The service all entries stand under.
pub(crate) const SERVICE: &str = "Keyward";

/// One text per account. Calls may take as long as a person needs to answer a prompt of the
/// operating system: never call from a thread that draws a window.
pub trait Keyring: Send + Sync {
    /// The text stored for `account`; `None` if there is none.
    ///
    /// # Errors
    /// [`KeyringError`]
    fn read(&self, account: &str) -> Result<Option<Zeroizing<String>>, KeyringError>;

    /// Stores `secret` for `account` in one step, replacing what was there. After
    /// [`KeyringError::TimedOut`] or [`KeyringError::Cancelled`] it may still take effect later.
    ///
    /// # Errors
    /// [`KeyringError`]
    fn write(&self, account: &str, secret: &str) -> Result<(), KeyringError>;

    /// Removes what is stored for `account`; nothing there is no error.
    ///
    /// # Errors
    /// [`KeyringError`]
    fn delete(&self, account: &str) -> Result<(), KeyringError>;
}

/// What kept the keyring from answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// No way to talk to any keyring (on Linux: no session bus).
    #[error("no session bus")]
    NoBus,
    /// A session bus, but nobody there offers a keyring.
    #[error("no keyring service")]
    NoProvider,
    /// The keyring service has no keyring to put things in yet.
    #[error("no keyring was set up")]
    NoCollection,
    /// The keyring is locked.
    #[error("the keyring is locked")]
    Locked,
    /// The keyring is locked, and the prompt to unlock it was dismissed (or could not be shown).
    #[error("the keyring's prompt was dismissed")]
    PromptDismissed,
    /// No answer in time, for example because a prompt is still open.
    #[error("the keyring did not answer in time")]
    TimedOut,
    /// The person gave up waiting.
    #[error("waiting for the keyring was cancelled")]
    Cancelled,
    /// More than one entry of the same name, written by another program.
    #[error("the keyring has several entries of this name")]
    Ambiguous,
    /// Anything else the keyring reported.
    #[error("the keyring failed")]
    Failed,
}

impl KeyringError {
    /// Stable code for the interface.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoBus => "keyring-no-bus",
            Self::NoProvider => "keyring-no-provider",
            Self::NoCollection => "keyring-no-collection",
            Self::Locked => "keyring-locked",
            Self::PromptDismissed => "keyring-prompt-dismissed",
            Self::TimedOut => "keyring-timeout",
            Self::Cancelled => "keyring-cancelled",
            Self::Ambiguous => "keyring-ambiguous",
            Self::Failed => "keyring-failed",
        }
    }
}
