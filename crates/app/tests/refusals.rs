//! What must not work: reading without, with another's, after a revoked or an ended grant; a clock
//! set back; a relay or a clinic's answer in the wrong hands.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code")]

mod support;

use std::sync::Arc;

use keyward_app::doctor;
use keyward_app::error::ErrorCode;
use keyward_app::patient::{home, sharing};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::relay::{PostAccess, RelayError};
use keyward_app::session::Session;
use keyward_app::views::common::VisibilityView;
use keyward_app::views::doctor::{ChartAlarm, DoctorChart, ReceivedState};
use keyward_app::views::patient::{DoctorStanding, ShareState};
use keyward_protocol::certificate::ClinicianCertificate;
use keyward_protocol::keys::SigningKey;
use keyward_records::Category;
use keyward_testkit::{Persona, seeded};
use support::tamper::{TamperNetwork, Tricks};
use support::{DAY, START, World, draft, find, import, share, space, sync};

fn anna(world: &World) -> Session {
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    anna
}

fn items(chart: &DoctorChart) -> usize {
    let sections = chart.chart.iter().flat_map(|chart| &chart.sections);
    sections.map(|section| section.items.len()).sum()
}

#[test]
fn a_doctor_reads_only_under_a_live_grant_of_her_own() {
    let world = World::new();
    let anna = anna(&world);
    let okafor = world.doctor("Dr Test-Okafor");
    let lind = world.doctor("Dr Test-Lind");
    let heart = space(&anna, "Heart", true);
    let card = find(&anna, "Dr Test-Okafor");
    let id = share(&anna, &draft(&heart, &card, &[Category::Results]));

    // Nothing was granted to the other doctor, and she cannot use this grant's id.
    doctor::sync(&lind).unwrap();
    assert!(doctor::home(&lind).unwrap().shares.is_empty());
    assert!(doctor::chart(&lind, &id).is_err());
    let enrolment = lind.enrolment().unwrap();
    let keys = lind.with_master(|master| enrolment.clinician_keys(master)).unwrap();
    let relay = lind.network().relay(&enrolment.relay(), keys.signing).unwrap();
    doctor::sync(&okafor).unwrap();
    let chart = doctor::chart(&okafor, &id).unwrap();
    assert!(items(&chart) > 0);
    let request = PostAccess {
        grant_id: id.parse().unwrap(),
        compartment: keyward_protocol::ids::CompartmentId::from_bytes([1; 16]),
        after: Vec::new(),
        limit: 10,
    };
    assert_eq!(relay.access(&request).unwrap_err(), RelayError::NotFound);

    // Nor with a grant of her own for something else.
    let moods = space(&anna, "Moods", true);
    let other = share(&anna, &draft(&moods, &find(&anna, "Dr Test-Lind"), &[Category::Allergies]));
    doctor::sync(&lind).unwrap();
    assert!(doctor::chart(&lind, &other).is_ok());
    assert!(doctor::chart(&lind, &id).is_err());
}

#[test]
fn a_share_ends_by_itself_and_a_clock_set_back_revives_nothing() {
    let world = World::new();
    let anna = anna(&world);
    let okafor = world.doctor("Dr Test-Okafor");
    let heart = space(&anna, "Heart", true);
    let card = find(&anna, "Dr Test-Okafor");
    let mut wanted = draft(&heart, &card, &[Category::Results]);
    wanted.until = START + 2 * DAY;
    let id = share(&anna, &wanted);
    doctor::sync(&okafor).unwrap();
    assert!(items(&doctor::chart(&okafor, &id).unwrap()) > 0);

    world.clock.advance(3 * DAY);
    doctor::sync(&okafor).unwrap();
    let chart = doctor::chart(&okafor, &id).unwrap();
    assert!(chart.chart.is_none());
    assert_eq!(chart.share.state, ReceivedState::Ended);
    assert_eq!(sharing::one(&anna, &id).unwrap().state, ShareState::Ended);
    assert_eq!(home::home(&anna).unwrap().visibility, VisibilityView::OnlyYou);

    // Back before the end: the relay keeps the highest time, and the copies are gone.
    world.clock.set(START + DAY);
    let _ = doctor::sync(&okafor);
    assert!(doctor::chart(&okafor, &id).unwrap().chart.is_none());
    world.clock.set(START + 3 * DAY);

    // What is shared next goes into a new epoch, which the ended grant does not cover.
    let again = share(&anna, &draft(&heart, &card, &[Category::Results]));
    doctor::sync(&okafor).unwrap();
    assert!(items(&doctor::chart(&okafor, &again).unwrap()) > 0);
    assert!(doctor::chart(&okafor, &id).unwrap().chart.is_none());
}

/// A doctor's device on a network that can be tampered with, with a live share.
fn tampered(world: &World) -> (Session, Session, String, Arc<Tricks>) {
    let anna = anna(world);
    let tricks = Arc::new(Tricks::default());
    let network =
        Arc::new(TamperNetwork { inner: world.network.clone(), tricks: Arc::clone(&tricks) });
    let okafor = world.doctor_over("Dr Test-Okafor", network);
    let heart = space(&anna, "Heart", true);
    let card = find(&anna, "Dr Test-Okafor");
    let id = share(&anna, &draft(&heart, &card, &[Category::Results]));
    (anna, okafor, id, tricks)
}

