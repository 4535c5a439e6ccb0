//! Two doctors compare all they have. What both hold of one patient's two pseudonymous spaces is nothing that they do
//! not hold of two patients as well. Over the real vaults, relay and authority.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keyward_app::doctor;
use keyward_app::exchange::SharedRecord;
use keyward_app::patient::import::{self, Watch};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::vault::Collection;
use keyward_app::session::Session;
use keyward_app::views::patient::ImportDecision;
use keyward_records::Category;
use keyward_testkit::Persona;
use serde_json::Value;
use support::{World, draft, find, share, space};

/// So many bytes alike are no chance.
const RUN: usize = 12;

/// What a doctor holds.
#[derive(Default)]
struct Held {
    /// Every run of bytes in everything but records, also inside base64.
    runs: BTreeSet<Vec<u8>>,
    /// What records are named and point by: ids, references, identifiers, names.
    names: BTreeSet<String>,
}

fn held(doctor: &Session) -> Held {
    let tx = doctor.read().unwrap();
    let mut held = Held::default();
    for collection in Collection::ALL {
        for (id, body) in tx.list(collection).unwrap() {
            add(&mut held.runs, id.as_bytes());
            if collection == Collection::Charts {
                let record = SharedRecord::from_bytes(&body).unwrap();
                let resource = serde_json::from_slice(&record.body).unwrap();
                names(&mut held.names, &resource, "");
                continue;
            }
            held.text(&body);
        }
    }
    held
}

impl Held {
    /// Bytes as they are, and what stands in them in base64; JSON's words apart, so that all of it lines up alike.
    fn text(&mut self, body: &[u8]) {
        match serde_json::from_slice::<Value>(body) {
            Ok(value) => self.value(&value),
            Err(_) => add(&mut self.runs, body),
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                add(&mut self.runs, text.as_bytes());
                let inside = STANDARD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text));
                if let Ok(inside) = inside {
                    self.text(&inside);
                }
            }
            Value::Array(all) => all.iter().for_each(|it| self.value(it)),
            Value::Object(all) => all.values().for_each(|it| self.value(it)),
            _ => {}
        }
    }
}

fn add(runs: &mut BTreeSet<Vec<u8>>, bytes: &[u8]) {
    runs.extend(bytes.windows(RUN).map(<[u8]>::to_vec));
}

fn names(into: &mut BTreeSet<String>, value: &Value, key: &str) {
    const KEYS: [&str; 8] =
        ["id", "reference", "fullUrl", "value", "family", "text", "display", "birthDate"];
    match value {
        Value::String(text) if KEYS.contains(&key) => drop(into.insert(text.clone())),
        Value::Array(all) => all.iter().for_each(|it| names(into, it, key)),
        Value::Object(all) => all.iter().for_each(|(key, it)| names(into, it, key)),
        _ => {}
    }
}

fn patient(world: &World, given: &str, persona: Persona) -> Session {
    let session = world.patient(given, "Muster-Sample", "1961-03-14");
    let path = world.file(&format!("{given}.json"), &persona.bundle(7));
    let cancel = Cancel::new();
    let watch = Watch {
        progress: &Unwatched,
        cancel: &cancel,
        decide: &|_| ImportDecision::Keep,
        started: &|_| {},
    };
    import::run(&session, &[path], &watch).unwrap();
    session
}

/// Shares a category with a doctor from a space of its own, and the doctor reads it.
fn shared(
    world: &World,
    patient: &Session,
    doctor: &Session,
    (name, category): (&str, Category),
    shows: bool,
) {
    let card = find(patient, &doctor.profile().name);
    let share = share(patient, &draft(&space(patient, name, shows), &card, &[category]));
    doctor::sync(doctor).unwrap();
    let chart = doctor::chart(doctor, &share).unwrap().chart.unwrap();
    assert!(chart.sections.iter().any(|section| !section.items.is_empty()));
    world.clock.advance(3 * 3600);
}

/// What the first two doctors both hold of one patient, and what two with other patients do not.
fn told(shows: bool) -> Vec<String> {
    let world = World::new();
    // Names of one length, so that base64 lines up alike in all that stands beside them.
    let doctors = ["One", "Two", "Six", "Ten"].map(|it| world.doctor(&format!("Dr Test {it}")));
    let [one, two, others @ ..] = &doctors;
    let (heart, knee) = (("Heart", Category::Results), ("Knee", Category::Conditions));
    let anna = patient(&world, "Test-Anna", Persona::HeartWoman);
    shared(&world, &anna, one, heart, shows);
    shared(&world, &anna, two, knee, shows);
    // The same kinds of things of other people, at other times.
    for (doctor, given) in others.iter().zip(["Test-Bea", "Test-Cleo"]) {
        let other = patient(&world, given, Persona::DiabetesMan);
        shared(&world, &other, doctor, heart, shows);
        shared(&world, &other, doctor, knee, shows);
    }
    let [one, two, three, four] = doctors.each_ref().map(held);
    let runs = one.runs.intersection(&two.runs);
    let runs = runs.filter(|it| !three.runs.contains(*it) && !four.runs.contains(*it));
    let names = one.names.intersection(&two.names);
    let names = names.filter(|it| !three.names.contains(*it) && !four.names.contains(*it));
    runs.map(|run| String::from_utf8_lossy(run).into_owned()).chain(names.cloned()).collect()
}

#[test]
fn nothing_but_what_her_records_say_ties_one_patients_two_spaces() {
    assert_eq!(told(false), [""; 0]);
}

#[test]
fn her_name_in_both_spaces_tells_and_the_comparison_sees_it() {
    assert!(told(true).iter().any(|run| "Test-Anna Muster-Sample".contains(run.as_str())));
}
