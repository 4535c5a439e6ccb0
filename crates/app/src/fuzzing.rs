//! One entry for every decoder of this crate: what comes out of ciphertext, files, pictures, the page and
//! the vault's own rows. For the fuzz targets.

use serde::de::DeserializeOwned;

use crate::exchange::{ShareLetter, SharedRecord};
use crate::ports::vault::Collection;
use crate::{credential, enrol, identity, patient, reading, recovery, store, views};

/// What comes out of another app's ciphertext. The first byte chooses: letter, record.
///
/// # Panics
/// If a record is accepted that is not the encoding of what was read.
pub fn letters(data: &[u8]) {
    match data.split_first() {
        Some((choice, bytes)) if choice % 2 == 0 => {
            if let Ok(letter) = ShareLetter::from_bytes(bytes) {
                let again = letter.to_bytes().and_then(|bytes| ShareLetter::from_bytes(&bytes));
                assert_eq!(again, Ok(letter));
            }
        }
        Some((_, bytes)) => {
            if let Ok(record) = SharedRecord::from_bytes(bytes) {
                assert_eq!(record.to_bytes().ok().as_deref(), Some(bytes));
            }
        }
        None => {}
    }
}

/// A picture that may show an invitation.
pub fn picture(bytes: &[u8]) {
    let _ = enrol::text_from_image(bytes);
}

/// A zip archive: listed, and every file in it read.
pub fn archive(bytes: &[u8]) {
    patient::import::fuzz_archive(bytes);
}

/// A decoder by its name.
pub type Named = (&'static str, fn(&[u8]));

/// Rows of the vault by name, and what the page sends.
pub const ROWS: [Named; 24] = [
    ("enrolment", row::<identity::Enrolment>),
    ("space", row::<patient::spaces::Space>),
    ("import", row::<patient::import::book::ImportBook>),
    ("file", row::<patient::import::book::FileBook>),
    ("share", row::<patient::sharing::book::Share>),
    ("compartment", row::<patient::sharing::book::Compartment>),
    ("act", row::<patient::sharing::book::Act>),
    ("sealed", sealed),
    ("page: import selection", page::<views::patient::ImportSelection>),
    ("page: import decision", page::<views::patient::ImportDecision>),
    ("page: original", page::<views::patient::OriginalOf>),
    ("page: space", page::<views::patient::SpaceDraft>),
    ("page: share", page::<views::patient::ShareDraft>),
    ("page: room", page::<views::reading::RoomScope>),
    ("page: profile", page::<views::common::NewProfile>),
    ("page: person", page::<views::desk::PersonDraft>),
    ("page: clinician", page::<views::desk::ClinicianDraft>),
    ("backup: record", recovery::rows::fuzz),
    ("backup: about", recovery::restore::fuzz_about),
    ("credential: epoch", row::<credential::Pinned>),
    ("credential: asked", row::<credential::Asked>),
    ("credential: held", row::<credential::Held>),
    ("credential: member", row::<credential::Member>),
    ("line: item", reading::fuzz_line),
];

/// Rows and arguments. The first byte chooses one of [`ROWS`].
pub fn rows(data: &[u8]) {
    if let Some((choice, bytes)) = data.split_first() {
        ROWS[usize::from(*choice) % ROWS.len()].1(bytes);
    }
}

fn row<T: DeserializeOwned>(bytes: &[u8]) {
    let _ = store::decode::<T>(Collection::Settings, bytes);
}

fn sealed(bytes: &[u8]) {
    let _ = patient::sharing::book::Waiting::decode(bytes);
}

fn page<T: DeserializeOwned>(bytes: &[u8]) {
    let _ = serde_json::from_slice::<T>(bytes);
}
