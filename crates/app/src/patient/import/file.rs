//! One file: parsed by the records crate, stored in the import's transaction.

use std::collections::BTreeMap;

use keyward_protocol::ids::RecordId;
use keyward_records::{Limits, ParseError, Parsed, Resource};

use super::Watch;
use super::book::{self, KeptPiece};
use crate::error::{AppError, ErrorCode};
use crate::ports::progress::Step;
use crate::ports::vault::{Inserted, RecordRow, Transaction};
use crate::session::Session;
use crate::views::patient::RefusedReason;

/// Records between two looks at progress and cancel token.
const BREATH: usize = 64;

/// What storing a file came to.
#[derive(Default)]
pub(super) struct Tally {
    /// Records added, by category.
    pub(super) added: BTreeMap<String, u64>,
    /// Records that were there already, in the file or in the vault.
    pub(super) duplicates: u64,
    /// Pieces kept as source.
    pub(super) kept: Vec<KeptPiece>,
}

/// Who watches a file being stored.
pub(super) struct Watched<'a> {
    pub(super) watch: &'a Watch<'a>,
    pub(super) session: &'a Session,
    /// How far the import is with the files before.
    pub(super) step: &'a Step,
    /// Bytes of this file.
    pub(super) bytes: u64,
}

impl Watched<'_> {
    fn breathe(&self, done: usize, of: usize) -> Result<(), AppError> {
        if self.watch.cancel.is_cancelled() || self.session.closed().is_cancelled() {
            return Err(ErrorCode::Cancelled.into());
        }
        let part = u128::from(self.bytes) * done as u128 / of.max(1) as u128;
        let bytes_done = self.step.bytes_done + u64::try_from(part).unwrap_or(self.bytes);
        self.watch.progress.report(Step { bytes_done, ..*self.step });
        Ok(())
    }
}

/// Takes the file apart.
///
/// # Errors
/// Why it is refused.
pub(super) fn parse(bytes: &[u8], limits: &Limits) -> Result<Parsed, RefusedReason> {
    keyward_records::parse(bytes, limits).map_err(|error| match error {
        ParseError::Empty => RefusedReason::Empty,
        ParseError::TooLarge { .. } => RefusedReason::TooLarge,
        ParseError::Truncated { .. } => RefusedReason::Damaged,
        ParseError::TooDeep { .. }
        | ParseError::StringTooLong { .. }
        | ParseError::TooManyValues { .. }
        | ParseError::TooManyResources { .. } => RefusedReason::TooComplex,
        ParseError::NotText { .. } | ParseError::NotJson { .. } | ParseError::NotFhir => {
            RefusedReason::NotFhir
        }
    })
}

/// Stores everything of a file under `source`.
///
/// # Errors
/// [`ErrorCode::Cancelled`], else what the vault reports; then the caller drops the transaction.
pub(super) fn store(
    tx: &mut dyn Transaction,
    session: &Session,
    source: &str,
    parsed: &Parsed,
    watched: &Watched<'_>,
) -> Result<Tally, AppError> {
    let mut tally = Tally { duplicates: parsed.duplicates.len() as u64, ..Tally::default() };
    let of = parsed.resources.len() + parsed.kept_as_source.len();
    for (done, resource) in parsed.resources.iter().enumerate() {
        if done % BREATH == 0 {
            watched.breathe(done, of)?;
        }
        let row = row(session, source, resource);
        match tx.insert_record(&row)? {
            Inserted::New => *tally.added.entry(row.category).or_default() += 1,
            Inserted::Duplicate(_) => tally.duplicates += 1,
        }
    }
    for kept in &parsed.kept_as_source {
        // Also a record (category Other), so that it is shown as what it is: source. Its bytes stand
        // in Sources beside the reason.
        match tx.insert_record(&row(session, source, &kept.resource))? {
            Inserted::New => {
                book::keep_piece(tx, source, kept.index, &kept.resource.bytes)?;
                let reason = kept.reason.code().to_owned();
                tally.kept.push(KeptPiece { index: kept.index as u64, reason });
            }
            Inserted::Duplicate(_) => tally.duplicates += 1,
        }
    }
    Ok(tally)
}

fn row(session: &Session, source: &str, resource: &Resource) -> RecordRow {
    RecordRow {
        id: session.randomness().with(|rng| RecordId::random(rng)),
        category: resource.category.as_str().to_owned(),
        resource_type: resource.resource_type.clone(),
        date: resource.date.as_ref().map(keyward_records::PartialDate::sort_key),
        title: resource.title.clone(),
        fingerprint: resource.fingerprint,
        source: source.to_owned(),
        body: resource.bytes.clone(),
    }
}
