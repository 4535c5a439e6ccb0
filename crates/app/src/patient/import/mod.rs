//! Importing files and folders: each file whole or not at all, in a transaction of its own, so that
//! killing the app at any moment leaves whole files, and importing again yields the same records.

pub mod book;
mod file;
mod subject;
pub mod walk;

use std::collections::BTreeMap;
use std::path::PathBuf;

use keyward_records::Limits;

use self::book::{FileBook, ImportBook};
use self::subject::Subject;
use self::walk::{Found, WalkLimits};
use crate::error::{AppError, ErrorCode};
use crate::jobs::Job;
use crate::patient::visibility::Visibility;
use crate::ports::progress::{Cancel, Progress, Stage, Step};
use crate::ports::vault::{RecordFilter, Transaction};
use crate::session::Session;
use crate::views::common::JobQuestion;
use crate::views::patient::{ImportDecision, ImportReport, ImportView, RefusedFile, RefusedReason};

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
    run_within(session, picked, watch, &WalkLimits::default(), &Limits::default())
}

/// Imports as a job: its progress, its questions and its outcome are the job's.
pub fn run_as_job(session: &Session, picked: &[PathBuf], job: &Job) {
    let watch = Watch {
        progress: job,
        cancel: job.token(),
        decide: &|question| job.ask(question),
        started: &|id| job.set_result(id),
    };
    let outcome = run(session, picked, &watch);
    job.finish(outcome.map(|view| Some(view.id)));
}

