//! A doctor's backup at the relay, over the real vaults, relay and authority: the kit alone brings it back, before
//! and after the desk has stopped the lost keys, and it goes on under her new ones.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::sync::Arc;

use keyward_app::desk;
use keyward_app::doctor;
use keyward_app::enrol;
use keyward_app::error::{AppError, ErrorCode};
use keyward_app::leaving::{self, Unasked};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::relay::{Network, ServiceAddress};
use keyward_app::recovery::at_relay::{self, RelaySource};
use keyward_app::recovery::{restore, status};
use keyward_app::session::Session;
use keyward_app::views::common::Role;
use keyward_app::views::doctor::ReceivedState;
use keyward_app::views::recovery::{Forgotten, RelayBackup};
use keyward_protocol::kit::{KitKeys, KitText};
use keyward_records::Category;
use keyward_testkit::Persona;
use support::kits::kit_of;
use support::tamper::{TamperNetwork, Tricks};
use support::{World, draft, find, import, share, space};

const OKAFOR: &str = "Dr Test-Okafor";

/// A doctor with whom a patient shares, and with a confirmed kit.
fn okafor(world: &World) -> (Session, KitText) {
    let okafor = world.doctor(OKAFOR);
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    let heart = space(&anna, "Heart", true);
    share(&anna, &draft(&heart, &find(&anna, OKAFOR), &[Category::Results]));
    doctor::sync(&okafor).unwrap();
    let kit = KitText::parse(&kit_of(&okafor)).unwrap();
    (okafor, kit)
}

fn send(world: &World, session: &Session) -> Result<(), AppError> {
    world.clock.advance(60);
    at_relay::back_up(session, world.folder.path(), &Unwatched, &Cancel::new())
}

fn view(session: &Session) -> RelayBackup {
    status::status(session).unwrap().relay
}

fn change(session: &Session, minutes: u32) {
    let mut settings = session.settings().unwrap();
    settings.auto_lock_minutes = minutes;
    session.write_settings(&settings).unwrap();
}

/// What the relay keeps of a kit, for somebody who has nothing else.
fn found(world: &World, kit: &KitText) -> Result<RelaySource, AppError> {
    let keys = KitKeys::of(&kit.secret).unwrap();
    RelaySource::open(&*world.network, &ServiceAddress::unknown("this-computer:relay"), &keys)
}

fn restored(world: &World, kit: &KitText) -> Session {
    let network = Arc::clone(&world.network) as Arc<dyn Network>;
    let session = world.person(Role::Doctor, OKAFOR, network);
    let mut source = found(world, kit).unwrap();
    let versions = source.versions(&KitKeys::of(&kit.secret).unwrap()).unwrap();
    let (newest, cancel) = (versions.last().unwrap(), &Cancel::new());
    let (secret, none) = (&kit.secret, &Unwatched);
    let report = restore::restore(&session, secret, newest, &mut source, none, cancel).unwrap();
    assert!(report.from_relay && report.shares == 1);
    session
}

fn invited_again(world: &World) -> String {
    let clinicians = desk::clinicians::list(&world.desk, &world.desk()).unwrap();
    let id = &clinicians[0].id;
    let invitation = desk::clinicians::reinvite(&world.desk, &world.desk(), id).unwrap();
    world.spread_removals();
    invitation.text
}

#[test]
fn the_desk_invites_first_then_she_restores_and_it_goes_on_under_her_new_keys() {
    let world = World::new();
    let (okafor, kit) = okafor(&world);
    assert_eq!(found(&world, &kit).err().unwrap().code, ErrorCode::BackupNone);
    at_relay::switch_on(&okafor).unwrap();
    send(&world, &okafor).unwrap();
    let first = view(&okafor);
    assert!(first.possible && first.on && !first.waits && first.problem.is_none(), "{first:?}");
    assert!(first.versions.len() == 1 && first.bytes > 0);
    send(&world, &okafor).unwrap();
    assert_eq!(view(&okafor).versions.len(), 1, "nothing changed");

    // The laptop is lost, and the desk is quick.
    let invitation = invited_again(&world);
    // Whoever has the laptop stores nothing more.
    change(&okafor, 9);
    assert!(send(&world, &okafor).is_err());
    doctor::sync(&okafor).unwrap();
    assert!(view(&okafor).waits && !at_relay::has_work(&okafor).unwrap());

    let back = restored(&world, &kit);
    let home = doctor::home(&back).unwrap();
    assert!(home.rejoin && home.shares.len() == 1);
    assert_eq!(home.shares[0].state, ReceivedState::KeysLost);
    let there = view(&back);
    assert!(there.on && there.waits && there.versions.len() == 1, "{there:?}");
    assert!(!at_relay::has_work(&back).unwrap());
    assert_eq!(send(&world, &back).unwrap_err().code, ErrorCode::NotEnrolled);
    assert_eq!(view(&back).problem, None, "nothing is wrong, it waits");

    enrol::accept(&back, &invitation).unwrap();
    let there = view(&back);
    assert!(!there.waits && there.problem.is_none() && at_relay::has_work(&back).unwrap());
    change(&back, 12);
    send(&world, &back).unwrap();
    let there = view(&back);
    assert!(there.versions.len() == 2 && there.stranger.is_none(), "{there:?}");
    assert!(there.problem.is_none() && there.complete.is_some());
    assert_eq!(restored(&world, &kit).settings().unwrap().auto_lock_minutes, 12);
}

