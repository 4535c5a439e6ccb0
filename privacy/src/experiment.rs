//! Which populations under which defences, and who plays which game on them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::dry;
use crate::features::Kind;
use crate::games::{Board, Game, Score, play};
use crate::people::Habit;
use crate::schedule::Price;
use crate::settings::{Ahead, Delay, Settings};
use crate::world;

/// How much is simulated.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Patients in each population that is tested.
    pub patients: usize,
    /// Such populations with every defence on. The adversary learns on one more.
    pub worlds: usize,
    /// Patients in each population of a control or of what the design does not hide.
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

/// Everything that came out.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The settings the app has: both games with everything, then by kind of observation.
    pub shipped: Vec<Figure>,
    /// The same with every defence on.
    pub all: Vec<Figure>,
    /// One control for each defence, each switched off by itself.
    pub controls: Vec<Figure>,
    /// The same games with the defence on, in the same order.
    pub defended: Vec<Figure>,
    /// What the design does not hide, with every defence on.
    pub open: Vec<Figure>,
    /// What times alone tell, by the plan: for each variant its price and the games.
    pub plans: Vec<(&'static str, Price, Vec<Figure>)>,
    /// What each setting costs: shipped, all.
    pub prices: [Price; 2],
    /// Acts that were refused, of all populations.
    pub refused: usize,
}

impl Findings {
    /// The control with the smallest advantage that is certain.
    #[must_use]
    pub fn weakest_control(&self) -> f64 {
        self.controls.iter().map(|it| it.score.lower()).fold(50.0, f64::min)
    }
}

/// A population to run.
#[derive(Clone, Copy)]
struct Job {
    patients: usize,
    habit: Habit,
    settings: Settings,
}

