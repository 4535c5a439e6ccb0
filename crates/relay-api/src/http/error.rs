//! The three ways an exchange ends without an answer.

use crate::problem::{Problem, ProblemCode};

/// Why there is no answer. The three kinds call for different acts: try again later, tell the
/// person what the server said, distrust the server.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server was not reached, or the connection broke. Whether the request took effect is
    /// not known; the same idempotency key makes asking again safe.
    #[error("the service was not reached ({0})")]
    Transport(TransportKind),
    /// The server refused.
    #[error("the service refused: {0}")]
    Problem(Box<Problem>),
    /// The server answered something that cannot be right.
    #[error("the service answered something that cannot be right: {0}")]
    BadAnswer(&'static str),
    /// The request itself cannot be made: a body over its limit or an address that is none.
    #[error("the request cannot be made: {0}")]
    BadRequest(&'static str),
}

/// What broke, without addresses or content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportKind {
    /// No connection.
    Connect,
    /// The connection or the answer took too long.
    Timeout,
    /// The connection broke under way.
    Broken,
}

impl std::fmt::Display for TransportKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            TransportKind::Connect => "connect",
            TransportKind::Timeout => "timeout",
            TransportKind::Broken => "broken",
        })
    }
}

impl ClientError {
    /// A stable code for logs and the user interface's catalogue.
    pub fn code(&self) -> &'static str {
        match self {
            ClientError::Transport(_) => "transport",
            ClientError::Problem(problem) => problem.code.as_str(),
            ClientError::BadAnswer(_) => "bad-answer",
            ClientError::BadRequest(_) => "bad-request",
        }
    }

    /// The refusal, if it was one.
    pub fn problem(&self) -> Option<ProblemCode> {
        match self {
            ClientError::Problem(problem) => Some(problem.code),
            _ => None,
        }
    }
}

impl From<reqwest::Error> for ClientError {
    fn from(error: reqwest::Error) -> Self {
        ClientError::Transport(if error.is_connect() {
            TransportKind::Connect
        } else if error.is_timeout() {
            TransportKind::Timeout
        } else {
            TransportKind::Broken
        })
    }
}
