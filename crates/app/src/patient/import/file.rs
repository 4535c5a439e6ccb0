//! What a file brought, stored in the import's transaction.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::mpsc;
use std::thread;

use keyward_protocol::ids::RecordId;
use keyward_records::sensitivity::{Sensitivity, SensitivityMatch};
use keyward_records::view::line::Line;
use keyward_records::{Arrival, KeptAsSource, Limits, ParseError, Parsed, Resource};

use super::Watch;
use super::book::{self, KeptPiece};
use super::envelope::Placed;
use crate::error::{AppError, ErrorCode};
use crate::patient::compartment;
use crate::ports::clock::UnixSeconds;
use crate::ports::index::NewLine;
use crate::ports::progress::Step;
use crate::ports::vault::{Inserted, Packed, RecordRow, Transaction};
use crate::reading::{self, Entry, Scope};
use crate::session::Session;
use crate::views::patient::RefusedReason;

/// Records that are written together, while the next ones are read: few enough that what is made of them stays in the
/// processor's cache until it is written and given back.
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
    /// See [`book::FileBook::apart`].
    pub(super) apart: BTreeMap<String, Vec<Sensitivity>>,
    /// Those of `apart` that were there already: their own file may be labelled otherwise.
    repeated: HashSet<String>,
    /// See [`book::FileBook::labels`].
    pub(super) labels: Vec<SensitivityMatch>,
    /// Where in the file records stood that were added.
    pub(super) places: Vec<Placed>,
}

impl Tally {
    /// Adds what is known once the whole file is taken apart.
    pub(super) fn complete(&mut self, parsed: &Parsed) {
        self.duplicates += parsed.duplicates.len() as u64;
        for (fingerprint, kinds) in &parsed.labelled_again {
            let fingerprint = hex::encode(fingerprint);
            let known = self.apart.entry(fingerprint.clone()).or_default();
            known.extend(kinds);
            known.sort_unstable();
            known.dedup();
            self.repeated.insert(fingerprint);
        }
        // What is said once of the whole file is not said again of each record that came with it.
        let (labels, repeated) = (&parsed.labels, &self.repeated);
        let told = |kind: &Sensitivity| labels.iter().any(|label| label.kind == *kind);
        self.apart.retain(|content, kinds| repeated.contains(content) || !kinds.iter().all(told));
        self.labels.clone_from(labels);
    }
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
    /// Tells how far it is, `done` of the file's bytes; what was made from another format has others.
    fn breathe(&self, done: u64) -> Result<(), AppError> {
        if self.watch.cancel.is_cancelled() || self.session.closed().is_cancelled() {
            return Err(ErrorCode::Cancelled.into());
        }
        let bytes_done = self.step.bytes_done + done.min(self.bytes);
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
        | ParseError::TooManyResources { .. } => RefusedReason::TooComplex,
        ParseError::TooManyValues { .. } => RefusedReason::TooManyValues,
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
    let pieces: Vec<Piece<'_>> = pieces(resources, kept_as_source).collect();
    let mut make = Make::new(session, source, watched);
    let mut storing = Storing { source, watched, bytes: 0, tally: Tally::default() };
    // What she decided about the content of a record is asked of the store, which one thread has.
    let decisions = compartment::any_decided(tx)?;
    if pieces.len() <= BATCH || decisions {
        for pieces in pieces.chunks(BATCH) {
            let mut batch = make.rows(pieces);
            if decisions {
                decide(tx, &mut batch)?;
            }
            make.lines(&mut [], &mut batch)?;
            storing.put(tx, batch)?;
        }
        return Ok(storing.tally);
    }
    let work = move |give: &Give| {
        pieces.chunks(BATCH).all(|pieces| give.next(make.batch(pieces, &mut [])));
    };
    storing.put_all(tx, work).map(|()| storing.tally)
}

/// Stores a FHIR file while it is read; gives what is left of it, which is nothing to be stored.
///
/// # Errors
/// As [`store`]; the inner error is why the file is refused.
pub(super) fn store_flowing(
    tx: &mut dyn Transaction,
    session: &Session,
    source: &str,
    bytes: &[u8],
    limits: &Limits,
    watched: &Watched<'_>,
) -> Result<Result<(Tally, Parsed), ParseError>, AppError> {
    let mut make = Make::new(session, source, watched);
    let mut storing = Storing { source, watched, bytes: 0, tally: Tally::default() };
    let work = move |give: &Give| {
        let arrival = Arrival { source: make.name, received: Some(make.at) };
        let mut send = |resources: &mut [Resource], kept: &mut [KeptAsSource]| {
            let mut drawn = drawn(resources, kept);
            let pieces: Vec<Piece<'_>> = pieces(resources, kept).collect();
            pieces
                .chunks(BATCH)
                .zip(drawn.chunks_mut(BATCH))
                .all(|(pieces, drawn)| give.next(make.batch(pieces, drawn)));
        };
        let parsed = keyward_records::parse_giving(bytes, limits, &arrival, &mut |mut given| {
            send(&mut given.resources, &mut given.kept_as_source);
        });
        parsed.map(|mut rest| {
            send(&mut rest.resources, &mut rest.kept_as_source);
            rest
        })
    };
    let parsed = storing.put_all(tx, work)?;
    Ok(parsed.map(|parsed| {
        storing.tally.complete(&parsed);
        (storing.tally, parsed)
    }))
}

/// Where batches go from the thread that makes them, and where they come back: memory is best given back by the
/// thread that took it.
struct Give {
    made: mpsc::SyncSender<Result<Batch, AppError>>,
    stored: mpsc::Receiver<Batch>,
}

impl Give {
    /// `false` once nobody takes it any more, because something went wrong there.
    fn next(&self, batch: Result<Batch, AppError>) -> bool {
        self.stored.try_iter().for_each(drop);
        self.made.send(batch).is_ok()
    }
}

/// A record to be.
#[derive(Clone, Copy)]
struct Piece<'a> {
    resource: &'a Resource,
    /// Set if it is not understood.
    kept: Option<&'a KeptAsSource>,
}

