//! The accept loop: HTTP/1.1 with a bound on connections, on the time a head may take, and on
//! the time a stop may take.

use super::observer::{Connection, Observer, observe};
use super::rates::Network;
use super::stall::Unstalled;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use axum::middleware::from_fn;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tower::ServiceExt as _;

/// The address a request came from; in the extensions of every request of [`serve`].
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Bounds of the accept loop.
#[derive(Clone, Debug)]
pub struct ListenLimits {
    /// Connections at once; further ones wait in the backlog.
    pub connections: usize,
    /// Connections at once from one network; further ones are closed. Behind a proxy, where all
    /// come from one, as many as [`ListenLimits::connections`].
    pub per_network: usize,
    /// Proxies whose word about where a request came from is taken: the last address in
    /// `X-Forwarded-For`, which is the one a proxy adds itself.
    pub proxies: Arc<[IpAddr]>,
    /// How long a request head may take, also while the connection idles.
    pub head: Duration,
    /// How long the other side may take nothing of an answer.
    pub stalled: Duration,
    /// How long requests under way may take after a stop was asked for.
    pub stop: Duration,
    /// TLS; without it, plain HTTP for loopback or a proxy.
    pub tls: Option<Arc<ServerConfig>>,
    /// Whoever counts.
    pub observer: Option<Arc<dyn Observer>>,
}

impl Default for ListenLimits {
    fn default() -> Self {
        ListenLimits {
            connections: 1024,
            per_network: 256,
            proxies: Arc::new([]),
            head: Duration::from_secs(75),
            stalled: Duration::from_secs(30),
            stop: Duration::from_secs(10),
            tls: None,
            observer: None,
        }
    }
}

impl ListenLimits {
    fn tell(&self, event: Connection) {
        if let Some(observer) = &self.observer {
            observer.connection(event);
        }
    }
}

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// Serves until `stop` resolves, then lets the requests under way end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ListenLimits,
    stop: impl Future<Output = ()>,
) {
    let router = match limits.observer.clone() {
        Some(observer) => router
            .layer(from_fn(move |request, next| observe(Arc::clone(&observer), request, next))),
        None => router,
    };
    let limits = Arc::new(limits);
    let places = Arc::new(Semaphore::new(limits.connections));
    let networks = Arc::new(Networks::default());
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        // Who holds too many is shown the door at once: nobody else waits for a place because of him.
        let most = match is_proxy(&limits.proxies, peer) {
            true => limits.connections,
            false => limits.per_network,
        };
        let Some(share) = networks.enter(Network::of(peer.ip()), most) else {
            tracing::debug!("too many connections from one network");
            limits.tell(Connection::TooMany);
            continue;
        };
        let one = Opened { limits: Arc::clone(&limits), peer, _held: (place, share) };
        limits.tell(Connection::Opened);
        tokio::spawn(one.serve(stream, router.clone(), graceful.watcher()));
    }
    drop(listener);
    if tokio::time::timeout(limits.stop, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still under way when the server stopped");
    }
}

/// How many connections each network holds.
#[derive(Default)]
struct Networks(Mutex<HashMap<Network, usize>>);

/// One connection's share; given back when dropped.
struct Share(Arc<Networks>, Network);

impl Networks {
    fn lock(&self) -> MutexGuard<'_, HashMap<Network, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(self: &Arc<Self>, network: Network, most: usize) -> Option<Share> {
        let mut held = self.lock();
        let count = held.entry(network).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Share(Arc::clone(self), network))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.0.lock();
        if let Some(count) = held.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.1);
            }
        }
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

/// Whether a connection comes from a proxy. A socket for both versions of IP names an IPv4 peer by an
/// IPv6 address; the operator may have written either.
fn is_proxy(proxies: &[IpAddr], peer: SocketAddr) -> bool {
    proxies.iter().any(|proxy| proxy.to_canonical() == peer.ip().to_canonical())
}

/// The last address of `X-Forwarded-For`: what stands before it was said by the sender himself.
fn forwarded_for(headers: &HeaderMap) -> Option<SocketAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let address = last.rsplit(',').next()?.trim().parse::<IpAddr>().ok()?;
    Some(SocketAddr::new(address, 0))
}

/// A connection that was let in, and what it holds while it lasts.
struct Opened {
    limits: Arc<ListenLimits>,
    peer: SocketAddr,
    _held: (OwnedSemaphorePermit, Share),
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.limits.tell(Connection::Closed);
    }
}

impl Opened {
    async fn serve(self, stream: TcpStream, router: Router, watcher: Watcher) {
        // Without this, small answers wait for an acknowledgement; failing to set it is harmless.
        let _ = stream.set_nodelay(true);
        match self.limits.tls.clone() {
            None => self.http(stream, router, watcher).await,
            Some(tls) => {
                let shaking = TlsAcceptor::from(tls).accept(stream);
                match tokio::time::timeout(HANDSHAKE, shaking).await {
                    Ok(Ok(stream)) => self.http(stream, router, watcher).await,
                    _ => self.limits.tell(Connection::HandshakeFailed),
                }
            }
        }
    }

    async fn http<S>(&self, stream: S, router: Router, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let peer = self.peer;
        let through_proxy = is_proxy(&self.limits.proxies, peer);
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            let origin = through_proxy.then(|| forwarded_for(request.headers())).flatten();
            request.extensions_mut().insert(Peer(origin.unwrap_or(peer)));
            router.clone().oneshot(request)
        });
        let stream = TokioIo::new(Unstalled::new(stream, self.limits.stalled));
        let serving = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head)
            .max_headers(64)
            .serve_connection(stream, service);
        // A connection that breaks is the peer's business; nothing here depends on it.
        let _ = watcher.watch(serving).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_known_by_either_form_of_its_address() {
        let proxies: [IpAddr; 2] = ["192.0.2.9", "::ffff:192.0.2.8"].map(|a| a.parse().unwrap());
        let from = |text: &str| is_proxy(&proxies, SocketAddr::new(text.parse().unwrap(), 1));
        for proxy in ["192.0.2.9", "::ffff:192.0.2.9", "192.0.2.8", "::ffff:192.0.2.8"] {
            assert!(from(proxy), "{proxy}");
        }
        assert!(!from("192.0.2.7") && !from("::192.0.2.9"));
    }

    #[test]
    fn only_the_word_of_the_last_proxy_counts() {
        let headers = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            forwarded_for(&headers).map(|address| address.ip().to_string())
        };
        assert_eq!(headers(&["203.0.113.1, 192.0.2.5"]).as_deref(), Some("192.0.2.5"));
        assert_eq!(headers(&["192.0.2.5", "203.0.113.1"]).as_deref(), Some("203.0.113.1"));
        assert_eq!(headers(&["192.0.2.5, unknown"]), None, "never somebody further in front");
        assert_eq!(headers(&[]), None);
    }
}
