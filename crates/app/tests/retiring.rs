//! A space is put away: what it shares ends, the relay forgets its persona and signs that, and what she knows of it stays.
//! Over the real vaults, relay and authority.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::sync::Arc;

use keyward_app::doctor;
use keyward_app::error::ErrorCode;
use keyward_app::patient::{sharing, spaces};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::vault::Collection;
use keyward_app::rhythm;
use keyward_app::session::Session;
use keyward_app::views::patient::{ShareState, SpaceDraft, Travel};
use keyward_records::Category;
use keyward_testkit::Persona;
use support::kits::{back_up, kit_of, restore_into};
use support::tamper::{TamperNetwork, Tricks};
use support::{Fuse, World, draft, find, import, share, space, sync};

const DOCTOR: &str = "Dr Test One";

/// A patient who shares in one space, and the doctor has read it.
fn shared(world: &World, tricks: &Arc<Tricks>) -> (Session, Session, String, String) {
    let doctor = world.doctor(DOCTOR);
    let network = TamperNetwork { inner: world.network.clone(), tricks: Arc::clone(tricks) };
    let anna = world.patient_over("Test-Anna", "Muster-Sample", "1961-03-14", Arc::new(network));
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    let heart = space(&anna, "Heart", true);
    let id = share(&anna, &draft(&heart, &find(&anna, DOCTOR), &[Category::Results]));
    doctor::sync(&doctor).unwrap();
    assert!(doctor::chart(&doctor, &id).unwrap().chart.is_some());
    world.clock.advance(60);
    (anna, doctor, heart, id)
}

fn known_personas(world: &World) -> u64 {
    world.known_personas()
}

#[test]
fn what_it_shares_ends_and_the_relay_forgets_it_with_a_receipt() {
    let world = World::new();
    let tricks = Arc::new(Tricks::default());
    let (anna, doctor, heart, id) = shared(&world, &tricks);
    let knee = space(&anna, "Knee", false);
    let second = share(&anna, &draft(&knee, &find(&anna, DOCTOR), &[Category::Conditions]));
    let personas = known_personas(&world);

    let put_away = spaces::decide_retirement(&anna, &heart).unwrap();
    assert!(put_away.deleting && put_away.deleted.is_none() && put_away.name == "Heart");
    let left: Vec<String> = spaces::list(&anna).unwrap().into_iter().map(|it| it.id).collect();
    assert_eq!(left, std::slice::from_ref(&knee));
    let view = sharing::one(&anna, &id).unwrap();
    assert_eq!((view.state, view.revoke_confirmed), (ShareState::Revoked, false));
    sync(&anna);
    let gone = spaces::retired(&anna).unwrap().remove(0);
    assert!(!gone.deleting && gone.deleted.is_some(), "{gone:?}");
    assert_eq!(known_personas(&world), personas - 1);
    let view = sharing::one(&anna, &id).unwrap();
    assert!(view.revoke_confirmed && view.fetched > 0, "who looked is known still");
    assert!(!sharing::accesses(&anna).unwrap().is_empty());
    let tx = anna.read().unwrap();
    assert!(tx.list_prefix(Collection::Outbox, &heart).unwrap().is_empty());
    drop(tx);

    assert_eq!(doctor::sync(&doctor).unwrap().ended, std::slice::from_ref(&id));
    assert!(doctor::chart(&doctor, &id).unwrap().chart.is_none());
    // The other space is untouched, and the name is free.
    doctor::sync(&doctor).unwrap();
    assert!(doctor::chart(&doctor, &second).unwrap().chart.is_some());
    space(&anna, "Heart", true);
    // Nothing is done with it any more.
    for refused in [
        spaces::decide_retirement(&anna, &heart).map(drop),
        spaces::rename(&anna, &heart, "Again", "heart").map(drop),
        sharing::create(&anna, &draft(&heart, &find(&anna, DOCTOR), &[Category::Results]))
            .map(drop),
        sharing::send_now(&anna, &heart, &Unwatched, &Cancel::new()),
    ] {
        assert_eq!(refused.unwrap_err().code, ErrorCode::NotFound);
    }
}

#[test]
fn without_the_relay_the_decision_stands_and_is_carried_out_later() {
    let world = World::new();
    let tricks = Arc::new(Tricks::default());
    let (anna, doctor, heart, id) = shared(&world, &tricks);
    *tricks.silent.lock().unwrap() = true;
    spaces::decide_retirement(&anna, &heart).unwrap();
    assert!(sharing::sync(&anna, &Unwatched, &Cancel::new()).is_err());
    assert!(spaces::retired(&anna).unwrap()[0].deleting);
    let knee = space(&anna, "Knee", false);
    assert!(!spaces::retire(&anna, &knee).unwrap().deleting, "it was nowhere");
    *tricks.silent.lock().unwrap() = false;
    sync(&anna);
    assert!(!spaces::retired(&anna).unwrap()[0].deleting);
    assert!(sharing::one(&anna, &id).unwrap().revoke_confirmed);
    doctor::sync(&doctor).unwrap();
    assert!(doctor::chart(&doctor, &id).unwrap().chart.is_none());
}

