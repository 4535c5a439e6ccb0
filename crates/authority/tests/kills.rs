//! The register killed in numbers: `cargo xtask kills`. Whoever was registered, checked and enrolled as
//! far as anybody was told is so afterwards; no lost device comes back, and nobody who left.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by panicking")]
#![cfg(target_os = "linux")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use keyward_protocol::keys::SigningKey;
use keyward_relay_api::authority::people::{PersonState, RegisterPerson, SearchPeople};
use keyward_relay_api::problem::ProblemCode;
use keyward_testkit::disk::{Deaths, FaultyDisk};
use support::{Keys, Losing, Served, check, draft, id};

const CHILD: &str = "KEYWARD_TEST_KILLS_CHILD";
/// Deaths one register goes through.
const LIVES: u32 = 40;

/// Not a test of its own: a desk that works, with its authority, until it is killed.
#[test]
#[allow(clippy::print_stdout, reason = "this is how it reports")]
fn child() {
    let Ok(text) = std::env::var(CHILD) else { return };
    let (secrets, dir) = text.split_once(' ').unwrap();
    let keys = Keys::from_text(secrets);
    let served = Served::start(keys.open(Path::new(dir)).unwrap(), keys.clock.clone());
    println!("\nready");
    loop {
        let body = RegisterPerson { id: id(), person: draft() };
        served.client.register_person(&keys.operator, &body).unwrap();
        println!("registered {}", body.id);
        served.client.check_identity(&keys.operator, &body.id, &check()).unwrap();
        println!("checked {}", body.id);
        let losing = Losing::enrolled(&served.client, &keys.operator, &body.id);
        println!("enrolled {}", body.id);
        losing.replace(&served.client).unwrap();
        let secret = losing.old.expose_secret();
        let secret: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        println!("replaced {} {secret}", body.id);
        losing.leave(&served.client).unwrap();
        println!("left {}", body.id);
    }
}

/// How far somebody is on the way the child takes everybody.
fn order(state: PersonState) -> u8 {
    match state {
        PersonState::Registered => 0,
        PersonState::IdentityChecked => 1,
        PersonState::Invited => 2,
        PersonState::Enrolled => 3,
        PersonState::Withdrawn => 4,
    }
}

fn key_from(text: &str) -> SigningKey {
    let byte = |i: usize| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap();
    SigningKey::from_bytes(&std::array::from_fn(byte)).unwrap()
}

#[test]
fn what_the_desk_was_told_survives_every_death() {
    if std::env::var_os(CHILD).is_some() {
        return;
    }
    let mut deaths = Deaths::wanted(15);
    let mut said = 0;
    while deaths.left() > 0 {
        let (dir, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let disk = FaultyDisk::new(dir.path(), scratch.path()).unwrap();
        let keys = Keys::new();
        let mut known: BTreeMap<String, PersonState> = BTreeMap::new();
        let mut lost: Vec<SigningKey> = Vec::new();
        for _ in 0..LIVES.min(deaths.left()) {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command
                .args(["--exact", "child", "--nocapture", "--test-threads=1"])
                .env(CHILD, format!("{} {}", keys.to_text(), dir.path().display()));
            for line in deaths.die(&disk, command).unwrap() {
                let words: Vec<&str> = line.split(' ').collect();
                let state = match words.first() {
                    Some(&"registered") => PersonState::Registered,
                    Some(&"checked") => PersonState::IdentityChecked,
                    Some(&"enrolled") => PersonState::Enrolled,
                    Some(&"replaced") => {
                        lost.push(key_from(words[2]));
                        PersonState::Enrolled
                    }
                    Some(&"left") => PersonState::Withdrawn,
                    _ => continue,
                };
                known.insert(words[1].to_owned(), state);
                said += 1;
            }
            let served = Served::start(keys.open(dir.path()).unwrap(), keys.clock.clone());
            let everybody = SearchPeople { limit: 200, ..SearchPeople::default() };
            let found = served.client.search_people(&keys.operator, &everybody).unwrap().total;
            let said = u32::try_from(known.len()).unwrap();
            assert!(found >= said, "{found} of {said} people are there");
            for (person, state) in known.iter_mut() {
                let now = served.client.person(&keys.operator, person).unwrap().state;
                assert!(order(now) >= order(*state), "{now:?}, {state:?}");
                *state = now;
            }
            for key in &lost {
                let refused = served.client.set_recovery(key, [8; 32]).unwrap_err();
                assert_eq!(
                    refused.problem(),
                    Some(ProblemCode::BadSignature),
                    "a lost key is back"
                );
            }
        }
    }
    assert!(said > 0, "nothing was acknowledged");
    eprintln!("{said} acknowledged and found, {} power cuts took something", deaths.cuts());
    deaths.tell();
}
