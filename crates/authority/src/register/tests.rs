//! The register against a model: any sequence of what desk and devices can do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use keyward_protocol::keys::SigningKey;
use keyward_relay_api::{
    authority::{
        enrol::{EnrolAnswer, EnrolRequest, PROOF_LABEL},
        people::{
            CheckIdentity, CorrectPerson, DocumentKind, Event, PersonDraft, PersonState, Reason,
            RegisterPerson,
        },
        status::Scope,
    },
    http::UnixClock,
};
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::{RegisterError, people, show_id};
use crate::{
    Authority, AuthorityConfig, invite,
    invite::accept::accept,
    store::{Tx, rng},
};

const DAY: u64 = 86_400;
const CHALLENGE: [u8; 32] = [5; 32];
const PEOPLE: usize = 2;
const DEVICES: usize = 3;

struct Hands(AtomicU64);

impl UnixClock for Hands {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

#[derive(Clone, Debug)]
enum Act {
    Register(usize),
    Correct(usize, u8),
    Check(usize),
    Invite(usize),
    WithdrawInvitation(usize),
    Withdraw(usize),
    /// A device uses the nth invitation ever issued.
    Use(usize, usize),
    /// Days pass; negative: the clock is set back.
    Wait(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let person = 0..PEOPLE;
    prop_oneof![
        1 => person.clone().prop_map(Act::Register),
        1 => (person.clone(), any::<u8>()).prop_map(|(p, n)| Act::Correct(p, n % 3)),
        2 => person.clone().prop_map(Act::Check),
        3 => person.clone().prop_map(Act::Invite),
        1 => person.clone().prop_map(Act::WithdrawInvitation),
        1 => person.prop_map(Act::Withdraw),
        4 => (0..6usize, 0..DEVICES).prop_map(|(i, d)| Act::Use(i, d)),
        1 => prop_oneof![Just(1), Just(13), Just(14), Just(-20)].prop_map(Act::Wait),
    ]
}

/// What the model knows of a person.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Known {
    state: PersonState,
    device: Option<usize>,
}

/// What the model knows of an invitation.
#[derive(Clone, Copy)]
struct Issued {
    id: [u8; 16],
    person: usize,
    expires: u64,
    withdrawn: bool,
    used_by: Option<usize>,
}

struct Model {
    people: [Option<Known>; PEOPLE],
    invitations: Vec<Issued>,
    /// Highest time seen by a change.
    highest: u64,
}

fn person_id(person: usize) -> [u8; 16] {
    [u8::try_from(person + 1).unwrap(); 16]
}

fn draft(n: u8) -> PersonDraft {
    PersonDraft {
        given_name: "Sample".into(),
        family_name: format!("Person {n}"),
        birth_date: "1970".into(),
        sex: None,
        phone: None,
        record_number: None,
    }
}

fn open(dir: &std::path::Path, clock: Arc<Hands>) -> Authority {
    Authority::open(AuthorityConfig {
        dir: dir.to_owned(),
        credentials_file: dir.join("credentials.db"),
        clinic_name: "Sample Clinic".into(),
        signing_key: SigningKey::generate(&mut rng()).unwrap(),
        operators: Vec::new(),
        relay_url: "this-computer:relay".into(),
        authority_url: "this-computer:authority".into(),
        scope: Scope::ThisComputer,
        clock,
        storage_key: Zeroizing::new([1; 32]),
        patient_invitation_days: 14,
        clinician_invitation_days: 3,
    })
    .unwrap()
}

fn request(device: &SigningKey) -> EnrolRequest {
    EnrolRequest::Patient {
        enrolment_key: device.verifying_key().to_bytes().to_vec(),
        proof: device.sign(PROOF_LABEL, &CHALLENGE).unwrap().to_bytes().to_vec(),
        recovery_hash: None,
    }
}

impl Model {
    /// Whether the desk may do this to the person now, and the state it leads to.
    fn desk(&self, act: &Act) -> Option<(usize, PersonState)> {
        use PersonState::{Enrolled, IdentityChecked, Invited, Registered, Withdrawn};
        let state = |person: usize| self.people[person].map(|known| known.state);
        match *act {
            Act::Correct(p, _) => state(p).filter(|s| *s != Withdrawn).map(|s| (p, s)),
            Act::Check(p) => match state(p)? {
                Registered => Some((p, IdentityChecked)),
                Withdrawn => None,
                same => Some((p, same)),
            },
            Act::Invite(p) => match state(p)? {
                IdentityChecked | Invited | Enrolled => Some((p, Invited)),
                Registered | Withdrawn => None,
            },
            Act::WithdrawInvitation(p) => (state(p)? == Invited).then_some((p, IdentityChecked)),
            Act::Withdraw(p) => state(p).map(|_| (p, Withdrawn)),
            Act::Register(_) | Act::Use(..) | Act::Wait(_) => None,
        }
    }

