//! Why the server does not start, said so that an operator knows what to do.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Why the server does not start or has ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServerError {
    #[error("{path}: cannot be read ({source})")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path}: {reason}")]
    Config { path: PathBuf, reason: String },
    #[error("{path}: not a key file; `keyward-server new-key` writes one")]
    KeyFile { path: PathBuf },
    #[error("{path}: other users can read this key; take their rights away (chmod 600)")]
    KeyFileOpen { path: PathBuf },
    #[error("{path}: cannot be written ({source})")]
    Write { path: PathBuf, source: std::io::Error },
    #[error(
        "{address} can be reached from other computers; say beyond_this_computer = \"tls\" and name \
         certificate and key, or, if a proxy that terminates TLS stands before it, \
         beyond_this_computer = \"behind-tls-proxy\""
    )]
    Beyond { address: SocketAddr },
    #[error(
        "{address} can be reached from other computers: name the proxies before it, for example \
         proxies = [\"192.0.2.9\"], so that one visitor is told from another"
    )]
    Proxies { address: SocketAddr },
    #[error(
        "proxies are named, but nothing says that there is one: \
         beyond_this_computer = \"behind-tls-proxy\""
    )]
    NoProxy,
    #[error("beyond_this_computer = \"tls\" needs [listen.tls] with certificate_file and key_file")]
    NoTls,
    #[error("no connection is allowed: connections and connections_per_network begin at 1")]
    NoConnections,
    #[error(
        "[admin] {address} can be reached from other computers; if only your own reach it, say \
         beyond_this_computer = \"trusted-network\""
    )]
    AdminBeyond { address: SocketAddr },
    #[error("{path}: cannot be used for TLS ({reason})")]
    Tls { path: PathBuf, reason: String },
    #[error("{0}")]
    Backup(#[from] keyward_relay_api::backup::BackupError),
    #[error("{address}: cannot listen there ({source})")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("the runtime cannot start ({0})")]
    Runtime(std::io::Error),
    #[error("the relay does not open: {0}")]
    Relay(#[from] keyward_relay::RelayError),
    #[error("the authority does not open: {0}")]
    Ends(#[from] keyward_relay_api::ends::EndsError),
    #[error("the authority does not open: {0}")]
    Authority(#[from] keyward_authority::StoreError),
}

impl ServerError {
    pub(crate) fn config(path: &Path, reason: impl Into<String>) -> ServerError {
        ServerError::Config { path: path.to_owned(), reason: reason.into() }
    }
}
