//! One connection, lent to one transaction at a time, and taken away for good on lock.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use keyward_app::ports::vault::VaultError;
use rusqlite::{Connection, InterruptHandle};

/// Holds a connection while nobody uses it.
pub(crate) struct Slot {
    state: Mutex<State>,
    changed: Condvar,
    /// Stops a statement that is running while the profile is locked.
    interrupt: InterruptHandle,
    /// How long a caller waits for its turn.
    patience: Duration,
    /// Whether a transaction was so large that its pages are worth giving back.
    large: AtomicBool,
    /// Made when something of the store is found damaged.
    damaged: Option<PathBuf>,
}

enum State {
    Free(Connection),
    /// Lent to a transaction of this thread.
    Lent(ThreadId),
    /// Lent, and to be dropped instead of returned.
    Closing,
    Closed,
}

impl Slot {
    pub(crate) fn new(
        connection: Connection,
        patience: Duration,
        damaged: Option<PathBuf>,
    ) -> Self {
        let interrupt = connection.get_interrupt_handle();
        Self {
            state: Mutex::new(State::Free(connection)),
            changed: Condvar::new(),
            interrupt,
            patience,
            large: AtomicBool::new(false),
            damaged,
        }
    }

    /// Remembers, beside the store, that it is damaged.
    pub(crate) fn found_damaged(&self) {
        if let Some(mark) = self.damaged.as_ref().filter(|mark| !mark.exists()) {
            super::mark(mark);
        }
    }

    /// Notes that a transaction was large.
    pub(crate) fn note_large(&self) {
        self.large.store(true, Ordering::Relaxed);
    }

    /// Whether one was since this was asked last.
    pub(crate) fn was_large(&self) -> bool {
        self.large.swap(false, Ordering::Relaxed)
    }

    /// Borrows the connection; waits for another thread's transaction, but never for one of this
    /// thread, which could only end in a deadlock.
    pub(crate) fn lend(&self) -> Result<Lease<'_>, VaultError> {
        let deadline = Instant::now() + self.patience;
        let mut state = self.state();
        loop {
            match &*state {
                State::Closing | State::Closed => return Err(VaultError::Locked),
                State::Lent(holder) if *holder == thread::current().id() => {
                    return Err(VaultError::Busy);
                }
                State::Lent(_) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(VaultError::Busy);
                    }
                    state = self
                        .changed
                        .wait_timeout(state, left)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0;
                }
                State::Free(_) => {
                    let lent = State::Lent(thread::current().id());
                    if let State::Free(connection) = std::mem::replace(&mut *state, lent) {
                        return Ok(Lease { slot: self, connection: Some(connection) });
                    }
                }
            }
        }
    }

    /// Drops the connection now, or as soon as the running transaction ends; interrupts that one.
    pub(crate) fn close(&self) {
        self.close_after(|_| {});
    }

    /// As [`Slot::close`]; a connection that nobody uses does `last` before it goes.
    pub(crate) fn close_after(&self, last: impl FnOnce(&Connection)) {
        let mut state = self.state();
        let previous = std::mem::replace(&mut *state, State::Closed);
        if matches!(previous, State::Lent(_) | State::Closing) {
            *state = State::Closing;
            self.interrupt.interrupt();
        }
        self.changed.notify_all();
        drop(state);
        if let State::Free(connection) = &previous {
            last(connection);
        }
        // A free connection is closed here, outside the mutex: the last one checkpoints the WAL.
        drop(previous);
    }

    /// Waits until the connection is gone; `false` if it is still lent after `limit`.
    pub(crate) fn wait_closed(&self, limit: Duration) -> bool {
        let state = self.state();
        let (state, _) = self
            .changed
            .wait_timeout_while(state, limit, |state| !matches!(state, State::Closed))
            .unwrap_or_else(PoisonError::into_inner);
        matches!(*state, State::Closed)
    }

    pub(crate) fn is_closing(&self) -> bool {
        matches!(*self.state(), State::Closing | State::Closed)
    }

    fn take_back(&self, connection: Connection, usable: bool) {
        let mut state = self.state();
        let keep = usable && matches!(*state, State::Lent(_));
        if keep {
            *state = State::Free(connection);
        } else {
            // Dropped before anybody is told that it is closed: then the keys are really gone.
            drop(connection);
            *state = State::Closed;
        }
        drop(state);
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is replaced in one step everywhere, so a panic cannot leave it half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A borrowed connection; goes back when dropped.
pub(crate) struct Lease<'a> {
    slot: &'a Slot,
    connection: Option<Connection>,
}

impl Lease<'_> {
    /// The connection.
    ///
    /// # Errors
    /// [`VaultError::Locked`] if the profile was locked in the meantime.
    pub(crate) fn connection(&self) -> Result<&Connection, VaultError> {
        if self.slot.is_closing() {
            return Err(VaultError::Locked);
        }
        self.connection.as_ref().ok_or(VaultError::Locked)
    }

    /// Remembers, beside the store, that it is damaged.
    pub(crate) fn found_damaged(&self) {
        self.slot.found_damaged();
    }

    /// The connection, also while the slot is being closed: for rolling back.
    pub(crate) fn connection_even_closing(&self) -> Option<&Connection> {
        self.connection.as_ref()
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            // A connection stuck inside a transaction would give the next one foreign writes.
            let usable = connection.is_autocommit();
            self.slot.take_back(connection, usable);
        }
    }
}
