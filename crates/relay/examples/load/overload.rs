//! Twice what the relay can sustain, for ten seconds: `cargo xtask load`.
//!
//! What must hold: whoever is not served is told so, with a time to come again; whoever is served
//! waits at most three times as long as on a quiet day; memory stays bounded; and once the flood
//! is over the relay is itself again within five seconds.

use super::verdict::Verdicts;
use super::{Fate, Generator, percentile};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Share of the sustained rate that counts as a quiet day.
const QUIET: f64 = 0.25;
/// Times the sustained rate.
const FLOOD: f64 = 2.0;
const SECONDS: f64 = 10.0;
/// Times the latency of a quiet day that whoever is served may wait.
const SLOWER: f64 = 3.0;
/// Seconds after which the relay is itself again.
const RECOVERED: f64 = 5.0;
/// Bytes the flood may add to the server: bodies under way are bounded by the relay, and so are its
/// connections.
const ADDED: u64 = 512 << 20;
/// How finely the recovery is looked at.
const WINDOW: f64 = 0.25;

pub(super) fn run(it: Generator) -> Value {
    let climb = it.climb(100.0, |it, n| it.uploads(n));
    let sustained = climb.sustained;
    let count = |rate: f64, seconds: f64| (rate * seconds).ceil() as usize;
    let quiet_rate = sustained * QUIET;
    let quiet = it.fire(it.uploads(count(quiet_rate, SECONDS)), quiet_rate);
    assert!(quiet.iter().all(Fate::is_good), "not quiet");
    let quiet_p99 = p99(&quiet);

    let flood_rate = sustained * FLOOD;
    // All prepared before, so that the generator does nothing but send.
    let flood = it.uploads(count(flood_rate, SECONDS));
    let after = it.uploads(count(quiet_rate, 2.0 * SECONDS));
    let (before_bytes, _) = it.weight();
    let it = Arc::new(it);
    let (most, over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let watching = {
        let (it, most, over) = (Arc::clone(&it), Arc::clone(&most), Arc::clone(&over));
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                most.fetch_max(it.weight().0, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(50));
            }
        })
    };
    let flooded = it.fire(flood, flood_rate);
    // At once, without a pause.
    let recovered = it.fire(after, quiet_rate);
    over.store(true, Ordering::Relaxed);
    watching.join().unwrap();

    let accepted: Vec<&Fate> = flooded.iter().filter(|fate| fate.is_good()).collect();
    let refused = flooded.iter().filter(|fate| matches!(fate.status, 429 | 503)).count();
    let untold =
        flooded.iter().filter(|fate| matches!(fate.status, 429 | 503) && !fate.told_when).count();
    let mut latencies: Vec<Duration> = accepted.iter().map(|fate| fate.latency).collect();
    let flood_p99 = percentile(&mut latencies, 0.99);
    let neither = flooded.len() - accepted.len() - refused;
    let (ratio, most) = (flood_p99 / quiet_p99, most.load(Ordering::Relaxed));
    let recovery = recovery(&recovered, quiet_rate, SLOWER * quiet_p99);
    let mut verdicts = Verdicts::default();
    verdicts.at_most("the p99 of what is accepted, times that of a quiet day", ratio, SLOWER);
    verdicts.at_most("seconds to recover", recovery, RECOVERED);
    verdicts.at_most("refused without a time to come again", untold as f64, 0.0);
    verdicts.at_most("neither accepted nor refused", neither as f64, 0.0);
    verdicts.at_most(
        "bytes of memory added",
        most.saturating_sub(before_bytes) as f64,
        ADDED as f64,
    );
    json!({
        "failed": verdicts.failed(),
        "relay.overload.p99_ratio": ratio,
        "relay.overload.recovery_s": recovery,
        "sustained_per_s": sustained,
        "offered_per_s": flood_rate,
        "quiet_p99_ms": quiet_p99,
        "accepted_p99_ms": flood_p99,
        "accepted": accepted.len(),
        "accepted_per_s": accepted.len() as f64 / SECONDS,
        "refused": refused,
        "refused_without_retry_after": untold,
        "neither": neither,
        "memory_before_bytes": before_bytes,
        "memory_most_bytes": most,
    })
}

fn p99(fates: &[Fate]) -> f64 {
    let mut latencies: Vec<Duration> = fates.iter().map(|fate| fate.latency).collect();
    percentile(&mut latencies, 0.99)
}

/// Seconds after the flood from which on every window is as good as allowed.
fn recovery(fates: &[Fate], rate: f64, allowed_ms: f64) -> f64 {
    let window = (rate * WINDOW).ceil() as usize;
    let last_bad = fates
        .chunks(window)
        .enumerate()
        .filter(|(_, window)| !window.iter().all(Fate::is_good) || p99(window) > allowed_ms)
        .map(|(n, _)| n + 1)
        .max();
    last_bad.unwrap_or(0) as f64 * WINDOW
}
