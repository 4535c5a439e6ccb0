//! Records that want to call home: imported, opened, read, and nothing of them leaves.

use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use keyward_stories::path::Teller;
use keyward_stories::{App, Camera, Computer, Failure, Screen, dialog, wait_for};
use keyward_testkit::{HOSTILE_NARRATIVES, hostile_bundle_at, hostile_document};
use serde_json::{Value, json};

use super::{go, report};

/// The records whose title has these words.
fn records(patient: &Screen<'_>, words: &str) -> Result<Vec<String>, Failure> {
    let query = json!({ "categories": [], "text": words, "from": null, "before": null, "analyte": null,
        "flaggedOnly": false, "sourceOnly": false, "offset": 0, "limit": 50 });
    let found =
        patient.invoke("room_search", &json!({ "scope": { "kind": "own" }, "query": query }))?;
    let found = found.map_err(|error| Failure::Story(format!("no search: {error}")))?;
    let hits = found["hits"].as_array().cloned().unwrap_or_default();
    Ok(hits.iter().filter_map(|hit| hit["item"]["id"].as_str().map(str::to_owned)).collect())
}

/// Waits until the page has what `selector` finds, or has it no more.
fn wait_page(patient: &Screen<'_>, selector: &str, there: bool) -> Result<(), Failure> {
    wait_for(selector, Instant::now() + Duration::from_secs(20), || {
        let script = "return document.querySelector(arguments[0]) !== null";
        let found = patient.session()?.execute(script, &[json!(selector)])?;
        Ok((found == Value::Bool(there)).then_some(()))
    })
}

/// Opens a record; the one before is gone first.
fn open(patient: &Screen<'_>, id: &str) -> Result<(), Failure> {
    go(patient, "/records")?;
    wait_page(patient, "article.record", false)?;
    go(patient, &format!("/records/{id}"))?;
    wait_page(patient, "article.record", true)
}

#[test]
fn hostile_records_are_opened_and_ask_for_nothing() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let place = listener.local_addr()?;
    // It hears whoever calls.
    drop(TcpStream::connect(place)?);
    wait_for("the listener", Instant::now() + Duration::from_secs(5), || {
        Ok(listener.accept().is_ok().then_some(()))
    })?;
    let address = format!("http://{place}/");
    let folder = computer.home().join("hostile");
    std::fs::create_dir(&folder)?;
    std::fs::write(folder.join("bundle.json"), hostile_bundle_at(1, &address))?;
    std::fs::write(folder.join("document.xml"), hostile_document(&address, false))?;
    std::fs::write(folder.join("defined.xml"), hostile_document(&address, true))?;

    teller.make_profile("I am a patient", "Test Patient", "patient-")?;
    let patient = app.window("patient-")?;
    patient.press("link", "Add records")?;
    patient.press("button", "Choose a folder")?;
    dialog::choose_path(&computer, "Choose records to import", &folder)?;
    patient.see_within("What was added", Duration::from_secs(60))?;
    let told = report(&patient)?;
    assert_eq!(told["refused"].as_array().map(Vec::len), Some(1), "{told}");
    let refused = told["refused"].to_string();
    assert!(refused.contains("defined.xml") && refused.contains("unsafe"), "{told}");

    // Narratives are drawn, without what they want; one may have nothing left to draw.
    let narratives = records(&patient, "Hostile narrative")?;
    assert_eq!(narratives.len(), HOSTILE_NARRATIVES.len());
    let mut drawn = 0;
    for id in &narratives {
        open(&patient, id)?;
        std::thread::sleep(Duration::from_millis(300));
        let script = "return document.querySelectorAll('iframe.narrative').length";
        drawn += patient.session()?.execute(script, &[])?.as_u64().unwrap_or_default();
    }
    assert!(drawn > 10, "{drawn} narratives drawn");
    let document = records(&patient, "Hostile document")?;
    open(&patient, &document[0])?;
    patient.find("heading", "Hostile document")?;
    wait_page(&patient, "iframe.narrative", true)?;
    // Pages, drawings and addresses as documents of a record.
    let attached = records(&patient, "onerror")?;
    assert!(!attached.is_empty(), "the record with documents is found");
    for id in &attached {
        open(&patient, id)?;
        for n in 0..4 {
            go(&patient, &format!("/records/{id}/document/{n}"))?;
            wait_page(&patient, "article.record", false)?;
            std::thread::sleep(Duration::from_millis(300));
        }
    }
    // What is asked for late is asked for by now.
    std::thread::sleep(Duration::from_secs(2));
    assert!(listener.accept().is_err(), "a record reached out");
    app.end()?;
    camera.finish()
}
