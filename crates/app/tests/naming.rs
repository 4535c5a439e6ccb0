//! Who vouches for a patient's name: the clinic, if she shows it and the clinic said so; nobody for
//! what a patient merely states; and a pseudonym stays one.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyward_app::doctor;
use keyward_app::exchange::{NamedCompartment, ShareLetter, ShownAs};
use keyward_app::patient::sharing;
use keyward_app::patient::sharing::book::{Compartment, Epoch, Share};
use keyward_app::patient::spaces::Space;
use keyward_app::ports::authority::AuthorityError;
use keyward_app::ports::relay::{GrantKey, PostGrant};
use keyward_app::session::Session;
use keyward_app::views::doctor::PatientLabel;
use keyward_app::views::patient::ShareState;
use keyward_protocol::capsule::DelegatingKey;
use keyward_protocol::grant::{GrantBuilder, GrantMessage};
use keyward_records::Category;
use keyward_testkit::{Persona, seeded};
use support::tamper::{TamperNetwork, Tricks};
use support::{DAY, START, World, draft, find, import, share, space, sync};

const NAME: &str = "Test-Anna Maria Muster-Sample";
const BORN: &str = "1961-03-14";

struct Story {
    world: World,
    tricks: Arc<Tricks>,
    anna: Session,
    okafor: Session,
    asked: Arc<AtomicUsize>,
}

/// A patient whose requests to be named are counted, and a doctor.
fn story() -> Story {
    let world = World::new();
    let tricks = Arc::new(Tricks::default());
    let network =
        Arc::new(TamperNetwork { inner: world.network.clone(), tricks: Arc::clone(&tricks) });
    let anna = world.patient_over("Test-Anna Maria", "Muster-Sample", BORN, network);
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    let okafor = world.doctor("Dr Test-Okafor");
    let story = Story { world, tricks, anna, okafor, asked: Arc::default() };
    story.naming(|answer| answer);
    story
}

