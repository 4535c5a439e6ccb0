//! Welch's t-test on two classes of times, as in dudect (Reparaz, Balasch, Verbauwhede, 2017): once on
//! everything and once each without the slowest part, because interruptions lengthen the tail of both.

/// Times of the two classes, nanoseconds.
#[derive(Default)]
pub(crate) struct Times(pub(crate) [Vec<f64>; 2]);

/// Shares of all times that are looked at.
const KEPT: [f64; 5] = [1.0, 0.99, 0.95, 0.8, 0.5];

impl Times {
    /// The t-value of the greatest amount over all shares.
    pub(crate) fn t(&self) -> f64 {
        let mut all: Vec<f64> = self.0.iter().flatten().copied().collect();
        all.sort_by(f64::total_cmp);
        let values = KEPT.iter().map(|share| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
            #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
            let last = (all.len() as f64 * share) as usize;
            let bound = all.get(last.saturating_sub(1)).copied().unwrap_or(f64::MAX);
            welch(&self.0.each_ref().map(|class| moments(class, bound)))
        });
        values.fold(0.0, |most: f64, t| if t.abs() > most.abs() { t } else { most })
    }

    /// The medians of the classes.
    pub(crate) fn medians(&self) -> [f64; 2] {
        self.0.each_ref().map(|class| {
            let mut sorted = class.clone();
            sorted.sort_by(f64::total_cmp);
            sorted.get(sorted.len() / 2).copied().unwrap_or_default()
        })
    }
}

/// Count, mean and variance of the times up to a bound.
fn moments(times: &[f64], bound: f64) -> (f64, f64, f64) {
    let (mut n, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for time in times.iter().filter(|time| **time <= bound) {
        n += 1.0;
        let delta = time - mean;
        mean += delta / n;
        squares += delta * (time - mean);
    }
    (n, mean, if n > 1.0 { squares / (n - 1.0) } else { 0.0 })
}

fn welch(&[(n0, mean0, var0), (n1, mean1, var1)]: &[(f64, f64, f64); 2]) -> f64 {
    let spread = (var0 / n0.max(1.0) + var1 / n1.max(1.0)).sqrt();
    if spread > 0.0 { (mean0 - mean1) / spread } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt as _, SeedableRng, rngs::StdRng};

    /// Noise around 1000 ns with interruptions, and `shift` more in the second class.
    fn times(shift: f64) -> Times {
        let mut rng = StdRng::seed_from_u64(5);
        let mut times = Times::default();
        for n in 0..20_000 {
            let class = n % 2;
            let noise = rng.random_range(0.0..100.0);
            let hit = if rng.random_range(0..200) == 0 { 50_000.0 } else { 0.0 };
            let slower = if class == 1 { shift } else { 0.0 };
            times.0[class].push(1000.0 + noise + hit + slower);
        }
        times
    }

    #[test]
    fn a_difference_of_a_few_nanoseconds_shows_and_none_does_not() {
        assert!(times(0.0).t().abs() < 4.5);
        assert!(times(5.0).t().abs() > 10.0);
    }
}
