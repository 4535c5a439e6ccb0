//! A backup kept by the relay, over the real vaults, relay and authority: it grows by what changed, brings
//! everything back on an empty computer with the kit alone, and goes when it is switched off.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::sync::Arc;

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::leaving::{self, Unasked};
use keyward_app::patient::spaces;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::relay::{Network, ServiceAddress};
use keyward_app::recovery::at_relay::{self, RelaySource};
use keyward_app::recovery::{kit, restore, status};
use keyward_app::session::Session;
use keyward_app::views::common::Role;
use keyward_app::views::recovery::{Forgotten, KitWord, RelayBackup};
use keyward_protocol::ids::ServiceId;
use keyward_protocol::kit::{KitKeys, KitText};
use keyward_records::Category;
use keyward_testkit::Persona;
use support::tamper::{TamperNetwork, Tricks};
use support::{World, draft, find, import, share, space, sync};

fn kit_of(session: &Session) -> KitText {
    kit::make(session).unwrap();
    let view = kit::show(session).unwrap();
    let asked = kit::status(session).unwrap().unwrap().asked;
    let word =
        |place: &u32| KitWord { place: *place, word: view.words[*place as usize - 1].clone() };
    let typed: Vec<KitWord> = asked.iter().map(word).collect();
    assert!(kit::confirm(session, &typed).unwrap().confirmed);
    KitText::parse(&view.text).unwrap()
}

fn anna(world: &World, network: Arc<dyn Network>) -> Session {
    let anna = world.patient_over("Test-Anna Maria", "Muster-Sample", "1961-03-14", network);
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    anna
}

fn over(world: &World) -> Arc<dyn Network> {
    Arc::clone(&world.network) as Arc<dyn Network>
}

fn send(world: &World, session: &Session) -> Result<(), AppError> {
    at_relay::back_up(session, world.folder.path(), &Unwatched, &Cancel::new())
}

fn view(session: &Session) -> RelayBackup {
    status::status(session).unwrap().relay
}

fn records(session: &Session) -> u64 {
    session.read().unwrap().count_records().unwrap().iter().map(|(_, n)| n).sum()
}

/// Where the relay is, for who knows nothing of its service.
fn address() -> ServiceAddress {
    ServiceAddress::unknown("this-computer:relay")
}

/// The newest version in a new, empty profile.
fn restored(world: &World, kit: &KitText) -> Session {
    let session = world.person(Role::Patient, "Test-Anna Maria", over(world));
    let keys = KitKeys::of(&kit.secret).unwrap();
    let mut source = RelaySource::open(&*world.network, &address(), &keys).unwrap();
    let versions = source.versions(&keys).unwrap();
    assert!(!source.cut);
    let newest = versions.last().unwrap();
    let (none, cancel) = (&Unwatched, &Cancel::new());
    let report =
        restore::restore(&session, &kit.secret, newest, &mut source, none, cancel).unwrap();
    assert!(report.from_relay && report.records == newest.manifest().records);
    session
}

fn missing(world: &World, kit: &KitText) -> AppError {
    let keys = KitKeys::of(&kit.secret).unwrap();
    RelaySource::open(&*world.network, &address(), &keys).err().unwrap()
}

