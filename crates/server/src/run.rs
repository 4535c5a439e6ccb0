//! Runtime, listening socket, and the signal to stop.

use crate::config::Listen;
use crate::error::ServerError;
use crate::metrics::Metrics;
use crate::tls::Certificates;
use keyward_relay_api::http::server::ListenLimits;
use std::future::Future;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub(crate) fn runtime() -> Result<Runtime, ServerError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(ServerError::Runtime)
}

/// The bounds of the accept loop with TLS, if there is any, and whoever counts.
pub(crate) fn limits(
    listen: &Listen,
    metrics: &Arc<Metrics>,
) -> Result<(ListenLimits, Option<Arc<Certificates>>), ServerError> {
    let certificates = listen.tls.clone().map(Certificates::load).transpose()?;
    let tls = certificates.as_ref().map(Certificates::server_config).transpose()?;
    let limits = ListenLimits {
        tls: tls.map(Arc::new),
        observer: Some(Arc::clone(metrics) as _),
        ..listen.limits()
    };
    Ok((limits, certificates))
}

/// Binds the address. Port 0 takes a free one; the log line says which.
pub(crate) async fn listen(listen: &Listen) -> Result<TcpListener, ServerError> {
    let address = listen.address;
    let failed = |source| ServerError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let tls = listen.tls.is_some();
    tracing::info!(address = %listener.local_addr().map_err(failed)?, tls, "listening");
    Ok(listener)
}

/// Resolves when the process is asked to stop. Whoever asks between this call and the first wait
/// is heard as well.
pub(crate) fn asked_to_stop() -> impl Future<Output = ()> + Send {
    #[cfg(unix)]
    let mut terminate =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok();
    async move {
        #[cfg(unix)]
        if let Some(terminate) = &mut terminate {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            tracing::info!("stopping");
            return;
        }
        if tokio::signal::ctrl_c().await.is_err() {
            // Without signals there is nothing to wait for but the process's end.
            std::future::pending::<()>().await;
        }
        tracing::info!("stopping");
    }
}
