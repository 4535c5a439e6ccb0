//! Rates climbed in steps until they are not sustained: the figures of `cargo xtask bench`.

use super::generator::{Fate, Generator, Prepared, latency_ms};
use super::size::Size;
use keyward_relay_api::types::PostAccess;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A rate is sustained if this share of its requests was answered well and in time.
pub(super) const SUSTAINED: f64 = 0.99;

pub(super) fn run(it: &Generator) -> Value {
    let Size { step, records, .. } = it.size;
    let uploads = it.climb(50.0, |n| it.uploads(n));
    let (grant, chart) = it.shared_chart(records);
    let chart_ms = it.whole_chart_ms();
    let accesses = it.climb(5.0, |n| it.accesses(n, grant, &chart));
    json!({
        "relay.uploads_per_s": uploads.sustained,
        "relay.p99_ms": uploads.p99_ms,
        "relay.reencrypt_per_s": accesses.sustained * records as f64,
        "relay.reencrypt_p99_ms": accesses.p99_ms,
        "relay.chart_1000_ms": chart_ms,
        "records_per_access": records,
        "seconds_per_step": step.as_secs_f64(),
        "uploads": uploads.steps,
        "accesses": accesses.steps,
    })
}

/// The highest rate that was sustained, and every step on the way.
pub(super) struct Climb {
    pub(super) sustained: f64,
    /// The most that was answered well and in time in a second of any step, sustained or not.
    pub(super) most: f64,
    p99_ms: f64,
    steps: Vec<Value>,
}

struct Step {
    is_sustained: bool,
    /// Well and in time, a second.
    answered: f64,
    p99_ms: f64,
    told: Value,
}

impl Generator {
    /// Doubles the rate until it is not sustained, then goes on in fifths from the last good one.
    pub(super) fn climb(&self, first: f64, prepare: impl Fn(usize) -> Prepared) -> Climb {
        let mut climb = Climb { sustained: 0.0, most: 0.0, p99_ms: 0.0, steps: Vec::new() };
        let (mut rate, mut factor) = (first * self.size.pace, 2.0);
        while climb.steps.len() < self.size.steps {
            // A hiccup of the machine is not the relay's: what is not sustained is tried once more.
            let step = match self.step(rate, &prepare) {
                step if step.is_sustained => step,
                _ => self.step(rate, &prepare),
            };
            climb.steps.push(step.told);
            climb.most = climb.most.max(step.answered);
            if step.is_sustained {
                (climb.sustained, climb.p99_ms) = (rate, step.p99_ms);
            } else if factor > 1.5 && climb.sustained > 0.0 {
                factor = 1.2;
                rate = climb.sustained;
            } else {
                break;
            }
            rate *= factor;
        }
        assert!(climb.sustained > 0.0, "not even {first} a second: {:?}", climb.steps);
        climb
    }

    /// One rate, for as long as a step lasts.
    fn step(&self, rate: f64, prepare: impl Fn(usize) -> Prepared) -> Step {
        let n = (rate * self.size.step.as_secs_f64()).ceil() as usize;
        let fates = self.fire(prepare(n), rate);
        let in_time = |fate: &&Fate| fate.is_good() && fate.latency < self.size.too_late;
        let good = fates.iter().filter(in_time).count();
        let (share, p99_ms) = (good as f64 / n as f64, latency_ms(&fates, 0.99));
        let told = json!({
            "offered_per_s": rate, "requests": n, "answered_in_time": good,
            "p50_ms": latency_ms(&fates, 0.5), "p99_ms": p99_ms,
        });
        Step { is_sustained: share >= SUSTAINED, answered: share * rate, p99_ms, told }
    }

    /// Median time of one access to a large chart, from the call to the decoded answer.
    fn whole_chart_ms(&self) -> f64 {
        let records = self.size.chart;
        let (grant_id, chart) = self.shared_chart(records);
        let compartment = chart.compartment;
        let wanted = PostAccess { grant_id, compartment, after: vec![], limit: records as u32 };
        let mut times: Vec<Duration> = (0..7)
            .map(|_| {
                let begin = Instant::now();
                let answer = self.client.access(&self.doctor.signing, &wanted).unwrap();
                assert_eq!(answer.records.len(), records);
                begin.elapsed()
            })
            .collect();
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64() * 1e3
    }
}
