//! SPEC §11.4, the claim "relay + any doctors obtain at most the whole granted
//! compartment-epochs", carried out as an attack.
//!
//! The adversary holds the relay's whole store (headers, capsules, every re-encryption key),
//! every signed grant and the secret keys of any set of doctors. From every key it knows or can
//! derive it pivots, to a fixed point, with every algebraic move the construction offers. What
//! then decrypts must be exactly the granted compartment-epochs of the doctors in the set.
//!
//! The second half leaves parts of the context out of H2S and shows the attack succeed.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Authority, Compartment, Doctor, Persona, TestRng, rng};
use keyward_protocol::capsule::CompartmentEpoch;
use keyward_protocol::curve::{Point, Scalar, hash_to_scalar, x_only};
use keyward_protocol::domain::Label;
use keyward_protocol::grant::{GrantStatement, SignedGrant};
use keyward_protocol::ids::{CertificateHash, CompartmentId, EpochId, GrantId};

/// Which parts of the context enter H2S.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Context {
    grant_and_parties: bool,
    compartment: bool,
    epoch: bool,
}

const FULL: Context = Context { grant_and_parties: true, compartment: true, epoch: true };

/// Written anew from SPEC §11.1, so that it also checks the crate's own context.
fn entry_key(
    context: Context,
    shared: &[u8; 32],
    grant: &GrantStatement,
    grant_key: &Point,
    place: (CompartmentId, EpochId),
) -> Scalar {
    let mut parts: Vec<&[u8]> = vec![shared];
    let xa = grant.xa.to_bytes();
    if context.grant_and_parties {
        parts.extend::<[&[u8]; 5]>([
            grant.grant_id.as_bytes(),
            grant.persona_key.as_bytes(),
            grant.doctor.as_bytes(),
            grant_key.as_bytes(),
            &xa,
        ]);
    }
    if context.compartment {
        parts.push(place.0.as_bytes());
    }
    if context.epoch {
        parts.push(place.1.as_bytes());
    }
    hash_to_scalar(Label::GrantEntry, &parts)
}

/// A grant as everybody but its two parties sees it, and the relay's half.
struct Granted {
    statement: GrantStatement,
    grant_key: Point,
    rks: RelayHalf,
}

struct World {
    places: Vec<CompartmentEpoch>,
    /// One `A` per place, public.
    publics: BTreeMap<CompartmentEpoch, Point>,
    /// The test's own knowledge: which place a scalar `a` opens. An adversary would tell by
    /// `a·G = A`; comparing scalars is the same and cheaper.
    secrets: BTreeMap<[u8; 32], CompartmentEpoch>,
    granted: Vec<Granted>,
    doctors: Vec<Doctor>,
}

impl World {
    /// What the doctors of a set were given.
    fn allowed(&self, coalition: &[usize]) -> BTreeSet<CompartmentEpoch> {
        let certificates: BTreeSet<CertificateHash> =
            coalition.iter().map(|i| self.doctors[*i].certificate.hash()).collect();
        let grants = self.granted.iter().map(|granted| &granted.statement);
        grants
            .filter(|grant| certificates.contains(&grant.doctor))
            .flat_map(|grant| {
                grant.entries.iter().map(|entry| CompartmentEpoch {
                    persona: grant.persona,
                    compartment: entry.compartment,
                    epoch: entry.epoch,
                })
            })
            .collect()
    }

    /// Everything the coalition and the relay can derive, to a fixed point.
    fn attack(&self, context: Context, coalition: &[usize]) -> BTreeSet<CompartmentEpoch> {
        let known_b: Vec<Scalar> = coalition
            .iter()
            .map(|i| Scalar::from_bytes(&self.doctors[*i].grant.expose_secret()).unwrap())
            .collect();
        let rks: Vec<(Scalar, Scalar)> = self
            .granted
            .iter()
            .flat_map(|granted| granted.rks.values())
            .map(|rk| Scalar::from_bytes(rk).unwrap())
            .map(|rk| (rk.inverse(), rk))
            .collect();
        let mut keys: BTreeSet<[u8; 32]> = BTreeSet::new();
        // Every shared point of every known secret with every point on the table, whatever it
        // was meant for, under every grant's context and for every place in the world.
        for grant in &self.granted {
            let mut points = vec![grant.statement.xa, grant.grant_key];
            points.extend(self.granted.iter().map(|other| other.statement.xa));
            points.extend(self.publics.values());
            let shared: BTreeSet<[u8; 32]> = known_b
                .iter()
                .chain(rks.iter().map(|(_, rk)| rk))
                .flat_map(|secret| {
                    points.iter().map(move |point| *x_only(secret, point).unwrap().expose_secret())
                })
                .collect();
            for x in &shared {
                for place in &self.places {
                    let at = (place.compartment, place.epoch);
                    let d = entry_key(context, x, &grant.statement, &grant.grant_key, at);
                    keys.insert(*d.expose_secret());
                }
            }
        }
        // Pivot: every product and quotient of a key with a re-encryption key may be some `a`;
        // every `a` found turns every `rk` into some `d`; and round again.
        let mut frontier: Vec<[u8; 32]> = keys.iter().copied().collect();
        frontier.extend(known_b.iter().map(|b| *b.expose_secret()));
        let mut opened = BTreeSet::new();
        while !frontier.is_empty() {
            let mut found = Vec::new();
            for key in &frontier {
                let key = Scalar::from_bytes(key).unwrap();
                let inverse = key.inverse();
                for (rk_inverse, rk) in &rks {
                    for candidate in [key.times(rk), key.times(rk_inverse), rk.times(&inverse)] {
                        if let Some(place) = self.secrets.get(&*candidate.expose_secret())
                            && opened.insert(*place)
                        {
                            found.push(candidate);
                        }
                    }
                }
            }
            // A found `a` gives `d = a·rk⁻¹` for every rk; only new keys go round again.
            let derived =
                found.iter().flat_map(|a| rks.iter().map(|(inverse, _)| a.times(inverse)));
            frontier = derived.map(|d| *d.expose_secret()).filter(|d| keys.insert(*d)).collect();
        }
        opened
    }
}

