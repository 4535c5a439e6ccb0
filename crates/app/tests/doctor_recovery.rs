//! A doctor's kit, her backup, and the way back: her list comes with it, her keys and what patients shared do
//! not. Over the real vaults, relay and authority.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::path::PathBuf;
use std::sync::Arc;

use keyward_app::desk;
use keyward_app::doctor;
use keyward_app::enrol;
use keyward_app::error::ErrorCode;
use keyward_app::identity::Enrolment;
use keyward_app::patient::sharing;
use keyward_app::ports::relay::Network;
use keyward_app::ports::vault::Collection;
use keyward_app::recovery::{kit, report, status};
use keyward_app::session::Session;
use keyward_app::views::common::Role;
use keyward_app::views::doctor::{PatientLabel, ReceivedState};
use keyward_app::views::recovery::Renewal;
use keyward_records::Category;
use keyward_testkit::Persona;
use support::kits::{back_up, kit_of, restore_into};
use support::{World, draft, find, import, share, space, sync};

const OKAFOR: &str = "Dr Test-Okafor";

fn anna(world: &World) -> Session {
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    anna
}

fn empty(world: &World, role: Role) -> Session {
    let network = Arc::clone(&world.network) as Arc<dyn Network>;
    world.person(role, OKAFOR, network)
}

fn path(world: &World) -> PathBuf {
    world.folder.path().join("okafor.kwb")
}

/// Anna shares, and the doctor has fetched it. Gives the share.
fn shared(world: &World, anna: &Session, okafor: &Session) -> String {
    let heart = space(anna, "Heart", true);
    let id = share(anna, &draft(&heart, &find(anna, OKAFOR), &[Category::Results]));
    doctor::sync(okafor).unwrap();
    assert!(doctor::chart(okafor, &id).unwrap().chart.is_some());
    world.clock.advance(60);
    id
}

/// The desk invites her again, which stops the lost computer; the relay hears of it.
fn invited_again(world: &World) -> String {
    let clinicians = desk::clinicians::list(&world.desk, &world.desk()).unwrap();
    let id = &clinicians[0].id;
    let invitation = desk::clinicians::reinvite(&world.desk, &world.desk(), id).unwrap();
    world.spread_removals();
    invitation.text
}

/// A second computer with what the backup brought back.
fn restored(world: &World, okafor: &Session) -> Session {
    let text = kit_of(okafor);
    back_up(okafor, &path(world));
    let restored = empty(world, Role::Doctor);
    restore_into(&restored, &text, &path(world)).unwrap();
    restored
}

#[test]
fn her_list_comes_back_and_neither_keys_nor_what_patients_shared() {
    let world = World::new();
    let (anna, okafor) = (anna(&world), world.doctor(OKAFOR));
    let id = shared(&world, &anna, &okafor);
    let heads = |session: &Session, prefix: &str| {
        session.read().unwrap().list_prefix(Collection::SeenHeads, prefix).unwrap()
    };
    assert!(!heads(&okafor, "grant/").is_empty());
    let mut settings = okafor.settings().unwrap();
    settings.auto_lock_minutes = 7;
    okafor.write_settings(&settings).unwrap();

    let restored = restored(&world, &okafor);
    assert_eq!(restored.settings().unwrap().auto_lock_minutes, 7);
    let home = doctor::home(&restored).unwrap();
    assert!(home.enrolled && home.rejoin);
    assert_eq!(home.shares.len(), 1);
    let row = &home.shares[0];
    assert_eq!((row.share.as_str(), row.state, row.records), (&*id, ReceivedState::KeysLost, 0));
    assert!(matches!(&row.patient, PatientLabel::Named { name, .. } if name.contains("Anna")));
    // What she has seen of each patient's records is remembered, so that nobody shows her an older state.
    assert_eq!(heads(&restored, "persona/"), heads(&okafor, "persona/"));
    assert!(heads(&restored, "grant/").is_empty());
    let tx = restored.read().unwrap();
    assert!(tx.list(Collection::Charts).unwrap().is_empty(), "copies belong to the patients");
    assert!(tx.list(Collection::Messages).unwrap().is_empty());
    // Of the certified keys none can be made again.
    let enrolment = Enrolment::require(&*tx).unwrap();
    let certified = enrolment.clinician().unwrap();
    let keys = restored.with_master(|master| enrolment.clinician_keys(master)).unwrap();
    assert_ne!(keys.signing.verifying_key().to_bytes(), certified.verification.to_bytes());
    assert_ne!(keys.grant.encapsulation_key().to_bytes(), certified.grant_key.to_bytes());
    assert_ne!(keys.mailbox.encapsulation_key().to_bytes(), certified.mailbox.to_bytes());
    drop(tx);
    // So nothing is asked of the relay in her name, and the page says what helps.
    assert_eq!(doctor::sync(&restored).unwrap_err().code, ErrorCode::NotEnrolled);
    assert_eq!(doctor::home(&restored).unwrap().problem, None);
    assert!(doctor::chart(&restored, &id).unwrap().chart.is_none());
    let told = report::report(&restored).unwrap().unwrap();
    assert_eq!((told.role, told.records, told.shares), (Role::Doctor, 0, 1));
    assert_eq!(told.enrolment, Renewal::Impossible { code: ErrorCode::NotEnrolled });
    assert!(told.renewals[0].name.contains("Anna"));
}

