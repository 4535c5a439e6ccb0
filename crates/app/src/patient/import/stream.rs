//! A file that is read piece by piece because it may not fit in memory (an Apple Health export).
//!
//! Its batches are stored in transactions of their own, so the store's log stays small too; the row
//! of the file says how many are stored, and an import that goes on reads over those.

use std::io::Read as _;

use keyward_records::{Batches, Format, Limits, format};

use super::book::FileBook;
use super::file;
use super::original::{self, Keeping, Original};
use super::walk::FoundFile;
use super::{Run, Verdict};
use crate::error::AppError;
use crate::ports::progress::Step;
use crate::views::patient::{RefusedFile, RefusedReason};

/// How a streamed file ended.
enum End {
    Whole,
    Refused(RefusedReason),
    Stopped,
}

impl Run<'_> {
    /// Imports a streamed file.
    ///
    /// # Errors
    /// Cancelled, or what the vault reports; what was stored before stands and is gone on from.
    pub(super) fn take_streamed(
        &mut self,
        source: &str,
        found: &FoundFile,
        format: Format,
        limits: &Limits,
        step: &Step,
    ) -> Result<(), AppError> {
        let mut files = std::mem::take(&mut self.files);
        let outcome = files.with(self.walk_limits, found, |reader| {
            let keeping = Keeping::new(reader);
            match format::open(format, Box::new(keeping.handle()), limits) {
                Ok(batches) => self.drain(source, found, format, batches, &keeping, step),
                Err(error) => Ok(End::Refused(file::refused(&error))),
            }
        });
        self.files = files;
        let outcome = match outcome {
            Ok(outcome) => outcome?,
            Err(reason) => End::Refused(reason),
        };
        match outcome {
            End::Whole => Ok(()),
            End::Refused(reason) => self.broken_off(source, found, format, reason, step),
            End::Stopped => {
                self.refuse(&found.name, RefusedReason::SomebodyElse);
                self.stopped = true;
                Ok(())
            }
        }
    }

    fn drain(
        &mut self,
        source: &str,
        found: &FoundFile,
        format: Format,
        mut batches: Box<dyn Batches + '_>,
        keeping: &Keeping<'_>,
        step: &Step,
    ) -> Result<End, AppError> {
        let mut book = self.file_book(source)?.unwrap_or_else(|| FileBook {
            format: format.code().to_owned(),
            bytes: found.bytes,
            batches: Some(0),
            ..self.new_file(found)
        });
        let stored = book.batches.unwrap_or_default();
        let (mut number, mut before) = (0, 0);
        loop {
            self.breathe()?;
            let batch = match batches.next_batch() {
                Ok(Some(batch)) => batch,
                Ok(None) => break,
                Err(error) => return Ok(End::Refused(file::refused(&error))),
            };
            if number == 0 && stored == 0 {
                let records = batch.resources.len() as u64;
                match self.judge(&found.name, batches.patients(), records)? {
                    Verdict::Take => {}
                    Verdict::Refuse(reason) => return Ok(End::Refused(reason)),
                    Verdict::Stop => return Ok(End::Stopped),
                }
            }
            number += 1;
            let so_far = Step { bytes_done: step.bytes_done + before, ..*step };
            let bytes = batch.bytes_read.saturating_sub(before);
            before = batch.bytes_read;
            if number <= stored {
                self.watch.progress.report(so_far);
                // What is already stored may be written again; it must not pile up.
                if keeping.pieces(|pieces| pieces.waiting()) >= 16 {
                    let mut tx = self.session.begin()?;
                    keeping.pieces(|pieces| pieces.store(&mut *tx, source))?;
                    tx.commit()?;
                }
                continue;
            }
            book.batches = Some(number);
            let mut tx = self.session.begin()?;
            if number == 1 {
                self.remember(&mut *tx, batches.patients())?;
            }
            let watched = self.watched(found, bytes, &so_far);
            let tally = file::store(
                &mut *tx,
                self.session,
                source,
                &batch.resources,
                &batch.kept_as_source,
                &watched,
            )?;
            keeping.pieces(|pieces| pieces.store(&mut *tx, source))?;
            self.count(&mut *tx, source, &mut book, tally)?;
            tx.commit()?;
            self.stored();
        }
        drop(batches);
        let rest = std::io::copy(&mut keeping.handle().take(1 << 20), &mut std::io::sink());
        if rest.is_err() {
            return Ok(End::Refused(RefusedReason::Damaged));
        }
        let mut tx = self.session.begin()?;
        if number == 0 {
            self.remember(&mut *tx, &[])?;
        }
        let original: Original = keeping.pieces(|pieces| pieces.finish(&mut *tx, source))?;
        book.bytes = keeping.bytes();
        book.original = Some(original);
        book.batches = None;
        self.count(&mut *tx, source, &mut book, file::Tally::default())?;
        tx.commit()?;
        self.stored();
        Ok(End::Whole)
    }

    /// A streamed file that cannot be read on: what was read stands if it is merely damaged, and
    /// goes if it was never to be taken.
    fn broken_off(
        &mut self,
        source: &str,
        found: &FoundFile,
        format: Format,
        reason: RefusedReason,
        step: &Step,
    ) -> Result<(), AppError> {
        let Some(mut book) = self.file_book(source)? else {
            return self.leave(source, found, format.code(), reason, step);
        };
        if book.records == 0 || reason != RefusedReason::Damaged {
            let mut tx = self.session.begin()?;
            self.take_back(&mut *tx, source, &book)?;
            tx.commit()?;
            self.stored();
            return self.leave(source, found, format.code(), reason, step);
        }
        let mut tx = self.session.begin()?;
        let whole = self.keep_partly_read(&mut *tx, source, found, step)?;
        if whole.is_none() {
            // Whatever was kept of it before it broke off, in this transaction or an earlier one, is not it.
            drop(tx);
            tx = self.session.begin()?;
            original::forget(&mut *tx, source, None)?;
        }
        book.batches = None;
        book.original = whole;
        let kept = book.original.is_some();
        let (file, reason) = (found.name.clone(), RefusedReason::PartlyRead);
        self.book.report.refused.push(RefusedFile { file, reason, kept });
        book.save(&mut *tx, source)?;
        self.book.save(&mut *tx, &self.id)?;
        tx.commit()?;
        self.stored();
        Ok(())
    }
}
