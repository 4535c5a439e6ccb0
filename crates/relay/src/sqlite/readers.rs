//! Reading connections. Readers never wait for the writer (WAL) and see what is committed.

use crate::store::StoreError;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// Idle connections and the number of readers at once.
pub(super) struct Readers {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
    places: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: &Path, at_once: usize) -> Readers {
        Readers {
            path: path.to_owned(),
            idle: Arc::new(Mutex::new(Vec::new())),
            places: Arc::new(Semaphore::new(at_once)),
        }
    }

    /// Runs a read in one snapshot, off the async threads.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let place =
            Arc::clone(&self.places).acquire_owned().await.map_err(|_| StoreError::Stopped)?;
        let idle = Arc::clone(&self.idle);
        let path = self.path.clone();
        tokio::task::spawn_blocking(move || {
            let _place = place;
            let pooled = idle.lock().ok().and_then(|mut idle| idle.pop());
            let mut connection = match pooled {
                Some(connection) => connection,
                None => super::open_reader(&path)?,
            };
            let snapshot = connection.transaction()?;
            let outcome = work(&snapshot);
            // Nothing was written; ending the snapshot lets checkpoints pass.
            snapshot.finish()?;
            if let Ok(mut idle) = idle.lock() {
                idle.push(connection);
            }
            outcome
        })
        .await
        .map_err(|_| StoreError::Stopped)?
    }

    /// Refuses further reads and closes the idle connections.
    pub(super) fn close(&self) {
        self.places.close();
        if let Ok(mut idle) = self.idle.lock() {
            idle.clear();
        }
    }
}
