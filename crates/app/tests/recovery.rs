//! A kit, a backup in a file, and a profile that comes back on an empty computer. Over the real
//! vaults, relay and authority.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::patient::sharing;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::relay::Network;
use keyward_app::ports::vault::Collection;
use keyward_app::recovery::file::{FileSource, FileTarget};
use keyward_app::recovery::write::Written;
use keyward_app::recovery::{kit, report, restore, rows, status, write};
use keyward_app::session::Session;
use keyward_app::views::common::Role;
use keyward_app::views::recovery::{KitWord, Renewal};
use keyward_protocol::kit::{KitKeys, KitSecret, KitText};
use keyward_records::Category;
use keyward_testkit::Persona;
use support::{World, draft, find, import, share, space};

type Rows = BTreeMap<(String, String), Vec<u8>>;

fn all_rows(session: &Session) -> Rows {
    let mut all = Rows::new();
    let tx = session.read().unwrap();
    rows::walk(&*tx, &mut |table, id, body| {
        all.insert((table.to_owned(), id.to_owned()), body.to_vec());
        Ok(())
    })
    .unwrap();
    all
}

/// The places that are asked of the kit that waits.
fn asked(session: &Session) -> Vec<u32> {
    kit::status(session).unwrap().unwrap().asked
}

/// Makes a kit and confirms it; gives its text.
fn kit_of(session: &Session) -> String {
    kit::make(session).unwrap();
    let view = kit::show(session).unwrap();
    let typed: Vec<KitWord> = asked(session)
        .iter()
        .map(|place| KitWord { place: *place, word: view.words[*place as usize - 1].clone() })
        .collect();
    assert!(kit::confirm(session, &typed).unwrap().confirmed);
    view.text
}

fn back_up(session: &Session, path: &Path) -> Written {
    write::write(session, &mut FileTarget::new(path), &Unwatched, &Cancel::new()).unwrap()
}

/// Restores the newest version that the file has.
fn restore_into(session: &Session, text: &str, path: &Path) -> Result<u64, AppError> {
    let secret = KitText::parse(text)?.secret;
    let mut source = FileSource::open(path)?;
    let versions = source.versions(&KitKeys::of(&secret).unwrap())?;
    let newest = versions.last().unwrap();
    restore::restore(session, &secret, newest, &mut source, &Unwatched, &Cancel::new())?;
    Ok(newest.manifest().sequence)
}

fn anna(world: &World) -> Session {
    let network = Arc::clone(&world.network) as Arc<dyn Network>;
    let anna = world.patient_over("Test-Anna Maria", "Muster-Sample", "1961-03-14", network);
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    anna
}

fn empty(world: &World) -> Session {
    let network = Arc::clone(&world.network) as Arc<dyn Network>;
    world.person(Role::Patient, "Test-Anna Maria", network)
}

fn path(world: &World) -> PathBuf {
    world.folder.path().join("anna.keyward-backup")
}

#[test]
fn an_empty_profile_gets_everything_back_and_has_a_master_secret_of_its_own() {
    let world = World::new();
    let anna = anna(&world);
    let doctor = world.doctor("Dr Test Heart");
    let heart = space(&anna, "Heart", false);
    share(&anna, &draft(&heart, &find(&anna, "Dr Test Heart"), &[Category::Conditions]));
    let text = kit_of(&anna);
    let written = back_up(&anna, &path(&world));
    assert_eq!(written.sequence, 1);
    assert!(written.records > 10);

    let restored = empty(&world);
    restore_into(&restored, &text, &path(&world)).unwrap();
    assert_eq!(all_rows(&restored), all_rows(&anna));
    assert!(!restore::is_unfinished(&restored).unwrap());
    let master = |session: &Session| session.with_master(|m| Ok(*m.expose_secret())).unwrap();
    assert_ne!(master(&restored), master(&anna));
    assert!(kit::status(&restored).unwrap().unwrap().confirmed.is_some());
    drop(doctor);
}

#[test]
fn nothing_that_must_not_be_used_twice_is_in_a_backup() {
    let world = World::new();
    let anna = anna(&world);
    let text = kit_of(&anna);
    let never = [
        Collection::PoolEntries,
        Collection::Outbox,
        Collection::Drafts,
        Collection::Jobs,
        Collection::Messages,
        Collection::Charts,
    ];
    let mut tx = anna.begin().unwrap();
    for collection in never {
        tx.put(collection, "planted", b"planted").unwrap();
    }
    tx.commit().unwrap();
    back_up(&anna, &path(&world));
    let restored = empty(&world);
    restore_into(&restored, &text, &path(&world)).unwrap();
    let tx = restored.read().unwrap();
    for collection in never {
        assert_eq!(tx.get(collection, "planted").unwrap(), None, "{collection:?}");
    }
}

