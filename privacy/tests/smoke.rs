//! A small run, so that the experiment cannot rot: the machinery works, and where something links
//! personas the adversary finds it. Times are played by the plan alone, which costs nothing; what is in
//! bytes, rows and connections needs the real services.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use keyward_privacy::{
    dry,
    experiment::controls,
    features::Kind,
    games::{Board, Game, play},
    people::Habit,
    settings::Settings,
    world,
};

/// Few: a patient takes half a second unoptimised.
const PATIENTS: usize = 5;

fn real(habit: Habit, settings: Settings) -> Board {
    Board::new(world::run(1, PATIENTS, habit, settings).unwrap(), settings.padding)
}

fn control(name: &str) -> (Settings, Game, Habit) {
    let of = |(it, settings, game, habit)| (it == name).then_some((settings, game, habit));
    controls().into_iter().find_map(of).unwrap()
}

#[test]
fn the_plan_shows_what_real_services_show_and_a_planted_mark_is_found() {
    let mut board = real(Habit::Settled, Settings::all());
    let run = board.run();
    assert_eq!(run.refused, 0);
    assert!(run.stored.spent >= PATIENTS * 5 && run.stored.entries >= PATIENTS);
    // The plan shows what real services show.
    let (plan, planned) = dry::run(1, PATIENTS, Habit::Settled, Settings::all());
    assert_eq!(planned.truth.patients.len(), run.truth.patients.len());
    let mut lists = BTreeMap::new();
    for (of, times) in [("plan", plan.times()), ("real", board.view().times())] {
        lists.insert(of, times);
    }
    assert_eq!(lists["plan"], lists["real"]);
    board.plant();
    for game in [Game::Personas, Game::Patient] {
        let score = play(game, &[&board], &[&board], &[Kind::Bytes]);
        assert_eq!(score.right, score.of, "{game:?}");
    }
}

#[test]
fn without_own_connections_coarse_validity_or_padding_the_adversary_wins() {
    for (name, kind) in [
        ("separate_connections", Kind::Connections),
        ("coarse_validity", Kind::Windows),
        ("padding", Kind::Sizes),
    ] {
        let (settings, game, habit) = control(name);
        let board = real(habit, settings);
        let score = play(game, &[&board], &[&board], &[kind]);
        assert!(score.advantage() > 25.0, "{name}: {score:?}");
    }
}

#[test]
fn without_delay_or_batching_the_adversary_wins() {
    for (name, kind) in [("random_delay", Kind::Contacts), ("batching", Kind::Certifying)] {
        let (settings, game, habit) = control(name);
        let board = |seed| Board::dry(dry::run(seed, 100, habit, settings));
        let score = play(game, &[&board(1)], &[&board(2)], &[kind]);
        assert!(score.lower() > 25.0, "{name}: {score:?}");
    }
}
