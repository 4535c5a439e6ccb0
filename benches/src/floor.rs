//! The bare primitives, per backend, on the forms in which they are stored: scalars of 32 bytes, compressed
//! points of 33 bytes. The floor of a run is the fastest backend of that run.

use std::hint::black_box;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use p256::elliptic_curve::Group as _;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{ProjectivePoint, PublicKey, SecretKey};

use crate::measure::{Candidate, paired};

/// Microseconds of the bare primitives: the faster of p256 and aws-lc-rs, both named in `notes`.
pub(crate) struct Floor {
    /// A scalar of 32 bytes to its public point.
    pub(crate) fixed: f64,
    /// Import of scalar and compressed point, then the x-coordinate of their product.
    pub(crate) ecdh: f64,
    /// How each backend did.
    pub(crate) note_fixed: String,
    /// How each backend did.
    pub(crate) note_ecdh: String,
}

/// A secret scalar and a public point, in stored form.
pub(crate) struct Stored {
    pub(crate) scalar: [u8; 32],
    pub(crate) point: [u8; 33],
}

/// Fixed bytes: a benchmark needs no secrecy, but both backends the same work.
pub(crate) fn stored() -> Stored {
    let mut scalar = [0x5a; 32];
    scalar[0] = 0x11;
    let other = SecretKey::from_slice(&[0x37; 32]).expect("a small number is a scalar");
    let encoded = other.public_key().to_sec1_point(true);
    let point = encoded.as_bytes().try_into().expect("33 bytes");
    Stored { scalar, point }
}

/// Measures the primitives of both backends in turn.
pub(crate) fn measure(stored: &Stored) -> Floor {
    let mut candidates = [
        Candidate::new("p256", || fixed_p256(&stored.scalar)),
        Candidate::new("aws-lc-rs", || fixed_aws(&stored.scalar)),
        Candidate::new("p256", || ecdh_p256(stored)),
        Candidate::new("aws-lc-rs", || ecdh_aws(stored)),
    ];
    let times = paired(&mut candidates, 25, 200);
    let note = |a: usize, b: usize| {
        format!(
            "{} {:.1} µs, {} {:.1} µs",
            candidates[a].name, times[a], candidates[b].name, times[b]
        )
    };
    Floor {
        fixed: times[0].min(times[1]),
        ecdh: times[2].min(times[3]),
        note_fixed: note(0, 1),
        note_ecdh: note(2, 3),
    }
}

fn fixed_p256(scalar: &[u8; 32]) {
    let secret = SecretKey::from_slice(black_box(scalar)).expect("a scalar");
    let point = ProjectivePoint::mul_by_generator(&secret.to_nonzero_scalar());
    black_box(point.to_affine());
}

fn fixed_aws(scalar: &[u8; 32]) {
    let key = PrivateKey::from_private_key(&ECDH_P256, black_box(scalar)).expect("a scalar");
    black_box(key.compute_public_key().expect("a public key"));
}

fn ecdh_p256(stored: &Stored) {
    let secret = SecretKey::from_slice(black_box(&stored.scalar)).expect("a scalar");
    let public = PublicKey::from_sec1_bytes(black_box(&stored.point)).expect("a point");
    black_box(p256::ecdh::diffie_hellman(secret.to_nonzero_scalar(), public.as_affine()));
}

fn ecdh_aws(stored: &Stored) {
    let key =
        PrivateKey::from_private_key(&ECDH_P256, black_box(&stored.scalar)).expect("a scalar");
    let peer = UnparsedPublicKey::new(&ECDH_P256, black_box(&stored.point[..]));
    agree(&key, peer, (), |x| {
        black_box(x[0]);
        Ok(())
    })
    .expect("agreement");
}

/// AES-256-GCM over `plain` in pieces of 64 KiB, each copied into and sealed in one buffer: what a payload cannot
/// do without.
pub(crate) fn aead(plain: &[u8], buffer: &mut [u8]) {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).expect("a key"));
    for (index, chunk) in plain.chunks(64 * 1024).enumerate() {
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&(index as u64).to_be_bytes());
        let buffer = &mut buffer[..chunk.len()];
        buffer.copy_from_slice(chunk);
        let tag = key.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from([0; 17]),
            buffer,
        );
        let _ = black_box(tag.expect("sealing"));
    }
}

/// The backend that was the fastest wherever it was measured; [`measure`] prints both.
pub(crate) fn fixed_fastest(stored: &Stored) {
    fixed_aws(&stored.scalar);
}

/// See [`fixed_fastest`].
pub(crate) fn ecdh_fastest(stored: &Stored) {
    ecdh_aws(stored);
}