#[test]
fn it_does_not_wait_for_a_turn_where_things_travel_apart() {
    let world = World::new();
    let tricks = Arc::new(Tricks::default());
    let (anna, _, heart, _) = shared(&world, &tricks);
    rhythm::choose(&anna, Travel::Apart).unwrap();
    spaces::decide_retirement(&anna, &heart).unwrap();
    sync(&anna);
    assert!(!spaces::retired(&anna).unwrap()[0].deleting);
    sync(&anna);
}

#[test]
fn nobody_is_asked_of_what_was_never_shared() {
    let world = World::new();
    let tricks = Arc::new(Tricks::default());
    let (anna, ..) = shared(&world, &tricks);
    let knee = space(&anna, "Knee", false);
    *tricks.silent.lock().unwrap() = true;
    let gone = spaces::decide_retirement(&anna, &knee).unwrap();
    assert!(!gone.deleting && gone.deleted.is_none());
}

#[test]
fn those_put_away_take_no_place_of_others() {
    let world = World::new();
    let tricks = Arc::new(Tricks::default());
    let (anna, ..) = shared(&world, &tricks);
    rhythm::choose(&anna, Travel::Apart).unwrap();
    let fill = |count: usize, name: &str| {
        for n in 0..count {
            space(&anna, &format!("{name} {n}"), false);
        }
    };
    fill(23, "Space");
    let one_more = || {
        spaces::create(
            &anna,
            &SpaceDraft { name: "More".into(), icon: "leaf".into(), shows_name: false },
        )
    };
    assert_eq!(one_more().unwrap_err().params["field"], "name");
    let last = spaces::list(&anna).unwrap().pop().unwrap();
    spaces::retire(&anna, &last.id).unwrap();
    one_more().unwrap();
}

#[test]
fn a_restored_profile_knows_that_it_was_put_away() {
    let world = World::new();
    let tricks = Arc::new(Tricks::default());
    let (anna, _, heart, _) = shared(&world, &tricks);
    let (text, path) = (kit_of(&anna), world.folder.path().join("anna.kwb"));
    back_up(&anna, &path);
    spaces::decide_retirement(&anna, &heart).unwrap();
    sync(&anna);
    back_up(&anna, &path);
    let network = Arc::clone(&world.network) as Arc<dyn keyward_app::ports::relay::Network>;
    let back = world.person(keyward_app::views::common::Role::Patient, "Test-Anna", network);
    restore_into(&back, &text, &path).unwrap();
    sync(&back);
    assert!(spaces::list(&back).unwrap().is_empty());
    assert!(spaces::retired(&back).unwrap()[0].deleted.is_some());
    let waiting = keyward_app::recovery::renew::status(&back).unwrap().unwrap().waiting;
    assert_eq!(waiting, 0, "nobody replaces what is forgotten");
}

/// The device dies at every step; started again it comes to the same end.
#[test]
fn it_survives_death_at_every_step() {
    let world = World::new();
    let fuse = Fuse::new();
    let doctor = world.doctor(DOCTOR);
    for n in 0..400 {
        let device = world.fragile_patient(&fuse, &format!("Test-Ines{n}"), "Sample", "1950-01-02");
        let session = device.start();
        import(&session, &world.file("a.json", &Persona::HeartWoman.bundle(1)));
        let heart = space(&session, "Heart", true);
        let id = share(&session, &draft(&heart, &find(&session, DOCTOR), &[Category::Results]));
        fuse.light(n);
        let _ = spaces::decide_retirement(&session, &heart);
        let _ = sharing::sync(&session, &Unwatched, &Cancel::new());
        let died = fuse.mend();
        drop(session);
        let session = device.start();
        if spaces::list(&session).unwrap().len() == 1 {
            assert_eq!(sharing::one(&session, &id).unwrap().state, ShareState::Live, "death {n}");
            spaces::decide_retirement(&session, &heart).unwrap();
        }
        sync(&session);
        assert!(!spaces::retired(&session).unwrap()[0].deleting, "death {n}");
        let view = sharing::one(&session, &id).unwrap();
        assert!(view.state == ShareState::Revoked && view.revoke_confirmed, "death {n}");
        world.clock.advance(120);
        if !died {
            let _ = doctor::sync(&doctor);
            return;
        }
    }
    panic!("it never came to its end");
}
