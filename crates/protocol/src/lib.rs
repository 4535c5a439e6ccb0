//! The anonymous sharing protocol: pure cryptography, no I/O, no clock, no global randomness.
//!
//! The normative text is `SPEC.md`; every module mirrors one of its sections, and the heading of a
//! section names its vector file, if it has one. Reading order: [`domain`], [`codec`], [`curve`], [`keys`], [`certificate`],
//! [`capsule`], [`grant`], [`reencrypt`], [`payload`], [`chain`], [`message`], [`request`].
//!
//! What a type here promises:
//! - a `Verified…` value exists only after its signature was checked against the right key;
//! - a secret has no `Debug` and no `Clone`, and is overwritten when dropped;
//! - a decoder accepts exactly one encoding of a value, within a stated limit, and no byte more;
//! - randomness and time are arguments.
#![forbid(unsafe_code)]

pub mod arc;
pub mod backup;
pub mod capsule;
pub mod certificate;
pub mod chain;
pub mod codec;
pub mod cpace;
pub mod credential_epoch;
pub mod curve;
pub mod domain;
pub mod escrow;
#[doc(hidden)]
pub mod fuzzing;
pub mod grant;
pub mod ids;
pub mod invitation;
pub mod issuance;
pub mod keys;
pub mod kit;
pub mod message;
pub mod passphrase;
pub mod payload;
pub mod reencrypt;
pub mod request;
pub mod sigma;
pub mod statement;
#[doc(hidden)]
pub mod timing;
pub mod vaultkeys;

mod aead;
mod hash;
mod hedge;
#[cfg(test)]
extern crate self as keyward_protocol;
#[cfg(test)]
mod known_answers;
#[cfg(test)]
mod vectors;
