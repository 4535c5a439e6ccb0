//! Letters inside records are found by their words: text at once, what needs a decoder as soon as it
//! was looked into, in the patient's own chart, her preview and the doctor's share.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyward_app::patient::sharing;
use keyward_app::ports::documents::{Findings, Inspector, Shown, Unseen};
use keyward_app::ports::index::Searched;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::vault::Collection;
use keyward_app::session::Session;
use keyward_app::views::documents::DocumentKind;
use keyward_app::views::reading::{ItemQuery, RoomScope};
use keyward_app::{doctor, reading};
use keyward_records::Category;
use support::{World, draft, find, import as take_in, space};

/// Stands for the worker: "reads" what comes after the first line of a PDF.
#[derive(Default)]
struct Desk {
    seen: Mutex<Vec<Shown>>,
    hopeless: AtomicUsize,
}

impl Inspector for Desk {
    fn inspect(&self, shown: Shown, bytes: &[u8]) -> Result<Findings, Unseen> {
        self.seen.lock().unwrap().push(shown);
        let text = String::from_utf8_lossy(bytes);
        let (_, text) = text.split_once('\n').ok_or(Unseen::Damaged)?;
        if text == "bomb" {
            self.hopeless.fetch_add(1, Ordering::SeqCst);
            return Err(Unseen::Closed);
        }
        Ok(Findings { pages: 1, text: text.to_owned(), ..Findings::default() })
    }
}

fn packed(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn letter(id: &str, stated: &str, bytes: &[u8]) -> String {
    format!(
        r#"{{"resourceType":"DocumentReference","id":"{id}","status":"current","description":"{id}",
"content":[{{"attachment":{{"contentType":"{stated}","data":"{}"}}}}]}}"#,
        packed(bytes)
    )
    .replace('\n', "")
}

fn records() -> String {
    let long = "lorem ".repeat(20_000);
    let wide = "&nbsp;<img src='data:image/png;base64,AAAA'>".repeat(30_000);
    [
        letter("pdf", "application/pdf", b"%PDF-1.7\nfound by quokka"),
        letter("mislabelled", "text/plain", b"%PDF-1.7\nfound by bilby"),
        letter("text", "text/plain", "Kontrolle nach drei Monaten: wallaby, 高血压".as_bytes()),
        letter("latin", "text/plain; charset=iso-8859-1", b"M\xfcdigkeit und dingo"),
        letter("html", "text/html", b"<style>.kowari{}</style><p>M&uuml;de nach Pot<b>oroo</b>"),
        letter("wide", "text/html", format!("<html>{wide}<p>numbat").as_bytes()),
        letter("xml", "text/xml", b"<?xml version='1.0'?><a b='c'><title>Echidna</title></a>"),
        letter("picture", "image/jpeg", b"\xff\xd8\xff\xe0\nkowari"),
        letter("damaged", "application/pdf", b"%PDF-1.7 kowari"),
        letter("scan", "application/pdf", b"%PDF-1.7\n "),
        format!(
            r#"{{"resourceType":"Binary","id":"binary","contentType":"application/pdf","data":"{}"}}"#,
            packed(b"%PDF-1.7\nfound by tarsier")
        ),
        format!(
            r#"{{"resourceType":"DiagnosticReport","id":"report","status":"final","code":{{"text":"X-ray"}},
"presentedForm":[{{"contentType":"application/pdf","data":"{}"}},{{"contentType":"text/plain","data":"{}"}}]}}"#,
            packed(b"%PDF-1.7\nfound by galago"),
            packed(b"plain glider")
        )
        .replace('\n', ""),
        format!(
            r#"{{"resourceType":"Condition","id":"long","code":{{"text":"Long"}},"note":[{{"text":"{long} pangolin"}}]}}"#
        ),
    ]
    .join("\n")
}

const AT_ONCE: [&str; 10] = [
    "wallaby",
    "血压",
    "müdigkeit dingo",
    "mude potoroo",
    "numbat",
    "echidna",
    "glider",
    "pangolin",
    "monaten",
    "lorem",
];
const LOOKED_INTO: [&str; 5] = ["quokka", "bilby", "tarsier", "galago", "marsupial"];

fn hits(session: &Session, scope: &RoomScope, text: &str) -> u64 {
    let query = ItemQuery { text: Some(text.to_owned()), limit: 9, ..ItemQuery::default() };
    reading::search(session, scope, &query).unwrap().total
}

