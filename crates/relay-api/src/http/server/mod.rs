//! The server half shared by relay and authority: reading a request within its limits, rates, checking
//! its signature, answering problems, and the accept loop with timeouts and a graceful stop.

mod answer;
mod listen;
mod observer;
mod rates;
mod received;
mod stall;
mod volatile;

pub use answer::{binary_answer, json_answer, problem_answer};
pub use listen::{ListenLimits, Peer, serve};
pub use observer::{Connection, Observer};
pub use rates::{Buckets, Monotonic, Network, Rate, SteadyClock};
pub use received::{Authenticated, BodyBudget, Received, claimed_key_id, matched, refuse};
pub use volatile::VolatileNonces;