/// Two patients, two compartments of two epochs each, three doctors with overlapping grants.
/// `context` is what the grants' keys are bound to; FULL uses the crate itself.
fn world(rng: &mut TestRng, context: Context) -> World {
    let authority = Authority::new(rng);
    let doctors: Vec<_> =
        ["One", "Two", "Three"].iter().map(|name| Doctor::new(rng, &authority, name)).collect();
    let mut world = World {
        places: Vec::new(),
        publics: BTreeMap::new(),
        secrets: BTreeMap::new(),
        granted: Vec::new(),
        doctors,
    };
    for _ in 0..2 {
        let patient = Persona::new(rng, &authority);
        let mut spots = Vec::new();
        for _ in 0..2 {
            let mut compartment = Compartment::new(rng, &patient);
            spots.push((compartment.id, compartment.epoch()));
            spots.push((compartment.id, compartment.open_epoch(rng)));
        }
        for (compartment, epoch) in &spots {
            let key = patient.delegating(*compartment, *epoch);
            world.places.push(key.place());
            world.publics.insert(key.place(), key.public().unwrap());
        }
        // One doctor has two grants of one patient; two share a place; place 3 is nobody's.
        for (doctor, granted) in
            [(0, vec![spots[0]]), (0, vec![spots[2]]), (1, vec![spots[0], spots[1]])]
        {
            let certificate = &world.doctors[doctor].certificate;
            let id = GrantId::random(rng);
            let (signed, keys) = patient.grant(certificate, id, 0, &granted);
            let (rks, secrets) =
                relay_half(context, &patient, &world.doctors[doctor], &signed, keys);
            world.secrets.extend(secrets);
            world.granted.push(Granted {
                statement: signed.unverified().clone(),
                grant_key: *world.doctors[doctor].certificate.grant_key.point(),
                rks,
            });
        }
    }
    world
}

type RelayHalf = BTreeMap<(CompartmentId, EpochId), [u8; 32]>;

fn relay_half(
    context: Context,
    patient: &Persona,
    doctor: &Doctor,
    signed: &SignedGrant,
    keys: Vec<keyward_protocol::grant::ReEncryptionKey>,
) -> (RelayHalf, BTreeMap<[u8; 32], CompartmentEpoch>) {
    let grant = signed.unverified();
    let b = Scalar::from_bytes(&doctor.grant.expose_secret()).unwrap();
    let shared = *x_only(&b, &grant.xa).unwrap().expose_secret();
    let (mut rks, mut secrets) = (BTreeMap::new(), BTreeMap::new());
    for (entry, key) in grant.entries.iter().zip(keys) {
        let at = (entry.compartment, entry.epoch);
        let delegating = patient.delegating(at.0, at.1);
        // From the true rk and the true d the test knows a, and rebuilds rk with less context.
        let grant_key = doctor.certificate.grant_key.point();
        let true_d = entry_key(FULL, &shared, grant, grant_key, at);
        let a = Scalar::from_bytes(&key.to_bytes()).unwrap().times(&true_d);
        assert_eq!(a.times_base().unwrap(), delegating.public().unwrap(), "rk·d = a");
        let d = entry_key(context, &shared, grant, grant_key, at);
        rks.insert(at, *a.times(&d.inverse()).expose_secret());
        secrets.insert(*a.expose_secret(), delegating.place());
    }
    (rks, secrets)
}

#[test]
fn relay_and_any_doctors_open_exactly_what_they_were_granted() {
    let mut rng = rng(40);
    let world = world(&mut rng, FULL);
    for coalition in [&[][..], &[0], &[1], &[2], &[0, 1], &[0, 2], &[0, 1, 2]] {
        let opened = world.attack(FULL, coalition);
        assert_eq!(opened, world.allowed(coalition), "coalition {coalition:?}");
    }
    assert!(world.allowed(&[0, 1, 2]).len() < world.places.len(), "something stays closed");
}

