//! Where things travel apart, over real services: what relay and clinic are asked, and when.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;
mod turns;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use keyward_app::credential::{self, Pace};
use keyward_app::doctor;
use keyward_app::error::ErrorCode;
use keyward_app::patient::spaces::{self, Space};
use keyward_app::patient::{home, sharing};
use keyward_app::ports::authority::AuthorityError;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::relay::Network;
use keyward_app::ports::vault::Collection;
use keyward_app::recovery::{at_relay, status};
use keyward_app::rhythm::{self, BETWEEN};
use keyward_app::session::Session;
use keyward_app::views::patient::{SpaceDraft, SpaceView, Travel};
use keyward_records::Category;
use keyward_relay_api::authority::credential::epoch_at;
use keyward_relay_api::authority::persona::EPOCH_SECONDS;
use keyward_testkit::{FakeClock, Persona};
use support::wire::{Call, What, Wire};
use support::{DAY, START, World, draft, find, import, share, space};

/// A network that remembers who asked what, and when.
struct Heard {
    inner: Arc<dyn Network>,
    clock: FakeClock,
    asked: Arc<Mutex<Vec<(u64, String)>>>,
    /// What is out of reach.
    away: Arc<Away>,
}

#[derive(Default)]
struct Away {
    clinic: AtomicBool,
    /// The clinic answers, but has no time to hear of recovery.
    busy: AtomicBool,
    /// The relay, for backups of this key.
    backup: Mutex<Option<String>>,
}

impl Heard {
    fn hear(&self, what: String) {
        self.asked.lock().unwrap().push((self.clock.now(), what));
    }
}

impl Wire for Heard {
    fn through(&self, call: &Call<'_>) -> Option<&dyn Network> {
        let key = call.signer.map(|signer| hex::encode(signer.verifying_key().key_id()));
        let clinic = matches!(
            call.what,
            What::Authority
                | What::AuthorityRecovery
                | What::EpochObject
                | What::Issue
                | What::Certify
        );
        if clinic && self.away.clinic.load(Ordering::SeqCst) {
            return None;
        }
        match call.what {
            What::RelayRecovery if *self.away.backup.lock().unwrap() == key => return None,
            What::Relay | What::RelayRecovery => self.hear(key.unwrap_or_default()),
            What::AuthorityRecovery => self.hear("recovery".to_owned()),
            What::Issue => self.hear("issue".to_owned()),
            What::Certify => self.hear("certify".to_owned()),
            What::Authority | What::EpochObject | What::PinnedObject => {}
        }
        Some(&*self.inner)
    }

    fn puts_off(&self, _call: &Call<'_>) -> Option<AuthorityError> {
        let busy = self.away.busy.load(Ordering::SeqCst);
        busy.then_some(AuthorityError::Limited { seconds: 30 })
    }
}

support::wire::network!(Heard);

/// Anna, with what her app asks.
struct Scene {
    world: World,
    anna: Session,
    asked: Arc<Mutex<Vec<(u64, String)>>>,
    away: Arc<Away>,
    /// When a space was certified in its own turn.
    renewed: Mutex<Vec<u64>>,
}

impl Scene {
    fn new() -> Self {
        let world = World::new();
        world.doctor("Dr Test-Okafor");
        let asked = Arc::<Mutex<Vec<_>>>::default();
        let away = Arc::<Away>::default();
        let heard = heard(&world, &asked, &away);
        let anna = world.patient_over("Test-Anna", "Muster-Sample", "1961-03-14", heard);
        Self { world, anna, asked, away, renewed: Mutex::default() }
    }

