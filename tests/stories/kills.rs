//! App and relay killed at random moments (SIGKILL) while records are imported, shared and taken
//! back: whatever was acknowledged is still there afterwards, and what was decided comes to its end.
//!
//! Most deaths are those of processes without windows: a patient's device that runs the real use
//! cases over a real vault, and the real relay over its real store, each a process of its own. A
//! window adds seconds to every death and nothing to what is on the disk. What a window promises on
//! the screen is tried in `kills/windows.rs`.
//!
//! `KEYWARD_KILLS` says how often to kill (`cargo xtask kills --count N` sets it); what is printed behind
//! `deaths: ` is added up there.

mod clinic;
#[path = "kills/windows.rs"]
mod in_windows;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use clinic::records::results;
use clinic::{Clinic, DAY, FileKeyring, MovedClock, import, profile_folder, reopen};
use keyward_app::patient::{import as imports, sharing, spaces};
use keyward_app::ports::http::HttpNetwork;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::session::Session;
use keyward_app::views::common::Role;
use keyward_app::views::patient::{Purpose, ShareDraft, ShareState, SpaceDraft};
use keyward_records::Category;
use keyward_relay::Relay;
use rand::{RngExt as _, SeedableRng as _};

/// Which process this is, if not the test itself.
const PART: &str = "KEYWARD_KILLS_PART";
const FOLDER: &str = "KEYWARD_KILLS_FOLDER";
const ADDRESS: &str = "KEYWARD_KILLS_ADDRESS";
const DOCTORS: [&str; 2] = ["Dr Test-Okafor", "Dr Test-Second"];
const SPACES: usize = 3;
/// How long a process may take until it says something, and until all is settled.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest a process lives before it is killed, counted from when it is ready.
const LONGEST_LIFE: u64 = 900;

fn wanted() -> u32 {
    std::env::var("KEYWARD_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(12)
}

#[test]
fn what_was_acknowledged_survives_every_kill() {
    match std::env::var(PART).as_deref() {
        Ok("relay") => return relay_process(),
        Ok("device") => return device_process(false),
        Ok("settle") => return device_process(true),
        _ => {}
    }
    let seed = rand::random::<u64>();
    eprintln!("{} kills, seed {seed}", wanted());
    let mut rng = rand::rngs::StdRng::seed_from_u64(seed);
    let address = free_address();
    let clinic = Clinic::with_relay_at(Some(&format!("http://{address}")));
    let parts = Parts { folder: clinic.folder().join("mortal"), address };
    std::fs::create_dir(&parts.folder).unwrap();
    let mut relay = parts.start("relay");
    relay.wait_for("ready");
    let doctors = DOCTORS.map(|name| clinic.doctor(name));
    let patient = clinic.lasting_patient(&parts.folder);
    let invitation = clinic.invite("Test-Anna", "Muster-Sample", "1961-03-14");
    keyward_app::enrol::accept(&patient, &invitation).unwrap();
    drop(patient);

    let mut known = Acknowledged::default();
    let mut device = parts.start("device");
    device.wait_for_state(&known);
    let mut killed = (0, 0);
    for _ in 0..wanted() {
        let life = Duration::from_millis(rng.random_range(0..LONGEST_LIFE));
        device.listen(Instant::now() + life, &mut known);
        let (kill_device, kill_relay) = match rng.random_range(0..10) {
            0..6 => (true, false),
            6..8 => (false, true),
            _ => (true, true),
        };
        if kill_relay {
            relay.kill();
            relay = parts.start("relay");
            relay.wait_for("ready");
            killed.1 += 1;
        }
        if kill_device {
            device.kill_and_note(&mut known);
            killed.0 += 1;
            device = parts.start("device");
            device.wait_for_state(&known);
        }
    }
    device.kill_and_note(&mut known);
    let settled = parts.start("settle");
    settled.wait_for_state(&known);
    settled.listen_until("settled", &mut known);
    eprintln!(
        "device killed {} times, relay {} times; acknowledged: {} imports, {} shares, {} taken back",
        killed.0,
        killed.1,
        known.imports.len(),
        known.shares.len(),
        known.revoked.len()
    );
    println!("deaths: {}", killed.0 + killed.1);
    drop(settled);

    // The relay gives to each doctor exactly what is still shared, whole.
    let patient = parts.open();
    for share in sharing::list(&patient).unwrap() {
        let place = DOCTORS.iter().position(|name| *name == share.doctor.name).unwrap();
        let doctor = &doctors[place];
        let _ = keyward_app::doctor::sync(doctor);
        match keyward_app::doctor::chart(doctor, &share.id) {
            Ok(chart) if share.state == ShareState::Live => {
                assert!(chart.alarms.is_empty(), "{:?}", chart.alarms);
                let shown = chart.chart.unwrap().timeline.len();
                assert_eq!(shown as u64, share.records, "share {}", share.id);
            }
            Ok(chart) => assert!(chart.chart.is_none(), "{} is still readable", share.id),
            // Taken back before it ever reached the doctor.
            Err(_) => assert_eq!(share.state, ShareState::Revoked),
        }
    }
    relay.kill();
}

/// What a process said it had done. Nothing of it may ever be missing again.
#[derive(Default)]
struct Acknowledged {
    imports: BTreeMap<String, u64>,
    shares: BTreeSet<String>,
    live: BTreeSet<String>,
    revoked: BTreeSet<String>,
    confirmed: BTreeSet<String>,
}

impl Acknowledged {
    fn note(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["did", "import", id, records] => {
                self.imports.insert(id.to_owned(), records.parse().unwrap());
            }
            ["did", "share", id] => drop(self.shares.insert(id.to_owned())),
            ["did", "carry", id] => drop(self.live.insert(id.to_owned())),
            ["did", "revoke", id] => drop(self.revoked.insert(id.to_owned())),
            ["did", "confirm", id] => drop(self.confirmed.insert(id.to_owned())),
            _ => panic!("not understood: {line}"),
        }
    }

    /// Compares with what a process finds when it starts.
    fn compare(&self, state: &BTreeSet<String>) {
        for (id, records) in &self.imports {
            assert!(state.contains(&format!("has import {id} {records}")), "import {id} is gone");
        }
        let has = |id: &str, states: &[&str]| {
            states.iter().any(|word| state.contains(&format!("has share {id} {word}")))
        };
        for id in &self.shares {
            let any = ["Pending", "Live", "Revoked", "Confirmed", "Problem"];
            assert!(has(id, &any), "share {id} is gone");
        }
        for id in self.live.difference(&self.revoked) {
            // It may have been taken back without living to say so.
            assert!(has(id, &["Live", "Revoked", "Confirmed"]), "share {id} is no longer live");
        }
        for id in &self.revoked {
            assert!(has(id, &["Revoked", "Confirmed"]), "share {id} is not taken back");
        }
        for id in &self.confirmed {
            assert!(has(id, &["Confirmed"]), "the end of share {id} is no longer confirmed");
        }
    }
}

