//! The reading room: a chart of 100 000 records, a page at a time, for the patient (her own), her
//! preview of a share and the doctor (a share) by one code path.
//!
//! - [`index`]: a record becomes a line of the reading index, in the transaction that stores it,
//!   stored as [`lean`] JSON;
//! - [`access`]: who may read which scope, and where its records stand;
//! - [`room`]: summary, lists, analytes, trends, comparisons, medicines, panels, search;
//! - [`record`]: one record in full; [`document`]: a document of it;
//! - [`preview`]: the scope of a preview, from exactly the bytes that would be encrypted;
//! - [`letters`]: letters inside records are looked into, for the search;
//! - [`catch_up`]: records of an older store, or of an older way of making lines, are indexed.

mod access;
mod answer;
mod catch_up;
mod document;
mod index;
pub mod lean;
mod letters;
mod measures;
mod preview;
mod record;
mod room;
pub(crate) mod seen;
mod stored;

pub use catch_up::catch_up;
pub use document::{Document, document, may_read};
pub use index::{Entry, Indexed, Scope, index, index_shared, lines};
pub use letters::read_letters;
pub use measures::{analytes, comparison, medicines, panel, trend};
pub use preview::end as end_preview;
pub(crate) use preview::remove as remove_previews;
pub(crate) use preview::{Previewed, begin as begin_preview, shared_entry};
pub use record::record;
pub use room::{density, items, items_json, search, summary};
pub use seen::mark_seen;
pub(crate) use stored::fuzz as fuzz_line;
