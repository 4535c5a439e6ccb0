//! Importing files, folders and zip archives: each file whole or not at all, in a transaction of its
//! own, so that killing the app at any moment leaves whole files, and importing again yields the same
//! records. An import that was interrupted is listed as unfinished and can go on where it was.

mod archive;
pub mod book;
pub mod envelope;
mod file;
mod finished;
mod keep;
pub mod original;
mod stream;
mod subject;
mod table;
pub mod walk;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread;

use keyward_records::sensitivity;
use keyward_records::{Format, Limits, Parsed, PatientIdentity, documents, format};

/// For fuzzing: what is made of the bytes of an archive.
pub(crate) fn fuzz_archive(bytes: &[u8]) {
    let limits = walk::WalkLimits { files: 200, nested: 1 << 16, ..walk::WalkLimits::default() };
    archive::fuzz(bytes, &limits);
}

pub use self::finished::{export, files, list, report_json, undo, view};

use self::archive::Files;
use self::book::{FileBook, ImportBook};
use self::file::Tally;
use self::subject::Subject;
use self::table::Unread;
use self::walk::{Found, FoundFile, WalkLimits};
use crate::error::{AppError, ErrorCode};
use crate::jobs::Job;
use crate::patient::compartment;
use crate::ports::progress::{Cancel, Progress, Stage, Step};
use crate::ports::vault::{RecordFilter, Transaction};
use crate::session::Session;
use crate::views::common::JobQuestion;
use crate::views::patient::{ImportDecision, ImportReport, ImportView, RefusedFile, RefusedReason};

/// A FHIR file of at least so many bytes is stored while it is read.
const FLOWING: usize = 1 << 20;

/// Who watches, stops and answers an import.
pub struct Watch<'a> {
    /// Told how far it is.
    pub progress: &'a dyn Progress,
    /// Asked whether to stop.
    pub cancel: &'a Cancel,
    /// Asked what to do with a file about somebody else. Called without a transaction held.
    pub decide: &'a dyn Fn(JobQuestion) -> ImportDecision,
    /// Told the import's id as soon as there is one.
    pub started: &'a dyn Fn(&str),
}

/// What was decided about a file before its records are stored.
enum Verdict {
    Take,
    Refuse(RefusedReason),
    Stop,
}

/// What became of a file that may be stored while it is read.
enum Flowed {
    Stored,
    Refused(RefusedReason),
    /// Nothing; it is to be read whole.
    NotYet,
}

/// What is imported.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// Files and folders that were just picked.
    Picked(&'a [PathBuf]),
    /// An import that was interrupted, by its id.
    Unfinished(&'a str),
}

/// Imports what was picked, within the default limits.
///
/// # Errors
/// [`ErrorCode::Cancelled`] if it was stopped by its token (files imported before stay), else what
/// the vault reports.
pub fn run(
    session: &Session,
    picked: &[PathBuf],
    watch: &Watch<'_>,
) -> Result<ImportView, AppError> {
    run_within(session, What::Picked(picked), watch, &WalkLimits::default(), &Limits::default())
}

/// Goes on with an import that was interrupted: files that are stored already are passed over.
///
/// # Errors
/// [`ErrorCode::NotFound`], else as [`run`].
pub fn resume(session: &Session, id: &str, watch: &Watch<'_>) -> Result<ImportView, AppError> {
    run_within(session, What::Unfinished(id), watch, &WalkLimits::default(), &Limits::default())
}

/// Imports as a job: its progress, its questions and its outcome are the job's.
pub fn run_as_job(session: &Session, what: What<'_>, job: &Job) {
    let watch = Watch {
        progress: job,
        cancel: job.token(),
        decide: &|question| job.ask(question),
        started: &|id| job.set_result(id),
    };
    let outcome = run_within(session, what, &watch, &WalkLimits::default(), &Limits::default());
    job.finish(outcome.map(|view| Some(view.id)));
    session.rest();
}

/// As [`run`] or [`resume`], within given limits.
///
/// # Errors
/// As [`run`].
pub fn run_within(
    session: &Session,
    what: What<'_>,
    watch: &Watch<'_>,
    walk_limits: &WalkLimits,
    limits: &Limits,
) -> Result<ImportView, AppError> {
    watch.progress.report(Step::default());
    let mut run = match what {
        What::Picked(picked) => Run::start(session, picked, watch, walk_limits)?,
        What::Unfinished(id) => Run::again(session, id, watch, walk_limits)?,
    };
    let Found { files, refused } = walk::walk(&run.book.picked, walk_limits, watch.cancel);
    run.found(&files, refused)?;
    let bytes_total = files.iter().map(|file| file.bytes).sum();
    let mut step =
        Step { stage: Stage::Reading, total: files.len() as u64, bytes_total, ..Step::default() };
    for file in &files {
        watch.progress.report(step);
        run.breathe()?;
        if run.stopped {
            run.refuse(&file.name, RefusedReason::Stopped);
        } else {
            run.take(file, &files, limits, &step)?;
        }
        step.done += 1;
        step.bytes_done += file.bytes;
    }
    run.finish()?;
    step.stage = Stage::Finished;
    watch.progress.report(step);
    view(session, &run.id)
}

/// An import under way.
struct Run<'a> {
    session: &'a Session,
    watch: &'a Watch<'a>,
    walk_limits: &'a WalkLimits,
    id: String,
    book: ImportBook,
    /// Number of the next file's source.
    next: usize,
    /// Sources of the files that are stored, or begun, by their place.
    sources: BTreeMap<String, String>,
    files: Files,
    stopped: bool,
}

