//! A computer is lost, its profile restored on another one, and the keys renewed: over the real
//! vaults, relay and authority.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyward_app::doctor;
use keyward_app::error::ErrorCode;
use keyward_app::patient::sharing;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::relay::Network;
use keyward_app::recovery::file::{FileSource, FileTarget};
use keyward_app::recovery::{kit, renew, restore, write};
use keyward_app::session::Session;
use keyward_app::views::common::Role;
use keyward_app::views::doctor::ReceivedState;
use keyward_app::views::patient::{ProofState, ShareState};
use keyward_app::views::recovery::KitWord;
use keyward_protocol::kit::{KitKeys, KitText};
use keyward_records::Category;
use keyward_relay_api::authority::persona::EPOCH_SECONDS;
use keyward_testkit::Persona;
use support::{DAY, Fuse, World, draft, find, import, share, space, sync};

/// Asks for a kit and confirms it; gives its text.
fn kit_of(session: &Session) -> String {
    kit::make(session).unwrap();
    let view = kit::show(session).unwrap();
    let asked = kit::status(session).unwrap().unwrap().asked;
    let word =
        |place: &u32| KitWord { place: *place, word: view.words[*place as usize - 1].clone() };
    let typed: Vec<KitWord> = asked.iter().map(word).collect();
    assert!(kit::confirm(session, &typed).unwrap().confirmed);
    view.text
}

fn back_up(session: &Session, path: &Path) {
    write::write(session, &mut FileTarget::new(path), &Unwatched, &Cancel::new()).unwrap();
}

fn path(world: &World) -> PathBuf {
    world.folder.path().join("anna.keyward-backup")
}

fn anna(world: &World) -> Session {
    let network = Arc::clone(&world.network) as Arc<dyn Network>;
    let anna = world.patient_over("Test-Anna Maria", "Muster-Sample", "1961-03-14", network);
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    anna
}

/// The newest version of the backup in a new, empty profile.
fn restored(world: &World, text: &str) -> Session {
    let network = Arc::clone(&world.network) as Arc<dyn Network>;
    let session = world.person(Role::Patient, "Test-Anna Maria", network);
    restore_into(world, &session, text);
    session
}

fn restore_into(world: &World, session: &Session, text: &str) {
    let secret = KitText::parse(text).unwrap().secret;
    let mut source = FileSource::open(&path(world)).unwrap();
    let versions = source.versions(&KitKeys::of(&secret).unwrap()).unwrap();
    let newest = versions.last().unwrap();
    restore::restore(session, &secret, newest, &mut source, &Unwatched, &Cancel::new()).unwrap();
}

fn try_sync(session: &Session) -> Result<(), keyward_app::error::AppError> {
    sharing::sync(session, &Unwatched, &Cancel::new())
}

/// What a profile with replaced keys is told.
fn check_refused(session: &Session) {
    let refused = try_sync(session).unwrap_err();
    assert_eq!(refused.code, ErrorCode::RelayRefused);
    assert_eq!(refused.params.get("problem").map(String::as_str), Some("persona-replaced"));
}

fn reads(doctor: &Session, share: &str) -> bool {
    doctor::sync(doctor).unwrap();
    doctor::chart(doctor, share).unwrap().chart.is_some()
}