/// The settings with one defence switched off, its name, and the game it is for.
#[must_use]
pub fn controls() -> [(&'static str, Settings, Game, Habit); 5] {
    let all = Settings::all();
    [
        ("random_delay", Settings { delay: Delay::None, ..all }, Game::Personas, Habit::Settled),
        ("batching", Settings { ahead: Ahead::Never, ..all }, Game::Patient, Habit::Settled),
        ("padding", Settings { padding: false, ..all }, Game::FirstTwo, Habit::OneRecord),
        (
            "separate_connections",
            // Where nothing of two spaces happens in one opening they cannot share a connection.
            Settings { own_connections: false, delay: Delay::None, ..all },
            Game::Personas,
            Habit::Settled,
        ),
        (
            "coarse_validity",
            Settings { coarse_windows: false, ..all },
            Game::Patient,
            Habit::Settled,
        ),
    ]
}

/// What the design does not hide: name, habit, game, and what is looked at.
fn open_games() -> [(&'static str, Habit, Game, &'static [Kind]); 4] {
    [
        ("same_records_in_two_spaces", Habit::SameRecords, Game::FirstTwo, &[Kind::Sizes]),
        ("one_record_in_two_spaces", Habit::OneRecord, Game::FirstTwo, &[Kind::Sizes]),
        ("same_doctors_in_two_spaces", Habit::SameDoctors, Game::FirstTwo, &[Kind::Doctors]),
        ("shares_on_the_day_of_enrolling", Habit::Newcomers, Game::Patient, &Kind::ALL),
    ]
}

/// Runs everything. `tell` hears what is being done.
///
/// # Errors
/// What stood in the way, in words.
pub fn run(scale: Scale, tell: &(dyn Fn(&str) + Sync)) -> Result<Findings, String> {
    tell("plans alone");
    let mut findings = Findings { plans: plans(scale.plan), ..Findings::default() };
    if scale.patients == 0 {
        return Ok(findings);
    }
    let main = |settings, patients| Job { patients, habit: Habit::Settled, settings };
    let (shipped, all) = (Settings::shipped(), Settings::all());
    // Half as many to learn from are enough: what they cannot teach no test can use.
    let mut jobs = vec![main(shipped, scale.patients / 2), main(shipped, scale.patients)];
    tell("the app as it is");
    let boards = boards(&jobs, 1, tell)?;
    findings.prices[0] = boards[1].run().price;
    findings.refused += refused(&boards);
    findings.shipped = breakdown(&boards[..1], &boards[1..]);
    drop(boards);
    tell("every defence on");
    jobs = vec![main(all, scale.patients); scale.worlds + 1];
    let mut boards = self::boards(&jobs, 100, tell)?;
    findings.prices[1] = boards[1].run().price;
    findings.refused += refused(&boards);
    findings.all = breakdown(&boards[..1], &boards[1..]);
    for board in &mut boards {
        board.tell_addresses();
    }
    let (train, test) = views(&boards, 1);
    let addresses = play(Game::Personas, &train, &test, &[Kind::Addresses]);
    findings.open.push(Figure { name: "one_network_address".into(), score: addresses });
    drop(boards);
    controls_and_limits(scale, tell, &mut findings)?;
    Ok(findings)
}

/// Plans without services: many patients, many variants.
fn plans(patients: usize) -> Vec<(&'static str, Price, Vec<Figure>)> {
    let quiet = |news_in_one_of| Settings {
        delay: Delay::OneAtATime { news_in_one_of },
        ..Settings::all()
    };
    let shipped = Settings::shipped();
    let together = Settings { ahead: Ahead::Weeks, ..shipped };
    let variants = [
        ("the app as it is", shipped, Habit::Settled),
        ("all at once, but certified ahead by chance", together, Habit::Settled),
        ("one thing at a time, news in every opening", quiet(1), Habit::Settled),
        ("the same, news in one opening of six", quiet(6), Habit::Settled),
        ("the same, news in one of forty", quiet(40), Habit::Settled),
        ("the same, and nobody has an hour she likes", quiet(40), Habit::AnyHour),
    ];
    let games =
        [("personas", Game::Personas), ("patient", Game::Patient), ("backup", Game::Backup)];
    let kinds: [(&str, &[Kind]); 3] = [
        ("certifying", &[Kind::Certifying]),
        ("contacts", &[Kind::Contacts]),
        ("both", &[Kind::Certifying, Kind::Contacts]),
    ];
    variants
        .into_iter()
        .map(|(name, settings, habit)| {
            let board = |seed| Board::dry(dry::run(seed, patients, habit, settings));
            let (train, test) = (board(1), board(2));
            let figures = games.into_iter().flat_map(|(name, game)| {
                let (train, test) = (&train, &test);
                kinds.into_iter().map(move |(kind, kinds)| Figure {
                    name: format!("{name}.{kind}"),
                    score: play(game, &[train], &[test], kinds),
                })
            });
            (name, test.run().price, figures.collect())
        })
        .collect()
}

/// One population to learn from and one to test for each control, its counterpart, and each limit.
fn controls_and_limits(
    scale: Scale,
    tell: &(dyn Fn(&str) + Sync),
    findings: &mut Findings,
) -> Result<(), String> {
    for (number, (name, settings, game, habit)) in controls().into_iter().enumerate() {
        tell(&format!("without {name}"));
        let kinds: &[Kind] = match name {
            "padding" => &[Kind::Sizes],
            "separate_connections" => &[Kind::Connections],
            _ => &Kind::ALL,
        };
        for (settings, into) in
            [(settings, &mut findings.controls), (Settings::all(), &mut findings.defended)]
        {
            let job = Job { patients: scale.control, habit, settings };
            let seed = 1_000 + 10 * number as u64;
            let boards = boards(&[job, job], seed, tell)?;
            let score = play(game, &[&boards[0]], &[&boards[1]], kinds);
            into.push(Figure { name: name.into(), score });
        }
    }
    for (number, (name, habit, game, kinds)) in open_games().into_iter().enumerate() {
        tell(name);
        let job = Job { patients: scale.control, habit, settings: Settings::all() };
        let boards = boards(&[job, job], 2_000 + 10 * number as u64, tell)?;
        let score = play(game, &[&boards[0]], &[&boards[1]], kinds);
        findings.open.push(Figure { name: name.into(), score });
    }
    Ok(())
}

fn views(boards: &[Board], train: usize) -> (Vec<&Board>, Vec<&Board>) {
    (boards[..train].iter().collect(), boards[train..].iter().collect())
}

fn refused(boards: &[Board]) -> usize {
    boards.iter().map(|board| board.run().refused).sum()
}

/// All games with everything, then with one kind of observation alone.
fn breakdown(train: &[Board], test: &[Board]) -> Vec<Figure> {
    let (train, test): (Vec<&Board>, Vec<&Board>) = (train.iter().collect(), test.iter().collect());
    let mut figures = Vec::new();
    let games = [
        ("link_personas", Game::Personas),
        ("link_patient", Game::Patient),
        ("link_backup", Game::Backup),
    ];
    for (name, game) in games {
        figures.push(Figure { name: name.into(), score: play(game, &train, &test, &Kind::ALL) });
        for kind in Kind::ALL {
            let score = play(game, &train, &test, &[kind]);
            figures.push(Figure { name: format!("{name}.{}", kind.name()), score });
        }
        // What credential, certificates and protocol say by themselves, times aside.
        let still = [Kind::Bytes, Kind::Connections, Kind::Windows];
        let score = play(game, &train, &test, &still);
        figures.push(Figure { name: format!("{name}.protocol"), score });
    }
    figures
}

/// Runs populations, as many at once as there are cores.
fn boards(jobs: &[Job], seed: u64, tell: &(dyn Fn(&str) + Sync)) -> Result<Vec<Board>, String> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(number) else { return };
                    let run =
                        world::run(seed + number as u64, job.patients, job.habit, job.settings);
                    let board = run.map(|run| Board::new(run, job.settings.padding));
                    tell(&format!("  population {} of {}", number + 1, jobs.len()));
                    if let Ok(mut done) = done.lock() {
                        done.push((number, board));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().map_err(|_| "a population broke".to_owned())?;
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, board)| board).collect()
}
