//! The games. The referee draws pairs, balanced; the adversary, who has everything but the truth,
//! decides. Guessing is right half of the time.

use keyward_testkit::seeded;
use rand::{RngExt as _, rngs::StdRng, seq::SliceRandom as _};

use crate::bound;
use crate::device::Use;
use crate::features::{Kind, Numbers, of_patient, of_personas};
use crate::learner::{Example, Learned, learn};
use crate::people::SPACES;
use crate::settings::Settings;
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

impl std::ops::AddAssign for Score {
    fn add_assign(&mut self, other: Self) {
        self.right += other.right;
        self.of += other.of;
        self.boosted = other.boosted;
    }
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

/// Which pairs are drawn. In games about pairs every persona is in at most one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Game {
    /// Two spaces: the same patient's or not.
    Personas,
    /// The same with the first two spaces only, which a population may have made alike.
    FirstTwo,
    /// A space and the place of a backup.
    Backup,
    /// A space, and which of two enrolled patients it belongs to. Every space is in one trial.
    Patient,
}

/// Seeds of what the referee draws.
const LEARNING: u64 = 0;
const TESTING: u64 = 1_000;

/// A population as the adversary sees it, and the truth for the referee.
pub struct Board {
    view: View,
    run: Run,
}

impl Board {
    /// Sets up the board. Lengths before padding, and seconds of issuing, are told where nothing hides them.
    #[must_use]
    pub fn new(mut run: Run, settings: Settings) -> Self {
        let seen = std::mem::take(&mut run.seen);
        let prints = std::mem::take(&mut run.prints);
        let mut view = View::of(&seen, prints, &run.stored);
        if !settings.padding {
            view.tell_lengths(&run.truth.lengths);
        }
        if !settings.coarse_windows {
            view.tell_windows(&run.truth.issued);
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

    /// Lets every record up to 64 KiB have one size, larger ones multiples of it. Gives how many times as
    /// many bytes that takes.
    pub fn one_size(&mut self) -> f64 {
        const SIZE: u64 = 64 << 10;
        let (mut before, mut after) = (0_u64, 0_u64);
        for trace in self.view.traces.values_mut() {
            for length in &mut trace.records {
                before += *length;
                *length = length.div_ceil(SIZE) * SIZE;
                after += *length;
            }
        }
        after as f64 / before.max(1) as f64
    }

    fn persona(&self, patient: usize, of: Use) -> Option<&Trace> {
        let (_, personas) = self.run.truth.patients.get(patient)?;
        let (id, _) = personas.iter().find(|(_, it)| *it == of)?;
        self.view.traces.get(&id.to_bytes())
    }

    fn device(&self, patient: usize) -> Option<&Trace> {
        self.view.traces.get(&self.run.truth.patients.get(patient)?.0)
    }

    /// Balanced pairs with their answers. No persona is in two of them.
    fn pairs(&self, game: Game, seed: u64) -> Vec<Example> {
        let rng = &mut seeded(seed ^ 0x9a3e);
        let mut order: Vec<usize> = (0..self.run.truth.patients.len()).collect();
        order.shuffle(rng);
        let mut all = Vec::new();
        // By twos, so that as many are the same patient's as are not, whatever cannot be drawn.
        for (place, four) in order.chunks_exact(4).enumerate() {
            let drawn = match game {
                Game::Personas => self.four_of_spaces(rng, four),
                Game::FirstTwo => self.two_of(four, Use::Space(0), Use::Space(1)),
                Game::Backup => self.two_of(four, Use::Space(place % SPACES), Use::Backup),
                Game::Patient => continue,
            };
            for (same, different) in drawn.into_iter().flatten() {
                all.push(Example { numbers: same, same: true });
                all.push(Example { numbers: different, same: false });
            }
        }
        all
    }

    /// Of four patients with four spaces each: each has a pair of her own, and each one with the next.
    fn four_of_spaces(&self, rng: &mut StdRng, four: &[usize]) -> Vec<Option<(Numbers, Numbers)>> {
        let mut spaces = [[0; SPACES]; 4];
        for spaces in &mut spaces {
            *spaces = std::array::from_fn(|number| number);
            spaces.shuffle(rng);
        }
        let space = |of: usize, place: usize| self.persona(four[of], Use::Space(spaces[of][place]));
        (0..4)
            .map(|of| {
                let next = (of + 1) % 4;
                Some((two(space(of, 0), space(of, 1))?, two(space(of, 2), space(next, 3))?))
            })
            .collect()
    }

    /// Of four patients: two pairs of one each, and two between the others.
    fn two_of(&self, four: &[usize], a: Use, b: Use) -> Vec<Option<(Numbers, Numbers)>> {
        let pair = |one: usize, other: usize| {
            two(self.persona(four[one], a), self.persona(four[other], b))
        };
        [((0, 0), (2, 3)), ((1, 1), (3, 2))]
            .into_iter()
            .map(|(same, different)| Some((pair(same.0, same.1)?, pair(different.0, different.1)?)))
            .collect()
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

/// Somebody who has learned to play a game.
pub struct Player {
    game: Game,
    learned: Learned,
}

impl Player {
    /// Learns on a board, looking only at some kinds of observations.
    #[must_use]
    pub fn learn(game: Game, train: &Board, kinds: &[Kind]) -> Self {
        let mut examples = match game {
            Game::Patient => train.trials(LEARNING).into_iter().flat_map(both).collect(),
            _ => train.pairs(game, LEARNING),
        };
        // Pairs of an answer each stand side by side: what is kept back must have both.
        examples.shuffle(&mut seeded(7));
        Self { game, learned: learn(&examples, kinds) }
    }

    /// Decides on another board.
    #[must_use]
    pub fn play(&self, test: &Board) -> Score {
        let learned = &self.learned;
        let mut score = Score { boosted: learned.boosted, ..Score::default() };
        if self.game == Game::Patient {
            // A coin of this board's own where there is no difference.
            let rng = &mut seeded(11 ^ test.run.seed.wrapping_mul(1_000_003));
            for (hers, theirs) in test.trials(TESTING) {
                let difference = learned.score(&hers) - learned.score(&theirs);
                let right = if difference == 0.0 { rng.random_bool(0.5) } else { difference > 0.0 };
                score.right += u64::from(right);
                score.of += 1;
            }
        } else {
            for it in test.pairs(self.game, TESTING) {
                score.right += u64::from((learned.score(&it.numbers) > 0.0) == it.same);
                score.of += 1;
            }
        }
        score
    }
}

/// Plays: learns on one board, decides on another.
#[must_use]
pub fn play(game: Game, train: &Board, test: &Board, kinds: &[Kind]) -> Score {
    Player::learn(game, train, kinds).play(test)
}

fn both((hers, theirs): (Numbers, Numbers)) -> [Example; 2] {
    [Example { numbers: hers, same: true }, Example { numbers: theirs, same: false }]
}
