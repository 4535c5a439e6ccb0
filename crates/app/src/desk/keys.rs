//! Keys of an embedded clinic. The services' keys derive from the services' own master secret (they run
//! while no desk is unlocked), the operator's from the desk profile's.

use keyward_protocol::domain::Label;
use keyward_protocol::keys::{MasterSecret, SecretBytes32, SigningKey};

use crate::error::{AppError, ErrorCode};

fn signing(master: &MasterSecret, label: Label) -> Result<SigningKey, AppError> {
    SigningKey::derive_from(master, label, b"").map_err(|_| ErrorCode::Internal.into())
}

/// The authority's certifying key.
///
/// # Errors
/// [`ErrorCode::Internal`] if the derivation fails.
pub fn authority_signing(services: &MasterSecret) -> Result<SigningKey, AppError> {
    signing(services, Label::AuthoritySigning)
}

/// The key the register's personal columns are sealed under.
#[must_use]
pub fn authority_storage(services: &MasterSecret) -> SecretBytes32 {
    services.derive(Label::AuthorityStorage, b"")
}

/// The relay's storage key.
#[must_use]
pub fn relay_storage(services: &MasterSecret) -> SecretBytes32 {
    services.derive(Label::RelayStorage, b"")
}

/// The key the relay signs access receipts with.
///
/// # Errors
/// [`ErrorCode::Internal`] if the derivation fails.
pub fn relay_receipts(services: &MasterSecret) -> Result<SigningKey, AppError> {
    signing(services, Label::RelaySigning)
}

/// The key an operator signs her requests to the authority with.
///
/// # Errors
/// [`ErrorCode::Internal`] if the derivation fails.
pub fn operator(desk: &MasterSecret) -> Result<SigningKey, AppError> {
    signing(desk, Label::OperatorSigning)
}
