//! What of a record is shared in a space: exactly the bytes that are sealed. Preview and sealing
//! both come here, so that a doctor can never get anything the preview did not show.

use std::collections::BTreeMap;

use keyward_protocol::ids::RecordId;
use keyward_records::{Category, deidentify, documents};

use crate::error::AppError;
use crate::exchange::{MAX_RECORD, SharedRecord};
use crate::identity::Enrolment;
use crate::patient::apart::Apart;
use crate::patient::import::book::FileBook;
use crate::patient::spaces::Space;
use crate::ports::vault::{RecordFilter, RecordRow, Transaction};

/// A record as it is shared in a space.
pub(crate) struct Content {
    /// The patient's own record.
    pub record: RecordId,
    /// Its fingerprint.
    pub fingerprint: [u8; 32],
    /// Its title in the patient's own list.
    pub title: String,
    /// The compartment it is kept in.
    pub compartment: String,
    /// What is sealed.
    pub shared: SharedRecord,
    /// What was taken out of it, counted by code.
    pub removed: BTreeMap<String, u64>,
    /// Free text that may name the patient and stays.
    pub free_text: Vec<deidentify::FreeTextWarning>,
}

/// Why a record is not shared in a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Withheld {
    /// It is not understood well enough to take identifiers out.
    NotUnderstood,
    /// It is larger than what can be shared.
    TooLarge,
    /// It speaks of what is kept apart, and of more than its compartment says: she has to choose.
    KeptApart,
    /// It only stands for a file that is not understood: there is nothing to show to anybody.
    OnlyKept,
    /// It is a letter, a scan or a picture as a whole: nobody can say that her name is not in it.
    WholeDocument,
}

impl Withheld {
    /// Stable code.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::NotUnderstood => "notUnderstood",
            Self::TooLarge => "tooLarge",
            Self::KeptApart => "keptApart",
            Self::OnlyKept => "onlyKept",
            Self::WholeDocument => "wholeDocument",
        }
    }
}

/// How records are turned into what is shared in one space.
pub(crate) struct Recipe {
    shows_name: bool,
    options: deidentify::Options,
    arrivals: BTreeMap<String, u64>,
    apart: Apart,
}

impl Recipe {
    /// The recipe of a space: verbatim where the name is shown, de-identified where not.
    ///
    /// # Errors
    /// What the vault reports.
    pub(crate) fn load(
        tx: &(impl Transaction + ?Sized),
        space: &Space,
        enrolment: &Enrolment,
    ) -> Result<Self, AppError> {
        let profile = records(tx, Category::Profile)?;
        let mut terms =
            deidentify::Terms::from_patients(profile.iter().map(|row| row.body.as_slice()));
        if let Some(person) = &enrolment.person {
            person.name.split_whitespace().for_each(|word| terms.insert(word));
            terms.insert(&person.birth_date);
        }
        let files = FileBook::all(tx)?;
        Ok(Self {
            apart: Apart::of_files(tx, &files)?,
            shows_name: space.shows_name,
            options: deidentify::Options {
                link_key: Some(space.link_key()),
                terms,
                keep_practitioners: false,
            },
            arrivals: files.into_iter().map(|(source, file)| (source, file.at)).collect(),
        })
    }

    /// What of a record is shared. The file's name is never part of it: it often holds the
    /// patient's name.
    ///
    /// # Errors
    /// Why it is withheld.
    pub(crate) fn prepare(&self, row: RecordRow) -> Result<Content, Withheld> {
        if self.apart.waits(&row) {
            return Err(Withheld::KeptApart);
        }
        // Nobody knows what is in it, and it would be a name without its content.
        if row.resource_type == "DocumentReference" && documents::is_kept_file(&row.body) {
            return Err(Withheld::OnlyKept);
        }
        let received = self.arrivals.get(&row.source).copied().unwrap_or_default();
        let mut removed = BTreeMap::new();
        let mut free_text = Vec::new();
        let body = if self.shows_name {
            row.body
        } else if documents::is_whole(&row.body) {
            return Err(Withheld::WholeDocument);
        } else {
            let stripped = deidentify::strip_with(&row.body, &self.options)
                .map_err(|_| Withheld::NotUnderstood)?;
            for taken in stripped.removed {
                *removed.entry(taken.what.code().to_owned()).or_default() += 1;
            }
            free_text = stripped.free_text;
            stripped.bytes
        };
        if body.len() > MAX_RECORD {
            return Err(Withheld::TooLarge);
        }
        Ok(Content {
            record: row.id,
            fingerprint: row.fingerprint,
            title: row.title,
            compartment: row.category,
            shared: SharedRecord { received, source: String::new(), body },
            removed,
            free_text,
        })
    }
}

/// The records of a category, oldest first: the order in which they are sealed.
///
/// # Errors
/// What the vault reports.
pub(crate) fn records(
    tx: &(impl Transaction + ?Sized),
    category: Category,
) -> Result<Vec<RecordRow>, AppError> {
    let filter =
        RecordFilter { category: Some(category.as_str().to_owned()), ..RecordFilter::default() };
    let mut rows = tx.records(&filter)?;
    rows.sort_by(|a, b| a.date.cmp(&b.date).then(a.id.cmp(&b.id)));
    Ok(rows)
}