impl Story {
    /// What becomes of the clinic's answer from now on.
    fn naming(
        &self,
        mut trick: impl FnMut(Result<Vec<u8>, AuthorityError>) -> Result<Vec<u8>, AuthorityError>
        + Send
        + 'static,
    ) {
        let asked = Arc::clone(&self.asked);
        *self.tricks.naming.lock().unwrap() = Some(Box::new(move |answer| {
            asked.fetch_add(1, Ordering::SeqCst);
            trick(answer)
        }));
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Shares for 170 days.
    fn share(&self, space: &str) -> String {
        let mut draft = draft(space, &find(&self.anna, "Dr Test-Okafor"), &[Category::Results]);
        draft.until = START + 170 * DAY;
        share(&self.anna, &draft)
    }

    /// How the doctor sees the patient after asking the relay.
    fn seen(&self) -> PatientLabel {
        doctor::sync(&self.okafor).unwrap();
        self.label()
    }

    /// How the doctor sees the patient as things are.
    fn label(&self) -> PatientLabel {
        let shares = doctor::home(&self.okafor).unwrap().shares;
        assert_eq!(shares.len(), 1);
        shares[0].patient.clone()
    }
}

fn named(vouched_by: Option<&str>) -> PatientLabel {
    PatientLabel::Named {
        name: NAME.to_owned(),
        birth_date: Some(BORN.to_owned()),
        vouched_by: vouched_by.map(str::to_owned),
    }
}

#[test]
fn the_clinic_vouches_for_a_name_that_is_shown() {
    let story = story();
    let id = story.share(&space(&story.anna, "Heart", true));
    assert_eq!(story.seen(), named(Some("Sample Clinic")));
    let chart = doctor::chart(&story.okafor, &id).unwrap();
    assert_eq!(chart.share.patient, named(Some("Sample Clinic")));
    // Kept with the space: nothing is asked again, and no further grant is made.
    let granted = |session: &Session| {
        Share::load(&*session.read().unwrap(), &id).unwrap().granted.unwrap().revision
    };
    assert_eq!((story.asked(), granted(&story.anna)), (1, 1));
    sync(&story.anna);
    assert_eq!((story.asked(), granted(&story.anna)), (1, 1));
}

#[test]
fn a_pseudonymous_space_never_asks_and_carries_no_name() {
    let story = story();
    let quiet = space(&story.anna, "Quiet", false);
    story.share(&quiet);
    sync(&story.anna);
    assert_eq!(story.asked(), 0);
    assert!(Space::load(&*story.anna.read().unwrap(), &quiet).unwrap().attestation.is_none());
    assert!(matches!(story.seen(), PatientLabel::Pseudonym { .. }));
}

#[test]
fn without_the_clinic_the_share_is_made_and_the_name_vouched_for_later() {
    let story = story();
    story.naming(|_| Err(AuthorityError::Unreachable("away".to_owned())));
    let id = story.share(&space(&story.anna, "Heart", true));
    assert_eq!(sharing::one(&story.anna, &id).unwrap().state, ShareState::Live);
    assert_eq!(story.seen(), named(None));
    // Still away: nothing changes, nothing fails.
    sync(&story.anna);
    assert_eq!(story.seen(), named(None));
    // A refusal, and answers that are no attestation of hers, are not passed on.
    for answer in [Err(AuthorityError::Refused("not-found".to_owned())), Ok(b"rubbish".to_vec())] {
        story.naming(move |_| answer.clone());
        sync(&story.anna);
        assert_eq!(story.seen(), named(None));
    }
    story.naming(|answer| answer);
    sync(&story.anna);
    assert_eq!(story.seen(), named(Some("Sample Clinic")));
}

#[test]
fn what_is_attested_ends_and_is_asked_for_again() {
    let story = story();
    story.share(&space(&story.anna, "Heart", true));
    assert_eq!(story.seen(), named(Some("Sample Clinic")));
    // Into the last 30 days of the attestation: the next exchange renews it, so that it does not end.
    story.world.clock.set(START + 100 * DAY);
    sync(&story.anna);
    assert_eq!(story.asked(), 2);
    story.seen();
    story.world.clock.set(START + 125 * DAY);
    assert_eq!(story.label(), named(Some("Sample Clinic")));
}

#[test]
fn an_attestation_that_ended_vouches_for_nothing() {
    let story = story();
    story.share(&space(&story.anna, "Heart", true));
    assert_eq!(story.seen(), named(Some("Sample Clinic")));
    story.world.clock.set(START + 125 * DAY);
    assert_eq!(story.label(), named(None));
    sync(&story.anna);
    assert_eq!(story.seen(), named(Some("Sample Clinic")));
}

#[test]
fn a_name_the_register_does_not_have_is_the_patient_s_own_statement() {
    let story = story();
    let mut enrolment = story.anna.enrolment().unwrap();
    enrolment.person.as_mut().unwrap().name = "Test-Cleo Famous".to_owned();
    let mut tx = story.anna.begin().unwrap();
    enrolment.save(&mut *tx).unwrap();
    tx.commit().unwrap();
    story.share(&space(&story.anna, "Heart", true));
    assert!(story.asked() > 0);
    let PatientLabel::Named { name, vouched_by, .. } = story.seen() else { panic!() };
    assert_eq!((name.as_str(), vouched_by), ("Test-Cleo Famous", None));
}

#[test]
fn an_attestation_of_another_persona_s_is_not_used() {
    let story = story();
    let kept = Arc::new(Mutex::new(None));
    // The first space's attestation comes back for the second one too.
    story.naming(move |answer| {
        let mut kept = kept.lock().unwrap();
        Ok(kept.get_or_insert_with(|| answer.unwrap()).clone())
    });
    let first = space(&story.anna, "Heart", true);
    let second = space(&story.anna, "Skin", true);
    let ids = [story.share(&first), story.share(&second)];
    doctor::sync(&story.okafor).unwrap();
    let label = |id: &str| doctor::chart(&story.okafor, id).unwrap().share.patient;
    assert_eq!(label(&ids[0]), named(Some("Sample Clinic")));
    assert_eq!(label(&ids[1]), named(None));
}

/// A patient's app that was changed: a real attestation beside another name, in a grant that is
/// validly signed.
#[test]
fn nobody_vouches_for_another_name_put_beside_a_real_attestation() {
    let story = story();
    let heart = space(&story.anna, "Heart", true);
    let id = story.share(&heart);
    assert_eq!(story.seen(), named(Some("Sample Clinic")));
    let attestation = {
        let tx = story.anna.read().unwrap();
        Space::load(&*tx, &heart).unwrap().attestation
    };
    assert!(attestation.is_some());
    let as_whom = |revision: u32, name: &str, born: &str| {
        let patient = ShownAs::Name { name: name.to_owned(), birth_date: Some(born.to_owned()) };
        forge(&story.anna, &heart, &id, revision, patient, attestation.clone());
        let PatientLabel::Named { name: shown, vouched_by, .. } = story.seen() else { panic!() };
        assert_eq!(shown, name);
        vouched_by
    };
    assert_eq!(as_whom(2, "Test-Cleo Famous", BORN), None);
    assert_eq!(as_whom(3, NAME, "1990-01-01"), None);
    // The same way with her own name: it is the name that made the difference.
    assert_eq!(as_whom(4, NAME, BORN).as_deref(), Some("Sample Clinic"));
}

/// Hands the relay a grant revision with a letter of one's own.
fn forge(
    session: &Session,
    space_id: &str,
    id: &str,
    revision: u32,
    patient: ShownAs,
    attestation: Option<Vec<u8>>,
) {
    let enrolment = session.enrolment().unwrap();
    let tx = session.read().unwrap();
    let space = Space::load(&*tx, space_id).unwrap();
    let share = Share::load(&*tx, id).unwrap();
    let part = Compartment::load(&*tx, space_id, Category::Results).unwrap().unwrap();
    let epochs = Epoch::of_compartment(&*tx, space_id, Category::Results).unwrap();
    drop(tx);
    let persona = session.with_master(|master| space.persona(master)).unwrap();
    let certificate = space.certificate(&enrolment, session.now()).unwrap().unwrap();
    let doctor = share.doctor(&enrolment.authority_key().unwrap()).unwrap();
    let (grant, keys) = session
        .with_master(|master| {
            let key = DelegatingKey::derive(master, certificate.id(), part.id, epochs[0].id);
            let grant = GrantBuilder::new(master, &certificate, &doctor, id.parse().unwrap())
                .unwrap()
                .revision(revision)
                .valid(share.created, share.until)
                .entry(&key);
            Ok(grant.sign(&persona.signing).unwrap())
        })
        .unwrap();
    let letter = ShareLetter {
        patient,
        attestation,
        purpose: share.purpose,
        compartments: vec![NamedCompartment { compartment: part.id, category: Category::Results }],
        made: share.created,
        consent: "{}".to_owned(),
    };
    let message = GrantMessage {
        grant: grant.clone(),
        epoch_object: space.epoch_object.clone().unwrap(),
        persona_certificate: certificate.raw().to_vec(),
        share: letter.to_bytes().unwrap(),
    };
    let sealed = message.seal(&mut seeded(revision.into()), &persona.signing, &doctor).unwrap();
    let post = PostGrant {
        signed_grant: grant.to_bytes(),
        keys: vec![GrantKey {
            compartment: part.id,
            epoch: epochs[0].id,
            key: keys[0].to_bytes().to_vec(),
        }],
        message: sealed,
    };
    let relay = session.network().relay(&enrolment.relay(), persona.signing).unwrap();
    relay.grant(&post).unwrap();
}
