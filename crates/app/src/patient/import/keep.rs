//! Files that are not understood as a whole: kept byte for byte, with a record that stands for them.

use std::io::Read as _;

use keyward_records::documents;

use super::Run;
use super::book::FileBook;
use super::file::{self, Tally};
use super::original::{self, Original, Pieces};
use super::walk::FoundFile;
use crate::error::AppError;
use crate::ports::progress::Step;
use crate::ports::vault::Transaction;
use crate::views::patient::{RefusedFile, RefusedReason};

/// Bytes read between two looks at progress and cancel token.
const CHUNK: usize = 1 << 20;

/// Whether a file that is not read for this reason is kept as it came: its bytes can be had, it may be hers,
/// and nobody said to leave it out.
pub(super) const fn is_kept(reason: RefusedReason) -> bool {
    match reason {
        RefusedReason::DocumentTooLarge
        | RefusedReason::NotFhir
        | RefusedReason::UnsupportedFormat
        | RefusedReason::WrongContent
        | RefusedReason::Encrypted
        | RefusedReason::Unsafe
        | RefusedReason::PartlyRead
        | RefusedReason::Covered
        | RefusedReason::Damaged
        | RefusedReason::TooManyValues
        | RefusedReason::TooComplex
        | RefusedReason::OtherRelease => true,
        RefusedReason::TooLarge
        | RefusedReason::TooMany
        | RefusedReason::TooDeep
        | RefusedReason::Link
        | RefusedReason::NotAFile
        | RefusedReason::Unreadable
        | RefusedReason::Empty
        | RefusedReason::ArchiveBomb
        | RefusedReason::NeedsAnswer
        | RefusedReason::SomebodyElse
        | RefusedReason::Stopped => false,
    }
}

impl Run<'_> {
    /// Says in the report why a file was not read, and keeps it as it came if that can be.
    ///
    /// # Errors
    /// Cancelled, or what the vault reports.
    pub(super) fn leave(
        &mut self,
        source: &str,
        found: &FoundFile,
        format: &str,
        reason: RefusedReason,
        step: &Step,
    ) -> Result<(), AppError> {
        if !is_kept(reason) || found.bytes > self.walk_limits.kept {
            self.refuse(&found.name, reason);
            return Ok(());
        }
        let mut tx = self.session.begin()?;
        let kept = match self.keep_bytes(&mut *tx, source, found, step)? {
            Ok(kept) => kept,
            Err(why) => {
                drop(tx);
                self.refuse(&found.name, why.unwrap_or(reason));
                return Ok(());
            }
        };
        let mut book = FileBook {
            format: format.to_owned(),
            bytes: kept.bytes,
            not_read: Some(reason),
            ..self.new_file(found)
        };
        let mut tally = self.stand_in(&mut *tx, source, found, &kept, step)?;
        let report = &mut self.book.report;
        if tally.added.is_empty() {
            // The same file is kept already.
            original::forget(&mut *tx, source, Some(&kept))?;
        } else {
            report.kept_as_source += 1;
            book.original = Some(kept);
        }
        let name = found.name.clone();
        report.refused.push(RefusedFile { file: name, reason, kept: true });
        // It is no record that was understood.
        tally.added.clear();
        self.count(&mut *tx, source, &mut book, tally)?;
        tx.commit()?;
        self.stored();
        Ok(())
    }

    /// Keeps the original of a file of which a part was read; `None` if that cannot be.
    ///
    /// # Errors
    /// As [`Run::leave`].
    pub(super) fn keep_partly_read(
        &mut self,
        tx: &mut dyn Transaction,
        source: &str,
        found: &FoundFile,
        step: &Step,
    ) -> Result<Option<Original>, AppError> {
        if found.bytes > self.walk_limits.kept {
            return Ok(None);
        }
        Ok(self.keep_bytes(tx, source, found, step)?.ok())
    }

    /// The bytes of a file, piece by piece; `Err`, with a reason if there is a better one, if they cannot all be had:
    /// then the transaction is to be dropped.
    fn keep_bytes(
        &mut self,
        tx: &mut dyn Transaction,
        source: &str,
        found: &FoundFile,
        step: &Step,
    ) -> Result<Result<Original, Option<RefusedReason>>, AppError> {
        let mut files = std::mem::take(&mut self.files);
        let most = self.walk_limits.kept;
        let outcome = files.with(self.walk_limits, found, |reader| {
            let (mut pieces, mut done) = (Pieces::default(), 0);
            let mut chunk = Vec::with_capacity(CHUNK);
            loop {
                self.breathe()?;
                chunk.clear();
                let read = reader.take(CHUNK as u64).read_to_end(&mut chunk);
                let pushed = read.and_then(|read| pieces.push(&chunk).map(|()| read));
                done += match pushed {
                    Ok(0) => return Ok(Ok(pieces.finish(&mut *tx, source)?)),
                    Ok(read) => read as u64,
                    Err(_) => return Ok(Err(None)),
                };
                // It may have grown since it was found.
                if done > most {
                    return Ok(Err(None));
                }
                pieces.store(&mut *tx, source)?;
                let bytes_done = step.bytes_done + done.min(found.bytes);
                self.watch.progress.report(Step { bytes_done, ..*step });
            }
        });
        self.files = files;
        outcome.unwrap_or_else(|why| Ok(Err(Some(why))))
    }

    /// Stores the record that stands for a kept file.
    fn stand_in(
        &self,
        tx: &mut dyn Transaction,
        source: &str,
        found: &FoundFile,
        kept: &Original,
        step: &Step,
    ) -> Result<Tally, AppError> {
        let record = documents::kept_file(&found.name, kept.bytes, &kept.sha256);
        let watched = self.watched(found, found.bytes, step);
        file::store(tx, self.session, source, &[record], &[], &watched)
    }
}
