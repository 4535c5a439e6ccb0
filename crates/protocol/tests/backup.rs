//! SPEC §27. What a restore must refuse although it is rightly encrypted or rightly signed.

#![allow(clippy::unwrap_used, reason = "tests")]

use keyward_protocol::backup::{
    BackupError, Change, Manifest, PackBuilder, PackEntry, SealedPack, VerifiedManifest,
    check_versions, row_digest,
};
use keyward_protocol::keys::SecretBytes32;
use keyward_protocol::kit::{KitKeys, KitPublic, KitSecret};
use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

fn kit(byte: u8) -> (KitKeys, KitPublic) {
    let keys = KitKeys::of(&KitSecret::from_bytes([byte; 16])).unwrap();
    let public = keys.public().unwrap();
    (keys, public)
}

fn pack(seed: u64, public: &KitPublic, rows: &[(&str, &[u8])]) -> SealedPack {
    let mut builder = PackBuilder::new();
    for (id, body) in rows {
        builder.push(&Change::Put { table: "records", id, body }).unwrap();
    }
    builder.seal(&mut rng(seed), public).unwrap()
}

fn manifest(sequence: u64, previous: [u8; 32], packs: Vec<PackEntry>) -> Manifest {
    let about = b"about".to_vec();
    Manifest { sequence, previous, made_at: 5, schema: 1, records: 2, about, packs }
}

fn sealed(seed: u64, public: &KitPublic, manifest: &Manifest) -> Vec<u8> {
    manifest.seal(&mut rng(seed), public).unwrap().bytes
}

fn versions(keys: &KitKeys, public: &KitPublic, count: u64) -> Vec<VerifiedManifest> {
    let mut previous = [0; 32];
    (1..=count)
        .map(|sequence| {
            let bytes = sealed(sequence, public, &manifest(sequence, previous, Vec::new()));
            let opened = Manifest::open(keys, &bytes).unwrap();
            previous = opened.hash();
            opened
        })
        .collect()
}

fn rows(pack: &keyward_protocol::backup::OpenedPack) -> Vec<(String, Vec<u8>)> {
    pack.changes()
        .map(|change| match change.unwrap() {
            Change::Put { id, body, .. } => (id.to_owned(), body.to_vec()),
            Change::Gone { id, .. } => (id.to_owned(), Vec::new()),
        })
        .collect()
}

#[test]
fn a_version_comes_back_with_the_kit_and_only_with_it() {
    let (keys, public) = kit(1);
    let made = pack(1, &public, &[("a", b"one"), ("b", b"two")]);
    let bytes = sealed(2, &public, &manifest(1, [0; 32], vec![made.entry]));
    let opened = Manifest::open(&keys, &bytes).unwrap();
    let entry = &opened.manifest().packs[0];
    let content = rows(&entry.open(&made.bytes).unwrap());
    assert_eq!(content, [("a".into(), b"one".to_vec()), ("b".into(), b"two".to_vec())]);
    assert_eq!(opened.manifest().about, b"about");
    assert_eq!(Manifest::open(&kit(2).0, &bytes).err(), Some(BackupError::OtherKit));
}

#[test]
fn every_changed_or_missing_byte_of_a_manifest_is_refused() {
    let (keys, public) = kit(1);
    let bytes = sealed(2, &public, &manifest(1, [0; 32], Vec::new()));
    for at in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(Manifest::open(&keys, &changed).is_err(), "{at}");
        assert!(Manifest::open(&keys, &bytes[..at]).is_err(), "{at}");
    }
    assert!(Manifest::open(&keys, &[&bytes[..], &[0]].concat()).is_err());
}

#[test]
fn a_pack_rightly_sealed_but_another_is_refused() {
    let (_, public) = kit(1);
    let (first, second) = (pack(1, &public, &[("a", b"1")]), pack(2, &public, &[("a", b"2")]));
    assert_eq!(first.entry.open(&second.bytes).err(), Some(BackupError::OtherPack));
    assert_eq!(
        first.entry.open(&first.bytes[..first.bytes.len() - 1]).err(),
        Some(BackupError::OtherPack)
    );
    for at in 0..first.bytes.len() {
        let mut changed = first.bytes.clone();
        changed[at] ^= 128;
        assert_eq!(first.entry.open(&changed).err(), Some(BackupError::OtherPack), "{at}");
    }
    assert!(first.entry.open(&first.bytes).is_ok());
}

