//! Use cases of patient, doctor and front desk over the traits Vault, Relay, Authority and Clock.
//!
//! Everything here is synchronous and free of Tauri: the shell runs it on worker threads, tests run
//! it against in-memory and real parts alike. Reading order: [`ports`] (what is needed from
//! outside), [`views`] (what goes out), then one role.

pub mod bindings;
pub mod credential;
pub mod desk;
pub mod doctor;
pub mod enrol;
pub mod error;
pub mod exchange;
mod failure;
#[doc(hidden)]
pub mod fuzzing;
pub mod identity;
pub mod jobs;
pub mod leaving;
pub mod patient;
pub mod ports;
pub mod reading;
pub mod recovery;
pub mod rhythm;
pub mod session;
pub mod store;
pub mod views;
