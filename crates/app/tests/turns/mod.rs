//! Where things travel apart: whose turn it is when more than news waits. Certificates that run out, a credential that
//! is used up, what the clinic is told by name, what is to be deleted, and a profile that was restored.

use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use keyward_app::ports::relay::ServiceAddress;
use keyward_app::ports::vault::Collection;
use keyward_app::recovery::at_relay::RelaySource;
use keyward_app::recovery::{renew, restore};
use keyward_app::store;
use keyward_app::views::common::Role;
use keyward_protocol::certificate::AnonymousCertificate;
use keyward_protocol::kit::{KitKeys, KitText};
use keyward_relay_api::authority::credential::{CREDENTIAL_LIMIT, validity};

use super::*;
use crate::support::kits::kit_of;

impl Scene {
    /// As [`Scene::shared`], for so long.
    fn shared_until(names: &[String], until: u64) -> (Self, Vec<String>) {
        let scene = Self::new();
        scene.add(7);
        let card = find(&scene.anna, "Dr Test-Okafor");
        let ids: Vec<String> = names.iter().map(|name| space(&scene.anna, name, false)).collect();
        for id in &ids {
            let mut wanted = draft(id, &card, &[Category::Results]);
            wanted.until = until;
            sharing::create(&scene.anna, &wanted).unwrap();
        }
        support::sync(&scene.anna);
        (scene, ids)
    }

    /// A backup at the relay, and from now on everything apart; its kit and its key.
    fn backed_up(&self) -> (String, String) {
        let kit = kit_of(&self.anna);
        // The clinic is told of it at once.
        support::sync(&self.anna);
        at_relay::switch_on(&self.anna).unwrap();
        self.back_up();
        let (_, key) = self.heard().pop().unwrap();
        rhythm::choose(&self.anna, Travel::Apart).unwrap();
        self.world.clock.advance(DAY);
        self.asked.lock().unwrap().clear();
        (kit, key)
    }

    fn back_up(&self) {
        let spool = self.world.folder.path();
        at_relay::back_up(&self.anna, spool, &Unwatched, &Cancel::new()).unwrap();
    }

    fn back_up_alone(&self) {
        back_up_alone(self, &self.anna);
    }

    /// An opening a day, for two of its exchanges.
    fn day(&self) {
        for _ in 0..2 {
            self.alone();
            self.back_up_alone();
            self.world.clock.advance(60);
        }
        self.world.clock.advance(DAY - 120);
    }

    /// Whether a space has a certificate that holds.
    fn holds(&self, id: &str) -> bool {
        let space = Space::load(&*self.anna.read().unwrap(), id).unwrap();
        let held = AnonymousCertificate::unverified(space.certificate.as_ref().unwrap()).unwrap();
        validity(held.epoch).unwrap().contains(&self.world.clock.now())
    }
}

fn back_up_alone(scene: &Scene, session: &Session) {
    let spool = scene.world.folder.path();
    at_relay::go_on_alone(session, spool, &Unwatched, &Cancel::new()).unwrap();
}

fn first_of(epoch: u64) -> u64 {
    epoch * EPOCH_SECONDS
}

/// What the clinic is told by name is told alone.
fn check_by_name(heard: &[(u64, String)]) {
    let by_name = |what: &str| matches!(what, "issue" | "recovery");
    for (at, _) in heard.iter().filter(|(_, what)| by_name(what)) {
        for (then, other) in heard.iter().filter(|(_, what)| !by_name(what)) {
            assert!(at.abs_diff(*then) >= BETWEEN, "by name {at}, {other} {then}");
        }
    }
}

/// As many spaces as there can be and the backup, day by day over the ends of two epochs.
#[test]
fn of_as_many_spaces_as_there_can_be_none_lapses() {
    let names: Vec<String> = (0..24).map(|n| format!("Space {n}")).collect();
    let (scene, ids) = Scene::shared_until(&names, START + 300 * DAY);
    scene.backed_up();
    while scene.world.clock.now() < first_of(epoch_at(START) + 3) + DAY {
        let day = (scene.world.clock.now() - START) / DAY;
        scene.alone();
        scene.back_up_alone();
        let over: Vec<usize> = (0..ids.len()).filter(|n| !scene.holds(&ids[*n])).collect();
        assert!(over.is_empty(), "day {day}: {over:?}");
        // Early in an epoch nothing is renewed; some days less are as good.
        let early = scene.world.clock.now() % EPOCH_SECONDS < 38 * DAY;
        scene.world.clock.advance(if early { 4 * DAY } else { DAY });
    }
    check_by_name(&scene.heard());
    let kept = status::status(&scene.anna).unwrap().relay;
    assert!(scene.world.clock.now() - kept.complete.unwrap() < 60 * DAY, "{kept:?}");
}

