//! What relay and clinic see of each request, noted by a layer around their real routers.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, header::CONNECTION},
    middleware::{Next, from_fn},
    response::Response,
};
use keyward_protocol::ids::PersonaId;
use keyward_protocol::keys::VerifyingKey;
use keyward_relay_api::{
    authority::credential::CertifyAnonymously,
    http::server::{Peer, claimed_key_id},
};
use keyward_testkit::FakeClock;

use crate::prints::{Print, prints};

/// Which service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The clinic.
    Authority,
    /// The relay.
    Relay,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Seen {
    /// When it came, in seconds.
    pub at: u64,
    /// Where.
    pub service: Service,
    /// Method and path without what stands in for ids.
    pub endpoint: String,
    /// Who signed it or, where a persona is certified, whose key stands in it.
    pub who: Option<[u8; 32]>,
    /// The port of its connection, 0 for one of its own.
    pub port: u16,
    /// Bytes of request and answer.
    pub length: (usize, usize),
}

/// Prints of pieces of all requests and answers, by who signed.
pub type Prints = HashMap<[u8; 32], HashSet<Print>>;

/// What was seen, in order, and the prints of its bytes.
#[derive(Clone, Default)]
pub struct Notebook(Arc<Mutex<(Vec<Seen>, Prints)>>);

impl Notebook {
    /// Takes everything out.
    #[must_use]
    pub fn take(&self) -> (Vec<Seen>, Prints) {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes a request for news that was not really sent, as it would have been seen: its bytes are those of the
    /// others, its connection (port 0) carries nothing else.
    pub fn note_planned(&self, at: u64, who: [u8; 32]) {
        let endpoint = "GET /v1/compartments".to_owned();
        let seen =
            Seen { at, service: Service::Relay, endpoint, who: Some(who), port: 0, length: (0, 0) };
        self.note(seen, std::iter::empty());
    }

    fn note(&self, seen: Seen, prints: impl Iterator<Item = Print>) {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(who) = seen.who {
            book.1.entry(who).or_default().extend(prints);
        }
        book.0.push(seen);
    }

    /// The router with this notebook around it. `apart`: every request is the only one of its
    /// connection, as all those of one persona are the only ones of theirs in the app; so one client
    /// serves everybody, which is much faster to make.
    pub fn around(
        &self,
        router: Router,
        service: Service,
        clock: &FakeClock,
        apart: bool,
    ) -> Router {
        let (book, clock) = (self.clone(), clock.clone());
        router.layer(from_fn(move |request: Request, next: Next| {
            let (book, clock) = (book.clone(), clock.clone());
            async move {
                let mut answer = observe(&book, service, &clock, request, next).await;
                if apart {
                    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                answer
            }
        }))
    }
}

/// Bytes of the largest body looked at.
const MOST: usize = 32 << 20;

async fn observe(
    book: &Notebook,
    service: Service,
    clock: &FakeClock,
    request: Request,
    next: Next,
) -> Response {
    let at = clock.now();
    let (head, body) = request.into_parts();
    let asked = to_bytes(body, MOST).await.unwrap_or_default();
    let port = head.extensions.get::<Peer>().map_or(0, |peer| peer.0.port());
    let endpoint = format!("{} {}", head.method, without_ids(head.uri.path()));
    let who = who(&endpoint, &head.headers, &asked);
    let answer = next.run(Request::from_parts(head, Body::from(asked.clone()))).await;
    let (head, body) = answer.into_parts();
    let answered = to_bytes(body, MOST).await.unwrap_or_default();
    let length = (asked.len(), answered.len());
    let found = prints(&asked).into_iter().chain(prints(&answered));
    book.note(Seen { at, service, endpoint, who, port, length }, found);
    Response::from_parts(head, Body::from(answered))
}

fn without_ids(path: &str) -> String {
    let segments =
        path.split('/').map(|segment| if segment.len() >= 20 { "{id}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

fn who(endpoint: &str, headers: &HeaderMap, body: &Bytes) -> Option<[u8; 32]> {
    if endpoint.ends_with("/credentials/certify") {
        let asked: CertifyAnonymously = serde_json::from_slice(body).ok()?;
        // SPEC §30: version, service, epoch, then the key.
        let key = VerifyingKey::from_bytes(asked.request.get(25..58)?).ok()?;
        return Some(PersonaId::of(&key).to_bytes());
    }
    claimed_key_id(headers)
}
