//! The adversary's two ways to decide: the best single rule, and boosted stumps. Both learn from
//! patients who are in no test; which is used is decided on a part of those that was kept back.

use crate::features::{Kind, Numbers};

/// Rounds of boosting.
const ROUNDS: usize = 120;
/// How much of each round's step is taken.
const SHRINK: f64 = 0.3;
/// Thresholds tried for each number.
const CUTS: usize = 40;
/// One of so many examples is kept back.
const KEPT_BACK: usize = 4;

/// One pair with the answer.
pub struct Example {
    /// The numbers of the pair.
    pub numbers: Numbers,
    /// Whether both are one patient's.
    pub same: bool,
}

/// A rule: a number, a threshold, and what it says on either side.
#[derive(Clone, Copy, Debug)]
struct Stump {
    number: usize,
    cut: f64,
    below: f64,
    above: f64,
}

impl Stump {
    fn says(&self, numbers: &Numbers) -> f64 {
        let value = numbers.get(self.number).map_or(0.0, |(_, value)| *value);
        if value < self.cut { self.below } else { self.above }
    }
}

/// What was learned.
pub struct Learned {
    stumps: Vec<Stump>,
    /// Whether it is boosted stumps, else one rule.
    pub boosted: bool,
}

impl Learned {
    /// How much a pair looks like one patient's; above zero means it does.
    #[must_use]
    pub fn score(&self, numbers: &Numbers) -> f64 {
        self.stumps.iter().map(|stump| stump.says(numbers)).sum()
    }

    fn right(&self, examples: &[&Example]) -> usize {
        examples.iter().filter(|it| (self.score(&it.numbers) > 0.0) == it.same).count()
    }
}

/// Learns from examples, looking only at some kinds of numbers.
#[must_use]
pub fn learn(examples: &[Example], kinds: &[Kind]) -> Learned {
    let kept: Vec<&Example> = examples.iter().step_by(KEPT_BACK).collect();
    let seen: Vec<&Example> =
        examples.iter().enumerate().filter(|(i, _)| i % KEPT_BACK != 0).map(|(_, it)| it).collect();
    let cuts = cuts(&seen, kinds);
    let boosted = Learned { stumps: boost(&seen, &cuts, ROUNDS, SHRINK), boosted: true };
    let single = Learned { stumps: boost(&seen, &cuts, 1, 1.0), boosted: false };
    if single.right(&kept) > boosted.right(&kept) { single } else { boosted }
}

/// Thresholds of each number that may be looked at, at its quantiles.
fn cuts(examples: &[&Example], kinds: &[Kind]) -> Vec<(usize, Vec<f64>)> {
    let count = examples.first().map_or(0, |it| it.numbers.len());
    let mut all = Vec::new();
    for number in 0..count {
        if !examples.first().is_some_and(|it| kinds.contains(&it.numbers[number].0)) {
            continue;
        }
        let mut values: Vec<f64> = examples.iter().map(|it| it.numbers[number].1).collect();
        values.sort_by(f64::total_cmp);
        let mut cuts: Vec<f64> = (1..CUTS).map(|i| values[i * (values.len() - 1) / CUTS]).collect();
        // What nearly nobody has may be what tells: the ends, too.
        cuts.extend(values.iter().rev().take(2));
        if let Some(least) = values.iter().find(|it| **it > values[0]) {
            cuts.push(*least);
        }
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        all.push((number, cuts));
    }
    all
}

/// Gradient boosting with the logistic loss; a round is a Newton step on both sides of the best cut.
fn boost(
    examples: &[&Example],
    cuts: &[(usize, Vec<f64>)],
    rounds: usize,
    shrink: f64,
) -> Vec<Stump> {
    let mut scores = vec![0.0_f64; examples.len()];
    let mut stumps = Vec::new();
    // By number: in which interval between cuts each example lies.
    let placed: Vec<Vec<usize>> = cuts
        .iter()
        .map(|(number, cuts)| {
            let place = |it: &&Example| cuts.partition_point(|cut| *cut <= it.numbers[*number].1);
            examples.iter().map(place).collect()
        })
        .collect();
    for _ in 0..rounds {
        let slopes: Vec<(f64, f64)> = scores
            .iter()
            .zip(examples)
            .map(|(score, it)| {
                let chance = 1.0 / (1.0 + (-score).exp());
                (f64::from(u8::from(it.same)) - chance, (chance * (1.0 - chance)).max(1e-9))
            })
            .collect();
        let Some(stump) = best(cuts, &placed, &slopes, shrink) else { break };
        for (score, it) in scores.iter_mut().zip(examples) {
            *score += stump.says(&it.numbers);
        }
        stumps.push(stump);
    }
    stumps
}

fn best(
    cuts: &[(usize, Vec<f64>)],
    placed: &[Vec<usize>],
    slopes: &[(f64, f64)],
    shrink: f64,
) -> Option<Stump> {
    let total = slopes.iter().fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    let gain = |(slope, bend): (f64, f64)| slope * slope / (bend + 1.0);
    let step = |(slope, bend): (f64, f64)| shrink * slope / (bend + 1.0);
    let mut found: Option<(f64, Stump)> = None;
    for ((number, cuts), placed) in cuts.iter().zip(placed) {
        let mut bins = vec![(0.0, 0.0); cuts.len() + 1];
        for (place, it) in placed.iter().zip(slopes) {
            bins[*place].0 += it.0;
            bins[*place].1 += it.1;
        }
        let mut below = (0.0, 0.0);
        for (cut, bin) in cuts.iter().zip(&bins) {
            below = (below.0 + bin.0, below.1 + bin.1);
            let above = (total.0 - below.0, total.1 - below.1);
            let worth = gain(below) + gain(above);
            if found.as_ref().is_none_or(|(most, _)| worth > *most) {
                let stump =
                    Stump { number: *number, cut: *cut, below: step(below), above: step(above) };
                found = Some((worth, stump));
            }
        }
    }
    found.map(|(_, stump)| stump)
}

#[cfg(test)]
mod tests {
    use rand::RngExt as _;

    use super::*;

    fn examples(tells: f64) -> Vec<Example> {
        let rng = &mut keyward_testkit::seeded(1);
        (0..2_000)
            .map(|n| {
                let same = n % 2 == 0;
                let noise: f64 = rng.random_range(0.0..1.0);
                let value = noise + if same { tells } else { 0.0 };
                Example {
                    numbers: vec![(Kind::Bytes, rng.random_range(0.0..1.0)), (Kind::Sizes, value)],
                    same,
                }
            })
            .collect()
    }

    fn share(learned: &Learned, of: &[Example]) -> f64 {
        let right = of.iter().filter(|it| (learned.score(&it.numbers) > 0.0) == it.same).count();
        right as f64 / of.len() as f64
    }

    #[test]
    fn what_tells_is_found_and_noise_is_not() {
        let all = examples(0.5);
        let (train, test) = all.split_at(1_000);
        assert!(share(&learn(train, &[Kind::Bytes, Kind::Sizes]), test) > 0.7);
        // Not looking at what tells.
        let blind = share(&learn(train, &[Kind::Bytes]), test);
        assert!((0.42..0.58).contains(&blind), "{blind}");
    }
}
