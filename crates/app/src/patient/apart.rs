//! What a record is kept apart for, and whether the patient decided otherwise.
//!
//! A compartment of a space is opened by every share that names it, so a document of several kinds
//! cannot be sealed for those shares only that name them all. It is not sealed at all until she
//! chooses a place for it herself.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use keyward_records::json::Json;
use keyward_records::sensitivity::{
    self, DOCUMENTS, Sensitivity, SensitivityMatch, SensitivityReason,
};
use keyward_records::{Category, Limits};

use super::compartment;
use super::import::book::FileBook;
use crate::error::AppError;
use crate::ports::vault::{RecordRow, Transaction};

/// What imports found beside the content of a record, and what she decided.
pub(crate) struct Apart {
    /// By fingerprint: what stands in pieces that are not understood, and what documents speak of.
    within: BTreeMap<String, BTreeSet<Sensitivity>>,
    /// By source: what the sender says of everything in a file.
    labels: BTreeMap<String, Vec<SensitivityMatch>>,
    /// Fingerprints.
    decided: HashSet<String>,
}

impl Apart {
    /// # Errors
    /// What the vault reports.
    pub(crate) fn load(tx: &(impl Transaction + ?Sized)) -> Result<Self, AppError> {
        Self::of_files(tx, &FileBook::all(tx)?)
    }

    /// As [`Apart::load`], where the files are at hand.
    ///
    /// # Errors
    /// What the vault reports.
    pub(crate) fn of_files(
        tx: &(impl Transaction + ?Sized),
        files: &[(String, FileBook)],
    ) -> Result<Self, AppError> {
        let mut within: BTreeMap<String, BTreeSet<Sensitivity>> = BTreeMap::new();
        for (content, kinds) in files.iter().flat_map(|(_, file)| &file.apart) {
            within.entry(content.clone()).or_default().extend(kinds);
        }
        let labelled = files.iter().filter(|(_, file)| !file.labels.is_empty());
        let labels = labelled.map(|(source, file)| (source.clone(), file.labels.clone())).collect();
        Ok(Self { within, labels, decided: compartment::all_decided(tx)? })
    }

    /// Why a record is kept apart, as far as content and imports tell.
    pub(crate) fn why(&self, row: &RecordRow) -> Vec<SensitivityMatch> {
        let mut why = Json::read(&row.body, &Limits::default())
            .map_or_else(|_| Vec::new(), |json| sensitivity::of(&json));
        // Who she is stays where it is, whatever stands around it.
        if row.category == Category::Profile.as_str() {
            return why;
        }
        for found in self.labels.get(&row.source).into_iter().flatten() {
            if why.iter().all(|known| known.kind != found.kind) {
                why.push(found.clone());
            }
        }
        for kind in self.within.get(&hex::encode(row.fingerprint)).into_iter().flatten() {
            if why.iter().all(|found| found.kind != *kind) {
                why.push(SensitivityMatch { kind: *kind, why: SensitivityReason::Within });
            }
        }
        why
    }

    /// Where it is kept unless she decides otherwise.
    pub(crate) fn place(&self, row: &RecordRow) -> Category {
        let section = || {
            Json::read(&row.body, &Limits::default())
                .map_or(Category::Other, |json| Category::section_of(&json))
        };
        sensitivity::home(&kinds(&self.why(row))).unwrap_or_else(section)
    }

    /// Where it is kept by what stands in it alone, whatever the sender says of the file or restricts; `None` for a
    /// document of several kinds, for which nobody but her can choose a place.
    pub(crate) fn own_place(&self, row: &RecordRow) -> Option<Category> {
        let json = Json::read(&row.body, &Limits::default()).ok();
        let mut kinds: BTreeSet<Sensitivity> =
            json.as_ref().map(sensitivity::told).into_iter().flatten().collect();
        kinds.extend(self.within.get(&hex::encode(row.fingerprint)).into_iter().flatten());
        let kinds: Vec<Sensitivity> = kinds.into_iter().collect();
        if kinds.len() > 1 && DOCUMENTS.contains(&row.resource_type.as_str()) {
            return None;
        }
        let section = || json.as_ref().map_or(Category::Other, Category::section_of);
        Some(sensitivity::home(&kinds).unwrap_or_else(section))
    }

    /// Whether she decided where it is kept.
    pub(crate) fn is_decided(&self, row: &RecordRow) -> bool {
        self.decided.contains(&hex::encode(row.fingerprint))
    }

    /// Whether it waits for her to choose a place: its compartment does not say all that it is.
    pub(crate) fn waits(&self, row: &RecordRow) -> bool {
        !self.is_decided(row) && self.would_wait(row)
    }

    /// As [`Apart::waits`], had she decided nothing.
    pub(crate) fn would_wait(&self, row: &RecordRow) -> bool {
        let may = DOCUMENTS.contains(&row.resource_type.as_str())
            || self.labels.contains_key(&row.source)
            || self.within.contains_key(&hex::encode(row.fingerprint));
        if !may || row.category == Category::Profile.as_str() {
            return false;
        }
        match kinds(&self.why(row)).as_slice() {
            [] => false,
            [kind] => kind.category().as_str() != row.category,
            _ => true,
        }
    }
}

fn kinds(why: &[SensitivityMatch]) -> Vec<Sensitivity> {
    let kinds: BTreeSet<Sensitivity> = why.iter().map(|found| found.kind).collect();
    kinds.into_iter().collect()
}
