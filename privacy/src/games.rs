//! The games. The referee draws pairs, balanced; the adversary, who has everything but the truth,
//! decides. Guessing is right half of the time.

use keyward_testkit::seeded;
use rand::{RngExt as _, seq::SliceRandom as _};

use crate::bound;
use crate::device::Use;
use crate::features::{Kind, Numbers, of_patient, of_personas};
use crate::learner::{Example, learn};
use crate::people::SPACES;
use crate::traces::{Trace, View};
use crate::world::Run;

/// How a game ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Score {
    /// Decisions that were right.
    pub right: u64,
    /// Decisions.
    pub of: u64,
    /// Whether boosted stumps decided; else it was one rule.
    pub boosted: bool,
}

impl Score {
    /// Percentage points above guessing.
    #[must_use]
    pub fn advantage(&self) -> f64 {
        points(self.right as f64 / (self.of.max(1) as f64))
    }

    /// The upper 95 % bound of it.
    #[must_use]
    pub fn upper(&self) -> f64 {
        points(bound::upper(self.right, self.of)).max(0.0)
    }

    /// The lower one.
    #[must_use]
    pub fn lower(&self) -> f64 {
        points(bound::lower(self.right, self.of)).max(0.0)
    }
}

fn points(share: f64) -> f64 {
    (share - 0.5) * 100.0
}

/// Which pairs are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Game {
    /// Two spaces: the same patient's or not. Every persona is in at most one pair.
    Personas,
    /// The same with the first two spaces only, which a population may have made alike.
    FirstTwo,
    /// A space and the place of a backup.
    Backup,
    /// A space, and which of two enrolled patients it belongs to. Every space is in one trial.
    Patient,
}

/// A population as the adversary sees it, and the truth for the referee.
pub struct Board {
    view: View,
    run: Run,
}

impl Board {
    /// Sets up the board. Lengths before padding are told where there is no padding.
    #[must_use]
    pub fn new(mut run: Run, padding: bool) -> Self {
        let seen = std::mem::take(&mut run.seen);
        let mut view = View::of(&seen, &run.stored);
        if !padding {
            view.tell_lengths(&run.truth.lengths);
        }
        Self { view, run }
    }

    /// A board of a plan alone.
    #[must_use]
    pub fn dry((view, run): (View, Run)) -> Self {
        Self { view, run }
    }

    /// What the adversary has.
    #[must_use]
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// The run behind it.
    #[must_use]
    pub const fn run(&self) -> &Run {
        &self.run
    }

    /// Lets every patient's requests come from one network address of her own.
    pub fn tell_addresses(&mut self) {
        for (number, (device, personas)) in self.run.truth.patients.iter().enumerate() {
            let keys = personas.iter().map(|(id, _)| id.to_bytes()).chain([*device]);
            for key in keys {
                self.view.traces.entry(key).or_default().address = Some(number as u64);
            }
        }
    }

    /// Plants a mark of the patient in everything that is hers: then everybody must win.
    pub fn plant(&mut self) {
        for (number, (device, personas)) in self.run.truth.patients.iter().enumerate() {
            let keys = personas.iter().map(|(id, _)| id.to_bytes()).chain([*device]);
            for key in keys {
                self.view.traces.entry(key).or_default().marks.insert(number as u64);
            }
        }
    }

    fn persona(&self, patient: usize, of: Use) -> Option<&Trace> {
        let (_, personas) = self.run.truth.patients.get(patient)?;
        let (id, _) = personas.iter().find(|(_, it)| *it == of)?;
        self.view.traces.get(&id.to_bytes())
    }

    fn device(&self, patient: usize) -> Option<&Trace> {
        self.view.traces.get(&self.run.truth.patients.get(patient)?.0)
    }

    /// Balanced pairs with their answers.
    fn pairs(&self, game: Game, seed: u64) -> Vec<Example> {
        let rng = &mut seeded(seed ^ 0x9a3e);
        let mut order: Vec<usize> = (0..self.run.truth.patients.len()).collect();
        order.shuffle(rng);
        let mut all = Vec::new();
        for (place, patient) in order.iter().enumerate() {
            let (patient, other) = (*patient, order[(place + 1) % order.len()]);
            let mut spaces: Vec<usize> = (0..SPACES).collect();
            spaces.shuffle(rng);
            let space = |patient, number| self.persona(patient, Use::Space(number));
            let (same, different) = match game {
                Game::Personas => (
                    two(space(patient, spaces[0]), space(patient, spaces[1])),
                    two(space(patient, spaces[2]), space(other, rng.random_range(0..SPACES))),
                ),
                Game::FirstTwo => (
                    two(space(patient, 0), space(patient, 1)),
                    two(space(patient, 0), space(other, 1)),
                ),
                Game::Backup => (
                    two(space(patient, spaces[0]), self.persona(patient, Use::Backup)),
                    two(space(patient, spaces[1]), self.persona(other, Use::Backup)),
                ),
                Game::Patient => (None, None),
            };
            if let (Some(same), Some(different)) = (same, different) {
                all.push(Example { numbers: same, same: true });
                all.push(Example { numbers: different, same: false });
            }
        }
        all
    }

    /// For every space: its numbers with its patient, and with another.
    fn trials(&self, seed: u64) -> Vec<(Numbers, Numbers)> {
        let rng = &mut seeded(seed ^ 0x7a1a);
        let count = self.run.truth.patients.len();
        let mut all = Vec::new();
        for patient in 0..count {
            for space in 0..SPACES {
                let other = (patient + rng.random_range(1..count)) % count;
                let Some(persona) = self.persona(patient, Use::Space(space)) else { continue };
                let (Some(hers), Some(theirs)) = (self.device(patient), self.device(other)) else {
                    continue;
                };
                all.push((of_patient(hers, persona), of_patient(theirs, persona)));
            }
        }
        all
    }
}

fn two(a: Option<&Trace>, b: Option<&Trace>) -> Option<Numbers> {
    Some(of_personas(a?, b?))
}

/// Plays: learns on some boards, decides on others.
#[must_use]
pub fn play(game: Game, train: &[&Board], test: &[&Board], kinds: &[Kind]) -> Score {
    let mut examples = Vec::new();
    for (number, board) in train.iter().enumerate() {
        examples.extend(match game {
            Game::Patient => board
                .trials(number as u64)
                .into_iter()
                .flat_map(|(hers, theirs)| {
                    [
                        Example { numbers: hers, same: true },
                        Example { numbers: theirs, same: false },
                    ]
                })
                .collect(),
            _ => board.pairs(game, number as u64),
        });
    }
    // Pairs of an answer each stand side by side: what is kept back must have both.
    examples.shuffle(&mut seeded(7));
    let learned = learn(&examples, kinds);
    let mut score = Score { boosted: learned.boosted, ..Score::default() };
    let rng = &mut seeded(11);
    for (number, board) in test.iter().enumerate() {
        let seed = 1_000 + number as u64;
        if game == Game::Patient {
            for (hers, theirs) in board.trials(seed) {
                let difference = learned.score(&hers) - learned.score(&theirs);
                // No difference: a coin.
                let right = if difference == 0.0 { rng.random_bool(0.5) } else { difference > 0.0 };
                score.right += u64::from(right);
                score.of += 1;
            }
        } else {
            for it in board.pairs(game, seed) {
                score.right += u64::from((learned.score(&it.numbers) > 0.0) == it.same);
                score.of += 1;
            }
        }
    }
    score
}
