//! What is measured.

use keyward_protocol::arc::{
    Binding, Credential, CredentialRequest, CredentialResponse, IssuerKey, Limit, Presentation,
};
use keyward_protocol::capsule::{self, DelegatingKey, FreshCek, PoolEntry};
use keyward_protocol::chain::{HeaderCore, RecordHeader};
use keyward_protocol::curve::{
    AwsLc, Backend as _, Point, RustCrypto, Scalar, SharedX, hash_to_scalar, x_only,
};
use keyward_protocol::domain::Label;
use keyward_protocol::ids::{CompartmentId, DeviceId, EpochId, PersonaId, RecordId};
use keyward_protocol::invitation::CodeSecret;
use keyward_protocol::keys::{MasterSecret, SigningKey};
use keyward_protocol::payload::{self, ContentType};
use keyward_protocol::timing;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};

use crate::{Class, Measured, measure};

/// A small secret against random ones: what skips leading zeros or zero digits shows.
fn scalar(rng: &mut StdRng, class: Class) -> Scalar {
    let mut small = [0; 32];
    small[31] = 3;
    match class {
        Class::Fixed => Scalar::from_bytes(&small).unwrap(),
        Class::Random => Scalar::random(rng),
    }
}

/// `of` with one byte changed: the first, or any.
fn differing<const N: usize>(rng: &mut StdRng, class: Class, of: &[u8; N]) -> [u8; N] {
    let mut bytes = *of;
    let at = if class == Class::Fixed { 0 } else { rng.random_range(0..N) };
    bytes[at] ^= 0x10;
    bytes
}

/// Measures everything; `scale` multiplies the numbers of samples.
pub(crate) fn all(scale: f64, report: &mut dyn FnMut(Measured)) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number")]
    let many = |samples: f64| (samples * scale) as usize;
    controls(many(40_000.0), report);
    multiplications(many(40_000.0), report);
    scalars(many(60_000.0), report);
    comparisons(many(100_000.0), report);
    capsules(many(60_000.0), report);
    credentials(many(4_000.0), report);
    passphrase(many(400.0), report);
}

/// The obvious ways: comparing until the first difference, doubling and adding by the bits set.
fn controls(samples: usize, report: &mut dyn FnMut(Measured)) {
    let tag = [0x5a; 32];
    let compare = measure(
        "control: comparing byte by byte",
        (samples, 64),
        |rng, class| differing(rng, class, &tag),
        |other| tag.iter().zip(other).all(|(a, b)| std::hint::black_box(a == b)),
    );
    report(compare.control());
    let double_and_add = measure(
        "control: doubling and adding by the bits set",
        (samples / 20, 1),
        |rng, class| *scalar(rng, class).expose_secret(),
        |bytes| {
            let bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
            bits.fold(p256::ProjectivePoint::IDENTITY, |sum, bit| {
                let doubled = sum + sum;
                if bit == 1 { doubled + p256::ProjectivePoint::GENERATOR } else { doubled }
            })
        },
    );
    report(double_and_add.control());
}

fn multiplications(samples: usize, report: &mut dyn FnMut(Measured)) {
    let point: Point = Scalar::random(&mut StdRng::seed_from_u64(1)).times_base().unwrap();
    let once = (samples, 1);
    report(measure("x(secret·P), the app's backend", once, scalar, |secret| {
        x_only(secret, &point).unwrap()
    }));
    report(measure("secret·G, the app's backend", once, scalar, |s| {
        AwsLc::times_base(s).unwrap()
    }));
    report(measure("x(secret·P), the other backend", (samples / 4, 1), scalar, |secret| {
        RustCrypto::import(secret).unwrap().agree(point.unchecked()).unwrap()
    }));
    report(measure("secret·G, the other backend", (samples / 2, 1), scalar, |secret| {
        RustCrypto::times_base(secret).unwrap()
    }));
    report(measure("secret·P of CPace and the credential", (samples / 4, 1), scalar, |secret| {
        timing::multiply(&point, secret).unwrap()
    }));
    report(measure(
        "ES256 signature",
        (samples / 2, 1),
        |rng, class| SigningKey::from_bytes(&scalar(rng, class).expose_secret()).unwrap(),
        |key| key.sign(Label::Grant, b"the same message").unwrap(),
    ));
}

fn scalars(samples: usize, report: &mut dyn FnMut(Measured)) {
    report(measure("inverse of a secret (grants)", (samples, 1), scalar, Scalar::inverse));
    let other = Scalar::random(&mut StdRng::seed_from_u64(2));
    report(measure("product of secrets", (samples, 16), scalar, |secret| secret.times(&other)));
    report(measure("hash to scalar of a secret", (samples, 1), secret_bytes, |secret| {
        hash_to_scalar(Label::Delegating, &[secret])
    }));
    report(measure(
        "key derived from the master secret",
        (samples, 1),
        |rng, class| MasterSecret::from_bytes(secret_bytes(rng, class)),
        |master| master.derive(Label::VaultKey, b""),
    ));
}

fn secret_bytes(rng: &mut StdRng, class: Class) -> [u8; 32] {
    if class == Class::Fixed { [0; 32] } else { rng.random() }
}

fn comparisons(samples: usize, report: &mut dyn FnMut(Measured)) {
    let tag = [0x5a; 32];
    report(measure(
        "a capsule's tag",
        (samples, 64),
        |rng, class| differing(rng, class, &tag),
        |other| timing::tags_match(&tag, other),
    ));
    let code = CodeSecret::from_bytes([1; 8]).unwrap();
    report(measure(
        "the secret of an invitation code",
        (samples, 64),
        |rng, class| {
            let mut bytes = differing(rng, class, &[1; 8]);
            bytes[0] &= 15;
            bytes[7] ^= 1;
            CodeSecret::from_bytes(bytes).unwrap()
        },
        |other| code.same_as(other),
    ));
    let sealed: [u8; 48] = timing::sealed(&[7; 32], &[9; 32]).try_into().unwrap();
    report(measure(
        "the tag around a master secret",
        (samples / 2, 4),
        |rng, class| {
            let mut altered = sealed;
            let tag: [u8; 16] = altered[32..].try_into().unwrap();
            altered[32..].copy_from_slice(&differing(rng, class, &tag));
            altered
        },
        |altered| timing::opens(&[7; 32], altered),
    ));
}