    /// With so many spaces, each shared with the doctor, and everything at the relay.
    fn shared(names: &[&str]) -> (Self, Vec<String>, Vec<String>) {
        let scene = Self::new();
        scene.add(7);
        let card = find(&scene.anna, "Dr Test-Okafor");
        let ids: Vec<String> = names.iter().map(|name| space(&scene.anna, name, false)).collect();
        let share = |id: &String| share(&scene.anna, &draft(id, &card, &[Category::Results]));
        let shares = ids.iter().map(share).collect();
        rhythm::choose(&scene.anna, Travel::Apart).unwrap();
        scene.asked.lock().unwrap().clear();
        (scene, ids, shares)
    }

    fn add(&self, seed: u64) {
        let bundle = Persona::HeartWoman.bundle(seed);
        import(&self.anna, &self.world.file(&format!("anna-{seed}.json"), &bundle));
    }

    /// What an open app does of its own accord.
    fn alone(&self) {
        let mark = self.heard().len();
        sharing::sync(&self.anna, &Unwatched, &Cancel::new()).unwrap();
        // A space that has its turn may be certified anew then.
        let mut asked = self.asked.lock().unwrap();
        if asked.len() > mark {
            let renewed = |(at, what): &(u64, String)| (what == "certify").then_some(*at);
            self.renewed.lock().unwrap().extend(asked[mark..].iter().filter_map(renewed));
            let mut place = 0;
            asked.retain(|(_, what)| {
                place += 1;
                place <= mark || what != "certify"
            });
        }
        drop(asked);
        credential::work_ahead(&self.anna, Pace::Spaced).unwrap();
    }

    fn heard(&self) -> Vec<(u64, String)> {
        self.asked.lock().unwrap().clone()
    }

    fn key(&self, space: &str) -> String {
        let space = Space::load(&*self.anna.read().unwrap(), space).unwrap();
        let persona = self.anna.with_master(|master| space.persona(master)).unwrap();
        hex::encode(persona.signing.verifying_key().key_id())
    }

    fn view(&self, space: &str) -> SpaceView {
        let all = spaces::list(&self.anna).unwrap();
        all.into_iter().find(|view| view.id == space).unwrap()
    }
}

fn heard(world: &World, asked: &Arc<Mutex<Vec<(u64, String)>>>, away: &Arc<Away>) -> Arc<Heard> {
    let (asked, away) = (Arc::clone(asked), Arc::clone(away));
    Arc::new(Heard { inner: world.network.clone(), clock: world.clock.clone(), asked, away })
}

/// Who was asked for at what times: two never within one opening.
fn check_apart(heard: &[(u64, String)]) {
    for (at, who) in heard {
        for (then, other) in heard {
            assert!(who == other || at.abs_diff(*then) >= BETWEEN, "{who} {at}, {other} {then}");
        }
    }
}

#[test]
fn no_two_spaces_are_asked_for_in_one_opening_and_all_have_their_turn() {
    let (scene, ids, _) = Scene::shared(&["Heart", "Knee", "Skin"]);
    scene.add(8);
    let keys: BTreeSet<String> = ids.iter().map(|id| scene.key(id)).collect();
    let said: Vec<u64> = ids.iter().map(|id| scene.view(id).waits.unwrap().by).collect();
    // Opened every seven hours for two minutes, over a week.
    for _ in 0..24 {
        for _ in 0..3 {
            scene.alone();
            scene.world.clock.advance(40);
        }
        scene.world.clock.advance(7 * 3_600);
    }
    let heard = scene.heard();
    check_apart(&heard);
    let met: BTreeSet<String> = heard.iter().map(|(_, who)| who.clone()).collect();
    assert_eq!(met, keys);
    for (id, said) in ids.iter().zip(said) {
        assert!(scene.view(id).waits.is_none(), "everything is there");
        let key = scene.key(id);
        let first = heard.iter().find(|(_, who)| *who == key).unwrap().0;
        assert!(first <= said, "as was said");
    }
}

