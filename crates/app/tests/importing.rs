//! Importing folders and archives: what is refused never keeps the rest from being imported, bombs
//! stay small, originals come back byte for byte, and an interrupted import goes on without doubling.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod support;

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use keyward_app::error::ErrorCode;
use keyward_app::patient::import::walk::WalkLimits;
use keyward_app::patient::import::{self, Watch, What};
use keyward_app::patient::{compartment, sharing};
use keyward_app::ports::progress::{Cancel, Progress, Step, Unwatched};
use keyward_app::ports::vault::{Collection, RecordFilter};
use keyward_app::reading;
use keyward_app::session::Session;
use keyward_app::views::patient::{
    ImportDecision, ImportView, OriginalOf, RefusedReason, WithheldReason,
};
use keyward_app::views::reading::RoomScope;
use keyward_records::documents::{Findings, Inspector, Shown, Unseen};
use keyward_records::room::ItemQuery;
use keyward_records::view::Marker;
use keyward_records::{Category, Limits};
use keyward_testkit::{BundleKind, Persona};
use serde_json::json;
use support::World;
use zip::write::{SimpleFileOptions, ZipWriter};

fn patient(world: &World) -> Session {
    world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14")
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn take(session: &Session, path: &Path) -> ImportView {
    support::import(session, path)
}

fn reasons(view: &ImportView) -> Vec<(&str, RefusedReason)> {
    view.report.refused.iter().map(|left| (left.file.as_str(), left.reason)).collect()
}

fn records(session: &Session) -> usize {
    session.read().unwrap().records(&RecordFilter::default()).unwrap().len()
}

fn sample() -> Vec<u8> {
    Persona::HeartWoman.bundle(7)
}

/// The files that are only kept, with their bytes as they are given back.
fn kept(session: &Session, view: &ImportView) -> Vec<(String, Vec<u8>)> {
    let files = import::files(session, &view.id).unwrap();
    let only_kept = files.into_iter().filter(|file| file.not_read.is_some());
    let mut kept: Vec<_> = only_kept
        .map(|file| {
            assert!(file.original && file.records == 0, "{file:?}");
            let (_, bytes) = exported(session, &OriginalOf::File { source: file.source });
            assert_eq!(bytes.len() as u64, file.bytes);
            (file.name, bytes)
        })
        .collect();
    kept.sort();
    let mut told: Vec<_> =
        view.report.refused.iter().filter(|left| left.kept).map(|left| &left.file).collect();
    told.sort();
    assert_eq!(kept.iter().map(|(name, _)| name).collect::<Vec<_>>(), told);
    kept
}

#[test]
fn an_archive_is_a_folder_and_the_rest_of_it_is_imported() {
    let world = World::new();
    let (plain, packed) = (patient(&world), patient(&world));
    let bundle = sample();
    take(&plain, &world.file("plain.json", &bundle));
    let inner = zip(&[("deep/../more.json", &bundle), ("x.zip", &zip(&[("a.json", &bundle)]))]);
    let archive = zip(&[
        ("portal/../../records.json", &bundle),
        ("portal/inner.zip", &inner),
        ("portal/letter.pdf", b"no letter"),
        ("portal/notes.odt", b"some words"),
        ("portal/.hidden", &bundle),
        ("portal/empty.json", b"  "),
        ("portal/\u{202e}nosj.json", b"{]"),
    ]);
    let view = take(&packed, &world.file("all.zip", &archive));
    assert!(view.finished);
    let kept = kept(&packed, &view);
    assert_eq!(records(&packed), records(&plain) + kept.len());
    assert_eq!(view.report.duplicates, records(&plain) as u64, "the same bundle twice");
    assert_eq!(
        reasons(&view),
        [
            ("all.zip/portal/inner.zip/x.zip", RefusedReason::ArchiveBomb),
            ("all.zip/portal/empty.json", RefusedReason::Empty),
            ("all.zip/portal/letter.pdf", RefusedReason::WrongContent),
            ("all.zip/portal/nosj.json", RefusedReason::NotFhir),
            ("all.zip/portal/notes.odt", RefusedReason::UnsupportedFormat),
        ]
    );
    let names: Vec<String> =
        import::files(&packed, &view.id).unwrap().into_iter().map(|file| file.name).collect();
    assert_eq!(
        names,
        [
            "all.zip/portal/inner.zip/deep/more.json",
            "all.zip/portal/letter.pdf",
            "all.zip/portal/nosj.json",
            "all.zip/portal/notes.odt",
            "all.zip/portal/records.json"
        ]
    );
    let came: [(&str, &[u8]); 3] = [
        ("all.zip/portal/letter.pdf", b"no letter"),
        ("all.zip/portal/nosj.json", b"{]"),
        ("all.zip/portal/notes.odt", b"some words"),
    ];
    assert_eq!(kept, came.map(|(name, bytes)| (name.to_owned(), bytes.to_vec())));
}

#[test]
fn bombs_and_locked_and_broken_archives_are_refused_and_stay_small() {
    let world = World::new();
    let session = patient(&world);
    // 300 MiB of nothing packs to a three-hundredth of a MiB.
    let zeros = vec![b' '; 300 << 20];
    let bomb = zip(&[("a.json", &zeros), ("b.json", b"{\"resourceType\":\"Patient\"}")]);
    drop(zeros);
    assert!(bomb.len() < 400 << 10);
    let limits = WalkLimits { bytes: 1 << 30, ..WalkLimits::default() };
    let view = within(&session, &world.file("bomb.zip", &bomb), &limits, &Cancel::new());
    assert_eq!(reasons(&view), [("bomb.zip/a.json", RefusedReason::ArchiveBomb)]);
    assert_eq!(view.report.resources, 1);
    // Of a kind nobody understands it is still a bomb.
    let mut other = b"some words".to_vec();
    other.resize(100 << 20, 0);
    let bomb = zip(&[("a.odt", &other)]);
    drop(other);
    let view = take(&session, &world.file("other.zip", &bomb));
    assert_eq!(reasons(&view), [("other.zip/a.odt", RefusedReason::ArchiveBomb)]);

    // Two names for the same packed bytes: the second entry's place is set to the first's.
    let mut twice = zip(&[("a.json", &sample()), ("b.json", &sample())]);
    let second = twice.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    twice[second + 42..second + 46].fill(0);
    // A directory that claims more than there can be.
    let mut many = zip(&[("a.json", b"{}")]);
    let end = many.windows(4).rposition(|bytes| bytes == b"PK\x05\x06").unwrap();
    many[end + 8..end + 12].copy_from_slice(&[0xfe, 0xff, 0xfe, 0xff]);
    let mut locked = zip(&[("a.json", &sample())]);
    let central = locked.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    locked[central + 8] |= 1;
    let office = zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")]);
    let mut damaged = zip(&[("a.json", &sample())]);
    damaged.truncate(damaged.len() / 2);
    // What is locked in an archive can only be had again with the whole of it.
    for (name, bytes, inside, reason, is_kept) in [
        ("twice.zip", &twice, None, RefusedReason::ArchiveBomb, false),
        ("many.zip", &many, None, RefusedReason::TooMany, false),
        ("locked.zip", &locked, Some("locked.zip/a.json"), RefusedReason::Encrypted, true),
        ("letter.docx", &office, None, RefusedReason::UnsupportedFormat, true),
        ("damaged.zip", &damaged, None, RefusedReason::Damaged, true),
    ] {
        let view = take(&session, &world.file(name, bytes));
        let expected: Vec<_> =
            inside.into_iter().chain([name]).map(|name| (name, reason)).collect();
        assert_eq!(reasons(&view), expected);
        let whole = is_kept.then(|| (name.to_owned(), bytes.clone()));
        assert_eq!(kept(&session, &view), Vec::from_iter(whole), "{name}");
    }
}

#[test]
fn a_huge_file_of_any_kind_is_refused_without_being_read_and_its_neighbour_is_taken() {
    for (name, head, reason) in [
        ("huge.pdf", &b"%PDF-1.7\n"[..], RefusedReason::DocumentTooLarge),
        ("huge.tiff", b"II*\0\x08\0\0\0", RefusedReason::DocumentTooLarge),
        (
            "huge.xml",
            b"<?xml version=\"1.0\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\">",
            RefusedReason::DocumentTooLarge,
        ),
        (
            "huge.json",
            br#"{"resourceType":"Bundle","type":"collection","entry":["#,
            RefusedReason::TooLarge,
        ),
        ("huge.csv", b"Date,Pulse\n2026-01-01,70\n", RefusedReason::TooLarge),
        ("huge.zip", b"PK\x03\x04", RefusedReason::Damaged),
    ] {
        let world = World::new();
        let session = patient(&world);
        let folder = world.file("mark", b"").with_file_name("one");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("good.json"), sample()).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, head).unwrap();
        // Sparse: two gigabytes that take no room.
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(2 << 30).unwrap();
        let started = std::time::Instant::now();
        let view = take(&session, &folder);
        assert!(started.elapsed().as_secs() < 10, "{name}");
        let refused: Vec<_> = view.report.refused.iter().map(|left| left.reason).collect();
        assert_eq!(refused, [reason], "{name}");
        assert!(kept(&session, &view).is_empty(), "{name} is larger than what is kept");
        assert!(view.report.resources > 0, "the neighbour of {name}");
    }
}

