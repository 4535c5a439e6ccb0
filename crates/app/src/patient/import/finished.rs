//! Imports that were made: what they brought, giving back originals, taking an import back.

use std::collections::BTreeMap;
use std::io::Write;

use super::book::{self, FileBook, ImportBook};
use super::{envelope, of_source, original};
use crate::error::{AppError, ErrorCode};
use crate::patient::visibility::Visibility;
use crate::ports::vault::Transaction;
use crate::session::Session;
use crate::views::patient::{ImportFileView, ImportView, KeptPieceView, OriginalOf};

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
    let mut files_done = 0;
    for (source, file) in FileBook::of_import(tx, id)? {
        files_done += u64::from(file.batches.is_none());
        for (category, records) in tx.count_records_of(&source)? {
            *left.entry(category).or_default() += records;
        }
    }
    let shared = left.iter().filter(|(category, _)| visibility.is_shared(category));
    Ok(ImportView {
        id: id.to_owned(),
        at: book.at,
        names: book.names,
        report: book.report,
        resumable: !book.finished && !book.picked.is_empty(),
        finished: book.finished,
        files_done,
        files_found: book.found,
        records_left: left.values().sum(),
        records_shared: shared.map(|(_, records)| records).sum(),
    })
}

/// The files of an import, in their order.
///
/// # Errors
/// [`ErrorCode::NotFound`], else what the vault reports.
pub fn files(session: &Session, id: &str) -> Result<Vec<ImportFileView>, AppError> {
    let tx = session.read()?;
    ImportBook::load(&*tx, id)?.ok_or(ErrorCode::NotFound)?;
    let files = FileBook::of_import(&*tx, id)?;
    Ok(files.into_iter().map(|(source, file)| describe_file(source, file)).collect())
}

fn describe_file(source: String, file: FileBook) -> ImportFileView {
    ImportFileView {
        source,
        name: file.name,
        format: file.format,
        bytes: file.bytes,
        records: file.records,
        duplicates: file.duplicates,
        kept: file
            .kept
            .into_iter()
            .map(|piece| KeptPieceView { index: piece.index, reason: piece.reason })
            .collect(),
        original: file.original.is_some(),
        whole: file.batches.is_none(),
        not_read: file.not_read,
    }
}

/// The report of an import as JSON, indented.
///
/// # Errors
/// [`ErrorCode::NotFound`], else what the vault reports.
pub fn report_json(session: &Session, id: &str) -> Result<Vec<u8>, AppError> {
    #[derive(serde::Serialize)]
    struct Whole {
        import: ImportView,
        files: Vec<ImportFileView>,
    }
    let whole = Whole { import: view(session, id)?, files: files(session, id)? };
    serde_json::to_vec_pretty(&whole).map_err(|_| ErrorCode::Internal.into())
}

/// Writes what a file or record came from, byte for byte as it came; gives the name to suggest for
/// it and its length. With `out` `None` only the name is worked out.
///
/// # Errors
/// [`ErrorCode::NotFound`], [`ErrorCode::VaultCorrupt`] if it is not what it was when it came,
/// [`ErrorCode::FileNotWritten`].
pub fn export(
    session: &Session,
    of: &OriginalOf,
    out: Option<&mut dyn Write>,
) -> Result<(String, u64), AppError> {
    let tx = session.read()?;
    match of {
        OriginalOf::File { source } => {
            let file = FileBook::load(&*tx, source)?.ok_or(ErrorCode::NotFound)?;
            let name = file_name(&file.name);
            if file.original.is_none() {
                return Err(ErrorCode::NotFound.into());
            }
            let bytes = out.map_or(Ok(0), |out| whole(&*tx, source, &file, out))?;
            Ok((name, bytes))
        }
        OriginalOf::Piece { source, index } => {
            let file = FileBook::load(&*tx, source)?.ok_or(ErrorCode::NotFound)?;
            let name = format!("{}-{index}", file_name(&file.name));
            let bytes = book::piece(&*tx, source, *index)?.ok_or(ErrorCode::NotFound)?;
            put(&name, &bytes, out)
        }
        OriginalOf::Record { id } => {
            let id = id.parse().map_err(|_| ErrorCode::NotFound)?;
            let row = tx.record(&id)?.ok_or(ErrorCode::NotFound)?;
            let file = FileBook::load(&*tx, &row.source)?;
            // A record that stood in the file as it is is its own original.
            match file.filter(|file| file.original.is_some() && file.around.is_none()) {
                Some(file) => {
                    let bytes = out.map_or(Ok(0), |out| original::write(&*tx, &row.source, out))?;
                    Ok((file_name(&file.name), bytes))
                }
                None => put(&format!("{}.json", row.resource_type), &row.body, out),
            }
        }
    }
}

/// A file byte for byte as it came.
fn whole(
    tx: &dyn Transaction,
    source: &str,
    file: &FileBook,
    out: &mut dyn Write,
) -> Result<u64, AppError> {
    match (&file.original, &file.around) {
        (Some(original), Some(whole)) => envelope::write(tx, source, original, whole, out),
        _ => original::write(tx, source, out),
    }
}

fn put(name: &str, bytes: &[u8], out: Option<&mut dyn Write>) -> Result<(String, u64), AppError> {
    if let Some(out) = out {
        out.write_all(bytes).map_err(|_| ErrorCode::FileNotWritten)?;
    }
    Ok((name.to_owned(), bytes.len() as u64))
}

/// The last part of a name: what is suggested in a dialog.
fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or("original");
    last.chars()
        .map(|c| {
            if c.is_control() || matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                '_'
            } else {
                c
            }
        })
        .collect()
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
