//! What every exchange with a Keyward server has in common: signed requests, problem documents,
//! limits. The client half is always here; the server half is behind the feature `server`.

pub mod client;
pub mod error;
mod runtime;
#[cfg(feature = "server")]
pub mod server;

pub use client::{Call, HttpClient, SystemTime, UnixClock};
pub use error::ClientError;

/// Unix seconds (UTC), the time of the whole system.
pub type UnixSeconds = u64;

/// Header with the digest of the body (RFC 9530), covered by the signature.
pub const CONTENT_DIGEST: &str = "content-digest";
/// Header naming what is signed (RFC 9421).
pub const SIGNATURE_INPUT: &str = "signature-input";
/// Header with the signature (RFC 9421).
pub const SIGNATURE: &str = "signature";
/// Header that makes a retry the same request; covered by the signature when present.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Header naming the service the request is meant for, lower-case hex; covered by the signature.
pub const SERVICE: &str = "keyward-service";

/// Media type of the binary bodies of the relay.
pub const BINARY: &str = "application/vnd.keyward.batch";
/// Media type of the JSON bodies.
pub const JSON: &str = "application/json";

/// Seconds a signed request may be away from the server's time, in either direction.
pub const REQUEST_WINDOW_SECONDS: u64 = keyward_protocol::request::WINDOW_SECONDS;

/// Serde for byte blobs as base64url without padding.
pub mod base64url {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    /// Writes bytes as text.
    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads text as bytes; padding and other alphabets are refused.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        URL_SAFE_NO_PAD.decode(text).map_err(|_| D::Error::custom("not base64url"))
    }
}

/// Serde for optional byte blobs as base64url without padding.
pub mod base64url_option {
    use serde::{Deserialize, Deserializer, Serializer};

    #[derive(Deserialize)]
    struct Blob(#[serde(with = "super::base64url")] Vec<u8>);

    /// Writes bytes as text, nothing as null.
    pub fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => super::base64url::serialize(bytes, to),
            None => to.serialize_none(),
        }
    }

    /// Reads text as bytes, null as nothing.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
        Ok(Option::<Blob>::deserialize(from)?.map(|blob| blob.0))
    }
}

/// Serde for lists of byte blobs as base64url without padding.
pub mod base64url_list {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Blob(#[serde(with = "super::base64url")] Vec<u8>);

    /// Writes each as text.
    pub fn serialize<S: Serializer>(blobs: &[Vec<u8>], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(blobs.iter().map(|blob| Blob(blob.clone())))
    }

    /// Reads each as bytes.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vec<u8>>, D::Error> {
        Ok(Vec::<Blob>::deserialize(from)?.into_iter().map(|blob| blob.0).collect())
    }
}
