use elliptic_curve::Group as _;
use rand::{SeedableRng, rngs::StdRng};

use super::*;
use crate::arc::{CredentialRequest, CredentialResponse};

const REQUEST: &[u8] = b"request";
const PRESENT: &[u8] = b"present";

fn credential(rng: &mut StdRng) -> (IssuerKey, Credential) {
    let key = IssuerKey::generate(rng);
    let (pending, request) = CredentialRequest::new(rng, REQUEST).unwrap();
    let response = CredentialResponse::issue(rng, &key, &request).unwrap();
    let credential = pending.finish(&key.public(), &request, &response).unwrap();
    (key, credential)
}

fn binding(limit: u16) -> Binding<'static> {
    let limit = Limit::new(limit).unwrap();
    Binding { request_context: REQUEST, presentation_context: PRESENT, limit }
}

#[test]
fn arc_limits_of_every_shape_are_presented_to_the_last() {
    let mut rng = StdRng::seed_from_u64(1);
    let (key, credential) = credential(&mut rng);
    for limit in [2, 3, 4, 5, 6, 7, 8, 9, 31, 32, 33, 100, 255, 256, 257, 1000, 1023, 1024] {
        let binding = binding(limit);
        for nonce in [0, 1, limit / 2, limit - 1] {
            let made = credential.present(&mut rng, &binding, nonce).unwrap();
            let bytes = made.to_bytes();
            assert_eq!(bytes.len(), Presentation::len(binding.limit));
            let read = Presentation::from_bytes(&bytes, binding.limit).unwrap();
            read.verify(&key, &binding).unwrap();
        }
        for nonce in [limit, limit + 1, u16::MAX] {
            let refused = credential.present(&mut rng, &binding, nonce);
            assert_eq!(refused, Err(ArcError::Exhausted));
        }
    }
}

/// What a prover can put into a digit who does not keep to the rules.
fn lie(
    credential: &Credential,
    binding: &Binding<'_>,
    nonce: u16,
    digits: &[u64],
    rng: &mut StdRng,
) -> Presentation {
    let mut draw = || random_scalar(rng);
    let draws = Draws { a: draw(), r: draw(), z: draw(), nonce_blinding: draw() };
    let bases = binding.limit.bases();
    let weight = |base: &u16| Scalar::from(u64::from(*base));
    let b: Vec<Scalar> = digits.iter().map(|digit| Scalar::from(*digit)).collect();
    let mut s: Vec<Scalar> = (1..bases.len()).map(|_| draw()).collect();
    let partial: Scalar = s.iter().zip(&bases).map(|(s, base)| weight(base) * s).sum();
    s.push(draws.nonce_blinding - partial);
    let s2 = b.iter().zip(&s).map(|(b, s)| (Scalar::ONE - b) * s);
    let commit =
        |(b, s): (&Scalar, &Scalar)| ProjectivePoint::mul_by_generator(b) + generator_h() * s;
    let commitments = b.iter().zip(&s).map(commit).collect();
    let witness = Zeroizing::new(b.iter().chain(&s).copied().chain(s2).collect());
    let digits = Digits { commitments, witness };
    credential
        .present_with(binding, nonce, &draws, digits, &Plain, |relation, witness| {
            let nonces: Vec<Scalar> = (0..relation.witness_len()).map(|_| draw()).collect();
            Proof::prove_unchecked(&session(SESSION), relation, witness, &nonces)
        })
        .unwrap()
}

/// A prover that lies about each digit in turn, and about the sum.
#[test]
fn arc_a_nonce_beyond_the_limit_is_proved_by_nobody() {
    let mut rng = StdRng::seed_from_u64(2);
    let (key, credential) = credential(&mut rng);
    for limit in [2, 3, 5, 8, 11, 1000] {
        let binding = binding(limit);
        let bases = binding.limit.bases();
        let ones = vec![1; bases.len()];
        // Honest about the largest nonce: the liar's tool itself works.
        let honest = lie(&credential, &binding, limit - 1, &ones, &mut rng);
        honest.verify(&key, &binding).unwrap();
        for place in 0..bases.len() {
            for digit in [2, 3, u64::from(u16::MAX)] {
                let mut digits = vec![0; bases.len()];
                digits[place] = digit;
                let sum = u128::from(digit) * u128::from(bases[place]);
                let Ok(nonce) = u16::try_from(sum) else { continue };
                let forged = lie(&credential, &binding, nonce, &digits, &mut rng);
                assert!(forged.verify(&key, &binding).is_err(), "limit {limit}, digit {place}");
            }
        }
        // Digits that are right, of a nonce that is another.
        for nonce in [limit, limit + 7, u16::MAX] {
            let forged = lie(&credential, &binding, nonce, &ones, &mut rng);
            assert!(forged.verify(&key, &binding).is_err(), "limit {limit}, nonce {nonce}");
        }
    }
}

#[test]
fn arc_a_presentation_of_a_forged_credential_is_refused() {
    let mut rng = StdRng::seed_from_u64(3);
    let (key, mut mine) = credential(&mut rng);
    let binding = binding(4);
    mine.present(&mut rng, &binding, 0).unwrap().verify(&key, &binding).unwrap();
    // Another secret under the MAC of the first.
    mine.m1 += Scalar::ONE;
    let forged = mine.present(&mut rng, &binding, 0).unwrap();
    assert!(forged.verify(&key, &binding).is_err());
    // A credential of another issuer.
    let (_, theirs) = credential(&mut rng);
    let forged = theirs.present(&mut rng, &binding, 0).unwrap();
    assert!(forged.verify(&key, &binding).is_err());
}

#[test]
fn arc_presentations_share_nothing_but_the_tag() {
    let mut rng = StdRng::seed_from_u64(4);
    let (_, credential) = credential(&mut rng);
    let binding = binding(4);
    let one = credential.present(&mut rng, &binding, 1).unwrap();
    let two = credential.present(&mut rng, &binding, 1).unwrap();
    assert_eq!(one.tag(), two.tag());
    let parts = |p: &Presentation| {
        let mut parts = vec![p.u, p.u_prime_commit, p.m1_commit, p.nonce_commit];
        parts.extend(&p.digits);
        parts
    };
    assert!(parts(&one).iter().all(|part| !parts(&two).contains(part)));
}
