//! Twice what the relay can sustain, for ten seconds: `cargo xtask load`.
//!
//! What must hold: whoever is not served is told so, with a time to come again; whoever is served
//! waits at most three times as long as on a quiet day; memory stays bounded; and once the flood
//! is over the relay is itself again within five seconds.

use super::generator::{Fate, Generator, latency_ms, percentile};
use super::steps::{Climb, SUSTAINED};
use super::verdict::Verdicts;
use serde_json::{Value, json};
use std::time::Duration;

/// Share of the sustained rate that counts as a quiet day.
const QUIET: f64 = 0.25;
/// Times the sustained rate.
const FLOOD: f64 = 2.0;
/// Times the latency of a quiet day that whoever is served may wait.
const SLOWER: f64 = 3.0;
/// Seconds after which the relay is itself again.
const RECOVERED: f64 = 5.0;
/// Bytes the flood may add to the server: bodies under way are bounded by the relay, and so are its
/// connections.
const ADDED: u64 = 512 << 20;
/// Parts of the quiet times before the flood and well after it; their figure is the median of those of
/// the parts, so that a hiccup of the machine makes the relay look neither good nor bad.
const PARTS: usize = 5;
/// How finely the recovery is looked at, in seconds.
const WINDOW: f64 = 0.25;

/// What was seen of one flood and of the time after it.
struct Seen {
    flooded: Vec<Fate>,
    recovered: Vec<Fate>,
    memory_before: u64,
    memory_most: u64,
}

pub(super) fn run(it: &Generator) -> Value {
    let Climb { sustained, most, .. } = it.climb(100.0, |n| it.uploads(n));
    let (quiet_rate, flood_rate) = (sustained * QUIET, sustained * FLOOD);
    let quiet = it.fire(it.uploads(count(quiet_rate, it.size.flood)), quiet_rate);
    let served = quiet.iter().filter(|fate| fate.is_good()).count();
    assert!(served as f64 >= quiet.len() as f64 * SUSTAINED, "the machine is not quiet");
    let seen = flood(it, quiet_rate, flood_rate);

    let Seen { flooded, recovered: after, memory_before, memory_most } = &seen;
    let calm = &after[after.len() / 2..];
    let (before_p99, quiet_p99) = (quiet_p99(&[&quiet]), quiet_p99(&[&quiet, calm]));
    let accepted: Vec<&Fate> = flooded.iter().filter(|fate| fate.is_good()).collect();
    let refused: Vec<&Fate> = flooded.iter().filter(|fate| fate.is_refusal()).collect();
    let untold = refused.iter().filter(|fate| !fate.told_when).count();
    let neither = flooded.len() - accepted.len() - refused.len();
    let flood_p99 = latency_ms(accepted.iter().copied(), 0.99);
    let ratio = flood_p99 / quiet_p99;
    let part = it.size.flood / PARTS as f64;
    let recovery = recovery(after, quiet_rate, part, SLOWER * before_p99);
    let added = memory_most.saturating_sub(*memory_before);
    let mut verdicts = Verdicts::default();
    // Else it was no flood, and says nothing: the sustained rate was found too low.
    verdicts.at_least("refused", refused.len() as f64, 1.0);
    verdicts.at_most("the p99 of what is accepted, times that of a quiet day", ratio, SLOWER);
    verdicts.at_most("seconds to recover", recovery, RECOVERED);
    verdicts.at_most("refused without a time to come again", untold as f64, 0.0);
    verdicts.at_most("neither accepted nor refused", neither as f64, 0.0);
    verdicts.at_most("bytes of memory added", added as f64, ADDED as f64);
    json!({
        "failed": verdicts.failed(),
        "relay.overload.p99_ratio": ratio,
        "relay.overload.recovery_s": recovery,
        "sustained_per_s": sustained,
        "most_per_s": most,
        "offered_per_s": flood_rate,
        "quiet_p99_ms": quiet_p99,
        "before_p99_ms": before_p99,
        "accepted_p99_ms": flood_p99,
        "refused_p99_ms": latency_ms(refused.iter().copied(), 0.99),
        "generator_late_p99_ms": percentile(flooded.iter().map(|fate| fate.late).collect(), 0.99),
        "accepted": accepted.len(),
        "accepted_per_s": accepted.len() as f64 / it.size.flood,
        "refused": refused.len(),
        "refused_without_retry_after": untold,
        "neither": neither,
        "memory_before_bytes": memory_before,
        "memory_most_bytes": memory_most,
    })
}

/// Floods, and goes on at the quiet rate at once, without a pause.
fn flood(it: &Generator, quiet_rate: f64, flood_rate: f64) -> Seen {
    // All prepared before, so that the generator does nothing but send.
    let flood = it.uploads(count(flood_rate, it.size.flood));
    let after = it.uploads(count(quiet_rate, 2.0 * it.size.flood));
    let (memory_before, _) = it.weight();
    let mut memory_most = memory_before;
    let (flooded, recovered) = std::thread::scope(|scope| {
        let firing = scope.spawn(|| (it.fire(flood, flood_rate), it.fire(after, quiet_rate)));
        while !firing.is_finished() {
            memory_most = memory_most.max(it.weight().0);
            std::thread::sleep(Duration::from_millis(50));
        }
        firing.join().unwrap()
    });
    Seen { flooded, recovered, memory_before, memory_most }
}

/// How many requests a rate makes in so many seconds.
fn count(rate: f64, seconds: f64) -> usize {
    (rate * seconds).ceil() as usize
}

/// The 99th percentile of quiet times in milliseconds: the median of those of their parts.
fn quiet_p99(times: &[&[Fate]]) -> f64 {
    let in_parts = |fates: &&[Fate]| {
        let part = fates.len().div_ceil(PARTS);
        fates.chunks(part).map(|part| latency_ms(part, 0.99)).collect::<Vec<_>>()
    };
    let mut parts: Vec<f64> = times.iter().flat_map(in_parts).collect();
    parts.sort_unstable_by(f64::total_cmp);
    parts[parts.len() / 2]
}

/// Seconds after the flood from which on all is accepted for as long as a part of the quiet times
/// lasts, with a 99th percentile that is allowed; all that was looked at if there are none.
fn recovery(fates: &[Fate], rate: f64, part: f64, allowed_ms: f64) -> f64 {
    let in_part = count(rate, part).clamp(1, fates.len());
    let is_quiet = |from: usize| {
        let part = &fates[from..from + in_part];
        part.iter().all(Fate::is_good) && latency_ms(part, 0.99) <= allowed_ms
    };
    let mut starts = (0..=fates.len() - in_part).step_by(count(rate, WINDOW).max(1));
    starts.find(|from| is_quiet(*from)).unwrap_or(fates.len()) as f64 / rate
}
