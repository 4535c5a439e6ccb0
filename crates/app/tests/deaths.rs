//! The device dies at every single write and exchange of an operation; started again, doing it again
//! comes to the same end as if nothing had happened.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code")]

mod support;

use std::collections::BTreeSet;

use keyward_app::doctor;
use keyward_app::error::ErrorCode;
use keyward_app::patient::import::{self, Watch};
use keyward_app::patient::sharing;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::vault::RecordFilter;
use keyward_app::session::Session;
use keyward_app::views::patient::{ImportDecision, ShareDraft, ShareState};
use keyward_records::Category;
use keyward_testkit::{BundleKind, bundle};
use support::{DAY, Device, Fuse, START, World, draft, find, space, sync};

/// Deaths tried per operation at most: a loop that never gets through is a failure.
const MOST: i64 = 4_000;

fn try_sync(session: &Session) {
    let _ = sharing::sync(session, &Unwatched, &Cancel::new());
}

/// Steps between two deaths: every step with `KEYWARD_EVERY_DEATH` set, else every ninth (a whole
/// pass takes minutes in a debug build).
fn stride() -> usize {
    if std::env::var_os("KEYWARD_EVERY_DEATH").is_some() { 1 } else { 9 }
}

/// Cases played in one clinic; a new one then, because it lets thirty enrol in a minute from one
/// address, and a case is three people.
const CASES: usize = 9;

/// A handful of records.
fn small_bundle(seed: u64) -> Vec<u8> {
    bundle(seed, BundleKind::Collection, 4)
}

/// What every case shares.
struct Stage {
    world: World,
    fuse: Fuse,
    categories: Vec<Category>,
}

/// People of their own for every death, so that cases neither help nor slow each other down: a
/// patient with records and a space, a doctor who stays, and one whose share is taken back.
struct Case {
    device: Device,
    home: String,
    stays: Session,
    goes: Session,
}

impl Stage {
    fn new() -> Self {
        let categories = vec![Category::Profile, Category::Results, Category::Conditions];
        Self { world: World::new(), fuse: Fuse::new(), categories }
    }

    fn case(&self, n: i64) -> Case {
        let born = format!("19{:02}-01-02", 20 + n % 80);
        let device =
            self.world.fragile_patient(&self.fuse, &format!("Test-Ines{n}"), "Sample", &born);
        let session = device.start();
        keep_all(&session, &self.world.file("a.json", &small_bundle(1))).unwrap();
        let home = space(&session, "All", true);
        let stays = self.world.doctor(&format!("Dr Test-Lind {n}"));
        let goes = self.world.doctor(&format!("Dr Test-Moreau {n}"));
        Case { device, home, stays, goes }
    }

    fn draft(&self, session: &Session, case: &Case, doctor: &Session) -> ShareDraft {
        draft(&case.home, &find(session, &doctor.profile().name), &self.categories)
    }

    /// The doctor who stays reads the share whole.
    fn reads_all(&self, session: &Session, case: &Case, share: &str) {
        doctor::sync(&case.stays).unwrap();
        let chart = doctor::chart(&case.stays, share).unwrap();
        assert!(chart.alarms.is_empty(), "{:?}", chart.alarms);
        let items: usize = chart.chart.unwrap().sections.iter().map(|s| s.items.len()).sum();
        let view = sharing::one(session, share).unwrap();
        assert_eq!((view.state, view.waiting), (ShareState::Live, 0), "{:?}", view.problem);
        assert_eq!(items as u64, view.records);
        let counts = session.read().unwrap().count_records().unwrap();
        let expected: u64 = counts
            .into_iter()
            .filter(|(category, _)| self.categories.iter().any(|c| c.as_str() == category))
            .map(|(_, records)| records)
            .sum();
        assert_eq!(view.records, expected);
    }
}

fn keep_all(session: &Session, path: &std::path::Path) -> Result<(), ErrorCode> {
    let cancel = Cancel::new();
    let watch = Watch {
        progress: &Unwatched,
        cancel: &cancel,
        decide: &|_| ImportDecision::Keep,
        started: &|_| {},
    };
    import::run(session, &[path.to_owned()], &watch).map(drop).map_err(|error| error.code)
}

