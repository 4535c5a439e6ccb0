//! What outlasts a certificate: a share the persona's, and a share the doctor's. Over the real
//! vaults, relay and authority.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use keyward_app::desk;
use keyward_app::doctor;
use keyward_app::error::ErrorCode;
use keyward_app::patient::sharing;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::relay::Network;
use keyward_app::session::Session;
use keyward_app::views::common::Role;
use keyward_app::views::patient::{DoctorStanding, ShareState};
use keyward_records::Category;
use keyward_testkit::Persona;
use support::wire::{Call, What, Wire};
use support::{DAY, START, World, draft, find, import, share, space, sync};

/// A network on which the clinic can be away while the relay is there.
struct ClinicAway {
    inner: Arc<dyn Network>,
    away: AtomicBool,
}

impl Wire for ClinicAway {
    fn through(&self, call: &Call<'_>) -> Option<&dyn Network> {
        // The relay answers the credential's exchanges as well, and is there.
        let to_clinic = match call.what {
            What::Relay | What::RelayRecovery => false,
            What::Authority | What::AuthorityRecovery => true,
            _ => call.at.url.ends_with("authority"),
        };
        let away = to_clinic && self.away.load(Ordering::SeqCst);
        (!away).then_some(&*self.inner)
    }
}

support::wire::network!(ClinicAway);

fn anna(world: &World) -> (Session, Arc<ClinicAway>) {
    let inner = Arc::clone(&world.network) as Arc<dyn Network>;
    let network = Arc::new(ClinicAway { inner, away: AtomicBool::new(false) });
    let anna =
        world.patient_over("Test-Anna Maria", "Muster-Sample", "1961-03-14", network.clone());
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    (anna, network)
}

#[test]
fn a_share_is_taken_back_after_its_personas_certificate_without_the_clinic() {
    let world = World::new();
    let (anna, clinic) = anna(&world);
    let okafor = world.doctor("Dr Test-Okafor");
    let heart = space(&anna, "Heart", false);
    let card = find(&anna, "Dr Test-Okafor");
    let mut wanted = draft(&heart, &card, &[Category::Results]);
    wanted.until = START + 300 * DAY;
    let first = share(&anna, &wanted);
    let mut other = draft(&heart, &card, &[Category::Medications]);
    other.until = START + 300 * DAY;
    // One share per doctor and space: the second stands in a space of its own.
    other.space_id = space(&anna, "Other", false);
    let second = share(&anna, &other);
    doctor::sync(&okafor).unwrap();
    // Persona certificates are valid for half a year at most.
    world.clock.set(START + 200 * DAY);
    doctor::sync(&okafor).unwrap();
    assert!(doctor::chart(&okafor, &first).unwrap().chart.is_some(), "the share still lives");
    clinic.away.store(true, Ordering::SeqCst);
    let taken = sharing::revoke(&anna, &first).unwrap();
    assert!(taken.confirmed);
    assert_eq!(taken.share.state, ShareState::Revoked);
    doctor::sync(&okafor).unwrap();
    assert!(doctor::chart(&okafor, &first).unwrap().chart.is_none());
    // The other one waits for the clinic, which then certifies the same persona again.
    let waiting = sharing::sync(&anna, &Unwatched, &Cancel::new()).unwrap_err();
    assert_eq!(waiting.code, ErrorCode::AuthorityUnreachable);
    clinic.away.store(false, Ordering::SeqCst);
    sync(&anna);
    doctor::sync(&okafor).unwrap();
    assert!(doctor::chart(&okafor, &second).unwrap().chart.is_some());
}

