//! Payloads: one pack object per upload batch, through `object_store`.
//!
//! A pack is written, synced and published under its name before any row names it, so a row never
//! points into the void. The other way round may happen: a crash between the two leaves a pack
//! that no row names. Such packs are swept when the relay opens, when no upload is under way.

use crate::error::RelayError;
use crate::store::{PackName, StoreError, StoredRecord};
use axum::body::Bytes;
use futures_util::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutPayload};
use rand::Rng as _;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

const PREFIX: &str = "packs";

/// The payload store.
#[derive(Clone)]
pub struct Blobs(Arc<dyn ObjectStore>);

impl Blobs {
    /// Payloads in a folder on this computer; every write is synced, its folder too.
    pub fn local(folder: &Path) -> Result<Blobs, RelayError> {
        std::fs::create_dir_all(folder.join(PREFIX)).map_err(RelayError::Folder)?;
        sweep_staging(&folder.join(PREFIX)).map_err(RelayError::Folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)
            .map_err(|error| RelayError::Blobs(error.to_string()))?
            .with_fsync(true);
        Ok(Blobs(Arc::new(store)))
    }

    /// Payloads in any object store. Its writes must be durable when they return.
    pub fn new(store: Arc<dyn ObjectStore>) -> Blobs {
        Blobs(store)
    }

    /// Writes the parts one after the other as one object. `Ok` means: on stable storage.
    pub async fn write_pack(&self, parts: Vec<Bytes>) -> Result<PackName, StoreError> {
        let mut name = PackName::default();
        rand::rng().fill_bytes(&mut name);
        let payload: PutPayload = parts.into_iter().collect();
        self.0.put_opts(&path(&name), payload, PutMode::Create.into()).await.map_err(failed)?;
        Ok(name)
    }

    /// Removes a pack that no row names. A failure is harmless: the next sweep finds it.
    pub async fn discard(&self, name: &PackName) {
        if let Err(error) = self.0.delete(&path(name)).await {
            tracing::debug!(error = %kind(&error), "an unused pack stays until the next sweep");
        }
    }

    /// Deletes an object for good; one that is not there is deleted. `Ok` means: it is gone.
    pub async fn delete(&self, name: &PackName) -> Result<(), StoreError> {
        match self.0.delete(&path(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    /// A whole object of a known length.
    pub async fn read_whole(&self, name: &PackName, length: u64) -> Result<Bytes, StoreError> {
        let bytes = self.0.get_range(&path(name), 0..length).await.map_err(failed)?;
        if bytes.len() as u64 != length {
            return Err(StoreError::Damaged("a pack is shorter than its row says"));
        }
        Ok(bytes)
    }

    /// The payloads of records, in their order. Each pack is read once.
    pub async fn read(&self, records: &[StoredRecord]) -> Result<Vec<Bytes>, StoreError> {
        let mut by_pack: BTreeMap<PackName, Vec<usize>> = BTreeMap::new();
        for (index, record) in records.iter().enumerate() {
            by_pack.entry(record.pack).or_default().push(index);
        }
        let mut payloads = vec![Bytes::new(); records.len()];
        for (pack, indices) in by_pack {
            let ranges = indices
                .iter()
                .map(|index| range(&records[*index]))
                .collect::<Result<Vec<_>, _>>()?;
            let pieces = self.read_pack(&pack, &ranges).await?;
            for ((index, range), piece) in indices.into_iter().zip(&ranges).zip(pieces) {
                if piece.len() as u64 != range.end - range.start {
                    return Err(StoreError::Damaged("a pack is shorter than its rows say"));
                }
                payloads[index] = piece;
            }
        }
        Ok(payloads)
    }

    /// One read over everything wanted, cut up afterwards, unless much between is not wanted.
    async fn read_pack(
        &self,
        pack: &PackName,
        ranges: &[Range<u64>],
    ) -> Result<Vec<Bytes>, StoreError> {
        let wanted: u64 = ranges.iter().map(|range| range.end - range.start).sum();
        let start = ranges.iter().map(|range| range.start).min().unwrap_or(0);
        let end = ranges.iter().map(|range| range.end).max().unwrap_or(0);
        if end - start > wanted.saturating_mul(2) {
            return self.0.get_ranges(&path(pack), ranges).await.map_err(failed);
        }
        let whole = self.0.get_range(&path(pack), start..end).await.map_err(failed)?;
        if whole.len() as u64 != end - start {
            return Err(StoreError::Damaged("a pack is shorter than its rows say"));
        }
        let offset = |at: u64| usize::try_from(at - start).unwrap_or(usize::MAX);
        Ok(ranges.iter().map(|range| whole.slice(offset(range.start)..offset(range.end))).collect())
    }

    /// Deletes packs that no row names. Only while nothing is being uploaded. Gives their number.
    pub async fn sweep(&self, named: &[PackName]) -> Result<u64, RelayError> {
        let blobs = |error: object_store::Error| RelayError::Blobs(kind(&error));
        let named: HashSet<ObjectPath> = named.iter().map(path).collect();
        let found: Vec<_> =
            self.0.list(Some(&ObjectPath::from(PREFIX))).try_collect().await.map_err(blobs)?;
        let mut swept = 0;
        for object in found {
            if !named.contains(&object.location) {
                self.0.delete(&object.location).await.map_err(blobs)?;
                swept += 1;
            }
        }
        Ok(swept)
    }
}

fn range(record: &StoredRecord) -> Result<Range<u64>, StoreError> {
    let end = record.start.checked_add(record.length);
    end.map(|end| record.start..end).ok_or(StoreError::Damaged("a payload's place"))
}

fn path(name: &PackName) -> ObjectPath {
    let hex = hex::encode(name);
    // A folder per first byte keeps folders small.
    ObjectPath::from_iter([PREFIX, &hex[..2], &hex[2..]])
}

fn failed(error: object_store::Error) -> StoreError {
    match error {
        object_store::Error::NotFound { .. } => StoreError::Damaged("a pack is missing"),
        other => StoreError::Storage(kind(&other)),
    }
}

/// The error without paths.
fn kind(error: &object_store::Error) -> String {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return format!("{:?}", io.kind());
        }
        source = inner.source();
    }
    "the object store failed".to_owned()
}

/// A crash inside a write leaves a staging file beside the object (`name#1`), which listings do
/// not show. They are removed here, before anything is written.
fn sweep_staging(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sweep_staging(&entry.path())?;
        } else if entry.file_name().to_string_lossy().contains('#') {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
