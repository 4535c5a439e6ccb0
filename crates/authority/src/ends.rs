//! Ends of this register in the journal of ends: certificates on the removed list, people who were
//! withdrawn or left, enrolment keys that were replaced. A restored backup of the register carries
//! them out again.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use keyward_protocol::ids::CertificateHash;
use keyward_relay_api::{
    ends::{End, Ends, EndsError, EndsJournal},
    problem::{Problem, ProblemCode},
};

use crate::{Authority, Inner, StoreError, store::people::SubjectId};

/// The open journal, and how many entries of the removed list stand in it.
pub(crate) struct Noted {
    journal: EndsJournal,
    removed: Mutex<usize>,
}

impl Authority {
    /// Notes ends in a journal from now on, and those of the removed list that are not in it yet.
    ///
    /// # Errors
    /// If the journal cannot be read or written, or the register cannot be read.
    pub fn keep_journal(&self, path: &Path) -> Result<(), EndsError> {
        let service = self.service_id();
        let there: Vec<End> = Ends::read(path, service)?.all();
        let journal = EndsJournal::open(path, service)?;
        let removed = self
            .removed_certificates()
            .map_err(|_| std::io::Error::other("the register cannot be read"))?;
        let missing: Vec<End> = removed
            .iter()
            .map(|hash| End::Clinician(*hash))
            .filter(|end| !there.contains(end))
            .collect();
        journal.note(&missing)?;
        let noted = Noted { journal, removed: Mutex::new(removed.len()) };
        // Set once; a second journal would be a mistake of the caller's and is ignored.
        let _ = self.inner.ends.set(noted);
        Ok(())
    }
}

impl Inner {
    /// After whatever may have put a certificate on the removed list, before it is acknowledged.
    pub(crate) fn note_removals(&self) -> Result<(), Problem> {
        let Some(noted) = self.ends.get() else { return Ok(()) };
        let mut known = noted.removed.lock().unwrap_or_else(PoisonError::into_inner);
        let all: Vec<[u8; 32]> = self
            .store
            .read(|tx| if tx.removed_count()? > *known { tx.removed() } else { Ok(Vec::new()) })
            .map_err(|error: StoreError| crate::http::store_problem(&error))?;
        let Some(new) = all.get(*known..).filter(|new| !new.is_empty()) else { return Ok(()) };
        let ends: Vec<End> =
            new.iter().map(|hash| End::Clinician(CertificateHash::from_bytes(*hash))).collect();
        noted.journal.note(&ends).map_err(|_| failed())?;
        *known = all.len();
        Ok(())
    }

    /// After a person was withdrawn, before it is acknowledged.
    pub(crate) fn note_withdrawal(&self, person: &SubjectId) -> Result<(), Problem> {
        self.note(&[End::Person(*person)])
    }

    /// Notes ends. On stable storage when it returns.
    pub(crate) fn note(&self, ends: &[End]) -> Result<(), Problem> {
        let Some(noted) = self.ends.get() else { return Ok(()) };
        noted.journal.note(ends).map_err(|_| failed())
    }
}

fn failed() -> Problem {
    tracing::error!("an end could not be noted in the journal");
    Problem::new(ProblemCode::StorageFailed).retry_after(5)
}
