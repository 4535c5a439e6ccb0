//! What a file brought, stored in the import's transaction.

use std::collections::BTreeMap;

use keyward_protocol::ids::RecordId;
use keyward_records::{KeptAsSource, ParseError, Resource};

use super::Watch;
use super::book::{self, KeptPiece};
use crate::error::{AppError, ErrorCode};
use crate::patient::compartment;
use crate::ports::clock::UnixSeconds;
use crate::ports::progress::Step;
use crate::ports::vault::{Inserted, RecordRow, Transaction};
use crate::reading::{self, Entry, Scope};
use crate::session::Session;
use crate::views::patient::RefusedReason;

/// Records that are put into the reading index at once.
const INDEXED: usize = 512;
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
    /// Its name.
    pub(super) name: &'a str,
    /// When the import was started.
    pub(super) at: UnixSeconds,
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

/// What a person is told of an error.
pub(super) fn refused(error: &ParseError) -> RefusedReason {
    match error {
        ParseError::Empty => RefusedReason::Empty,
        ParseError::TooLarge { .. } => RefusedReason::TooLarge,
        ParseError::Truncated { .. } | ParseError::Damaged { .. } => RefusedReason::Damaged,
        ParseError::TooDeep { .. }
        | ParseError::StringTooLong { .. }
        | ParseError::TooManyValues { .. }
        | ParseError::TooManyResources { .. } => RefusedReason::TooComplex,
        ParseError::NotText { .. } | ParseError::NotJson { .. } | ParseError::NotFhir => {
            RefusedReason::NotFhir
        }
        ParseError::UnsupportedFormat => RefusedReason::UnsupportedFormat,
        ParseError::WrongContent { .. } => RefusedReason::WrongContent,
        ParseError::Encrypted => RefusedReason::Encrypted,
        ParseError::Entities { .. } => RefusedReason::Unsafe,
        ParseError::NeedsAnswer => RefusedReason::NeedsAnswer,
    }
}

/// Stores the resources and kept pieces of a file, or of a part of it, under `source`.
///
/// # Errors
/// [`ErrorCode::Cancelled`], else what the vault reports; then the caller drops the transaction.
pub(super) fn store(
    tx: &mut dyn Transaction,
    session: &Session,
    source: &str,
    resources: &[Resource],
    kept_as_source: &[KeptAsSource],
    watched: &Watched<'_>,
) -> Result<Tally, AppError> {
    let mut tally = Tally::default();
    let mut unread = Unread { rows: Vec::new(), twins: 0, watched };
    let of = resources.len() + kept_as_source.len();
    let decisions = compartment::any_decided(tx)?;
    for (done, resource) in resources.iter().enumerate() {
        if done % BREATH == 0 {
            watched.breathe(done, of)?;
        }
        let mut row = row(session, source, resource);
        // What she decided about this content outlives an import that was taken back.
        if decisions && let Some(category) = compartment::decided(tx, &row.fingerprint)? {
            category.as_str().clone_into(&mut row.category);
        }
        match tx.insert_record(&row)? {
            Inserted::New => {
                *tally.added.entry(row.category.clone()).or_default() += 1;
                unread.add(tx, row)?;
            }
            Inserted::Duplicate(_) => tally.duplicates += 1,
        }
    }
    for kept in kept_as_source {
        // Also a record (category Other), so that it is shown as what it is: source. Its bytes stand
        // in Sources beside the reason.
        let row = row(session, source, &kept.resource);
        match tx.insert_record(&row)? {
            Inserted::New => {
                unread.add(tx, row)?;
                book::keep_piece(tx, source, kept.index, &kept.resource.bytes)?;
                let reason = kept.reason.code().to_owned();
                tally.kept.push(KeptPiece { index: kept.index as u64, reason });
            }
            Inserted::Duplicate(_) => tally.duplicates += 1,
        }
    }
    unread.index(tx)?;
    tally.duplicates += unread.twins;
    Ok(tally)
}

/// Records that are stored but not in the reading index yet: it takes them in batches.
struct Unread<'a> {
    rows: Vec<RecordRow>,
    /// Records that say what another file said before: they are named with that record.
    twins: u64,
    watched: &'a Watched<'a>,
}

impl Unread<'_> {
    fn add(&mut self, tx: &mut dyn Transaction, row: RecordRow) -> Result<(), AppError> {
        self.rows.push(row);
        if self.rows.len() >= INDEXED { self.index(tx) } else { Ok(()) }
    }

    fn index(&mut self, tx: &mut dyn Transaction) -> Result<(), AppError> {
        let entries: Vec<Entry<'_>> = self
            .rows
            .iter()
            .map(|row| Entry {
                id: row.id,
                compartment: &row.category,
                origin: &row.source,
                source: self.watched.name,
                received: Some(self.watched.at),
                bytes: &row.body,
            })
            .collect();
        self.twins += reading::index(tx, &Scope::Own, &entries)?.twins;
        self.rows.clear();
        Ok(())
    }
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
