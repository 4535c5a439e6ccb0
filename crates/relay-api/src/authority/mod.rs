//! HTTP types and client of the clinic authority.
//!
//! Public: [`status`], [`directory`], [`enrol`]. Signed by a device's enrolment key: [`persona`], [`recovery`].
//! On a channel of their own: [`credential`].
//! Signed by a desk operator: [`people`], [`clinicians`]. [`fields`] checks what was typed, the same
//! way at the desk and at the authority.

pub mod client;
pub mod clinicians;
pub mod credential;
pub mod date;
pub mod directory;
pub mod enrol;
pub mod fields;
pub mod people;
pub mod persona;
pub mod recovery;
pub mod status;
