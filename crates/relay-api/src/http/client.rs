//! The blocking HTTP client both service clients stand on.
//!
//! One [`HttpClient`] has one connection pool of its own and shares nothing with another: no
//! connections, no cookies, no TLS tickets. Every persona therefore has its own.

use super::error::ClientError;
use super::runtime::wait_for;
use super::{BINARY, JSON, UnixSeconds};
use crate::problem::{MEDIA_TYPE, Problem};
use bytes::Bytes;
use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::SigningKey;
use keyward_protocol::request::{RequestParts, body_digest, sign_request};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Method, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;

/// How often a request is sent in all when the transport fails.
const ATTEMPTS: u32 = 3;
/// The pause before the second attempt; it doubles, and is jittered by half.
const FIRST_PAUSE: Duration = Duration::from_millis(120);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Between two pieces of an answer.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// A whole exchange.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(180);
/// A problem document is never longer.
const MAX_PROBLEM_BYTES: usize = 16 * 1024;

/// Where the client takes the time it signs with.
pub trait UnixClock: Send + Sync {
    /// Seconds since 1970 UTC.
    fn now(&self) -> UnixSeconds;
}

/// The computer's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemTime;

impl UnixClock for SystemTime {
    fn now(&self) -> UnixSeconds {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }
}

/// One request, before it is signed. The path is absolute and may have a query.
pub struct Call<'a> {
    method: Method,
    path: &'a str,
    body: Vec<u8>,
    content_type: Option<&'static str>,
    idempotency_key: Option<&'a str>,
    max_answer: usize,
}

impl<'a> Call<'a> {
    /// A request without a body. `max_answer`: bytes of the longest answer taken.
    pub fn fetch(path: &'a str, max_answer: usize) -> Self {
        Call {
            method: Method::GET,
            path,
            body: Vec::new(),
            content_type: None,
            idempotency_key: None,
            max_answer,
        }
    }

    /// A request with a JSON body.
    pub fn json<T: Serialize>(
        method: Method,
        path: &'a str,
        body: &T,
        max_answer: usize,
    ) -> Result<Self, ClientError> {
        let body = serde_json::to_vec(body)
            .map_err(|_| ClientError::BadRequest("the body cannot be written as JSON"))?;
        Ok(Call { method, body, content_type: Some(JSON), ..Call::fetch(path, max_answer) })
    }

    /// A `POST` with a binary body.
    pub fn binary(path: &'a str, body: Vec<u8>, max_answer: usize) -> Self {
        let content_type = Some(BINARY);
        Call { method: Method::POST, body, content_type, ..Call::fetch(path, max_answer) }
    }

    /// Makes every later sending of this request the same request. The key: 8 to 64 letters,
    /// digits, `-` or `_`.
    pub fn idempotent(mut self, key: &'a str) -> Self {
        self.idempotency_key = Some(key);
        self
    }
}

/// A server's address, its service id and one connection pool. Cloning shares the pool.
#[derive(Clone)]
pub struct HttpClient {
    base: Url,
    service: ServiceId,
    clock: Arc<dyn UnixClock>,
    http: reqwest::Client,
}

impl HttpClient {
    /// A client for the server at `base_url` (`http://host:port` or `https://…`, no path).
    /// Plain `http` is taken for a loopback address only.
    pub fn new(
        base_url: &str,
        service: ServiceId,
        clock: Arc<dyn UnixClock>,
    ) -> Result<Self, ClientError> {
        let base = Url::parse(base_url).map_err(|_| ClientError::BadRequest("not an address"))?;
        let loopback = is_loopback(&base);
        if base.scheme() != "https" && !(base.scheme() == "http" && loopback) {
            return Err(ClientError::BadRequest("an address beyond this computer needs https"));
        }
        let mut builder = reqwest::Client::builder()
            .user_agent("keyward")
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .pool_max_idle_per_host(2)
            .tcp_nodelay(true);
        if loopback {
            builder = builder.no_proxy();
        }
        if base.scheme() == "http" {
            // No certificate is ever shown there, and no redirect followed. The system's list takes longer to read than
            // most exchanges.
            builder = builder.tls_certs_only([]);
        }
        let http = builder
            .build()
            .map_err(|_| ClientError::BadRequest("the secure channel cannot be set up"))?;
        Ok(HttpClient { base, service, clock, http })
    }

    /// The service its requests are bound to.
    pub fn service(&self) -> ServiceId {
        self.service
    }

    /// Sends without a signature and reads JSON.
    pub fn open_json<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, ClientError> {
        read_json(&self.exchange(None, call)?)
    }

    /// Signs, sends and reads JSON.
    pub fn json<T: DeserializeOwned>(
        &self,
        key: &SigningKey,
        call: Call<'_>,
    ) -> Result<T, ClientError> {
        read_json(&self.exchange(Some(key), call)?)
    }

    /// Signs, sends and gives the bytes of the answer.
    pub fn bytes(&self, key: &SigningKey, call: Call<'_>) -> Result<Vec<u8>, ClientError> {
        self.exchange(Some(key), call)
    }

    /// Sends until the transport holds, each time signed anew: the nonce is fresh, so the server's
    /// replay memory lets it pass, and the idempotency key, if any, stays the same.
    fn exchange(&self, key: Option<&SigningKey>, call: Call<'_>) -> Result<Vec<u8>, ClientError> {
        let Call { body, .. } = call;
        // Shared by all attempts: a large body is not copied for each.
        let body = Bytes::from(body);
        let call = Call { body: Vec::new(), ..call };
        let mut pause = FIRST_PAUSE;
        let mut attempt = 1;
        loop {
            let request = self.build(key, &call, body.clone())?;
            let http = self.http.clone();
            let max = call.max_answer;
            let outcome = wait_for(async move { send(http, request, max).await })
                .unwrap_or(Err(ClientError::Transport(super::error::TransportKind::Broken)));
            match outcome {
                Err(ClientError::Transport(_)) if attempt < ATTEMPTS => {
                    attempt += 1;
                    std::thread::sleep(jittered(pause));
                    pause *= 2;
                }
                other => return other,
            }
        }
    }

