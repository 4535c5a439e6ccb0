//! The address of a service, with what stands behind it exchangeable: the honest service, one that
//! alters what passes, another state of it, or nobody.

use std::sync::{Arc, Mutex, RwLock};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use keyward_relay_api::http::server::{ListenLimits, serve};
use tower::ServiceExt as _;

/// More than any answer of these stories.
const MOST: usize = 64 * 1024 * 1024;

/// Given path and answer, what is answered instead.
type Trick = Box<dyn FnMut(&str, Vec<u8>) -> Vec<u8> + Send>;

/// Serves at one address for as long as the runtime lives.
#[derive(Clone)]
pub struct Door {
    url: String,
    behind: Arc<RwLock<Option<Router>>>,
    trick: Arc<Mutex<Option<Trick>>>,
}

impl Door {
    /// A door on a loopback port of the system's choice, nobody behind it yet.
    pub async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let door = Self { url, behind: Arc::default(), trick: Arc::default() };
        let answering = door.clone();
        let router = Router::new().fallback(move |request: Request<Body>| {
            let door = answering.clone();
            async move { door.answer(request).await }
        });
        tokio::spawn(serve(listener, router, ListenLimits::default(), std::future::pending()));
        door
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Puts somebody behind the door, or nobody.
    pub fn put(&self, router: Option<Router>) {
        *self.behind.write().unwrap() = router;
    }

    /// From now on `trick` sees every successful answer and gives what is answered.
    pub fn trick(&self, trick: impl FnMut(&str, Vec<u8>) -> Vec<u8> + Send + 'static) {
        *self.trick.lock().unwrap() = Some(Box::new(trick));
    }

    /// No more tricks.
    pub fn honest(&self) {
        *self.trick.lock().unwrap() = None;
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let path = request.uri().path().to_owned();
        let router = self.behind.read().unwrap().clone();
        let Some(router) = router else { return away() };
        let Ok(answer) = router.oneshot(request).await;
        let (mut head, body) = answer.into_parts();
        let Ok(body) = to_bytes(body, MOST).await else { return away() };
        let body = match &mut *self.trick.lock().unwrap() {
            Some(trick) if head.status.is_success() => Bytes::from(trick(&path, body.to_vec())),
            _ => body,
        };
        head.headers.remove(header::CONTENT_LENGTH);
        Response::from_parts(head, Body::from(body))
    }
}

fn away() -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::BAD_GATEWAY;
    answer
}