impl<'a> Run<'a> {
    fn start(
        session: &'a Session,
        picked: &[PathBuf],
        watch: &'a Watch<'a>,
        walk_limits: &'a WalkLimits,
    ) -> Result<Self, AppError> {
        let now = session.now();
        let mut random = [0u8; 6];
        session.randomness().with(|rng| rng.fill_bytes(&mut random));
        let id = format!("{now:012}-{}", hex::encode(random));
        let names = picked
            .iter()
            .filter_map(|path| path.file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        let book = ImportBook {
            at: now,
            names,
            report: ImportReport {
                list: Some(sensitivity::LIST.to_owned()),
                ..ImportReport::default()
            },
            finished: false,
            picked: picked.to_vec(),
            found: 0,
        };
        Ok(Self::new(session, id, book, watch, walk_limits))
    }

    fn again(
        session: &'a Session,
        id: &str,
        watch: &'a Watch<'a>,
        walk_limits: &'a WalkLimits,
    ) -> Result<Self, AppError> {
        let tx = session.read()?;
        let mut book = ImportBook::load(&*tx, id)?.ok_or(ErrorCode::NotFound)?;
        if book.finished || book.picked.is_empty() {
            return Err(ErrorCode::NotFound.into());
        }
        // What was left out is looked at again, but nobody is asked twice.
        let stands = |left: &RefusedFile| {
            left.kept
                || matches!(left.reason, RefusedReason::SomebodyElse | RefusedReason::PartlyRead)
        };
        book.report.refused.retain(stands);
        let mut run = Self::new(session, id.to_owned(), book, watch, walk_limits);
        for (source, file) in FileBook::of_import(&*tx, id)? {
            let number = source.rsplit('/').next().and_then(|number| number.parse().ok());
            run.next = run.next.max(number.unwrap_or(0usize) + 1);
            run.sources.insert(file.place, source);
        }
        Ok(run)
    }

    fn new(
        session: &'a Session,
        id: String,
        book: ImportBook,
        watch: &'a Watch<'a>,
        walk_limits: &'a WalkLimits,
    ) -> Self {
        let (sources, files) = (BTreeMap::new(), Files::default());
        Self { session, watch, walk_limits, id, book, next: 0, sources, files, stopped: false }
    }

    /// Notes what was found, before anything of it is read.
    fn found(&mut self, files: &[FoundFile], refused: Vec<RefusedFile>) -> Result<(), AppError> {
        self.book.report.files = (files.len() + refused.len()) as u64;
        self.book.found = files.len() as u64;
        self.book.report.refused.extend(refused);
        let mut tx = self.session.begin()?;
        self.book.save(&mut *tx, &self.id)?;
        tx.commit()?;
        (self.watch.started)(&self.id);
        Ok(())
    }

    /// # Errors
    /// [`ErrorCode::Cancelled`] if somebody wants it to stop.
    fn breathe(&self) -> Result<(), AppError> {
        if self.watch.cancel.is_cancelled() || self.session.closed().is_cancelled() {
            return Err(ErrorCode::Cancelled.into());
        }
        Ok(())
    }

    fn refuse(&mut self, name: &str, reason: RefusedReason) {
        self.book.report.refused.push(RefusedFile { file: name.to_owned(), reason, kept: false });
    }

    /// Imports one file, or says in the report why not.
    fn take(
        &mut self,
        found: &FoundFile,
        all: &[FoundFile],
        limits: &Limits,
        step: &Step,
    ) -> Result<(), AppError> {
        let source = self.sources.get(&found.place.key()).cloned();
        if let Some(source) = &source
            && self.file_book(source)?.is_some_and(|file| file.batches.is_none())
        {
            return Ok(());
        }
        let left_out = |left: &RefusedFile| left.file == found.name;
        if self.book.report.refused.iter().any(left_out) {
            return Ok(());
        }
        let source = source.unwrap_or_else(|| {
            self.next += 1;
            book::source(&self.id, self.next - 1)
        });
        if let Some(reason) = found.only_kept {
            return self.leave(&source, found, Format::Unknown.code(), reason, step);
        }
        let head = match self.files.head(self.walk_limits, found, format::HEAD) {
            Ok(head) => head,
            Err(reason) => {
                self.refuse(&found.name, reason);
                return Ok(());
            }
        };
        let format = format::detect(&found.name, &head);
        if let Some(reason) = left_out_at_once(found, all, format, &head) {
            return self.leave(&source, found, format.code(), reason, step);
        }
        if format.is_streamed() {
            return self.take_streamed(&source, found, format, limits, step);
        }
        let blank = head.iter().all(u8::is_ascii_whitespace);
        if format == Format::Unknown && !blank && found.bytes <= self.walk_limits.bytes {
            // Its beginning tells why; nothing is to be held of the rest.
            let reason = file::refused(&format::unknown(&found.name, &head, limits));
            return self.leave(&source, found, format.code(), reason, step);
        }
        self.take_whole(&source, found, format, limits, step)
    }

    fn take_whole(
        &mut self,
        source: &str,
        found: &FoundFile,
        format: Format,
        limits: &Limits,
        step: &Step,
    ) -> Result<(), AppError> {
        let most = self.walk_limits.bytes.min(format.max_bytes(limits) as u64);
        let read = match self.files.all(self.walk_limits, found, most) {
            Ok(bytes) => match self.take_flowing(source, found, format, &bytes, limits, step)? {
                Flowed::Stored => return Ok(()),
                Flowed::Refused(reason) => {
                    drop(bytes);
                    return self.leave(source, found, format.code(), reason, step);
                }
                Flowed::NotYet => Ok(bytes),
            },
            other => other.map_err(|reason| Unread::Refused(of_document(reason, format))),
        };
        let read = read.and_then(|bytes| {
            let parsed = self.parse(found, format, &bytes, limits)?;
            Ok((bytes, parsed))
        });
        let (bytes, parsed) = match read {
            Ok(read) => read,
            Err(unread) => {
                self.stopped |= matches!(unread, Unread::Stopped);
                return self.leave(source, found, format.code(), unread.reason(), step);
            }
        };
        let records = parsed.resources.len() as u64;
        match self.judge(&found.name, &parsed.patients, records)? {
            Verdict::Take => {}
            Verdict::Refuse(reason) => {
                self.refuse(&found.name, reason);
                return Ok(());
            }
            Verdict::Stop => {
                self.refuse(&found.name, RefusedReason::SomebodyElse);
                self.stopped = true;
                return Ok(());
            }
        }
        // A file's records, its row and the report so far: all or nothing.
        let mut tx = self.session.begin()?;
        self.remember(&mut *tx, &parsed.patients)?;
        let watched = self.watched(found, found.bytes, step);
        let (resources, kept) = (&parsed.resources, &parsed.kept_as_source);
        let mut tally = file::store(&mut *tx, self.session, source, resources, kept, &watched)?;
        tally.complete(&parsed);
        let mut file = FileBook {
            format: format.code().to_owned(),
            bytes: bytes.len() as u64,
            ..self.new_file(found)
        };
        if format.needs_original() {
            file.original = Some(original::keep(&mut *tx, source, &bytes)?);
        }
        if format == Format::Fhir {
            file.around = Some(envelope::Whole::of(&bytes));
            envelope::keep(&mut *tx, source, &mut file, &bytes, &mut tally.places)?;
        }
        self.count(&mut *tx, source, &mut file, tally)?;
        tx.commit()?;
        self.stored();
        Ok(())
    }

    /// Stores a large FHIR file while it is read. Nothing is stored if a person has to be asked something first:
    /// then it is read whole.
    fn take_flowing(
        &mut self,
        source: &str,
        found: &FoundFile,
        format: Format,
        bytes: &[u8],
        limits: &Limits,
        step: &Step,
    ) -> Result<Flowed, AppError> {
        if format != Format::Fhir || bytes.len() < FLOWING {
            return Ok(Flowed::NotYet);
        }
        let mut tx = self.session.begin()?;
        if compartment::any_decided(&*tx)? {
            return Ok(Flowed::NotYet);
        }
        let watched = self.watched(found, found.bytes, step);
        let (stored, whole) = thread::scope(|scope| {
            let hash = thread::Builder::new().name("import-hash".into());
            let whole = hash.spawn_scoped(scope, || envelope::Whole::of(bytes));
            let stored =
                file::store_flowing(&mut *tx, self.session, source, bytes, limits, &watched);
            (stored, whole.map(thread::ScopedJoinHandle::join))
        });
        let Ok(Ok(whole)) = whole else { return Err(ErrorCode::Internal.into()) };
        let (mut tally, parsed) = match stored? {
            Ok(stored) => stored,
            Err(error) => return Ok(Flowed::Refused(file::refused(&error))),
        };
        let records = tally.added.values().sum();
        if Subject::load(&*tx)?.question(&found.name, &parsed.patients, records).is_some() {
            return Ok(Flowed::NotYet);
        }
        self.remember(&mut *tx, &parsed.patients)?;
        let mut file = FileBook {
            format: format.code().to_owned(),
            bytes: bytes.len() as u64,
            ..self.new_file(found)
        };
        file.around = Some(whole);
        envelope::keep(&mut *tx, source, &mut file, bytes, &mut tally.places)?;
        self.count(&mut *tx, source, &mut file, tally)?;
        tx.commit()?;
        self.stored();
        Ok(Flowed::Stored)
    }

    /// Takes a file apart; asks first what the columns of a table hold.
    fn parse(
        &self,
        found: &FoundFile,
        format: Format,
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<Parsed, Unread> {
        if format == Format::Csv {
            return table::read(&found.name, bytes, limits, self.watch.decide);
        }
        let parsed = if format.is_document() {
            let inspector = self.session.inspector();
            documents::read_with(format, &found.name, bytes, limits, &*inspector)
        } else {
            format::read(format, &found.name, bytes, limits)
        };
        parsed.map_err(|error| Unread::Refused(file::refused(&error)))
    }

    /// Who watches a file, or `bytes` of it, being stored.
    fn watched<'b>(
        &'b self,
        found: &'b FoundFile,
        bytes: u64,
        step: &'b Step,
    ) -> file::Watched<'b> {
        file::Watched {
            watch: self.watch,
            session: self.session,
            step,
            bytes,
            name: &found.name,
            at: self.book.at,
        }
    }

