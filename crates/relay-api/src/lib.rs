//! HTTP types, problem types and the client shared by relay, authority and app.
//!
//! - [`problem`]: the closed set of refusals both servers may answer (RFC 9457).
//! - [`http`]: what every signed exchange has in common: the blocking client core, and behind the
//!   feature `server` the verification of signed requests and the accept loop.
//! - [`types`], [`batch`], [`limits`]: what travels to and from the relay.
//! - [`client`]: the relay's client. [`authority`]: types and client of the clinic authority.
//!
//! JSON bodies unless said otherwise; ids are lower-case hex, byte blobs base64url without padding.

pub mod authority;
pub mod batch;
pub mod client;
pub mod http;
pub mod limits;
pub mod problem;
pub mod types;