#[test]
fn an_object_with_more_members_than_can_be_read_has_too_many_values() {
    let world = World::new();
    let session = patient(&world);
    let members: String = (0..100_001).map(|n| format!(r#","m{n}":1"#)).collect();
    let file = format!(r#"{{"resourceType":"Basic"{members}}}"#);
    let view = take(&session, &world.file("wide.json", file.as_bytes()));
    assert_eq!(reasons(&view), [("wide.json", RefusedReason::TooManyValues)]);
    assert_eq!(kept(&session, &view), [("wide.json".to_owned(), file.into_bytes())]);
}

#[test]
fn the_report_names_the_list_by_which_it_was_sorted() {
    let world = World::new();
    let session = patient(&world);
    let view = take(&session, &world.file("good.json", &sample()));
    assert_eq!(view.report.list.as_deref(), Some("keyward-sensitivity 1"));
    let json = String::from_utf8(import::report_json(&session, &view.id).unwrap()).unwrap();
    assert!(json.contains(r#""list": "keyward-sensitivity 1""#));
}

fn within(session: &Session, path: &Path, limits: &WalkLimits, cancel: &Cancel) -> ImportView {
    let picked: Vec<PathBuf> = vec![path.to_owned()];
    let watch =
        Watch { progress: &Unwatched, cancel, decide: &|_| ImportDecision::Skip, started: &|_| {} };
    import::run_within(session, What::Picked(&picked), &watch, limits, &Limits::default()).unwrap()
}

/// Cancels once so many files are done.
struct After(u64, Cancel);

impl Progress for After {
    fn report(&self, step: Step) {
        if step.done >= self.0 {
            self.1.cancel();
        }
    }
}

#[test]
fn an_interrupted_import_goes_on_and_doubles_nothing() {
    let world = World::new();
    let (whole, broken) = (patient(&world), patient(&world));
    let files: Vec<(String, Vec<u8>)> = (0..6)
        .map(|n| {
            let code = format!(
                "{{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{{\"text\":\"c{n}\"}}}}"
            );
            (format!("r/{n}.json"), code.into_bytes())
        })
        .collect();
    let listed: Vec<(&str, &[u8])> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let path = world.file("all.zip", &zip(&listed));
    take(&whole, &path);

    let cancel = Cancel::new();
    let progress = After(3, cancel.clone());
    let watch = Watch {
        progress: &progress,
        cancel: &cancel,
        decide: &|_| ImportDecision::Skip,
        started: &|_| {},
    };
    let error = import::run(&broken, std::slice::from_ref(&path), &watch).unwrap_err();
    assert_eq!(error.code, ErrorCode::Cancelled);
    let listed = import::list(&broken).unwrap();
    let unfinished = listed.first().unwrap();
    assert!(unfinished.resumable && !unfinished.finished);
    assert_eq!((unfinished.files_done, unfinished.files_found), (3, 6));

    let cancel = Cancel::new();
    let watch = Watch {
        progress: &Unwatched,
        cancel: &cancel,
        decide: &|_| ImportDecision::Skip,
        started: &|_| {},
    };
    let view = import::resume(&broken, &unfinished.id, &watch).unwrap();
    assert!(view.finished && !view.resumable);
    assert_eq!((view.files_done, view.report.resources, view.report.duplicates), (6, 6, 0));
    assert_eq!(records(&broken), records(&whole));
    let again = import::resume(&broken, &unfinished.id, &watch).unwrap_err();
    assert_eq!(again.code, ErrorCode::NotFound, "what is finished does not go on");
    import::undo(&broken, &view.id).unwrap();
    assert_eq!(records(&broken), 0);
}

/// Cancels once so many bytes are stored.
struct AfterBytes(u64, Cancel);

impl Progress for AfterBytes {
    fn report(&self, step: Step) {
        if step.bytes_done >= self.0 {
            self.1.cancel();
        }
    }
}

/// What is stored, without ids and sources.
fn stored(session: &Session) -> Vec<(Vec<u8>, String, String, Option<String>)> {
    let rows = session.read().unwrap().records(&RecordFilter::default()).unwrap();
    let mut stored: Vec<_> =
        rows.into_iter().map(|row| (row.body, row.category, row.title, row.date)).collect();
    stored.sort();
    stored
}

/// What the lists say, without ids.
fn listed(session: &Session) -> Vec<String> {
    let mut listed = Vec::new();
    loop {
        let query = ItemQuery { offset: listed.len() as u64, limit: 500, ..ItemQuery::default() };
        let page = reading::items(session, &RoomScope::Own, &query).unwrap();
        listed.extend(page.items.into_iter().map(|mut item| {
            item.id.clear();
            serde_json::to_string(&item).unwrap()
        }));
        if listed.len() as u64 >= page.total {
            listed.sort();
            return listed;
        }
    }
}

/// The bundle with a document as its first entry that names its last one: only then it is known where it is kept.
fn telling_late(bundle: &[u8]) -> Vec<u8> {
    let mut bundle: serde_json::Value = serde_json::from_slice(bundle).unwrap();
    let entries = bundle["entry"].as_array_mut().unwrap();
    let late = "urn:uuid:6b0f1d3c-8f5e-4f0e-9a3b-0d1f6a5c2e77";
    let document = json!({"resourceType": "Composition", "status": "final", "title": "A letter",
        "type": {"text": "Letter"}, "date": "2024-05-06", "section": [{"entry": [{"reference": late}]}]});
    let named = json!({"resourceType": "Condition", "code": {"coding": [
        {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F32.1", "display": "Depressive episode"}]}});
    entries.insert(0, json!({"resource": document}));
    entries.push(json!({"fullUrl": late, "resource": named}));
    serde_json::to_vec(&bundle).unwrap()
}

#[test]
fn a_large_file_is_stored_while_it_is_read_and_nothing_of_it_if_it_is_not_taken() {
    let world = World::new();
    let person = keyward_testkit::person(7);
    let hers = || world.patient(&person.given.join(" "), &person.family, &person.birth_date);
    let bytes = telling_late(&keyward_testkit::bundle(7, BundleKind::Collection, 3_000));
    assert!(bytes.len() > 2 << 20);
    let path = world.file("large.json", &bytes);
    let flowing = hers();
    let view = take(&flowing, &path);
    assert!(view.finished && view.report.refused.is_empty());
    let records = records(&flowing);
    assert!(records > 2_900);
    assert_eq!(view.report.resources + view.report.kept_as_source, records as u64);
    let letter = listed(&flowing).into_iter().find(|item| item.contains("A letter")).unwrap();
    assert!(letter.contains("\"sensitivity\":[\"mentalHealth\"]"), "{letter}");

    // Somebody has to be asked: it is read as a whole first, and says the same.
    let asked = patient(&world);
    let picked = std::slice::from_ref(&path);
    for (answer, taken) in [(ImportDecision::Skip, 0), (ImportDecision::Keep, records)] {
        let (cancel, asks) = (Cancel::new(), AtomicUsize::new(0));
        let decide = |_| {
            assert_eq!(asks.fetch_add(1, Ordering::Relaxed), 0, "asked once");
            answer.clone()
        };
        let watch =
            Watch { progress: &Unwatched, cancel: &cancel, decide: &decide, started: &|_| {} };
        let view = import::run(&asked, picked, &watch).unwrap();
        assert_eq!((stored(&asked).len(), asks.into_inner()), (taken, 1));
        assert_eq!(view.report.refused.len(), usize::from(taken == 0));
    }
    assert!(stored(&asked) == stored(&flowing), "records differ");
    assert!(listed(&asked) == listed(&flowing), "lists differ");

    // Broken off, and cut off.
    let broken = hers();
    let cancel = Cancel::new();
    let progress = AfterBytes(bytes.len() as u64 / 3, cancel.clone());
    let watch = Watch {
        progress: &progress,
        cancel: &cancel,
        decide: &|_| ImportDecision::Skip,
        started: &|_| {},
    };
    assert_eq!(import::run(&broken, picked, &watch).unwrap_err().code, ErrorCode::Cancelled);
    assert_eq!(stored(&broken).len(), 0);
    let damaged = &bytes[..bytes.len() - 10];
    let cut = take(&broken, &world.file("cut.json", damaged));
    assert_eq!(reasons(&cut), [("cut.json", RefusedReason::Damaged)]);
    assert!(kept(&broken, &cut) == [("cut.json".to_owned(), damaged.to_vec())]);
    assert_eq!(stored(&broken).len(), 1, "what stands for the file, and nothing of what it says");
    import::undo(&broken, &cut.id).unwrap();
    assert_eq!(stored(&broken).len(), 0);
    assert_eq!(take(&broken, &path).report.resources, view.report.resources);
    assert_eq!(take(&broken, &path).report.duplicates, records as u64, "again");
}

const LETTER: &str = r##"<?xml version="1.0" encoding="utf-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<id root="1.2.3"/><title>Test summary</title><effectiveTime value="20200102"/><recordTarget>
<patientRole><patient><name><given>Test-Anna Maria</given><family>Muster-Sample</family></name>
<birthTime value="19610314"/></patient></patientRole></recordTarget><component><structuredBody>
<component><section><code code="30954-2"/><title>Results</title><text>as written</text><entry>
<organizer><code code="58410-2" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>
<component><observation moodCode="EVN"><code code="718-7" codeSystem="2.16.840.1.113883.6.1"
displayName="Hemoglobin"/><statusCode code="completed"/><effectiveTime value="200803190830-0800"/>
<value xsi:type="PQ" value="13.2" unit="g/dL"/></observation></component></organizer></entry>
<entry><act><code code="1"/></act></entry></section></component></structuredBody></component>
</ClinicalDocument>
"##;

/// The same finding as a portal gives it, in UTC and with another trailing zero.
const PORTAL: &str = r##"{"resourceType":"Observation","id":"p","status":"final","code":{"coding":[
{"system":"http://loinc.org","code":"718-7","display":"Hgb"}]},"effectiveDateTime":
"2008-03-19T16:30:00Z","valueQuantity":{"value":13.20,"unit":"g/dL"}}"##;

fn exported(session: &Session, of: &OriginalOf) -> (String, Vec<u8>) {
    let mut out = Vec::new();
    let (name, bytes) = import::export(session, of, Some(&mut out)).unwrap();
    assert_eq!(bytes, out.len() as u64);
    (name, out)
}

#[test]
fn a_clinical_document_comes_back_byte_for_byte_and_so_do_its_kept_pieces() {
    let world = World::new();
    let session = patient(&world);
    let view = take(&session, &world.file("letter.xml", LETTER.as_bytes()));
    // Patient, report, result, document; the act is kept as source.
    assert_eq!((view.report.resources, view.report.kept_as_source), (4, 1));
    assert!(view.report.refused.is_empty());
    let files = import::files(&session, &view.id).unwrap();
    let file = files.first().unwrap();
    assert!(file.original && file.whole && file.format == "ccda");
    let source = file.source.clone();
    let (name, original) = exported(&session, &OriginalOf::File { source: source.clone() });
    assert_eq!((name.as_str(), original.as_slice()), ("letter.xml", LETTER.as_bytes()));
    let piece = OriginalOf::Piece { source: source.clone(), index: file.kept[0].index };
    assert_eq!(exported(&session, &piece).1, b"<act><code code=\"1\"/></act>");
    // A record made from it opens the document, one that came as JSON its own bytes.
    let row = |text: &str| {
        let rows = session.read().unwrap().records(&RecordFilter::default()).unwrap();
        rows.into_iter().find(|row| row.title.contains(text)).unwrap().id.to_string()
    };
    let of = OriginalOf::Record { id: row("Hemoglobin") };
    assert_eq!(exported(&session, &of).1, LETTER.as_bytes());
    let other = patient(&world);
    take(&other, &world.file("p.json", PORTAL.as_bytes()));
    let rows = other.read().unwrap().records(&RecordFilter::default()).unwrap();
    let of = OriginalOf::Record { id: rows[0].id.to_string() };
    assert_eq!(exported(&other, &of).1, PORTAL.as_bytes());

    import::undo(&session, &view.id).unwrap();
    assert_eq!(records(&session), 0);
    let left = session.read().unwrap().list(Collection::Sources).unwrap();
    assert!(left.is_empty(), "{:?}", left.iter().map(|(id, _)| id).collect::<Vec<_>>());
    let gone = import::export(&session, &OriginalOf::File { source }, None).unwrap_err();
    assert_eq!(gone.code, ErrorCode::NotFound);
}

#[test]
fn the_same_result_by_portal_and_by_document_is_shown_once_and_kept_twice() {
    let world = World::new();
    let session = patient(&world);
    let letter = take(&session, &world.file("letter.xml", LETTER.as_bytes()));
    let portal = take(&session, &world.file("p.json", PORTAL.as_bytes()));
    assert_eq!(portal.report.duplicates, 1);
    let shown = |session: &Session| {
        let query = ItemQuery { categories: vec![Category::Results], ..ItemQuery::default() };
        let page = reading::items(session, &RoomScope::Own, &query).unwrap();
        let results: Vec<_> =
            page.items.into_iter().filter(|item| item.resource_type == "Observation").collect();
        assert_eq!(results.len(), 1, "{results:?}");
        results.into_iter().next().unwrap()
    };
    let one = shown(&session);
    let record = reading::record(&session, &RoomScope::Own, &one.id).unwrap();
    assert_eq!(record.also_in.len(), 1, "the other source is named");
    // Both are there, byte for byte; the one that is left is shown when the other goes.
    assert_eq!(records(&session), 6);
    import::undo(&session, &letter.id).unwrap();
    assert_eq!(shown(&session).title, "Hgb");
    import::undo(&session, &portal.id).unwrap();
    assert_eq!(records(&session), 0);
}

/// Cancels at the n-th report of progress.
struct Countdown(AtomicUsize, Cancel);

impl Progress for Countdown {
    fn report(&self, _step: Step) {
        if self.0.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.1.cancel();
        }
    }
}

const CURVE: &[u8] = b"Name,x\n1,2\n";

#[test]
fn an_apple_health_export_goes_on_where_it_was_stopped() {
    let world = World::new();
    let (whole, broken) = (patient(&world), patient(&world));
    let export = keyward_testkit::HealthExport::new(5, 3 << 20).to_vec();
    let cda = LETTER.as_bytes();
    let path = world.file(
        "export.zip",
        &zip(&[
            ("apple_health_export/export.xml", &export),
            ("apple_health_export/export_cda.xml", cda),
            ("apple_health_export/clinical-records/Observation-1.json", PORTAL.as_bytes()),
            ("apple_health_export/electrocardiograms/ecg_1.csv", CURVE),
        ]),
    );
    let keep = |_| ImportDecision::Keep;
    let cancel = Cancel::new();
    let plain = Watch { progress: &Unwatched, cancel: &cancel, decide: &keep, started: &|_| {} };
    let view = import::run(&whole, std::slice::from_ref(&path), &plain).unwrap();
    let left: Vec<RefusedReason> = view.report.refused.iter().map(|left| left.reason).collect();
    assert_eq!(left, [RefusedReason::UnsupportedFormat, RefusedReason::Covered]);
    let came = [
        ("export.zip/apple_health_export/electrocardiograms/ecg_1.csv", CURVE),
        ("export.zip/apple_health_export/export_cda.xml", cda),
    ];
    let came = came.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
    assert_eq!(kept(&whole, &view), came);
    assert!(view.report.resources > 100);

    let mut id: Option<String> = None;
    for stop in [6, 8] {
        let cancel = Cancel::new();
        let progress = Countdown(AtomicUsize::new(stop), cancel.clone());
        let watch = Watch { progress: &progress, cancel: &cancel, decide: &keep, started: &|_| {} };
        let outcome = match &id {
            None => import::run(&broken, std::slice::from_ref(&path), &watch),
            Some(id) => import::resume(&broken, id, &watch),
        };
        assert_eq!(outcome.unwrap_err().code, ErrorCode::Cancelled, "{stop}");
        id = Some(import::list(&broken).unwrap()[0].id.clone());
    }
    assert!(records(&broken) > 0, "some of it was stored before it was stopped");
    let done = import::resume(&broken, &id.unwrap(), &plain).unwrap();
    assert_eq!(done.report.resources, view.report.resources);
    assert_eq!(records(&broken), records(&whole));
    assert_eq!(kept(&broken, &done), came, "once, whether it was stopped or not");
    assert_eq!(done.report.refused, view.report.refused);
    for (session, view) in [(&whole, &view), (&broken, &done)] {
        let files = import::files(session, &view.id).unwrap();
        let file = files.iter().find(|file| file.format == "appleHealth").unwrap();
        let (_, original) = exported(session, &OriginalOf::File { source: file.source.clone() });
        assert!(original == export, "the export comes back byte for byte");
    }
}

/// Finds that a document is locked or damaged by what stands in it.
struct Locksmith;

impl Inspector for Locksmith {
    fn inspect(&self, _: Shown, bytes: &[u8]) -> Result<Findings, Unseen> {
        let says = |word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
        match (says(b"/Encrypt"), says(b"torn")) {
            (true, _) => Err(Unseen::Encrypted),
            (_, true) => Err(Unseen::Damaged),
            _ => Ok(Findings::default()),
        }
    }
}

#[test]
fn what_is_not_understood_as_a_whole_is_kept_shown_as_that_and_given_back_byte_for_byte() {
    let world = World::new();
    let session = patient(&world).with_inspector(Arc::new(Locksmith));
    // More than one piece, and nothing that packs well.
    let mut scan = b"%PDF-1.7\n".to_vec();
    scan.extend((0..3_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8));
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    let entities = br#"<?xml version="1.0"?><!DOCTYPE ClinicalDocument [<!ENTITY a "b">]>
        <ClinicalDocument xmlns="urn:hl7-org:v3"><title>&a;</title></ClinicalDocument>"#;
    let cases: [(&str, &[u8], RefusedReason); 11] = [
        ("a letter.odt", b"some words", RefusedReason::UnsupportedFormat),
        ("ward.xml", b"<Patient xmlns='urn:ward'/>", RefusedReason::UnsupportedFormat),
        ("letter.pdf", b"no letter", RefusedReason::WrongContent),
        ("locked.pdf", b"%PDF-1.7 /Encrypt", RefusedReason::Encrypted),
        ("torn.pdf", b"%PDF-1.7 torn", RefusedReason::Damaged),
        ("scan.pdf", &scan, RefusedReason::DocumentTooLarge),
        ("list.json", br#"{"a":1}"#, RefusedReason::NotFhir),
        ("notes.json", b"\xff\xfe\0{", RefusedReason::NotFhir),
        ("cut.json", br#"{"resourceType":"Patient","name"#, RefusedReason::Damaged),
        ("deep.json", deep.as_bytes(), RefusedReason::TooComplex),
        ("asks.xml", entities, RefusedReason::Unsafe),
    ];
    let limits = Limits { max_document: 1 << 20, ..Limits::default() };
    let run = |session: &Session, path: &Path, walk: &WalkLimits| {
        let (picked, cancel) = ([path.to_owned()], Cancel::new());
        let decide = |_| ImportDecision::Skip;
        let watch =
            Watch { progress: &Unwatched, cancel: &cancel, decide: &decide, started: &|_| {} };
        import::run_within(session, What::Picked(&picked), &watch, walk, &limits).unwrap()
    };
    let small = WalkLimits { kept: 3, ..WalkLimits::default() };
    for (name, bytes, reason) in cases {
        let path = world.file(name, bytes);
        let view = run(&session, &path, &WalkLimits::default());
        assert_eq!(reasons(&view), [(name, reason)]);
        assert!(kept(&session, &view) == [(name.to_owned(), bytes.to_vec())], "{name}");
        assert_eq!((view.report.resources, view.report.kept_as_source), (0, 1), "{name}");

        // It stands among the records, as what it is, found by its name, and opens the file.
        let query = ItemQuery { source_only: true, ..ItemQuery::default() };
        let page = reading::items(&session, &RoomScope::Own, &query).unwrap();
        let item = page.items.iter().find(|item| item.title == name).unwrap();
        assert_eq!(
            (item.source.as_str(), item.markers.as_slice()),
            (name, &[Marker::KeptAsSource][..])
        );
        let of = OriginalOf::Record { id: item.id.clone() };
        assert!(exported(&session, &of) == (name.to_owned(), bytes.to_vec()), "{name}");

        // The same again is known, and not kept twice.
        let again = run(&session, &path, &WalkLimits::default());
        assert_eq!((again.report.kept_as_source, again.report.duplicates), (0, 1), "{name}");
        assert!(
            again.report.refused[0].kept
                && !import::files(&session, &again.id).unwrap()[0].original
        );
        import::undo(&session, &again.id).unwrap();

        // Larger than what is kept: left out, and said so.
        let other = patient(&world).with_inspector(Arc::new(Locksmith));
        let view = run(&other, &path, &small);
        assert!(kept(&other, &view).is_empty() && records(&other) == 0, "{name}");

        import::undo(&session, &view_of(&session).id).unwrap();
        let left = session.read().unwrap().list(Collection::Sources).unwrap();
        assert_eq!((records(&session), left.len()), (0, 0), "{name}");
    }
}

/// The one import there is.
fn view_of(session: &Session) -> ImportView {
    let mut all = import::list(session).unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[test]
fn of_a_health_export_that_is_damaged_what_came_before_is_added_and_all_of_it_kept() {
    let world = World::new();
    let session = patient(&world);
    let export = keyward_testkit::HealthExport::new(5, 6 << 20).to_vec();
    let damaged = &export[..export.len() - 100];
    let path = world.file("export.xml", damaged);
    let cancel = Cancel::new();
    let keep = |_| ImportDecision::Keep;
    let watch = Watch { progress: &Unwatched, cancel: &cancel, decide: &keep, started: &|_| {} };
    let view = import::run(&session, &[path], &watch).unwrap();
    assert!(view.report.resources > 0, "{:?}", view.report);
    assert_eq!(reasons(&view), [("export.xml", RefusedReason::PartlyRead)]);
    assert!(view.report.refused[0].kept);
    let files = import::files(&session, &view.id).unwrap();
    assert!(files[0].whole && files[0].not_read.is_none());
    let of = OriginalOf::File { source: files[0].source.clone() };
    assert!(exported(&session, &of).1 == damaged);
}

#[test]
fn a_kept_file_is_shared_with_nobody_and_the_preview_says_so() {
    let world = World::new();
    let session = patient(&world);
    let _doctor = world.doctor("Dr Test-Okafor");
    take(&session, &world.file("a private name.odt", b"some words"));
    let space = support::space(&session, "Heart", true);
    let doctor = support::find(&session, "Dr Test-Okafor");
    let draft = support::draft(&space, &doctor, &[Category::Documents]);
    let preview = sharing::preview(&session, &draft).unwrap();
    assert!(preview.chart.sections.iter().all(|section| section.items.is_empty()));
    let stays: Vec<_> =
        preview.stays.iter().map(|stay| (stay.title.as_str(), stay.reason)).collect();
    assert_eq!(stays, [("a private name.odt", WithheldReason::OnlyKept)]);
}

/// A Bundle of which much is said beside its records: before, between, around and after them.
fn enveloped() -> Vec<u8> {
    let one =
        r#"{ "resourceType" : "Observation", "id":"o", "status":"final","code":{"text":"One"}}"#;
    let inner = format!(
        r#"{{"resourceType":"Bundle","type":"searchset","total":1,"entry":[{{"resource":{one}}}]}}"#
    );
    let bundle = format!(
        r#"{{"resourceType":"Bundle","identifier":{{"value":"urn:x"}},"type":"batch-response","entry":[
        {{"fullUrl":"urn:uuid:1","resource":{PORTAL},"search":{{"mode":"match"}},"response":{{"status":"200"}}}},
        {{"resource":{inner}}}  ,
        {{"resource":{PORTAL}}}, {{"resource":{{"resourceType":"Nonsense","id":"n"}}}},
        {{"response":{{"status":"404"}}}}, {{"resource":{{"resourceType":"Basic","a":1,"a":2}}}},
        {{"resource":{{"resourceType":"List","status":"current","mode":"working","contained":[{one}]}}}}
        ],"signature":{{"data":"QUJD"}},"x":1.500}}"#
    );
    [b"\xef\xbb\xbf \r\n", bundle.as_bytes(), b"\r\n\r\n"].concat()
}

#[test]
fn a_fhir_file_comes_back_byte_for_byte_with_all_that_stands_around_its_records() {
    let world = World::new();
    let session = patient(&world);
    let bundle = enveloped();
    let again = String::from_utf8(bundle.clone()).unwrap().replace(':', ": ").into_bytes();
    let plain = PORTAL.replace('\n', " ");
    let lines = format!("\r\n{plain}\r\n\r\n  {}\r\nno line\r\n", plain.replace("\"p\"", "\"q\""));
    let list = format!("[ {PORTAL} ,\n {}]", PORTAL.replace("13.20", "14.0"));
    let person = keyward_testkit::person(7);
    let hers = world.patient(&person.given.join(" "), &person.family, &person.birth_date);
    let large = telling_late(&keyward_testkit::bundle(7, BundleKind::Collection, 3_000));
    for (session, name, bytes) in [
        (&session, "bundle.json", bundle.as_slice()),
        // All of it is known, and written otherwise.
        (&session, "again.json", &again),
        (&session, "same.json", &bundle),
        (&session, "lines.ndjson", lines.as_bytes()),
        (&session, "one.json", PORTAL.as_bytes()),
        (&session, "list.json", list.as_bytes()),
        (&hers, "large.json", &large),
    ] {
        let view = take(session, &world.file(name, bytes));
        let files = import::files(session, &view.id).unwrap();
        assert!(files[0].original && files[0].bytes == bytes.len() as u64, "{name}");
        let of = OriginalOf::File { source: files[0].source.clone() };
        assert!(exported(session, &of) == (name.to_owned(), bytes.to_vec()), "{name}");
    }
    // What stands around is little beside the records.
    let tx = hers.read().unwrap();
    let sources = tx.list(Collection::Sources).unwrap();
    let originals = sources.iter().filter(|(id, _)| id.starts_with("original/"));
    let kept: usize = originals.map(|(_, row)| row.len()).sum();
    assert!(kept * 16 < large.len(), "{kept} of {}", large.len());

    // A record that moved to another compartment still stands in its file.
    let rows = session.read().unwrap().records(&RecordFilter::default()).unwrap();
    let first = rows.iter().find(|row| row.title == "One").unwrap();
    let (id, source) = (first.id.to_string(), first.source.clone());
    compartment::move_record(&session, &id, Category::MentalHealth).unwrap();
    assert!(exported(&session, &OriginalOf::File { source }).1 == bundle);
    for import in import::list(&session).unwrap() {
        import::undo(&session, &import.id).unwrap();
    }
    assert!(session.read().unwrap().list(Collection::Sources).unwrap().is_empty());
}

/// FHIR in XML is understood, and the file comes back as it came.
#[test]
fn fhir_in_xml_is_understood_and_given_back_byte_for_byte() {
    let world = World::new();
    let session = patient(&world);
    let file = r#"<?xml version="1.0"?>
<!-- from a portal --><Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>
<entry><resource><Patient><name><family value="Muster-Sample"/><given value="Test-Anna Maria"/></name>
<birthDate value="1961-03-14"/></Patient></resource></entry>
<entry><resource><Condition><code><text value="Cough"/></code></Condition></resource></entry></Bundle>"#;
    let view = take(&session, &world.file("portal.xml", file.as_bytes()));
    assert_eq!(reasons(&view), []);
    assert_eq!(view.report.resources, 2);
    let [file_view] = &import::files(&session, &view.id).unwrap()[..] else { panic!() };
    let of = OriginalOf::File { source: file_view.source.clone() };
    assert_eq!(exported(&session, &of), ("portal.xml".to_owned(), file.as_bytes().to_vec()));
    let titles = reading::items(&session, &RoomScope::Own, &ItemQuery::default()).unwrap();
    assert!(titles.items.iter().any(|item| item.title == "Cough"));
}
