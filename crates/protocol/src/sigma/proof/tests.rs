use p256::ProjectivePoint;
use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};

use super::*;
use crate::arc::random_scalar;

const SESSION: &[u8] = b"a session";

fn base() -> ProjectivePoint {
    ProjectivePoint::GENERATOR
}

/// Equal logarithms: `A = x·G`, `B = x·P`, and what follows from `C = x·G + y·P`.
fn statement(rng: &mut StdRng) -> (Relation, Witness, [ProjectivePoint; 4]) {
    let (x, y) = (random_scalar(rng), random_scalar(rng));
    let p = base() * random_scalar(rng);
    let elements = [p, base() * x, p * x, base() * x + p * y];
    (relation(elements), Witness::new(vec![x, y]), elements)
}

fn relation([p, a, b, c]: [ProjectivePoint; 4]) -> Relation {
    let mut relation = Relation::new();
    let [x, y] = relation.scalars();
    let g = relation.element(base());
    let (p, a) = (relation.element(p), relation.element(a));
    let (b, c) = (relation.element(b), relation.element(c));
    relation.equation(a, &[(x, g)]);
    relation.equation(b, &[(x, p)]);
    relation.equation(c, &[(x, g), (y, p)]);
    relation
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_is_proved_verifies_and_survives_its_encoding(seed: u64) {
        let mut rng = StdRng::seed_from_u64(seed);
        let (relation, witness, _) = statement(&mut rng);
        let proof = Proof::prove(&mut rng, SESSION, &relation, &witness).unwrap();
        let bytes = proof.to_bytes();
        prop_assert_eq!(bytes.len(), relation.proof_len());
        let again = Proof::from_bytes(&bytes, 2).unwrap();
        prop_assert_eq!(again.verify(SESSION, &relation), Ok(()));
    }

    #[test]
    fn any_flipped_bit_is_refused(seed: u64, bit in 0_usize..96 * 8) {
        let mut rng = StdRng::seed_from_u64(seed);
        let (relation, witness, _) = statement(&mut rng);
        let mut bytes = Proof::prove(&mut rng, SESSION, &relation, &witness).unwrap().to_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let verdict = Proof::from_bytes(&bytes, 2).map(|proof| proof.verify(SESSION, &relation));
        prop_assert!(!matches!(verdict, Ok(Ok(()))));
    }
}

#[test]
fn a_proof_belongs_to_its_session_its_statement_and_its_order() {
    let mut rng = StdRng::seed_from_u64(1);
    let (right, witness, [p, a, b, c]) = statement(&mut rng);
    let proof = Proof::prove(&mut rng, SESSION, &right, &witness).unwrap();
    proof.verify(SESSION, &right).unwrap();
    assert_eq!(proof.verify(b"another session", &right), Err(SigmaError::Invalid));
    assert_eq!(proof.verify(b"", &right), Err(SigmaError::Invalid));
    let other = base() * random_scalar(&mut rng);
    for elements in [[other, a, b, c], [p, other, b, c], [p, a, other, c], [p, a, b, other]] {
        assert_eq!(proof.verify(SESSION, &relation(elements)), Err(SigmaError::Invalid));
    }
    for elements in [[p, b, a, c], [p, a, c, b], [a, p, b, c]] {
        assert_eq!(proof.verify(SESSION, &relation(elements)), Err(SigmaError::Invalid));
    }
    let mut more = relation([p, a, b, c]);
    more.element(other);
    assert_eq!(proof.verify(SESSION, &more), Err(SigmaError::Invalid), "one element more");
    let mut more = relation([p, a, b, c]);
    more.scalar();
    assert_eq!(proof.verify(SESSION, &more), Err(SigmaError::Invalid), "one scalar more");
    let swapped = Proof {
        challenge: proof.challenge,
        responses: proof.responses.iter().rev().copied().collect(),
    };
    assert_eq!(swapped.verify(SESSION, &right), Err(SigmaError::Invalid));
}

