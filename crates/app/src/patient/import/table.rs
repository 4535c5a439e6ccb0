//! A table: what its columns hold is asked before it is read.

use keyward_records::csv;
use keyward_records::{Limits, ParseError, Parsed};

use super::file;
use crate::views::common::JobQuestion;
use crate::views::patient::{ImportDecision, RefusedReason};

/// How often the same table is asked about: an answer that leaves something open is asked again.
const TRIES: usize = 20;

/// Why nothing was read.
pub(super) enum Unread {
    /// The file is left out.
    Refused(RefusedReason),
    /// The whole import was stopped at its question.
    Stopped,
}

impl Unread {
    /// What the report says.
    pub(super) fn reason(&self) -> RefusedReason {
        match self {
            Self::Refused(reason) => *reason,
            Self::Stopped => RefusedReason::NeedsAnswer,
        }
    }
}

/// Looks at a table, asks, and reads it by the answer.
///
/// # Errors
/// [`Unread`].
pub(super) fn read(
    name: &str,
    bytes: &[u8],
    limits: &Limits,
    decide: &dyn Fn(JobQuestion) -> ImportDecision,
) -> Result<Parsed, Unread> {
    let refused = |error: ParseError| Unread::Refused(file::refused(&error));
    let preview = Box::new(csv::preview(bytes).map_err(refused)?);
    for _ in 0..TRIES {
        let question = JobQuestion::Columns { file: name.to_owned(), preview: preview.clone() };
        match decide(question) {
            ImportDecision::Stop => return Err(Unread::Stopped),
            ImportDecision::Skip | ImportDecision::Keep => break,
            ImportDecision::Columns { mapping } => match csv::read(bytes, &mapping, limits) {
                Err(ParseError::NeedsAnswer) => {}
                read => return read.map_err(refused),
            },
        }
    }
    Err(Unread::Refused(RefusedReason::NeedsAnswer))
}
