//! What a service tells whoever counts for it: never who, only what and how long. Neither an
//! address nor a key nor an id crosses this interface, so none can end up in a label.

use super::received::matched;
use axum::body::Body;
use axum::http::{Method, Request, Response};
use axum::middleware::Next;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What became of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Connection {
    /// It was let in.
    Opened,
    /// It ended.
    Closed,
    /// Its network held too many already; it was closed at once.
    TooMany,
    /// Its TLS handshake failed or took too long.
    HandshakeFailed,
}

/// Whoever counts.
pub trait Observer: Debug + Send + Sync {
    /// A connection came or went.
    fn connection(&self, event: Connection);
    /// A request was answered. `endpoint` is the path as the table of routes has it, with its
    /// placeholders, or empty if there is no such route; `method` is one of the usual ones or
    /// `other`. Both come from closed lists, whatever a sender invents.
    fn answered(&self, endpoint: &str, method: &'static str, status: u16, took: Duration);
}

/// The middleware of [`super::serve`].
pub(super) async fn observe(
    observer: Arc<dyn Observer>,
    request: Request<Body>,
    next: Next,
) -> Response<Body> {
    let begun = Instant::now();
    let (endpoint, method) = (matched(request.extensions()), name(request.method()));
    let response = next.run(request).await;
    observer.answered(&endpoint, method, response.status().as_u16(), begun.elapsed());
    response
}

fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::PUT => "PUT",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