#[test]
fn a_restart_makes_no_other_opening() {
    let (scene, ids, _) = Scene::shared(&["Heart", "Knee"]);
    scene.add(8);
    for _ in 0..10 {
        // What is remembered is in the vault alone: each exchange begins from there.
        scene.alone();
        scene.world.clock.advance(3_600);
    }
    let heard = scene.heard();
    assert!(!heard.is_empty());
    assert!(heard.iter().all(|(_, who)| *who == heard[0].1), "one space all day");
    assert_eq!(ids.iter().filter(|id| scene.view(id).waits.is_some()).count(), 1);
}

#[test]
fn taking_access_away_never_waits_and_takes_nothing_along() {
    let (scene, ids, shares) = Scene::shared(&["Heart", "Knee"]);
    scene.add(8);
    scene.alone();
    let turn = scene.heard()[0].1.clone();
    let other = ids.iter().position(|id| scene.key(id) != turn).unwrap();
    let waiting = scene.view(&ids[other]).waits;
    assert!(waiting.is_some());
    let outcome = sharing::revoke(&scene.anna, &shares[other]).unwrap();
    assert!(outcome.confirmed, "at once");
    assert!(scene.heard().iter().any(|(_, who)| *who == scene.key(&ids[other])));
    let mark = scene.heard().len();
    scene.alone();
    let after = scene.heard().split_off(mark);
    assert!(after.iter().all(|(_, who)| *who == turn), "nothing else of it goes along");
}

#[test]
fn an_end_takes_the_opening_if_nothing_left_before() {
    // Whichever was drawn: of two runs alike, one ends what was not.
    for which in 0..2 {
        let (scene, ids, shares) = Scene::shared(&["Heart", "Knee"]);
        scene.add(8);
        assert!(sharing::revoke(&scene.anna, &shares[which]).unwrap().confirmed);
        for _ in 0..3 {
            scene.alone();
        }
        let heard = scene.heard();
        assert!(heard.iter().all(|(_, who)| *who == scene.key(&ids[which])));
    }
}

#[test]
fn taking_access_away_does_not_wait_for_the_list_of_doctors() {
    for travel in [Travel::Apart, Travel::AtOnce] {
        let (scene, _, shares) = Scene::shared(&["Heart"]);
        rhythm::choose(&scene.anna, travel).unwrap();
        let mut tx = scene.anna.begin().unwrap();
        tx.put(Collection::Contacts, "directory", b"what nobody can read").unwrap();
        tx.commit().unwrap();
        let _ = sharing::revoke(&scene.anna, &shares[0]);
        // With a list that can be read again she sees whether it went.
        let mut tx = scene.anna.begin().unwrap();
        tx.delete(Collection::Contacts, "directory").unwrap();
        tx.commit().unwrap();
        let all = sharing::list(&scene.anna).unwrap();
        let share = all.iter().find(|share| share.id == shares[0]).unwrap();
        assert!(share.revoke_confirmed, "{travel:?}: {share:?}");
    }
}

#[test]
fn what_she_wants_now_goes_now_and_alone() {
    let (scene, ids, _) = Scene::shared(&["Heart", "Knee"]);
    scene.add(8);
    for id in &ids {
        sharing::send_now(&scene.anna, id, &Unwatched, &Cancel::new()).unwrap();
        assert!(scene.view(id).waits.is_none());
    }
    let by_key =
        |id: &String| scene.heard().iter().filter(|(_, who)| *who == scene.key(id)).count();
    assert!(ids.iter().all(|id| by_key(id) > 0));
    assert_eq!(
        sharing::send_now(&scene.anna, "nobody", &Unwatched, &Cancel::new()).unwrap_err().code,
        ErrorCode::NotFound
    );
}

