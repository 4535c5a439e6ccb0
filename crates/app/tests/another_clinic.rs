//! A profile comes back on another computer, and its clinic does not: she joins another one. Over the real
//! vaults, relays and authorities of two clinics.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use keyward_app::enrol;
use keyward_app::error::ErrorCode;
use keyward_app::identity::Enrolment;
use keyward_app::leaving;
use keyward_app::patient::sharing::book::{Compartment, Epoch, Share, grant_id};
use keyward_app::patient::spaces::{self, Space};
use keyward_app::patient::{home, sharing, visibility};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::relay::Network;
use keyward_app::ports::vault::{Collection, RecordFilter};
use keyward_app::recovery::file::{FileSource, FileTarget};
use keyward_app::recovery::{kit, renew, report, restore, write};
use keyward_app::session::Session;
use keyward_app::store;
use keyward_app::views::common::{LeavesClinic, Role, VisibilityView};
use keyward_app::views::patient::{ProofState, ShareState};
use keyward_app::views::recovery::{KitWord, Renewal};
use keyward_app::views::words::ExportWords;
use keyward_protocol::ids::PersonaId;
use keyward_protocol::kit::{KitKeys, KitText};
use keyward_records::Category;
use keyward_testkit::Persona;
use support::two::Two;
use support::{Fuse, START, World, draft, find, import, share, space, sync};

const NAME: &str = "Test-Anna Maria";

/// A patient with two shares, one of which was looked at, who lost her computer: with her kit and her
/// backup, and the two clinics.
struct Lost {
    former: World,
    other: World,
    network: Arc<Two>,
    doctor: Session,
    kit: String,
    /// The share that was looked at.
    heart: String,
    knee: String,
}

impl Lost {
    fn new() -> Self {
        let former = World::new();
        let other = former.beside();
        let anna = former.patient(NAME, "Muster-Sample", "1961-03-14");
        import(&anna, &former.file("anna.json", &Persona::HeartWoman.bundle(7)));
        let doctor = former.doctor("Dr Test One");
        let found = find(&anna, "Dr Test One");
        let heart = space(&anna, "Heart", true);
        let heart = share(&anna, &draft(&heart, &found, &[Category::Conditions]));
        let knee = space(&anna, "Knee", false);
        let knee = share(&anna, &draft(&knee, &found, &[Category::Medications]));
        assert!(reads(&doctor, &heart));
        sync(&anna);
        let kit = kit_of(&anna);
        back_up(&anna, &path(&former));
        let network = Two::new(&former, &other);
        Self { former, other, network, doctor, kit, heart, knee }
    }

    fn network(&self) -> Arc<dyn Network> {
        Arc::clone(&self.network) as Arc<dyn Network>
    }

    /// The backup on another computer.
    fn restored(&self) -> Session {
        let session = self.former.person(Role::Patient, NAME, self.network());
        self.restore_into(&session);
        session
    }

    fn restore_into(&self, session: &Session) {
        let secret = KitText::parse(&self.kit).unwrap().secret;
        let mut source = FileSource::open(&path(&self.former)).unwrap();
        let versions = source.versions(&KitKeys::of(&secret).unwrap()).unwrap();
        let newest = versions.last().unwrap();
        restore::restore(session, &secret, newest, &mut source, &Unwatched, &Cancel::new())
            .unwrap();
    }

    fn invitation(&self) -> String {
        self.other.invite(NAME, "Muster-Sample", "1961-03-14")
    }

    fn invitation_of_former(&self) -> String {
        self.former.invite(NAME, "Muster-Sample", "1961-03-14")
    }
}

fn path(world: &World) -> PathBuf {
    world.folder.path().join("anna.keyward-backup")
}

fn back_up(session: &Session, path: &Path) {
    write::write(session, &mut FileTarget::new(path), &Unwatched, &Cancel::new()).unwrap();
}

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

fn reads(doctor: &Session, share: &str) -> bool {
    keyward_app::doctor::sync(doctor).unwrap();
    keyward_app::doctor::chart(doctor, share).unwrap().chart.is_some()
}

fn try_sync(session: &Session) -> Result<(), keyward_app::error::AppError> {
    sharing::sync(session, &Unwatched, &Cancel::new())
}