#[test]
fn a_proof_is_of_one_length() {
    let mut rng = StdRng::seed_from_u64(2);
    let (relation, witness, _) = statement(&mut rng);
    let bytes = Proof::prove(&mut rng, SESSION, &relation, &witness).unwrap().to_bytes();
    let longer = [bytes.as_slice(), &[0; 32]].concat();
    assert_eq!(Proof::from_bytes(&bytes[..64], 2), Err(DecodeError::Truncated));
    assert_eq!(Proof::from_bytes(&longer, 2), Err(DecodeError::TrailingBytes));
    assert_eq!(Proof::from_bytes(&longer, usize::MAX), Err(DecodeError::Truncated));
    let above = [[0xff; 32].as_slice(), &bytes[32..]].concat();
    assert_eq!(Proof::from_bytes(&above, 2), Err(DecodeError::NotAScalar));
    let longer = Proof::from_bytes(&longer, 3).unwrap();
    assert_eq!(longer.verify(SESSION, &relation), Err(SigmaError::Invalid));
}

#[test]
fn identities_and_repeated_elements_are_refused() {
    let mut rng = StdRng::seed_from_u64(3);
    let (_, witness, [p, a, b, c]) = statement(&mut rng);
    for (elements, error) in [
        ([ProjectivePoint::IDENTITY, a, b, c], SigmaError::Identity),
        ([p, a, b, ProjectivePoint::IDENTITY], SigmaError::Identity),
        ([p, p, b, c], SigmaError::Repeated),
        ([base(), a, b, c], SigmaError::Repeated),
    ] {
        let relation = relation(elements);
        let refused = Proof::prove_unchecked(SESSION, &relation, &witness, &[Scalar::ONE; 2]);
        assert_eq!(refused, Err(error));
        let proof = Proof { challenge: Scalar::ONE, responses: vec![Scalar::ONE; 2] };
        assert_eq!(proof.verify(SESSION, &relation), Err(error));
    }
}

/// A prover who does not know the witness: nothing it can send is accepted.
#[test]
fn a_false_statement_is_neither_proved_nor_accepted() {
    let mut rng = StdRng::seed_from_u64(4);
    let (_, witness, [p, a, _, c]) = statement(&mut rng);
    let false_statement = relation([p, a, base() * random_scalar(&mut rng), c]);
    let honest = Proof::prove(&mut rng, SESSION, &false_statement, &witness);
    assert_eq!(honest, Err(SigmaError::Witness));
    let nonces = [random_scalar(&mut rng), random_scalar(&mut rng)];
    let forged = Proof::prove_unchecked(SESSION, &false_statement, &witness, &nonces).unwrap();
    assert_eq!(forged.verify(SESSION, &false_statement), Err(SigmaError::Invalid));
    let empty = Proof { challenge: Scalar::ZERO, responses: vec![Scalar::ZERO; 2] };
    assert!(empty.verify(SESSION, &false_statement).is_err());
}

/// The same randomness twice, as on a machine restored from a snapshot: other statements and other
/// sessions still get other nonces, so nothing can be solved for the witness.
#[test]
fn a_cloned_machine_uses_no_nonce_twice() {
    let (first, witness, [p, a, b, c]) = statement(&mut StdRng::seed_from_u64(5));
    let prove = |session: &[u8], relation: &Relation| {
        Proof::prove(&mut StdRng::seed_from_u64(6), session, relation, &witness).unwrap()
    };
    let nonce = |proof: &Proof| proof.responses[0] - proof.challenge * witness.scalars()[0];
    let one = prove(SESSION, &first);
    assert_eq!(one, prove(SESSION, &first), "the same statement gives the same proof");
    assert_ne!(nonce(&one), nonce(&prove(b"another session", &first)));
    let mut second = relation([p, a, b, c]);
    second.element(base() * random_scalar(&mut StdRng::seed_from_u64(7)));
    assert_ne!(nonce(&one), nonce(&prove(SESSION, &second)));
}
