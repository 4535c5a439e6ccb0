//! Configuration files. An unknown field is an error: a misspelt limit must not be no limit. What
//! would be unsafe is an error too, unless the file says in so many words that it is meant.

use crate::error::ServerError;
use keyward_authority::AuthorityConfig;
use keyward_protocol::keys::VerifyingKey;
use keyward_relay_api::http::server::ListenLimits;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

const DAY: u64 = 86_400;

/// The only ways to listen beyond loopback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Beyond {
    /// A proxy that terminates TLS stands before the server.
    BehindTlsProxy,
    /// The server speaks TLS itself.
    Tls,
}

/// The certificate the server shows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsFiles {
    /// PEM: the certificate first, then those between it and the root.
    pub(crate) certificate_file: PathBuf,
    /// PEM: its private key.
    pub(crate) key_file: PathBuf,
}

/// Where to listen.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listen {
    /// Address and port.
    pub(crate) address: SocketAddr,
    /// Needed for any address that is not loopback.
    pub(crate) beyond_this_computer: Option<Beyond>,
    /// Addresses of the proxies that add to `X-Forwarded-For`; without it one on this computer.
    pub(crate) proxies: Option<Vec<IpAddr>>,
    /// Speak TLS.
    pub(crate) tls: Option<TlsFiles>,
    /// Connections at once (1024).
    pub(crate) connections: Option<usize>,
    /// Of these from one network (256).
    pub(crate) connections_per_network: Option<usize>,
    /// Seconds requests under way may take after a stop was asked for (10).
    pub(crate) stop_seconds: Option<u64>,
}

impl Listen {
    /// Refuses an address others can reach unless the operator says that he means it.
    pub(crate) fn check(&self) -> Result<(), ServerError> {
        let address = self.address;
        match (self.beyond_this_computer, &self.proxies, &self.tls) {
            (None, _, _) if !address.ip().is_loopback() => Err(ServerError::Beyond { address }),
            (Some(Beyond::BehindTlsProxy), None, _) if !address.ip().is_loopback() => {
                Err(ServerError::Proxies { address })
            }
            (None | Some(Beyond::Tls), Some(_), _) => Err(ServerError::NoProxy),
            (Some(Beyond::Tls), _, None) => Err(ServerError::NoTls),
            _ if self.connections == Some(0) || self.connections_per_network == Some(0) => {
                Err(ServerError::NoConnections)
            }
            _ => Ok(()),
        }
    }

    /// The bounds of the accept loop, with the proxies.
    pub(crate) fn limits(&self) -> ListenLimits {
        let here = || vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        let proxies = match self.beyond_this_computer {
            Some(Beyond::BehindTlsProxy) => self.proxies.clone().unwrap_or_else(here),
            _ => Vec::new(),
        };
        let usual = ListenLimits::default();
        ListenLimits {
            proxies: proxies.into(),
            connections: self.connections.unwrap_or(usual.connections),
            per_network: self.connections_per_network.unwrap_or(usual.per_network),
            stop: self.stop_seconds.map_or(usual.stop, std::time::Duration::from_secs),
            ..usual
        }
    }

    /// Whether others can reach it, directly or through a proxy.
    pub(crate) fn is_network(&self) -> bool {
        self.beyond_this_computer.is_some()
    }
}

/// That others may read the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AdminBeyond {
    /// Only computers of the operator reach the address.
    TrustedNetwork,
}

/// Health, readiness and metrics, apart from the service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Admin {
    /// Address and port.
    pub(crate) address: SocketAddr,
    /// Needed for any address that is not loopback.
    pub(crate) beyond_this_computer: Option<AdminBeyond>,
}

impl Admin {
    pub(crate) fn check(&self) -> Result<(), ServerError> {
        match self.beyond_this_computer {
            None if !self.address.ip().is_loopback() => {
                Err(ServerError::AdminBeyond { address: self.address })
            }
            _ => Ok(()),
        }
    }
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Level {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
}

/// What is logged, to standard error.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    pub(crate) level: Level,
    pub(crate) format: Format,
}

