//! A full and failing disk under the register: nothing is acknowledged that is not kept, what is
//! refused did not happen, reading goes on, and a healed disk takes the same requests at once.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(target_os = "linux")]

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use keyward_relay_api::{
    authority::{
        client::AuthorityClient,
        people::{PersonState, RegisterPerson, SearchPeople},
    },
    http::{ClientError, UnixClock},
    problem::ProblemCode,
};
use keyward_testkit::disk::{Fault, FaultyDisk, Files, SmallDisk};
use support::{Keys, Losing, Served, check, draft, id};

const CHILD: &str = "KEYWARD_TEST_DISK_CHILD";

/// Not a test of its own: the authority that is killed. Says where it listens and serves until its
/// standard input ends.
#[test]
#[allow(clippy::print_stdout, reason = "this is how it reports")]
fn child_authority() {
    let Ok(text) = std::env::var(CHILD) else { return };
    let (secrets, dir) = text.split_once(' ').unwrap();
    let keys = Keys::from_text(secrets);
    let authority = keys.open(Path::new(dir)).unwrap();
    let served = Served::start(authority, keys.clock.clone());
    println!("listening {}", served.url);
    std::io::stdout().flush().unwrap();
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

struct Remote {
    child: Child,
    client: AuthorityClient,
}

impl Remote {
    fn start(keys: &Keys, dir: &Path, disk: &FaultyDisk) -> Remote {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "child_authority", "--nocapture"])
            .env(CHILD, format!("{} {}", keys.to_text(), dir.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        disk.attach(&mut command);
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(|line| line.unwrap());
        let url = lines
            .filter_map(|line| line.split_once("listening ").map(|(_, url)| url.to_owned()))
            .next()
            .unwrap();
        let clock: Arc<dyn UnixClock> = keys.clock.clone();
        let status = AuthorityClient::unpinned(&url, Arc::clone(&clock)).unwrap().status().unwrap();
        let client = AuthorityClient::new(&url, status.service_id, clock).unwrap();
        Remote { child, client }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A refusal that says: no room now, come back later. Anything else is wrong.
fn refused_for_want_of_room<T>(outcome: Result<T, ClientError>) -> bool {
    match outcome {
        Ok(_) => false,
        Err(ClientError::Problem(problem)) => {
            assert_eq!((problem.code, problem.status), (ProblemCode::StorageFailed, 507));
            assert!(problem.retry_after.is_some());
            true
        }
        Err(other) => panic!("not a clean refusal: {other}"),
    }
}

fn count(client: &AuthorityClient, keys: &Keys) -> u32 {
    let everybody = SearchPeople { limit: 200, ..SearchPeople::default() };
    client.search_people(&keys.operator, &everybody).unwrap().total
}

#[test]
fn a_write_or_sync_that_fails_anywhere_is_never_acknowledged_and_loses_nothing() {
    let (dir, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disk = FaultyDisk::new(dir.path(), scratch.path()).unwrap();
    let keys = Keys::new();
    let mut remote = Remote::start(&keys, dir.path(), &disk);
    let (mut people, mut gone) = (0, Vec::new());
    for fault in [Fault::Full, Fault::Broken, Fault::Torn, Fault::Sync] {
        let mut refused = 0;
        for passing in 0..8 {
            let (client, operator) = (&remote.client, &keys.operator);
            let body = RegisterPerson { id: id(), person: draft() };
            disk.fail(fault, Files::All, passing).unwrap();
            if refused_for_want_of_room(client.register_person(operator, &body)) {
                refused += 1;
                assert_eq!(count(client, &keys), people, "refused, and yet there");
            }
            disk.heal().unwrap();
            client.register_person(operator, &body).unwrap();
            people += 1;
            let check = check();
            disk.fail(fault, Files::All, passing).unwrap();
            if refused_for_want_of_room(client.check_identity(operator, &body.id, &check)) {
                refused += 1;
                let state = client.person(operator, &body.id).unwrap().state;
                assert_eq!(state, PersonState::Registered, "refused, and yet done");
            }
            disk.heal().unwrap();
            client.check_identity(operator, &body.id, &check).unwrap();
            // A device enrols, is lost and replaced, and its owner leaves.
            let losing = Losing::enrolled(client, operator, &body.id);
            disk.fail(fault, Files::All, passing).unwrap();
            if refused_for_want_of_room(losing.replace(client)) {
                refused += 1;
            }
            disk.heal().unwrap();
            losing.replace(client).unwrap();
            losing.check_replaced(client);
            disk.fail(fault, Files::All, passing).unwrap();
            if refused_for_want_of_room(losing.leave(client)) {
                refused += 1;
                let state = client.person(operator, &body.id).unwrap().state;
                assert_eq!(state, PersonState::Enrolled, "refused, and yet done");
            }
            disk.heal().unwrap();
            losing.leave(client).unwrap();
            gone.push(body.id);
        }
        assert!(refused >= 4, "{fault:?} was hardly met");
        remote.kill();
        remote = Remote::start(&keys, dir.path(), &disk);
        assert_eq!(count(&remote.client, &keys), people);
        for id in &gone {
            let state = remote.client.person(&keys.operator, id).unwrap().state;
            assert_eq!(state, PersonState::Withdrawn);
        }
    }
    remote.kill();
}

#[test]
fn a_full_disk_refuses_what_it_cannot_keep_and_goes_on_reading() {
    let dir = tempfile::tempdir().unwrap();
    let Some(small) = SmallDisk::mount(dir.path(), 16 << 20) else {
        eprintln!("skipped: a small file system cannot be mounted here");
        return;
    };
    let keys = Keys::new();
    let served = Served::start(keys.open(dir.path()).unwrap(), keys.clock.clone());
    let (client, operator) = (&served.client, &keys.operator);
    let register = || {
        let body = RegisterPerson { id: id(), person: draft() };
        let outcome = client.register_person(operator, &body);
        (body, outcome)
    };
    register().1.unwrap();
    let mut people = 1;
    let ballast = small.fill(64 << 10).unwrap();
    let waiting = loop {
        let (body, outcome) = register();
        if refused_for_want_of_room(outcome) {
            break body;
        }
        people += 1;
        assert!(people < 1_000, "the disk is full at some time");
    };
    assert_eq!(count(client, &keys), people);
    client.directory().unwrap();
    assert!(refused_for_want_of_room(client.register_person(operator, &waiting)));
    std::fs::remove_file(ballast).unwrap();
    client.register_person(operator, &waiting).unwrap();
    assert_eq!(count(client, &keys), people + 1);
    drop(served);
    let served = Served::start(keys.open(dir.path()).unwrap(), keys.clock.clone());
    assert_eq!(count(&served.client, &keys), people + 1);
}
