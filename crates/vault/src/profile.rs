//! What a profile's folder says about it in clear: `profile.json`.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::files;

/// The file's format. A file with another number is a newer app's and is left alone.
const VERSION: u32 = 1;

/// Far more than the file ever needs.
const MAX_BYTES: u64 = 16 * 1024;

/// Longest display name, in characters.
const MAX_NAME: usize = 80;

/// Names a profile's folder and its keyring entry: 1 to 40 of `a-z`, `0-9`, `-`, beginning with a
/// letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProfileId(String);

impl ProfileId {
    /// A new random id: 32 hexadecimal digits.
    pub fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ProfileId {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let valid =
            (1..=40).contains(&text.len()) && text.bytes().all(allowed) && !text.starts_with('-');
        if valid { Ok(Self(text.to_owned())) } else { Err(StoreError::InvalidId) }
    }
}

impl TryFrom<String> for ProfileId {
    type Error = StoreError;

    fn try_from(text: String) -> Result<Self, StoreError> {
        text.parse()
    }
}

impl From<ProfileId> for String {
    fn from(id: ProfileId) -> Self {
        id.0
    }
}

/// Who works in the profile's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileRole {
    /// Holds and shares her records.
    Patient,
    /// Reads what was shared with him.
    Doctor,
    /// The clinic's front desk.
    Desk,
}

impl ProfileRole {
    /// The stable name: `patient`, `doctor`, `desk`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Doctor => "doctor",
            Self::Desk => "desk",
        }
    }
}

/// What is known about a profile before it is unlocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The profile's id.
    pub id: ProfileId,
    /// The profile's role.
    pub role: ProfileRole,
    /// The name the person gave the profile.
    pub display_name: String,
    /// Whether unlocking asks for a passphrase. A hint for the welcome screen: what counts is what
    /// the keyring holds, and unlocking corrects the hint.
    pub passphrase_set: bool,
    /// Something in the store was found damaged, and it was not salvaged since.
    pub damaged: bool,
    /// Damaged files are kept from which the store was salvaged.
    pub kept: bool,
}

/// What [`crate::ProfileStore::create`] needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProfile {
    /// The profile's id; must be new.
    pub id: ProfileId,
    /// The profile's role.
    pub role: ProfileRole,
    /// The name the person gives the profile: 1 to 80 characters, no control characters.
    pub display_name: String,
}

/// How the keyring holds the master secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SlotForm {
    /// As it is: the operating system's log-in protects it.
    Keyring,
    /// Wrapped under a passphrase.
    Passphrase,
}

/// `profile.json`. Public: no secret, nothing about anybody's health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileFile {
    version: u32,
    pub(crate) id: ProfileId,
    pub(crate) role: ProfileRole,
    pub(crate) display_name: String,
    pub(crate) key_slot: SlotForm,
    /// Check value of the vault key: tells a wrong key from a damaged file without touching it.
    pub(crate) key_check: String,
}

/// Only the version, whatever else a newer app wrote.
#[derive(Deserialize)]
struct VersionOnly {
    version: u32,
}

impl ProfileFile {
    pub(crate) fn new(profile: NewProfile, key_slot: SlotForm, key_check: String) -> Self {
        let NewProfile { id, role, display_name } = profile;
        Self { version: VERSION, id, role, display_name, key_slot, key_check }
    }

    pub(crate) fn read(path: &Path) -> Result<Self, StoreError> {
        let content = files::read_limited(path, MAX_BYTES).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => StoreError::NoSuchProfile,
            std::io::ErrorKind::FileTooLarge => StoreError::ProfileDamaged,
            _ => StoreError::Io(error),
        })?;
        Self::from_bytes(&content)
    }

    pub(crate) fn from_bytes(content: &[u8]) -> Result<Self, StoreError> {
        let found: VersionOnly =
            serde_json::from_slice(content).map_err(|_| StoreError::ProfileDamaged)?;
        match found.version {
            VERSION => serde_json::from_slice(content).map_err(|_| StoreError::ProfileDamaged),
            0 => Err(StoreError::ProfileDamaged),
            _ => Err(StoreError::NewerProfile),
        }
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), StoreError> {
        let content = serde_json::to_vec_pretty(self).map_err(|_| StoreError::ProfileDamaged)?;
        files::replace(path, &content).map_err(StoreError::Io)
    }

    pub(crate) fn summary(&self) -> Profile {
        Profile {
            id: self.id.clone(),
            role: self.role,
            display_name: self.display_name.clone(),
            passphrase_set: self.key_slot == SlotForm::Passphrase,
            damaged: false,
            kept: false,
        }
    }
}

/// Trims a display name and refuses an empty, overlong or unprintable one.
pub(crate) fn display_name(name: &str) -> Result<String, StoreError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(StoreError::InvalidName);
    }
    Ok(name.to_owned())
}
