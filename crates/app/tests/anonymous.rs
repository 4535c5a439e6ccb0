//! Spaces on the anonymous credential, over real services: who was certified ahead is taken, what cannot be is
//! said, and nothing of the type before is read.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use keyward_app::credential::{
    self, CredentialError, Pace, Pinned, READY, count, evidence, renew_at, take,
};
use keyward_app::desk::keys::authority_signing;
use keyward_app::doctor;
use keyward_app::error::ErrorCode;
use keyward_app::identity::Enrolment;
use keyward_app::patient::spaces::{self, Space};
use keyward_app::ports::relay::Network as _;
use keyward_app::ports::vault::Collection;
use keyward_app::session::Session;
use keyward_app::store;
use keyward_app::views::patient::{SpaceDraft, SpaceView};
use keyward_protocol::arc::{IssuerKey, Limit};
use keyward_protocol::certificate::AnonymousCertificate;
use keyward_protocol::credential_epoch::{CredentialEpoch, VerifiedEpoch};
use keyward_protocol::keys::MasterSecret;
use keyward_protocol::statement::Signed;
use keyward_records::Category;
use keyward_relay_api::authority::credential::{CREDENTIAL_LIMIT, epoch_at};
use keyward_relay_api::authority::persona::EPOCH_SECONDS;
use keyward_testkit::{Persona, seeded};
use support::tamper::{TamperNetwork, Tricks};
use support::{DAY, Fuse, START, World, draft, find, import, share, space, sync};

fn ready(session: &Session) -> usize {
    count(&*session.read().unwrap()).unwrap()
}

fn make(session: &Session, name: &str) -> Result<SpaceView, keyward_app::error::AppError> {
    let draft = SpaceDraft { name: name.into(), icon: "heart".into(), shows_name: false };
    spaces::create(session, &draft)
}

fn stored(session: &Session, id: &str) -> Space {
    Space::load(&*session.read().unwrap(), id).unwrap()
}

#[test]
fn a_space_takes_who_was_certified_ahead_and_says_if_nobody_was() {
    let world = World::new();
    let anna = world.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    let first = make(&anna, "Heart").unwrap();
    assert!(first.certified && first.anonymity.at_once && first.anonymity.set_up_key);
    let epoch = epoch_at(START);
    assert_eq!(first.anonymity.until, Some((epoch + 2) * EPOCH_SECONDS));
    credential::work_ahead(&anna, Pace::Now).unwrap();
    assert_eq!(ready(&anna), READY);
    let later = make(&anna, "Skin").unwrap();
    assert!(later.certified && !later.anonymity.at_once);
    assert_eq!(ready(&anna), READY - 1);
    // What is stored of one space is nowhere in the other.
    let (one, two) = (stored(&anna, &first.id), stored(&anna, &later.id));
    assert_ne!(one.certificate, two.certificate);
    assert_eq!(one.epoch_object, two.epoch_object, "the same for everybody");
}

#[test]
fn the_same_kinds_in_two_spaces_are_told() {
    let world = World::new();
    world.doctor("Dr Test One");
    let anna = world.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    let [heart, knee] = ["Heart", "Knee"].map(|name| space(&anna, name, false));
    let card = find(&anna, "Dr Test One");
    share(&anna, &draft(&heart, &card, &[Category::Results, Category::Conditions]));
    let alike = |id: &str| {
        let all = spaces::list(&anna).unwrap();
        all.into_iter().find(|space| space.id == id).unwrap().anonymity.alike
    };
    assert!(alike(&heart).is_empty() && alike(&knee).is_empty());
    share(&anna, &draft(&knee, &card, &[Category::Results]));
    assert_eq!((alike(&heart), alike(&knee)), (vec!["Knee".to_owned()], vec!["Heart".to_owned()]));
}