#[test]
fn a_second_version_has_only_what_changed_and_deletions_count() {
    let world = World::new();
    let anna = anna(&world);
    let text = kit_of(&anna);
    let first = back_up(&anna, &path(&world));
    assert_eq!(back_up(&anna, &path(&world)), Written { changes: 0, ..first });

    let heart = space(&anna, "Heart", false);
    let mut tx = anna.begin().unwrap();
    let all = tx.records(&keyward_app::ports::vault::RecordFilter::default()).unwrap();
    let (gone, moved) = (&all[0], &all[1]);
    tx.delete_record(&gone.id).unwrap();
    // Deleted and imported again: the same content under another id.
    tx.delete_record(&moved.id).unwrap();
    let again = keyward_app::ports::vault::RecordRow {
        id: keyward_protocol::ids::RecordId::from_bytes([1; 16]),
        ..moved.clone()
    };
    tx.insert_record(&again).unwrap();
    tx.commit().unwrap();
    let second = back_up(&anna, &path(&world));
    // Two deletions, one record, one space.
    assert_eq!((second.sequence, second.changes), (2, 4));

    let restored = empty(&world);
    assert_eq!(restore_into(&restored, &text, &path(&world)).unwrap(), 2);
    assert_eq!(all_rows(&restored), all_rows(&anna));
    drop(heart);
}

#[test]
fn a_file_cut_anywhere_still_has_the_version_before() {
    let world = World::new();
    let anna = anna(&world);
    let text = kit_of(&anna);
    back_up(&anna, &path(&world));
    let before = std::fs::metadata(path(&world)).unwrap().len();
    space(&anna, "Heart", false);
    back_up(&anna, &path(&world));
    let whole = std::fs::read(path(&world)).unwrap();
    let keys = KitKeys::of(&KitText::parse(&text).unwrap().secret).unwrap();
    let cut = world.folder.path().join("cut");
    let first = usize::try_from(before).unwrap();
    for end in first..whole.len() {
        std::fs::write(&cut, &whole[..end]).unwrap();
        let mut source = FileSource::open(&cut).unwrap();
        assert_eq!(source.cut, end > first, "{end}");
        if end % 97 == 0 {
            assert_eq!(source.versions(&keys).unwrap().len(), 1, "{end}");
        }
    }
    // The next version cuts off what a crash left and stands behind the last acknowledged one.
    std::fs::write(path(&world), [&whole[..], b"half a pack"].concat()).unwrap();
    space(&anna, "Knee", false);
    assert_eq!(back_up(&anna, &path(&world)).sequence, 3);
    let mut source = FileSource::open(&path(&world)).unwrap();
    assert_eq!(source.versions(&keys).unwrap().len(), 3);
    assert!(!source.cut);
}

#[test]
fn a_file_that_is_gone_or_another_is_written_whole_again() {
    let world = World::new();
    let anna = anna(&world);
    let text = kit_of(&anna);
    back_up(&anna, &path(&world));
    std::fs::remove_file(path(&world)).unwrap();
    let again = back_up(&anna, &path(&world));
    assert_eq!(again.sequence, 2);
    let restored = empty(&world);
    restore_into(&restored, &text, &path(&world)).unwrap();
    assert_eq!(all_rows(&restored), all_rows(&anna));
}

