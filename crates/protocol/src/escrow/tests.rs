use rand::{SeedableRng, rngs::StdRng};

use elliptic_curve::Group as _;
use p256::Scalar;

use super::*;
use crate::arc::{CredentialRequest, CredentialResponse};
use crate::keys::{DecryptionKey, SigningKey};

const SERVICE: [u8; 16] = [7; 16];
const REQUEST: &[u8] = b"request context of epoch 1";
const PRESENT: &[u8] = b"presentation context of epoch 1";

/// A clinic, its trustees' key (here one secret), and what a persona needs.
struct World {
    rng: StdRng,
    issuer: IssuerKey,
    y: Scalar,
    tracing_key: Point,
    limit: Limit,
}

struct Persona {
    verification: VerifyingKey,
    encapsulation: EncapsulationKey,
}

impl World {
    fn new(limit: u16) -> Self {
        let mut rng = StdRng::seed_from_u64(u64::from(limit));
        let issuer = IssuerKey::generate(&mut rng);
        let y = crate::arc::random_scalar(&mut rng);
        let tracing_key = encode(&ProjectivePoint::mul_by_generator(&y)).unwrap();
        Self { rng, issuer, y, tracing_key, limit: Limit::new(limit).unwrap() }
    }

    fn credential(&mut self) -> Credential {
        let (pending, request) = CredentialRequest::new(&mut self.rng, REQUEST).unwrap();
        let response = CredentialResponse::issue(&mut self.rng, &self.issuer, &request).unwrap();
        pending.finish(&self.issuer.public(), &request, &response).unwrap()
    }

    fn persona(&mut self) -> Persona {
        Persona {
            verification: SigningKey::generate(&mut self.rng).unwrap().verifying_key().clone(),
            encapsulation: *DecryptionKey::generate(&mut self.rng).unwrap().encapsulation_key(),
        }
    }

    fn certification<'a>(&'a self, persona: &'a Persona) -> Certification<'a> {
        Certification {
            service_id: &SERVICE,
            epoch: 1,
            binding: Binding {
                request_context: REQUEST,
                presentation_context: PRESENT,
                limit: self.limit,
            },
            tracing_key: &self.tracing_key,
            verification: &persona.verification,
            encapsulation: &persona.encapsulation,
        }
    }

    fn request(
        &mut self,
        credential: &Credential,
        persona: &Persona,
        nonce: u16,
    ) -> CertificationRequest {
        let mut rng = StdRng::seed_from_u64(u64::from(nonce) + 1000);
        let certification = self.certification(persona);
        CertificationRequest::new(&mut rng, credential, &certification, nonce).unwrap()
    }

    /// What the trustees together answer.
    fn joint(&self, escrow: &Escrow) -> Point {
        encode(&(element(escrow.e1()).unwrap() * self.y)).unwrap()
    }
}

#[test]
fn what_is_escrowed_opens_to_the_holder_s_register_element() {
    for limit in [2, 3, 7, 16, 1000, 1024] {
        let mut world = World::new(limit);
        let (credential, persona) = (world.credential(), world.persona());
        for nonce in [0, limit - 1] {
            let request = world.request(&credential, &persona, nonce);
            let bytes = request.to_bytes();
            let again = CertificationRequest::from_bytes(&bytes, world.limit).unwrap();
            let verified = again.verify(&world.issuer, &world.certification(&persona)).unwrap();
            let opened = verified.escrow.open(&world.joint(&verified.escrow)).unwrap();
            assert_eq!(opened, credential.register_element().unwrap());
        }
    }
}

#[test]
fn tags_repeat_exactly_with_the_nonce() {
    let mut world = World::new(5);
    let (credential, other) = (world.credential(), world.credential());
    let (a, b) = (world.persona(), world.persona());
    let tag = |request: CertificationRequest| request.presentation.tag();
    let first = tag(world.request(&credential, &a, 0));
    assert_eq!(first, tag(world.request(&credential, &b, 0)), "one nonce, one tag");
    assert_ne!(first, tag(world.request(&credential, &a, 1)));
    assert_ne!(first, tag(world.request(&other, &a, 0)));
}