/// How many records wait, and of how many a part is not searched.
fn searched(session: &Session, scope: &RoomScope) -> (u64, u64) {
    let query = ItemQuery { text: Some("x".to_owned()), ..ItemQuery::default() };
    let page = reading::search(session, scope, &query).unwrap();
    (page.waiting, page.in_part)
}

fn read(session: &Session) -> u64 {
    reading::read_letters(session, &Cancel::new()).unwrap()
}

const CCDA: &str = "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>Visit</title><component><nonXMLBody>\
    <text mediaType=\"application/pdf\" representation=\"B64\">BODY</text></nonXMLBody></component>\
    </ClinicalDocument>";

#[test]
fn a_letter_is_found_by_its_words_wherever_it_stands() {
    let world = World::new();
    let desk = Arc::new(Desk::default());
    let patient = world
        .patient("Test-Anna Maria", "Muster-Sample", "1961-03-14")
        .with_inspector(Arc::clone(&desk) as Arc<dyn Inspector>);
    take_in(&patient, &world.file("letters.ndjson", records().as_bytes()));
    let ccda = CCDA.replace("BODY", &packed(b"%PDF-1.7\nfound by marsupial"));
    take_in(&patient, &world.file("visit.xml", ccda.as_bytes()));

    // Nobody waited for the letters that need a decoder; what is text is there.
    assert!(desk.seen.lock().unwrap().is_empty());
    assert_eq!(searched(&patient, &RoomScope::Own), (7, 0));
    for word in AT_ONCE {
        assert_eq!(hits(&patient, &RoomScope::Own, word), 1, "{word}");
    }
    let none = |word: &str| assert_eq!(hits(&patient, &RoomScope::Own, word), 0, "{word}");
    LOOKED_INTO.into_iter().for_each(none);

    assert_eq!(read(&patient), 7);
    assert_eq!(read(&patient), 0);
    // A damaged letter and a scan say that they are not searched.
    assert_eq!(searched(&patient, &RoomScope::Own), (0, 2));
    let all = || AT_ONCE.iter().chain(&LOOKED_INTO);
    for word in all() {
        assert_eq!(hits(&patient, &RoomScope::Own, word), 1, "{word}");
    }
    none("kowari");
    assert!(desk.seen.lock().unwrap().iter().all(|shown| *shown == Shown::Pdf));
    assert_eq!(desk.seen.lock().unwrap().len(), 7);

    // As an older version left the index.
    let mut tx = patient.begin().unwrap();
    tx.delete(Collection::Settings, "reading/format").unwrap();
    tx.commit().unwrap();
    assert_eq!(reading::catch_up(&patient, &Unwatched, &Cancel::new()).unwrap(), 15);
    assert_eq!(searched(&patient, &RoomScope::Own), (7, 0));
    assert_eq!(read(&patient), 7);
    for word in all() {
        assert_eq!(hits(&patient, &RoomScope::Own, word), 1, "{word}");
    }

    // The doctor and the preview of what she gets find the same.
    let doctor = world.doctor("Dr Reader Sample").with_inspector(Arc::new(Desk::default()));
    let named = space(&patient, "All", true);
    let categories: Vec<Category> = Category::all().collect();
    let draft = draft(&named, &find(&patient, "Dr Reader Sample"), &categories);
    let preview = RoomScope::Preview { id: sharing::preview(&patient, &draft).unwrap().id };
    assert_eq!(read(&patient), 7);
    let share = RoomScope::Share { id: support::share(&patient, &draft) };
    doctor::sync(&doctor).unwrap();
    assert_eq!(searched(&doctor, &share), (7, 0));
    assert_eq!(read(&doctor), 7);
    for word in all() {
        assert_eq!(hits(&patient, &preview, word), 1, "{word}");
        assert_eq!(hits(&doctor, &share, word), 1, "{word}");
    }
}