/// The boundary: with compartment and epoch left out, a grant's entries share `d`, so the relay
/// knows the ratio of their delegating keys; a second doctor who was granted one of them then
/// opens the other. Epochs of one compartment need the epoch id in the same way.
#[test]
fn without_the_entry_in_the_hash_a_doctor_pivots_through_another_s_grant() {
    let gains = |context: Context| {
        let world = world(&mut rng(44), context);
        let (opened, allowed) = (world.attack(context, &[0]), world.allowed(&[0]));
        assert!(opened.is_superset(&allowed));
        opened.len() > allowed.len()
    };
    assert!(gains(Context { compartment: false, epoch: false, ..FULL }));
    assert!(gains(Context { epoch: false, ..FULL }));
    assert!(!gains(FULL));
}

/// The boundary: with the compartment and epoch left out, one granted entry of a grant with two
/// entries gives `d` for both, and a relay that keeps an `rk` of a revoked or never delivered
/// entry opens it with the doctor's other one.
#[test]
fn without_the_entry_in_the_hash_one_granted_compartment_opens_another() {
    let mut rng = rng(41);
    let weak = Context { compartment: false, epoch: false, ..FULL };
    // The relay keeps both rks of a grant; the doctor is only told of the first entry.
    let gain = |context: Context, rng: &mut TestRng| {
        let authority = Authority::new(rng);
        let patient = Persona::new(rng, &authority);
        let doctor = Doctor::new(rng, &authority, "One");
        let one = Compartment::new(rng, &patient);
        let two = Compartment::new(rng, &patient);
        let (at_one, at_two) = ((one.id, one.epoch()), (two.id, two.epoch()));
        let id = GrantId::random(rng);
        let (signed, keys) = patient.grant(&doctor.certificate, id, 0, &[at_one, at_two]);
        let (rks, _) = relay_half(context, &patient, &doctor, &signed, keys);
        let b = Scalar::from_bytes(&doctor.grant.expose_secret()).unwrap();
        let shared = *x_only(&b, &signed.unverified().xa).unwrap().expose_secret();
        let grant_key = doctor.certificate.grant_key.point();
        // The one key a doctor derives for the entry she was told of.
        let d = entry_key(context, &shared, signed.unverified(), grant_key, at_one);
        let a_two = Scalar::from_bytes(&rks[&at_two]).unwrap().times(&d);
        let target = patient.delegating(at_two.0, at_two.1).public().unwrap();
        a_two.times_base().unwrap() == target
    };
    assert!(gain(weak, &mut rng), "the attack works without the context");
    assert!(!gain(FULL, &mut rng), "and not with it");
    assert!(!gain(Context { epoch: false, ..FULL }, &mut rng), "compartments alone differ here");
}

/// The boundary: with grant id, parties and XA left out, a puppet of the relay who is granted
/// something by the same patient under a repeated `XA` opens what another grant covers.
#[test]
fn without_the_parties_in_the_hash_a_grant_opens_with_another_s_key() {
    let mut rng = rng(42);
    let authority = Authority::new(&mut rng);
    let (patient, other) = (Persona::new(&mut rng, &authority), Persona::new(&mut rng, &authority));
    let doctor = Doctor::new(&mut rng, &authority, "One");
    let compartment = Compartment::new(&mut rng, &patient);
    let at = (compartment.id, compartment.epoch());
    // `other` replays the patient's XA, compartment and epoch ids in a statement of her own,
    // validly signed: everything public is copied, only the parties differ.
    let (signed, keys) = patient.grant(&doctor.certificate, GrantId::random(&mut rng), 0, &[at]);
    let mut replayed = signed.unverified().clone();
    replayed.persona = other.certificate.id();
    replayed.persona_key = *other.signing.verifying_key().point();
    replayed.grant_id = GrantId::random(&mut rng);
    let b = Scalar::from_bytes(&doctor.grant.expose_secret()).unwrap();
    let shared = *x_only(&b, &replayed.xa).unwrap().expose_secret();
    let grant_key = doctor.certificate.grant_key.point();
    let opens = |context: Context| {
        let (rks, _) = relay_half(
            context,
            &patient,
            &doctor,
            &signed,
            keys.iter()
                .map(|key| {
                    keyward_protocol::grant::ReEncryptionKey::from_bytes(&key.to_bytes()).unwrap()
                })
                .collect(),
        );
        let d = entry_key(context, &shared, &replayed, grant_key, at);
        let a = Scalar::from_bytes(&rks[&at]).unwrap().times(&d);
        a.times_base().unwrap() == patient.delegating(at.0, at.1).public().unwrap()
    };
    assert!(opens(Context { grant_and_parties: false, ..FULL }), "a replayed XA opens");
    assert!(!opens(FULL), "and not with the parties in the hash");
}

/// What the claim does *not* exclude: a granted epoch stays open to relay and doctor together
/// after expiry and revocation, because together they know `a`.
#[test]
fn what_was_granted_stays_open_to_a_coalition_that_kept_its_keys() {
    let mut rng = rng(43);
    let world = world(&mut rng, FULL);
    // No time enters the attack at all: expiry and revocation are the relay's to enforce.
    assert!(!world.attack(FULL, &[0]).is_empty());
}