#[test]
fn nothing_is_presented_beyond_the_limit() {
    let mut world = World::new(3);
    let (credential, persona) = (world.credential(), world.persona());
    let certification = world.certification(&persona);
    let mut rng = StdRng::seed_from_u64(1);
    let beyond = CertificationRequest::new(&mut rng, &credential, &certification, 3);
    assert_eq!(beyond, Err(ArcError::Exhausted));
}

#[test]
fn a_certification_holds_for_its_own_binding_only() {
    let mut world = World::new(4);
    let (credential, persona, other) = (world.credential(), world.persona(), world.persona());
    let request = world.request(&credential, &persona, 2);
    let right = world.certification(&persona);
    request.verify(&world.issuer, &right).unwrap();
    let elsewhere = encode(&ProjectivePoint::mul_by_generator(&(world.y + Scalar::ONE))).unwrap();
    let binding = |limit, request_context, presentation_context| Binding {
        request_context,
        presentation_context,
        limit,
    };
    let wrong = [
        Certification { service_id: &[8; 16], ..right },
        Certification { epoch: 2, ..right },
        Certification { binding: binding(Limit::new(3).unwrap(), REQUEST, PRESENT), ..right },
        Certification { binding: binding(world.limit, b"another", PRESENT), ..right },
        Certification { binding: binding(world.limit, REQUEST, b"another"), ..right },
        Certification { tracing_key: &elsewhere, ..right },
        Certification { verification: &other.verification, ..right },
        Certification { encapsulation: &other.encapsulation, ..right },
    ];
    for (case, wrong) in wrong.iter().enumerate() {
        assert!(request.verify(&world.issuer, wrong).is_err(), "case {case}");
        assert!(request.proof.verify(wrong, &request.escrow).is_err());
    }
    let stranger = IssuerKey::generate(&mut world.rng);
    let right = world.certification(&persona);
    request.verify(&stranger, &right).unwrap_err();
}

#[test]
fn any_byte_changed_is_refused() {
    let mut world = World::new(3);
    let (credential, persona) = (world.credential(), world.persona());
    let bytes = world.request(&credential, &persona, 1).to_bytes();
    let certification = world.certification(&persona);
    let accepts = |bytes: &[u8]| {
        CertificationRequest::from_bytes(bytes, world.limit)?.verify(&world.issuer, &certification)
    };
    accepts(&bytes).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        accepts(&changed).unwrap_err();
    }
    accepts(&bytes[..bytes.len() - 1]).unwrap_err();
    accepts(&[bytes.as_slice(), &[0]].concat()).unwrap_err();
}

/// An escrow of somebody else, re-randomised: `E1 + t·G`, `E2 + t·Y` opens to her, too. The one who
/// plants it knows `t` but not what is in it, so he can make neither proof.
#[test]
fn somebody_else_s_escrow_cannot_be_planted() {
    let mut world = World::new(4);
    let (victim, thief) = (world.credential(), world.credential());
    let (of_victim, of_thief) = (world.persona(), world.persona());
    let hers = world.request(&victim, &of_victim, 0);
    let his = world.request(&thief, &of_thief, 0);
    let t = crate::arc::random_scalar(&mut world.rng);
    let y = element(&world.tracing_key).unwrap();
    let [e1, e2] = hers.escrow.elements().unwrap();
    let moved = Escrow {
        e1: encode(&(e1 + ProjectivePoint::mul_by_generator(&t))).unwrap(),
        e2: encode(&(e2 + y * t)).unwrap(),
    };
    // It does open to the victim: that is why the proof is needed.
    assert_eq!(moved.open(&world.joint(&moved)).unwrap(), victim.register_element().unwrap());
    let certification = world.certification(&of_thief);
    for (escrow, proof) in [
        (hers.escrow, &hers.proof),
        (hers.escrow, &his.proof),
        (moved, &hers.proof),
        (moved, &his.proof),
    ] {
        assert!(proof.verify(&certification, &escrow).is_err());
        let planted = CertificationRequest {
            presentation: his.presentation.clone(),
            escrow,
            proof: proof.clone(),
        };
        assert!(planted.verify(&world.issuer, &certification).is_err());
    }
}

