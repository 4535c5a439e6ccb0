//! The documents that are open in a window, each with its worker; and the look into documents that
//! are being imported.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyward_app::ports::documents::{Findings, Inspector, Shown, Unseen};
use keyward_app::views::reading::RoomScope;
use keyward_viewer::{Bounds, Document, Kind, Program, Refusal, ViewError};

/// Documents open in one window at most: two side by side, and one that is being left.
const OPEN: usize = 3;

/// Which document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) scope: RoomScope,
    pub(crate) record: String,
    pub(crate) index: u32,
}

/// Open documents, the one used last at the end. Closed by lock, by leaving, or by newer ones.
#[derive(Default)]
pub(crate) struct OpenDocuments(Mutex<Vec<(Key, Arc<Mutex<Document>>)>>);

impl OpenDocuments {
    /// Puts in a document; the one not used for longest makes room.
    pub(crate) fn keep(&self, key: Key, document: Document) {
        let mut open = self.list();
        open.retain(|(known, _)| *known != key);
        if open.len() >= OPEN {
            open.remove(0);
        }
        open.push((key, Arc::new(Mutex::new(document))));
    }

    /// A document that is open.
    pub(crate) fn find(&self, key: &Key) -> Option<Arc<Mutex<Document>>> {
        let mut open = self.list();
        let place = open.iter().position(|(known, _)| known == key)?;
        let entry = open.remove(place);
        let document = Arc::clone(&entry.1);
        open.push(entry);
        Some(document)
    }

    /// Closes a document: its worker ends, its bytes are erased.
    pub(crate) fn close(&self, key: &Key) {
        self.list().retain(|(known, _)| known != key);
    }

    /// Closes all.
    pub(crate) fn clear(&self) {
        self.list().clear();
    }

    fn list(&self) -> MutexGuard<'_, Vec<(Key, Arc<Mutex<Document>>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a document in a worker.
///
/// # Errors
/// Why it is not shown.
pub(crate) fn open(kind: Kind, bytes: Vec<u8>) -> Result<Document, ViewError> {
    let program = Program::this().map_err(|_| ViewError::NotStarted)?;
    Document::open(program, Bounds::default(), kind, bytes)
}

/// What of the viewer shows a document; `None` for text and what cannot be shown.
pub(crate) fn kind(shown: Shown) -> Option<Kind> {
    match shown {
        Shown::Pdf => Some(Kind::Pdf),
        Shown::Picture => Some(Kind::Picture),
        Shown::Dicom => Some(Kind::Dicom),
        Shown::Text | Shown::Html | Shown::Clinical | Shown::Other => None,
    }
}

/// Looks into documents in a worker each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkerInspector;

impl Inspector for WorkerInspector {
    fn inspect(&self, shown: Shown, bytes: &[u8]) -> Result<Findings, Unseen> {
        let kind = kind(shown).ok_or(Unseen::Closed)?;
        let mut document = open(kind, bytes.to_vec()).map_err(|error| match error {
            ViewError::Refused(Refusal::Encrypted) => Unseen::Encrypted,
            ViewError::Refused(Refusal::Damaged) => Unseen::Damaged,
            // It may be a bomb, or beyond this reader: kept as it is, and it can be saved.
            _ => Unseen::Closed,
        })?;
        let text = match kind {
            // Without its text it is still a letter.
            Kind::Pdf => document.words().unwrap_or_default(),
            Kind::Picture | Kind::Dicom => String::new(),
        };
        let info = document.info();
        Ok(Findings {
            pages: info.total,
            text,
            created: info.created.clone(),
            modality: info.modality.clone(),
            description: info.description.clone(),
        })
    }
}
