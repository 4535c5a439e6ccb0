//! A request that was read within its limits, and what its signature shows.

use crate::http::{CONTENT_DIGEST, IDEMPOTENCY_KEY, SERVICE, SIGNATURE, SIGNATURE_INPUT};
use crate::http::{UnixSeconds, server::Peer};
use crate::problem::{Problem, ProblemCode};
use axum::body::{Body, Bytes};
use axum::extract::MatchedPath;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{Extensions, HeaderMap, Method, Request};
use http_body_util::BodyExt as _;
use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::VerifyingKey;
use keyward_protocol::request::{
    ReceivedHeaders, RequestError, RequestParts, body_digest, key_id_of, verify_request,
};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes per permit of a [`BodyBudget`].
const BUDGET_UNIT: usize = 16 * 1024;
/// How long the body of a refused request may still arrive.
const DISCARD: Duration = Duration::from_secs(5);
/// Idempotency keys are short names, not a place for data.
const MAX_IDEMPOTENCY_KEY: usize = 64;

/// Bounds the memory all bodies being handled may take together, whoever sends them.
#[derive(Clone)]
pub struct BodyBudget(Arc<Semaphore>);

impl BodyBudget {
    /// A budget of `bytes` in all.
    pub fn new(bytes: usize) -> Self {
        BodyBudget(Arc::new(Semaphore::new(bytes / BUDGET_UNIT)))
    }

    /// Takes room for a body that grows from `had` to `has` bytes, or refuses at once.
    fn grow(&self, had: usize, has: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let more = has.div_ceil(BUDGET_UNIT) - had.div_ceil(BUDGET_UNIT);
        let units = u32::try_from(more).unwrap_or(u32::MAX);
        Arc::clone(&self.0)
            .try_acquire_many_owned(units)
            .map_err(|_| Problem::new(ProblemCode::Busy).retry_after(1))
    }
}

/// A request with its whole body. Holds its share of the [`BodyBudget`] while it lives.
pub struct Received {
    /// The method.
    pub method: Method,
    /// Path and query, as they were signed.
    pub path_and_query: String,
    /// The body.
    pub body: Bytes,
    /// Where it came from, if the accept loop says.
    pub peer: Option<IpAddr>,
    /// The path of the route it matched, with its placeholders; empty if none did.
    pub endpoint: Arc<str>,
    headers: HeaderMap,
    _room: OwnedSemaphorePermit,
}

/// Who signed a request, and what its replay memory needs.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// SHA-256 of the verification key.
    pub key_id: [u8; 32],
    /// The nonce, unique per key within the window.
    pub nonce: [u8; 16],
    /// When it was signed.
    pub created: UnixSeconds,
    /// The key under which a retry is the same request.
    pub idempotency_key: Option<String>,
    /// Digest over method, path and body: what an idempotency key stands for.
    pub request_digest: [u8; 32],
}

impl Received {
    /// Reads a request of at most `max_body` bytes within `patience`.
    pub async fn read(
        request: Request<Body>,
        max_body: usize,
        patience: Duration,
        budget: &BodyBudget,
    ) -> Result<Received, Problem> {
        let announced = announced_length(request.headers())?;
        if announced.is_some_and(|length| length > max_body) {
            return Err(ProblemCode::TooLarge.into());
        }
        let (parts, body) = request.into_parts();
        let (body, room) = tokio::time::timeout(patience, collect(body, max_body, budget))
            .await
            .map_err(|_| Problem::new(ProblemCode::Timeout))??;
        let path_and_query = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Received {
            method: parts.method,
            path_and_query: path_and_query.to_owned(),
            body,
            peer: parts.extensions.get::<Peer>().map(|peer| peer.0.ip()),
            endpoint: matched(&parts.extensions),
            headers: parts.headers,
            _room: room,
        })
    }

    /// Refuses a body of another media type.
    pub fn expect_type(&self, media_type: &str) -> Result<(), Problem> {
        match single(&self.headers, CONTENT_TYPE.as_str())? {
            Some(value) if value.split(';').next().map(str::trim) == Some(media_type) => Ok(()),
            _ => Err(ProblemCode::UnsupportedMediaType.into()),
        }
    }

    /// The body as JSON.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Problem> {
        self.expect_type(crate::http::JSON)?;
        serde_json::from_slice(&self.body).map_err(|_| ProblemCode::Malformed.into())
    }

    /// The key id the request claims, to look up its key. Nothing is proven yet.
    pub fn claimed_key_id(&self) -> Result<[u8; 32], Problem> {
        key_id_of(&self.signature_headers()?).map_err(|error| refusal(&error))
    }

    /// Checks the signature, that it covers this request and service, and that its time is near.
    /// The replay memory is the caller's: see [`Authenticated`].
    pub fn verify(
        &self,
        service: ServiceId,
        key: &VerifyingKey,
        now: UnixSeconds,
    ) -> Result<Authenticated, Problem> {
        let headers = self.signature_headers()?;
        let idempotency_key = single(&self.headers, IDEMPOTENCY_KEY)?;
        if idempotency_key.is_some_and(|key| key.is_empty() || key.len() > MAX_IDEMPOTENCY_KEY) {
            return Err(ProblemCode::Malformed.into());
        }
        let digest = body_digest(&self.body);
        let parts = RequestParts {
            method: self.method.as_str(),
            path_and_query: &self.path_and_query,
            body_digest: digest,
            service_id: service,
            idempotency_key,
        };
        let verified =
            verify_request(&parts, &headers, key, now).map_err(|error| refusal(&error))?;
        Ok(Authenticated {
            key_id: verified.key_id,
            nonce: verified.nonce,
            created: verified.created,
            idempotency_key: idempotency_key.map(str::to_owned),
            request_digest: request_digest(self.method.as_str(), &self.path_and_query, &digest),
        })
    }

    fn signature_headers(&self) -> Result<ReceivedHeaders<'_>, Problem> {
        signature_headers(&self.headers)
    }
}

