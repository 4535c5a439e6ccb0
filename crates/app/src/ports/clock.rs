//! Time, passed in: nothing in this crate reads the system clock by itself.

/// Seconds since 1970-01-01T00:00:00Z.
pub type UnixSeconds = u64;

/// A source of the current time.
pub trait Clock: Send + Sync {
    /// Now, in seconds since 1970 UTC. May jump in either direction: callers must not assume that
    /// it is monotone (the relay keeps the highest time it has seen; a reader treats a grant as
    /// ended once either of them says so).
    fn now(&self) -> UnixSeconds;
}

/// The computer's own clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixSeconds {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_secs())
    }
}
