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
use support::kits::{asked, back_up, kit_of, restore_into};
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
    let (mut here, mut there) = (all_rows(&restored), all_rows(&anna));
    // Nobody met the persona of the space: it goes on under another one, without a certificate until it is shown.
    let space = ("spaces".to_owned(), heart);
    let (here_it_is, there_it_is) = (here.remove(&space).unwrap(), there.remove(&space).unwrap());
    let is_certified =
        |body: &[u8]| !String::from_utf8_lossy(body).contains("\"certificate\":null");
    assert!(is_certified(&there_it_is) && !is_certified(&here_it_is));
    assert_eq!(here, there);
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

/// A setting a person changes.
fn change(session: &Session, n: u64) {
    let mut tx = session.begin().unwrap();
    tx.put(Collection::Settings, "test", &n.to_be_bytes()).unwrap();
    tx.commit().unwrap();
}

fn versions_in(path: &Path, keys: &KitKeys) -> usize {
    FileSource::open(path).unwrap().versions(keys).unwrap().len()
}

#[test]
fn what_the_app_notes_by_itself_makes_no_version() {
    let world = World::new();
    let anna = anna(&world);
    world.doctor("Dr Test Heart");
    let heart = space(&anna, "Heart", false);
    let doctor = find(&anna, "Dr Test Heart");
    share(&anna, &draft(&heart, &doctor, &[Category::Conditions]));
    let text = kit_of(&anna);
    let first = back_up(&anna, &path(&world));
    for _ in 0..3 {
        world.clock.advance(2 * 3600);
        support::sync(&anna);
        assert_eq!(back_up(&anna, &path(&world)), Written { changes: 0, ..first });
    }
    // The directory of doctors comes along with what is news; the note of the exchange never does.
    change(&anna, 1);
    assert_eq!(back_up(&anna, &path(&world)).changes, 2);
    let restored = empty(&world);
    restore_into(&restored, &text, &path(&world)).unwrap();
    assert_eq!(all_rows(&restored), all_rows(&anna));
    let note = restored.read().unwrap().get(Collection::Settings, "sync").unwrap();
    assert_eq!(note, None);
}

#[test]
fn two_thousand_small_changes_leave_a_small_file_with_the_newest_versions() {
    let world = World::new();
    let anna = empty(&world);
    let text = kit_of(&anna);
    let keys = KitKeys::of(&KitText::parse(&text).unwrap().secret).unwrap();
    let path = path(&world);
    let (mut most, mut fewest) = (0, usize::MAX);
    for n in 1..=2_000 {
        change(&anna, n);
        assert_eq!(back_up(&anna, &path).sequence, n);
        most = most.max(std::fs::metadata(&path).unwrap().len());
        if n % 97 == 0 || n % 300 < 3 {
            let there = versions_in(&path, &keys);
            fewest = fewest.min(if n > 10 { there } else { usize::MAX });
            assert!(there <= 320, "{there} versions after {n}");
        }
    }
    assert!(most < 8 << 20, "{most} bytes");
    assert!(fewest >= 10, "{fewest} versions");
    let restored = empty(&world);
    assert_eq!(restore_into(&restored, &text, &path).unwrap(), 2_000);
    assert_eq!(all_rows(&restored), all_rows(&anna));
    // The oldest version that is still there opens too.
    let mut source = FileSource::open(&path).unwrap();
    let versions = source.versions(&keys).unwrap();
    let oldest = &versions[0];
    let older = empty(&world);
    let secret = KitText::parse(&text).unwrap().secret;
    let (quiet, never) = (Unwatched, Cancel::new());
    restore::restore(&older, &secret, oldest, &mut source, &quiet, &never).unwrap();
    let setting = older.read().unwrap().get(Collection::Settings, "test").unwrap();
    assert_eq!(setting, Some(oldest.manifest().sequence.to_be_bytes().to_vec()));
}

#[test]
fn a_file_with_more_dead_than_live_bytes_is_written_anew() {
    let world = World::new();
    let anna = empty(&world);
    let text = kit_of(&anna);
    let keys = KitKeys::of(&KitText::parse(&text).unwrap().secret).unwrap();
    let path = path(&world);
    let noise = |n: u8| -> Vec<u8> { (0..3_000_000_u32).map(|at| (at % 251) as u8 ^ n).collect() };
    let mut most = 0;
    for n in 0..16 {
        let mut tx = anna.begin().unwrap();
        tx.put(Collection::Sources, "test", &noise(n)).unwrap();
        tx.commit().unwrap();
        back_up(&anna, &path);
        most = most.max(std::fs::metadata(&path).unwrap().len());
        assert!(!path.with_file_name("anna.keyward-backup.new").exists());
    }
    // Three times what is live, some room, and the version that went over it.
    assert!(most < 3 * 3_000_000 + (12 << 20) + 4_000_000, "{most} bytes");
    assert!(versions_in(&path, &keys) >= 1);
    let restored = empty(&world);
    restore_into(&restored, &text, &path).unwrap();
    assert_eq!(all_rows(&restored), all_rows(&anna));
}

