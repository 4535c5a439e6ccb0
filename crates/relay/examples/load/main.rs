//! Open-loop load on a relay: requests leave on schedule whether or not earlier ones have been
//! answered, and latency counts from the scheduled moment, so a stalled server cannot hide its
//! stall. Server and generator are processes of their own, each pinned to one core.
//!
//! `cargo run --release -p keyward-relay --example load [-- SECONDS_PER_STEP]` prints JSON:
//! `relay.uploads_per_s` (durable single-record uploads), `relay.reencrypt_per_s` (records
//! re-encrypted, logged and answered), `relay.p99_ms` (uploads, at the sustained rate), and every
//! step behind them. `-- overload` (`cargo xtask load`) and `-- soak REQUESTS` (`cargo xtask soak`):
//! see the modules; what they must satisfy is printed beside the figures, and the program ends with 1
//! if something does not hold. `-- rehearsal` goes all three ways with next to no load, for
//! `tests/load.rs`; its figures mean nothing.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a measurement")]
#![allow(clippy::cast_possible_truncation, clippy::large_futures, reason = "a measurement")]

mod generator;
mod overload;
mod size;
mod soak;
mod steps;
#[path = "../../tests/support/mod.rs"]
mod support;
mod verdict;

use generator::Generator;
use keyward_relay::Relay;
use serde_json::{Value, json};
use size::Size;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;
use support::{Clinic, TestClock, config};

/// Requests of the soak that is only rehearsed.
const FEW: usize = 100;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["server", dir, secret] => {
            serve(Path::new(dir), secret);
            ExitCode::SUCCESS
        }
        ["generate", url, secret, server, what @ ..] => {
            let server = server.parse().unwrap();
            println!("{}", generate(what, |size| Generator::new(url, secret, server, size)));
            ExitCode::SUCCESS
        }
        [] => orchestrate(&["3"]),
        what @ (["overload" | "rehearsal"] | ["soak", _] | [_]) => orchestrate(what),
        _ => panic!("usage: load [SECONDS_PER_STEP | overload | soak REQUESTS | rehearsal]"),
    }
}

/// What was asked for, with a generator of the size that takes.
fn generate(what: &[&str], generator: impl Fn(Size) -> Generator) -> Value {
    match what {
        ["overload"] => overload::run(&generator(Size::MEASUREMENT)),
        ["soak", requests] => soak::run(&generator(Size::MEASUREMENT), requests.parse().unwrap()),
        ["rehearsal"] => {
            let it = generator(Size::REHEARSAL);
            let (steps, overload) = (steps::run(&it), overload::run(&it));
            json!({ "steps": steps, "overload": overload, "soak": soak::run(&it, FEW) })
        }
        [seconds] => {
            let step = Duration::from_secs(seconds.parse().unwrap());
            steps::run(&generator(Size { step, ..Size::MEASUREMENT }))
        }
        _ => panic!("what?"),
    }
}

/// Starts both processes and prints what they found; each gets a core of its own if `taskset` is there.
fn orchestrate(what: &[&str]) -> ExitCode {
    let clinic = Clinic::new();
    let secret = clinic.secret();
    let dir = tempfile::tempdir().unwrap();
    // A rehearsal measures nothing, and goes also where these two cores are not ours.
    let pinned = what != ["rehearsal"]
        && Command::new("taskset").arg("-V").stdout(Stdio::null()).status().is_ok()
        && std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
    let folder = dir.path().to_str().unwrap();
    let mut server = start(pinned.then_some("0"), &["server", folder, &secret]);
    let mut url = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let id = server.id().to_string();
    let arguments = [&["generate", url.trim(), &secret, &id], what].concat();
    let mut generator = start(pinned.then_some("1"), &arguments);
    let report = std::io::read_to_string(generator.stdout.take().unwrap()).unwrap();
    assert!(generator.wait().unwrap().success(), "the generator failed");
    drop(server.stdin.take());
    server.wait().unwrap();
    let mut report: Value = serde_json::from_str(&report).unwrap();
    report["pinned"] = json!(pinned);
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
    match report["failed"].as_array() {
        Some(failed) if !failed.is_empty() => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

fn start(core: Option<&str>, arguments: &[&str]) -> Child {
    let this = std::env::current_exe().unwrap();
    let mut command = match core {
        Some(core) => {
            let mut command = Command::new("taskset");
            command.args(["-c", core]).arg(this);
            command
        }
        None => Command::new(this),
    };
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// Serves until its standard input closes.
fn serve(dir: &Path, secret: &str) {
    let mut config = config(&Clinic::from_secret(secret), &TestClock::new(), dir);
    // Everything comes from one address here, which stands for many.
    config.limits.listen.connections = 8_192;
    config.limits.listen.per_network = 8_192;
    config.limits.bounds.compartments = 100_000;
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let relay = Relay::open(config).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        let stop = async {
            let read = || std::io::read_to_string(std::io::stdin());
            let _ = tokio::task::spawn_blocking(read).await;
        };
        relay.serve(listener, stop).await;
    });
}
