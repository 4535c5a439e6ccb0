//! SPEC §16. Keys of a profile's own stores, derived from its master secret.

use crate::domain::Label;
use crate::keys::{MasterSecret, SecretBytes32};

/// The key of the vault file. `profile` is the profile's identifier.
#[must_use]
pub fn vault_key(master: &MasterSecret, profile: &[u8]) -> SecretBytes32 {
    master.derive(Label::VaultKey, profile)
}

/// The key under which a vault fingerprints records to find duplicates.
#[must_use]
pub fn fingerprint_key(master: &MasterSecret, profile: &[u8]) -> SecretBytes32 {
    master.derive(Label::VaultFingerprint, profile)
}

/// The storage key of a relay embedded in this profile's app.
#[must_use]
pub fn relay_storage_key(master: &MasterSecret, service: &[u8]) -> SecretBytes32 {
    master.derive(Label::RelayStorage, service)
}

/// The storage key of an authority embedded in this profile's app.
#[must_use]
pub fn authority_storage_key(master: &MasterSecret, service: &[u8]) -> SecretBytes32 {
    master.derive(Label::AuthorityStorage, service)
}
