//! Random sequences of what a patient can do, against a model of what must then be true: who can
//! see what, and what each doctor can really open.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use keyward_app::doctor;
use keyward_app::patient::{home, import as imports, sharing};
use keyward_app::ports::vault::RecordFilter;
use keyward_app::session::Session;
use keyward_app::views::common::VisibilityView;
use keyward_app::views::patient::{DoctorCard, ShareState};
use keyward_records::Category;
use keyward_testkit::{BundleKind, bundle, seeded};
use rand::RngExt as _;
use support::{DAY, START, World, draft, find, import, space, sync};

const CATEGORIES: [Category; 4] =
    [Category::Results, Category::Conditions, Category::Medications, Category::Vitals];

/// A share as it should be.
struct Expected {
    space: usize,
    doctor: usize,
    categories: Vec<Category>,
    until: u64,
    revoked: bool,
}

impl Expected {
    fn is_live(&self, now: u64) -> bool {
        !self.revoked && now < self.until
    }
}

/// What must be true.
#[derive(Default)]
struct Model {
    shares: BTreeMap<String, Expected>,
    /// Records that were ever put into a compartment: by space and category.
    sealed: BTreeMap<(usize, Category), BTreeSet<[u8; 32]>>,
}

impl Model {
    /// What an exchange brings about: records of categories under a live share are sealed.
    fn exchange(&mut self, patient: &Session, now: u64) {
        for share in self.shares.values().filter(|share| share.is_live(now)) {
            for category in &share.categories {
                let filter = RecordFilter {
                    category: Some(category.as_str().to_owned()),
                    ..RecordFilter::default()
                };
                let rows = patient.read().unwrap().records(&filter).unwrap();
                let sealed = self.sealed.entry((share.space, *category)).or_default();
                sealed.extend(rows.into_iter().map(|row| row.fingerprint));
            }
        }
    }

    fn readable(&self, share: &Expected) -> usize {
        share
            .categories
            .iter()
            .filter_map(|category| self.sealed.get(&(share.space, *category)))
            .map(BTreeSet::len)
            .sum()
    }
}

struct Play {
    world: World,
    patient: Session,
    doctors: Vec<(Session, DoctorCard)>,
    spaces: Vec<String>,
    model: Model,
    files: u64,
}

impl Play {
    fn new() -> Self {
        let world = World::new();
        let patient = world.patient("Test-Ines", "Sample", "1970-01-02");
        let sessions: Vec<Session> =
            ["Dr Test-Lind", "Dr Test-Moreau"].iter().map(|name| world.doctor(name)).collect();
        let doctors = sessions
            .into_iter()
            .map(|session| {
                let card = find(&patient, &session.profile().name.clone());
                (session, card)
            })
            .collect();
        let spaces = vec![space(&patient, "Named", true), space(&patient, "Quiet", false)];
        Self { world, patient, doctors, spaces, model: Model::default(), files: 0 }
    }

    fn now(&self) -> u64 {
        self.world.clock.now()
    }

    fn step(&mut self, rng: &mut rand::rngs::StdRng) {
        match rng.random_range(0..10) {
            0 | 1 => {
                self.files += 1;
                // Some files come twice.
                let seed = self.files % 4;
                let bytes = bundle(seed, BundleKind::Collection, 12);
                import(&self.patient, &self.world.file("in.json", &bytes));
            }
            2 => {
                let all = imports::list(&self.patient).unwrap();
                if !all.is_empty() {
                    let id = &all[rng.random_range(0..all.len())].id;
                    imports::undo(&self.patient, id).unwrap();
                }
            }
            3..=5 => self.share(rng),
            6 => {
                let live = self.live();
                if !live.is_empty() {
                    let id = &live[rng.random_range(0..live.len())];
                    let outcome = sharing::revoke(&self.patient, id).unwrap();
                    assert!(outcome.confirmed);
                    self.model.shares.get_mut(id).unwrap().revoked = true;
                    let now = self.now();
                    self.model.exchange(&self.patient, now);
                }
            }
            7 => {
                let live = self.live();
                if !live.is_empty() {
                    let id = &live[rng.random_range(0..live.len())];
                    let until = self.model.shares[id].until + DAY;
                    sharing::extend(&self.patient, id, until).unwrap();
                    self.model.shares.get_mut(id).unwrap().until = until;
                }
            }
            8 => self.world.clock.advance(DAY / 2),
            _ => {}
        }
    }

    fn live(&self) -> Vec<String> {
        let live = self.model.shares.iter().filter(|(_, share)| share.is_live(self.now()));
        live.map(|(id, _)| id.clone()).collect()
    }

    fn share(&mut self, rng: &mut rand::rngs::StdRng) {
        let (space, doctor) = (rng.random_range(0..2), rng.random_range(0..2));
        let categories: Vec<Category> =
            CATEGORIES.into_iter().filter(|_| rng.random_bool(0.5)).collect();
        let mut wanted = draft(&self.spaces[space], &self.doctors[doctor].1, &categories);
        wanted.until = self.now() + DAY * rng.random_range(1..4);
        let exists = self.model.shares.values().any(|share| {
            share.space == space && share.doctor == doctor && share.is_live(self.now())
        });
        match sharing::create(&self.patient, &wanted) {
            Ok(view) => {
                assert!(!exists && !categories.is_empty());
                let until = wanted.until;
                let expected = Expected { space, doctor, categories, until, revoked: false };
                self.model.shares.insert(view.id, expected);
            }
            Err(_) => assert!(exists || categories.is_empty()),
        }
    }

    /// After an exchange of everybody, what is true is what the model says.
    fn check(&mut self) {
        let now = self.now();
        sync(&self.patient);
        self.model.exchange(&self.patient, now);
        let live = self.live();
        let seen: BTreeSet<String> = match home::home(&self.patient).unwrap().visibility {
            VisibilityView::Shared { with } => with.into_iter().map(|to| to.share_id).collect(),
            _ => BTreeSet::new(),
        };
        assert_eq!(seen, live.iter().cloned().collect());
        for (session, _) in &self.doctors {
            doctor::sync(session).unwrap();
        }
        for (id, share) in &self.model.shares {
            let view = sharing::one(&self.patient, id).unwrap();
            let chart = doctor::chart(&self.doctors[share.doctor].0, id);
            if share.is_live(now) {
                assert_eq!(view.state, ShareState::Live, "{:?}", view.problem);
                let chart = chart.unwrap();
                assert!(chart.alarms.is_empty(), "{:?}", chart.alarms);
                let sections = &chart.chart.unwrap().sections;
                let items: usize = sections.iter().map(|section| section.items.len()).sum();
                assert_eq!(items, self.model.readable(share));
            } else {
                assert!(matches!(view.state, ShareState::Ended | ShareState::Revoked));
                assert!(chart.is_err() || chart.unwrap().chart.is_none());
            }
            assert!(doctor::chart(&self.doctors[1 - share.doctor].0, id).is_err());
        }
    }
}

#[test]
fn whatever_a_patient_does_visibility_and_what_doctors_read_agree() {
    for seed in 0..3 {
        let mut rng = seeded(seed);
        let mut play = Play::new();
        for _ in 0..24 {
            play.step(&mut rng);
            if rng.random_bool(0.4) {
                play.check();
            }
        }
        play.check();
        assert!(play.now() >= START);
    }
}