    /// Whether this device may use this invitation now.
    fn usable(&self, issued: &Issued, device: usize, now: u64) -> bool {
        let person = self.people[issued.person].unwrap();
        if issued.used_by == Some(device) {
            return person.device == Some(device);
        }
        let taken = self.people.iter().flatten().any(|known| known.device == Some(device));
        issued.used_by.is_none()
            && !issued.withdrawn
            && now < issued.expires
            && person.state == PersonState::Invited
            && !taken
    }
}

fn run(acts: &[Act]) {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(Hands(AtomicU64::new(20_000 * DAY)));
    let authority = open(dir.path(), clock.clone());
    let inner = &authority.inner;
    let devices: Vec<SigningKey> =
        (0..DEVICES).map(|_| SigningKey::generate(&mut rng()).unwrap()).collect();
    let mut model = Model { people: [None; PEOPLE], invitations: Vec::new(), highest: 0 };
    for act in acts {
        if let Act::Wait(days) = act {
            let now = clock.now().saturating_add_signed(days * 86_400);
            clock.0.store(now, Ordering::SeqCst);
            continue;
        }
        let now = model.highest.max(clock.now());
        let done: Result<(), RegisterError> = inner.store.write(|tx| {
            let before = model.people;
            let done = perform(&mut model, tx, &authority, &devices, act, now);
            if done.is_err() {
                assert_eq!(before, model.people);
            }
            done
        });
        if done.is_ok() {
            model.highest = now;
        }
        compare(&model, &authority, act);
    }
}

/// Does it in the register and in the model, which must agree about whether it is possible.
fn perform(
    model: &mut Model,
    tx: &Tx<'_>,
    authority: &Authority,
    devices: &[SigningKey],
    act: &Act,
    now: u64,
) -> Result<(), RegisterError> {
    let inner = &authority.inner;
    match act {
        Act::Register(p) => {
            let body = RegisterPerson { id: show_id(&person_id(*p)), person: draft(0) };
            let done = people::register(tx, "desk", &body);
            match model.people[*p] {
                None => {
                    done.as_ref().unwrap();
                    let state = PersonState::Registered;
                    model.people[*p] = Some(Known { state, device: None });
                }
                // A retry of the first registration changes nothing; anything else is a conflict.
                Some(_) => assert!(matches!(done, Ok(_) | Err(RegisterError::Conflict))),
            }
            return done.map(drop);
        }
        Act::Use(nth, device) => {
            let Some(issued) = model.invitations.get(*nth).copied() else { return Ok(()) };
            let expected = model.usable(&issued, *device, now);
            let request = request(&devices[*device]);
            let answer = accept(tx, inner, &issued.id, &CHALLENGE, Some(&request))?;
            let enrolled = matches!(answer, EnrolAnswer::Patient { .. });
            assert_eq!(enrolled, expected, "{act:?}");
            if enrolled {
                model.invitations[*nth].used_by = Some(*device);
                let state = PersonState::Enrolled;
                model.people[issued.person] = Some(Known { state, device: Some(*device) });
            }
            return Ok(());
        }
        _ => {}
    }
    let expected = model.desk(act);
    let done = desk(tx, authority, act);
    assert_eq!(done.is_ok(), expected.is_some(), "{act:?}: {:?}", done.as_ref().err());
    let expires = done?;
    let (person, state) = expected.unwrap();
    let device = model.people[person].and_then(|known| known.device);
    let device = device.filter(|_| state == PersonState::Enrolled);
    model.people[person] = Some(Known { state, device });
    if matches!(act, Act::Invite(_) | Act::WithdrawInvitation(_) | Act::Withdraw(_)) {
        for issued in &mut model.invitations {
            issued.withdrawn |= issued.person == person && issued.used_by.is_none();
        }
    }
    if let Some(expires) = expires {
        let id = tx.open_invitation(&person_id(person))?.unwrap().id;
        let issued = Issued { id, person, expires, withdrawn: false, used_by: None };
        model.invitations.push(issued);
    }
    Ok(())
}

/// What the desk does; the end of the invitation if it issued one.
fn desk(tx: &Tx<'_>, authority: &Authority, act: &Act) -> Result<Option<u64>, RegisterError> {
    let inner = &authority.inner;
    match act {
        Act::Correct(p, n) => {
            let body = CorrectPerson { seen_revision: None, person: draft(*n) };
            people::correct(tx, "desk", &person_id(*p), &body)?;
        }
        Act::Check(p) => {
            let check_id = show_id(&crate::store::random_id()?);
            let body = CheckIdentity { check_id, document: DocumentKind::Passport, note: None };
            people::check_identity(tx, "desk", &person_id(*p), &body)?;
        }
        Act::Invite(p) => {
            let id = person_id(*p);
            invite::person(tx, &inner.issuer, &inner.letterhead, "desk", &id)?;
            return Ok(Some(tx.now + 14 * DAY));
        }
        Act::WithdrawInvitation(p) => {
            people::withdraw_invitation(tx, "desk", &person_id(*p))?;
        }
        Act::Withdraw(p) => {
            let reason = Reason { reason: "left".into() };
            people::withdraw(tx, "desk", &person_id(*p), &reason)?;
        }
        Act::Register(_) | Act::Use(..) | Act::Wait(_) => unreachable!(),
    }
    Ok(None)
}

/// The register says what the model says, and its history explains it.
fn compare(model: &Model, authority: &Authority, act: &Act) {
    for (p, known) in model.people.iter().enumerate() {
        let found = authority.inner.store.read(|tx| {
            let record = tx.person(&person_id(p))?;
            record.map(|record| people::view(tx, record)).transpose()
        });
        let found = found.unwrap();
        assert_eq!(found.as_ref().map(|f| f.state), known.map(|k| k.state), "after {act:?}");
        let Some(found) = found else { continue };
        assert!(matches!(found.history[0].event, Event::Registered));
        assert!(found.history.is_sorted_by_key(|entry| entry.at), "time runs forward");
        let enrolled = found.history.iter().filter(|e| matches!(e.event, Event::Enrolled)).count();
        let used = model.invitations.iter().filter(|i| i.person == p && i.used_by.is_some());
        assert_eq!(enrolled, used.count(), "each enrolment is recorded once");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn the_register_does_what_the_model_does(acts in prop::collection::vec(act(), 1..40)) {
        run(&acts);
    }
}