#[test]
fn when_the_limit_is_reached_no_space_is_made_and_it_says_from_when_more_are_possible() {
    let world = World::new();
    let anna = world.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    let channels = world.network.credentials();
    for _ in 0..CREDENTIAL_LIMIT {
        credential::keep_ready(&anna, channels, 1, Pace::Now).unwrap();
        let mut tx = anna.begin().unwrap();
        take(&anna, &mut *tx).unwrap().unwrap();
        tx.commit().unwrap();
    }
    let refused = make(&anna, "Heart").unwrap_err();
    assert_eq!(refused.code, ErrorCode::CredentialExhausted);
    let again = (epoch_at(START) + 1) * EPOCH_SECONDS;
    assert_eq!(refused.params["again"], again.to_string());
    assert!(spaces::list(&anna).unwrap().is_empty());
    world.clock.set(again);
    assert!(make(&anna, "Heart").unwrap().certified);
}

#[test]
fn wherever_the_device_dies_while_a_space_is_made_it_is_there_whole_or_not_at_all() {
    let world = World::new();
    let fuse = Fuse::new();
    let device = world.fragile_patient(&fuse, "Test-Anna", "Muster-Sample", "1961-03-14");
    let mut before = 0;
    for n in 0.. {
        fuse.light(n);
        let made = make(&device.start(), &format!("Space {n}"));
        let died = fuse.mend();
        let all = spaces::list(&device.start()).unwrap();
        let new = all.len() - before;
        assert!(new == 1 || (new == 0 && made.is_err()), "at {n}: {made:?}");
        assert!(all.iter().all(|space| space.certified), "at {n}");
        before = all.len();
        if !died {
            assert!(n > 5, "the steps were counted: {n}");
            break;
        }
    }
    let session = device.start();
    let all = Space::all(&*session.read().unwrap()).unwrap();
    let different: BTreeSet<_> = all.iter().map(|(_, space)| space.certificate.clone()).collect();
    assert_eq!(different.len(), all.len(), "nobody is used twice");
}

#[test]
fn without_the_clinic_a_space_is_there_and_gets_its_persona_when_it_shares() {
    let world = World::new();
    let tricks = Arc::new(Tricks::default());
    let network = TamperNetwork { inner: world.network.clone(), tricks: Arc::clone(&tricks) };
    let anna = world.patient_over("Test-Anna", "Muster-Sample", "1961-03-14", Arc::new(network));
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    let okafor = world.doctor("Dr Test-Okafor");
    *tricks.silent.lock().unwrap() = true;
    let bare = make(&anna, "Heart").unwrap();
    assert!(!bare.certified);
    *tricks.silent.lock().unwrap() = false;
    let id = share(&anna, &draft(&bare.id, &find(&anna, "Dr Test-Okafor"), &[Category::Results]));
    doctor::sync(&okafor).unwrap();
    assert!(doctor::chart(&okafor, &id).unwrap().chart.is_some());
    assert!(stored(&anna, &bare.id).at_once, "and says that it got her then");
}

