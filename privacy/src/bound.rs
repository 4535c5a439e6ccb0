//! Bounds of a share, one-sided at 95 %, by Clopper and Pearson: exact, whatever the share is.

/// One minus the confidence.
const ALPHA: f64 = 0.05;

/// The largest share that is compatible with so many right of so many.
#[must_use]
pub fn upper(right: u64, of: u64) -> f64 {
    if right >= of {
        return 1.0;
    }
    bisect(|share| beta(share, right as f64 + 1.0, (of - right) as f64) - (1.0 - ALPHA))
}

/// The smallest share that is.
#[must_use]
pub fn lower(right: u64, of: u64) -> f64 {
    if right == 0 {
        return 0.0;
    }
    bisect(|share| beta(share, right as f64, (of - right) as f64 + 1.0) - ALPHA)
}

/// How many independent trials bring the upper bound of a coin down to half plus `most`, in
/// nineteen of twenty experiments.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
pub fn trials_for(most: f64) -> u64 {
    // Bound and chance each take 1.645 standard deviations of one half over the root.
    (2.0 * 1.645 * 0.5 / most).powi(2).ceil() as u64
}

fn bisect(rising: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if rising(middle) < 0.0 { low = middle } else { high = middle }
    }
    high
}

/// The regularised incomplete beta function, by its continued fraction.
fn beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta(1.0 - x, b, a);
    }
    let front =
        (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp() / a;
    let tiny = 1e-300;
    let (mut f, mut c, mut d) = (1.0_f64, 1.0_f64, 0.0_f64);
    for i in 0..2_000 {
        let m = f64::from(i / 2);
        let numerator = match i {
            0 => 1.0,
            _ if i % 2 == 0 => m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            _ => -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        };
        d = 1.0 + numerator * d;
        d = 1.0 / if d.abs() < tiny { tiny } else { d };
        c = 1.0 + numerator / c;
        c = if c.abs() < tiny { tiny } else { c };
        f *= c * d;
        if (1.0 - c * d).abs() < 1e-12 {
            break;
        }
    }
    front * (f - 1.0)
}

/// By Stirling's series, after stepping up to where it is good.
fn ln_gamma(mut x: f64) -> f64 {
    let mut shift = 0.0;
    while x < 10.0 {
        shift -= x.ln();
        x += 1.0;
    }
    let inverse = 1.0 / x;
    let series = inverse / 12.0 - inverse.powi(3) / 360.0 + inverse.powi(5) / 1_260.0;
    shift + (x - 0.5) * x.ln() - x + 0.918_938_533_204_672_7 + series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_tables() {
        // Zero of n: 1 − 0.05^(1/n). All of n: 0.05^(1/n).
        assert!((upper(0, 10) - 0.258_87).abs() < 1e-4, "{}", upper(0, 10));
        assert!((lower(10, 10) - 0.741_13).abs() < 1e-4);
        // Half of a hundred.
        assert!((upper(50, 100) - 0.586_4).abs() < 1e-3, "{}", upper(50, 100));
        assert!((lower(50, 100) - 0.413_6).abs() < 1e-3);
        assert!((upper(5_000, 10_000) - 0.508_3).abs() < 1e-3);
        assert!((27_000..27_200).contains(&trials_for(0.01)));
    }
}
