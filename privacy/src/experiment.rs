//! Which populations under which defences, and who plays which game on them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use crate::controls::{self, Control, Worlds};
use crate::features::Kind;
use crate::games::{Board, Game, Player, Score, play};
use crate::people::Habit;
use crate::plans::{self, Plan};
use crate::settings::Settings;
use crate::world::{self, Job, Run};

/// Patients of one population with the app as it is: what they have is read, played on and forgotten.
pub const POPULATION: usize = 100;
/// On real services requests for news are really sent on one day in so many: they are nearly all requests, and their
/// bytes are alike.
pub const NEWS_SENT: u64 = 12;

/// How much is simulated.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Patients on real services, with the app as it is, who are in games.
    pub patients: usize,
    /// Others of whom the adversary learns.
    pub learn: usize,
    /// Patients in each population where things travel apart, of a control, or of what the design does not hide.
    pub control: usize,
    /// Patients in each population of which only the plan is looked at.
    pub plan: usize,
}

/// One line of the report.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What was played, as it is called in the JSON.
    pub name: String,
    /// How it ended.
    pub score: Score,
}

impl Figure {
    /// A figure by its name.
    #[must_use]
    pub fn new(name: impl Into<String>, score: Score) -> Self {
        Self { name: name.into(), score }
    }
}

/// Everything that came out.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The app as it is, on real services: games with everything, without times, and by kind of observation.
    pub shipped: Vec<Figure>,
    /// The same where things travel apart.
    pub apart: Vec<Figure>,
    /// One control for each defence, each switched off by itself.
    pub controls: Vec<Control>,
    /// What the design does not hide.
    pub open: Vec<Figure>,
    /// How many times as many bytes it takes if every record up to 64 KiB has one size.
    pub one_size: f64,
    /// What times alone tell, by the plan.
    pub plans: Vec<Plan>,
    /// Acts that were refused, of all populations.
    pub refused: usize,
}

impl Findings {
    /// The control with the smallest advantage that is certain.
    #[must_use]
    pub fn weakest_control(&self) -> f64 {
        self.controls.iter().map(|it| it.without.lower()).fold(50.0, f64::min)
    }
}

/// Hears what is being done.
pub type Tell<'a> = &'a (dyn Fn(&str) + Sync);

/// Runs everything.
///
/// # Errors
/// What stood in the way, in words.
pub fn run(scale: Scale, tell: Tell<'_>) -> Result<Findings, String> {
    tell("plans alone");
    let mut findings = Findings { plans: plans::play_all(scale.plan, tell), ..Findings::default() };
    if scale.patients == 0 {
        return Ok(findings);
    }
    tell("the app as it is");
    let (figures, refused) = as_it_is(scale, tell)?;
    (findings.shipped, findings.refused) = (figures, refused);
    let mut worlds = Worlds::new(scale.control, tell);
    let [train, test] = worlds.boards(Habit::Settled, Settings::apart())?;
    findings.apart = breakdown(&train, &test);
    let [mut train, mut test] = worlds.boards(Habit::Settled, Settings::slow())?;
    train.tell_addresses();
    test.tell_addresses();
    let addresses = play(Game::Personas, &train, &test, &[Kind::Addresses]);
    findings.open.push(Figure::new("one_network_address", addresses));
    controls::play_all(&mut worlds, &mut findings)?;
    findings.refused += worlds.refused();
    Ok(findings)
}

/// What is played, and what the adversary looks at: everything, everything but times, then one kind alone.
fn players(train: &Board) -> Vec<(String, Player)> {
    let mut players = Vec::new();
    for (name, game) in plans::GAMES {
        let mut one = |name: String, kinds: &[Kind]| {
            players.push((name, Player::learn(game, train, kinds)));
        };
        one(name.into(), &Kind::ALL);
        one(format!("{name}.without_times"), &Kind::WITHOUT_TIMES);
        for kind in Kind::ALL {
            one(format!("{name}.{}", kind.name()), &[kind]);
        }
    }
    players
}

fn breakdown(train: &Board, test: &Board) -> Vec<Figure> {
    let players = players(train).into_iter();
    players.map(|(name, player)| Figure::new(name, player.play(test))).collect()
}

/// The app as it is: the adversary learns on one population and plays on as many as there is time for.
fn as_it_is(scale: Scale, tell: Tell<'_>) -> Result<(Vec<Figure>, usize), String> {
    let job = |seed, patients| Job {
        seed,
        patients,
        habit: Habit::Settled,
        settings: Settings::shipped(),
        news_sent: NEWS_SENT,
    };
    let tests = scale.patients.div_ceil(POPULATION);
    let jobs: Vec<Job> = std::iter::once(job(1, scale.learn))
        .chain(
            (0..tests).map(|n| job(n as u64 + 2, POPULATION.min(scale.patients - n * POPULATION))),
        )
        .collect();
    let (mut players, mut waiting, mut refused) = (None, Vec::new(), 0);
    let mut scores: Vec<Score> = Vec::new();
    each(&jobs, |number, run| {
        refused += run.refused;
        for (what, times) in &run.refusals {
            tell(&format!("    refused {times} times: {what}"));
        }
        let board = Board::new(run, Settings::shipped());
        match number {
            0 => players = Some(self::players(&board)),
            _ => waiting.push(board),
        }
        let Some(players) = &players else { return };
        scores.resize(players.len(), Score::default());
        for board in waiting.drain(..) {
            for ((_, player), score) in players.iter().zip(&mut scores) {
                *score += player.play(&board);
            }
        }
        tell(&format!("  population {number} of {tests}"));
    })?;
    let names = players.into_iter().flatten().map(|(name, _)| name);
    Ok((names.zip(scores).map(|(name, score)| Figure::new(name, score)).collect(), refused))
}

/// Runs populations, as many at once as there are cores, and gives each away when it is done.
fn each(jobs: &[Job], mut take: impl FnMut(usize, Run)) -> Result<(), String> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len());
    let (give, taken) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (give, next) = (give.clone(), &next);
            scope.spawn(move || {
                while let Some((number, job)) = next_of(jobs, next) {
                    if give.send((number, world::run(job))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(give);
        for (number, run) in taken {
            take(number, run?);
        }
        Ok(())
    })
}

fn next_of(jobs: &[Job], next: &AtomicUsize) -> Option<(usize, Job)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    Some((number, *jobs.get(number)?))
}