#[test]
fn everything_comes_back_with_the_kit_alone_and_the_backup_goes_on() {
    let world = World::new();
    world.doctor("Dr Test One");
    let anna = anna(&world, over(&world));
    assert_eq!(at_relay::switch_on(&anna).unwrap_err().code, ErrorCode::KitGone);
    let kit = kit_of(&anna);
    assert_eq!(missing(&world, &kit).code, ErrorCode::BackupNone);
    assert_eq!(send(&world, &anna).unwrap_err().code, ErrorCode::BackupNone, "it is off");
    at_relay::switch_on(&anna).unwrap();
    send(&world, &anna).unwrap();
    let first = view(&anna);
    assert!(first.on && first.problem.is_none() && first.versions.len() == 1, "{first:?}");
    assert!(first.bytes > 0 && first.quota > first.bytes && first.at.is_some());

    // Nothing changed: nothing is added. A space more: a little is.
    send(&world, &anna).unwrap();
    assert_eq!(view(&anna).versions.len(), 1);
    let heart = space(&anna, "Heart", true);
    let card = find(&anna, "Dr Test One");
    share(&anna, &draft(&heart, &card, &[Category::Conditions]));
    world.clock.advance(60);
    send(&world, &anna).unwrap();
    let second = view(&anna);
    assert_eq!(second.versions.len(), 2);
    assert!(second.bytes < first.bytes * 2, "only what changed: {first:?} {second:?}");
    assert_eq!(
        std::fs::read_dir(world.folder.path())
            .unwrap()
            .filter(|entry| {
                entry.as_ref().unwrap().file_name().to_string_lossy().contains("spool")
            })
            .count(),
        0,
        "what was spooled is gone"
    );

    // The computer is lost. Nothing is there but the twelve words and where the relay is.
    let words = KitText { secret: kit.secret, services: None };
    let back = restored(&world, &words);
    assert_eq!(records(&back), records(&anna));
    assert_eq!(spaces::list(&back).unwrap().len(), 1);
    let there = view(&back);
    assert!(there.on && there.versions.len() == 2 && there.complete.is_none(), "{there:?}");
    world.clock.advance(60);
    send(&world, &back).unwrap();
    let there = view(&back);
    assert!(there.versions.len() == 3 && there.stranger.is_none() && there.problem.is_none());

    // The lost one is found by somebody and goes on writing: nothing is lost, and she is told.
    space(&anna, "Written by a thief", false);
    assert!(send(&world, &anna).is_ok());
    space(&back, "Knee", false);
    world.clock.advance(60);
    send(&world, &back).unwrap();
    assert!(view(&back).stranger.is_some());
    let again = restored(&world, &words);
    assert_eq!(spaces::list(&again).unwrap().len(), 2);
}

#[test]
fn switched_off_it_is_deleted_and_switched_on_again_it_begins_anew() {
    let world = World::new();
    let tricks = Arc::new(Tricks::default());
    let network = TamperNetwork { inner: world.network.clone(), tricks: Arc::clone(&tricks) };
    let anna = anna(&world, Arc::new(network));
    let kit = kit_of(&anna);
    at_relay::switch_on(&anna).unwrap();
    send(&world, &anna).unwrap();

    // Out of reach: what stands there stays whole, and it is said.
    *tricks.silent.lock().unwrap() = true;
    space(&anna, "Heart", true);
    assert!(send(&world, &anna).is_err());
    assert!(view(&anna).problem.is_some() && view(&anna).versions.len() == 1);
    at_relay::switch_off(&anna).unwrap();
    let off = view(&anna);
    assert!(!off.on && off.deleting && off.deleted.is_none() && off.problem.is_some(), "{off:?}");
    assert!(at_relay::has_work(&anna).unwrap());
    *tricks.silent.lock().unwrap() = false;
    assert_eq!(send(&world, &anna).unwrap_err().code, ErrorCode::BackupNone);
    let gone = view(&anna);
    assert!(!gone.deleting && gone.deleted.is_some() && gone.problem.is_none(), "{gone:?}");
    assert!(!at_relay::has_work(&anna).unwrap());
    assert_eq!(missing(&world, &kit).code, ErrorCode::BackupNone);

    at_relay::switch_on(&anna).unwrap();
    send(&world, &anna).unwrap();
    assert!(view(&anna).versions.len() == 1 && view(&anna).deleted.is_none());
    assert_eq!(spaces::list(&restored(&world, &kit)).unwrap().len(), 1);
}

#[test]
fn what_somebody_else_deleted_is_not_said_to_be_there() {
    let world = World::new();
    let anna = anna(&world, over(&world));
    let kit = kit_of(&anna);
    at_relay::switch_on(&anna).unwrap();
    send(&world, &anna).unwrap();
    let there = view(&anna);
    assert!(there.complete.is_some() && there.versions.len() == 1, "{there:?}");
    let other = restored(&world, &kit);
    at_relay::switch_off(&other).unwrap();
    assert_eq!(send(&world, &other).unwrap_err().code, ErrorCode::BackupNone);
    assert_eq!(missing(&world, &kit).code, ErrorCode::BackupNone);

    // Its place is gone, and the next one cannot be filled.
    space(&anna, "Heart", true);
    let nowhere = world.folder.path().join("nowhere");
    at_relay::back_up(&anna, &nowhere, &Unwatched, &Cancel::new()).unwrap_err();
    let gone = view(&anna);
    assert!(gone.complete.is_none() && gone.versions.is_empty(), "{gone:?}");
    assert!(gone.stranger.is_some(), "somebody with her keys did that");
    send(&world, &anna).unwrap();
    assert!(view(&anna).complete.is_some() && view(&anna).versions.len() == 1);
    assert_eq!(spaces::list(&restored(&world, &kit)).unwrap().len(), 1);
}