#[test]
fn a_restored_profile_gets_keys_of_its_own_and_the_lost_ones_are_refused_at_once() {
    let world = World::new();
    let anna = anna(&world);
    let [one, two, three] =
        ["Dr Test One", "Dr Test Two", "Dr Test Three"].map(|name| world.doctor(name));
    let heart = space(&anna, "Heart", true);
    let give = |to: &str| draft(&heart, &find(&anna, to), &[Category::Conditions]);
    let first = share(&anna, &give("Dr Test One"));
    let second = share(&anna, &give("Dr Test Two"));
    assert!(reads(&one, &first));
    sync(&anna);
    // The kit is asked for after she was certified, and recovers her all the same.
    let text = kit_of(&anna);
    back_up(&anna, &path(&world));
    let third = share(&anna, &give("Dr Test Three"));
    world.clock.advance(3_600);
    assert!(reads(&two, &second) && reads(&three, &third));

    let restored = restored(&world, &text);
    let status = renew::status(&restored).unwrap().unwrap();
    assert_eq!((status.waiting, status.desk), (2, false));
    // Out of reach of everything she already decides to stop one.
    sharing::decide_revocation(&restored, &second).unwrap();
    world.clock.advance(60);
    sync(&restored);

    let status = renew::status(&restored).unwrap().unwrap();
    assert_eq!((status.waiting, status.desk, status.unknown_shares), (0, false, 1));
    assert_eq!(status.ended, [first.as_str()], "what she could give again");
    // The lost computer: nothing any more of what was shared, and nothing at the clinic.
    check_refused(&anna);

    // The doctors are told that it ended.
    for (doctor, share) in [(&one, &first), (&two, &second), (&three, &third)] {
        assert!(!reads(doctor, share));
        let chart = doctor::chart(doctor, share).unwrap();
        assert_eq!(chart.share.state, ReceivedState::Revoked);
    }
    // Who looked before the backup (at the first) and after it (at the second) is known, and proved.
    for id in [&first, &second] {
        let share = sharing::one(&restored, id).unwrap();
        assert_eq!((share.state, share.revoke_confirmed), (ShareState::Revoked, true));
        let looked = share.accesses;
        assert_eq!(looked.len(), 1, "{looked:?}");
        assert!(looked.iter().all(|it| it.proof == ProofState::Verified && it.category.is_some()));
    }

    // She shares again, the doctor reads, and she stops it.
    let give = draft(&heart, &find(&restored, "Dr Test One"), &[Category::Conditions]);
    let again = share(&restored, &give);
    assert!(reads(&one, &again));
    sync(&restored);
    let looked = sharing::one(&restored, &again).unwrap().accesses;
    assert!(!looked.is_empty() && looked.iter().all(|it| it.proof == ProofState::Verified));
    assert!(sharing::revoke(&restored, &again).unwrap().confirmed);
    assert!(!reads(&one, &again));

    // A credential that nobody can tell from others cannot be called back: what the lost computer had of it
    // certifies others until its epoch is over. Then there is no other.
    let in_a_new_space = |name: &str| {
        let place = space(&anna, name, false);
        let mut more = draft(&place, &find(&anna, "Dr Test One"), &[Category::Medications]);
        more.until = world.clock.now() + 30 * DAY;
        let id = sharing::create(&anna, &more).unwrap().id;
        try_sync(&anna).unwrap_err();
        sharing::one(&anna, &id).unwrap().state
    };
    assert_eq!(in_a_new_space("Knee"), ShareState::Live);
    world.clock.advance(EPOCH_SECONDS);
    assert_eq!(in_a_new_space("Ankle"), ShareState::Pending);
}

#[test]
fn who_restores_twice_goes_on_with_the_later_one() {
    let world = World::new();
    let anna = anna(&world);
    let doctor = world.doctor("Dr Test One");
    let heart = space(&anna, "Heart", false);
    let kinds = [Category::Conditions];
    share(&anna, &draft(&heart, &find(&anna, "Dr Test One"), &kinds));
    let text = kit_of(&anna);
    back_up(&anna, &path(&world));

    let first = restored(&world, &text);
    world.clock.advance(60);
    sync(&first);
    let given = share(&first, &draft(&heart, &find(&first, "Dr Test One"), &kinds));
    assert!(reads(&doctor, &given));
    // Lost again, before a backup was made: the same old backup once more.
    let second = restored(&world, &text);
    world.clock.advance(60);
    sync(&second);
    assert_eq!(renew::status(&second).unwrap().unwrap().waiting, 0);
    check_refused(&first);
    check_refused(&anna);
    assert!(!reads(&doctor, &given));
    let given = share(&second, &draft(&heart, &find(&second, "Dr Test One"), &kinds));
    assert!(reads(&doctor, &given));

    // And from a backup that the second one made.
    back_up(&second, &path(&world));
    let third = restored(&world, &text);
    world.clock.advance(60);
    sync(&third);
    check_refused(&second);
    let given = share(&third, &draft(&heart, &find(&third, "Dr Test One"), &kinds));
    assert!(reads(&doctor, &given));
}