#[test]
fn a_file_full_of_letters_that_break_their_reader_costs_no_more_than_forty_of_them() {
    let world = World::new();
    let desk = Arc::new(Desk::default());
    let patient = world
        .patient("Test-Anna Maria", "Muster-Sample", "1961-03-14")
        .with_inspector(Arc::clone(&desk) as Arc<dyn Inspector>);
    let bombs: Vec<String> = (0..60)
        .map(|n| letter(&format!("bomb{n}"), "application/pdf", b"%PDF-1.7\nbomb"))
        .collect();
    take_in(&patient, &world.file("bombs.ndjson", bombs.join("\n").as_bytes()));
    assert_eq!(read(&patient), 40);
    assert_eq!(read(&patient), 0);
    assert_eq!(desk.hopeless.load(Ordering::SeqCst), 40);
    assert_eq!(
        patient.read().unwrap().searched("own").unwrap(),
        Searched { waiting: 20, in_part: 40 }
    );
    // One record has many of them: the first is enough.
    let one = packed(b"%PDF-1.7\nbomb");
    let form = format!(r#"{{"contentType":"application/pdf","data":"{one}"}}"#);
    let report = format!(
        r#"{{"resourceType":"DiagnosticReport","id":"r","status":"final","code":{{"text":"R"}},"presentedForm":[{}]}}"#,
        vec![form; 50].join(",")
    );
    let other = world
        .patient("Test-Bert", "Muster-Sample", "1962-03-14")
        .with_inspector(Arc::clone(&desk) as Arc<dyn Inspector>);
    take_in(&other, &world.file("report.json", report.as_bytes()));
    assert_eq!(read(&other), 1);
    assert_eq!(desk.hopeless.load(Ordering::SeqCst), 41);
    // Somebody who is gone gets no answer, and nothing is lost.
    let stopped = Cancel::new();
    stopped.cancel();
    take_in(&other, &world.file("more.ndjson", bombs.join("\n").as_bytes()));
    assert!(reading::read_letters(&other, &stopped).is_err());
    assert_eq!(searched(&other, &RoomScope::Own), (60, 1));
}

#[test]
fn the_same_letter_as_a_file_and_inside_a_record_is_one() {
    let world = World::new();
    let patient = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let pdf = b"%PDF-1.7\nthe same letter";
    take_in(&patient, &world.file("letter.pdf", pdf));
    // Some senders break the bytes into lines.
    let inside = letter("portal", "application/pdf", pdf).replace(&packed(pdf), &{
        let packed = packed(pdf);
        let (first, second) = packed.split_at(12);
        format!("{first}\\r\\n{second}")
    });
    let other = letter("other", "application/pdf", b"%PDF-1.7\nanother letter");
    let bundle = format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{inside}}},{{"resource":{other}}}]}}"#
    );
    let report = take_in(&patient, &world.file("portal.json", bundle.as_bytes())).report;
    assert_eq!(report.duplicates, 1);
    let query = ItemQuery { limit: 9, ..ItemQuery::default() };
    let items = reading::items(&patient, &RoomScope::Own, &query).unwrap().items;
    assert_eq!(items.len(), 2, "one of the two letters is shown once");
    let shown = items.iter().find(|item| item.title == "letter").unwrap();
    let record = reading::record(&patient, &RoomScope::Own, &shown.id).unwrap();
    assert_eq!(record.also_in.len(), 1);
    assert_eq!(record.also_in[0].source_name.as_deref(), Some("portal.json"));
}

#[test]
fn a_clinical_document_inside_a_record_is_shown_as_its_sections() {
    let world = World::new();
    let patient = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let visit = "<?xml version=\"1.0\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>Visit</title><component>\
        <structuredBody><component><section><title>Plan</title><text><paragraph onclick=\"x()\">Walk with the wallaby\
        </paragraph><script>bad</script></text></section></component></structuredBody></component></ClinicalDocument>";
    let broken = "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>Broken";
    let lines = [
        letter("visit", "application/octet-stream", visit.as_bytes()),
        letter("broken", "text/xml", broken.as_bytes()),
    ];
    take_in(&patient, &world.file("letters.ndjson", lines.join("\n").as_bytes()));
    assert_eq!(hits(&patient, &RoomScope::Own, "wallaby plan"), 1);
    let query = ItemQuery { limit: 9, ..ItemQuery::default() };
    let items = reading::items(&patient, &RoomScope::Own, &query).unwrap().items;
    let document = |title: &str| {
        let item = items.iter().find(|item| item.title == title).unwrap();
        reading::document(&patient, &RoomScope::Own, &item.id, 0).unwrap()
    };
    let read = document("visit");
    assert!(read.file_name("letter").ends_with(".xml"));
    let view = read.view();
    let html = view.html.unwrap();
    assert_eq!((view.kind, view.text), (DocumentKind::Html, None));
    assert!(html.contains("Plan") && html.contains("Walk with the wallaby"), "{html}");
    assert!(!html.contains("onclick") && !html.contains("script"), "{html}");
    // One that cannot be read is shown as it is.
    let view = document("broken").view();
    assert_eq!((view.kind, view.html), (DocumentKind::Text, None));
    assert!(view.text.unwrap().contains("Broken"));
}
