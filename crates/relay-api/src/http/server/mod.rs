//! The server half shared by relay and authority: reading a request within its limits, checking
//! its signature, answering problems, and the accept loop with timeouts and a graceful stop.

mod answer;
mod listen;
mod received;

pub use answer::{binary_answer, json_answer, problem_answer};
pub use listen::{ListenLimits, Peer, serve};
pub use received::{Authenticated, BodyBudget, Received};
