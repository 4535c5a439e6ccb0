//! The official vectors of ARC-01 (ARCV1-P256), reproduced from their seed byte for byte.

use elliptic_curve::PrimeField;
use elliptic_curve::array::Array;
use elliptic_curve::consts::U48;
use elliptic_curve::ops::Reduce;
use p256::Scalar;
use serde_json::Value;
use shake::{ExtendableOutput, Shake128, Update, XofReader};

use super::presentation::{self, Plain};
use super::range::Digits;
use super::suite::session;
use super::{
    ArcError, Binding, Credential, CredentialRequest, CredentialResponse, IssuerKey,
    IssuerPublicKey, Limit, Presentation, request,
};
use crate::sigma::{Proof, Relation};

/// `TestDRNG` of the vectors: SHAKE128 over a padded label and the seed.
struct TestDrng(shake::Shake128Reader);

impl TestDrng {
    fn new(seed: &[u8; 32]) -> Self {
        let mut state = Shake128::default();
        let mut block = [0; 168];
        let label = b"sigma-proofs/TestDRNG/SHAKE128";
        block[..label.len()].copy_from_slice(label);
        state.update(&block);
        state.update(seed);
        Self(state.finalize_xof())
    }

    /// `random_scalar`: 48 bytes modulo the order.
    fn scalar(&mut self) -> Scalar {
        let mut wide = Array::<u8, U48>::default();
        self.0.read(&mut wide);
        <Scalar as Reduce<_>>::reduce(&wide)
    }

    fn skip(&mut self, scalars: usize) {
        (0..scalars).for_each(|_| self.0.read(&mut [0; 48]));
    }
}

struct Vectors(Value);

impl Vectors {
    fn read() -> Option<Self> {
        let path = "../../../shared/data/vectors/arc/allVectors.json";
        let Ok(text) = std::fs::read_to_string(path) else {
            assert!(std::env::var_os("CI").is_none(), "the ARC vectors are missing");
            eprintln!("skipped: the official ARC vectors are not beside the project");
            return None;
        };
        Some(Self(serde_json::from_str(&text).unwrap()))
    }

    fn bytes(&self, group: &str, name: &str) -> Vec<u8> {
        hex::decode(self.0["ARCV1-P256"][group][name].as_str().unwrap()).unwrap()
    }

    fn scalar(&self, group: &str, name: &str) -> Scalar {
        let bytes: [u8; 32] = self.bytes(group, name).try_into().unwrap();
        Scalar::from_repr(bytes.into()).unwrap()
    }

    fn key(&self) -> IssuerKey {
        IssuerKey {
            x0: self.scalar("ServerKey", "x0"),
            x1: self.scalar("ServerKey", "x1"),
            x2: self.scalar("ServerKey", "x2"),
            blinding: self.scalar("ServerKey", "xb"),
        }
    }

    fn joined(&self, group: &str, names: &[&str]) -> Vec<u8> {
        names.iter().flat_map(|name| self.bytes(group, name)).collect()
    }
}

/// The generator where the proof of each message begins to draw.
fn drng() -> TestDrng {
    let mut seed = [0; 32];
    seed[..16].copy_from_slice(b"test vector seed");
    TestDrng::new(&seed)
}

fn nonces(drng: &mut TestDrng, relation: &Relation) -> Vec<Scalar> {
    (0..relation.witness_len()).map(|_| drng.scalar()).collect()
}

/// Everything in the vectors, made again.
struct Run {
    key: IssuerKey,
    request: CredentialRequest,
    response: CredentialResponse,
    credential: Credential,
    presentations: Vec<Presentation>,
    request_context: Vec<u8>,
    presentation_context: Vec<u8>,
}

const PRESENTATIONS: [&str; 2] = ["Presentation1", "Presentation2"];

fn run(vectors: &Vectors) -> Run {
    let mut drng = drng();
    drng.skip(4);
    let key = vectors.key();
    let request_context = vectors.bytes("CredentialRequest", "request_context");
    let of_request = |name: &str| vectors.scalar("CredentialRequest", name);
    let draws = request::Draws { m1: of_request("m1"), r1: of_request("r1"), r2: of_request("r2") };
    drng.skip(3);
    let (pending, request) =
        CredentialRequest::with(&request_context, draws, |relation, witness| {
            let nonces = nonces(&mut drng, relation);
            Proof::prove_with(&session("CredentialRequest"), relation, witness, nonces)
        })
        .unwrap();
    drng.skip(1);
    let b = vectors.scalar("CredentialResponse", "b");
    let response = CredentialResponse::with(&key, &request, b, |relation, witness| {
        let nonces = nonces(&mut drng, relation);
        Proof::prove_with(&session("CredentialResponse"), relation, witness, nonces)
    })
    .unwrap();
    let credential = pending.finish(&key.public(), &request, &response).unwrap();
    let presentation_context = vectors.bytes("Presentation1", "presentation_context");
    let binding = Binding {
        request_context: &request_context,
        presentation_context: &presentation_context,
        limit: Limit::new(2).unwrap(),
    };
    let mut presentations = Vec::new();
    for (nonce, group) in (0..).zip(PRESENTATIONS) {
        let of = |name: &str| vectors.scalar(group, name);
        let draws = presentation::Draws {
            a: of("a"),
            r: of("r"),
            z: of("z"),
            nonce_blinding: of("nonce_blinding"),
        };
        drng.skip(4);
        let mut nobody = rand::rng();
        let digits = Digits::commit(&mut nobody, nonce, &draws.nonce_blinding, binding.limit);
        let presentation = credential
            .present_with(&binding, nonce, &draws, digits, &Plain, |relation, witness| {
                let nonces = nonces(&mut drng, relation);
                Proof::prove_with(&session("CredentialPresentation"), relation, witness, nonces)
            })
            .unwrap();
        presentations.push(presentation);
    }
    Run { key, request, response, credential, presentations, request_context, presentation_context }
}

