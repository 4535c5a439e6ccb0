//! A record becomes a line.

use keyward_protocol::ids::{GrantId, RecordId};
use keyward_records::Category;
use keyward_records::view::line::{self, Line};
use keyward_records::view::{ChartInput, SharedScope};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{lean, stored};
use crate::error::{AppError, ErrorCode};
use crate::ports::clock::UnixSeconds;
use crate::ports::index::{NewLine, PASSING};
use crate::ports::vault::Transaction;

/// A chart as one reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The patient's own records.
    Own,
    /// What was shared with a doctor.
    Share(GrantId),
    /// A preview.
    Preview(String),
}

impl Scope {
    /// The name of the scope in the index.
    pub fn name(&self) -> String {
        match self {
            Self::Own => "own".to_owned(),
            Self::Share(grant) => format!("share/{grant}"),
            Self::Preview(id) => format!("{PASSING}{id}"),
        }
    }
}

/// A record to index.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Its id in this scope.
    pub id: RecordId,
    /// The compartment it is kept in, or came through (`Category::as_str`).
    pub compartment: &'a str,
    /// What its references are relative to: records of one origin refer to each other.
    pub origin: &'a str,
    /// Where it came from, in words.
    pub source: &'a str,
    /// When it was received.
    pub received: Option<UnixSeconds>,
    /// The resource.
    pub bytes: &'a [u8],
}

/// What indexing came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Indexed {
    /// Records shown as lines of their own.
    pub lines: u64,
    /// Records that say what another of another origin says, and are named with that one.
    pub twins: u64,
}

/// What a line knows beside its item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Extra {
    /// Who may have made it, to be looked up.
    #[serde(default, rename = "p", skip_serializing_if = "Vec::is_empty")]
    pub(super) performer: Vec<Handle>,
    /// What gives it its name, to be looked up.
    #[serde(default, rename = "t", skip_serializing_if = "Option::is_none")]
    pub(super) called: Option<Handle>,
    /// Key of its medicine.
    #[serde(default, rename = "m", skip_serializing_if = "Option::is_none")]
    pub(super) medicine: Option<String>,
}

/// How a record is found by a reference to it: its type, if the reference names it, and a hash of
/// origin and id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Handle(pub(super) String, pub(super) i64);

impl Handle {
    /// The handle of a reference written in a record of `origin`; `None` for one that leads
    /// nowhere, or into the record itself.
    pub(super) fn of(origin: &str, reference: &str) -> Option<Self> {
        let reference = reference.split("/_history/").next().unwrap_or(reference);
        if reference.starts_with('#') || reference.contains('?') {
            return None;
        }
        if let Some(id) = reference.strip_prefix("urn:uuid:") {
            return Some(Self(String::new(), hash(&[origin, &id.to_ascii_lowercase()])));
        }
        let mut parts = reference.rsplit('/');
        let (id, kind) = (parts.next()?, parts.next()?);
        Some(Self(kind.to_owned(), hash(&[origin, &id.to_ascii_lowercase()])))
    }
}

/// Which file a record came in. Of what is shared the files are not known: there it is when it was
/// received and what it was made from.
fn origin(entry: &Entry<'_>, made_from: Option<&str>) -> i64 {
    if entry.origin.is_empty() {
        let received = entry.received.unwrap_or_default().to_string();
        hash(&[&received, made_from.unwrap_or_default()])
    } else {
        hash(&[entry.origin])
    }
}

/// Sixty-four bits of SHA-256: enough to tell records of one chart apart; what is found by it is
/// compared by its type again.
fn hash(parts: &[&str]) -> i64 {
    let mut state = Sha256::new();
    for part in parts {
        state.update((part.len() as u64).to_be_bytes());
        state.update(part.as_bytes());
    }
    let digest: [u8; 32] = state.finalize().into();
    first(&digest)
}

fn first(digest: &[u8; 32]) -> i64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(bytes)
}