/// A sealed record with its delegating key.
fn record() -> (DelegatingKey, RecordHeader) {
    let rng = &mut StdRng::seed_from_u64(3);
    let master = MasterSecret::from_bytes([9; 32]);
    let persona = PersonaId::from_bytes([1; 32]);
    let (compartment, epoch) = (CompartmentId::random(rng), EpochId::random(rng));
    let key = DelegatingKey::derive(&master, persona, compartment, epoch);
    let record_id = RecordId::random(rng);
    let fresh = FreshCek::generate(rng, &key, &record_id, b"{}");
    let (sealed, cek) = payload::seal(fresh, &record_id, ContentType::FhirJson, b"{}").unwrap();
    let core = HeaderCore {
        persona,
        compartment,
        epoch,
        record_id,
        device: DeviceId::random(rng),
        position: 0,
        previous: [0; 32],
        ciphertext_hash: sealed.hash,
        ciphertext_len: sealed.bytes.len() as u64,
    };
    let entry = PoolEntry::prepare(rng, &key).unwrap();
    let capsule = capsule::seal(entry, &core, &cek).unwrap();
    (key, RecordHeader { core, capsule })
}

fn capsules(samples: usize, report: &mut dyn FnMut(Measured)) {
    let (key, header) = record();
    report(measure(
        "unwrapping a content key (HKDF, XOR, tag)",
        (samples, 1),
        |rng, class| SharedX::new(secret_bytes(rng, class)),
        |shared| timing::unwrap(shared, &header),
    ));
    report(measure(
        "opening with a wrong tag",
        (samples / 4, 1),
        |rng, class| {
            let mut altered = header.clone();
            altered.capsule.tag = differing(rng, class, &header.capsule.tag);
            altered
        },
        |altered| capsule::open_own(&key, altered).is_ok(),
    ));
    report(measure(
        "opening with a wrong content key",
        (samples / 4, 1),
        |rng, class| {
            let mut altered = header.clone();
            altered.capsule.wrapped_cek = differing(rng, class, &header.capsule.wrapped_cek);
            altered
        },
        |altered| capsule::open_own(&key, altered).is_ok(),
    ));
}

const BINDING: [&[u8]; 2] = [b"request context", b"presentation context"];

fn binding() -> Binding<'static> {
    let limit = Limit::new(8).unwrap();
    Binding { request_context: BINDING[0], presentation_context: BINDING[1], limit }
}

fn credential(rng: &mut StdRng, key: &IssuerKey) -> Credential {
    let (pending, request) = CredentialRequest::new(rng, BINDING[0]).unwrap();
    let response = CredentialResponse::issue(rng, key, &request).unwrap();
    pending.finish(&key.public(), &request, &response).unwrap()
}

fn credentials(samples: usize, report: &mut dyn FnMut(Measured)) {
    let rng = &mut StdRng::seed_from_u64(4);
    let (key, binding) = (IssuerKey::generate(rng), binding());
    let issued = credential(rng, &key);
    // The holder's secret: with the same issuer's values around it, for the time alone.
    let with_secret = |secret: &Scalar| {
        let mut bytes = issued.expose_secret();
        bytes[..32].copy_from_slice(&*secret.expose_secret());
        Credential::from_secret(&bytes).unwrap()
    };
    let mut proving = StdRng::seed_from_u64(5);
    report(measure(
        "presenting a credential, by its secret",
        (samples, 1),
        |rng, class| with_secret(&scalar(rng, class)),
        |credential| credential.present(&mut proving, &binding, 1).unwrap(),
    ));
    report(measure(
        "presenting a credential, by its number",
        (samples, 1),
        |rng, class| if class == Class::Fixed { 0 } else { rng.random_range(0..8) },
        |number| issued.present(&mut proving, &binding, *number).unwrap(),
    ));
    let presentation: Presentation = issued.present(rng, &binding, 1).unwrap();
    report(measure(
        "V of a presentation, by the issuer's key",
        (samples * 2, 1),
        |rng, class| {
            let parts: [Scalar; 4] = std::array::from_fn(|_| scalar(rng, class));
            let bytes: Vec<u8> = parts.iter().flat_map(|s| *s.expose_secret()).collect();
            IssuerKey::from_secret(bytes.as_slice().try_into().unwrap()).unwrap()
        },
        |key| timing::secret_point(&presentation, key, &binding),
    ));
}

/// Argon2id is deliberately slow: few samples show only a coarse difference.
fn passphrase(samples: usize, report: &mut dyn FnMut(Measured)) {
    use keyward_protocol::passphrase::{Cost, unwrap, wrap};
    let rng = &mut StdRng::seed_from_u64(6);
    let master = MasterSecret::generate(rng);
    let wrapped = wrap(rng, &master, "aaaaaaaaaaaaaaaa", b"", Cost::LEAST).unwrap();
    report(measure(
        "a wrong passphrase, alike or not",
        (samples, 1),
        |rng, class| match class {
            Class::Fixed => "aaaaaaaaaaaaaaab".to_owned(),
            Class::Random => (0..16).map(|_| rng.random_range('b'..='z')).collect(),
        },
        |typed| unwrap(&wrapped, typed, b"").is_err(),
    ));
}
