//! Takes out of a record what says whose it is, for sharing under a pseudonym.
//!
//! Structured identifiers go: names, birth date, addresses, telephone numbers, record and insurance
//! numbers, photos, signatures, serial numbers, narrative, contained people, words of references to
//! people and places, and every extension but those known to be harmless. Ids and references
//! are replaced under a key of the space, so that records still refer to each other but not to the
//! sender's registers; without a key they go.
//!
//! What stays and may still identify her: free text and documents, which are listed for her to
//! read ([`FreeTextWarning`]), the place in a photograph inside a record, exact dates, and the combination of findings. Sex stays.

mod free_text;
mod places;
mod rules;
mod scrub;
mod terms;

use thiserror::Error;

pub use free_text::{FreeTextKind, FreeTextWarning};
pub use terms::Terms;

use crate::json::Json;
use crate::limits::Limits;

/// How to de-identify.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Secret of the sharing space under which ids and references are replaced. Records stripped
    /// under the same key still refer to each other; under different keys they cannot be linked.
    pub link_key: Option<[u8; 32]>,
    /// Her own names and numbers: text that holds one is marked in the warnings.
    pub terms: Terms,
    /// Keep names of practitioners and organisations.
    pub keep_practitioners: bool,
}

/// What a removed or identifying value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentifierKind {
    /// Her name or a relative's.
    Name,
    /// A birth date.
    BirthDate,
    /// When she died.
    DeathDate,
    /// An address or position.
    Address,
    /// A telephone number, mail address or network address.
    Telecom,
    /// A record, insurance or other number in somebody's register.
    RecordNumber,
    /// A serial number of a device.
    DeviceNumber,
    /// A photo.
    Photo,
    /// Where a photo was taken, inside its file.
    PhotoPlace,
    /// Further demographics (marital status, language, contacts, …).
    Demographics,
    /// Words of a reference to her or to another person.
    PersonReference,
    /// Name of a practitioner, organisation or place.
    CareProvider,
    /// Narrative text, which repeats the above.
    Narrative,
    /// A signature.
    Signature,
    /// An extension not known to be harmless.
    Extension,
    /// An id or address of the sender's computer.
    TechnicalId,
    /// A whole contained resource about a person or place.
    ContainedPerson,
}

impl IdentifierKind {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            IdentifierKind::Name => "name",
            IdentifierKind::BirthDate => "birthDate",
            IdentifierKind::DeathDate => "deathDate",
            IdentifierKind::Address => "address",
            IdentifierKind::Telecom => "telecom",
            IdentifierKind::RecordNumber => "recordNumber",
            IdentifierKind::DeviceNumber => "deviceNumber",
            IdentifierKind::Photo => "photo",
            IdentifierKind::PhotoPlace => "photoPlace",
            IdentifierKind::Demographics => "demographics",
            IdentifierKind::PersonReference => "personReference",
            IdentifierKind::CareProvider => "careProvider",
            IdentifierKind::Narrative => "narrative",
            IdentifierKind::Signature => "signature",
            IdentifierKind::Extension => "extension",
            IdentifierKind::TechnicalId => "technicalId",
            IdentifierKind::ContainedPerson => "containedPerson",
        }
    }
}

/// Something taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// What it was.
    pub what: IdentifierKind,
    /// Where it stood, for example `subject.display`.
    pub path: String,
}

/// Something that says whose record it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifyingItem {
    /// What it is.
    pub what: IdentifierKind,
    /// Where it stands.
    pub path: String,
    /// The words, at most 200 characters.
    pub value: String,
}

/// A de-identified record.
#[derive(Debug, Clone)]
pub struct Stripped {
    /// The record, compact JSON; the same chart code shows it.
    pub bytes: Vec<u8>,
    /// What was taken out.
    pub removed: Vec<Removed>,
    /// What stays and she should read before sharing.
    pub free_text: Vec<FreeTextWarning>,
}

/// Why a record cannot be de-identified.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeidentifyError {
    /// It is only kept as source: nobody can say what in it identifies her.
    #[error("the record is not understood, so it cannot be de-identified")]
    NotUnderstood,
}

impl DeidentifyError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        "notUnderstood"
    }
}

/// De-identifies a record with the default options: ids and references go, and so do names of
/// practitioners.
///
/// # Errors
/// If the record is not understood; it must then stay out of a pseudonymous space.
pub fn strip(bytes: &[u8]) -> Result<Stripped, DeidentifyError> {
    strip_with(bytes, &Options::default())
}

/// De-identifies a record.
///
/// # Errors
/// If the record is not understood; it must then stay out of a pseudonymous space.
pub fn strip_with(bytes: &[u8], options: &Options) -> Result<Stripped, DeidentifyError> {
    let resource = understood(bytes)?;
    let (stripped, found) = scrub::scrub(&resource, options);
    let free_text = free_text::warnings(&stripped, &options.terms);
    let removed =
        found.into_iter().map(|item| Removed { what: item.what, path: item.path }).collect();
    Ok(Stripped { bytes: stripped.to_compact().into_bytes(), removed, free_text })
}

/// What in a record identifies her: all that [`strip`] would take out, except ids of computers; and
/// photographs that say where they were taken, which [`strip`] leaves as they are.
/// Of bytes that are not understood only those; [`free_text`] then returns all of them.
pub fn identifying(bytes: &[u8]) -> Vec<IdentifyingItem> {
    let Ok(record) = Json::read(bytes, &Limits::default()) else { return Vec::new() };
    let mut found = places::found_in(&record);
    if is_understood(&record) {
        found.extend(scrub::scrub(&record, &Options::default()).1);
    }
    found.retain(|item| item.what != IdentifierKind::TechnicalId);
    found
}

/// Free text and documents of a record, in which anything may stand.
pub fn free_text(bytes: &[u8], terms: &Terms) -> Vec<FreeTextWarning> {
    match understood(bytes) {
        Ok(resource) => free_text::warnings(&resource, terms),
        Err(_) => vec![free_text::whole(bytes, terms)],
    }
}

fn understood(bytes: &[u8]) -> Result<Json, DeidentifyError> {
    let resource =
        Json::read(bytes, &Limits::default()).map_err(|_| DeidentifyError::NotUnderstood)?;
    if is_understood(&resource) { Ok(resource) } else { Err(DeidentifyError::NotUnderstood) }
}

fn is_understood(record: &Json) -> bool {
    record.text("resourceType").is_some_and(|kind| crate::of_type(kind).is_some())
}
