//! A clock that only moves when told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Seconds since 1970 UTC, as set. Clones share the time.
#[derive(Debug, Clone)]
pub struct FakeClock {
    seconds: Arc<AtomicU64>,
}

impl FakeClock {
    /// A clock standing at `seconds`.
    pub fn at(seconds: u64) -> FakeClock {
        FakeClock { seconds: Arc::new(AtomicU64::new(seconds)) }
    }

    /// The time it shows.
    pub fn now(&self) -> u64 {
        self.seconds.load(Ordering::SeqCst)
    }

    /// Moves it forward.
    pub fn advance(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Sets it, also back.
    pub fn set(&self, seconds: u64) {
        self.seconds.store(seconds, Ordering::SeqCst);
    }
}
