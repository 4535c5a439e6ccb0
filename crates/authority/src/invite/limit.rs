//! Rate limits in fixed windows of a minute.

use std::collections::HashMap;
use std::hash::Hash;

const WINDOW: u64 = 60;

/// Counts events per key and in all; forgets everything when the minute changes.
pub(crate) struct PerMinute<K> {
    each: u32,
    all: u32,
    window: u64,
    total: u32,
    counts: HashMap<K, u32>,
}

impl<K: Eq + Hash> PerMinute<K> {
    /// At most `each` per key and `all` together.
    pub(crate) fn new(each: u32, all: u32) -> Self {
        Self { each, all, window: 0, total: 0, counts: HashMap::new() }
    }

    /// Counts one event, or says how many seconds to wait.
    pub(crate) fn count(&mut self, key: K, now: u64) -> Result<(), u64> {
        if self.window != now / WINDOW {
            self.window = now / WINDOW;
            self.total = 0;
            self.counts.clear();
        }
        let wait = WINDOW - now % WINDOW;
        if self.total >= self.all {
            return Err(wait);
        }
        // Never more keys than events, so the map is bounded by `all`.
        let count = self.counts.entry(key).or_insert(0);
        if *count >= self.each {
            return Err(wait);
        }
        *count += 1;
        self.total += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_per_key_and_in_all_and_forgets() {
        let mut limit = PerMinute::new(2, 3);
        assert_eq!(limit.count("a", 0), Ok(()));
        assert_eq!(limit.count("a", 1), Ok(()));
        assert_eq!(limit.count("a", 10), Err(50));
        assert_eq!(limit.count("b", 10), Ok(()));
        assert_eq!(limit.count("c", 59), Err(1));
        assert_eq!(limit.count("a", 60), Ok(()));
    }
}