#[test]
fn arc_official_vectors_are_reproduced_byte_for_byte() {
    let Some(vectors) = Vectors::read() else { return };
    let run = run(&vectors);
    let public = run.key.public();
    assert_eq!(public.to_bytes()[..], vectors.joined("ServerKey", &["X0", "X1", "X2"]));
    let expected = vectors.joined("CredentialRequest", &["m1_enc", "m2_enc", "proof"]);
    assert_eq!(hex::encode(run.request.to_bytes()), hex::encode(expected));
    let expected = vectors.joined(
        "CredentialResponse",
        &["U", "enc_U_prime", "X0_aux", "X1_aux", "X2_aux", "H_aux", "proof"],
    );
    assert_eq!(hex::encode(run.response.to_bytes()), hex::encode(expected));
    let expected = vectors.joined("Credential", &["m1", "U", "U_prime", "X1"]);
    assert_eq!(run.credential.expose_secret()[..], expected);
    for (presentation, group) in run.presentations.iter().zip(PRESENTATIONS) {
        let names = ["U", "U_prime_commit", "m1_commit", "tag", "nonce_commit", "proof"];
        let expected = vectors.joined(group, &names);
        assert_eq!(hex::encode(presentation.to_bytes()), hex::encode(expected));
        assert_eq!(presentation.tag()[..], vectors.bytes(group, "tag"));
    }
}

#[test]
fn arc_vector_messages_are_accepted_as_they_stand() {
    let Some(vectors) = Vectors::read() else { return };
    let run = run(&vectors);
    let names = ["U", "U_prime_commit", "m1_commit", "tag", "nonce_commit", "proof"];
    let limit = Limit::new(2).unwrap();
    let binding = Binding {
        request_context: &run.request_context,
        presentation_context: &run.presentation_context,
        limit,
    };
    let request = vectors.joined("CredentialRequest", &["m1_enc", "m2_enc", "proof"]);
    CredentialRequest::from_bytes(&request).unwrap().verify().unwrap();
    for group in PRESENTATIONS {
        let presentation = Presentation::from_bytes(&vectors.joined(group, &names), limit).unwrap();
        presentation.verify(&run.key, &binding).unwrap();
    }
}

/// Whether the bytes still are a message that is accepted.
type Accepts<'a> = &'a dyn Fn(&[u8]) -> Result<(), ArcError>;

#[test]
fn arc_vectors_with_any_byte_changed_are_refused() {
    let Some(vectors) = Vectors::read() else { return };
    let run = run(&vectors);
    let public = run.key.public();
    let limit = Limit::new(2).unwrap();
    let binding = Binding {
        request_context: &run.request_context,
        presentation_context: &run.presentation_context,
        limit,
    };
    let request = |bytes: &[u8]| CredentialRequest::from_bytes(bytes)?.verify();
    let response =
        |bytes: &[u8]| CredentialResponse::from_bytes(bytes)?.verify(&public, &run.request);
    let presentation =
        |bytes: &[u8]| Presentation::from_bytes(bytes, limit)?.verify(&run.key, &binding);
    let issuer =
        |bytes: &[u8]| run.response.verify(&IssuerPublicKey::from_bytes(bytes)?, &run.request);
    let cases: [(Vec<u8>, Accepts<'_>); 4] = [
        (run.request.to_bytes(), &request),
        (run.response.to_bytes(), &response),
        (run.presentations[0].to_bytes(), &presentation),
        (public.to_bytes().to_vec(), &issuer),
    ];
    for (bytes, accepts) in cases {
        accepts(&bytes).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            assert!(accepts(&changed).is_err(), "byte {at} of {}", bytes.len());
        }
        accepts(&bytes[..bytes.len() - 1]).unwrap_err();
        accepts(&[bytes.as_slice(), &[0]].concat()).unwrap_err();
        accepts(&[]).unwrap_err();
    }
}