/// As [`run`], within given limits.
///
/// # Errors
/// As [`run`].
pub fn run_within(
    session: &Session,
    picked: &[PathBuf],
    watch: &Watch<'_>,
    walk_limits: &WalkLimits,
    limits: &Limits,
) -> Result<ImportView, AppError> {
    watch.progress.report(Step::default());
    let Found { files, refused } = walk::walk(picked, walk_limits, watch.cancel);
    let mut run = Run::start(session, picked, refused, files.len(), watch)?;
    let bytes_total = files.iter().map(|file| file.bytes).sum();
    let mut step =
        Step { stage: Stage::Reading, total: files.len() as u64, bytes_total, ..Step::default() };
    for (number, file) in files.iter().enumerate() {
        watch.progress.report(step);
        if watch.cancel.is_cancelled() || session.closed().is_cancelled() {
            return Err(ErrorCode::Cancelled.into());
        }
        if run.stopped {
            run.refuse(&file.name, RefusedReason::Stopped);
        } else {
            run.take(number, file, walk_limits.bytes, limits, &step)?;
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
    id: String,
    book: ImportBook,
    stopped: bool,
}

impl<'a> Run<'a> {
    fn start(
        session: &'a Session,
        picked: &[PathBuf],
        refused: Vec<RefusedFile>,
        files: usize,
        watch: &'a Watch<'a>,
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
        let report = ImportReport {
            files: files as u64 + refused.len() as u64,
            refused,
            ..ImportReport::default()
        };
        let book = ImportBook { at: now, names, report, finished: false };
        let mut tx = session.begin()?;
        book.save(&mut *tx, &id)?;
        tx.commit()?;
        (watch.started)(&id);
        Ok(Self { session, watch, id, book, stopped: false })
    }

    fn refuse(&mut self, name: &str, reason: RefusedReason) {
        self.book.report.refused.push(RefusedFile { file: name.to_owned(), reason });
    }

    /// Imports one file, or says in the report why not.
    fn take(
        &mut self,
        number: usize,
        found: &walk::FoundFile,
        max_bytes: u64,
        limits: &Limits,
        step: &Step,
    ) -> Result<(), AppError> {
        let parsed =
            match walk::read(found, max_bytes).and_then(|bytes| file::parse(&bytes, limits)) {
                Ok(parsed) => parsed,
                Err(reason) => {
                    self.refuse(&found.name, reason);
                    return Ok(());
                }
            };
        match self.judge(&found.name, &parsed)? {
            Verdict::Take => self.store(number, found, &parsed, step),
            Verdict::Refuse(reason) => {
                self.refuse(&found.name, reason);
                Ok(())
            }
            Verdict::Stop => {
                self.refuse(&found.name, RefusedReason::SomebodyElse);
                self.stopped = true;
                Ok(())
            }
        }
    }

    fn judge(&self, name: &str, parsed: &keyward_records::Parsed) -> Result<Verdict, AppError> {
        let question = Subject::load(&*self.session.read()?)?.question(name, parsed);
        Ok(match question.map(|question| (self.watch.decide)(question)) {
            None | Some(ImportDecision::Keep) => Verdict::Take,
            Some(ImportDecision::Skip) => Verdict::Refuse(RefusedReason::SomebodyElse),
            Some(ImportDecision::Stop) => Verdict::Stop,
        })
    }

    /// Stores a file's records, its row and the report so far: all or nothing.
    fn store(
        &mut self,
        number: usize,
        found: &walk::FoundFile,
        parsed: &keyward_records::Parsed,
        step: &Step,
    ) -> Result<(), AppError> {
        let mut tx = self.session.begin()?;
        Subject::load(&*tx)?.remember(&mut *tx, parsed)?;
        let source = book::source(&self.id, number);
        let watched =
            file::Watched { watch: self.watch, session: self.session, step, bytes: found.bytes };
        let tally = file::store(&mut *tx, self.session, &source, parsed, &watched)?;
        let file = FileBook {
            name: found.name.clone(),
            at: self.book.at,
            records: tally.added.values().sum(),
            kept: tally.kept,
        };
        file.save(&mut *tx, &source)?;
        let mut book = self.book.clone();
        book.report.resources += file.records;
        book.report.kept_as_source += file.kept.len() as u64;
        book.report.duplicates += tally.duplicates;
        for (category, records) in tally.added {
            *book.report.by_compartment.entry(category).or_default() += records;
        }
        book.save(&mut *tx, &self.id)?;
        tx.commit()?;
        self.book = book;
        self.session.changed();
        Ok(())
    }

    fn finish(&mut self) -> Result<(), AppError> {
        self.book.finished = !self.stopped;
        let mut tx = self.session.begin()?;
        self.book.save(&mut *tx, &self.id)?;
        tx.commit()?;
        self.session.changed();
        Ok(())
    }
}

/// One import with its report.
///
/// # Errors
/// [`ErrorCode::NotFound`], else what the vault reports.
pub fn view(session: &Session, id: &str) -> Result<ImportView, AppError> {
    let tx = session.read()?;
    let book = ImportBook::load(&*tx, id)?.ok_or(ErrorCode::NotFound)?;
    let visibility = Visibility::load(&*tx, session.now())?;
    describe(&*tx, id, book, &visibility)
}

/// All imports, newest first.
///
/// # Errors
/// What the vault reports.
pub fn list(session: &Session) -> Result<Vec<ImportView>, AppError> {
    let tx = session.read()?;
    let visibility = Visibility::load(&*tx, session.now())?;
    ImportBook::all(&*tx)?
        .into_iter()
        .rev()
        .map(|(id, book)| describe(&*tx, &id, book, &visibility))
        .collect()
}

fn describe(
    tx: &dyn Transaction,
    id: &str,
    book: ImportBook,
    visibility: &Visibility,
) -> Result<ImportView, AppError> {
    let mut left: BTreeMap<String, u64> = BTreeMap::new();
    for (source, _) in FileBook::of_import(tx, id)? {
        for row in tx.records(&of_source(&source))? {
            *left.entry(row.category).or_default() += 1;
        }
    }
    let shared = left.iter().filter(|(category, _)| visibility.is_shared(category));
    Ok(ImportView {
        id: id.to_owned(),
        at: book.at,
        names: book.names,
        report: book.report,
        finished: book.finished,
        records_left: left.values().sum(),
        records_shared: shared.map(|(_, records)| records).sum(),
    })
}

fn of_source(source: &str) -> RecordFilter {
    RecordFilter { source: Some(source.to_owned()), ..RecordFilter::default() }
}

/// Takes an import back: its records and its kept pieces leave this computer, all in one
/// transaction. What was shared before cannot be called back by that.
///
/// # Errors
/// [`ErrorCode::NotFound`], else what the vault reports.
pub fn undo(session: &Session, id: &str) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    ImportBook::load(&*tx, id)?.ok_or(ErrorCode::NotFound)?;
    for (source, _) in FileBook::of_import(&*tx, id)? {
        for row in tx.records(&of_source(&source))? {
            tx.delete_record(&row.id)?;
        }
    }
    ImportBook::forget(&mut *tx, id)?;
    tx.commit()?;
    session.changed();
    Ok(())
}
