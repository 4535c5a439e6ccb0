//! The patient's side of the anonymous credential over real services: nothing is asked for or shown under an
//! object that is not everybody's, and no number of a credential is ever used for two requests by one device.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use keyward_app::credential::{CredentialError, Pace, ROWS, count, evidence, keep_ready, take};
use keyward_app::error::ErrorCode;
use keyward_app::patient::home;
use keyward_app::ports::credential::CredentialChannels;
use keyward_app::ports::http::HttpNetwork;
use keyward_app::ports::relay::Network;
use keyward_app::ports::vault::Collection;
use keyward_app::recovery::rows;
use keyward_app::session::Session;
use keyward_app::{desk, identity::Enrolment};
use keyward_protocol::arc::IssuerKey;
use keyward_protocol::backup::Change;
use keyward_protocol::certificate::AnonymousCertificate;
use keyward_protocol::credential_epoch::{CredentialEpoch, VerifiedEpoch};
use keyward_protocol::domain::Label;
use keyward_protocol::issuance::IssuanceRequest;
use keyward_protocol::keys::{MasterSecret, SigningKey};
use keyward_protocol::statement::Signed;
use keyward_relay_api::authority::credential::{CREDENTIAL_LIMIT, ISSUES_PER_EPOCH};
use keyward_relay_api::authority::persona::EPOCH_SECONDS;
use keyward_testkit::seeded;
use support::wire::{Call, What, Wire};
use support::{DAY, Fuse, START, World};

/// Where the tag of a presentation stands in a request (SPEC §§23, 24, 30).
const TAG: std::ops::Range<usize> = 384..417;

/// The channels, with everything that was sent, and what a test does to them.
#[derive(Clone)]
struct Line {
    inner: Arc<HttpNetwork>,
    fuse: Fuse,
    issued: Arc<Mutex<Vec<Vec<u8>>>>,
    shown: Arc<Mutex<Vec<Vec<u8>>>>,
    /// What the authority says is the epoch's object, if not the truth.
    object: Option<Vec<u8>>,
    /// Answers with a credential under this key.
    marking: Option<[u8; IssuerKey::LEN]>,
    /// The answer the relay gives, if not the truth.
    pinned: Option<Vec<u8>>,
}

impl Line {
    fn new(world: &World) -> Line {
        Line {
            inner: world.network.clone(),
            fuse: Fuse::new(),
            issued: Arc::default(),
            shown: Arc::default(),
            object: None,
            marking: None,
            pinned: None,
        }
    }

    /// A credential under another key, for what was asked.
    fn marked(&self, call: &Call<'_>) -> Option<Vec<u8>> {
        let key = IssuerKey::from_secret(self.marking.as_ref()?).unwrap();
        let object = self.inner.epoch_object(call.at).unwrap();
        let (authority, service) = (authority().verifying_key().clone(), call.at.service_id);
        let epoch = VerifiedEpoch::verify(&object, &authority, service).unwrap();
        let asked = IssuanceRequest::from_bytes(call.request).unwrap();
        let asked = asked.verify(&epoch, call.signer.unwrap().verifying_key()).unwrap();
        Some(asked.issue(&mut seeded(5), &key).unwrap().to_bytes())
    }

    fn shown(&self) -> Vec<Vec<u8>> {
        self.shown.lock().unwrap().clone()
    }

    fn asked(&self) -> usize {
        self.issued.lock().unwrap().len()
    }
}

/// Two steps, as an exchange of the other channels has: what is sent may be answered or not.
impl Wire for Line {
    fn through(&self, call: &Call<'_>) -> Option<&dyn Network> {
        match call.what {
            What::Issue => self.issued.lock().unwrap().push(call.request.to_vec()),
            What::Certify => self.shown.lock().unwrap().push(call.request.to_vec()),
            _ => {}
        }
        self.answered(call).then_some(&*self.inner)
    }

    fn answered(&self, call: &Call<'_>) -> bool {
        let burns = match call.what {
            What::EpochObject => self.object.is_none(),
            what => what != What::PinnedObject,
        };
        !burns || self.fuse.burn()
    }