#[test]
fn the_desk_certifies_her_new_keys_and_a_patient_shares_again_with_one_yes() {
    let world = World::new();
    let (anna, okafor) = (anna(&world), world.doctor(OKAFOR));
    let id = shared(&world, &anna, &okafor);
    let restored = restored(&world, &okafor);

    let invitation = invited_again(&world);
    assert_eq!(doctor::sync(&okafor).unwrap().ended, std::slice::from_ref(&id));
    enrol::accept(&restored, &invitation).unwrap();
    assert!(!doctor::home(&restored).unwrap().rejoin);
    doctor::sync(&restored).unwrap();
    world.clock.advance(2 * 3600);
    sync(&anna);
    doctor::sync(&restored).unwrap();
    let states = |session: &Session| -> Vec<ReceivedState> {
        doctor::home(session).unwrap().shares.iter().map(|row| row.state).collect()
    };
    assert_eq!(
        states(&restored),
        [ReceivedState::KeysLost],
        "nothing passes to new keys by itself"
    );
    let told = report::report(&restored).unwrap().unwrap();
    assert_eq!((told.enrolment, told.renewals.len()), (Renewal::Done, 1));

    let asked = sharing::new_keys(&anna).unwrap();
    let again = sharing::share_again(&anna, &asked[0].share.id, &asked[0].doctor.certificate);
    let again = again.unwrap();
    sync(&anna);
    doctor::sync(&restored).unwrap();
    assert!(doctor::chart(&restored, &again.id).unwrap().chart.is_some());
    assert!(states(&restored).contains(&ReceivedState::Live));
    assert!(report::report(&restored).unwrap().unwrap().renewals.is_empty(), "she shares again");
}

#[test]
fn stopped_keys_are_replaced_in_the_profile_that_had_them() {
    let world = World::new();
    let (anna, okafor) = (anna(&world), world.doctor(OKAFOR));
    shared(&world, &anna, &okafor);
    let invitation = invited_again(&world);
    let refused = enrol::accept(&okafor, &invitation).map(drop).unwrap_err();
    assert_eq!(refused.code, ErrorCode::AlreadyEnrolled);
    doctor::sync(&okafor).unwrap();
    assert!(doctor::home(&okafor).unwrap().rejoin, "she has heard of it");
    enrol::accept(&okafor, &invitation).unwrap();
    world.clock.advance(2 * 3600);
    doctor::sync(&okafor).unwrap();
    let home = doctor::home(&okafor).unwrap();
    assert!(!home.rejoin && home.problem.is_none());
    sync(&anna);
    assert_eq!(sharing::new_keys(&anna).unwrap().len(), 1);
}

#[test]
fn a_restored_doctor_stays_with_her_clinic() {
    let world = World::new();
    let okafor = world.doctor(OKAFOR);
    let restored = restored(&world, &okafor);
    let other = world.beside();
    let draft = keyward_app::views::desk::ClinicianDraft {
        name: OKAFOR.to_owned(),
        role: "Cardiologist".to_owned(),
        organisation: "Other Clinic".to_owned(),
        registration_number: None,
    };
    let invitation = desk::clinicians::enrol(&other.desk, &other.desk(), &draft).unwrap();
    let refused = enrol::read(&restored, &invitation.text).map(drop).unwrap_err();
    assert_eq!(refused.code, ErrorCode::AlreadyEnrolled);
}

#[test]
fn a_backup_of_another_role_is_refused_and_nothing_of_it_stays() {
    let world = World::new();
    let (anna, okafor) = (anna(&world), world.doctor(OKAFOR));
    for (owner, wrong, named) in
        [(&okafor, Role::Patient, "doctor"), (&anna, Role::Doctor, "patient")]
    {
        let text = kit_of(owner);
        let file = world.folder.path().join(format!("{named}.kwb"));
        back_up(owner, &file);
        let into = empty(&world, wrong);
        let refused = restore_into(&into, &text, &file).unwrap_err();
        assert_eq!(refused.code, ErrorCode::BackupOtherRole);
        assert_eq!(refused.params["role"], named);
        let tx = into.read().unwrap();
        assert!(tx.list(Collection::Grants).unwrap().is_empty());
        assert!(tx.list(Collection::Identity).unwrap().is_empty());
        assert_eq!(tx.count_records().unwrap(), Vec::new());
    }
}

#[test]
fn a_doctor_is_reminded_until_kit_and_backup_are_made_and_not_while_it_is_put_off() {
    let world = World::new();
    let okafor = world.doctor(OKAFOR);
    doctor::sync(&okafor).unwrap();
    let reminded = || status::status(&okafor).unwrap().remind;
    assert!(reminded());
    status::put_off(&okafor).unwrap();
    assert!(!reminded());
    world.clock.advance(8 * support::DAY);
    assert!(reminded());
    kit_of(&okafor);
    assert!(reminded(), "the kit alone brings nothing back");
    status::choose_file(&okafor, Some(&path(&world))).unwrap();
    status::back_up(
        &okafor,
        &keyward_app::ports::progress::Unwatched,
        &keyward_app::ports::progress::Cancel::new(),
    )
    .unwrap();
    assert!(!reminded());
    assert!(kit::status(&okafor).unwrap().unwrap().confirmed.is_some());
    // That time passes is no change: no version is written for it.
    world.clock.advance(support::DAY);
    doctor::sync(&okafor).unwrap();
    let before = status::status(&okafor).unwrap().file.unwrap().versions;
    back_up(&okafor, &path(&world));
    assert_eq!(status::status(&okafor).unwrap().file.unwrap().versions, before);
}