/// How long what is over is kept. Nothing said: for ever, but for the backups of clinicians.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RetentionDays {
    pub(crate) access_history_days: Option<u32>,
    pub(crate) ended_grants_days: Option<u32>,
    pub(crate) messages_days: Option<u32>,
    /// After the certificate behind them is over (400).
    pub(crate) clinician_backups_days: Option<u32>,
}

impl RetentionDays {
    pub(crate) fn seconds(self) -> keyward_relay::store::Retention {
        let seconds = |days: Option<u32>| days.map(|days| u64::from(days) * DAY);
        keyward_relay::store::Retention {
            access_history: seconds(self.access_history_days),
            ended_grants: seconds(self.ended_grants_days),
            messages: seconds(self.messages_days),
            clinician_backups: seconds(self.clinician_backups_days)
                .or(keyward_relay::store::Retention::default().clinician_backups),
        }
    }
}

/// How much is taken.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Quota {
    /// Payload bytes of one persona (16 GiB).
    pub(crate) persona_bytes: Option<u64>,
    /// Bytes of payloads and backups of all.
    pub(crate) total_bytes: Option<u64>,
    /// Grants of one persona, ended ones included (10 000).
    pub(crate) persona_grants: Option<u32>,
    /// Letters waiting in one mailbox (20 000).
    pub(crate) mailbox_messages: Option<u32>,
    /// Backup bytes of one persona (8 GiB).
    pub(crate) persona_backup_bytes: Option<u64>,
    /// Backup bytes of all (1 TiB).
    pub(crate) backup_bytes: Option<u64>,
    /// Free space below which nothing more is taken (256 MiB).
    pub(crate) min_free_bytes: Option<u64>,
}

/// Free space below which nothing more is taken, unless said otherwise.
pub(crate) const MIN_FREE: u64 = 256 << 20;

impl Quota {
    /// Puts what is said into the relay's limits.
    pub(crate) fn apply(self, limits: &mut keyward_relay::Limits) {
        let bounds = &mut limits.bounds;
        bounds.stored_bytes = self.persona_bytes.unwrap_or(bounds.stored_bytes);
        bounds.grants = self.persona_grants.unwrap_or(bounds.grants);
        bounds.messages = self.mailbox_messages.unwrap_or(bounds.messages);
        let backups = &mut limits.backups;
        backups.bytes = self.persona_backup_bytes.unwrap_or(backups.bytes);
        backups.total_bytes = self.backup_bytes.unwrap_or(backups.total_bytes);
        limits.total_bytes = self.total_bytes;
        limits.min_free_bytes = self.min_free_bytes.unwrap_or(MIN_FREE);
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
    /// The journal of ends; best on another disk than `dir`.
    pub(crate) journal_file: PathBuf,
    /// Where to listen.
    pub(crate) listen: Listen,
    /// Health and metrics; without it on loopback, port 9411.
    #[serde(default = "relay_admin")]
    pub(crate) admin: Admin,
    /// What is logged.
    #[serde(default)]
    pub(crate) log: Log,
    /// How long what is over is kept.
    #[serde(default)]
    pub(crate) retention: RetentionDays,
    /// How much is taken.
    #[serde(default)]
    pub(crate) quota: Quota,
    /// The authorities of the service.
    pub(crate) authorities: Vec<AuthorityOfRelay>,
}

fn relay_admin() -> Admin {
    Admin { address: (Ipv4Addr::LOCALHOST, 9411).into(), beyond_this_computer: None }
}

fn authority_admin() -> Admin {
    Admin { address: (Ipv4Addr::LOCALHOST, 9412).into(), beyond_this_computer: None }
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
    /// The journal of ends; best on another disk than `dir`.
    pub(crate) journal_file: PathBuf,
    /// What was issued and certified anonymously; without it `credentials.db` beside the journal. It is in no backup.
    pub(crate) credentials_file: Option<PathBuf>,
    /// Where to listen.
    pub(crate) listen: Listen,
    /// Health and metrics; without it on loopback, port 9412.
    #[serde(default = "authority_admin")]
    pub(crate) admin: Admin,
    /// What is logged.
    #[serde(default)]
    pub(crate) log: Log,
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
    /// Free space below which the service says that it is not ready (256 MiB).
    pub(crate) min_free_bytes: Option<u64>,
}

impl AuthorityFile {
    /// Where the file of credentials is.
    pub(crate) fn credentials(&self) -> PathBuf {
        let beside = || self.journal_file.with_file_name(AuthorityConfig::CREDENTIALS);
        self.credentials_file.clone().unwrap_or_else(beside)
    }
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
        journal_file = "journal"
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
        for (table, field) in [
            ("listen]\naddress = \"127.0.0.1:1\"", "beyond"),
            ("admin]\naddress = \"127.0.0.1:1\"", "beyond"),
            ("log]", "leve"),
            ("retention]", "access_history_day"),
            ("quota]", "total"),
        ] {
            let more = |line: &str| {
                let text = RELAY.replace("[listen]\n        address = \"127.0.0.1:8411\"", "");
                let listen = if table.starts_with("listen") {
                    ""
                } else {
                    "[listen]\naddress = \"127.0.0.1:1\""
                };
                toml::from_str::<RelayFile>(&format!("{text}\n{listen}\n[{table}\n{line}"))
            };
            assert!(more("").is_ok(), "{table}");
            assert!(more(&format!("{field} = 1")).is_err(), "{table} {field}");
        }
    }