    fn changed(&self, call: &Call<'_>, answer: Vec<u8>) -> Vec<u8> {
        let other = match call.what {
            What::EpochObject => self.object.clone(),
            What::PinnedObject => self.pinned.clone(),
            What::Issue => self.marked(call),
            _ => None,
        };
        other.unwrap_or(answer)
    }
}

support::wire::network!(Line);

/// The certifying key of a world's clinic (its seed is 1).
fn authority() -> SigningKey {
    desk::keys::authority_signing(&MasterSecret::generate(&mut seeded(1))).unwrap()
}

fn enrolment(session: &Session) -> Enrolment {
    Enrolment::require(&*session.read().unwrap()).unwrap()
}

fn epoch(world: &World, session: &Session) -> VerifiedEpoch {
    let enrolment = enrolment(session);
    let object = world.network.epoch_object(&enrolment.authority()).unwrap();
    VerifiedEpoch::verify(&object, authority().verifying_key(), enrolment.service_id).unwrap()
}

fn ready(session: &Session) -> usize {
    count(&*session.read().unwrap()).unwrap()
}

/// Every tag that was shown, with the one request that may carry it.
fn check_numbers(line: &Line) -> usize {
    let mut by_tag = BTreeMap::new();
    for request in line.shown() {
        let tag = request[TAG].to_vec();
        let first = by_tag.entry(tag).or_insert_with(|| request.clone());
        assert!(*first == request, "a number was used for two requests");
    }
    by_tag.len()
}

#[test]
fn personas_are_certified_ahead_and_the_relay_takes_them() {
    let world = World::new();
    let anna = world.patient("Anna", "Example", "1980-02-03");
    let line = Line::new(&world);
    for n in 1..=3 {
        assert_eq!(keep_ready(&anna, &line, 3, Pace::Now).unwrap(), n);
    }
    assert_eq!(keep_ready(&anna, &line, 3, Pace::Now).unwrap(), 3, "enough");
    assert_eq!((line.asked(), line.shown().len(), check_numbers(&line)), (1, 3, 3));
    let (epoch, enrolment) = (epoch(&world, &anna), enrolment(&anna));
    let mut personas = BTreeSet::new();
    for _ in 0..3 {
        let mut tx = anna.begin().unwrap();
        let pooled = take(&anna, &mut *tx).unwrap().unwrap();
        tx.commit().unwrap();
        let certificate = AnonymousCertificate::verify(&pooled.certificate, &epoch).unwrap();
        assert_eq!(certificate.recovery_hash, pooled.recovery.hash);
        let key = anna
            .with_master(|master| {
                SigningKey::derive_from(master, Label::PersonaSigning, &pooled.salt)
                    .map_err(|_| ErrorCode::Internal.into())
            })
            .unwrap();
        let relay = world.network.relay(&enrolment.relay(), Arc::new(key)).unwrap();
        relay.present_persona(&pooled.certificate).unwrap();
        assert!(relay.grants().unwrap().is_empty());
        personas.insert(certificate.id());
    }
    assert_eq!(personas.len(), 3);
    assert!(take(&anna, &mut *anna.begin().unwrap()).unwrap().is_none());
}

#[test]
fn ahead_means_at_a_time_of_its_own() {
    let world = World::new();
    let anna = world.patient("Anna", "Example", "1980-02-03");
    let line = Line::new(&world);
    let mut times = Vec::new();
    for hour in 0..60 {
        let before = line.shown().len();
        keep_ready(&anna, &line, 4, Pace::Spaced).unwrap();
        if line.shown().len() > before {
            times.push(hour);
        }
        world.clock.advance(3_600);
    }
    assert_eq!((ready(&anna), times.len()), (4, 4));
    let apart: BTreeSet<_> = times.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(times.iter().all(|hour| *hour < 28), "six hours apart at most: {times:?}");
    assert!(apart.len() > 1 || times[0] > 0, "not by the clock: {times:?}");
}

