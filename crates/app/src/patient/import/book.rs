//! What the profile remembers of its imports: one row per import and one per file, written in the
//! same transaction as the file's records.

use std::collections::BTreeMap;
use std::path::PathBuf;

use keyward_records::sensitivity::{Sensitivity, SensitivityMatch};
use serde::{Deserialize, Serialize};

use super::envelope::Whole;
use super::original::{self, Original};
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::store::{self, StoreError};
use crate::views::patient::{ImportReport, RefusedReason};

/// One import.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportBook {
    /// When it was started.
    pub at: UnixSeconds,
    /// Names of what was picked.
    pub names: Vec<String>,
    /// What it did so far.
    pub report: ImportReport,
    /// Whether it ran to its end.
    pub finished: bool,
    /// Where what was picked is, to go on after an interruption. Never leaves the store.
    #[serde(default)]
    pub picked: Vec<PathBuf>,
    /// Files found when it was last started.
    #[serde(default)]
    pub found: u64,
}

/// One file of an import.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FileBook {
    /// Its name relative to what was picked.
    pub name: String,
    /// When the import was started.
    pub at: UnixSeconds,
    /// Records it brought.
    pub records: u64,
    /// Pieces of it kept as source.
    pub kept: Vec<KeptPiece>,
    /// Its place, to know it again when an import goes on ([`super::walk::Place::key`]).
    #[serde(default)]
    pub place: String,
    /// Its format, a code of the records crate; empty: an older version did not note it.
    #[serde(default)]
    pub format: String,
    /// Its length.
    #[serde(default)]
    pub bytes: u64,
    /// The original, where one is kept beside the records.
    #[serde(default)]
    pub original: Option<Original>,
    /// Set if of the original only what stands around the records is kept: what it is put together to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub around: Option<Whole>,
    /// Set while a file that is read piece by piece is not stored to its end.
    #[serde(default)]
    pub batches: Option<u64>,
    /// Of records whose content does not tell it by itself (fingerprint, hex): what they are kept apart for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub apart: BTreeMap<String, Vec<Sensitivity>>,
    /// What its sender says of everything in it: labels of the Bundle that it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<SensitivityMatch>,
    /// Set if nothing of it was understood and only its original is kept: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_read: Option<RefusedReason>,
    /// Repetitions in it.
    #[serde(default)]
    pub duplicates: u64,
}

/// A piece of a file that was not understood.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeptPiece {
    /// Its position in the file.
    pub index: u64,
    /// Why, a stable code of the records crate.
    pub reason: String,
}

fn import_row(id: &str) -> String {
    format!("import/{id}")
}

fn file_row(source: &str) -> String {
    format!("file/{source}")
}

fn piece_row(source: &str, index: u64) -> String {
    format!("kept/{source}/{index:08}")
}

/// `RecordRow::source` of the records of one file.
pub fn source(import: &str, file: usize) -> String {
    format!("{import}/{file:06}")
}

/// The import a `RecordRow::source` belongs to.
pub fn import_of(source: &str) -> &str {
    source.split_once('/').map_or(source, |(import, _)| import)
}

impl ImportBook {
    /// Reads one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn load(tx: &(impl Transaction + ?Sized), id: &str) -> Result<Option<Self>, StoreError> {
        store::load(tx, Collection::Sources, &import_row(id))
    }

    /// All, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn all(tx: &(impl Transaction + ?Sized)) -> Result<Vec<(String, Self)>, StoreError> {
        let rows = store::load_prefix(tx, Collection::Sources, "import/")?;
        Ok(rows.into_iter().map(|(id, book)| (strip(&id, "import/"), book)).collect())
    }

    /// Writes it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn save(&self, tx: &mut (impl Transaction + ?Sized), id: &str) -> Result<(), StoreError> {
        store::save(tx, Collection::Sources, &import_row(id), self)
    }

    /// Forgets the import and its files.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget(tx: &mut (impl Transaction + ?Sized), id: &str) -> Result<(), StoreError> {
        for (source, file) in FileBook::of_import(tx, id)? {
            FileBook::forget(tx, &source, &file)?;
        }
        tx.delete(Collection::Sources, &import_row(id))?;
        Ok(())
    }
}

impl FileBook {
    /// All files of all imports, by `RecordRow::source`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn all(tx: &(impl Transaction + ?Sized)) -> Result<Vec<(String, Self)>, StoreError> {
        let rows = store::load_prefix(tx, Collection::Sources, "file/")?;
        Ok(rows.into_iter().map(|(id, book)| (strip(&id, "file/"), book)).collect())
    }

    /// The files of one import, by `RecordRow::source`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn of_import(
        tx: &(impl Transaction + ?Sized),
        import: &str,
    ) -> Result<Vec<(String, Self)>, StoreError> {
        let rows = store::load_prefix(tx, Collection::Sources, &format!("file/{import}/"))?;
        Ok(rows.into_iter().map(|(id, book)| (strip(&id, "file/"), book)).collect())
    }

    /// The file a record came in.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn load(
        tx: &(impl Transaction + ?Sized),
        source: &str,
    ) -> Result<Option<Self>, StoreError> {
        store::load(tx, Collection::Sources, &file_row(source))
    }

    /// Forgets the file, its original and its kept pieces.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget(
        tx: &mut (impl Transaction + ?Sized),
        source: &str,
        file: &Self,
    ) -> Result<(), StoreError> {
        original::forget(tx, source, file.original.as_ref())?;
        for piece in &file.kept {
            tx.delete(Collection::Sources, &piece_row(source, piece.index))?;
        }
        tx.delete(Collection::Sources, &file_row(source))?;
        Ok(())
    }

    /// Writes it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn save(
        &self,
        tx: &mut (impl Transaction + ?Sized),
        source: &str,
    ) -> Result<(), StoreError> {
        store::save(tx, Collection::Sources, &file_row(source), self)
    }
}

/// Keeps the bytes of a piece that was not understood.
///
/// # Errors
/// [`StoreError`].
pub fn keep_piece(
    tx: &mut (impl Transaction + ?Sized),
    source: &str,
    index: u64,
    bytes: &[u8],
) -> Result<(), StoreError> {
    Ok(tx.put(Collection::Sources, &piece_row(source, index), bytes)?)
}

/// The bytes of a piece that was not understood.
///
/// # Errors
/// [`StoreError`].
pub fn piece(
    tx: &(impl Transaction + ?Sized),
    source: &str,
    index: u64,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(tx.get(Collection::Sources, &piece_row(source, index))?)
}

fn strip(id: &str, prefix: &str) -> String {
    id.strip_prefix(prefix).unwrap_or(id).to_owned()
}
