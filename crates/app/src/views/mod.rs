//! What crosses to the interface: one DTO per answer of a command, in camelCase.
//!
//! Views hold data from the records or stable codes; every sentence a person reads is made in the
//! interface's message catalogue. Numbers of 64 bits cross as JavaScript numbers (times and counts
//! stay far below 2^53).

pub mod common;
pub mod desk;
pub mod doctor;
pub mod documents;
pub mod patient;
pub mod reading;
pub mod recovery;
pub mod words;
