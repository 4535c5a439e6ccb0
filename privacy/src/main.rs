//! `keyward-privacy [--json FILE] [--page FILE] [--patients N] [--learn N] [--control N] [--plan N]`, started by
//! `cargo xtask privacy`.
//!
//! With `--patients 0` only the plans are looked at.

use std::process::ExitCode;

use keyward_privacy::{
    experiment::{Scale, run},
    page, report,
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

#[expect(clippy::print_stderr, clippy::print_stdout, reason = "a command-line program speaks")]
fn work() -> Result<(), String> {
    let mut scale = Scale { patients: 2_000, learn: 200, control: 32, plan: 10_000 };
    let (mut json, mut page) = (None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
        let number =
            |text: String| text.parse::<usize>().map_err(|_| format!("{text} is no number"));
        match argument.as_str() {
            "--json" => json = Some(value()?),
            "--page" => page = Some(value()?),
            "--patients" => scale.patients = number(value()?)?,
            "--learn" => scale.learn = number(value()?)?.max(8),
            "--control" => scale.control = number(value()?)?.max(8),
            "--plan" => scale.plan = number(value()?)?.max(8),
            other => return Err(format!("unknown option {other}")),
        }
    }
    let begin = std::time::Instant::now();
    let tell = |what: &str| eprintln!("{:>6} s  {what}", begin.elapsed().as_secs());
    let findings = run(scale, &tell)?;
    tell("done");
    let text = page::page(&findings, scale);
    println!("{text}");
    let write = |path: Option<String>, text: &str| match path {
        Some(path) => std::fs::write(&path, text).map_err(|error| format!("{path}: {error}")),
        None => Ok(()),
    };
    write(page, &text)?;
    write(json, &report::json(&findings, scale))
}