    fn build(
        &self,
        key: Option<&SigningKey>,
        call: &Call<'_>,
        body: Bytes,
    ) -> Result<reqwest::Request, ClientError> {
        let url = self.base.join(call.path).map_err(|_| ClientError::BadRequest("not a path"))?;
        if url.origin() != self.base.origin() {
            return Err(ClientError::BadRequest("not a path"));
        }
        let mut request = self.http.request(call.method.clone(), url.clone());
        if let Some(content_type) = call.content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        if let Some(key) = key {
            let path_and_query = match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            };
            let parts = RequestParts {
                method: call.method.as_str(),
                path_and_query: &path_and_query,
                body_digest: body_digest(&body),
                service_id: self.service,
                idempotency_key: call.idempotency_key,
            };
            let headers = sign_request(key, &parts, self.clock.now(), &mut rand::rng())
                .map_err(|_| ClientError::BadRequest("the request cannot be signed"))?;
            for (name, value) in headers.iter() {
                request = request.header(name, value);
            }
        }
        request
            .body(body)
            .build()
            .map_err(|_| ClientError::BadRequest("the request cannot be made"))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

fn jittered(pause: Duration) -> Duration {
    use rand::RngExt as _;
    pause.mul_f64(rand::rng().random_range(0.5..1.5))
}

fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, ClientError> {
    serde_json::from_slice(body).map_err(|_| ClientError::BadAnswer("not the expected JSON"))
}

async fn send(
    http: reqwest::Client,
    request: reqwest::Request,
    max: usize,
) -> Result<Vec<u8>, ClientError> {
    let response = http.execute(request).await?;
    let status = response.status();
    if status.is_success() {
        return read_bounded(response, max).await;
    }
    let is_problem = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with(MEDIA_TYPE));
    if !is_problem {
        if matches!(status.as_u16(), 502..=504) {
            // A proxy's word, not the service's: whoever stands behind it was not reached.
            return Err(ClientError::Transport(super::error::TransportKind::Broken));
        }
        return Err(ClientError::BadAnswer("an error that is no problem document"));
    }
    let body = read_bounded(response, MAX_PROBLEM_BYTES).await?;
    let problem: Problem = serde_json::from_slice(&body)
        .map_err(|_| ClientError::BadAnswer("a problem that is not known"))?;
    if problem.status != status.as_u16() || problem.code.status() != status.as_u16() {
        return Err(ClientError::BadAnswer("a problem with another status"));
    }
    Err(ClientError::Problem(Box::new(problem)))
}

/// Reads a body up to `max` bytes. A longer one is refused before it fills the memory.
async fn read_bounded(mut response: reqwest::Response, max: usize) -> Result<Vec<u8>, ClientError> {
    const TOO_LONG: ClientError = ClientError::BadAnswer("an answer that is too long");
    let announced: Option<usize> = response
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    if announced.is_some_and(|length| length > max) {
        return Err(TOO_LONG);
    }
    let mut body = Vec::with_capacity(announced.unwrap_or(0));
    while let Some(piece) = response.chunk().await? {
        if body.len() + piece.len() > max {
            return Err(TOO_LONG);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(url: &str) -> Result<HttpClient, ClientError> {
        HttpClient::new(url, ServiceId::from_bytes([1; 16]), Arc::new(SystemTime))
    }

    #[test]
    fn plain_http_is_for_this_computer_only() {
        for good in ["http://127.0.0.1:9", "http://[::1]:9", "https://relay.example"] {
            assert!(client(good).is_ok(), "{good}");
        }
        for bad in ["http://relay.example", "ftp://127.0.0.1", "file:///x", "relay", ""] {
            assert!(matches!(client(bad), Err(ClientError::BadRequest(_))), "{bad}");
        }
    }

    #[test]
    fn a_path_cannot_leave_the_server() {
        let client = client("http://127.0.0.1:9").unwrap();
        for path in ["http://127.0.0.2:9/v1/status", "//127.0.0.2/v1/status"] {
            let outcome = client.build(None, &Call::fetch(path, 10), Bytes::new());
            assert!(matches!(outcome, Err(ClientError::BadRequest(_))), "{path}");
        }
    }

    #[test]
    fn nobody_listening_is_a_transport_error() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let client = client(&format!("http://127.0.0.1:{port}")).unwrap();
        let outcome = client.open_json::<serde_json::Value>(Call::fetch("/v1/status", 10));
        assert!(matches!(outcome, Err(ClientError::Transport(_))));
    }

    #[test]
    fn a_proxy_without_its_service_is_a_transport_error_and_no_accusation() {
        use std::io::{Read as _, Write as _};
        for (status, unreached) in [(502, true), (503, true), (504, true), (500, false)] {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let proxy = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let _ = stream.read(&mut [0; 4096]).unwrap();
                let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).unwrap();
                // Nobody is there for a second try.
                drop(listener);
            });
            let client = client(&format!("http://{address}")).unwrap();
            let outcome = client.open_json::<serde_json::Value>(Call::fetch("/v1/status", 10));
            let transport = matches!(outcome, Err(ClientError::Transport(_)));
            assert_eq!(transport, unreached, "{status}: {outcome:?}");
            proxy.join().unwrap();
        }
    }
}