/// Indexes records of the patient's own, in the transaction that stores them.
///
/// # Errors
/// What the vault reports.
pub fn index(
    tx: &mut (impl Transaction + ?Sized),
    scope: &Scope,
    entries: &[Entry<'_>],
) -> Result<Indexed, AppError> {
    index_shared(tx, scope, &SharedScope::All, entries)
}

/// As [`index`], for a reader who may see `shared`: what belongs to a section that is not shared is
/// shown with its compartment. Records of other compartments are left out.
///
/// # Errors
/// What the vault reports.
pub fn index_shared(
    tx: &mut (impl Transaction + ?Sized),
    scope: &Scope,
    shared: &SharedScope,
    entries: &[Entry<'_>],
) -> Result<Indexed, AppError> {
    let lines = lines_shared(shared, entries)?;
    let twins = tx.add_lines(&scope.name(), &lines)?;
    Ok(Indexed { lines: lines.len() as u64 - twins, twins })
}

/// The lines of records of the patient's own, for [`ReadingIndex::add_lines`]: made without the store. Beside each
/// its line without the record's id, if that was made already (`parse_giving`).
///
/// # Errors
/// [`ErrorCode::Internal`].
///
/// [`ReadingIndex::add_lines`]: crate::ports::index::ReadingIndex::add_lines
pub fn lines(entries: Vec<(Entry<'_>, Option<Line>)>) -> Result<Vec<NewLine>, AppError> {
    let made = entries.into_iter().map(|(entry, drawn)| {
        // What came later in the file may have told where it is kept.
        let kept = Category::from_name(entry.compartment);
        let drawn = drawn.filter(|line| Some(line.compartment) == kept);
        new_line(&entry, drawn.unwrap_or_else(|| draw(&entry)))
    });
    made.collect()
}

fn lines_shared(shared: &SharedScope, entries: &[Entry<'_>]) -> Result<Vec<NewLine>, AppError> {
    let drawn = entries.iter().map(|entry| (entry, draw(entry)));
    let shown = drawn.filter(|(_, line)| shared.includes(line.compartment));
    shown
        .map(|(entry, mut line)| {
            if !shared.includes(line.item.category) {
                line.item.category = line.compartment;
            }
            new_line(entry, line)
        })
        .collect()
}

fn draw(entry: &Entry<'_>) -> Line {
    line::line(&ChartInput {
        // It stands in the row.
        record_id: "",
        bytes: entry.bytes,
        received: entry.received,
        source: entry.source,
        compartment: Category::from_name(entry.compartment),
    })
}

fn new_line(entry: &Entry<'_>, mut line: Line) -> Result<NewLine, AppError> {
    stored::shorten(&mut line.item);
    let extra = extra(&line, entry.origin);
    Ok(NewLine {
        id: entry.id,
        section: line.item.category.as_str().to_owned(),
        compartment: line.compartment.as_str().to_owned(),
        date: line.date,
        analyte: line.analyte,
        standing: line.standing,
        flagged: line.flagged,
        source_only: line.source_only,
        handle: line.name.as_deref().and_then(|name| Handle::of(entry.origin, name)).map(|h| h.1),
        content: line.content.map(|content| first(&content)),
        origin: origin(entry, line.made_from.as_deref()),
        extra: if extra == Extra::default() { None } else { Some(json(&extra, 0)?) },
        item: json(&line.item, ITEM)?,
        title: line.item.title,
        words: line.words,
        searched: line.searched,
    })
}

/// Bytes of an item of the usual length, so that its text does not move while it grows.
const ITEM: usize = 1000;

fn json(value: &impl Serialize, length: usize) -> Result<String, AppError> {
    lean::json(value, length).map_err(|_| ErrorCode::Internal.into())
}

fn extra(line: &Line, origin: &str) -> Extra {
    let handles = line.performer.iter().filter_map(|reference| Handle::of(origin, reference));
    Extra {
        performer: handles.collect(),
        called: line.called.as_deref().and_then(|reference| Handle::of(origin, reference)),
        medicine: line.medicine.clone(),
    }
}
