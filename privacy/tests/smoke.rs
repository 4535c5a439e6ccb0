//! A small run, so that the experiment cannot rot: the machinery works, and where something links
//! personas the adversary finds it.
#![allow(clippy::unwrap_used, reason = "tests")]

use keyward_privacy::{
    experiment::controls,
    features::Kind,
    games::{Board, Game, play},
    people::Habit,
    settings::Settings,
    world,
};

const PATIENTS: usize = 16;

fn board(seed: u64, habit: Habit, settings: Settings) -> Board {
    Board::new(world::run(seed, PATIENTS, habit, settings).unwrap(), settings.padding)
}

#[test]
fn a_planted_mark_is_found_and_without_it_nothing_is_in_the_bytes() {
    let [mut one, mut other] = [1, 2].map(|seed| board(seed, Habit::Settled, Settings::all()));
    assert_eq!(one.run().refused, 0);
    let stored = &one.run().stored;
    assert!(stored.spent >= PATIENTS * 5 && stored.entries >= PATIENTS, "{stored:?}");
    let seen = one.run().truth.patients.iter().map(|(_, personas)| personas.len());
    assert_eq!(seen.min(), Some(5), "every persona was used");
    let still = [Kind::Bytes, Kind::Connections, Kind::Windows];
    for game in [Game::Personas, Game::Patient] {
        let score = play(game, &[&one], &[&other], &still);
        assert!(score.advantage().abs() < 30.0, "{game:?}: {score:?}");
    }
    one.plant();
    other.plant();
    for game in [Game::Personas, Game::Patient] {
        let score = play(game, &[&one], &[&other], &[Kind::Bytes]);
        assert_eq!(score.right, score.of, "{game:?}");
    }
}

#[test]
fn without_a_defence_the_adversary_wins() {
    for (name, settings, game, habit) in controls() {
        let [one, other] = [1, 2].map(|seed| board(seed, habit, settings));
        let kinds: &[Kind] = if name == "padding" { &[Kind::Sizes] } else { &Kind::ALL };
        let score = play(game, &[&one], &[&other], kinds);
        assert!(score.lower() > 5.0, "{name}: {score:?}");
    }
}