    fn judge(
        &self,
        name: &str,
        patients: &[PatientIdentity],
        records: u64,
    ) -> Result<Verdict, AppError> {
        let question = Subject::load(&*self.session.read()?)?.question(name, patients, records);
        Ok(match question.map(|question| (self.watch.decide)(question)) {
            None | Some(ImportDecision::Keep) => Verdict::Take,
            // Columns are no answer to this question.
            Some(ImportDecision::Skip | ImportDecision::Columns { .. }) => {
                Verdict::Refuse(RefusedReason::SomebodyElse)
            }
            Some(ImportDecision::Stop) => Verdict::Stop,
        })
    }

    fn remember(
        &self,
        tx: &mut dyn Transaction,
        patients: &[PatientIdentity],
    ) -> Result<(), AppError> {
        Ok(Subject::load(&*tx)?.remember(tx, patients)?)
    }

    fn new_file(&self, found: &FoundFile) -> FileBook {
        FileBook {
            name: found.name.clone(),
            at: self.book.at,
            records: 0,
            kept: Vec::new(),
            place: found.place.key(),
            format: String::new(),
            bytes: 0,
            original: None,
            around: None,
            batches: None,
            apart: BTreeMap::new(),
            labels: Vec::new(),
            not_read: None,
            duplicates: 0,
        }
    }

