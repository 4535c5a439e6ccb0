//! Progress of long work, and how it is told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How far a piece of long work has come. All counters only grow within one piece of work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Step {
    /// What is being done now.
    pub stage: Stage,
    /// Items finished (files while importing, records while sharing).
    pub done: u64,
    /// Items known so far in all.
    pub total: u64,
    /// Bytes finished.
    pub bytes_done: u64,
    /// Bytes known so far in all.
    pub bytes_total: u64,
}

/// The stage of long work, a stable code which the interface turns into words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stage {
    /// Looking for files, or working out what is to be done.
    #[default]
    Looking,
    /// Reading and storing records.
    Reading,
    /// Encrypting records for sharing.
    Sealing,
    /// Sending encrypted records to the relay.
    Sending,
    /// Handing over the grant.
    Granting,
    /// Writing a file.
    Writing,
    /// Fetching a backup.
    Fetching,
    /// Bringing rows back.
    Restoring,
    /// Putting new keys in the place of old ones.
    Renewing,
    /// Having a service forget, or erasing here.
    Erasing,
    /// Nothing left to do.
    Finished,
}

/// Receives the progress of one piece of work. Called often; an implementation thins out what it
/// passes on.
pub trait Progress: Send + Sync {
    /// Something moved.
    fn report(&self, step: Step);
}

/// Progress that nobody watches.
#[derive(Debug, Default, Clone, Copy)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn report(&self, _step: Step) {}
}

/// A request to stop, shared between the person who presses "Cancel" and the work.
#[derive(Debug, Default, Clone)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A token nobody has cancelled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work to stop at its next safe point.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether the work was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