fn refused<T>(outcome: Result<T, keyward_app::error::AppError>) -> ErrorCode {
    outcome.err().unwrap().code
}

fn clinic(session: &Session) -> String {
    Enrolment::load(&*session.read().unwrap()).unwrap().unwrap().clinic_name
}

fn records(session: &Session) -> usize {
    session.read().unwrap().records(&RecordFilter::default()).unwrap().len()
}

fn state(session: &Session, share: &str) -> ShareState {
    sharing::one(session, share).unwrap().state
}

/// Everything by which the former clinic and its relay know her.
fn traces(lost: &Lost, session: &Session) -> Vec<Vec<u8>> {
    let tx = session.read().unwrap();
    let mut traces = vec![lost.former.authority.service_id().as_bytes().to_vec()];
    for (id, stored) in Space::all(&*tx).unwrap() {
        let enrolment = Enrolment::require(&*tx).unwrap();
        let certificate = stored.certificate(&enrolment, session.now()).unwrap().unwrap();
        traces.push(certificate.raw().to_vec());
        traces.push(certificate.verification.to_bytes().to_vec());
        traces.push(PersonaId::of(&certificate.verification).as_bytes().to_vec());
        traces.push(certificate.recovery_hash.to_vec());
        // Who would have continued her there.
        let next = session.with_master(|master| stored.persona(master)).unwrap();
        traces.push(next.signing.verifying_key().to_bytes().to_vec());
        for (category, compartment) in Compartment::of_space(&*tx, &id).unwrap() {
            traces.push(compartment.id.as_bytes().to_vec());
            traces.push(compartment.device.as_bytes().to_vec());
            for epoch in Epoch::of_compartment(&*tx, &id, category).unwrap() {
                traces.push(epoch.id.as_bytes().to_vec());
            }
        }
    }
    for (id, share) in Share::all(&*tx).unwrap() {
        traces.push(grant_id(&id).unwrap().as_bytes().to_vec());
        traces.push(share.doctor);
    }
    let enrolment = Enrolment::require(&*tx).unwrap();
    let key = session.with_master(|master| enrolment.enrolment_key(master)).unwrap();
    traces.push(key.verifying_key().to_bytes().to_vec());
    assert!(traces.len() > 20);
    traces
}

fn check_nothing_of(traces: &[Vec<u8>], lost: &Lost) {
    assert!(!lost.network.to_other.is_empty());
    for (number, trace) in traces.iter().enumerate() {
        assert!(!lost.network.to_other.has(trace), "trace {number} went to the other clinic");
    }
}

/// What holds once she is with the other clinic.
fn check_left(lost: &Lost, session: &Session) {
    assert_eq!(clinic(session), "Other Test Clinic");
    assert_eq!(renew::status(session).unwrap(), None, "nothing waits any more");
    assert!(spaces::list(session).unwrap().is_empty());
    let tx = session.read().unwrap();
    for of_former in [
        Collection::Spaces,
        Collection::Compartments,
        Collection::Epochs,
        Collection::PoolEntries,
        Collection::Sealed,
        Collection::Shares,
        Collection::Outbox,
        Collection::Contacts,
        Collection::Accesses,
    ] {
        assert!(tx.list(of_former).unwrap().is_empty(), "{of_former:?}");
    }
    drop(tx);
    assert_eq!(sharing::list(session).unwrap().len(), 2);
    let looked = sharing::one(session, &lost.heart).unwrap().accesses;
    assert_eq!(looked.len(), 1);
    assert!(looked[0].proof == ProofState::Verified && looked[0].category.is_some());
}

