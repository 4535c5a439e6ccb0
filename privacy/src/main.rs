//! `cargo xtask privacy [--json FILE] [--page FILE] [--patients N] [--worlds N] [--control N]`.

use std::process::ExitCode;

use keyward_privacy::{
    dry,
    experiment::{Scale, run},
    features::Kind,
    games::{Board, Game, play},
    people::Habit,
    report,
    settings::Settings,
};

#[expect(clippy::print_stderr, reason = "a command-line program speaks to its user")]
fn main() -> ExitCode {
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("privacy: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// What times alone tell, by the plan, with very many patients.
#[expect(clippy::print_stdout, reason = "a command-line program speaks")]
fn plan(patients: usize) -> Result<(), String> {
    for (name, settings) in [("shipped", Settings::shipped()), ("every defence", Settings::all())] {
        let board = |seed| Board::dry(dry::run(seed, patients, Habit::Settled, settings));
        let (train, test) = (board(1), board(2));
        println!("{name}: {:?}", test.run().price);
        for (name, game) in
            [("personas", Game::Personas), ("patient", Game::Patient), ("backup", Game::Backup)]
        {
            let kinds: [&[Kind]; 3] =
                [&[Kind::Certifying], &[Kind::Contacts], &[Kind::Certifying, Kind::Contacts]];
            for kinds in kinds {
                let it = play(game, &[&train], &[&test], kinds);
                let (measured, most) = (it.advantage(), it.upper());
                println!(
                    "  {name} {kinds:?}: {measured:.2} pp, at most {most:.2} pp, {} pairs",
                    it.of
                );
            }
        }
    }
    Ok(())
}

#[expect(clippy::print_stderr, clippy::print_stdout, reason = "a command-line program speaks")]
fn work() -> Result<(), String> {
    let mut scale = Scale { patients: 2_000, worlds: 7, control: 400 };
    let (mut json, mut page) = (None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
        let number =
            |text: String| text.parse::<usize>().map_err(|_| format!("{text} is no number"));
        match argument.as_str() {
            "--json" => json = Some(value()?),
            "--page" => page = Some(value()?),
            "--patients" => scale.patients = number(value()?)?.max(8),
            "--worlds" => scale.worlds = number(value()?)?.max(1),
            "--control" => scale.control = number(value()?)?.max(8),
            "--plan" => return plan(number(value()?)?),
            other => return Err(format!("unknown option {other}")),
        }
    }
    let begin = std::time::Instant::now();
    let tell = |what: &str| eprintln!("{:>6} s  {what}", begin.elapsed().as_secs());
    let findings = run(scale, &tell)?;
    let text = report::page(&findings, scale);
    println!("{text}");
    let write = |path: Option<String>, text: &str| match path {
        Some(path) => std::fs::write(&path, text).map_err(|error| format!("{path}: {error}")),
        None => Ok(()),
    };
    write(page, &text)?;
    write(json, &report::json(&findings, scale))
}