#[test]
fn a_manifest_whose_entry_names_another_pack_s_key_does_not_open_it() {
    let (_, public) = kit(1);
    let (first, second) = (pack(1, &public, &[("a", b"1")]), pack(2, &public, &[("a", b"2")]));
    // Hash and length of one, id and key of the other: what a confused writer would sign.
    let (one, other) = (first.entry.to_bytes(), second.entry.to_bytes());
    let mixed = [&other[..16], &one[16..56], &other[56..]].concat();
    let mixed = PackEntry::from_bytes(&mixed).unwrap();
    assert!(matches!(mixed.open(&first.bytes), Err(BackupError::Pack(_))));
}

#[test]
fn another_kit_s_signature_over_a_manifest_sealed_to_this_one_is_refused() {
    let (keys, public) = kit(1);
    let (_, other) = kit(2);
    // Recovery point, encapsulation key and locator of the victim; signing key of somebody else.
    let (mine, theirs) = (public.to_bytes(), other.to_bytes());
    let forged = [&mine[..67], &theirs[67..99], &mine[99..]].concat();
    let forged = KitPublic::from_bytes(&forged).unwrap();
    let bytes = sealed(3, &forged, &manifest(1, [0; 32], Vec::new()));
    assert!(matches!(Manifest::open(&keys, &bytes), Err(BackupError::Signature(_))));
}

#[test]
fn an_older_version_is_not_the_newest_and_a_moved_one_has_no_place() {
    let (keys, public) = kit(1);
    let all = versions(&keys, &public, 4);
    assert_eq!(check_versions(&all), Ok(()));
    let newest = &all[3];
    assert_eq!(newest.check_newest(4, &newest.hash()), Ok(()));
    assert_eq!(all[2].check_newest(4, &newest.hash()), Err(BackupError::Rollback));
    let fork = sealed(99, &public, &manifest(4, all[2].hash(), Vec::new()));
    let fork = Manifest::open(&keys, &fork).unwrap();
    assert_eq!(fork.check_newest(4, &newest.hash()), Err(BackupError::Rollback));

    let swapped = |a: usize, b: usize| {
        let mut moved = versions(&keys, &public, 4);
        moved.swap(a, b);
        check_versions(&moved)
    };
    assert_eq!(swapped(1, 2), Err(BackupError::Order));
    let mut foreign = versions(&keys, &public, 2);
    foreign.push(
        Manifest::open(&keys, &sealed(7, &public, &manifest(3, [9; 32], Vec::new()))).unwrap(),
    );
    assert_eq!(check_versions(&foreign), Err(BackupError::Order));
    let mut dropped = versions(&keys, &public, 4);
    dropped.remove(1);
    assert_eq!(check_versions(&dropped), Ok(()));
}

#[test]
fn a_first_version_has_no_predecessor_and_no_other_lacks_one() {
    let (_, public) = kit(1);
    for (sequence, previous) in [(0, [0; 32]), (1, [1; 32]), (2, [0; 32])] {
        let wrong = manifest(sequence, previous, Vec::new());
        assert!(wrong.seal(&mut rng(1), &public).is_err(), "{sequence}");
    }
}

#[test]
fn the_same_generator_twice_gives_two_keys_for_two_contents() {
    // A cloned machine: same kit, same randomness, different rows.
    let (_, public) = kit(1);
    let (first, second) = (pack(1, &public, &[("a", b"1")]), pack(1, &public, &[("a", b"2")]));
    assert_ne!(first.entry.to_bytes()[56..], second.entry.to_bytes()[56..]);
}

#[test]
fn a_row_digest_tells_table_id_and_body_apart() {
    let key = SecretBytes32::new([1; 32]);
    let digest = |table, id, body: &[u8]| row_digest(&key, table, id, body);
    let base = digest("ab", "c", b"d");
    for other in [digest("a", "bc", b"d"), digest("ab", "cd", b""), digest("ab", "c", b"e")] {
        assert_ne!(base, other);
    }
    assert_ne!(base, row_digest(&SecretBytes32::new([2; 32]), "ab", "c", b"d"));
}

proptest! {
    #[test]
    fn any_rows_come_back_in_order(
        rows in prop::collection::vec(("[a-z/]{0,20}", prop::collection::vec(any::<u8>(), 0..200)), 0..40),
    ) {
        let (_, public) = kit(1);
        let borrowed: Vec<(&str, &[u8])> =
            rows.iter().map(|(id, body)| (id.as_str(), body.as_slice())).collect();
        let made = pack(3, &public, &borrowed);
        let opened = made.entry.open(&made.bytes).unwrap();
        prop_assert_eq!(self::rows(&opened), rows);
    }
}