#[test]
fn a_patient_whose_clinic_is_gone_joins_another_and_keeps_what_was() {
    let lost = Lost::new();
    let anna = lost.restored();
    assert_eq!(refused(try_sync(&anna)), ErrorCode::AuthorityUnreachable);
    // Decided while nothing can be reached: it waits, and must not go to somebody else.
    sharing::decide_revocation(&anna, &lost.knee).unwrap();
    let (traces, before) = (traces(&lost, &anna), records(&anna));
    let invitation = lost.invitation();

    let told = enrol::read(&anna, &invitation).unwrap();
    let leaves =
        LeavesClinic { clinic_name: "Sample Clinic".into(), spaces: 2, shares: 2, open: 2 };
    assert_eq!(told.leaves, Some(leaves));
    let error = enrol::accept(&anna, &invitation).err().unwrap();
    assert_eq!(error.code, ErrorCode::InvitationOtherClinic);
    assert_eq!(error.params.get("clinic").map(String::as_str), Some("Sample Clinic"));
    assert!(!lost.network.to_other.has(b"an invitation's code"), "nothing is sent unasked");
    assert_eq!(clinic(&anna), "Sample Clinic");

    enrol::accept_and_leave(&anna, &invitation).unwrap();
    check_left(&lost, &anna);
    assert_eq!(records(&anna), before);
    let told = report::report(&anna).unwrap().unwrap();
    assert_eq!(told.left_clinic.as_deref(), Some("Sample Clinic"));
    assert_eq!((told.enrolment, told.renewals.len()), (Renewal::None, 0));

    // To be read, and not to be changed.
    let receipt = sharing::receipt(&anna, &lost.heart).unwrap();
    assert_eq!(
        (receipt.clinic_name.as_str(), receipt.share.space_name.as_str()),
        ("Sample Clinic", "Heart")
    );
    assert_eq!(receipt.share.shown_as, "Test-Anna Maria Muster-Sample");
    assert!(receipt.consent.contains("Sample Clinic"));
    for id in [&lost.heart, &lost.knee] {
        assert_eq!(state(&anna, id), ShareState::Former);
        assert_eq!(refused(sharing::revoke(&anna, id)), ErrorCode::NotFound);
        assert_eq!(
            refused(sharing::extend(&anna, id, support::START + 99 * support::DAY)),
            ErrorCode::NotFound
        );
    }
    let mut zip = std::io::Cursor::new(Vec::new());
    leaving::export(&anna, &mut zip, &ExportWords::of_keys(), &Unwatched, &Cancel::new()).unwrap();
    assert!(home::home(&anna).unwrap().shares.is_empty());

    // She shares with a doctor of the other clinic, who reads; and takes it back.
    let doctor = lost.other.doctor("Dr Test Two");
    let heart = space(&anna, "Heart", true);
    let given = share(&anna, &draft(&heart, &find(&anna, "Dr Test Two"), &[Category::Conditions]));
    assert!(reads(&doctor, &given));
    sync(&anna);
    let looked = sharing::one(&anna, &given).unwrap().accesses;
    assert!(!looked.is_empty() && looked.iter().all(|it| it.proof == ProofState::Verified));
    assert!(sharing::revoke(&anna, &given).unwrap().confirmed);
    assert!(!reads(&doctor, &given));

    assert!(lost.network.to_other.has(grant_id(&given).unwrap().as_bytes()), "it is listened to");
    check_nothing_of(&traces, &lost);
}

#[test]
fn what_still_runs_at_the_clinic_that_was_left_is_told_and_nothing_is_sent_there() {
    let lost = Lost::new();
    let anna = lost.restored();
    enrol::accept_and_leave(&anna, &lost.invitation()).unwrap();
    // The clinic was only out of reach.
    lost.network.gone.store(false, Ordering::SeqCst);
    sync(&anna);
    assert!(lost.network.to_former.is_empty());
    assert!(reads(&lost.doctor, &lost.heart), "which is why it is asked about");
    let VisibilityView::Shared { with } = visibility::everything(&anna).unwrap() else {
        panic!("the doctor reads")
    };
    assert_eq!(with.len(), 2);
    lost.former.clock.advance(91 * support::DAY);
    assert_eq!(state(&anna, &lost.heart), ShareState::Ended);
    assert_eq!(visibility::everything(&anna).unwrap(), VisibilityView::OnlyYou);
    assert!(!reads(&lost.doctor, &lost.heart));
}

