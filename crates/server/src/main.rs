//! The keyward-server binary: the relay or the authority as a service of its own.
//!
//! ```text
//! keyward-server relay        --config relay.toml
//! keyward-server authority    --config authority.toml
//! keyward-server check-config relay|authority --config FILE
//! keyward-server backup       relay|authority --config FILE --to DIR
//! keyward-server restore      relay|authority --config FILE --from DIR --journal FILE | --ends-lost
//! keyward-server new-key      FILE
//! keyward-server public-key   FILE
//! ```
//!
//! Both listen on loopback unless `beyond_this_computer` says that they are meant to be reached:
//! `"tls"` with certificate and key, or `"behind-tls-proxy"`. Clients refuse plain HTTP beyond
//! their own computer. See `docs/operator.md`.

mod admin;
mod authority;
mod config;
mod error;
mod key_file;
mod log;
mod metrics;
mod relay;
mod removals;
mod run;
mod safekeeping;
mod tls;

use clap::{Args, Parser, Subcommand, ValueEnum};
use error::ServerError;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "keyward-server", version, about = "Relay and authority as services")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Relay,
    Authority,
}

#[derive(Args)]
struct Of {
    /// Which service the configuration is of.
    kind: Kind,
    /// The configuration file (TOML).
    #[arg(long)]
    config: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    /// Run the relay.
    Relay {
        /// The configuration file (TOML).
        #[arg(long)]
        config: PathBuf,
    },
    /// Run the clinic authority.
    Authority {
        /// The configuration file (TOML).
        #[arg(long)]
        config: PathBuf,
    },
    /// Read a configuration and all files it names, and say what is wrong. Begins nothing.
    CheckConfig(Of),
    /// Copy the state of this moment into a new folder. The service may be running.
    Backup {
        #[command(flatten)]
        of: Of,
        /// A folder that is empty or not there yet.
        #[arg(long)]
        to: PathBuf,
    },
    /// Bring a backup back into the (empty) folder of the configuration.
    Restore {
        #[command(flatten)]
        of: Of,
        /// The backup.
        #[arg(long)]
        from: PathBuf,
        /// The latest journal of ends: what ended after the backup is ended again.
        #[arg(long, required_unless_present = "ends_lost", conflicts_with = "ends_lost")]
        journal: Option<PathBuf>,
        /// The journal is lost. A relay then ends every share: patients share again.
        #[arg(long)]
        ends_lost: bool,
    },
    /// Write a fresh random key to a new file that only its owner can read.
    NewKey {
        /// The file. It must not exist yet.
        file: PathBuf,
    },
    /// Show the public key of a signing key's file, as a relay's configuration names it.
    PublicKey {
        /// The file.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    match carry_out(Arguments::parse().command) {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(sentence)) => {
            // Whoever does not listen does not need to be told.
            let _ = writeln!(std::io::stdout(), "{sentence}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "keyward-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command) -> Result<Option<String>, ServerError> {
    match command {
        Command::Relay { config } => relay::run(&config).map(|()| None),
        Command::Authority { config } => authority::run(&config).map(|()| None),
        Command::CheckConfig(Of { kind, config }) => {
            match kind {
                Kind::Relay => drop(relay::check(&config)?),
                Kind::Authority => drop(authority::check(&config)?),
            }
            Ok(Some(format!("{}: good", config.display())))
        }
        Command::Backup { of: Of { kind, config }, to } => match kind {
            Kind::Relay => relay::backup(&config, &to).map(Some),
            Kind::Authority => authority::backup(&config, &to).map(Some),
        },
        Command::Restore { of: Of { kind, config }, from, journal, ends_lost: _ } => match kind {
            Kind::Relay => relay::restore_from(&config, &from, journal.as_deref()).map(Some),
            Kind::Authority => {
                authority::restore_from(&config, &from, journal.as_deref()).map(Some)
            }
        },
        Command::NewKey { file } => key_file::create(&file).map(|()| None),
        Command::PublicKey { file } => authority::public_key(&file).map(Some),
    }
}
