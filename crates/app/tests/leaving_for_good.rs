//! A patient deletes everything: relay and clinic forget her and sign that they did. Over the real
//! vaults, relay and authority.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::sync::Arc;

use keyward_app::error::ErrorCode;
use keyward_app::leaving::{self, Unasked};
use keyward_app::patient::sharing;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::relay::Network;
use keyward_app::recovery::file::{FileSource, FileTarget};
use keyward_app::recovery::{kit, restore, write};
use keyward_app::session::Session;
use keyward_app::views::common::Role;
use keyward_app::views::recovery::{Forgotten, KitWord, LeavingReceipt, ReceiptWords};
use keyward_protocol::kit::{KitKeys, KitText};
use keyward_protocol::statement::{Act, Receipt, Signed};
use keyward_records::Category;
use keyward_testkit::Persona;
use support::tamper::{TamperNetwork, Tricks};
use support::{Fuse, World, draft, find, import, share, space, sync};

fn two_shares(world: &World, anna: &Session) -> [String; 2] {
    import(anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    let found = find(anna, "Dr Test One");
    let heart = space(anna, "Heart", true);
    let knee = space(anna, "Knee", false);
    // A space in which nothing was shared: nobody knows of it.
    space(anna, "Empty", false);
    [(heart, Category::Conditions), (knee, Category::Medications)]
        .map(|(space, kind)| share(anna, &draft(&space, &found, &[kind])))
}

fn reads(doctor: &Session, share: &str) -> bool {
    keyward_app::doctor::sync(doctor).unwrap();
    keyward_app::doctor::chart(doctor, share).unwrap().chart.is_some()
}

fn leave(session: &Session) -> Result<LeavingReceipt, keyward_app::error::AppError> {
    leaving::forget_everywhere(session, Unasked::Stay, &Unwatched)
}

fn receipts(forgotten: &Forgotten) -> Vec<Receipt> {
    use base64::Engine as _;
    let Forgotten::Signed { statements, erased_by } = forgotten else {
        panic!("{forgotten:?}");
    };
    let read = |text: &String| {
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap();
        Signed::<Receipt>::from_bytes(&bytes).unwrap().unverified().clone()
    };
    let all: Vec<Receipt> = statements.iter().map(read).collect();
    assert_eq!(all.iter().map(|one| one.erased_by).max(), Some(*erased_by));
    all
}

/// Both have forgotten, whoever of the device did it in how many runs.
fn check_gone(doctor: &Session, shares: &[String], told: &LeavingReceipt) {
    let relay = receipts(&told.relay);
    assert!(relay.len() == 2 && relay.iter().all(|one| one.act == Act::PersonaForgotten));
    let clinic = receipts(&told.clinic);
    assert!(clinic.len() == 1 && clinic[0].act == Act::EnrolmentEnded);
    assert!(told.clinic_keeps.contains(&"register-entry".to_owned()));
    for share in shares {
        assert!(!reads(doctor, share));
    }
    let page = leaving::receipt_page(told, &ReceiptWords::of_keys()).unwrap();
    let Forgotten::Signed { statements, .. } = &told.clinic else { unreachable!() };
    assert!(page.contains(&statements[0]) && !page.contains("<script"));
}

#[test]
fn relay_and_clinic_forget_her_and_sign_it() {
    let world = World::new();
    let doctor = world.doctor("Dr Test One");
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let shares = two_shares(&world, &anna);
    assert!(reads(&doctor, &shares[0]) && reads(&doctor, &shares[1]));
    sync(&anna);
    assert!(!leaving::view(&anna).unwrap().begun);
    let told = leave(&anna).unwrap();
    check_gone(&doctor, &shares, &told);
    assert!(told.fetched > 0 && told.clinic_name.as_deref() == Some("Sample Clinic"));
    let heart = space(&anna, "Heart again", true);
    let more = draft(&heart, &find(&anna, "Dr Test One"), &[Category::Conditions]);
    assert_eq!(sharing::create(&anna, &more).unwrap_err().code, ErrorCode::LeavingBegun);
    // Nothing is exchanged any more, and the same again gives the same receipts.
    assert!(leaving::view(&anna).unwrap().begun);
    let after = sharing::sync(&anna, &Unwatched, &Cancel::new());
    assert_eq!(after.unwrap_err().code, ErrorCode::LeavingBegun);
    let again = leave(&anna).unwrap();
    assert_eq!((again.relay, again.clinic), (told.relay, told.clinic));
}

#[test]
fn who_cannot_be_asked_is_not_asked_half_and_nothing_is_lost() {
    let world = World::new();
    let doctor = world.doctor("Dr Test One");
    let tricks = Arc::new(Tricks::default());
    let network = TamperNetwork { inner: world.network.clone(), tricks: Arc::clone(&tricks) };
    let network = Arc::new(network) as Arc<dyn Network>;
    let anna = world.patient_over("Test-Anna Maria", "Muster-Sample", "1961-03-14", network);
    let shares = two_shares(&world, &anna);
    assert!(reads(&doctor, &shares[1]));
    *tricks.silent.lock().unwrap() = true;
    assert_eq!(leave(&anna).unwrap_err().code, ErrorCode::AuthorityUnreachable);
    // Only on this computer: the receipt says so, and what it holds goes on.
    let told = leaving::forget_everywhere(&anna, Unasked::GoAnyway, &Unwatched).unwrap();
    for service in [&told.relay, &told.clinic] {
        assert!(matches!(service, Forgotten::NotAsked { .. }));
    }
    assert!(leaving::receipt_page(&told, &ReceiptWords::of_keys()).unwrap().contains("notAsked"));
    *tricks.silent.lock().unwrap() = false;
    assert!(!leaving::view(&anna).unwrap().begun);
    sync(&anna);
    assert!(reads(&doctor, &shares[0]));
    check_gone(&doctor, &shares, &leave(&anna).unwrap());
}

#[test]
fn a_farewell_that_dies_at_any_step_is_finished_after_the_next_start() {
    let fuse = Fuse::new();
    let mut deaths = 0;
    for step in (0..).step_by(3) {
        // Services of its own each time: rates are by real time, and a fast machine comes too often.
        let world = World::new();
        let doctor = world.doctor("Dr Test One");
        let device = world.fragile_patient(&fuse, "Test-Anna Maria", "Muster-Sample", "1961-03-14");
        let shares = two_shares(&world, &device.start());
        assert!(reads(&doctor, &shares[0]) && reads(&doctor, &shares[1]));
        fuse.light(step);
        let first = leave(&device.start());
        let died = fuse.mend();
        world.clock.advance(60);
        assert_eq!(first.is_err(), died, "step {step}");
        let told = leave(&device.start()).unwrap();
        check_gone(&doctor, &shares, &told);
        if !died {
            break;
        }
        deaths += 1;
    }
    assert!(deaths > 3, "{deaths} deaths");
}

#[test]
fn who_shared_nothing_gets_the_clinics_word_wherever_it_dies() {
    let world = World::new();
    let fuse = Fuse::new();
    for step in 0.. {
        world.clock.advance(300);
        let device = world.fragile_patient(&fuse, "Test-Anna Maria", "Muster-Sample", "1961-03-14");
        fuse.light(step);
        let _ = leave(&device.start());
        let died = fuse.mend();
        world.clock.advance(60);
        // The clinic knows her no more, and answers the same statement all the same.
        let told = leave(&device.start()).unwrap();
        assert_eq!(told.relay, Forgotten::Nothing);
        assert_eq!(receipts(&told.clinic).len(), 1, "step {step}");
        if !died {
            break;
        }
        assert!(step < 100);
    }
}

#[test]
fn who_brought_a_lost_profile_back_is_forgotten_with_the_one_that_was_lost() {
    let world = World::new();
    let doctor = world.doctor("Dr Test One");
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let shares = two_shares(&world, &anna);
    assert!(reads(&doctor, &shares[0]) && reads(&doctor, &shares[1]));
    kit::make(&anna).unwrap();
    let shown = kit::show(&anna).unwrap();
    let word = |place: u32| KitWord { place, word: shown.words[place as usize - 1].clone() };
    let asked = kit::status(&anna).unwrap().unwrap().asked;
    let typed: Vec<KitWord> = asked.into_iter().map(word).collect();
    assert!(kit::confirm(&anna, &typed).unwrap().confirmed);
    let place = world.folder.path().join("anna.keyward-backup");
    write::write(&anna, &mut FileTarget::new(&place), &Unwatched, &Cancel::new()).unwrap();

    let restored = world.person(Role::Patient, "Test-Anna Maria", world.network.clone());
    let secret = KitText::parse(&shown.text).unwrap().secret;
    let mut source = FileSource::open(&place).unwrap();
    let versions = source.versions(&KitKeys::of(&secret).unwrap()).unwrap();
    let newest = versions.last().unwrap();
    restore::restore(&restored, &secret, newest, &mut source, &Unwatched, &Cancel::new()).unwrap();
    world.clock.advance(60);
    check_gone(&doctor, &shares, &leave(&restored).unwrap());
    // The lost computer reaches nothing with what it has.
    assert!(sharing::sync(&anna, &Unwatched, &Cancel::new()).is_err());
}

#[test]
fn who_never_joined_a_clinic_has_nothing_to_be_forgotten() {
    let world = World::new();
    let anna = world.person(Role::Patient, "Test-Anna Maria", world.network.clone());
    let told = leave(&anna).unwrap();
    assert_eq!((told.relay, told.clinic), (Forgotten::Nothing, Forgotten::Nothing));
    let doctor = world.person(Role::Doctor, "Dr Test One", world.network.clone());
    let told = leave(&doctor).unwrap();
    assert_eq!((told.relay, told.clinic), (Forgotten::Nothing, Forgotten::Nothing));
}

#[test]
fn a_doctor_leaves_her_clinic_with_a_receipt_and_nothing_opens_for_her_keys_any_more() {
    let world = World::new();
    let doctor = world.doctor("Dr Test One");
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let [first, _] = two_shares(&world, &anna);
    assert!(reads(&doctor, &first));
    let view = leaving::view(&doctor).unwrap();
    assert_eq!((view.role, view.live_shares, view.fetched), (Role::Doctor, 2, 0));
    let told = leave(&doctor).unwrap();
    assert_eq!(told.role, Role::Doctor);
    let clinic = receipts(&told.clinic);
    assert!(clinic.len() == 1 && clinic[0].act == Act::EnrolmentEnded);
    assert_eq!(told.clinic_keeps, ["register-entry", "history"]);
    assert!(matches!(told.relay, Forgotten::Nothing), "what it holds are patients' grants");
    let page = leaving::receipt_page(&told, &ReceiptWords::of_keys()).unwrap();
    assert!(!page.contains("fetched"), "{page}");
    // Nothing is exchanged any more, and the same again gives the same receipt.
    let after = keyward_app::doctor::sync(&doctor).map(drop).unwrap_err();
    assert_eq!(after.code, ErrorCode::LeavingBegun);
    assert_eq!(leave(&doctor).unwrap().clinic, told.clinic);
    world.spread_removals();
    world.clock.advance(2 * 3600);
    sync(&anna);
    let problem = sharing::one(&anna, &first).unwrap().problem.map(|problem| problem.code);
    assert_eq!(problem, Some(ErrorCode::DoctorRemoved));
}

#[test]
fn a_desk_without_a_clinic_leaves_with_nothing_but_itself() {
    let world = World::new();
    let network = Arc::clone(&world.network) as Arc<dyn Network>;
    let desk = world.person(Role::Desk, "Test Desk", network);
    let told = leave(&desk).unwrap();
    assert_eq!((told.relay, told.clinic), (Forgotten::Nothing, Forgotten::Nothing));
    assert!(!leaving::view(&desk).unwrap().begun);
}