#[test]
fn the_same_kit_brings_her_back_at_the_other_clinic() {
    let lost = Lost::new();
    let anna = lost.restored();
    enrol::accept_and_leave(&anna, &lost.invitation()).unwrap();
    let doctor = lost.other.doctor("Dr Test Two");
    let heart = space(&anna, "Heart", true);
    let give = |session: &Session| {
        let found = find(session, "Dr Test Two");
        share(session, &draft(&heart, &found, &[Category::Conditions]))
    };
    let given = give(&anna);
    assert!(reads(&doctor, &given));
    back_up(&anna, &path(&lost.former));

    // Lost once more, and this clinic is there.
    lost.former.clock.advance(60);
    let third = lost.restored();
    lost.former.clock.advance(60);
    sync(&third);
    let status = renew::status(&third).unwrap().unwrap();
    assert_eq!((status.waiting, status.desk), (0, false));
    assert_eq!(state(&third, &lost.heart), ShareState::Former);
    assert_eq!(report::report(&third).unwrap().unwrap().left_clinic, None, "left before");
    assert!(!reads(&doctor, &given));
    let given = give(&third);
    assert!(reads(&doctor, &given));
}

#[test]
fn a_profile_that_waits_for_nothing_joins_no_other_clinic() {
    let lost = Lost::new();
    lost.network.gone.store(false, Ordering::SeqCst);
    lost.network.invited_by_former.store(true, Ordering::SeqCst);
    let never_lost = lost.former.patient_over("Test-Bruno", "Probe", "1950-01-02", lost.network());
    lost.network.invited_by_former.store(false, Ordering::SeqCst);
    let renewed = lost.restored();
    lost.former.clock.advance(60);
    sync(&renewed);
    assert_eq!(renew::status(&renewed).unwrap().unwrap().waiting, 0);
    let invitation = lost.invitation();
    for session in [&never_lost, &renewed] {
        assert_eq!(refused(enrol::read(session, &invitation)), ErrorCode::AlreadyEnrolled);
        assert_eq!(refused(enrol::accept(session, &invitation)), ErrorCode::AlreadyEnrolled);
        let outcome = enrol::accept_and_leave(session, &invitation);
        assert_eq!(refused(outcome), ErrorCode::AlreadyEnrolled);
        assert_eq!(clinic(session), "Sample Clinic");
    }
    assert!(lost.network.to_other.is_empty());
    assert_eq!(spaces::list(&renewed).unwrap().len(), 2);
}

#[test]
fn an_invitation_of_the_same_clinic_goes_on_as_before() {
    let lost = Lost::new();
    let anna = lost.restored();
    lost.network.gone.store(false, Ordering::SeqCst);
    lost.network.invited_by_former.store(true, Ordering::SeqCst);
    // The clinic may answer yet: what waits goes on by itself.
    let invitation = lost.invitation_of_former();
    assert_eq!(refused(enrol::read(&anna, &invitation)), ErrorCode::AlreadyEnrolled);
    assert_eq!(refused(enrol::accept_and_leave(&anna, &invitation)), ErrorCode::AlreadyEnrolled);

    // The clinic does not know her recovery key: its desk invites her anew, and nothing is set apart.
    let anna = without_register(&lost);
    assert!(renew::status(&anna).unwrap().unwrap().desk);
    assert_eq!(enrol::read(&anna, &invitation).unwrap().leaves, None);
    said_no(&anna);
    enrol::accept_and_leave(&anna, &invitation).unwrap();
    check_no_forgotten(&anna);
    assert_eq!(clinic(&anna), "Sample Clinic");
    assert_eq!(spaces::list(&anna).unwrap().len(), 2);
    lost.former.clock.advance(60);
    sync(&anna);
    let status = renew::status(&anna).unwrap().unwrap();
    assert_eq!((status.waiting, status.desk), (0, false));
    assert_eq!(status.ended.len(), 2);

    // And if it is another clinic that invites her, she may leave this one as well.
    let anna = without_register(&lost);
    lost.network.invited_by_former.store(false, Ordering::SeqCst);
    said_no(&anna);
    enrol::accept_and_leave(&anna, &lost.invitation()).unwrap();
    check_left(&lost, &anna);
    check_no_forgotten(&anna);
}

/// Where the turns are remembered.
const TURNS: &str = "rhythm/plan";