/// What comes back from the backup at the relay with a kit.
fn restored(scene: &Scene, kit: &KitText) -> Session {
    let heard = heard(&scene.world, &scene.asked, &scene.away);
    let back = scene.world.person(Role::Patient, "Test-Anna", heard);
    let keys = KitKeys::of(&kit.secret).unwrap();
    let at = ServiceAddress::unknown("this-computer:relay");
    let mut source = RelaySource::open(&*scene.world.network, &at, &keys).unwrap();
    let versions = source.versions(&keys).unwrap();
    let (newest, none) = (versions.last().unwrap(), &Unwatched);
    restore::restore(&back, &kit.secret, newest, &mut source, none, &Cancel::new()).unwrap();
    back
}

/// Her computer is gone, and her clinic out of reach: the backup goes on. Once the clinic is there the lost keys are
/// replaced at once.
#[test]
fn the_backup_of_a_restored_profile_goes_on_before_its_clinic_answers() {
    let (scene, ids, _) = Scene::shared(&["Heart", "Knee"]);
    rhythm::choose(&scene.anna, Travel::AtOnce).unwrap();
    let kit = KitText::parse(&scene.backed_up().0).unwrap();
    // The setting is in the backup.
    scene.back_up();
    scene.away.clinic.store(true, Ordering::SeqCst);
    let back = restored(&scene, &kit);
    assert_eq!(rhythm::travel(&*back.read().unwrap()).unwrap(), Travel::Apart);
    scene.asked.lock().unwrap().clear();
    let begun = scene.world.clock.now();
    let complete = || status::status(&back).unwrap().relay.complete;
    let day = || {
        // The clinic is missed, and that is said.
        let _ = sharing::sync(&back, &Unwatched, &Cancel::new());
        back_up_alone(&scene, &back);
        credential::work_ahead(&back, Pace::Spaced).unwrap();
        scene.world.clock.advance(DAY);
    };
    for _ in 0..12 {
        day();
    }
    assert!(complete().is_some_and(|at| at > begun + 6 * DAY), "{:?}", complete());
    assert!(scene.heard().iter().all(|(_, who)| who.len() > 10), "{:?}", scene.heard());

    scene.away.clinic.store(false, Ordering::SeqCst);
    sharing::sync(&back, &Unwatched, &Cancel::new()).unwrap();
    assert_eq!(renew::status(&back).unwrap().unwrap().waiting, 0, "at once");
    assert_eq!(spaces::list(&back).unwrap().len(), ids.len());
    scene.world.clock.advance(DAY);
    scene.asked.lock().unwrap().clear();
    let before = complete();
    for _ in 0..12 {
        day();
    }
    assert!(complete() > before);
    check_apart(&scene.heard());
}