/// A blinded escrow, `E2 + v·G` for a `v` of one's own, would open to nobody in the register. The
/// public proof can be made for it (whoever blinds knows the sum), the joint proof cannot.
#[test]
fn a_blinded_escrow_passes_the_public_proof_and_fails_the_joint_one() {
    let mut world = World::new(4);
    let (credential, persona) = (world.credential(), world.persona());
    let honest = world.request(&credential, &persona, 0);
    let (v, e) =
        (crate::arc::random_scalar(&mut world.rng), crate::arc::random_scalar(&mut world.rng));
    let y = element(&world.tracing_key).unwrap();
    let sum = *credential.secret() + v;
    let blinded = Escrow {
        e1: encode(&ProjectivePoint::mul_by_generator(&e)).unwrap(),
        e2: encode(&(ProjectivePoint::mul_by_generator(&sum) + y * e)).unwrap(),
    };
    let mut rng = StdRng::seed_from_u64(9);
    let certification = world.certification(&persona);
    let relation = EscrowProof::relation(&certification, &blinded).unwrap();
    let session = certification.digest(Label::EscrowSession);
    let proof = Proof::prove(&mut rng, &session, &relation, &Witness::new(vec![sum, e])).unwrap();
    let proof = EscrowProof(proof);
    proof.verify(&certification, &blinded).unwrap();
    let joint = Joint::new(&certification, &blinded).unwrap();
    let forced = credential
        .present_extended(&mut rng, &certification.binding, 0, &joint, Witness::new(vec![e]))
        .unwrap();
    for presentation in [honest.presentation, forced] {
        let proof = proof.clone();
        let forged = CertificationRequest { presentation, escrow: blinded, proof };
        assert!(forged.verify(&world.issuer, &certification).is_err());
    }
}

/// `x` from two responses to two challenges, if both have one nonce.
fn solved(one: &[Scalar], other: &[Scalar]) -> Vec<Scalar> {
    let over: Option<Scalar> = (one[0] - other[0]).invert().into();
    one[1..].iter().zip(&other[1..]).map(|(s, t)| (*s - *t) * over.unwrap()).collect()
}

fn scalars(bytes: &[u8]) -> Vec<Scalar> {
    let read = |part: &[u8]| *crate::curve::Scalar::from_bytes(part.try_into().unwrap()).unwrap().0;
    bytes.chunks_exact(32).map(read).collect()
}

/// A machine that was cloned shows one number of its credential for two personas, with the very same
/// randomness. Whoever has both requests knows from the tag that one credential made them, and can
/// solve for nothing.
#[test]
fn a_cloned_machine_gives_away_no_secret_whatever_it_repeats() {
    let mut world = World::new(16);
    let (credential, one, other) = (world.credential(), world.persona(), world.persona());
    // Seeded by the number alone: both draw the same.
    let first = world.request(&credential, &one, 3);
    let second = world.request(&credential, &other, 3);
    assert_eq!(first.presentation.tag(), second.presentation.tag(), "linked");
    assert_ne!(first.escrow.e1, second.escrow.e1, "another blinding");
    let joint = Escrow::LEN + EscrowProof::LEN + 33 * (5 + world.limit.bits());
    let (first, second) = (first.to_bytes(), second.to_bytes());
    for proof in [Escrow::LEN..Escrow::LEN + EscrowProof::LEN, joint..first.len()] {
        let (one, other) = (scalars(&first[proof.clone()]), scalars(&second[proof]));
        assert!(one.len() > 2 && one[0] != other[0]);
        assert!(!solved(&one, &other).contains(credential.secret()), "m1");
    }
    // The same attack where nonces are not hedged.
    let certification = world.certification(&one);
    let nonces = || vec![Scalar::from(11_u64), Scalar::from(12_u64)];
    let escrow = Escrow::from_bytes(&first[..Escrow::LEN]).unwrap();
    let relation = EscrowProof::relation(&certification, &escrow).unwrap();
    let [unhedged, again] = [b"one", b"two"].map(|session| {
        let witness = Witness::new(vec![*credential.secret(), Scalar::ONE]);
        let proof = Proof::prove_unchecked(session, &relation, &witness, &nonces());
        scalars(&proof.unwrap().to_bytes())
    });
    assert_eq!(solved(&unhedged, &again)[0], *credential.secret(), "what hedging is for");
}
