//! Token buckets per key and per address, in bounded memory.
//!
//! Two generations of buckets: when the young one is full it becomes the old one and the oldest is
//! dropped. Whoever is dropped starts with a full bucket again; an attacker with more addresses
//! than a generation holds is limited by the connections and the body memory instead.

use crate::config::{Rate, Rates};
use crate::routes::Class;
use keyward_relay_api::problem::{Problem, ProblemCode};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;
use std::time::Instant;

/// Buckets in one generation.
const GENERATION: usize = 20_000;

/// The buckets of one kind of owner.
pub(crate) struct Buckets<K> {
    rates: Rates,
    state: Mutex<Generations<K>>,
}

struct Generations<K> {
    young: HashMap<(K, Class), Bucket>,
    old: HashMap<(K, Class), Bucket>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl<K: Hash + Eq + Copy> Buckets<K> {
    pub(crate) fn new(rates: Rates) -> Self {
        let state = Generations { young: HashMap::new(), old: HashMap::new() };
        Buckets { rates, state: Mutex::new(state) }
    }

    /// Takes one token, or says in how many seconds there will be one.
    pub(crate) fn take(&self, owner: K, class: Class, now: Instant) -> Result<(), Problem> {
        let rate = self.rate(class);
        if rate.burst == u32::MAX {
            return Ok(());
        }
        let Ok(mut state) = self.state.lock() else {
            return Err(ProblemCode::Internal.into());
        };
        let found = state.young.get(&(owner, class)).or_else(|| state.old.get(&(owner, class)));
        let full = f64::from(rate.burst);
        let tokens = found.map_or(full, |bucket| {
            let gained =
                now.saturating_duration_since(bucket.at).as_secs_f64() * f64::from(rate.per_second);
            (bucket.tokens + gained).min(full)
        });
        let (left, outcome) = if tokens >= 1.0 {
            (tokens - 1.0, Ok(()))
        } else {
            let wait = (1.0 - tokens) / f64::from(rate.per_second.max(1));
            let problem = Problem::new(ProblemCode::RateLimited);
            (tokens, Err(problem.retry_after(whole_seconds(wait))))
        };
        if state.young.len() >= GENERATION {
            state.old = std::mem::take(&mut state.young);
        }
        state.young.insert((owner, class), Bucket { tokens: left, at: now });
        outcome
    }

    fn rate(&self, class: Class) -> Rate {
        match class {
            Class::Open => self.rates.open,
            Class::Read => self.rates.read,
            Class::Write => self.rates.write,
            Class::Access => self.rates.access,
            Class::Certificate => self.rates.certificate,
        }
    }
}

fn whole_seconds(wait: f64) -> u64 {
    std::time::Duration::try_from_secs_f64(wait.ceil()).map_or(1, |wait| wait.as_secs().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Limits;
    use std::time::Duration;

    #[test]
    fn a_bucket_empties_and_fills_per_owner_and_class() {
        let rates = Rates { read: Rate::new(2, 3), ..Limits::default().per_key };
        let buckets = Buckets::new(rates);
        let start = Instant::now();
        for _ in 0..3 {
            buckets.take(1_u8, Class::Read, start).unwrap();
        }
        let refused = buckets.take(1, Class::Read, start).unwrap_err();
        assert_eq!(refused.code, ProblemCode::RateLimited);
        assert_eq!(refused.retry_after, Some(1));
        buckets.take(2, Class::Read, start).unwrap();
        buckets.take(1, Class::Write, start).unwrap();
        let later = start + Duration::from_millis(500);
        buckets.take(1, Class::Read, later).unwrap();
        assert!(buckets.take(1, Class::Read, later).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let buckets = Buckets::new(Limits::default().per_address);
        let now = Instant::now();
        for owner in 0..(3 * GENERATION) {
            let _ = buckets.take(owner, Class::Open, now);
        }
        let state = buckets.state.lock().unwrap();
        assert!(state.young.len() + state.old.len() <= 2 * GENERATION);
    }
}
