//! Medical records: wire to model to view, sanitising, limits.
//!
//! * wire: [`json`] keeps every digit and every byte; [`parse`](parse()) takes files apart into resources;
//! * model: [`Resource`], [`Category`], [`PartialDate`], [`PatientIdentity`];
//! * view: [`view`], and [`room`] a page at a time, is what a person sees, made by one code path for the patient's own chart, her
//!   preview of a share and the doctor's chart.
//!
//! Reading is tolerant: what is not understood is kept as source with a reason and never dropped.
//! Writing ([`consent`]) is strict. This crate knows neither keys nor stores.

pub mod ccda;
pub mod consent;
pub mod csv;
pub mod deidentify;
pub mod documents;
pub mod format;
pub mod json;
pub mod own_words;
pub mod room;
pub mod sensitivity;
pub mod units;
pub mod view;

mod apple;
mod category;
mod date;
mod fhir_xml;
mod fingerprint;
mod halves;
mod identity;
mod limits;
mod look;
mod mentions;
mod parse;
mod parsed;
mod references;
mod sameness;
mod take;

pub use category::{Category, of_type};
pub use date::{DatePrecision, PartialDate};
pub use format::{Batch, Batches, Format, detect, open, read};
pub use identity::{DifferentField, Match, PatientIdentity, PersonName, same_person};
pub use limits::Limits;
pub use parse::{Arrival, Given, parse, parse_giving};
pub use parsed::{Container, Duplicate, KeptAsSource, KeptReason, ParseError, Parsed, Resource};
pub use references::References;
pub use sameness::clinical_key;