#[test]
fn a_restore_that_nobody_was_told_of_changes_nothing_for_the_first_computer() {
    let world = World::new();
    let anna = anna(&world);
    let doctor = world.doctor("Dr Test One");
    let heart = space(&anna, "Heart", false);
    let given = share(&anna, &draft(&heart, &find(&anna, "Dr Test One"), &[Category::Conditions]));
    let text = kit_of(&anna);
    back_up(&anna, &path(&world));
    let waiting = restored(&world, &text);
    assert_eq!(renew::status(&waiting).unwrap().unwrap().waiting, 2);
    assert_eq!(renew::status(&anna).unwrap(), None);
    sync(&anna);
    assert!(reads(&doctor, &given));
}

#[test]
fn a_renewal_that_dies_at_any_step_is_finished_after_the_next_start() {
    let mut deaths = 0;
    for step in (0..).step_by(3) {
        // A clinic each: a person gets few credentials in one epoch.
        let world = World::new();
        let anna = anna(&world);
        let doctor = world.doctor("Dr Test One");
        let heart = space(&anna, "Heart", true);
        let kinds = [Category::Conditions];
        let give = |session: &Session| {
            share(session, &draft(&heart, &find(session, "Dr Test One"), &kinds))
        };
        let first = give(&anna);
        assert!(reads(&doctor, &first));
        let text = kit_of(&anna);
        back_up(&anna, &path(&world));
        let fuse = Fuse::new();
        let device = world.unenrolled(&fuse);
        restore_into(&world, &device.start(), &text);
        world.clock.advance(60);
        fuse.light(step);
        let _ = try_sync(&device.start());
        let died = fuse.mend();
        let session = device.start();
        sync(&session);
        let status = renew::status(&session).unwrap().unwrap();
        assert_eq!((status.waiting, status.desk), (0, false), "step {step}");
        assert!(status.ended.contains(&first), "step {step}");
        check_refused(&anna);
        let looked = sharing::one(&session, &first).unwrap().accesses;
        assert_eq!(looked.len(), 1, "step {step}");
        let given = give(&session);
        assert!(reads(&doctor, &given), "step {step}");
        if !died {
            break;
        }
        deaths += 1;
    }
    assert!(deaths > 5, "{deaths} deaths");
}

#[test]
fn a_new_kit_recovers_the_enrolment_at_once() {
    let world = World::new();
    let anna = anna(&world);
    let old = kit_of(&anna);
    let new = kit_of(&anna);
    assert_ne!(old, new);
    sync(&anna);
    back_up(&anna, &path(&world));
    let restored = restored(&world, &new);
    world.clock.advance(60);
    sync(&restored);
    let status = renew::status(&restored).unwrap().unwrap();
    assert_eq!((status.waiting, status.desk), (0, false));
    // Nobody is certified on the first computer any more.
    let doctor = world.doctor("Dr Test One");
    let heart = space(&anna, "Heart", false);
    let give = draft(&heart, &find(&anna, "Dr Test One"), &[Category::Conditions]);
    sharing::create(&anna, &give).unwrap();
    assert_eq!(try_sync(&anna).unwrap_err().code, ErrorCode::AuthorityRefused);
    let heart = space(&restored, "Heart", false);
    let give = draft(&heart, &find(&restored, "Dr Test One"), &[Category::Conditions]);
    let given = share(&restored, &give);
    assert!(reads(&doctor, &given));
}
