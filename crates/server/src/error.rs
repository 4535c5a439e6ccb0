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
        "{address} can be reached from other computers; if a proxy that terminates TLS stands \
         before it, say beyond_this_computer = \"behind-tls-proxy\""
    )]
    Beyond { address: SocketAddr },
    #[error("{address}: cannot listen there ({source})")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("the runtime cannot start ({0})")]
    Runtime(std::io::Error),
    #[error("the relay does not open: {0}")]
    Relay(#[from] keyward_relay::RelayError),
    #[error("the authority does not open: {0}")]
    Authority(#[from] keyward_authority::StoreError),
}

impl ServerError {
    pub(crate) fn config(path: &Path, reason: impl Into<String>) -> ServerError {
        ServerError::Config { path: path.to_owned(), reason: reason.into() }
    }
}
