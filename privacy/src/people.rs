//! Invented patients: when they have the app open, what they share, with whom. Everything here is
//! a model; nothing of it is told to the adversary.

use keyward_testkit::seeded;
use rand::{RngExt as _, rngs::StdRng};

/// Seconds of a day.
pub const DAY: u64 = 86_400;
/// Seconds of a credential epoch.
pub const EPOCH: u64 = 90 * DAY;
/// Where the simulation begins: 20 days into an epoch (late in 2026).
pub const START: u64 = 230 * EPOCH + 20 * DAY;
/// Days it lasts. Two epochs end in it, so every certificate is renewed at least once.
pub const DAYS: u64 = 180;
/// Sharing spaces of each patient. A fifth persona is the place of her backup.
pub const SPACES: usize = 4;
/// Doctors of the clinic.
pub const DOCTORS: usize = 40;
/// Days within which everybody enrols.
const ENROLLING: u64 = 30;

/// What is special about a population.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Enrolled long before the first share; spaces are made on different days and hold different
    /// records for different doctors.
    Settled,
    /// The same, but nobody has hours or an hour she likes.
    AnyHour,
    /// The first space is made in the opening in which she enrolled.
    Newcomers,
    /// The first two spaces hold the same records.
    SameRecords,
    /// The first two spaces hold one and the same record, nothing else.
    OneRecord,
    /// The first two spaces are for the same doctors.
    SameDoctors,
}

/// One opening of the app.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    /// When it begins.
    pub from: u64,
    /// When it ends.
    pub until: u64,
}

/// A space she will make.
#[derive(Clone, Debug)]
pub struct SpacePlan {
    /// In which opening.
    pub opening: usize,
    /// For which doctors.
    pub doctors: Vec<usize>,
    /// Lengths in bytes of what it holds at first.
    pub records: Vec<usize>,
}

/// Records that come later, for one space.
#[derive(Clone, Debug)]
pub struct Later {
    /// In which opening.
    pub opening: usize,
    /// For which space.
    pub space: usize,
    /// Lengths in bytes.
    pub records: Vec<usize>,
}

/// One patient. She enrols in her first opening.
#[derive(Clone, Debug)]
pub struct Patient {
    /// Openings of the app, in order.
    pub openings: Vec<Opening>,
    /// Her spaces.
    pub spaces: Vec<SpacePlan>,
    /// What comes later.
    pub later: Vec<Later>,
}

/// Draws a population; the same for the same seed.
#[must_use]
pub fn population(seed: u64, patients: usize, habit: Habit) -> Vec<Patient> {
    let mut rng = seeded(seed);
    (0..patients).map(|_| patient(&mut rng, habit)).collect()
}

fn patient(rng: &mut StdRng, habit: Habit) -> Patient {
    let openings = openings(rng, habit);
    let last = openings.len() - 1;
    // In the middle months, each in another opening, so that there is a before and an after.
    let middle = |rng: &mut StdRng| rng.random_range(last / 4..last * 3 / 4);
    let mut taken: Vec<usize> = Vec::new();
    while taken.len() < SPACES {
        let first = habit == Habit::Newcomers && taken.is_empty();
        let opening = if first { 0 } else { middle(rng) };
        if !taken.contains(&opening) {
            taken.push(opening);
        }
    }
    let mut spaces: Vec<SpacePlan> = taken
        .into_iter()
        .map(|opening| SpacePlan { opening, doctors: doctors(rng), records: records(rng, 2..8) })
        .collect();
    let [first, second, ..] = spaces.as_mut_slice() else {
        return Patient { openings, spaces, later: Vec::new() };
    };
    match habit {
        Habit::SameRecords => second.records.clone_from(&first.records),
        Habit::OneRecord => {
            first.records = vec![length(rng)];
            second.records.clone_from(&first.records);
        }
        Habit::SameDoctors => second.doctors.clone_from(&first.doctors),
        Habit::Settled | Habit::AnyHour | Habit::Newcomers => {}
    }
    let count = rng.random_range(0..4);
    let later = (0..count)
        .map(|_| {
            // Spaces that are to be alike stay alike.
            let alike = !matches!(habit, Habit::Settled | Habit::AnyHour | Habit::Newcomers);
            let space = rng.random_range(if alike { 2..SPACES } else { 0..SPACES });
            let from = spaces[space].opening;
            let opening = rng.random_range(from..=last);
            Later { opening, space, records: records(rng, 1..4) }
        })
        .collect();
    Patient { openings, spaces, later }
}

/// Times at which she has the app open: a rate, an hour she likes, and exceptions.
fn openings(rng: &mut StdRng, habit: Habit) -> Vec<Opening> {
    let per_day: f64 = rng.random_range(0.12..0.6);
    let hour = [8.0, 12.5, 17.0, 20.0, 21.5][rng.random_range(0..5)];
    let enrols = rng.random_range(0..ENROLLING);
    let mut all = Vec::new();
    for day in enrols..DAYS {
        if day > enrols && !rng.random_bool(per_day) {
            continue;
        }
        let at = match habit == Habit::AnyHour || rng.random_bool(0.25) {
            true => rng.random_range(7.0..23.0),
            // The sum of two is near the middle mostly.
            false => hour + rng.random_range(-1.5..1.5) + rng.random_range(-1.5..1.5),
        };
        let from = START + day * DAY + seconds(at);
        all.push(Opening { from, until: from + rng.random_range(5 * 60..40 * 60) });
    }
    all
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time of day")]
fn seconds(hours: f64) -> u64 {
    (hours * 3_600.0) as u64
}

fn doctors(rng: &mut StdRng) -> Vec<usize> {
    let count = rng.random_range(1..3);
    let mut all = Vec::new();
    while all.len() < count {
        // Some doctors have many more patients than others.
        let doctor = rng.random_range(0..DOCTORS).min(rng.random_range(0..DOCTORS));
        if !all.contains(&doctor) {
            all.push(doctor);
        }
    }
    all
}

fn records(rng: &mut StdRng, count: std::ops::Range<usize>) -> Vec<usize> {
    (0..rng.random_range(count)).map(|_| length(rng)).collect()
}

/// Most records are a few hundred bytes to a few kilobytes, a letter now and then more.
fn length(rng: &mut StdRng) -> usize {
    match rng.random_bool(0.1) {
        true => rng.random_range(8_000..40_000),
        false => 300 + rng.random_range(0..2_000).min(rng.random_range(0..4_000)),
    }
}
