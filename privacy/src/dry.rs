//! The plan alone, without services: who would be seen when. For weighing schedules with very many
//! patients; what is in bytes, rows and connections does not exist here. A test holds it against a
//! real run.

use std::collections::{BTreeMap, HashMap};

use keyward_protocol::ids::PersonaId;
use keyward_relay_api::authority::credential::ISSUES_PER_EPOCH;

use crate::device::Use;
use crate::observer::Prints;
use crate::people::{self, EPOCH, Habit};
use crate::schedule::{self, BACKUP, What};
use crate::settings::{Ahead, Delay, Settings};
use crate::stores::Stored;
use crate::traces::{Trace, View};
use crate::world::{Run, Truth};

/// One patient's keys, numbered.
#[derive(Default)]
struct Keys {
    /// Certified and not used: key and epoch.
    pool: Vec<([u8; 32], u64)>,
    used: BTreeMap<usize, [u8; 32]>,
    issued: Vec<u64>,
    /// The epoch of the certificate of the place of the backup.
    backup: u64,
}

/// What the plan of a population would show.
#[must_use]
pub fn run(seed: u64, patients: usize, habit: Habit, settings: Settings) -> (View, Run) {
    let population = people::population(seed, patients, habit);
    let acts = schedule::plan(seed, &population, settings);
    let mut it = Dry { traces: HashMap::new(), order: 0, keys: 0, settings };
    let mut all: Vec<Keys> = (0..patients).map(|_| Keys::default()).collect();
    for act in &acts {
        let keys = &mut all[act.patient];
        let device = number(1, act.patient as u64);
        match act.what {
            What::Enrol => {}
            What::Issue => it.issue(keys, device, act.at),
            What::Certify => {
                let key = it.fresh(keys, device, act.at);
                keys.pool.push((key, act.at / EPOCH));
            }
            What::Open(space) => {
                let (key, _) = it.taken(keys, device, act.at);
                keys.used.insert(space, key);
                it.contact(key, act.at);
            }
            What::Contact(space) => it.contact_of(keys, space, act.at),
            What::Send(later) => {
                it.contact_of(keys, population[act.patient].later[later].space, act.at);
            }
            What::Renew(space) => {
                if let Some(key) = keys.used.get(&space).copied() {
                    it.certify(keys, device, key, act.at);
                    it.contact(key, act.at);
                }
                if space == BACKUP {
                    keys.backup = act.at / EPOCH;
                }
            }
            What::BackUp => {
                let key = match keys.used.get(&BACKUP) {
                    Some(key) => *key,
                    // Her keys follow from the kit: she is nobody of those who are ready.
                    None if settings.delay == Delay::Apart => {
                        keys.backup = act.at / EPOCH;
                        it.fresh(keys, device, act.at)
                    }
                    None => {
                        let (key, epoch) = it.taken(keys, device, act.at);
                        keys.backup = epoch;
                        key
                    }
                };
                if act.at / EPOCH > keys.backup + 1 {
                    it.certify(keys, device, key, act.at);
                    keys.backup = act.at / EPOCH;
                }
                keys.used.insert(BACKUP, key);
                it.contact(key, act.at);
            }
        }
    }
    let price = schedule::price(&population, &acts);
    let of = |place: usize| if place == BACKUP { Use::Backup } else { Use::Space(place) };
    let truth = all.iter().enumerate().map(|(patient, keys)| {
        let used = keys.used.iter().map(|(place, key)| (PersonaId::from_bytes(*key), of(*place)));
        (number(1, patient as u64), used.collect())
    });
    let truth =
        Truth { patients: truth.collect(), lengths: BTreeMap::new(), issued: BTreeMap::new() };
    let run = Run {
        seed,
        truth,
        seen: Vec::new(),
        prints: Prints::new(),
        stored: Stored::default(),
        price,
        refused: 0,
        refusals: BTreeMap::new(),
    };
    (View { traces: it.traces }, run)
}

struct Dry {
    traces: HashMap<[u8; 32], Trace>,
    order: usize,
    keys: u64,
    settings: Settings,
}

impl Dry {
    fn of(&mut self, key: [u8; 32]) -> &mut Trace {
        self.order += 1;
        self.traces.entry(key).or_default()
    }

    fn issue(&mut self, keys: &mut Keys, device: [u8; 32], at: u64) {
        let order = self.order;
        let trace = self.of(device);
        trace.issued.push((at, order));
        trace.identified.push(at);
        let oldest = at / EPOCH - u64::from(self.settings.ahead == Ahead::Weeks);
        keys.pool.retain(|(_, epoch)| *epoch >= oldest);
        keys.issued.push(at / EPOCH);
    }

    fn certify(&mut self, keys: &mut Keys, device: [u8; 32], key: [u8; 32], at: u64) {
        if !keys.issued.contains(&(at / EPOCH)) {
            self.issue(keys, device, at);
        }
        let order = self.order;
        self.of(key).certified.push((at, order));
    }

    fn fresh(&mut self, keys: &mut Keys, device: [u8; 32], at: u64) -> [u8; 32] {
        self.keys += 1;
        let key = number(2, self.keys);
        self.certify(keys, device, key, at);
        key
    }

    fn taken(&mut self, keys: &mut Keys, device: [u8; 32], at: u64) -> ([u8; 32], u64) {
        let now = at / EPOCH;
        let issues = keys.issued.iter().filter(|epoch| **epoch == now).count();
        if self.settings.ahead == Ahead::Never && issues < ISSUES_PER_EPOCH as usize {
            self.issue(keys, device, at);
        }
        keys.pool.retain(|(_, epoch)| *epoch + 1 >= now);
        match keys.pool.is_empty() {
            false => keys.pool.remove(0),
            true => (self.fresh(keys, device, at), at / EPOCH),
        }
    }

    fn contact(&mut self, key: [u8; 32], at: u64) {
        self.of(key).contacts.push(at);
    }

    fn contact_of(&mut self, keys: &Keys, space: usize, at: u64) {
        if let Some(key) = keys.used.get(&space).copied() {
            self.contact(key, at);
        }
    }
}

fn number(kind: u8, n: u64) -> [u8; 32] {
    let mut key = [kind; 32];
    key[..8].copy_from_slice(&n.to_be_bytes());
    key
}