/// The clinic would not replace the lost key: it is asked again now and then, and not beside the backup. Nor is it asked
/// by name for those who could take access away, because it would certify none of them.
#[test]
fn a_lost_key_that_was_refused_is_told_of_seldom_and_alone() {
    let (scene, _, shares) = Scene::shared(&["Heart", "Knee"]);
    rhythm::choose(&scene.anna, Travel::AtOnce).unwrap();
    let kit = KitText::parse(&scene.backed_up().0).unwrap();
    scene.back_up();
    let back = restored(&scene, &kit);
    // As of a kit that signs for no key the clinic knows.
    change_renewal(&back, |renewal| renewal["enrolment"]["statements"] = serde_json::json!([]));
    assert!(sharing::sync(&back, &Unwatched, &Cancel::new()).is_err());
    assert!(renew::status(&back).unwrap().unwrap().desk);
    sharing::decide_revocation(&back, &shares[0]).unwrap();
    scene.world.clock.advance(DAY);
    scene.asked.lock().unwrap().clear();
    let told = || times_of(&scene.heard(), "recovery");
    let day = || {
        for _ in 0..2 {
            let _ = sharing::sync(&back, &Unwatched, &Cancel::new());
            back_up_alone(&scene, &back);
            scene.world.clock.advance(60);
        }
        scene.world.clock.advance(DAY - 120);
    };
    // That it has no time is no answer.
    scene.away.busy.store(true, Ordering::SeqCst);
    (0..8).take_while(|_| told().is_empty()).for_each(|_| day());
    assert_eq!(told().len(), 2, "tried again at once");
    scene.away.busy.store(false, Ordering::SeqCst);
    (0..28).for_each(|_| day());
    let heard = scene.heard();
    check_by_name(&heard);
    let told = told();
    assert!(told[2] - told[1] < 5 * DAY && (4..=6).contains(&told.len()), "{told:?}");
    assert!(heard.iter().any(|(_, who)| who.len() > 10), "the backup goes on");
    assert!(times_of(&heard, "issue").is_empty(), "{heard:?}");

    // Without anything that could be said to the clinic, its desk is waited for.
    change_renewal(&back, |renewal| renewal["enrolment"] = serde_json::Value::Null);
    let mark = heard.len();
    day();
    assert!(scene.heard()[mark..].iter().all(|(_, who)| who.len() > 10), "{:?}", scene.heard());
}

fn change_renewal(session: &Session, change: impl FnOnce(&mut serde_json::Value)) {
    let (mut tx, row) = (session.begin().unwrap(), "recovery/renewal");
    let mut renewal: serde_json::Value = store::load(&*tx, Collection::Jobs, row).unwrap().unwrap();
    change(&mut renewal);
    store::save(&mut *tx, Collection::Jobs, row, &renewal).unwrap();
    tx.commit().unwrap();
}

/// When something was heard.
fn times_of(heard: &[(u64, String)], what: &str) -> Vec<u64> {
    heard.iter().filter(|(_, heard)| heard == what).map(|(at, _)| *at).collect()
}

/// Nothing more can be certified in this epoch: nobody has a turn for that, and what can be done goes on.
#[test]
fn a_credential_that_is_used_up_takes_no_turns() {
    let names = ["Heart", "Knee"].map(str::to_owned);
    let (scene, ids) = Scene::shared_until(&names, START + 250 * DAY);
    rhythm::choose(&scene.anna, Travel::Apart).unwrap();
    let begin = first_of(epoch_at(START) + 1);
    for day in 40..50 {
        scene.world.clock.set(begin + day * DAY);
        scene.alone();
    }
    let mut tx = scene.anna.begin().unwrap();
    let row = "credential/held";
    let mut held: serde_json::Value = store::load(&*tx, Collection::Jobs, row).unwrap().unwrap();
    held["next"] = CREDENTIAL_LIMIT.into();
    store::save(&mut *tx, Collection::Jobs, row, &held).unwrap();
    tx.commit().unwrap();
    scene.asked.lock().unwrap().clear();
    for day in 76..86 {
        scene.world.clock.set(begin + day * DAY);
        scene.alone();
    }
    let heard = scene.heard();
    check_apart(&heard);
    let days: BTreeSet<u64> = heard.iter().map(|(at, _)| (at - begin) / DAY).collect();
    // Each is looked into once a week, and no more.
    assert!((2..=4).contains(&days.len()), "{days:?}");
    // In the next epoch they are certified, one after the other.
    for day in 86..175 {
        scene.world.clock.set(begin + day * DAY);
        scene.alone();
    }
    assert!(ids.iter().all(|id| scene.holds(id)));
}

#[test]
fn what_the_clinic_is_told_by_name_is_told_in_an_opening_of_its_own() {
    let (scene, ids, _) = Scene::shared(&["Heart", "Knee"]);
    rhythm::choose(&scene.anna, Travel::AtOnce).unwrap();
    // The first is the one that was made without a word.
    kit_of(&scene.anna);
    support::sync(&scene.anna);
    rhythm::choose(&scene.anna, Travel::Apart).unwrap();
    scene.asked.lock().unwrap().clear();
    kit_of(&scene.anna);
    for day in 0..12 {
        scene.add(8 + day);
        scene.day();
    }
    let heard = scene.heard();
    let told = times_of(&heard, "recovery");
    assert_eq!(told.len(), 1, "{heard:?}");
    assert!(told[0] < START + 2 * DAY, "soon: {told:?}");
    check_by_name(&heard);
    let key = |id: &String| heard.iter().any(|(_, who)| *who == scene.key(id));
    assert!(ids.iter().all(key));
}

