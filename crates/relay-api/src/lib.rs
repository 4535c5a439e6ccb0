//! HTTP types, problem types and the client shared by relay, authority and app.
//!
//! - [`problem`]: the closed set of refusals both servers may answer (RFC 9457).
//! - [`http`]: what every signed exchange has in common: the blocking client core, and behind the
//!   feature `server` the verification of signed requests and the accept loop.
//! - [`types`], [`recovery`], [`batch`], [`limits`]: what travels to and from the relay.
//! - [`client`]: the relay's client. [`authority`]: types and client of the clinic authority.
//! - [`backup`], [`ends`] (feature `server`): backups of both servers, and what must stay ended after
//!   one of them was restored.
//!
//! JSON bodies unless said otherwise; ids are lower-case hex, byte blobs base64url without padding.

pub mod authority;
#[cfg(feature = "server")]
pub mod backup;
pub mod batch;
pub mod client;
#[cfg(feature = "server")]
pub mod ends;
#[doc(hidden)]
pub mod fuzzing;
pub mod http;
pub mod limits;
pub mod problem;
pub mod recovery;
pub mod types;