    fn listen(address: &str, beyond: Option<Beyond>, proxies: Option<Vec<IpAddr>>) -> Listen {
        Listen {
            address: address.parse().unwrap(),
            beyond_this_computer: beyond,
            proxies,
            tls: None,
            connections: None,
            connections_per_network: None,
            stop_seconds: None,
        }
    }

    #[test]
    fn another_address_than_loopback_needs_an_explicit_word() {
        assert!(listen("127.0.0.1:1", None, None).check().is_ok());
        assert!(listen("[::1]:1", None, None).check().is_ok());
        let proxy = Some(Beyond::BehindTlsProxy);
        let proxies = Some(vec!["192.0.2.9".parse().unwrap()]);
        for open in ["0.0.0.0:1", "[::]:1", "192.0.2.1:1"] {
            let outcome = listen(open, None, None).check();
            assert!(matches!(outcome, Err(ServerError::Beyond { .. })), "{open}");
            // Without knowing the proxy, all the world would share one address's rates.
            let outcome = listen(open, proxy, None).check();
            assert!(matches!(outcome, Err(ServerError::Proxies { .. })), "{open}");
            assert!(listen(open, proxy, proxies.clone()).check().is_ok());
            // TLS is said and has to be there.
            let outcome = listen(open, Some(Beyond::Tls), None).check();
            assert!(matches!(outcome, Err(ServerError::NoTls)), "{open}");
            let admin = Admin { address: open.parse().unwrap(), beyond_this_computer: None };
            assert!(matches!(admin.check(), Err(ServerError::AdminBeyond { .. })));
        }
        for beyond in [None, Some(Beyond::Tls)] {
            let outcome = listen("127.0.0.1:1", beyond, proxies.clone()).check();
            assert!(matches!(outcome, Err(ServerError::NoProxy)));
        }
        let none = Listen { connections: Some(0), ..listen("127.0.0.1:1", None, None) };
        assert!(matches!(none.check(), Err(ServerError::NoConnections)));
        assert_eq!(listen("127.0.0.1:1", proxy, None).limits().proxies.len(), 2);
        assert_eq!(listen("127.0.0.1:1", proxy, proxies).limits().proxies.len(), 1);
        assert!(listen("127.0.0.1:1", None, None).limits().proxies.is_empty());
    }
}