/// What is kept is also a record (category Other), so that it is shown as what it is: source.
fn pieces<'a>(
    resources: &'a [Resource],
    kept: &'a [KeptAsSource],
) -> impl Iterator<Item = Piece<'a>> {
    let kept = kept.iter().map(|kept| Piece { resource: &kept.resource, kept: Some(kept) });
    resources.iter().map(|resource| Piece { resource, kept: None }).chain(kept)
}

/// The line of a piece, if it was made when the file was read.
type Drawn = Option<Box<Line>>;

/// The lines of what [`pieces`] gives, in its order.
fn drawn(resources: &mut [Resource], kept: &mut [KeptAsSource]) -> Vec<Drawn> {
    let kept = kept.iter_mut().map(|kept| &mut kept.resource);
    resources.iter_mut().chain(kept).map(|resource| resource.line.take()).collect()
}

/// Records with their lines.
#[derive(Default)]
struct Batch {
    rows: Vec<RecordRow>,
    /// Of each row what the store makes of its body.
    packed: Vec<Option<Packed>>,
    /// Of each row where in the file it stood.
    places: Vec<Option<Range<usize>>>,
    /// Of each row that is not understood: its position in the file, and why.
    kept: Vec<Option<KeptPiece>>,
    /// What some are kept apart for, by their content.
    apart: Vec<(String, Vec<Sensitivity>)>,
    lines: Vec<NewLine>,
}

/// What she decided about the content of a record outlives an import that was taken back.
fn decide(tx: &dyn Transaction, batch: &mut Batch) -> Result<(), AppError> {
    for (row, kept) in batch.rows.iter_mut().zip(&batch.kept) {
        if kept.is_none()
            && let Some(category) = compartment::decided(tx, &row.fingerprint)?
        {
            category.as_str().clone_into(&mut row.category);
        }
    }
    Ok(())
}

/// Makes rows and lines of the records of a file, without the store.
struct Make<'a> {
    session: &'a Session,
    source: &'a str,
    now: UnixSeconds,
    name: &'a str,
    at: UnixSeconds,
    /// Rows made so far.
    made: u64,
}

impl<'a> Make<'a> {
    fn new(session: &'a Session, source: &'a str, watched: &Watched<'a>) -> Self {
        let (name, at, now) = (watched.name, watched.at, session.now());
        Self { session, source, now, name, at, made: 0 }
    }