#[test]
fn a_rewriting_that_is_stopped_leaves_the_file_before() {
    let world = World::new();
    let anna = empty(&world);
    let text = kit_of(&anna);
    let path = path(&world);
    for n in 1..=301 {
        change(&anna, n);
        back_up(&anna, &path);
    }
    let before = std::fs::read(&path).unwrap();
    let draft = path.with_file_name("anna.keyward-backup.new");
    change(&anna, 302);
    let cancel = Cancel::new();
    cancel.cancel();
    let stopped = write::write(&anna, &mut FileTarget::new(&path), &Unwatched, &cancel);
    assert_eq!(stopped.unwrap_err().code, ErrorCode::Cancelled);
    assert!(std::fs::read(&path).unwrap() == before && !draft.exists());
    // No room beside it: it goes on growing.
    std::fs::create_dir(&draft).unwrap();
    assert_eq!(back_up(&anna, &path).sequence, 302);
    assert!(std::fs::metadata(&path).unwrap().len() > before.len() as u64);
    // What a kill left of a rewriting is in nobody's way.
    std::fs::remove_dir(&draft).unwrap();
    std::fs::write(&draft, &before[..1000]).unwrap();
    change(&anna, 303);
    assert_eq!(back_up(&anna, &path).sequence, 303);
    assert!(std::fs::metadata(&path).unwrap().len() < before.len() as u64 / 2);
    assert!(!draft.exists());
    let restored = empty(&world);
    assert_eq!(restore_into(&restored, &text, &path).unwrap(), 303);
    assert_eq!(all_rows(&restored), all_rows(&anna));
}

#[test]
fn she_is_reminded_when_backups_fail_or_grow_old_and_not_when_nothing_is_new() {
    const DAY: u64 = 86_400;
    let world = World::new();
    let anna = anna(&world);
    kit_of(&anna);
    let place = world.folder.path().join("stick").join("anna.kwb");
    std::fs::create_dir(place.parent().unwrap()).unwrap();
    status::choose_file(&anna, Some(&place)).unwrap();
    let run = || status::back_up(&anna, &Unwatched, &Cancel::new());
    let reminds = || status::status(&anna).unwrap().remind;
    run().unwrap();
    assert!(!reminds());

    // Old, and nothing new: nothing is missing from it.
    world.clock.advance(15 * DAY);
    assert!(!reminds());
    space(&anna, "Heart", false);
    assert!(reminds(), "two weeks without what is new");
    run().unwrap();
    assert!(!reminds());
    space(&anna, "Knee", false);
    world.clock.advance(13 * DAY);
    assert!(!reminds(), "not yet two weeks");

    // The stick is not in.
    std::fs::rename(place.parent().unwrap(), world.folder.path().join("drawer")).unwrap();
    run().unwrap_err();
    assert!(reminds(), "the last run failed");
    status::put_off(&anna).unwrap();
    assert!(!reminds());
    world.clock.advance(7 * DAY);
    assert!(reminds(), "a week is over");
    std::fs::rename(world.folder.path().join("drawer"), place.parent().unwrap()).unwrap();
    run().unwrap();
    assert!(!reminds());
}

/// The picture on the kit's sheet as a camera or a screenshot gives it: dark and light squares.
fn photograph(svg: &str) -> Vec<u8> {
    let number = |text: &str| text.parse::<u32>().unwrap();
    let attribute = |name: &str| {
        let (_, behind) = svg.split_once(&format!("{name}=\"")).unwrap();
        number(behind.split_once('"').unwrap().0)
    };
    let (width, height) = (attribute("width"), attribute("height"));
    let mut picture = image::GrayImage::from_pixel(width, height, image::Luma([255]));
    // One square each: `Mx yhWvHH…z`.
    let (_, path) = svg.rsplit_once(" d=\"").unwrap();
    for square in path.split_once('"').unwrap().0.split('M').skip(1) {
        let (place, side) = square.split_once('h').unwrap();
        let (x, y) = place.split_once([' ', ',']).unwrap();
        let side = number(side.split_once('v').unwrap().0);
        for (dx, dy) in (0..side).flat_map(|dx| (0..side).map(move |dy| (dx, dy))) {
            picture.put_pixel(number(x) + dx, number(y) + dy, image::Luma([0]));
        }
    }
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

#[test]
fn the_picture_of_a_kit_is_read_back_and_restores() {
    let world = World::new();
    let anna = anna(&world);
    kit::make(&anna).unwrap();
    let view = kit::show(&anna).unwrap();
    let text = kit_of(&anna);
    back_up(&anna, &path(&world));
    let read = keyward_app::enrol::text_from_image(&photograph(&view.qr_svg)).unwrap();
    assert_eq!(read, text);
    let kit = KitText::parse(&read).unwrap();
    assert_eq!(kit.services.unwrap().clinic_name, "Sample Clinic");
    assert_eq!(kit.secret.words().unwrap().to_vec(), view.words);
    let restored = empty(&world);
    restore_into(&restored, &read, &path(&world)).unwrap();
    assert_eq!(all_rows(&restored), all_rows(&anna));
}
