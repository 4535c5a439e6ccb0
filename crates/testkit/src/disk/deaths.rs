//! Deaths of a process in numbers: at random moments and at random write points, with and without a
//! power cut.

use std::io::{BufRead as _, BufReader, Error, Result};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::{Dropped, End, FaultyDisk};

/// Says how many deaths a test is to bring about (`cargo xtask kills` sets it).
const COUNT: &str = "KEYWARD_KILLS";
/// How long a process may take to say something.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest life counted from when a process is ready.
const LONGEST: u64 = 60_000;
/// Write points within which a process dies, counted from its beginning.
const POINTS: u32 = 260;

/// A number of deaths to bring about, each different.
#[derive(Debug)]
pub struct Deaths {
    wanted: u32,
    left: u32,
    rng: StdRng,
    cuts: u32,
}

impl Deaths {
    /// As many as `cargo xtask kills` wants, else `few`. Prints the seed.
    #[allow(clippy::print_stderr, reason = "a failure is repeated by its seed")]
    pub fn wanted(few: u32) -> Deaths {
        let wanted = std::env::var(COUNT).ok().and_then(|n| n.parse().ok()).unwrap_or(few);
        let seed = rand::random();
        eprintln!("{wanted} deaths, seed {seed}");
        Deaths { wanted, left: wanted, rng: StdRng::seed_from_u64(seed), cuts: 0 }
    }

    /// How many are left.
    pub fn left(&self) -> u32 {
        self.left
    }

    /// Says how many there were, in the words `cargo xtask kills` adds up.
    #[allow(clippy::print_stdout, reason = "read by xtask")]
    pub fn tell(&self) {
        println!("deaths: {}", self.wanted - self.left);
    }

    /// How many were power cuts that took something.
    pub fn cuts(&self) -> u32 {
        self.cuts
    }

    /// Runs a process to its death and gives the lines it said before, each of them whole. The process
    /// says `ready` once it is, and never ends by itself.
    ///
    /// # Errors
    /// If it cannot be started or controlled, says nothing for long, or ended by itself.
    pub fn die(&mut self, disk: &FaultyDisk, mut command: Command) -> Result<Vec<String>> {
        disk.heal()?;
        disk.attach_with_journal(&mut command)?;
        let moment = if self.rng.random() {
            Some(Duration::from_micros(self.rng.random_range(0..LONGEST)))
        } else {
            let end = if self.rng.random() { End::Before } else { End::Torn };
            disk.kill_at(self.rng.random_range(0..POINTS), end)?;
            None
        };
        let lines = run(command, moment)?;
        disk.heal()?;
        let dropped = match self.rng.random_range(0..3) {
            0 => 0,
            1 => disk.journal()?.drop_unsynced(Dropped::All)?,
            _ => disk.journal()?.drop_unsynced(Dropped::Some(self.rng.random()))?,
        };
        self.cuts += u32::from(dropped > 0);
        self.left -= 1;
        Ok(lines)
    }
}

/// Runs it until it dies, or kills it so long after it is ready.
fn run(mut command: Command, moment: Option<Duration>) -> Result<Vec<String>> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let stdout = child.stdout.take().ok_or_else(|| Error::other("no output"))?;
    let (send, said) = channel();
    let reader = thread::spawn(move || {
        let mut out = BufReader::new(stdout);
        let mut line = String::new();
        while out.read_line(&mut line).is_ok_and(|read| read > 0) {
            // A line cut off by the death was not said.
            if let Some(whole) = line.strip_suffix('\n') {
                let _ = send.send(whole.to_owned());
            }
            line.clear();
        }
    });
    let mut lines = Vec::new();
    loop {
        match said.recv_timeout(PATIENCE) {
            Ok(line) => {
                if line.ends_with("ready")
                    && let Some(life) = moment
                {
                    // What is said meanwhile waits in the channel.
                    thread::park_timeout(life);
                    child.kill()?;
                }
                lines.push(line);
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                child.kill()?;
                child.wait()?;
                return Err(Error::other("the process says nothing"));
            }
        }
    }
    let status = child.wait()?;
    let _ = reader.join();
    if status.signal() == Some(9) {
        Ok(lines)
    } else {
        Err(Error::other(format!("it ended by itself ({status}) after {lines:?}")))
    }
}
