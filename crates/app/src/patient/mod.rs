//! The patient's use cases: importing, reading, sharing, taking back.

pub(crate) mod apart;
pub mod chart;
pub mod compartment;
pub mod home;
pub mod import;
pub mod sharing;
pub mod spaces;
pub mod together;
pub mod visibility;
