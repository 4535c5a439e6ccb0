//! Configuration files. An unknown field is an error: a misspelt limit must not be no limit.

use crate::error::ServerError;
use keyward_protocol::keys::VerifyingKey;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The only way to listen beyond loopback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Beyond {
    /// A proxy that terminates TLS stands before the server.
    BehindTlsProxy,
}

/// Where to listen.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listen {
    /// Address and port.
    pub(crate) address: SocketAddr,
    /// Needed for any address that is not loopback.
    pub(crate) beyond_this_computer: Option<Beyond>,
}

impl Listen {
    /// Refuses an address others can reach unless the operator says that he means it.
    pub(crate) fn check(&self) -> Result<(), ServerError> {
        if self.address.ip().is_loopback() || self.beyond_this_computer.is_some() {
            Ok(())
        } else {
            Err(ServerError::Beyond { address: self.address })
        }
    }

    /// Whether others can reach it, directly or through a proxy.
    pub(crate) fn is_network(&self) -> bool {
        self.beyond_this_computer.is_some()
    }
}

/// `relay.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RelayFile {
    /// The relay's folder.
    pub(crate) dir: PathBuf,
    /// The key its secrets are sealed under; see `new-key`.
    pub(crate) storage_key_file: PathBuf,
    /// Where to listen.
    pub(crate) listen: Listen,
    /// The authorities of the service.
    pub(crate) authorities: Vec<AuthorityOfRelay>,
}

/// An authority whose certificates a relay accepts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorityOfRelay {
    /// Its key, hex of the compressed point.
    pub(crate) key: String,
    /// Where to fetch the list of removed clinicians; without it removals are not followed.
    pub(crate) url: Option<String>,
}

/// `authority.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorityFile {
    /// The register's folder.
    pub(crate) dir: PathBuf,
    /// The clinic's name as patients read it.
    pub(crate) clinic_name: String,
    /// The certifying key; see `new-key`.
    pub(crate) signing_key_file: PathBuf,
    /// The key the register is encrypted under; see `new-key`.
    pub(crate) storage_key_file: PathBuf,
    /// Where to listen.
    pub(crate) listen: Listen,
    /// This authority's address, as it stands in invitations.
    pub(crate) authority_url: String,
    /// The relay's address, as it stands in invitations.
    pub(crate) relay_url: String,
    /// Who may work at the desk.
    pub(crate) operators: Vec<OperatorEntry>,
    /// Days a patient's invitation can be used.
    pub(crate) patient_invitation_days: Option<u16>,
    /// Days a clinician's invitation can be used.
    pub(crate) clinician_invitation_days: Option<u16>,
}

/// One desk operator.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperatorEntry {
    /// How the history names her.
    pub(crate) name: String,
    /// Her key, hex of the compressed point.
    pub(crate) key: String,
}

/// Reads a configuration file. Errors name the place in it.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, ServerError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ServerError::Read { path: path.to_owned(), source })?;
    toml::from_str(&text).map_err(|error| ServerError::config(path, error.to_string()))
}

/// A verification key from hex.
pub(crate) fn verifying_key(path: &Path, text: &str) -> Result<VerifyingKey, ServerError> {
    hex::decode(text)
        .ok()
        .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
        .ok_or_else(|| ServerError::config(path, format!("`{text}` is not a public key in hex")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RELAY: &str = r#"
        dir = "relay"
        storage_key_file = "storage.key"
        [listen]
        address = "127.0.0.1:8411"
        [[authorities]]
        key = "02"
    "#;

    #[test]
    fn an_unknown_field_is_an_error() {
        assert!(toml::from_str::<RelayFile>(RELAY).is_ok());
        let misspelt = RELAY.replace("storage_key_file", "storage_keyfile");
        assert!(toml::from_str::<RelayFile>(&misspelt).is_err());
        let more = RELAY.replace("[listen]", "[listen]\nbeyond = true");
        assert!(toml::from_str::<RelayFile>(&more).is_err());
    }

    #[test]
    fn another_address_than_loopback_needs_an_explicit_word() {
        let listen = |address: &str, beyond| Listen {
            address: address.parse().unwrap(),
            beyond_this_computer: beyond,
        };
        assert!(listen("127.0.0.1:1", None).check().is_ok());
        assert!(listen("[::1]:1", None).check().is_ok());
        for open in ["0.0.0.0:1", "[::]:1", "192.0.2.1:1"] {
            assert!(
                matches!(listen(open, None).check(), Err(ServerError::Beyond { .. })),
                "{open}"
            );
            assert!(listen(open, Some(Beyond::BehindTlsProxy)).check().is_ok());
        }
    }
}