#[test]
fn another_kit_takes_the_place_of_the_first_and_opens_nothing_of_it() {
    let world = World::new();
    let anna = anna(&world, over(&world));
    let first = kit_of(&anna);
    at_relay::switch_on(&anna).unwrap();
    send(&world, &anna).unwrap();
    let second = kit_of(&anna);
    assert_eq!(missing(&world, &second).code, ErrorCode::BackupNone);
    assert_eq!(records(&restored(&world, &first)), records(&anna), "until there is a new one");
    send(&world, &anna).unwrap();
    assert_eq!(missing(&world, &first).code, ErrorCode::BackupNone, "the old one was deleted");
    assert_eq!(records(&restored(&world, &second)), records(&anna));
}

#[test]
fn deleting_everything_deletes_it_too() {
    let world = World::new();
    let anna = anna(&world, over(&world));
    let kit = kit_of(&anna);
    at_relay::switch_on(&anna).unwrap();
    send(&world, &anna).unwrap();
    let told = leaving::forget_everywhere(&anna, Unasked::Stay, &Unwatched).unwrap();
    let Forgotten::Signed { statements, .. } = &told.relay else { panic!("{:?}", told.relay) };
    assert_eq!(statements.len(), 1);
    assert_eq!(missing(&world, &kit).code, ErrorCode::BackupNone);
    assert_eq!(send(&world, &anna).unwrap_err().code, ErrorCode::LeavingBegun);
}

/// What the relay has of a backup: a persona like every other. No key, no hash and no id of it is one of a space's,
/// or of another service's.
#[test]
fn nothing_ties_the_backup_to_a_space_or_to_another_clinic() {
    let world = World::new();
    world.doctor("Dr Test One");
    let anna = anna(&world, over(&world));
    let kit = kit_of(&anna);
    let heart = space(&anna, "Heart", true);
    share(&anna, &draft(&heart, &find(&anna, "Dr Test One"), &[Category::Conditions]));
    sync(&anna);
    at_relay::switch_on(&anna).unwrap();
    send(&world, &anna).unwrap();
    let keys = KitKeys::of(&kit.secret).unwrap().public().unwrap();
    let service = kit.services.unwrap().service_id;
    let here = keys.persona(service, 0).unwrap();
    let there = keys.persona(ServiceId::from_bytes([7; 16]), 0).unwrap();
    let parts = |persona: &keyward_protocol::kit::BackupPersona| {
        let key = persona.signing.verifying_key();
        let sealed = persona.decryption.encapsulation_key().to_bytes();
        [key.to_bytes().to_vec(), sealed.to_vec(), persona.recovery_hash.to_vec()]
    };
    let tx = anna.read().unwrap();
    let rows = tx.list(keyward_app::ports::vault::Collection::Spaces).unwrap();
    for part in parts(&here) {
        assert!(!parts(&there).contains(&part));
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(&part);
        for (_, row) in &rows {
            let row = String::from_utf8_lossy(row);
            assert!(!row.contains(&text));
        }
    }
    // The relay's files hold the persona of the backup once, and of no two personas the same hash.
    drop(tx);
    assert_eq!(missing_elsewhere(&world, &keys), ErrorCode::BackupNone);
}

/// Who asks under the persona of another service finds nothing.
fn missing_elsewhere(world: &World, kit: &keyward_protocol::kit::KitPublic) -> ErrorCode {
    let persona = kit.persona(ServiceId::from_bytes([7; 16]), 0).unwrap();
    let at = ServiceAddress {
        url: "this-computer:relay".to_owned(),
        service_id: world.authority.service_id(),
    };
    let channel = world.network.relay_recovery(&at, Arc::new(persona.signing)).unwrap();
    match channel.backups() {
        Err(_) => ErrorCode::BackupNone,
        Ok(there) => panic!("{there:?}"),
    }
}
