//! `cargo xtask ct`: do the steps on secrets take the same time whatever the secret is?
//!
//! Each subject is run on inputs of two classes in random order (one fixed or marked secret, random
//! ones) and the two sets of times are compared by Welch's t-test. A subject counts as leaky if it is
//! beyond [`LIMIT`] in every round. Two controls compute the same in the obvious way and must be found
//! leaky: else this machine shows nothing at all.
#![expect(clippy::print_stdout, reason = "a command-line tool")]
#![expect(clippy::unwrap_used, reason = "valid by construction; a failure is a defect")]

mod subjects;
mod welch;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};

use welch::Times;

/// |t| beyond which dudect calls a difference likely.
const LIMIT: f64 = 4.5;
/// Rounds a subject is given before it counts as leaky.
const ROUNDS: usize = 3;
/// Inputs made at a time, so that making them does not disturb the measuring.
const CHUNK: usize = 200;

/// Which class an input is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Always the same secret, or a difference in the first byte.
    Fixed,
    /// A fresh secret each time, or a difference anywhere.
    Random,
}

/// What was measured of one subject.
pub(crate) struct Measured {
    name: &'static str,
    t: Vec<f64>,
    medians: [f64; 2],
    control: bool,
}

impl Measured {
    fn leaks(&self) -> bool {
        self.t.iter().all(|t| t.abs() > LIMIT)
    }
}

/// Measures: `make` gives an input of a class, `step` is timed, `repeat` times in a row for what is
/// shorter than the clock can tell.
pub(crate) fn measure<I, O>(
    name: &'static str,
    (samples, repeat): (usize, usize),
    mut make: impl FnMut(&mut StdRng, Class) -> I,
    mut step: impl FnMut(&I) -> O,
) -> Measured {
    let mut rng = StdRng::seed_from_u64(11);
    let mut measured = Measured { name, t: Vec::new(), medians: [0.0; 2], control: false };
    for _ in 0..ROUNDS {
        let mut times = Times::default();
        for chunk in 0..samples.div_ceil(CHUNK) {
            let inputs: Vec<(Class, I)> = (0..CHUNK)
                .map(|_| {
                    let class = if rng.random() { Class::Fixed } else { Class::Random };
                    (class, make(&mut rng, class))
                })
                .collect();
            for (class, input) in &inputs {
                let start = Instant::now();
                for _ in 0..repeat {
                    black_box(step(black_box(input)));
                }
                #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
                let time = start.elapsed().as_nanos() as f64;
                // The first chunk warms caches and tables.
                if chunk > 0 {
                    times.0[usize::from(*class == Class::Random)].push(time);
                }
            }
        }
        measured.t.push(times.t());
        measured.medians = times.medians();
        if !measured.leaks() {
            break;
        }
    }
    measured
}

impl Measured {
    /// Marks what must be found leaky.
    pub(crate) fn control(mut self) -> Self {
        self.control = true;
        self
    }
}

fn main() -> ExitCode {
    let scale: f64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1.0);
    println!("{:<52} {:>26} {:>12} {:>12}", "step", "t", "fixed ns", "random ns");
    let mut wrong = Vec::new();
    subjects::all(scale, &mut |measured| {
        let t: Vec<String> = measured.t.iter().map(|t| format!("{t:.1}")).collect();
        let [fixed, random] = measured.medians;
        println!("{:<52} {:>26} {fixed:>12.0} {random:>12.0}", measured.name, t.join(" "));
        if measured.leaks() != measured.control {
            wrong.push(measured.name);
        }
    });
    if wrong.is_empty() {
        println!("No step leaks, and the controls do (|t| > {LIMIT} in {ROUNDS} rounds).");
        return ExitCode::SUCCESS;
    }
    println!("Not as it should be: {}", wrong.join(", "));
    ExitCode::FAILURE
}