    /// The rows of a batch, in the order of their ids.
    fn rows(&mut self, pieces: &[Piece<'_>]) -> Batch {
        let mut random = vec![[0u8; 8]; pieces.len()];
        self.session.randomness().with(|rng| rng.fill_bytes(random.as_flattened_mut()));
        let mut batch = Batch::default();
        for (piece, random) in pieces.iter().zip(random) {
            self.made += 1;
            batch.packed.push(self.session.pack(&piece.resource.bytes));
            batch.apart.extend(apart(piece));
            batch.places.push(piece.resource.place.clone());
            batch.rows.push(row(id(self.now, self.made, random), self.source, piece.resource));
            batch.kept.push(piece.kept.map(|kept| KeptPiece {
                index: kept.index as u64,
                reason: kept.reason.code().to_owned(),
            }));
        }
        batch
    }

    fn lines(&self, drawn: &mut [Drawn], batch: &mut Batch) -> Result<(), AppError> {
        let entries: Vec<(Entry<'_>, Option<Line>)> = batch
            .rows
            .iter()
            .enumerate()
            .map(|(at, row)| {
                let entry = Entry {
                    id: row.id,
                    compartment: &row.category,
                    origin: &row.source,
                    source: self.name,
                    received: Some(self.at),
                    bytes: &row.body,
                };
                (entry, drawn.get_mut(at).and_then(Option::take).map(|line| *line))
            })
            .collect();
        batch.lines = reading::lines(entries)?;
        Ok(())
    }

    fn batch(&mut self, pieces: &[Piece<'_>], drawn: &mut [Drawn]) -> Result<Batch, AppError> {
        let mut batch = self.rows(pieces);
        self.lines(drawn, &mut batch)?;
        Ok(batch)
    }
}

/// A file being stored.
struct Storing<'a> {
    source: &'a str,
    watched: &'a Watched<'a>,
    /// Bytes stored so far.
    bytes: u64,
    tally: Tally,
}

impl Storing<'_> {
    /// Stores what `work` makes on a second thread while this one writes; gives what came of it.
    fn put_all<T: Send>(
        &mut self,
        tx: &mut dyn Transaction,
        work: impl FnOnce(&Give) -> T + Send,
    ) -> Result<T, AppError> {
        let internal = || AppError::new(ErrorCode::Internal);
        thread::scope(|scope| {
            let ((made, given), (back, stored)) = (mpsc::sync_channel(2), mpsc::channel());
            let give = Give { made, stored };
            let work = move || {
                let done = work(&give);
                drop(give.made);
                give.stored.iter().for_each(drop);
                done
            };
            let started =
                thread::Builder::new().name("import-rows".into()).spawn_scoped(scope, work);
            let started = started.map_err(|_| internal())?;
            for batch in given {
                let batch = self.put(tx, batch?)?;
                back.send(batch).map_err(|_| internal())?;
            }
            drop(back);
            started.join().map_err(|_| internal())
        })
    }

    /// Writes a batch with its lines.
    fn put(&mut self, tx: &mut dyn Transaction, mut batch: Batch) -> Result<Batch, AppError> {
        let mut repeated = HashSet::new();
        self.tally.apart.extend(batch.apart.drain(..));
        let mut inserted = Vec::with_capacity(batch.rows.len());
        for (rows, packed) in batch.rows.chunks(BREATH).zip(batch.packed.chunks(BREATH)) {
            self.watched.breathe(self.bytes)?;
            self.bytes += rows.iter().map(|row| row.body.len() as u64).sum::<u64>();
            inserted.extend(tx.insert_packed(rows, packed)?);
        }
        let rows = batch.rows.iter().zip(inserted).zip(&batch.kept);
        for (number, ((row, inserted), kept)) in rows.enumerate() {
            if let (Inserted::New, Some(Some(place))) = (&inserted, batch.places.get(number)) {
                self.tally.places.push(Placed { place: place.clone(), record: row.id });
            }
            match (inserted, kept) {
                (Inserted::Duplicate(_), _) => {
                    self.tally.duplicates += 1;
                    if !self.tally.apart.is_empty() {
                        let content = hex::encode(row.fingerprint);
                        if self.tally.apart.contains_key(&content) {
                            self.tally.repeated.insert(content);
                        }
                    }
                    repeated.insert(row.id);
                }
                (Inserted::New, None) => self.count(&row.category),
                // Its bytes stand in Sources beside the reason.
                (Inserted::New, Some(kept)) => {
                    book::keep_piece(tx, self.source, kept.index, &row.body)?;
                    self.tally.kept.push(kept.clone());
                }
            }
        }
        batch.lines.retain(|line| !repeated.contains(&line.id));
        // Records that say what another file said before are named with that record.
        self.tally.duplicates += tx.add_lines(&Scope::Own.name(), &batch.lines)?;
        Ok(batch)
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

/// What a record is kept apart for that its content does not tell by itself.
fn apart(piece: &Piece<'_>) -> Option<(String, Vec<Sensitivity>)> {
    let Resource { within, fingerprint, .. } = piece.resource;
    (!within.is_empty()).then(|| (hex::encode(fingerprint), within.clone()))
}

/// The id of a record of one's own. It never leaves this store, so it begins with time and number: what comes together
/// stands together in the indexes.
fn id(now: UnixSeconds, number: u64, random: [u8; 8]) -> RecordId {
    let mut bytes = [0u8; 16];
    bytes[..5].copy_from_slice(&now.to_be_bytes()[3..]);
    bytes[5..8].copy_from_slice(&number.to_be_bytes()[5..]);
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