#[test]
fn a_restored_patient_is_told_how_far_her_keys_are_replaced_and_what_ended() {
    let world = World::new();
    let anna = anna(&world);
    world.doctor("Dr Test-Okafor");
    let heart = space(&anna, "Heart", false);
    let old = share(&anna, &draft(&heart, &find(&anna, "Dr Test-Okafor"), &[Category::Conditions]));
    let text = kit_of(&anna);
    status::choose_file(&anna, Some(&path(&world))).unwrap();
    assert!(status::status(&anna).unwrap().remind, "a kit alone brings nothing back");
    status::back_up(&anna, &Unwatched, &Cancel::new()).unwrap();
    let safe = status::status(&anna).unwrap();
    assert!(!safe.remind && safe.file.unwrap().complete.is_some());
    assert!(report::report(&anna).unwrap().is_none(), "nothing was restored here");

    let restored = empty(&world);
    let secret = KitText::parse(&text).unwrap().secret;
    let mut source = FileSource::open(&path(&world)).unwrap();
    let versions = source.versions(&KitKeys::of(&secret).unwrap()).unwrap();
    let newest = versions.last().unwrap();
    let (quiet, never) = (Unwatched, Cancel::new());
    let told = restore::restore(&restored, &secret, newest, &mut source, &quiet, &never).unwrap();
    assert!(told.records > 10 && told.shares == 1 && told.spaces == 1);
    let waiting = Renewal::Waiting { problem: None };
    assert_eq!((&told.enrolment, &told.renewals[0].state), (&waiting, &waiting));

    sharing::sync(&restored, &Unwatched, &Cancel::new()).unwrap();
    let told = report::report(&restored).unwrap().unwrap();
    assert_eq!((&told.enrolment, &told.renewals[0].state), (&Renewal::Done, &Renewal::Done));
    assert_eq!(told.renewals[0].id, old);
    // Given again from the same space.
    let again = draft(&heart, &find(&restored, "Dr Test-Okafor"), &[Category::Conditions]);
    share(&restored, &again);
    assert_eq!(sharing::list(&restored).unwrap().len(), 2);
}

#[test]
fn another_kit_a_damaged_file_and_a_profile_in_use_are_told_apart() {
    let world = World::new();
    let anna = anna(&world);
    let text = kit_of(&anna);
    back_up(&anna, &path(&world));
    let other = KitText { secret: KitSecret::from_bytes([9; 16]), services: None };
    let code = |result: Result<u64, AppError>| result.unwrap_err().code;
    let target = empty(&world);
    let other = other.to_text().unwrap();
    assert_eq!(code(restore_into(&target, &other, &path(&world))), ErrorCode::BackupOfAnother);
    assert_eq!(code(restore_into(&anna, &text, &path(&world))), ErrorCode::Conflict);
    let none = world.file("letter.txt", b"no backup");
    assert_eq!(code(restore_into(&target, &text, &none)), ErrorCode::BackupNone);

    // A byte of a pack: nothing whole comes of it, and the profile says so.
    let mut bytes = std::fs::read(path(&world)).unwrap();
    bytes[200] ^= 1;
    std::fs::write(path(&world), bytes).unwrap();
    assert_eq!(code(restore_into(&target, &text, &path(&world))), ErrorCode::BackupDamaged);
    assert!(restore::is_unfinished(&target).unwrap());
}

#[test]
fn a_kit_counts_once_its_words_were_typed_and_is_then_gone_from_here() {
    let world = World::new();
    let anna = anna(&world);
    let written =
        write::write(&anna, &mut FileTarget::new(&path(&world)), &Unwatched, &Cancel::new());
    assert_eq!(written.unwrap_err().code, ErrorCode::KitGone);
    kit::make(&anna).unwrap();
    let view = kit::show(&anna).unwrap();
    kit::make(&anna).unwrap();
    assert_eq!(kit::show(&anna).unwrap().words, view.words, "one kit waits at a time");
    let asked = asked(&anna);
    assert_eq!(asked.len(), 4);
    let wrong = kit::confirm(&anna, &[]).unwrap();
    assert_eq!((wrong.confirmed, wrong.wrong), (false, asked.clone()));
    assert!(kit::status(&anna).unwrap().unwrap().confirmed.is_none());
    let typed: Vec<KitWord> = asked
        .iter()
        .map(|place| KitWord {
            place: *place,
            word: format!(" {} ", view.words[*place as usize - 1].to_uppercase()),
        })
        .collect();
    assert!(kit::confirm(&anna, &typed).unwrap().confirmed);
    assert_eq!(kit::show(&anna).unwrap_err().code, ErrorCode::KitGone);
    // No row of the vault has it any more, in no form it was stored in.
    let secret = KitText::parse(&view.text).unwrap().secret;
    let stored = base64_url(secret.expose_secret());
    let tx = anna.read().unwrap();
    for collection in Collection::ALL {
        for (id, body) in tx.list(collection).unwrap() {
            let has = |needle: &[u8]| body.windows(needle.len()).any(|window| window == needle);
            assert!(!has(secret.expose_secret()) && !has(stored.as_bytes()), "{id}");
        }
    }
}

fn base64_url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
