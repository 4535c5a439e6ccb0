//! `GET /v1/status`: who this authority says it is. Nothing of it is trusted before the fingerprint
//! in the invitation, or the code itself, confirms it.

use keyward_protocol::{ids::ServiceId, keys::VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::http::base64url;
pub use crate::types::Scope;

/// Answer of `GET /v1/status`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AuthorityStatus {
    /// The service every request is bound to.
    pub service_id: ServiceId,
    /// The clinic's name.
    pub clinic_name: String,
    /// The authority's verification key, 33 bytes.
    #[serde(with = "base64url")]
    pub authority_key: Vec<u8>,
    /// SHA-256 fingerprint of that key, lower-case hex.
    pub fingerprint: String,
    /// Who can reach it.
    pub scope: Scope,
    /// The relay that belongs to it.
    pub relay_url: String,
    /// The authority's time, seconds since 1970 UTC.
    pub time: u64,
    /// Version of the program.
    pub version: String,
}

/// The service id belonging to an authority key: the first 16 bytes of a labelled hash of it, so that a
/// service cannot change its key and stay the same service.
#[must_use]
pub fn service_id_of(authority: &VerifyingKey) -> ServiceId {
    let mut hash = Sha256::new();
    hash.update(b"keyward/v1/service-id\0");
    hash.update(authority.to_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let mut id = [0u8; 16];
    id.copy_from_slice(&digest[..16]);
    ServiceId::from_bytes(id)
}
