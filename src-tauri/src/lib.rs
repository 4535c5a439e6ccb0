//! The desktop shell of Keyward: windows, commands and the composition root.
//!
//! It holds no rules of its own: use cases are in `keyward-app`, cryptography in
//! `keyward-protocol`. Reading order: [`launch`] (from the command line to the first window),
//! [`state`] (what is composed), [`opened`] (a profile in its window), [`services`] (relay and
//! authority on this computer), [`commands`] (what a page may ask).

mod background;
pub mod caller;
mod clinic;
mod clipboard;
pub mod commands;
#[cfg(feature = "demo")]
mod demo;
mod dialogs;
mod documents;
#[cfg(target_os = "linux")]
pub mod drawing;
mod dumps;
mod events;
mod failure;
mod first_window;
pub mod launch;
pub mod opened;
mod restoring;
mod salvages;
mod saved;
pub mod services;
mod session_view;
pub mod state;
#[cfg(target_os = "linux")]
mod system_lock;
mod unfinished;
pub mod windows;
