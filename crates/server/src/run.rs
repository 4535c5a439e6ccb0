//! Runtime, listening socket, and the signal to stop.

use crate::config::Listen;
use crate::error::ServerError;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub(crate) fn runtime() -> Result<Runtime, ServerError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(ServerError::Runtime)
}

/// Binds the address. Port 0 takes a free one; the log line says which.
pub(crate) async fn listen(listen: &Listen) -> Result<TcpListener, ServerError> {
    let address = listen.address;
    let failed = |source| ServerError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    tracing::info!(address = %listener.local_addr().map_err(failed)?, "listening");
    Ok(listener)
}

/// Resolves when the process is asked to stop.
pub(crate) async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            tracing::info!("stopping");
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        // Without signals there is nothing to wait for but the process's end.
        std::future::pending::<()>().await;
    }
    tracing::info!("stopping");
}
