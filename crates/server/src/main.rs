//! The keyward-server binary: the relay or the authority as a service of its own.
//!
//! ```text
//! keyward-server relay     --config relay.toml
//! keyward-server authority --config authority.toml
//! keyward-server new-key   FILE
//! ```
//!
//! Both listen on loopback unless `beyond_this_computer = "behind-tls-proxy"` says otherwise: the
//! server speaks plain HTTP and clients refuse plain HTTP beyond their own computer, so another
//! address makes sense only for a proxy that terminates TLS.

mod authority;
mod config;
mod error;
mod key_file;
mod relay;
mod run;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "keyward-server", version, about = "Relay and authority as services")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
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
    /// Write a fresh random key to a new file that only its owner can read.
    NewKey {
        /// The file. It must not exist yet.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .with_writer(std::io::stderr)
        .init();
    let outcome = match Arguments::parse().command {
        Command::Relay { config } => relay::run(&config),
        Command::Authority { config } => authority::run(&config),
        Command::NewKey { file } => key_file::create(&file),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
