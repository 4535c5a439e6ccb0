//! TLS by rustls: certificate and key from files, taken anew when the files change or a SIGHUP
//! says so. New files that do not fit together leave the old ones in use.

use crate::config::TlsFiles;
use crate::error::ServerError;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, ServerConfig};
use rustls::sign::CertifiedKey;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// The certificate that is shown now.
#[derive(Debug)]
pub(crate) struct Certificates {
    files: TlsFiles,
    current: RwLock<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

type Stamp = [Option<(SystemTime, u64)>; 2];

impl Certificates {
    /// Reads the files; refuses a key others can read and one that does not fit the certificate.
    pub(crate) fn load(files: TlsFiles) -> Result<Arc<Certificates>, ServerError> {
        let current = RwLock::new(Arc::new(read(&files)?));
        Ok(Arc::new(Certificates { files, current }))
    }

    /// TLS 1.2 and 1.3, HTTP/1.1.
    pub(crate) fn server_config(self: &Arc<Self>) -> Result<ServerConfig, ServerError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| self.unusable(&error))?;
        let resolver = Arc::clone(self);
        let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    fn unusable(&self, error: &rustls::Error) -> ServerError {
        ServerError::Tls { path: self.files.certificate_file.clone(), reason: error.to_string() }
    }

    fn renew(&self) {
        match read(&self.files) {
            Ok(new) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
                tracing::info!("the TLS certificate was read again");
            }
            Err(error) => {
                tracing::error!("the new TLS files cannot be used, the old ones stay: {error}");
            }
        }
    }

    fn stamp(&self) -> Stamp {
        let of = |path: &Path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        [of(&self.files.certificate_file), of(&self.files.key_file)]
    }

    /// Reads the files again whenever they change and whenever it is told to.
    pub(crate) async fn follow(self: Arc<Self>) {
        let mut hang_up = hang_up();
        let mut seen = self.stamp();
        loop {
            let told = tokio::select! {
                () = told(&mut hang_up) => true,
                () = tokio::time::sleep(LOOK_EVERY) => false,
            };
            let now = self.stamp();
            if told || now != seen {
                seen = now;
                self.renew();
            }
        }
    }
}

#[cfg(unix)]
type HangUp = Option<tokio::signal::unix::Signal>;
#[cfg(not(unix))]
type HangUp = Option<std::convert::Infallible>;

fn hang_up() -> HangUp {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::hangup()).ok()
    }
    #[cfg(not(unix))]
    None
}

async fn told(hang_up: &mut HangUp) {
    #[cfg(unix)]
    if let Some(signal) = hang_up
        && signal.recv().await.is_some()
    {
        return;
    }
    #[cfg(not(unix))]
    let _ = hang_up;
    std::future::pending().await
}

fn read(files: &TlsFiles) -> Result<CertifiedKey, ServerError> {
    refuse_open(&files.key_file)?;
    let unusable = |path: &Path, reason: String| ServerError::Tls { path: path.to_owned(), reason };
    let at_certificate = |reason| unusable(&files.certificate_file, reason);
    let chain = CertificateDer::pem_file_iter(&files.certificate_file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| at_certificate(error.to_string()))?;
    if chain.is_empty() {
        return Err(at_certificate("there is no certificate in it".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key_file)
        .map_err(|error| unusable(&files.key_file, error.to_string()))?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, key, &provider).map_err(|error| at_certificate(error.to_string()))
}

/// A group may read the key, as usual for certificates that are renewed by another program; the
/// rest of the world may not.
#[cfg(unix)]
fn refuse_open(path: &Path) -> Result<(), ServerError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = std::fs::metadata(path)
        .map_err(|source| ServerError::Read { path: path.to_owned(), source })?;
    match metadata.permissions().mode() & 0o007 {
        0 => Ok(()),
        _ => Err(ServerError::KeyFileOpen { path: path.to_owned() }),
    }
}

#[cfg(not(unix))]
fn refuse_open(_path: &Path) -> Result<(), ServerError> {
    Ok(())
}
