//! Paired timing: candidates take turns in short rounds, so that a drifting machine slows all of them alike.

use std::time::Instant;

/// One thing to time. The closure runs the operation once.
pub(crate) struct Candidate<'a> {
    pub(crate) name: &'static str,
    pub(crate) run: Box<dyn FnMut() + 'a>,
}

impl<'a> Candidate<'a> {
    /// A named operation.
    pub(crate) fn new(name: &'static str, run: impl FnMut() + 'a) -> Self {
        Self { name, run: Box::new(run) }
    }
}

/// Microseconds per call of each candidate: the least over `rounds` rounds of `calls` calls each. Whatever else
/// the machine does only ever adds, so the least is what the work itself costs.
pub(crate) fn paired(candidates: &mut [Candidate<'_>], rounds: usize, calls: u32) -> Vec<f64> {
    let mut least = vec![f64::INFINITY; candidates.len()];
    for round in 0..=rounds {
        for (candidate, least) in candidates.iter_mut().zip(&mut least) {
            let start = Instant::now();
            for _ in 0..calls {
                (candidate.run)();
            }
            let per_call = start.elapsed().as_secs_f64() * 1e6 / f64::from(calls);
            // The first round warms caches and lazily built tables.
            if round > 0 {
                *least = least.min(per_call);
            }
        }
    }
    least
}

/// The middle of the sorted values; not a number when there are none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
