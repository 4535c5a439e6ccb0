//! The accept loop: HTTP/1.1 with a bound on connections, on the time a head may take, and on
//! the time a stop may take.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt as _;

/// The address a request came from; in the extensions of every request of [`serve`].
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Bounds of the accept loop.
#[derive(Clone, Copy, Debug)]
pub struct ListenLimits {
    /// Connections at once; further ones wait in the backlog.
    pub connections: usize,
    /// How long a request head may take, also while the connection idles.
    pub head: Duration,
    /// How long requests under way may take after a stop was asked for.
    pub stop: Duration,
}

impl Default for ListenLimits {
    fn default() -> Self {
        ListenLimits {
            connections: 1024,
            head: Duration::from_secs(75),
            stop: Duration::from_secs(10),
        }
    }
}

/// Serves until `stop` resolves, then lets the requests under way end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ListenLimits,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        connection(stream, peer, place, router.clone(), limits.head, &graceful);
    }
    drop(listener);
    if tokio::time::timeout(limits.stop, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still under way when the server stopped");
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, place)),
        Err(error) => {
            // Out of file descriptors, or the peer is already gone: a moment's rest helps both.
            tracing::warn!(kind = ?error.kind(), "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
    router: Router,
    head: Duration,
    graceful: &GracefulShutdown,
) {
    // Without this, small answers wait for an acknowledgement; failing to set it is harmless.
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        router.clone().oneshot(request)
    });
    let serving = graceful.watch(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(head)
            .max_headers(64)
            .serve_connection(TokioIo::new(stream), service),
    );
    tokio::spawn(async move {
        let _place = place;
        // A connection that breaks is the peer's business; nothing here depends on it.
        let _ = serving.await;
    });
}