/// As if things travelled apart and the clinic had said no just now: for a week it is not asked again.
fn said_no(session: &Session) {
    let turns = serde_json::json!({
        "plan": { "opening": { "begun": START, "line": "asking", "used": true }, "served": [] },
        "done": [["ahead", START], ["asking", START]],
    });
    let mut tx = session.begin().unwrap();
    store::save(&mut *tx, Collection::Jobs, TURNS, &turns).unwrap();
    tx.commit().unwrap();
}

/// It was said of an enrolment there is no more; the opening is the same one.
fn check_no_forgotten(session: &Session) {
    let turns: serde_json::Value =
        store::load(&*session.read().unwrap(), Collection::Jobs, TURNS).unwrap().unwrap();
    assert_eq!(turns["done"], serde_json::json!([["ahead", START]]));
    assert_eq!(turns["plan"]["opening"]["line"], "asking");
}

/// Restored from a backup that does not know what stands in the clinic's register.
fn without_register(lost: &Lost) -> Session {
    let (once, place) = (lost.restored(), lost.former.folder.path().join("without"));
    let _ = std::fs::remove_file(&place);
    let mut tx = once.begin().unwrap();
    assert!(tx.delete(Collection::Identity, "enrolment-recovery").unwrap());
    tx.commit().unwrap();
    back_up(&once, &place);
    std::fs::rename(path(&lost.former), place.with_extension("kept")).unwrap();
    std::fs::rename(&place, path(&lost.former)).unwrap();
    let session = lost.restored();
    std::fs::rename(place.with_extension("kept"), path(&lost.former)).unwrap();
    session
}

#[test]
fn a_list_of_doctors_that_comes_late_from_the_clinic_that_was_left_is_dropped() {
    let lost = Lost::new();
    lost.network.gone.store(false, Ordering::SeqCst);
    let anna = Arc::new(lost.restored());
    let (leaving, invitation) = (Arc::clone(&anna), lost.invitation());
    *lost.network.under_way.lock().unwrap() = Some(Box::new(move || {
        enrol::accept_and_leave(&leaving, &invitation).unwrap();
    }));
    let directory = sharing::doctors(&anna).unwrap();
    assert_eq!(directory.problem.map(|problem| problem.code), Some(ErrorCode::Conflict));
    check_left(&lost, &anna);
    lost.other.doctor("Dr Test Two");
    find(&anna, "Dr Test Two");
}

#[test]
fn whoever_dies_while_joining_is_with_the_one_clinic_or_with_the_other() {
    let lost = Lost::new();
    let fuse = Fuse::new();
    let (mut stayed, mut left, mut known) = (0, 0, None);
    for step in (0..).step_by(3) {
        // The clinic takes no more invitations than a person could type.
        lost.former.clock.advance(300);
        let device = lost.former.unenrolled_over(&fuse, lost.network());
        lost.restore_into(&device.start());
        let session = device.start();
        sharing::decide_revocation(&session, &lost.knee).unwrap();
        known.get_or_insert_with(|| traces(&lost, &session));
        let invitation = lost.invitation();
        fuse.light(step);
        let outcome = enrol::accept_and_leave(&session, &invitation);
        let died = fuse.mend();
        assert_eq!(outcome.is_err(), died, "step {step}");
        let session = device.start();
        if clinic(&session) == "Sample Clinic" {
            stayed += 1;
            assert_eq!(spaces::list(&session).unwrap().len(), 2, "step {step}");
            assert!(renew::status(&session).unwrap().unwrap().waiting > 0, "step {step}");
            let rows = session.read().unwrap().list(Collection::Outbox).unwrap().len();
            assert_eq!(rows, 1, "step {step}");
            assert_eq!(state(&session, &lost.heart), ShareState::Live, "step {step}");
            // The same invitation again.
            enrol::accept_and_leave(&session, &invitation).unwrap();
        } else {
            left += 1;
            let again = enrol::accept_and_leave(&session, &invitation);
            assert_eq!(refused(again), ErrorCode::AlreadyEnrolled, "step {step}");
        }
        check_left(&lost, &session);
        sync(&session);
        if !died {
            break;
        }
    }
    assert!(stayed > 5 && left > 0, "{stayed} stayed, {left} left");
    check_nothing_of(&known.unwrap(), &lost);
}