/// What the processes have in common.
struct Parts {
    folder: PathBuf,
    address: String,
}

impl Parts {
    fn start(&self, part: &str) -> Process {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "what_was_acknowledged_survives_every_kill", "--nocapture"])
            .env(PART, part)
            .env(FOLDER, &self.folder)
            .env(ADDRESS, &self.address)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let (send, lines) = channel();
        std::thread::spawn(move || {
            // A line cut short by the kill was not acknowledged.
            let mut reader = BufReader::new(stdout);
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|n| n > 0) {
                let whole = line.strip_suffix('\n');
                if let Some(said) = whole.and_then(|l| l.split_once("kw: ")) {
                    let _ = send.send(said.1.to_owned());
                }
                line.clear();
            }
        });
        Process { child, lines }
    }

    fn from_environment() -> Self {
        let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
        Self { folder, address: std::env::var(ADDRESS).unwrap() }
    }

    /// The patient's device, started anew.
    fn open(&self) -> Session {
        let clock = MovedClock::default();
        let resolver = |url: &str| Ok(url.to_owned());
        let network = Arc::new(HttpNetwork::new(Arc::new(resolver), Arc::new(clock.clone())));
        let keyring = FileKeyring::in_folder(&self.folder);
        reopen(&profile_folder(&self.folder, 7), &keyring, Role::Patient, &network, &clock)
    }
}