#[test]
fn sharing_survives_death_at_every_step() {
    let mut stage = Stage::new();
    for (turn, n) in (0..MOST).step_by(stride()).enumerate() {
        if turn % CASES == CASES - 1 {
            stage = Stage::new();
        }
        let case = stage.case(n);
        let session = case.device.start();
        let wanted = stage.draft(&session, &case, &case.stays);
        stage.fuse.light(n);
        let made = sharing::create(&session, &wanted).map(|view| view.id);
        try_sync(&session);
        let died = stage.fuse.mend();
        drop(session);
        // Started again. What was decided is carried out; what was not can be decided now.
        let session = case.device.start();
        let mut ids: Vec<String> =
            sharing::list(&session).unwrap().into_iter().map(|share| share.id).collect();
        if let Ok(id) = made {
            assert_eq!(ids, [id]);
        }
        if ids.is_empty() {
            ids.push(sharing::create(&session, &wanted).unwrap().id);
        }
        sync(&session);
        stage.reads_all(&session, &case, &ids[0]);
        if !died {
            assert!(n > 30, "only {n} steps were tried");
            return;
        }
    }
    panic!("still dying");
}

#[test]
fn feeding_extending_and_taking_back_survive_death_at_every_step() {
    let mut stage = Stage::new();
    for (turn, n) in (0..MOST).step_by(stride()).enumerate() {
        if turn % CASES == CASES - 1 {
            stage = Stage::new();
        }
        let case = stage.case(n);
        let session = case.device.start();
        let kept = stage.draft(&session, &case, &case.stays);
        let kept = sharing::create(&session, &kept).unwrap().id;
        let taken = stage.draft(&session, &case, &case.goes);
        let taken = sharing::create(&session, &taken).unwrap().id;
        sync(&session);
        let file = stage.world.file("more.json", &small_bundle(2));
        stage.fuse.light(n);
        let revoked = sharing::revoke(&session, &taken);
        let imported = keep_all(&session, &file);
        let extended = sharing::extend(&session, &kept, START + 100 * DAY);
        try_sync(&session);
        let died = stage.fuse.mend();
        drop(session);
        let session = case.device.start();
        // What was acknowledged still stands; what was not is done again.
        if revoked.is_ok() {
            assert_eq!(sharing::one(&session, &taken).unwrap().state, ShareState::Revoked);
        } else {
            sharing::revoke(&session, &taken).unwrap();
        }
        if extended.is_ok() {
            assert_eq!(sharing::one(&session, &kept).unwrap().until, START + 100 * DAY);
        }
        if imported.is_err() {
            keep_all(&session, &file).unwrap();
        }
        sync(&session);
        stage.reads_all(&session, &case, &kept);
        assert!(sharing::one(&session, &taken).unwrap().revoke_confirmed);
        let _ = doctor::sync(&case.goes);
        let chart = doctor::chart(&case.goes, &taken);
        assert!(chart.is_err() || chart.unwrap().chart.is_none());
        if !died {
            assert!(n > 30, "only {n} steps were tried");
            return;
        }
    }
    panic!("still dying");
}

fn fingerprints(session: &Session) -> BTreeSet<[u8; 32]> {
    let rows = session.read().unwrap().records(&RecordFilter::default()).unwrap();
    let set: BTreeSet<[u8; 32]> = rows.iter().map(|row| row.fingerprint).collect();
    assert_eq!(set.len(), rows.len(), "a record is stored twice");
    set
}

#[test]
fn importing_survives_death_at_every_step() {
    let world = World::new();
    let folder = world.folder.path().join("records");
    std::fs::create_dir(&folder).unwrap();
    for seed in 1..4 {
        std::fs::write(folder.join(format!("{seed}.json")), small_bundle(seed)).unwrap();
    }
    std::fs::write(folder.join("letter.pdf"), b"%PDF-1.7").unwrap();
    let whole = {
        let calm =
            world.person(keyward_app::views::common::Role::Patient, "Calm", world.network.clone());
        keep_all(&calm, &folder).unwrap();
        fingerprints(&calm)
    };
    let fuse = Fuse::new();
    for n in (0..MOST).step_by(stride()) {
        let device = world.unenrolled(&fuse);
        fuse.light(n);
        let outcome = keep_all(&device.start(), &folder);
        let died = fuse.mend();
        let session = device.start();
        if died {
            assert!(outcome.is_err() || fingerprints(&session) == whole);
            // Whole files or nothing of them.
            for view in import::list(&session).unwrap() {
                assert_eq!(view.records_left, view.report.resources + view.report.kept_as_source);
            }
        }
        keep_all(&session, &folder).unwrap();
        assert_eq!(fingerprints(&session), whole);
        for view in import::list(&session).unwrap() {
            import::undo(&session, &view.id).unwrap();
        }
        assert!(fingerprints(&session).is_empty());
        if !died {
            return;
        }
    }
    panic!("still dying");
}
