//! The desktop shell of Keyward: windows, commands and the composition root.
//!
//! It holds no rules of its own: use cases are in `keyward-app`, cryptography in
//! `keyward-protocol`. The shell opens windows, runs use cases off the window's thread and hands
//! their results to the page.

pub mod commands;
pub mod launch;
pub mod windows;