#[test]
fn a_share_first_read_after_its_personas_certificate_is_there() {
    let world = World::new();
    let (anna, _) = anna(&world);
    let okafor = world.doctor("Dr Test-Okafor");
    let heart = space(&anna, "Heart", false);
    let mut wanted = draft(&heart, &find(&anna, "Dr Test-Okafor"), &[Category::Results]);
    wanted.until = START + 300 * DAY;
    let id = share(&anna, &wanted);
    // Half a year away; the certificate in her letter is over, the share is not.
    world.clock.set(START + 200 * DAY);
    doctor::sync(&okafor).unwrap();
    assert!(doctor::chart(&okafor, &id).unwrap().chart.is_some(), "a live share was missed");
    world.clock.set(START + 301 * DAY);
    doctor::sync(&okafor).unwrap();
    assert!(doctor::chart(&okafor, &id).unwrap().chart.is_none());
}

#[test]
fn a_renewal_that_fails_early_stops_nothing() {
    let world = World::new();
    let (anna, clinic) = anna(&world);
    world.doctor("Dr Test-Okafor");
    let heart = space(&anna, "Heart", false);
    let mut wanted = draft(&heart, &find(&anna, "Dr Test-Okafor"), &[Category::Results]);
    wanted.until = START + 300 * DAY;
    let id = share(&anna, &wanted);
    clinic.away.store(true, Ordering::SeqCst);
    // Day by day until the certificate is over: only then the clinic is needed.
    let works = |day: u64| {
        world.clock.set(START + day * DAY);
        sharing::sync(&anna, &Unwatched, &Cancel::new()).is_ok()
    };
    let days: Vec<bool> = (60..=181).step_by(11).map(works).collect();
    let over = days.iter().position(|works| !works).unwrap();
    assert!(over > 0 && days[over..].iter().all(|works| !works), "{days:?}");
    // Certificates end on a boundary of their epoch, never within the first ninety days.
    assert!(60 + 11 * over as u64 >= 90, "{days:?}");
    assert_eq!(sharing::one(&anna, &id).unwrap().state, ShareState::Live);
}

#[test]
fn a_doctor_with_a_new_device_is_shared_with_again_and_nobody_is_left_guessing() {
    let world = World::new();
    let (anna, _) = anna(&world);
    let before = world.doctor("Dr Test-Okafor");
    let heart = space(&anna, "Heart", false);
    let card = find(&anna, "Dr Test-Okafor");
    let id = share(&anna, &draft(&heart, &card, &[Category::Results]));
    doctor::sync(&before).unwrap();
    assert!(doctor::chart(&before, &id).unwrap().chart.is_some());

    // The device is lost: the desk invites her again, which stops the lost one.
    let clinicians = desk::clinicians::list(&world.desk, &world.desk()).unwrap();
    let clinician = &clinicians[0].id;
    let invitation = desk::clinicians::reinvite(&world.desk, &world.desk(), clinician).unwrap();
    world.spread_removals();
    assert_eq!(doctor::sync(&before).unwrap().ended, std::slice::from_ref(&id));
    let told = doctor::home(&before).unwrap().problem.map(|problem| problem.code);
    assert_eq!(told, Some(ErrorCode::SelfRemoved));
    world.clock.advance(2 * 3600);
    sync(&anna);
    let problem = |session: &Session| {
        let view = sharing::one(session, &id).unwrap();
        (view.state, view.problem.map(|problem| problem.code))
    };
    assert_eq!(problem(&anna), (ShareState::Problem, Some(ErrorCode::DoctorRemoved)));

    let now = world.person(Role::Doctor, "Dr Test-Okafor", world.network.clone());
    keyward_app::enrol::accept(&now, &invitation.text).unwrap();
    doctor::sync(&now).unwrap();
    assert!(
        doctor::home(&now).unwrap().shares.is_empty(),
        "nothing passes to other keys by itself"
    );
    world.clock.advance(2 * 3600);
    sync(&anna);
    assert_eq!(problem(&anna), (ShareState::Problem, Some(ErrorCode::DoctorKeyChanged)));

    // Sharing again asks about the changed key, and then works; the old share can be taken back.
    let card = find(&anna, "Dr Test-Okafor");
    assert_eq!(card.standing, DoctorStanding::KeyChanged);
    let mut again = draft(&heart, &card, &[Category::Results]);
    let refused = sharing::create(&anna, &again).map(drop).unwrap_err();
    assert_eq!(refused.code, ErrorCode::DoctorKeyChanged);
    again.accept_changed_key = true;
    let new = share(&anna, &again);
    assert!(sharing::revoke(&anna, &id).unwrap().confirmed);
    doctor::sync(&now).unwrap();
    assert!(doctor::chart(&now, &new).unwrap().chart.is_some());
}

