//! The desktop shell of Keyward: windows, commands and the composition root.
//!
//! It holds no rules of its own: use cases are in `keyward-app`, cryptography in
//! `keyward-protocol`. Reading order: [`launch`] (from the command line to the first window),
//! [`state`] (what is composed), [`opened`] (a profile in its window), [`services`] (relay and
//! authority on this computer), [`commands`] (what a page may ask).

mod background;
pub mod caller;
mod clinic;
pub mod commands;
#[cfg(feature = "demo")]
mod demo;
mod dialogs;
mod dumps;
mod events;
mod failure;
pub mod launch;
pub mod opened;
pub mod services;
mod session_view;
pub mod state;
mod unfinished;
pub mod windows;
