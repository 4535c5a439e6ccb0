//! The operator's listener, apart from the service: `/livez`, `/readyz`, `/metrics`.
#![allow(clippy::type_complexity, reason = "two boxed futures, named where they are asked for")]

use crate::config::Admin;
use crate::error::ServerError;
use crate::metrics::Metrics;
use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use keyward_relay_api::http::server::{ListenLimits, serve};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long an answer about the state counts: whoever asks often does not load the store.
const FRESH: Duration = Duration::from_secs(1);

/// What a service needs, each with whether it is there.
pub(crate) type Health = Vec<(&'static str, bool)>;

/// An answer that takes a while.
pub(crate) type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a service is asked about.
pub(crate) trait Subject: Send + Sync + 'static {
    /// What it needs, each with whether it is there.
    fn health(&self) -> Later<'_, Health>;
    /// Sets what goes up and down.
    fn measure<'a>(&'a self, metrics: &'a Metrics) -> Later<'a, ()>;
}

struct Desk {
    subject: Box<dyn Subject>,
    metrics: Arc<Metrics>,
    last: Mutex<Option<(Instant, Health)>>,
}

/// Binds the operator's listener and serves it until the process ends.
pub(crate) async fn start(
    admin: &Admin,
    subject: Box<dyn Subject>,
    metrics: Arc<Metrics>,
) -> Result<(), ServerError> {
    let address = admin.address;
    let failed = |source| ServerError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    tracing::info!(admin = %listener.local_addr().map_err(failed)?, "health and metrics");
    let desk = Arc::new(Desk { subject, metrics, last: Mutex::new(None) });
    let limits = ListenLimits {
        connections: 64,
        per_network: 64,
        head: Duration::from_secs(10),
        ..ListenLimits::default()
    };
    tokio::spawn(serve(listener, router(desk), limits, std::future::pending()));
    Ok(())
}

fn router(desk: Arc<Desk>) -> Router {
    let (ready, counted) = (Arc::clone(&desk), desk);
    Router::new()
        .route("/livez", get(|| async { plain(StatusCode::OK, "live\n".to_owned()) }))
        .route("/readyz", get(move || Arc::clone(&ready).ready()))
        .route("/metrics", get(move || Arc::clone(&counted).measured()))
}

fn plain(status: StatusCode, text: String) -> Response {
    let headers = [(CONTENT_TYPE, "text/plain; version=0.0.4"), (CACHE_CONTROL, "no-store")];
    (status, headers, text).into_response()
}

impl Desk {
    async fn ready(self: Arc<Self>) -> Response {
        let mut last = self.last.lock().await;
        let known = last.take().filter(|(at, _)| at.elapsed() < FRESH);
        let (at, parts) = match known {
            Some(known) => known,
            None => (Instant::now(), self.subject.health().await),
        };
        let ready = parts.iter().all(|(_, good)| *good);
        let text = parts
            .iter()
            .map(|(name, good)| format!("{name} {}\n", if *good { "ok" } else { "failed" }))
            .collect();
        *last = Some((at, parts));
        plain(if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, text)
    }

    async fn measured(self: Arc<Self>) -> Response {
        self.subject.measure(&self.metrics).await;
        plain(StatusCode::OK, self.metrics.text())
    }
}
