//! SPEC §17. Signed requests: a narrow profile of HTTP Message Signatures (RFC 9421).
//!
//! One label, `kw`; always the same components in the same order: method, path, query, content
//! digest, service, and the idempotency key when there is one. A verifier does not interpret a
//! `Signature-Input`: it builds the only acceptable one and compares.
//!
//! Replays: the verifier gives the nonce; the server remembers it for the window and refuses it
//! a second time. A retry carries a new nonce and the same idempotency key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use core::fmt::Write;
use rand_core::CryptoRng;

use crate::domain::UnixSeconds;
use crate::hash;
use crate::ids::ServiceId;
use crate::keys::{KeyError, Signature, SigningKey, VerifyingKey};

/// How far a request's time may lie from the server's, in seconds.
pub const WINDOW_SECONDS: u64 = 300;
/// Longest path with query, in bytes.
pub const MAX_PATH: usize = 1024;

/// Why a request was not signed or not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Method, path or idempotency key contain what they may not.
    #[error("the request cannot be signed in this profile")]
    Unsuitable,
    /// A header does not have its one form.
    #[error("malformed signature header")]
    Malformed,
    /// The body is not the one that was signed.
    #[error("the body does not match its digest")]
    WrongDigest,
    /// The request is for another service.
    #[error("the request is for another service")]
    WrongService,
    /// The request names another key.
    #[error("the request names another key")]
    WrongKey,
    /// The request's time is outside the window.
    #[error("the request's time is outside the accepted window")]
    OutsideWindow,
    /// The signature does not verify.
    #[error("the request's signature does not verify")]
    Signature,
    /// The key could not sign.
    #[error("could not sign: {0}")]
    Key(#[from] KeyError),
}

impl RequestError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unsuitable => "request-unsuitable",
            Self::Malformed => "request-malformed",
            Self::WrongDigest => "request-wrong-digest",
            Self::WrongService => "request-wrong-service",
            Self::WrongKey => "request-wrong-key",
            Self::OutsideWindow => "request-outside-window",
            Self::Signature => "request-signature",
            Self::Key(error) => error.code(),
        }
    }
}

/// SHA-256 of a body.
#[must_use]
pub fn body_digest(body: &[u8]) -> [u8; 32] {
    hash::sha256(body)
}

/// What of a request is signed.
#[derive(Clone, Copy, Debug)]
pub struct RequestParts<'a> {
    /// The method, upper case.
    pub method: &'a str,
    /// Path and query as sent, beginning with `/`.
    pub path_and_query: &'a str,
    /// [`body_digest`] of the body; of nothing, if there is none.
    pub body_digest: [u8; 32],
    /// The service addressed.
    pub service_id: ServiceId,
    /// The idempotency key, 8 to 64 letters, digits, `-` or `_`.
    pub idempotency_key: Option<&'a str>,
}

/// The headers to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// `Content-Digest`.
    pub content_digest: String,
    /// `Keyward-Service`.
    pub keyward_service: String,
    /// `Signature-Input`.
    pub signature_input: String,
    /// `Signature`.
    pub signature: String,
    /// `Idempotency-Key`, if there is one.
    pub idempotency_key: Option<String>,
}

impl SignatureHeaders {
    /// Names, lower case, and values.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let fixed = [
            ("content-digest", self.content_digest.as_str()),
            ("keyward-service", self.keyward_service.as_str()),
            ("signature-input", self.signature_input.as_str()),
            ("signature", self.signature.as_str()),
        ];
        let key = self.idempotency_key.as_deref().map(|key| ("idempotency-key", key));
        fixed.into_iter().chain(key)
    }

    /// The same, as a server sees them.
    #[must_use]
    pub fn received(&self) -> ReceivedHeaders<'_> {
        ReceivedHeaders {
            content_digest: &self.content_digest,
            keyward_service: &self.keyward_service,
            signature_input: &self.signature_input,
            signature: &self.signature,
        }
    }
}

/// The headers as received; each must have stood exactly once. The idempotency key belongs in
/// [`RequestParts`].
#[derive(Clone, Copy, Debug)]
pub struct ReceivedHeaders<'a> {
    /// `Content-Digest`.
    pub content_digest: &'a str,
    /// `Keyward-Service`.
    pub keyward_service: &'a str,
    /// `Signature-Input`.
    pub signature_input: &'a str,
    /// `Signature`.
    pub signature: &'a str,
}

/// A request whose signature was checked. Whether its nonce is new is the server's to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRequest {
    /// The nonce, to remember until `created + WINDOW_SECONDS`.
    pub nonce: [u8; 16],
    /// When it was signed, by the client's clock.
    pub created: UnixSeconds,
    /// The key that signed.
    pub key_id: [u8; 32],
}

/// Signs a request.
///
/// # Errors
/// [`RequestError::Unsuitable`].
pub fn sign_request<R: CryptoRng + ?Sized>(
    key: &SigningKey,
    parts: &RequestParts<'_>,
    now: UnixSeconds,
    rng: &mut R,
) -> Result<SignatureHeaders, RequestError> {
    check_parts(parts)?;
    let mut nonce = [0; 16];
    rng.fill_bytes(&mut nonce);
    let params = Params { created: now, nonce, key_id: key.verifying_key().key_id() };
    let input = params.to_text(parts.idempotency_key.is_some());
    let signature = key.sign_foreign(base(parts, &input).as_bytes())?;
    Ok(SignatureHeaders {
        content_digest: digest_text(&parts.body_digest),
        keyward_service: parts.service_id.to_string(),
        signature_input: format!("kw={input}"),
        signature: format!("kw=:{}:", STANDARD.encode(signature.to_bytes())),
        idempotency_key: parts.idempotency_key.map(str::to_owned),
    })
}