#[test]
fn a_credential_is_good_for_so_many_and_the_next_epoch_begins_anew() {
    let world = World::new();
    let anna = world.patient("Anna", "Example", "1980-02-03");
    let line = Line::new(&world);
    let limit = usize::from(CREDENTIAL_LIMIT);
    for n in 1..=limit {
        assert_eq!(keep_ready(&anna, &line, limit + 1, Pace::Now).unwrap(), n);
    }
    let spent = keep_ready(&anna, &line, limit + 1, Pace::Now).unwrap_err();
    assert!(matches!(spent, CredentialError::Exhausted { .. }));
    assert_eq!(check_numbers(&line), limit);
    let secrets = |session: &Session| {
        let tx = session.read().unwrap();
        tx.get(Collection::Jobs, "credential/held").unwrap().unwrap()
    };
    let before = secrets(&anna);
    world.clock.advance(EPOCH_SECONDS);
    assert_eq!(
        keep_ready(&anna, &line, 1, Pace::Now).unwrap(),
        1,
        "those of the old epoch are gone"
    );
    assert!(secrets(&anna) != before && line.asked() == 2);
    let tx = anna.read().unwrap();
    assert_eq!(tx.list_prefix(Collection::Jobs, "credential/epoch/").unwrap().len(), 2);
}

/// The device dies at each step in turn, before and after each commit and each answer.
#[test]
fn wherever_the_device_dies_no_number_is_used_twice_and_nothing_is_lost() {
    for n in 0.. {
        // A clinic each: one limits how many join in a while.
        let world = World::new();
        let fuse = Fuse::new();
        let device = world.fragile_patient(&fuse, "Anna", "Example", "1980-02-03");
        let line = Line { fuse: fuse.clone(), ..Line::new(&world) };
        fuse.light(n);
        let first = keep_ready(&device.start(), &line, 2, Pace::Now);
        let second = first.and_then(|_| keep_ready(&device.start(), &line, 2, Pace::Now));
        let died = fuse.mend();
        assert_eq!(died, second.is_err(), "at {n}: {second:?}");
        let session = device.start();
        for _ in 0..3 {
            keep_ready(&session, &line, 2, Pace::Now).unwrap();
        }
        assert_eq!((ready(&session), check_numbers(&line)), (2, 2), "at {n}");
        let asked: BTreeSet<_> = line.issued.lock().unwrap().iter().cloned().collect();
        assert_eq!(asked.len(), 1, "one request for a credential at {n}");
        if !died {
            assert!(n > 8, "the steps were counted: {n}");
            break;
        }
    }
}

#[test]
fn no_backup_has_a_credential_and_none_brings_one() {
    let world = World::new();
    let anna = world.patient("Anna", "Example", "1980-02-03");
    let line = Line::new(&world);
    keep_ready(&anna, &line, 1, Pace::Now).unwrap();
    let tx = anna.read().unwrap();
    let held = tx.get(Collection::Jobs, "credential/held").unwrap().unwrap();
    let name = Collection::Jobs.as_str();
    rows::walk(&*tx, &mut |table, _, body| {
        assert!(
            table != name && !body.windows(40).any(|part| held.windows(40).any(|it| it == part))
        );
        Ok(())
    })
    .unwrap();
    drop(tx);
    let mut tx = anna.begin().unwrap();
    for change in [
        Change::Put { table: name, id: "credential/held", body: &held },
        Change::Gone { table: name, id: "credential/held" },
    ] {
        let refused = rows::apply(&mut *tx, &change).unwrap_err();
        assert_eq!(refused.code, ErrorCode::BackupDamaged);
    }
}