#[test]
fn swapped_truncated_and_withheld_records_are_noticed_and_not_shown() {
    let world = World::new();
    let (_anna, okafor, id, tricks) = tampered(&world);
    let mut shown = Vec::new();
    for trick in 0..4 {
        *tricks.access.lock().unwrap() = Some(Box::new(move |_, mut answer| {
            match (trick, answer.records.len()) {
                (_, 0..=2) => {}
                (0, _) => {
                    // Two records change places under their headers.
                    let payload = answer.records[0].payload.clone();
                    answer.records[0].payload =
                        std::mem::replace(&mut answer.records[1].payload, payload);
                }
                (1, _) => {
                    let payload = &mut answer.records[0].payload;
                    payload.truncate(payload.len() / 2);
                }
                (2, _) => drop(answer.records.remove(1)),
                (_, _) => answer.records[0].transformed = [7; 32],
            }
            answer
        }));
        let synced = doctor::sync(&okafor);
        let chart = doctor::chart(&okafor, &id).unwrap();
        assert!(!chart.alarms.is_empty() || synced.is_err(), "trick {trick} was not noticed");
        shown.push(items(&chart));
    }
    // The relay behaves again: everything is there.
    *tricks.access.lock().unwrap() = None;
    doctor::sync(&okafor).unwrap();
    let chart = doctor::chart(&okafor, &id).unwrap();
    assert!(shown.iter().all(|seen| *seen <= items(&chart)));
    assert!(items(&chart) > 0);
}

#[test]
fn a_rolled_back_relay_is_noticed_by_whoever_saw_the_newer_state() {
    let world = World::new();
    let (anna, okafor, id, tricks) = tampered(&world);
    let old = Arc::new(std::sync::Mutex::new(None));
    let keep = Arc::clone(&old);
    *tricks.access.lock().unwrap() = Some(Box::new(move |_, answer| {
        keep.lock().unwrap().get_or_insert_with(|| answer.head.clone());
        answer
    }));
    doctor::sync(&okafor).unwrap();
    let before = items(&doctor::chart(&okafor, &id).unwrap());
    // More arrives and is seen.
    import(&anna, &world.file("more.json", &Persona::HeartWoman.bundle(8)));
    world.clock.advance(60);
    sync(&anna);
    doctor::sync(&okafor).unwrap();
    let after = items(&doctor::chart(&okafor, &id).unwrap());
    assert!(after > before, "{before} then {after}");
    // The relay goes back to the older, validly signed state.
    let keep = Arc::clone(&old);
    *tricks.access.lock().unwrap() = Some(Box::new(move |_, mut answer| {
        answer.head = keep.lock().unwrap().clone().unwrap();
        answer.records.clear();
        answer
    }));
    let synced = doctor::sync(&okafor);
    let chart = doctor::chart(&okafor, &id).unwrap();
    let noticed = chart.alarms.iter().any(|alarm| matches!(alarm, ChartAlarm::RolledBack { .. }));
    assert!(noticed, "{:?} {:?}", chart.alarms, synced.map(|done| done.alarms));
    assert_eq!(items(&chart), after, "what was read before stays");
}

#[test]
fn a_swapped_doctor_key_cannot_be_shared_to_and_a_changed_one_asks() {
    let world = World::new();
    let tricks = Arc::new(Tricks::default());
    let network =
        Arc::new(TamperNetwork { inner: world.network.clone(), tricks: Arc::clone(&tricks) });
    let anna = world.patient_over("Test-Anna Maria", "Muster-Sample", "1961-03-14", network);
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    let _okafor = world.doctor("Dr Test-Okafor");
    let heart = space(&anna, "Heart", true);

    // Somebody in between puts a certificate of his own making in place of the doctor's.
    *tricks.directory.lock().unwrap() = Some(Box::new(|mut directory| {
        let mut rng = seeded(99);
        let forger = SigningKey::generate(&mut rng).unwrap();
        for entry in &mut directory.clinicians {
            let key = |rng: &mut _| {
                *keyward_protocol::keys::DecryptionKey::generate(rng).unwrap().encapsulation_key()
            };
            let forged = ClinicianCertificate {
                service_id: keyward_protocol::ids::ServiceId::from_bytes([1; 16]),
                verification: SigningKey::generate(&mut rng).unwrap().verifying_key().clone(),
                grant_key: key(&mut rng),
                mailbox: key(&mut rng),
                name: "Dr Test-Okafor".to_owned(),
                role: "Cardiologist".to_owned(),
                organisation: "Sample Clinic".to_owned(),
                registration_number: None,
                valid_from: START - DAY,
                valid_until: START + 900 * DAY,
            };
            entry.certificate = forged.issue(&forger).unwrap();
        }
        directory
    }));
    let directory = sharing::doctors(&anna).unwrap();
    assert!(directory.doctors.is_empty());
    assert_eq!(directory.untrusted, 1);

    // The true directory again; then the doctor really gets other keys.
    *tricks.directory.lock().unwrap() = None;
    let card = find(&anna, "Dr Test-Okafor");
    assert_eq!(card.standing, DoctorStanding::New);
    share(&anna, &draft(&heart, &card, &[Category::Results]));
    assert_eq!(find(&anna, "Dr Test-Okafor").standing, DoctorStanding::Known);
    let _second = world.doctor("Dr Test-Okafor");
    let directory = sharing::doctors(&anna).unwrap();
    assert!(directory.doctors.iter().all(|doctor| doctor.same_name));
    let other = directory
        .doctors
        .iter()
        .find(|doctor| doctor.certificate != card.certificate)
        .expect("the second one is listed");
    assert_eq!(other.standing, DoctorStanding::KeyChanged);
    let mut wanted = draft(&heart, other, &[Category::Results]);
    assert_eq!(sharing::create(&anna, &wanted).unwrap_err().code, ErrorCode::DoctorKeyChanged);
    wanted.accept_changed_key = true;
    assert!(sharing::create(&anna, &wanted).is_ok());
}

