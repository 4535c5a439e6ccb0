//! Payloads: laws by property, and chunks truncated, reordered, duplicated, moved.

#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "tests")]

mod common;

use common::{Authority, Persona, rng};
use keyward_protocol::capsule::{Cek, DelegatingKey, FreshCek};
use keyward_protocol::ids::{CompartmentId, EpochId, RecordId};
use keyward_protocol::payload::{
    self, CHUNK, ContentType, PayloadError, PayloadOpener, PayloadSealer, SEALED_CHUNK,
    SEALED_PREAMBLE, padded_len, sealed_len,
};
use proptest::prelude::*;

fn key() -> DelegatingKey {
    let mut rng = rng(70);
    let authority = Authority::new(&mut rng);
    let patient = Persona::new(&mut rng, &authority);
    patient.delegating(CompartmentId::random(&mut rng), EpochId::random(&mut rng))
}

const ID: RecordId = RecordId::from_bytes([7; 16]);

fn sealed(plain: &[u8]) -> (Vec<u8>, Cek) {
    let fresh = FreshCek::generate(&mut rng(71), &key(), &ID, plain);
    let (sealed, cek) = payload::seal(fresh, &ID, ContentType::Document, plain).unwrap();
    assert_eq!(sealed.bytes.len() as u64, sealed_len(plain.len() as u64).unwrap());
    assert_eq!(sealed.hash, payload::ciphertext_hash(&sealed.bytes));
    (sealed.bytes, cek)
}

fn sample(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 31 % 251) as u8).collect()
}

#[test]
fn every_length_around_the_edges_round_trips() {
    let edges =
        [0, 1, 1023, 1024, 1025, 4096, 4097, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5];
    for len in edges {
        let plain = sample(len);
        let (bytes, cek) = sealed(&plain);
        let opened = payload::open(&cek, &ID, &bytes).unwrap();
        assert_eq!((&opened.bytes[..], opened.content_type), (&plain[..], ContentType::Document));
    }
}

#[test]
fn truncated_extended_reordered_duplicated_and_moved_chunks_fail_closed() {
    let plain = sample(4 * CHUNK);
    let (bytes, cek) = sealed(&plain);
    let open = |bytes: &[u8]| payload::open(&cek, &ID, bytes).err();
    assert_eq!(open(&bytes), None);
    let chunk =
        |i: usize| SEALED_PREAMBLE + i * SEALED_CHUNK..SEALED_PREAMBLE + (i + 1) * SEALED_CHUNK;
    // Truncated at a chunk boundary, in a chunk, to the preamble, to nothing.
    for end in [chunk(2).end, chunk(3).end - 1, SEALED_PREAMBLE, 0] {
        assert!(open(&bytes[..end]).is_some(), "cut to {end}");
    }
    let mut swapped = bytes.clone();
    swapped[chunk(0)].copy_from_slice(&bytes[chunk(1)]);
    swapped[chunk(1)].copy_from_slice(&bytes[chunk(0)]);
    assert_eq!(open(&swapped), Some(PayloadError::NotAuthentic));
    let mut repeated = bytes.clone();
    repeated[chunk(1)].copy_from_slice(&bytes[chunk(0)]);
    assert_eq!(open(&repeated), Some(PayloadError::NotAuthentic));
    let longer = [&bytes[..], &bytes[chunk(3)]].concat();
    assert!(open(&longer).is_some());
    assert!(open(&[&bytes[..], &[0]].concat()).is_some());
    // The preamble of a longer payload under another key, and another record's id.
    let other = RecordId::from_bytes([8; 16]);
    assert_eq!(payload::open(&cek, &other, &bytes).err(), Some(PayloadError::NotAuthentic));
    let (_, another) = sealed(&sample(10));
    assert_eq!(payload::open(&another, &ID, &bytes).err(), Some(PayloadError::NotAuthentic));
}

#[test]
fn a_stream_tells_when_it_is_incomplete() {
    let plain = sample(CHUNK + 10);
    let (bytes, cek) = sealed(&plain);
    let mut out = vec![0; CHUNK];
    let mut opener = PayloadOpener::new(&cek, &ID, bytes.len() as u64, &bytes).unwrap();
    assert_eq!(opener.content_len(), plain.len() as u64);
    let first = opener.next_sealed_len();
    opener.chunk(&bytes[SEALED_PREAMBLE..SEALED_PREAMBLE + first], &mut out).unwrap();
    assert_eq!(opener.finish(), Err(PayloadError::Chunking));
    // A sealer that was promised more than it got, or gets other pieces.
    let fresh = || FreshCek::generate(&mut rng(72), &key(), &ID, b"");
    let mut out = vec![0; SEALED_CHUNK];
    let kind = ContentType::Document;
    let begin = |out: &mut [u8]| PayloadSealer::new(fresh(), &ID, kind, 2 * CHUNK as u64, out);
    assert_eq!(begin(&mut out).unwrap().finish().err(), Some(PayloadError::Chunking));
    let mut sealer = begin(&mut out).unwrap();
    assert_eq!(sealer.chunk(&plain[..10], &mut out), Err(PayloadError::Chunking));
    assert_eq!(sealer.padding(&mut out), Err(PayloadError::Chunking));
    assert_eq!(sealer.chunk(&plain[..CHUNK], &mut out[..10]), Err(PayloadError::Buffer));
    let too_long = PayloadSealer::new(fresh(), &ID, kind, payload::MAX_LEN + 1, &mut out);
    assert_eq!(too_long.err(), Some(PayloadError::TooLong));
    let reserved = payload::seal(fresh(), &ID, ContentType::Application(5), b"");
    assert!(reserved.is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_content_round_trips_and_any_flipped_bit_is_noticed(
        len in 0_usize..3 * CHUNK, flip in any::<prop::sample::Index>(), bit in 0_u8..8,
    ) {
        let plain = sample(len);
        let (mut bytes, cek) = sealed(&plain);
        prop_assert_eq!(&payload::open(&cek, &ID, &bytes).unwrap().bytes[..], &plain[..]);
        let at = flip.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(payload::open(&cek, &ID, &bytes).is_err());
    }

    #[test]
    fn padding_hides_the_length_and_costs_little(len in 0_u64..payload::MAX_LEN) {
        let padded = padded_len(len);
        prop_assert!(padded >= len && padded >= 1024);
        prop_assert_eq!(padded_len(padded), padded, "a padded length is its own");
        if len > 4096 {
            prop_assert!(padded - len <= len * 12 / 100, "at most 12 % more");
        }
        prop_assert!(padded_len(len + 1) >= padded, "longer content is never shorter");
    }
}