#[test]
fn she_restores_first_and_the_desk_invites_her_later() {
    let world = World::new();
    let (okafor, kit) = okafor(&world);
    at_relay::switch_on(&okafor).unwrap();
    send(&world, &okafor).unwrap();
    let back = restored(&world, &kit);
    assert!(view(&back).waits);
    let invitation = invited_again(&world);
    enrol::accept(&back, &invitation).unwrap();
    send(&world, &back).unwrap();
    assert!(view(&back).complete.is_some() && view(&back).problem.is_none());
}

#[test]
fn with_a_certificate_whose_time_is_over_it_waits_too() {
    let world = World::new();
    let (okafor, _) = okafor(&world);
    at_relay::switch_on(&okafor).unwrap();
    send(&world, &okafor).unwrap();
    world.clock.advance(366 * support::DAY);
    let there = view(&okafor);
    assert!(there.waits && there.problem.is_none() && there.versions.len() == 1, "{there:?}");
    assert!(!at_relay::has_work(&okafor).unwrap());
}

#[test]
fn what_waits_for_the_clinic_can_be_deleted_all_the_same() {
    let world = World::new();
    let (okafor, kit) = okafor(&world);
    at_relay::switch_on(&okafor).unwrap();
    send(&world, &okafor).unwrap();
    let back = restored(&world, &kit);
    invited_again(&world);
    at_relay::switch_off(&back).unwrap();
    let gone = view(&back);
    assert!(!gone.deleting && gone.deleted.is_some() && gone.problem.is_none(), "{gone:?}");
    assert_eq!(found(&world, &kit).err().unwrap().code, ErrorCode::BackupNone);
}

#[test]
fn switched_off_it_is_deleted_also_once_the_relay_can_be_reached_and_begins_anew() {
    let world = World::new();
    let tricks = Arc::new(Tricks::default());
    let network = TamperNetwork { inner: world.network.clone(), tricks: Arc::clone(&tricks) };
    let okafor = world.doctor_over(OKAFOR, Arc::new(network));
    let kit = KitText::parse(&kit_of(&okafor)).unwrap();
    at_relay::switch_on(&okafor).unwrap();
    send(&world, &okafor).unwrap();
    *tricks.silent.lock().unwrap() = true;
    at_relay::switch_off(&okafor).unwrap();
    assert!(view(&okafor).deleting && at_relay::has_work(&okafor).unwrap());
    *tricks.silent.lock().unwrap() = false;
    assert_eq!(send(&world, &okafor).unwrap_err().code, ErrorCode::BackupNone);
    let gone = view(&okafor);
    assert!(!gone.deleting && gone.deleted.is_some() && gone.problem.is_none(), "{gone:?}");
    assert_eq!(found(&world, &kit).err().unwrap().code, ErrorCode::BackupNone);
    at_relay::switch_on(&okafor).unwrap();
    send(&world, &okafor).unwrap();
    assert_eq!(view(&okafor).versions.len(), 1);
    assert!(found(&world, &kit).is_ok(), "under the next number");
}

#[test]
fn a_new_kit_takes_the_place_of_the_old_one() {
    let world = World::new();
    let (okafor, first) = okafor(&world);
    at_relay::switch_on(&okafor).unwrap();
    send(&world, &okafor).unwrap();
    let second = KitText::parse(&kit_of(&okafor)).unwrap();
    send(&world, &okafor).unwrap();
    assert_eq!(found(&world, &first).err().unwrap().code, ErrorCode::BackupNone);
    restored(&world, &second);
}

#[test]
fn who_leaves_the_clinic_leaves_no_backup_there() {
    let world = World::new();
    let (okafor, kit) = okafor(&world);
    at_relay::switch_on(&okafor).unwrap();
    send(&world, &okafor).unwrap();
    let told = leaving::forget_everywhere(&okafor, Unasked::Stay, &Unwatched).unwrap();
    let Forgotten::Signed { statements, .. } = &told.relay else { panic!("{:?}", told.relay) };
    assert_eq!(statements.len(), 1);
    assert_eq!(found(&world, &kit).err().unwrap().code, ErrorCode::BackupNone);
    assert_eq!(send(&world, &okafor).unwrap_err().code, ErrorCode::LeavingBegun);
}

#[test]
fn a_key_the_relay_never_met_keeps_nobody_from_leaving() {
    let world = World::new();
    let tricks = Arc::new(Tricks::default());
    let network = TamperNetwork { inner: world.network.clone(), tricks: Arc::clone(&tricks) };
    let okafor = world.doctor_over(OKAFOR, Arc::new(network));
    kit_of(&okafor);
    at_relay::switch_on(&okafor).unwrap();
    // Her statement is on the disk, and the request is lost.
    *tricks.silent.lock().unwrap() = true;
    assert!(send(&world, &okafor).is_err());
    *tricks.silent.lock().unwrap() = false;
    let told = leaving::forget_everywhere(&okafor, Unasked::Stay, &Unwatched).unwrap();
    assert!(matches!(told.relay, Forgotten::Nothing), "{:?}", told.relay);
    assert!(matches!(told.clinic, Forgotten::Signed { .. }), "{:?}", told.clinic);
}
