//! Plans without services: many patients, many rhythms, times alone.

use crate::dry;
use crate::experiment::{Figure, Tell};
use crate::features::Kind;
use crate::games::{Board, Game, play};
use crate::people::Habit;
use crate::schedule::Price;
use crate::settings::{Ahead, Delay, Settings};

/// One rhythm and what its times tell.
#[derive(Clone, Debug)]
pub struct Plan {
    /// In words.
    pub name: &'static str,
    /// What it costs.
    pub price: Price,
    /// `GAME.certifying`, `GAME.contacts`, `GAME.both`.
    pub figures: Vec<Figure>,
}

/// The name of what the app does as it is.
pub const SHIPPED: &str = "the app as it is";
/// The name of what a patient can choose (SPEC §31).
pub const APART: &str = "apart";
/// The name of a plan that the controls have switched on.
const SLOW: &str = "slow rhythm";

/// What is played, as it is called in the JSON.
pub const GAMES: [(&str, Game); 3] = [
    ("link_personas", Game::Personas),
    ("link_patient", Game::Patient),
    ("link_backup", Game::Backup),
];

/// Plays all games on all plans, each with so many patients to learn from and as many to test.
#[must_use]
pub fn play_all(patients: usize, tell: Tell<'_>) -> Vec<Plan> {
    let news = |news_in_one_of| Settings {
        delay: Delay::OneAtATime { news_in_one_of },
        ..Settings::slow()
    };
    let shipped = Settings::shipped();
    let together = Settings { ahead: Ahead::Weeks, ..shipped };
    let variants = [
        (SHIPPED, shipped, Habit::Settled),
        ("all at once, but certified ahead by chance", together, Habit::Settled),
        (SLOW, Settings::slow(), Habit::Settled),
        ("slow rhythm, but news in every opening", news(1), Habit::Settled),
        (APART, Settings::apart(), Habit::Settled),
        ("apart, and nobody has an hour she likes", Settings::apart(), Habit::AnyHour),
        ("slow rhythm, news in one opening of forty", news(40), Habit::Settled),
        ("the same, and nobody has an hour she likes", news(40), Habit::AnyHour),
    ];

    variants
        .into_iter()
        .map(|(name, settings, habit)| {
            tell(&format!("  {name}"));
            one(name, patients, settings, habit)
        })
        .collect()
}

fn one(name: &'static str, patients: usize, settings: Settings, habit: Habit) -> Plan {
    let kinds: [(&str, &[Kind]); 3] = [
        ("certifying", &[Kind::Certifying]),
        ("contacts", &[Kind::Contacts]),
        ("both", &[Kind::Certifying, Kind::Contacts]),
    ];
    let board = |seed| Board::dry(dry::run(seed, patients, habit, settings));
    let (train, test) = (board(1), board(2));
    let figures = GAMES.into_iter().flat_map(|(name, game)| {
        let (train, test) = (&train, &test);
        kinds.map(|(kind, kinds)| {
            Figure::new(format!("{name}.{kind}"), play(game, train, test, kinds))
        })
    });
    Plan { name, price: test.run().price, figures: figures.collect() }
}
