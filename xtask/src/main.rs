//! Everything one does with the project besides editing it: `cargo xtask <command>`.

mod bench;
mod bindings;
mod ct;
mod fuzz;
mod fuzzed;
mod graph;
mod kills;
mod load;
mod mutants;
mod privacy;
mod process;
mod run;
mod sbom;
mod screens;
mod setup;
mod stories;
mod test;
mod tests_of;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    about = "Set-up, run, test, screens, bench, fuzz, ct, sbom, graph, bindings, kills, load, soak, privacy, mutants"
)]
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
    /// Everything CI checks, in order.
    Test(test::Arguments),
    /// Look at every screen in every state with invented data, in the real engine.
    Screens(screens::Arguments),
    /// Measure, in release mode.
    Bench(bench::Arguments),
    /// Feed every decoder with rubbish, one process at a time.
    Fuzz(fuzz::Arguments),
    /// Look whether steps on secrets take the same time whatever the secret is.
    Ct {
        /// Times as many samples.
        #[arg(long, default_value_t = 1.0)]
        scale: f64,
    },
    /// Write down what the product is made of (CycloneDX), and ask npm what is known about it.
    Sbom(sbom::Arguments),
    /// Compare the crates' dependencies with ARCHITECTURE.md.
    Graph,
    /// Write the TypeScript types of what crosses between shell and interface.
    Bindings {
        /// Write nothing; fail if the committed files differ.
        #[arg(long)]
        check: bool,
    },
    /// Kill app, relay and register at random moments and at every write point, and see that nothing
    /// acknowledged is lost.
    Kills(kills::Arguments),
    /// Offer the relay twice what it can sustain and see how it refuses and recovers.
    Load,
    /// Send the relay very many requests and see that it does not grow.
    Soak {
        /// How many. With fewer than 50 000 the relay's memory is still filling for the first time.
        #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(50_000..))]
        requests: u64,
    },
    /// Let relay and clinic together try to tell whose persona is whose, and write `docs/privacy.md` if there are many patients.
    Privacy(privacy::Arguments),
    /// Change the code in small ways, see whether a test notices, and write `docs/mutants.md`.
    Mutants(mutants::Arguments),
}

/// A sentence for the person at the terminal.
type Outcome<T = ()> = Result<T, String>;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Setup => setup::all(),
        Command::Run(arguments) => run::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Screens(arguments) => screens::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Ct { scale } => ct::run(scale),
        Command::Sbom(arguments) => sbom::run(&arguments),
        Command::Graph => graph::run(),
        Command::Bindings { check } => setup::for_build().and_then(|()| bindings::run(check)),
        Command::Kills(arguments) => kills::run(&arguments),
        Command::Load => load::overload(),
        Command::Soak { requests } => load::soak(requests),
        Command::Privacy(arguments) => privacy::run(&arguments),
        Command::Mutants(arguments) => mutants::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}