/// A process that will be killed.
struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    fn wait_for(&self, word: &str) {
        let said = self.lines.recv_timeout(PATIENCE).unwrap();
        assert_eq!(said, word);
    }

    /// Reads what the process found when it started, and compares.
    fn wait_for_state(&self, known: &Acknowledged) {
        let mut state = BTreeSet::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect("the device says what it has");
            if line == "ready" {
                break;
            }
            state.insert(line);
        }
        known.compare(&state);
    }

    /// Notes what is acknowledged until the deadline.
    fn listen(&self, deadline: Instant, known: &mut Acknowledged) {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => known.note(&line),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => panic!("the process ended by itself"),
            }
        }
    }

    fn listen_until(&self, word: &str, known: &mut Acknowledged) {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect("everything decided is done");
            if line == word {
                return;
            }
            known.note(&line);
        }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Kills, and notes what was still said before death.
    fn kill_and_note(&mut self, known: &mut Acknowledged) {
        self.kill();
        for line in self.lines.iter() {
            known.note(&line);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> String {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().to_string()
}

/// Says something to the test; the line is out when this returns.
fn say(what: &str) {
    println!("kw: {what}");
}

/// The relay, until it is killed.
fn relay_process() {
    let parts = Parts::from_environment();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut config = clinic::relay_config(
            &parts.folder.join("relay"),
            &clinic::services_secret(),
            &MovedClock::default(),
        );
        config.limits = keyward_relay::Limits::without_rates();
        let relay = Relay::open(config).await.unwrap();
        let listener = tokio::net::TcpListener::bind(&parts.address).await.unwrap();
        say("ready");
        relay.serve(listener, std::future::pending()).await;
    });
}

/// The patient's device: says what it has, then imports, shares and takes back until it is killed; or
/// only waits until everything that was decided is done.
fn device_process(settling: bool) {
    let parts = Parts::from_environment();
    let session = parts.open();
    say_state(&session);
    say("ready");
    if settling {
        settle(&session);
        return say("settled");
    }
    loop {
        act(&session, &parts.folder);
    }
}

fn say_state(session: &Session) {
    for view in imports::list(session).unwrap() {
        say(&format!("has import {} {}", view.id, view.records_left));
    }
    for share in sharing::list(session).unwrap() {
        let state = match share.state {
            ShareState::Revoked if share.revoke_confirmed => "Confirmed".to_owned(),
            state => format!("{state:?}"),
        };
        say(&format!("has share {} {state}", share.id));
    }
}

/// One import, then one share or one end, then an exchange.
fn act(session: &Session, folder: &Path) {
    let mut rng = rand::rng();
    let set = format!("{:x}-", rng.random::<u32>());
    let file = folder.join(format!("{set}.json"));
    std::fs::write(&file, results(&set, rng.random_range(1..12))).unwrap();
    let view = import(session, &file);
    say(&format!("did import {} {}", view.id, view.records_left));
    let space = space(session, rng.random_range(0..SPACES));
    let doctor = DOCTORS[rng.random_range(0..DOCTORS.len())];
    let shares = sharing::list(session).unwrap();
    let running = shares.iter().find(|share| {
        share.space_id == space
            && share.doctor.name == doctor
            && matches!(share.state, ShareState::Live | ShareState::Pending)
    });
    if let Some(share) = running {
        let ended = sharing::revoke(session, &share.id).unwrap();
        say(&format!("did revoke {}", share.id));
        if ended.confirmed {
            say(&format!("did confirm {}", share.id));
        }
    } else if let Some(draft) = draft(session, space, doctor) {
        let share = sharing::create(session, &draft).unwrap();
        say(&format!("did share {}", share.id));
    }
    if sharing::sync(session, &Unwatched, &Cancel::new()).is_ok() {
        for share in sharing::list(session).unwrap() {
            if share.state == ShareState::Live {
                say(&format!("did carry {}", share.id));
            }
        }
    }
}

fn space(session: &Session, n: usize) -> String {
    let name = format!("Space {n}");
    let known = spaces::list(session).unwrap().into_iter().find(|space| space.name == name);
    known.map_or_else(
        || {
            let draft = SpaceDraft { name, icon: "heart".to_owned(), shows_name: true };
            spaces::create(session, &draft).unwrap().id
        },
        |space| space.id,
    )
}

fn draft(session: &Session, space_id: String, doctor: &str) -> Option<ShareDraft> {
    let directory = sharing::doctors(session).unwrap();
    let card = directory.doctors.into_iter().find(|card| card.name == doctor)?;
    Some(ShareDraft {
        space_id,
        doctor: card.certificate,
        categories: vec![Category::Results],
        purpose: Purpose::Treatment,
        until: keyward_app::ports::clock::Clock::now(&MovedClock::default()) + 30 * DAY,
        accept_changed_key: false,
    })
}

/// Exchanges until nothing waits any more.
fn settle(session: &Session) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let done = sharing::sync(session, &Unwatched, &Cancel::new());
        let shares = sharing::list(session).unwrap();
        let open: Vec<_> = shares
            .iter()
            .filter(|share| match share.state {
                ShareState::Live => share.waiting > 0,
                ShareState::Revoked => !share.revoke_confirmed,
                _ => true,
            })
            .map(|share| (share.state, share.waiting, share.problem.clone()))
            .collect();
        if done.is_ok() && open.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "{done:?}, still open: {open:?}");
    }
}