#[test]
fn a_new_space_waits_for_somebody_and_goes_when_she_says_so() {
    let scene = Scene::new();
    scene.add(7);
    let card = find(&scene.anna, "Dr Test-Okafor");
    rhythm::choose(&scene.anna, Travel::Apart).unwrap();
    let new = SpaceDraft { name: "Heart".into(), icon: "heart".into(), shows_name: false };
    let id = spaces::create(&scene.anna, &new).unwrap().id;
    assert!(scene.heard().is_empty(), "the clinic is not asked");
    let shared = sharing::create(&scene.anna, &draft(&id, &card, &[Category::Results])).unwrap();
    sharing::sync(&scene.anna, &Unwatched, &Cancel::new()).unwrap();
    let view = scene.view(&id);
    assert!(!view.certified && view.anonymity.apart && view.waits.unwrap().persona);
    assert!(scene.heard().iter().all(|(_, what)| what == "issue"), "by name at most");
    assert!(home::home(&scene.anna).unwrap().apart);
    sharing::send_now(&scene.anna, &id, &Unwatched, &Cancel::new()).unwrap();
    let view = scene.view(&id);
    assert!(view.certified && view.anonymity.at_once && view.waits.is_none());
    let state = sharing::one(&scene.anna, &shared.id).unwrap().state;
    assert_eq!(state, keyward_app::views::patient::ShareState::Live);
}

/// Day by day over two epochs: by name in the first half of each, shown in the last third, each in an opening of
/// its own; a space waits for that, is renewed then, and its share is never cut off.
#[test]
fn a_credential_is_asked_for_early_and_shown_late() {
    let scene = Scene::new();
    scene.add(7);
    let begin = (epoch_at(START) + 1) * EPOCH_SECONDS;
    rhythm::choose(&scene.anna, Travel::Apart).unwrap();
    scene.world.clock.set(begin + 3_600);
    let card = find(&scene.anna, "Dr Test-Okafor");
    let heart = space(&scene.anna, "Heart", false);
    let mut wanted = draft(&heart, &card, &[Category::Results]);
    wanted.until = begin + 185 * DAY;
    let id = sharing::create(&scene.anna, &wanted).unwrap().id;
    for _ in 0..179 {
        scene.alone();
        scene.world.clock.advance(DAY);
    }
    let heard = scene.heard();
    check_apart(&heard);
    let mut days: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (at, what) in &heard {
        let of = if what.len() > 10 { "space" } else { what.as_str() };
        days.entry(of).or_default().push((at - begin) / DAY);
    }
    let renewed: Vec<u64> =
        scene.renewed.lock().unwrap().iter().map(|at| (at - begin) / DAY).collect();
    assert!(renewed.len() == 1 && renewed[0] > 90, "{renewed:?}");
    days.entry("certify").or_default().extend(renewed);
    let (issued, shown) = (&days["issue"], &days["certify"]);
    assert!(issued.len() == 2 && issued.iter().all(|day| day % 90 < 46), "{issued:?}");
    assert!(shown.len() > 4 && shown.iter().all(|day| day % 90 >= 60), "{shown:?}");
    let stored = Space::load(&*scene.anna.read().unwrap(), &heart).unwrap();
    let held = keyward_protocol::certificate::AnonymousCertificate::unverified(
        stored.certificate.as_ref().unwrap(),
    );
    assert_eq!(held.unwrap().epoch, epoch_at(begin) + 1, "renewed");
    assert!(!stored.at_once);
    let share = sharing::one(&scene.anna, &id).unwrap();
    assert_eq!(share.state, keyward_app::views::patient::ShareState::Live);
}

/// The app is open all day: one a turn is one a turn.
#[test]
fn of_personas_ahead_one_is_certified_in_an_opening() {
    let scene = Scene::new();
    let begin = (epoch_at(START) + 1) * EPOCH_SECONDS;
    rhythm::choose(&scene.anna, Travel::Apart).unwrap();
    for day in [46, 47] {
        scene.world.clock.set(begin + day * DAY);
        credential::work_ahead(&scene.anna, Pace::Spaced).unwrap();
    }
    scene.world.clock.set(begin + 76 * DAY);
    scene.asked.lock().unwrap().clear();
    for _ in 0..5 * 48 {
        credential::work_ahead(&scene.anna, Pace::Spaced).unwrap();
        scene.world.clock.advance(1_800);
    }
    let heard = scene.heard();
    let times: Vec<u64> =
        heard.iter().filter(|(_, what)| what == "certify").map(|(at, _)| *at).collect();
    assert_eq!(times.len(), 4, "{heard:?}");
    assert!(times.windows(2).all(|two| two[1] - two[0] >= 20 * 3_600), "{times:?}");
}

