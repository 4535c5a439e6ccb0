//! Everything one does with the project besides editing it: `cargo xtask <command>`.

mod bench;
mod bindings;
mod fuzz;
mod graph;
mod kills;
mod process;
mod run;
mod setup;
mod test;
mod tests_of;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Set-up, run, test, bench, fuzz, graph, bindings, kills")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing: system packages, node modules, pinned tools.
    Setup,
    /// Build and start the app.
    Run(run::Arguments),
    /// Everything CI checks, in order; stops at the first failure.
    Test(test::Arguments),
    /// Measure, in release mode.
    Bench {
        /// Also write the figures to this file.
        #[arg(long)]
        json: Option<PathBuf>,
    },
    /// Feed the decoders random and mutated input.
    Fuzz {
        /// For how long in all.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Compare the crates' dependencies with ARCHITECTURE.md.
    Graph,
    /// Write the TypeScript types of what crosses between shell and interface.
    Bindings {
        /// Write nothing; fail if the committed files differ.
        #[arg(long)]
        check: bool,
    },
    /// Kill app and relay at random moments and see that nothing acknowledged is lost.
    Kills {
        /// How many kills.
        #[arg(long, default_value_t = 200)]
        count: u32,
    },
}

/// A sentence for the person at the terminal.
type Outcome<T = ()> = Result<T, String>;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Setup => setup::all(),
        Command::Run(arguments) => run::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Bench { json } => bench::run(json.as_deref()),
        Command::Fuzz { seconds } => fuzz::run(seconds),
        Command::Graph => graph::run(),
        Command::Bindings { check } => setup::for_build().and_then(|()| bindings::run(check)),
        Command::Kills { count } => kills::run(count),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}
