//! Rows: what may be there once, what is kept, what a lost file means.

use super::store::{CredentialStore, Entry, Spent, Taken};
use super::*;

fn opened(path: &Path) -> CredentialStore {
    CredentialStore::open(path, &[3; 32], None).unwrap()
}

fn spent(epoch: u64, n: u8) -> Spent {
    let tags = |kind: u8| [kind ^ n; 32];
    Spent { epoch, tag: tags(1), persona: tags(64), content: [9; 32], request: tags(128) }
}

fn spend(store: &CredentialStore, it: &Spent) -> Taken {
    store.write(|tx| tx.spend(it)).unwrap()
}

#[test]
fn a_tag_and_a_persona_are_taken_once_and_the_same_request_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c");
    let store = opened(&path);
    assert_eq!(spend(&store, &spent(4, 0)), Taken::Since(0));
    assert_eq!(spend(&store, &spent(4, 0)), Taken::Since(0), "the same request");
    let other_request = Spent { request: [7; 32], ..spent(4, 0) };
    assert_eq!(spend(&store, &other_request), Taken::Used);
    let same_tag = Spent { tag: spent(4, 0).tag, ..spent(4, 3) };
    assert_eq!(spend(&store, &same_tag), Taken::Used);
    let same_persona = Spent { persona: spent(4, 0).persona, ..spent(4, 3) };
    assert_eq!(spend(&store, &same_persona), Taken::Used);
    // Also for another process, and after a restart.
    let other = opened(&path);
    assert_eq!(spend(&other, &same_tag), Taken::Used);
    drop((store, other));
    assert_eq!(spend(&opened(&path), &same_persona), Taken::Used);
    assert_eq!(spend(&opened(&path), &spent(4, 3)), Taken::Since(0));
}

#[test]
fn an_element_stands_in_one_entry() {
    let dir = tempfile::tempdir().unwrap();
    let store = opened(&dir.path().join("c"));
    let enter = |person: u8, element: &[u8], request: &[u8]| {
        let entry =
            Entry { epoch: 4, person: [person; 16], element, request, signed: b"entry", at: 50 };
        store.write(|tx| tx.enter(&entry)).unwrap()
    };
    assert_eq!(enter(1, b"M", b"one"), Taken::Since(50));
    assert_eq!(enter(2, b"M", b"two"), Taken::Used);
    assert_eq!(enter(2, b"N", b"two"), Taken::Since(50));
    let count = |person: u8, epoch| store.read(|tx| tx.entries(&[person; 16], epoch)).unwrap();
    assert_eq!((count(1, 4), count(2, 4), count(1, 5)), (1, 1, 0));
    assert_eq!(store.read(|tx| tx.entered(b"one")).unwrap(), Some(50));
    store.write(|tx| tx.forget(&[1; 16])).unwrap();
    assert_eq!((count(1, 4), count(2, 4)), (0, 1));
}

#[test]
fn a_clock_that_ran_ahead_has_nothing_of_the_present_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let store = opened(&dir.path().join("c"));
    let put = |epoch: u64| store.write(|tx| tx.put_object(epoch, &[1])).unwrap();
    put(10);
    spend(&store, &spent(10, 0));
    let replayed = Spent { request: [7; 32], ..spent(10, 0) };
    // A thousand epochs ahead, and back; then the usual course of time.
    put(1010);
    for epoch in 11..=14 {
        put(epoch);
        assert_eq!(spend(&store, &replayed), Taken::Used, "in epoch {epoch}");
    }
    put(15);
    assert_eq!(spend(&store, &replayed), Taken::Since(0), "long past");
}

#[test]
fn the_first_object_of_an_epoch_stays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c");
    let (one, other) = (opened(&path), opened(&path));
    assert_eq!(one.write(|tx| tx.put_object(4, b"first")).unwrap(), b"first");
    assert_eq!(other.write(|tx| tx.put_object(4, b"second")).unwrap(), b"first");
}

#[test]
fn a_file_of_another_kind_or_key_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c");
    drop(opened(&path));
    let other = CredentialStore::open(&path, &[4; 32], None);
    assert!(matches!(other, Err(StoreError::WrongKey)));
    let foreign = dir.path().join("f");
    let sql = rusqlite::Connection::open(&foreign).unwrap();
    sql.execute_batch("CREATE TABLE t (x)").unwrap();
    drop(sql);
    let refused = CredentialStore::open(&foreign, &[3; 32], None);
    assert!(matches!(refused, Err(StoreError::NotARegister)));
}

#[test]
fn a_closed_epoch_stays_closed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c");
    let store = CredentialStore::open(&path, &[3; 32], Some(7)).unwrap();
    let closed = |store: &CredentialStore| store.read(|tx| tx.closed()).unwrap();
    assert_eq!(closed(&store), Some(7));
    store.write(|tx| tx.close(5)).unwrap();
    assert_eq!(closed(&opened(&path)), Some(7));
    store.write(|tx| tx.close(8)).unwrap();
    assert_eq!(closed(&opened(&path)), Some(8));
}