/// Looked into seldom: so what a doctor has seen is asked for when it is taken away.
#[test]
fn who_takes_away_is_told_what_was_seen_until_then() {
    let scene = Scene::new();
    let lindgren = scene.world.doctor("Dr Test-Lindgren");
    scene.add(7);
    let card = find(&scene.anna, "Dr Test-Lindgren");
    let ids = ["Heart", "Knee"].map(|name| space(&scene.anna, name, false));
    let shares =
        ids.each_ref().map(|id| share(&scene.anna, &draft(id, &card, &[Category::Results])));
    rhythm::choose(&scene.anna, Travel::Apart).unwrap();
    scene.add(8);
    scene.asked.lock().unwrap().clear();
    scene.alone();
    let turn = scene.heard()[0].1.clone();
    let other = ids.iter().position(|id| scene.key(id) != turn).unwrap();
    doctor::sync(&lindgren).unwrap();
    doctor::chart(&lindgren, &shares[other]).unwrap();
    let outcome = sharing::revoke(&scene.anna, &shares[other]).unwrap();
    assert!(outcome.confirmed && outcome.already_fetched > 0, "{outcome:?}");
}

/// Nobody opened the app for half a year: her certificate is over. What she then takes away goes at once all the same.
#[test]
fn taking_access_away_does_not_wait_for_a_certificate_either() {
    let scene = Scene::new();
    scene.add(7);
    let card = find(&scene.anna, "Dr Test-Okafor");
    let heart = space(&scene.anna, "Heart", false);
    let mut wanted = draft(&heart, &card, &[Category::Results]);
    wanted.until = START + 200 * DAY;
    let id = share(&scene.anna, &wanted);
    rhythm::choose(&scene.anna, Travel::Apart).unwrap();
    scene.world.clock.set((epoch_at(START) + 2) * EPOCH_SECONDS + DAY);
    assert!(scene.world.clock.now() < wanted.until, "the share goes on");
    assert!(!scene.view(&heart).certified);
    assert!(sharing::revoke(&scene.anna, &id).unwrap().confirmed);
}

#[test]
fn the_backup_at_the_relay_has_a_turn_of_its_own() {
    let (scene, ids, _) = Scene::shared(&["Heart", "Knee"]);
    rhythm::choose(&scene.anna, Travel::AtOnce).unwrap();
    support::kits::kit_of(&scene.anna);
    at_relay::switch_on(&scene.anna).unwrap();
    let spool = scene.world.folder.path();
    at_relay::back_up(&scene.anna, spool, &Unwatched, &Cancel::new()).unwrap();
    rhythm::choose(&scene.anna, Travel::Apart).unwrap();
    let begun = scene.world.clock.now();
    scene.world.clock.advance(DAY);
    scene.asked.lock().unwrap().clear();
    for _ in 0..14 {
        scene.alone();
        at_relay::go_on_alone(&scene.anna, spool, &Unwatched, &Cancel::new()).unwrap();
        scene.world.clock.advance(DAY);
    }
    let heard = scene.heard();
    check_apart(&heard);
    // Steps of the credential have no key.
    let met: BTreeSet<&String> = heard.iter().map(|(_, who)| who).collect();
    assert_eq!(met.iter().filter(|who| who.len() > 10).count(), ids.len() + 1, "{met:?}");
    let kept = status::status(&scene.anna).unwrap().relay;
    assert!(kept.by.is_some() && kept.complete.unwrap() > begun + DAY, "{kept:?}");
}