#[test]
fn one_yes_shares_the_same_with_a_doctor_s_new_keys_and_nothing_does_without_it() {
    let world = World::new();
    let (anna, _) = anna(&world);
    let before = world.doctor("Dr Test-Okafor");
    let heart = space(&anna, "Heart", false);
    let card = find(&anna, "Dr Test-Okafor");
    let kinds = [Category::Results, Category::Medications];
    let id = share(&anna, &draft(&heart, &card, &kinds));
    doctor::sync(&before).unwrap();
    assert!(sharing::new_keys(&anna).unwrap().is_empty());

    let clinicians = desk::clinicians::list(&world.desk, &world.desk()).unwrap();
    let clinician = &clinicians[0].id;
    let invitation = desk::clinicians::reinvite(&world.desk, &world.desk(), clinician).unwrap();
    world.spread_removals();
    let now = world.person(Role::Doctor, "Dr Test-Okafor", world.network.clone());
    keyward_app::enrol::accept(&now, &invitation.text).unwrap();
    world.clock.advance(2 * 3600);
    sync(&anna);
    doctor::sync(&now).unwrap();
    assert!(doctor::home(&now).unwrap().shares.is_empty(), "she was not asked yet");

    let asked = sharing::new_keys(&anna).unwrap();
    assert_eq!(asked.len(), 1);
    let (old, new) = (&asked[0].share, &asked[0].doctor);
    assert_eq!((old.id.as_str(), new.standing), (id.as_str(), DoctorStanding::KeyChanged));
    // Only to the certificate she was shown, and only for a share that is not over.
    let refused = sharing::share_again(&anna, &id, &card.certificate).map(drop).unwrap_err();
    assert_eq!(refused.code, ErrorCode::DoctorRemoved);
    let again = sharing::share_again(&anna, &id, &new.certificate).unwrap();
    assert_ne!(again.id, id);
    assert_eq!(
        (&again.categories, again.purpose, again.until, &again.space_id),
        (&old.categories, old.purpose, old.until, &old.space_id)
    );
    let refused = sharing::share_again(&anna, &id, &new.certificate).map(drop).unwrap_err();
    assert_eq!(refused.code, ErrorCode::ShareOver);
    assert!(sharing::new_keys(&anna).unwrap().is_empty());
    sync(&anna);
    doctor::sync(&now).unwrap();
    assert!(doctor::chart(&now, &again.id).unwrap().chart.is_some());
    let ended = sharing::one(&anna, &id).unwrap();
    assert_eq!((ended.state, ended.revoke_confirmed), (ShareState::Revoked, true));
}

#[test]
fn a_decision_to_take_back_does_not_wait_for_an_exchange_under_way() {
    let world = World::new();
    let (anna, _) = anna(&world);
    world.doctor("Dr Test-Okafor");
    let heart = space(&anna, "Heart", false);
    let wanted = draft(&heart, &find(&anna, "Dr Test-Okafor"), &[Category::Results]);
    let id = share(&anna, &wanted);
    let turn = anna.exchange_turn();
    sharing::decide_revocation(&anna, &id).unwrap();
    let decided = sharing::one(&anna, &id).unwrap();
    assert_eq!((decided.state, decided.revoke_confirmed), (ShareState::Revoked, false));
    drop(turn);
    sync(&anna);
    assert!(sharing::one(&anna, &id).unwrap().revoke_confirmed);
}
