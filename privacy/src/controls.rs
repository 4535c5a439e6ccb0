//! One defence switched off at a time, and what the design does not hide, on real services.

use crate::experiment::{Figure, Findings, NEWS_SENT, Tell};
use crate::features::Kind;
use crate::games::{Board, Game, Score, play};
use crate::people::Habit;
use crate::settings::{Ahead, Delay, Settings};
use crate::world::{self, Job, Run};

/// How a control ended.
#[derive(Clone, Debug)]
pub struct Control {
    /// The defence.
    pub name: &'static str,
    /// With it off: here the adversary must win.
    pub without: Score,
    /// With it on.
    pub with: Score,
}

/// A defence, the game it is for, and the observation it takes something from.
#[derive(Clone, Copy, Debug)]
pub struct Defence {
    /// As it is called in the JSON.
    pub name: &'static str,
    /// With it on and off.
    pub settings: [Settings; 2],
    /// What is played.
    pub game: Game,
    /// On whom.
    pub habit: Habit,
    /// What is looked at.
    pub kind: Kind,
}

/// All defences. The last is no defence but a defect that is planted: it shows that bytes are looked at.
#[must_use]
pub fn defences() -> [Defence; 6] {
    let on = Settings::slow();
    // Where nothing of two spaces happens in one opening they cannot share a connection.
    let busy = Settings { delay: Delay::None, ..on };
    let one = |name, settings, game, habit, kind| Defence { name, settings, game, habit, kind };
    let usual = Habit::Settled;
    let late = Settings { ahead: Ahead::Never, ..on };
    let bare = Settings { padding: false, ..on };
    let mixed = Settings { own_connections: false, ..busy };
    let fine = Settings { coarse_windows: false, ..on };
    let marked = Settings { own_recovery: false, ..on };
    [
        one("random_delay", [on, busy], Game::Personas, usual, Kind::Contacts),
        one("batching", [on, late], Game::Patient, usual, Kind::Certifying),
        one("padding", [on, bare], Game::FirstTwo, Habit::OneRecord, Kind::Sizes),
        one("separate_connections", [busy, mixed], Game::Personas, usual, Kind::Connections),
        one("coarse_validity", [on, fine], Game::Patient, usual, Kind::Windows),
        one("separate_recovery_keys", [on, marked], Game::Personas, usual, Kind::Bytes),
    ]
}

/// What the design does not hide: name, habit, game, and what is looked at.
fn limits() -> [(&'static str, Habit, Game, &'static [Kind]); 4] {
    [
        ("same_records_in_two_spaces", Habit::SameRecords, Game::FirstTwo, &[Kind::Sizes]),
        ("one_record_in_two_spaces", Habit::OneRecord, Game::FirstTwo, &[Kind::Sizes]),
        ("same_doctors_in_two_spaces", Habit::SameDoctors, Game::FirstTwo, &[Kind::Doctors]),
        ("shares_on_the_day_of_enrolling", Habit::Newcomers, Game::Patient, &Kind::ALL),
    ]
}

/// For each control, its counterpart and each limit a population to learn from and one to test.
///
/// # Errors
/// What stood in the way, in words.
pub fn play_all(worlds: &mut Worlds<'_>, into: &mut Findings) -> Result<(), String> {
    for it in defences() {
        let mut scores = [Score::default(); 2];
        for (settings, score) in it.settings.into_iter().zip(&mut scores) {
            let [train, test] = worlds.boards(it.habit, settings)?;
            *score = play(it.game, &train, &test, &[it.kind]);
        }
        let [with, without] = scores;
        into.controls.push(Control { name: it.name, without, with });
    }
    for (name, habit, game, kinds) in limits() {
        let [mut train, mut test] = worlds.boards(habit, Settings::slow())?;
        into.open.push(Figure::new(name, play(game, &train, &test, kinds)));
        if kinds == [Kind::Sizes] {
            // The defence there would be: one size for all.
            into.one_size = test.one_size();
            train.one_size();
            let score = play(game, &train, &test, kinds);
            into.open.push(Figure::new(format!("{name}.one_size"), score));
        }
    }
    Ok(())
}

/// Populations on real services, each run once: one to learn from and one to test.
pub struct Worlds<'a> {
    patients: usize,
    tell: Tell<'a>,
    done: Vec<(Habit, Settings, [Run; 2])>,
}

impl<'a> Worlds<'a> {
    /// None yet, of so many patients each.
    #[must_use]
    pub const fn new(patients: usize, tell: Tell<'a>) -> Self {
        Self { patients, tell, done: Vec::new() }
    }

    /// Both as the adversary sees them.
    ///
    /// # Errors
    /// What stood in the way, in words.
    pub fn boards(&mut self, habit: Habit, settings: Settings) -> Result<[Board; 2], String> {
        // What is only told or not does not change what happens.
        let happens = Settings { padding: true, coarse_windows: true, ..settings };
        let known = |it: &(Habit, Settings, _)| it.0 == habit && it.1 == happens;
        if !self.done.iter().any(known) {
            (self.tell)(&format!("{habit:?}, {happens:?}"));
            let (patients, news_sent) = (self.patients, NEWS_SENT);
            let job = |seed| Job { seed, patients, habit, settings: happens, news_sent };
            let two = [world::run(job(101))?, world::run(job(102))?];
            self.done.push((habit, happens, two));
        }
        let runs = self.done.iter().find(|it| known(it)).map(|it| &it.2).ok_or("not run")?;
        Ok(runs.clone().map(|run| Board::new(run, settings)))
    }

    /// Acts that were refused.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.done.iter().flat_map(|it| &it.2).map(|run| run.refused).sum()
    }
}