/// Clinic and relay together would be told whose the space is. What ends goes first, also of a space that had its turn
/// in this round.
#[test]
fn the_clinic_is_told_nothing_by_name_beside_what_ends() {
    let (scene, ids, shares) = Scene::shared(&["Heart", "Knee"]);
    rhythm::choose(&scene.anna, Travel::AtOnce).unwrap();
    kit_of(&scene.anna);
    support::sync(&scene.anna);
    rhythm::choose(&scene.anna, Travel::Apart).unwrap();
    scene.add(8);
    scene.alone();
    let (_, turn) = scene.heard().pop().unwrap();
    let served = ids.iter().position(|id| scene.key(id) == turn).unwrap();
    scene.world.clock.advance(DAY);
    scene.asked.lock().unwrap().clear();
    // Which key recovers her presses, and comes next.
    kit_of(&scene.anna);
    assert!(sharing::revoke(&scene.anna, &shares[served]).unwrap().confirmed);
    for _ in 0..2 {
        scene.world.clock.advance(60);
        scene.alone();
    }
    let heard = scene.heard();
    assert!(heard.iter().all(|(_, who)| *who == turn), "{heard:?}");
    scene.world.clock.advance(DAY);
    scene.alone();
    assert_eq!(times_of(&scene.heard(), "recovery"), [scene.world.clock.now()]);
    check_by_name(&scene.heard());
}

/// Another computer with the same kit has switched the backup off. The place that takes the place of the forgotten one
/// is certified by a credential that was asked for in another opening.
#[test]
fn a_forgotten_place_asks_nothing_by_name_beside_its_backup() {
    let (scene, _, _) = Scene::shared(&["Heart"]);
    rhythm::choose(&scene.anna, Travel::AtOnce).unwrap();
    scene.backed_up();
    let copy = scene.world.open_copy(&scene.world.copy_of_profiles(), "Test-Anna");
    at_relay::switch_off(&copy).unwrap();
    scene.world.clock.set(first_of(epoch_at(START) + 1) + 3_600);
    scene.asked.lock().unwrap().clear();
    let begun = scene.world.clock.now();
    for _ in 0..14 {
        scene.day();
    }
    check_by_name(&scene.heard());
    assert!(scene.heard().iter().any(|(_, what)| what == "issue"), "{:?}", scene.heard());
    let kept = status::status(&scene.anna).unwrap().relay;
    assert!(kept.complete.unwrap() > begun && kept.problem.is_none(), "{kept:?}");
}

#[test]
fn what_she_has_deleted_goes_first_and_takes_the_opening() {
    for relay_was_away in [true, false] {
        let (scene, _, _) = Scene::shared(&["Heart", "Knee"]);
        rhythm::choose(&scene.anna, Travel::AtOnce).unwrap();
        let (_, place) = scene.backed_up();
        let deleting = || status::status(&scene.anna).unwrap().relay.deleting;
        if relay_was_away {
            *scene.away.backup.lock().unwrap() = Some(place);
            at_relay::switch_off(&scene.anna).unwrap();
            assert!(deleting());
            *scene.away.backup.lock().unwrap() = None;
        }
        scene.world.clock.advance(DAY);
        scene.add(8);
        scene.asked.lock().unwrap().clear();
        match relay_was_away {
            true => scene.back_up_alone(),
            false => at_relay::switch_off(&scene.anna).unwrap(),
        }
        assert!(!deleting(), "at once");
        scene.alone();
        check_apart(&scene.heard());
        scene.world.clock.advance(DAY);
        scene.alone();
        assert!(scene.heard().iter().any(|(at, _)| *at == scene.world.clock.now()));
    }
}