/// A machine that was copied or set back has the counter of the original: what both show under one
/// number has one tag, so the clinic can link these two requests (and refuses the second). That is
/// all that is alike.
#[test]
fn a_cloned_device_is_refused_a_used_number_and_goes_on_with_others() {
    let world = World::new();
    let anna = world.patient("Anna", "Example", "1980-02-03");
    let line = Line::new(&world);
    keep_ready(&anna, &line, 1, Pace::Now).unwrap();
    let copy = world.copy_of_profiles();
    let clone = world.open_copy(&copy, "Anna");
    let (hers, its) = (Line::new(&world), Line::new(&world));
    assert_eq!(keep_ready(&anna, &hers, 2, Pace::Now).unwrap(), 2);
    assert_eq!(keep_ready(&clone, &its, 2, Pace::Now).unwrap(), 2);
    let (hers, its) = (hers.shown(), its.shown());
    assert_eq!((hers.len(), its.len()), (1, 2), "refused once, then another number");
    assert!(hers[0][TAG] == its[0][TAG], "linked by the number both used");
    assert!(hers[0][TAG] != its[1][TAG]);
    // Nothing else of the two requests is alike but service and epoch.
    let same = hers[0][25..].windows(16).filter(|part| its[0].windows(16).any(|it| it == *part));
    let same = same.count();
    // The sign of the point beside it is alike by chance half of the time.
    assert!((33 - 15..=33 - 15 + 3).contains(&same), "the tag and nothing else: {same}");
    // Both go on, each skipping what the other used, or say that they are refused.
    let line = Line::new(&world);
    for wanted in 3..6 {
        for session in [&anna, &clone] {
            match keep_ready(session, &line, wanted, Pace::Now) {
                Ok(_) | Err(CredentialError::Refused) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
    assert!(ready(&anna) > 2 || ready(&clone) > 2);
}

/// A device set back to before it had a credential asks for another one, so often and no oftener.
#[test]
fn a_device_set_back_before_its_credential_gets_another_up_to_a_bound() {
    let world = World::new();
    let anna = world.patient("Anna", "Example", "1980-02-03");
    let copy = world.copy_of_profiles();
    let line = Line::new(&world);
    keep_ready(&anna, &line, 1, Pace::Now).unwrap();
    for n in 1..=ISSUES_PER_EPOCH {
        let back = world.open_copy(&copy, "Anna");
        let outcome = keep_ready(&back, &line, 1, Pace::Now);
        // Its master secret is the same, its personas are others.
        match n < ISSUES_PER_EPOCH {
            true => assert_eq!(outcome.unwrap(), 1),
            false => assert!(matches!(outcome, Err(CredentialError::NotIssued { .. }))),
        }
        let mut tx = back.begin().unwrap();
        for (id, _) in tx.list_prefix(Collection::Jobs, ROWS).unwrap() {
            tx.delete(Collection::Jobs, &id).unwrap();
        }
        tx.commit().unwrap();
    }
    let tags = line.shown();
    let tags: BTreeSet<_> = tags.iter().map(|request| &request[TAG]).collect();
    assert_eq!(tags.len(), ISSUES_PER_EPOCH as usize, "every m1 is another");
}

#[test]
fn nothing_is_asked_for_under_an_object_that_is_not_everybody_s() {
    let world = World::new();
    let (anna, bert) = (
        world.patient("Anna", "Example", "1980-02-03"),
        world.patient("Bert", "Example", "1970-02-03"),
    );
    // Somebody was there before: the relay has pinned the truth.
    keep_ready(&bert, &Line::new(&world), 1, Pace::Now).unwrap();
    let truth = epoch(&world, &anna);
    let marking = IssuerKey::generate(&mut seeded(9));
    let special = CredentialEpoch { issuer: marking.public(), ..truth.object().clone() };
    let special = Signed::sign(&authority(), special).unwrap().to_bytes();
    let line = Line { object: Some(special.clone()), ..Line::new(&world) };
    for _ in 0..2 {
        let outcome = keep_ready(&anna, &line, 1, Pace::Now).unwrap_err();
        assert!(matches!(outcome, CredentialError::EpochDiffers));
    }
    assert_eq!((line.asked(), line.shown().len()), (0, 0), "nothing left the device");
    let proof = evidence(&*anna.read().unwrap()).unwrap();
    assert_eq!(proof.len(), 1);
    let (one, other) = &proof[0];
    assert!(*one == special && *other != special);
    for object in [one, other] {
        let service = enrolment(&anna).service_id;
        let signed = VerifiedEpoch::verify(object, authority().verifying_key(), service).unwrap();
        assert_eq!(signed.object().epoch, truth.object().epoch, "two of one epoch, both signed");
    }
    // A relay cannot accuse the clinic with something the clinic did not sign.
    let forger = SigningKey::generate(&mut seeded(8)).unwrap();
    let forged = Signed::sign(&forger, truth.object().clone()).unwrap().to_bytes();
    let carla = world.patient("Carla", "Example", "1990-02-03");
    let lying = Line { pinned: Some(forged), ..Line::new(&world) };
    let outcome = keep_ready(&carla, &lying, 1, Pace::Now).unwrap_err();
    assert!(
        matches!(outcome, CredentialError::App(error) if error.code == ErrorCode::RelayMisbehaves)
    );
    assert_eq!(lying.asked(), 0);
    assert!(evidence(&*carla.read().unwrap()).unwrap().is_empty());
    // She is told of it on her first page, without having made a space.
    let warned = |session: &Session| {
        let warnings = home::home(session).unwrap().warnings;
        warnings.into_iter().map(|it| it.code).collect::<Vec<_>>()
    };
    assert_eq!(warned(&anna), [ErrorCode::CredentialEpochDiffers]);
    assert_eq!(warned(&carla), []);
    keep_ready(&carla, &Line::new(&world), 1, Pace::Now).unwrap();
}

#[test]
fn an_object_of_other_days_or_with_a_choice_in_it_is_not_taken() {
    let world = World::new();
    let anna = world.patient("Anna", "Example", "1980-02-03");
    let truth = epoch(&world, &anna).object().clone();
    let wide = keyward_protocol::arc::Limit::new(CREDENTIAL_LIMIT * 2).unwrap();
    let (from, until) = (truth.valid_from, truth.valid_until);
    let earlier = CredentialEpoch {
        epoch: truth.epoch - 2,
        valid_from: from - 2 * EPOCH_SECONDS,
        valid_until: until - 2 * EPOCH_SECONDS,
        ..truth.clone()
    };
    let later = CredentialEpoch {
        epoch: truth.epoch + 1,
        valid_from: from + EPOCH_SECONDS,
        valid_until: until + EPOCH_SECONDS,
        ..truth.clone()
    };
    let wrong = [
        CredentialEpoch { limit: wide, ..truth.clone() },
        CredentialEpoch { valid_until: until + DAY, ..truth.clone() },
        earlier,
        later,
    ];
    for object in wrong {
        let object = Signed::sign(&authority(), object).unwrap().to_bytes();
        let line = Line { object: Some(object), ..Line::new(&world) };
        let outcome = keep_ready(&anna, &line, 1, Pace::Now).unwrap_err();
        assert!(matches!(outcome, CredentialError::Misbehaves));
        assert_eq!(line.asked(), 0);
    }
    keep_ready(&anna, &Line::new(&world), 1, Pace::Now).unwrap();
    assert!(world.clock.now() >= START);
}

#[test]
fn an_answer_under_another_issuer_key_is_not_taken() {
    let world = World::new();
    let anna = world.patient("Anna", "Example", "1980-02-03");
    let marking = *IssuerKey::generate(&mut seeded(9)).expose_secret();
    let line = Line { marking: Some(marking), ..Line::new(&world) };
    let outcome = keep_ready(&anna, &line, 1, Pace::Now).unwrap_err();
    assert!(matches!(outcome, CredentialError::Misbehaves));
    assert!(line.shown().is_empty());
    // The same request again, to a clinic that keeps to its word.
    let honest = Line { marking: None, ..line };
    keep_ready(&anna, &honest, 1, Pace::Now).unwrap();
    let asked = honest.issued.lock().unwrap().clone();
    assert!(asked.len() == 2 && asked[0] == asked[1]);
}