#[test]
fn a_removed_doctor_cannot_be_shared_to_and_a_relay_out_of_reach_is_told_honestly() {
    let world = World::new();
    let tricks = Arc::new(Tricks::default());
    let network =
        Arc::new(TamperNetwork { inner: world.network.clone(), tricks: Arc::clone(&tricks) });
    let anna = world.patient_over("Test-Anna Maria", "Muster-Sample", "1961-03-14", network);
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    let _okafor = world.doctor("Dr Test-Okafor");
    let heart = space(&anna, "Heart", true);
    let card = find(&anna, "Dr Test-Okafor");
    let wanted = draft(&heart, &card, &[Category::Results]);

    // Decided while nothing can be reached: it waits, and says so.
    *tricks.silent.lock().unwrap() = true;
    let id = sharing::create(&anna, &wanted).unwrap().id;
    let failed = sharing::sync(&anna, &Unwatched, &Cancel::new()).unwrap_err();
    assert!(
        matches!(failed.code, ErrorCode::AuthorityUnreachable | ErrorCode::RelayUnreachable),
        "{failed:?}"
    );
    let page = home::home(&anna).unwrap();
    assert_eq!(page.shares[0].state, ShareState::Pending);
    assert_eq!(page.visibility, VisibilityView::OnlyYou);
    assert!(page.problem.is_some() && page.waiting > 0);
    let reach = home::reach(&anna).unwrap();
    assert_eq!((reach.problem, reach.last_sync), (page.problem, page.last_sync));
    *tricks.silent.lock().unwrap() = false;
    sync(&anna);
    assert_eq!(sharing::one(&anna, &id).unwrap().state, ShareState::Live);

    // Taken back while nothing can be reached: decided, but still visible until confirmed.
    *tricks.silent.lock().unwrap() = true;
    let outcome = sharing::revoke(&anna, &id).unwrap();
    assert!(!outcome.confirmed);
    assert_eq!(outcome.share.state, ShareState::Revoked);
    assert!(matches!(home::home(&anna).unwrap().visibility, VisibilityView::Shared { .. }));
    *tricks.silent.lock().unwrap() = false;
    sync(&anna);
    assert!(sharing::one(&anna, &id).unwrap().revoke_confirmed);
    assert_eq!(home::home(&anna).unwrap().visibility, VisibilityView::OnlyYou);

    // The clinic removes the doctor.
    let desk = world.desk();
    let row = keyward_app::desk::clinicians::list(&world.desk, &desk).unwrap().remove(0);
    keyward_app::desk::clinicians::remove(&world.desk, &desk, &row.id, "left the clinic").unwrap();
    world.spread_removals();
    assert!(sharing::doctors(&anna).unwrap().doctors.is_empty());
    assert_eq!(sharing::create(&anna, &wanted).unwrap_err().code, ErrorCode::DoctorRemoved);
}

#[test]
fn a_pseudonymous_space_shows_no_name() {
    let world = World::new();
    let anna = anna(&world);
    let okafor = world.doctor("Dr Test-Okafor");
    let quiet = space(&anna, "Private", false);
    let card = find(&anna, "Dr Test-Okafor");
    let categories: Vec<Category> = Category::all().collect();
    let wanted = draft(&quiet, &card, &categories);
    let preview = sharing::preview(&anna, &wanted).unwrap();
    assert!(!preview.shows_name);
    assert!(preview.identifies.is_empty(), "{:?}", preview.identifies);
    assert!(preview.removed.values().sum::<u64>() > 0);
    let id = share(&anna, &wanted);
    doctor::sync(&okafor).unwrap();
    let chart = doctor::chart(&okafor, &id).unwrap();
    assert!(chart.alarms.is_empty());
    assert_eq!(items(&chart) as u64, preview.records);
    let told = serde_json::to_string(&chart).unwrap();
    for word in ["Muster", "Test-Anna", "1961-03-14"] {
        assert!(!told.contains(word), "{word} reached the doctor");
    }
    assert_eq!(preview.shown_as, sharing::one(&anna, &id).unwrap().shown_as);
}