/// What lay under a kit that was replaced is deleted in a turn of the backup, also if that takes several.
#[test]
fn what_lay_under_a_former_kit_is_deleted_in_the_backup_s_turn() {
    let (scene, _, _) = Scene::shared(&["Heart", "Knee"]);
    rhythm::choose(&scene.anna, Travel::AtOnce).unwrap();
    let (_, former) = scene.backed_up();
    kit_of(&scene.anna);
    // It cannot be forgotten at first.
    *scene.away.backup.lock().unwrap() = Some(former);
    let relay = || status::status(&scene.anna).unwrap().relay;
    for _ in 0..30 {
        scene.add(8 + scene.world.clock.now() / DAY % 7);
        scene.day();
        if relay().problem.is_some() {
            break;
        }
    }
    assert!(relay().problem.is_some() && relay().deleted.is_none(), "{:?}", relay());
    // Nor is that tried beside the turns of others: once a turn of the backup can reach it, it is done, also if nothing
    // more can be sent.
    let complete = relay().complete;
    let spaces: Vec<String> =
        spaces::list(&scene.anna).unwrap().iter().map(|it| scene.key(&it.id)).collect();
    let is_place = |who: &String| who.len() > 10 && !spaces.contains(who);
    let place = scene.heard().into_iter().map(|(_, who)| who).find(is_place);
    *scene.away.backup.lock().unwrap() = place;
    for _ in 0..16 {
        scene.add(8 + scene.world.clock.now() / DAY % 7);
        scene.alone();
        let spool = scene.world.folder.path();
        let _ = at_relay::go_on_alone(&scene.anna, spool, &Unwatched, &Cancel::new());
        scene.world.clock.advance(DAY);
    }
    assert!(complete.is_some() && relay().complete == complete, "{:?}", relay());
    assert!(relay().deleted.is_some() && relay().problem.is_some(), "{:?}", relay());
    // The two places are one line.
    let heard: Vec<(u64, String)> = scene
        .heard()
        .into_iter()
        .map(|(at, who)| {
            let line = if is_place(&who) { "backup".to_owned() } else { who };
            (at, line)
        })
        .filter(|(_, who)| who != "certify")
        .collect();
    check_apart(&heard);
}

/// Made early in an epoch: the clinic confirms it late in that one, not in the next, and it goes as was said.
#[test]
fn a_space_without_a_persona_goes_by_the_date_that_was_said() {
    let names = ["Heart", "Knee", "Skin"].map(str::to_owned);
    let (scene, _) = Scene::shared_until(&names, START + 300 * DAY);
    rhythm::choose(&scene.anna, Travel::Apart).unwrap();
    let begin = first_of(epoch_at(START) + 1);
    scene.world.clock.set(begin + DAY);
    let card = find(&scene.anna, "Dr Test-Okafor");
    let new: Vec<String> = ["Eyes", "Ears"]
        .iter()
        .map(|name| {
            let id = space(&scene.anna, name, false);
            let mut wanted = draft(&id, &card, &[Category::Results]);
            wanted.until = START + 300 * DAY;
            sharing::create(&scene.anna, &wanted).unwrap();
            id
        })
        .collect();
    let said: Vec<u64> = new.iter().map(|id| scene.view(id).waits.unwrap().by).collect();
    assert!(said.iter().all(|by| (60..100).contains(&((by - begin) / DAY))), "{said:?} {begin}");
    let mut gone = vec![None; new.len()];
    while scene.world.clock.now() < begin + 100 * DAY {
        scene.day();
        for (id, gone) in new.iter().zip(&mut gone) {
            if gone.is_none() && scene.view(id).waits.is_none() {
                *gone = Some(scene.world.clock.now() - DAY);
            }
        }
    }
    for (gone, said) in gone.iter().zip(said) {
        assert!(gone.is_some_and(|gone| gone <= said), "{gone:?} {said}");
    }
}

/// It is looked every half minute whose turn it is; nobody who writes has to wait for that.
#[test]
fn to_look_whose_turn_it_is_writes_nothing() {
    let (scene, _, _) = Scene::shared(&["Heart"]);
    scene.alone();
    let anna = &scene.anna;
    let writing = anna.begin().unwrap();
    let (done, waits) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let _ = done.send(credential::work_ahead(anna, Pace::Spaced).is_ok());
        });
        let looked = waits.recv_timeout(Duration::from_secs(3));
        drop(writing);
        assert_eq!(looked, Ok(true), "it waited for who writes");
    });
}