/// The key a request claims to be signed by, to look it up.
///
/// # Errors
/// [`RequestError::Malformed`].
pub fn key_id_of(headers: &ReceivedHeaders<'_>) -> Result<[u8; 32], RequestError> {
    Params::parse(headers.signature_input).map(|params| params.key_id)
}

/// Checks a request. `parts` is what the server saw: its own digest of the body, its own
/// service id, the `Idempotency-Key` header if one came.
///
/// # Errors
/// [`RequestError`].
pub fn verify_request(
    parts: &RequestParts<'_>,
    headers: &ReceivedHeaders<'_>,
    key: &VerifyingKey,
    now: UnixSeconds,
) -> Result<VerifiedRequest, RequestError> {
    check_parts(parts)?;
    if headers.keyward_service != parts.service_id.to_string() {
        return Err(RequestError::WrongService);
    }
    if headers.content_digest != digest_text(&parts.body_digest) {
        return Err(RequestError::WrongDigest);
    }
    let params = Params::parse(headers.signature_input)?;
    let input = params.to_text(parts.idempotency_key.is_some());
    if headers.signature_input.strip_prefix("kw=") != Some(&input) {
        return Err(RequestError::Malformed);
    }
    if params.key_id != key.key_id() {
        return Err(RequestError::WrongKey);
    }
    let signature = parse_signature(headers.signature)?;
    key.verify_foreign(base(parts, &input).as_bytes(), &signature)
        .map_err(|_| RequestError::Signature)?;
    if now.abs_diff(params.created) > WINDOW_SECONDS {
        return Err(RequestError::OutsideWindow);
    }
    Ok(VerifiedRequest { nonce: params.nonce, created: params.created, key_id: params.key_id })
}

struct Params {
    created: UnixSeconds,
    nonce: [u8; 16],
    key_id: [u8; 32],
}

impl Params {
    fn to_text(&self, with_key: bool) -> String {
        let key = if with_key { " \"idempotency-key\"" } else { "" };
        let mut text = format!(
            "(\"@method\" \"@path\" \"@query\" \"content-digest\" \"keyward-service\"{key})\
             ;created={};nonce=\"",
            self.created
        );
        push_hex(&mut text, &self.nonce);
        text.push_str("\";keyid=\"");
        push_hex(&mut text, &self.key_id);
        text.push_str("\";alg=\"ecdsa-p256-sha256\"");
        text
    }

    /// Takes the three values out; [`verify_request`] then compares the whole text.
    fn parse(input: &str) -> Result<Self, RequestError> {
        let malformed = RequestError::Malformed;
        if input.len() > 400 {
            return Err(malformed);
        }
        let (_, params) = input.split_once(";created=").ok_or(malformed)?;
        let (created, params) = params.split_once(";nonce=\"").ok_or(malformed)?;
        let (nonce, params) = params.split_once("\";keyid=\"").ok_or(malformed)?;
        let (key_id, _) = params.split_once('"').ok_or(malformed)?;
        let nonce: crate::ids::RecordId = nonce.parse().map_err(|_| malformed)?;
        let key_id: crate::ids::CertificateHash = key_id.parse().map_err(|_| malformed)?;
        Ok(Self {
            created: created.parse().map_err(|_| malformed)?,
            nonce: nonce.to_bytes(),
            key_id: key_id.to_bytes(),
        })
    }
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
    }
}

fn digest_text(digest: &[u8; 32]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(digest))
}

fn parse_signature(text: &str) -> Result<Signature, RequestError> {
    let encoded = text.strip_prefix("kw=:").and_then(|rest| rest.strip_suffix(':'));
    let encoded = encoded.filter(|text| text.len() == 88).ok_or(RequestError::Malformed)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| RequestError::Malformed)?;
    bytes.try_into().map(Signature::from_bytes).map_err(|_| RequestError::Malformed)
}

/// The signature base of RFC 9421 §2.5.
fn base(parts: &RequestParts<'_>, input: &str) -> String {
    let (path, query) = match parts.path_and_query.split_once('?') {
        Some((path, query)) => (path, query),
        None => (parts.path_and_query, ""),
    };
    let mut base = format!(
        "\"@method\": {}\n\"@path\": {path}\n\"@query\": ?{query}\n\"content-digest\": {}\n\
         \"keyward-service\": {}\n",
        parts.method,
        digest_text(&parts.body_digest),
        parts.service_id,
    );
    if let Some(key) = parts.idempotency_key {
        base.push_str("\"idempotency-key\": ");
        base.push_str(key);
        base.push('\n');
    }
    base.push_str("\"@signature-params\": ");
    base.push_str(input);
    base
}

/// Refuses everything that could make two requests share one signature base.
fn check_parts(parts: &RequestParts<'_>) -> Result<(), RequestError> {
    let method = matches!(parts.method, "GET" | "POST" | "PUT" | "DELETE");
    let path = parts.path_and_query;
    let path = path.starts_with('/')
        && path.len() <= MAX_PATH
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    let key = parts.idempotency_key.is_none_or(|key| {
        (8..=64).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    });
    if method && path && key { Ok(()) } else { Err(RequestError::Unsuitable) }
}