/// Reads a body of at most `max` bytes. Room is taken for what has come, not for what was announced:
/// a few senders who announce much and send nothing would else keep everybody else out.
async fn collect(
    mut body: Body,
    max: usize,
    budget: &BodyBudget,
) -> Result<(Bytes, OwnedSemaphorePermit), Problem> {
    let mut room = budget.grow(0, 0)?;
    let mut kept = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::new(ProblemCode::Malformed))?;
        let Some(data) = frame.data_ref() else { continue };
        let length = kept.len() + data.len();
        if length > max {
            return Err(ProblemCode::TooLarge.into());
        }
        match budget.grow(kept.len(), length) {
            Ok(more) => room.merge(more),
            Err(problem) => {
                drop((kept, room));
                discard(body, max - length).await;
                return Err(problem);
            }
        }
        kept.extend_from_slice(data);
    }
    Ok((kept.into(), room))
}

/// The path of the route a request matched, with its placeholders; empty if none did.
pub fn matched(extensions: &Extensions) -> Arc<str> {
    extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str).into()
}

/// Refuses a request whose body was not read. What the endpoint would have taken is read and thrown
/// away first: a connection closed on a sender in mid-sentence loses the answer, and an honest
/// client would learn "not reachable" instead of "later". A slow or endless sender learns nothing.
pub async fn refuse(request: Request<Body>, max_body: usize, problem: Problem) -> Problem {
    discard(request.into_body(), max_body).await;
    problem
}

/// Reads up to `left` bytes and throws them away, for a while. Whether the body came to an end or not,
/// the answer is the same.
async fn discard(mut body: Body, mut left: usize) {
    let all = async {
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(length) {
                Some(less) => left = less,
                None => return,
            }
        }
    };
    let _ = tokio::time::timeout(DISCARD, all).await;
}

/// The key id a request claims, before its body is read; `None` if it claims none that could be.
/// Nothing is proven by it: good for refusing early, never for admitting or for charging somebody.
pub fn claimed_key_id(headers: &HeaderMap) -> Option<[u8; 32]> {
    key_id_of(&signature_headers(headers).ok()?).ok()
}

fn signature_headers(headers: &HeaderMap) -> Result<ReceivedHeaders<'_>, Problem> {
    let needed = |name| single(headers, name)?.ok_or_else(|| Problem::new(ProblemCode::Unsigned));
    Ok(ReceivedHeaders {
        signature: needed(SIGNATURE)?,
        signature_input: needed(SIGNATURE_INPUT)?,
        content_digest: needed(CONTENT_DIGEST)?,
        keyward_service: needed(SERVICE)?,
    })
}

fn refusal(error: &RequestError) -> Problem {
    let code = match error {
        RequestError::Unsuitable | RequestError::Malformed => ProblemCode::Malformed,
        RequestError::OutsideWindow => ProblemCode::ClockSkew,
        _ => ProblemCode::BadSignature,
    };
    Problem::new(code).detail(error.code())
}

/// The one value of a header. Two values are refused: which of them was signed would be a guess.
fn single<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(ProblemCode::Malformed.into());
    }
    first.map(|value| value.to_str().map_err(|_| Problem::new(ProblemCode::Malformed))).transpose()
}

fn announced_length(headers: &HeaderMap) -> Result<Option<usize>, Problem> {
    single(headers, CONTENT_LENGTH.as_str())?
        .map(|text| text.parse().map_err(|_| Problem::new(ProblemCode::Malformed)))
        .transpose()
}

fn request_digest(method: &str, path_and_query: &str, body: &[u8; 32]) -> [u8; 32] {
    use sha2::{Digest as _, Sha256};
    let mut hash = Sha256::new();
    // A method has no space and the path ends where the fixed-width digest begins.
    hash.update(method.as_bytes());
    hash.update(b" ");
    hash.update(path_and_query.as_bytes());
    hash.update(body);
    hash.finalize().into()
}
