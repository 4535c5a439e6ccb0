//! Token buckets per owner, in bounded memory, and whom an address stands for.
//!
//! Two generations of buckets: when the young one is full it becomes the old one and the oldest is
//! dropped. Whoever is dropped starts with a full bucket again; an attacker with more addresses
//! than a generation holds is limited by the connections and the body memory instead.

use crate::problem::{Problem, ProblemCode};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Buckets in one generation.
const GENERATION: usize = 20_000;

/// Time that never goes back, for waiting and for rates; says nothing of the date.
pub trait SteadyClock: Send + Sync {
    /// Since some fixed moment.
    fn elapsed(&self) -> Duration;
}

/// The computer's steady clock.
#[derive(Clone, Copy, Debug)]
pub struct Monotonic(Instant);

impl Default for Monotonic {
    fn default() -> Self {
        Monotonic(Instant::now())
    }
}

impl SteadyClock for Monotonic {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A token bucket: so many per second, and so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Tokens per second.
    pub per_second: u32,
    /// Size of the bucket. 0 per second with a full bucket means no limit.
    pub burst: u32,
}

impl Rate {
    /// No limit.
    pub const NONE: Rate = Rate { per_second: 0, burst: u32::MAX };

    /// A rate.
    pub const fn new(per_second: u32, burst: u32) -> Rate {
        Rate { per_second, burst }
    }

    fn is_none(self) -> bool {
        self.burst == u32::MAX
    }
}

/// The network an address is counted under: an IPv4 address is one, and an IPv6 customer has a
/// whole /64 to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// The network of an address.
    pub fn of(address: IpAddr) -> Network {
        match address.to_canonical() {
            four @ IpAddr::V4(_) => Network(four),
            IpAddr::V6(six) => {
                let prefix = six.to_bits() & !u128::from(u64::MAX);
                Network(IpAddr::V6(Ipv6Addr::from_bits(prefix)))
            }
        }
    }
}

/// The buckets of one kind of owner.
pub struct Buckets<K>(Mutex<Generations<K>>);

struct Generations<K> {
    young: HashMap<K, Bucket>,
    old: HashMap<K, Bucket>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Duration,
}

impl<K: Hash + Eq> Default for Buckets<K> {
    fn default() -> Self {
        let generations = Generations { young: HashMap::new(), old: HashMap::new() };
        Buckets(Mutex::new(generations))
    }
}

impl<K: Hash + Eq> Buckets<K> {
    /// Takes one token, or says in how many seconds there will be one.
    pub fn take(&self, owner: K, rate: Rate, now: Duration) -> Result<(), Problem> {
        if rate.is_none() {
            return Ok(());
        }
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tokens = state.tokens(&owner, rate, now);
        let outcome = enough(tokens, rate);
        let tokens = if outcome.is_ok() { tokens - 1.0 } else { tokens };
        if state.young.len() >= GENERATION {
            state.old = std::mem::take(&mut state.young);
        }
        state.young.insert(owner, Bucket { tokens, at: now });
        outcome
    }

    /// Whether [`Buckets::take`] would succeed; takes nothing.
    pub fn check(&self, owner: &K, rate: Rate, now: Duration) -> Result<(), Problem> {
        if rate.is_none() {
            return Ok(());
        }
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        enough(state.tokens(owner, rate, now), rate)
    }
}

impl<K: Hash + Eq> Generations<K> {
    fn tokens(&self, owner: &K, rate: Rate, now: Duration) -> f64 {
        let full = f64::from(rate.burst);
        let found = self.young.get(owner).or_else(|| self.old.get(owner));
        found.map_or(full, |bucket| {
            let gained = now.saturating_sub(bucket.at).as_secs_f64() * f64::from(rate.per_second);
            (bucket.tokens + gained).min(full)
        })
    }
}

fn enough(tokens: f64, rate: Rate) -> Result<(), Problem> {
    if tokens >= 1.0 {
        return Ok(());
    }
    let wait = ((1.0 - tokens) / f64::from(rate.per_second.max(1))).ceil();
    let seconds = Duration::try_from_secs_f64(wait).map_or(1, |wait| wait.as_secs().max(1));
    Err(Problem::new(ProblemCode::RateLimited).retry_after(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(7);
    const RATE: Rate = Rate::new(2, 3);

    #[test]
    fn a_bucket_empties_and_fills_per_owner() {
        let buckets = Buckets::default();
        for _ in 0..3 {
            buckets.check(&1_u8, RATE, START).unwrap();
            buckets.take(1_u8, RATE, START).unwrap();
        }
        assert!(buckets.check(&1, RATE, START).is_err());
        let refused = buckets.take(1, RATE, START).unwrap_err();
        assert_eq!(refused.code, ProblemCode::RateLimited);
        assert_eq!(refused.retry_after, Some(1));
        buckets.take(2, RATE, START).unwrap();
        let later = START + Duration::from_millis(500);
        buckets.take(1, RATE, later).unwrap();
        assert!(buckets.take(1, RATE, later).is_err());
        // A clock that stood still or went back gives nothing and takes nothing.
        assert!(buckets.take(1, RATE, START).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let buckets = Buckets::default();
        for owner in 0..(3 * GENERATION) {
            let _ = buckets.take(owner, RATE, START);
        }
        let state = buckets.0.lock().unwrap();
        assert!(state.young.len() + state.old.len() <= 2 * GENERATION);
    }

    #[test]
    fn an_ipv6_customer_is_one_and_ipv4_neighbours_are_two() {
        let of = |text: &str| Network::of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