/// A certificate of the identified type, from a development version: it counts as none, the same persona is
/// certified anew when its space next shares, and the share goes to its doctor again.
#[test]
fn a_space_of_an_earlier_version_is_certified_when_it_next_shares() {
    let world = World::new();
    let okafor = world.doctor("Dr Test-Okafor");
    let anna = world.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    let heart = space(&anna, "Heart", false);
    let enrolment = Enrolment::require(&*anna.read().unwrap()).unwrap();
    let persona = anna.with_master(|master| stored(&anna, &heart).persona(master)).unwrap();
    let vectors = include_str!("../../protocol/vectors/certificate.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    let old = cases.iter().find(|case| case["name"] == "persona-of-the-identified-type").unwrap();
    let old = hex::decode(old["input"]["bytes"].as_str().unwrap()).unwrap();
    world.clock.advance(EPOCH_SECONDS);
    let mut tx = anna.begin().unwrap();
    let mut earlier = Space::load(&*tx, &heart).unwrap();
    (earlier.certificate, earlier.presented) = (Some(old.clone()), Some(old));
    earlier.epoch_object = None;
    earlier.save(&mut *tx, &heart).unwrap();
    tx.commit().unwrap();
    assert!(earlier.certificate(&enrolment, world.clock.now()).unwrap().is_none());
    assert!(!spaces::list(&anna).unwrap()[0].certified);
    let mut wanted = draft(&heart, &find(&anna, "Dr Test-Okafor"), &[Category::Results]);
    wanted.until = world.clock.now() + 30 * DAY;
    let id = share(&anna, &wanted);
    let now = stored(&anna, &heart).certificate(&enrolment, world.clock.now()).unwrap().unwrap();
    assert_eq!(now.verification, *persona.signing.verifying_key(), "the same persona");
    doctor::sync(&okafor).unwrap();
    assert!(doctor::chart(&okafor, &id).unwrap().chart.is_some());
}

#[test]
fn a_certificate_is_renewed_in_the_next_epoch_with_the_same_keys_before_it_ends() {
    let world = World::new();
    world.doctor("Dr Test-Okafor");
    let anna = world.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    let heart = space(&anna, "Heart", false);
    let mut wanted = draft(&heart, &find(&anna, "Dr Test-Okafor"), &[Category::Results]);
    wanted.until = START + 200 * DAY;
    share(&anna, &wanted);
    let read = || {
        let bytes = stored(&anna, &heart).certificate.unwrap();
        AnonymousCertificate::unverified(&bytes).unwrap()
    };
    let (first, begin) = (read(), (epoch_at(START) + 1) * EPOCH_SECONDS);
    world.clock.set(begin - 1);
    sync(&anna);
    assert_eq!(read(), first, "never in its own epoch");
    world.clock.set(begin + 60 * DAY);
    sync(&anna);
    let next = read();
    assert_eq!((next.epoch, &next.verification), (first.epoch + 1, &first.verification));
    // At times that differ from space to space, with thirty days left.
    let times: BTreeSet<_> = (0_u8..20).map(|n| renew_at(first.epoch, &[n; 16])).collect();
    assert!(times.len() > 15);
    assert!(times.iter().all(|at| (begin..begin + 60 * DAY).contains(at)));
}

/// A letter's object is compared with the relay's; one of its own for one doctor is not believed, and both
/// are kept, signed by the clinic.
#[test]
fn a_doctor_compares_the_object_of_an_epoch_with_the_one_everybody_has() {
    let world = World::new();
    let okafor = world.doctor("Dr Test-Okafor");
    let anna = world.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    make(&anna, "Heart").unwrap();
    let enrolment = Enrolment::require(&*okafor.read().unwrap()).unwrap();
    let channels = world.network.credentials();
    let truth = channels.epoch_object(&enrolment.authority()).unwrap();
    let key = authority_signing(&MasterSecret::generate(&mut seeded(1))).unwrap();
    let verify = |object: &[u8]| {
        VerifiedEpoch::verify(object, key.verifying_key(), enrolment.service_id).unwrap()
    };
    let marking = IssuerKey::generate(&mut seeded(9)).public();
    let special = CredentialEpoch { issuer: marking, ..verify(&truth).object().clone() };
    let special = Signed::sign(&key, special).unwrap().to_bytes();
    let compare =
        |object: &[u8]| credential::compare(&okafor, channels, &enrolment, &verify(object), object);
    assert!(matches!(compare(&special), Err(CredentialError::EpochDiffers)), "before the truth");
    compare(&truth).unwrap();
    assert!(matches!(compare(&special), Err(CredentialError::EpochDiffers)), "and after it");
    assert_eq!(evidence(&*okafor.read().unwrap()).unwrap(), [(truth, special)]);
}

/// The clinic's object of the current epoch, and another one it signed for somebody.
fn two_objects(world: &World, session: &Session, limit: u16) -> (Vec<u8>, Vec<u8>) {
    let enrolment = Enrolment::require(&*session.read().unwrap()).unwrap();
    let truth = world.network.credentials().epoch_object(&enrolment.authority()).unwrap();
    let key = authority_signing(&MasterSecret::generate(&mut seeded(1))).unwrap();
    let verified = VerifiedEpoch::verify(&truth, key.verifying_key(), enrolment.service_id);
    let issuer = IssuerKey::generate(&mut seeded(9)).public();
    let limit = Limit::new(limit).unwrap();
    let special = CredentialEpoch { issuer, limit, ..verified.unwrap().object().clone() };
    (truth, Signed::sign(&key, special).unwrap().to_bytes())
}

/// Pins an object, as if the relay had agreed to it.
fn pin(session: &Session, object: &[u8]) {
    let row = format!("credential/epoch/{:020}", epoch_at(START));
    let pinned = Pinned { object: object.to_vec(), agreed: true };
    let mut tx = session.begin().unwrap();
    store::save(&mut *tx, Collection::Jobs, &row, &pinned).unwrap();
    tx.commit().unwrap();
}

/// A letter under an object that is not hers is left out whole, she is told of it once, and both stay as proof.
#[test]
fn a_doctor_is_told_of_a_letter_under_another_object_until_she_has_read_it() {
    let world = World::new();
    let okafor = world.doctor("Dr Test-Okafor");
    let anna = world.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    let (truth, special) = two_objects(&world, &okafor, CREDENTIAL_LIMIT);
    pin(&okafor, &special);
    let heart = space(&anna, "Heart", false);
    let card = find(&anna, "Dr Test-Okafor");
    let id = share(&anna, &draft(&heart, &card, &[Category::Results]));
    let told = || {
        let home = doctor::home(&okafor).unwrap();
        assert!(home.shares.is_empty(), "nothing of the letter is there");
        home.warnings.into_iter().map(|it| (it.code, it.found)).collect::<Vec<_>>()
    };
    let differs = ErrorCode::LetterEpochDiffers;
    for _ in 0..2 {
        // The second time its letter is asked for again.
        doctor::sync(&okafor).unwrap();
        assert_eq!(told(), [(differs, world.clock.now())]);
    }
    assert_eq!(evidence(&*okafor.read().unwrap()).unwrap(), [(special, truth.clone())]);
    credential::dismiss(&okafor, differs).unwrap();
    doctor::sync(&okafor).unwrap();
    assert_eq!(told(), []);
    assert_eq!(evidence(&*okafor.read().unwrap()).unwrap().len(), 1, "the proof stays");
    // Once it is cleared up, the very same letter is read.
    pin(&okafor, &truth);
    doctor::sync(&okafor).unwrap();
    assert!(doctor::chart(&okafor, &id).unwrap().chart.is_some());
}

/// One that no clinic publishes is no second one, and is told in words of its own.
#[test]
fn an_object_that_no_clinic_publishes_is_told_and_kept() {
    let world = World::new();
    let okafor = world.doctor("Dr Test-Okafor");
    let (_, odd) = two_objects(&world, &okafor, CREDENTIAL_LIMIT - 1);
    let enrolment = Enrolment::require(&*okafor.read().unwrap()).unwrap();
    let key = enrolment.authority_key().unwrap();
    let verified = VerifiedEpoch::verify(&odd, &key, enrolment.service_id).unwrap();
    let channels = world.network.credentials();
    let outcome = credential::compare(&okafor, channels, &enrolment, &verified, &odd);
    assert!(matches!(outcome, Err(CredentialError::Misbehaves)));
    let codes = || doctor::home(&okafor).unwrap().warnings.into_iter().map(|it| it.code);
    assert!(codes().eq([ErrorCode::LetterEpochIrregular]));
    assert!(evidence(&*okafor.read().unwrap()).unwrap().is_empty(), "there is one only");
    credential::dismiss(&okafor, ErrorCode::LetterEpochDiffers).unwrap();
    assert_eq!(codes().count(), 1, "another one was read of");
    credential::dismiss(&okafor, ErrorCode::LetterEpochIrregular).unwrap();
    assert_eq!(codes().count(), 0);
}