    fn file_book(&self, source: &str) -> Result<Option<FileBook>, AppError> {
        Ok(FileBook::load(&*self.session.read()?, source)?)
    }

    /// Adds what was stored of a file to its row and to the report, in the same transaction.
    fn count(
        &mut self,
        tx: &mut dyn Transaction,
        source: &str,
        file: &mut FileBook,
        tally: Tally,
    ) -> Result<(), AppError> {
        let report = &mut self.book.report;
        let added: u64 = tally.added.values().sum();
        report.resources += added;
        report.kept_as_source += tally.kept.len() as u64;
        report.duplicates += tally.duplicates;
        for (category, records) in tally.added {
            *report.by_compartment.entry(category).or_default() += records;
        }
        file.records += added;
        file.duplicates += tally.duplicates;
        file.kept.extend(tally.kept);
        file.apart.extend(tally.apart);
        file.labels.extend(tally.labels);
        file.save(tx, source)?;
        Ok(self.book.save(tx, &self.id)?)
    }

    /// Takes the stored part of a file back.
    fn take_back(
        &mut self,
        tx: &mut dyn Transaction,
        source: &str,
        file: &FileBook,
    ) -> Result<(), AppError> {
        let report = &mut self.book.report;
        for row in tx.records(&of_source(source))? {
            tx.delete_record(&row.id)?;
            if let Some(records) = report.by_compartment.get_mut(&row.category) {
                *records = records.saturating_sub(1);
            }
        }
        report.by_compartment.retain(|_, records| *records > 0);
        report.resources = report.resources.saturating_sub(file.records);
        report.kept_as_source = report.kept_as_source.saturating_sub(file.kept.len() as u64);
        report.duplicates = report.duplicates.saturating_sub(file.duplicates);
        FileBook::forget(tx, source, file)?;
        Ok(self.book.save(tx, &self.id)?)
    }

