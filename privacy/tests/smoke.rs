//! A small run, so that the experiment cannot rot: the machinery works, and where something links
//! personas the adversary finds it. Times are played by the plan alone, which costs nothing; what is in
//! bytes, rows and connections needs the real services.
#![allow(clippy::unwrap_used, reason = "tests")]

use keyward_privacy::{
    controls::{Defence, Worlds, defences},
    dry,
    experiment::{Findings, Scale},
    features::Kind,
    games::{Board, Game, play},
    page,
    people::Habit,
    plans, report,
    settings::Settings,
    world::{self, Job},
};

/// Few: a patient takes half a second unoptimised.
const PATIENTS: usize = 8;

fn defence(name: &str) -> Defence {
    defences().into_iter().find(|it| it.name == name).unwrap()
}

#[test]
fn the_plan_shows_what_real_services_show_and_their_bytes_link_nobody() {
    for settings in [Settings::slow(), Settings::shipped(), Settings::apart()] {
        let habit = Habit::Settled;
        let job = Job { seed: 1, patients: PATIENTS, habit, settings, news_sent: 4 };
        let run = world::run(job).unwrap();
        assert_eq!(run.refused, 0);
        assert!(run.stored.spent >= PATIENTS * 5 && run.stored.entries >= PATIENTS);
        let (plan, planned) = dry::run(1, PATIENTS, Habit::Settled, settings);
        assert_eq!(planned.truth.patients.len(), run.truth.patients.len());
        let keys = run.truth.patients.iter().flat_map(|(device, personas)| {
            personas.iter().map(|(id, _)| id.to_bytes()).chain([*device])
        });
        let keys: Vec<[u8; 32]> = keys.collect();
        let board = Board::new(run, settings);
        assert_eq!(plan.times(), board.view().times());
        // Nothing that few have: neither one patient's nor several patients'.
        let marks: usize = keys.iter().map(|key| board.view().trace(key).marks.len()).sum();
        assert_eq!(marks, 0, "{settings:?}");
        let score = play(Game::Personas, &board, &board, &[Kind::Bytes, Kind::Connections]);
        assert_eq!(score.right * 2, score.of);
    }
}

#[test]
fn a_planted_defect_is_found_and_so_is_what_each_defence_hides() {
    let tell = |_: &str| {};
    let mut worlds = Worlds::new(PATIENTS / 2, &tell);
    for name in ["separate_recovery_keys", "separate_connections", "coarse_validity", "padding"] {
        let it = defence(name);
        let [train, test] = worlds.boards(it.habit, it.settings[1]).unwrap();
        let score = play(it.game, &train, &test, &[it.kind]);
        assert!(score.advantage() >= 25.0, "{name}: {score:?}");
    }
    assert_eq!(worlds.refused(), 0);
}

#[test]
fn without_delay_or_batching_the_adversary_wins() {
    for name in ["random_delay", "batching"] {
        let it = defence(name);
        let scores = it.settings.map(|settings| {
            let board = |seed| Board::dry(dry::run(seed, 100, it.habit, settings));
            play(it.game, &board(1), &board(2), &[it.kind])
        });
        let [with, without] = scores;
        assert!(without.lower() > 40.0, "{name}: {without:?}");
        assert!(without.lower() > with.upper(), "{name}: {with:?}, {without:?}");
    }
}

#[test]
fn page_and_json_say_what_was_played() {
    let findings = Findings { plans: plans::play_all(40, &|_| {}), ..Findings::default() };
    let scale = Scale { patients: 0, learn: 8, control: 8, plan: 40 };
    let page = page::page(&findings, scale);
    assert!(page.contains("| apart |") && page.contains("not played"), "{page}");
    assert!(!page.contains('{'), "something was not filled in: {page}");
    let json: serde_json::Value = serde_json::from_str(&report::json(&findings, scale)).unwrap();
    let of = &json["plans"][plans::SHIPPED]["link_personas"]["both"]["advantage_pp"];
    assert!(of.as_f64().is_some_and(|it| it > 0.0), "{json}");
}
