//! What a file brought, stored in the import's transaction.

use std::collections::{BTreeMap, HashSet};
use std::sync::mpsc;
use std::thread;

use keyward_protocol::ids::RecordId;
use keyward_records::{KeptAsSource, ParseError, Resource};

use super::Watch;
use super::book::{self, KeptPiece};
use crate::error::{AppError, ErrorCode};
use crate::patient::compartment;
use crate::ports::clock::UnixSeconds;
use crate::ports::index::NewLine;
use crate::ports::progress::Step;
use crate::ports::vault::{Inserted, RecordRow, Transaction};
use crate::reading::{self, Entry, Scope};
use crate::session::Session;
use crate::views::patient::RefusedReason;

/// Records that are written together, while the lines of the next ones are made.
const BATCH: usize = 512;
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
    // What is kept is also a record (category Other), so that it is shown as what it is: source.
    let kept =
        kept_as_source.iter().map(|kept| Piece { resource: &kept.resource, kept: Some(kept) });
    let pieces: Vec<Piece<'_>> =
        resources.iter().map(|resource| Piece { resource, kept: None }).chain(kept).collect();
    let made = Made { session, source, now: session.now(), name: watched.name, at: watched.at };
    let mut storing =
        Storing { source, watched, of: pieces.len(), done: 0, tally: Tally::default() };
    // What she decided about the content of a record is asked of the store, which one thread has.
    if pieces.len() <= BATCH || compartment::any_decided(tx)? {
        for (number, batch) in pieces.chunks(BATCH).enumerate() {
            let mut rows = made.rows(number, batch);
            decide(tx, &mut rows, batch)?;
            let lines = made.lines(&rows)?;
            storing.put(tx, batch, Batch { rows, lines })?;
        }
    } else {
        storing.put_all(tx, &pieces, &made)?;
    }
    Ok(storing.tally)
}

/// A record to be.
#[derive(Clone, Copy)]
struct Piece<'a> {
    resource: &'a Resource,
    /// Set if it is not understood.
    kept: Option<&'a KeptAsSource>,
}

/// Records with their lines.
struct Batch {
    rows: Vec<RecordRow>,
    lines: Vec<NewLine>,
}

/// What she decided about the content of a record outlives an import that was taken back.
fn decide(
    tx: &dyn Transaction,
    rows: &mut [RecordRow],
    batch: &[Piece<'_>],
) -> Result<(), AppError> {
    for (row, piece) in rows.iter_mut().zip(batch) {
        if piece.kept.is_none()
            && let Some(category) = compartment::decided(tx, &row.fingerprint)?
        {
            category.as_str().clone_into(&mut row.category);
        }
    }
    Ok(())
}

/// Makes rows and lines of the records of a file, without the store.
#[derive(Clone, Copy)]
struct Made<'a> {
    session: &'a Session,
    source: &'a str,
    now: UnixSeconds,
    name: &'a str,
    at: UnixSeconds,
}

impl Made<'_> {
    /// The rows of a batch, in the order of their ids.
    fn rows(&self, number: usize, batch: &[Piece<'_>]) -> Vec<RecordRow> {
        let mut random = vec![[0u8; 8]; batch.len()];
        self.session.randomness().with(|rng| rng.fill_bytes(random.as_flattened_mut()));
        let first = number * BATCH;
        let rows = batch.iter().zip(random).enumerate();
        rows.map(|(at, (piece, random))| {
            row(id(self.now, first + at, random), self.source, piece.resource)
        })
        .collect()
    }

    fn lines(&self, rows: &[RecordRow]) -> Result<Vec<NewLine>, AppError> {
        let entries: Vec<Entry<'_>> = rows
            .iter()
            .map(|row| Entry {
                id: row.id,
                compartment: &row.category,
                origin: &row.source,
                source: self.name,
                received: Some(self.at),
                bytes: &row.body,
            })
            .collect();
        reading::lines(&entries)
    }
}

/// A file being stored.
struct Storing<'a> {
    source: &'a str,
    watched: &'a Watched<'a>,
    of: usize,
    done: usize,
    tally: Tally,
}

impl Storing<'_> {
    /// Stores many: the next batch is made on a second thread while this one writes.
    fn put_all(
        &mut self,
        tx: &mut dyn Transaction,
        pieces: &[Piece<'_>],
        made: &Made<'_>,
    ) -> Result<(), AppError> {
        thread::scope(|scope| {
            let (give, given) = mpsc::sync_channel::<Result<Batch, AppError>>(2);
            let work = move || {
                for (number, batch) in pieces.chunks(BATCH).enumerate() {
                    let rows = made.rows(number, batch);
                    let lines = made.lines(&rows);
                    // Nobody takes it any more once something went wrong there.
                    if give.send(lines.map(|lines| Batch { rows, lines })).is_err() {
                        break;
                    }
                }
            };
            let started = thread::Builder::new().spawn_scoped(scope, work);
            started.map_err(|_| AppError::new(ErrorCode::Internal))?;
            for batch in pieces.chunks(BATCH) {
                let made = given.recv().map_err(|_| AppError::new(ErrorCode::Internal))?;
                self.put(tx, batch, made?)?;
            }
            Ok(())
        })
    }

    /// Writes a batch with its lines.
    fn put(
        &mut self,
        tx: &mut dyn Transaction,
        batch: &[Piece<'_>],
        Batch { rows, mut lines }: Batch,
    ) -> Result<(), AppError> {
        let mut repeated = HashSet::new();
        for (row, piece) in rows.iter().zip(batch) {
            if self.done.is_multiple_of(BREATH) {
                self.watched.breathe(self.done, self.of)?;
            }
            self.done += 1;
            match (tx.insert_record(row)?, piece.kept) {
                (Inserted::Duplicate(_), _) => {
                    self.tally.duplicates += 1;
                    repeated.insert(row.id);
                }
                (Inserted::New, None) => self.count(&row.category),
                // Its bytes stand in Sources beside the reason.
                (Inserted::New, Some(kept)) => {
                    book::keep_piece(tx, self.source, kept.index, &kept.resource.bytes)?;
                    let reason = kept.reason.code().to_owned();
                    self.tally.kept.push(KeptPiece { index: kept.index as u64, reason });
                }
            }
        }
        lines.retain(|line| !repeated.contains(&line.id));
        // Records that say what another file said before are named with that record.
        self.tally.duplicates += tx.add_lines(&Scope::Own.name(), &lines)?;
        Ok(())
    }

    fn count(&mut self, category: &str) {
        match self.tally.added.get_mut(category) {
            Some(added) => *added += 1,
            None => {
                self.tally.added.insert(category.to_owned(), 1);
            }
        }
    }
}

/// The id of a record of one's own. It never leaves this store, so it begins with time and number: what comes together
/// stands together in the indexes.
fn id(now: UnixSeconds, number: usize, random: [u8; 8]) -> RecordId {
    let mut bytes = [0u8; 16];
    bytes[..5].copy_from_slice(&now.to_be_bytes()[3..]);
    bytes[5..8].copy_from_slice(&(number as u64).to_be_bytes()[5..]);
    bytes[8..].copy_from_slice(&random);
    RecordId::from_bytes(bytes)
}

fn row(id: RecordId, source: &str, resource: &Resource) -> RecordRow {
    RecordRow {
        id,
        category: resource.category.as_str().to_owned(),
        resource_type: resource.resource_type.clone(),
        date: resource.date.as_ref().map(keyward_records::PartialDate::sort_key),
        title: resource.title.clone(),
        fingerprint: resource.fingerprint,
        source: source.to_owned(),
        body: resource.bytes.clone(),
    }
}