    fn stored(&self) {
        self.session.changed();
    }

    fn finish(&mut self) -> Result<(), AppError> {
        self.book.finished = !self.stopped;
        if self.book.finished {
            // Paths are kept for going on only.
            self.book.picked = Vec::new();
        }
        let mut tx = self.session.begin()?;
        self.book.save(&mut *tx, &self.id)?;
        tx.commit()?;
        self.session.changed();
        Ok(())
    }
}

/// Files that are left out before they are read any further.
fn left_out_at_once(
    found: &FoundFile,
    all: &[FoundFile],
    format: Format,
    head: &[u8],
) -> Option<RefusedReason> {
    if head.len() < format::HEAD && head.iter().all(u8::is_ascii_whitespace) {
        return Some(RefusedReason::Empty);
    }
    let folder = found.name.strip_suffix("export_cda.xml");
    if let (Format::Ccda, Some(folder)) = (format, folder)
        && all.iter().any(|other| other.name == format!("{folder}export.xml"))
    {
        return Some(RefusedReason::Covered);
    }
    match format {
        // An archive in an archive in an archive; others were taken apart when they were found.
        Format::Zip => Some(RefusedReason::ArchiveBomb),
        // The curves of an Apple Watch: voltages, not a table of readings.
        Format::Csv if found.name.contains("/electrocardiograms/") => {
            Some(RefusedReason::UnsupportedFormat)
        }
        _ => None,
    }
}

/// A document may be less large than other files, and is made smaller in other ways.
fn of_document(reason: RefusedReason, format: Format) -> RefusedReason {
    let document = matches!(format, Format::FhirXml | Format::Ccda) || format.is_document();
    match reason {
        RefusedReason::TooLarge if document => RefusedReason::DocumentTooLarge,
        other => other,
    }
}

fn of_source(source: &str) -> RecordFilter {
    RecordFilter { source: Some(source.to_owned()), ..RecordFilter::default() }
}
